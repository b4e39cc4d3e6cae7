import { fieldAt } from '../../twins/faults.ts'
import { toUnits } from '../../twins/money.ts'
import type { Json, TraceEvent } from '../../twins/trace.ts'
import type { Condition, EventPattern, Operator } from './rule.ts'

type Fields = TraceEvent['fields']
type Test = (fields: Fields) => boolean

/** Whether an event meets a pattern; compiled once, asked for every event. */
export type Matcher = (event: TraceEvent) => boolean

const NUMERIC = /^-?\d+(\.\d+)?$/

const OPERATORS: Readonly<Record<Operator, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

/** Negative, zero or positive as `left` is less than, equal to or more than `right`; undefined when one is no number. */
function compareNumbers(left: string, right: string): number | undefined {
  if (!NUMERIC.test(left) || !NUMERIC.test(right)) return undefined
  // Up to fifteen digits a double tells all decimals apart; beyond that only exact arithmetic does.
  if (left.length <= 15 && right.length <= 15) return Number(left) - Number(right)
  const difference = exact(left) - exact(right)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** A decimal of any size, scaled alike for all; digits finer than money knows are cut off. */
const exact = (text: string): bigint => toUnits(text.replace(/(\.\d{12})\d+$/, '$1'))

/** A value at a dot path; the common case, one name, without splitting. */
export const valueAt = (fields: Fields, path: string): Json | undefined =>
  path.includes('.') ? fieldAt(fields as Json, path) : Object.hasOwn(fields, path) ? fields[path] : undefined

function testOf({ field, op, value }: Condition): Test {
  const other = value.startsWith('@') ? value.slice(1) : undefined
  const holds = OPERATORS[op]
  return (fields) => {
    const got = valueAt(fields, field)
    const wanted = other === undefined ? value : valueAt(fields, other)
    // A missing field meets no condition, not even `!=`: a rule must not hold by a misspelt name.
    if (got === undefined || got === null || wanted === undefined || wanted === null) return false
    if (typeof got === 'object' || typeof wanted === 'object') return false
    const [left, right] = [String(got), String(wanted)]
    if (left === right) return holds(0)
    const order = compareNumbers(left, right)
    return order === undefined ? op === '!=' : holds(order)
  }
}

export function matcherOf({ type, where }: EventPattern): Matcher {
  const tests = where.map(testOf)
  if (tests.length === 0) return (event) => event.type === type
  return (event) => {
    if (event.type !== type) return false
    for (const test of tests) if (!test(event.fields)) return false
    return true
  }
}
