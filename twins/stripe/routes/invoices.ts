import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import type { Invoice } from '../billing-state.ts'
import { invoiceLineBody, invoicePaymentBody } from '../billing-wire.ts'
import { newProduct, priceOf } from '../catalog.ts'
import { discountsField, redeem } from '../coupons.ts'
import { currency } from '../currencies.ts'
import { invalid, malformed, missing } from '../errors.ts'
import { emit } from '../events.ts'
import { checkPassing } from '../fees.ts'
import { loudly } from '../gaps.ts'
import {
  draftInvoice,
  emitInvoice,
  finalizeInvoice,
  LOOSE,
  lineOf,
  markUncollectible,
  payInvoice,
  pendingItems,
  setLines,
  settleInvoice,
  takeItems,
  voidInvoice,
  watchInvoice,
} from '../invoices.ts'
import { LIST_SPEC, PAGE_SPEC, page } from '../lists.ts'
import {
  choice,
  emptyable,
  flag,
  integer,
  mergeMetadata,
  metadata,
  object,
  type Parsed,
  required,
  type Spec,
  string,
} from '../params.ts'
import { resolveMethod } from '../payment-methods.ts'
import { costOf } from '../pricing.ts'
import { checkRates, noAutomaticTax, taxRatesField } from '../taxes.ts'
import { deletedBody } from '../wire.ts'
import { customerOf } from './customers.ts'

const TAX = 'tax and other parts of billing'
const CONNECT = 'Connect'
const DAY_S = 24 * 3600

const editable = {
  auto_advance: flag(),
  collection_method: choice('charge_automatically', 'send_invoice'),
  days_until_due: integer(0),
  automatic_tax: noAutomaticTax(),
  default_payment_method: emptyable(string()),
  default_tax_rates: taxRatesField(),
  description: emptyable(string(1500)),
  due_date: integer(),
  footer: emptyable(string()),
  discounts: discountsField(),
  metadata: metadata(),
  statement_descriptor: string(22),
  ...loudly(
    'account_tax_ids automatically_finalizes_at custom_fields default_source effective_at number payment_settings rendering shipping_cost shipping_details',
    TAX,
  ),
  application_fee_amount: integer(0),
  on_behalf_of: emptyable(string()),
  transfer_data: emptyable(object({ destination: required(string()), amount: integer(0) })),
  ...loudly('issuer', CONNECT),
} satisfies Spec

function edit(account: Account, invoice: Invoice, params: Parsed<typeof editable>): void {
  const method = params.default_payment_method
  if (method) resolveMethod(account, method, 'default_payment_method')
  invoice.metadata = mergeMetadata(invoice.metadata, params.metadata)
  if (params.auto_advance !== undefined) invoice.auto_advance = params.auto_advance
  if (params.collection_method !== undefined) invoice.collection_method = params.collection_method
  if (params.days_until_due !== undefined)
    invoice.due_date = account.timeOf(invoice.customer) + params.days_until_due * DAY_S
  if (params.due_date !== undefined) invoice.due_date = params.due_date
  if (method !== undefined) invoice.default_payment_method = method || null
  if (params.description !== undefined) invoice.description = params.description || null
  if (params.footer !== undefined) invoice.footer = params.footer || null
  if (params.statement_descriptor !== undefined) invoice.statement_descriptor = params.statement_descriptor
  if (params.application_fee_amount !== undefined) invoice.application_fee_amount = params.application_fee_amount
  if (params.on_behalf_of !== undefined) invoice.on_behalf_of = params.on_behalf_of || null
  const data = params.transfer_data
  if (data !== undefined)
    invoice.transfer_data =
      data === ''
        ? null
        : { destination: data.destination, ...(data.amount === undefined ? {} : { amount: data.amount }) }
  checkPassing(account, { ...invoice, amount: Number.MAX_SAFE_INTEGER })
  if (params.default_tax_rates !== undefined) {
    checkRates(account, params.default_tax_rates, 'default_tax_rates')
    invoice.default_tax_rates = params.default_tax_rates
    setLines(account, invoice, invoice.lines)
  }
  if (params.discounts !== undefined) {
    invoice.discounts = redeem(account, params.discounts, { customer: invoice.customer, invoice: invoice.id })
    setLines(account, invoice, invoice.lines)
  }
}

export function addInvoices(account: Account, serve: Serve): void {
  const { state } = account
  const invoiceAt = (id: string): Invoice => {
    const invoice = state.invoices.get(id)
    if (invoice === undefined) throw missing('invoice', id, 'invoice', 404)
    return invoice
  }
  serve({
    name: 'invoices.create',
    route: 'POST /v1/invoices',
    spec: {
      ...editable,
      currency: currency(),
      customer: required(string()),
      pending_invoice_items_behavior: choice('include', 'exclude'),
      subscription: string(),
      ...loudly('customer_account from_invoice', CONNECT),
    },
    gives: 'invoice',
    run(params) {
      const customer = customerOf(account, params.customer, 'customer', 400)
      const subscription = params.subscription === undefined ? null : state.subscriptions.get(params.subscription)
      if (subscription === undefined) throw missing('subscription', params.subscription ?? '', 'subscription')
      const sends = params.collection_method === 'send_invoice'
      if (sends && params.days_until_due === undefined && params.due_date === undefined) {
        throw malformed('You must specify `days_until_due` or `due_date` if collection method is `send_invoice`.')
      }
      const pending = state.invoice_items.all().filter((one) => one.customer === customer.id && one.invoice === null)
      const money = params.currency ?? pending[0]?.currency ?? 'usd'
      const items =
        params.pending_invoice_items_behavior === 'include' || subscription !== null
          ? pendingItems(account, customer.id, money, subscription?.id)
          : []
      if (subscription !== null && items.length === 0) {
        throw invalid('Nothing to invoice for subscription', {
          code: 'invoice_no_subscription_line_items',
          param: 'subscription',
        })
      }
      const invoice = draftInvoice(account, {
        customer: customer.id,
        currency: money,
        billing_reason: subscription === null ? 'manual' : 'subscription_update',
        subscription: subscription?.id ?? null,
        lines: [],
      })
      edit(account, invoice, params)
      takeItems(account, invoice, items)
      watchInvoice(account, invoice)
      return account.invoiceBody(invoice)
    },
  })
  serve({
    name: 'invoices.retrieve',
    route: 'GET /v1/invoices/:id',
    spec: {},
    gives: 'invoice',
    run: (_, at) => account.invoiceBody(invoiceAt(at('id'))),
  })
  serve({
    name: 'invoices.update',
    route: 'POST /v1/invoices/:id',
    spec: editable,
    gives: 'invoice',
    run(params, at) {
      const invoice = invoiceAt(at('id'))
      const before = account.invoiceBody(invoice)
      edit(account, invoice, params)
      watchInvoice(account, invoice)
      emit(account, 'invoice.updated', account.invoiceBody(invoice), before)
      return account.invoiceBody(invoice)
    },
  })
  serve({
    name: 'invoices.delete',
    route: 'DELETE /v1/invoices/:id',
    spec: {},
    gives: 'invoice',
    run(_, at) {
      const invoice = invoiceAt(at('id'))
      if (invoice.status !== 'draft' || invoice.subscription !== null) {
        throw invalid('You can only delete draft invoices.', { code: 'invoice_not_editable' })
      }
      for (const item of state.invoice_items.all()) if (item.invoice === invoice.id) item.invoice = null
      state.invoices.remove(invoice.id)
      emitInvoice(account, 'deleted', invoice)
      return deletedBody('invoice', invoice.id)
    },
  })
  serve({
    name: 'invoices.list',
    route: 'GET /v1/invoices',
    spec: {
      ...LIST_SPEC,
      collection_method: string(),
      customer: string(),
      status: choice('draft', 'open', 'paid', 'uncollectible', 'void'),
      subscription: string(),
      ...loudly('due_date', TAX),
      ...loudly('customer_account', CONNECT),
    },
    gives: 'invoice',
    list: true,
    run(params) {
      const wanted = state.invoices
        .all()
        .filter((one) => params.customer === undefined || one.customer === params.customer)
        .filter((one) => params.status === undefined || one.status === params.status)
        .filter((one) => params.subscription === undefined || one.subscription === params.subscription)
        .filter((one) => params.collection_method === undefined || one.collection_method === params.collection_method)
      return page('/v1/invoices', 'invoice', wanted, params, account.invoiceBody)
    },
  })
  serve({
    name: 'invoices.list_lines',
    route: 'GET /v1/invoices/:id/lines',
    spec: PAGE_SPEC,
    gives: 'line_item',
    list: true,
    run(params, at) {
      const invoice = invoiceAt(at('id'))
      const rows = invoice.lines.map((line) => ({ ...line, created: invoice.created }))
      return page(`/v1/invoices/${invoice.id}/lines`, 'line item', rows, params, (line) =>
        invoiceLineBody(line, invoice),
      )
    },
  })
  serve({
    name: 'invoices.finalize',
    route: 'POST /v1/invoices/:id/finalize',
    spec: { auto_advance: flag() },
    gives: 'invoice',
    run(params, at) {
      const invoice = invoiceAt(at('id'))
      if (params.auto_advance !== undefined) invoice.auto_advance = params.auto_advance
      finalizeInvoice(account, invoice)
      return account.invoiceBody(invoice)
    },
  })
  serve({
    name: 'invoices.pay',
    route: 'POST /v1/invoices/:id/pay',
    spec: {
      off_session: flag(),
      paid_out_of_band: flag(),
      payment_method: string(),
      ...loudly('forgive mandate source', TAX),
    },
    gives: 'invoice',
    run(params, at) {
      const invoice = invoiceAt(at('id'))
      if (params.paid_out_of_band === true) {
        if (invoice.status === 'draft') finalizeInvoice(account, invoice)
        invoice.paid_out_of_band = true
        settleInvoice(account, invoice)
      } else payInvoice(account, invoice, { method: params.payment_method, offSession: params.off_session ?? true })
      return account.invoiceBody(invoice)
    },
  })
  const acts = [
    ['void', voidInvoice],
    ['mark_uncollectible', markUncollectible],
    [
      'send',
      (_: Account, invoice: Invoice): void => {
        if (invoice.status === 'draft') finalizeInvoice(account, invoice)
        emitInvoice(account, 'sent', invoice)
      },
    ],
  ] as const
  for (const [name, act] of acts) {
    serve({
      name: `invoices.${name}`,
      route: `POST /v1/invoices/:id/${name}`,
      spec: {},
      gives: 'invoice',
      run(_, at) {
        const invoice = invoiceAt(at('id'))
        act(account, invoice)
        return account.invoiceBody(invoice)
      },
    })
  }
  serve({
    name: 'invoice_payments.list',
    route: 'GET /v1/invoice_payments',
    spec: {
      ...LIST_SPEC,
      invoice: string(),
      payment: object({
        type: required(choice('payment_intent', 'payment_record')),
        payment_intent: string(),
        payment_record: string(),
      }),
      status: choice('canceled', 'open', 'paid'),
    },
    gives: 'invoice_payment',
    list: true,
    run(params) {
      const wanted = state.invoice_payments
        .all()
        .filter((one) => params.invoice === undefined || one.invoice === params.invoice)
        .filter((one) => params.status === undefined || one.status === params.status)
        .filter((one) => params.payment === undefined || one.payment_intent === params.payment.payment_intent)
      return page('/v1/invoice_payments', 'invoice payment', wanted, params, invoicePaymentBody)
    },
  })
  serve({
    name: 'invoice_payments.retrieve',
    route: 'GET /v1/invoice_payments/:id',
    spec: {},
    gives: 'invoice_payment',
    run(_, at) {
      const payment = state.invoice_payments.get(at('id'))
      if (payment === undefined) throw missing('invoice_payment', at('id'), 'id', 404)
      return invoicePaymentBody(payment)
    },
  })
}

/** What an amount without a price is booked on. Recorded: Stripe makes one price and product for it. */
export function looseProduct(account: Account, name: string): { readonly price: string; readonly product: string } {
  const { state } = account
  const old = state.products.all().find((one) => one.metadata.backing === LOOSE.backing)
  const product = old ?? state.products.add({ ...newProduct(account, name), metadata: LOOSE, active: false })
  return { price: account.newId('price_1', 23, state.prices), product: product.id }
}

export function addInvoiceItems(account: Account, serve: Serve): void {
  const { state } = account
  serve({
    name: 'invoiceitems.create',
    route: 'POST /v1/invoiceitems',
    spec: {
      amount: integer(),
      currency: currency(),
      customer: required(string()),
      description: emptyable(string()),
      discounts: discountsField(),
      invoice: string(),
      metadata: metadata(),
      period: object({ start: required(integer()), end: required(integer()) }),
      pricing: object({ price: required(string()) }),
      quantity: integer(0),
      subscription: string(),
      tax_rates: taxRatesField(),
      ...loudly('discountable price_data quantity_decimal tax_behavior tax_code unit_amount_decimal', TAX),
      ...loudly('customer_account', CONNECT),
    },
    gives: 'invoiceitem',
    run(params) {
      const customer = customerOf(account, params.customer, 'customer', 400)
      const price = params.pricing === undefined ? undefined : priceOf(account, params.pricing.price, 'pricing[price]')
      const quantity = params.quantity ?? 1
      checkRates(account, params.tax_rates, 'tax_rates')
      if (price === undefined && params.amount === undefined) {
        throw malformed('Missing required param: amount.', { code: 'parameter_missing', param: 'amount' })
      }
      const invoice = params.invoice === undefined ? undefined : state.invoices.get(params.invoice)
      if (params.invoice !== undefined && invoice === undefined) throw missing('invoice', params.invoice, 'invoice')
      if (invoice !== undefined && invoice.status !== 'draft') {
        throw invalid('Invoice items can only be added to draft invoices.', { code: 'invoice_not_editable' })
      }
      const now = account.timeOf(customer.id)
      const booked =
        price === undefined
          ? looseProduct(account, params.description || 'Invoice item')
          : { price: price.id, product: price.product }
      const id = account.newId('ii_1', 23, state.invoice_items)
      const item = state.invoice_items.add({
        id,
        ...booked,
        amount: price === undefined ? (params.amount ?? 0) : costOf(price, quantity),
        currency: price?.currency ?? params.currency ?? 'usd',
        customer: customer.id,
        date: now,
        period: params.period ?? { start: now, end: now },
        proration: false,
        quantity,
        subscription: params.subscription ?? null,
        subscription_item: null,
        credited: null,
        unit_amount: price === undefined ? (params.amount ?? 0) : price.unit_amount,
        description: params.description || null,
        discounts: redeem(account, params.discounts ?? [], { customer: customer.id, invoice_item: id }),
        invoice: invoice?.id ?? null,
        metadata: mergeMetadata({}, params.metadata),
        tax_rates: params.tax_rates ?? [],
      })
      if (invoice !== undefined) setLines(account, invoice, [...invoice.lines, lineOf(account, item)])
      emit(account, 'invoiceitem.created', account.invoiceItemBody(item))
      return account.invoiceItemBody(item)
    },
  })
  serve({
    name: 'invoiceitems.retrieve',
    route: 'GET /v1/invoiceitems/:id',
    spec: {},
    gives: 'invoiceitem',
    run(_, at) {
      const item = state.invoice_items.get(at('id'))
      if (item === undefined) throw missing('invoiceitem', at('id'), 'id', 404)
      return account.invoiceItemBody(item)
    },
  })
  serve({
    name: 'invoiceitems.delete',
    route: 'DELETE /v1/invoiceitems/:id',
    spec: {},
    gives: 'invoiceitem',
    run(_, at) {
      const item = state.invoice_items.get(at('id'))
      if (item === undefined) throw missing('invoiceitem', at('id'), 'id', 404)
      if (item.invoice !== null && state.invoices.get(item.invoice)?.status !== 'draft') {
        throw invalid('You can only delete an invoice item that is not attached to a finalized invoice.')
      }
      const invoice = state.invoices.get(item.invoice ?? '')
      if (invoice !== undefined)
        setLines(
          account,
          invoice,
          invoice.lines.filter((line) => line.invoice_item !== item.id),
        )
      state.invoice_items.remove(item.id)
      emit(account, 'invoiceitem.deleted', account.invoiceItemBody(item))
      return deletedBody('invoiceitem', item.id)
    },
  })
  serve({
    name: 'invoiceitems.list',
    route: 'GET /v1/invoiceitems',
    spec: {
      ...LIST_SPEC,
      customer: string(),
      invoice: string(),
      pending: flag(),
      ...loudly('customer_account', CONNECT),
    },
    gives: 'invoiceitem',
    list: true,
    run(params) {
      const wanted = state.invoice_items
        .all()
        .map((one) => ({ ...one, created: one.date }))
        .filter((one) => params.customer === undefined || one.customer === params.customer)
        .filter((one) => params.invoice === undefined || one.invoice === params.invoice)
        .filter((one) => params.pending === undefined || (one.invoice === null) === params.pending)
      return page('/v1/invoiceitems', 'invoiceitem', wanted, params, account.invoiceItemBody)
    },
  })
}
