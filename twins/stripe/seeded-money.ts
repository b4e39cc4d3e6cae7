import { z } from 'zod'
import type {
  BalanceChange,
  CreditLine,
  CreditNote,
  Meter,
  MeterEvent,
  PaymentLink,
  Phase,
  Schedule,
} from './billing-state.ts'
import type { ApplicationFee, FeeRefund, TransferReversal } from './connect.ts'
import { json, line, lines, metadata, orNull, text, texts, type Wish, whole, wish, yes } from './seeded.ts'
import type { BalanceTransaction, FeeDetail, FraudWarning } from './state.ts'

// More rows that were there before: of money that has moved, of usage, and of links.

type Needs<Row, Names extends keyof Row> = Wish<Row, Names>

export type SeededEntry = Needs<BalanceTransaction, 'amount' | 'id' | 'source'>
const entry = wish<BalanceTransaction, 'amount' | 'id' | 'source'>(
  { id: text, amount: whole, source: text },
  {
    created: whole,
    available_on: whole,
    currency: text,
    description: orNull(text),
    exchange_rate: orNull(z.number()),
    fee: whole,
    fee_details: z.array(
      z.strictObject({ amount: whole, description: text, application: text.optional() }) as z.ZodType<FeeDetail>,
    ),
    net: whole,
    payout: orNull(text),
    reporting_category: text as unknown as z.ZodType<BalanceTransaction['reporting_category']>,
    type: text as unknown as z.ZodType<BalanceTransaction['type']>,
  },
)

type SeededCreditLine = Needs<CreditLine, 'amount' | 'id'>
export type SeededNote = Omit<Needs<CreditNote, 'id' | 'invoice'>, 'lines'> & {
  readonly lines: readonly SeededCreditLine[]
}
const creditLine = wish<CreditLine, 'amount' | 'id'>(
  { id: text, amount: whole },
  {
    description: orNull(text),
    discount_amounts: lines.discount_amounts,
    invoice_line_item: orNull(text),
    metadata,
    quantity: orNull(whole),
    tax_rates: texts,
    taxes: lines.taxes,
    unit_amount: orNull(whole),
  },
)
const note = wish<
  Omit<CreditNote, 'lines'> & { readonly lines: readonly SeededCreditLine[] },
  'id' | 'invoice' | 'lines'
>(
  { id: text, invoice: text, lines: z.array(creditLine) },
  {
    created: whole,
    currency: text,
    customer: text,
    customer_balance_transaction: orNull(text),
    effective_at: whole,
    memo: orNull(text),
    metadata,
    number: text,
    out_of_band_amount: orNull(whole),
    post_payment_amount: whole,
    pre_payment_amount: whole,
    reason: orNull(z.enum(['duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory'])),
    refunds: z.array(z.strictObject({ amount_refunded: whole, refund: text })),
    status: z.enum(['issued', 'void']),
    voided_at: orNull(whole),
  },
)

export type SeededChange = Needs<BalanceChange, 'amount' | 'customer' | 'id'>
const change = wish<BalanceChange, 'amount' | 'customer' | 'id'>(
  { id: text, amount: whole, customer: text },
  {
    created: whole,
    credit_note: orNull(text),
    currency: text,
    description: orNull(text),
    ending_balance: whole,
    invoice: orNull(text),
    metadata,
    type: z.enum(['adjustment', 'applied_to_invoice', 'credit_note', 'unapplied_from_invoice']),
  },
)

export type SeededFee = Needs<ApplicationFee, 'account' | 'amount' | 'charge' | 'id'>
const fee = wish<ApplicationFee, 'account' | 'amount' | 'charge' | 'id'>(
  { id: text, account: text, amount: whole, charge: text },
  {
    created: whole,
    amount_refunded: whole,
    application: text,
    balance_transaction: text,
    currency: text,
    originating_transaction: orNull(text),
  },
)

export type SeededFeeRefund = Needs<FeeRefund, 'amount' | 'fee' | 'id'>
const feeRefund = wish<FeeRefund, 'amount' | 'fee' | 'id'>(
  { id: text, amount: whole, fee: text },
  { created: whole, balance_transaction: text, currency: text, metadata },
)

export type SeededReversal = Needs<TransferReversal, 'amount' | 'id' | 'transfer'>
const reversal = wish<TransferReversal, 'amount' | 'id' | 'transfer'>(
  { id: text, amount: whole, transfer: text },
  {
    created: whole,
    balance_transaction: text,
    currency: text,
    destination_payment_refund: orNull(text),
    metadata,
    source_refund: orNull(text),
  },
)

export type SeededMeter = Needs<Meter, 'event_name' | 'id'>
const meter = wish<Meter, 'event_name' | 'id'>(
  { id: text, event_name: text },
  {
    created: whole,
    customer_key: text,
    deactivated_at: orNull(whole),
    display_name: text,
    event_time_window: orNull(z.enum(['day', 'hour'])),
    formula: z.enum(['count', 'last', 'sum']),
    status: z.enum(['active', 'inactive']),
    updated: whole,
    value_key: text,
  },
)

export type SeededUse = Needs<MeterEvent, 'event_name' | 'id' | 'payload'>
const use = wish<MeterEvent, 'event_name' | 'id' | 'payload'>(
  { id: text, event_name: text, payload: z.record(text, text) },
  { created: whole, timestamp: whole },
)

export type SeededLink = Needs<PaymentLink, 'id' | 'lines'>
const link = wish<PaymentLink, 'id' | 'lines'>(
  { id: text, lines: z.array(line) },
  {
    created: whole,
    currency: text,
    active: yes,
    after_completion: json,
    allow_promotion_codes: yes,
    customer_creation: text,
    data: lines.data,
    inactive_message: orNull(text),
    limit: orNull(whole),
    metadata,
    submit_type: text,
  },
)

export type SeededWarning = Needs<FraudWarning, 'charge' | 'id'>
const warning = wish<FraudWarning, 'charge' | 'id'>({ id: text, charge: text }, { created: whole, fraud_type: text })

export type SeededSchedule = Needs<Schedule, 'customer' | 'id' | 'phases'>
const phase: z.ZodType<Phase> = z.strictObject({
  currency: text.default('usd'),
  default_payment_method: text.nullable().default(null),
  default_tax_rates: texts.default([]),
  description: text.nullable().default(null),
  end_date: whole,
  items: z
    .array(
      z.strictObject({
        metadata: metadata.default({}),
        price: text,
        quantity: whole.default(1),
        tax_rates: texts.default([]),
      }),
    )
    .min(1),
  metadata: metadata.default({}),
  proration_behavior: z.enum(['always_invoice', 'create_prorations', 'none']).default('create_prorations'),
  start_date: whole,
  trial_end: whole.nullable().default(null),
})
const schedule = wish<Schedule, 'customer' | 'id' | 'phases'>(
  { id: text, customer: text, phases: z.array(phase).min(1) },
  {
    created: whole,
    at: whole,
    canceled_at: orNull(whole),
    completed_at: orNull(whole),
    default_payment_method: orNull(text),
    end_behavior: z.enum(['cancel', 'release']),
    metadata,
    released_at: orNull(whole),
    released_subscription: orNull(text),
    status: z.enum(['active', 'canceled', 'completed', 'not_started', 'released']),
    subscription: orNull(text),
  },
)

/** All of those rows, by kind. */
export type SeededMoney = {
  readonly balance_transactions?: readonly SeededEntry[] | undefined
  readonly credit_notes?: readonly SeededNote[] | undefined
  readonly customer_balance_transactions?: readonly SeededChange[] | undefined
  readonly application_fees?: readonly SeededFee[] | undefined
  readonly fee_refunds?: readonly SeededFeeRefund[] | undefined
  readonly transfer_reversals?: readonly SeededReversal[] | undefined
  readonly meters?: readonly SeededMeter[] | undefined
  readonly meter_events?: readonly SeededUse[] | undefined
  readonly payment_links?: readonly SeededLink[] | undefined
  readonly early_fraud_warnings?: readonly SeededWarning[] | undefined
  readonly subscription_schedules?: readonly SeededSchedule[] | undefined
}
export const seededMoney: { readonly [Kind in keyof SeededMoney]-?: z.ZodType<SeededMoney[Kind]> } = {
  balance_transactions: z.array(entry).optional(),
  credit_notes: z.array(note).optional(),
  customer_balance_transactions: z.array(change).optional(),
  application_fees: z.array(fee).optional(),
  fee_refunds: z.array(feeRefund).optional(),
  transfer_reversals: z.array(reversal).optional(),
  meters: z.array(meter).optional(),
  meter_events: z.array(use).optional(),
  payment_links: z.array(link).optional(),
  early_fraud_warnings: z.array(warning).optional(),
  subscription_schedules: z.array(schedule).optional(),
}
