import type { Account } from '../account.ts'
import type { Serve } from '../answer.ts'
import { priceBody, productBody } from '../billing-wire.ts'
import { malformed } from '../errors.ts'
import { integer, required, string } from '../params.ts'
import { matches, parseQuery, type Searchable } from '../search.ts'
import { bodyOf } from '../subscriptions.ts'
import { customerBody, paymentIntentBody, type Wire } from '../wire.ts'

/** Assumed: what is new is found five seconds later. https://docs.stripe.com/search#data-freshness (2026-11-26) says within a minute. */
const LAG_S = 5
const PAGE = { usual: 10, max: 100 }

/** Fields by resource: https://docs.stripe.com/search#supported-query-fields-for-each-resource (2026-11-26). */
const FIELDS = {
  charges: {
    amount: 'number',
    'billing_details.address.postal_code': 'token',
    created: 'number',
    currency: 'token',
    customer: 'token',
    disputed: 'token',
    'payment_method_details.card.brand': 'token',
    'payment_method_details.card.exp_month': 'token',
    'payment_method_details.card.exp_year': 'token',
    'payment_method_details.card.fingerprint': 'token',
    'payment_method_details.card.last4': 'token',
    refunded: 'token',
    status: 'token',
  },
  customers: {
    business_name: 'text',
    created: 'number',
    email: 'text',
    individual_name: 'text',
    name: 'text',
    phone: 'text',
  },
  invoices: {
    created: 'number',
    currency: 'token',
    customer: 'token',
    number: 'text',
    receipt_number: 'text',
    status: 'token',
    subscription: 'text',
    total: 'number',
  },
  payment_intents: {
    amount: 'number',
    created: 'number',
    currency: 'token',
    customer: 'token',
    status: 'token',
  },
  prices: { active: 'token', currency: 'token', lookup_key: 'text', product: 'text', type: 'token' },
  products: { active: 'token', description: 'text', name: 'text', shippable: 'token', url: 'text' },
  subscriptions: { canceled_at: 'number', created: 'number', status: 'token' },
} as const satisfies Readonly<Record<string, Searchable>>
type Resource = keyof typeof FIELDS

/** What was there when the account began is known to the index. */
export function addSearch(account: Account, serve: Serve): void {
  const { state } = account
  const startS = account.nowS()
  const found = (resource: Resource): readonly { readonly created: number; readonly body: () => Wire }[] => {
    const of = <Row extends { readonly created: number }>(rows: readonly Row[], body: (row: Row) => Wire) =>
      rows.map((row) => ({ created: row.created, body: () => body(row) }))
    switch (resource) {
      case 'charges':
        return of(state.charges.all(), account.chargeBody)
      case 'customers':
        return of(
          state.customers.all().filter(({ deleted }) => !deleted),
          customerBody,
        )
      case 'invoices':
        return of(state.invoices.all(), account.invoiceBody)
      case 'payment_intents':
        return of(state.payment_intents.all(), paymentIntentBody)
      case 'prices':
        return of(state.prices.all(), priceBody)
      case 'products':
        return of(state.products.all(), productBody)
      case 'subscriptions':
        return of(state.subscriptions.all(), (row) => bodyOf(account, row))
      default:
        return resource satisfies never
    }
  }
  for (const resource of Object.keys(FIELDS) as readonly Resource[]) {
    const url = `/v1/${resource}/search`
    serve({
      name: `${resource}.search`,
      route: `GET ${url}`,
      spec: { limit: integer(1, PAGE.max), page: string(), query: required(string()) },
      gives: resource.slice(0, -1),
      list: true,
      run(params) {
        const query = parseQuery(params.query, resource, FIELDS[resource])
        const { limit = PAGE.usual } = params
        const from = pageAt(params.page)
        const latest = account.nowS() - LAG_S
        const all = found(resource)
          .filter(({ created }) => created <= Math.max(latest, startS))
          .toReversed()
          .map(({ body }) => body())
          .filter((body) => matches(query, searched(resource, body)))
        const more = from + limit < all.length
        return {
          object: 'search_result',
          data: all.slice(from, from + limit),
          has_more: more,
          next_page: more ? tokenOf(from + limit) : null,
          url,
        }
      },
    })
  }
}

/** An object with the fields that its search has beside those it shows. */
function searched(resource: Resource, body: Wire): Wire {
  if (resource !== 'invoices') return body
  const { parent } = body
  const details = typeof parent === 'object' && parent !== null && !Array.isArray(parent) ? (parent as Wire) : {}
  const of = details.subscription_details
  const subscription = typeof of === 'object' && of !== null && !Array.isArray(of) ? (of as Wire).subscription : null
  return { ...body, subscription: subscription ?? null }
}

const tokenOf = (from: number): string => Buffer.from(`page ${from}`).toString('base64url')
function pageAt(token: string | undefined): number {
  if (token === undefined) return 0
  const [, from] = /^page (\d+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? []
  if (from === undefined) throw malformed('Invalid page token.', { param: 'page' })
  return Number(from)
}
