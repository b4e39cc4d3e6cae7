import { type Account, found } from './account.ts'
import { applyBalance, returnBalance } from './balances.ts'
import type { Invoice, InvoiceItem, InvoiceLine, InvoicePayment } from './billing-state.ts'
import { dueOf } from './billing-wire.ts'
import { blankIntent, blankInvoice, type InvoiceWish } from './blanks.ts'
import { invalid, Refusal } from './errors.ts'
import { emit } from './events.ts'
import { resolveMethod } from './payment-methods.ts'
import { cancel, confirm } from './payments.ts'
import type { PaymentIntent, PaymentMethod } from './state.ts'
import { pricedLines } from './taxes.ts'
import { MANUAL } from './wire.ts'

const HOUR_S = 3600
const DAY_S = 24 * HOUR_S
/** A draft waits an hour: https://docs.stripe.com/invoicing/integration/automatic-advancement-collection (2026-11-24). */
const DRAFT_S = HOUR_S
/** Assumed: Smart Retries choose their times by a model of Stripe's own; these are the documented defaults of a fixed plan. */
export const RETRY_DELAYS_S: readonly number[] = [3 * DAY_S, 5 * DAY_S, 7 * DAY_S]

export const NO_METHOD =
  'This customer has no attached payment source or default payment method. Please consider adding a default payment method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.'

/** Why an invoice's payment is made, as it shows on the statement of the charge. Recorded by github.com/pay-rails/pay. */
const DESCRIPTION: Readonly<Record<Invoice['billing_reason'], string>> = {
  manual: MANUAL,
  subscription_create: 'Subscription creation',
  subscription_cycle: 'Subscription update',
  subscription_update: 'Subscription update',
}

/** What marks the product that amounts without a price are booked on. */
export const LOOSE = { backing: 'invoiceitem' } as const

export const emitInvoice = (account: Account, type: string, invoice: Invoice): void =>
  void emit(account, `invoice.${type}`, account.invoiceBody(invoice))

/** Stores a draft. */
export function draftInvoice(account: Account, draft: InvoiceWish): Invoice {
  const invoice = blankInvoice(account, draft)
  invoice.lines = pricedLines(account, invoice)
  account.state.invoices.add(invoice)
  emitInvoice(account, 'created', invoice)
  watchInvoice(account, invoice)
  return invoice
}

/** The line that bills an invoice item. */
export const lineOf = (account: Account, item: InvoiceItem): InvoiceLine => ({
  id: account.newId('il_1', 23, { get: () => undefined }),
  amount: item.amount,
  description: item.description,
  metadata: item.metadata,
  period: item.period,
  price: item.price,
  product: item.product,
  proration: item.proration,
  quantity: item.quantity,
  unit_amount: item.unit_amount,
  credited: item.credited,
  discounts: item.discounts,
  discount_amounts: [],
  tax_rates: item.tax_rates,
  taxes: [],
  invoice_item: item.id,
  subscription: item.subscription,
  subscription_item: item.subscription_item,
})

/** Items of a customer that no invoice has yet; of one subscription where it is given. */
export const pendingItems = (
  account: Account,
  customer: string,
  currency: string,
  subscription?: string,
): readonly InvoiceItem[] =>
  account.state.invoice_items
    .all()
    .filter((item) => item.customer === customer && item.invoice === null && item.currency === currency)
    .filter((item) => subscription === undefined || item.subscription === null || item.subscription === subscription)

/** Moves items onto a draft: before what its subscription bills. https://docs.stripe.com/api/invoice-line-item (2026-11-26). */
export function takeItems(account: Account, invoice: Invoice, items: readonly InvoiceItem[]): void {
  for (const item of items) item.invoice = invoice.id
  setLines(account, invoice, [...items.map((item) => lineOf(account, item)), ...invoice.lines])
}

/** Gives a draft other lines, and works out again what discounts take off them and taxes put on. */
export function setLines(account: Account, invoice: Invoice, lines: readonly InvoiceLine[]): void {
  invoice.lines = pricedLines(account, { ...invoice, lines })
}

export const paymentOf = (account: Account, invoice: Invoice): InvoicePayment | undefined =>
  account.state.invoice_payments.all().findLast((payment) => payment.invoice === invoice.id)

const badState = (invoice: Invoice, what: string): Refusal =>
  invalid(`This invoice can no longer be ${what} because it has a status of ${invoice.status}.`, {
    code: 'invoice_not_editable',
  })

/** Makes a draft final: it gets its number, and a payment where something is due. */
export function finalizeInvoice(account: Account, invoice: Invoice): void {
  if (invoice.status !== 'draft') throw badState(invoice, 'finalized')
  const customer = found(account.state.customers.get(invoice.customer), invoice.customer)
  const now = account.timeOf(invoice.customer)
  invoice.status = 'open'
  invoice.number = `${customer.invoice_prefix}-${String(customer.next_invoice_sequence).padStart(4, '0')}`
  customer.next_invoice_sequence += 1
  invoice.effective_at = now
  invoice.finalized_at = now
  applyBalance(account, invoice, customer)
  const due = dueOf(invoice)
  shareOut(account, invoice, due)
  if (due > 0) newPayment(account, invoice, due)
  emitInvoice(account, 'finalized', invoice)
  if (due === 0) {
    invoice.attempted = true
    settleInvoice(account, invoice)
  }
}

/** What a platform and a destination get of an invoice, where its subscription says so by per cent. */
function shareOut(account: Account, invoice: Invoice, due: number): void {
  const subscription = account.state.subscriptions.get(invoice.subscription ?? '')
  if (subscription === undefined) return
  const { application_fee_percent: percent, on_behalf_of, transfer_data: data } = subscription
  invoice.on_behalf_of ??= on_behalf_of
  if (percent !== null) invoice.application_fee_amount ??= Math.round((due * percent) / 100)
  if (data === null || invoice.transfer_data !== null) return
  const { destination, amount_percent: part } = data
  invoice.transfer_data = { destination, ...(part === null ? {} : { amount: Math.round((due * part) / 100) }) }
}

/** The payment that collects an invoice. */
export function newPayment(account: Account, invoice: Invoice, due: number): void {
  const { state } = account
  const intent = blankIntent(account, {
    amount: due,
    currency: invoice.currency,
    customer: invoice.customer,
    description: DESCRIPTION[invoice.billing_reason],
    invoice: invoice.id,
    methods: account.dashboard.invoices,
    application_fee_amount: invoice.application_fee_amount,
    on_behalf_of: invoice.on_behalf_of,
    transfer_data: invoice.transfer_data,
    setup_future_usage: invoice.subscription === null ? null : 'off_session',
  })
  state.payment_intents.add(intent)
  state.invoice_payments.add({
    id: account.newId('inpay_1', 23, state.invoice_payments),
    created: account.nowS(),
    amount_requested: due,
    currency: invoice.currency,
    invoice: invoice.id,
    payment_intent: intent.id,
    amount_paid: 0,
    status: 'open',
    paid_at: null,
    canceled_at: null,
  })
}

/** https://docs.stripe.com/billing/subscriptions/payment-methods-setting (2026-11-24): invoice, subscription, customer. */
export function methodOfInvoice(account: Account, invoice: Invoice): string | null {
  const { customers, subscriptions } = account.state
  return (
    invoice.default_payment_method ??
    subscriptions.get(invoice.subscription ?? '')?.default_payment_method ??
    customers.get(invoice.customer)?.default_payment_method ??
    null
  )
}

type Paying = { readonly method?: string | undefined; readonly offSession: boolean }

/** Tries to collect an invoice, a draft first being made final. Throws the decline; a challenge leaves the invoice open. */
export function payInvoice(account: Account, invoice: Invoice, { method, offSession }: Paying): void {
  if (invoice.status === 'draft') finalizeInvoice(account, invoice)
  else if (invoice.status === 'paid') throw invalid('Invoice is already paid', { code: 'invoice_already_paid' })
  else if (invoice.status === 'void') throw badState(invoice, 'paid')
  if (dueOf(invoice) === 0) return
  const payment = found(paymentOf(account, invoice), `a payment of ${invoice.id}`)
  const intent = found(account.state.payment_intents.get(payment.payment_intent), payment.payment_intent)
  const id = method ?? methodOfInvoice(account, invoice)
  if (id === null) throw invalid(NO_METHOD, { code: 'resource_missing' })
  const payer: PaymentMethod = resolveMethod(account, id, 'payment_method')
  invoice.attempt_count += 1
  invoice.attempted = true
  intent.payment_method = payer.id
  intent.status = 'requires_confirmation'
  // A card that was saved once may be charged without its owner: a first payment is made in their presence.
  if (offSession) intent.setup_future_usage = null
  try {
    confirm(account, intent, { offSession, errorOnRequiresAction: false, returnUrl: undefined, useStripeSdk: false })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    emitInvoice(account, 'payment_failed', invoice)
    throw error
  }
  // Confirming has changed it.
  if ((intent.status as PaymentIntent['status']) === 'requires_action')
    emitInvoice(account, 'payment_action_required', invoice)
}

/** The money of an intent is there: if it was for an invoice, that is paid. */
export function intentPaid(account: Account, intent: PaymentIntent): void {
  const payment = account.state.invoice_payments.all().find((one) => one.payment_intent === intent.id)
  if (payment === undefined) return
  payment.status = 'paid'
  payment.amount_paid = intent.amount_received
  payment.paid_at = account.nowS()
  emit(account, 'invoice_payment.paid', account.invoicePaymentBody(payment))
  settleInvoice(account, found(account.state.invoices.get(payment.invoice), payment.invoice))
}

/** Nothing is due any more. */
export function settleInvoice(account: Account, invoice: Invoice): void {
  invoice.status = 'paid'
  invoice.paid_at = account.timeOf(invoice.customer)
  invoice.amount_paid = dueOf(invoice)
  invoice.next_payment_attempt = null
  invoice.auto_advance = false
  emitInvoice(account, 'paid', invoice)
  emitInvoice(account, 'payment_succeeded', invoice)
  account.billing.invoicePaid(invoice)
}

function closePayment(account: Account, invoice: Invoice): void {
  const payment = paymentOf(account, invoice)
  if (payment?.status !== 'open') return
  payment.status = 'canceled'
  payment.canceled_at = account.nowS()
  const intent = found(account.state.payment_intents.get(payment.payment_intent), payment.payment_intent)
  if (intent.status !== 'canceled' && intent.status !== 'succeeded') cancel(account, intent, 'void_invoice')
}

/** https://docs.stripe.com/api/invoices/void (2026-11-24): open ones and uncollectible ones. */
export function voidInvoice(account: Account, invoice: Invoice): void {
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') throw badState(invoice, 'voided')
  invoice.status = 'void'
  invoice.voided_at = account.timeOf(invoice.customer)
  invoice.auto_advance = false
  invoice.next_payment_attempt = null
  closePayment(account, invoice)
  returnBalance(account, invoice)
  emitInvoice(account, 'voided', invoice)
}

export function markUncollectible(account: Account, invoice: Invoice): void {
  if (invoice.status !== 'open') throw badState(invoice, 'marked uncollectible')
  invoice.status = 'uncollectible'
  invoice.marked_uncollectible_at = account.timeOf(invoice.customer)
  invoice.auto_advance = false
  invoice.next_payment_attempt = null
  emitInvoice(account, 'marked_uncollectible', invoice)
}

/** Puts on the clock what an invoice still has before it; also after a restore. */
export function watchInvoice(account: Account, invoice: Invoice): void {
  const dueS =
    invoice.status === 'draft' && invoice.auto_advance ? invoice.created + DRAFT_S : invoice.next_payment_attempt
  if (dueS === null) return
  account.at(invoice.customer, dueS, () => advance(account, invoice), `invoice ${invoice.id}`)
}

function advance(account: Account, invoice: Invoice): void {
  const now = account.timeOf(invoice.customer)
  const draftDue = invoice.status === 'draft' && invoice.auto_advance && now >= invoice.created + DRAFT_S
  const retryDue =
    invoice.status === 'open' && invoice.next_payment_attempt !== null && now >= invoice.next_payment_attempt
  if (draftDue || retryDue) collect(account, invoice)
}

/** What Stripe does by itself with an invoice that is to be collected. */
export function collect(account: Account, invoice: Invoice): void {
  const pause = account.billing.collectionPaused(invoice)
  if (pause === 'keep_as_draft') {
    invoice.auto_advance = false
    return
  }
  if (invoice.status === 'draft') finalizeInvoice(account, invoice)
  // Finalizing has changed it.
  const status: Invoice['status'] = invoice.status
  if (status !== 'open') return
  if (pause === 'void') {
    voidInvoice(account, invoice)
    return
  }
  if (pause === 'mark_uncollectible') {
    markUncollectible(account, invoice)
    return
  }
  if (invoice.collection_method === 'send_invoice') {
    emitInvoice(account, 'sent', invoice)
    return
  }
  try {
    payInvoice(account, invoice, { offSession: true })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    retryLater(account, invoice)
  }
}

function retryLater(account: Account, invoice: Invoice): void {
  const waitS = RETRY_DELAYS_S[Math.max(0, invoice.attempt_count - 1)]
  invoice.next_payment_attempt = waitS === undefined ? null : account.timeOf(invoice.customer) + waitS
  emitInvoice(account, 'updated', invoice)
  watchInvoice(account, invoice)
  account.billing.invoiceFailed(invoice)
}
