import type { Exchange } from '../har.ts'
import { askedBy } from './made.ts'
import { idOf, isShown, type Shown } from './shown.ts'

const SOON_S = 20
const DAY_S = 24 * 3600

/** Moments of an invoice that a request has set. */
const moments = (of: Shown, unset: readonly string[]): Shown => {
  const shown = isShown(of.status_transitions) ? of.status_transitions : {}
  return { ...shown, ...Object.fromEntries(unset.map((name) => [name, null])) }
}
const momentOf = (of: Shown, name: string): number => {
  const at = isShown(of.status_transitions) ? of.status_transitions[name] : null
  return typeof at === 'number' ? at : 0
}

function draft(of: Shown): Shown {
  const unset = ['finalized_at', 'paid_at', 'voided_at', 'marked_uncollectible_at']
  const before = { ...of, status: 'draft', number: null, effective_at: null, status_transitions: moments(of, unset) }
  return { ...before, amount_paid: 0, attempted: false, attempt_count: 0 }
}

/** Before it was paid: still a draft where it was made final at the same time. */
function unpaid(of: Shown, final: boolean): Shown {
  if (!final && momentOf(of, 'paid_at') - momentOf(of, 'finalized_at') < SOON_S) return draft(of)
  const status_transitions = moments(of, ['paid_at'])
  return { ...of, status: 'open', amount_paid: 0, attempted: false, attempt_count: 0, status_transitions }
}

function uncanceled(of: Shown): Shown {
  const { trial_end: trial, ended_at: ended } = of
  const status = typeof trial === 'number' && typeof ended === 'number' && trial > ended ? 'trialing' : 'active'
  return {
    ...of,
    status,
    ended_at: null,
    canceled_at: null,
    cancel_at: null,
    cancel_at_period_end: false,
    cancellation_details: null,
  }
}

function unchanged(of: Shown, form: URLSearchParams, objects: readonly Shown[]): Shown {
  let before: Shown = of
  if (form.get('cancel_at_period_end') === 'true' || (form.get('cancel_at') ?? '') !== '')
    before = { ...before, cancel_at_period_end: false, cancel_at: null, canceled_at: null, cancellation_details: null }
  if ((form.get('default_payment_method') ?? '') !== '') before = { ...before, default_payment_method: null }
  if ([...form.keys()].some((name) => name.startsWith('pause_collection[')))
    before = { ...before, pause_collection: null }
  const { trial_end: trial } = of
  // Ended by the request: it would have gone on for a while. Assumed: another week.
  if (form.get('trial_end') === 'now' && typeof trial === 'number' && of.status === 'active')
    before = {
      ...before,
      status: 'trialing',
      trial_end: trial + 7 * DAY_S,
      current_period_end: trial + 7 * DAY_S,
      items: untilTrial(of.items, trial + 7 * DAY_S),
    }
  return { ...before, items: asCredited(withoutAdded(before.items, form), form, objects) }
}

/** Items as they were billed last: what is given back of them when they change tells. */
function asCredited(items: Shown[string], form: URLSearchParams, objects: readonly Shown[]): Shown[string] {
  if (!isShown(items) || !Array.isArray(items.data)) return items
  const changed = new Set([...form].flatMap(([name, value]) => (/^items\[\d*\]\[id\]$/.test(name) ? [value] : [])))
  const creditOf = (id: string): Shown | undefined =>
    objects.find(({ object, amount, parent }) => {
      const details = isShown(parent) ? parent.subscription_item_details : null
      const isOf = isShown(details) && details.subscription_item === id && details.proration === true
      return object === 'line_item' && typeof amount === 'number' && amount < 0 && isOf
    })
  const data = (items.data as readonly Shown[string][]).map((item) => {
    if (!isShown(item) || typeof item.id !== 'string' || !changed.has(item.id)) return item
    const { pricing, quantity = 1 } = creditOf(item.id) ?? {}
    const price = isShown(pricing) && isShown(pricing.price_details) ? pricing.price_details.price : undefined
    return price === undefined ? item : { ...item, price, quantity }
  })
  return { ...items, data }
}

function untilTrial(items: Shown[string] | undefined, end: number): Shown[string] {
  const data = isShown(items) && Array.isArray(items.data) ? (items.data as readonly Shown[string][]) : []
  return { data: data.map((item) => (isShown(item) ? { ...item, current_period_end: end } : item)) }
}

/** Items that the request itself has put in are not there yet. */
function withoutAdded(items: Shown[string] | undefined, form: URLSearchParams): Shown[string] {
  if (!isShown(items) || !Array.isArray(items.data)) return items ?? null
  const added = [...form]
    .filter(([name]) => /^items\[\d*\]\[price\]$/.test(name) && !form.has(name.replace('[price]', '[id]')))
    .map(([, price]) => price)
  const data = (items.data as readonly Shown[string][]).filter(
    (item) => !isShown(item) || !added.includes(idOf(item.price) ?? ''),
  )
  return { ...items, data: data.length === 0 ? items.data : data }
}

function unconfirmed(of: Shown, form: URLSearchParams, method: string | null): Shown {
  const paid = form.get('payment_method') !== null ? null : (idOf(of.payment_method) ?? method)
  const status = paid === null ? 'requires_payment_method' : 'requires_confirmation'
  const before = { ...of, status, payment_method: paid, latest_charge: null, next_action: null }
  return { ...before, amount_received: 0, amount_capturable: 0, last_payment_error: null, last_setup_error: null }
}

const uncancelled = (of: Shown): Shown => ({
  ...of,
  status:
    idOf(of.latest_charge) !== null && of.last_payment_error === null
      ? 'requires_capture'
      : idOf(of.payment_method) === null
        ? 'requires_payment_method'
        : 'requires_confirmation',
  amount_capturable: idOf(of.latest_charge) === null ? 0 : (of.amount ?? 0),
  canceled_at: null,
  cancellation_reason: null,
})

type Known = {
  readonly objects: readonly Shown[]
  /** Whether an invoice is known to have been final before. */
  readonly final: boolean
}

/** An object as it was before the request whose answer shows it, as far as its being asked for tells. */
export function undone(exchange: Exchange, of: Shown, { objects, final }: Known): Shown {
  const { path, form, ids } = askedBy(exchange)
  const { method } = exchange
  const own = typeof of.id === 'string' && ids.includes(of.id) && path.includes(of.id)
  if (!own || method === 'GET' || (exchange.status >= 400 && exchange.status !== 402)) return of
  const verb = /\/(\w+)$/.exec(path.slice(path.indexOf(String(of.id)) + String(of.id).length))?.[1]
  switch (of.object) {
    case 'subscription':
      if (method === 'DELETE') return uncanceled(of)
      return verb === 'resume' ? { ...of, status: 'paused' } : unchanged(of, form, objects)
    case 'invoice':
      if (verb === 'pay') return unpaid(of, final)
      if (verb === 'finalize') return draft(of)
      if (verb === 'void') return { ...of, status: 'open', status_transitions: moments(of, ['voided_at']) }
      if (verb === 'mark_uncollectible')
        return { ...of, status: 'open', status_transitions: moments(of, ['marked_uncollectible_at']) }
      return of
    case 'payment_intent':
    case 'setup_intent': {
      if (verb === 'confirm') {
        const error = isShown(of.last_payment_error) ? of.last_payment_error : of.last_setup_error
        return unconfirmed(of, form, isShown(error) ? idOf(error.payment_method) : null)
      }
      if (verb === 'capture')
        return { ...of, status: 'requires_capture', amount_capturable: of.amount ?? 0, amount_received: 0 }
      return verb === 'cancel' ? uncancelled(of) : of
    }
    case 'checkout.session':
      return verb === 'expire' ? { ...of, status: 'open' } : of
    case 'subscription_schedule':
      if (verb === 'release')
        return {
          ...of,
          status: 'active',
          released_at: null,
          subscription: of.released_subscription ?? null,
          released_subscription: null,
        }
      return verb === 'cancel' ? { ...of, status: 'active', canceled_at: null } : of
    case 'payout':
      return verb === 'cancel' ? { ...of, status: 'pending' } : of
    case 'dispute': {
      if (verb !== 'close' && form.get('submit') !== 'true') return of
      const inquiry = String(of.status).startsWith('warning_')
      return {
        ...of,
        status: inquiry ? 'warning_needs_response' : 'needs_response',
        evidence_details: null,
        evidence: {},
      }
    }
    default:
      return of
  }
}
