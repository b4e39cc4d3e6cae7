import type { Account } from './account.ts'
import type { Invoice, InvoiceItem, InvoiceLine, Subscription } from './billing-state.ts'
import { blankInvoice } from './blanks.ts'
import { liveDiscounts } from './coupons.ts'
import { Refusal } from './errors.ts'
import { lineOf, pendingItems } from './invoices.ts'
import { type Proration, periodEnd, periodLines, prorationsOf } from './periods.ts'
import { pricedLines } from './taxes.ts'
import type { Wire } from './wire.ts'

// Invoices that are not made: https://docs.stripe.com/api/invoices/create_preview (2026-11-26).

const HOUR_S = 3600

export type PreviewWish = {
  readonly customer: string
  readonly currency?: string | undefined
  /** Whose next invoice is wanted; it may be one that is only thought of. */
  readonly subscription?: Subscription | undefined
  /** Whether that subscription is there already. */
  readonly exists: boolean
  /** Its items as they would be. */
  readonly items?: Subscription['items'] | undefined
  readonly proration: Proration
  readonly prorationDate?: number | undefined
  readonly discounts?: readonly string[] | undefined
  /** What would be billed besides. */
  readonly extras: readonly InvoiceItem[]
}

const none = (customer: string): Refusal =>
  new Refusal(
    404,
    {
      type: 'invalid_request_error',
      code: 'invoice_upcoming_none',
      message: `No upcoming invoices for customer: ${customer}`,
    },
    false,
  )

/** The invoice that would come next. Nothing is stored, and nobody is told. */
export function previewBody(account: Account, wish: PreviewWish): Wire {
  const { customer, subscription } = wish
  const invoice = subscription === undefined ? previewOfItems(account, wish) : previewOf(account, wish, subscription)
  if (invoice === undefined) throw none(customer)
  invoice.lines = pricedLines(account, invoice)
  return { ...account.invoiceBody(invoice), billing_reason: wish.exists ? 'upcoming' : invoice.billing_reason }
}

const blank = (account: Account, wish: PreviewWish, more: Partial<Invoice> & Pick<Invoice, 'lines'>): Invoice =>
  blankInvoice(account, {
    billing_reason: 'manual',
    currency: wish.currency ?? 'usd',
    customer: wish.customer,
    discounts: wish.discounts ?? [],
    id: account.newId('upcoming_in_1', 23, account.state.invoices),
    ...more,
  })

const linesOf = (account: Account, items: readonly InvoiceItem[]): readonly InvoiceLine[] =>
  items.map((item) => lineOf(account, item))

function previewOfItems(account: Account, wish: PreviewWish): Invoice | undefined {
  const pending = account.state.invoice_items
    .all()
    .filter((one) => one.customer === wish.customer && one.invoice === null)
  const currency = wish.currency ?? pending[0]?.currency ?? wish.extras[0]?.currency ?? 'usd'
  const items = [...pendingItems(account, wish.customer, currency), ...wish.extras]
  if (items.length === 0) return undefined
  return blank(account, { ...wish, currency }, { lines: linesOf(account, items) })
}

function previewOf(account: Account, wish: PreviewWish, subscription: Subscription): Invoice | undefined {
  const { currency, id } = subscription
  if (['canceled', 'incomplete_expired'].includes(subscription.status)) return undefined
  const now = account.timeOf(wish.customer)
  const items = wish.items ?? subscription.items
  const changed = prorationsOf(account, subscription, items, wish.proration, wish.prorationDate ?? now)
  const shared = {
    currency,
    subscription: id,
    default_tax_rates: subscription.default_tax_rates,
    discounts: wish.discounts ?? liveDiscounts(account, subscription.discounts, !wish.exists),
    collection_method: subscription.collection_method,
  }
  if (!wish.exists) {
    const start = subscription.trial_end ?? periodEnd(account, subscription, now)
    const first = { ...subscription, items, current_period_start: now, current_period_end: start }
    const lines = [
      ...linesOf(account, wish.extras),
      ...periodLines(account, first, { free: subscription.trial_end !== null }),
    ]
    return blank(account, wish, { ...shared, billing_reason: 'subscription_create', subscription: null, lines })
  }
  if (wish.proration === 'always_invoice' && changed.length > 0)
    return blank(account, wish, { ...shared, lines: linesOf(account, [...changed, ...wish.extras]) })
  // One that ends with its period bills what is left over, if anything is.
  const ends =
    subscription.cancel_at_period_end ||
    (subscription.cancel_at ?? Number.POSITIVE_INFINITY) <= subscription.current_period_end
  const pending = [...pendingItems(account, wish.customer, currency, id), ...changed, ...wish.extras]
  if (ends && pending.length === 0) return undefined
  const start = subscription.current_period_end
  const next = { ...subscription, items }
  const end = periodEnd(account, next, start)
  const cycle = ends
    ? []
    : periodLines(
        account,
        { ...next, current_period_start: start, current_period_end: end },
        { usedFrom: subscription.current_period_start },
      )
  const automatic = subscription.collection_method === 'charge_automatically'
  return blank(account, wish, {
    ...shared,
    created: start,
    period_start: subscription.current_period_start,
    period_end: start,
    next_payment_attempt: automatic ? start + HOUR_S : null,
    lines: [...linesOf(account, pending), ...cycle],
  })
}
