import type { Run } from '../../scenarios/run.ts'
import type { Place } from '../../scenarios/scenario.ts'
import type { TraceEvent } from '../../twins/trace.ts'

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>='
export type Condition = { readonly field: string; readonly op: Operator; readonly value: string }
/** Events of a type whose fields meet all conditions. A value `@x` is field x of the same event. */
export type EventPattern = { readonly type: string; readonly where: readonly Condition[] }
export type Bound = { readonly op: 'at most' | 'at least' | 'exactly'; readonly count: number }

/** What a rule says, as data: every spelling reads into it, and its sentence is printed from it. */
export type Clause =
  | { readonly kind: 'never'; readonly event: EventPattern }
  /** Every event of the type meets the conditions. */
  | { readonly kind: 'always'; readonly event: EventPattern }
  | {
      readonly kind: 'count'
      readonly bound: Bound
      readonly event: EventPattern
      readonly withinMs: number | undefined
    }
  /** Each trigger is followed, strictly later in the trace, by one of the answers; the deadline counts as in time. */
  | {
      readonly kind: 'eventually'
      readonly after: readonly EventPattern[]
      readonly events: readonly EventPattern[]
      readonly withinMs: number | undefined
    }
  | {
      readonly kind: 'after-never'
      readonly after: readonly EventPattern[]
      readonly events: readonly EventPattern[]
      readonly until: readonly EventPattern[]
      readonly withinMs: number | undefined
    }
  /** Before each of `events`, one of `first` has happened. */
  | { readonly kind: 'before'; readonly events: readonly EventPattern[]; readonly first: readonly EventPattern[] }
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
const CONDITION = /^\s*([\w.]+)\s*(!=|>=|<=|=|>|<)\s*(\S(?:.*\S)?)\s*$/s

/** Reads `type` or `type[field=value, field>=value]`. Throws with what was expected. */
export function parseEvent(text: string): EventPattern {
  const [, type, list] = EVENT.exec(text.trim()) ?? []
  if (type === undefined)
    throw new Error(`expected an event such as stripe.charge.succeeded or app.answer[status>=500], got "${text}"`)
  const where = (list === undefined ? [] : list.split(',')).map((part): Condition => {
    const [, field, op, value] = CONDITION.exec(part) ?? []
    if (field === undefined || op === undefined || value === undefined)
      throw new Error(`expected a condition such as status>=500, got "${part.trim()}"`)
    return { field, op: op as Operator, value }
  })
  return { type, where }
}

export const printEvent = ({ type, where }: EventPattern): string =>
  `\`${type}${where.length === 0 ? '' : `[${where.map(({ field, op, value }) => `${field}${op}${value}`).join(', ')}]`}\``

const printEvents = (events: readonly EventPattern[]): string => events.map(printEvent).join(' or ')

const SIZES = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const
const printMs = (ms: number | undefined): string => {
  if (ms === undefined) return ''
  const [unit, size] = SIZES.find(([, length]) => ms > 0 && ms % length === 0) ?? ['ms', 1]
  return ` within ${ms / size}${unit}`
}

/** The rule as a sentence: what reports show. */
export function printRule({ id, per, clause }: Rule): string {
  const each = per.length === 0 ? '' : `for each ${per.map((path) => `\`${path}\``).join(' or ')}, `
  const words = each + printClause(clause)
  return `${id}: ${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}

function printClause(clause: Clause): string {
  switch (clause.kind) {
    case 'never':
      return `never ${printEvent(clause.event)}`
    case 'always':
      return `always ${printEvent(clause.event)}`
    case 'count':
      return `${clause.bound.op} ${clause.bound.count} ${printEvent(clause.event)}${printMs(clause.withinMs)}`
    case 'eventually':
      return `after ${printEvents(clause.after)}, eventually ${printEvents(clause.events)}${printMs(clause.withinMs)}`
    case 'after-never': {
      const until = clause.until.length === 0 ? '' : ` until ${printEvents(clause.until)}`
      return `after ${printEvents(clause.after)}, never ${printEvents(clause.events)}${until}${printMs(clause.withinMs)}`
    }
    case 'before':
      return `before ${printEvents(clause.events)}, always ${printEvents(clause.first)}`
    case 'satisfy':
      return clause.sentence
    default:
      return clause satisfies never
  }
}

/** All patterns a clause names, to check them against what can occur. */
export function patternsOf(clause: Clause): readonly EventPattern[] {
  switch (clause.kind) {
    case 'never':
    case 'always':
    case 'count':
      return [clause.event]
    case 'eventually':
      return [...clause.after, ...clause.events]
    case 'after-never':
      return [...clause.after, ...clause.events, ...clause.until]
    case 'before':
      return [...clause.events, ...clause.first]
    case 'satisfy':
      return [clause.on]
    default:
      return clause satisfies never
  }
}
