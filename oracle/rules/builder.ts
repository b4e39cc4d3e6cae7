import { toMs } from '../../scenarios/parse/schema.ts'
import type { Run } from '../../scenarios/run.ts'
import type { TraceEvent } from '../../twins/trace.ts'
import { readAmount, readPercent } from './amount.ts'
import { type Bound, type Clause, type Events, type Limit, parseEvent, parseField, type Rule } from './rule.ts'

/** A rule that can still be narrowed in time. */
export type TimedRule = Rule & { readonly within: (duration: string) => Rule }

/** Several events that must all happen, in any order. */
export type AllOf = { readonly allOf: readonly string[] }
/** `a`, or several of which one will do, or `all('a', 'b')`. */
export type OneOf = readonly string[] | readonly [AllOf]
type Share = { inAtLeast(percent: string): Rule }
type SumLimit = string | { readonly total: string }

/** The TypeScript spelling: `rule('PAY-7').why('…').per('metadata.order').after('a').eventually('b').within('10s')`. */
export type RuleStart = {
  why(text: string): RuleStart
  /** Slices the trace by the first of these fields that an event has. */
  per(...paths: string[]): RuleStart
  never(event: string): Rule
  always(event: string): Rule
  atMost(count: number, event: string): TimedRule
  atLeast(count: number, event: string): Rule
  exactly(count: number, event: string): Rule
  after(...events: OneOf): {
    eventually(...events: OneOf): TimedRule
    never(...events: OneOf): TimedRule & { until(...events: OneOf): TimedRule }
  }
  before(...events: OneOf): { always(...events: OneOf): TimedRule }
  between(
    from: string,
    to: string,
  ): {
    never(event: string): Rule
    atMost(count: number, event: string): Rule
    atLeast(count: number, event: string): Rule
    exactly(count: number, event: string): Rule
  }
  /** Consecutive events are at least so far apart. */
  gap(duration: string, event: string): Rule
  /** Fields as `type.field`, or `type:path.to.field`. */
  equal(left: string, right: string): Rule
  /** Against an amount, `'0.040 USD'`, or another total, `{ total: 'stripe.charge.succeeded.amount' }`. */
  total(field: string): {
    atMost(limit: SumLimit): Rule
    atLeast(limit: SumLimit): Rule
    exactly(limit: SumLimit): Rule
  }
  sometimes(event: string): Share & { after(event: string): Share; before(event: string): Share }
  /** For what no sentence says: `holds` gives what is wrong with a slice, or undefined. `on` is the event that exercises it. */
  satisfy(sentence: string, on: string, holds: (events: readonly TraceEvent[], run: Run) => string | undefined): Rule
}

/** All of these, in any order: `rule('ONB-1').after('a').eventually(all('b', 'c'))`. */
export const all = (...events: string[]): AllOf => ({ allOf: events })

function eventsOf(events: OneOf): Events {
  const [first] = events
  if (first === undefined) throw new Error('expected an event, got none.')
  const join = typeof first === 'string' ? 'or' : 'and'
  const texts = typeof first === 'string' ? (events as readonly string[]) : first.allOf
  return { join: texts.length === 1 ? 'or' : join, of: texts.map(parseEvent) }
}

export function rule(id: string): RuleStart {
  return start({ id, why: '', per: [] })
}

function start(head: Pick<Rule, 'id' | 'why' | 'per'>): RuleStart {
  const made = (clause: Clause): Rule => ({ ...head, clause, place: undefined })
  type Timed = Extract<Clause, { withinMs: number | undefined }>
  const timed = <C extends Timed>(clause: C): TimedRule =>
    // Not a field of the data: two equal rules stay equal however they were written.
    Object.defineProperty({ ...made(clause) }, 'within', {
      enumerable: false,
      value: (duration: string) => made({ ...clause, withinMs: toMs(duration) }),
    }) as TimedRule
  const count = (op: Bound['op'], n: number, event: string): TimedRule =>
    timed({ kind: 'count', bound: { op, count: n }, event: parseEvent(event), withinMs: undefined })
  const limitOf = (limit: SumLimit): Limit =>
    typeof limit === 'string' ? readAmount(limit) : { kind: 'total', of: parseField(limit.total) }
  return {
    why: (why) => start({ ...head, why: oneLine(why) }),
    per: (...per) => start({ ...head, per }),
    never: (event) => made({ kind: 'never', event: parseEvent(event) }),
    always: (event) => made({ kind: 'always', event: parseEvent(event) }),
    atMost: (n, event) => count('at most', n, event),
    atLeast: (n, event) => count('at least', n, event),
    exactly: (n, event) => count('exactly', n, event),
    after: (...triggers) => ({
      eventually: (...events) =>
        timed({ kind: 'eventually', after: eventsOf(triggers), events: eventsOf(events), withinMs: undefined }),
      never: (...events) => {
        const clause = {
          kind: 'after-never',
          after: eventsOf(triggers),
          events: eventsOf(events),
          until: undefined,
          withinMs: undefined,
        } as const
        const until = (...ends: OneOf): TimedRule => timed({ ...clause, until: eventsOf(ends) })
        return Object.defineProperty(timed(clause), 'until', { enumerable: false, value: until }) as TimedRule & {
          until: typeof until
        }
      },
    }),
    before: (...events) => ({
      always: (...first) =>
        timed({ kind: 'before', events: eventsOf(events), first: eventsOf(first), withinMs: undefined }),
    }),
    between: (from, to) => {
      const inside = (op: Bound['op'], n: number, event: string): Rule =>
        made({
          kind: 'between',
          from: parseEvent(from),
          to: parseEvent(to),
          bound: { op, count: n },
          event: parseEvent(event),
        })
      return {
        never: (event) => inside('at most', 0, event),
        atMost: (n, event) => inside('at most', n, event),
        atLeast: (n, event) => inside('at least', n, event),
        exactly: (n, event) => inside('exactly', n, event),
      }
    },
    gap: (duration, event) => made({ kind: 'gap', gapMs: toMs(duration), event: parseEvent(event) }),
    equal: (left, right) => made({ kind: 'equal', left: parseField(left), right: parseField(right) }),
    total: (field) => {
      const sum = (op: Bound['op'], limit: SumLimit): Rule =>
        made({ kind: 'sum', of: parseField(field), op, limit: limitOf(limit) })
      return {
        atMost: (limit) => sum('at most', limit),
        atLeast: (limit) => sum('at least', limit),
        exactly: (limit) => sum('exactly', limit),
      }
    },
    sometimes: (event) => {
      const share = (relation: Extract<Clause, { kind: 'sometimes' }>['relation']): Share => ({
        inAtLeast: (percent) =>
          made({ kind: 'sometimes', event: parseEvent(event), relation, percent: readPercent(percent) }),
      })
      return {
        ...share(undefined),
        after: (other) => share({ op: 'after', event: parseEvent(other) }),
        before: (other) => share({ op: 'before', event: parseEvent(other) }),
      }
    },
    satisfy: (sentence, on, holds) => made({ kind: 'satisfy', sentence, on: parseEvent(on), holds }),
  }
}

/** A why is one line, whatever the file it stands in does with lines. */
export const oneLine = (text: string): string => text.trim().replace(/\s+/g, ' ')
