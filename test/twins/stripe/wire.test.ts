import type Stripe from 'stripe'
import { beforeAll, expect, test } from 'vitest'
import { declared } from './declared.ts'
import { openListeningShop, pay, RETURN, type Shop, START_S } from './support.ts'

// The SDK's own types are the measure: each field they demand is sent, and nothing is sent that they do not know.

/** What the API sends beyond the types: recorded by github.com/pay-rails/pay in 2025 and 2026. */
const BEYOND: Readonly<Record<string, readonly string[]>> = {
  Charge: ['destination', 'dispute', 'order'],
  Dispute: ['balance_transaction'],
  InvoiceItem: ['frozen_fields', 'invoicing_rules'],
  PaymentIntent: ['shared_payment_granted_token'],
  PaymentMethod: ['shared_payment_granted_token'],
}

function differences(file: string, name: string, body: object): readonly string[] {
  const fields = declared(file, name)
  if (fields.length === 0) return [`no fields found for ${name}`]
  const sent = Object.keys(body)
  const known = new Set([...fields.map((field) => field.name), ...(BEYOND[name] ?? [])])
  return [
    ...fields.filter((field) => field.required && !sent.includes(field.name)).map((field) => `lacks ${field.name}`),
    ...sent.filter((field) => !known.has(field)).map((field) => `has ${field}`),
  ]
}

let shop: Shop
let charge: Stripe.Charge
let dispute: Stripe.Dispute
let refund: Stripe.Refund
let intent: Stripe.PaymentIntent
let challenged: Stripe.PaymentIntent
let customer: Stripe.Response<Stripe.Customer>
let subscription: Stripe.Subscription

beforeAll(async () => {
  shop = openListeningShop({ prices: [{ id: 'monthly', unit_amount: 1000, interval: 'month' }] })
  customer = await shop.sdk.customers.create({ email: 'ann@example.com' })
  intent = await pay(shop, { customer: customer.id })
  challenged = await pay(shop, { payment_method: 'pm_card_authenticationRequired' })
  await pay(shop, { payment_method: 'pm_card_createDispute' })
  await shop.world.clock.advance(10_000)
  refund = await shop.sdk.refunds.create({ payment_intent: intent.id, amount: 100 })
  charge = await shop.sdk.charges.retrieve(String(intent.latest_charge), { expand: ['balance_transaction', 'refunds'] })
  const card = await shop.sdk.paymentMethods.attach('pm_card_visa', { customer: customer.id })
  subscription = await shop.sdk.subscriptions.create({
    customer: customer.id,
    default_payment_method: card.id,
    items: [{ price: 'monthly' }],
  })
  const found = (await shop.sdk.disputes.list()).data[0]
  if (found === undefined) throw new Error('expected a dispute')
  dispute = found
})

/** A credit note on an invoice that is open. */
async function credited(): Promise<Stripe.CreditNote> {
  await shop.sdk.invoiceItems.create({ customer: customer.id, amount: 100, currency: 'usd' })
  const draft = await shop.sdk.invoices.create({ customer: customer.id, pending_invoice_items_behavior: 'include' })
  const { id = '', lines } = await shop.sdk.invoices.finalizeInvoice(draft.id ?? '')
  const [line] = lines.data
  return await shop.sdk.creditNotes.create({
    invoice: id,
    lines: [{ type: 'invoice_line_item', invoice_line_item: line?.id ?? '', amount: 1 }],
  })
}

const scheduled = (): Promise<Stripe.SubscriptionSchedule> =>
  shop.sdk.subscriptionSchedules.create({
    customer: customer.id,
    start_date: START_S + 1_000_000,
    phases: [{ items: [{ price: 'monthly' }] }],
  })

const card = (): object => charge.payment_method_details?.card ?? {}

test.each<readonly [file: string, name: string, body: () => object | Promise<object>]>([
  ['Customers', 'Customer', () => customer],
  ['Customers', 'Customer.InvoiceSettings', () => customer.invoice_settings],
  ['PaymentIntents', 'PaymentIntent', () => intent],
  ['PaymentIntents', 'PaymentIntent', () => challenged],
  ['PaymentIntents', 'PaymentIntent.NextAction.RedirectToUrl', () => challenged.next_action?.redirect_to_url ?? {}],
  ['PaymentMethods', 'PaymentMethod', () => shop.sdk.paymentMethods.retrieve('pm_card_visa')],
  [
    'PaymentMethods',
    'PaymentMethod.Card',
    async () => (await shop.sdk.paymentMethods.retrieve('pm_card_visa')).card ?? {},
  ],
  [
    'PaymentMethods',
    'PaymentMethod.BillingDetails',
    async () => (await shop.sdk.paymentMethods.retrieve('pm_card_visa')).billing_details,
  ],
  ['Charges', 'Charge', () => charge],
  ['Charges', 'Charge.Outcome', () => charge.outcome ?? {}],
  ['Charges', 'Charge.PaymentMethodDetails.Card', card],
  ['Refunds', 'Refund', () => refund],
  ['BalanceTransactions', 'BalanceTransaction', () => Object(charge.balance_transaction)],
  ['Disputes', 'Dispute', () => dispute],
  ['Disputes', 'Dispute.Evidence', () => dispute.evidence],
  ['Disputes', 'Dispute.EvidenceDetails', () => dispute.evidence_details],
  ['Events', 'EventBase', async () => Object((await shop.sdk.events.list({ limit: 1 })).data[0])],
  ['WebhookEndpoints', 'WebhookEndpoint', async () => Object((await shop.sdk.webhookEndpoints.list()).data[0])],
  ['Balance', 'Balance', () => shop.sdk.balance.retrieve()],
  ['Products', 'Product', () => shop.sdk.products.create({ name: 'Tea' })],
  ['Prices', 'Price', () => shop.sdk.prices.retrieve('monthly')],
  ['Prices', 'Price.Recurring', async () => (await shop.sdk.prices.retrieve('monthly')).recurring ?? {}],
  ['Subscriptions', 'Subscription', () => subscription],
  ['SubscriptionItems', 'SubscriptionItem', () => subscription.items.data[0] ?? {}],
  ['Plans', 'Plan', () => subscription.items.data[0]?.plan ?? {}],
  ['Invoices', 'Invoice', async () => Object((await shop.sdk.invoices.list()).data[0])],
  ['InvoiceLineItems', 'InvoiceLineItem', async () => Object((await shop.sdk.invoices.list()).data[0]?.lines.data[0])],
  ['InvoicePayments', 'InvoicePayment', async () => Object((await shop.sdk.invoicePayments.list()).data[0])],
  [
    'InvoiceItems',
    'InvoiceItem',
    () => shop.sdk.invoiceItems.create({ customer: customer.id, amount: 1, currency: 'usd' }),
  ],
  ['TaxRates', 'TaxRate', () => shop.sdk.taxRates.create({ display_name: 'VAT', inclusive: false, percentage: 19 })],
  ['CreditNotes', 'CreditNote', credited],
  ['CreditNoteLineItems', 'CreditNoteLineItem', async () => Object((await credited()).lines.data[0])],
  [
    'CustomerBalanceTransactions',
    'CustomerBalanceTransaction',
    () => shop.sdk.customers.createBalanceTransaction(customer.id, { amount: -1, currency: 'usd' }),
  ],
  [
    'PaymentLinks',
    'PaymentLink',
    () => shop.sdk.paymentLinks.create({ line_items: [{ price: 'monthly', quantity: 1 }] }),
  ],
  [
    'CustomerSessions',
    'CustomerSession',
    () => shop.sdk.customerSessions.create({ customer: customer.id, components: { buy_button: { enabled: true } } }),
  ],
  [
    'Billing/Meters',
    'Meter',
    () =>
      shop.sdk.billing.meters.create({
        display_name: 'Calls',
        event_name: 'calls',
        default_aggregation: { formula: 'sum' },
      }),
  ],
  ['SubscriptionSchedules', 'SubscriptionSchedule', scheduled],
  ['SubscriptionSchedules', 'SubscriptionSchedule.Phase', async () => Object((await scheduled()).phases[0])],
  ['SetupIntents', 'SetupIntent', () => shop.sdk.setupIntents.create({})],
  ['Coupons', 'Coupon', () => shop.sdk.coupons.create({ percent_off: 10, duration: 'once' })],
  [
    'PromotionCodes',
    'PromotionCode',
    async () => {
      const { id } = await shop.sdk.coupons.create({ amount_off: 10, currency: 'usd', duration: 'once' })
      return await shop.sdk.promotionCodes.create({ promotion: { type: 'coupon', coupon: id } })
    },
  ],
  [
    'Discounts',
    'Discount',
    async () => {
      const { id } = await shop.sdk.coupons.create({ percent_off: 10, duration: 'forever' })
      const discounted = await shop.sdk.subscriptions.create({
        customer: customer.id,
        default_payment_method: String(subscription.default_payment_method),
        items: [{ price: 'monthly' }],
        discounts: [{ coupon: id }],
        expand: ['discounts'],
      })
      return Object(discounted.discounts[0])
    },
  ],
  [
    'Checkout/Sessions',
    'Session',
    () =>
      shop.sdk.checkout.sessions.create({
        mode: 'subscription',
        success_url: RETURN,
        line_items: [{ price: 'monthly', quantity: 1 }],
      }),
  ],
])('%s: %s has the fields of stripe 23.1', async (file, name, body) => {
  expect(differences(file, name, await body())).toEqual([])
})

test('a missing and an unknown field are seen', () => {
  const { status: _, ...rest } = intent
  expect(differences('PaymentIntents', 'PaymentIntent', { ...rest, color: 'red' })).toEqual([
    'lacks status',
    'has color',
  ])
})

test('answers carry what the SDK reads from them', async () => {
  const answer = await shop.raw('POST', '/v1/customers', 'name=Bob', { 'Idempotency-Key': 'k-1' })
  const at = (name: string): string | null => answer.headers.get(name)
  expect(at('Stripe-Version')).toBe('2026-10-28.endive')
  expect(at('Request-Id')).toMatch(/^req_\w{14}$/)
  expect(at('Original-Request')).toBe(at('Request-Id'))
  expect(at('Idempotency-Key')).toBe('k-1')
  expect(at('Stripe-Should-Retry')).toBe('false')
  expect(at('Date')).toBe('Tue, 01 Jan 2030 00:00:10 GMT')
  expect(customer.lastResponse.requestId).toMatch(/^req_/)
})

test('ids look like Stripe’s and say nothing of the seed', () => {
  expect(
    [customer.id, intent.id, charge.id, refund.id, dispute.id].map((id) => id.replace(/\w{23}$|\w{14}$/, '')),
  ).toEqual(['cus_', 'pi_3', 'ch_3', 're_3', 'du_1'])
  expect(intent.client_secret).toMatch(new RegExp(`^${intent.id}_secret_\\w{25}$`))
})
