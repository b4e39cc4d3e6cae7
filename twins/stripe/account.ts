import { createErrands } from '../errands.ts'
import type { World } from '../world.ts'
import { balanceChangeBody } from './balances.ts'
import type { CheckoutSession, Invoice, InvoiceItem, InvoicePayment, SetupIntent } from './billing-state.ts'
import {
  type Books,
  invoiceBody,
  invoiceItemBody,
  invoicePaymentBody,
  payoutBody,
  priceBody,
  productBody,
  setupIntentBody,
  subscriptionBody,
} from './billing-wire.ts'
import { checkoutSessionBody } from './checkout-wire.ts'
import { accountBody, type Platform } from './connect.ts'
import { couponBody, discountBody, promotionCodeBody } from './coupons.ts'
import { creditNoteBody } from './credit-notes.ts'
import { CARDS_ONLY, type Dashboard } from './dashboard.ts'
import { feeBody, reversalBody, transferWire } from './fees.ts'
import { gap } from './gaps.ts'
import type { PayoutSchedule, Seed } from './given.ts'
import { meterBody } from './meters.ts'
import { paymentLinkBody } from './payment-links.ts'
import { quoteBody } from './quotes.ts'
import { warningBody } from './radar.ts'
import { scheduleBody } from './schedules.ts'
import {
  type BalanceTransaction,
  type Charge,
  createState,
  type Dispute,
  type PaymentIntent,
  type State,
  type TestClock,
} from './state.ts'
import { taxRateBody } from './taxes.ts'
import { testClockBody } from './test-clocks.ts'
import { LATEST } from './versions.ts'
import {
  balanceTransactionBody,
  chargeBody,
  customerBody,
  disputeBody,
  paymentIntentBody,
  paymentMethodBody,
  refundBody,
  type Wire,
  webhookEndpointBody,
} from './wire.ts'

/** What is to be done by a test clock. */
export type Appointment = { readonly dueS: number; readonly task: () => void }

/** The request being served, as events name it. */
export type RequestNote = { readonly id: string | null; readonly idempotency_key: string | null }
const BY_ITSELF: RequestNote = { id: null, idempotency_key: null }

/** What billing wants to know of payments, and of its own invoices. */
export type Billing = {
  readonly intentPaid: (intent: PaymentIntent) => void
  readonly invoicePaid: (invoice: Invoice) => void
  readonly invoiceFailed: (invoice: Invoice) => void
  /** What becomes of an invoice while its subscription pauses collection; undefined when it does not. */
  readonly collectionPaused: (invoice: Invoice) => string | undefined
}

/** The accounts of one platform. */
export type Hub = {
  /** Opens the books of an account that is new, with what it holds. */
  readonly open: (id: string, books?: Seed) => void
  readonly close: (id: string) => void
  readonly account: (id: string) => Account | undefined
}
const NO_HUB: Hub = { open: () => undefined, close: () => undefined, account: () => undefined }

/** One Stripe account: its state, and what all its parts need. */
export interface Account {
  readonly world: World
  readonly state: State
  readonly id: string
  readonly name: string
  readonly descriptor: string
  /** The Dashboard's choice of payment methods. */
  readonly configuration: string
  readonly dashboard: Dashboard
  /** How the billing portal is set up. */
  readonly portal: string
  /** Where payouts go. */
  readonly bankAccount: string
  readonly books: Books
  /** The API version of the request being served, or the account's own. */
  readonly version: string
  /** When what is available is paid out. */
  readonly payoutSchedule: PayoutSchedule
  /** When that is next, in seconds, where something waits for it. */
  payoutDue: number | undefined
  /** Hears of every entry in the balance. */
  booked: (entry: BalanceTransaction) => void
  billing: Billing
  hub: Hub
  /** Whose account it is; null when it is nobody's but its own. */
  readonly platform: Platform | null
  readonly redirects: boolean
  readonly rawCardData: boolean
  /** US dollars for one unit of `currency`, as a decimal string. Throws where the seed gives none. */
  rate(currency: string): string
  /** The request on whose account things happen now. */
  readonly request: RequestNote
  serve<T>(request: RequestNote, work: () => T, version?: string): T
  /** Whole seconds of virtual time. */
  nowS(): number
  /** An id that no row of `taken` has: after a restore, chance may repeat itself. */
  newId(prefix: string, length: number, taken: { get(id: string): unknown }): string
  /** Seconds where a customer lives: of their test clock, or of virtual time. */
  timeOf(customer: string | null): number
  /** Runs `task` when it is `dueS` where a customer lives. */
  at(customer: string | null, dueS: number, task: () => void, label: string): void
  /** What a test clock is to do next, until `untilS`; it is taken off. */
  takeDue(clock: string, untilS: number): Appointment | undefined
  /** Runs `task` in `delayMs`, unless the account has been restored to another state by then. */
  later(delayMs: number, task: () => void, label: string): void
  /** Forgets what `later` still has to do. */
  forget(): void
  /** A delay of the twin's own, decided by causal key. */
  delay(name: string, minMs: number, maxMs: number): number
  chargeBody(charge: Charge): Wire
  disputeBody(dispute: Dispute): Wire
  invoiceBody(invoice: Invoice): Wire
  invoiceItemBody(item: InvoiceItem): Wire
  invoicePaymentBody(payment: InvoicePayment): Wire
  setupIntentBody(intent: SetupIntent): Wire
  checkoutSessionBody(session: CheckoutSession): Wire
  /** The wire form of any object by id; undefined when there is none. */
  body(id: string): Wire | undefined
}

/** Throws when a row that the state refers to is not there: a bug of ours, never an answer. */
export function found<T>(row: T | undefined, what: string): T {
  if (row === undefined) throw new Error(`twins/stripe: expected ${what} in the state, got none.`)
  return row
}

export function createAccount(world: World, seed: Seed, platform: Platform | null = null): Account {
  const state = createState()
  const {
    name = 'Backlot',
    descriptor = 'BACKLOT',
    redirects = true,
    raw_card_data = false,
    rates = {},
  } = seed.account ?? {}
  const dashboard: Dashboard = { ...CARDS_ONLY, ...seed.account?.payment_methods }
  const configuration = world.id('pmc_1', 23)
  let version: string = seed.account?.api_version ?? LATEST
  let request = BY_ITSELF
  const errands = createErrands(world, 'stripe')
  const nowS = (): number => Math.floor(world.clock.now() / 1000)
  const appointments = new Map<string, Appointment[]>()
  const clockOf = (customer: string | null): TestClock | undefined =>
    state.test_clocks.get(state.customers.get(customer ?? '')?.test_clock ?? '')
  const account: Account = {
    world,
    state,
    id: seed.account?.id ?? world.id('acct_', 16),
    name,
    configuration,
    dashboard,
    portal: world.id('bpc_1', 23),
    bankAccount: world.id('ba_1', 23),
    books: {
      price: (id) => found(state.prices.get(id), id),
      rates: (ids) => ids.map((id) => taxRateBody(found(state.tax_rates.get(id), id))),
      clock: (customer) => state.customers.get(customer)?.test_clock ?? null,
    },
    payoutSchedule: seed.account?.payouts ?? { interval: 'manual' },
    payoutDue: undefined,
    booked: nothing,
    billing: { intentPaid: nothing, invoicePaid: nothing, invoiceFailed: nothing, collectionPaused: nothing },
    hub: NO_HUB,
    platform,
    get version() {
      return version
    },
    descriptor,
    redirects,
    rawCardData: raw_card_data,
    rate(currency) {
      if (currency === 'usd') return '1'
      const rate = rates[currency]
      if (rate === undefined) throw gap('settlement in another currency')
      return rate
    },
    get request() {
      return request
    },
    serve(next, work, asked) {
      const outer = { request, version }
      request = next
      version = asked ?? version
      try {
        return work()
      } finally {
        ;({ request, version } = outer)
      }
    },
    nowS,
    timeOf: (customer) => clockOf(customer)?.frozen_time ?? nowS(),
    at(customer, dueS, task, label) {
      const clock = clockOf(customer)
      if (clock === undefined) account.later(dueS * 1000 - world.clock.now(), task, label)
      else appointments.set(clock.id, [...(appointments.get(clock.id) ?? []), { dueS, task }])
    },
    takeDue(clock, untilS) {
      const open = appointments.get(clock) ?? []
      const next = open.reduce<Appointment | undefined>(
        (first, one) => (one.dueS <= untilS && one.dueS < (first?.dueS ?? Number.POSITIVE_INFINITY) ? one : first),
        undefined,
      )
      appointments.set(
        clock,
        open.filter((one) => one !== next),
      )
      return next
    },
    newId(prefix, length, taken) {
      for (;;) {
        const id = world.id(prefix, length)
        if (taken.get(id) === undefined) return id
      }
    },
    later: (delayMs, task, label) => errands.later(delayMs, () => account.serve(BY_ITSELF, task), label),
    forget() {
      errands.forget()
      appointments.clear()
      account.payoutDue = undefined
    },
    delay: errands.delay,
    chargeBody: (charge) => chargeBody(charge, descriptor),
    disputeBody(dispute) {
      const entries = dispute.balance_transactions.map((id) =>
        balanceTransactionBody(found(state.balance_transactions.get(id), id), nowS()),
      )
      return disputeBody(dispute, entries, found(state.charges.get(dispute.charge), dispute.charge), nowS())
    },
    invoiceBody: (invoice) =>
      invoiceBody(invoice, found(state.customers.get(invoice.customer), invoice.customer), account),
    invoiceItemBody: (item) => invoiceItemBody(item, account.books),
    invoicePaymentBody,
    setupIntentBody: (intent) => setupIntentBody(intent, configuration, dashboard),
    checkoutSessionBody(session) {
      const customer = state.customers.get(session.customer ?? '')
      const { email = null, tax_exempt: taxExempt = null } = customer ?? {}
      return checkoutSessionBody(session, { name, configuration, dashboard, email, taxExempt })
    },
    body(id) {
      const customer = state.customers.get(id)
      if (customer !== undefined) return customerBody(customer)
      const method = state.payment_methods.get(id)
      if (method !== undefined) return paymentMethodBody(method)
      const intent = state.payment_intents.get(id)
      if (intent !== undefined) return paymentIntentBody(intent)
      const charge = state.charges.get(id)
      if (charge !== undefined) return account.chargeBody(charge)
      const refund = state.refunds.get(id)
      if (refund !== undefined) return refundBody(refund)
      const entry = state.balance_transactions.get(id)
      if (entry !== undefined) return balanceTransactionBody(entry, nowS())
      const dispute = state.disputes.get(id)
      if (dispute !== undefined) return account.disputeBody(dispute)
      const endpoint = state.webhook_endpoints.get(id)
      return endpoint === undefined ? billingBody(account, id) : webhookEndpointBody(endpoint, 'hidden')
    },
  }
  return account
}

const nothing = (): undefined => undefined

function billingBody(account: Account, id: string): Wire | undefined {
  const { state } = account
  const product = state.products.get(id)
  if (product !== undefined) return productBody(product)
  const price = state.prices.get(id)
  if (price !== undefined) return priceBody(price)
  const subscription = state.subscriptions.get(id)
  if (subscription !== undefined) return subscriptionBody(subscription, account.books)
  const invoice = state.invoices.get(id)
  if (invoice !== undefined) return account.invoiceBody(invoice)
  const item = state.invoice_items.get(id)
  if (item !== undefined) return account.invoiceItemBody(item)
  const payment = state.invoice_payments.get(id)
  if (payment !== undefined) return invoicePaymentBody(payment)
  const setup = state.setup_intents.get(id)
  if (setup !== undefined) return account.setupIntentBody(setup)
  const session = state.checkout_sessions.get(id)
  if (session !== undefined) return account.checkoutSessionBody(session)
  const payout = state.payouts.get(id)
  if (payout !== undefined) return payoutBody(payout)
  const discount = state.discounts.get(id)
  if (discount !== undefined) return discountBody(discount)
  const code = state.promotion_codes.get(id)
  if (code !== undefined) return promotionCodeBody(code)
  const note = state.credit_notes.get(id)
  if (note !== undefined) return creditNoteBody(account, note)
  const change = state.balance_changes.get(id)
  if (change !== undefined) return balanceChangeBody(change)
  const fee = state.application_fees.get(id)
  if (fee !== undefined) return feeBody(account, fee)
  const transfer = state.transfers.get(id)
  if (transfer !== undefined) return transferWire(account, transfer)
  const reversal = state.transfer_reversals.get(id)
  if (reversal !== undefined) return reversalBody(reversal)
  const connected = state.accounts.get(id)
  if (connected !== undefined) return accountBody(connected)
  const link = state.payment_links.get(id)
  if (link !== undefined) return paymentLinkBody(account, link)
  const schedule = state.schedules.get(id)
  if (schedule !== undefined) return scheduleBody(account, schedule)
  const warning = state.fraud_warnings.get(id)
  if (warning !== undefined) return warningBody(account, warning)
  const meter = state.meters.get(id)
  if (meter !== undefined) return meterBody(meter)
  const quote = state.quotes.get(id)
  if (quote !== undefined) return quoteBody(account, quote)
  const clock = state.test_clocks.get(id)
  if (clock !== undefined) return testClockBody(clock)
  const rate = state.tax_rates.get(id)
  if (rate !== undefined) return taxRateBody(rate)
  const coupon = state.coupons.get(id)
  return coupon === undefined ? undefined : couponBody(coupon, account.nowS())
}
