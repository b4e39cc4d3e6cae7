import { createHmac } from 'node:crypto'
import type { World } from '../world.ts'
import type { Item, Seed, State, WebhookDelivery, WebhookEndpoint } from './state.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/**
 * Waits between attempts: "for up to 72 hours with exponential backoff". Assumed: the steps.
 * Source: https://developers.openai.com/api/docs/guides/webhooks (2026-11-26).
 */
const DELAYS_MS: readonly number[] = [
  MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  18 * HOUR_MS,
  22 * HOUR_MS,
]
const TIMEOUT_MS = 10_000
const HEX = '0123456789abcdef'

type Desk = { readonly world: World; readonly state: State }

/** Event types that something here causes: openai 7.57, WebhookCreateParams. */
export const EVENT_TYPES: readonly string[] =
  'batch.completed batch.failed batch.expired batch.cancelled response.completed response.failed response.cancelled response.incomplete'.split(
    ' ',
  )

/** An endpoint of the seed, or of the API. Secrets are `whsec_` and 32 bytes, as Standard Webhooks has them. */
export function newEndpoint(
  { world, state }: Desk,
  { url, name, events, secret }: NonNullable<Seed['webhooks']>[number],
): WebhookEndpoint {
  const createdS = Math.floor(world.clock.now() / 1000)
  const endpoint: WebhookEndpoint = {
    id: `whe_${world.draw('id whe').text(32, HEX)}`,
    created_at: createdS,
    updated_at: createdS,
    url,
    name: name ?? url,
    event_types: events ?? EVENT_TYPES,
    secret: secret ?? `whsec_${Buffer.from(world.draw('webhook secret').text(32)).toString('base64')}`,
  }
  state.webhook_endpoints.add(endpoint)
  return endpoint
}

/** Something has happened to what `id` names: every endpoint that wants to know is told. */
export function emit(desk: Desk, type: string, id: string): void {
  const { world, state } = desk
  for (const endpoint of state.webhook_endpoints.all()) {
    if (!endpoint.event_types.includes(type)) continue
    const delivery: WebhookDelivery = {
      id: `wh_${world.draw('id wh').text(32, HEX)}`,
      endpoint: endpoint.id,
      event: {
        id: `evt_${world.draw('id evt').text(32, HEX)}`,
        object: 'event',
        created_at: Math.floor(world.clock.now() / 1000),
        type,
        data: { id },
      },
      attempts: 0,
      due_ms: world.clock.now() + world.draw('webhook').int(100, 2_000),
      open: true,
    }
    state.webhook_deliveries.add(delivery)
    awaitDelivery(desk, delivery)
  }
}

/** Puts an open delivery on the clock; also after a restore, where one under way is made again. */
export function awaitDelivery(desk: Desk, delivery: WebhookDelivery): void {
  if (!delivery.open) return
  const { clock } = desk.world
  clock.schedule(
    Math.max(0, delivery.due_ms - clock.now()),
    () => attempt(desk, delivery),
    `openai webhook ${delivery.id}`,
  )
}

/** Standard Webhooks: base64 of the HMAC-SHA256 of `id.timestamp.body`; the SDK's lib/webhook-signature.js checks it (7.57). */
export function signature(secret: string, id: string, atS: number, body: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret)
  return `v1,${createHmac('sha256', key).update(`${id}.${atS}.${body}`).digest('base64')}`
}

function attempt(desk: Desk, delivery: WebhookDelivery): void {
  const { world, state } = desk
  const current = (): boolean => state.webhook_deliveries.get(delivery.id) === delivery
  const endpoint = state.webhook_endpoints.get(delivery.endpoint)
  if (!current() || !delivery.open) return
  if (endpoint === undefined) {
    delivery.open = false
    return
  }
  delivery.attempts += 1
  const body = JSON.stringify(delivery.event)
  const atS = Math.floor(world.clock.now() / 1000)
  const nth = delivery.attempts
  const fields: Item = { ...delivery.event, endpoint: endpoint.id, attempt: nth }
  world.deliver(
    {
      twin: 'openai',
      id: `${delivery.id}#${nth}`,
      fields,
      url: endpoint.url,
      headers: [
        ['User-Agent', 'OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)'],
        ['Content-Type', 'application/json'],
        ['webhook-id', delivery.id],
        ['webhook-timestamp', String(atS)],
        ['webhook-signature', signature(endpoint.secret, delivery.id, atS, body)],
      ],
      body,
      timeoutMs: TIMEOUT_MS,
    },
    (outcome) => {
      if (!current() || !delivery.open || delivery.attempts !== nth) return
      const taken = outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300
      const reason = outcome.kind === 'answer' ? String(outcome.status) : outcome.reason
      const waitMs = DELAYS_MS[nth - 1]
      const told = taken ? 'taken' : waitMs === undefined ? 'given_up' : 'failed'
      world.trace.record(`openai.webhook.${told}`, { event: delivery.event.id ?? '', attempt: nth, reason })
      if (taken || waitMs === undefined) delivery.open = false
      else {
        delivery.due_ms = world.clock.now() + waitMs
        awaitDelivery(desk, delivery)
      }
    },
  )
}
