import type { Json } from '../trace.ts'
import type {
  Invoice,
  InvoiceItem,
  InvoiceLine,
  InvoicePayment,
  Payout,
  Price,
  Product,
  SetupIntent,
  Subscription,
  SubscriptionItem,
} from './billing-state.ts'
import { pretaxCredits, totalDiscounts } from './coupons.ts'
import { type Dashboard, setupOptions } from './dashboard.ts'
import type { Customer } from './state.ts'
import { exclusiveOf, inclusiveOf, taxBody, totalTaxes } from './taxes.ts'
import { listBody, opaque, UNMANAGED, type Wire } from './wire.ts'

// Shapes as recorded by github.com/pay-rails/pay in 2025-11 and 2026-03, completed after the types of stripe 23.1.

export const productBody = (product: Product): Wire => ({
  id: product.id,
  object: 'product',
  active: product.active,
  created: product.created,
  default_price: product.default_price,
  description: product.description,
  images: product.images,
  livemode: false,
  marketing_features: [],
  metadata: product.metadata,
  name: product.name,
  package_dimensions: null,
  shippable: product.shippable,
  statement_descriptor: product.statement_descriptor,
  tax_code: null,
  tax_details: null,
  type: 'service',
  unit_label: product.unit_label,
  updated: product.updated,
  url: product.url,
})

export const priceBody = (price: Price): Wire => ({
  id: price.id,
  object: 'price',
  active: price.active,
  billing_scheme: price.tiers === null ? 'per_unit' : 'tiered',
  created: price.created,
  currency: price.currency,
  custom_unit_amount: price.custom_unit_amount,
  livemode: false,
  lookup_key: price.lookup_key,
  metadata: price.metadata,
  nickname: price.nickname,
  product: price.product,
  recurring: price.recurring === null ? null : { ...price.recurring, usage_type: usageOf(price) },
  tax_behavior: price.tax_behavior,
  tiers_mode: price.tiers_mode,
  transform_quantity: price.transform_quantity,
  type: price.recurring === null ? 'one_time' : 'recurring',
  unit_amount: price.unit_amount,
  unit_amount_decimal: decimal(price.unit_amount),
})

const decimal = (amount: number | null): string | null => (amount === null ? null : String(amount))

/** Tiers, which prices show when asked. */
export const tiersBody = ({ tiers }: Price): Json =>
  (tiers ?? []).map(({ flat_amount, unit_amount, up_to }) => ({
    flat_amount,
    flat_amount_decimal: decimal(flat_amount),
    unit_amount,
    unit_amount_decimal: decimal(unit_amount),
    up_to,
  }))

const usageOf = ({ recurring }: Price): string => ((recurring?.meter ?? null) === null ? 'licensed' : 'metered')

/** The price in the shape it had before 2018, which subscriptions still carry. */
export const planBody = (price: Price): Wire => ({
  id: price.id,
  object: 'plan',
  active: price.active,
  amount: price.unit_amount,
  amount_decimal: decimal(price.unit_amount),
  billing_scheme: price.tiers === null ? 'per_unit' : 'tiered',
  created: price.created,
  currency: price.currency,
  interval: price.recurring?.interval ?? 'month',
  interval_count: price.recurring?.interval_count ?? 1,
  livemode: false,
  metadata: price.metadata,
  meter: price.recurring?.meter ?? null,
  nickname: price.nickname,
  product: price.product,
  tiers_mode: price.tiers_mode,
  transform_usage: price.transform_quantity,
  trial_period_days: price.recurring?.trial_period_days ?? null,
  usage_type: usageOf(price),
})

const NO_TAX = { disabled_reason: null, enabled: false, liability: null }

/** Looks up what bodies show whole beside an id. */
export type Books = {
  readonly price: (id: string) => Price
  readonly rates: (ids: readonly string[]) => readonly Wire[]
  /** The test clock of a customer. */
  readonly clock: (customer: string) => string | null
}

/** One item, with the periods of the whole. */
export const subscriptionItemBody = (item: SubscriptionItem, of: Subscription, { price, rates }: Books): Wire => ({
  id: item.id,
  object: 'subscription_item',
  billing_thresholds: null,
  created: item.created,
  current_period_end: of.current_period_end,
  current_period_start: of.current_period_start,
  current_trial: null,
  discounts: item.discounts ?? [],
  metadata: item.metadata,
  plan: planBody(price(item.price)),
  price: priceBody(price(item.price)),
  ...(usageOf(price(item.price)) === 'metered' ? {} : { quantity: item.quantity }),
  subscription: of.id,
  tax_rates: rates(item.tax_rates),
})

export function subscriptionBody(subscription: Subscription, books: Books): Wire {
  const items = subscription.items.map((item) => subscriptionItemBody(item, subscription, books))
  return {
    id: subscription.id,
    object: 'subscription',
    application: null,
    application_fee_percent: subscription.application_fee_percent,
    automatic_tax: NO_TAX,
    billing_cycle_anchor: subscription.billing_cycle_anchor,
    billing_cycle_anchor_config: null,
    billing_mode: {
      flexible: { proration_discounts: 'included' },
      type: 'flexible',
      updated_at: subscription.created,
    },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: subscription.cancel_at,
    cancel_at_period_end: subscription.cancel_at_period_end,
    canceled_at: subscription.canceled_at,
    cancellation_details: { feedback_option: null, ...subscription.cancellation_details },
    collection_method: subscription.collection_method,
    created: subscription.created,
    currency: subscription.currency,
    customer: subscription.customer,
    customer_account: null,
    days_until_due: subscription.days_until_due,
    default_payment_method: subscription.default_payment_method,
    default_source: null,
    default_tax_rates: books.rates(subscription.default_tax_rates),
    description: subscription.description,
    discounts: subscription.discounts,
    ended_at: subscription.ended_at,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: {
      ...listBody(`/v1/subscription_items?subscription=${subscription.id}`, items, false),
      total_count: items.length,
    },
    latest_invoice: subscription.latest_invoice,
    livemode: false,
    managed_payments: UNMANAGED,
    metadata: subscription.metadata,
    next_pending_invoice_item_invoice: null,
    on_behalf_of: subscription.on_behalf_of,
    pause_collection: subscription.pause_collection,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: subscription.save_default_payment_method,
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: subscription.pending_setup_intent,
    pending_update: null,
    schedule: subscription.schedule,
    start_date: subscription.start_date,
    status: subscription.status,
    test_clock: books.clock(subscription.customer),
    transfer_data: subscription.transfer_data,
    trial_end: subscription.trial_end,
    trial_settings: {
      end_behavior: { billing_cycle_anchor: 'now', missing_payment_method: subscription.missing_payment_method },
    },
    trial_start: subscription.trial_start,
  }
}

const pricing = (of: Pick<InvoiceLine, 'price' | 'product' | 'unit_amount'>): Json => ({
  price_details: { price: of.price, product: of.product },
  type: 'price_details',
  unit_amount_decimal: of.unit_amount === null ? null : String(of.unit_amount),
})

export const invoiceItemBody = (item: InvoiceItem, { rates, clock }: Books): Wire => ({
  id: item.id,
  object: 'invoiceitem',
  amount: item.amount,
  currency: item.currency,
  customer: item.customer,
  customer_account: null,
  date: item.date,
  description: item.description,
  discountable: !item.proration,
  discounts: item.discounts,
  frozen_fields: [],
  invoice: item.invoice,
  invoicing_rules: [],
  livemode: false,
  metadata: item.metadata,
  parent:
    item.subscription === null
      ? null
      : {
          subscription_details: { subscription: item.subscription, subscription_item: item.subscription_item },
          type: 'subscription_details',
        },
  period: item.period,
  pricing: pricing(item),
  proration: item.proration,
  quantity: item.quantity,
  quantity_decimal: String(item.quantity),
  tax_rates: rates(item.tax_rates),
  test_clock: clock(item.customer),
})

export const invoiceLineBody = (line: InvoiceLine, of: Invoice): Wire => ({
  id: line.id,
  object: 'line_item',
  amount: line.amount,
  currency: of.currency,
  description: line.description,
  discount_amounts: line.discount_amounts,
  discountable: !line.proration,
  discounts: line.discounts,
  invoice: of.id,
  livemode: false,
  metadata: line.metadata,
  parent:
    line.subscription_item !== null
      ? {
          invoice_item_details: null,
          subscription_item_details: {
            invoice_item: line.invoice_item,
            proration: line.proration,
            proration_details: { credited_items: line.credited },
            subscription: line.subscription,
            subscription_item: line.subscription_item,
          },
          type: 'subscription_item_details',
        }
      : line.invoice_item === null
        ? null
        : {
            invoice_item_details: {
              invoice_item: line.invoice_item,
              proration: line.proration,
              proration_details: { credited_items: line.credited },
              subscription: line.subscription,
            },
            subscription_item_details: null,
            type: 'invoice_item_details',
          },
  period: line.period,
  pretax_credit_amounts: pretaxCredits(line.discount_amounts),
  pricing: pricing(line),
  quantity: line.quantity,
  quantity_decimal: String(line.quantity),
  subscription: line.subscription,
  subtotal: line.amount,
  taxes: line.taxes.map(taxBody),
})

const offOf = (line: InvoiceLine): number => line.discount_amounts.reduce((sum, { amount }) => sum + amount, 0)
export const totalOf = (invoice: Pick<Invoice, 'lines'>): number =>
  invoice.lines.reduce((sum, line) => sum + line.amount - offOf(line) + exclusiveOf(line.taxes), 0)
/** Discounts of single lines are off already, those of the whole invoice are not: recorded on 2026-09-20. */
const subtotalOf = (invoice: Invoice): number => {
  const wholes = new Set(invoice.discounts)
  const later = invoice.lines.flatMap((line) => line.discount_amounts.filter(({ discount }) => wholes.has(discount)))
  const taxes = invoice.lines.reduce((sum, line) => sum + exclusiveOf(line.taxes), 0)
  return totalOf(invoice) - taxes + later.reduce((sum, { amount }) => sum + amount, 0)
}

/** What is to be paid after the customer's balance, and what credit notes have taken off since. */
export const dueOf = (invoice: Pick<Invoice, 'lines' | 'pre_payment_credit' | 'starting_balance'>): number =>
  Math.max(0, totalOf(invoice) + invoice.starting_balance) - invoice.pre_payment_credit

type Seller = { readonly id: string; readonly name: string; readonly books: Books }

export function invoiceBody(invoice: Invoice, customer: Customer, seller: Seller): Wire {
  const total = totalOf(invoice)
  const due = dueOf(invoice)
  const final = invoice.finalized_at !== null
  const lines = invoice.lines.map((line) => invoiceLineBody(line, invoice))
  const taxes = totalTaxes(invoice.lines)
  const page = `${seller.id}/test_${opaque(`invoice ${invoice.id}`, 72)}`
  return {
    id: invoice.id,
    object: 'invoice',
    account_country: 'US',
    account_name: seller.name,
    account_tax_ids: null,
    amount_due: due,
    amount_overpaid: 0,
    amount_paid: invoice.amount_paid,
    amount_remaining: due - invoice.amount_paid,
    amount_shipping: 0,
    application: null,
    attempt_count: invoice.attempt_count,
    attempted: invoice.attempted,
    auto_advance: invoice.auto_advance,
    automatic_tax: { ...NO_TAX, provider: null, status: null },
    automatically_finalizes_at: null,
    billing_reason: invoice.billing_reason,
    collection_method: invoice.collection_method,
    created: invoice.created,
    currency: invoice.currency,
    custom_fields: null,
    customer: invoice.customer,
    customer_account: null,
    customer_address: customer.address,
    customer_email: customer.email,
    customer_name: customer.name,
    customer_phone: customer.phone,
    customer_shipping: customer.shipping,
    customer_tax_exempt: customer.tax_exempt,
    customer_tax_ids: [],
    default_payment_method: invoice.default_payment_method,
    default_source: null,
    default_tax_rates: seller.books.rates(invoice.default_tax_rates),
    description: invoice.description,
    discounts: invoice.discounts,
    due_date: invoice.due_date,
    effective_at: invoice.effective_at,
    ending_balance: invoice.ending_balance,
    footer: invoice.footer,
    from_invoice: null,
    hosted_invoice_url: final ? `https://invoice.stripe.com/i/${page}?s=ap` : null,
    invoice_pdf: final ? `https://pay.stripe.com/invoice/${page}/pdf?s=ap` : null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: { ...listBody(`/v1/invoices/${invoice.id}/lines`, lines, false), total_count: lines.length },
    livemode: false,
    metadata: invoice.metadata,
    next_payment_attempt: invoice.next_payment_attempt,
    number: invoice.number,
    on_behalf_of: invoice.on_behalf_of,
    parent:
      invoice.subscription === null
        ? invoice.quote === undefined
          ? null
          : { quote_details: { quote: invoice.quote }, subscription_details: null, type: 'quote_details' }
        : {
            quote_details: null,
            subscription_details: { metadata: {}, subscription: invoice.subscription },
            type: 'subscription_details',
          },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: invoice.period_end,
    period_start: invoice.period_start,
    post_payment_credit_notes_amount: invoice.post_payment_credit,
    pre_payment_credit_notes_amount: invoice.pre_payment_credit,
    receipt_number: null,
    rendering:
      invoice.subscription === null
        ? {
            amount_tax_display: null,
            pdf: { page_size: final ? 'letter' : 'auto' },
            template: null,
            template_version: null,
          }
        : null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: invoice.starting_balance,
    statement_descriptor: invoice.statement_descriptor,
    status: invoice.status,
    status_transitions: {
      finalized_at: invoice.finalized_at,
      marked_uncollectible_at: invoice.marked_uncollectible_at,
      paid_at: invoice.paid_at,
      voided_at: invoice.voided_at,
    },
    subtotal: subtotalOf(invoice),
    subtotal_excluding_tax: subtotalOf(invoice) - inclusiveOf(taxes),
    test_clock: customer.test_clock,
    total,
    total_discount_amounts: totalDiscounts(invoice.lines),
    total_excluding_tax: total - inclusiveOf(taxes) - exclusiveOf(taxes),
    total_pretax_credit_amounts: pretaxCredits(totalDiscounts(invoice.lines)),
    total_taxes: taxes.map(taxBody),
    webhooks_delivered_at: invoice.created,
  }
}

export const invoicePaymentBody = (payment: InvoicePayment): Wire => ({
  id: payment.id,
  object: 'invoice_payment',
  amount_paid: payment.status === 'paid' ? payment.amount_paid : null,
  amount_requested: payment.amount_requested,
  created: payment.created,
  currency: payment.currency,
  invoice: payment.invoice,
  is_default: true,
  livemode: false,
  payment: { payment_intent: payment.payment_intent, type: 'payment_intent' },
  status: payment.status,
  status_transitions: { canceled_at: payment.canceled_at, paid_at: payment.paid_at },
})

/** `configuration` is the Dashboard's choice of payment methods. */
export const setupIntentBody = (intent: SetupIntent, configuration: string, { setups }: Dashboard): Wire => ({
  id: intent.id,
  object: 'setup_intent',
  allowed_payment_method_types: null,
  application: null,
  automatic_payment_methods: intent.automatic ? { allow_redirects: 'always', enabled: true } : null,
  cancellation_reason: intent.cancellation_reason,
  client_secret: intent.client_secret,
  created: intent.created,
  customer: intent.customer,
  customer_account: null,
  description: intent.description,
  excluded_payment_method_types: null,
  flow_directions: null,
  last_setup_error: intent.last_setup_error,
  latest_attempt: intent.status === 'succeeded' ? `setatt_1${opaque(`attempt ${intent.id}`, 23)}` : null,
  livemode: false,
  managed_payments: UNMANAGED,
  mandate: null,
  metadata: intent.metadata,
  next_action: intent.next_action,
  on_behalf_of: null,
  payment_method: intent.payment_method,
  payment_method_configuration_details: intent.automatic ? { id: configuration, parent: null } : null,
  payment_method_options: setupOptions(intent.methods ?? (intent.automatic ? setups : ['card'])),
  payment_method_types: intent.methods ?? (intent.automatic ? setups : ['card']),
  single_use_mandate: null,
  status: intent.status,
  usage: intent.usage,
})

export const payoutBody = (payout: Payout): Wire => ({
  id: payout.id,
  object: 'payout',
  amount: payout.amount,
  application_fee: null,
  application_fee_amount: null,
  arrival_date: payout.arrival_date,
  automatic: payout.automatic,
  balance_transaction: payout.balance_transaction,
  created: payout.created,
  currency: payout.currency,
  description: payout.description,
  destination: payout.destination,
  failure_balance_transaction: null,
  failure_code: null,
  failure_message: null,
  livemode: false,
  metadata: payout.metadata,
  method: payout.method,
  original_payout: null,
  payout_method: null,
  reconciliation_status: !payout.automatic ? 'not_applicable' : payout.status === 'paid' ? 'completed' : 'in_progress',
  reversed_by: null,
  source_type: 'card',
  statement_descriptor: payout.statement_descriptor,
  status: payout.status,
  trace_id: { status: 'pending', value: null },
  type: 'bank_account',
})
