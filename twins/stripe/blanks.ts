import type { Account } from './account.ts'
import type { CheckoutSession, Invoice, Subscription } from './billing-state.ts'
import type { PaymentIntent } from './state.ts'

// Rows as they are while nobody has said anything of them.

type IntentWish = Pick<PaymentIntent, 'amount' | 'currency'> & Partial<PaymentIntent>

/** A payment that takes cards. */
export function blankIntent(account: Account, wish: IntentWish): PaymentIntent {
  const id = wish.id ?? account.newId('pi_3', 23, account.state.payment_intents)
  return {
    id,
    created: account.nowS(),
    client_secret: `${id}_secret_${account.world.draw('client secret').text(25)}`,
    confirmation_method: 'automatic',
    amount_capturable: 0,
    amount_received: 0,
    allowed_payment_method_types: null,
    excluded_payment_method_types: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    configuration: null,
    methods: ['card'],
    capture_method: 'automatic',
    customer: null,
    description: null,
    invoice: null,
    last_payment_error: null,
    latest_charge: null,
    metadata: {},
    next_action: null,
    payment_method: null,
    receipt_email: null,
    request_three_d_secure: 'automatic',
    return_url: null,
    setup_future_usage: null,
    shipping: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_group: null,
    application_fee_amount: null,
    on_behalf_of: null,
    transfer_data: null,
    ...wish,
  }
}

type SubscriptionWish = Pick<Subscription, 'currency' | 'customer' | 'items'> & Partial<Subscription>

/** A subscription that begins now; its periods follow when it is started. */
export function blankSubscription(account: Account, wish: SubscriptionWish): Subscription {
  const now = account.timeOf(wish.customer)
  return {
    id: wish.id ?? account.newId('sub_1', 23, account.state.subscriptions),
    created: now,
    start_date: now,
    billing_cycle_anchor: now,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, reason: null },
    collection_method: 'charge_automatically',
    current_period_end: now,
    current_period_start: now,
    days_until_due: null,
    default_payment_method: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    latest_invoice: null,
    metadata: {},
    missing_payment_method: 'create_invoice',
    pause_collection: null,
    pending_setup_intent: null,
    save_default_payment_method: 'off',
    status: 'active',
    trial_end: null,
    trial_start: null,
    schedule: null,
    application_fee_percent: null,
    on_behalf_of: null,
    transfer_data: null,
    ...wish,
  }
}

export type InvoiceWish = Pick<Invoice, 'customer' | 'currency' | 'billing_reason' | 'lines'> & Partial<Invoice>

/** A draft. */
export function blankInvoice(account: Account, wish: InvoiceWish): Invoice {
  const now = account.timeOf(wish.customer)
  return {
    id: wish.id ?? account.newId('in_1', 23, account.state.invoices),
    created: now,
    subscription: null,
    period_start: now,
    period_end: now,
    amount_paid: 0,
    attempt_count: 0,
    attempted: false,
    auto_advance: false,
    collection_method: 'charge_automatically',
    default_payment_method: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: null,
    effective_at: null,
    footer: null,
    metadata: {},
    next_payment_attempt: null,
    number: null,
    paid_out_of_band: false,
    pre_payment_credit: 0,
    post_payment_credit: 0,
    starting_balance: account.state.customers.get(wish.customer)?.balance ?? 0,
    ending_balance: null,
    status: 'draft',
    statement_descriptor: null,
    application_fee_amount: null,
    on_behalf_of: null,
    transfer_data: null,
    finalized_at: null,
    marked_uncollectible_at: null,
    paid_at: null,
    voided_at: null,
    ...wish,
  }
}

const DAY_S = 24 * 3600
const PREFIXES = { payment: 'cs_test_a1', setup: 'cs_test_c1', subscription: 'cs_test_b1' } as const

/** A hosted page that nobody has visited. */
export function blankSession(
  account: Account,
  wish: Pick<CheckoutSession, 'mode'> & Partial<CheckoutSession>,
): CheckoutSession {
  const now = account.nowS()
  return {
    id: wish.id ?? account.newId(PREFIXES[wish.mode], 56, account.state.checkout_sessions),
    created: now,
    expires_at: now + DAY_S,
    currency: null,
    customer_email: null,
    client_reference_id: null,
    lines: [],
    cancel_url: null,
    success_url: null,
    allow_promotion_codes: null,
    locale: null,
    data: {},
    customer_creation: null,
    customer: null,
    invoice: null,
    metadata: {},
    payment_intent: null,
    payment_link: null,
    payment_status: wish.mode === 'setup' ? 'no_payment_required' : 'unpaid',
    setup_intent: null,
    status: 'open',
    subscription: null,
    ...wish,
  }
}
