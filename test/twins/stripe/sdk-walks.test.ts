import { expect, test } from 'vitest'
import { errorOf, openListeningShop, openShop, pay, RETURN } from './support.ts'

// Walks through what is changed, listed and taken away by the SDK beside what the other files tell of.

const SEED = {
  customers: [{ id: 'cus_ann', email: 'ann@example.com', payment_methods: [{ card: 'pm_card_visa', default: true }] }],
  prices: [{ id: 'tea', unit_amount: 1000, interval: 'month' as const }],
}
const idsOf = ({ data }: { readonly data: readonly { readonly id: string }[] }): readonly string[] =>
  data.map(({ id }) => id)

test('payments are listed, newest first, and their charges and refunds take notes', async () => {
  const shop = openShop(SEED)
  const { sdk } = shop
  const first = await pay(shop, { customer: 'cus_ann' })
  const second = await pay(shop)
  expect(idsOf(await sdk.paymentIntents.list())).toEqual([second.id, first.id])
  expect(idsOf(await sdk.paymentIntents.list({ customer: 'cus_ann' }))).toEqual([first.id])
  const charge = await sdk.charges.update(String(first.latest_charge), {
    description: 'Tea',
    metadata: { order: '7' },
    fraud_details: { user_report: 'safe' },
  })
  expect([charge.description, charge.metadata, charge.fraud_details]).toEqual([
    'Tea',
    { order: '7' },
    { user_report: 'safe' },
  ])
  const refund = await sdk.refunds.create({ payment_intent: first.id, amount: 100 })
  const noted = await sdk.refunds.update(refund.id, { metadata: { why: 'cold' } })
  expect([noted.id, noted.metadata]).toEqual([refund.id, { why: 'cold' }])
  expect((await sdk.refunds.retrieve(refund.id)).metadata).toEqual({ why: 'cold' })
})

test('products and prices are changed, found and taken away', async () => {
  const { sdk } = openShop()
  const product = await sdk.products.create({ name: 'Tea', metadata: { a: '1' } })
  const changed = await sdk.products.update(product.id, { name: 'Green tea', active: false, metadata: { a: '' } })
  expect([changed.name, changed.active, changed.metadata]).toEqual(['Green tea', false, {}])
  expect([idsOf(await sdk.products.list({ active: true })), idsOf(await sdk.products.list({ active: false }))]).toEqual(
    [[], [product.id]],
  )
  const price = await sdk.prices.create({ product: product.id, currency: 'usd', unit_amount: 100 })
  const kept = await sdk.prices.update(price.id, { active: false, nickname: 'old', lookup_key: 'tea' })
  expect([kept.active, kept.nickname, kept.lookup_key]).toEqual([false, 'old', 'tea'])
  expect((await errorOf(sdk.products.del(product.id))).message).toContain('user-created prices')
  const other = await sdk.products.create({ name: 'Cup' })
  expect(await sdk.products.del(other.id)).toEqual(expect.objectContaining({ id: other.id, deleted: true }))
  expect((await errorOf(sdk.products.retrieve(other.id))).statusCode).toBe(404)
})

test('a subscription whose trial ended without a card is paused, and resumed', async () => {
  const shop = openListeningShop({ ...SEED, customers: [{ id: 'cus_bob' }] })
  const { sdk, world } = shop
  const { id } = await sdk.subscriptions.create({
    customer: 'cus_bob',
    items: [{ price: 'tea' }],
    trial_period_days: 3,
    trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
  })
  expect((await errorOf(sdk.subscriptions.resume(id))).message).toContain('status of trialing')
  await world.clock.advance(4 * 24 * 3_600_000)
  expect((await sdk.subscriptions.retrieve(id)).status).toBe('paused')
  const card = await sdk.paymentMethods.attach('pm_card_visa', { customer: 'cus_bob' })
  await sdk.subscriptions.update(id, { default_payment_method: card.id })
  expect((await sdk.subscriptions.resume(id)).status).toBe('active')
  expect(shop.events(/^customer.subscription.resumed/)).toEqual(['customer.subscription.resumed'])
})

test('a draft is changed, its lines listed, and it goes away; one to be sent is sent', async () => {
  const shop = openListeningShop(SEED)
  const { sdk } = shop
  const item = await sdk.invoiceItems.create({ customer: 'cus_ann', amount: 500, currency: 'usd', description: 'Cup' })
  expect((await sdk.invoiceItems.retrieve(item.id)).description).toBe('Cup')
  const gone = await sdk.invoiceItems.create({ customer: 'cus_ann', amount: 900, currency: 'usd' })
  expect(await sdk.invoiceItems.del(gone.id)).toMatchObject({ id: gone.id, deleted: true })
  const make = { customer: 'cus_ann', pending_invoice_items_behavior: 'include' as const }
  const draft = await sdk.invoices.create({ ...make, collection_method: 'send_invoice', days_until_due: 10 })
  const id = draft.id ?? ''
  expect((await sdk.invoices.update(id, { description: 'For the cup', footer: 'Thanks' })).description).toBe(
    'For the cup',
  )
  expect((await sdk.invoices.listLineItems(id)).data.map(({ description, amount }) => [description, amount])).toEqual([
    ['Cup', 500],
  ])
  expect((await sdk.invoices.sendInvoice(id)).status).toBe('open')
  expect(shop.events(/^invoice.sent/)).toEqual(['invoice.sent'])
  const payments = await sdk.invoicePayments.list({ invoice: id })
  const payment = await sdk.invoicePayments.retrieve(payments.data[0]?.id ?? '')
  expect([payment.invoice, payment.status, payment.amount_requested]).toEqual([id, 'open', 500])
  const other = await sdk.invoices.create({ customer: 'cus_ann' })
  expect(await sdk.invoices.del(other.id ?? '')).toMatchObject({ id: other.id, deleted: true })
  expect((await errorOf(sdk.invoices.del(id))).statusCode).toBe(400)
})

test('a promotion code is read and switched off', async () => {
  const { sdk } = openShop({ ...SEED, coupons: [{ id: 'ten', percent_off: 10 }] })
  const made = await sdk.promotionCodes.create({ promotion: { type: 'coupon', coupon: 'ten' }, code: 'TEATIME' })
  expect((await sdk.promotionCodes.retrieve(made.id)).code).toBe('TEATIME')
  const off = await sdk.promotionCodes.update(made.id, { active: false, metadata: { by: 'us' } })
  expect([off.active, off.metadata]).toEqual([false, { by: 'us' }])
  const used = sdk.subscriptions.create({
    customer: 'cus_ann',
    items: [{ price: 'tea' }],
    discounts: [{ promotion_code: made.id }],
  })
  expect((await errorOf(used)).code).toBe('coupon_expired')
})

test('setups are changed, confirmed, canceled and listed', async () => {
  const { sdk } = openShop(SEED)
  const first = await sdk.setupIntents.create({ customer: 'cus_ann', usage: 'off_session' })
  await sdk.setupIntents.update(first.id, { description: 'A card for later', payment_method: 'pm_card_visa' })
  const done = await sdk.setupIntents.confirm(first.id, { return_url: RETURN })
  expect([done.status, done.description]).toEqual(['succeeded', 'A card for later'])
  const second = await sdk.setupIntents.create({ customer: 'cus_ann' })
  const canceled = await sdk.setupIntents.cancel(second.id, { cancellation_reason: 'abandoned' })
  expect([canceled.status, canceled.cancellation_reason]).toEqual(['canceled', 'abandoned'])
  expect((await errorOf(sdk.setupIntents.cancel(first.id))).code).toBe('setup_intent_unexpected_state')
  expect(idsOf(await sdk.setupIntents.list({ customer: 'cus_ann' }))).toEqual([second.id, first.id])
})

test('a hosted page lists its lines, and closes', async () => {
  const { sdk } = openShop(SEED)
  const { id } = await sdk.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: 'tea', quantity: 2 }],
    success_url: RETURN,
  })
  const lines = await sdk.checkout.sessions.listLineItems(id)
  expect(lines.data.map(({ quantity, amount_total }) => [quantity, amount_total])).toEqual([[2, 2000]])
  expect((await sdk.checkout.sessions.expire(id)).status).toBe('expired')
  expect((await errorOf(sdk.checkout.sessions.expire(id))).statusCode).toBe(400)
})

test('a payout that is still pending is canceled, and the money is there again', async () => {
  const shop = openShop(SEED)
  const { sdk, world } = shop
  await pay(shop, { payment_method: 'pm_card_bypassPending' })
  await world.clock.advance(10_000)
  const before = (await sdk.balance.retrieve()).available[0]?.amount
  const payout = await sdk.payouts.create({ amount: 1000, currency: 'usd' })
  expect((await sdk.balance.retrieve()).available[0]?.amount).toBe(Number(before) - 1000)
  expect((await sdk.payouts.cancel(payout.id)).status).toBe('canceled')
  expect((await sdk.balance.retrieve()).available[0]?.amount).toBe(before)
})
