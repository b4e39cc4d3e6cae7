import type Stripe from 'stripe'
import { beforeEach, expect, test } from 'vitest'
import { errorIn, openShop, type Shop } from './support.ts'

const PRICES = [
  { id: 'monthly', unit_amount: 2500, interval: 'month', product: { name: 'Basic' } },
  { id: 'yearly', unit_amount: 25_000, interval: 'year', product: { name: 'Year' } },
  { id: 'shirt', unit_amount: 1500, product: { name: 'Shirt' } },
] as const

let shop: Shop
let customer: string
beforeEach(async () => {
  shop = openShop({ prices: PRICES })
  customer = (await shop.sdk.customers.create({ email: 'ann@example.com' })).id
  const { id } = await shop.sdk.paymentMethods.attach('pm_card_visa', { customer })
  await shop.sdk.customers.update(customer, { invoice_settings: { default_payment_method: id } })
})

const subscribe = (more: Partial<Stripe.SubscriptionCreateParams> = {}): Promise<Stripe.Subscription> =>
  shop.sdk.subscriptions.create({
    customer,
    items: [{ price: 'monthly' }],
    expand: ['latest_invoice.payments', 'discounts.source.coupon', 'latest_invoice.total_discount_amounts.discount'],
    ...more,
  })
const invoiceOf = ({ latest_invoice }: Stripe.Subscription): Stripe.Invoice => latest_invoice as Stripe.Invoice

test('a coupon takes its part off the invoice, and that is what is paid', async () => {
  const { id } = await shop.sdk.coupons.create({ percent_off: 40, duration: 'forever', name: 'Much' })
  const subscription = await subscribe({ discounts: [{ coupon: id }] })
  const [discount] = subscription.discounts as Stripe.Discount[]
  expect(discount).toMatchObject({
    object: 'discount',
    customer,
    subscription: subscription.id,
    source: { type: 'coupon', coupon: { id, percent_off: 40, times_redeemed: 1 } },
  })
  const invoice = invoiceOf(subscription)
  expect(invoice).toMatchObject({
    subtotal: 2500,
    total: 1500,
    amount_paid: 1500,
    discounts: [discount?.id],
    total_discount_amounts: [{ amount: 1000, discount: { id: discount?.id } }],
    lines: { data: [{ amount: 2500, discount_amounts: [{ amount: 1000 }] }] },
  })
  await shop.world.clock.advance(31 * 86_400_000 + 3_700_000)
  const [next] = (await shop.sdk.invoices.list({ subscription: subscription.id })).data
  expect(next).toMatchObject({ billing_reason: 'subscription_cycle', total: 1500 })
})

test.each([
  ['once', undefined, [1500, 2500, 2500]],
  ['repeating', 2, [1500, 1500, 2500]],
] as const)('a coupon for %s is good for so long', async (duration, months, totals) => {
  const { id } = await shop.sdk.coupons.create({
    amount_off: 1000,
    currency: 'usd',
    duration,
    ...(months === undefined ? {} : { duration_in_months: months }),
  })
  const subscription = await subscribe({ discounts: [{ coupon: id }] })
  await shop.world.clock.advance(62 * 86_400_000)
  const { data } = await shop.sdk.invoices.list({ subscription: subscription.id })
  expect(data.map(({ total }) => total).toReversed()).toEqual(totals)
})

test('a coupon of one invoice item is off the subtotal already', async () => {
  const { id } = await shop.sdk.coupons.create({ percent_off: 50, duration: 'forever' })
  const draft = await shop.sdk.invoices.create({ customer })
  await shop.sdk.invoiceItems.create({
    customer,
    invoice: draft.id,
    amount: 1900,
    currency: 'usd',
    discounts: [{ coupon: id }],
  })
  await shop.sdk.invoiceItems.create({ customer, invoice: draft.id, amount: 100, currency: 'usd' })
  expect(await shop.sdk.invoices.pay(draft.id)).toMatchObject({
    subtotal: 1050,
    total: 1050,
    amount_paid: 1050,
    discounts: [],
    total_discount_amounts: [{ amount: 950 }],
  })
})

test('a coupon off everything leaves nothing to pay', async () => {
  const { id } = await shop.sdk.coupons.create({ amount_off: 9_999, currency: 'usd', duration: 'once' })
  const invoice = invoiceOf(await subscribe({ discounts: [{ coupon: id }] }))
  expect([invoice.total, invoice.status, invoice.payments?.data]).toEqual([0, 'paid', []])
})

test('a promotion code redeems its coupon, until it is used up', async () => {
  const coupon = await shop.sdk.coupons.create({ percent_off: 10, duration: 'once', max_redemptions: 1 })
  const code = await shop.sdk.promotionCodes.create({
    promotion: { type: 'coupon', coupon: coupon.id },
    code: 'SPRING',
  })
  const { data } = await shop.sdk.promotionCodes.list({ code: 'spring' })
  expect(data.map(({ id }) => id)).toEqual([code.id])
  expect(invoiceOf(await subscribe({ discounts: [{ promotion_code: code.id }] })).total).toBe(2250)
  expect((await shop.sdk.coupons.retrieve(coupon.id)).valid).toBe(false)
  await expect(subscribe({ discounts: [{ promotion_code: code.id }] })).rejects.toMatchObject({
    code: 'coupon_expired',
  })
  await expect(subscribe({ discounts: [{ coupon: 'none' }] })).rejects.toMatchObject({
    code: 'resource_missing',
    param: 'discounts[0][coupon]',
    message: "No such coupon: 'none'",
  })
})

test('coupons are changed, listed and deleted', async () => {
  await shop.sdk.coupons.create({ id: '10OFF', percent_off: 10, duration: 'once' })
  expect(await shop.sdk.coupons.update('10OFF', { name: 'Ten' })).toMatchObject({ id: '10OFF', name: 'Ten' })
  await expect(shop.sdk.coupons.create({ id: '10OFF', percent_off: 5 })).rejects.toMatchObject({
    code: 'resource_already_exists',
  })
  expect(await shop.sdk.coupons.del('10OFF')).toMatchObject({ id: '10OFF', deleted: true })
  expect((await shop.sdk.coupons.list()).data).toEqual([])
  await expect(shop.sdk.coupons.retrieve('10OFF')).rejects.toMatchObject({ statusCode: 404 })
})

test('another interval gives back what is left, bills the rest of the new period, and keeps the anchor', async () => {
  const subscription = await subscribe()
  const item = subscription.items.data[0]?.id ?? ''
  const first = invoiceOf(subscription)
  await shop.world.clock.advance(2_000)
  const swapped = await shop.sdk.subscriptions.update(subscription.id, {
    items: [{ id: item, price: 'yearly' }],
    proration_behavior: 'always_invoice',
    expand: ['latest_invoice'],
  })
  expect(swapped.billing_cycle_anchor).toBe(subscription.billing_cycle_anchor)
  const invoice = invoiceOf(swapped)
  expect(invoice).toMatchObject({ billing_reason: 'subscription_update', total: 22_500, status: 'paid' })
  expect(invoice.lines.data).toMatchObject([
    {
      amount: -2500,
      description: 'Unused time on Basic after 01 Jan 2030',
      parent: {
        type: 'subscription_item_details',
        subscription_item_details: {
          proration: true,
          subscription_item: item,
          proration_details: {
            credited_items: { invoice: first.id, invoice_line_items: [first.lines.data[0]?.id] },
          },
        },
      },
    },
    { amount: 25_000, description: 'Remaining time on Year after 01 Jan 2030', pricing: { unit_amount_decimal: null } },
  ])
})

test('a new anchor starts a period at once', async () => {
  const subscription = await subscribe()
  await shop.world.clock.advance(86_400_000)
  const moved = await shop.sdk.subscriptions.update(subscription.id, {
    billing_cycle_anchor: { type: 'now' },
    proration_behavior: 'always_invoice',
    expand: ['latest_invoice'],
  })
  expect(moved.billing_cycle_anchor).toBe(subscription.billing_cycle_anchor + 86_400)
  expect(invoiceOf(moved).lines.data.map(({ amount }) => amount)).toEqual([-2419, 2500])
})

test('what is added to a subscription once stands on its next invoice', async () => {
  const subscription = await subscribe({ add_invoice_items: [{ price: 'shirt' }] })
  expect(invoiceOf(subscription)).toMatchObject({
    total: 4000,
    lines: { data: [{ amount: 1500, description: 'Shirt' }, { amount: 2500 }] },
  })
})

test('items of a subscription are added, changed and taken away one by one', async () => {
  const subscription = await subscribe()
  const item = subscription.items.data[0]?.id ?? ''
  expect(await shop.sdk.subscriptionItems.update(item, { quantity: 5 })).toMatchObject({ id: item, quantity: 5 })
  const other = await shop.sdk.prices.create({
    currency: 'usd',
    unit_amount: 100,
    recurring: { interval: 'month' },
    product_data: { name: 'Seat' },
  })
  const added = await shop.sdk.subscriptionItems.create({ subscription: subscription.id, price: other.id, quantity: 2 })
  const { data } = await shop.sdk.subscriptionItems.list({ subscription: subscription.id })
  expect(data.map(({ id, quantity }) => [id, quantity])).toEqual([
    [item, 5],
    [added.id, 2],
  ])
  expect(await shop.sdk.subscriptionItems.del(added.id)).toMatchObject({ deleted: true })
  await expect(shop.sdk.subscriptionItems.retrieve(added.id)).rejects.toMatchObject({ statusCode: 404 })
  const pending = await shop.sdk.invoiceItems.list({ customer, pending: true })
  expect(pending.data.every(({ proration }) => proration)).toBe(true)
})

test.each([
  ['acss_debit', { account_number: '000123456789', institution_number: '000', transit_number: '11000' }],
  ['us_bank_account', { account_number: '000123456789', routing_number: '110000000', account_holder_type: 'company' }],
  ['boleto', { tax_id: '000.000.000-00' }],
  ['oxxo', {}],
  ['wechat_pay', {}],
  ['revolut_pay', {}],
] as const)('a method of type %s is kept with what it was told', async (type, details) => {
  const method = await shop.sdk.paymentMethods.create({
    type,
    [type]: details,
    billing_details: { name: 'Ann', email: 'ann@example.com' },
  } as Stripe.PaymentMethodCreateParams)
  expect(method).toMatchObject({ type, [type]: {}, billing_details: { name: 'Ann' } })
  if ('account_number' in details) expect(method).toMatchObject({ [type]: { last4: '6789' } })
})

test('payment method types are named where the version still has them', async () => {
  const body = 'amount=500&currency=usd&payment_method_types[]=card'
  const old = await shop.raw('POST', '/v1/payment_intents', body, { 'Stripe-Version': '2026-03-25.dahlia' })
  expect(await old.json()).toMatchObject({ automatic_payment_methods: null, payment_method_types: ['card'] })
  const setup = await shop.raw('POST', '/v1/setup_intents', 'payment_method_types[]=card', {
    'Stripe-Version': '2026-03-25.dahlia',
  })
  expect(await setup.json()).toMatchObject({ automatic_payment_methods: null, payment_method_types: ['card'] })
  expect(await errorIn(await shop.raw('POST', '/v1/payment_intents', body))).toMatchObject({
    code: 'parameter_unknown',
  })
})
