/** Stripe's answers as the types of its own SDK have them, each object by the name it bears. */
import { LATEST } from '../../../twins/stripe/versions.ts'
import type { Shapes } from '../shapes.ts'
import { describedBy } from './typescript.ts'

/** Types by the `object` that a value says it is. */
const TYPES: Readonly<Record<string, string>> = {
  account: 'Stripe.Account | Stripe.DeletedAccount',
  account_link: 'Stripe.AccountLink',
  application_fee: 'Stripe.ApplicationFee',
  balance: 'Stripe.Balance',
  balance_transaction: 'Stripe.BalanceTransaction',
  'billing.meter': 'Stripe.Billing.Meter',
  'billing.meter_event': 'Stripe.Billing.MeterEvent',
  'billing.meter_event_adjustment': 'Stripe.Billing.MeterEventAdjustment',
  'billing.meter_event_summary': 'Stripe.Billing.MeterEventSummary',
  'billing_portal.session': 'Stripe.BillingPortal.Session',
  charge: 'Stripe.Charge',
  'checkout.session': 'Stripe.Checkout.Session',
  coupon: 'Stripe.Coupon | Stripe.DeletedCoupon',
  credit_note: 'Stripe.CreditNote',
  credit_note_line_item: 'Stripe.CreditNoteLineItem',
  customer: 'Stripe.Customer | Stripe.DeletedCustomer',
  customer_balance_transaction: 'Stripe.CustomerBalanceTransaction',
  customer_session: 'Stripe.CustomerSession',
  discount: 'Stripe.Discount | Stripe.DeletedDiscount',
  dispute: 'Stripe.Dispute',
  event: 'Stripe.Event',
  fee_refund: 'Stripe.FeeRefund',
  invoice: 'Stripe.Invoice | Stripe.DeletedInvoice',
  invoice_payment: 'Stripe.InvoicePayment',
  invoiceitem: 'Stripe.InvoiceItem | Stripe.DeletedInvoiceItem',
  item: 'Stripe.LineItem',
  line_item: 'Stripe.InvoiceLineItem',
  login_link: 'Stripe.LoginLink',
  payment_intent: 'Stripe.PaymentIntent',
  payment_link: 'Stripe.PaymentLink',
  payment_method: 'Stripe.PaymentMethod',
  payout: 'Stripe.Payout',
  price: 'Stripe.Price | Stripe.DeletedPrice',
  product: 'Stripe.Product | Stripe.DeletedProduct',
  promotion_code: 'Stripe.PromotionCode',
  quote: 'Stripe.Quote',
  'radar.early_fraud_warning': 'Stripe.Radar.EarlyFraudWarning',
  refund: 'Stripe.Refund',
  setup_intent: 'Stripe.SetupIntent',
  subscription: 'Stripe.Subscription',
  subscription_item: 'Stripe.SubscriptionItem | Stripe.DeletedSubscriptionItem',
  subscription_schedule: 'Stripe.SubscriptionSchedule',
  tax_rate: 'Stripe.TaxRate',
  'test_helpers.test_clock': 'Stripe.TestHelpers.TestClock | Stripe.TestHelpers.DeletedTestClock',
  transfer: 'Stripe.Transfer',
  transfer_reversal: 'Stripe.TransferReversal',
  webhook_endpoint: 'Stripe.WebhookEndpoint | Stripe.DeletedWebhookEndpoint',
}

const exported = (name: string): string => name.replaceAll('.', '_')
const described = await describedBy({
  package: 'stripe',
  source: [
    "import type { Stripe } from 'stripe'",
    ...Object.entries(TYPES).map(([name, type]) => `export type ${exported(name)} = ${type}`),
    'export type list = Stripe.ApiList<unknown>',
    'export type search_result = Stripe.ApiSearchResult<unknown>',
    'export type error = { error: Stripe.StripeRawError }',
  ].join('\n'),
  as: { Decimal: 'string' },
  closed: true,
})

/** Where the types are not what Stripe sends. */
const UNDESCRIBED: readonly (readonly [line: RegExp, why: string])[] = [
  [/\.total_count: is unknown$/, 'Lists within objects count, as recorded from 2020-08-27 to 2026-03-25.'],
  [/shared_payment_granted_token: is unknown$/, 'Of payments and their methods, as recorded on 2026-09-20.'],
  [/(charge|object)\.(order|dispute|destination): is unknown$/, 'Of charges, as recorded from 2020-08-27 on.'],
  [/(dispute|object)\.balance_transaction: is unknown$/, 'Of disputes, as recorded by github.com/pay-rails/pay.'],
  [/login_links: is unknown$/, 'Of accounts with the Express Dashboard, as recorded on 2026-10-06.'],
  [
    /payments\.statement_descriptor_prefix_kan(a|ji): is missing$/,
    'Accounts outside Japan have none, as recorded on 2026-10-06.',
  ],
  [/^event invoice\.upcoming\.data\.object\.id: is missing$/, 'The SDK’s own comment on the event says so.'],
  [
    /previous_attributes\./,
    'What changed deep inside comes without the rest, which the types demand; what was not there before is null.',
  ],
]

export const shapes: Shapes = ({ status, headers, body }) => {
  const version = headers?.get('Stripe-Version') ?? LATEST
  if (version !== LATEST) return [] // The SDK declares one version.
  return status >= 400 ? described.deviations('error', body).filter(isDescribed) : objectDiffers(body)
}

/** Deviations of a body that says which object it is, and of what a list holds. */
export function objectDiffers(body: unknown): readonly string[] {
  const name = nameOf(body)
  if (name === 'list' || name === 'search_result') {
    const { data } = body as { readonly data: readonly unknown[] }
    return [...described.deviations(name, body), ...data.flatMap(objectDiffers)]
  }
  if (name === undefined || !Object.hasOwn(TYPES, name)) return [`object: ${name ?? 'none'} is no object of the SDK's`]
  return described
    .deviations(exported(name), body)
    .map((line) => `${name === 'event' ? typeOf(body) : name}.${line.replaceAll(/\[\d+\]/g, '[]')}`)
    .filter(isDescribed)
}

const typeOf = (event: unknown): string => `event ${String((event as { readonly type: unknown }).type)}`
const isDescribed = (line: string): boolean => !UNDESCRIBED.some(([known]) => known.test(line))
const nameOf = (body: unknown): string | undefined =>
  typeof body === 'object' && body !== null && 'object' in body && typeof body.object === 'string'
    ? body.object
    : undefined
