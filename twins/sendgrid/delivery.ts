import type { Json } from '../trace.ts'
import type { DeliveryOutcome } from '../world.ts'
import type { Site } from './site.ts'
import { type Delivery, type Due, type Message, SUPPRESSIONS } from './state.ts'
import { keyOf } from './store.ts'
import { sign } from './wire.ts'

/** Retries for up to 24 hours. Assumed intervals: they are not published. https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event (2026-11-24). */
const RETRY_MS = [60_000, 300_000, 1_800_000, 7_200_000, 21_600_000, 43_200_000]
/** Mail that came in is posted for three days, while the answer is 5XX: https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/inbound-email (2026-11-26). */
const PARSE_RETRY_MS = [...RETRY_MS, 86_400_000, 86_400_000]
const isTaken = (outcome: DeliveryOutcome): boolean =>
  outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300
const PROCESSED_MS = 300
const DROPPED_MS = 500
const DELIVERY_MS = { min: 800, max: 4000 }
/** https://www.twilio.com/docs/sendgrid/api-reference/scheduled-sends (2026-11-26): what is paused for longer is discarded. */
const PAUSE_MAX_MS = 72 * 3_600_000

export const WEBHOOK = 'event'

/** What statistics call an event: https://www.twilio.com/docs/sendgrid/api-reference/stats (2026-11-26). */
const METRICS: Readonly<Record<string, string>> = {
  processed: 'processed',
  delivered: 'delivered',
  bounce: 'bounces',
  blocked: 'blocks',
  deferred: 'deferred',
  open: 'opens',
  click: 'clicks',
  spamreport: 'spam_reports',
  unsubscribe: 'unsubscribes',
  group_unsubscribe: 'unsubscribes',
}

/** Counts something for its day, and for each category of the mail. */
export function count(site: Site, message: Message, metric: string): void {
  const day = new Date(site.now()).toISOString().slice(0, 10)
  for (const category of ['', ...message.categories]) {
    const id = `${day} ${category}`
    const counts = site.store.stats.get(id)?.counts ?? {}
    site.store.stats.put({ id, counts: { ...counts, [metric]: (counts[metric] ?? 0) + 1 } })
  }
}

/** Tells what happened to a mail: in the trace, and to the event webhook when there is one. */
export function tell(site: Site, message: Message, event: string, more: { readonly [key: string]: Json } = {}): void {
  const { world, store } = site
  site.note(`mail.${event}`, {
    id: message.id,
    to: message.to,
    from: message.from,
    subject: message.subject,
    custom_args: message.custom_args,
  })
  const metric = METRICS[more.type === 'blocked' ? 'blocked' : event]
  if (metric !== undefined) count(site, message, metric)
  const webhook = store.webhooks.get(WEBHOOK)
  if (webhook === undefined || !webhook.enabled || webhook.url === '' || webhook.off.includes(flagOf(event))) return
  const sg_event_id = world.id('', 22)
  const body = JSON.stringify([
    {
      email: message.to,
      timestamp: Math.floor(world.clock.now() / 1000),
      'smtp-id': `<${message.id}@geopod-ismtpd-0>`,
      event,
      category: message.categories,
      sg_event_id,
      sg_message_id: `${message.id}.recvd-0`,
      ...(message.group_id === null ? {} : { asm_group_id: message.group_id }),
      ...(message.template_id === null ? {} : { template_id: message.template_id }),
      ...message.custom_args,
      ...more,
    },
  ])
  carry(
    site,
    store.deliveries.put({
      id: sg_event_id,
      event,
      email: message.to,
      url: webhook.url,
      signed: webhook.signed,
      body,
      attempt: 1,
      due_ms: site.now(),
    }),
  )
}

/** The setting that switches an event off. */
const flagOf = (event: string): string => (event === 'spamreport' ? 'spam_report' : event)

/** Posts what happened, or what came in, until it is taken. */
export function carry(site: Site, delivery: Delivery): void {
  const { world } = site
  // Whoever reports an outcome does so on its own account; the next attempt is on that of the first.
  const { cause } = world
  const { id, event, email, url, body, type, attempt: nth } = delivery
  const timestamp = `${Math.floor(world.clock.now() / 1000)}`
  const signature: (readonly [string, string])[] = delivery.signed
    ? [
        ['X-Twilio-Email-Event-Webhook-Signature', sign(timestamp, body)],
        ['X-Twilio-Email-Event-Webhook-Timestamp', timestamp],
      ]
    : []
  world.deliver(
    {
      twin: 'sendgrid',
      id: `${id}#${nth}`,
      fields: { event, email },
      url,
      headers:
        type === undefined
          ? [['Content-Type', 'application/json'], ['User-Agent', 'SendGrid Event API'], ...signature]
          : [['Content-Type', type]],
      body,
      timeoutMs: 3000,
    },
    (outcome) => {
      // A restore in between has made the delivery another one's.
      if (site.store.deliveries.get(id) !== delivery) return
      const delayMs = (type === undefined ? RETRY_MS : PARSE_RETRY_MS)[nth - 1]
      const done = type === undefined ? isTaken(outcome) : outcome.kind === 'answer' && outcome.status < 500
      if (done || delayMs === undefined) {
        site.store.deliveries.remove(id)
        return
      }
      const next = site.store.deliveries.put({ ...delivery, attempt: nth + 1, due_ms: site.now() + delayMs })
      world.clock.schedule(delayMs, () => world.within(cause, () => again(site, next)), `webhook retry ${nth + 1}`)
    },
  )
}

function again(site: Site, delivery: Delivery): void {
  if (site.store.deliveries.get(delivery.id) === delivery) carry(site, delivery)
}

/** Source: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event#delivery-events (2026-11-24). */
const DROP_REASONS: Readonly<Record<string, string>> = {
  bounces: 'Bounced Address',
  blocks: 'Blocked Address',
  spam_reports: 'Spam Reporting Address',
  unsubscribes: 'Unsubscribed Address',
  invalid_emails: 'Invalid',
  group: 'Unsubscribed Address',
}
/** What statistics call a drop. */
const DROPS: Readonly<Record<string, string>> = {
  bounces: 'bounce_drops',
  spam_reports: 'spam_report_drops',
  unsubscribes: 'unsubscribe_drops',
  group: 'unsubscribe_drops',
  invalid_emails: 'invalid_emails',
}

/** Why a mail is not sent: the list its address is on, or the group it has left. */
function barrier(site: Site, { to, group_id, bypass }: Message): string | undefined {
  const address = to.toLowerCase()
  const list = SUPPRESSIONS.find((name) => site.store[name].get(address) !== undefined && !bypass.includes(name))
  if (list !== undefined) return list
  const left = group_id !== null && site.store.left.get(`${group_id} ${address}`) !== undefined
  return left && !bypass.includes('unsubscribes') ? 'group' : undefined
}

/** Sets an accepted mail on its way, in virtual time: now, or when it is time. */
export function send(site: Site, message: Message): void {
  count(site, message, 'requests')
  if (message.status === 'scheduled') plan(site, message, 'send', message.send_ms - site.now())
  else dispatch(site, message)
}

/** Dropped for a suppressed address, or processed and then delivered, bounced or blocked. */
function dispatch(site: Site, message: Message): void {
  const reason = barrier(site, message)
  if (reason !== undefined) {
    site.store.messages.put({ ...message, status: 'dropped' })
    count(site, message, DROPS[reason] ?? 'blocks')
    plan(site, message, 'drop', DROPPED_MS)
    return
  }
  plan(site, message, 'process', PROCESSED_MS)
  plan(site, message, 'settle', PROCESSED_MS + site.world.draw('delivery').int(DELIVERY_MS.min, DELIVERY_MS.max))
}

function plan(site: Site, message: Message, act: Due['act'], delayMs: number): void {
  const key = keyOf(message)
  resume(site, site.store.due.put({ id: `${key} ${act}`, message: key, act, at_ms: site.now() + delayMs }))
}

/** Puts what is due on the clock; also after a restore. */
function resume(site: Site, due: Due): void {
  site.later(
    due.at_ms - site.now(),
    () => {
      if (!site.store.due.remove(due.id)) return
      const message = site.store.messages.get(due.message)
      if (message !== undefined) step(site, message, due.act)
    },
    due.act,
  )
}

/** Whatever a restored state still has before it is put back on the clock. */
export function resumeAll(site: Site): void {
  for (const due of site.store.due.all()) resume(site, due)
  for (const delivery of site.store.deliveries.all())
    site.later(delivery.due_ms - site.now(), () => again(site, delivery), 'webhook')
}

function step(site: Site, message: Message, act: Due['act']): void {
  switch (act) {
    case 'send':
      return release(site, message)
    case 'drop': {
      const reason = barrier(site, message) ?? 'unsubscribes'
      return tell(site, message, 'dropped', { reason: DROP_REASONS[reason] ?? reason })
    }
    case 'process':
      return tell(site, message, 'processed')
    case 'settle':
      return settle(site, message)
    default:
      act satisfies never
  }
}

/** What is scheduled goes, when its batch has been neither canceled nor paused; also once a pause is taken back. */
export function release(site: Site, message: Message): void {
  const { status } = site.store.batches.get(message.batch_id ?? '') ?? { status: null }
  if (message.status !== 'scheduled' || site.now() < message.send_ms) return
  if (site.now() > message.send_ms + PAUSE_MAX_MS)
    return void site.store.messages.put({ ...message, status: 'expired' })
  if (status === 'pause') return
  if (status === 'cancel') {
    const canceled = site.store.messages.put({ ...message, status: 'canceled' })
    return site.note('mail.canceled', { id: canceled.id, to: canceled.to, batch_id: canceled.batch_id })
  }
  dispatch(site, site.store.messages.put({ ...message, status: 'processed' }))
}

function settle(site: Site, message: Message): void {
  if (message.status !== 'processed') return
  const among = (addresses: readonly string[] | undefined): boolean =>
    addresses?.some((address) => address.toLowerCase() === message.to.toLowerCase()) === true
  if (among(site.seed.bouncing)) return bounce(site, message)
  if (among(site.seed.blocking)) return block(site, message)
  tell(site, site.store.messages.put({ ...message, status: 'delivered' }), 'delivered', { response: '250 OK' })
}

/** The mail comes back, and its address joins the list of bounces. */
export function bounce(site: Site, message: Message): void {
  const [reason, status] = ['550 5.1.1 The email account that you tried to reach does not exist', '5.1.1']
  site.store.bounces.put({ id: message.to.toLowerCase(), created_ms: site.now(), reason, status })
  const bounced = site.store.messages.put({ ...message, status: 'bounced' })
  tell(site, bounced, 'bounce', { type: 'bounce', reason, status })
}

/** The mail is refused this time; the address is listed, and tried again with the next mail only when it is taken off. */
function block(site: Site, message: Message): void {
  const [reason, status] = ['421 4.7.0 Try again later, closing connection.', '4.7.0']
  site.store.blocks.put({ id: message.to.toLowerCase(), created_ms: site.now(), reason, status })
  const blocked = site.store.messages.put({ ...message, status: 'blocked' })
  tell(site, blocked, 'bounce', { type: 'blocked', reason, status })
}
