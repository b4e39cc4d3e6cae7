import { createHash } from 'node:crypto'
import type { Json } from '../trace.ts'
import { cardOf, last4 } from './cards.ts'
import { methodOptionsOf } from './dashboard.ts'
import type {
  BalanceTransaction,
  Charge,
  Customer,
  Dispute,
  Metadata,
  PaymentIntent,
  PaymentMethod,
  Refund,
  StoredEvent,
  WebhookEndpoint,
} from './state.ts'
import { LATEST } from './versions.ts'

/** What stripe 23.1 sends, and what the bodies of this file are shaped for. */
export const API_VERSION: string = LATEST

/** An object as it is sent. Fields held against the types of stripe 23.1 by test/twins/stripe/wire.test.ts. */
export type Wire = { readonly [field: string]: Json }

/** A steady stand-in for what only Stripe could compute: `length` base-62 characters that hang on `text`. */
export const opaque = (text: string, length: number): string =>
  createHash('sha512').update(text).digest('base64').replace(/[+/=]/g, '').slice(0, length)

const NO_ADDRESS = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null }

export const customerBody = (customer: Customer): Wire =>
  customer.deleted
    ? { id: customer.id, object: 'customer', deleted: true }
    : {
        id: customer.id,
        object: 'customer',
        address: customer.address,
        balance: customer.balance,
        ...(customer.business_name === null ? {} : { business_name: customer.business_name }),
        created: customer.created,
        currency: null,
        customer_account: null,
        default_source: null,
        delinquent: false,
        description: customer.description,
        discount: null,
        email: customer.email,
        ...(customer.individual_name === null ? {} : { individual_name: customer.individual_name }),
        invoice_prefix: customer.invoice_prefix,
        invoice_settings: {
          custom_fields: null,
          default_payment_method: customer.default_payment_method,
          footer: null,
          rendering_options: null,
        },
        livemode: false,
        metadata: customer.metadata,
        name: customer.name,
        next_invoice_sequence: customer.next_invoice_sequence,
        phone: customer.phone,
        preferred_locales: customer.preferred_locales,
        shipping: customer.shipping,
        tax_exempt: customer.tax_exempt,
        test_clock: customer.test_clock,
      }

const checks = { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' }

export function paymentMethodBody(method: PaymentMethod): Wire {
  const shared = sharedMethodBody(method)
  if (method.other !== null) return { ...shared, [method.other.type]: method.other.details, type: method.other.type }
  const card = cardOf(method.card)
  return {
    ...shared,
    card: {
      brand: card.brand,
      checks,
      country: card.country,
      display_brand: card.brand,
      exp_month: method.exp_month,
      exp_year: method.exp_year,
      fingerprint: opaque(`card ${card.number}`, 16),
      funding: card.funding,
      generated_from: null,
      last4: last4(card),
      networks: { available: [card.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: card.authentication !== undefined },
      wallet: null,
    },
    type: 'card',
  }
}

const sharedMethodBody = (method: PaymentMethod): Wire => ({
  id: method.id,
  object: 'payment_method',
  allow_redisplay: method.allow_redisplay,
  billing_details: { ...method.billing_details, address: method.billing_details.address ?? NO_ADDRESS },
  created: method.created,
  customer: method.customer,
  customer_account: null,
  livemode: false,
  metadata: method.metadata,
  shared_payment_granted_token: null,
})

/** Nothing here is sold in Stripe's own name. */
export const UNMANAGED: Json = { enabled: false }
/** What pays an invoice that belongs to no subscription. Recorded on 2026-09-20: it carries no reference to an order. */
export const MANUAL = 'Payment for Invoice'

export const paymentIntentBody = (intent: PaymentIntent): Wire => ({
  id: intent.id,
  object: 'payment_intent',
  allowed_payment_method_types: intent.allowed_payment_method_types,
  amount: intent.amount,
  amount_capturable: intent.amount_capturable,
  amount_details: { tip: {} },
  amount_received: intent.amount_received,
  application: null,
  application_fee_amount: intent.application_fee_amount,
  automatic_payment_methods: intent.automatic_payment_methods,
  canceled_at: intent.canceled_at,
  cancellation_reason: intent.cancellation_reason,
  capture_method: intent.capture_method,
  client_secret: intent.client_secret,
  confirmation_method: intent.confirmation_method,
  created: intent.created,
  currency: intent.currency,
  customer: intent.customer,
  customer_account: null,
  description: intent.description,
  excluded_payment_method_types: intent.excluded_payment_method_types,
  last_payment_error: intent.last_payment_error,
  latest_charge: intent.latest_charge,
  livemode: false,
  managed_payments: UNMANAGED,
  metadata: intent.metadata,
  next_action: intent.next_action,
  on_behalf_of: intent.on_behalf_of,
  ...(intent.invoice === null || intent.description === MANUAL
    ? {}
    : { payment_details: { customer_reference: null, order_reference: intent.invoice.slice(0, 25) } }),
  payment_method: intent.payment_method,
  payment_method_configuration_details:
    intent.configuration === null ? null : { id: intent.configuration, parent: null },
  payment_method_options: methodOptionsOf(intent, {
    installments: null,
    mandate_options: null,
    network: null,
    request_three_d_secure: intent.request_three_d_secure,
  }),
  payment_method_types: intent.methods,
  payment_record: null,
  processing: null,
  receipt_email: intent.receipt_email,
  review: null,
  setup_future_usage: intent.setup_future_usage,
  shared_payment_granted_token: null,
  shipping: intent.shipping,
  source: null,
  statement_descriptor: intent.statement_descriptor,
  statement_descriptor_suffix: intent.statement_descriptor_suffix,
  status: intent.status,
  transfer_data: intent.transfer_data,
  transfer_group: intent.transfer_group,
})

/** An authorization holds for seven days: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method (2026-11-24). */
export const AUTHORIZATION_S: number = 7 * 24 * 3600

function cardDetails(charge: Charge): Json {
  const card = cardOf(charge.card)
  const unavailable = { status: 'unavailable' }
  return {
    amount_authorized: charge.status === 'succeeded' ? charge.amount : null,
    authorization_code: charge.authorization_code,
    brand: card.brand,
    ...(charge.capture_method === 'manual' && charge.status === 'succeeded'
      ? { capture_before: charge.created + AUTHORIZATION_S }
      : {}),
    checks,
    country: card.country,
    electronic_commerce_indicator: null,
    exp_month: charge.exp_month,
    exp_year: charge.exp_year,
    extended_authorization: { status: 'disabled' },
    fingerprint: opaque(`card ${card.number}`, 16),
    funding: card.funding,
    incremental_authorization: unavailable,
    installments: null,
    last4: last4(card),
    mandate: null,
    multicapture: unavailable,
    network: card.brand,
    network_token: { used: false },
    network_transaction_id: charge.status === 'succeeded' ? opaque(`network ${charge.id}`, 15) : null,
    overcapture: { maximum_amount_capturable: charge.amount, status: 'unavailable' },
    regulated_status: 'unregulated',
    three_d_secure: charge.three_d_secure
      ? {
          authentication_flow: 'challenge',
          electronic_commerce_indicator: '05',
          exemption_indicator: null,
          result: 'authenticated',
          result_reason: null,
          transaction_id: opaque(`3ds ${charge.id}`, 28),
          version: '2.2.0',
        }
      : null,
    transaction_link_id: null,
    wallet: null,
  }
}

/** `descriptor` is the account's, as customers see it. `refunds` come only when asked for. */
export const chargeBody = (charge: Charge, descriptor: string): Wire => ({
  id: charge.id,
  object: 'charge',
  amount: charge.amount,
  amount_captured: charge.amount_captured,
  amount_refunded: charge.amount_refunded,
  application: null,
  application_fee: charge.application_fee,
  application_fee_amount: charge.application_fee_amount,
  balance_transaction: charge.balance_transaction,
  billing_details: { ...charge.billing_details, address: charge.billing_details.address ?? NO_ADDRESS },
  calculated_statement_descriptor: [descriptor, charge.statement_descriptor_suffix].filter(Boolean).join('* '),
  captured: charge.captured,
  created: charge.created,
  currency: charge.currency,
  customer: charge.customer,
  description: charge.description,
  destination: charge.transfer_data?.destination ?? null,
  dispute: charge.dispute,
  disputed: charge.disputed,
  failure_balance_transaction: null,
  failure_code: charge.failure_code,
  failure_message: charge.failure_message,
  fraud_details: charge.fraud_details,
  livemode: false,
  metadata: charge.metadata,
  on_behalf_of: charge.on_behalf_of,
  order: null,
  outcome: charge.outcome,
  paid: charge.paid,
  payment_intent: charge.payment_intent,
  payment_method: charge.payment_method,
  payment_method_details: { card: cardDetails(charge), type: 'card' },
  radar_options: {},
  receipt_email: charge.receipt_email,
  receipt_number: null,
  receipt_url: charge.paid ? `https://pay.stripe.com/receipts/payment/${opaque(`receipt ${charge.id}`, 60)}` : null,
  refunded: charge.refunded,
  review: null,
  shipping: charge.shipping,
  source: null,
  source_transfer: null,
  statement_descriptor: charge.statement_descriptor,
  statement_descriptor_suffix: charge.statement_descriptor_suffix,
  status: charge.status,
  ...(charge.transfer === null ? {} : { transfer: charge.transfer }),
  transfer_data:
    charge.transfer_data === null
      ? null
      : { amount: charge.transfer_data.amount ?? null, destination: charge.transfer_data.destination },
  transfer_group: charge.transfer_group,
})

export const refundBody = (refund: Refund): Wire => ({
  id: refund.id,
  object: 'refund',
  amount: refund.amount,
  balance_transaction: refund.balance_transaction,
  charge: refund.charge,
  created: refund.created,
  currency: refund.currency,
  customer: refund.customer,
  customer_account: null,
  destination_details: {
    card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
    type: 'card',
  },
  ...(refund.failure_balance_transaction === null
    ? {}
    : { failure_balance_transaction: refund.failure_balance_transaction }),
  ...(refund.failure_reason === null ? {} : { failure_reason: refund.failure_reason }),
  metadata: refund.metadata,
  payment_intent: refund.payment_intent,
  payment_method: refund.payment_method,
  ...(refund.status === 'pending' ? { pending_reason: 'processing' } : {}),
  reason: refund.reason,
  receipt_number: null,
  source_transfer_reversal: null,
  status: refund.status,
  transfer_reversal: refund.transfer_reversal,
})

/** `nowS` decides whether the funds are there. */
export const balanceTransactionBody = (entry: BalanceTransaction, nowS: number): Wire => ({
  id: entry.id,
  object: 'balance_transaction',
  amount: entry.amount,
  available_on: entry.available_on,
  balance_type: 'payments',
  created: entry.created,
  currency: entry.currency,
  description: entry.description,
  exchange_rate: entry.exchange_rate,
  fee: entry.fee,
  fee_details: entry.fee_details.map(({ amount, application = null, description }) => ({
    amount,
    application,
    currency: entry.currency,
    description,
    type: application === null ? 'stripe_fee' : 'application_fee',
  })),
  net: entry.net,
  reporting_category: entry.reporting_category,
  source: entry.source,
  status: entry.available_on <= nowS ? 'available' : 'pending',
  type: entry.type,
})

/** Evidence that is text: https://docs.stripe.com/api/disputes/evidence_object (2026-11-24). */
export const EVIDENCE_TEXTS = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_tracking_number',
  'uncategorized_text',
] as const
/** Evidence that is a file. */
export const EVIDENCE_FILES = [
  'cancellation_policy',
  'customer_communication',
  'customer_signature',
  'duplicate_charge_documentation',
  'receipt',
  'refund_policy',
  'service_documentation',
  'shipping_documentation',
  'uncategorized_file',
] as const

export function disputeBody(dispute: Dispute, entries: readonly Wire[], charge: Charge, nowS: number): Wire {
  const card = cardOf(charge.card)
  const inquiry = dispute.status.startsWith('warning_')
  const evidence = [...EVIDENCE_TEXTS, ...EVIDENCE_FILES].sort().map((name) => [name, dispute.evidence[name] ?? null])
  return {
    id: dispute.id,
    object: 'dispute',
    amount: dispute.amount,
    balance_transaction: entries[0]?.id ?? null,
    balance_transactions: entries,
    charge: dispute.charge,
    created: dispute.created,
    currency: dispute.currency,
    enhanced_eligibility_types: [],
    evidence: { ...Object.fromEntries(evidence), enhanced_evidence: {} },
    evidence_details: {
      due_by: dispute.due_by,
      enhanced_eligibility: {},
      has_evidence: Object.keys(dispute.evidence).length > 0,
      past_due: nowS > dispute.due_by,
      submission_count: dispute.submission_count,
      submission_method: dispute.submission_count > 0 ? 'manual' : 'not_submitted',
    },
    intended_submission_method: dispute.intended_submission_method,
    is_charge_refundable: inquiry,
    livemode: false,
    metadata: dispute.metadata,
    payment_intent: dispute.payment_intent,
    payment_method_details: {
      card: {
        brand: card.brand,
        case_type: inquiry ? 'inquiry' : 'chargeback',
        network: card.brand,
        network_reason_code: dispute.reason === 'fraudulent' ? '10.4' : '13.1',
      },
      type: 'card',
    },
    reason: dispute.reason,
    status: dispute.status,
  }
}

/** Key order matters to nobody, yet the body is what is signed: it is the same for every attempt of one delivery. */
export const eventBody = (event: StoredEvent, pendingWebhooks: number): Wire => ({
  id: event.id,
  object: 'event',
  api_version: API_VERSION,
  created: event.created,
  data: {
    object: event.object,
    ...(event.previous_attributes === null ? {} : { previous_attributes: event.previous_attributes }),
  },
  livemode: false,
  pending_webhooks: pendingWebhooks,
  request: event.request,
  type: event.type,
})

/** The secret is shown once, when the endpoint is created. */
export const webhookEndpointBody = (endpoint: WebhookEndpoint, secret: 'shown' | 'hidden'): Wire => ({
  id: endpoint.id,
  object: 'webhook_endpoint',
  api_version: endpoint.api_version,
  application: null,
  created: endpoint.created,
  description: endpoint.description,
  enabled_events: endpoint.enabled_events,
  livemode: false,
  metadata: endpoint.metadata,
  ...(secret === 'shown' ? { secret: endpoint.secret } : {}),
  status: endpoint.status,
  url: endpoint.url,
})

export const deletedBody = (object: string, id: string): Wire => ({ id, object, deleted: true })

/** One page of a list. */
export const listBody = (url: string, data: readonly Json[], hasMore: boolean): Wire => ({
  object: 'list',
  data,
  has_more: hasMore,
  url,
})

/** What a rule may look at: the scalars of an object and its metadata. Secrets stay out. */
export function traceFields(body: Json): { readonly [field: string]: Json } {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return {}
  const fields = Object.entries(body as Wire).filter(
    ([name, value]) =>
      name !== 'client_secret' &&
      name !== 'secret' &&
      value !== null &&
      (name === 'metadata' || typeof value !== 'object'),
  )
  return Object.fromEntries(fields)
}

/** The values that `changed` fields of an object had before, for `data.previous_attributes`. */
export function previousAttributes(before: Wire, after: Wire): Json {
  const changed = Object.keys(after).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
  if (changed.length === 0) return null
  return Object.fromEntries(
    changed.map((name) => {
      const old = before[name] ?? null
      const now = after[name] ?? null
      return [name, name === 'metadata' ? previousMetadata(old as Metadata, now as Metadata) : previousPart(old, now)]
    }),
  )
}

/** Of objects inside only what changed of them; lists whole: https://docs.stripe.com/api/events/object (2026-11-26). */
function previousPart(old: Json, now: Json): Json {
  if (!isPlain(old) || !isPlain(now) || old.object === 'list') return old
  const changed = Object.keys(old).filter((name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]))
  const gone = Object.keys(now).filter((name) => !Object.hasOwn(old, name))
  const parts = changed.map((name): [string, Json] => [name, previousPart(old[name] ?? null, now[name] ?? null)])
  return Object.fromEntries([...parts, ...gone.map((name): [string, Json] => [name, null])])
}
const isPlain = (value: Json): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value)

const previousMetadata = (old: Metadata, now: Metadata): Json =>
  Object.fromEntries(
    [...new Set([...Object.keys(old), ...Object.keys(now)])]
      .filter((key) => old[key] !== now[key])
      .map((key) => [key, old[key] ?? null]),
  )
