import { gap } from './ask.ts'
import { isRow, type Row } from './store.ts'
import { OktaError } from './wire.ts'

type Test = (row: Row) => boolean
const TOKEN = /\s*("(?:[^"\\]|\\.)*"|\(|\)|[^\s()"]+)/gy

/**
 * A filter or search expression (SCIM): `profile.lastName eq "Doe" and status eq "ACTIVE"`.
 * Assumed: as on https://developer.okta.com/docs/api/#filter, unconfirmed: eq, gt, ge, lt, le, sw, co, pr, and, or, parentheses; `ne` and `not` do not exist.
 */
export function parseExpression(text: string): Test {
  const words = [...text.matchAll(TOKEN)].map(([, word = '']) => word)
  let at = 0
  const bad = (): OktaError => new OktaError(400, 'E0000031', 'Invalid search criteria.')
  const either = (): Test => {
    let left = both()
    while (words[at]?.toLowerCase() === 'or') {
      at++
      const [one, other] = [left, both()]
      left = (row) => one(row) || other(row)
    }
    return left
  }
  const both = (): Test => {
    let left = one()
    while (words[at]?.toLowerCase() === 'and') {
      at++
      const [first, second] = [left, one()]
      left = (row) => first(row) && second(row)
    }
    return left
  }
  const one = (): Test => {
    if (words[at] === '(') {
      at++
      const inner = either()
      if (words[at++] !== ')') throw bad()
      return inner
    }
    const attribute = words[at++] ?? ''
    const operator = (words[at++] ?? '').toLowerCase()
    if (!/^[a-z][\w.]*$/i.test(attribute)) throw bad()
    if (operator === 'pr') return (row) => valueAt(row, attribute) !== undefined
    if (!OPERATORS.has(operator)) throw bad()
    const value = literal(words[at++], bad)
    return (row) => holds(operator, valueAt(row, attribute), value)
  }
  const test = either()
  if (at !== words.length) throw bad()
  return test
}

const OPERATORS = new Set(['eq', 'gt', 'ge', 'lt', 'le', 'sw', 'co'])

function literal(word: string | undefined, bad: () => Error): string {
  if (word === undefined) throw bad()
  if (word.startsWith('"')) return JSON.parse(word) as string
  if (/^(true|false|null|-?\d+(\.\d+)?)$/.test(word)) return word
  throw bad()
}

function valueAt(row: Row, path: string): string | undefined {
  let value: unknown = row
  for (const part of path.split('.')) value = isRow(value) ? value[part] : undefined
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value) || typeof value === 'object') throw gap('filters over lists and objects')
  return String(value)
}

function holds(operator: string, actual: string | undefined, value: string): boolean {
  if (actual === undefined) return false
  const [one, other] = [actual.toLowerCase(), value.toLowerCase()]
  switch (operator) {
    case 'eq':
      return one === other
    case 'sw':
      return one.startsWith(other)
    case 'co':
      return one.includes(other)
    default: {
      const [a, b] = [Date.parse(actual), Date.parse(value)]
      const order = Number.isNaN(a) || Number.isNaN(b) ? (one < other ? -1 : one > other ? 1 : 0) : a - b
      return operator === 'gt' ? order > 0 : operator === 'ge' ? order >= 0 : operator === 'lt' ? order < 0 : order <= 0
    }
  }
}
