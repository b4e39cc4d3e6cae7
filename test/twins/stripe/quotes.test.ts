import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { errorOf, openListeningShop, openShop, type Shop, START_S } from './support.ts'

const DAY_S = 24 * 3600
const SEED = {
  customers: [{ id: 'cus_ann', invoice_prefix: 'ANN', payment_methods: [{ card: 'pm_card_visa', default: true }] }],
  prices: [
    { id: 'tea', unit_amount: 1000, interval: 'month' as const },
    { id: 'setup', unit_amount: 5000 },
  ],
}
const quoted = (shop: Shop, params: Partial<Stripe.QuoteCreateParams> = {}): Promise<Stripe.Quote> =>
  shop.sdk.quotes.create({
    customer: 'cus_ann',
    line_items: [{ price: 'tea', quantity: 2 }, { price: 'setup' }],
    ...params,
  })

test('a quote of what recurs and what does not becomes a subscription and its first invoice', async () => {
  const shop = openListeningShop(SEED)
  const { sdk } = shop
  const draft = await quoted(shop, { subscription_data: { metadata: { deal: '7' }, description: 'Tea for two' } })
  expect([draft.status, draft.number, draft.amount_total, draft.expires_at]).toEqual([
    'draft',
    null,
    7000,
    START_S + 30 * DAY_S,
  ])
  expect([draft.computed.recurring?.amount_total, draft.computed.upfront.amount_total]).toEqual([2000, 7000])
  const open = await sdk.quotes.finalizeQuote(draft.id)
  expect([open.status, open.number]).toEqual(['open', 'QT-ANN-0001-1'])
  const accepted = await sdk.quotes.accept(draft.id, { expand: ['subscription', 'invoice'] })
  const subscription = accepted.subscription as Stripe.Subscription
  const invoice = accepted.invoice as Stripe.Invoice
  expect([accepted.status, subscription.status, subscription.metadata, subscription.description]).toEqual([
    'accepted',
    'active',
    { deal: '7' },
    'Tea for two',
  ])
  expect([invoice.status, invoice.amount_paid]).toEqual(['paid', 7000])
  expect(shop.events(/^quote\./)).toEqual(['quote.created', 'quote.finalized', 'quote.accepted'])
})

test('a quote of what is sold once becomes a draft, which says of which quote it came', async () => {
  const shop = openShop(SEED)
  const { sdk } = shop
  const sent = { collection_method: 'send_invoice', invoice_settings: { days_until_due: 14 } } as const
  const { id } = await quoted(shop, { line_items: [{ price: 'setup' }], ...sent })
  await sdk.quotes.finalizeQuote(id)
  const accepted = await sdk.quotes.accept(id, { expand: ['invoice'] })
  const invoice = accepted.invoice as Stripe.Invoice
  expect([invoice.status, invoice.total, invoice.due_date, invoice.parent?.quote_details?.quote]).toEqual([
    'draft',
    5000,
    START_S + 14 * DAY_S,
    id,
  ])
  expect((await sdk.invoices.finalizeInvoice(invoice.id ?? '')).status).toBe('open')
})

test('a trial is free at once, and what is sold once is not', async () => {
  const shop = openShop(SEED)
  const { id, computed } = await quoted(shop, { subscription_data: { trial_period_days: 14 } })
  expect(computed.upfront.amount_total).toBe(5000)
  const lines = await shop.sdk.quotes.listComputedUpfrontLineItems(id)
  expect(lines.data.map(({ price }) => price?.id)).toEqual(['setup'])
  expect((await shop.sdk.quotes.listLineItems(id)).data.map(({ price }) => price?.id)).toEqual(['tea', 'setup'])
  await shop.sdk.quotes.finalizeQuote(id)
  const { subscription } = await shop.sdk.quotes.accept(id, { expand: ['subscription.latest_invoice'] })
  const { status, latest_invoice } = subscription as Stripe.Subscription
  expect([status, (latest_invoice as Stripe.Invoice).amount_due]).toEqual(['trialing', 5000])
})

test('a draft is changed; what is open is not, and what is canceled is over', async () => {
  const shop = openShop(SEED)
  const { sdk } = shop
  const { id } = await quoted(shop)
  const changed = await sdk.quotes.update(id, { header: 'For Ann', line_items: [{ price: 'tea' }] })
  expect([changed.header, changed.amount_total]).toEqual(['For Ann', 1000])
  expect((await errorOf(sdk.quotes.accept(id))).message).toContain('has a status of draft')
  await sdk.quotes.finalizeQuote(id)
  expect((await errorOf(sdk.quotes.update(id, { header: 'x' }))).statusCode).toBe(400)
  expect((await sdk.quotes.cancel(id)).status).toBe('canceled')
  expect((await errorOf(sdk.quotes.accept(id))).message).toContain('has a status of canceled')
  expect((await sdk.quotes.list({ customer: 'cus_ann', status: 'canceled' })).data.map((one) => one.id)).toEqual([id])
  expect((await sdk.quotes.list({ status: 'open' })).data).toEqual([])
})

test.each([
  ['a customer', { customer: undefined }],
  ['lines', { line_items: undefined }],
])('a quote without %s is not finalized', async (_, params) => {
  const { customer, line_items, ...rest } = { customer: 'cus_ann', line_items: [{ price: 'tea' }], ...params }
  const shop = openShop(SEED)
  const { id } = await shop.sdk.quotes.create({
    ...rest,
    ...(customer === undefined ? {} : { customer }),
    ...(line_items === undefined ? {} : { line_items }),
  })
  expect((await errorOf(shop.sdk.quotes.finalizeQuote(id))).statusCode).toBe(400)
})

test('a quote that nobody accepts expires, after a restore as well', async () => {
  const shop = openShop(SEED)
  const { id } = await quoted(shop, { expires_at: START_S + 3 * DAY_S })
  await shop.sdk.quotes.finalizeQuote(id)
  const copy = openShop(SEED)
  copy.twin.restore(shop.twin.snapshot())
  for (const { sdk, world } of [shop, copy]) {
    await world.clock.advance(4 * DAY_S * 1000)
    expect((await sdk.quotes.retrieve(id)).status).toBe('canceled')
  }
})
