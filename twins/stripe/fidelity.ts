import type { FidelityProfile } from '../fidelity.ts'
import { type Exchange, headerOf } from '../har.ts'
import type { Json } from '../trace.ts'
import { bodyOf, objectsIn, storedBefore } from './before.ts'
import { isSpoken } from './versions.ts'

type Wire = { readonly [key: string]: Json }
const isObject = (value: Json | undefined): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Prices that were there before: the account's own catalogue, of which answers show a part. */
export function given(exchanges: readonly Exchange[]): Json {
  const bodies = exchanges.map(bodyOf)
  const created = new Set(
    exchanges.flatMap(({ method, url }, at) => {
      const body = bodies[at]
      return method === 'POST' && new URL(url).pathname === '/v1/prices' && isObject(body ?? null)
        ? [(body as Wire).id]
        : []
    }),
  )
  const prices = new Map<string, Json>()
  for (const price of bodies.flatMap((body) => [...objectsIn(body)])) {
    if (price.object !== 'price' || typeof price.id !== 'string' || created.has(price.id)) continue
    prices.set(price.id, seededPrice(price.id, price))
  }
  for (const [at, { requestBody }] of exchanges.entries()) {
    const missing = JSON.stringify(bodies[at]).includes('No such price')
    for (const [name, id] of new URLSearchParams(Buffer.from(requestBody).toString())) {
      if (/\[price\]$/.test(name) && !missing && !created.has(id) && !prices.has(id))
        prices.set(id, seededPrice(id, {}))
    }
  }
  const versions = exchanges.map(({ responseHeaders }) => headerOf(responseHeaders, 'stripe-version'))
  const version = versions.find((one) => one !== undefined && isSpoken(one))
  const payment_methods = dashboardIn(bodies)
  const account = { payment_methods, ...(version === undefined ? {} : { api_version: version }) }
  return {
    ...storedBefore(exchanges, bodies),
    prices: [...prices.values()],
    coupons: couponsIn(exchanges, bodies),
    account,
  }
}

/** Coupons that were there before: shown whole, or by what they take off. */
function couponsIn(exchanges: readonly Exchange[], bodies: readonly Json[]): Json {
  const created = new Set(
    exchanges.flatMap(({ method, url }, at) =>
      method === 'POST' && new URL(url).pathname === '/v1/coupons' ? [(bodies[at] as Wire | null)?.id] : [],
    ),
  )
  const coupons = new Map<string, Json>()
  const discounts = new Map<string, string>()
  const amounts = new Map<string, Json>()
  for (const body of bodies.flatMap((one) => [...objectsIn(one)])) {
    const { id, object, source, discount, amount } = body
    if (object === 'discount' && isObject(source) && typeof source.coupon === 'string')
      discounts.set(String(id), source.coupon)
    const of = isObject(discount) ? discount.id : discount
    if (typeof of === 'string' && typeof amount === 'number' && amount > 0) amounts.set(of, amount)
    if (object !== 'coupon' || typeof id !== 'string') continue
    const { amount_off, percent_off, duration, duration_in_months, currency, name } = body
    const known = Object.entries({ amount_off, percent_off, duration, duration_in_months, currency, name })
    coupons.set(id, { id, ...Object.fromEntries(known.filter(([, value]) => value != null)) })
  }
  for (const [discount, coupon] of discounts)
    if (!coupons.has(coupon)) coupons.set(coupon, { id: coupon, amount_off: amounts.get(discount) ?? 100 })
  for (const [at, { requestBody }] of exchanges.entries()) {
    const missing = JSON.stringify(bodies[at]).includes('No such coupon')
    for (const [name, id] of new URLSearchParams(Buffer.from(requestBody).toString()))
      if (/\[coupon\]$/.test(name) && !missing && !coupons.has(id)) coupons.set(id, { id, amount_off: 100 })
  }
  return [...coupons].flatMap(([id, coupon]) => (created.has(id) ? [] : [coupon]))
}

/** What the Dashboard of the account had switched on, as payments and hosted pages tell. */
function dashboardIn(bodies: readonly Json[]): Json {
  const listed = { payments: ['card'], invoices: ['card'], setups: ['card'] }
  for (const body of bodies.flatMap((one) => [...objectsIn(one)])) {
    const { object, payment_method_types: types } = body
    if (!Array.isArray(types)) continue
    if (object !== 'payment_intent' && object !== 'checkout.session' && object !== 'setup_intent') continue
    if (object === 'setup_intent' && body.automatic_payment_methods === null) continue
    const ofInvoice = object === 'payment_intent' && body.automatic_payment_methods === null
    const which = object === 'setup_intent' ? 'setups' : ofInvoice ? 'invoices' : 'payments'
    if (types.length > listed[which].length) listed[which] = types.map(String)
  }
  return listed
}

/** Assumed of a price that is named and never shown: ten dollars a month. */
function seededPrice(id: string, price: Wire): Json {
  const { recurring, unit_amount = 1000, currency = 'usd', nickname, product, type } = price
  const every = isObject(recurring)
    ? { interval: recurring.interval ?? 'month', interval_count: recurring.interval_count ?? 1 }
    : type === 'one_time'
      ? {}
      : { interval: 'month' }
  const of = isObject(product) ? product : { id: product }
  return {
    id,
    unit_amount: unit_amount ?? 0,
    currency,
    ...every,
    ...(typeof nickname === 'string' ? { nickname } : {}),
    ...(typeof of.id === 'string' ? { product: { id: of.id } } : {}),
  }
}

/** How recordings of Stripe are replayed. */
export const FIDELITY: FidelityProfile = {
  authorize: (headers) => headers.set('Authorization', 'Bearer sk_test_fidelity'),
  given,
  live: {
    env: 'STRIPE_SECRET_KEY',
    authorize: (headers, secret) => headers.set('Authorization', `Bearer ${secret}`),
    refuse: /^(?!(sk|rk)_test_)/,
  },
}
