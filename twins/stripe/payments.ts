import type { Json } from '../trace.ts'
import { type Account, found } from './account.ts'
import { AUTHENTICATION_NOT_HANDLED, AUTHENTICATION_REQUIRED, cardOf, type Decline } from './cards.ts'
import { openDispute } from './disputes.ts'
import { cardError, docUrl, invalid, malformed, type Refusal } from './errors.ts'
import { emit } from './events.ts'
import { passOn } from './fees.ts'
import { billCharge, bookCharge, checkSettlement } from './ledger.ts'
import { methodFor } from './payment-methods.ts'
import { warnLater } from './radar.ts'
import type { Charge, PaymentIntent, PaymentMethod } from './state.ts'
import { AUTHORIZATION_S, opaque, paymentIntentBody, paymentMethodBody } from './wire.ts'

/** How the caller wants a confirmation to go. */
export type Confirmation = {
  readonly offSession: boolean
  readonly errorOnRequiresAction: boolean
  readonly returnUrl: string | undefined
  readonly useStripeSdk: boolean
}

export const emitIntent = (account: Account, type: string, intent: PaymentIntent): void =>
  void emit(account, `payment_intent.${type}`, paymentIntentBody(intent))

/** The refusal of an act that the intent's status forbids; it carries the intent, as Stripe's does. */
export const unexpected = (intent: PaymentIntent, message: string, param?: string): Refusal =>
  invalid(message, {
    code: 'payment_intent_unexpected_state',
    ...(param === undefined ? {} : { param }),
    payment_intent: paymentIntentBody(intent),
  })

const RETURN_URL =
  "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents."

/** Throws when a confirmation may redirect and does not say where to; before execution, as nothing exists yet. */
export function checkReturnUrl(
  account: Account,
  intent: Pick<PaymentIntent, 'automatic_payment_methods' | 'return_url'>,
): void {
  const redirects = account.redirects && intent.automatic_payment_methods?.allow_redirects === 'always'
  if (redirects && intent.return_url === null) throw malformed(RETURN_URL)
}

/** Tries to pay: ends in succeeded, requires_capture or requires_action, or throws the decline. */
export function confirm(account: Account, intent: PaymentIntent, how: Confirmation): void {
  if (intent.status === 'succeeded') {
    throw unexpected(
      intent,
      'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.',
    )
  }
  if (intent.status === 'canceled' || intent.status === 'requires_capture') {
    throw unexpected(
      intent,
      `You cannot confirm this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, requires_payment_method, requires_action.`,
    )
  }
  if (how.returnUrl !== undefined) intent.return_url = how.returnUrl
  if (intent.payment_method === null) {
    throw unexpected(
      intent,
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
    )
  }
  checkReturnUrl(account, intent)
  checkSettlement(account, intent.currency)
  const method = methodFor(account, intent.payment_method, intent.customer)
  intent.last_payment_error = null
  if (!mustAuthenticate(intent, method)) {
    charge(account, intent, method, false)
    return
  }
  if (how.offSession) throw refuse(account, intent, method, AUTHENTICATION_REQUIRED, 'charged')
  if (how.errorOnRequiresAction) throw refuse(account, intent, method, AUTHENTICATION_NOT_HANDLED, 'not charged')
  intent.status = 'requires_action'
  intent.next_action = nextAction(account, intent, how.useStripeSdk)
  emitIntent(account, 'requires_action', intent)
}

function mustAuthenticate(intent: PaymentIntent, method: PaymentMethod): boolean {
  const { authentication } = cardOf(method.card)
  if (authentication === 'always') return true
  if (authentication === 'unless_set_up') return method.use !== 'set_up'
  return authentication === 'optional' && intent.request_three_d_secure !== 'automatic'
}

function nextAction(account: Account, intent: PaymentIntent, useStripeSdk: boolean): Json {
  const source = `payatt_3${opaque(`attempt ${intent.id} ${account.world.clock.now()}`, 23)}`
  const url = `https://hooks.stripe.com/3d_secure_2/hosted?merchant=${account.id}&payment_intent=${intent.id}&payment_intent_client_secret=${intent.client_secret}&source=${source}`
  if (intent.return_url !== null && !useStripeSdk) {
    return { redirect_to_url: { return_url: intent.return_url, url }, type: 'redirect_to_url' }
  }
  return {
    type: 'use_stripe_sdk',
    use_stripe_sdk: { source, stripe_js: url, type: 'three_d_secure_redirect' },
  }
}

/** The customer has authenticated, at the bank's page: the payment goes on. */
export function authenticated(account: Account, intent: PaymentIntent): void {
  const method = found(account.state.payment_methods.get(intent.payment_method ?? ''), 'the payment method')
  intent.next_action = null
  if (intent.confirmation_method === 'manual') {
    intent.status = 'requires_confirmation'
    method.use = method.use === 'fresh' ? 'set_up' : method.use
    return
  }
  try {
    charge(account, intent, method, true)
  } catch (error) {
    // Nobody is asking: the decline shows in the intent and its events.
    if (!(error instanceof Error) || error.name !== 'Refusal') throw error
  }
}

/** The customer has failed to authenticate, or given up. */
export function authenticationFailed(account: Account, intent: PaymentIntent): void {
  const method = found(account.state.payment_methods.get(intent.payment_method ?? ''), 'the payment method')
  const code = 'payment_intent_authentication_failure'
  intent.status = 'requires_payment_method'
  intent.next_action = null
  intent.payment_method = null
  intent.last_payment_error = {
    code,
    doc_url: docUrl(code),
    message:
      'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
    payment_method: paymentMethodBody(method),
    type: 'invalid_request_error',
  }
  emitIntent(account, 'payment_failed', intent)
}

function newCharge(
  account: Account,
  intent: PaymentIntent,
  method: PaymentMethod,
  decline: Decline | undefined,
): Charge {
  const { state, world } = account
  const blocked = decline?.blocked === true
  const riskScore = blocked ? 90 : world.draw('risk').int(5, 64)
  return state.charges.add({
    id: account.newId('ch_3', 23, state.charges),
    created: account.nowS(),
    amount: intent.amount,
    currency: intent.currency,
    payment_intent: intent.id,
    payment_method: method.id,
    card: method.card,
    exp_month: method.exp_month,
    exp_year: method.exp_year,
    authorization_code: decline === undefined ? world.draw('authorization').text(6, '0123456789') : null,
    billing_details: { ...method.billing_details },
    capture_method: intent.capture_method,
    risk_score: riskScore,
    three_d_secure: false,
    amount_captured: 0,
    amount_refunded: 0,
    balance_transaction: null,
    captured: false,
    customer: intent.customer,
    description: intent.description,
    dispute: null,
    disputed: false,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    metadata: intent.metadata,
    outcome: outcomeOf(decline, riskScore),
    paid: decline === undefined,
    receipt_email: intent.receipt_email,
    refunded: false,
    shipping: intent.shipping,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: decline === undefined ? 'succeeded' : 'failed',
    transfer_group: intent.transfer_group,
    application_fee: null,
    application_fee_amount: intent.application_fee_amount,
    on_behalf_of: intent.on_behalf_of,
    transfer: null,
    transfer_data: intent.transfer_data,
  })
}

/** https://docs.stripe.com/api/charges/object#charge_object-outcome (2026-11-24). */
export function outcomeOf(decline: Decline | undefined, riskScore: number): Json {
  const shared = {
    advice_code: decline?.advice_code ?? null,
    network_advice_code: null,
    network_decline_code: decline?.network_decline_code ?? null,
    risk_score: riskScore,
  }
  if (decline === undefined) {
    return {
      ...shared,
      network_status: 'approved_by_network',
      reason: null,
      risk_level: 'normal',
      seller_message: 'Payment complete.',
      type: 'authorized',
    }
  }
  if (decline.blocked === true) {
    return {
      ...shared,
      network_status: 'not_sent_to_network',
      reason: 'highest_risk_level',
      risk_level: 'highest',
      seller_message: 'Stripe blocked this payment as too risky.',
      type: 'blocked',
    }
  }
  return {
    ...shared,
    network_status: 'declined_by_network',
    reason: decline.decline_code,
    risk_level: 'normal',
    seller_message: 'The bank did not return any further details with this decline.',
    type: 'issuer_declined',
  }
}

/**
 * The refusal of a payment. The intent stays, without its method and with the error on it:
 * https://docs.stripe.com/payments/paymentintents/lifecycle (2026-11-24).
 */
function refuse(
  account: Account,
  intent: PaymentIntent,
  method: PaymentMethod,
  decline: Decline,
  attempt: 'charged' | 'not charged',
): Refusal {
  const failed = attempt === 'charged' ? newCharge(account, intent, method, decline) : undefined
  if (failed !== undefined) intent.latest_charge = failed.id
  const { blocked: _, ...shown } = decline
  const error = {
    ...(failed === undefined ? {} : { charge: failed.id }),
    ...shown,
    doc_url: docUrl(decline.code),
    payment_method: paymentMethodBody(method),
    type: 'card_error',
  } as const
  intent.status = 'requires_payment_method'
  intent.payment_method = null
  intent.next_action = null
  intent.last_payment_error = error
  if (failed !== undefined) emit(account, 'charge.failed', account.chargeBody(failed))
  emitIntent(account, 'payment_failed', intent)
  return cardError({ ...error, payment_intent: paymentIntentBody(intent) })
}

function charge(account: Account, intent: PaymentIntent, method: PaymentMethod, withAuthentication: boolean): void {
  const { decline } = cardOf(method.card)
  if (decline !== undefined) throw refuse(account, intent, method, decline, 'charged')
  const made = newCharge(account, intent, method, undefined)
  const paid: Charge = account.state.charges.add({ ...made, three_d_secure: withAuthentication })
  intent.latest_charge = paid.id
  if (intent.setup_future_usage !== null && intent.customer !== null && method.customer === null) {
    method.customer = intent.customer
    method.use = 'set_up'
    emit(account, 'payment_method.attached', paymentMethodBody(method))
  } else if (method.customer === null) method.use = 'spent'
  else if (intent.setup_future_usage !== null) method.use = 'set_up'
  if (intent.capture_method === 'manual') {
    intent.status = 'requires_capture'
    intent.amount_capturable = intent.amount
    emit(account, 'charge.succeeded', account.chargeBody(paid))
    emitIntent(account, 'amount_capturable_updated', intent)
    expireLater(account, intent)
    return
  }
  take(account, intent, paid, intent.amount, 'charge.succeeded')
}

/** Moves the money. The entry in the balance follows at once or, with automatic_async, a little later. */
function take(account: Account, intent: PaymentIntent, paid: Charge, amount: number, event: string): void {
  intent.status = 'succeeded'
  intent.amount_received = amount
  intent.amount_capturable = 0
  paid.captured = true
  paid.amount_captured = amount
  billCharge(account, paid, amount)
  passOn(account, paid)
  intent.transfer_group ??= paid.transfer_group
  if (paid.capture_method === 'automatic_async') settleLater(account, paid)
  else paid.balance_transaction = bookCharge(account, paid).id
  emit(account, event, account.chargeBody(paid))
  emitIntent(account, 'succeeded', intent)
  account.billing.intentPaid(intent)
  disputeLater(account, paid)
  warnLater(account, paid)
}

/** Assumed: 0.5 to 3 s. https://docs.stripe.com/payments/payment-intents/asynchronous-capture (2026-11-24) says soon. */
export function settleLater(account: Account, paid: Charge): void {
  account.later(
    account.delay(`settle ${paid.id}`, 500, 3_000),
    () => {
      const before = account.chargeBody(paid)
      paid.balance_transaction = bookCharge(account, paid).id
      emit(account, 'charge.updated', account.chargeBody(paid), before)
    },
    `settlement of ${paid.id}`,
  )
}

/** Test cards that are disputed by themselves: https://docs.stripe.com/testing#disputes (2026-11-24). */
export function disputeLater(account: Account, paid: Charge): void {
  const { dispute } = cardOf(paid.card)
  if (dispute === undefined) return
  account.later(
    account.delay(`dispute ${paid.id}`, 1_000, 5_000),
    () => {
      if (!paid.disputed && !paid.refunded) openDispute(account, paid, { ...dispute, amount: paid.amount })
    },
    `dispute of ${paid.id}`,
  )
}

/** An authorization nobody captures is canceled after seven days. */
export function expireLater(account: Account, intent: PaymentIntent): void {
  const paid = found(account.state.charges.get(intent.latest_charge ?? ''), 'the authorization')
  const dueMs = (paid.created + AUTHORIZATION_S) * 1000
  account.later(
    dueMs - account.world.clock.now(),
    () => {
      if (intent.status !== 'requires_capture') return
      release(paid, paid.amount)
      emit(account, 'charge.expired', account.chargeBody(paid))
      close(account, intent, 'automatic')
    },
    `expiry of ${intent.id}`,
  )
}

function release(paid: Charge, amount: number): void {
  paid.amount_refunded += amount
  paid.refunded = paid.amount_refunded === paid.amount
}

function close(account: Account, intent: PaymentIntent, reason: string | null): void {
  intent.status = 'canceled'
  intent.canceled_at = account.nowS()
  intent.cancellation_reason = reason
  intent.amount_capturable = 0
  intent.next_action = null
  emitIntent(account, 'canceled', intent)
}

/** Captures an authorization, in part if asked; the rest is released. */
export function capture(account: Account, intent: PaymentIntent, amount: number | undefined): void {
  if (intent.status !== 'requires_capture') {
    throw unexpected(
      intent,
      `This PaymentIntent could not be captured because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.`,
    )
  }
  const paid = found(account.state.charges.get(intent.latest_charge ?? ''), 'the authorization')
  const wanted = amount ?? intent.amount_capturable
  if (wanted > intent.amount_capturable) {
    throw invalid('The amount_to_capture is greater than the amount you can capture for this PaymentIntent.', {
      code: 'amount_too_large',
      param: 'amount_to_capture',
      payment_intent: paymentIntentBody(intent),
    })
  }
  paid.application_fee_amount = intent.application_fee_amount
  paid.transfer_data = intent.transfer_data
  if (wanted < paid.amount) release(paid, paid.amount - wanted)
  take(account, intent, paid, wanted, 'charge.captured')
}

const CANCELABLE: readonly PaymentIntent['status'][] = [
  'requires_payment_method',
  'requires_capture',
  'requires_confirmation',
  'requires_action',
]

/** Ends an intent that has not been paid; an authorization is released. */
export function cancel(account: Account, intent: PaymentIntent, reason: string | null): void {
  if (!CANCELABLE.includes(intent.status)) {
    throw unexpected(
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.`,
    )
  }
  const paid = intent.status === 'requires_capture' ? account.state.charges.get(intent.latest_charge ?? '') : undefined
  if (paid !== undefined) {
    const before = account.chargeBody(paid)
    release(paid, paid.amount)
    emit(account, 'charge.refunded', account.chargeBody(paid), before)
  }
  close(account, intent, reason)
}
