import type { Run } from '../../scenarios/run.ts'
import { toDecimal, toUnits } from '../../twins/money.ts'
import type { TraceEvent } from '../../twins/trace.ts'
import { duration } from '../expectations.ts'
import { type Matcher, matcherOf, valueAt } from './match.ts'
import { type Clause, type Events, type FieldOf, printEvent, printEvents, writeField } from './rule.ts'

/** What is kept of an event that may matter later. */
export type Mark = { readonly index: number; readonly atMs: number; readonly type: string }
export type Violation = { readonly why: string; readonly events: readonly Mark[]; readonly atMs: number }
/** An obligation that nothing has met yet. */
export type Open = { readonly open: Mark | undefined; readonly why: string }
/** The end of a trace. `quiet`: nothing was under way any more, so what is missing will not come. */
export type End = { readonly atMs: number; readonly quiet: boolean; readonly run: Run | undefined }

/** What a rule counts over all its slices. */
export type Tally = {
  hits: number
  evaluations: number
  /** The smallest distance to a violation: occurrences, milliseconds or an amount. */
  closest: number | undefined
}

/** One rule's eye on one slice: events come once and in order; memory does not grow with their number. */
export interface SliceMonitor {
  step(event: TraceEvent): Violation | undefined
  finish(end: End): Violation | Open | undefined
}

/** A clause made ready: which event types it must see, and how it begins a slice. */
export type Compiled = {
  /** Undefined: every event. */
  readonly types: readonly string[] | undefined
  /** Whether a slice counts from the first event with its key, whatever its type: something is due in each. */
  readonly everySlice: boolean
  begin(tally: Tally): SliceMonitor
}

const mark = ({ index, atMs, type }: TraceEvent): Mark => ({ index, atMs, type })
const near = (tally: Tally, distance: number): void => {
  if (tally.closest === undefined || distance < tally.closest) tally.closest = distance
}
type Mutable<T> = { -readonly [K in keyof T]: T[K] }
const WITNESS_MAX = 8
/** Takes an event into a witness: the first ones and the latest. */
const keep = (marks: Mutable<Mark>[], { index, atMs, type }: TraceEvent): void => {
  const last = marks.length < WITNESS_MAX ? undefined : marks[WITNESS_MAX - 1]
  if (last === undefined) marks.push({ index, atMs, type })
  else {
    // In place: this happens at every event, and what it replaces is gone anyway.
    last.index = index
    last.atMs = atMs
    last.type = type
  }
}
const nothing = (): undefined => undefined

/** Says at which events `a or b`, or `a and b`, happens. A set starts again when it was complete. */
function watcherOf({ join, of }: Events): () => Matcher {
  const matchers = of.map(matcherOf)
  const [only] = matchers
  if (only !== undefined && matchers.length === 1) return () => only
  if (join === 'or') {
    const any: Matcher = (event) => matchers.some((matches) => matches(event))
    return () => any
  }
  return () => {
    const seen = new Set<number>()
    return (event) => {
      const before = seen.size
      for (const [at, matches] of matchers.entries()) if (matches(event)) seen.add(at)
      const complete = seen.size === matchers.length && seen.size > before
      if (complete) seen.clear()
      return complete
    }
  }
}

const typesOf = (...all: readonly (Events | undefined)[]): readonly string[] => [
  ...new Set(all.flatMap((events) => events?.of.map(({ type }) => type) ?? [])),
]

/** Makes a clause ready to watch slices. */
export function compile(clause: Clause): Compiled {
  switch (clause.kind) {
    case 'never':
    case 'always':
      return each(clause)
    case 'count':
      return count(clause)
    case 'eventually':
      return eventually(clause)
    case 'after-never':
      return afterNever(clause)
    case 'before':
      return before(clause)
    case 'between':
      return between(clause)
    case 'gap':
      return gap(clause)
    case 'equal':
      return equal(clause)
    case 'sum':
      return sum(clause)
    case 'sometimes':
      return sometimes(clause)
    case 'satisfy':
      return satisfy(clause)
    default:
      return clause satisfies never
  }
}

type Kind<K extends Clause['kind']> = Extract<Clause, { kind: K }>

/** Whose event it is: the first part of its name, a twin's or `app`. */
export const actorOf = (type: string): string => type.split('.', 1)[0] ?? type

function each(clause: Kind<'never' | 'always'>): Compiled {
  const matches = matcherOf(clause.event)
  const { type, where } = clause.event
  const wanted = clause.kind === 'always'
  // What must not happen at all is exercised by anything else that its twin, or the app, does.
  const others = clause.kind === 'never' && where.length === 0 ? actorOf(type) : undefined
  return {
    types: others === undefined ? [type] : undefined,
    everySlice: false,
    begin: (tally) => ({
      step(event) {
        if (event.type !== type) {
          if (actorOf(event.type) === others) tally.hits += 1
          return undefined
        }
        tally.hits += 1
        if (matches(event) === wanted) return undefined
        const got = where.map(({ field }) => `${field} ${JSON.stringify(valueAt(event.fields, field))}`).join(', ')
        const why = wanted ? `expected ${printEvent(clause.event)}, got ${got}` : `${printEvent(clause.event)} happened`
        return { why, events: [mark(event)], atMs: event.atMs }
      },
      finish: nothing,
    }),
  }
}

function count({ bound, event: pattern, withinMs }: Kind<'count'>): Compiled {
  const matches = matcherOf(pattern)
  const tooMany = bound.op === 'at least' ? Number.POSITIVE_INFINITY : bound.count
  const tooFew = bound.op === 'at most' ? 0 : bound.count
  const wanted = `${bound.op} ${bound.count} expected`
  return {
    types: [pattern.type],
    everySlice: tooFew > 0,
    begin(tally) {
      let found = 0
      /** Without a window some of the events, for the witness; with one the latest, as many as decide. */
      const marks: Mutable<Mark>[] = []
      return {
        step(event) {
          tally.hits += 1
          if (!matches(event)) return undefined
          if (withinMs === undefined) {
            found += 1
            keep(marks, event)
          } else {
            // Half-open: an event exactly `within` before this one is out.
            while (marks[0] !== undefined && marks[0].atMs <= event.atMs - withinMs) marks.shift()
            marks.push(mark(event))
            found = marks.length
          }
          if (found > tooMany)
            return { why: `${found} ${printEvent(pattern)}, ${wanted}`, events: marks, atMs: event.atMs }
          if (bound.op !== 'at least') near(tally, bound.count - found)
          return undefined
        },
        finish({ atMs, quiet }) {
          if (found >= tooFew) {
            if (bound.op === 'at least') near(tally, found - bound.count)
            return undefined
          }
          const why = `${found} ${printEvent(pattern)}, ${wanted}`
          return quiet ? { why, events: marks, atMs } : { open: marks.at(-1), why }
        },
      }
    },
  }
}

function eventually({ after, events, withinMs }: Kind<'eventually'>): Compiled {
  const trigger = watcherOf(after)
  // `or` is one answer; of `and` each part answers for itself, and a trigger waits for the last of them.
  const parts: readonly Matcher[] =
    events.join === 'or' ? [watcherOf(events)()] : events.of.map((pattern) => matcherOf(pattern))
  const overdue = (late: Mark): Violation => ({
    why: `${late.type} got no answer within ${duration(withinMs ?? 0)}`,
    events: [late],
    atMs: late.atMs + (withinMs ?? 0),
  })
  return {
    types: typesOf(after, events),
    everySlice: false,
    begin(tally) {
      const happens = trigger()
      /** For each part the first trigger it has not answered: the oldest decides, later ones have later deadlines. */
      const waiting: (Mark | undefined)[] = parts.map(() => undefined)
      const oldest = (): Mark | undefined =>
        waiting.reduce((a, b) => (a === undefined || (b !== undefined && b.index < a.index) ? b : a), undefined)
      return {
        step(event) {
          if (withinMs !== undefined) {
            const late = oldest()
            if (late !== undefined && event.atMs > late.atMs + withinMs) return overdue(late)
          }
          for (let at = 0; at < parts.length; at++) {
            const open = waiting[at]
            if (open === undefined || parts[at]?.(event) !== true) continue
            if (withinMs !== undefined) near(tally, open.atMs + withinMs - event.atMs)
            waiting[at] = undefined
          }
          if (!happens(event)) return undefined
          tally.hits += 1
          const one = mark(event)
          for (let at = 0; at < parts.length; at++) waiting[at] ??= one
          return undefined
        },
        finish({ atMs, quiet }) {
          const open = oldest()
          if (open === undefined) return undefined
          if (withinMs !== undefined && atMs > open.atMs + withinMs) return overdue(open)
          if (withinMs === undefined && quiet)
            return { why: `${open.type} got no answer by the end`, events: [open], atMs: open.atMs }
          return { open, why: `${open.type} was still unanswered at the end` }
        },
      }
    },
  }
}

function afterNever({ after, events, until, withinMs }: Kind<'after-never'>): Compiled {
  const [trigger, forbidden] = [watcherOf(after), watcherOf(events)]
  const lift = until === undefined ? undefined : watcherOf(until)
  return {
    types: typesOf(after, events, until),
    everySlice: false,
    begin(tally) {
      const [starts, lifts] = [trigger(), lift?.()]
      let happens = forbidden()
      let since: Mark | undefined
      return {
        step(event) {
          if (since !== undefined) {
            const over = withinMs !== undefined && event.atMs > since.atMs + withinMs
            if (over || lifts?.(event) === true) since = undefined
            else if (happens(event)) {
              const why = `${event.type} came ${duration(event.atMs - since.atMs)} after ${since.type}`
              return { why, events: [since, mark(event)], atMs: event.atMs }
            }
          }
          if (!starts(event)) return undefined
          tally.hits += 1
          if (since === undefined) happens = forbidden()
          since = mark(event)
          return undefined
        },
        finish: nothing,
      }
    },
  }
}

function before({ events, first, withinMs }: Kind<'before'>): Compiled {
  const [target, needed] = [watcherOf(events), watcherOf(first)]
  return {
    types: typesOf(events, first),
    everySlice: false,
    begin(tally) {
      const [happens, prepares] = [target(), needed()]
      let ready: Mark | undefined
      return {
        step(event) {
          if (happens(event)) {
            tally.hits += 1
            if (ready === undefined)
              return {
                why: `${event.type} came without ${printEvents(first)} before it`,
                events: [mark(event)],
                atMs: event.atMs,
              }
            if (withinMs !== undefined) {
              const agoMs = event.atMs - ready.atMs
              if (agoMs > withinMs)
                return {
                  why: `${event.type} came ${duration(agoMs)} after ${ready.type}`,
                  events: [ready, mark(event)],
                  atMs: event.atMs,
                }
              near(tally, withinMs - agoMs)
            }
          }
          if (prepares(event)) ready = mark(event)
          return undefined
        },
        finish: nothing,
      }
    },
  }
}

function between({ from, to, bound, event: pattern }: Kind<'between'>): Compiled {
  const [opens, closes, matches] = [matcherOf(from), matcherOf(to), matcherOf(pattern)]
  const wanted = `${bound.op} ${bound.count} expected`
  return {
    types: [...new Set([from.type, to.type, pattern.type])],
    everySlice: false,
    begin(tally) {
      let open: Mark | undefined
      let sinceFirst = 0
      let sinceLast = 0
      let marks: Mutable<Mark>[] = []
      return {
        step(event) {
          if (open !== undefined && closes(event)) {
            const [start, inside] = [open, sinceLast]
            open = undefined
            if (bound.op !== 'at least') near(tally, bound.count - sinceFirst)
            if (bound.op !== 'at most' && inside < bound.count)
              return {
                why: `${inside} ${printEvent(pattern)} between ${start.type} and ${event.type}, ${wanted}`,
                events: [start, ...marks, mark(event)],
                atMs: event.atMs,
              }
          } else if (open !== undefined && matches(event)) {
            sinceFirst += 1
            sinceLast += 1
            keep(marks, event)
            if (bound.op !== 'at least' && sinceFirst > bound.count)
              return {
                why: `${sinceFirst} ${printEvent(pattern)} after ${open.type}, ${wanted}`,
                events: [open, ...marks],
                atMs: event.atMs,
              }
          }
          if (!opens(event)) return undefined
          tally.hits += 1
          sinceLast = 0
          if (open === undefined) {
            open = mark(event)
            sinceFirst = 0
            marks = []
          }
          return undefined
        },
        finish() {
          if (open === undefined || bound.op === 'at most' || sinceLast >= bound.count) return undefined
          return { open, why: `${open.type} was still without its end, ${wanted} ${printEvent(pattern)}` }
        },
      }
    },
  }
}

function gap({ gapMs, event: pattern }: Kind<'gap'>): Compiled {
  const matches = matcherOf(pattern)
  return {
    types: [pattern.type],
    everySlice: false,
    begin(tally) {
      let last: Mark | undefined
      return {
        step(event) {
          if (!matches(event)) return undefined
          const [earlier, one] = [last, mark(event)]
          last = one
          if (earlier === undefined) return undefined
          tally.hits += 1
          const apartMs = one.atMs - earlier.atMs
          if (apartMs >= gapMs) {
            near(tally, apartMs - gapMs)
            return undefined
          }
          return { why: `${event.type} came again after ${duration(apartMs)}`, events: [earlier, one], atMs: one.atMs }
        },
        finish: nothing,
      }
    },
  }
}

/** A field's value as text; undefined when it is not there or has parts. */
function textAt(event: TraceEvent, { type, field }: FieldOf): string | undefined {
  if (event.type !== type) return undefined
  const value = valueAt(event.fields, field)
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value)
}

const DECIMAL = /^-?\d+(\.\d{1,12})?$/
const same = (a: string, b: string): boolean =>
  a === b || (DECIMAL.test(a) && DECIMAL.test(b) && toUnits(a) === toUnits(b))

function equal({ left, right }: Kind<'equal'>): Compiled {
  return {
    types: [...new Set([left.type, right.type])],
    everySlice: false,
    begin(tally) {
      type Value = { readonly text: string; readonly mark: Mark }
      let [a, b]: [Value | undefined, Value | undefined] = [undefined, undefined]
      return {
        step(event) {
          const [newA, newB] = [textAt(event, left), textAt(event, right)]
          if (newA !== undefined) a = { text: newA, mark: mark(event) }
          if (newB !== undefined) b = { text: newB, mark: mark(event) }
          if (a === undefined || b === undefined || (newA === undefined && newB === undefined)) return undefined
          tally.hits += 1
          if (same(a.text, b.text)) return undefined
          const marks = a.mark.index === b.mark.index ? [a.mark] : [a.mark, b.mark].sort((x, y) => x.index - y.index)
          const why = `${writeField(left)} is ${a.text}, ${writeField(right)} is ${b.text}`
          return { why, events: marks, atMs: event.atMs }
        },
        finish: nothing,
      }
    },
  }
}

function sum({ of, op, limit }: Kind<'sum'>): Compiled {
  const other = limit.kind === 'total' ? limit.of : undefined
  const fixed = limit.kind === 'amount' ? toUnits(limit.amount) : 0n
  const unit = limit.kind === 'amount' ? limit.unit : ''
  const currencyOf = (event: TraceEvent): string | undefined =>
    typeof event.fields.currency === 'string' ? event.fields.currency.toUpperCase() : undefined
  return {
    types: [...new Set([of.type, ...(other === undefined ? [] : [other.type])])],
    everySlice: op !== 'at most',
    begin(tally) {
      let [total, bar] = [0n, fixed]
      let currency = /^[A-Z]{3}$/.test(unit) ? unit : undefined
      const marks: Mutable<Mark>[] = []
      const say = (): string =>
        `${writeField(of)} adds up to ${toDecimal(total)}${unit === '' ? '' : ` ${unit}`}, ${op} ${toDecimal(bar)} expected`
      return {
        step(event) {
          keep(marks, event)
          const wrong = (why: string): Violation => ({ why, events: marks.slice(), atMs: event.atMs })
          for (const field of other === undefined ? [of] : [of, other]) {
            if (event.type !== field.type) continue
            const text = textAt(event, field)
            // Fails closed: what carries no amount cannot be added up.
            if (text === undefined || !DECIMAL.test(text))
              return wrong(`${writeField(field)} is ${text ?? 'missing'}, which is no amount`)
            const own = currencyOf(event)
            if (own !== undefined && currency !== undefined && own !== currency)
              return wrong(`${event.type} is in ${own}, the total in ${currency}`)
            currency ??= own
            if (field === of) {
              total += toUnits(text)
              tally.hits += 1
            } else bar += toUnits(text)
          }
          if (op === 'at least' || total <= bar) {
            if (op === 'at most') near(tally, Number(toDecimal(bar - total)))
            return undefined
          }
          // An exact total is due at the end only: until then the other side may still grow.
          return op === 'at most' || other === undefined ? wrong(say()) : undefined
        },
        finish({ atMs, quiet }) {
          if (op === 'at most' || total === bar || (op === 'at least' && total > bar)) return undefined
          return quiet ? { why: say(), events: marks, atMs } : { open: marks.at(-1), why: say() }
        },
      }
    },
  }
}

function sometimes({ event: pattern, relation }: Kind<'sometimes'>): Compiled {
  const matches = matcherOf(pattern)
  const related = relation === undefined ? undefined : matcherOf(relation.event)
  return {
    types: [...new Set([pattern.type, ...(relation === undefined ? [] : [relation.event.type])])],
    everySlice: false,
    begin(tally) {
      let ready = related === undefined
      const [first, second] = relation?.op === 'before' ? [matches, related ?? matches] : [related, matches]
      return {
        step(event) {
          if (ready && second(event)) tally.hits += 1
          ready ||= first?.(event) === true
          return undefined
        },
        finish: nothing,
      }
    },
  }
}

function satisfy({ on, holds }: Kind<'satisfy'>): Compiled {
  const matches = matcherOf(on)
  return {
    types: undefined,
    everySlice: false,
    begin(tally) {
      const events: TraceEvent[] = []
      let last: Mark | undefined
      return {
        step(event) {
          events.push(event)
          if (!matches(event)) return undefined
          tally.hits += 1
          last = mark(event)
          return undefined
        },
        finish({ atMs, run }) {
          if (last === undefined) return undefined
          if (run === undefined) throw new Error('a rule with satisfy needs a whole run, got a stream of events.')
          const why = holds(events, run)
          return why === undefined ? undefined : { why, events: [last], atMs: Math.min(last.atMs, atMs) }
        },
      }
    },
  }
}
