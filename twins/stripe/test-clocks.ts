import type { Account } from './account.ts'
import { invalid, missing, Refusal } from './errors.ts'
import { emit } from './events.ts'
import type { State, TestClock } from './state.ts'
import type { Wire } from './wire.ts'

// Test clocks: https://docs.stripe.com/billing/testing/test-clocks (2026-11-26). What is billed to a customer lives in the
// clock's time; payments, webhooks and answers stay in the world's, as support said of created on PaymentIntents:
// https://github.com/stripe/stripe-python/issues/1183 (2026-11-26).

const DAY_S = 24 * 3600
/** `deletes_after`: a clock is kept for 30 days. */
const KEPT_S = 30 * DAY_S
const CUSTOMERS_MAX = 3
/** Assumed: what is due happens after 1 to 3 s, and the clock is ready 1 to 5 s later. */
const WORK_MS = { min: 1_000, max: 3_000 }
const REST_MS = { min: 1_000, max: 5_000 }

/** `TestClock` of stripe 23.1. */
export const testClockBody = (clock: TestClock): Wire => ({
  id: clock.id,
  object: 'test_helpers.test_clock',
  created: clock.created,
  deletes_after: clock.deletes_after,
  frozen_time: clock.frozen_time,
  livemode: false,
  name: clock.name,
  status: clock.target === null ? 'ready' : 'advancing',
  status_details: clock.target === null ? {} : { advancing: { target_frozen_time: clock.target } },
})

const tell = (account: Account, type: string, clock: TestClock): void =>
  void emit(account, `test_helpers.test_clock.${type}`, testClockBody(clock))

export function newClock(account: Account, frozen_time: number, name: string | null): TestClock {
  const created = account.nowS()
  const id = account.newId('clock_1', 23, account.state.test_clocks)
  const clock = account.state.test_clocks.add({
    id,
    created,
    deletes_after: created + KEPT_S,
    name,
    frozen_time,
    target: null,
  })
  tell(account, 'created', clock)
  watchClock(account, clock)
  return clock
}

const customersOf = ({ customers }: State, clock: string) =>
  customers.all().filter((one) => one.test_clock === clock && !one.deleted)

/** A test clock that can still take a customer. */
export function roomIn(account: Account, id: string | undefined): string | null {
  if (id === undefined) return null
  const clock = account.state.test_clocks.get(id)
  if (clock === undefined) throw missing('test clock', id, 'test_clock')
  if (customersOf(account.state, id).length >= CUSTOMERS_MAX)
    throw invalid(`A test clock can have at most ${CUSTOMERS_MAX} customers.`, { param: 'test_clock' })
  return id
}

type Filter = { readonly customer?: string | undefined; readonly test_clock?: string | undefined }

/** Lists show what lives by a test clock only when they are asked for that clock, or for that customer. */
export const isListed = (account: Account, customer: string, asked: Filter): boolean =>
  (asked.customer !== undefined && asked.test_clock === undefined) ||
  account.books.clock(customer) === (asked.test_clock ?? null)

const underway = (clock: TestClock): Refusal =>
  new Refusal(
    429,
    {
      type: 'invalid_request_error',
      message: `Test clock advancement underway - cannot perform modifications: ${clock.id}`,
    },
    false,
  )

/** Whether any clock is being advanced. */
export const isMoving = ({ state }: Account): boolean => state.test_clocks.all().some(({ target }) => target !== null)

/** Throws while the clock of any of the objects called `ids` is being advanced. */
export function checkStill({ state }: Account, ids: readonly string[]): void {
  for (const id of ids) {
    const row =
      state.subscriptions.get(id) ??
      state.invoices.get(id) ??
      state.invoice_items.get(id) ??
      state.schedules.get(id) ??
      state.quotes.get(id) ??
      state.subscriptions.all().find(({ items }) => items.some((item) => item.id === id))
    const clock = state.test_clocks.get(state.customers.get(row?.customer ?? id)?.test_clock ?? id)
    if (clock !== undefined && clock.target !== null) throw underway(clock)
  }
}

const SPAN_S = { day: DAY_S, week: 7 * DAY_S, month: 31 * DAY_S, year: 366 * DAY_S }

/** How far a clock may go at once: two intervals of its shortest subscription, or two years. */
function furthest({ state }: Account, clock: TestClock): number {
  const own = new Set(customersOf(state, clock.id).map(({ id }) => id))
  const spans = state.subscriptions
    .all()
    .filter(({ customer, status }) => own.has(customer) && status !== 'canceled')
    .flatMap(({ items }) => items.map(({ price }) => state.prices.get(price)?.recurring))
    .map((recurring) => SPAN_S[recurring?.interval ?? 'year'] * (recurring?.interval_count ?? 1))
  return clock.frozen_time + 2 * Math.min(SPAN_S.year, ...spans)
}

/** Starts to move a clock on. Throws where Stripe would not go there. */
export function startAdvance(account: Account, clock: TestClock, target: number): void {
  if (clock.target !== null) throw underway(clock)
  const param = 'frozen_time'
  if (target <= clock.frozen_time)
    throw invalid('The time to advance to must be after the current frozen time of the test clock.', { param })
  if (target > furthest(account, clock))
    throw invalid(
      'Cannot advance a test clock more than two intervals in the future from the shortest subscription in this test clock.',
      { param },
    )
  clock.target = target
  tell(account, 'advancing', clock)
  watchClock(account, clock)
}

/** Puts on the world's clock what a test clock has before it; also after a restore. */
export function watchClock(account: Account, clock: TestClock): void {
  if (clock.target === null) {
    const leftMs = clock.deletes_after * 1000 - account.world.clock.now()
    account.later(leftMs, () => deleteClock(account, clock), `end of ${clock.id}`)
    return
  }
  const { target } = clock
  account.later(
    account.delay(`advance ${clock.id} ${target}`, WORK_MS.min, WORK_MS.max),
    () => work(account, clock, target),
    `advance of ${clock.id}`,
  )
}

/** Does what is due until `target`, each at its own time: what comes of it may be due by then as well. */
function work(account: Account, clock: TestClock, target: number): void {
  for (let next = account.takeDue(clock.id, target); next !== undefined; next = account.takeDue(clock.id, target)) {
    clock.frozen_time = Math.max(clock.frozen_time, next.dueS)
    next.task()
  }
  clock.frozen_time = target
  account.later(
    account.delay(`rest ${clock.id} ${target}`, REST_MS.min, REST_MS.max),
    () => {
      clock.target = null
      tell(account, 'ready', clock)
    },
    `rest of ${clock.id}`,
  )
}

/** Takes a clock away with all that lives by it. Assumed: that is told by the clock's own event alone. */
export function deleteClock(account: Account, clock: TestClock): void {
  const { state } = account
  if (state.test_clocks.get(clock.id) === undefined) return
  for (const customer of customersOf(state, clock.id)) {
    customer.deleted = true
    for (const subscription of state.subscriptions.all())
      if (subscription.customer === customer.id) subscription.status = 'canceled'
  }
  state.test_clocks.remove(clock.id)
  tell(account, 'deleted', clock)
}
