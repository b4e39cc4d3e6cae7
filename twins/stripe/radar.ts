import { type Account, found } from './account.ts'
import { cardOf } from './cards.ts'
import { emit } from './events.ts'
import type { Charge, FraudWarning } from './state.ts'
import type { Wire } from './wire.ts'

/** `Radar.EarlyFraudWarning` of stripe 23.1. It asks for something until the charge is refunded or disputed. */
export function warningBody(account: Account, warning: FraudWarning): Wire {
  const charge = found(account.state.charges.get(warning.charge), warning.charge)
  return {
    id: warning.id,
    object: 'radar.early_fraud_warning',
    actionable: !charge.refunded && !charge.disputed,
    charge: warning.charge,
    created: warning.created,
    fraud_type: warning.fraud_type,
    livemode: false,
    payment_intent: charge.payment_intent,
  }
}

/** The bank has heard of fraud: https://docs.stripe.com/disputes/measuring#early-fraud-warnings (2026-11-26). */
export function warn(account: Account, charge: Charge, fraud_type: string): FraudWarning {
  const warning = account.state.fraud_warnings.add({
    id: account.newId('issfr_1', 23, account.state.fraud_warnings),
    created: account.nowS(),
    charge: charge.id,
    fraud_type,
  })
  emit(account, 'radar.early_fraud_warning.created', warningBody(account, warning))
  return warning
}

/** A test card whose bank tells of fraud by itself: https://docs.stripe.com/testing#fraud-prevention (2026-11-26). */
export function warnLater(account: Account, charge: Charge): void {
  const known = account.state.fraud_warnings.all().some((one) => one.charge === charge.id)
  if (cardOf(charge.card).fraud === undefined || known) return
  account.later(
    account.delay(`fraud ${charge.id}`, 1_000, 5_000),
    () => void warn(account, charge, 'misc'),
    `warning of fraud with ${charge.id}`,
  )
}
