import { OwnRows } from '../rows.ts'
import type { Json } from '../trace.ts'
import type {
  BalanceChange,
  CheckoutSession,
  Coupon,
  CreditNote,
  Discount,
  Invoice,
  InvoiceItem,
  InvoicePayment,
  Meter,
  MeterEvent,
  PaymentLink,
  Payout,
  Price,
  Product,
  PromotionCode,
  Quote,
  Schedule,
  SetupIntent,
  Subscription,
  TaxRate,
} from './billing-state.ts'
import type { ApplicationFee, ConnectedAccount, FeeRefund, Transfer, TransferReversal } from './connect.ts'

/** Strings by key, as Stripe keeps them. */
export type Metadata = { readonly [key: string]: string }
export type Address = { readonly [part: string]: string | null }

/**
 * Stored shapes. Names are Stripe's own, so that expectations read like its documentation; wire.ts adds what never
 * changes. `created` and the like are whole seconds since the Unix epoch, amounts the currency's smallest unit.
 */
export type Customer = {
  readonly id: string
  readonly created: number
  deleted: boolean
  address: Address | null
  balance: number
  business_name: string | null
  description: string | null
  email: string | null
  individual_name: string | null
  invoice_prefix: string
  default_payment_method: string | null
  metadata: Metadata
  name: string | null
  next_invoice_sequence: number
  phone: string | null
  preferred_locales: readonly string[]
  shipping: Json
  tax_exempt: string
  /** Whose time is that of the customer and of what is billed to them. */
  test_clock: string | null
}

export type PaymentMethod = {
  readonly id: string
  readonly created: number
  /** A row of cards.ts: how the card behaves. Empty where `other` says what it is. */
  readonly card: string
  /** A method that is no card: it can be kept and read, not charged. */
  readonly other: { readonly type: string; readonly details: Json } | null
  readonly exp_month: number
  readonly exp_year: number
  allow_redisplay: string
  billing_details: {
    address: Address | null
    email: string | null
    name: string | null
    phone: string | null
    tax_id: string | null
  }
  customer: string | null
  metadata: Metadata
  /** `spent` was charged without a customer or was detached: it can never be used again. */
  use: 'fresh' | 'set_up' | 'spent'
}

export type PaymentIntent = {
  readonly id: string
  readonly created: number
  readonly client_secret: string
  readonly confirmation_method: 'automatic' | 'manual'
  amount: number
  amount_capturable: number
  amount_received: number
  allowed_payment_method_types: readonly string[] | null
  excluded_payment_method_types: readonly string[] | null
  /** Null where the caller, or an invoice, has named the methods. */
  automatic_payment_methods: { readonly allow_redirects: 'always' | 'never'; readonly enabled: boolean } | null
  canceled_at: number | null
  cancellation_reason: string | null
  capture_method: 'automatic' | 'automatic_async' | 'manual'
  currency: string
  customer: string | null
  description: string | null
  /** What may pay: cards, and what else the Dashboard switches on. */
  readonly methods: readonly string[]
  /** The Dashboard's choice of payment methods, where that decides. */
  readonly configuration: string | null
  /** The invoice it pays. */
  readonly invoice: string | null
  last_payment_error: Json
  latest_charge: string | null
  metadata: Metadata
  next_action: Json
  payment_method: string | null
  receipt_email: string | null
  request_three_d_secure: 'automatic' | 'any' | 'challenge'
  return_url: string | null
  setup_future_usage: 'off_session' | 'on_session' | null
  shipping: Json
  statement_descriptor: string | null
  statement_descriptor_suffix: string | null
  status:
    | 'requires_payment_method'
    | 'requires_confirmation'
    | 'requires_action'
    | 'requires_capture'
    | 'succeeded'
    | 'canceled'
  transfer_group: string | null
  application_fee_amount: number | null
  on_behalf_of: string | null
  /** Who gets it; all of it, where no amount is told. */
  transfer_data: TransferData | null
}
export type TransferData = { readonly destination: string; readonly amount?: number }

export type Charge = {
  readonly id: string
  readonly created: number
  readonly amount: number
  readonly currency: string
  readonly payment_intent: string
  readonly payment_method: string
  /** A row of cards.ts. */
  readonly card: string
  readonly exp_month: number
  readonly exp_year: number
  readonly authorization_code: string | null
  readonly billing_details: PaymentMethod['billing_details']
  readonly capture_method: PaymentIntent['capture_method']
  readonly risk_score: number
  readonly three_d_secure: boolean
  amount_captured: number
  amount_refunded: number
  balance_transaction: string | null
  captured: boolean
  customer: string | null
  description: string | null
  dispute: string | null
  disputed: boolean
  failure_code: string | null
  failure_message: string | null
  fraud_details: Readonly<Record<string, string>>
  metadata: Metadata
  outcome: Json
  paid: boolean
  receipt_email: string | null
  refunded: boolean
  shipping: Json
  statement_descriptor: string | null
  statement_descriptor_suffix: string | null
  status: 'succeeded' | 'failed'
  transfer_group: string | null
  application_fee: string | null
  application_fee_amount: number | null
  on_behalf_of: string | null
  transfer: string | null
  transfer_data: TransferData | null
}

export type Refund = {
  readonly id: string
  readonly created: number
  readonly amount: number
  readonly charge: string
  readonly currency: string
  readonly customer: string | null
  readonly payment_intent: string
  readonly payment_method: string
  readonly reason: string | null
  balance_transaction: string | null
  failure_balance_transaction: string | null
  failure_reason: string | null
  metadata: Metadata
  transfer_reversal: string | null
  /** Where a card that fails or delays its refund is going; null once it is there. */
  becomes: 'succeeded' | 'failed' | null
  status: 'pending' | 'succeeded' | 'failed'
}

export type FeeDetail = {
  readonly amount: number
  readonly description: string
  /** Whose application takes it; Stripe itself, without one. */
  readonly application?: string
}
export type BalanceTransaction = {
  readonly id: string
  readonly created: number
  readonly amount: number
  readonly available_on: number
  readonly currency: string
  readonly description: string | null
  readonly exchange_rate: number | null
  readonly fee: number
  readonly fee_details: readonly FeeDetail[]
  readonly net: number
  /** The automatic payout it is in. */
  readonly payout: string | null
  readonly reporting_category:
    | 'charge'
    | 'refund'
    | 'refund_failure'
    | 'dispute'
    | 'dispute_reversal'
    | 'payout'
    | 'payout_reversal'
    | 'transfer'
    | 'transfer_reversal'
    | 'platform_earning'
    | 'platform_earning_refund'
  readonly source: string
  readonly type:
    | 'charge'
    | 'refund'
    | 'refund_failure'
    | 'adjustment'
    | 'payout'
    | 'payout_cancel'
    | 'payment'
    | 'payment_refund'
    | 'transfer'
    | 'transfer_refund'
    | 'application_fee'
    | 'application_fee_refund'
}

export type Dispute = {
  readonly id: string
  readonly created: number
  readonly amount: number
  readonly charge: string
  readonly currency: string
  readonly due_by: number
  readonly payment_intent: string
  readonly reason: string
  balance_transactions: readonly string[]
  evidence: Readonly<Record<string, string>>
  intended_submission_method: string | null
  metadata: Metadata
  status:
    | 'needs_response'
    | 'under_review'
    | 'won'
    | 'lost'
    | 'warning_needs_response'
    | 'warning_under_review'
    | 'warning_closed'
  submission_count: number
}

/** Fraud that a bank has told of. */
export type FraudWarning = {
  readonly id: string
  readonly created: number
  readonly charge: string
  readonly fraud_type: string
}

export type StoredEvent = {
  readonly id: string
  readonly created: number
  readonly type: string
  /** The object as it was on the wire at that moment. */
  readonly object: Json
  readonly previous_attributes: Json
  readonly request: { readonly id: string | null; readonly idempotency_key: string | null }
}

export type WebhookEndpoint = {
  readonly id: string
  readonly created: number
  readonly secret: string
  readonly api_version: string | null
  description: string | null
  enabled_events: readonly string[]
  metadata: Metadata
  status: 'enabled' | 'disabled'
  url: string
}

/** One event on its way to one endpoint. `open` ones have an attempt due at `due_ms` or under way. */
export type Delivery = {
  readonly id: string
  readonly event: string
  readonly endpoint: string
  /** How many deliveries of the event there were before it. */
  readonly before: number
  attempts: number
  due_ms: number
  status: 'open' | 'taken' | 'given_up'
}

/** A time of its own for some customers. `target` is where it is going while it advances. */
export type TestClock = {
  readonly id: string
  readonly created: number
  readonly deletes_after: number
  readonly name: string | null
  frozen_time: number
  target: number | null
}

/** The first answer to an idempotency key. */
export type KeptAnswer = {
  /** The key itself. */
  readonly id: string
  readonly fingerprint: string
  readonly request: string
  readonly kept_ms: number
  /** When the first answer is on the wire; until then the key is in use. */
  readonly ready_ms: number
  readonly status: number
  readonly body: string
}

/** Rows by id, in the order they came. */
export class Table<Row extends { readonly id: string }> extends OwnRows<Row> {
  constructor() {
    super(({ id }) => id)
  }
}

export type State = {
  readonly customers: Table<Customer>
  readonly payment_methods: Table<PaymentMethod>
  readonly payment_intents: Table<PaymentIntent>
  readonly charges: Table<Charge>
  readonly refunds: Table<Refund>
  readonly balance_transactions: Table<BalanceTransaction>
  readonly disputes: Table<Dispute>
  readonly events: Table<StoredEvent>
  readonly webhook_endpoints: Table<WebhookEndpoint>
  readonly webhook_deliveries: Table<Delivery>
  readonly idempotency_keys: Table<KeptAnswer>
  readonly products: Table<Product>
  readonly prices: Table<Price>
  readonly subscriptions: Table<Subscription>
  readonly invoices: Table<Invoice>
  readonly invoice_items: Table<InvoiceItem>
  readonly invoice_payments: Table<InvoicePayment>
  readonly setup_intents: Table<SetupIntent>
  readonly checkout_sessions: Table<CheckoutSession>
  readonly payouts: Table<Payout>
  readonly coupons: Table<Coupon>
  readonly promotion_codes: Table<PromotionCode>
  readonly discounts: Table<Discount>
  /** Accounts on the platform of this one; what they hold is kept with each. */
  readonly accounts: Table<ConnectedAccount>
  readonly transfers: Table<Transfer>
  readonly tax_rates: Table<TaxRate>
  readonly credit_notes: Table<CreditNote>
  readonly balance_changes: Table<BalanceChange>
  readonly schedules: Table<Schedule>
  readonly payment_links: Table<PaymentLink>
  readonly fraud_warnings: Table<FraudWarning>
  readonly meters: Table<Meter>
  readonly meter_events: Table<MeterEvent>
  readonly application_fees: Table<ApplicationFee>
  readonly fee_refunds: Table<FeeRefund>
  readonly transfer_reversals: Table<TransferReversal>
  readonly test_clocks: Table<TestClock>
  readonly quotes: Table<Quote>
}

export const createState = (): State => ({
  customers: new Table(),
  payment_methods: new Table(),
  payment_intents: new Table(),
  charges: new Table(),
  refunds: new Table(),
  balance_transactions: new Table(),
  disputes: new Table(),
  events: new Table(),
  webhook_endpoints: new Table(),
  webhook_deliveries: new Table(),
  idempotency_keys: new Table(),
  products: new Table(),
  prices: new Table(),
  subscriptions: new Table(),
  invoices: new Table(),
  invoice_items: new Table(),
  invoice_payments: new Table(),
  setup_intents: new Table(),
  checkout_sessions: new Table(),
  payouts: new Table(),
  coupons: new Table(),
  promotion_codes: new Table(),
  discounts: new Table(),
  accounts: new Table(),
  transfers: new Table(),
  tax_rates: new Table(),
  credit_notes: new Table(),
  balance_changes: new Table(),
  schedules: new Table(),
  payment_links: new Table(),
  fraud_warnings: new Table(),
  meters: new Table(),
  meter_events: new Table(),
  application_fees: new Table(),
  fee_refunds: new Table(),
  transfer_reversals: new Table(),
  test_clocks: new Table(),
  quotes: new Table(),
})

/** Every table as a plain list; what rows hold is replaced, never changed, so it is shared. */
export const toSnapshot = (state: State): Json =>
  Object.fromEntries(Object.entries(state).map(([name, table]) => [name, table.snapshot()]))

/** Fills `state` from a snapshot of this twin. Throws on anything else. */
export function fromSnapshot(state: State, json: Json): void {
  const tables = Object.entries(state)
  const snapshot = readTables(json)
  const names = Object.keys(snapshot)
  const strange =
    names.find((name) => !Object.hasOwn(state, name)) ?? tables.find(([name]) => !names.includes(name))?.[0]
  if (strange !== undefined)
    throw new Error(`twins/stripe: expected a snapshot of its own tables, got another one (${strange}).`)
  for (const [name, table] of tables) {
    // readTables has checked that rows have ids; toSnapshot made the rest.
    ;(table as unknown as Table<{ readonly id: string }>).fill(snapshot[name] ?? [])
  }
}

/** By hand, because a schema over 100,000 rows takes longer than all the rest. */
function readTables(json: Json): Readonly<Record<string, readonly { readonly id: string }[]>> {
  if (json === null || typeof json !== 'object' || Array.isArray(json))
    throw new Error('twins/stripe: expected a snapshot, got no tables.')
  for (const [name, rows] of Object.entries(json)) {
    if (!Array.isArray(rows)) throw new Error(`twins/stripe: expected rows under ${name}, got none.`)
    for (const row of rows as readonly Json[])
      if (row === null || typeof row !== 'object' || !('id' in row) || typeof row.id !== 'string')
        throw new Error(`twins/stripe: expected rows with ids under ${name}, got ${JSON.stringify(row)?.slice(0, 80)}.`)
  }
  // The loop has just looked at each.
  return json as unknown as Readonly<Record<string, readonly { readonly id: string }[]>>
}
