import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { errorOf, openShop, type Shop, START_S } from './support.ts'

const DAY_MS = 24 * 3_600_000
const ANN = { id: 'cus_ann', payment_methods: [{ card: 'pm_card_visa', default: true }] }
const open = (): Shop =>
  openShop({
    customers: [ANN],
    prices: [
      { id: 'small', unit_amount: 1000, interval: 'month' },
      { id: 'large', unit_amount: 3000, interval: 'month' },
    ],
  })
const MONTH = { interval: 'month' } as const
const PHASES: Stripe.SubscriptionScheduleCreateParams.Phase[] = [
  { items: [{ price: 'small' }], duration: MONTH },
  { items: [{ price: 'large', quantity: 2 }], duration: { ...MONTH, interval_count: 2 } },
]
const schedule = (shop: Shop, params: Partial<Stripe.SubscriptionScheduleCreateParams> = {}) =>
  shop.sdk.subscriptionSchedules.create({ customer: 'cus_ann', start_date: 'now', phases: PHASES, ...params })
async function billed(shop: Shop): Promise<readonly number[]> {
  return (await shop.sdk.invoices.list()).data.toReversed().map(({ total }) => total)
}

test('a subscription goes through its phases, each billed as it is, and then on by itself', async () => {
  const shop = open()
  const made = await schedule(shop)
  expect([made.status, made.phases.length, made.current_phase?.start_date]).toEqual(['active', 2, START_S])
  const { schedule: of } = await shop.sdk.subscriptions.retrieve(String(made.subscription), { expand: ['schedule'] })
  expect(of).toMatchObject({ id: made.id, object: 'subscription_schedule' })
  await shop.world.clock.advance(100 * DAY_MS)
  expect(await billed(shop)).toEqual([1000, 6000, 6000, 6000])
  const ended = await shop.sdk.subscriptionSchedules.retrieve(made.id)
  expect([ended.status, ended.subscription, ended.released_subscription]).toEqual(['released', null, made.subscription])
  expect((await shop.sdk.subscriptions.retrieve(String(made.subscription))).status).toBe('active')
})

test('one that cancels ends its subscription with its last phase', async () => {
  const shop = open()
  const { id, subscription } = await schedule(shop, { end_behavior: 'cancel' })
  await shop.world.clock.advance(100 * DAY_MS)
  expect(await billed(shop)).toEqual([1000, 6000, 6000])
  expect((await shop.sdk.subscriptionSchedules.retrieve(id)).status).toBe('completed')
  expect((await shop.sdk.subscriptions.retrieve(String(subscription))).status).toBe('canceled')
  expect(shop.events(/^subscription_schedule\./)).toContain('subscription_schedule.completed')
})

test('one for later begins then, also after a restore', async () => {
  const shop = open()
  const { id, status, subscription } = await schedule(shop, { start_date: START_S + 10 * 24 * 3600 })
  expect([status, subscription]).toEqual(['not_started', null])
  expect((await shop.sdk.subscriptionSchedules.list({ scheduled: true })).data).toHaveLength(1)
  shop.twin.restore(shop.twin.snapshot())
  await shop.world.clock.advance(11 * DAY_MS)
  expect((await shop.sdk.subscriptionSchedules.retrieve(id)).status).toBe('active')
  expect(await billed(shop)).toEqual([1000])
})

test('a subscription that is there gets a schedule: what it is now, and what follows', async () => {
  const shop = open()
  const { id: from } = await shop.sdk.subscriptions.create({ customer: 'cus_ann', items: [{ price: 'small' }] })
  const made = await shop.sdk.subscriptionSchedules.create({ from_subscription: from })
  const [now] = made.phases
  expect([made.status, now?.items.map(({ price }) => price), now?.start_date]).toEqual(['active', ['small'], START_S])
  await shop.sdk.subscriptionSchedules.update(made.id, {
    phases: [
      { items: [{ price: 'small' }], start_date: START_S, end_date: now?.end_date ?? 0 },
      { items: [{ price: 'large' }], duration: MONTH },
    ],
  })
  await shop.world.clock.advance(40 * DAY_MS)
  expect(await billed(shop)).toEqual([1000, 3000])
  const again = await errorOf(shop.sdk.subscriptionSchedules.create({ from_subscription: from }))
  expect(again.statusCode).toBe(400)
})

test('what changes in the present phase changes at once', async () => {
  const shop = open()
  const made = await schedule(shop)
  await shop.world.clock.advance(15.5 * DAY_MS)
  const end = made.phases[0]?.end_date ?? 0
  await shop.sdk.subscriptionSchedules.update(made.id, {
    phases: [{ items: [{ price: 'large' }], start_date: START_S, end_date: end }],
    proration_behavior: 'always_invoice',
  })
  expect(await billed(shop)).toEqual([1000, 1000])
})

test('a schedule is let go of, or called off with its subscription', async () => {
  const shop = open()
  const [kept, dropped] = [await schedule(shop), await schedule(shop)]
  expect((await shop.sdk.subscriptionSchedules.release(kept.id)).status).toBe('released')
  expect((await shop.sdk.subscriptionSchedules.cancel(dropped.id)).status).toBe('canceled')
  const statusOf = async (id: unknown) => (await shop.sdk.subscriptions.retrieve(String(id))).status
  expect([await statusOf(kept.subscription), await statusOf(dropped.subscription)]).toEqual(['active', 'canceled'])
  expect((await errorOf(shop.sdk.subscriptionSchedules.cancel(dropped.id))).message).toContain('`canceled` status')
  const third = await schedule(shop)
  await shop.sdk.subscriptions.cancel(String(third.subscription))
  expect((await shop.sdk.subscriptionSchedules.retrieve(third.id)).status).toBe('canceled')
})

test.each<readonly [string, Stripe.SubscriptionScheduleCreateParams, string]>([
  ['without a customer', { phases: PHASES, start_date: 'now' }, 'customer'],
  ['without phases', { customer: 'cus_ann', start_date: 'now' }, 'phases'],
  ['without a start', { customer: 'cus_ann', phases: PHASES }, 'start_date'],
  [
    'of an unknown price',
    { customer: 'cus_ann', start_date: 'now', phases: [{ items: [{ price: 'none' }] }] },
    'phases[0][items][0][price]',
  ],
  ['of an unknown subscription', { from_subscription: 'sub_none' }, 'from_subscription'],
])('a schedule %s is refused', async (_, params, param) => {
  expect((await errorOf(open().sdk.subscriptionSchedules.create(params))).param).toBe(param)
})
