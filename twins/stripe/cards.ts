/** Why an issuer, or Radar, refuses. Field names as in the error body. */
export type Decline = {
  readonly code: string
  readonly decline_code: string
  readonly message: string
  readonly param?: string
  readonly advice_code?: 'try_again_later' | 'do_not_try_again' | 'confirm_card_data'
  readonly network_decline_code?: string
  /** Radar blocks it: no issuer is asked. */
  readonly blocked?: true
}

/** How a test card looks and behaves. */
export type Card = {
  readonly brand: string
  readonly number: string
  readonly country: string
  readonly funding: 'credit' | 'debit' | 'prepaid'
  readonly decline?: Decline
  /** A declining card that can be saved nevertheless. */
  readonly attachable?: true
  /** When 3D Secure is demanded. Cards without it do not know 3D Secure. */
  readonly authentication?: 'optional' | 'unless_set_up' | 'always'
  /** What follows a successful charge by itself. */
  readonly dispute?: { readonly reason: string; readonly inquiry: boolean }
  readonly refund?: 'pending' | 'fails'
  /** Its bank tells of fraud by itself. */
  readonly fraud?: true
  /** Funds are available at once. */
  readonly available?: true
}

const declined = 'Your card was declined.'
// Codes, params and advice as seen in test mode by github.com/gburgyan/aat-stripe (README read 2026-11-24); the network
// code as recorded by github.com/pay-rails/pay on 2025-10-31.
const GENERIC: Decline = {
  code: 'card_declined',
  decline_code: 'generic_decline',
  message: declined,
  advice_code: 'try_again_later',
  network_decline_code: '01',
}
const FUNDS: Decline = {
  code: 'card_declined',
  decline_code: 'insufficient_funds',
  message: 'Your card has insufficient funds.',
  advice_code: 'try_again_later',
}
const FRAUD: Decline = { code: 'card_declined', decline_code: 'fraudulent', message: declined }
/** Off session nobody is there to authenticate: https://docs.stripe.com/declines/codes (2026-11-24). */
export const AUTHENTICATION_REQUIRED: Decline = {
  code: 'authentication_required',
  decline_code: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
}
/** The answer to `error_on_requires_action`. */
export const AUTHENTICATION_NOT_HANDLED: Decline = {
  ...AUTHENTICATION_REQUIRED,
  decline_code: 'authentication_not_handled',
}

const visa = (number: string, more: Partial<Card> = {}): Card => ({
  brand: 'visa',
  number,
  country: 'US',
  funding: 'credit',
  ...more,
})
const other = (brand: string, number: string, funding: Card['funding'] = 'credit'): Card => ({
  brand,
  number,
  country: 'US',
  funding,
})

/**
 * Test cards by the name behind `pm_card_` and `tok_`: https://docs.stripe.com/testing (2026-11-24).
 * authenticationRequired ends in 3184 and is German, as recorded by github.com/pay-rails/pay on 2026-03-30.
 */
const CARDS: Readonly<Record<string, Card>> = {
  visa: visa('4242424242424242', { authentication: 'optional' }),
  us: visa('4242424242424242', { authentication: 'optional' }),
  visa_debit: visa('4000056655665556', { funding: 'debit' }),
  mastercard: other('mastercard', '5555555555554444'),
  mastercard_debit: other('mastercard', '5200828282828210', 'debit'),
  mastercard_prepaid: other('mastercard', '5105105105105100', 'prepaid'),
  amex: other('amex', '378282246310005'),
  discover: other('discover', '6011111111111117'),
  diners: other('diners', '3056930009020004'),
  jcb: other('jcb', '3566002020360505'),
  unionpay: other('unionpay', '6200000000000005'),
  gb: visa('4000008260000000', { country: 'GB' }),
  de: visa('4000002760000016', { country: 'DE' }),
  fr: visa('4000002500000003', { country: 'FR' }),
  ca: visa('4000001240000000', { country: 'CA' }),
  au: visa('4000000360000006', { country: 'AU' }),
  jp: visa('4000003920000003', { country: 'JP' }),
  chargeDeclined: visa('4000000000000002', { decline: GENERIC }),
  chargeDeclinedInsufficientFunds: visa('4000000000009995', { decline: FUNDS }),
  chargeDeclinedLostCard: visa('4000000000009987', {
    decline: { code: 'card_declined', decline_code: 'lost_card', message: declined, advice_code: 'do_not_try_again' },
  }),
  chargeDeclinedStolenCard: visa('4000000000009979', {
    decline: { code: 'card_declined', decline_code: 'stolen_card', message: declined, advice_code: 'do_not_try_again' },
  }),
  chargeDeclinedExpiredCard: visa('4000000000000069', {
    decline: {
      code: 'expired_card',
      decline_code: 'expired_card',
      message: 'Your card has expired.',
      param: 'exp_month',
      advice_code: 'confirm_card_data',
    },
  }),
  chargeDeclinedIncorrectCvc: visa('4000000000000127', {
    decline: {
      code: 'incorrect_cvc',
      decline_code: 'incorrect_cvc',
      message: "Your card's security code is incorrect.",
      param: 'cvc',
      advice_code: 'confirm_card_data',
    },
  }),
  chargeDeclinedProcessingError: visa('4000000000000119', {
    decline: {
      code: 'processing_error',
      decline_code: 'processing_error',
      message: 'An error occurred while processing your card. Try again in a little bit.',
      advice_code: 'try_again_later',
    },
  }),
  chargeDeclinedFraudulent: visa('4100000000000019', { decline: { ...FRAUD, blocked: true } }),
  chargeDeclinedVelocityLimitExceeded: visa('4000000000006975', {
    decline: {
      code: 'card_declined',
      decline_code: 'card_velocity_exceeded',
      message: 'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.',
      advice_code: 'try_again_later',
    },
  }),
  chargeCustomerFail: visa('4000000000000341', { decline: GENERIC, attachable: true }),
  radarBlock: visa('4100000000000019', { decline: { ...FRAUD, blocked: true } }),
  authenticationRequired: visa('4000002760003184', { country: 'DE', authentication: 'always' }),
  authenticationRequiredOnSetup: visa('4000002500003155', { country: 'FR', authentication: 'unless_set_up' }),
  authenticationRequiredSetupForOffSession: visa('4000003800000446', {
    country: 'IT',
    authentication: 'unless_set_up',
  }),
  authenticationRequiredChargeDeclinedInsufficientFunds: visa('4000008260003178', {
    country: 'GB',
    authentication: 'always',
    decline: FUNDS,
    attachable: true,
  }),
  threeDSecure2Required: visa('4000000000003220', { authentication: 'always' }),
  threeDSecureRequired: visa('4000000000003063', { authentication: 'always' }),
  threeDSecureRequiredChargeDeclined: visa('4000008400001629', {
    authentication: 'always',
    decline: GENERIC,
    attachable: true,
  }),
  threeDSecureOptional: visa('4000000000003055', { authentication: 'optional' }),
  createDispute: visa('4000000000000259', { dispute: { reason: 'fraudulent', inquiry: false } }),
  createDisputeProductNotReceived: visa('4000000000002685', {
    dispute: { reason: 'product_not_received', inquiry: false },
  }),
  createDisputeInquiry: visa('4000000000001976', { dispute: { reason: 'fraudulent', inquiry: true } }),
  createIssuerFraudRecord: visa('4000000000005423', { fraud: true }),
  pendingRefund: visa('4000000000007726', { refund: 'pending' }),
  refundFail: visa('4000000000005126', { refund: 'fails' }),
  bypassPending: visa('4000000000000077', { available: true }),
  bypassPendingInternational: visa('4000003720000278', { country: 'IE', available: true }),
}
/** Names that Stripe knows and this twin refuses loudly. */
const UNMODELLED_CARDS: ReadonlySet<string> = new Set([
  'createMultipleDisputes',
  'riskLevelElevated',
  'riskLevelHighest',
  'cvcCheckFail',
  'avsFail',
])

/** The row for `pm_card_visa_chargeDeclined`, `tok_visa` and the like; `unmodelled` for known names without one. */
export function cardNamed(token: string): string | 'unmodelled' | undefined {
  const match = /^(?:pm_card|tok)_(?:visa_(?=chargeDeclined))?(\w+)$/.exec(token)
  const name = match?.[1]
  if (name === undefined) return undefined
  if (Object.hasOwn(CARDS, name)) return name
  return UNMODELLED_CARDS.has(name) ? 'unmodelled' : undefined
}

/** The row for a raw card number. */
export const cardNumbered = (number: string): string | undefined =>
  Object.entries(CARDS).find(([, card]) => card.number === number)?.[0]

/** Test cards by digits that recordings show of another brand's number, or of several cards. */
const MEANT: Readonly<Record<string, string>> = { '0002': 'chargeDeclined', '8431': 'amex', '8210': 'amex' }

/** The test card, as `pm_card_visa`, that looks like a card on the wire. */
export function cardShown({ last4: digits, brand }: { readonly [field: string]: unknown }): string {
  const rows = Object.entries(CARDS).filter(([, card]) => last4(card) === digits)
  const same = rows.find(([, card]) => card.brand === brand)
  const likely = typeof brand === 'string' && Object.hasOwn(CARDS, brand) ? brand : 'visa'
  return `pm_card_${same?.[0] ?? MEANT[String(digits)] ?? rows[0]?.[0] ?? likely}`
}

/** Throws when `name` is no row: stored cards always are. */
export function cardOf(name: string): Card {
  const card = CARDS[name]
  if (card === undefined) throw new Error(`twins/stripe/cards.ts: expected a card, got "${name}".`)
  return card
}

export const last4 = (card: Card): string => card.number.slice(-4)
