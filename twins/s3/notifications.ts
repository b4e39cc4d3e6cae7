import { hostId, shortRequestId } from '../aws/request-id.ts'
import type { Wire } from '../wires.ts'
import type { Account } from './account.ts'
import type { Bucket, Notification, Telling, Version } from './state.ts'
import { urlEncoded } from './wire.ts'

/** "Typically in seconds": https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html (2026-11-26). */
const DELAY_MS = { min: 300, max: 3_000 }
/** A notification that comes late comes so much later, unless its fault says otherwise. */
const LATE_MS = 60_000

/** What a queue in the same world gets. */
export const TO_QUEUES: Wire = {
  on: 's3.notification.sent',
  afterMs: 0,
  act: {
    kind: 'happen',
    twin: 'sqs',
    event: 'message.sent',
    fields: { queue: '{{queue_arn}}', body: '{{body}}' },
  },
}

/** Tells everybody who asked to be told: at least once, in no order. Faults on `s3.webhook` apply. */
export function notify(account: Account, bucket: Bucket, event: string, version: Version): void {
  for (const rule of bucket.notifications) {
    if (!rule.events.some((asked) => covers(asked, event))) continue
    if (!version.key.startsWith(rule.prefix) || !version.key.endsWith(rule.suffix)) continue
    send(
      account,
      rule,
      bucket.name,
      version.key,
      event,
      JSON.stringify({ Records: [record(account, bucket, rule, event, version)] }),
    )
  }
}

/** `s3:ObjectCreated:*` covers all that are created. */
const covers = (asked: string, event: string): boolean =>
  asked.endsWith(':*') ? `s3:${event}`.startsWith(asked.slice(0, -1)) : asked === `s3:${event}`

function send(account: Account, rule: Notification, bucket: string, key: string, event: string, body: string): void {
  const { world } = account
  const fields = { bucket, key, event, queue_arn: rule.queue_arn }
  const causal = `${world.cause.key}/s3.webhook/${rule.id}/${key}`
  const fault = world.faults.hit({ twin: 's3', operation: 'webhook', attempt: 1, key: causal, fields })
  if (fault !== undefined) world.trace.record('fault', { key: causal, on: fault.on, kind: fault.kind })
  const delayMs = world.decide(`${causal}/delay`, (rng) => rng.int(DELAY_MS.min, DELAY_MS.max))
  const at = (afterMs: number): void => {
    const telling = { id: account.store.told++, due_ms: world.clock.now() + afterMs, ...fields, body }
    account.store.tellings.set(telling.id, telling)
    tellLater(account, telling)
  }
  switch (fault?.kind) {
    case 'drop':
    case 'request-lost':
      return
    case 'reorder':
    case 'slow':
      return at(delayMs + (fault.byMs ?? LATE_MS))
    case 'duplicate':
      at(delayMs)
      return at(delayMs + (fault.byMs ?? 0))
    default:
      at(delayMs)
  }
}

function tellLater({ world, store }: Account, telling: Telling): void {
  const { id, due_ms, ...fields } = telling
  const tell = (): void => {
    // A restore has put another in its place, or none.
    if (store.tellings.get(id) !== telling) return
    store.tellings.delete(id)
    world.trace.record('s3.notification.sent', { ...fields, queue: fields.queue_arn.split(':').at(-1) })
  }
  world.clock.schedule(Math.max(0, due_ms - world.clock.now()), tell, `notification of ${fields.key}`)
}

/** Puts back on the clock what a snapshot found on its way. */
export function resumeTelling(account: Account): void {
  for (const telling of account.store.tellings.values()) tellLater(account, telling)
}

/** What a queue gets when it is named for the first time. */
export function notifyOfTest(account: Account, bucket: Bucket, rule: Notification): void {
  const { world } = account
  const body = JSON.stringify({
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date(world.clock.now()).toISOString(),
    Bucket: bucket.name,
    RequestId: shortRequestId(world),
    HostId: hostId(world),
  })
  send(account, rule, bucket.name, '', 's3:TestEvent', body)
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html (2026-11-26). */
function record(
  { world, id, store }: Account,
  bucket: Bucket,
  rule: Notification,
  event: string,
  version: Version,
): object {
  const nowMs = world.clock.now()
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: bucket.region,
    eventTime: new Date(nowMs).toISOString(),
    eventName: event,
    userIdentity: { principalId: `AWS:${id}` },
    requestParameters: { sourceIPAddress: '203.0.113.10' },
    responseElements: { 'x-amz-request-id': shortRequestId(world), 'x-amz-id-2': hostId(world) },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: rule.id,
      bucket: { name: bucket.name, ownerIdentity: { principalId: id }, arn: `arn:aws:s3:::${bucket.name}` },
      object: {
        key: urlEncoded(version.key),
        ...(version.kind === 'object' && event.startsWith('ObjectCreated')
          ? { size: version.body.length, eTag: version.etag }
          : {}),
        ...(bucket.versioning === 'off' ? {} : { versionId: version.version_id }),
        // Orders the events of one key.
        sequencer: (nowMs * 4096 + (store.told % 4096)).toString(16).toUpperCase().padStart(16, '0'),
      },
    },
    ...(event === 'LifecycleTransition' && version.kind === 'object'
      ? { lifecycleEventData: { transitionEventData: { destinationStorageClass: version.storage_class } } }
      : {}),
  }
}
