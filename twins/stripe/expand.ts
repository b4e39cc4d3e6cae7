import type { Json } from '../trace.ts'
import { type Account, found } from './account.ts'
import { tiersBody } from './billing-wire.ts'
import { checkoutLineBody } from './checkout-wire.ts'
import { malformed } from './errors.ts'
import { gap } from './gaps.ts'
import { type Field, list, string } from './params.ts'
import { isSince } from './versions.ts'
import { listBody, refundBody, type Wire } from './wire.ts'

/** What an object's field leads to: an object of that kind, a list in the object, or something this twin lacks. */
type Way = { readonly to: string } | { readonly list: string } | 'shown' | 'unmodelled'
type Ways = { readonly [field: string]: Way }

const to = (kind: string): Way => ({ to: kind })

/** Expandable fields by object, after the types of stripe 23.1. */
const GRAPH: Readonly<Record<string, Ways>> = {
  customer: {
    cash_balance: 'unmodelled',
    default_source: 'unmodelled',
    invoice_credit_balance: 'shown',
    'invoice_settings.default_payment_method': to('payment_method'),
    sources: 'unmodelled',
    subscriptions: { list: 'subscription' },
    tax: 'shown',
    tax_ids: 'unmodelled',
    test_clock: to('test_helpers.test_clock'),
  },
  payment_method: { customer: to('customer') },
  payment_intent: {
    application: 'unmodelled',
    customer: to('customer'),
    'last_payment_error.payment_method': to('payment_method'),
    latest_charge: to('charge'),
    on_behalf_of: to('account'),
    'transfer_data.destination': to('account'),
    payment_method: to('payment_method'),
    payment_record: 'unmodelled',
    review: 'unmodelled',
  },
  charge: {
    application: 'unmodelled',
    application_fee: to('application_fee'),
    balance_transaction: to('balance_transaction'),
    customer: to('customer'),
    failure_balance_transaction: to('balance_transaction'),
    on_behalf_of: to('account'),
    'transfer_data.destination': to('account'),
    payment_intent: to('payment_intent'),
    refunds: { list: 'refund' },
    review: 'unmodelled',
    source_transfer: 'unmodelled',
    transfer: to('transfer'),
  },
  refund: {
    balance_transaction: to('balance_transaction'),
    charge: to('charge'),
    customer: to('customer'),
    failure_balance_transaction: to('balance_transaction'),
    payment_intent: to('payment_intent'),
    payment_method: to('payment_method'),
    source_transfer_reversal: 'unmodelled',
    transfer_reversal: to('transfer_reversal'),
  },
  product: { default_price: to('price'), tax_code: 'unmodelled' },
  price: { product: to('product'), currency_options: 'unmodelled', tiers: 'shown' },
  plan: { product: to('product'), tiers: 'shown' },
  subscription: {
    application: 'unmodelled',
    customer: to('customer'),
    default_payment_method: to('payment_method'),
    default_source: 'unmodelled',
    discounts: to('discount'),
    'items.data': to('subscription_item'),
    latest_invoice: to('invoice'),
    pending_setup_intent: to('setup_intent'),
    schedule: to('subscription_schedule'),
    test_clock: to('test_helpers.test_clock'),
  },
  subscription_item: {
    discounts: to('discount'),
    'plan.product': to('product'),
    'plan.tiers': 'shown',
    price: to('price'),
    'price.product': to('product'),
    'price.tiers': 'shown',
  },
  invoice: {
    application: 'unmodelled',
    confirmation_secret: 'shown',
    customer: to('customer'),
    default_payment_method: to('payment_method'),
    default_source: 'unmodelled',
    discounts: to('discount'),
    'lines.data': to('line_item'),
    'parent.subscription_details.subscription': to('subscription'),
    payments: { list: 'invoice_payment' },
    test_clock: to('test_helpers.test_clock'),
    'total_discount_amounts.discount': to('discount'),
  },
  line_item: {
    'discount_amounts.discount': to('discount'),
    discounts: to('discount'),
    'pricing.price_details.price': to('price'),
    'pricing.price_details.product': to('product'),
  },
  invoiceitem: {
    customer: to('customer'),
    discounts: to('discount'),
    invoice: to('invoice'),
    test_clock: to('test_helpers.test_clock'),
  },
  tax_rate: {},
  quote: {
    application: 'unmodelled',
    customer: to('customer'),
    invoice: to('invoice'),
    line_items: { list: 'item' },
    on_behalf_of: 'unmodelled',
    subscription: to('subscription'),
    subscription_schedule: 'unmodelled',
    test_clock: to('test_helpers.test_clock'),
  },
  'test_helpers.test_clock': {},
  'radar.early_fraud_warning': { charge: to('charge'), payment_intent: to('payment_intent') },
  payment_link: { application: 'unmodelled', line_items: { list: 'item' }, on_behalf_of: to('account') },
  subscription_schedule: {
    application: 'unmodelled',
    customer: to('customer'),
    'default_settings.default_payment_method': to('payment_method'),
    'phases.items.price': to('price'),
    'phases.items.plan': 'unmodelled',
    'phases.default_payment_method': to('payment_method'),
    released_subscription: to('subscription'),
    subscription: to('subscription'),
    test_clock: to('test_helpers.test_clock'),
  },
  customer_session: { customer: to('customer') },
  'billing.meter': {},
  'billing.meter_event': {},
  'billing.meter_event_adjustment': {},
  'billing.meter_event_summary': {},
  account: {},
  application_fee: {
    account: to('account'),
    application: 'unmodelled',
    balance_transaction: to('balance_transaction'),
    charge: to('charge'),
    originating_transaction: to('charge'),
  },
  fee_refund: { balance_transaction: to('balance_transaction'), fee: to('application_fee') },
  transfer: {
    balance_transaction: to('balance_transaction'),
    destination: to('account'),
    destination_payment: 'unmodelled',
    source_transaction: to('charge'),
  },
  transfer_reversal: {
    balance_transaction: to('balance_transaction'),
    destination_payment_refund: 'unmodelled',
    source_refund: to('refund'),
    transfer: to('transfer'),
  },
  credit_note: {
    customer: to('customer'),
    customer_balance_transaction: to('customer_balance_transaction'),
    'discount_amounts.discount': to('discount'),
    invoice: to('invoice'),
    'lines.data': to('credit_note_line_item'),
    'refunds.refund': to('refund'),
  },
  credit_note_line_item: { 'discount_amounts.discount': to('discount') },
  customer_balance_transaction: { credit_note: to('credit_note'), customer: to('customer'), invoice: to('invoice') },
  discount: { customer: to('customer'), promotion_code: to('promotion_code'), 'source.coupon': to('coupon') },
  promotion_code: { customer: to('customer'), 'promotion.coupon': to('coupon') },
  coupon: { applies_to: 'shown', currency_options: 'shown' },
  invoice_payment: { invoice: to('invoice'), 'payment.payment_intent': to('payment_intent') },
  setup_intent: {
    application: 'unmodelled',
    customer: to('customer'),
    latest_attempt: 'unmodelled',
    mandate: 'unmodelled',
    payment_method: to('payment_method'),
  },
  'checkout.session': {
    customer: to('customer'),
    invoice: to('invoice'),
    line_items: { list: 'item' },
    payment_intent: to('payment_intent'),
    payment_link: to('payment_link'),
    setup_intent: to('setup_intent'),
    subscription: to('subscription'),
  },
  'billing_portal.session': { configuration: 'unmodelled' },
  item: { 'price.product': to('product') },
  payout: { balance_transaction: to('balance_transaction'), destination: 'unmodelled' },
  balance_transaction: { source: to('any') },
  dispute: { charge: to('charge'), payment_intent: to('payment_intent') },
  event: {},
  webhook_endpoint: {},
  balance: {},
}
const DEPTH_MAX = 4

/** `expand[]`, accepted by every operation. */
export const expandField = (): Field<readonly string[]> => list(string())

const isObject = (value: Json | undefined): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The way that starts `path` at `kind`, and what is left of the path. */
function step(kind: string, path: readonly string[]): { readonly way: Way; readonly length: number } | undefined {
  const ways = GRAPH[kind] ?? {}
  for (const length of [1, 2, 3]) {
    const way = path.length >= length ? ways[path.slice(0, length).join('.')] : undefined
    if (way !== undefined) return { way, length }
  }
  return undefined
}

/** Throws unless every path can be expanded in an answer of `kind`; a list's paths start with `data`. */
export function checkExpand(paths: readonly string[], kind: string, isList: boolean): void {
  for (const path of paths) {
    const parts = path.split('.')
    if (parts.length > DEPTH_MAX) {
      throw malformed(`You cannot expand more than ${DEPTH_MAX} levels of a property. Property: ${path}`, {
        code: 'property_expansion_max_depth',
      })
    }
    if (isList && parts[0] !== 'data') {
      if (path === 'total_count') throw gap('expanding what is not modelled')
      throw cannot(
        path,
        step(kind, parts) === undefined ? '' : ` You may want to try expanding 'data.${path}' instead.`,
      )
    }
    checkPath(kind, isList ? parts.slice(1) : parts, path)
  }
}

const cannot = (path: string, hint = ''): Error => malformed(`This property cannot be expanded (${path}).${hint}`)

function checkPath(kind: string, parts: readonly string[], path: string): void {
  if (parts.length === 0 || kind === 'any') return
  const found = step(kind, parts)
  if (found === undefined) throw cannot(path)
  if (found.way === 'unmodelled') throw gap('expanding what is not modelled')
  if (found.way === 'shown') return
  const rest = parts.slice(found.length)
  if ('to' in found.way) checkPath(found.way.to, rest, path)
  else if (rest.length > 0) {
    if (rest[0] !== 'data') throw cannot(path)
    checkPath(found.way.list, rest.slice(1), path)
  }
}

/** `body` with the objects behind `paths` in place of their ids. The paths have been checked. */
export function expand(account: Account, body: Wire, paths: readonly string[]): Wire {
  let expanded = body
  for (const path of paths) expanded = expandPath(account, expanded, path.split('.'))
  return expanded
}

function expandPath(account: Account, body: Wire, parts: readonly string[]): Wire {
  const [head, ...rest] = parts
  if (head === undefined) return body
  if (head === 'data' && Array.isArray(body.data)) {
    const data: readonly Json[] = body.data
    return { ...body, data: data.map((item) => (isObject(item) ? expandPath(account, item, rest) : item)) }
  }
  const hidden = hiddenField(account, body, head)
  if (hidden !== undefined) return { ...body, [head]: isObject(hidden) ? expandPath(account, hidden, rest) : hidden }
  const value = body[head]
  if (typeof value === 'string') {
    const object = account.body(value)
    return object === undefined ? body : { ...body, [head]: expandPath(account, object, rest) }
  }
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item) => {
      if (typeof item === 'string') {
        const object = account.body(item)
        return object === undefined ? item : expandPath(account, object, rest)
      }
      return isObject(item) ? expandPath(account, item, rest) : item
    })
    return { ...body, [head]: items }
  }
  return isObject(value) ? { ...body, [head]: expandPath(account, value, rest) } : body
}

/** A field that is there only when asked for; undefined when `head` is none. */
function hiddenField(account: Account, body: Wire, head: string): Json | undefined {
  const id = String(body.id)
  switch (`${String(body.object)}.${head}`) {
    case 'price.tiers':
    case 'plan.tiers': {
      const price = account.state.prices.get(id)
      return price === undefined || price.tiers === null ? undefined : tiersBody(price)
    }
    case 'coupon.applies_to': {
      const products = account.state.coupons.get(id)?.applies_to ?? null
      return products === null ? undefined : { products }
    }
    case 'charge.refunds':
      return refundsOf(account, body)
    case 'customer.tax':
      return { automatic_tax: 'unrecognized_location', ip_address: null, location: null, provider: 'stripe' }
    case 'customer.invoice_credit_balance':
      return {}
    case 'customer.subscriptions':
      return subscriptionsOf(account, id)
    case 'invoice.confirmation_secret':
      return secretOf(account, id)
    case 'invoice.payments': {
      const rows = account.state.invoice_payments.all().filter(({ invoice }) => invoice === id)
      return listBody('/v1/invoices/payments', rows.toReversed().map(account.invoicePaymentBody), false)
    }
    case 'checkout.session.line_items': {
      const lines = account.state.checkout_sessions.get(id)?.lines ?? []
      const rows = lines.map((line) => checkoutLineBody(line, found(account.state.prices.get(line.price), line.price)))
      return listBody(`/v1/checkout/sessions/${id}/line_items`, rows, false)
    }
    case 'quote.line_items': {
      const lines = account.state.quotes.get(id)?.lines ?? []
      const rows = lines.map((line) => checkoutLineBody(line, found(account.state.prices.get(line.price), line.price)))
      return listBody(`/v1/quotes/${id}/line_items`, rows, false)
    }
    case 'payment_link.line_items': {
      const lines = account.state.payment_links.get(id)?.lines ?? []
      const rows = lines.map((line) => checkoutLineBody(line, found(account.state.prices.get(line.price), line.price)))
      return listBody(`/v1/payment_links/${id}/line_items`, rows, false)
    }
    default:
      return undefined
  }
}

function subscriptionsOf(account: Account, customer: string): Wire {
  const rows = account.state.subscriptions.all().filter((one) => one.customer === customer && one.status !== 'canceled')
  const bodies = rows.toReversed().map(({ id }) => account.body(id) ?? null)
  return { ...listBody(`/v1/customers/${customer}/subscriptions`, bodies, false), total_count: rows.length }
}

/** What a browser needs to pay an invoice; null where nothing is due. */
function secretOf(account: Account, invoice: string): Json {
  const payment = account.state.invoice_payments.all().findLast((one) => one.invoice === invoice)
  if (payment === undefined) return null
  const intent = found(account.state.payment_intents.get(payment.payment_intent), payment.payment_intent)
  return { client_secret: intent.client_secret, type: 'payment_intent' }
}

/** Before 2022-11-15 a payment held its charges and a charge its refunds: https://docs.stripe.com/upgrades#2022-11-15 (2026-11-24). */
export function withLists(account: Account, version: string, body: Wire): Wire {
  if (isSince(version, '2022-11-15')) return body
  const inner: Wire = Object.fromEntries(
    Object.entries(body).map(([key, value]) => [key, nested(value, (item) => withLists(account, version, item))]),
  )
  if (body.object === 'charge') return { ...inner, refunds: refundsOf(account, inner) }
  if (body.object !== 'payment_intent') return inner
  const id = String(body.id)
  const charges = account.state.charges.all().filter(({ payment_intent }) => payment_intent === id)
  const bodies = charges.toReversed().map((charge) => withLists(account, version, account.chargeBody(charge)))
  return {
    ...inner,
    charges: { ...listBody(`/v1/charges?payment_intent=${id}`, bodies, false), total_count: bodies.length },
  }
}

const nested = (value: Json, change: (item: Wire) => Wire): Json => {
  if (Array.isArray(value)) return value.map((item: Json) => nested(item, change))
  return isObject(value) ? change(value) : value
}

function refundsOf(account: Account, charge: Wire): Wire {
  if (isObject(charge.refunds)) return charge.refunds
  const id = String(charge.id)
  const refunds = account.state.refunds.all().filter((refund) => refund.charge === id)
  return {
    ...listBody(`/v1/charges/${id}/refunds`, refunds.reverse().slice(0, 10).map(refundBody), refunds.length > 10),
    total_count: refunds.length,
  }
}
