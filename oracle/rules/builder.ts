import { toMs } from '../../scenarios/parse/schema.ts'
import type { Run } from '../../scenarios/run.ts'
import type { TraceEvent } from '../../twins/trace.ts'
import { type Clause, type EventPattern, parseEvent, type Rule } from './rule.ts'

/** A rule that can still be narrowed in time. */
export type TimedRule = Rule & { readonly within: (duration: string) => Rule }

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
  after(...events: string[]): {
    eventually(...events: string[]): TimedRule
    never(...events: string[]): TimedRule & { until(...events: string[]): TimedRule }
  }
  before(...events: string[]): { always(...events: string[]): Rule }
  /** For what no sentence says: `holds` gives what is wrong with a slice, or undefined. `on` is the event that exercises it. */
  satisfy(sentence: string, on: string, holds: (events: readonly TraceEvent[], run: Run) => string | undefined): Rule
}

const patterns = (events: readonly string[]): readonly EventPattern[] => events.map(parseEvent)

export function rule(id: string): RuleStart {
  return start({ id, why: '', per: [] })
}

function start(head: Pick<Rule, 'id' | 'why' | 'per'>): RuleStart {
  const made = (clause: Clause): Rule => ({ ...head, clause, place: undefined })
  type Timed = Extract<Clause, { withinMs: number | undefined }>
  const timed = <C extends Timed>(clause: C): TimedRule => ({
    ...made(clause),
    within: (duration) => made({ ...clause, withinMs: toMs(duration) }),
  })
  const count = (op: 'at most' | 'at least' | 'exactly', n: number, event: string): TimedRule =>
    timed({ kind: 'count', bound: { op, count: n }, event: parseEvent(event), withinMs: undefined })
  return {
    why: (why) => start({ ...head, why }),
    per: (...per) => start({ ...head, per }),
    never: (event) => made({ kind: 'never', event: parseEvent(event) }),
    always: (event) => made({ kind: 'always', event: parseEvent(event) }),
    atMost: (n, event) => count('at most', n, event),
    atLeast: (n, event) => count('at least', n, event),
    exactly: (n, event) => count('exactly', n, event),
    after: (...triggers) => ({
      eventually: (...events) =>
        timed({ kind: 'eventually', after: patterns(triggers), events: patterns(events), withinMs: undefined }),
      never: (...events) => {
        const clause = {
          kind: 'after-never',
          after: patterns(triggers),
          events: patterns(events),
          until: [],
          withinMs: undefined,
        } as const
        return { ...timed(clause), until: (...ends) => timed({ ...clause, until: patterns(ends) }) }
      },
    }),
    before: (...events) => ({
      always: (...first) => made({ kind: 'before', events: patterns(events), first: patterns(first) }),
    }),
    satisfy: (sentence, on, holds) => made({ kind: 'satisfy', sentence, on: parseEvent(on), holds }),
  }
}
