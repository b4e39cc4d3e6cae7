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
  us_bank_account: { mandate_options: {}, verification_method: 'automatic' },
}
const OF_SETUPS: Options = {
  us_bank_account: { financial_connections: BANK, verification_method: 'automatic' },
}

/** Methods that the Dashboard switches on, for payments and for invoices. Cards are what can be charged here. */
export type Dashboard = { readonly payments: readonly string[]; readonly invoices: readonly string[] }

export const CARDS_ONLY: Dashboard = { payments: ['card'], invoices: ['card'] }

/** `payment_method_options` of an intent; `card` is its own. */
export function methodOptionsOf({ invoice, methods }: PaymentIntent, card: Json): Json {
  const table = invoice === null ? AUTOMATIC : OF_INVOICES
  return Object.fromEntries(methods.map((type) => [type, type === 'card' ? card : (table[type] ?? {})]))
}

/** The same of a hosted page. */
export const checkoutOptions = (mode: string, dashboard: Dashboard): Options => {
  const types = mode === 'setup' ? dashboard.payments.filter((type) => OF_SETUPS[type] !== undefined) : []
  return {
    card: { request_three_d_secure: 'automatic' },
    ...Object.fromEntries(types.map((type) => [type, OF_SETUPS[type] ?? {}])),
  }
}
