import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { costsOf } from '../../../twins/stripe/pricing.ts'
import { errorOf, openShop, type Shop } from './support.ts'

const TIERS: Stripe.PriceCreateParams.Tier[] = [
  { up_to: 5, unit_amount: 700 },
  { up_to: 10, unit_amount: 650, flat_amount: 1000 },
  { up_to: 'inf', unit_amount: 600 },
]
const tiered = (tiers_mode: 'graduated' | 'volume'): Partial<Stripe.PriceCreateParams> => ({
  billing_scheme: 'tiered',
  tiers_mode,
  tiers: TIERS,
})
const packs = (round: 'up' | 'down'): Partial<Stripe.PriceCreateParams> => ({
  unit_amount: 500,
  transform_quantity: { divide_by: 10, round },
})

const priced = (shop: Shop, params: Partial<Stripe.PriceCreateParams>): Promise<Stripe.Price> =>
  shop.sdk.prices.create({
    currency: 'usd',
    product_data: { name: 'Seat' },
    recurring: { interval: 'month' },
    ...params,
  })

const ANN = { id: 'cus_ann', payment_methods: [{ card: 'pm_card_visa', default: true }] }

// The sums of the graduated and the volume column: https://docs.stripe.com/products-prices/pricing-models (2026-11-26).
test.each([
  ['graduated', 0, [[0, 0, 'Tier 1 at $7.00 / month']]],
  ['graduated', 5, [[3500, 5, 'Tier 1 at $7.00 / month']]],
  [
    'graduated',
    7,
    [
      [3500, 5, 'Tier 1 at $7.00 / month'],
      [2300, 2, 'Tier 2 at $6.50 / month'],
    ],
  ],
  [
    'graduated',
    12,
    [
      [3500, 5, 'Tier 1 at $7.00 / month'],
      [4250, 5, 'Tier 2 at $6.50 / month'],
      [1200, 2, 'Tier 3 at $6.00 / month'],
    ],
  ],
  ['volume', 5, [[3500, 5, 'Tier 1 at $7.00 / month']]],
  ['volume', 6, [[4900, 6, 'Tier 2 at $6.50 / month']]],
  ['volume', 20, [[12000, 20, 'Tier 3 at $6.00 / month']]],
] as const)('tiers that are %s bill %d by their tiers', async (mode, quantity, lines) => {
  const shop = openShop({ customers: [ANN] })
  const price = await priced(shop, tiered(mode))
  const subscription = await shop.sdk.subscriptions.create({
    customer: 'cus_ann',
    items: [{ price: price.id, quantity }],
    expand: ['latest_invoice'],
  })
  const invoice = subscription.latest_invoice as Stripe.Invoice
  expect(invoice.lines.data.map(({ amount, quantity: count, description }) => [amount, count, description])).toEqual(
    lines.map(([amount, count, rate]) => [amount, count, `${count} × Seat (${rate})`]),
  )
  expect(invoice.amount_paid).toBe(lines.reduce((sum, [amount]) => sum + amount, 0))
})

test.each([
  ['up', 1, 500],
  ['up', 10, 500],
  ['up', 11, 1000],
  ['down', 9, 0],
  ['down', 25, 1000],
] as const)('packages rounded %s bill %d as %d cents', async (round, quantity, amount) => {
  const shop = openShop({ customers: [ANN] })
  const price = await priced(shop, packs(round))
  const preview = await shop.sdk.invoices.createPreview({
    customer: 'cus_ann',
    subscription_details: { items: [{ price: price.id, quantity }] },
  })
  expect([preview.total, preview.lines.data[0]?.description]).toEqual([
    amount,
    `${quantity} × Seat (at $5.00 per 10 / month)`,
  ])
})

test('a price shows its tiers when asked, and says how it counts', async () => {
  const shop = openShop()
  const { id, ...price } = await priced(shop, tiered('graduated'))
  expect(price).toMatchObject({ billing_scheme: 'tiered', tiers_mode: 'graduated', unit_amount: null })
  expect(price.tiers).toBeUndefined()
  const whole = await shop.sdk.prices.retrieve(id, { expand: ['tiers'] })
  expect(whole.tiers?.map(({ up_to, flat_amount, unit_amount }) => [up_to, flat_amount, unit_amount])).toEqual([
    [5, null, 700],
    [10, 1000, 650],
    [null, null, 600],
  ])
  const listed = await shop.sdk.prices.list({ expand: ['data.tiers'] })
  expect(listed.data[0]?.tiers?.length).toBe(3)
})

test('a price of the payer’s choice says between what they choose', async () => {
  const price = await openShop().sdk.prices.create({
    currency: 'usd',
    product_data: { name: 'Tip' },
    custom_unit_amount: { enabled: true, minimum: 100, preset: 500 },
  })
  expect([price.unit_amount, price.custom_unit_amount]).toEqual([null, { maximum: null, minimum: 100, preset: 500 }])
})

test.each([
  [{ ...tiered('volume'), tiers: undefined }, 'tiers'],
  [{ ...tiered('volume'), tiers_mode: undefined }, 'tiers_mode'],
  [{ ...tiered('volume'), tiers: [{ up_to: 5, unit_amount: 1 }] }, 'tiers[0][up_to]'],
  [{ ...tiered('volume'), tiers: [{ up_to: 'inf' }] }, 'tiers[0]'],
  [{ ...tiered('volume'), unit_amount: 100 }, 'unit_amount'],
  [{ unit_amount: 100, tiers: TIERS }, 'tiers'],
  [{}, 'unit_amount'],
] as const)('a price that says %j is refused for %s', async (params, param) => {
  const error = await errorOf(priced(openShop(), params as Partial<Stripe.PriceCreateParams>))
  expect([error.statusCode, error.param]).toEqual([400, param])
})

test('a scenario may start with tiers and packages', async () => {
  const shop = openShop({
    customers: [ANN],
    prices: [
      {
        id: 'seats',
        interval: 'month',
        tiers: [{ up_to: 2, unit_amount: 100 }, { unit_amount: 50 }],
        tiers_mode: 'volume',
      },
      { id: 'packs', interval: 'month', unit_amount: 900, transform_quantity: { divide_by: 100, round: 'up' } },
    ],
  })
  const preview = await shop.sdk.invoices.createPreview({
    customer: 'cus_ann',
    subscription_details: {
      items: [
        { price: 'seats', quantity: 3 },
        { price: 'packs', quantity: 101 },
      ],
    },
  })
  expect(preview.lines.data.map(({ amount }) => amount)).toEqual([150, 1800])
})

test('what is left of a period of tiers is settled by what all of it costs', async () => {
  const shop = openShop({ customers: [ANN] })
  const price = await priced(shop, tiered('graduated'))
  const subscription = await shop.sdk.subscriptions.create({
    customer: 'cus_ann',
    items: [{ price: price.id, quantity: 5 }],
  })
  const item = subscription.items.data[0]?.id ?? ''
  await shop.sdk.subscriptionItems.update(item, { quantity: 12, proration_behavior: 'create_prorations' })
  const { data } = await shop.sdk.invoiceItems.list({ pending: true })
  expect(data.map(({ amount }) => amount).sort((a, b) => a - b)).toEqual([-3500, 8950])
})

test('tiers cost no less for more than what is asked of graduated ones', () => {
  const tiers = [
    { up_to: 3, unit_amount: 100, flat_amount: null },
    { up_to: null, unit_amount: 10, flat_amount: null },
  ]
  const price = { tiers, tiers_mode: 'graduated' } as unknown as Parameters<typeof costsOf>[0]
  const sums = [0, 1, 3, 4, 10].map((quantity) => costsOf(price, quantity).reduce((sum, { amount }) => sum + amount, 0))
  expect(sums).toEqual([0, 100, 300, 310, 370])
})
