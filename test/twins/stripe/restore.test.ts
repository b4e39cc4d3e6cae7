import { expect, test } from 'vitest'
import { canonical } from '../../../twins/trace.ts'
import { HOOK, openListeningShop, openShop, pay, RETURN, SECRET } from './support.ts'

const DAY_MS = 86_400_000

test('what was still to come comes after a restore as well, and once', async () => {
  const shop = openListeningShop()
  const { sdk, twin, world } = shop
  const settling = await pay(shop)
  const held = await pay(shop, { capture_method: 'manual' })
  const contested = await pay(shop, { payment_method: 'pm_card_createDispute' })
  const pending = await pay(shop, { payment_method: 'pm_card_pendingRefund', capture_method: 'automatic' })
  await sdk.refunds.create({ payment_intent: pending.id })
  const snapshot = twin.snapshot()
  twin.restore(snapshot)
  expect(canonical(twin.snapshot())).toBe(canonical(snapshot))
  await world.clock.advance(10_000)
  expect(shop.events(/^charge\.updated/)).toHaveLength(2)
  expect((await sdk.charges.retrieve(String(settling.latest_charge))).balance_transaction).toMatch(/^txn_/)
  expect((await sdk.disputes.list({ payment_intent: contested.id })).data).toHaveLength(1)
  expect((await sdk.refunds.list({ payment_intent: pending.id })).data[0]?.status).toBe('succeeded')
  const seen = shop.deliveries.map(({ body }) => JSON.parse(body).id)
  expect(new Set(seen).size).toBe(seen.length)
  await world.clock.advance(8 * DAY_MS)
  expect((await sdk.paymentIntents.retrieve(held.id)).status).toBe('canceled')
})

test('a delivery waiting for its retry is retried after a restore, in another world', async () => {
  const shop = openListeningShop()
  shop.listener = () => ({ kind: 'answer', status: 500, body: '' })
  await shop.sdk.customers.create({ name: 'Ann' })
  await shop.world.clock.advance(10_000)
  expect(shop.deliveries).toHaveLength(1)
  const other = openShop({ webhooks: [{ url: HOOK, secret: SECRET }] }, '2')
  await other.world.clock.advance(10_000)
  other.twin.restore(shop.twin.snapshot())
  await other.world.clock.advance(5 * 60_000)
  expect(other.deliveries.map(({ id }) => id)).toEqual([expect.stringMatching(/^evt_\w+#2$/)])
  expect(other.rows('webhook_deliveries')[0]).toMatchObject({ status: 'taken', attempts: 2 })
})

test('what the old state had under way does not reach the new one', async () => {
  const shop = openListeningShop()
  const before = shop.twin.snapshot()
  await pay(shop)
  await shop.world.clock.advance(50)
  shop.twin.restore(before)
  await shop.world.clock.advance(DAY_MS)
  expect(canonical(shop.twin.snapshot())).toBe(canonical(before))
  expect(shop.events(/^charge\.updated/)).toEqual([])
})

test('after a restore into a world of the same seed, new ids are new', async () => {
  const first = openShop()
  const { id } = await first.sdk.customers.create({})
  const second = openShop()
  second.twin.restore(first.twin.snapshot())
  const made = await second.sdk.customers.create({})
  expect(made.id).not.toBe(id)
  expect(second.rows('customers')).toHaveLength(2)
})

test('idempotency keys survive a restore', async () => {
  const shop = openShop()
  await pay(shop, {}, { idempotencyKey: 'k' })
  shop.twin.restore(shop.twin.snapshot())
  await shop.world.clock.advance(1_000)
  await pay(shop, {}, { idempotencyKey: 'k' })
  expect(shop.rows('charges')).toHaveLength(1)
})

test.each([
  ['nothing', {}],
  ['a row without an id', { customers: [{}] }],
  ['another twin’s', { messages: [] }],
])('%s is no snapshot', (_, snapshot) => {
  expect(() => openShop().twin.restore(snapshot)).toThrow()
})

test('expectations find what they look for in the snapshot', async () => {
  const shop = openShop()
  await pay(shop, { metadata: { order: '42' }, return_url: RETURN })
  expect(shop.rows('charges')).toMatchObject([
    { status: 'succeeded', amount: 4900, currency: 'usd', metadata: { order: '42' } },
  ])
  expect(shop.rows('payment_intents')).toMatchObject([{ status: 'succeeded', amount_received: 4900 }])
})
