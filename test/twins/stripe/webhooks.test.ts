import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { RETRY_DELAYS_MS } from '../../../twins/stripe/events.ts'
import type { Delivery } from '../../../twins/world.ts'
import { errorOf, HOOK, openListeningShop, openShop, pay, SECRET, type Shop } from './support.ts'

const HOUR_MS = 3_600_000
const headerOf = (delivery: Delivery, name: string): string =>
  new Headers(delivery.headers.map(([a, b]): [string, string] => [a, b])).get(name) ?? ''

/** Verifies a delivery as a service does, `lateMs` after it was sent. */
const verify = (shop: Shop, delivery: Delivery, sentMs: number, lateMs = 0, secret: string = SECRET): Stripe.Event =>
  shop.sdk.webhooks.constructEvent(
    delivery.body,
    headerOf(delivery, 'Stripe-Signature'),
    secret,
    undefined,
    undefined,
    sentMs + lateMs,
  )

const firstOf = (deliveries: readonly Delivery[]): Delivery => {
  const [first] = deliveries
  if (first === undefined) throw new Error('expected a delivery')
  return first
}

test('each event arrives signed, as the SDK verifies it in virtual time', async () => {
  const shop = openListeningShop()
  const arrivals: [Delivery, number][] = []
  shop.listener = (delivery) => {
    arrivals.push([delivery, shop.world.clock.now()])
    return { kind: 'answer', status: 200, body: '' }
  }
  const intent = await pay(shop, { metadata: { order: '42' } })
  await shop.world.clock.advance(10_000)
  const events = arrivals.map(([delivery, atMs]) => verify(shop, delivery, atMs))
  expect(events.map(({ type }) => type).sort()).toEqual([
    'charge.succeeded',
    'charge.updated',
    'payment_intent.created',
    'payment_intent.succeeded',
  ])
  const paid = events.find(({ type }) => type === 'payment_intent.succeeded')
  expect(paid).toMatchObject({
    object: 'event',
    api_version: '2026-10-28.endive',
    livemode: false,
    data: { object: { id: intent.id, metadata: { order: '42' } } },
  })
  expect(paid?.request?.id).toMatch(/^req_\w{14}$/)
  expect(paid?.request?.idempotency_key).toMatch(/^stripe-node-retry-/)
  expect(events.find(({ type }) => type === 'charge.updated')?.request).toEqual({ id: null, idempotency_key: null })
  const [delivery, atMs] = arrivals[0] ?? [firstOf([]), 0]
  expect(headerOf(delivery, 'Content-Type')).toBe('application/json; charset=utf-8')
  expect(headerOf(delivery, 'User-Agent')).toBe('Stripe/1.0 (+https://stripe.com/docs/webhooks)')
  expect(delivery.url).toBe(HOOK)
  // The guard bites: too old, another secret, another body.
  expect(() => verify(shop, delivery, atMs, 301_000)).toThrow('Timestamp outside the tolerance zone')
  expect(() => verify(shop, delivery, atMs, 0, 'whsec_other')).toThrow('No signatures found')
  expect(() => verify(shop, { ...delivery, body: `${delivery.body} ` }, atMs)).toThrow('No signatures found')
})

test('what is not taken is sent again for three days, each time freshly signed', async () => {
  const shop = openListeningShop()
  shop.listener = () => ({ kind: 'answer', status: 500, body: 'oops' })
  await shop.sdk.customers.create({})
  await shop.world.clock.advance(5 * 24 * HOUR_MS)
  expect(shop.deliveries).toHaveLength(RETRY_DELAYS_MS.length + 1)
  const sent = shop.world.trace.events.filter(({ type }) => type === 'stripe.webhook.sent').map(({ atMs }) => atMs)
  const gaps = sent.slice(1).map((atMs, index) => atMs - (sent[index] ?? 0) - 5)
  expect(gaps).toEqual(RETRY_DELAYS_MS)
  const total = RETRY_DELAYS_MS.reduce((sum, ms) => sum + ms, 0)
  expect(total / HOUR_MS).toBeGreaterThan(60)
  expect(total / HOUR_MS).toBeLessThanOrEqual(72)
  expect(shop.events(/given_up/)).toHaveLength(1)
  expect(new Set(shop.deliveries.map(({ body }) => body)).size).toBe(1)
  expect(new Set(shop.deliveries.map((one) => headerOf(one, 'Stripe-Signature'))).size).toBe(shop.deliveries.length)
  shop.deliveries.forEach((delivery, at) => {
    expect(verify(shop, delivery, sent[at] ?? 0).type).toBe('customer.created')
  })
})

test.each([
  ['a redirect', { kind: 'answer', status: 302, body: '' }],
  ['a timeout', { kind: 'failed', reason: 'timeout' }],
  ['nobody there', { kind: 'failed', reason: 'refused' }],
] as const)('%s counts as failed; a later 204 as taken', async (_, outcome) => {
  const shop = openListeningShop()
  shop.listener = () => (shop.deliveries.length < 3 ? outcome : { kind: 'answer', status: 204, body: '' })
  await shop.sdk.customers.create({})
  await shop.world.clock.advance(24 * HOUR_MS)
  expect(shop.deliveries).toHaveLength(3)
  expect(shop.events(/webhook\./)).toEqual([
    'webhook.sent',
    'webhook.failed',
    'webhook.sent',
    'webhook.failed',
    'webhook.sent',
    'webhook.taken',
  ])
})

test('every attempt has a name of its own', async () => {
  const shop = openShop({ webhooks: [{ url: HOOK, secret: SECRET }, { url: 'https://shop.test/other' }] })
  shop.listener = () => ({ kind: 'answer', status: shop.deliveries.length < 3 ? 500 : 200, body: '' })
  await shop.sdk.customers.create({})
  await shop.world.clock.advance(HOUR_MS)
  const [endpoint] = (await shop.sdk.webhookEndpoints.list()).data
  shop.twin.happen('event.resent', { webhook_endpoint: endpoint?.id ?? '' })
  await shop.world.clock.advance(HOUR_MS)
  const names = shop.deliveries.map(({ id }) => id)
  expect(names).toHaveLength(5)
  expect(new Set(names).size).toBe(5)
})

test('pending_webhooks counts who has not taken the event yet', async () => {
  const shop = openShop({ webhooks: [{ url: HOOK, secret: SECRET }, { url: 'https://shop.test/other' }] })
  shop.listener = ({ url }) => ({ kind: 'answer', status: url === HOOK ? 200 : 503, body: '' })
  await shop.sdk.customers.create({})
  const event = async (): Promise<Stripe.Event | undefined> => (await shop.sdk.events.list()).data[0]
  expect((await event())?.pending_webhooks).toBe(2)
  await shop.world.clock.advance(10_000)
  expect((await event())?.pending_webhooks).toBe(1)
  expect((await shop.sdk.events.list({ delivery_success: false })).data).toHaveLength(1)
  await shop.world.clock.advance(4 * 24 * HOUR_MS)
  expect((await event())?.pending_webhooks).toBe(0)
})

test('faults on deliveries: twice, late, never', async () => {
  const shop = openListeningShop()
  shop.world.faults.add({ on: 'stripe.webhook', kind: 'duplicate', where: { type: 'customer.created' }, byMs: 1_000 })
  shop.world.faults.add({ on: 'stripe.webhook', kind: 'reorder', where: { type: 'customer.updated' }, byMs: 60_000 })
  shop.world.faults.add({ on: 'stripe.webhook', kind: 'drop', where: { type: 'customer.deleted' }, nth: 1 })
  const { id } = await shop.sdk.customers.create({})
  await shop.sdk.customers.update(id, { name: 'Ann' })
  await shop.sdk.customers.del(id)
  await shop.world.clock.advance(10_000)
  const types = (): readonly string[] => shop.deliveries.map(({ body }) => JSON.parse(body).type)
  expect(types()).toEqual(['customer.created', 'customer.created'])
  await shop.world.clock.advance(60_000)
  expect(types()).toContain('customer.updated')
  expect(types()).not.toContain('customer.deleted')
  await shop.world.clock.advance(300_000)
  expect(types()).toContain('customer.deleted')
})

test('endpoints: created with a secret shown once, told what they asked for, changed, deleted', async () => {
  const shop = openShop()
  const { webhookEndpoints: endpoints } = shop.sdk
  const made = await endpoints.create({
    url: HOOK,
    enabled_events: ['customer.created'],
    description: 'main',
    metadata: { a: '1' },
  })
  expect(made).toMatchObject({ status: 'enabled', description: 'main', metadata: { a: '1' } })
  expect(made.secret).toMatch(/^whsec_\w{32}$/)
  expect(await endpoints.retrieve(made.id)).not.toHaveProperty('secret')
  const { id } = await shop.sdk.customers.create({})
  await shop.sdk.customers.update(id, { name: 'Ann' })
  await shop.world.clock.advance(10_000)
  expect(shop.deliveries).toHaveLength(1)
  expect(verify(shop, firstOf(shop.deliveries), shop.world.clock.now(), 0, made.secret).type).toBe('customer.created')
  expect(await endpoints.update(made.id, { disabled: true })).toMatchObject({ status: 'disabled' })
  await shop.sdk.customers.create({})
  await shop.world.clock.advance(10_000)
  expect(shop.deliveries).toHaveLength(1)
  await endpoints.update(made.id, { disabled: false, enabled_events: ['*'], url: 'https://shop.test/new' })
  await shop.sdk.customers.create({})
  await endpoints.del(made.id)
  await shop.world.clock.advance(10_000)
  expect(shop.deliveries).toHaveLength(1)
  expect(shop.events(/given_up/)).toHaveLength(1)
  expect((await endpoints.list()).data).toEqual([])
  expect((await errorOf(endpoints.retrieve(made.id))).statusCode).toBe(404)
})

test.each([
  [{ url: 'shop.test', enabled_events: ['*'] }, 'url_invalid', 'url'],
  [{ url: HOOK }, 'parameter_missing', 'enabled_events'],
  [{ url: HOOK, enabled_events: ['charge.suceeded'] }, undefined, 'enabled_events[0]'],
])('an endpoint like %j is refused', async (params, code, param) => {
  expect(await errorOf(openShop().sdk.webhookEndpoints.create(params as never))).toMatchObject({ code, param })
})

test('events are kept for 30 days, and found by type', async () => {
  const shop = openShop()
  const { id } = await shop.sdk.customers.create({ name: 'Ann' })
  await shop.sdk.customers.update(id, { name: 'Anna', metadata: { vip: 'yes' } })
  await pay(shop, { capture_method: 'automatic' })
  const updated = (await shop.sdk.events.list({ type: 'customer.updated' })).data[0]
  expect(updated?.data).toMatchObject({
    object: { name: 'Anna' },
    previous_attributes: { name: 'Ann', metadata: { vip: null } },
  })
  expect((await shop.sdk.events.list({ type: 'customer.*' as never })).data).toHaveLength(2)
  expect((await shop.sdk.events.list({ types: ['charge.succeeded', 'customer.created'] })).data).toHaveLength(2)
  expect((await errorOf(shop.sdk.events.list({ type: 'a', types: ['b'] }))).code).toBe('parameters_exclusive')
  expect((await shop.sdk.events.retrieve(updated?.id ?? '')).id).toBe(updated?.id)
  await shop.world.clock.advance(30 * 24 * HOUR_MS)
  expect((await shop.sdk.events.list()).data).toEqual([])
  expect((await errorOf(shop.sdk.events.retrieve(updated?.id ?? ''))).statusCode).toBe(404)
})

test('an event tells how things were, not how they are', async () => {
  const shop = openShop()
  const { id } = await shop.sdk.customers.create({ name: 'Ann' })
  await shop.sdk.customers.update(id, { name: 'Anna' })
  const [, created] = (await shop.sdk.events.list()).data
  expect(created?.data.object).toMatchObject({ name: 'Ann' })
})

test('with one cause, delays are the same in every run and differ from event to event', async () => {
  const times = async (): Promise<readonly number[]> => {
    const shop = openListeningShop()
    for (let at = 0; at < 5; at++) await shop.sdk.customers.create({})
    await shop.world.clock.advance(10_000)
    return shop.world.trace.events.filter(({ type }) => type === 'stripe.webhook.sent').map(({ atMs }) => atMs)
  }
  const first = await times()
  expect(await times()).toEqual(first)
  expect(new Set(first).size).toBeGreaterThan(1)
})

test('of an object inside, an event tells only what changed of it', async () => {
  const shop = openListeningShop({
    customers: [{ id: 'cus_ann', payment_methods: [{ id: 'pm_1ann', card: 'pm_card_visa' }] }],
  })
  await shop.sdk.customers.update('cus_ann', { invoice_settings: { default_payment_method: 'pm_1ann' } })
  const [event] = (await shop.sdk.events.list({ type: 'customer.updated' })).data
  expect(event?.data.previous_attributes).toEqual({ invoice_settings: { default_payment_method: null } })
})
