import { type Account, found } from './account.ts'
import type { Credited, InvoiceItem, InvoiceLine, Price, Subscription, SubscriptionItem } from './billing-state.ts'
import { after } from './catalog.ts'
import { liveDiscounts } from './coupons.ts'
import { display } from './currencies.ts'
import { usageOf } from './meters.ts'
import { type Cost, costOf, costsOf } from './pricing.ts'

// What a period of a subscription costs, and what is left of one.

export const priceIn = (account: Account, item: SubscriptionItem): Price =>
  found(account.state.prices.get(item.price), item.price)
export const amountOf = (account: Account, item: SubscriptionItem): number =>
  costOf(priceIn(account, item), item.quantity)

/** `1 user × Basic (at $10.00 / month)`, as recorded by github.com/pay-rails/pay on 2025-11-10. */
function nameOf(account: Account, price: Price, quantity: number): string {
  const product = found(account.state.products.get(price.product), price.product)
  const unit = product.unit_label === null ? '' : ` ${product.unit_label}`
  return `${quantity}${unit} × ${product.name}`
}
/** One of a thing goes by its name alone: recorded on 2026-10-06. */
const nameAfter = (account: Account, price: Price, quantity: number): string =>
  quantity === 1
    ? found(account.state.products.get(price.product), price.product).name
    : nameOf(account, price, quantity)
/** `Tier 1 at $18.00 / month` as seen in public invoices; assumed: `$5.00 per 10 / month`. */
function rateOf(price: Price, { tier, unit_amount }: Cost): string {
  const { interval = 'month', interval_count: count = 1 } = price.recurring ?? {}
  const packs = price.transform_quantity === null ? '' : ` per ${price.transform_quantity.divide_by}`
  const which = tier === null ? '' : `Tier ${tier} `
  const every = count === 1 ? interval : `${count} ${interval}s`
  return `${which}at ${display(unit_amount ?? 0, price.currency)}${packs} / ${every}`
}

export const isMetered = (account: Account, item: SubscriptionItem): boolean =>
  (priceIn(account, item).recurring?.meter ?? null) !== null

/** What an item has counted since `fromS`, until the present period begins. */
function usedBy(
  account: Account,
  subscription: Subscription,
  item: SubscriptionItem,
  fromS: number | undefined,
): number {
  const meter = account.state.meters.get(priceIn(account, item).recurring?.meter ?? '')
  if (meter === undefined || fromS === undefined) return 0
  return usageOf(account, meter, subscription.customer, fromS, subscription.current_period_start)
}

type Billed = { readonly free?: boolean; readonly usedFrom?: number | undefined; readonly onlyUsage?: boolean }

/** What a subscription bills: the period that begins, a trial being free, and the usage of the one before, since `usedFrom`. */
export function periodLines(
  account: Account,
  subscription: Subscription,
  { free = false, usedFrom, onlyUsage = false }: Billed,
): readonly InvoiceLine[] {
  const { current_period_start: start, current_period_end: end } = subscription
  return subscription.items
    .filter((item) => !onlyUsage || isMetered(account, item))
    .flatMap((item) => {
      const price = priceIn(account, item)
      const metered = isMetered(account, item)
      const quantity = metered ? usedBy(account, subscription, item, usedFrom) : item.quantity
      const costs = free ? [{ amount: 0, quantity, unit_amount: 0, tier: null }] : costsOf(price, quantity)
      return costs.map((cost) => ({
        id: account.newId('il_1', 23, { get: () => undefined }),
        amount: cost.amount,
        description: free
          ? `Free trial for ${nameOf(account, price, quantity)}`
          : `${nameOf(account, price, cost.quantity)} (${rateOf(price, cost)})`,
        metadata: {},
        period: metered && usedFrom !== undefined ? { start: usedFrom, end: start } : { start, end },
        price: price.id,
        product: price.product,
        proration: false,
        quantity: cost.quantity,
        unit_amount: cost.unit_amount,
        credited: null,
        discounts: liveDiscounts(account, item.discounts ?? [], usedFrom === undefined),
        discount_amounts: [],
        tax_rates: item.tax_rates,
        taxes: [],
        invoice_item: null,
        subscription: subscription.id,
        subscription_item: item.id,
      }))
    })
}

export const intervalOf = (account: Account, items: readonly SubscriptionItem[]): NonNullable<Price['recurring']> => {
  const [first] = items
  const recurring = first === undefined ? null : priceIn(account, first).recurring
  return found(recurring ?? undefined, 'a recurring price')
}

/** When the period that starts at `startS` ends. */
export function periodEnd(account: Account, subscription: Subscription, startS: number): number {
  const { interval, interval_count } = intervalOf(account, subscription.items)
  return after(startS, interval, interval_count, subscription.billing_cycle_anchor)
}

export type Proration = 'create_prorations' | 'none' | 'always_invoice'

export const changed = (item: SubscriptionItem, others: readonly SubscriptionItem[]): boolean =>
  !others.some(({ id, price, quantity }) => id === item.id && price === item.price && quantity === item.quantity)

/** What was billed for an item last, and is given back when it goes. */
function lastBilled(account: Account, subscription: Subscription, item: SubscriptionItem): Credited | null {
  const invoices = account.state.invoices.all().filter((one) => one.subscription === subscription.id)
  for (const invoice of invoices.toReversed()) {
    const lines = invoice.lines.filter((line) => line.subscription_item === item.id && line.amount > 0)
    if (lines.length > 0) return { invoice: invoice.id, invoice_line_items: lines.map(({ id }) => id) }
  }
  return null
}

/** What is left of the period of an item from `atS` on, given back or charged. */
export function prorationOf(
  account: Account,
  subscription: Subscription,
  item: SubscriptionItem,
  sign: 1 | -1,
  atS: number,
): InvoiceItem {
  const { current_period_start: startS, current_period_end: endS } = subscription
  const price = priceIn(account, item)
  const amount = sign * Math.round((amountOf(account, item) * (endS - atS)) / (endS - startS))
  const day = new Date(atS * 1000).toUTCString().slice(5, 16)
  return {
    id: account.newId('ii_1', 23, account.state.invoice_items),
    amount,
    currency: subscription.currency,
    customer: subscription.customer,
    date: account.timeOf(subscription.customer),
    description: `${sign < 0 ? 'Unused' : 'Remaining'} time on ${nameAfter(account, price, item.quantity)} after ${day}`,
    discounts: [],
    invoice: null,
    metadata: {},
    period: { start: atS, end: endS },
    price: price.id,
    product: price.product,
    proration: true,
    quantity: item.quantity,
    subscription: subscription.id,
    subscription_item: item.id,
    credited: sign < 0 ? lastBilled(account, subscription, item) : null,
    tax_rates: item.tax_rates,
    unit_amount: null,
  }
}

/** What a change of items would give back and charge, without making it. */
export function prorationsOf(
  account: Account,
  subscription: Subscription,
  items: readonly SubscriptionItem[],
  proration: Proration,
  atS: number,
): readonly InvoiceItem[] {
  if (subscription.status !== 'active' || proration === 'none') return []
  const before = subscription.items
  const counted = (item: SubscriptionItem): boolean => !isMetered(account, item)
  const back = before
    .filter((item) => changed(item, items) && counted(item))
    .map((one) => prorationOf(account, subscription, one, -1, atS))
  const on = items
    .filter((item) => changed(item, before) && counted(item))
    .map((one) => prorationOf(account, subscription, one, 1, atS))
  return [...back, ...on]
}
