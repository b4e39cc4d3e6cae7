import type { Account } from './account.ts'
import { cardOf } from './cards.ts'
import { display } from './currencies.ts'
import { isChargedBack } from './disputes.ts'
import { invalid } from './errors.ts'
import { emit } from './events.ts'
import { checkTakeBack, takeBack } from './fees.ts'
import { bookRefund, bookRefundFailure } from './ledger.ts'
import type { Charge, Metadata, Refund } from './state.ts'
import { refundBody } from './wire.ts'

/** What is still there to give back. */
const refundable = (charge: Charge): number => charge.amount_captured - refundedOf(charge)
/** `amount_refunded` counts a released authorization too; that was never captured. */
const refundedOf = (charge: Charge): number => charge.amount_refunded - (charge.amount - charge.amount_captured)

type Order = {
  readonly amount?: number | undefined
  readonly reason?: string | undefined
  readonly metadata?: Metadata
  readonly refundFee?: boolean
  readonly reverseTransfer?: boolean
}

/**
 * Gives money back, never more than was captured.
 * Codes as seen in test mode by github.com/gburgyan/aat-stripe (README read 2026-11-24).
 */
export function refund(account: Account, charge: Charge, order: Order): Refund {
  const { state } = account
  if (charge.status === 'failed') throw invalid(`Charge ${charge.id} has failed and cannot be refunded.`)
  if (!charge.captured) {
    throw invalid(
      `This charge (${charge.id}) has not been captured, so it cannot be refunded. Cancel its PaymentIntent (${charge.payment_intent}) instead.`,
    )
  }
  if (isChargedBack(account, charge)) {
    throw invalid(`Charge ${charge.id} has been charged back; cannot issue a refund.`, { code: 'charge_disputed' })
  }
  const left = refundable(charge)
  if (left === 0) {
    throw invalid(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' })
  }
  const amount = order.amount ?? left
  if (amount > left) {
    throw invalid(
      `Refund amount (${display(amount, charge.currency)}) is greater than unrefunded amount on charge (${display(left, charge.currency)})`,
      { param: 'amount' },
    )
  }
  const asks = { fee: order.refundFee === true, transfer: order.reverseTransfer === true }
  checkTakeBack(charge, asks)
  const card = cardOf(charge.card)
  const made = state.refunds.add({
    id: account.newId('re_3', 23, state.refunds),
    created: account.nowS(),
    amount,
    charge: charge.id,
    currency: charge.currency,
    customer: charge.customer,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: order.reason ?? null,
    balance_transaction: null,
    failure_balance_transaction: null,
    failure_reason: null,
    metadata: order.metadata ?? {},
    transfer_reversal: null,
    becomes: card.refund === 'pending' ? 'succeeded' : card.refund === 'fails' ? 'failed' : null,
    status: card.refund === 'pending' ? 'pending' : 'succeeded',
  })
  made.balance_transaction = bookRefund(account, made.id, charge, amount).id
  made.transfer_reversal = takeBack(account, charge, amount, { ...asks, refund: made.id })?.id ?? null
  const before = account.chargeBody(charge)
  charge.amount_refunded += amount
  charge.refunded = charge.amount_refunded === charge.amount
  emit(account, 'charge.refunded', account.chargeBody(charge), before)
  emit(account, 'refund.created', refundBody(made))
  becomeLater(account, made, charge)
  return made
}

const BECOMES_MS = 5_000

/** Test cards whose refunds wait or fail: https://docs.stripe.com/testing#refunds (2026-11-24). Assumed: 5 s. */
export function becomeLater(account: Account, made: Refund, charge: Charge): void {
  if (made.becomes === null) return
  account.later(
    BECOMES_MS,
    () => {
      const before = refundBody(made)
      made.status = made.becomes ?? made.status
      made.becomes = null
      if (made.status === 'failed') {
        const old = account.chargeBody(charge)
        made.failure_reason = 'expired_or_canceled_card'
        made.failure_balance_transaction = bookRefundFailure(account, made.id, charge, made.amount).id
        charge.amount_refunded -= made.amount
        charge.refunded = false
        emit(account, 'charge.updated', account.chargeBody(charge), old)
        emit(account, 'refund.failed', refundBody(made))
      }
      emit(account, 'refund.updated', refundBody(made), before)
      emit(account, 'charge.refund.updated', refundBody(made), before)
    },
    `refund ${made.id}`,
  )
}
