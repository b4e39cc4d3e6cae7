import type { Json } from '../trace.ts'
import type { Account } from './account.ts'
import type { Metadata } from './state.ts'
import type { Wire } from './wire.ts'

/** An account of somebody else, on the platform of this one. */
export type ConnectedAccount = {
  readonly id: string
  readonly created: number
  readonly type: AccountType
  readonly country: string
  readonly default_currency: string
  email: string | null
  business_type: string | null
  business_name: string | null
  business_url: string | null
  /** What was asked for; active once its holder has told Stripe everything. */
  capabilities: readonly string[]
  metadata: Metadata
  /** When its holder told Stripe everything, in seconds; until then nothing can be charged or paid out. */
  onboarded: number | null
  /** Its holder, and where its money goes, once it is onboarded. */
  readonly person: string
  readonly bank_account: string
}
export type AccountType = 'custom' | 'express' | 'none' | 'standard'

/** Money on its way from the platform to an account. */
export type Transfer = {
  readonly id: string
  readonly created: number
  readonly amount: number
  readonly currency: string
  readonly destination: string
  readonly destination_payment: string
  readonly source_transaction: string | null
  readonly transfer_group: string | null
  balance_transaction: string
  description: string | null
  metadata: Metadata
  amount_reversed: number
}
/** Money of a transfer that came back. */
export type TransferReversal = {
  readonly id: string
  readonly created: number
  readonly amount: number
  readonly balance_transaction: string
  readonly currency: string
  readonly destination_payment_refund: string | null
  metadata: Metadata
  readonly source_refund: string | null
  readonly transfer: string
}
/** What a platform keeps of a payment to an account. */
export type ApplicationFee = {
  readonly id: string
  readonly created: number
  readonly account: string
  readonly amount: number
  amount_refunded: number
  readonly application: string
  readonly balance_transaction: string
  readonly charge: string
  readonly currency: string
  readonly originating_transaction: string | null
}
export type FeeRefund = {
  readonly id: string
  readonly created: number
  readonly amount: number
  readonly balance_transaction: string
  readonly currency: string
  readonly fee: string
  metadata: Metadata
}

const emptyList = (url: string): Wire => ({ object: 'list', data: [], has_more: false, total_count: 0, url })

/** Who answers for an account, by the type it was made with: https://docs.stripe.com/connect/accounts (2026-11-26). */
const CONTROLLERS: Readonly<Record<AccountType, readonly [string, string, string, string]>> = {
  express: ['application_express', 'application', 'stripe', 'express'],
  custom: ['application_custom', 'application', 'application', 'none'],
  standard: ['account', 'stripe', 'stripe', 'full'],
  none: ['account', 'stripe', 'stripe', 'full'],
}

/** Assumed: what Stripe wants to know of a holder in the US first, and what it will want of one later. */
const WANTED = {
  new: [
    'business_profile.product_description',
    'business_profile.support_phone',
    'business_profile.url',
    'external_account',
    'tos_acceptance.date',
    'tos_acceptance.ip',
  ],
  onboarded: ['individual.dob.day', 'individual.dob.month', 'individual.dob.year', 'individual.ssn_last_4'],
}

const requirements = (due: readonly string[], eventually: readonly string[]): Wire => ({
  alternatives: [],
  current_deadline: null,
  currently_due: due,
  disabled_reason: due.length > 0 ? 'requirements.past_due' : null,
  errors: [],
  eventually_due: eventually,
  past_due: due,
  pending_verification: [],
})

const NOTHING_WANTED: Wire = { currently_due: [], errors: [], past_due: [], pending_verification: [] }

const bankAccount = ({ id, bank_account, country, default_currency }: ConnectedAccount): Wire => ({
  id: bank_account,
  object: 'bank_account',
  account: id,
  account_holder_name: null,
  account_holder_type: null,
  account_type: null,
  available_payout_methods: ['standard', 'instant'],
  bank_name: 'STRIPE TEST BANK',
  country,
  currency: default_currency,
  default_for_currency: true,
  fingerprint: bank_account.slice(-16),
  future_requirements: NOTHING_WANTED,
  last4: '6789',
  metadata: {},
  requirements: NOTHING_WANTED,
  routing_number: '110000000',
  status: 'new',
})

const person = ({ id, person: holder, created }: ConnectedAccount): Wire => ({
  id: holder,
  object: 'person',
  account: id,
  created,
  first_name: 'Example',
  last_name: 'User',
  relationship: {
    authorizer: false,
    director: false,
    executive: false,
    legal_guardian: false,
    owner: false,
    percent_ownership: null,
    representative: true,
    title: null,
  },
})

const settings = (account: ConnectedAccount): Wire => ({
  bacs_debit_payments: { display_name: null, service_user_number: null },
  branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
  card_issuing: { tos_acceptance: { date: null, ip: null } },
  card_payments: {
    decline_on: { avs_failure: false, cvc_failure: false },
    statement_descriptor_prefix: null,
    statement_descriptor_prefix_kana: null,
    statement_descriptor_prefix_kanji: null,
  },
  dashboard: { display_name: account.business_name, timezone: 'Etc/UTC' },
  invoices: { default_account_tax_ids: null, hosted_payment_method_save: 'offer' },
  payments: {
    statement_descriptor: account.business_name?.toUpperCase().slice(0, 22) ?? null,
    statement_descriptor_kana: null,
    statement_descriptor_kanji: null,
  },
  payouts: {
    debit_negative_balances: account.type !== 'custom',
    schedule: { delay_days: 2, interval: 'daily' },
    statement_descriptor: null,
  },
  sepa_debit_payments: {},
})

/** Field by field as recorded by github.com/pay-rails/pay on 2026-10-06, for an account that is onboarded. */
export function accountBody(account: ConnectedAccount): Wire {
  const { id, onboarded } = account
  const [payer, losses, collection, dashboard] = CONTROLLERS[account.type]
  const ready = onboarded !== null
  const individual = ready && (account.business_type ?? 'individual') === 'individual'
  const status = ready ? 'active' : 'inactive'
  return {
    id,
    object: 'account',
    business_profile: {
      annual_revenue: null,
      estimated_worker_count: null,
      mcc: null,
      minority_owned_business_designation: null,
      name: account.business_name,
      ...(ready ? {} : { product_description: null }),
      specified_commercial_transactions_act_url: null,
      support_address: null,
      support_email: null,
      support_phone: null,
      support_url: null,
      url: account.business_url,
    },
    business_type: account.business_type,
    capabilities: Object.fromEntries(account.capabilities.map((name) => [name, status])),
    charges_enabled: ready,
    ...(individual ? { company: { name: null } } : {}),
    controller: {
      fees: { payer },
      is_controller: true,
      losses: { payments: losses },
      requirement_collection: collection,
      stripe_dashboard: { type: dashboard },
      type: 'application',
    },
    country: account.country,
    created: account.created,
    default_currency: account.default_currency,
    details_submitted: ready,
    email: account.email,
    external_accounts: {
      ...emptyList(`/v1/accounts/${id}/external_accounts`),
      ...(ready ? { data: [bankAccount(account)], total_count: 1 } : {}),
    },
    future_requirements: requirements([], []),
    ...(individual ? { individual: person(account) } : {}),
    ...(dashboard === 'express' ? { login_links: emptyList(`/v1/accounts/${id}/login_links`) } : {}),
    metadata: account.metadata,
    payouts_enabled: ready,
    requirements: ready ? requirements([], WANTED.onboarded) : requirements(WANTED.new, WANTED.new),
    settings: settings(account),
    tos_acceptance: ready ? { date: onboarded } : { date: null, ip: null, user_agent: null },
    type: account.type,
  }
}

/** As recorded by github.com/pay-rails/pay on 2026-10-06. */
export const transferBody = (transfer: Transfer, reversals: readonly Wire[]): Wire => ({
  id: transfer.id,
  object: 'transfer',
  amount: transfer.amount,
  amount_reversed: transfer.amount_reversed,
  balance_transaction: transfer.balance_transaction,
  created: transfer.created,
  currency: transfer.currency,
  description: transfer.description,
  destination: transfer.destination,
  destination_payment: transfer.destination_payment,
  livemode: false,
  metadata: transfer.metadata,
  reversals: {
    ...emptyList(`/v1/transfers/${transfer.id}/reversals`),
    data: reversals,
    total_count: reversals.length,
  },
  reversed: transfer.amount_reversed === transfer.amount,
  source_transaction: transfer.source_transaction,
  source_type: 'card',
  transfer_group: transfer.transfer_group,
})

/** A new account, of which Stripe knows nothing yet. */
export const newConnected = (account: Account, type: AccountType, id?: string): ConnectedAccount => ({
  id: id ?? account.newId('acct_1', 15, account.state.accounts),
  created: account.nowS(),
  type,
  country: 'US',
  default_currency: 'usd',
  email: null,
  business_type: null,
  business_name: null,
  business_url: null,
  capabilities: [],
  metadata: {},
  onboarded: null,
  person: account.world.id('person_', 14),
  bank_account: account.world.id('ba_1', 23),
})

const NAMED = new Set(['charge', 'invoice', 'payment_intent', 'setup_intent', 'subscription'])

/** What an account of a platform shows besides: the platform's application made it, and the platform set it up. */
export function onPlatform(platform: Platform, value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => onPlatform(platform, item))
  if (typeof value !== 'object' || value === null) return value
  const shown: Record<string, Json> = {}
  for (const [key, item] of Object.entries(value)) shown[key] = onPlatform(platform, item as Json)
  if (NAMED.has(String(shown.object)) && shown.application === null) shown.application = platform.application
  const details = shown.payment_method_configuration_details
  if (typeof details === 'object' && details !== null)
    shown.payment_method_configuration_details = { ...details, parent: platform.configuration }
  return shown
}

export type Platform = {
  readonly application: string
  readonly configuration: string
  /** The account of the platform itself. */
  readonly owner: () => Account
}
