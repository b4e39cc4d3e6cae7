import { gap } from '../gaps.ts'

const BILLING = 'tax and other parts of billing'
const CYCLES = 'billing cycles set by hand and pending updates'
const CONNECT = 'Connect'
const PAYOUTS = 'transfers and top-ups'
const REST = 'the rest of the API'

/** Paths Stripe has and this twin lacks, by pattern; the first that matches names the row of gaps.ts. */
const PATHS: readonly (readonly [RegExp, string])[] = [
  [/^\w+ \/v2\//, 'API v2'],
  [/^POST \/v1\/charges(\/\w+\/capture)?$/, 'creating or capturing charges directly'],
  [/\/charges\/\w+\/(refunds?|dispute)/, 'creating or capturing charges directly'],
  [/\/refunds\/\w+\/(cancel|expire)$/, 'refund cancel, expire and instructions'],
  [/\/payment_intents\/\w+\/(increment_authorization)$/, 'multicapture, overcapture and incremental authorization'],
  [/\/payment_intents\/\w+\/(apply_customer_balance|verify_microdeposits)$/, 'payment methods that are not cards'],
  [/\/payment_intents\/\w+\/amount_details_line_items$/, 'line items, hooks and payment details'],
  [
    /\/customers\/\w+\/(cash_balance|cash_balance_transactions|tax_ids|funding_instructions)/,
    'cash balance and tax ids',
  ],
  [/\/customers\/\w+\/(sources|cards|bank_accounts)|\/v1\/(tokens|sources)\b/, 'tokens and sources'],
  [/\/customers\/\w+\/(subscriptions|discount)/, BILLING],
  [/\/v1\/(invoice_rendering_templates|plans|tax|tax_codes|tax_ids|billing\/(?!meter)\w+|entitlements)\b/, BILLING],
  [/\/v1\/invoices\/(upcoming|\w+\/attach_payment)\b/, BILLING],
  [/\/subscriptions\/\w+\/migrate/, CYCLES],
  [/\/v1\/products\/\w+\/features/, BILLING],
  [/\/v1\/billing_portal\/configurations\b/, 'what the billing portal lets customers do'],
  [/^POST \/v1\/checkout\/sessions\/\w+(\/approve)?$/, 'what a hosted page may ask for beyond the payment'],
  [/\/setup_intents\/\w+\/verify_microdeposits$|\/v1\/setup_attempts\b/, 'payment methods that are not cards'],
  [/\/v1\/confirmation_tokens\b/, 'ConfirmationTokens'],
  [/\/v1\/mandates\b/, 'mandates'],
  [/\/v1\/(account|account_sessions|balance_settings)\b/, CONNECT],
  [/\/v1\/accounts\/\w+\/(?!login_links$)\w+/, CONNECT],
  [/\/v1\/topups\b|\/payouts\/\w+(\/reverse)$/, PAYOUTS],
  [/\/v1\/(files|file_links)\b/, 'files'],
  [
    /\/v1\/(radar\/(?!early_fraud_warnings)\w+|terminal|issuing|identity|treasury|reporting|sigma|financial_connections|climate|forwarding|apps|apple_pay|country_specs|exchange_rates|reviews|payment_method_configurations|payment_method_domains|payment_records|ephemeral_keys|test_helpers(?!\/test_clocks))\b/,
    REST,
  ],
]

/** All of them in one, because nearly every request is none of them. */
const ANY = new RegExp(PATHS.map(([pattern]) => `(?:${pattern.source})`).join('|'))

/** What was none of them last: who asks once asks again. */
const fine = new Set<string>()
const FINE_MAX = 1_000

/** Throws when `METHOD /path` is a known gap. */
export function checkGap(method: string, path: string): void {
  const asked = `${method} ${path}`
  if (fine.has(asked)) return
  if (!ANY.test(asked)) {
    if (fine.size >= FINE_MAX) fine.clear()
    fine.add(asked)
    return
  }
  const found = PATHS.find(([pattern]) => pattern.test(asked))
  if (found !== undefined) throw gap(found[1])
}
