import { type Account, found } from './account.ts'
import type { CheckoutSession } from './billing-state.ts'
import { blankIntent, blankSubscription } from './blanks.ts'
import { emit } from './events.ts'
import { newMethod } from './payment-methods.ts'
import { confirm, emitIntent } from './payments.ts'
import { newCustomer } from './routes/customers.ts'
import { confirmSetup } from './routes/setup-intents.ts'
import type { Customer } from './state.ts'
import { applyWishes, start } from './subscriptions.ts'
import { customerBody } from './wire.ts'

const DAY_S = 24 * 3600

const tell = (account: Account, type: string, session: CheckoutSession): void =>
  void emit(account, `checkout.session.${type}`, account.checkoutSessionBody(session))

/** Nobody can pay here any more. */
export function expireSession(account: Account, session: CheckoutSession): void {
  session.status = 'expired'
  tell(account, 'expired', session)
}

/** Puts the end of an open session on the clock; also after a restore. */
export function watchSession(account: Account, session: CheckoutSession): void {
  if (session.status !== 'open') return
  account.later(
    session.expires_at * 1000 - account.world.clock.now(),
    () => {
      if (session.status === 'open') expireSession(account, session)
    },
    `checkout session ${session.id}`,
  )
}

function customerFor(account: Account, session: CheckoutSession, email: string): Customer {
  const known = account.state.customers.get(session.customer ?? '')
  if (known !== undefined) return known
  const customer = account.state.customers.add(newCustomer(account))
  customer.email = session.customer_email ?? email
  emit(account, 'customer.created', customerBody(customer))
  return customer
}

/** A customer visits the hosted page and pays with a test card. Throws the decline, as the page would show it. */
export function completeSession(account: Account, session: CheckoutSession, card: string, email: string): void {
  const keepsNobody =
    session.mode === 'payment' && session.customer === null && session.customer_creation === 'if_required'
  const customer = keepsNobody ? undefined : customerFor(account, session, email)
  if (customer !== undefined) session.customer = customer.id
  const method = newMethod(account, card)
  if (session.mode === 'payment') payOnce(account, session, method.id)
  else if (session.mode === 'setup') {
    const intent = found(account.state.setup_intents.get(session.setup_intent ?? ''), 'the setup intent')
    intent.customer = session.customer
    intent.payment_method = method.id
    confirmSetup(account, intent, true)
  } else {
    method.customer = session.customer
    method.use = 'set_up'
    subscribe(account, session, method.id)
  }
  session.status = 'complete'
  if (session.payment_status === 'unpaid') session.payment_status = 'paid'
  tell(account, 'completed', session)
}

function payOnce(account: Account, session: CheckoutSession, method: string): void {
  const { state } = account
  const intent = state.payment_intents.add(
    blankIntent(account, {
      amount: session.lines.reduce((sum, { amount }) => sum + amount, 0),
      methods: account.dashboard.payments,
      capture_method: 'automatic_async',
      currency: session.currency ?? 'usd',
      customer: session.customer,
      description: session.data.description ?? null,
      metadata: session.data.metadata ?? {},
      payment_method: method,
      status: 'requires_confirmation',
    }),
  )
  session.payment_intent = intent.id
  emitIntent(account, 'created', intent)
  confirm(account, intent, {
    offSession: false,
    errorOnRequiresAction: true,
    returnUrl: undefined,
    useStripeSdk: false,
  })
}

function subscribe(account: Account, session: CheckoutSession, method: string): void {
  const now = account.timeOf(session.customer)
  const days = session.data.trial_period_days
  const recurring = session.lines.filter(
    ({ price }) => found(account.state.prices.get(price), price).recurring !== null,
  )
  const subscription = blankSubscription(account, {
    currency: session.currency ?? 'usd',
    customer: session.customer ?? '',
    default_payment_method: method,
    description: session.data.description ?? null,
    items: applyWishes(
      account,
      [],
      recurring.map(({ price, quantity }) => ({ price, quantity })),
      now,
    ),
    metadata: session.data.metadata ?? {},
    trial_end: days === undefined ? null : now + days * DAY_S,
    trial_start: days === undefined ? null : now,
  })
  start(account, subscription, { payment_behavior: 'error_if_incomplete', offSession: false })
  session.subscription = subscription.id
  session.invoice = subscription.latest_invoice
  if (days !== undefined) session.payment_status = 'no_payment_required'
}
