import { matches } from '../../aws/policy.ts'
import { type Element, type Node, xml } from '../../aws/xml.ts'
import { notModelled } from '../../twin.ts'
import { type Ask, bucketOf, type Handler, xmlOf } from '../ask.ts'
import { numberOf, receivedBody } from '../content.ts'
import { GAPS } from '../gaps.ts'
import { keepSweeping, MINIMUM_SIZE, MINIMUM_SIZES, rulesOf } from '../lifecycle.ts'
import { LOCK } from '../lock.ts'
import { notifyOfTest } from '../notifications.ts'
import { type Bucket, byBytes, type Notification } from '../state.ts'
import {
  bucketNotEmpty,
  bucketOwned,
  document,
  invalidArgument,
  invalidBucketName,
  isoOf,
  locationConstraint,
  malformedXml,
  NAMESPACE,
  noSuchLifecycle,
  Refused,
} from '../wire.ts'

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (2026-11-26). */
const NAME =
  /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const OLDEST_REGION = 'us-east-1'

/** Only the oldest region takes every location, and has none of its own. */
export const create: Handler = (ask) => {
  const { account, place } = ask
  const name = place.bucket ?? ''
  if (name.endsWith('--x-s3')) throw notModelled('s3', GAPS, 'access points and directory buckets')
  if (!NAME.test(name)) throw invalidBucketName({ BucketName: name })
  const root = ask.body.length === 0 ? undefined : xmlOf(ask, 'CreateBucketConfiguration')
  const asked = root?.one('LocationConstraint')?.text ?? ''
  const region = asked === '' ? OLDEST_REGION : asked === 'EU' ? 'eu-west-1' : asked
  if (place.region !== OLDEST_REGION && region !== place.region)
    throw asked === ''
      ? locationConstraint()
      : new Refused(
          400,
          'IllegalLocationConstraintException',
          `The ${asked} location constraint is incompatible for the region specific endpoint this request was sent to.`,
        )
  const locked = ask.header('x-amz-bucket-object-lock-enabled') === 'true'
  const before = account.store.buckets.get(name)
  // There, and nowhere else, a bucket may be made twice.
  if (before !== undefined && (before.region !== OLDEST_REGION || region !== OLDEST_REGION))
    throw bucketOwned({ BucketName: name })
  if (before === undefined)
    account.store.buckets.set(name, {
      name,
      region,
      created_ms: account.world.clock.now(),
      versioning: locked ? 'Enabled' : 'off',
      tags: {},
      notifications: [],
      lifecycle: null,
      settings: locked
        ? { [LOCK]: xml([`ObjectLockConfiguration ${NAMESPACE}`, [['ObjectLockEnabled', 'Enabled']]]) }
        : {},
    })
  return new Response(null, {
    headers: { Location: place.style === 'path' ? `/${name}` : `http://${name}.s3.amazonaws.com/` },
  })
}

export const head: Handler = (ask) => {
  const { region } = bucketOf(ask)
  return new Response(null, {
    headers: { 'x-amz-bucket-region': region, 'x-amz-access-point-alias': 'false', 'Content-Type': 'application/xml' },
  })
}

export const remove: Handler = (ask) => {
  const { name } = bucketOf(ask)
  if (ask.account.store.keys(name).length > 0) throw bucketNotEmpty({ BucketName: name })
  ask.account.store.drop(name)
  return new Response(null, { status: 204 })
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html (2026-11-26). */
export const list: Handler = (ask) => {
  const { account, query } = ask
  const prefix = query.get('prefix') ?? ''
  const region = query.get('bucket-region')
  const after = query.get('continuation-token')
  const max = numberOf(ask, 'max-buckets', { min: 1, max: 10_000 }) ?? 10_000
  const all = [...account.store.buckets.values()]
    .filter((bucket) => bucket.name.startsWith(prefix) && (region === undefined || bucket.region === region))
    .filter(({ name }) => after === undefined || byBytes(name, Buffer.from(after, 'base64').toString()) > 0)
    .sort((a, b) => byBytes(a.name, b.name))
  const rows = all.slice(0, max)
  const last = rows.at(-1)
  return document([
    `ListAllMyBucketsResult ${NAMESPACE}`,
    [
      ['Owner', [['ID', account.id]]],
      [
        'Buckets',
        rows.map(
          ({ name, created_ms, region: where }): Element => [
            'Bucket',
            [
              ['Name', name],
              ['CreationDate', isoOf(created_ms)],
              ['BucketRegion', where],
              ['BucketArn', `arn:aws:s3:::${name}`],
            ],
          ],
        ),
      ],
      all.length > rows.length && last !== undefined
        ? ['ContinuationToken', Buffer.from(last.name).toString('base64')]
        : undefined,
      query.has('prefix') ? ['Prefix', prefix] : undefined,
    ],
  ])
}

export const location: Handler = (ask) => {
  const { region } = bucketOf(ask)
  return document([`LocationConstraint ${NAMESPACE}`, region === OLDEST_REGION ? [] : region])
}

export const getVersioning: Handler = (ask) => {
  const { versioning } = bucketOf(ask)
  return document([`VersioningConfiguration ${NAMESPACE}`, versioning === 'off' ? [] : [['Status', versioning]]])
}

export const putVersioning: Handler = (ask) => {
  const bucket = bucketOf(ask)
  receivedBody(ask)
  const root = xmlOf(ask, 'VersioningConfiguration')
  if (root.one('MfaDelete')?.text === 'Enabled') throw notModelled('s3', GAPS, 'deleting with MFA')
  const status = root.one('Status')?.text
  if (status !== 'Enabled' && status !== 'Suspended')
    throw new Refused(400, 'IllegalVersioningConfigurationException', 'The Versioning element must be specified')
  if (status === 'Suspended' && bucket.settings[LOCK] !== undefined)
    throw new Refused(
      409,
      'InvalidBucketState',
      'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
    )
  bucket.versioning = status
  return new Response(null)
}

export const getNotification: Handler = (ask) => {
  const { notifications } = bucketOf(ask)
  return document([`NotificationConfiguration ${NAMESPACE}`, notifications.map(ruleElement)])
}

const ruleElement = ({ id, queue_arn, events, prefix, suffix }: Notification): Element => {
  const rules = [
    ['Prefix', prefix],
    ['Suffix', suffix],
  ].filter(([, value]) => value !== '')
  return [
    'QueueConfiguration',
    [
      ['Id', id],
      ['Queue', queue_arn],
      ...events.map((event): Element => ['Event', event]),
      rules.length === 0
        ? undefined
        : [
            'Filter',
            [
              [
                'S3Key',
                rules.map(
                  ([name = '', value = '']): Element => [
                    'FilterRule',
                    [
                      ['Name', name],
                      ['Value', value],
                    ],
                  ],
                ),
              ],
            ],
          ],
    ],
  ]
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html (2026-11-26). */
export const putNotification: Handler = (ask) => {
  const bucket = bucketOf(ask)
  receivedBody(ask)
  const root = xmlOf(ask, 'NotificationConfiguration')
  if (root.tags.some((tag) => tag !== 'QueueConfiguration'))
    throw notModelled('s3', GAPS, 'notifications to topics, functions and EventBridge')
  const rules = root.all('QueueConfiguration').map((node) => ruleOf(ask, bucket, node))
  checkOverlaps(rules)
  const before = new Set(bucket.notifications.map(({ queue_arn }) => queue_arn))
  bucket.notifications = rules
  for (const rule of rules) if (!before.has(rule.queue_arn)) notifyOfTest(ask.account, bucket, rule)
  return new Response(null)
}

/** No event may be told of twice: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html (2026-11-26). */
function checkOverlaps(rules: readonly Notification[]): void {
  const meets = (a: string, b: string): boolean => matches(a, b) || matches(b, a)
  for (const [at, one] of rules.entries())
    for (const other of rules.slice(at + 1))
      if (
        one.events.some((event) => other.events.some((another) => meets(event, another))) &&
        (one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix)) &&
        (one.suffix.endsWith(other.suffix) || other.suffix.endsWith(one.suffix))
      )
        throw invalidArgument(
          'Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.',
          'Id',
          other.id,
        )
}

function ruleOf({ account }: Ask, bucket: Bucket, node: Node): Notification {
  const queue_arn = node.one('Queue')?.text ?? ''
  const [arn, , service, region, owner, name = ''] = queue_arn.split(':')
  if (arn !== 'arn' || service !== 'sqs' || name === '')
    throw invalidArgument('The ARN is not well formed', 'Queue', queue_arn)
  if (region !== bucket.region || owner !== account.id || name.endsWith('.fifo'))
    throw invalidArgument(
      'Unable to validate the following destination configurations',
      queue_arn,
      'The destination queue does not exist',
    )
  const events = node.all('Event').map(({ text }) => text)
  const unknown = events.find((event) => !EVENTS.test(event))
  if (events.length === 0) throw malformedXml()
  if (unknown !== undefined) throw invalidArgument('The event is not supported for notifications', 'Event', unknown)
  const filter = (wanted: string): string =>
    (node.one('Filter')?.one('S3Key')?.all('FilterRule') ?? [])
      .find((rule) => rule.one('Name')?.text.toLowerCase() === wanted)
      ?.one('Value')?.text ?? ''
  return {
    id: node.one('Id')?.text || account.world.draw('notification').text(24),
    queue_arn,
    events,
    prefix: filter('prefix'),
    suffix: filter('suffix'),
  }
}
/** Those that can happen here, and those that never will. */
const EVENTS =
  /^s3:(ObjectCreated|ObjectRemoved|ObjectRestore|ObjectTagging|ObjectAcl|LifecycleExpiration|Replication|IntelligentTiering|LifecycleTransition|ReducedRedundancyLostObject)(:[\w*]+)?$/

export const getLifecycle: Handler = (ask) => {
  const { lifecycle, name, settings } = bucketOf(ask)
  if (lifecycle === null) throw noSuchLifecycle({ BucketName: name })
  return new Response(lifecycle, {
    headers: {
      'Content-Type': 'application/xml',
      [MINIMUM_SIZE]: settings[MINIMUM_SIZE] ?? MINIMUM_SIZES[0] ?? '',
    },
  })
}

export const putLifecycle: Handler = (ask) => {
  const bucket = bucketOf(ask)
  receivedBody(ask)
  const lifecycle = ask.body.toString()
  // Throws on rules that S3 does not take.
  rulesOf(lifecycle)
  const size = ask.header(MINIMUM_SIZE) ?? MINIMUM_SIZES[0] ?? ''
  if (!MINIMUM_SIZES.includes(size)) throw invalidArgument('Invalid value.', MINIMUM_SIZE, size)
  bucket.lifecycle = lifecycle
  bucket.settings = { ...bucket.settings, [MINIMUM_SIZE]: size }
  keepSweeping(ask.account)
  return new Response(null, { headers: { [MINIMUM_SIZE]: size } })
}

export const removeLifecycle: Handler = (ask) => {
  bucketOf(ask).lifecycle = null
  keepSweeping(ask.account)
  return new Response(null, { status: 204 })
}
