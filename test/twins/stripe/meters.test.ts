import { expect, test } from 'vitest'
import { errorOf, openShop, type Shop, START_S } from './support.ts'

const DAY_S = 24 * 3600
const ANN = { id: 'cus_ann', payment_methods: [{ card: 'pm_card_visa', default: true }] }
const PLAN = { id: 'base', unit_amount: 1000, interval: 'month' } as const

async function openMetered(formula: 'count' | 'last' | 'sum' = 'sum'): Promise<{
  readonly shop: Shop
  readonly meter: string
  readonly price: string
  readonly use: (
    value: number,
    more?: { readonly identifier?: string; readonly timestamp?: number },
  ) => Promise<unknown>
}> {
  const shop = openShop({ customers: [ANN], prices: [PLAN] })
  const { id: meter } = await shop.sdk.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: { formula },
  })
  const { id: price } = await shop.sdk.prices.create({
    currency: 'usd',
    unit_amount: 10,
    product_data: { name: 'Calls' },
    recurring: { interval: 'month', usage_type: 'metered', meter },
  })
  const use = (value: number, more = {}) =>
    shop.sdk.billing.meterEvents.create({
      event_name: 'calls',
      payload: { stripe_customer_id: 'cus_ann', value: String(value) },
      ...more,
    })
  return { shop, meter, price, use }
}

test.each([
  ['sum', 120],
  ['count', 20],
  ['last', 70],
] as const)('usage is billed when its period is over, by %s', async (formula, amount) => {
  const { shop, price, use } = await openMetered(formula)
  const subscription = await shop.sdk.subscriptions.create({ customer: 'cus_ann', items: [{ price }] })
  expect(subscription.items.data[0]).not.toHaveProperty('quantity')
  await use(5)
  await shop.world.clock.advance(DAY_S * 1000)
  await use(7)
  const preview = await shop.sdk.invoices.createPreview({ subscription: subscription.id })
  expect(preview.total).toBe(amount)
  await shop.world.clock.advance(32 * DAY_S * 1000)
  const [cycle, first] = (await shop.sdk.invoices.list({ subscription: subscription.id })).data
  expect([first?.total, cycle?.total, cycle?.lines.data[0]?.period.start]).toEqual([0, amount, START_S])
})

test('a plan and usage stand on one invoice: the one for the period that begins, the other for the one before', async () => {
  const { shop, price, use } = await openMetered()
  await shop.sdk.subscriptions.create({ customer: 'cus_ann', items: [{ price: 'base' }, { price }] })
  await use(3)
  await shop.world.clock.advance(33 * DAY_S * 1000)
  const [cycle] = (await shop.sdk.invoices.list({ limit: 1 })).data
  expect(cycle?.lines.data.map(({ amount, quantity, period }) => [amount, quantity, period.start])).toEqual([
    [1000, 1, START_S + 31 * DAY_S],
    [30, 3, START_S],
  ])
})

test('what was used is billed when the subscription ends', async () => {
  const { shop, price, use } = await openMetered()
  const wanted = { customer: 'cus_ann', items: [{ price }] }
  const atOnce = await shop.sdk.subscriptions.create(wanted)
  await shop.world.clock.advance(1000)
  await use(4)
  await shop.world.clock.advance(60_000)
  await shop.sdk.subscriptions.cancel(atOnce.id, { invoice_now: true })
  expect((await shop.sdk.invoices.list({ subscription: atOnce.id, limit: 1 })).data[0]?.amount_paid).toBe(40)
})

test('an event is unique, recent and of a meter; it can be taken back', async () => {
  const { shop, meter, use } = await openMetered()
  const { sdk } = shop
  await use(5, { identifier: 'one' })
  const refused = async (act: Promise<unknown>) => (await errorOf(act)).param
  expect([
    await refused(use(5, { identifier: 'one' })),
    await refused(use(5, { timestamp: START_S - 36 * DAY_S })),
    await refused(use(5, { timestamp: START_S + 600 })),
    await refused(sdk.billing.meterEvents.create({ event_name: 'none', payload: { value: '1' } })),
    await refused(sdk.billing.meterEvents.create({ event_name: 'calls', payload: { value: '1' } })),
    await refused(
      sdk.billing.meterEvents.create({ event_name: 'calls', payload: { stripe_customer_id: 'cus_ann', value: 'x' } }),
    ),
  ]).toEqual(['identifier', 'timestamp', 'timestamp', 'event_name', 'payload[stripe_customer_id]', 'payload[value]'])
  const during = { customer: 'cus_ann', start_time: START_S, end_time: START_S + DAY_S }
  const used = async () => (await sdk.billing.meters.listEventSummaries(meter, during)).data[0]?.aggregated_value
  expect(await used()).toBe(5)
  const taken = await sdk.billing.meterEventAdjustments.create({
    event_name: 'calls',
    type: 'cancel',
    cancel: { identifier: 'one' },
  })
  expect([taken.status, await used()]).toEqual(['complete', 0])
  const hours = await sdk.billing.meters.listEventSummaries(meter, {
    ...during,
    value_grouping_window: 'hour',
    limit: 100,
  })
  expect(hours.data).toHaveLength(24)
  expect(await refused(sdk.billing.meters.listEventSummaries(meter, { ...during, start_time: 1 }))).toBe('start_time')
})

test('a meter is read, renamed, listed, and takes nothing while it is switched off', async () => {
  const { shop, meter, price, use } = await openMetered()
  const { billing } = shop.sdk
  expect((await billing.meters.update(meter, { display_name: 'API calls' })).display_name).toBe('API calls')
  const off = await billing.meters.deactivate(meter)
  expect([off.status, off.status_transitions.deactivated_at]).toEqual(['inactive', START_S])
  expect((await errorOf(use(1))).param).toBe('event_name')
  expect((await billing.meters.list({ status: 'active' })).data).toEqual([])
  await billing.meters.reactivate(meter)
  expect((await billing.meters.retrieve(meter)).status).toBe('active')
  const again = { display_name: 'x', event_name: 'calls', default_aggregation: { formula: 'sum' } } as const
  expect((await errorOf(billing.meters.create(again))).param).toBe('event_name')
  expect((await shop.sdk.prices.list({ recurring: { usage_type: 'metered' } })).data.map(({ id }) => id)).toEqual([
    price,
  ])
})

test('a quantity of a metered price is refused', async () => {
  const { shop, price } = await openMetered()
  const wanted = { customer: 'cus_ann', items: [{ price, quantity: 2 }] }
  expect((await errorOf(shop.sdk.subscriptions.create(wanted))).param).toBe('items[0][quantity]')
})

test.each([
  ['usage without a meter', { usage_type: 'metered' as const }],
  ['a meter without usage', { meter: 'mtr_test_x' }],
  ['an unknown meter', { usage_type: 'metered' as const, meter: 'mtr_test_x' }],
])('a price for %s is refused', async (_, recurring) => {
  const { sdk } = openShop({ prices: [PLAN] })
  const made = sdk.prices.create({
    currency: 'usd',
    unit_amount: 1,
    product_data: { name: 'x' },
    recurring: { interval: 'month', ...recurring },
  })
  expect((await errorOf(made)).param).toBe('recurring[meter]')
})
