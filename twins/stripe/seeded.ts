import { z } from 'zod'
import type { Json } from '../trace.ts'
import type {
  CheckoutLine,
  CheckoutSession,
  Credited,
  Discount,
  Invoice,
  InvoiceItem,
  InvoiceLine,
  InvoicePayment,
  Payout,
  Product,
  PromotionCode,
  SetupIntent,
  Subscription,
  SubscriptionItem,
  TaxRate,
} from './billing-state.ts'
import type { Transfer } from './connect.ts'
import type { Address, Charge, Dispute, Metadata, PaymentIntent, Refund, StoredEvent, TransferData } from './state.ts'

// Rows that were there before, by Stripe's own names. What a row leaves out is as it would be when nobody had said anything.

/** A row of which only some fields are told. */
export type Wish<Row, Needed extends keyof Row> = { readonly [Name in Needed]: Row[Name] } & {
  readonly [Name in Exclude<keyof Row, Needed>]?: Row[Name] | undefined
}

/** The schema of such a row. */
export const wish = <Row, Needed extends keyof Row>(
  needed: { readonly [Name in Needed]: z.ZodType<Row[Name]> },
  rest: { readonly [Name in Exclude<keyof Row, Needed>]: z.ZodType<Row[Name]> },
): z.ZodType<Wish<Row, Needed>> =>
  // The parameters say that each field of the row is here, under a schema of its own type.
  z.strictObject({ ...needed, ...z.strictObject(rest).partial().shape }) as unknown as z.ZodType<Wish<Row, Needed>>

export const text: z.ZodString = z.string()
export const whole: z.ZodInt = z.int()
export const yes: z.ZodBoolean = z.boolean()
export const texts: z.ZodArray<z.ZodString> = z.array(text)
export const metadata: z.ZodType<Metadata> = z.record(z.string().max(40), z.string().max(500))
const address: z.ZodType<Address> = z.record(z.string(), z.string().nullable())
export const json: z.ZodType<Json> = z.json()
const period = z.strictObject({ start: whole, end: whole })
export const orNull = <T>(schema: z.ZodType<T>): z.ZodType<T | null> => schema.nullable()
const passed = z.strictObject({ destination: text, amount: whole.optional() }) as z.ZodType<TransferData>
const billing = z.strictObject({
  address: address.nullable(),
  email: text.nullable(),
  name: text.nullable(),
  phone: text.nullable(),
  tax_id: text.nullable(),
})

/** A line of a hosted page or of a payment link. */
export const line: z.ZodType<CheckoutLine> = z.strictObject({
  id: text,
  amount: whole,
  currency: text,
  description: text,
  price: text,
  quantity: whole,
})
/** Parts that several kinds have. */
export const lines: {
  readonly discount_amounts: z.ZodType<InvoiceLine['discount_amounts']>
  readonly taxes: z.ZodType<InvoiceLine['taxes']>
  readonly data: z.ZodType<CheckoutSession['data']>
} = {
  discount_amounts: z.array(z.strictObject({ amount: whole, discount: text })),
  taxes: z.array(z.strictObject({ amount: whole, inclusive: yes, rate: text, reason: text, taxable: whole })),
  data: z.strictObject({
    description: text.optional(),
    metadata: metadata.optional(),
    trial_period_days: whole.optional(),
  }) as z.ZodType<CheckoutSession['data']>,
}

export type SeededItem = Wish<SubscriptionItem, 'id' | 'price'>
/** A subscription; its items name prices that are there. */
export type SeededSubscription = Omit<Wish<Subscription, 'customer' | 'id'>, 'items'> & {
  readonly items: readonly SeededItem[]
}
const subscription = wish<
  Omit<Subscription, 'items'> & { readonly items: readonly SeededItem[] },
  'customer' | 'id' | 'items'
>(
  {
    id: text,
    customer: text,
    items: z
      .array(
        wish<SubscriptionItem, 'id' | 'price'>(
          { id: text, price: text },
          { created: whole, discounts: texts, metadata, quantity: whole, tax_rates: texts },
        ),
      )
      .min(1),
  },
  {
    created: whole,
    currency: text,
    start_date: whole,
    announced: whole,
    billing_cycle_anchor: whole,
    cancel_at: orNull(whole),
    cancel_at_period_end: yes,
    canceled_at: orNull(whole),
    cancellation_details: z.strictObject({
      comment: text.nullable(),
      feedback: text.nullable(),
      reason: text.nullable(),
    }),
    collection_method: z.enum(['charge_automatically', 'send_invoice']),
    current_period_end: whole,
    current_period_start: whole,
    days_until_due: orNull(whole),
    default_payment_method: orNull(text),
    default_tax_rates: texts,
    description: orNull(text),
    discounts: texts,
    ended_at: orNull(whole),
    latest_invoice: orNull(text),
    metadata,
    missing_payment_method: z.enum(['cancel', 'create_invoice', 'pause']),
    pause_collection: json,
    pending_setup_intent: orNull(text),
    save_default_payment_method: z.enum(['off', 'on_subscription']),
    status: z.enum([
      'incomplete',
      'incomplete_expired',
      'trialing',
      'active',
      'past_due',
      'unpaid',
      'paused',
      'canceled',
    ]),
    trial_end: orNull(whole),
    trial_start: orNull(whole),
    schedule: orNull(text),
    application_fee_percent: orNull(z.number()),
    on_behalf_of: orNull(text),
    transfer_data: orNull(z.strictObject({ destination: text, amount_percent: z.number().nullable() })),
  },
)

const credited = orNull<Credited>(z.strictObject({ invoice: text, invoice_line_items: texts }))
const sold = {
  amount: whole,
  description: orNull(text),
  metadata,
  period,
  price: text,
  product: text,
  proration: yes,
  quantity: whole,
  unit_amount: orNull(whole),
  credited,
  discounts: texts,
  subscription: orNull(text),
  subscription_item: orNull(text),
  tax_rates: texts,
}
export type SeededLine = Wish<InvoiceLine, 'amount' | 'id'>
/** An invoice with its lines; one that is open gets its payment where none is told. */
export type SeededInvoice = Omit<Wish<Invoice, 'customer' | 'id'>, 'lines'> & {
  readonly lines?: readonly SeededLine[] | undefined
}
const { amount: lineAmount, ...restOfLine } = sold
const invoice = wish<Omit<Invoice, 'lines'> & { readonly lines: readonly SeededLine[] }, 'customer' | 'id'>(
  { id: text, customer: text },
  {
    created: whole,
    currency: text,
    billing_reason: z.enum(['manual', 'subscription_create', 'subscription_cycle', 'subscription_update']),
    subscription: orNull(text),
    period_start: whole,
    period_end: whole,
    amount_paid: whole,
    attempt_count: whole,
    attempted: yes,
    auto_advance: yes,
    collection_method: z.enum(['charge_automatically', 'send_invoice']),
    default_payment_method: orNull(text),
    default_tax_rates: texts,
    description: orNull(text),
    discounts: texts,
    due_date: orNull(whole),
    effective_at: orNull(whole),
    footer: orNull(text),
    lines: z.array(
      wish<InvoiceLine, 'amount' | 'id'>(
        { id: text, amount: lineAmount },
        {
          ...restOfLine,
          discount_amounts: lines.discount_amounts,
          taxes: lines.taxes,
          invoice_item: orNull(text),
        },
      ),
    ),
    metadata,
    next_payment_attempt: orNull(whole),
    number: orNull(text),
    paid_out_of_band: yes,
    pre_payment_credit: whole,
    post_payment_credit: whole,
    quote: text,
    starting_balance: whole,
    ending_balance: orNull(whole),
    status: z.enum(['draft', 'open', 'paid', 'void', 'uncollectible']),
    statement_descriptor: orNull(text),
    application_fee_amount: orNull(whole),
    on_behalf_of: orNull(text),
    transfer_data: orNull(passed),
    finalized_at: orNull(whole),
    marked_uncollectible_at: orNull(whole),
    paid_at: orNull(whole),
    voided_at: orNull(whole),
  },
)

export type SeededInvoiceItem = Wish<InvoiceItem, 'amount' | 'customer' | 'id'>
const invoiceItem = wish<InvoiceItem, 'amount' | 'customer' | 'id'>(
  { id: text, amount: whole, customer: text },
  { ...restOfLine, currency: text, date: whole, invoice: orNull(text) },
)

export type SeededInvoicePayment = Wish<InvoicePayment, 'id' | 'invoice' | 'payment_intent'>
const invoicePayment = wish<InvoicePayment, 'id' | 'invoice' | 'payment_intent'>(
  { id: text, invoice: text, payment_intent: text },
  {
    created: whole,
    amount_requested: whole,
    currency: text,
    amount_paid: whole,
    status: z.enum(['open', 'paid', 'canceled']),
    paid_at: orNull(whole),
    canceled_at: orNull(whole),
  },
)

export type SeededIntent = Wish<PaymentIntent, 'amount' | 'id'>
const capture = z.enum(['automatic', 'automatic_async', 'manual'])
const intent = wish<PaymentIntent, 'amount' | 'id'>(
  { id: text, amount: whole.positive() },
  {
    created: whole,
    client_secret: text,
    confirmation_method: z.enum(['automatic', 'manual']),
    amount_capturable: whole,
    amount_received: whole,
    allowed_payment_method_types: orNull(texts),
    excluded_payment_method_types: orNull(texts),
    automatic_payment_methods: orNull(
      z.strictObject({ allow_redirects: z.enum(['always', 'never']), enabled: z.boolean() }),
    ),
    canceled_at: orNull(whole),
    cancellation_reason: orNull(text),
    capture_method: capture,
    configuration: orNull(text),
    currency: text,
    customer: orNull(text),
    description: orNull(text),
    invoice: orNull(text),
    last_payment_error: json,
    latest_charge: orNull(text),
    metadata,
    methods: texts,
    next_action: json,
    payment_method: orNull(text),
    receipt_email: orNull(text),
    request_three_d_secure: z.enum(['automatic', 'any', 'challenge']),
    return_url: orNull(text),
    setup_future_usage: orNull(z.enum(['off_session', 'on_session'])),
    shipping: json,
    statement_descriptor: orNull(text),
    statement_descriptor_suffix: orNull(text),
    status: z.enum([
      'requires_payment_method',
      'requires_confirmation',
      'requires_action',
      'requires_capture',
      'succeeded',
      'canceled',
    ]),
    transfer_group: orNull(text),
    application_fee_amount: orNull(whole),
    on_behalf_of: orNull(text),
    transfer_data: orNull(passed),
  },
)

/** A charge; `card` is a test card such as `pm_card_visa`. What was captured of it is in the balance. */
export type SeededCharge = Wish<Charge, 'amount' | 'id'>
const charge = wish<Charge, 'amount' | 'id'>(
  { id: text, amount: whole.positive() },
  {
    created: whole,
    currency: text,
    payment_intent: text,
    payment_method: text,
    card: text,
    exp_month: whole,
    exp_year: whole,
    authorization_code: orNull(text),
    billing_details: billing,
    capture_method: capture,
    risk_score: whole,
    three_d_secure: yes,
    amount_captured: whole,
    amount_refunded: whole,
    balance_transaction: orNull(text),
    captured: yes,
    customer: orNull(text),
    description: orNull(text),
    dispute: orNull(text),
    disputed: yes,
    failure_code: orNull(text),
    failure_message: orNull(text),
    fraud_details: z.record(text, text),
    metadata,
    outcome: json,
    paid: yes,
    receipt_email: orNull(text),
    refunded: yes,
    shipping: json,
    statement_descriptor: orNull(text),
    statement_descriptor_suffix: orNull(text),
    status: z.enum(['succeeded', 'failed']),
    transfer_group: orNull(text),
    application_fee: orNull(text),
    application_fee_amount: orNull(whole),
    on_behalf_of: orNull(text),
    transfer: orNull(text),
    transfer_data: orNull(passed),
  },
)

export type SeededRefund = Wish<Refund, 'amount' | 'charge' | 'id'>
const refund = wish<Refund, 'amount' | 'charge' | 'id'>(
  { id: text, amount: whole.positive(), charge: text },
  {
    created: whole,
    currency: text,
    customer: orNull(text),
    payment_intent: text,
    payment_method: text,
    reason: orNull(text),
    balance_transaction: orNull(text),
    failure_balance_transaction: orNull(text),
    failure_reason: orNull(text),
    metadata,
    transfer_reversal: orNull(text),
    becomes: orNull(z.enum(['succeeded', 'failed'])),
    status: z.enum(['pending', 'succeeded', 'failed']),
  },
)

export type SeededDispute = Wish<Dispute, 'charge' | 'id'>
const dispute = wish<Dispute, 'charge' | 'id'>(
  { id: text, charge: text },
  {
    created: whole,
    amount: whole,
    currency: text,
    due_by: whole,
    payment_intent: text,
    reason: text,
    balance_transactions: texts,
    evidence: z.record(text, text),
    intended_submission_method: orNull(text),
    metadata,
    status: z.enum([
      'needs_response',
      'under_review',
      'won',
      'lost',
      'warning_needs_response',
      'warning_under_review',
      'warning_closed',
    ]),
    submission_count: whole,
  },
)

export type SeededSetup = Wish<SetupIntent, 'id'>
const setup = wish<SetupIntent, 'id'>(
  { id: text },
  {
    created: whole,
    client_secret: text,
    automatic: yes,
    methods: orNull(texts),
    usage: z.enum(['off_session', 'on_session']),
    cancellation_reason: orNull(text),
    customer: orNull(text),
    description: orNull(text),
    last_setup_error: json,
    metadata,
    next_action: json,
    payment_method: orNull(text),
    return_url: orNull(text),
    status: z.enum(['requires_payment_method', 'requires_confirmation', 'requires_action', 'succeeded', 'canceled']),
  },
)

export type SeededSession = Wish<CheckoutSession, 'id' | 'mode'>
const session = wish<CheckoutSession, 'id' | 'mode'>(
  { id: text, mode: z.enum(['payment', 'setup', 'subscription']) },
  {
    created: whole,
    expires_at: whole,
    currency: orNull(text),
    customer_email: orNull(text),
    client_reference_id: orNull(text),
    lines: z.array(line),
    cancel_url: orNull(text),
    success_url: orNull(text),
    allow_promotion_codes: orNull(yes),
    locale: orNull(text),
    data: lines.data,
    customer_creation: orNull(text),
    customer: orNull(text),
    invoice: orNull(text),
    metadata,
    payment_intent: orNull(text),
    payment_link: orNull(text),
    payment_status: z.enum(['paid', 'unpaid', 'no_payment_required']),
    setup_intent: orNull(text),
    status: z.enum(['open', 'complete', 'expired']),
    subscription: orNull(text),
  },
)

export type SeededPayout = Wish<Payout, 'amount' | 'id'>
const payout = wish<Payout, 'amount' | 'id'>(
  { id: text, amount: whole.positive() },
  {
    created: whole,
    arrival_date: whole,
    currency: text,
    destination: text,
    method: z.enum(['standard', 'instant']),
    automatic: yes,
    balance_transaction: orNull(text),
    description: orNull(text),
    metadata,
    statement_descriptor: orNull(text),
    status: z.enum(['pending', 'in_transit', 'paid', 'canceled']),
  },
)

/** A product without a price of its own; one with a price comes with that. */
export type SeededProduct = Wish<Product, 'id' | 'name'>
const product = wish<Product, 'id' | 'name'>(
  { id: text, name: text },
  {
    created: whole,
    active: yes,
    default_price: orNull(text),
    description: orNull(text),
    images: texts,
    metadata,
    shippable: orNull(yes),
    statement_descriptor: orNull(text),
    unit_label: orNull(text),
    updated: whole,
    url: orNull(text),
  },
)

export type SeededCode = Wish<PromotionCode, 'code' | 'coupon' | 'id'>
const code = wish<PromotionCode, 'code' | 'coupon' | 'id'>(
  { id: text, code: text, coupon: text },
  {
    created: whole,
    active: yes,
    customer: orNull(text),
    expires_at: orNull(whole),
    first_time_transaction: yes,
    max_redemptions: orNull(whole),
    metadata,
    minimum_amount: orNull(whole),
    minimum_amount_currency: orNull(text),
    times_redeemed: whole,
  },
)

export type SeededDiscount = Wish<Discount, 'coupon' | 'customer' | 'id'>
const discount = wish<Discount, 'coupon' | 'customer' | 'id'>(
  { id: text, coupon: text, customer: text },
  {
    created: whole,
    promotion_code: orNull(text),
    invoice: orNull(text),
    invoice_item: orNull(text),
    subscription: orNull(text),
    subscription_item: orNull(text),
    start: whole,
    end: orNull(whole),
  },
)

export type SeededTransfer = Wish<Transfer, 'amount' | 'destination' | 'id'>
const transfer = wish<Transfer, 'amount' | 'destination' | 'id'>(
  { id: text, amount: whole.positive(), destination: text },
  {
    created: whole,
    currency: text,
    destination_payment: text,
    source_transaction: orNull(text),
    transfer_group: orNull(text),
    balance_transaction: text,
    description: orNull(text),
    metadata,
    amount_reversed: whole,
  },
)

export type SeededEvent = Wish<StoredEvent, 'id' | 'object' | 'type'>
const event = wish<StoredEvent, 'id' | 'object' | 'type'>(
  { id: text, object: json, type: text },
  {
    created: whole,
    previous_attributes: json,
    request: z.strictObject({ id: text.nullable(), idempotency_key: text.nullable() }),
  },
)

/** A payment method that belongs to nobody yet, or was somebody's. */
export type SeededMethod = { readonly id: string; readonly card: string }
const method: z.ZodType<SeededMethod> = z.strictObject({ id: text, card: text })

export type SeededRate = Wish<TaxRate, 'id' | 'percentage'>
const rate = wish<TaxRate, 'id' | 'percentage'>(
  { id: text, percentage: z.number().min(0).max(100) },
  {
    created: whole,
    active: yes,
    country: orNull(text),
    description: orNull(text),
    display_name: text,
    inclusive: yes,
    jurisdiction: orNull(text),
    metadata,
    state: orNull(text),
    tax_type: orNull(text),
  },
)

/** All of those rows, by kind. */
export type SeededRows = {
  readonly products?: readonly SeededProduct[] | undefined
  readonly payment_methods_unattached?: readonly SeededMethod[] | undefined
  readonly tax_rates?: readonly SeededRate[] | undefined
  readonly promotion_codes?: readonly SeededCode[] | undefined
  readonly discounts?: readonly SeededDiscount[] | undefined
  readonly charges?: readonly SeededCharge[] | undefined
  readonly payment_intents?: readonly SeededIntent[] | undefined
  readonly refunds?: readonly SeededRefund[] | undefined
  readonly disputes?: readonly SeededDispute[] | undefined
  readonly setup_intents?: readonly SeededSetup[] | undefined
  readonly subscriptions?: readonly SeededSubscription[] | undefined
  readonly invoice_items?: readonly SeededInvoiceItem[] | undefined
  readonly invoices?: readonly SeededInvoice[] | undefined
  readonly invoice_payments?: readonly SeededInvoicePayment[] | undefined
  readonly checkout_sessions?: readonly SeededSession[] | undefined
  readonly payouts?: readonly SeededPayout[] | undefined
  readonly transfers?: readonly SeededTransfer[] | undefined
  readonly events?: readonly SeededEvent[] | undefined
}
export const seededRows: { readonly [Kind in keyof SeededRows]-?: z.ZodType<SeededRows[Kind]> } = {
  products: z.array(product).optional(),
  payment_methods_unattached: z.array(method).optional(),
  tax_rates: z.array(rate).optional(),
  promotion_codes: z.array(code).optional(),
  discounts: z.array(discount).optional(),
  charges: z.array(charge).optional(),
  payment_intents: z.array(intent).optional(),
  refunds: z.array(refund).optional(),
  disputes: z.array(dispute).optional(),
  setup_intents: z.array(setup).optional(),
  subscriptions: z.array(subscription).optional(),
  invoice_items: z.array(invoiceItem).optional(),
  invoices: z.array(invoice).optional(),
  invoice_payments: z.array(invoicePayment).optional(),
  checkout_sessions: z.array(session).optional(),
  payouts: z.array(payout).optional(),
  transfers: z.array(transfer).optional(),
  events: z.array(event).optional(),
}
