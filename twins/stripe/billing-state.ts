import type { Json } from '../trace.ts'
import type { Metadata, TransferData } from './state.ts'

// Stored shapes of billing, by the same rules as those of state.ts.

export type Product = {
  readonly id: string
  readonly created: number
  active: boolean
  default_price: string | null
  description: string | null
  images: readonly string[]
  metadata: Metadata
  name: string
  shippable: boolean | null
  statement_descriptor: string | null
  unit_label: string | null
  updated: number
  url: string | null
}

export type Interval = 'day' | 'week' | 'month' | 'year'
export type Recurring = {
  readonly interval: Interval
  readonly interval_count: number
  readonly trial_period_days: number | null
  /** What counts the usage; null where a quantity is told. */
  readonly meter: string | null
}
/** A part of a price; the last one has no end. */
export type Tier = {
  readonly flat_amount: number | null
  readonly unit_amount: number | null
  readonly up_to: number | null
}
export type Price = {
  readonly id: string
  readonly created: number
  readonly currency: string
  readonly product: string
  readonly recurring: Recurring | null
  /** Null where tiers say it, or the payer. */
  readonly unit_amount: number | null
  readonly tiers: readonly Tier[] | null
  readonly tiers_mode: 'graduated' | 'volume' | null
  /** Quantities are counted in packages. */
  readonly transform_quantity: { readonly divide_by: number; readonly round: 'up' | 'down' } | null
  readonly custom_unit_amount: Json
  active: boolean
  lookup_key: string | null
  metadata: Metadata
  nickname: string | null
  tax_behavior: string
}

export type Coupon = {
  readonly id: string
  readonly created: number
  /** The products it is good for; null for all. */
  readonly applies_to: readonly string[] | null
  readonly amount_off: number | null
  readonly currency: string | null
  readonly duration: 'forever' | 'once' | 'repeating'
  readonly duration_in_months: number | null
  max_redemptions: number | null
  metadata: Metadata
  name: string | null
  readonly percent_off: number | null
  readonly redeem_by: number | null
  times_redeemed: number
}
export type PromotionCode = {
  readonly id: string
  readonly created: number
  active: boolean
  readonly code: string
  readonly coupon: string
  readonly customer: string | null
  readonly expires_at: number | null
  readonly first_time_transaction: boolean
  readonly max_redemptions: number | null
  metadata: Metadata
  readonly minimum_amount: number | null
  readonly minimum_amount_currency: string | null
  times_redeemed: number
}
/** A coupon redeemed: for a subscription, an invoice or an item of one. */
export type Discount = {
  readonly id: string
  readonly created: number
  readonly coupon: string
  readonly promotion_code: string | null
  readonly customer: string
  readonly invoice: string | null
  readonly invoice_item: string | null
  readonly subscription: string | null
  readonly subscription_item: string | null
  readonly start: number
  readonly end: number | null
}

/** What a subscription is from one day to another. */
export type Phase = {
  readonly currency: string
  readonly default_payment_method: string | null
  readonly default_tax_rates: readonly string[]
  readonly description: string | null
  readonly end_date: number
  readonly items: readonly Pick<SubscriptionItem, 'metadata' | 'price' | 'quantity' | 'tax_rates'>[]
  readonly metadata: Metadata
  readonly proration_behavior: 'always_invoice' | 'create_prorations' | 'none'
  readonly start_date: number
  readonly trial_end: number | null
}
/** Changes of a subscription that are known beforehand. `at` is the phase it is in. */
export type Schedule = {
  readonly id: string
  readonly created: number
  readonly customer: string
  at: number
  canceled_at: number | null
  completed_at: number | null
  default_payment_method: string | null
  end_behavior: 'cancel' | 'release'
  metadata: Metadata
  phases: readonly Phase[]
  released_at: number | null
  released_subscription: string | null
  status: 'active' | 'canceled' | 'completed' | 'not_started' | 'released'
  subscription: string | null
}

/** What counts usage, by events of one name. */
export type Meter = {
  readonly id: string
  readonly created: number
  readonly customer_key: string
  deactivated_at: number | null
  display_name: string
  readonly event_name: string
  readonly event_time_window: 'day' | 'hour' | null
  readonly formula: 'count' | 'last' | 'sum'
  status: 'active' | 'inactive'
  updated: number
  readonly value_key: string
}
/** One use. Its id is its identifier. */
export type MeterEvent = {
  readonly id: string
  readonly created: number
  readonly event_name: string
  readonly payload: Readonly<Record<string, string>>
  readonly timestamp: number
}

export type TaxRate = {
  readonly id: string
  readonly created: number
  active: boolean
  country: string | null
  description: string | null
  display_name: string
  readonly inclusive: boolean
  jurisdiction: string | null
  metadata: Metadata
  readonly percentage: number
  state: string | null
  tax_type: string | null
}
/** A tax on a line. `taxable` is what it is on. */
export type LineTax = {
  readonly amount: number
  readonly inclusive: boolean
  readonly rate: string
  readonly reason: string
  readonly taxable: number
}

export type SubscriptionItem = {
  readonly id: string
  readonly created: number
  metadata: Metadata
  price: string
  quantity: number
  /** Of this item alone; without any, the subscription's. */
  readonly tax_rates: readonly string[]
  /** Of this item alone. */
  readonly discounts?: readonly string[]
}
export type SubscriptionStatus =
  | 'incomplete'
  | 'incomplete_expired'
  | 'trialing'
  | 'active'
  | 'past_due'
  | 'unpaid'
  | 'paused'
  | 'canceled'
export type Subscription = {
  readonly id: string
  readonly created: number
  readonly currency: string
  readonly customer: string
  readonly start_date: number
  billing_cycle_anchor: number
  cancel_at: number | null
  cancel_at_period_end: boolean
  canceled_at: number | null
  cancellation_details: {
    readonly comment: string | null
    readonly feedback: string | null
    readonly reason: string | null
  }
  collection_method: 'charge_automatically' | 'send_invoice'
  current_period_end: number
  current_period_start: number
  days_until_due: number | null
  default_payment_method: string | null
  default_tax_rates: readonly string[]
  description: string | null
  discounts: readonly string[]
  ended_at: number | null
  items: readonly SubscriptionItem[]
  latest_invoice: string | null
  metadata: Metadata
  /** What happens at the end of a trial without a payment method. */
  missing_payment_method: 'cancel' | 'create_invoice' | 'pause'
  pause_collection: Json
  pending_setup_intent: string | null
  save_default_payment_method: 'off' | 'on_subscription'
  status: SubscriptionStatus
  trial_end: number | null
  trial_start: number | null
  /** The schedule it follows. */
  schedule: string | null
  application_fee_percent: number | null
  on_behalf_of: string | null
  transfer_data: { readonly destination: string; readonly amount_percent: number | null } | null
  /** The end of the period whose next invoice was told of. */
  announced?: number
}

export type InvoiceItem = {
  readonly id: string
  readonly amount: number
  readonly currency: string
  readonly customer: string
  readonly date: number
  readonly period: { readonly start: number; readonly end: number }
  readonly price: string
  readonly product: string
  readonly proration: boolean
  readonly quantity: number
  readonly subscription: string | null
  /** What a proration is of, and what it gives back. */
  readonly subscription_item: string | null
  readonly credited: Credited | null
  /** Null where the amount is no multiple of anything. */
  readonly unit_amount: number | null
  description: string | null
  discounts: readonly string[]
  invoice: string | null
  metadata: Metadata
  tax_rates: readonly string[]
}
/** Lines of an earlier invoice that a proration gives back. */
export type Credited = { readonly invoice: string; readonly invoice_line_items: readonly string[] }

export type InvoiceLine = {
  readonly id: string
  readonly amount: number
  readonly description: string | null
  readonly metadata: Metadata
  readonly period: { readonly start: number; readonly end: number }
  readonly price: string
  readonly product: string
  readonly proration: boolean
  readonly quantity: number
  readonly unit_amount: number | null
  readonly credited: Credited | null
  /** Discounts of the line alone, and what all discounts take off it. */
  readonly discounts: readonly string[]
  readonly discount_amounts: readonly { readonly amount: number; readonly discount: string }[]
  readonly tax_rates: readonly string[]
  /** What those rates, or the invoice's, take of it. */
  readonly taxes: readonly LineTax[]
  /** What the line bills: an invoice item, or an item of the invoice's subscription. */
  readonly invoice_item: string | null
  readonly subscription: string | null
  readonly subscription_item: string | null
}
export type Invoice = {
  readonly id: string
  /** The quote it came of. */
  readonly quote?: string
  readonly created: number
  readonly currency: string
  readonly customer: string
  readonly billing_reason: 'manual' | 'subscription_create' | 'subscription_cycle' | 'subscription_update'
  readonly subscription: string | null
  readonly period_start: number
  readonly period_end: number
  amount_paid: number
  attempt_count: number
  attempted: boolean
  auto_advance: boolean
  collection_method: 'charge_automatically' | 'send_invoice'
  default_payment_method: string | null
  default_tax_rates: readonly string[]
  description: string | null
  discounts: readonly string[]
  due_date: number | null
  effective_at: number | null
  footer: string | null
  lines: readonly InvoiceLine[]
  metadata: Metadata
  next_payment_attempt: number | null
  number: string | null
  paid_out_of_band: boolean
  /** What credit notes took off before it was paid, and gave back after. */
  pre_payment_credit: number
  post_payment_credit: number
  /** What the customer's balance was before and, once it is final, after it. */
  starting_balance: number
  ending_balance: number | null
  status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible'
  statement_descriptor: string | null
  application_fee_amount: number | null
  on_behalf_of: string | null
  transfer_data: TransferData | null
  finalized_at: number | null
  marked_uncollectible_at: number | null
  paid_at: number | null
  voided_at: number | null
}

/** What a customer is owed, less than nothing, or owes, as it changed. */
export type BalanceChange = {
  readonly id: string
  readonly created: number
  readonly amount: number
  readonly credit_note: string | null
  readonly currency: string
  readonly customer: string
  description: string | null
  readonly ending_balance: number
  readonly invoice: string | null
  metadata: Metadata
  readonly type: 'adjustment' | 'applied_to_invoice' | 'credit_note' | 'unapplied_from_invoice'
}

export type CreditLine = {
  readonly id: string
  readonly amount: number
  readonly description: string | null
  readonly discount_amounts: InvoiceLine['discount_amounts']
  readonly invoice_line_item: string | null
  readonly metadata: Metadata
  readonly quantity: number | null
  readonly tax_rates: readonly string[]
  readonly taxes: readonly LineTax[]
  readonly unit_amount: number | null
}
export type CreditNote = {
  readonly id: string
  readonly created: number
  readonly currency: string
  readonly customer: string
  customer_balance_transaction: string | null
  readonly effective_at: number
  readonly invoice: string
  readonly lines: readonly CreditLine[]
  memo: string | null
  metadata: Metadata
  readonly number: string
  readonly out_of_band_amount: number | null
  readonly post_payment_amount: number
  readonly pre_payment_amount: number
  readonly reason: 'duplicate' | 'fraudulent' | 'order_change' | 'product_unsatisfactory' | null
  refunds: readonly { readonly amount_refunded: number; readonly refund: string }[]
  status: 'issued' | 'void'
  voided_at: number | null
}

export type InvoicePayment = {
  readonly id: string
  readonly created: number
  readonly amount_requested: number
  readonly currency: string
  readonly invoice: string
  readonly payment_intent: string
  amount_paid: number
  status: 'open' | 'paid' | 'canceled'
  paid_at: number | null
  canceled_at: number | null
}

export type SetupIntent = {
  readonly id: string
  readonly created: number
  readonly client_secret: string
  readonly automatic: boolean
  /** What the caller named, where versions let it. */
  readonly methods: readonly string[] | null
  readonly usage: 'off_session' | 'on_session'
  cancellation_reason: string | null
  customer: string | null
  description: string | null
  last_setup_error: Json
  metadata: Metadata
  next_action: Json
  payment_method: string | null
  return_url: string | null
  status: 'requires_payment_method' | 'requires_confirmation' | 'requires_action' | 'succeeded' | 'canceled'
}

export type CheckoutLine = {
  readonly id: string
  readonly amount: number
  readonly currency: string
  readonly description: string
  readonly price: string
  readonly quantity: number
}
export type CheckoutSession = {
  readonly id: string
  readonly created: number
  readonly expires_at: number
  readonly currency: string | null
  readonly customer_email: string | null
  readonly client_reference_id: string | null
  readonly mode: 'payment' | 'setup' | 'subscription'
  readonly lines: readonly CheckoutLine[]
  readonly cancel_url: string | null
  readonly success_url: string | null
  readonly allow_promotion_codes: boolean | null
  readonly locale: string | null
  /** What to give to the payment, setup or subscription when it is made. */
  readonly data: { readonly description?: string; readonly metadata?: Metadata; readonly trial_period_days?: number }
  readonly customer_creation: string | null
  customer: string | null
  invoice: string | null
  metadata: Metadata
  payment_intent: string | null
  /** The link it came from. */
  readonly payment_link: string | null
  payment_status: 'paid' | 'unpaid' | 'no_payment_required'
  setup_intent: string | null
  status: 'open' | 'complete' | 'expired'
  subscription: string | null
}

/** What is offered to a customer; accepted, it is sold. */
export type Quote = {
  readonly id: string
  readonly created: number
  accepted_at: number | null
  canceled_at: number | null
  collection_method: 'charge_automatically' | 'send_invoice'
  customer: string | null
  days_until_due: number | null
  description: string | null
  expires_at: number
  finalized_at: number | null
  footer: string | null
  header: string | null
  invoice: string | null
  lines: readonly CheckoutLine[]
  metadata: Metadata
  number: string | null
  status: 'draft' | 'open' | 'accepted' | 'canceled'
  subscription: string | null
  subscription_description: string | null
  subscription_metadata: Metadata
  trial_period_days: number | null
}

/** A link that anybody may pay by: each visit is a hosted page of its own. */
export type PaymentLink = {
  readonly id: string
  readonly created: number
  readonly currency: string
  readonly lines: readonly CheckoutLine[]
  active: boolean
  after_completion: Json
  allow_promotion_codes: boolean
  customer_creation: string
  data: CheckoutSession['data']
  inactive_message: string | null
  /** How many may pay by it. */
  limit: number | null
  metadata: Metadata
  submit_type: string
}

export type Payout = {
  readonly id: string
  readonly created: number
  readonly amount: number
  readonly arrival_date: number
  readonly currency: string
  readonly destination: string
  readonly method: 'standard' | 'instant'
  readonly automatic: boolean
  balance_transaction: string | null
  description: string | null
  metadata: Metadata
  statement_descriptor: string | null
  status: 'pending' | 'in_transit' | 'paid' | 'canceled'
}
