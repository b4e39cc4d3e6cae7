import { type Account, found } from './account.ts'
import type { CheckoutLine, Quote } from './billing-state.ts'
import { blankSubscription } from './blanks.ts'
import { invalid } from './errors.ts'
import { emit } from './events.ts'
import { draftInvoice, takeItems } from './invoices.ts'
import { applyWishes, extraItems, start } from './subscriptions.ts'
import type { Wire } from './wire.ts'

// Quotes: https://docs.stripe.com/quotes/overview (2026-11-26).

const DAY_S = 24 * 3600
const NO_MORE = { amount_discount: 0, amount_shipping: 0, amount_tax: 0 }

const sumOf = (lines: readonly CheckoutLine[]): number => lines.reduce((sum, { amount }) => sum + amount, 0)
const recurringIn = ({ state }: Account, { price }: CheckoutLine) => found(state.prices.get(price), price).recurring

/** What is due at once: all of it, but a trial is free. */
export const upfrontLines = (account: Account, quote: Quote): readonly CheckoutLine[] =>
  quote.trial_period_days === null ? quote.lines : quote.lines.filter((line) => recurringIn(account, line) === null)

function recurringBody(account: Account, quote: Quote): Wire | null {
  const lines = quote.lines.filter((line) => recurringIn(account, line) !== null)
  const every = lines[0] === undefined ? null : recurringIn(account, lines[0])
  if (every === null) return null
  const amount = sumOf(lines)
  const { interval, interval_count } = every
  return { amount_subtotal: amount, amount_total: amount, interval, interval_count, total_details: NO_MORE }
}

/** `Quote` of stripe 23.1. */
export function quoteBody(account: Account, quote: Quote): Wire {
  const [total, upfront] = [sumOf(quote.lines), sumOf(upfrontLines(account, quote))]
  return {
    id: quote.id,
    object: 'quote',
    amount_subtotal: total,
    amount_total: total,
    application: null,
    application_fee_amount: null,
    application_fee_percent: null,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    collection_method: quote.collection_method,
    computed: {
      recurring: recurringBody(account, quote),
      upfront: { amount_subtotal: upfront, amount_total: upfront, total_details: NO_MORE },
    },
    created: quote.created,
    currency: quote.lines[0]?.currency ?? null,
    customer: quote.customer,
    customer_account: null,
    default_tax_rates: [],
    description: quote.description,
    discounts: [],
    expires_at: quote.expires_at,
    footer: quote.footer,
    from_quote: null,
    header: quote.header,
    invoice: quote.invoice,
    invoice_settings: {
      custom_fields: null,
      days_until_due: quote.days_until_due,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    livemode: false,
    metadata: quote.metadata,
    number: quote.number,
    on_behalf_of: null,
    status: quote.status,
    status_transitions: {
      accepted_at: quote.accepted_at,
      canceled_at: quote.canceled_at,
      finalized_at: quote.finalized_at,
    },
    subscription: quote.subscription,
    subscription_data: {
      billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
      description: quote.subscription_description,
      effective_date: null,
      metadata: quote.subscription_metadata,
      trial_period_days: quote.trial_period_days,
    },
    subscription_schedule: null,
    test_clock: account.books.clock(quote.customer ?? ''),
    total_details: NO_MORE,
    transfer_data: null,
  }
}

export const tellQuote = (account: Account, type: string, quote: Quote): void =>
  void emit(account, `quote.${type}`, quoteBody(account, quote))

/** Throws unless a quote has one of these statuses. */
export function checkQuote(quote: Quote, what: string, ...statuses: readonly Quote['status'][]): void {
  if (!statuses.includes(quote.status))
    throw invalid(`This quote cannot be ${what} because it has a status of ${quote.status}.`)
}

/** Puts the end of a quote on the clock; also after a restore. */
export function watchQuote(account: Account, quote: Quote): void {
  if (quote.status !== 'draft' && quote.status !== 'open') return
  const { expires_at: due } = quote
  const end = (): void => {
    if (quote.expires_at === due && (quote.status === 'draft' || quote.status === 'open')) cancelQuote(account, quote)
  }
  account.at(quote.customer, due, end, `end of ${quote.id}`)
}

export function finalizeQuote(account: Account, quote: Quote): void {
  checkQuote(quote, 'finalized', 'draft')
  if (quote.customer === null) throw invalid('A quote must have a customer before it can be finalized.')
  if (quote.lines.length === 0) throw invalid('A quote must have line items before it can be finalized.')
  const customer = found(account.state.customers.get(quote.customer), quote.customer)
  const others = account.state.quotes.all().filter((one) => one.customer === customer.id && one.number !== null)
  quote.number = `QT-${customer.invoice_prefix}-${String(others.length + 1).padStart(4, '0')}-1`
  quote.status = 'open'
  quote.finalized_at = account.timeOf(customer.id)
  tellQuote(account, 'finalized', quote)
}

export function cancelQuote(account: Account, quote: Quote): void {
  checkQuote(quote, 'canceled', 'draft', 'open')
  quote.status = 'canceled'
  quote.canceled_at = account.timeOf(quote.customer)
  tellQuote(account, 'canceled', quote)
}

/** What was quoted is sold: a subscription where something recurs, with the rest on its first invoice, or a draft. */
export function acceptQuote(account: Account, quote: Quote): void {
  checkQuote(quote, 'accepted', 'open')
  const customer = found(quote.customer ?? undefined, 'the customer of a quote')
  const now = account.timeOf(customer)
  const recurring = quote.lines.filter((line) => recurringIn(account, line) !== null)
  const once = quote.lines.filter((line) => recurringIn(account, line) === null)
  if (recurring.length > 0) subscribe(account, quote, customer, recurring, once)
  else {
    const invoice = draftInvoice(account, {
      customer,
      currency: quote.lines[0]?.currency ?? 'usd',
      billing_reason: 'manual',
      collection_method: quote.collection_method,
      due_date: quote.days_until_due === null ? null : now + quote.days_until_due * DAY_S,
      lines: [],
      quote: quote.id,
    })
    takeItems(account, invoice, extraItems(account, { customer, id: null }, once))
    quote.invoice = invoice.id
  }
  quote.status = 'accepted'
  quote.accepted_at = now
  tellQuote(account, 'accepted', quote)
}

function subscribe(
  account: Account,
  quote: Quote,
  customer: string,
  recurring: readonly CheckoutLine[],
  once: readonly CheckoutLine[],
): void {
  const now = account.timeOf(customer)
  const days = quote.trial_period_days
  const wishes = recurring.map(({ price, quantity }) => ({ price, quantity }))
  const subscription = blankSubscription(account, {
    currency: recurring[0]?.currency ?? 'usd',
    customer,
    collection_method: quote.collection_method,
    days_until_due: quote.days_until_due,
    description: quote.subscription_description,
    items: applyWishes(account, [], wishes, now),
    metadata: quote.subscription_metadata,
    trial_end: days === null ? null : now + days * DAY_S,
    trial_start: days === null ? null : now,
  })
  const extras = extraItems(account, subscription, once)
  start(account, subscription, { payment_behavior: 'allow_incomplete', offSession: false, extras })
  quote.subscription = subscription.id
  quote.invoice = subscription.latest_invoice
}
