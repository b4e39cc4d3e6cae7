import { malformed } from './errors.ts'
import { type Field, string } from './params.ts'

// All of this page: https://docs.stripe.com/currencies (2026-11-24).
const SUPPORTED =
  'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw'.split(
    ' ',
  )
const WITHOUT_DECIMALS = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf'.split(' '))
const WITH_THREE = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd'])
/** Smallest amount of a charge, in the smallest unit; others must convert to 50 cents, which needs a rate. */
const MINIMUM: Readonly<Record<string, number>> = {
  usd: 50,
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
}
const SYMBOL: Readonly<Record<string, string>> = { usd: '$', eur: '€', gbp: '£', jpy: '¥', aud: 'A$', cad: 'CA$' }
/** Eight digits: https://docs.stripe.com/api/payment_intents/create (2026-11-24). */
const AMOUNT_MAX = 99_999_999

export const decimalsOf = (currency: string): number =>
  WITHOUT_DECIMALS.has(currency) ? 0 : WITH_THREE.has(currency) ? 3 : 2

/** 4900 usd as `49.00`: exact, because money is never a float. */
export function toMajor(amount: number, currency: string): string {
  const decimals = decimalsOf(currency)
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0')
  const sign = amount < 0 ? '-' : ''
  return decimals === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

/** `$1,234.50`, as error messages print it. */
export function display(amount: number, currency: string): string {
  const [whole = '', fraction] = toMajor(amount, currency).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const number = fraction === undefined ? grouped : `${grouped}.${fraction}`
  const symbol = SYMBOL[currency]
  return symbol === undefined ? `${number} ${currency.toUpperCase()}` : `${symbol}${number}`
}

export const currency = (): Field<string> => ({
  needed: false,
  read(raw, path) {
    const value = string().read(raw, path).toLowerCase()
    if (SUPPORTED.includes(value)) return value
    throw malformed(`Invalid currency: ${value}. Stripe currently supports these currencies: ${SUPPORTED.join(', ')}`, {
      param: path,
    })
  },
})

/** Throws when no card can be charged so little or so much. */
export function checkAmount(amount: number, code: string, param = 'amount'): void {
  const least = MINIMUM[code] ?? 1
  if (amount < least) {
    const message =
      amount === 0
        ? 'The amount must be greater than or equal to the minimum charge amount allowed for your account and the currency set. If you want to save a Payment Method for future use without an immediate payment, use a Setup Intent instead: https://stripe.com/docs/payments/setup-intents'
        : `Amount must be at least ${display(least, code)} ${code}`
    throw malformed(message, { code: 'amount_too_small', param })
  }
  if (amount > AMOUNT_MAX) {
    throw malformed(`Amount must be no more than ${display(AMOUNT_MAX, code)}`, { code: 'amount_too_large', param })
  }
  if (WITH_THREE.has(code) && amount % 10 !== 0) {
    throw malformed('Amounts in three-decimal currencies must be divisible by 10.', { param })
  }
}
