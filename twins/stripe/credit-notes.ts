import { type Account, found } from './account.ts'
import { changeBalance } from './balances.ts'
import type { CreditLine, CreditNote, Invoice, InvoiceLine } from './billing-state.ts'
import { dueOf } from './billing-wire.ts'
import { pretaxCredits, totalDiscounts } from './coupons.ts'
import { invalid, malformed, missing } from './errors.ts'
import { emit } from './events.ts'
import { paymentOf, settleInvoice } from './invoices.ts'
import { refund } from './refunds.ts'
import type { Metadata } from './state.ts'
import { exclusiveOf, inclusiveOf, taxBody, taxesOn, totalTaxes } from './taxes.ts'
import { listBody, opaque, type Wire } from './wire.ts'

const offOf = (line: CreditLine): number => line.discount_amounts.reduce((sum, { amount }) => sum + amount, 0)
const subtotalOf = (lines: readonly CreditLine[]): number => lines.reduce((sum, { amount }) => sum + amount, 0)
const totalOf = (lines: readonly CreditLine[]): number =>
  lines.reduce((sum, line) => sum + line.amount - offOf(line) + exclusiveOf(line.taxes), 0)

/** `CreditNoteLineItem` of stripe 23.1. */
export const creditLineBody = (account: Account, line: CreditLine): Wire => ({
  id: line.id,
  object: 'credit_note_line_item',
  amount: line.amount,
  description: line.description,
  discount_amount: offOf(line),
  discount_amounts: line.discount_amounts,
  ...(line.invoice_line_item === null ? {} : { invoice_line_item: line.invoice_line_item }),
  livemode: false,
  metadata: line.metadata,
  pretax_credit_amounts: pretaxCredits(line.discount_amounts),
  quantity: line.quantity,
  tax_rates: account.books.rates(line.tax_rates),
  taxes: line.taxes.map(taxBody),
  type: line.invoice_line_item === null ? 'custom_line_item' : 'invoice_line_item',
  unit_amount: line.unit_amount,
  unit_amount_decimal: line.unit_amount === null ? null : String(line.unit_amount),
})

/** `CreditNote` of stripe 23.1. */
export function creditNoteBody(account: Account, note: CreditNote): Wire {
  const total = totalOf(note.lines)
  const taxes = totalTaxes(note.lines)
  const discounts = totalDiscounts(note.lines)
  const subtotal = subtotalOf(note.lines)
  const lines = note.lines.map((line) => creditLineBody(account, line))
  return {
    id: note.id,
    object: 'credit_note',
    amount: total,
    amount_shipping: 0,
    created: note.created,
    currency: note.currency,
    customer: note.customer,
    customer_account: null,
    customer_balance_transaction: note.customer_balance_transaction,
    discount_amount: discounts.reduce((sum, { amount }) => sum + amount, 0),
    discount_amounts: discounts,
    effective_at: note.effective_at,
    invoice: note.invoice,
    lines: listBody(`/v1/credit_notes/${note.id}/lines`, lines, false),
    livemode: false,
    memo: note.memo,
    metadata: note.metadata,
    number: note.number,
    out_of_band_amount: note.out_of_band_amount,
    pdf: `https://pay.stripe.com/credit_notes/${account.id}/test_${opaque(`note ${note.id}`, 72)}/pdf?s=ap`,
    post_payment_amount: note.post_payment_amount,
    pre_payment_amount: note.pre_payment_amount,
    pretax_credit_amounts: pretaxCredits(discounts),
    reason: note.reason,
    refunds: note.refunds.map(({ amount_refunded, refund: id }) => ({
      amount_refunded,
      payment_record_refund: null,
      refund: id,
      type: 'refund',
    })),
    shipping_cost: null,
    status: note.status,
    subtotal,
    subtotal_excluding_tax: subtotal - inclusiveOf(taxes),
    total,
    total_excluding_tax: total - inclusiveOf(taxes) - exclusiveOf(taxes),
    total_taxes: taxes.map(taxBody),
    type: note.post_payment_amount === 0 ? 'pre_payment' : note.pre_payment_amount === 0 ? 'post_payment' : 'mixed',
    voided_at: note.voided_at,
  }
}

export type CreditWish = {
  readonly amount?: number | undefined
  readonly credit_amount?: number | undefined
  readonly effective_at?: number | undefined
  readonly memo?: string | undefined
  readonly metadata?: Metadata
  readonly out_of_band_amount?: number | undefined
  readonly reason?: CreditNote['reason'] | undefined
  readonly refund_amount?: number | undefined
  readonly lines?: readonly LineWish[] | undefined
}
type LineWish = {
  readonly type: 'custom_line_item' | 'invoice_line_item'
  readonly amount?: number | undefined
  readonly description?: string | undefined
  readonly invoice_line_item?: string | undefined
  readonly quantity?: number | undefined
  readonly tax_rates?: readonly string[] | undefined
  readonly unit_amount?: number | undefined
  readonly metadata?: Metadata
}

/** A part of a line, with the same part of its discounts and taxes. */
function partOf(invoice: Invoice, line: InvoiceLine, wish: LineWish): Omit<CreditLine, 'id'> {
  const quantity = wish.quantity ?? null
  const whole = quantity === null ? line.amount : Math.round((line.amount * quantity) / line.quantity)
  const amount = wish.amount ?? whole
  if (amount > line.amount)
    throw invalid('The amount of the credit note line item is more than that of the invoice line item.', {
      param: 'lines',
    })
  const share = (of: number): number => (line.amount === 0 ? 0 : Math.round((of * amount) / line.amount))
  const discount_amounts = line.discount_amounts.map((one) => ({ ...one, amount: share(one.amount) }))
  const ids = line.tax_rates.length > 0 ? line.tax_rates : invoice.default_tax_rates
  const taxes = line.taxes.map((tax) => ({ ...tax, amount: share(tax.amount), taxable: share(tax.taxable) }))
  return {
    amount,
    description: wish.description ?? line.description,
    discount_amounts,
    invoice_line_item: line.id,
    metadata: wish.metadata ?? {},
    quantity: quantity ?? (wish.amount === undefined ? line.quantity : null),
    tax_rates: ids,
    taxes,
    unit_amount: wish.amount === undefined ? line.unit_amount : null,
  }
}

function creditLine(account: Account, invoice: Invoice, wish: LineWish, at: number): Omit<CreditLine, 'id'> {
  const param = `lines[${at}]`
  if (wish.type === 'invoice_line_item') {
    if (wish.invoice_line_item === undefined)
      throw malformed(`Missing required param: ${param}[invoice_line_item].`, {
        code: 'parameter_missing',
        param: `${param}[invoice_line_item]`,
      })
    const line = invoice.lines.find(({ id }) => id === wish.invoice_line_item)
    if (line === undefined) throw missing('invoice line item', wish.invoice_line_item, `${param}[invoice_line_item]`)
    return partOf(invoice, line, wish)
  }
  const { quantity = 1, unit_amount, tax_rates = [] } = wish
  if (unit_amount === undefined)
    throw malformed(`Missing required param: ${param}[unit_amount].`, {
      code: 'parameter_missing',
      param: `${param}[unit_amount]`,
    })
  const amount = unit_amount * quantity
  return {
    amount,
    description: wish.description ?? null,
    discount_amounts: [],
    invoice_line_item: null,
    metadata: wish.metadata ?? {},
    quantity,
    tax_rates,
    taxes: taxesOn(account, amount, tax_rates, 'none'),
    unit_amount,
  }
}

/** What a credit note would be; nothing is changed. Throws where it cannot be made. */
export function draftNote(account: Account, invoice: Invoice, wish: CreditWish): CreditNote {
  const { state } = account
  if (invoice.status !== 'open' && invoice.status !== 'paid')
    throw invalid(
      `You cannot create a credit note for an invoice with a status of ${invoice.status}. The invoice must be open or paid.`,
      { param: 'invoice' },
    )
  if (wish.amount === undefined && (wish.lines ?? []).length === 0)
    throw malformed('You must pass one of `amount`, `lines`, or `shipping_cost`.', { code: 'parameter_missing' })
  // Assumed: a sum without lines is one line of its own, without taxes.
  const wishes: readonly LineWish[] = wish.lines ?? [
    { type: 'custom_line_item', description: undefined, unit_amount: wish.amount },
  ]
  const lines = wishes.map((line, at) => ({
    id: account.newId('cnli_1', 23, { get: () => undefined }),
    ...creditLine(account, invoice, line, at),
  }))
  const total = totalOf(lines)
  const remaining = dueOf(invoice) - invoice.amount_paid
  const creditable = remaining + invoice.amount_paid - invoice.post_payment_credit
  if (total > creditable)
    throw invalid(
      `The credit note amount (${total}) cannot be greater than the amount of the invoice that can still be credited (${creditable}).`,
      { param: 'amount' },
    )
  const pre_payment_amount = Math.min(total, remaining)
  const post_payment_amount = total - pre_payment_amount
  const { credit_amount = 0, refund_amount = 0, out_of_band_amount = 0 } = wish
  if (credit_amount + refund_amount + out_of_band_amount !== post_payment_amount)
    throw invalid(
      `The sum of credit amount, refund amount and out of band amount (${credit_amount + refund_amount + out_of_band_amount}) must equal the post payment amount of the credit note (${post_payment_amount}).`,
    )
  const count = state.credit_notes.all().filter((note) => note.invoice === invoice.id).length
  const now = account.timeOf(invoice.customer)
  return {
    id: account.newId('cn_1', 23, state.credit_notes),
    created: now,
    currency: invoice.currency,
    customer: invoice.customer,
    customer_balance_transaction: null,
    effective_at: wish.effective_at ?? now,
    invoice: invoice.id,
    lines,
    memo: wish.memo ?? null,
    metadata: wish.metadata ?? {},
    number: `${invoice.number}-CN-${String(count + 1).padStart(2, '0')}`,
    out_of_band_amount: wish.out_of_band_amount ?? null,
    post_payment_amount,
    pre_payment_amount,
    reason: wish.reason ?? null,
    refunds: [],
    status: 'issued',
    voided_at: null,
  }
}

/** Takes the credit off what is due, and gives back what was paid: to the card, to the balance, or elsewhere. */
export function issue(account: Account, invoice: Invoice, wish: CreditWish): CreditNote {
  const { state } = account
  const note = draftNote(account, invoice, wish)
  const { credit_amount = 0, refund_amount = 0 } = wish
  const before = account.invoiceBody(invoice)
  if (refund_amount > 0) {
    const intent = state.payment_intents.get(paymentOf(account, invoice)?.payment_intent ?? '')
    const charge = state.charges.get(intent?.latest_charge ?? '')
    if (charge === undefined) throw invalid('There is no charge on this invoice to refund.', { param: 'refund_amount' })
    const { id } = refund(account, charge, { amount: refund_amount })
    note.refunds = [{ amount_refunded: refund_amount, refund: id }]
  }
  if (credit_amount > 0) {
    const customer = found(state.customers.get(invoice.customer), invoice.customer)
    const { id: credit_note, currency } = note
    const change = { amount: -credit_amount, credit_note, currency, invoice: invoice.id, type: 'credit_note' } as const
    note.customer_balance_transaction = changeBalance(account, customer, change).id
  }
  state.credit_notes.add(note)
  invoice.pre_payment_credit += note.pre_payment_amount
  invoice.post_payment_credit += note.post_payment_amount
  emit(account, 'credit_note.created', creditNoteBody(account, note))
  if (note.pre_payment_amount > 0) {
    adjustPayment(account, invoice)
    if (invoice.status === 'open' && dueOf(invoice) === 0) settleInvoice(account, invoice)
    else emit(account, 'invoice.updated', account.invoiceBody(invoice), before)
  }
  return note
}

/** The payment of an open invoice is for what is left. */
function adjustPayment(account: Account, invoice: Invoice): void {
  const payment = paymentOf(account, invoice)
  const intent = account.state.payment_intents.get(payment?.payment_intent ?? '')
  const due = dueOf(invoice)
  if (payment === undefined || intent === undefined || due === 0) return
  account.state.invoice_payments.add({ ...payment, amount_requested: due })
  intent.amount = due
}

/** Only what has not been given back can be taken back: https://docs.stripe.com/api/credit_notes/void (2026-11-26). */
export function voidNote(account: Account, note: CreditNote): void {
  const invoice = found(account.state.invoices.get(note.invoice), note.invoice)
  if (note.status === 'void') throw invalid('This credit note has already been voided.')
  if (invoice.status !== 'open' || note.post_payment_amount > 0)
    throw invalid('You can only void credit notes that are associated with open invoices.')
  const before = creditNoteBody(account, note)
  note.status = 'void'
  note.voided_at = account.timeOf(note.customer)
  invoice.pre_payment_credit -= note.pre_payment_amount
  adjustPayment(account, invoice)
  emit(account, 'credit_note.voided', creditNoteBody(account, note), before)
}
