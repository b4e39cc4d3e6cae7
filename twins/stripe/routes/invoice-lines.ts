import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import type { Invoice, InvoiceItem, InvoiceLine } from '../billing-state.ts'
import { invoiceLineBody } from '../billing-wire.ts'
import { blankSubscription } from '../blanks.ts'
import { priceOf } from '../catalog.ts'
import { discountsField, redeem, thoughtOf } from '../coupons.ts'
import { currency } from '../currencies.ts'
import { invalid, malformed, missing } from '../errors.ts'
import { emit } from '../events.ts'
import { loudly } from '../gaps.ts'
import { lineOf, setLines } from '../invoices.ts'
import {
  choice,
  emptyable,
  flag,
  integer,
  list,
  mergeMetadata,
  metadata,
  object,
  type Parsed,
  required,
  type Spec,
  string,
} from '../params.ts'
import { previewBody } from '../previews.ts'
import { costOf } from '../pricing.ts'
import { applyWishes } from '../subscriptions.ts'
import { checkRates, noAutomaticTax, taxRatesField } from '../taxes.ts'
import { customerOf } from './customers.ts'
import { looseProduct } from './invoices.ts'
import { dateIn, ITEM_SPEC, wishOf } from './subscriptions.ts'

const TAX = 'tax and other parts of billing'
const CONNECT = 'Connect'
const CYCLES = 'billing cycles set by hand and pending updates'

const period = () => object({ start: required(integer()), end: required(integer()) })
/** What can be said of an item, a line of an invoice, or a line that is added to one. */
const lineSpec = {
  amount: integer(),
  description: emptyable(string()),
  discounts: discountsField(),
  metadata: metadata(),
  period: period(),
  pricing: object({ price: required(string()) }),
  quantity: integer(0),
  tax_rates: taxRatesField(),
  ...loudly('discountable price_data quantity_decimal', TAX),
} satisfies Spec
type LineParams = Parsed<typeof lineSpec>

const itemSpec = {
  ...lineSpec,
  ...loudly('invoicing_rules tax_behavior tax_code unit_amount_decimal', TAX),
} satisfies Spec

/** What an item is worth after a change. Prices go before amounts. */
function worth(
  account: Account,
  old: Pick<InvoiceItem, 'amount' | 'price' | 'product' | 'quantity' | 'unit_amount'>,
  params: LineParams,
): Pick<InvoiceItem, 'amount' | 'price' | 'product' | 'quantity' | 'unit_amount'> {
  const price = params.pricing === undefined ? undefined : priceOf(account, params.pricing.price, 'pricing[price]')
  const quantity = params.quantity ?? old.quantity
  if (params.amount !== undefined) return { ...old, amount: params.amount, unit_amount: params.amount, quantity: 1 }
  const unit_amount = price === undefined ? old.unit_amount : price.unit_amount
  const kept = price ?? account.state.prices.get(old.price)
  const each = kept !== undefined && kept.unit_amount === unit_amount
  return {
    amount: each ? costOf(kept, quantity) : unit_amount === null ? old.amount : unit_amount * quantity,
    price: price?.id ?? old.price,
    product: price?.product ?? old.product,
    quantity,
    unit_amount,
  }
}

function changed(account: Account, item: InvoiceItem, params: LineParams): InvoiceItem {
  checkRates(account, params.tax_rates, 'tax_rates')
  const owner = { customer: item.customer, invoice_item: item.id }
  return {
    ...item,
    ...worth(account, item, params),
    description: params.description === undefined ? item.description : params.description || null,
    discounts: params.discounts === undefined ? item.discounts : redeem(account, params.discounts, owner),
    metadata: mergeMetadata(item.metadata, params.metadata),
    period: params.period ?? item.period,
    tax_rates: params.tax_rates ?? item.tax_rates,
  }
}

export function addInvoiceLines(account: Account, serve: Serve): void {
  const { state } = account
  const draftAt = (id: string): Invoice => {
    const invoice = state.invoices.get(id)
    if (invoice === undefined) throw missing('invoice', id, 'invoice', 404)
    if (invoice.status !== 'draft')
      throw invalid('This invoice is no longer editable', { code: 'invoice_not_editable' })
    return invoice
  }
  /** Puts a changed item, and the line that bills it, in the place of the old ones. */
  const keep = (item: InvoiceItem): InvoiceItem => {
    state.invoice_items.add(item)
    const invoice = state.invoices.get(item.invoice ?? '')
    if (invoice !== undefined)
      setLines(
        account,
        invoice,
        invoice.lines.map((line) => (line.invoice_item === item.id ? { ...lineOf(account, item), id: line.id } : line)),
      )
    return item
  }
  const changeLine = (invoice: Invoice, id: string, params: LineParams): InvoiceLine => {
    const line = invoice.lines.find((one) => one.id === id)
    if (line === undefined) throw missing('invoice line item', id, 'line_item_id', 404)
    const item = state.invoice_items.get(line.invoice_item ?? '')
    if (item === undefined) {
      checkRates(account, params.tax_rates, 'tax_rates')
      const next = {
        ...line,
        ...worth(account, line, params),
        description: params.description === undefined ? line.description : params.description || null,
        metadata: mergeMetadata(line.metadata, params.metadata),
        period: params.period ?? line.period,
        tax_rates: params.tax_rates ?? line.tax_rates,
      }
      setLines(
        account,
        invoice,
        invoice.lines.map((one) => (one.id === id ? next : one)),
      )
    } else keep(changed(account, item, params))
    return invoice.lines.find((one) => one.id === id) ?? line
  }
  const told = (invoice: Invoice, before: ReturnType<typeof account.invoiceBody>) => {
    emit(account, 'invoice.updated', account.invoiceBody(invoice), before)
    return account.invoiceBody(invoice)
  }
  serve({
    name: 'invoiceitems.update',
    route: 'POST /v1/invoiceitems/:id',
    spec: itemSpec,
    gives: 'invoiceitem',
    run(params, at) {
      const item = state.invoice_items.get(at('id'))
      if (item === undefined) throw missing('invoiceitem', at('id'), 'id', 404)
      if (item.invoice !== null) draftAt(item.invoice)
      return account.invoiceItemBody(keep(changed(account, item, params)))
    },
  })
  serve({
    name: 'invoices.update_line_item',
    route: 'POST /v1/invoices/:id/lines/:line',
    spec: { ...lineSpec, ...loudly('tax_amounts', TAX) },
    gives: 'line_item',
    run(params, at) {
      const invoice = draftAt(at('id'))
      return invoiceLineBody(changeLine(invoice, at('line'), params), invoice)
    },
  })
  serve({
    name: 'invoices.update_lines',
    route: 'POST /v1/invoices/:id/update_lines',
    spec: {
      invoice_metadata: metadata(),
      lines: required(list(object({ ...lineSpec, id: required(string()), ...loudly('tax_amounts', TAX) }))),
    },
    gives: 'invoice',
    run(params, at) {
      const invoice = draftAt(at('id'))
      const before = account.invoiceBody(invoice)
      for (const { id, ...line } of params.lines) changeLine(invoice, id, line)
      invoice.metadata = mergeMetadata(invoice.metadata, params.invoice_metadata)
      return told(invoice, before)
    },
  })
  serve({
    name: 'invoices.add_lines',
    route: 'POST /v1/invoices/:id/add_lines',
    spec: {
      invoice_metadata: metadata(),
      lines: required(list(object({ ...lineSpec, invoice_item: string(), ...loudly('tax_amounts', TAX) }))),
    },
    gives: 'invoice',
    run(params, at) {
      const invoice = draftAt(at('id'))
      const before = account.invoiceBody(invoice)
      for (const [nth, { invoice_item, ...line }] of params.lines.entries()) {
        const known = invoice_item === undefined ? undefined : state.invoice_items.get(invoice_item)
        if (invoice_item !== undefined && (known === undefined || known.invoice !== null))
          throw missing('invoiceitem', invoice_item, `lines[${nth}][invoice_item]`)
        const base = known ?? newItem(account, invoice.customer, invoice.currency, line, `lines[${nth}]`)
        const item = state.invoice_items.add({ ...changed(account, base, line), invoice: invoice.id })
        setLines(account, invoice, [...invoice.lines, lineOf(account, item)])
      }
      invoice.metadata = mergeMetadata(invoice.metadata, params.invoice_metadata)
      return told(invoice, before)
    },
  })
  serve({
    name: 'invoices.remove_lines',
    route: 'POST /v1/invoices/:id/remove_lines',
    spec: {
      invoice_metadata: metadata(),
      lines: required(list(object({ id: required(string()), behavior: required(choice('delete', 'unassign')) }))),
    },
    gives: 'invoice',
    run(params, at) {
      const invoice = draftAt(at('id'))
      const before = account.invoiceBody(invoice)
      for (const [nth, { id, behavior }] of params.lines.entries()) {
        const line = invoice.lines.find((one) => one.id === id)
        if (line === undefined) throw missing('invoice line item', id, `lines[${nth}][id]`)
        const item = state.invoice_items.get(line.invoice_item ?? '')
        if (item !== undefined && behavior === 'delete') state.invoice_items.remove(item.id)
        else if (item !== undefined) item.invoice = null
        setLines(
          account,
          invoice,
          invoice.lines.filter((one) => one !== line),
        )
      }
      invoice.metadata = mergeMetadata(invoice.metadata, params.invoice_metadata)
      return told(invoice, before)
    },
  })
  addPreview(account, serve)
}

/** An item that nobody has stored yet. */
function newItem(
  account: Account,
  customer: string,
  money: string,
  params: Pick<LineParams, 'amount' | 'description' | 'pricing'>,
  at: string,
): InvoiceItem {
  const price =
    params.pricing === undefined ? undefined : priceOf(account, params.pricing.price, `${at}[pricing][price]`)
  if (price === undefined && params.amount === undefined)
    throw malformed(`Missing required param: ${at}[amount].`, { code: 'parameter_missing', param: `${at}[amount]` })
  const now = account.timeOf(customer)
  const sold =
    price === undefined
      ? looseProduct(account, params.description || 'Invoice item')
      : { price: price.id, product: price.product }
  return {
    id: account.newId('ii_1', 23, account.state.invoice_items),
    ...sold,
    amount: price === undefined ? (params.amount ?? 0) : costOf(price, 1),
    currency: price?.currency ?? money,
    customer,
    date: now,
    period: { start: now, end: now },
    proration: false,
    quantity: 1,
    subscription: null,
    subscription_item: null,
    credited: null,
    unit_amount: price === undefined ? (params.amount ?? 0) : price.unit_amount,
    description: null,
    discounts: [],
    invoice: null,
    metadata: {},
    tax_rates: [],
  }
}

function addPreview(account: Account, serve: Serve): void {
  const { state } = account
  const { pricing: _, ...rest } = lineSpec
  serve({
    name: 'invoices.create_preview',
    route: 'POST /v1/invoices/create_preview',
    spec: {
      automatic_tax: noAutomaticTax(),
      currency: currency(),
      customer: string(),
      discounts: discountsField(),
      invoice_items: list(
        object({
          ...rest,
          currency: currency(),
          price: string(),
          unit_amount: integer(),
          ...loudly('invoiceitem tax_behavior tax_code unit_amount_decimal', TAX),
        }),
      ),
      preview_mode: choice('next', 'recurring'),
      subscription: string(),
      subscription_details: object({
        items: list(object({ ...ITEM_SPEC, id: string(), deleted: flag(), ...loudly('clear_usage', TAX) })),
        proration_behavior: choice('always_invoice', 'create_prorations', 'none'),
        proration_date: integer(0),
        default_tax_rates: taxRatesField(),
        cancel_at_period_end: flag(),
        trial_end: integer(0),
        ...loudly(
          'billing_cycle_anchor billing_mode billing_schedules cancel_at cancel_now metadata pause resume_at start_date',
          CYCLES,
        ),
      }),
      ...loudly('schedule schedule_details', CYCLES),
      ...loudly('customer_details', TAX),
      ...loudly('customer_account issuer on_behalf_of', CONNECT),
    },
    gives: 'invoice',
    run(params) {
      const known = params.subscription === undefined ? undefined : state.subscriptions.get(params.subscription)
      if (params.subscription !== undefined && known === undefined)
        throw missing('subscription', params.subscription, 'subscription', 404)
      const id = params.customer ?? known?.customer
      if (id === undefined)
        throw malformed('You must provide either `customer`, `customer_details`, or `subscription`.', {
          code: 'parameter_missing',
        })
      const customer = customerOf(account, id, 'customer', 404)
      const details = params.subscription_details
      const items =
        details?.items === undefined
          ? undefined
          : applyWishes(account, known?.items ?? [], details.items.map(wishOf), account.timeOf(id))
      const fresh =
        known === undefined && items !== undefined
          ? blankSubscription(account, {
              currency: state.prices.get(items[0]?.price ?? '')?.currency ?? 'usd',
              customer: customer.id,
              items,
              trial_end: details?.trial_end ?? null,
            })
          : undefined
      const base = known ?? fresh
      const subscription =
        base === undefined
          ? undefined
          : {
              ...base,
              cancel_at_period_end: details?.cancel_at_period_end ?? base.cancel_at_period_end,
              default_tax_rates: details?.default_tax_rates ?? base.default_tax_rates,
            }
      checkRates(account, details?.default_tax_rates, 'subscription_details[default_tax_rates]')
      const owner = { customer: customer.id }
      return thoughtOf(account, () =>
        previewBody(account, {
          discounts: params.discounts === undefined ? undefined : redeem(account, params.discounts, owner),
          currency: params.currency,
          customer: customer.id,
          exists: known !== undefined,
          extras: (params.invoice_items ?? []).map(({ price, unit_amount, currency: money, ...item }, nth) => {
            const amount = item.amount ?? (unit_amount === undefined ? undefined : unit_amount * (item.quantity ?? 1))
            const line = { ...item, amount, pricing: price === undefined ? undefined : { price } }
            const made = newItem(account, customer.id, money ?? base?.currency ?? 'usd', line, `invoice_items[${nth}]`)
            return changed(account, made, line)
          }),
          items,
          proration: details?.proration_behavior ?? 'create_prorations',
          prorationDate: known === undefined ? undefined : dateIn(known, details?.proration_date),
          subscription,
        }),
      )
    },
  })
}
