import type { Account } from '../account.ts'
import { found } from '../account.ts'
import type { Serve } from '../answer.ts'
import type { CheckoutLine, Quote } from '../billing-state.ts'
import { checkoutLineBody } from '../checkout-wire.ts'
import { malformed, missing } from '../errors.ts'
import { loudly } from '../gaps.ts'
import { PAGE_SPEC, page } from '../lists.ts'
import {
  choice,
  emptyable,
  integer,
  list,
  mergeMetadata,
  metadata,
  object,
  type Parsed,
  type Spec,
  string,
} from '../params.ts'
import {
  acceptQuote,
  cancelQuote,
  checkQuote,
  finalizeQuote,
  quoteBody,
  tellQuote,
  upfrontLines,
  watchQuote,
} from '../quotes.ts'
import { noAutomaticTax } from '../taxes.ts'
import { isListed, roomIn } from '../test-clocks.ts'
import type { Wire } from '../wire.ts'
import { lineOf, priceData } from './checkout.ts'
import { customerOf } from './customers.ts'

const QUOTES = 'discounts, taxes, revisions and files of quotes'
/** https://docs.stripe.com/quotes/overview (2026-11-26): 30 days, unless said. */
const OPEN_S = 30 * 24 * 3600

const shared = {
  collection_method: choice('charge_automatically', 'send_invoice'),
  customer: string(),
  description: emptyable(string(500)),
  expires_at: integer(0),
  footer: emptyable(string(500)),
  header: emptyable(string(50)),
  invoice_settings: object({ days_until_due: integer(0), ...loudly('issuer', QUOTES) }),
  line_items: list(
    object({
      price: string(),
      price_data: priceData(),
      quantity: integer(0),
      ...loudly('discounts tax_rates', QUOTES),
    }),
  ),
  metadata: metadata(),
  subscription_data: object({
    description: emptyable(string(500)),
    metadata: metadata(),
    trial_period_days: emptyable(integer(1)),
    ...loudly('billing_mode effective_date', QUOTES),
  }),
  automatic_tax: noAutomaticTax(),
  ...loudly(
    'application_fee_amount application_fee_percent default_tax_rates discounts on_behalf_of transfer_data',
    QUOTES,
  ),
} satisfies Spec

function apply(account: Account, quote: Quote, params: Parsed<typeof shared>): void {
  if (params.customer !== undefined) quote.customer = customerOf(account, params.customer, 'customer', 400).id
  if (params.line_items !== undefined) quote.lines = params.line_items.map((item, at) => lineOf(account, item, at))
  quote.collection_method = params.collection_method ?? quote.collection_method
  quote.days_until_due = params.invoice_settings?.days_until_due ?? quote.days_until_due
  if (quote.collection_method === 'send_invoice' && quote.days_until_due === null)
    throw malformed('You must specify `invoice_settings[days_until_due]` if collection method is `send_invoice`.', {
      param: 'invoice_settings[days_until_due]',
    })
  for (const name of ['description', 'footer', 'header'] as const)
    if (params[name] !== undefined) quote[name] = params[name] || null
  quote.expires_at = params.expires_at ?? quote.expires_at
  quote.metadata = mergeMetadata(quote.metadata, params.metadata)
  const data = params.subscription_data
  if (data?.description !== undefined) quote.subscription_description = data.description || null
  if (data?.trial_period_days !== undefined) quote.trial_period_days = data.trial_period_days || null
  quote.subscription_metadata = mergeMetadata(quote.subscription_metadata, data?.metadata)
}

export function addQuotes(account: Account, serve: Serve): void {
  const { state } = account
  const told = (quote: Quote): Wire => quoteBody(account, quote)
  const quoteAt = (id: string): Quote => {
    const quote = state.quotes.get(id)
    if (quote === undefined) throw missing('quote', id, 'quote', 404)
    return quote
  }
  serve({
    name: 'quotes.create',
    route: 'POST /v1/quotes',
    spec: { ...shared, test_clock: string(), ...loudly('customer_account from_quote', QUOTES) },
    gives: 'quote',
    run(params) {
      roomIn(account, params.test_clock)
      const created = account.timeOf(params.customer ?? null)
      const quote: Quote = {
        id: account.newId('qt_1', 23, state.quotes),
        created,
        accepted_at: null,
        canceled_at: null,
        collection_method: 'charge_automatically',
        customer: null,
        days_until_due: null,
        description: null,
        expires_at: created + OPEN_S,
        finalized_at: null,
        footer: null,
        header: null,
        invoice: null,
        lines: [],
        metadata: {},
        number: null,
        status: 'draft',
        subscription: null,
        subscription_description: null,
        subscription_metadata: {},
        trial_period_days: null,
      }
      apply(account, quote, params)
      state.quotes.add(quote)
      tellQuote(account, 'created', quote)
      watchQuote(account, quote)
      return told(quote)
    },
  })
  serve({
    name: 'quotes.retrieve',
    route: 'GET /v1/quotes/:id',
    spec: {},
    gives: 'quote',
    run: (_, at) => told(quoteAt(at('id'))),
  })
  serve({
    name: 'quotes.update',
    route: 'POST /v1/quotes/:id',
    spec: shared,
    gives: 'quote',
    run(params, at) {
      const quote = quoteAt(at('id'))
      checkQuote(quote, 'updated', 'draft')
      apply(account, quote, params)
      watchQuote(account, quote)
      return told(quote)
    },
  })
  for (const [name, act] of Object.entries({ finalize: finalizeQuote, accept: acceptQuote, cancel: cancelQuote }))
    serve({
      name: `quotes.${name}`,
      route: `POST /v1/quotes/:id/${name}`,
      spec: name === 'finalize' ? { expires_at: integer(0) } : {},
      gives: 'quote',
      run(params: { readonly expires_at?: number | undefined }, at) {
        const quote = quoteAt(at('id'))
        quote.expires_at = params.expires_at ?? quote.expires_at
        act(account, quote)
        watchQuote(account, quote)
        return told(quote)
      },
    })
  serve({
    name: 'quotes.list',
    route: 'GET /v1/quotes',
    spec: {
      ...PAGE_SPEC,
      customer: string(),
      status: choice('accepted', 'canceled', 'draft', 'open'),
      test_clock: string(),
      ...loudly('customer_account', QUOTES),
    },
    gives: 'quote',
    list: true,
    run(params) {
      const rows = state.quotes
        .all()
        .filter(({ customer }) => params.customer === undefined || customer === params.customer)
        .filter(({ status }) => params.status === undefined || status === params.status)
        .filter(({ customer }) => isListed(account, customer ?? '', params))
      return page('/v1/quotes', 'quote', rows, params, told)
    },
  })
  const lists: Readonly<Record<string, (quote: Quote) => readonly CheckoutLine[]>> = {
    line_items: ({ lines }) => lines,
    computed_upfront_line_items: (quote) => upfrontLines(account, quote),
  }
  for (const [name, linesIn] of Object.entries(lists))
    serve({
      name: `quotes.list_${name}`,
      route: `GET /v1/quotes/:id/${name}`,
      spec: PAGE_SPEC,
      gives: 'item',
      list: true,
      run(params, at) {
        const quote = quoteAt(at('id'))
        const rows = linesIn(quote).map((line) => ({ ...line, created: quote.created }))
        return page(`/v1/quotes/${quote.id}/${name}`, 'line item', rows.toReversed(), params, (line) =>
          checkoutLineBody(line, found(state.prices.get(line.price), line.price)),
        )
      },
    })
}
