import type { Json } from '../trace.ts'

/** The versions this twin speaks, newest first: https://docs.stripe.com/changelog (2026-11-24). */
export const API_VERSIONS = [
  '2026-10-28.endive',
  '2026-09-30.endive',
  '2026-08-26.dahlia',
  '2026-07-29.dahlia',
  '2026-06-24.dahlia',
  '2026-05-27.dahlia',
  '2026-04-22.dahlia',
  '2026-03-25.dahlia',
  '2026-02-25.clover',
  '2026-01-28.clover',
  '2025-12-15.clover',
  '2025-11-17.clover',
  '2025-10-29.clover',
  '2025-09-30.clover',
  '2020-08-27',
] as const
export const LATEST: (typeof API_VERSIONS)[number] = API_VERSIONS[0]

export const isSpoken = (version: string): boolean => API_VERSIONS.some((one) => one === version)

/** Since then nobody names payment method types when a payment or a setup is made: stripe 23.0 (2026-11-26). */
export const NAMELESS_SINCE = '2026-09-30'

/** Whether `version` is that of `date` or a later one. */
export const isSince = (version: string, date: string): boolean => version.slice(0, 10) >= date

type Wire = { readonly [field: string]: Json }
const isObject = (value: Json | undefined): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Fields by the version that brought them, as far as the recordings of github.com/pay-rails/pay show: of 2021-08, 2025-11
 * and 2026-03, held against the types of stripe 23.1. Assumed: a field that is in one and not in the one before came between.
 */
const ADDED: readonly (readonly [since: string, fields: string])[] = [
  ['2026-10-28', 'refund.customer refund.customer_account refund.payment_method line_item.subscription'],
  // From here to 2026-04-22 as the changelog of stripe 23.1 tells, and as recorded on 2026-09-20 and 2026-10-06.
  [
    '2026-09-30',
    `subscription_item.current_trial subscription.trial_settings.end_behavior.billing_cycle_anchor
    subscription.invoice_settings.custom_fields subscription.invoice_settings.description
    subscription.invoice_settings.footer`,
  ],
  [
    '2026-08-26',
    `subscription.cancellation_details.feedback_option charge.payment_method_details.card.electronic_commerce_indicator
    payment_intent.payment_record payment_intent.shared_payment_granted_token payment_method.shared_payment_granted_token
    checkout.session.allowed_payment_method_types invoiceitem.frozen_fields invoiceitem.invoicing_rules`,
  ],
  [
    '2026-07-29',
    'payment_intent.allowed_payment_method_types setup_intent.allowed_payment_method_types dispute.payment_method_details.card.network',
  ],
  ['2026-06-24', 'charge.payment_method_details.card.transaction_link_id'],
  ['2026-05-27', 'subscription.billing_schedules'],
  [
    '2026-04-22',
    `payment_intent.managed_payments setup_intent.managed_payments checkout.session.managed_payments
    subscription.managed_payments`,
  ],
  // https://docs.stripe.com/changelog (2026-11-26): 2025-12-15.clover.
  ['2025-12-15', 'line_item.subtotal'],
  [
    '2026-03-25',
    `customer.customer_account payment_method.customer_account payment_intent.customer_account
    setup_intent.customer_account subscription.customer_account invoice.customer_account invoiceitem.customer_account
    checkout.session.customer_account invoiceitem.quantity_decimal line_item.quantity_decimal
    checkout.session.integration_identifier billing_portal.session.customer_account payment_intent.payment_method_options.us_bank_account.transaction_purpose`,
  ],
  ['2022-11-15', 'payment_intent.latest_charge'],
  [
    '2025-10-29',
    `customer.test_clock customer.invoice_settings.rendering_options payment_method.allow_redisplay
    payment_method.billing_details.tax_id payment_method.card.display_brand payment_method.card.regulated_status
    charge.billing_details.tax_id charge.failure_balance_transaction charge.radar_options
    charge.outcome.advice_code charge.outcome.network_advice_code charge.outcome.network_decline_code
    charge.payment_method_details.card.amount_authorized charge.payment_method_details.card.authorization_code
    charge.payment_method_details.card.extended_authorization charge.payment_method_details.card.incremental_authorization
    charge.payment_method_details.card.mandate charge.payment_method_details.card.multicapture
    charge.payment_method_details.card.network_token charge.payment_method_details.card.network_transaction_id
    charge.payment_method_details.card.overcapture charge.payment_method_details.card.regulated_status
    payment_intent.amount_details payment_intent.automatic_payment_methods payment_intent.excluded_payment_method_types
    payment_intent.payment_method_configuration_details payment_intent.processing
    payment_intent.payment_method_options.card.mandate_options balance_transaction.balance_type
    refund.destination_details refund.source_transfer_reversal`,
  ],
]

/** Objects whose names have a dot in them. */
const DOTTED = ['checkout.session', 'billing_portal.session']

type Change = { readonly since: string; readonly path: readonly string[] }
const CHANGES: ReadonlyMap<string, readonly Change[]> = Map.groupBy(
  ADDED.flatMap(([since, fields]) =>
    fields
      .trim()
      .split(/\s+/)
      .map((field): Change & { readonly object: string } => {
        const object = DOTTED.find((name) => field.startsWith(`${name}.`)) ?? field.split('.')[0] ?? ''
        return { since, object, path: field.slice(object.length + 1).split('.') }
      }),
  ),
  ({ object }) => object,
)

function without(value: Json, [head = '', ...rest]: readonly string[]): Json {
  if (!isObject(value) || !Object.hasOwn(value, head)) return value
  const inner = value[head]
  if (rest.length > 0) return inner === undefined ? value : { ...value, [head]: without(inner, rest) }
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== head))
}

/** Checks that were not made for test cards then: recorded on 2021-08-04. */
const UNCHECKED: Readonly<Record<string, readonly string[]>> = {
  payment_method: ['card', 'checks', 'cvc_check'],
  charge: ['payment_method_details', 'card', 'checks', 'cvc_check'],
}

function nulled(value: Json, [head = '', ...rest]: readonly string[]): Json {
  if (!isObject(value) || !Object.hasOwn(value, head)) return value
  return { ...value, [head]: rest.length === 0 ? null : nulled(value[head] ?? null, rest) }
}

/** Fields that a version had and a later one has not. */
function revived(body: Wire, version: string): Wire {
  switch (body.object) {
    case 'subscription': {
      // The one item's plan and quantity; several items have neither.
      const items = isObject(body.items) && Array.isArray(body.items.data) ? (body.items.data as readonly Json[]) : []
      const one = items.length === 1 ? items[0] : undefined
      const { plan = null, quantity = null } = isObject(one) ? one : {}
      return { ...body, plan, quantity }
    }
    case 'payment_intent':
    case 'charge':
      return isSince(version, '2025-03-31') ? body : { ...body, invoice: null }
    default:
      return body
  }
}

/** A body of the latest version as an older one has it, with all objects inside. */
export function asOf(version: string, value: Json): Json {
  if (version === LATEST) return value
  if (Array.isArray(value)) return value.map((item: Json) => asOf(version, item))
  if (!isObject(value)) return value
  const inner = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asOf(version, item)]))
  const late = (CHANGES.get(String(value.object)) ?? []).filter(({ since }) => !isSince(version, since))
  const trimmed = late.reduce<Json>((body, { path }) => without(body, path), inner)
  const unchecked = isSince(version, '2022-11-15') ? undefined : UNCHECKED[String(value.object)]
  const checked = unchecked === undefined ? trimmed : nulled(trimmed, unchecked)
  return isObject(checked) ? revived(checked, version) : checked
}
