import { createHmac } from 'node:crypto'
import type { Json } from '../trace.ts'
import type { DeliveryOutcome } from '../world.ts'
import { type Account, found } from './account.ts'
import { onPlatform } from './connect.ts'
import type { Delivery, StoredEvent, WebhookEndpoint } from './state.ts'
import { eventBody, previousAttributes, traceFields, type Wire } from './wire.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/**
 * Waits between attempts. Stripe says "up to three days with an exponential back off":
 * https://docs.stripe.com/webhooks#retries (2026-11-24). Assumed: the steps.
 */
export const RETRY_DELAYS_MS: readonly number[] = [
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  12 * HOUR_MS,
  12 * HOUR_MS,
  12 * HOUR_MS,
  12 * HOUR_MS,
]
const FIRST_DELAY_MS = { min: 100, max: 2_000 }
const TIMEOUT_MS = 20_000
/** https://docs.stripe.com/api/events (2026-11-24): events are kept for 30 days. */
const KEPT_S = 30 * 24 * 3600

/** Records that something happened to `object`, and sends it to every endpoint that wants to know. */
export function emit(account: Account, type: string, object: Wire, before?: Wire): StoredEvent {
  const { state, world } = account
  const event = state.events.add({
    id: account.newId('evt_1', 23, state.events),
    created: account.nowS(),
    type,
    // Bodies are made anew each time, and what they hold is replaced, never changed: no copy is needed.
    object: account.platform === null ? object : onPlatform(account.platform, object),
    previous_attributes: before === undefined ? null : previousAttributes(before, object),
    request: account.request,
  })
  world.trace.record(`stripe.${type}`, { event: event.id, ...traceFields(object) })
  for (const endpoint of state.webhook_endpoints.all()) {
    if (endpoint.status === 'enabled' && wants(endpoint, type)) send(account, event, endpoint)
  }
  return event
}

const wants = (endpoint: WebhookEndpoint, type: string): boolean =>
  endpoint.enabled_events.some((pattern) => pattern === '*' || pattern === type)

/** Events that are still on record. */
export const kept = (account: Account, event: StoredEvent): boolean => event.created > account.nowS() - KEPT_S

/** Deliveries that have not been taken yet. */
export const pendingWebhooks = (account: Account, event: StoredEvent): number =>
  account.state.webhook_deliveries.all().filter((one) => one.event === event.id && one.status === 'open').length

/** Starts a new delivery of `event`; `delayMs` when it is not to wait its usual while. */
export function send(account: Account, event: StoredEvent, endpoint: WebhookEndpoint, delayMs?: number): void {
  const { state } = account
  const wait = delayMs ?? account.delay(`webhook ${event.id} ${endpoint.id}`, FIRST_DELAY_MS.min, FIRST_DELAY_MS.max)
  const delivery = state.webhook_deliveries.add({
    id: account.newId('whd_', 14, state.webhook_deliveries),
    event: event.id,
    endpoint: endpoint.id,
    before: state.webhook_deliveries.all().filter((one) => one.event === event.id).length,
    attempts: 0,
    due_ms: account.world.clock.now() + wait,
    status: 'open',
  })
  schedule(account, delivery)
}

/** Puts an open delivery on the clock; also after a restore, where one under way is made again. */
export function schedule(account: Account, delivery: Delivery): void {
  account.later(
    delivery.due_ms - account.world.clock.now(),
    () => attempt(account, delivery),
    `webhook ${delivery.event}`,
  )
}

/** https://docs.stripe.com/webhooks#verify-manually (2026-11-24): HMAC-SHA256 of `t.body`, in hex. */
export const signatureHeader = (secret: string, atS: number, body: string): string =>
  `t=${atS},v1=${createHmac('sha256', secret).update(`${atS}.${body}`).digest('hex')}`

function attempt(account: Account, delivery: Delivery): void {
  const { state, world } = account
  const event = found(state.events.get(delivery.event), delivery.event)
  const endpoint = state.webhook_endpoints.get(delivery.endpoint)
  if (endpoint === undefined || endpoint.status === 'disabled') {
    close(account, delivery, 'given_up', 'endpoint gone')
    return
  }
  delivery.attempts += 1
  const body = JSON.stringify(eventBody(event, pendingWebhooks(account, event)), null, 2)
  const nth = delivery.attempts
  const note = { event: event.id, type: event.type, endpoint: endpoint.id, attempt: nth }
  world.trace.record('stripe.webhook.sent', note)
  let settled = false
  world.deliver(
    {
      twin: 'stripe',
      id: `${event.id}${delivery.before === 0 ? '' : `~${delivery.before + 1}`}#${nth}`,
      fields: { ...note, object: event.object },
      url: endpoint.url,
      headers: [
        ['Accept', '*/*; q=0.5, application/xml'],
        ['Cache-Control', 'no-cache'],
        ['Content-Type', 'application/json; charset=utf-8'],
        ['Stripe-Signature', signatureHeader(endpoint.secret, account.nowS(), body)],
        ['User-Agent', 'Stripe/1.0 (+https://stripe.com/docs/webhooks)'],
      ],
      body,
      timeoutMs: TIMEOUT_MS,
    },
    (outcome) => {
      // A restore in between has made the delivery another one's.
      if (settled || state.webhook_deliveries.get(delivery.id) !== delivery) return
      settled = true
      settle(account, delivery, outcome)
    },
  )
}

function settle(account: Account, delivery: Delivery, outcome: DeliveryOutcome): void {
  if (outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300) {
    close(account, delivery, 'taken', String(outcome.status))
    return
  }
  const reason = outcome.kind === 'answer' ? String(outcome.status) : outcome.reason
  const waitMs = RETRY_DELAYS_MS[delivery.attempts - 1]
  if (waitMs === undefined) {
    close(account, delivery, 'given_up', reason)
    return
  }
  account.world.trace.record('stripe.webhook.failed', { ...noteOf(delivery), reason })
  delivery.due_ms = account.world.clock.now() + waitMs
  schedule(account, delivery)
}

function close(account: Account, delivery: Delivery, status: 'taken' | 'given_up', reason: string): void {
  delivery.status = status
  account.world.trace.record(`stripe.webhook.${status}`, { ...noteOf(delivery), reason })
}

const noteOf = (delivery: Delivery): { readonly [field: string]: Json } => ({
  event: delivery.event,
  endpoint: delivery.endpoint,
  attempt: delivery.attempts,
})
