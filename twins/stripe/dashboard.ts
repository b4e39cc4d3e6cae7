import type { Json } from '../trace.ts'
import type { PaymentIntent } from './state.ts'

type Options = { readonly [type: string]: Json }

const LINK = { persistent_token: null }
const BANK = { permissions: ['payment_method'], prefetch: [] }

/** What Stripe sets for each method that the Dashboard switches on. Recorded by github.com/pay-rails/pay in 2025-11 and 2026-03. */
const AUTOMATIC: Options = {
  acss_debit: { verification_method: 'automatic' },
  afterpay_clearpay: { reference: null },
  klarna: { preferred_locale: null },
  link: LINK,
  us_bank_account: {
    financial_connections: BANK,
    mandate_options: {},
    transaction_purpose: 'unspecified',
    verification_method: 'automatic',
  },
  wechat_pay: { app_id: null, client: null },
}
const OF_INVOICES: Options = {
  acss_debit: {
    mandate_options: { interval_description: null, payment_schedule: null, transaction_type: null },
    verification_method: 'automatic',
  },
  link: LINK,
  us_bank_account: {
    mandate_options: {},
    transaction_purpose: 'unspecified',
    verification_method: 'automatic',
  },
}
const OF_SETUPS: Options = {
  us_bank_account: { financial_connections: BANK, verification_method: 'automatic' },
}

/** As recorded on 2026-09-20. */
const OF_PAYMENTS: Options = { ...OF_SETUPS, wechat_pay: { app_id: null, client: 'web' } }

/** Methods that the Dashboard switches on, for payments, invoices and setups. Cards are what can be charged here. */
export type Dashboard = {
  readonly payments: readonly string[]
  readonly invoices: readonly string[]
  readonly setups: readonly string[]
}

export const CARDS_ONLY: Dashboard = { payments: ['card'], invoices: ['card'], setups: ['card'] }

/** `payment_method_options` of an intent; `card` is its own. */
export function methodOptionsOf({ invoice, methods }: PaymentIntent, card: Json): Json {
  const table = invoice === null ? AUTOMATIC : OF_INVOICES
  return Object.fromEntries(methods.map((type) => [type, type === 'card' ? card : (table[type] ?? {})]))
}

/** The same of what saves a method. Recorded by github.com/pay-rails/pay on 2026-10-06: of all methods two have any. */
export const setupOptions = (methods: readonly string[]): Options => ({
  card: { mandate_options: null, network: null, request_three_d_secure: 'automatic' },
  ...(methods.includes('us_bank_account')
    ? { us_bank_account: { mandate_options: {}, verification_method: 'automatic' } }
    : {}),
})

/** The same of a hosted page. */
export const checkoutOptions = (mode: string, dashboard: Dashboard): Options => {
  const options: Options = mode === 'setup' ? OF_SETUPS : mode === 'payment' ? OF_PAYMENTS : {}
  const types = dashboard.payments.filter((type) => options[type] !== undefined)
  return {
    card: { request_three_d_secure: 'automatic' },
    ...Object.fromEntries(types.map((type) => [type, options[type] ?? {}])),
  }
}
