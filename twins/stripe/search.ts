import type { Json } from '../trace.ts'
import { malformed } from './errors.ts'
import type { Wire } from './wire.ts'

// The search query language: https://docs.stripe.com/search (2026-11-26).

/** How a field is compared: tokens whole, texts also by a part, numbers by size. */
type Kind = 'token' | 'text' | 'number'
export type Searchable = Readonly<Record<string, Kind>>

type Clause = {
  readonly field: string
  /** The key of `metadata["key"]`. */
  readonly key: string | undefined
  readonly operator: ':' | '~' | '>' | '<' | '>=' | '<='
  /** null asks for what has no value. */
  readonly value: string | null
  readonly negated: boolean
}
export type Query = { readonly clauses: readonly Clause[]; readonly any: boolean }

const CLAUSES_MAX = 10
const UNREADABLE =
  'We were unable to parse your search query. Try using the format `metadata["key"]:"value"` to query for metadata or key:"value" to query for other fields.'
const unreadable = (): Error => malformed(UNREADABLE, { param: 'query' })

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`
const CLAUSE = new RegExp(
  String.raw`\s*(-?)([a-z_][a-z0-9_.]*)(?:\[(${QUOTED})\])?\s*(>=|<=|[:~><])\s*(${QUOTED}|null\b|-?\d+(?:\.\d+)?|true\b|false\b)\s*`,
  'iy',
)
const JOIN = /\s*(AND|OR)\b/iy

const unquoted = (text: string): string => (/^["']/.test(text) ? text.slice(1, -1).replaceAll(/\\(.)/g, '$1') : text)

/** Reads a query over `fields` of the resource called `resource`. Throws Stripe's refusal. */
export function parseQuery(text: string, resource: string, fields: Searchable): Query {
  const clauses: Clause[] = []
  const joins = new Set<string>()
  let at = 0
  while (at < text.length || clauses.length === 0) {
    if (clauses.length > 0) {
      JOIN.lastIndex = at
      const joined = JOIN.exec(text)
      // Clauses side by side are joined by AND.
      joins.add((joined?.[1] ?? 'AND').toUpperCase())
      at = joined === null ? at : JOIN.lastIndex
    }
    CLAUSE.lastIndex = at
    const match = CLAUSE.exec(text)
    if (match === null) throw unreadable()
    at = CLAUSE.lastIndex
    const [, minus = '', field = '', key, operator = ':', value = ''] = match
    clauses.push({
      field: field.toLowerCase(),
      key: key === undefined ? undefined : unquoted(key),
      operator: operator as Clause['operator'],
      value: value === 'null' ? null : unquoted(value),
      negated: minus === '-',
    })
  }
  if (joins.size > 1) throw malformed('You cannot combine `AND` and `OR` in the same search query.', { param: 'query' })
  if (clauses.length > CLAUSES_MAX)
    throw malformed(`You can only specify up to ${CLAUSES_MAX} query clauses.`, { param: 'query' })
  for (const clause of clauses) check(clause, resource, fields)
  return { clauses, any: joins.has('OR') }
}

function check({ field, key, operator, value }: Clause, resource: string, fields: Searchable): void {
  if (field === 'metadata') {
    if (key === undefined || (operator !== ':' && operator !== '~')) throw unreadable()
    return
  }
  const kind = key === undefined && Object.hasOwn(fields, field) ? fields[field] : undefined
  if (kind === undefined)
    throw malformed(
      `Field \`${field}\` is an unsupported search field for resource \`${resource}\`. See http://stripe.com/docs/search#query-fields-for-${resource.replaceAll('_', '-')} for a list of supported fields.`,
      { param: 'query' },
    )
  if (operator === '~') {
    if (kind !== 'text') throw malformed(`Field \`${field}\` does not support the \`~\` operator.`, { param: 'query' })
    if ((value ?? '').length < 3)
      throw malformed('Substring queries must have at least 3 characters.', { param: 'query' })
  } else if (operator !== ':' && kind !== 'number')
    throw malformed(`Field \`${field}\` does not support the \`${operator}\` operator.`, { param: 'query' })
}

/** Whether an object, as it is on the wire, is what a query asks for. */
export const matches = ({ clauses, any }: Query, body: Wire): boolean =>
  any ? clauses.some((clause) => holds(clause, body)) : clauses.every((clause) => holds(clause, body))

function holds(clause: Clause, body: Wire): boolean {
  const value = valueAt(body, clause.key === undefined ? clause.field.split('.') : ['metadata', clause.key])
  return compare(clause, value) !== clause.negated
}

function compare({ operator, value: wanted }: Clause, value: Json): boolean {
  if (wanted === null) return value === null
  if (value === null) return false
  const text = String(value).toLowerCase()
  switch (operator) {
    case ':':
      return text === wanted.toLowerCase()
    case '~':
      return text.includes(wanted.toLowerCase())
    case '>':
      return Number(value) > Number(wanted)
    case '<':
      return Number(value) < Number(wanted)
    case '>=':
      return Number(value) >= Number(wanted)
    default:
      return Number(value) <= Number(wanted)
  }
}

function valueAt(value: Json | undefined, [head, ...rest]: readonly string[]): Json {
  if (head === undefined) return value ?? null
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return valueAt((value as Wire)[head], rest)
}
