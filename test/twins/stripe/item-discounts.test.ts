import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { errorOf, openListeningShop, openShop } from './support.ts'

const DAY_S = 24 * 3600
const SEED = {
  customers: [{ id: 'cus_ann', payment_methods: [{ card: 'pm_card_visa', default: true }] }],
  prices: [
    { id: 'tea', unit_amount: 1000, interval: 'month', product: { id: 'prod_tea' } },
    { id: 'cake', unit_amount: 500, interval: 'month', product: { id: 'prod_cake' } },
  ],
} as const
const BOTH = { customer: 'cus_ann', items: [{ price: 'tea' }, { price: 'cake' }] }
const linesOf = ({ lines }: Stripe.Invoice): readonly (readonly [number, number])[] =>
  lines.data.map(({ amount, discount_amounts }) => [amount, discount_amounts?.[0]?.amount ?? 0])

test.each([
  [
    'by per cent',
    { percent_off: 50 },
    [
      [1000, 0],
      [500, 250],
    ],
    1250,
  ],
  [
    'by an amount, and no more than there is',
    { amount_off: 800, currency: 'usd' },
    [
      [1000, 0],
      [500, 500],
    ],
    1000,
  ],
] as const)('a coupon for some products takes off theirs alone, %s', async (_, off, lines, total) => {
  const { sdk } = openShop(SEED)
  const applies_to = { products: ['prod_cake'] }
  const coupon = await sdk.coupons.create({ ...off, duration: 'forever', applies_to })
  expect(coupon.applies_to).toBeUndefined()
  expect((await sdk.coupons.retrieve(coupon.id, { expand: ['applies_to'] })).applies_to).toEqual(applies_to)
  const subscription = await sdk.subscriptions.create({
    ...BOTH,
    discounts: [{ coupon: coupon.id }],
    expand: ['latest_invoice'],
  })
  const invoice = subscription.latest_invoice as Stripe.Invoice
  expect([linesOf(invoice), invoice.total]).toEqual([lines, total])
})

test('a coupon is not made for a product that is not there', async () => {
  const { sdk } = openShop(SEED)
  const error = await errorOf(sdk.coupons.create({ percent_off: 5, applies_to: { products: ['prod_none'] } }))
  expect([error.code, error.param]).toEqual(['resource_missing', 'applies_to[products][0]'])
})

test('a scenario may start with a coupon for some products', async () => {
  const { sdk } = openShop({ ...SEED, coupons: [{ id: 'half', percent_off: 50, applies_to: ['prod_tea'] }] })
  const preview = await sdk.invoices.createPreview({
    customer: 'cus_ann',
    discounts: [{ coupon: 'half' }],
    subscription_details: { items: BOTH.items },
  })
  expect(preview.total).toBe(1000)
})

test('a discount of one item is on its lines alone, once or for as long as it lasts', async () => {
  const shop = openShop({
    ...SEED,
    coupons: [
      { id: 'always', percent_off: 10 },
      { id: 'first', percent_off: 50, duration: 'once' },
    ],
  })
  const { sdk, world } = shop
  const subscription = await sdk.subscriptions.create({
    customer: 'cus_ann',
    items: [
      { price: 'tea', discounts: [{ coupon: 'always' }] },
      { price: 'cake', discounts: [{ coupon: 'first' }] },
    ],
  })
  await world.clock.advance(32 * DAY_S * 1000)
  const invoices = (await sdk.invoices.list({ customer: 'cus_ann' })).data
  expect(invoices.map(linesOf)).toEqual([
    [
      [1000, 100],
      [500, 0],
    ],
    [
      [1000, 100],
      [500, 250],
    ],
  ])
  const [tea] = (await sdk.subscriptions.retrieve(subscription.id, { expand: ['items.data.discounts'] })).items.data
  const [discount] = (tea?.discounts ?? []) as Stripe.Discount[]
  expect([discount?.subscription_item, discount?.subscription]).toEqual([tea?.id, subscription.id])
})

test('an item gets and loses a discount later, by itself or with its subscription', async () => {
  const { sdk } = openShop({ ...SEED, coupons: [{ id: 'always', percent_off: 10 }] })
  const { id, items } = await sdk.subscriptions.create(BOTH)
  const tea = items.data[0]?.id ?? ''
  const given = await sdk.subscriptionItems.update(tea, { discounts: [{ coupon: 'always' }] })
  expect(given.discounts.length).toBe(1)
  const kept = await sdk.subscriptions.update(id, { items: [{ id: tea, quantity: 2 }] })
  expect(kept.items.data[0]?.discounts).toEqual(given.discounts)
  const lost = await sdk.subscriptions.update(id, { items: [{ id: tea, discounts: '' }] })
  expect(lost.items.data[0]?.discounts).toEqual([])
})

test('an invoice is told of a week before it comes, without an id', async () => {
  const shop = openListeningShop(SEED)
  await shop.sdk.subscriptions.create(BOTH)
  await shop.world.clock.advance(23 * DAY_S * 1000)
  expect(shop.events(/^invoice.upcoming/)).toEqual([])
  await shop.world.clock.advance(2 * DAY_S * 1000)
  const told = shop.deliveries.map(({ body }) => JSON.parse(body) as Stripe.Event)
  const upcoming = told.find((event) => event.type === 'invoice.upcoming')
  expect(upcoming?.data.object).toMatchObject({ billing_reason: 'upcoming', total: 1500, customer: 'cus_ann' })
  expect(upcoming?.data.object).not.toHaveProperty('id')
  await shop.world.clock.advance(31 * DAY_S * 1000)
  expect(shop.events(/^invoice.upcoming/).length).toBe(2)
})

test.each([
  [
    'ends with its period',
    async (sdk: Stripe, id: string) => await sdk.subscriptions.update(id, { cancel_at_period_end: true }),
  ],
  ['is canceled', async (sdk: Stripe, id: string) => await sdk.subscriptions.cancel(id)],
])('no invoice is told of when the subscription %s', async (_, act) => {
  const shop = openShop(SEED)
  const { id } = await shop.sdk.subscriptions.create(BOTH)
  await act(shop.sdk, id)
  await shop.world.clock.advance(40 * DAY_S * 1000)
  expect(shop.events(/^invoice.upcoming/)).toEqual([])
})
