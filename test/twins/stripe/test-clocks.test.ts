import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { errorOf, openListeningShop, type Shop, START_S } from './support.ts'

const DAY_S = 24 * 3600
const MONTHLY = { id: 'monthly', unit_amount: 1000, interval: 'month' } as const
const OLD = Date.parse('2020-01-31T12:00:00Z') / 1000

/** A customer with a card and a subscription, who live by a test clock that stands at `frozenS`. */
async function openClocked(frozenS: number): Promise<{
  readonly shop: Shop
  readonly clock: Stripe.TestHelpers.TestClock
  readonly customer: Stripe.Customer
  readonly subscription: Stripe.Subscription
}> {
  const shop = openListeningShop({ prices: [MONTHLY] })
  const { sdk } = shop
  const clock = await sdk.testHelpers.testClocks.create({ frozen_time: frozenS, name: 'Renewals' })
  const customer = await sdk.customers.create({ email: 'ann@example.com', test_clock: clock.id })
  const card = await sdk.paymentMethods.attach('pm_card_visa', { customer: customer.id })
  const subscription = await sdk.subscriptions.create({
    customer: customer.id,
    default_payment_method: card.id,
    items: [{ price: 'monthly' }],
  })
  return { shop, clock, customer, subscription }
}

/** Advances a clock, and waits until it says that it is ready. */
async function advance({ sdk, world }: Shop, id: string, frozen_time: number): Promise<Stripe.TestHelpers.TestClock> {
  const started = await sdk.testHelpers.testClocks.advance(id, { frozen_time })
  expect([started.status, started.status_details.advancing?.target_frozen_time]).toEqual(['advancing', frozen_time])
  await world.clock.advance(10_000)
  return sdk.testHelpers.testClocks.retrieve(id)
}

const day = (seconds: number | null | undefined): string => new Date((seconds ?? 0) * 1000).toISOString().slice(0, 10)

test('what is billed to a customer lives in the time of their test clock; payments stay in the world’s', async () => {
  const { shop, clock, customer, subscription } = await openClocked(OLD)
  expect(clock.deletes_after).toBe(clock.created + 30 * DAY_S)
  expect([customer.created, customer.test_clock]).toEqual([OLD, clock.id])
  expect([subscription.created, subscription.test_clock, subscription.status]).toEqual([OLD, clock.id, 'active'])
  await shop.world.clock.advance(40 * DAY_S * 1000 - 20 * DAY_S * 1000)
  expect((await shop.sdk.invoices.list({ customer: customer.id })).data.length).toBe(1)
  const [intent] = (await shop.sdk.paymentIntents.list({ customer: customer.id })).data
  expect(intent?.created).toBe(START_S)
})

test('a clock that is advanced renews, bills an hour later, and keeps the day of the month', async () => {
  const { shop, clock, customer, subscription } = await openClocked(OLD)
  const ready = await advance(shop, clock.id, OLD + 30 * DAY_S)
  expect([ready.status, ready.frozen_time, ready.status_details]).toEqual(['ready', OLD + 30 * DAY_S, {}])
  await advance(shop, clock.id, OLD + 60 * DAY_S)
  const invoices = (await shop.sdk.invoices.list({ customer: customer.id })).data
  expect(invoices.map(({ created, status, test_clock }) => [day(created), status, test_clock])).toEqual([
    ['2020-03-31', 'draft', clock.id],
    ['2020-02-29', 'paid', clock.id],
    ['2020-01-31', 'paid', clock.id],
  ])
  const item = (await shop.sdk.subscriptions.retrieve(subscription.id)).items.data[0]
  expect(day(item?.current_period_end)).toBe('2020-04-30')
  expect(shop.events(/^test_helpers.test_clock[.]/)).toEqual([
    'test_helpers.test_clock.created',
    ...['advancing', 'ready', 'advancing', 'ready'].map((type) => `test_helpers.test_clock.${type}`),
  ])
  expect(shop.deliveries.some(({ body }) => body.includes('"type": "test_helpers.test_clock.ready"'))).toBe(true)
})

test('while a clock advances, what lives by it cannot be changed, and the rest can', async () => {
  const { shop, clock, customer, subscription } = await openClocked(OLD)
  const { sdk } = shop
  await sdk.testHelpers.testClocks.advance(clock.id, { frozen_time: OLD + 5 * DAY_S })
  const refused = await Promise.all(
    [
      sdk.subscriptions.update(subscription.id, { metadata: { a: 'b' } }),
      sdk.customers.update(customer.id, { name: 'Ann' }),
      sdk.subscriptionItems.update(subscription.items.data[0]?.id ?? '', { quantity: 2 }),
      sdk.testHelpers.testClocks.advance(clock.id, { frozen_time: OLD + 6 * DAY_S }),
    ].map(errorOf),
  )
  for (const { statusCode, message } of refused) {
    expect(statusCode).toBe(429)
    expect(message).toBe(`Test clock advancement underway - cannot perform modifications: ${clock.id}`)
  }
  await sdk.customers.create({ name: 'Bob' })
  await shop.world.clock.advance(10_000)
  expect((await sdk.customers.update(customer.id, { name: 'Ann' })).name).toBe('Ann')
})

test.each([
  ['back', OLD - 1],
  ['nowhere', OLD],
  ['further than two intervals of the shortest subscription', OLD + 63 * DAY_S],
])('a clock does not go %s', async (_, frozen_time) => {
  const { shop, clock } = await openClocked(OLD)
  const error = await errorOf(shop.sdk.testHelpers.testClocks.advance(clock.id, { frozen_time }))
  expect([error.statusCode, error.param]).toEqual([400, 'frozen_time'])
})

test('lists leave out what lives by a test clock, unless asked for it', async () => {
  const { shop, clock, customer, subscription } = await openClocked(OLD)
  const { sdk } = shop
  const ids = (list: { readonly data: readonly { readonly id: string }[] }): readonly string[] =>
    list.data.map(({ id }) => id)
  expect([ids(await sdk.customers.list()), ids(await sdk.subscriptions.list())]).toEqual([[], []])
  const asked = { test_clock: clock.id }
  expect([ids(await sdk.customers.list(asked)), ids(await sdk.subscriptions.list(asked))]).toEqual([
    [customer.id],
    [subscription.id],
  ])
  expect(ids(await sdk.subscriptions.list({ customer: customer.id }))).toEqual([subscription.id])
  expect(ids(await sdk.testHelpers.testClocks.list())).toEqual([clock.id])
})

test('a clock takes three customers, and they go with it', async () => {
  const { shop, clock, customer, subscription } = await openClocked(OLD)
  const { sdk } = shop
  for (const name of ['Bob', 'Cid']) await sdk.customers.create({ name, test_clock: clock.id })
  expect((await errorOf(sdk.customers.create({ test_clock: clock.id }))).param).toBe('test_clock')
  expect(await sdk.testHelpers.testClocks.del(clock.id)).toMatchObject({ id: clock.id, deleted: true })
  expect((await errorOf(sdk.testHelpers.testClocks.retrieve(clock.id))).statusCode).toBe(404)
  expect(await sdk.customers.retrieve(customer.id)).toMatchObject({ deleted: true })
  expect((await sdk.subscriptions.retrieve(subscription.id)).status).toBe('canceled')
})

test('a clock that nobody deletes is gone after 30 days', async () => {
  const { shop, clock } = await openClocked(OLD)
  await shop.world.clock.advance(31 * DAY_S * 1000)
  expect((await errorOf(shop.sdk.testHelpers.testClocks.retrieve(clock.id))).statusCode).toBe(404)
})

test('a clock goes on after a restore, in the middle of advancing as well', async () => {
  const { shop, clock, customer } = await openClocked(OLD)
  await shop.sdk.testHelpers.testClocks.advance(clock.id, { frozen_time: OLD + 30 * DAY_S })
  const copy = openListeningShop({ prices: [MONTHLY] })
  copy.twin.restore(shop.twin.snapshot())
  await copy.world.clock.advance(10_000)
  expect((await copy.sdk.testHelpers.testClocks.retrieve(clock.id)).status).toBe('ready')
  expect((await copy.sdk.invoices.list({ customer: customer.id })).data.map(({ status }) => status)).toEqual([
    'paid',
    'paid',
  ])
})
