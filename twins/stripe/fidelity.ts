import type { FidelityProfile } from '../fidelity.ts'
import { type Exchange, headerOf } from '../har.ts'
import type { Json } from '../trace.ts'
import { storedBefore } from './before.ts'
import { bodyOf, objectsIn } from './made.ts'
import { isSpoken } from './versions.ts'

type Wire = { readonly [key: string]: Json }
const isObject = (value: Json | undefined): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Prices that were there before: the account's own catalogue, of which answers show a part. */
function booksOf(exchanges: readonly Exchange[]): Books {
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
        prices.set(id, seededPrice(id, isOnce(bodies[at] ?? null) ? { type: 'one_time' } : {}))
    }
  }
  const versions = exchanges.map(({ responseHeaders }) => headerOf(responseHeaders, 'stripe-version'))
  const version = versions.find((one) => one !== undefined && isSpoken(one))
  const payment_methods = dashboardIn(bodies)
  const stored = storedBefore(exchanges, bodies)
  for (const id of soldIn(stored)) if (!prices.has(id)) prices.set(id, seededPrice(id, soldAs(id, bodies)))
  const coupons = couponsIn(exchanges, bodies)
  const redeemed = [...listIn(stored.discounts), ...listIn(stored.promotion_codes)]
  const missing = new Map(redeemed.map(({ id, coupon }) => [coupon, id]))
  for (const one of coupons) missing.delete(one.id ?? null)
  const amounts = amountsOff(bodies)
  const seed = {
    ...stored,
    prices: [...prices.values()],
    coupons: [...coupons, ...[...missing].map(([id = '', of]) => ({ id, amount_off: amounts.get(String(of)) ?? 100 }))],
  }
  return { seed, payment_methods, version }
}
const listIn = (value: Json | undefined): readonly Wire[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : []

/** Prices that subscriptions and hosted pages of a seed are for. */
const soldIn = (stored: Wire): readonly string[] =>
  [
    ...listIn(stored.subscriptions).flatMap(({ items }) => listIn(items)),
    ...listIn(stored.checkout_sessions).flatMap(({ lines }) => listIn(lines)),
    ...listIn(stored.subscription_schedules).flatMap(({ phases }) =>
      listIn(phases).flatMap(({ items }) => listIn(items)),
    ),
    ...listIn(stored.payment_links).flatMap(({ lines }) => listIn(lines)),
  ].map(({ price }) => String(price))

/** What lines of invoices tell of a price that shows itself nowhere. */
function soldAs(id: string, bodies: readonly Json[]): Wire {
  for (const { pricing } of bodies.flatMap((body) => [...objectsIn(body)])) {
    const sold = isObject(pricing) && isObject(pricing.price_details) ? pricing.price_details : {}
    if (sold.price === id && typeof sold.product === 'string') return { product: sold.product }
  }
  return {}
}

/** Whether an answer is about something that is paid once. */
const isOnce = (body: Json): boolean =>
  isObject(body) &&
  (body.object === 'invoiceitem' ||
    (body.object === 'checkout.session' && body.mode === 'payment') ||
    (body.object === 'payment_link' && body.subscription_data === null))

type Books = { readonly seed: Wire; readonly payment_methods: Json; readonly version: string | undefined }

const accountOf = ({ requestHeaders }: Exchange): string | undefined => headerOf(requestHeaders, 'stripe-account')

/** What was there before, of the account itself and of each on its platform. */
export function given(exchanges: readonly Exchange[]): Json {
  const { seed, payment_methods, version } = booksOf(exchanges.filter((one) => accountOf(one) === undefined))
  const transferred = exchanges.some(
    ({ url, method, status }) => method === 'POST' && status === 200 && TRANSFERS.test(url),
  )
  return {
    ...seed,
    // What is transferred has come in before.
    payments: transferred ? [{ amount: 99_999_900 }] : [],
    account: { payment_methods, ...(version === undefined ? {} : { api_version: version }) },
    accounts: accountsIn(exchanges).map((id) => {
      const own = booksOf(exchanges.filter((one) => accountOf(one) === id))
      return { id, ...shownAs(id, exchanges), ...own.seed, payment_methods: own.payment_methods }
    }),
  }
}
const TRANSFERS = /\/v1\/transfers$/

/** Accounts on the platform that were there before: those that requests act as, read or pay to. */
function accountsIn(exchanges: readonly Exchange[]): readonly string[] {
  const made = new Set<unknown>()
  const found = new Set<string>()
  for (const exchange of exchanges) {
    const { url, method, status, requestBody } = exchange
    const { pathname } = new URL(url)
    const form = new URLSearchParams(Buffer.from(requestBody).toString())
    const named = [accountOf(exchange), pathname.split('/')[3], ...form.values()]
    for (const id of named)
      if (id?.startsWith('acct_') && !made.has(id) && (status < 400 || id === accountOf(exchange))) found.add(id)
    const body = bodyOf(exchange)
    if (method === 'POST' && pathname === '/v1/accounts' && isObject(body)) made.add(body.id)
  }
  return [...found]
}

/** An account as the recording shows it, if it does. */
function shownAs(id: string, exchanges: readonly Exchange[]): Wire {
  const shown = exchanges
    .flatMap((exchange) => [...objectsIn(bodyOf(exchange))])
    .find((object) => object.object === 'account' && object.id === id)
  if (shown === undefined) return {}
  const { type, email, business_type, capabilities, business_profile: profile, details_submitted } = shown
  const { name, url } = isObject(profile) ? profile : {}
  const known = Object.entries({ type, email, business_type, name, url }).filter(
    ([, value]) => typeof value === 'string',
  )
  return {
    ...(Object.fromEntries(known) as Wire),
    capabilities: isObject(capabilities) ? Object.keys(capabilities) : [],
    onboarded: details_submitted === true,
  }
}

/** What discounts have taken off, by id. */
function amountsOff(bodies: readonly Json[]): ReadonlyMap<string, number> {
  const amounts = new Map<string, number>()
  for (const { discount, amount } of bodies.flatMap((one) => [...objectsIn(one)])) {
    const of = isObject(discount) ? discount.id : discount
    if (typeof of === 'string' && typeof amount === 'number' && amount > 0) amounts.set(of, amount)
  }
  return amounts
}

/** Coupons that were there before: shown whole, or by what they take off. */
function couponsIn(exchanges: readonly Exchange[], bodies: readonly Json[]): readonly Wire[] {
  const created = new Set(
    exchanges.flatMap(({ method, url }, at) =>
      method === 'POST' && new URL(url).pathname === '/v1/coupons' ? [(bodies[at] as Wire | null)?.id] : [],
    ),
  )
  const coupons = new Map<string, Wire>()
  const discounts = new Map<string, string>()
  const amounts = amountsOff(bodies)
  for (const body of bodies.flatMap((one) => [...objectsIn(one)])) {
    const { id, object, source } = body
    if (object === 'discount' && isObject(source) && typeof source.coupon === 'string')
      discounts.set(String(id), source.coupon)
    if (object !== 'coupon' || typeof id !== 'string') continue
    const { amount_off, percent_off, duration, duration_in_months, currency, name } = body
    const known = Object.entries({ amount_off, percent_off, duration, duration_in_months, currency, name })
    coupons.set(id, { id, ...(Object.fromEntries(known.filter(([, value]) => value != null)) as Wire) })
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
    ? {
        interval: recurring.interval ?? 'month',
        interval_count: recurring.interval_count ?? 1,
        ...(typeof recurring.meter === 'string' ? { meter: recurring.meter } : {}),
      }
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
