import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { errorOf, openShop, type Shop, START_S } from './support.ts'

const DAY_S = 24 * 3600
const ANN = { id: 'cus_ann', payment_methods: [{ card: 'pm_card_visa', default: true }] }
const open = (): Shop =>
  openShop({
    customers: [ANN],
    prices: [
      { id: 'small', unit_amount: 1000, interval: 'month', product: { name: 'Tea' } },
      { id: 'large', unit_amount: 3000, interval: 'month' },
      { id: 'once', unit_amount: 700 },
    ],
    coupons: [{ id: 'half', percent_off: 50 }],
  })
const subscribe = (shop: Shop): Promise<Stripe.Subscription> =>
  shop.sdk.subscriptions.create({ customer: 'cus_ann', items: [{ price: 'small' }] })
const amountsOf = (invoice: Stripe.Invoice): readonly number[] => invoice.lines.data.map(({ amount }) => amount)

test('a preview of the next invoice is what is billed then, and changes nothing', async () => {
  const shop = open()
  const { id } = await subscribe(shop)
  await shop.sdk.invoiceItems.create({ customer: 'cus_ann', pricing: { price: 'once' }, quantity: 2 })
  const before = JSON.stringify([shop.rows('invoices'), shop.rows('invoice_items'), shop.rows('events')])
  const preview = await shop.sdk.invoices.createPreview({ subscription: id, discounts: [{ coupon: 'half' }] })
  expect([preview.billing_reason, preview.status, preview.total, amountsOf(preview)]).toEqual([
    'upcoming',
    'draft',
    1200,
    [1400, 1000],
  ])
  expect(preview.period_end).toBe(START_S + 31 * DAY_S)
  expect(JSON.stringify([shop.rows('invoices'), shop.rows('invoice_items'), shop.rows('events')])).toBe(before)
  expect([shop.rows('discounts'), shop.rows('coupons')[0]?.times_redeemed]).toEqual([[], 0])
  await shop.world.clock.advance(32 * DAY_S * 1000)
  const [billed] = (await shop.sdk.invoices.list({ subscription: id })).data
  expect(billed === undefined ? [] : amountsOf(billed)).toEqual([1400, 1000])
})

test('a preview of a change shows what it would give back and charge, with the next period or at once', async () => {
  const shop = open()
  const { id, items } = await subscribe(shop)
  await shop.world.clock.advance(15.5 * DAY_S * 1000)
  const change = { items: [{ id: items.data[0]?.id ?? '', price: 'large' }] }
  const next = await shop.sdk.invoices.createPreview({ subscription: id, subscription_details: change })
  expect(amountsOf(next)).toEqual([-500, 1500, 3000])
  const now = await shop.sdk.invoices.createPreview({
    subscription: id,
    subscription_details: { ...change, proration_behavior: 'always_invoice', proration_date: START_S },
  })
  expect(amountsOf(now)).toEqual([-1000, 3000])
  const outside = { ...change, proration_date: START_S - 1 }
  const refused = await errorOf(shop.sdk.invoices.createPreview({ subscription: id, subscription_details: outside }))
  expect(refused.param).toBe('proration_date')
  await shop.sdk.subscriptions.update(id, { ...change, proration_behavior: 'always_invoice', proration_date: START_S })
  expect(amountsOf((await shop.sdk.invoices.list({ limit: 1 })).data[0] as Stripe.Invoice)).toEqual([-1000, 3000])
})

test('what is only thought of is previewed too; where nothing comes next there is no preview', async () => {
  const shop = open()
  const first = await shop.sdk.invoices.createPreview({
    customer: 'cus_ann',
    subscription_details: { items: [{ price: 'small', quantity: 2 }] },
    invoice_items: [{ price: 'once' }],
  })
  expect([amountsOf(first), first.billing_reason]).toEqual([[700, 2000], 'subscription_create'])
  const nothing = await errorOf(shop.sdk.invoices.createPreview({ customer: 'cus_ann' }))
  expect([nothing.statusCode, nothing.code]).toEqual([404, 'invoice_upcoming_none'])
  const { id } = await subscribe(shop)
  await shop.sdk.subscriptions.update(id, { cancel_at_period_end: true })
  expect((await errorOf(shop.sdk.invoices.createPreview({ subscription: id }))).code).toBe('invoice_upcoming_none')
})

test('a subscription that is canceled gives back what is unused, and bills it at once, if told to', async () => {
  const shop = open()
  const { id } = await subscribe(shop)
  await shop.world.clock.advance(15.5 * DAY_S * 1000)
  await shop.sdk.subscriptions.cancel(id, { prorate: true, invoice_now: true })
  const [invoice] = (await shop.sdk.invoices.list({ limit: 1 })).data
  expect([invoice?.total, invoice?.amount_due, invoice?.ending_balance]).toEqual([-500, 0, -500])
  expect(((await shop.sdk.customers.retrieve('cus_ann')) as Stripe.Customer).balance).toBe(-500)
})

test('items and lines of a draft are changed, added and taken away; those of a final invoice are not', async () => {
  const { sdk } = open()
  const item = await sdk.invoiceItems.create({ customer: 'cus_ann', amount: 100, currency: 'usd' })
  await sdk.invoiceItems.update(item.id, { pricing: { price: 'once' }, quantity: 3, description: 'Tea' })
  const { id = '' } = await sdk.invoices.create({ customer: 'cus_ann', pending_invoice_items_behavior: 'include' })
  const added = await sdk.invoices.addLines(id, { lines: [{ amount: 50, description: 'Post' }] })
  expect(added.lines.data.map(({ amount, description }) => [amount, description])).toEqual([
    [2100, 'Tea'],
    [50, 'Post'],
  ])
  const [tea = '', post = ''] = added.lines.data.map((line) => line.id)
  expect((await sdk.invoices.updateLineItem(id, post, { amount: 60 })).amount).toBe(60)
  expect((await sdk.invoices.updateLines(id, { lines: [{ id: tea, quantity: 1 }] })).total).toBe(760)
  const left = await sdk.invoices.removeLines(id, { lines: [{ id: post, behavior: 'delete' }] })
  expect(amountsOf(left)).toEqual([700])
  await sdk.invoices.finalizeInvoice(id)
  expect((await errorOf(sdk.invoices.addLines(id, { lines: [{ amount: 1 }] }))).code).toBe('invoice_not_editable')
  expect((await errorOf(sdk.invoiceItems.update(item.id, { amount: 1 }))).code).toBe('invoice_not_editable')
})

test('the discount of a subscription is taken away', async () => {
  const shop = open()
  const { id } = await shop.sdk.subscriptions.create({
    customer: 'cus_ann',
    items: [{ price: 'small' }],
    discounts: [{ coupon: 'half' }],
  })
  expect((await shop.sdk.subscriptions.deleteDiscount(id)).deleted).toBe(true)
  expect((await shop.sdk.subscriptions.retrieve(id)).discounts).toEqual([])
  expect((await errorOf(shop.sdk.subscriptions.deleteDiscount(id))).statusCode).toBe(404)
})
