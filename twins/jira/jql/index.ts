import { notModelled } from '../../twin.ts'
import { GAPS } from '../gaps.ts'
import { seen, seesIssue, seesProject } from '../permissions.ts'
import { sharedWith } from '../shares.ts'
import { issueOf, type Site } from '../site.ts'
import type { Issue } from '../state.ts'
import { secondsOf } from '../wire.ts'
import { type Searched, searchedBy } from './fields.ts'
import { type Asker, called } from './functions.ts'
import { changed, type Narrowed, stood } from './history.ts'
import { wrong } from './lex.ts'
import { type Clause, type Operand, type Operator, type Predicate, parse, type Query } from './parse.ts'
import { timeOfValue } from './time.ts'
import { finder } from './words.ts'

type Test = (issue: Issue) => boolean
type Value = string | number

const NEGATED: Readonly<Partial<Record<Operator, Operator>>> = {
  '=': '!=',
  '!=': '=',
  '<': '>=',
  '>': '<=',
  '<=': '>',
  '>=': '<',
  '~': '!~',
  '!~': '~',
  in: 'not in',
  'not in': 'in',
  is: 'is not',
  'is not': 'is',
  was: 'was not',
  'was not': 'was',
  'was in': 'was not in',
  'was not in': 'was in',
  changed: 'not changed',
  'not changed': 'changed',
}

/** Whether an issue is one of those that a query names. */
export function matches(site: Site, me: string, jql: string, issue: Issue): boolean {
  const { where } = parse(jql)
  return where === undefined || testOf({ site, me }, where)(issue)
}

/** The issues that a query names, in its order. Throws Jira's refusal of a bad query. */
export function search(site: Site, me: string, jql: string, issues: readonly Issue[]): readonly Issue[] {
  const query = parse(jql)
  const test = query.where === undefined ? () => true : testOf({ site, me }, query.where)
  const order = orderOf({ site, me }, query)
  return seen(site, site.user(me), issues).filter(test).sort(order)
}

/** Whether a query names anything at all to search for. */
export const isBounded = (jql: string): boolean => parse(jql).where !== undefined

/** Fields and operators that a query uses, in lower case. */
export function usesOf(jql: string): readonly { readonly field: string; readonly operator: Operator }[] {
  const walk = (clause: Clause): readonly { readonly field: string; readonly operator: Operator }[] =>
    clause.kind === 'test'
      ? [{ field: clause.field.toLowerCase(), operator: clause.operator }]
      : clause.kind === 'not'
        ? walk(clause.clause)
        : clause.clauses.flatMap(walk)
  const { where } = parse(jql)
  return where === undefined ? [] : walk(where)
}

function testOf(asker: Asker, clause: Clause): Test {
  switch (clause.kind) {
    case 'and': {
      const tests = clause.clauses.map((one) => testOf(asker, one))
      return (issue) => tests.every((test) => test(issue))
    }
    case 'or': {
      const tests = clause.clauses.map((one) => testOf(asker, one))
      return (issue) => tests.some((test) => test(issue))
    }
    case 'not':
      return testOf(asker, negate(clause.clause))
    case 'test':
      return single(asker, clause)
    default:
      return clause satisfies never
  }
}

/** Jira moves NOT inwards, so that NOT assignee = x leaves out what nobody is assigned to. */
function negate(clause: Clause): Clause {
  switch (clause.kind) {
    case 'and':
      return { kind: 'or', clauses: clause.clauses.map(negate) }
    case 'or':
      return { kind: 'and', clauses: clause.clauses.map(negate) }
    case 'not':
      return clause.clause
    case 'test': {
      const operator = NEGATED[clause.operator]
      if (operator === undefined) throw notModelled('jira', GAPS, 'JQL beyond the common grammar')
      return { ...clause, operator }
    }
    default:
      return clause satisfies never
  }
}

type Single = Extract<Clause, { readonly kind: 'test' }>

function single(asker: Asker, clause: Single): Test {
  const { site, me } = asker
  const { field: asked, operator, operand } = clause
  if (SAVED.includes(asked.toLowerCase())) return saved(asker, clause)
  const field = searchedBy(site, asked)
  if (!supports(field, operator)) throw wrong(`The operator '${operator}' is not supported by the '${asked}' field.`)
  const of = (issue: Issue): readonly Value[] => field.of(site, issue, me)
  const [empties, values] = valuesOf(asker, field, asked, operand)
  switch (operator) {
    case 'is':
    case 'is not':
      if (!empties || values.length > 0)
        throw wrong(`The operator '${operator}' only supports EMPTY or NULL as a value for the field '${asked}'.`)
      return (issue) => (of(issue).length === 0) === (operator === 'is')
    case '=':
    case 'in':
      return (issue) => {
        const mine = of(issue)
        return mine.length === 0 ? empties : mine.some((value) => values.includes(value))
      }
    case '!=':
    case 'not in':
      return (issue) => {
        const mine = of(issue)
        return mine.length > 0 && !mine.some((value) => values.includes(value))
      }
    case '~':
    case '!~': {
      const find = finder(operand.kind === 'value' ? operand.text : '')
      return (issue) => {
        const mine = of(issue)
        return mine.length > 0 && find(mine.map(String)) === (operator === '~')
      }
    }
    case '<':
    case '>':
    case '<=':
    case '>=': {
      const rank = (value: Value): Value => field.rank?.(site, value) ?? value
      const limit = values[0] === undefined ? undefined : rank(values[0])
      return (issue) => limit !== undefined && of(issue).some((value) => compares(operator, rank(value), limit))
    }
    default:
      return history(asker, field, clause, values, empties)
  }
}

/** A saved filter stands for its query. */
const SAVED = ['filter', 'savedfilter', 'request', 'searchrequest']

function saved(asker: Asker, { field: asked, operator, operand }: Single): Test {
  if (!['=', '!=', 'in', 'not in'].includes(operator))
    throw wrong(`The operator '${operator}' is not supported by the '${asked}' field.`)
  const names = operand.kind === 'list' ? operand.items : [operand]
  const tests = names.map((one) => {
    const text = one.kind === 'value' ? one.text : ''
    const { filters } = asker.site.store
    const filter = filters.get(text) ?? filters.find(text.toLowerCase())[0]
    if (filter === undefined || !sharedWith(asker.site, asker.site.user(asker.me), filter))
      throw wrong(`The value '${text}' does not exist for the field '${asked}'.`)
    const { where } = parse(filter.jql)
    const depth = (asker.depth ?? 0) + 1
    if (depth > FILTERS_DEEP) throw wrong(`The filter '${filter.name}' refers to itself.`)
    return where === undefined ? () => true : testOf({ ...asker, depth }, where)
  })
  const found: Test = (issue) => tests.some((test) => test(issue))
  return operator === '=' || operator === 'in' ? found : (issue) => !found(issue)
}
const FILTERS_DEEP = 20

function supports({ kind, compares: ordered, history: recorded }: Searched, operator: Operator): boolean {
  switch (operator) {
    case '~':
    case '!~':
      return kind === 'text'
    case 'is':
    case 'is not':
      return true
    case '<':
    case '>':
    case '<=':
    case '>=':
      return ordered === true
    case '=':
    case '!=':
    case 'in':
    case 'not in':
      return kind !== 'text'
    default:
      return recorded !== undefined
  }
}

function compares(operator: '<' | '>' | '<=' | '>=', a: Value, b: Value): boolean {
  switch (operator) {
    case '<':
      return a < b
    case '>':
      return a > b
    case '<=':
      return a <= b
    case '>=':
      return a >= b
    default:
      return operator satisfies never
  }
}

/** What stood in a field once, and what stands there now. */
function history(
  asker: Asker,
  field: Searched,
  { field: asked, operator, predicates }: Single,
  values: readonly Value[],
  empties: boolean,
): Test {
  const narrowed = predicates.map((one) => narrow(asker, field, asked, one))
  if (operator === 'changed' || operator === 'not changed') {
    const test = changed(asker.site, field, narrowed)
    return operator === 'changed' ? test : (issue) => !test(issue)
  }
  const was = stood(asker.site, field, [...values, ...(empties ? [null] : [])], narrowed)
  return operator.startsWith('was not') ? (issue) => !was(issue) : was
}

/** Something that is searched as times, and as people, are. */
const MOMENT: Searched = { name: 'date', kind: 'time', of: () => [] }

function narrow(asker: Asker, field: Searched, asked: string, { name, operand }: Predicate): Narrowed {
  switch (name) {
    case 'after':
    case 'before':
    case 'on': {
      const [, [ms]] = valuesOf(asker, MOMENT, name, operand)
      if (ms === undefined) throw wrong(`The predicate '${name}' needs a date.`)
      return { name, ms: Number(ms) }
    }
    case 'during': {
      const [, [fromMs, toMs]] = valuesOf(asker, MOMENT, name, operand)
      if (fromMs === undefined || toMs === undefined) throw wrong("The predicate 'during' needs two dates.")
      return { name, fromMs: Number(fromMs), toMs: Number(toMs) }
    }
    case 'by': {
      const [, values] = valuesOf(asker, searchedBy(asker.site, 'creator'), name, operand)
      return { name, values }
    }
    case 'from':
    case 'to': {
      const [empties, values] = valuesOf(asker, field, asked, operand)
      return { name, values: empties ? [...values, null] : values }
    }
    default:
      return name satisfies never
  }
}

/** Whether EMPTY is among what an operand says, and all else it says. */
function valuesOf(
  asker: Asker,
  field: Searched,
  asked: string,
  operand: Operand,
): readonly [boolean, readonly Value[]] {
  switch (operand.kind) {
    case 'empty':
      return [true, []]
    case 'list': {
      const parts = operand.items.map((item) => valuesOf(asker, field, asked, item))
      return [parts.some(([empty]) => empty), parts.flatMap(([, values]) => values)]
    }
    case 'function':
      return [false, called(asker, field, asked, operand.name, operand.args)]
    case 'value':
      return valueNamed(asker, field, asked, operand.text)
    default:
      return operand satisfies never
  }
}

function valueNamed(
  { site, me }: Asker,
  field: Searched,
  asked: string,
  text: string,
): readonly [boolean, readonly Value[]] {
  if (field.kind === 'text') return [false, [text]]
  if (field.kind === 'time') return [false, [timeOfValue(asked, text, site.now())]]
  if (field.kind === 'duration') {
    const spent = secondsOf(text)
    if (spent === undefined) throw wrong(`The value '${text}' is not valid for the field '${asked}'.`)
    return [false, [spent]]
  }
  if (field.kind === 'number') {
    const number = Number(text)
    if (text.trim() === '' || Number.isNaN(number))
      throw wrong(`The value '${text}' is not valid for the field '${asked}'.`)
    return [false, [number]]
  }
  if (field.name === 'resolution' && text.toLowerCase() === 'unresolved') return [true, []]
  const value = field.means?.(site, text)
  const all = value === undefined ? [] : typeof value === 'object' ? value : [value]
  const values = all.filter((one) => isSeen(site, me, field.name, one))
  if (values.length > 0) return [false, values]
  if (field.name === 'key' || field.name === 'parent')
    throw wrong(`An issue with key '${text}' does not exist for field '${asked}'.`)
  throw wrong(
    /^\d+$/.test(text)
      ? `A value with ID '${text}' does not exist for the field '${asked}'.`
      : `The value '${text}' does not exist for the field '${asked}'.`,
  )
}

/** Whether who asks may know of it at all: projects and issues that they do not see are not there for them. */
function isSeen(site: Site, me: string, field: string, value: Value): boolean {
  const user = site.user(me)
  if (field === 'project') return seesProject(site, user, site.project(String(value)))
  const issue = field === 'key' || field === 'parent' ? issueOf(site, String(value)) : undefined
  return issue === undefined || seesIssue(site, user, issue)
}

function orderOf(asker: Asker, { order }: Query): (a: Issue, b: Issue) => number {
  const sorts = order.map(({ field: asked, descending }) => {
    const field = searchedBy(asker.site, asked)
    if (field.sorts !== true) throw wrong(`Not able to sort using field '${asked}'.`)
    return { field, sign: (descending ?? field.descending ?? false) ? -1 : 1 }
  })
  return (a, b) => {
    for (const { field, sign } of sorts) {
      const [x, y] = [rankOf(asker, field, a), rankOf(asker, field, b)]
      if (x === y) continue
      if (x === undefined || y === undefined) return (x === undefined ? 1 : -1) * sign
      return (x < y ? -1 : 1) * sign
    }
    return Number(b.id) - Number(a.id)
  }
}

function rankOf({ site, me }: Asker, field: Searched, issue: Issue): Value | undefined {
  const [value] = field.of(site, issue, me)
  return value === undefined ? undefined : (field.rank?.(site, value) ?? value)
}
