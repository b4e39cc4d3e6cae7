import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { errorOf, openShop, RETURN, type Shop, START_S } from './support.ts'

const DAY_MS = 24 * 3_600_000
const MONTH = { id: 'monthly', unit_amount: 1000, interval: 'month', product: { name: 'Basic' } } as const
const PRICES = [MONTH, { id: 'big', unit_amount: 3000, interval: 'month' }, { id: 'once', unit_amount: 700 }] as const

/** A shop with a customer who pays by `card`. */
async function openWith(card: string): Promise<{ readonly shop: Shop; readonly customer: string }> {
  const shop = openShop({ prices: [...PRICES], customers: [{ id: 'cus_1', email: 'ann@example.com' }] })
  const method = await shop.sdk.paymentMethods.attach(card, { customer: 'cus_1' })
  await shop.sdk.customers.update('cus_1', { invoice_settings: { default_payment_method: method.id } })
  return { shop, customer: 'cus_1' }
}

const subscribe = (shop: Shop, params: Partial<Stripe.SubscriptionCreateParams> = {}): Promise<Stripe.Subscription> =>
  shop.sdk.subscriptions.create({ customer: 'cus_1', items: [{ price: 'monthly' }], ...params })

test('a subscription is paid at once and then every month, on the day it began', async () => {
  const { shop } = await openWith('pm_card_visa')
  const { id, status, items } = await subscribe(shop)
  expect([status, items.data[0]?.current_period_end]).toEqual(['active', Date.parse('2030-02-01T00:00:00Z') / 1000])
  await shop.world.clock.advance(50 * DAY_MS)
  const invoices = await shop.sdk.invoices.list({ subscription: id })
  expect(invoices.data.map((one) => [one.billing_reason, one.status, one.amount_paid, one.number?.slice(-4)])).toEqual([
    ['subscription_cycle', 'paid', 1000, '0002'],
    ['subscription_create', 'paid', 1000, '0001'],
  ])
  expect(shop.rows('charges')).toHaveLength(2)
  expect(invoices.data[1]?.lines.data[0]?.description).toBe('1 × Basic (at $10.00 / month)')
})

test('a trial costs nothing, warns three days before its end, and is billed then', async () => {
  const { shop } = await openWith('pm_card_visa')
  const { id, status } = await subscribe(shop, { trial_period_days: 14 })
  expect([status, shop.rows('charges').length]).toEqual(['trialing', 0])
  await shop.world.clock.advance(11 * DAY_MS)
  expect(shop.events(/trial_will_end/)).toHaveLength(1)
  await shop.world.clock.advance(4 * DAY_MS)
  expect((await shop.sdk.subscriptions.retrieve(id)).status).toBe('active')
  expect(shop.rows('charges').map(({ amount }) => amount)).toEqual([1000])
})

test('without a way to pay nothing is subscribed to', async () => {
  const shop = openShop({ prices: [...PRICES], customers: [{ id: 'cus_1' }] })
  const error = await errorOf(subscribe(shop))
  expect([error.statusCode, error.code, shop.rows('subscriptions')]).toEqual([400, 'resource_missing', []])
  const later = await subscribe(shop, {
    payment_behavior: 'default_incomplete',
    expand: ['latest_invoice.confirmation_secret'],
  })
  const invoice = later.latest_invoice as Stripe.Invoice
  expect([later.status, invoice.status, invoice.confirmation_secret?.client_secret]).toEqual([
    'incomplete',
    'open',
    expect.stringMatching(/^pi_3\w+_secret_/),
  ])
})

test('an incomplete one becomes active when its payment is confirmed, or expires after 23 hours', async () => {
  const shop = openShop({ prices: [...PRICES], customers: [{ id: 'cus_1' }] })
  const [paid, left] = [
    await subscribe(shop, { payment_behavior: 'default_incomplete' }),
    await subscribe(shop, { payment_behavior: 'default_incomplete' }),
  ]
  const payments = await shop.sdk.invoicePayments.list({ invoice: String(paid.latest_invoice) })
  await shop.sdk.paymentIntents.confirm(String(payments.data[0]?.payment.payment_intent), {
    payment_method: 'pm_card_visa',
  })
  await shop.world.clock.advance(DAY_MS)
  const statusOf = async (id: string): Promise<string> => (await shop.sdk.subscriptions.retrieve(id)).status
  expect([await statusOf(paid.id), await statusOf(left.id)]).toEqual(['active', 'incomplete_expired'])
  expect((await shop.sdk.invoices.retrieve(String(left.latest_invoice))).status).toBe('void')
})

test('a card that starts to decline makes it past due, and after the last retry it is canceled', async () => {
  const { shop } = await openWith('pm_card_visa')
  const { id } = await subscribe(shop)
  const bad = await shop.sdk.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: 'cus_1' })
  await shop.sdk.subscriptions.update(id, { default_payment_method: bad.id })
  await shop.world.clock.advance(32 * DAY_MS)
  expect((await shop.sdk.subscriptions.retrieve(id)).status).toBe('past_due')
  await shop.world.clock.advance(20 * DAY_MS)
  const ended = await shop.sdk.subscriptions.retrieve(id)
  expect([ended.status, ended.cancellation_details?.reason]).toEqual(['canceled', 'payment_failed'])
  expect(shop.events(/^invoice.payment_failed/)).toHaveLength(4)
})

test('one that is to end with its period does, unless it is taken back', async () => {
  const { shop } = await openWith('pm_card_visa')
  const [ends, stays] = [await subscribe(shop), await subscribe(shop)]
  for (const { id } of [ends, stays]) await shop.sdk.subscriptions.update(id, { cancel_at_period_end: true })
  await shop.sdk.subscriptions.update(stays.id, { cancel_at_period_end: false })
  await shop.world.clock.advance(32 * DAY_MS)
  expect(
    (await shop.sdk.subscriptions.list({ customer: 'cus_1', status: 'all' })).data.map(({ id, status }) => [
      id,
      status,
    ]),
  ).toEqual([
    [stays.id, 'active'],
    [ends.id, 'canceled'],
  ])
})

test('another price is settled to the second: what is unused comes back, what remains is charged', async () => {
  const { shop } = await openWith('pm_card_visa')
  const subscription = await subscribe(shop)
  await shop.world.clock.advance(15.5 * DAY_MS)
  const item = subscription.items.data[0]?.id ?? ''
  await shop.sdk.subscriptions.update(subscription.id, {
    items: [{ id: item, price: 'big' }],
    proration_behavior: 'always_invoice',
  })
  const [invoice] = (await shop.sdk.invoices.list({ limit: 1 })).data
  expect(invoice?.lines.data.map(({ amount }) => amount)).toEqual([-500, 1500])
  expect([invoice?.billing_reason, invoice?.status, invoice?.amount_paid]).toEqual([
    'subscription_update',
    'paid',
    1000,
  ])
})

test('paused collection leaves drafts', async () => {
  const { shop } = await openWith('pm_card_visa')
  const { id } = await subscribe(shop)
  await shop.sdk.subscriptions.update(id, { pause_collection: { behavior: 'keep_as_draft' } })
  await shop.world.clock.advance(32 * DAY_MS)
  expect((await shop.sdk.invoices.list({ limit: 1 })).data[0]?.status).toBe('draft')
  expect(shop.rows('charges')).toHaveLength(1)
})

test('an invoice takes what is pending, is numbered when final, and is paid, voided or written off', async () => {
  const { shop } = await openWith('pm_card_visa')
  await shop.sdk.invoiceItems.create({ customer: 'cus_1', amount: 1000, currency: 'usd', description: 'Setup' })
  await shop.sdk.invoiceItems.create({ customer: 'cus_1', pricing: { price: 'once' }, quantity: 2 })
  const draft = await shop.sdk.invoices.create({ customer: 'cus_1', pending_invoice_items_behavior: 'include' })
  expect([draft.status, draft.total, draft.number]).toEqual(['draft', 2400, null])
  const paid = await shop.sdk.invoices.pay(draft.id ?? '')
  expect([paid.status, paid.amount_paid, paid.number?.slice(-5)]).toEqual(['paid', 2400, '-0001'])
  expect((await errorOf(shop.sdk.invoices.pay(paid.id ?? ''))).message).toBe('Invoice is already paid')
  const next = async (): Promise<string> => {
    await shop.sdk.invoiceItems.create({ customer: 'cus_1', amount: 500, currency: 'usd' })
    const made = await shop.sdk.invoices.create({ customer: 'cus_1', pending_invoice_items_behavior: 'include' })
    return (await shop.sdk.invoices.finalizeInvoice(made.id ?? '')).id ?? ''
  }
  expect((await shop.sdk.invoices.voidInvoice(await next())).status).toBe('void')
  expect((await shop.sdk.invoices.markUncollectible(await next())).status).toBe('uncollectible')
  expect((await errorOf(shop.sdk.invoices.pay('in_none'))).code).toBe('resource_missing')
})

test.each([
  ['payment', 'once', 'paid'],
  ['subscription', 'monthly', 'paid'],
] as const)(
  'who pays on a hosted page in %s mode is charged, once the page is visited',
  async (mode, price, payment) => {
    const shop = openShop({ prices: [...PRICES] })
    const session = await shop.sdk.checkout.sessions.create({
      mode,
      success_url: RETURN,
      line_items: [{ price, quantity: 1 }],
      metadata: { order: '7' },
    })
    expect([session.status, session.payment_status, session.url]).toEqual([
      'open',
      'unpaid',
      expect.stringContaining(session.id),
    ])
    shop.twin.happen('checkout.session.completed', { where: { 'metadata.order': '7' } })
    const done = await shop.sdk.checkout.sessions.retrieve(session.id, { expand: ['line_items'] })
    expect([done.status, done.payment_status, done.line_items?.data[0]?.amount_total]).toEqual([
      'complete',
      payment,
      price === 'once' ? 700 : 1000,
    ])
    expect(shop.rows('charges')).toHaveLength(1)
  },
)

test('a hosted page that nobody visits expires after a day', async () => {
  const shop = openShop({ prices: [...PRICES] })
  const { id } = await shop.sdk.checkout.sessions.create({
    mode: 'payment',
    success_url: RETURN,
    line_items: [{ price: 'once', quantity: 1 }],
  })
  await shop.world.clock.advance(DAY_MS)
  expect((await shop.sdk.checkout.sessions.retrieve(id)).status).toBe('expired')
})

test('a setup intent saves a card, asks its owner where the bank wants it, and tells a decline', async () => {
  const shop = openShop({ customers: [{ id: 'cus_1' }] })
  const saved = await shop.sdk.setupIntents.create({
    customer: 'cus_1',
    payment_method: 'pm_card_visa',
    confirm: true,
    return_url: RETURN,
  })
  expect([saved.status, (await shop.sdk.customers.listPaymentMethods('cus_1')).data.length]).toEqual(['succeeded', 1])
  const asked = await shop.sdk.setupIntents.create({
    customer: 'cus_1',
    payment_method: 'pm_card_authenticationRequired',
    confirm: true,
    return_url: RETURN,
  })
  expect([asked.status, asked.next_action?.type]).toEqual(['requires_action', 'redirect_to_url'])
  shop.twin.happen('setup_intent.authenticated', { setup_intent: asked.id })
  expect((await shop.sdk.setupIntents.retrieve(asked.id)).status).toBe('succeeded')
  const declined = await errorOf(
    shop.sdk.setupIntents.create({ payment_method: 'pm_card_chargeDeclined', confirm: true, return_url: RETURN }),
  )
  expect([declined.statusCode, declined.code]).toEqual([402, 'card_declined'])
})

test('a payout takes what is available, and arrives two days later', async () => {
  const { shop } = await openWith('pm_card_bypassPending')
  await subscribe(shop)
  expect((await errorOf(shop.sdk.payouts.create({ amount: 5000, currency: 'usd' }))).code).toBe('balance_insufficient')
  const payout = await shop.sdk.payouts.create({ amount: 500, currency: 'usd' })
  expect(payout.arrival_date).toBe(START_S + 2 * 24 * 3600)
  await shop.world.clock.advance(2 * DAY_MS)
  expect((await shop.sdk.payouts.retrieve(payout.id)).status).toBe('paid')
})

test('a restored account goes on where it was: renewals, retries and expiries are due again', async () => {
  const { shop } = await openWith('pm_card_visa')
  await subscribe(shop)
  const snapshot = shop.twin.snapshot()
  shop.twin.restore(snapshot)
  await shop.world.clock.advance(32 * DAY_MS)
  expect(shop.rows('charges')).toHaveLength(2)
})

test('an older version gets the fields it had', async () => {
  const { shop } = await openWith('pm_card_visa')
  const ask = async (version: string): Promise<Record<string, unknown>> => {
    const answer = await shop.raw('POST', '/v1/subscriptions', 'customer=cus_1&items[0][price]=monthly', {
      'Stripe-Version': version,
    })
    expect(answer.headers.get('Stripe-Version')).toBe(version)
    return (await answer.json()) as Record<string, unknown>
  }
  expect(await ask('2026-10-28.endive')).not.toHaveProperty('plan')
  const older = await ask('2025-10-29.clover')
  expect(older).toMatchObject({ plan: { id: 'monthly' }, quantity: 1 })
  expect(older).not.toHaveProperty('customer_account')
  const intent = await shop.raw(
    'POST',
    '/v1/payment_intents',
    'amount=500&currency=usd&confirm=true&payment_method=pm_card_visa',
    { 'Stripe-Version': '2020-08-27' },
  )
  expect(await intent.json()).toMatchObject({ capture_method: 'automatic', charges: { total_count: 1 } })
})

test('the billing portal is a page to go to', async () => {
  const { shop } = await openWith('pm_card_visa')
  const session = await shop.sdk.billingPortal.sessions.create({ customer: 'cus_1', return_url: RETURN })
  expect([session.url, session.return_url]).toEqual([
    expect.stringMatching(/^https:\/\/billing\.stripe\.com\//),
    RETURN,
  ])
})
