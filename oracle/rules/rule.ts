import type { Run } from '../../scenarios/run.ts'
import type { Place } from '../../scenarios/scenario.ts'
import type { TraceEvent } from '../../twins/trace.ts'

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>='
export type Condition = { readonly field: string; readonly op: Operator; readonly value: string }
/** Events of a type whose fields meet all conditions. A value `@x` is field x of the same event. */
export type EventPattern = { readonly type: string; readonly where: readonly Condition[] }
/** One of several, or all of several: a set is complete with the event that completes it. The two do not mix. */
export type Events = { readonly join: 'or' | 'and'; readonly of: readonly EventPattern[] }
export type Bound = { readonly op: 'at most' | 'at least' | 'exactly'; readonly count: number }
/** A field of an event's type, by dot path. */
export type FieldOf = { readonly type: string; readonly field: string }
/** What a total is held against: an amount as a decimal with its unit, or another total of the same slice. */
export type Limit =
  | { readonly kind: 'amount'; readonly amount: string; readonly unit: string }
  | { readonly kind: 'total'; readonly of: FieldOf }

/** What a rule says, as data: every spelling reads into it and is printed from it. */
export type Clause =
  | { readonly kind: 'never'; readonly event: EventPattern }
  /** Every event of the type meets the conditions. */
  | { readonly kind: 'always'; readonly event: EventPattern }
  /** `withinMs` makes it a sliding window, half-open; only with `at most`. */
  | {
      readonly kind: 'count'
      readonly bound: Bound
      readonly event: EventPattern
      readonly withinMs: number | undefined
    }
  /** Each trigger is answered strictly later in the trace; the deadline counts as in time, and one answer serves several triggers. */
  | {
      readonly kind: 'eventually'
      readonly after: Events
      readonly events: Events
      readonly withinMs: number | undefined
    }
  | {
      readonly kind: 'after-never'
      readonly after: Events
      readonly events: Events
      readonly until: Events | undefined
      readonly withinMs: number | undefined
    }
  /** Before each of `events`, `first` has happened; with `withinMs`, no longer ago than that. */
  | {
      readonly kind: 'before'
      readonly events: Events
      readonly first: Events
      readonly withinMs: number | undefined
    }
  /** Counts inside `from` ... `to`; `at most 0` is `never`. Nested starts: `at most` counts from the first, `at least` from the last. */
  | {
      readonly kind: 'between'
      readonly from: EventPattern
      readonly to: EventPattern
      readonly bound: Bound
      readonly event: EventPattern
    }
  /** Consecutive events are at least so far apart. */
  | { readonly kind: 'gap'; readonly gapMs: number; readonly event: EventPattern }
  /** The latest values of both fields are equal whenever one is new. */
  | { readonly kind: 'equal'; readonly left: FieldOf; readonly right: FieldOf }
  /** The sum of a field over a slice, exact. */
  | { readonly kind: 'sum'; readonly of: FieldOf; readonly op: Bound['op']; readonly limit: Limit }
  /** Reached in at least so many percent of the runs; judged over a set of runs, never over one. */
  | {
      readonly kind: 'sometimes'
      readonly event: EventPattern
      readonly relation: { readonly op: 'after' | 'before'; readonly event: EventPattern } | undefined
      readonly percent: number
    }
  /** The way out for arithmetic: a function over one slice, with a sentence written by hand. */
  | {
      readonly kind: 'satisfy'
      readonly sentence: string
      readonly on: EventPattern
      readonly holds: (events: readonly TraceEvent[], run: Run) => string | undefined
    }

export type Rule = {
  readonly id: string
  readonly why: string
  /** Dot paths into an event's fields; the first that is there names its slice. `step` and `request` are known everywhere. */
  readonly per: readonly string[]
  readonly clause: Clause
  readonly place: Place | undefined
}

const EVENT = /^([a-z][\w.-]*)(?:\[(.*)\])?$/s
const CONDITION = /\s*([\w.-]+)\s*(!=|>=|<=|=|>|<)\s*("(?:[^"\\]|\\.)*"|[^,"]*[^,"\s])\s*(?:,(?!\s*$)|$)/sy
/** What stands in a condition without quotes. */
const PLAIN = /^(?!=)[^\s,"[\]`]+(?: [^\s,"[\]`]+)*$/

/** Reads `type` or `type[field=value, field>="a, b"]`. Throws with what was expected. */
export function parseEvent(text: string): EventPattern {
  const [, type, list] = EVENT.exec(text.trim()) ?? []
  if (type === undefined)
    throw new Error(`expected an event such as stripe.charge.succeeded or app.answer[status>=500], got "${text}"`)
  const where: Condition[] = []
  for (let at = 0; list !== undefined && at < Math.max(1, list.length); at = CONDITION.lastIndex) {
    CONDITION.lastIndex = at
    const [, field, op, value] = CONDITION.exec(list) ?? []
    if (field === undefined || op === undefined || value === undefined)
      throw new Error(`expected a condition such as status>=500, got "${list.slice(at).split(',')[0]?.trim()}"`)
    where.push({ field, op: op as Operator, value: value.startsWith('"') ? unquote(value) : value })
  }
  return { type, where }
}

function unquote(text: string): string {
  try {
    return String(JSON.parse(text))
  } catch {
    throw new Error(`expected a quoted value as in JSON, got ${text}`)
  }
}

/** An event as the spellings write it, without backticks. */
export const writeEvent = ({ type, where }: EventPattern): string =>
  `${type}${where.length === 0 ? '' : `[${where.map(({ field, op, value }) => `${field}${op}${PLAIN.test(value) ? value : JSON.stringify(value).replaceAll('`', '\\u0060')}`).join(', ')}]`}`

export const printEvent = (event: EventPattern): string => `\`${writeEvent(event)}\``

export const printEvents = ({ join, of }: Events): string => of.map(printEvent).join(` ${join} `)

/** Reads `type.field`, or `type:path.to.field` where the field is a path. Throws with what was expected. */
export function parseField(text: string): FieldOf {
  const [, type, field] = /^([a-z][\w.-]*?):([\w.-]+)$/.exec(text) ?? /^([a-z][\w.-]*)\.([\w-]+)$/.exec(text) ?? []
  if (type === undefined || field === undefined)
    throw new Error(
      `expected a field such as cost.line.amount or stripe.charge.succeeded:metadata.order, got "${text}"`,
    )
  return { type, field }
}

export const writeField = ({ type, field }: FieldOf): string => `${type}${field.includes('.') ? ':' : '.'}${field}`

const SIZES = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** A duration as it is written: `90s`, `2h`. */
export function writeMs(ms: number): string {
  const [unit, size] = SIZES.find(([, length]) => ms > 0 && ms % length === 0) ?? ['ms', 1]
  return `${ms / size}${unit}`
}

const within = (ms: number | undefined): string => (ms === undefined ? '' : ` within ${writeMs(ms)}`)

/** The rule as a sentence: what reports show, and what `## Rules` of a brief reads. The why is not part of it. */
export function printRule({ id, per, clause }: Rule): string {
  const each = per.length === 0 ? '' : `for each ${per.map((path) => `\`${path}\``).join(' or ')}, `
  const words = each + printClause(clause)
  return `${id}: ${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}

const printBound = ({ op, count }: Bound): string => `${op} ${count}`

function printClause(clause: Clause): string {
  switch (clause.kind) {
    case 'never':
      return `never ${printEvent(clause.event)}`
    case 'always':
      return `always ${printEvent(clause.event)}`
    case 'count':
      return `${printBound(clause.bound)} ${printEvent(clause.event)}${within(clause.withinMs)}`
    case 'eventually':
      return `after ${printEvents(clause.after)}, eventually ${printEvents(clause.events)}${within(clause.withinMs)}`
    case 'after-never': {
      const until = clause.until === undefined ? '' : ` until ${printEvents(clause.until)}`
      return `after ${printEvents(clause.after)}, never ${printEvents(clause.events)}${until}${within(clause.withinMs)}`
    }
    case 'before':
      return `before ${printEvents(clause.events)}, always ${printEvents(clause.first)}${within(clause.withinMs)}`
    case 'between': {
      const { from, to, bound, event } = clause
      const limit = bound.op === 'at most' && bound.count === 0 ? 'never' : printBound(bound)
      return `between ${printEvent(from)} and ${printEvent(to)}, ${limit} ${printEvent(event)}`
    }
    case 'gap':
      return `always at least ${writeMs(clause.gapMs)} between ${printEvent(clause.event)}`
    case 'equal':
      return `always \`${writeField(clause.left)}\` = \`${writeField(clause.right)}\``
    case 'sum': {
      const { of, op, limit } = clause
      const against = limit.kind === 'amount' ? `${limit.amount} ${limit.unit}` : `total \`${writeField(limit.of)}\``
      return `total \`${writeField(of)}\` ${op} ${against}`
    }
    case 'sometimes': {
      const { event, relation, percent } = clause
      const place = relation === undefined ? '' : ` ${relation.op} ${printEvent(relation.event)}`
      return `sometimes ${printEvent(event)}${place}, in at least ${percent}% of runs`
    }
    case 'satisfy':
      return clause.sentence
    default:
      return clause satisfies never
  }
}

/** All patterns a clause names, to check them against what can occur. Fields of totals count as patterns of their type. */
export function patternsOf(clause: Clause): readonly EventPattern[] {
  switch (clause.kind) {
    case 'never':
    case 'always':
    case 'count':
    case 'gap':
      return [clause.event]
    case 'eventually':
      return [...clause.after.of, ...clause.events.of]
    case 'after-never':
      return [...clause.after.of, ...clause.events.of, ...(clause.until?.of ?? [])]
    case 'before':
      return [...clause.events.of, ...clause.first.of]
    case 'between':
      return [clause.from, clause.to, clause.event]
    case 'equal':
    case 'sum':
      return fieldsOf(clause).map(({ type }) => ({ type, where: [] }))
    case 'sometimes':
      return [clause.event, ...(clause.relation === undefined ? [] : [clause.relation.event])]
    case 'satisfy':
      return [clause.on]
    default:
      return clause satisfies never
  }
}

/** The fields that a clause compares or adds up. */
export const fieldsOf = (clause: Clause): readonly FieldOf[] => {
  if (clause.kind === 'equal') return [clause.left, clause.right]
  if (clause.kind !== 'sum') return []
  return clause.limit.kind === 'total' ? [clause.of, clause.limit.of] : [clause.of]
}
