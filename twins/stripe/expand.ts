import type { Json } from '../trace.ts'
import type { Account } from './account.ts'
import { malformed } from './errors.ts'
import { gap } from './gaps.ts'
import { type Field, list, string } from './params.ts'
import { listBody, refundBody, type Wire } from './wire.ts'

/** What an object's field leads to: an object of that kind, a list in the object, or something this twin lacks. */
type Way = { readonly to: string } | { readonly list: string } | 'unmodelled'
type Ways = { readonly [field: string]: Way }

const to = (kind: string): Way => ({ to: kind })

/** Expandable fields by object, after the types of stripe 23.1. */
const GRAPH: Readonly<Record<string, Ways>> = {
  customer: {
    cash_balance: 'unmodelled',
    default_source: 'unmodelled',
    invoice_credit_balance: 'unmodelled',
    'invoice_settings.default_payment_method': to('payment_method'),
    sources: 'unmodelled',
    subscriptions: 'unmodelled',
    tax: 'unmodelled',
    tax_ids: 'unmodelled',
    test_clock: 'unmodelled',
  },
  payment_method: { customer: to('customer') },
  payment_intent: {
    application: 'unmodelled',
    customer: to('customer'),
    'last_payment_error.payment_method': to('payment_method'),
    latest_charge: to('charge'),
    on_behalf_of: 'unmodelled',
    payment_method: to('payment_method'),
    payment_record: 'unmodelled',
    review: 'unmodelled',
  },
  charge: {
    application: 'unmodelled',
    application_fee: 'unmodelled',
    balance_transaction: to('balance_transaction'),
    customer: to('customer'),
    failure_balance_transaction: to('balance_transaction'),
    on_behalf_of: 'unmodelled',
    payment_intent: to('payment_intent'),
    refunds: { list: 'refund' },
    review: 'unmodelled',
    source_transfer: 'unmodelled',
    transfer: 'unmodelled',
  },
  refund: {
    balance_transaction: to('balance_transaction'),
    charge: to('charge'),
    customer: to('customer'),
    failure_balance_transaction: to('balance_transaction'),
    payment_intent: to('payment_intent'),
    payment_method: to('payment_method'),
    source_transfer_reversal: 'unmodelled',
    transfer_reversal: 'unmodelled',
  },
  balance_transaction: { source: to('any') },
  dispute: { charge: to('charge'), payment_intent: to('payment_intent') },
  event: {},
  webhook_endpoint: {},
  balance: {},
}
const DEPTH_MAX = 4

/** `expand[]`, accepted by every operation. */
export const expandField = (): Field<readonly string[]> => list(string())

const isObject = (value: Json | undefined): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The way that starts `path` at `kind`, and what is left of the path. */
function step(kind: string, path: readonly string[]): { readonly way: Way; readonly length: number } | undefined {
  const ways = GRAPH[kind] ?? {}
  for (const length of [1, 2]) {
    const way = path.length >= length ? ways[path.slice(0, length).join('.')] : undefined
    if (way !== undefined) return { way, length }
  }
  return undefined
}

/** Throws unless every path can be expanded in an answer of `kind`; a list's paths start with `data`. */
export function checkExpand(paths: readonly string[], kind: string, isList: boolean): void {
  for (const path of paths) {
    const parts = path.split('.')
    if (parts.length > DEPTH_MAX) {
      throw malformed(`You cannot expand more than ${DEPTH_MAX} levels of a property. Property: ${path}`, {
        code: 'property_expansion_max_depth',
      })
    }
    if (isList && parts[0] !== 'data') {
      if (path === 'total_count') throw gap('expanding what is not modelled')
      throw cannot(
        path,
        step(kind, parts) === undefined ? '' : ` You may want to try expanding 'data.${path}' instead.`,
      )
    }
    checkPath(kind, isList ? parts.slice(1) : parts, path)
  }
}

const cannot = (path: string, hint = ''): Error => malformed(`This property cannot be expanded (${path}).${hint}`)

function checkPath(kind: string, parts: readonly string[], path: string): void {
  if (parts.length === 0 || kind === 'any') return
  const found = step(kind, parts)
  if (found === undefined) throw cannot(path)
  if (found.way === 'unmodelled') throw gap('expanding what is not modelled')
  const rest = parts.slice(found.length)
  if ('to' in found.way) checkPath(found.way.to, rest, path)
  else if (rest.length > 0) {
    if (rest[0] !== 'data') throw cannot(path)
    checkPath(found.way.list, rest.slice(1), path)
  }
}

/** `body` with the objects behind `paths` in place of their ids. The paths have been checked. */
export function expand(account: Account, body: Wire, paths: readonly string[]): Wire {
  let expanded = body
  for (const path of paths) expanded = expandPath(account, expanded, path.split('.'))
  return expanded
}

function expandPath(account: Account, body: Wire, parts: readonly string[]): Wire {
  const [head, ...rest] = parts
  if (head === undefined) return body
  if (head === 'data' && Array.isArray(body.data)) {
    const data: readonly Json[] = body.data
    return { ...body, data: data.map((item) => (isObject(item) ? expandPath(account, item, rest) : item)) }
  }
  if (body.object === 'charge' && head === 'refunds') {
    return { ...body, refunds: expandPath(account, refundsOf(account, body), rest) }
  }
  const value = body[head]
  if (typeof value === 'string') {
    const object = account.body(value)
    return object === undefined ? body : { ...body, [head]: expandPath(account, object, rest) }
  }
  return isObject(value) ? { ...body, [head]: expandPath(account, value, rest) } : body
}

function refundsOf(account: Account, charge: Wire): Wire {
  if (isObject(charge.refunds)) return charge.refunds
  const id = String(charge.id)
  const refunds = account.state.refunds.all().filter((refund) => refund.charge === id)
  return {
    ...listBody(`/v1/charges/${id}/refunds`, refunds.reverse().slice(0, 10).map(refundBody), refunds.length > 10),
    total_count: refunds.length,
  }
}
