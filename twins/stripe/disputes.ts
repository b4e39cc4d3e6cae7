import { type Account, found } from './account.ts'
import { invalid } from './errors.ts'
import { emit } from './events.ts'
import { billCounter, bookDispute, bookDisputeWon } from './ledger.ts'
import type { Charge, Dispute } from './state.ts'

/** https://docs.stripe.com/disputes/responding (2026-11-24): 7 to 21 days; this twin gives 9 by default, as US cards do. */
const ANSWER_S = 9 * 24 * 3600

const chargeOf = (account: Account, dispute: Dispute): Charge =>
  found(account.state.charges.get(dispute.charge), dispute.charge)

/** A cardholder questions a charge. An inquiry moves no money. */
export function openDispute(
  account: Account,
  charge: Charge,
  { reason, inquiry, amount }: { readonly reason: string; readonly inquiry: boolean; readonly amount: number },
): Dispute {
  const { state } = account
  const dispute = state.disputes.add({
    id: account.newId('du_1', 23, state.disputes),
    created: account.nowS(),
    amount,
    charge: charge.id,
    currency: charge.currency,
    due_by: account.nowS() + ANSWER_S,
    payment_intent: charge.payment_intent,
    reason,
    balance_transactions: [],
    evidence: {},
    intended_submission_method: null,
    metadata: {},
    status: inquiry ? 'warning_needs_response' : 'needs_response',
    submission_count: 0,
  })
  charge.disputed = true
  charge.dispute = dispute.id
  if (!inquiry) dispute.balance_transactions = [bookDispute(account, dispute.id, charge, amount).id]
  emit(account, 'charge.dispute.created', account.disputeBody(dispute))
  if (!inquiry) emit(account, 'charge.dispute.funds_withdrawn', account.disputeBody(dispute))
  return dispute
}

const isOpen = (dispute: Dispute): boolean =>
  ['needs_response', 'under_review', 'warning_needs_response', 'warning_under_review'].includes(dispute.status)

/** Throws when nothing can be done about a dispute any more. */
export function checkOpen(dispute: Dispute): void {
  if (!isOpen(dispute)) throw invalid('This dispute is already closed.', { param: 'dispute' })
}

/** Evidence goes to the bank, once. */
export function submit(account: Account, dispute: Dispute): void {
  if (dispute.submission_count > 0) {
    throw invalid('You have already submitted evidence for this dispute, and it can only be submitted once.')
  }
  dispute.submission_count = 1
  const inquiry = dispute.status === 'warning_needs_response'
  dispute.status = inquiry ? 'warning_under_review' : 'under_review'
  if (!inquiry) billCounter(account, false)
}

/** Test evidence decides a dispute: https://docs.stripe.com/testing#disputes (2026-11-24). Assumed: within five seconds. */
export function decideByEvidence(account: Account, dispute: Dispute): void {
  const text = dispute.evidence.uncategorized_text
  if (dispute.submission_count === 0 || (text !== 'winning_evidence' && text !== 'losing_evidence')) return
  account.later(
    account.delay(`verdict ${dispute.id}`, 1_000, 5_000),
    () => {
      if (isOpen(dispute)) closeDispute(account, dispute, text === 'winning_evidence' ? 'won' : 'lost')
    },
    `verdict on ${dispute.id}`,
  )
}

/** The bank has decided. What is won comes back, the fee for receiving the dispute does not. */
export function closeDispute(account: Account, dispute: Dispute, outcome: 'won' | 'lost'): void {
  const charge = chargeOf(account, dispute)
  if (dispute.status.startsWith('warning_')) dispute.status = 'warning_closed'
  else {
    dispute.status = outcome
    if (outcome === 'won') {
      const entry = bookDisputeWon(account, dispute.id, charge, dispute.amount)
      dispute.balance_transactions = [...dispute.balance_transactions, entry.id]
      if (dispute.submission_count > 0) billCounter(account, true)
      emit(account, 'charge.dispute.funds_reinstated', account.disputeBody(dispute))
    }
  }
  emit(account, 'charge.dispute.closed', account.disputeBody(dispute))
}

/** Whether the bank has taken the money of `charge`, or may still. */
export const isChargedBack = (account: Account, charge: Charge): boolean =>
  account.state.disputes
    .all()
    .some(({ charge: id, status }) => id === charge.id && ['needs_response', 'under_review', 'lost'].includes(status))
