import type { Json } from '../trace.ts'
import { cardShown } from './cards.ts'

// Objects as answers show them, turned into rows of the seed.

export type Shown = { readonly [key: string]: Json }
export const isShown = (value: Json | undefined): value is Shown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The id of a field that may be expanded. */
export function idOf(value: Json | undefined): string | null {
  if (typeof value === 'string') return value
  return isShown(value) && typeof value.id === 'string' ? value.id : null
}
const listOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : isShown(value) && Array.isArray(value.data) ? value.data : []
const partOf = (value: Json | undefined): Shown => (isShown(value) ? value : {})
const idsOf = (value: Json | undefined): readonly string[] => listOf(value).flatMap((one) => idOf(one) ?? [])
const numberOf = (value: Json | undefined): number | null =>
  typeof value === 'number' ? value : typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : null

/** The fields `names` of an object that have a value it shows, an expanded object being its id. */
function fieldsOf(of: Shown, names: string): Shown {
  const pairs = names
    .trim()
    .split(/\s+/)
    .flatMap((name) => {
      const value = of[name]
      if (value === undefined) return []
      const isObject = isShown(value) && typeof value.id === 'string'
      return [[name, isObject ? idOf(value) : value] as const]
    })
  return Object.fromEntries(pairs)
}

/** Without what is undefined, and without null where `strict` fields have none. */
const known = (of: { readonly [key: string]: Json | undefined }): Shown =>
  Object.fromEntries(Object.entries(of).filter((pair): pair is [string, Json] => pair[1] !== undefined))

function intentRow(of: Shown, all: readonly Shown[]): Shown {
  const reference = partOf(of.payment_details).order_reference
  const paying = all.find(
    ({ object, payment }) => object === 'invoice_payment' && partOf(payment).payment_intent === of.id,
  )
  const invoice =
    idOf(paying?.invoice) ??
    idOf(of.invoice) ??
    (typeof reference === 'string'
      ? (all.map(({ id }) => id).find((id) => typeof id === 'string' && id.startsWith(reference)) ?? reference)
      : null)
  const automatic = partOf(of.automatic_payment_methods)
  const card = partOf(partOf(of.payment_method_options).card)
  return known({
    ...fieldsOf(
      of,
      `id created client_secret confirmation_method amount amount_capturable amount_received excluded_payment_method_types
      canceled_at cancellation_reason capture_method currency customer description last_payment_error latest_charge
      metadata next_action payment_method receipt_email setup_future_usage shipping statement_descriptor
      statement_descriptor_suffix status transfer_group application_fee_amount on_behalf_of`,
    ),
    transfer_data: passedTo(of.transfer_data),
    automatic_payment_methods: isShown(of.automatic_payment_methods)
      ? { allow_redirects: automatic.allow_redirects ?? 'always', enabled: true }
      : null,
    configuration: idOf(partOf(of.payment_method_configuration_details).id),
    invoice,
    methods: listOf(of.payment_method_types),
    request_three_d_secure: card.request_three_d_secure,
  })
}

/** Who a payment goes on to. */
function passedTo(data: Json | undefined): Json {
  const { destination, amount } = partOf(data)
  const to = idOf(destination)
  return to === null ? null : { destination: to, ...(typeof amount === 'number' ? { amount } : {}) }
}

function chargeRow(of: Shown): Shown {
  const card = partOf(partOf(of.payment_method_details).card)
  const outcome = partOf(of.outcome)
  const billing = partOf(of.billing_details)
  return known({
    ...fieldsOf(
      of,
      `id created amount currency amount_captured amount_refunded captured customer description failure_code
      failure_message fraud_details metadata outcome paid receipt_email refunded shipping statement_descriptor
      statement_descriptor_suffix status transfer_group application_fee application_fee_amount on_behalf_of transfer`,
    ),
    transfer_data: passedTo(of.transfer_data),
    balance_transaction:
      of.captured === true && of.balance_transaction === null ? null : (idOf(of.balance_transaction) ?? undefined),
    billing_details: {
      address: billing.address ?? null,
      email: billing.email ?? null,
      name: billing.name ?? null,
      phone: billing.phone ?? null,
      tax_id: billing.tax_id ?? null,
    },
    capture_method: card.capture_before === undefined ? 'automatic' : 'manual',
    card: isShown(partOf(of.payment_method_details).card) ? cardShown(card) : undefined,
    exp_month: numberOf(card.exp_month) ?? undefined,
    exp_year: numberOf(card.exp_year) ?? undefined,
    payment_intent: idOf(of.payment_intent) ?? undefined,
    payment_method: idOf(of.payment_method) ?? undefined,
    risk_score: numberOf(outcome.risk_score) ?? undefined,
    three_d_secure: isShown(card.three_d_secure),
  })
}

const itemRow = (of: Shown): Shown =>
  known({
    ...fieldsOf(of, 'id created metadata'),
    tax_rates: idsOf(of.tax_rates),
    price: idOf(of.price) ?? idOf(of.plan) ?? '',
    quantity: numberOf(of.quantity) ?? undefined,
  })

function subscriptionRow(of: Shown): Shown {
  const items = listOf(of.items).filter(isShown)
  const [first = {}] = items
  const saves = partOf(of.payment_settings).save_default_payment_method
  const ends = partOf(partOf(of.trial_settings).end_behavior)
  const why = partOf(of.cancellation_details)
  return known({
    ...fieldsOf(
      of,
      `id created currency customer start_date billing_cycle_anchor cancel_at cancel_at_period_end canceled_at
      collection_method days_until_due default_payment_method description ended_at latest_invoice metadata
      pause_collection pending_setup_intent status trial_end trial_start application_fee_percent on_behalf_of schedule`,
    ),
    cancellation_details: {
      comment: why.comment ?? null,
      feedback: why.feedback ?? null,
      reason: why.reason ?? null,
    },
    current_period_end: first.current_period_end ?? of.current_period_end,
    current_period_start: first.current_period_start ?? of.current_period_start,
    default_tax_rates: idsOf(of.default_tax_rates),
    discounts: idsOf(of.discounts),
    items: items.map(itemRow),
    missing_payment_method: ends.missing_payment_method,
    save_default_payment_method: typeof saves === 'string' ? saves : undefined,
  })
}

const discountsIn = (of: Json | undefined): Json =>
  listOf(of).flatMap((one) => {
    const { amount = 0, discount } = partOf(one)
    const id = idOf(discount)
    return id === null ? [] : [{ amount, discount: id }]
  })

const taxesIn = (of: Json | undefined): Json =>
  listOf(of).flatMap((one) => {
    const {
      amount = 0,
      tax_behavior: behavior,
      tax_rate_details: details,
      taxability_reason,
      taxable_amount,
    } = partOf(one)
    const rate = idOf(partOf(details).tax_rate)
    const taxed = { amount, inclusive: behavior === 'inclusive', reason: taxability_reason ?? 'not_available' }
    return rate === null ? [] : [{ ...taxed, rate, taxable: numberOf(taxable_amount) ?? 0 }]
  })

/** What a hosted page or a link sells. */
const soldOn = (of: Json | undefined): Json =>
  listOf(of)
    .filter(isShown)
    .map((line) => ({
      id: line.id ?? '',
      amount: line.amount_total ?? 0,
      currency: line.currency ?? 'usd',
      description: line.description ?? '',
      price: idOf(line.price) ?? '',
      quantity: numberOf(line.quantity) ?? 1,
    }))

function lineRow(of: Shown): Shown {
  const parent = partOf(of.parent)
  const details = { ...partOf(parent.invoice_item_details), ...partOf(parent.subscription_item_details) }
  const pricing = partOf(of.pricing)
  const price = partOf(pricing.price_details)
  const proration = partOf(details.proration_details)
  const credited = partOf(proration.credited_items)
  return known({
    ...fieldsOf(of, 'id amount description metadata period quantity'),
    price: idOf(price.price) ?? idOf(of.price) ?? undefined,
    product: idOf(price.product) ?? idOf(partOf(of.price).product) ?? undefined,
    proration: details.proration === true || of.proration === true,
    unit_amount: numberOf(pricing.unit_amount_decimal),
    credited:
      typeof credited.invoice === 'string'
        ? { invoice: credited.invoice, invoice_line_items: idsOf(credited.invoice_line_items) }
        : null,
    discounts: idsOf(of.discounts),
    discount_amounts: discountsIn(of.discount_amounts),
    taxes: taxesIn(of.taxes),
    invoice_item: idOf(details.invoice_item) ?? idOf(of.invoice_item),
    subscription: idOf(details.subscription) ?? idOf(of.subscription),
    subscription_item: idOf(details.subscription_item) ?? idOf(of.subscription_item),
  })
}

function invoiceRow(of: Shown): Shown {
  const moments = partOf(of.status_transitions)
  const subscription = idOf(partOf(partOf(of.parent).subscription_details).subscription) ?? idOf(of.subscription)
  const reason = of.billing_reason === 'subscription' ? 'subscription_cycle' : of.billing_reason
  return known({
    ...fieldsOf(
      of,
      `id created currency customer period_start period_end amount_paid attempt_count attempted auto_advance
      collection_method default_payment_method description due_date effective_at footer metadata next_payment_attempt
      number status statement_descriptor on_behalf_of`,
    ),
    billing_reason: reason ?? undefined,
    default_tax_rates: idsOf(of.default_tax_rates),
    ending_balance: numberOf(of.ending_balance),
    post_payment_credit: numberOf(of.post_payment_credit_notes_amount) ?? 0,
    pre_payment_credit: numberOf(of.pre_payment_credit_notes_amount) ?? 0,
    starting_balance: numberOf(of.starting_balance) ?? 0,
    discounts: idsOf(of.discounts),
    finalized_at: moments.finalized_at ?? null,
    lines: listOf(of.lines).filter(isShown).map(lineRow),
    marked_uncollectible_at: moments.marked_uncollectible_at ?? null,
    paid_at: moments.paid_at ?? null,
    subscription,
    voided_at: moments.voided_at ?? null,
  })
}

function invoiceItemRow(of: Shown): Shown {
  const parent = partOf(partOf(of.parent).subscription_details)
  const price = partOf(partOf(of.pricing).price_details)
  return known({
    ...fieldsOf(of, 'id amount currency customer date description invoice metadata period proration quantity'),
    discounts: idsOf(of.discounts),
    tax_rates: idsOf(of.tax_rates),
    price: idOf(price.price) ?? idOf(of.price) ?? undefined,
    product: idOf(price.product) ?? undefined,
    subscription: idOf(parent.subscription) ?? idOf(of.subscription),
    subscription_item: idOf(parent.subscription_item),
    unit_amount: numberOf(partOf(of.pricing).unit_amount_decimal),
  })
}

function invoicePaymentRow(of: Shown): Shown {
  const moments = partOf(of.status_transitions)
  return known({
    ...fieldsOf(of, 'id created amount_requested currency invoice status'),
    amount_paid: numberOf(of.amount_paid) ?? 0,
    payment_intent: idOf(partOf(of.payment).payment_intent) ?? '',
    canceled_at: moments.canceled_at ?? null,
    paid_at: moments.paid_at ?? null,
  })
}

function sessionRow(of: Shown): Shown {
  return known({
    ...fieldsOf(
      of,
      `id created expires_at currency customer_email client_reference_id mode cancel_url success_url
      allow_promotion_codes locale customer_creation customer invoice metadata payment_intent payment_link payment_status
      setup_intent status subscription`,
    ),
    lines: soldOn(of.line_items),
  })
}

function disputeRow(of: Shown): Shown {
  const details = partOf(of.evidence_details)
  const evidence = Object.entries(partOf(of.evidence)).filter(([, value]) => typeof value === 'string')
  return known({
    ...fieldsOf(of, 'id created amount charge currency metadata reason status'),
    due_by: numberOf(details.due_by) ?? undefined,
    evidence: Object.fromEntries(evidence),
    payment_intent: idOf(of.payment_intent) ?? undefined,
    submission_count: numberOf(details.submission_count) ?? 0,
  })
}

const refundRow = (of: Shown): Shown =>
  known({
    ...fieldsOf(
      of,
      'id created amount charge currency customer failure_reason metadata reason status transfer_reversal',
    ),
    balance_transaction: idOf(of.balance_transaction),
    payment_intent: idOf(of.payment_intent) ?? undefined,
    payment_method: idOf(of.payment_method) ?? undefined,
  })

const codeRow = (of: Shown): Shown => {
  const restrictions = partOf(of.restrictions)
  return known({
    ...fieldsOf(of, 'id created active code customer expires_at max_redemptions metadata times_redeemed'),
    coupon: idOf(partOf(of.promotion).coupon) ?? idOf(of.coupon) ?? '',
    first_time_transaction: restrictions.first_time_transaction === true,
    minimum_amount: restrictions.minimum_amount ?? null,
    minimum_amount_currency: restrictions.minimum_amount_currency ?? null,
  })
}

function noteRow(of: Shown): Shown {
  const lines = listOf(of.lines)
    .filter(isShown)
    .map((line) =>
      known({
        ...fieldsOf(line, 'id amount description metadata quantity unit_amount'),
        discount_amounts: discountsIn(line.discount_amounts),
        invoice_line_item: idOf(line.invoice_line_item),
        tax_rates: idsOf(line.tax_rates),
        taxes: taxesIn(line.taxes),
      }),
    )
  const refunds = listOf(of.refunds).flatMap((one) => {
    const { amount_refunded: amount = 0, refund } = partOf(one)
    const id = idOf(refund)
    return id === null ? [] : [{ amount_refunded: amount, refund: id }]
  })
  return known({
    ...fieldsOf(
      of,
      `id created currency customer customer_balance_transaction effective_at invoice memo metadata number
      out_of_band_amount post_payment_amount pre_payment_amount reason status voided_at`,
    ),
    lines,
    refunds,
  })
}

function linkRow(of: Shown): Shown {
  const data = { ...partOf(of.payment_intent_data), ...partOf(of.subscription_data) }
  const limit = partOf(partOf(of.restrictions).completed_sessions).limit
  return known({
    ...fieldsOf(
      of,
      `id currency active after_completion allow_promotion_codes customer_creation inactive_message metadata submit_type`,
    ),
    data: known({
      description: typeof data.description === 'string' ? data.description : undefined,
      metadata: isShown(data.metadata) ? data.metadata : undefined,
      trial_period_days: numberOf(data.trial_period_days) ?? undefined,
    }),
    limit: numberOf(limit),
    lines: soldOn(of.line_items),
  })
}

/** Kinds of rows that are only copied: object, how ids begin, section, fields. */
const PLAIN: readonly (readonly [object: string, id: RegExp, section: string, fields: string])[] = [
  [
    'customer_balance_transaction',
    /^cbtxn_\w{8,}$/,
    'customer_balance_transactions',
    'id created amount credit_note currency customer description ending_balance invoice metadata type',
  ],
  [
    'application_fee',
    /^fee_\w{8,}$/,
    'application_fees',
    'id created account amount amount_refunded application balance_transaction charge currency originating_transaction',
  ],
  ['fee_refund', /^fr_\w{8,}$/, 'fee_refunds', 'id created amount balance_transaction currency fee metadata'],
  [
    'transfer_reversal',
    /^trr_\w{8,}$/,
    'transfer_reversals',
    'id created amount balance_transaction currency destination_payment_refund metadata source_refund transfer',
  ],
  ['radar.early_fraud_warning', /^issfr_\w{8,}$/, 'early_fraud_warnings', 'id created charge fraud_type'],
]

/** Kinds of rows: what the objects are called, how their ids begin, the seed's section, and a row of it. */
type Kind = {
  readonly object: string
  readonly id: RegExp
  readonly section: string
  readonly row: (of: Shown, all: readonly Shown[]) => Shown
}
export const KINDS: readonly Kind[] = [
  ...PLAIN.map(([object, id, section, fields]): Kind => ({ object, id, section, row: (of) => fieldsOf(of, fields) })),
  {
    object: 'subscription_schedule',
    id: /^sub_sched_\w{8,}$/,
    section: 'subscription_schedules',
    row: (of) =>
      known({
        ...fieldsOf(
          of,
          `id created customer canceled_at completed_at end_behavior metadata released_at released_subscription status
          subscription`,
        ),
        phases: listOf(of.phases)
          .filter(isShown)
          .map((phase) =>
            known({
              ...fieldsOf(
                phase,
                `currency default_payment_method description end_date metadata proration_behavior start_date trial_end`,
              ),
              default_tax_rates: idsOf(phase.default_tax_rates),
              items: listOf(phase.items)
                .filter(isShown)
                .map((item) =>
                  known({
                    ...fieldsOf(item, 'metadata'),
                    price: idOf(item.price) ?? '',
                    quantity: numberOf(item.quantity) ?? 1,
                    tax_rates: idsOf(item.tax_rates),
                  }),
                ),
            }),
          ),
      }),
  },
  { object: 'credit_note', id: /^cn_\w{8,}$/, section: 'credit_notes', row: noteRow },
  { object: 'payment_link', id: /^plink_\w{8,}$/, section: 'payment_links', row: linkRow },
  {
    object: 'balance_transaction',
    id: /^txn_\w{8,}$/,
    section: 'balance_transactions',
    row: (of) =>
      known({
        ...fieldsOf(
          of,
          'id created amount available_on currency description exchange_rate fee net reporting_category source type',
        ),
        fee_details: listOf(of.fee_details).map((one) => {
          const { amount = 0, application, description = '' } = partOf(one)
          return { amount, description, ...(typeof application === 'string' ? { application } : {}) }
        }),
      }),
  },
  {
    object: 'billing.meter',
    id: /^mtr_\w{8,}$/,
    section: 'meters',
    row: (of) =>
      known({
        ...fieldsOf(of, 'id created display_name event_name event_time_window status updated'),
        customer_key: partOf(of.customer_mapping).event_payload_key,
        deactivated_at: partOf(of.status_transitions).deactivated_at ?? null,
        formula: partOf(of.default_aggregation).formula,
        value_key: partOf(of.value_settings).event_payload_key,
      }),
  },
  { object: 'charge', id: /^(ch|py)_\w{8,}$/, section: 'charges', row: chargeRow },
  { object: 'payment_intent', id: /^pi_\w{8,}$/, section: 'payment_intents', row: intentRow },
  { object: 'refund', id: /^(re|pyr)_\w{8,}$/, section: 'refunds', row: refundRow },
  { object: 'dispute', id: /^(du|dp)_\w{8,}$/, section: 'disputes', row: disputeRow },
  {
    object: 'setup_intent',
    id: /^seti_\w{8,}$/,
    section: 'setup_intents',
    row: (of) =>
      known({
        ...fieldsOf(
          of,
          `id created client_secret usage cancellation_reason customer description last_setup_error metadata next_action
          payment_method status`,
        ),
        automatic: isShown(of.automatic_payment_methods),
        methods: isShown(of.automatic_payment_methods) ? null : listOf(of.payment_method_types),
      }),
  },
  { object: 'subscription', id: /^sub_(?!sched_)\w{8,}$/, section: 'subscriptions', row: subscriptionRow },
  { object: 'invoiceitem', id: /^ii_\w{8,}$/, section: 'invoice_items', row: invoiceItemRow },
  { object: 'invoice', id: /^in_\w{8,}$/, section: 'invoices', row: invoiceRow },
  { object: 'invoice_payment', id: /^inpay_\w{8,}$/, section: 'invoice_payments', row: invoicePaymentRow },
  { object: 'checkout.session', id: /^cs_(test|live)_\w{8,}$/, section: 'checkout_sessions', row: sessionRow },
  {
    object: 'payout',
    id: /^po_\w{8,}$/,
    section: 'payouts',
    row: (of) =>
      fieldsOf(
        of,
        `id created amount arrival_date automatic currency destination method balance_transaction description metadata
        statement_descriptor status`,
      ),
  },
  { object: 'promotion_code', id: /^promo_\w{8,}$/, section: 'promotion_codes', row: codeRow },
  {
    object: 'discount',
    id: /^di_\w{8,}$/,
    section: 'discounts',
    row: (of) =>
      known({
        ...fieldsOf(of, 'id customer promotion_code invoice invoice_item subscription subscription_item start end'),
        coupon: idOf(partOf(of.source).coupon) ?? idOf(of.coupon) ?? '',
      }),
  },
  {
    object: 'transfer',
    id: /^tr_\w{8,}$/,
    section: 'transfers',
    row: (of) =>
      fieldsOf(
        of,
        `id created amount currency destination destination_payment source_transaction transfer_group
        balance_transaction description metadata amount_reversed`,
      ),
  },
  {
    object: 'event',
    id: /^evt_\w{8,}$/,
    section: 'events',
    row: (of) =>
      known({
        ...fieldsOf(of, 'id created type'),
        object: partOf(of.data).object ?? null,
        previous_attributes: partOf(of.data).previous_attributes ?? null,
        request: {
          id: idOf(partOf(of.request).id),
          idempotency_key: idOf(partOf(of.request).idempotency_key),
        },
      }),
  },
  {
    object: 'product',
    id: /^prod_\w{8,}$/,
    section: 'products',
    row: (of) =>
      fieldsOf(
        of,
        `id name created active default_price description images metadata shippable statement_descriptor unit_label
        updated url`,
      ),
  },
  {
    object: 'tax_rate',
    id: /^txr_\w{8,}$/,
    section: 'tax_rates',
    row: (of) =>
      fieldsOf(
        of,
        'id created active country description display_name inclusive jurisdiction metadata percentage state tax_type',
      ),
  },
  {
    object: 'webhook_endpoint',
    id: /^we_\w{8,}$/,
    section: 'webhooks',
    row: (of) => fieldsOf(of, 'id url enabled_events'),
  },
]
