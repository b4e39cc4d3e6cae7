import type { Run } from '../../scenarios/run.ts'
import type { Expectation, Place } from '../../scenarios/scenario.ts'
import { fieldAt } from '../../twins/faults.ts'
import { sum, toDecimal, toUnits } from '../../twins/money.ts'
import type { Json } from '../../twins/trace.ts'
import { hasFields } from '../match.ts'

type Where = Readonly<Record<string, Json>>
/** One number about a run, which a scenario file can ask for as well: events of a type, rows of a twin, or their sum. */
export type Measure =
  | { readonly kind: 'events'; readonly type: string; readonly where?: Where }
  | { readonly kind: 'rows'; readonly path: string; readonly where?: Where }
  | { readonly kind: 'sum'; readonly path: string; readonly field: string; readonly where?: Where }

/** `events('stripe.charge.succeeded')`, of those that match. */
export const events = (type: string, where?: Where): Measure => ({ kind: 'events', type, ...(where && { where }) })
/** `rows('stripe.charges', { status: 'succeeded' })` at the end. */
export const rows = (path: string, where?: Where): Measure => ({ kind: 'rows', path, ...(where && { where }) })
/** `total('stripe.charges', 'amount')` over the rows at the end. */
export const total = (path: string, field: string, where?: Where): Measure => ({
  kind: 'sum',
  path,
  field,
  ...(where && { where }),
})

const printWhere = (where: Where | undefined): string => (where === undefined ? '' : ` where ${JSON.stringify(where)}`)
export const printMeasure = (one: Measure): string =>
  one.kind === 'events'
    ? `${one.type}${printWhere(one.where)}`
    : `${one.kind === 'sum' ? `sum of ${one.field} in ` : ''}${one.path}${printWhere(one.where)}`

/** The number, as a decimal text. */
export function read(one: Measure, run: Run): string {
  if (one.kind === 'events')
    return `${run.trace.filter(({ type, fields }) => type === one.type && hasFields(fields as Json, one.where)).length}`
  const [twin = '', ...rest] = one.path.split('.')
  const found = fieldAt(run.states[twin], rest.join('.'))
  const matching = Array.isArray(found) ? found.filter((row: Json) => hasFields(row, one.where)) : []
  if (one.kind === 'rows') return `${matching.length}`
  return sum(matching.map((row: Json) => String(fieldAt(row, one.field) ?? 0)))
}

/** `value` times a whole factor. */
export const scaled = (value: string, factor: number): string => toDecimal(toUnits(value) * BigInt(factor))

/** The measure as a scenario asks for it. */
export function demand(one: Measure, value: string, place: Place): Expectation {
  const where = one.where
  const count = { min: Number(value), max: Number(value) }
  switch (one.kind) {
    case 'events':
      return { kind: 'calls', place, to: one.type, where, count, beforeMs: undefined, afterMs: undefined }
    case 'rows':
      return { kind: 'state', place, path: one.path, where, count, is: undefined, sum: undefined }
    case 'sum':
      return {
        kind: 'state',
        place,
        path: one.path,
        where,
        count: undefined,
        is: undefined,
        sum: { field: one.field, is: value },
      }
    default:
      return one satisfies never
  }
}
