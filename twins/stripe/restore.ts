import type { Json } from '../trace.ts'
import { type Account, found } from './account.ts'
import { watchSession } from './checkout.ts'
import { decideByEvidence } from './disputes.ts'
import { schedule } from './events.ts'
import { watchInvoice } from './invoices.ts'
import { disputeLater, expireLater, settleLater } from './payments.ts'
import { watchPayout, watchSchedule } from './payouts.ts'
import { watchQuote } from './quotes.ts'
import { warnLater } from './radar.ts'
import { becomeLater } from './refunds.ts'
import { watchSchedule as watchPhases } from './schedules.ts'
import { fromSnapshot } from './state.ts'
import { watch } from './subscriptions.ts'
import { watchClock } from './test-clocks.ts'

/**
 * Puts an account into the state of a snapshot, and back on the clock whatever that state still has before it. What was
 * due in less than its usual wait is due in its usual wait again; a delivery under way is made again.
 */
export function restore(account: Account, json: Json): void {
  const { state } = account
  account.forget()
  fromSnapshot(state, json)
  for (const delivery of state.webhook_deliveries.all()) if (delivery.status === 'open') schedule(account, delivery)
  for (const intent of state.payment_intents.all())
    if (intent.status === 'requires_capture') expireLater(account, intent)
  for (const charge of state.charges.all()) {
    if (charge.captured && charge.balance_transaction === null) settleLater(account, charge)
    if (charge.captured && !charge.disputed) disputeLater(account, charge)
    if (charge.captured) warnLater(account, charge)
  }
  for (const refund of state.refunds.all()) {
    becomeLater(account, refund, found(state.charges.get(refund.charge), refund.charge))
  }
  for (const subscription of state.subscriptions.all()) watch(account, subscription)
  for (const schedule of state.schedules.all()) watchPhases(account, schedule)
  for (const invoice of state.invoices.all()) watchInvoice(account, invoice)
  for (const session of state.checkout_sessions.all()) watchSession(account, session)
  for (const payout of state.payouts.all()) watchPayout(account, payout)
  watchSchedule(account)
  for (const quote of state.quotes.all()) watchQuote(account, quote)
  for (const clock of state.test_clocks.all()) watchClock(account, clock)
  for (const dispute of state.disputes.all()) {
    if (dispute.status.endsWith('under_review')) decideByEvidence(account, dispute)
  }
}
