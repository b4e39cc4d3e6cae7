import { type Account, found } from './account.ts'
import type { Phase, Schedule, Subscription } from './billing-state.ts'
import { blankSubscription } from './blanks.ts'
import { invalid } from './errors.ts'
import { emit } from './events.ts'
import { applyWishes, bodyOf, cancelNow, changeItems, type Ending, start, type Wish, watch } from './subscriptions.ts'
import type { Wire } from './wire.ts'

// Subscriptions whose changes are known beforehand: https://docs.stripe.com/billing/subscriptions/subscription-schedules (2026-11-26).

const phaseBody = (account: Account, phase: Phase): Wire => ({
  add_invoice_items: [],
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor: null,
  billing_thresholds: null,
  collection_method: null,
  currency: phase.currency,
  default_payment_method: phase.default_payment_method,
  default_tax_rates: account.books.rates(phase.default_tax_rates),
  description: phase.description,
  discounts: [],
  end_date: phase.end_date,
  invoice_settings: null,
  items: phase.items.map((item) => ({
    billing_thresholds: null,
    discounts: [],
    metadata: item.metadata,
    plan: item.price,
    price: item.price,
    quantity: item.quantity,
    tax_rates: account.books.rates(item.tax_rates),
  })),
  metadata: phase.metadata,
  on_behalf_of: null,
  proration_behavior: phase.proration_behavior,
  start_date: phase.start_date,
  transfer_data: null,
  trial_end: phase.trial_end,
})

const phaseAt = (schedule: Schedule, nowS: number): Phase | undefined =>
  schedule.phases.find(({ start_date, end_date }) => start_date <= nowS && nowS < end_date)

/** `SubscriptionSchedule` of stripe 23.1. */
export function scheduleBody(account: Account, schedule: Schedule): Wire {
  const current = schedule.status === 'active' ? phaseAt(schedule, account.timeOf(schedule.customer)) : undefined
  return {
    id: schedule.id,
    object: 'subscription_schedule',
    application: null,
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible', updated_at: schedule.created },
    canceled_at: schedule.canceled_at,
    completed_at: schedule.completed_at,
    created: schedule.created,
    current_phase: current === undefined ? null : { end_date: current.end_date, start_date: current.start_date },
    customer: schedule.customer,
    customer_account: null,
    default_settings: {
      application_fee_percent: null,
      automatic_tax: { disabled_reason: null, enabled: false, liability: null },
      billing_cycle_anchor: 'automatic',
      billing_thresholds: null,
      collection_method: 'charge_automatically',
      default_payment_method: schedule.default_payment_method,
      description: null,
      invoice_settings: {
        account_tax_ids: null,
        custom_fields: null,
        days_until_due: null,
        description: null,
        footer: null,
        issuer: { type: 'self' },
      },
      on_behalf_of: null,
      transfer_data: null,
    },
    end_behavior: schedule.end_behavior,
    livemode: false,
    metadata: schedule.metadata,
    pause_schedules: [],
    phases: schedule.phases.map((phase) => phaseBody(account, phase)),
    released_at: schedule.released_at,
    released_subscription: schedule.released_subscription,
    status: schedule.status,
    subscription: schedule.subscription,
    test_clock: account.books.clock(schedule.customer),
  }
}

export const tellSchedule = (account: Account, type: string, schedule: Schedule, before?: Wire): void =>
  void emit(account, `subscription_schedule.${type}`, scheduleBody(account, schedule), before)

/** The schedule that a subscription follows. */
export const scheduleOf = (account: Account, { schedule }: Subscription): Schedule | undefined =>
  account.state.schedules.get(schedule ?? '')

/** When something happens to a schedule next; undefined when it is over. */
function nextMoment(schedule: Schedule): number | undefined {
  if (schedule.status === 'not_started') return schedule.phases[0]?.start_date
  return schedule.status === 'active' ? phaseIn(schedule)?.end_date : undefined
}

const phaseIn = (schedule: Schedule): Phase | undefined => schedule.phases[schedule.at]

/** Puts on the clock what a schedule has before it; also after a restore. */
export function watchSchedule(account: Account, schedule: Schedule): void {
  const due = nextMoment(schedule)
  if (due === undefined) return
  account.at(schedule.customer, due, () => advance(account, schedule), `schedule ${schedule.id}`)
}

/** Moves a schedule on as far as time has gone; a subscription asks for it before it renews. */
export function advance(account: Account, schedule: Schedule): void {
  const now = account.timeOf(schedule.customer)
  const due = nextMoment(schedule)
  if (due === undefined || now < due) return
  if (schedule.status === 'not_started') {
    begin(account, schedule)
    return
  }
  const next = schedule.phases[schedule.at + 1]
  if (next === undefined) {
    finish(account, schedule)
    return
  }
  const before = scheduleBody(account, schedule)
  schedule.at += 1
  enter(account, schedule, next)
  tellSchedule(account, 'updated', schedule, before)
  watchSchedule(account, schedule)
}

/** Items of a phase as they are asked for: what is counted has no quantity. */
const itemsOf = (account: Account, phase: Phase): readonly (Wish & { readonly price: string })[] =>
  phase.items.map((item) => {
    const counted = (account.books.price(item.price).recurring?.meter ?? null) !== null
    return { ...item, quantity: counted ? undefined : item.quantity }
  })

function enter(account: Account, schedule: Schedule, phase: Phase): void {
  const subscription = found(account.state.subscriptions.get(schedule.subscription ?? ''), 'the subscription')
  const before = bodyOf(account, subscription)
  const wishes = itemsOf(account, phase).map((wish) => {
    const known = subscription.items.find((item) => item.price === wish.price)
    return { id: known?.id, ...wish }
  })
  const gone = subscription.items
    .filter((item) => !phase.items.some(({ price }) => price === item.price))
    .map(({ id }) => ({ id, deleted: true }))
  // The first that goes becomes the first that comes: an item keeps its id when its price changes.
  const fresh = wishes.findIndex(({ id }) => id === undefined)
  const [swapped, ...others] = gone
  const swap = fresh >= 0 && swapped !== undefined
  const changes = [
    ...wishes.map((wish, at) => (swap && at === fresh ? { ...wish, id: swapped.id } : wish)),
    ...(swap ? others : gone),
  ]
  const items = applyWishes(account, subscription.items, changes, account.timeOf(schedule.customer))
  const atCycle = subscription.current_period_end <= account.timeOf(schedule.customer)
  // At the end of a period nothing is left of it to settle.
  if (atCycle) subscription.items = items
  else changeItems(account, subscription, items, phase.proration_behavior)
  if (phase.default_payment_method !== null) subscription.default_payment_method = phase.default_payment_method
  subscription.default_tax_rates = phase.default_tax_rates
  subscription.description = phase.description ?? subscription.description
  subscription.metadata = { ...subscription.metadata, ...phase.metadata }
  if (!atCycle) emit(account, 'customer.subscription.updated', bodyOf(account, subscription), before)
}

/** The first phase begins: the subscription is made. */
export function begin(account: Account, schedule: Schedule): void {
  const [first] = schedule.phases
  const phase = found(first, 'a phase')
  const items = applyWishes(account, [], itemsOf(account, phase), account.timeOf(schedule.customer))
  const subscription = blankSubscription(account, {
    currency: phase.currency,
    customer: schedule.customer,
    default_payment_method: phase.default_payment_method ?? schedule.default_payment_method,
    default_tax_rates: phase.default_tax_rates,
    description: phase.description,
    items,
    metadata: phase.metadata,
    schedule: schedule.id,
    trial_end: phase.trial_end,
    trial_start: phase.trial_end === null ? null : account.timeOf(schedule.customer),
  })
  const before = scheduleBody(account, schedule)
  schedule.status = 'active'
  schedule.subscription = subscription.id
  start(account, subscription, { payment_behavior: 'allow_incomplete', offSession: true })
  tellSchedule(account, 'updated', schedule, before)
  watchSchedule(account, schedule)
}

function finish(account: Account, schedule: Schedule): void {
  const subscription = found(account.state.subscriptions.get(schedule.subscription ?? ''), 'the subscription')
  if (schedule.end_behavior === 'release') {
    letGo(account, schedule)
    return
  }
  schedule.status = 'completed'
  schedule.completed_at = account.timeOf(schedule.customer)
  subscription.schedule = null
  tellSchedule(account, 'completed', schedule)
  if (subscription.status !== 'canceled') cancelNow(account, subscription, 'cancellation_requested')
}

const isOpen = ({ status }: Schedule): boolean => status === 'active' || status === 'not_started'
function checkOpen(schedule: Schedule, act: string): void {
  if (!isOpen(schedule))
    throw invalid(
      `You cannot ${act} a subscription schedule that is currently in the \`${schedule.status}\` status. It must be \`not_started\` or \`active\`.`,
    )
}

/** Takes the subscription off its schedule: it goes on as it is. */
export function letGo(account: Account, schedule: Schedule): void {
  checkOpen(schedule, 'release')
  const subscription = account.state.subscriptions.get(schedule.subscription ?? '')
  schedule.status = 'released'
  schedule.released_at = account.timeOf(schedule.customer)
  schedule.released_subscription = schedule.subscription
  schedule.subscription = null
  if (subscription !== undefined) subscription.schedule = null
  tellSchedule(account, 'released', schedule)
}

/** Ends a schedule, and its subscription with it. */
export function call(account: Account, schedule: Schedule, ending: Ending): void {
  checkOpen(schedule, 'cancel')
  const subscription = account.state.subscriptions.get(schedule.subscription ?? '')
  if (subscription !== undefined && subscription.status !== 'canceled')
    cancelNow(account, subscription, 'cancellation_requested', ending)
  if (isOpen(schedule)) endWith(account, schedule)
}

/** A subscription that ends takes its schedule with it. */
export function endWith(account: Account, schedule: Schedule): void {
  if (!isOpen(schedule)) return
  schedule.status = 'canceled'
  schedule.canceled_at = account.timeOf(schedule.customer)
  tellSchedule(account, 'canceled', schedule)
}

/** Gives an active schedule other phases: what changes in the present one changes at once. */
export function rephase(account: Account, schedule: Schedule, phases: readonly Phase[]): void {
  checkOpen(schedule, 'update')
  const now = account.timeOf(schedule.customer)
  schedule.phases = phases
  if (schedule.status !== 'active') {
    watchSchedule(account, schedule)
    return
  }
  const at = phases.findIndex(({ start_date, end_date }) => start_date <= now && now < end_date)
  if (at < 0) throw invalid('The subscription schedule update must include the current phase.', { param: 'phases' })
  schedule.at = at
  const subscription = found(account.state.subscriptions.get(schedule.subscription ?? ''), 'the subscription')
  const phase = found(phases[at], 'a phase')
  const same =
    subscription.items.length === phase.items.length &&
    phase.items.every(({ price, quantity }) =>
      subscription.items.some((item) => item.price === price && item.quantity === quantity),
    )
  if (!same) enter(account, schedule, phase)
  watchSchedule(account, schedule)
  watch(account, subscription)
}
