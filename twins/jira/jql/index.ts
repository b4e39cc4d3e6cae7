import { notModelled } from '../../twin.ts'
import { GAPS } from '../gaps.ts'
import type { Site } from '../site.ts'
import type { Issue } from '../state.ts'
import { type Searched, searchedBy } from './fields.ts'
import { wrong } from './lex.ts'
import { type Clause, type Operand, type Operator, parse, type Query } from './parse.ts'
import { edgeOf, timeOfValue } from './time.ts'
import { finder } from './words.ts'

type Test = (issue: Issue) => boolean
type Value = string | number
/** Who asks; what a value of theirs stands for may hang on it. */
type Asker = { readonly site: Site; readonly me: string }

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
  const order = orderOf(site, query)
  return issues.filter(test).sort(order)
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

function single(asker: Asker, { field: asked, operator, operand }: Single): Test {
  const { site } = asker
  const field = searchedBy(site, asked)
  if (!supports(field, operator)) throw wrong(`The operator '${operator}' is not supported by the '${asked}' field.`)
  const of = (issue: Issue): readonly Value[] => field.of(site, issue)
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
      return history(site, field, operator, values, empties)
  }
}

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

/** What stood in a field once; by name, as the history has it, and what stands there now. */
function history(site: Site, field: Searched, operator: Operator, values: readonly Value[], empties: boolean): Test {
  const past = (issue: Issue): readonly (string | null)[] =>
    site.store.histories
      .find(issue.id)
      .flatMap(({ items }) => items)
      .filter((item) => item.field === field.history)
      .flatMap(({ from, fromString }) => (isPerson(field) ? from : fromString))
  if (operator === 'changed') return (issue) => past(issue).length > 0
  const was: Test = (issue) => {
    const now = field.of(site, issue)
    const all: readonly (Value | null)[] = [...past(issue), ...(now.length === 0 ? [null] : now)]
    return all.some((value) => (value === null ? empties : values.includes(value)))
  }
  return operator.startsWith('was not') ? (issue) => !was(issue) : was
}

const isPerson = ({ history: name }: Searched): boolean => name === 'assignee' || name === 'reporter'

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
  { site }: Asker,
  field: Searched,
  asked: string,
  text: string,
): readonly [boolean, readonly Value[]] {
  if (field.kind === 'text') return [false, [text]]
  if (field.kind === 'time') return [false, [timeOfValue(asked, text, site.now())]]
  if (field.kind === 'number') {
    const number = Number(text)
    if (text.trim() === '' || Number.isNaN(number))
      throw wrong(`The value '${text}' is not valid for the field '${asked}'.`)
    return [false, [number]]
  }
  if (field.name === 'resolution' && text.toLowerCase() === 'unresolved') return [true, []]
  const value = field.means?.(site, text)
  if (value !== undefined) return [false, [value]]
  if (field.name === 'key' || field.name === 'parent')
    throw wrong(`An issue with key '${text}' does not exist for field '${asked}'.`)
  throw wrong(
    /^\d+$/.test(text)
      ? `A value with ID '${text}' does not exist for the field '${asked}'.`
      : `The value '${text}' does not exist for the field '${asked}'.`,
  )
}

/** Functions that Jira has beside those that are modelled: https://support.atlassian.com/jira-software-cloud/docs/jql-functions (as known; not opened). */
const ELSEWHERE =
  /^(approved|approver|breached|cascadeoption|choiceoption|closedsprints|componentsleadbyuser|completed|currentlogin|earliestunreleasedversion|elapsed|entitlement\w*|everbreached|futuresprints|issuehistory|issueswith\w+|lastlogin|latestreleasedversion|linkedissues?|membersof|myapproval|mypending|openSprints|opensprints|organizationmembers|parentepic|paused|pending\w*|projectslead\w+|projectswhere\w+|releasedversions|remaining|running|spaces\w+|unreleasedversions|updatedby|votedissues|withincalendarhours)$/

function called(
  { site, me }: Asker,
  field: Searched,
  asked: string,
  name: string,
  args: readonly string[],
): readonly Value[] {
  const key = name.toLowerCase()
  const edge = edgeOf(name, args, site.now())
  const time = key === 'now' ? site.now() : edge
  const unfit = wrong(`A value provided by the function '${name}' is invalid for the field '${asked}'.`)
  if (time !== undefined) {
    if (field.kind !== 'time') throw unfit
    return [time]
  }
  if (key === 'currentuser') {
    if (field.means?.(site, me) !== me) throw unfit
    return [me]
  }
  if (key === 'watchedissues')
    return site.store.issues
      .all()
      .filter(({ watchers }) => watchers.includes(me))
      .map((issue) => issue.key)
  if (key === 'standardissuetypes' || key === 'subtaskissuetypes')
    return site.store.types
      .all()
      .filter(({ subtask }) => subtask === (key === 'subtaskissuetypes'))
      .map((type) => type.name)
  if (ELSEWHERE.test(key)) throw notModelled('jira', GAPS, 'JQL functions beyond people and time')
  throw wrong(`Unable to find JQL function '${name}(${args.join(', ')})'.`)
}

function orderOf(site: Site, { order }: Query): (a: Issue, b: Issue) => number {
  const sorts = order.map(({ field: asked, descending }) => {
    const field = searchedBy(site, asked)
    if (field.sorts !== true) throw wrong(`Not able to sort using field '${asked}'.`)
    return { field, sign: (descending ?? field.descending ?? false) ? -1 : 1 }
  })
  return (a, b) => {
    for (const { field, sign } of sorts) {
      const [x, y] = [rankOf(site, field, a), rankOf(site, field, b)]
      if (x === y) continue
      if (x === undefined || y === undefined) return (x === undefined ? 1 : -1) * sign
      return (x < y ? -1 : 1) * sign
    }
    return Number(b.id) - Number(a.id)
  }
}

function rankOf(site: Site, field: Searched, issue: Issue): Value | undefined {
  const [value] = field.of(site, issue)
  return value === undefined ? undefined : (field.rank?.(site, value) ?? value)
}
