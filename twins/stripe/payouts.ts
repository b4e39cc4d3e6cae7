import type { Account } from './account.ts'
import type { Payout } from './billing-state.ts'
import { payoutBody } from './billing-wire.ts'
import { emit } from './events.ts'
import { availableEntries, bookPayout, SETTLEMENT } from './ledger.ts'

const DAY_S = 24 * 3600
export const tellPayout = (account: Account, type: string, payout: Payout): void =>
  void emit(account, `payout.${type}`, payoutBody(payout))

/** Money arrives two days later: Assumed, as the standard schedule of an account in the US. Also after a restore. */
export function watchPayout(account: Account, payout: Payout): void {
  if (payout.status !== 'pending') return
  account.later(
    payout.arrival_date * 1000 - account.world.clock.now(),
    () => {
      if (payout.status !== 'pending') return
      payout.status = 'paid'
      tellPayout(account, 'paid', payout)
      if (payout.automatic) tellPayout(account, 'reconciliation_completed', payout)
    },
    `payout ${payout.id}`,
  )
}

/** A payout that begins now. */
export const blankPayout = (account: Account, wish: Pick<Payout, 'amount'> & Partial<Payout>): Payout => ({
  id: wish.id ?? account.newId('po_1', 23, account.state.payouts),
  created: account.nowS(),
  arrival_date: Math.floor(account.nowS() / DAY_S + 2) * DAY_S,
  automatic: false,
  balance_transaction: null,
  currency: SETTLEMENT,
  description: null,
  destination: account.bankAccount,
  metadata: {},
  method: 'standard',
  statement_descriptor: null,
  status: 'pending',
  ...wish,
})

/** When the schedule of the account pays out next, at the start of a day in UTC, at `fromS` or later; undefined by hand. */
export function nextPayout(account: Account, fromS: number): number | undefined {
  const { interval, weekly_anchor: weekday = 'monday', monthly_anchor: day = 1 } = account.payoutSchedule
  if (interval === 'manual') return undefined
  let at = Math.ceil(fromS / DAY_S) * DAY_S
  const fits = (date: Date): boolean =>
    interval === 'daily' ||
    (interval === 'weekly' ? DAYS[date.getUTCDay()] === weekday : date.getUTCDate() === dayIn(date, day))
  while (!fits(new Date(at * 1000))) at += DAY_S
  return at
}
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const dayIn = (date: Date, day: number): number =>
  Math.min(day, new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate())

/** Puts on the clock the payout of what will be available; also after a restore. */
export function watchSchedule(account: Account): void {
  const waiting = account.state.balance_transactions.all().filter(({ payout }) => payout === null)
  const first = waiting.reduce((least, { available_on }) => Math.min(least, available_on), Number.POSITIVE_INFINITY)
  if (Number.isFinite(first)) schedulePayout(account, Math.max(first, account.nowS()))
}

/** Something becomes available at `atS`: the schedule pays it out after that. */
export function schedulePayout(account: Account, atS: number): void {
  const due = nextPayout(account, atS)
  if (due === undefined || account.payoutDue === due) return
  account.payoutDue = due
  account.later(due * 1000 - account.world.clock.now(), () => payOut(account, due), 'payout schedule')
}

function payOut(account: Account, due: number): void {
  if (account.payoutDue === due) account.payoutDue = undefined
  const entries = availableEntries(account)
  const amount = entries.reduce((sum, { net }) => sum + net, 0)
  // Less than nothing is carried to the next time.
  if (amount <= 0) return
  const payout = account.state.payouts.add(
    blankPayout(account, { amount, automatic: true, description: 'STRIPE PAYOUT' }),
  )
  for (const entry of entries) account.state.balance_transactions.add({ ...entry, payout: payout.id })
  const booked = bookPayout(account, payout.id, -amount)
  account.state.balance_transactions.add({ ...booked, payout: payout.id })
  payout.balance_transaction = booked.id
  tellPayout(account, 'created', payout)
  watchPayout(account, payout)
}
