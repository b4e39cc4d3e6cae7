import type { Json } from '../trace.ts'
import { type Account, found } from './account.ts'
import { cardNamed, cardNumbered, cardOf } from './cards.ts'
import { cardError, docUrl, invalid, malformed, missing, Refusal, unknownParams } from './errors.ts'
import { emit } from './events.ts'
import { gap } from './gaps.ts'
import {
  address,
  choice,
  email,
  emptyable,
  type Field,
  integer,
  metadata,
  type Needed,
  object,
  type Parsed,
  type Raw,
  required,
  string,
  unmodelled,
} from './params.ts'
import type { Metadata, PaymentMethod } from './state.ts'
import { isSince, NAMELESS_SINCE } from './versions.ts'
import { opaque, paymentMethodBody } from './wire.ts'

const SPENT =
  'This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.'

const blank: PaymentMethod['billing_details'] = { address: null, email: null, name: null, phone: null, tax_id: null }

export const billingDetails = (): Field<Partial<PaymentMethod['billing_details']>> => {
  const parts = object({
    address: emptyable(address()),
    email: emptyable(email()),
    name: emptyable(string()),
    phone: emptyable(string()),
    tax_id: string(),
  })
  return {
    needed: false,
    read: (raw, path) => {
      const given = Object.entries(parts.read(raw, path)).filter(([, value]) => value !== undefined)
      return Object.fromEntries(given.map(([name, value]) => [name, value === '' ? null : value]))
    },
  }
}

/** Types other than cards, of methods and of their options: those of stripe 23.1. */
const OTHER_TYPES = `
acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit bancontact billie bizum
blik boleto card_present cashapp crypto custom customer_balance eps fpx giropay grabpay ideal interac_present
kakao_pay klarna konbini kr_card link mb_way mobilepay multibanco naver_pay nz_bank_account oxxo p24
pay_by_bank payco paynow paypal paypay payto pix promptpay revolut_pay samsung_pay satispay scalapay
sepa_debit sequra sofort sunbit swish twint upi us_bank_account wechat_pay zip
`
export const otherTypes = (): Readonly<Record<string, Field<never>>> =>
  Object.fromEntries(
    OTHER_TYPES.trim()
      .split(/\s+/)
      .map((type) => [type, unmodelled(() => gap('payment methods that are not cards'))]),
  )

/** `payment_method_types` of a payment or a setup, where the version still takes them. */
export function typesIn(account: Account, listed: readonly string[] | undefined): readonly string[] | undefined {
  if (listed !== undefined && isSince(account.version, NAMELESS_SINCE)) throw unknownParams(['payment_method_types'])
  return listed
}

type CardParams = {
  readonly number?: string | undefined
  readonly exp_month?: number | undefined
  readonly exp_year?: number | undefined
  readonly token?: string | undefined
}
/** `payment_method_data`, and the parameters of a new payment method. */
export const METHOD_SPEC: {
  readonly type: Needed<string>
  readonly allow_redisplay: Field<string>
  readonly billing_details: Field<Partial<PaymentMethod['billing_details']>>
  readonly card: Field<CardParams>
  readonly metadata: Field<Metadata | ''>
  readonly radar_options: Field<never>
} = {
  type: required(string()),
  allow_redisplay: choice('always', 'limited', 'unspecified'),
  billing_details: billingDetails(),
  card: object({
    number: string(),
    exp_month: integer(1, 12),
    exp_year: integer(),
    cvc: string(),
    token: string(),
    networks: unmodelled(() => gap('method options beyond request_three_d_secure')),
  }),
  metadata: metadata(),
  radar_options: unmodelled(() => gap('the rest of the API')),
}

/** Types Stripe knows: https://docs.stripe.com/api/payment_methods/create (2026-11-24). Only cards are modelled. */
export function createMethod(account: Account, params: Parsed<typeof METHOD_SPEC>): PaymentMethod {
  if (params.type !== 'card') return newOther(account, params)
  if (params.card === undefined)
    throw malformed('Missing required param: card.', { code: 'parameter_missing', param: 'card' })
  const { number, token, exp_month, exp_year } = params.card
  if (token !== undefined) return newMethod(account, rowNamed(token, 'card[token]'), params)
  if (number === undefined) {
    throw malformed('Missing required param: card[number].', { code: 'parameter_missing', param: 'card[number]' })
  }
  if (!account.rawCardData) {
    // 402 without a code, as seen in test mode by github.com/gburgyan/aat-stripe (README read 2026-11-24).
    throw new Refusal(402, {
      type: 'invalid_request_error',
      message:
        'Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test tokens that map to the test card you are using, see https://stripe.com/docs/testing. To enable testing raw card data APIs, see https://support.stripe.com/questions/enabling-access-to-raw-card-data-apis.',
    })
  }
  const row = cardNumbered(number.replaceAll(' ', ''))
  if (row === undefined) {
    throw cardError({
      code: 'incorrect_number',
      message: 'Your card number is incorrect.',
      param: 'number',
      doc_url: docUrl('incorrect_number'),
    })
  }
  return newMethod(account, row, { ...params, exp_month, exp_year })
}

function rowNamed(token: string, param: string): string {
  const row = cardNamed(token)
  if (row === 'unmodelled') throw gap('cards of a risk, or of several disputes')
  if (row === undefined) throw missing(param === 'card[token]' ? 'token' : 'PaymentMethod', token, param)
  return row
}

type Details = {
  readonly allow_redisplay?: string | undefined
  readonly billing_details?: Partial<PaymentMethod['billing_details']> | undefined
  readonly metadata?: PaymentMethod['metadata'] | '' | undefined
  readonly exp_month?: number | undefined
  readonly exp_year?: number | undefined
}

/** A new payment method for a row of cards.ts. Test cards expire next year, in the current month. */
export function newMethod(account: Account, row: string, details: Details = {}, id?: string): PaymentMethod {
  const { state, world } = account
  const now = new Date(world.clock.now())
  return state.payment_methods.add({
    id: id ?? account.newId('pm_1', 23, state.payment_methods),
    created: account.nowS(),
    card: row,
    other: null,
    exp_month: details.exp_month ?? now.getUTCMonth() + 1,
    exp_year: details.exp_year ?? now.getUTCFullYear() + 1,
    allow_redisplay: details.allow_redisplay ?? 'unspecified',
    billing_details: { ...blank, ...details.billing_details },
    customer: null,
    metadata: details.metadata || {},
    use: 'fresh',
  })
}

/** Methods that can be stored and read; what they are told is what they hold, but for what Stripe looks up. */
const SIMPLE_TYPES =
  'acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit bancontact billie blik boleto cashapp crypto customer_balance eps fpx giropay grabpay ideal kakao_pay klarna konbini kr_card link mb_way mobilepay multibanco naver_pay nz_bank_account oxxo p24 pay_by_bank payco paynow paypal payto pix promptpay revolut_pay samsung_pay satispay sepa_debit sofort swish twint us_bank_account wechat_pay zip'.split(
    ' ',
  )
/** What Stripe's test banks are called. */
const TEST_BANK = 'STRIPE TEST BANK'
/** Codes of the Dutch banks: https://docs.stripe.com/api/payment_methods/object#payment_method_object-ideal-bic (2026-11-24). */
const BICS: Readonly<Record<string, string>> = {
  abn_amro: 'ABNANL2A',
  asn_bank: 'ASNBNL21',
  bunq: 'BUNQNL2A',
  ing: 'INGBNL2A',
  knab: 'KNABNL2H',
  n26: 'NTSBDEB1',
  rabobank: 'RABONL2U',
  regiobank: 'RBRBNL21',
  revolut: 'REVOLT21',
  sns_bank: 'SNSBNL2A',
  triodos_bank: 'TRIONL2U',
}

export type OtherParams = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>
/** Fields of those types, as a creation takes them. */
export const simpleTypes = (): Readonly<Record<string, Field<Readonly<Record<string, string>>>>> =>
  Object.fromEntries(
    SIMPLE_TYPES.map((type) => [
      type,
      {
        needed: false,
        read: (raw: Raw, path: string) => {
          const names = typeof raw === 'object' && !Array.isArray(raw) ? Object.keys(raw) : []
          const texts = object(Object.fromEntries(names.map((name) => [name, string()]))).read(raw, path)
          return Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, String(value)]))
        },
      },
    ]),
  )

function newOther(account: Account, params: Parsed<typeof METHOD_SPEC>): PaymentMethod {
  const { type } = params
  if (!SIMPLE_TYPES.includes(type)) throw gap('payment methods that are not cards')
  const given = (params as unknown as OtherParams)[type] ?? {}
  const made = newMethod(account, '', params)
  return account.state.payment_methods.add({ ...made, other: { type, details: detailsOf(type, given) } })
}

/** Shapes as recorded by github.com/pay-rails/pay on 2025-10-31. */
function detailsOf(type: string, given: Readonly<Record<string, string>>): Json {
  switch (type) {
    case 'fpx':
      return { account_holder_type: given.account_holder_type ?? 'individual', bank: given.bank ?? null }
    case 'ideal':
      return { bank: given.bank ?? null, bic: BICS[given.bank ?? ''] ?? null }
    case 'eps':
    case 'p24':
      return { bank: given.bank ?? null }
    case 'klarna':
      return { dob: null }
    case 'acss_debit':
      return {
        bank_name: TEST_BANK,
        fingerprint: fingerprintOf(given),
        institution_number: given.institution_number ?? null,
        last4: lastOf(given.account_number),
        transit_number: given.transit_number ?? null,
      }
    case 'us_bank_account':
      return {
        account_holder_type: given.account_holder_type ?? 'individual',
        account_type: given.account_type ?? 'checking',
        bank_name: TEST_BANK,
        financial_connections_account: null,
        fingerprint: fingerprintOf(given),
        last4: lastOf(given.account_number),
        networks: { preferred: 'ach', supported: ['ach'] },
        routing_number: given.routing_number ?? null,
        status_details: {},
      }
    case 'au_becs_debit':
      return {
        bsb_number: (given.bsb_number ?? '').replaceAll('-', ''),
        fingerprint: fingerprintOf(given),
        last4: lastOf(given.account_number),
      }
    case 'bacs_debit':
      return {
        fingerprint: fingerprintOf(given),
        last4: lastOf(given.account_number),
        sort_code: (given.sort_code ?? '').replaceAll('-', ''),
      }
    case 'nz_bank_account':
      return {
        account_holder_name: given.account_holder_name ?? null,
        bank_code: given.bank_code ?? null,
        bank_name: TEST_BANK,
        branch_code: given.branch_code ?? null,
        last4: lastOf(given.account_number),
        suffix: given.suffix ?? null,
      }
    case 'boleto':
      return { tax_id: given.tax_id ?? null }
    case 'cashapp':
      return { buyer_id: null, cashtag: null }
    case 'link':
      return { email: null }
    case 'paypal':
      return { country: null, payer_email: null, payer_id: null }
    case 'kr_card':
      return { brand: null, last4: null }
    case 'naver_pay':
      return { buyer_id: null, funding: given.funding ?? 'card' }
    case 'payto':
      return { bsb_number: given.bsb_number ?? null, last4: lastOf(given.account_number), pay_id: given.pay_id ?? null }
    case 'sofort':
      return { country: given.country ?? null }
    case 'sepa_debit': {
      const iban = (given.iban ?? '').replaceAll(' ', '')
      return {
        bank_code: iban.slice(4, 8),
        branch_code: '',
        country: iban.slice(0, 2),
        fingerprint: opaque(`iban ${iban}`, 16),
        generated_from: { charge: null, setup_attempt: null },
        last4: iban.slice(-4),
      }
    }
    default:
      return {}
  }
}

const fingerprintOf = (given: Readonly<Record<string, string>>): string => opaque(JSON.stringify(given), 16)
const lastOf = (number: string | undefined): string | null => (number === undefined ? null : number.slice(-4))

/** The method behind an id or a test name such as `pm_card_visa`, of which every use makes a new one. */
export function resolveMethod(account: Account, id: string, param: string, status = 400): PaymentMethod {
  const method = account.state.payment_methods.get(id)
  if (method !== undefined) return method
  if (cardNamed(id) !== undefined) return newMethod(account, rowNamed(id, param))
  throw missing('PaymentMethod', id, param, status)
}

/** The method of an intent, if it may pay for `customer`. Throws otherwise. */
export function methodFor(account: Account, id: string, customer: string | null): PaymentMethod {
  const method = found(account.state.payment_methods.get(id), id)
  checkUsable(method, customer)
  return method
}

/** Wordings as quoted in public reports of the live API, read 2026-11-24. */
export function checkUsable(method: PaymentMethod, customer: string | null): void {
  if (method.other !== null) throw gap('payment methods that are not cards')
  if (method.use === 'spent') {
    throw invalid(
      'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.',
    )
  }
  if (method.customer === null || method.customer === customer) return
  if (customer === null) {
    throw invalid(
      `The \`payment_method\` parameter supplied ${method.id} belongs to the Customer ${method.customer}. Please include the Customer in the \`customer\` parameter on the PaymentIntent.`,
      { param: 'payment_method' },
    )
  }
  throw invalid(
    `The customer does not have a payment method with the ID ${method.id}. The payment method must be attached to the customer.`,
    { param: 'payment_method' },
  )
}

/** Saves a card. Declining test cards refuse to be saved: recorded by github.com/pay-rails/pay on 2025-10-31. */
export function attach(account: Account, method: PaymentMethod, customer: string): void {
  if (method.other !== null) throw gap('payment methods that are not cards')
  if (method.use === 'spent') throw invalid(SPENT)
  if (method.customer !== null) {
    if (method.customer === customer) return
    throw invalid('The payment method you provided has already been attached to a customer.')
  }
  const { decline, attachable } = cardOf(method.card)
  if (decline !== undefined && attachable !== true) {
    account.state.payment_methods.remove(method.id)
    const { blocked: _, ...shown } = decline
    throw cardError({ ...shown, param: decline.param ?? '', doc_url: docUrl(decline.code) })
  }
  method.customer = customer
  emit(account, 'payment_method.attached', paymentMethodBody(method))
}

/** For good: a detached card can never be used again. */
export function detach(account: Account, method: PaymentMethod): void {
  const { customer } = method
  if (customer === null) {
    throw invalid('The payment method you provided is not attached to a customer so detachment is impossible.')
  }
  const before = paymentMethodBody(method)
  method.customer = null
  method.use = 'spent'
  const owner = account.state.customers.get(customer)
  if (owner?.default_payment_method === method.id) owner.default_payment_method = null
  emit(account, 'payment_method.detached', paymentMethodBody(method), before)
}
