import { z } from 'zod'
import { fieldAt } from '../faults.ts'
import type { Json } from '../trace.ts'
import type { Account } from './account.ts'
import { cardNamed } from './cards.ts'
import { completeSession } from './checkout.ts'
import { closeDispute, isChargedBack, openDispute } from './disputes.ts'
import { kept, send } from './events.ts'
import { isOpen, visit } from './payment-links.ts'
import { authenticated, authenticationFailed } from './payments.ts'
import { warn } from './radar.ts'
import { refund } from './refunds.ts'
import { onboard } from './routes/connect.ts'
import { confirmSetup, setupFailed } from './routes/setup-intents.ts'
import type { Charge, Dispute, PaymentIntent, StoredEvent, WebhookEndpoint } from './state.ts'

/** What someone at Stripe's side, or at the bank, can do. */
export const HAPPENINGS = [
  'dispute.created',
  'dispute.closed',
  'payment_intent.authenticated',
  'payment_intent.authentication_failed',
  'setup_intent.authenticated',
  'setup_intent.authentication_failed',
  'checkout.session.completed',
  'charge.refunded_from_dashboard',
  'webhook_endpoint.disabled',
  'webhook_endpoint.enabled',
  'event.resent',
  'account.onboarded',
  'radar.early_fraud_warning.created',
  'payment_link.visited',
] as const
type Happening = (typeof HAPPENINGS)[number]

const where = z.record(z.string(), z.json()).optional()
const anId = z.string().optional()
const WITH = {
  'dispute.created': z.strictObject({
    charge: anId,
    payment_intent: anId,
    where,
    reason: z.string().default('fraudulent'),
    amount: z.int().positive().optional(),
    inquiry: z.boolean().default(false),
  }),
  'dispute.closed': z.strictObject({ dispute: anId, charge: anId, where, status: z.enum(['won', 'lost']) }),
  'payment_intent.authenticated': z.strictObject({ payment_intent: anId, where }),
  'payment_intent.authentication_failed': z.strictObject({ payment_intent: anId, where }),
  'setup_intent.authenticated': z.strictObject({ setup_intent: anId, where }),
  'setup_intent.authentication_failed': z.strictObject({ setup_intent: anId, where }),
  'checkout.session.completed': z.strictObject({
    checkout_session: anId,
    where,
    card: z.string().default('pm_card_visa'),
    email: z.string().default('customer@example.com'),
  }),
  'charge.refunded_from_dashboard': z.strictObject({
    charge: anId,
    payment_intent: anId,
    where,
    amount: z.int().positive().optional(),
    reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
  }),
  'webhook_endpoint.disabled': z.strictObject({ webhook_endpoint: anId, url: anId }),
  'webhook_endpoint.enabled': z.strictObject({ webhook_endpoint: anId, url: anId }),
  'event.resent': z.strictObject({ event: anId, type: anId, where, webhook_endpoint: anId }),
  'account.onboarded': z.strictObject({ account: anId, where }),
  'payment_link.visited': z.strictObject({ payment_link: anId, where }),
  'radar.early_fraud_warning.created': z.strictObject({
    charge: anId,
    payment_intent: anId,
    where,
    fraud_type: z
      .enum([
        'card_never_received',
        'fraudulent_card_application',
        'made_with_counterfeit_card',
        'made_with_lost_card',
        'made_with_stolen_card',
        'misc',
        'unauthorized_use_of_card',
      ])
      .default('misc'),
  }),
} satisfies Record<Happening, z.ZodType>
/** What each takes under `with`. */
export const FIELDS: Readonly<Record<string, z.ZodType>> = WITH

const isHappening = (event: string): event is Happening => HAPPENINGS.some((name) => name === event)

/** Makes `event` happen. Throws, naming what was expected, when `fields` do not fit or fit nothing in the account. */
export function happen(account: Account, event: string, fields: Json): void {
  if (!isHappening(event)) {
    throw new Error(`stripe: expected one of ${HAPPENINGS.join(', ')}, got "${event}".`)
  }
  const { state } = account
  switch (event) {
    case 'dispute.created': {
      const { reason, inquiry, amount, ...which } = read(event, fields)
      const charge = theCharge(account, event, which, ({ captured, disputed }) => captured && !disputed)
      if (amount !== undefined && amount > charge.amount) {
        throw new Error(`stripe ${event}: expected an amount of at most ${charge.amount}, got ${amount}.`)
      }
      openDispute(account, charge, { reason, inquiry, amount: amount ?? charge.amount })
      return
    }
    case 'dispute.closed': {
      const { status, dispute: id, charge, where: wanted } = read(event, fields)
      const open = ({ status: now }: Dispute): boolean => !['won', 'lost', 'warning_closed'].includes(now)
      const rows = state.disputes.all().filter((row) => open(row) && (charge === undefined || row.charge === charge))
      closeDispute(account, the(event, 'an open dispute', rows, id, wanted), status)
      return
    }
    case 'payment_intent.authenticated':
    case 'payment_intent.authentication_failed': {
      const { payment_intent, where: wanted } = read(event, fields)
      const rows = state.payment_intents.all().filter(({ status }) => status === 'requires_action')
      const intent: PaymentIntent = the(event, 'a payment intent that requires action', rows, payment_intent, wanted)
      if (event === 'payment_intent.authenticated') authenticated(account, intent)
      else authenticationFailed(account, intent)
      return
    }
    case 'setup_intent.authenticated':
    case 'setup_intent.authentication_failed': {
      const { setup_intent, where: wanted } = read(event, fields)
      const rows = state.setup_intents.all().filter(({ status }) => status === 'requires_action')
      const intent = the(event, 'a setup intent that requires action', rows, setup_intent, wanted)
      if (event === 'setup_intent.authenticated') confirmSetup(account, intent, true)
      else setupFailed(account, intent)
      return
    }
    case 'checkout.session.completed': {
      const { checkout_session, where: wanted, card, email } = read(event, fields)
      const rows = state.checkout_sessions.all().filter(({ status }) => status === 'open')
      completeSession(
        account,
        the(event, 'an open checkout session', rows, checkout_session, wanted),
        rowOf(card),
        email,
      )
      return
    }
    case 'charge.refunded_from_dashboard': {
      const { amount, reason, ...which } = read(event, fields)
      const can = (charge: Charge): boolean => charge.captured && !charge.refunded && !isChargedBack(account, charge)
      refund(account, theCharge(account, event, which, can), { amount, reason })
      return
    }
    case 'webhook_endpoint.disabled':
    case 'webhook_endpoint.enabled': {
      const { webhook_endpoint, url } = read(event, fields)
      const rows = state.webhook_endpoints.all().filter((row) => url === undefined || row.url === url)
      const endpoint: WebhookEndpoint = the(event, 'a webhook endpoint', rows, webhook_endpoint, undefined)
      endpoint.status = event === 'webhook_endpoint.disabled' ? 'disabled' : 'enabled'
      return
    }
    case 'event.resent': {
      const { event: id, type, where: wanted, webhook_endpoint } = read(event, fields)
      const rows = state.events.all().filter((row) => kept(account, row) && (type === undefined || row.type === type))
      const resent: StoredEvent = the(event, 'an event', rows, id, wanted)
      const endpoints = state.webhook_endpoints.all().filter(({ status }) => status === 'enabled')
      send(account, resent, the(event, 'an enabled webhook endpoint', endpoints, webhook_endpoint, undefined), 0)
      return
    }
    case 'account.onboarded': {
      const { account: id, where: wanted } = read(event, fields)
      const rows = state.accounts.all().filter(({ onboarded }) => onboarded === null)
      onboard(account, the(event, 'an account that is not onboarded', rows, id, wanted))
      return
    }
    case 'payment_link.visited': {
      const { payment_link, where: wanted } = read(event, fields)
      const rows = state.payment_links.all().filter((link) => isOpen(account, link))
      visit(account, the(event, 'a payment link that is active', rows, payment_link, wanted))
      return
    }
    case 'radar.early_fraud_warning.created': {
      const { fraud_type, ...which } = read(event, fields)
      warn(
        account,
        theCharge(account, event, which, ({ captured }) => captured),
        fraud_type,
      )
      return
    }
    default:
      event satisfies never
  }
}

function rowOf(card: string): string {
  const row = cardNamed(card)
  if (row === undefined || row === 'unmodelled')
    throw new Error(`stripe checkout.session.completed: expected a test card such as pm_card_visa, got "${card}".`)
  return row
}

function read<Name extends Happening>(event: Name, fields: Json): z.output<(typeof WITH)[Name]> {
  const parsed = WITH[event].safeParse(fields ?? {})
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'with'}: ${message}`)
    throw new Error(`stripe ${event}: ${problems.join('; ')}. Got ${JSON.stringify(fields)}.`)
  }
  // The schema of this very happening has parsed it.
  return parsed.data as z.output<(typeof WITH)[Name]>
}

type Which = {
  readonly charge?: string | undefined
  readonly payment_intent?: string | undefined
  readonly where?: z.output<typeof where>
}

function theCharge(account: Account, event: string, which: Which, can: (charge: Charge) => boolean): Charge {
  const rows = account.state.charges
    .all()
    .filter((row) => can(row) && (which.payment_intent === undefined || row.payment_intent === which.payment_intent))
  return the(event, 'a charge it can happen to', rows, which.charge, which.where)
}

/** The one row meant: by id, by what it holds, or because there is no other. */
function the<Row extends { readonly id: string }>(
  event: string,
  what: string,
  rows: readonly Row[],
  id: string | undefined,
  wanted: z.output<typeof where>,
): Row {
  const fits = rows.filter(
    (row) =>
      (id === undefined || row.id === id) &&
      // Stored rows are plain data.
      Object.entries(wanted ?? {}).every(([path, value]) => fieldAt(row as Json & Row, path) === value),
  )
  const [first, second] = fits
  const by = id ?? (wanted === undefined ? 'no more said' : JSON.stringify(wanted))
  if (first === undefined) throw new Error(`stripe ${event}: expected ${what} (${by}), got none.`)
  if (second !== undefined) {
    throw new Error(
      `stripe ${event}: expected one, got ${fits.length}: ${fits.map((row) => row.id).join(', ')}. Name it by id or under "where".`,
    )
  }
  return first
}
