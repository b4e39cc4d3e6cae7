import { type Account, found } from './account.ts'
import type { Invoice, InvoiceItem, InvoiceLine, Subscription, SubscriptionItem } from './billing-state.ts'
import { subscriptionBody } from './billing-wire.ts'
import { priceOf, productOf } from './catalog.ts'
import { type DiscountWish, liveDiscounts, redeem } from './coupons.ts'
import { invalid, Refusal } from './errors.ts'
import { emit } from './events.ts'
import { gap } from './gaps.ts'
import {
  collect,
  draftInvoice,
  finalizeInvoice,
  NO_METHOD,
  payInvoice,
  pendingItems,
  takeItems,
  voidInvoice,
  watchInvoice,
} from './invoices.ts'
import { mergeMetadata } from './params.ts'
import {
  amountOf,
  changed,
  intervalOf,
  isMetered,
  type Proration,
  periodEnd,
  periodLines,
  priceIn,
  prorationOf,
} from './periods.ts'
import { previewBody } from './previews.ts'
import { costOf } from './pricing.ts'
import { advance, endWith, scheduleOf } from './schedules.ts'
import type { Metadata } from './state.ts'
import { checkRates } from './taxes.ts'
import type { Wire } from './wire.ts'

const DAY_S = 24 * 3600
/** Assumed: how long before, which an account sets in its Dashboard. */
const UPCOMING_S = 7 * DAY_S
/** https://docs.stripe.com/billing/subscriptions/overview (2026-11-24): 23 hours to pay the first invoice. */
const INCOMPLETE_S = 23 * 3600
/** https://docs.stripe.com/billing/subscriptions/trials (2026-11-24). */
const TRIAL_WARNING_S = 3 * DAY_S

export const bodyOf = (account: Account, subscription: Subscription): Wire =>
  subscriptionBody(subscription, account.books)

const tell = (account: Account, type: string, subscription: Subscription, before?: Wire): void =>
  void emit(account, `customer.subscription.${type}`, bodyOf(account, subscription), before)

export type Wish = {
  readonly id?: string | undefined
  readonly price?: string | undefined
  readonly quantity?: number | undefined
  readonly metadata?: SubscriptionItem['metadata'] | undefined
  readonly tax_rates?: readonly string[] | undefined
  readonly deleted?: boolean | undefined
}

/** Items as `wishes` change them at `nowS`: by id, or new ones. Throws when prices do not go together. */
export function applyWishes(
  account: Account,
  items: readonly SubscriptionItem[],
  wishes: readonly Wish[],
  nowS: number,
): readonly SubscriptionItem[] {
  const { state } = account
  let next = [...items]
  for (const [at, wish] of wishes.entries()) {
    if (wish.price !== undefined) priceOf(account, wish.price, `items[${at}][price]`)
    checkRates(account, wish.tax_rates, `items[${at}][tax_rates]`)
    const named = state.prices.get(wish.price ?? next.find(({ id }) => id === wish.id)?.price ?? '')
    if (wish.quantity !== undefined && (named?.recurring?.meter ?? null) !== null)
      throw invalid('You cannot set the quantity for metered plans.', { param: `items[${at}][quantity]` })
    if (wish.id === undefined) {
      if (wish.price === undefined)
        throw invalid(`Missing required param: items[${at}][price].`, {
          code: 'parameter_missing',
          param: `items[${at}][price]`,
        })
      const created = nowS
      const id = account.newId('si_', 14, { get: () => undefined })
      const metered = (state.prices.get(wish.price)?.recurring?.meter ?? null) !== null
      const { metadata = {}, price, quantity = metered ? 0 : 1, tax_rates = [] } = wish
      next.push({ id, created, metadata, price, quantity, tax_rates })
      continue
    }
    const old = next.find(({ id }) => id === wish.id)
    if (old === undefined)
      throw invalid(`No such subscription item: '${wish.id}'`, { code: 'resource_missing', param: `items[${at}][id]` })
    next =
      wish.deleted === true
        ? next.filter((item) => item !== old)
        : next.map((item) =>
            item === old
              ? {
                  ...old,
                  price: wish.price ?? old.price,
                  quantity: wish.quantity ?? (wish.price === undefined ? old.quantity : 1),
                  metadata: wish.metadata ?? old.metadata,
                  tax_rates: wish.tax_rates ?? old.tax_rates,
                }
              : item,
          )
  }
  if (next.length === 0) throw invalid('A subscription must have at least one active plan.', { param: 'items' })
  const prices = next.map((item) => priceIn(account, item))
  const one = prices.find(({ recurring }) => recurring === null)
  if (one !== undefined) {
    throw invalid(
      `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\`.`,
      { param: 'items[0][price]' },
    )
  }
  const cadence = new Set(
    prices.map(({ recurring, currency }) => `${currency} ${recurring?.interval} ${recurring?.interval_count}`),
  )
  if (cadence.size > 1) throw gap('subscriptions of several intervals or currencies')
  return next
}

type Off = { readonly id?: string | undefined; readonly discounts?: readonly DiscountWish[] | '' | undefined }

/** `items` with the discounts that `wishes` give them: by id, or to those that were not there before, in order. */
export function discountItems(
  account: Account,
  { id, customer, items: before }: Pick<Subscription, 'id' | 'customer' | 'items'>,
  items: readonly SubscriptionItem[],
  wishes: readonly Off[],
): readonly SubscriptionItem[] {
  const fresh = items.filter((item) => !before.some((one) => one.id === item.id))
  const off = new Map<string, readonly string[]>()
  for (const wish of wishes) {
    const item = wish.id ?? fresh.shift()?.id
    if (item === undefined || wish.discounts === undefined) continue
    off.set(item, redeem(account, wish.discounts, { customer, subscription: id, subscription_item: item }))
  }
  return items.map((item) => ({ ...item, discounts: off.get(item.id) ?? item.discounts ?? [] }))
}

/** Things that the next invoice of a subscription, or one by itself, bills once. */
export function extraItems(
  account: Account,
  { customer, id: subscription }: { readonly customer: string; readonly id: string | null },
  wishes: readonly {
    readonly price?: string | undefined
    readonly quantity?: number | undefined
    readonly metadata?: Metadata | '' | undefined
    readonly tax_rates?: readonly string[] | undefined
  }[],
): readonly InvoiceItem[] {
  const { state } = account
  return wishes.map((wish, at) => {
    const price = priceOf(account, wish.price ?? '', `add_invoice_items[${at}][price]`)
    const product = productOf(account, price.product, 'product', 400)
    const [now, quantity] = [account.timeOf(customer), wish.quantity ?? 1]
    const item = state.invoice_items.add({
      id: account.newId('ii_1', 23, state.invoice_items),
      amount: costOf(price, quantity),
      currency: price.currency,
      customer,
      date: now,
      period: { start: now, end: now },
      price: price.id,
      product: product.id,
      proration: false,
      quantity,
      subscription,
      subscription_item: null,
      credited: null,
      unit_amount: price.unit_amount,
      description: product.name,
      discounts: [],
      invoice: null,
      metadata: mergeMetadata({}, wish.metadata),
      tax_rates: wish.tax_rates ?? [],
    })
    emit(account, 'invoiceitem.created', account.invoiceItemBody(item))
    return item
  })
}

export type Start = {
  readonly payment_behavior: 'allow_incomplete' | 'default_incomplete' | 'error_if_incomplete'
  readonly offSession: boolean
  /** What else is billed at the start. */
  readonly extras?: readonly InvoiceItem[]
}

/** Starts a stored subscription: its first invoice, and how that goes decides its status. */
export function start(account: Account, subscription: Subscription, how: Start): void {
  const { payment_behavior, extras = [] } = how
  const { state } = account
  const trial = subscription.trial_end !== null
  const now = account.timeOf(subscription.customer)
  subscription.billing_cycle_anchor = subscription.trial_end ?? now
  subscription.current_period_start = now
  subscription.current_period_end = subscription.trial_end ?? periodEnd(account, subscription, now)
  const automatic = subscription.collection_method === 'charge_automatically'
  const owed =
    (!trial && subscription.items.some((item) => amountOf(account, item) > 0)) ||
    extras.some(({ amount }) => amount > 0)
  const customer = found(state.customers.get(subscription.customer), subscription.customer)
  const method = subscription.default_payment_method ?? customer.default_payment_method
  if (automatic && owed && method === null && payment_behavior !== 'default_incomplete') {
    throw invalid(NO_METHOD, { code: 'resource_missing' })
  }
  subscription.status = trial ? 'trialing' : 'active'
  state.subscriptions.add(subscription)
  const invoice = draftInvoice(account, {
    customer: subscription.customer,
    currency: subscription.currency,
    billing_reason: 'subscription_create',
    subscription: subscription.id,
    collection_method: subscription.collection_method,
    due_date: automatic ? null : now + (subscription.days_until_due ?? 0) * DAY_S,
    default_tax_rates: subscription.default_tax_rates,
    discounts: liveDiscounts(account, subscription.discounts, true),
    lines: periodLines(account, subscription, { free: trial }),
  })
  takeItems(account, invoice, pendingItems(account, subscription.customer, subscription.currency, subscription.id))
  subscription.latest_invoice = invoice.id
  if (!automatic) {
    // Assumed: an invoice to be sent stays a draft for its hour, and the subscription is active at once.
    invoice.auto_advance = true
    tell(account, 'created', subscription)
    watch(account, subscription)
    watchInvoice(account, invoice)
    return
  }
  payFirst(account, subscription, invoice, how)
  tell(account, 'created', subscription)
  watch(account, subscription)
}

function payFirst(account: Account, subscription: Subscription, invoice: Invoice, how: Start): void {
  const { state } = account
  finalizeInvoice(account, invoice)
  if (paid(invoice)) return
  subscription.status = 'incomplete'
  if (how.payment_behavior === 'default_incomplete') return
  try {
    payInvoice(account, invoice, { offSession: how.offSession })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (how.payment_behavior === 'error_if_incomplete') {
      state.subscriptions.remove(subscription.id)
      state.invoices.remove(invoice.id)
      throw error
    }
  }
  if (paid(invoice)) subscription.status = begun(subscription)
  else if (how.payment_behavior === 'error_if_incomplete') {
    state.subscriptions.remove(subscription.id)
    state.invoices.remove(invoice.id)
    throw new Refusal(402, {
      type: 'card_error',
      code: 'subscription_payment_intent_requires_action',
      message:
        'Payment for this subscription requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with `subscription.latest_invoice`. For more details see: https://stripe.com/docs/billing/subscriptions/overview#requires-action',
    })
  }
}
const begun = ({ trial_end }: Subscription): 'active' | 'trialing' => (trial_end === null ? 'active' : 'trialing')
const paid = ({ status }: Invoice): boolean => status === 'paid'

/** Bills what has been used in the period that ends now, where usage is counted. */
function billUsage(account: Account, subscription: Subscription): void {
  const now = account.timeOf(subscription.customer)
  const usedFrom = subscription.current_period_start
  const lines = periodLines(account, { ...subscription, current_period_start: now }, { usedFrom, onlyUsage: true })
  if (lines.some(({ amount }) => amount > 0)) collect(account, bill(account, subscription, 'subscription_cycle', lines))
}

/** What is given back of a subscription that ends now, and whether that is billed at once. */
export type Ending = { readonly prorate?: boolean | undefined; readonly invoiceNow?: boolean | undefined }

/** Ends a subscription at once. */
export function cancelNow(account: Account, subscription: Subscription, reason: string, ending: Ending = {}): void {
  const now = account.timeOf(subscription.customer)
  if (ending.prorate === true && subscription.status === 'active')
    for (const item of subscription.items) if (!isMetered(account, item)) prorate(account, subscription, item, -1, now)
  if (ending.invoiceNow === true) {
    billUsage(account, subscription)
    const owed = pendingItems(account, subscription.customer, subscription.currency, subscription.id)
    if (owed.length > 0) collect(account, bill(account, subscription, 'subscription_update', []))
  }
  subscription.status = 'canceled'
  subscription.canceled_at ??= now
  subscription.cancel_at = null
  subscription.cancel_at_period_end = false
  subscription.ended_at = now
  subscription.cancellation_details = { ...subscription.cancellation_details, reason }
  for (const invoice of account.state.invoices.all()) {
    if (invoice.subscription === subscription.id && (invoice.status === 'draft' || invoice.status === 'open')) {
      invoice.auto_advance = false
      invoice.next_payment_attempt = null
    }
  }
  const schedule = scheduleOf(account, subscription)
  if (schedule !== undefined) endWith(account, schedule)
  tell(account, 'deleted', subscription)
}

/** Puts on the clock what a subscription has before it; also after a restore. */
export function watch(account: Account, subscription: Subscription): void {
  const due = nextMoment(subscription)
  if (due !== undefined) {
    account.at(subscription.customer, due, () => turn(account, subscription), `subscription ${subscription.id}`)
  }
  announce(account, subscription)
  const warning =
    subscription.status === 'trialing' && subscription.trial_end !== null ? subscription.trial_end - TRIAL_WARNING_S : 0
  if (warning > account.timeOf(subscription.customer)) {
    account.at(
      subscription.customer,
      warning,
      () => {
        if (subscription.status === 'trialing' && subscription.trial_end === warning + TRIAL_WARNING_S)
          tell(account, 'trial_will_end', subscription)
      },
      `trial of ${subscription.id}`,
    )
  }
}

/** Tells of the next invoice a week before it comes, unless something else comes first. */
function announce(account: Account, subscription: Subscription): void {
  const { current_period_end: end, customer } = subscription
  const due = end - UPCOMING_S
  const comes = (): boolean =>
    (subscription.status === 'active' || subscription.status === 'trialing') &&
    subscription.current_period_end === end &&
    subscription.announced !== end &&
    nextMoment(subscription) === end &&
    !subscription.cancel_at_period_end
  if (due <= account.timeOf(customer)) return
  account.at(
    customer,
    due,
    () => {
      if (!comes()) return
      subscription.announced = end
      const { id: _, ...invoice } = previewBody(account, {
        customer,
        subscription,
        exists: true,
        proration: 'none',
        extras: [],
      })
      emit(account, 'invoice.upcoming', invoice)
    },
    `upcoming invoice of ${subscription.id}`,
  )
}

function nextMoment(subscription: Subscription): number | undefined {
  switch (subscription.status) {
    case 'incomplete':
      return subscription.created + INCOMPLETE_S
    case 'trialing':
    case 'active':
    case 'past_due':
      return Math.min(subscription.current_period_end, subscription.cancel_at ?? Number.POSITIVE_INFINITY)
    default:
      return undefined
  }
}

function turn(account: Account, subscription: Subscription): void {
  const due = nextMoment(subscription)
  const now = account.timeOf(subscription.customer)
  // What was put on the clock before a change is late or early: the state decides.
  if (due === undefined || now < due) return
  // What is known beforehand of the next period is so before it is billed.
  const schedule = scheduleOf(account, subscription)
  if (schedule !== undefined) advance(account, schedule)
  if (subscription.status === 'canceled') return
  if (subscription.status === 'incomplete') {
    const before = bodyOf(account, subscription)
    subscription.status = 'incomplete_expired'
    subscription.ended_at = now
    const invoice = account.state.invoices.get(subscription.latest_invoice ?? '')
    if (invoice?.status === 'open') voidInvoice(account, invoice)
    tell(account, 'updated', subscription, before)
    return
  }
  if (subscription.cancel_at_period_end || (subscription.cancel_at !== null && subscription.cancel_at <= now)) {
    billUsage(account, subscription)
    cancelNow(account, subscription, 'cancellation_requested')
    return
  }
  renew(account, subscription)
}

function renew(account: Account, subscription: Subscription): void {
  const before = bodyOf(account, subscription)
  const customer = found(account.state.customers.get(subscription.customer), subscription.customer)
  const method = subscription.default_payment_method ?? customer.default_payment_method
  if (subscription.status === 'trialing') {
    if (method === null && subscription.missing_payment_method === 'cancel') {
      cancelNow(account, subscription, 'payment_failed')
      return
    }
    if (method === null && subscription.missing_payment_method === 'pause') {
      subscription.status = 'paused'
      tell(account, 'paused', subscription, before)
      return
    }
    subscription.status = 'active'
  }
  const usedFrom = subscription.current_period_start
  subscription.current_period_start = subscription.current_period_end
  subscription.current_period_end = periodEnd(account, subscription, subscription.current_period_start)
  bill(account, subscription, 'subscription_cycle', periodLines(account, subscription, { usedFrom }))
  tell(account, 'updated', subscription, before)
  watch(account, subscription)
}

function bill(
  account: Account,
  subscription: Subscription,
  reason: 'subscription_cycle' | 'subscription_update',
  lines: readonly InvoiceLine[],
): Invoice {
  const now = account.timeOf(subscription.customer)
  const automatic = subscription.collection_method === 'charge_automatically'
  const invoice = draftInvoice(account, {
    customer: subscription.customer,
    currency: subscription.currency,
    billing_reason: reason,
    subscription: subscription.id,
    collection_method: subscription.collection_method,
    due_date: automatic ? null : now + (subscription.days_until_due ?? 0) * DAY_S,
    auto_advance: true,
    default_tax_rates: subscription.default_tax_rates,
    discounts: liveDiscounts(account, subscription.discounts, false),
    lines,
  })
  takeItems(account, invoice, pendingItems(account, subscription.customer, subscription.currency, subscription.id))
  subscription.latest_invoice = invoice.id
  return invoice
}

/** Changes what is subscribed to. What is left of the period is credited and charged by the second. */
export function changeItems(
  account: Account,
  subscription: Subscription,
  items: readonly SubscriptionItem[],
  proration: Proration,
  { resets = false, atS }: { readonly resets?: boolean; readonly atS?: number | undefined } = {},
): void {
  const before = subscription.items
  const [was, is] = [intervalOf(account, before), intervalOf(account, items)]
  const sameCycle = was.interval === is.interval && was.interval_count === is.interval_count
  const now = account.timeOf(subscription.customer)
  const at = atS ?? now
  const prorates = subscription.status === 'active' && proration !== 'none'
  const counted = (item: SubscriptionItem): boolean => !isMetered(account, item)
  const removed = (resets ? before : before.filter((item) => changed(item, items))).filter(counted)
  const added = items.filter((item) => changed(item, before)).filter(counted)
  if (prorates) for (const item of removed) prorate(account, subscription, item, -1, at)
  subscription.items = items
  if (subscription.status !== 'active') return
  if (resets) {
    const usedFrom = subscription.current_period_start
    subscription.billing_cycle_anchor = now
    subscription.current_period_start = now
    subscription.current_period_end = periodEnd(account, subscription, now)
    const lines = periodLines(account, subscription, { usedFrom })
    collect(account, bill(account, subscription, 'subscription_update', lines))
    watch(account, subscription)
    return
  }
  // Another interval keeps the anchor, and is billed at once: recorded by github.com/pay-rails/pay on 2026-10-06.
  if (!sameCycle) moveIntoPeriod(account, subscription, now)
  if (prorates) for (const item of added) prorate(account, subscription, item, 1, at)
  const billed = proration === 'always_invoice' || (!sameCycle && prorates)
  if (billed && removed.length + added.length > 0)
    collect(account, bill(account, subscription, 'subscription_update', []))
  watch(account, subscription)
}

/** The period of the present interval that `nowS` is in, counted from where the old one began. */
function moveIntoPeriod(account: Account, subscription: Subscription, nowS: number): void {
  let startS = subscription.current_period_start
  let endS = periodEnd(account, subscription, startS)
  while (endS <= nowS) {
    startS = endS
    endS = periodEnd(account, subscription, startS)
  }
  subscription.current_period_start = startS
  subscription.current_period_end = endS
}

function prorate(
  account: Account,
  subscription: Subscription,
  item: SubscriptionItem,
  sign: 1 | -1,
  atS: number,
): void {
  const created = account.state.invoice_items.add(prorationOf(account, subscription, item, sign, atS))
  emit(account, 'invoiceitem.created', account.invoiceItemBody(created))
}

/** The trial is over now: the first real period starts, and is billed. */
export function endTrial(account: Account, subscription: Subscription): void {
  if (subscription.status !== 'trialing') return
  const now = account.timeOf(subscription.customer)
  subscription.trial_end = now
  subscription.status = 'active'
  subscription.billing_cycle_anchor = now
  subscription.current_period_start = now
  subscription.current_period_end = periodEnd(account, subscription, now)
  collect(account, bill(account, subscription, 'subscription_update', periodLines(account, subscription, {})))
  watch(account, subscription)
}

/** A paused one goes on, from now. */
export function resume(account: Account, subscription: Subscription): void {
  if (subscription.status !== 'paused') {
    throw invalid(
      `The subscription cannot be resumed because it has a status of ${subscription.status}. Only paused subscriptions can be resumed.`,
    )
  }
  const before = bodyOf(account, subscription)
  const now = account.timeOf(subscription.customer)
  subscription.status = 'active'
  subscription.billing_cycle_anchor = now
  subscription.current_period_start = now
  subscription.current_period_end = periodEnd(account, subscription, now)
  collect(account, bill(account, subscription, 'subscription_cycle', periodLines(account, subscription, {})))
  tell(account, 'resumed', subscription, before)
  watch(account, subscription)
}

/** A subscription's invoice is paid, or has failed for now or for good. */
export function invoicePaid(account: Account, invoice: Invoice): void {
  const subscription = account.state.subscriptions.get(invoice.subscription ?? '')
  if (subscription === undefined) return
  if (!['incomplete', 'past_due', 'unpaid'].includes(subscription.status)) return
  const before = bodyOf(account, subscription)
  subscription.status = subscription.status === 'incomplete' ? begun(subscription) : 'active'
  tell(account, 'updated', subscription, before)
  watch(account, subscription)
}
export function invoiceFailed(account: Account, invoice: Invoice): void {
  const subscription = account.state.subscriptions.get(invoice.subscription ?? '')
  if (subscription === undefined || subscription.status === 'canceled') return
  if (invoice.next_payment_attempt === null) {
    // Assumed: the account cancels what it cannot collect, which is Stripe's default.
    cancelNow(account, subscription, 'payment_failed')
    return
  }
  if (subscription.status !== 'active') return
  const before = bodyOf(account, subscription)
  subscription.status = 'past_due'
  tell(account, 'updated', subscription, before)
}

/** What becomes of invoices while collection is paused; undefined when it is not. */
export function collectionPaused(account: Account, invoice: Invoice): string | undefined {
  const pause = account.state.subscriptions.get(invoice.subscription ?? '')?.pause_collection
  if (pause === null || pause === undefined || typeof pause !== 'object' || !('behavior' in pause)) return undefined
  const resumesAt = 'resumes_at' in pause ? pause.resumes_at : null
  if (typeof resumesAt === 'number' && resumesAt <= account.timeOf(invoice.customer)) return undefined
  return String(pause.behavior)
}
