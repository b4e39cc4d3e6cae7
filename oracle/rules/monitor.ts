import { originOf, type Run } from '../../scenarios/run.ts'
import { fieldAt } from '../../twins/faults.ts'
import type { Json, TraceEvent } from '../../twins/trace.ts'
import { duration } from '../expectations.ts'
import { type Condition, type EventPattern, printEvent, type Rule } from './rule.ts'

/** What one rule says of one run. `hits` counts how often it had something to say: 0 means the run does not exercise it. */
export type Judgement = {
  readonly status: 'holds' | 'violated' | 'pending'
  readonly hits: number
  /** The worst slice, when it does not hold. */
  readonly slice: string | undefined
  readonly why: string | undefined
  readonly atMs: number | undefined
  /** Positions in the trace of the events that show it. */
  readonly witness: readonly number[]
  /** How near the nearest slice came to breaking it: occurrences or milliseconds left. */
  readonly closest: number | undefined
}

type Violation = { readonly why: string; readonly events: readonly TraceEvent[]; readonly atMs?: number }
/** What an online monitor of one slice finds; `pending` are triggers still unanswered at the end. */
type SliceResult = {
  readonly violation?: Violation | undefined
  readonly pending?: TraceEvent | undefined
  readonly hits: number
  readonly closest?: number | undefined
}

const NUMERIC = /^-?\d+(\.\d+)?$/

function meets(event: TraceEvent, { field, op, value }: Condition): boolean {
  const got = fieldAt(event.fields as Json, field)
  const wanted = value.startsWith('@') ? fieldAt(event.fields as Json, value.slice(1)) : value
  // A missing field meets no condition, not even `!=`: a rule must not hold by a misspelt name.
  if (got === undefined || got === null || wanted === undefined || wanted === null || typeof got === 'object')
    return false
  const [left, right] = [String(got), String(wanted)]
  if (op === '=') return left === right
  if (op === '!=') return left !== right
  if (!NUMERIC.test(left) || !NUMERIC.test(right)) return false
  const order = Number(left) - Number(right)
  return op === '<' ? order < 0 : op === '<=' ? order <= 0 : op === '>' ? order > 0 : order >= 0
}

const is = (event: TraceEvent, pattern: EventPattern): boolean =>
  event.type === pattern.type && pattern.where.every((condition) => meets(event, condition))
const isAny = (event: TraceEvent, patterns: readonly EventPattern[]): boolean =>
  patterns.some((pattern) => is(event, pattern))

/** Judges one rule on one run: the worst of its slices. */
export function judgeRule(rule: Rule, run: Run): Judgement {
  const slices = new Map<string, TraceEvent[]>()
  for (const event of run.trace) {
    const key = sliceOf(rule, event, run)
    if (key === undefined) continue
    const slice = slices.get(key)
    if (slice === undefined) slices.set(key, [event])
    else slice.push(event)
  }
  let hits = 0
  let closest: number | undefined
  let worst: { readonly key: string; readonly result: SliceResult } | undefined
  for (const [key, events] of slices) {
    const result = judgeSlice(rule, events, run)
    hits += result.hits
    if (result.closest !== undefined) closest = Math.min(closest ?? result.closest, result.closest)
    const rank = (one: SliceResult | undefined): number =>
      one?.violation !== undefined ? 2 : one?.pending !== undefined ? 1 : 0
    if (rank(result) > rank(worst?.result)) worst = { key, result }
  }
  const { violation, pending } = worst?.result ?? {}
  const status = violation !== undefined ? 'violated' : pending !== undefined ? 'pending' : 'holds'
  const witness = violation?.events ?? (pending === undefined ? [] : [pending])
  return {
    status,
    hits,
    slice: status === 'holds' || rule.per.length === 0 ? undefined : worst?.key,
    why: violation?.why ?? (pending === undefined ? undefined : `${pending.type} was still unanswered at the end`),
    atMs: violation?.atMs ?? witness.at(-1)?.atMs,
    witness: witness.map(({ index }) => index),
    closest,
  }
}

function sliceOf(rule: Rule, event: TraceEvent, run: Run): string | undefined {
  if (rule.per.length === 0) return '*'
  for (const path of rule.per) {
    const value =
      path === 'step'
        ? event.step
        : path === 'request'
          ? originOf(run, event.step)
          : fieldAt(event.fields as Json, path)
    if (value !== undefined && value !== null && typeof value !== 'object') return String(value)
  }
  return undefined
}

function judgeSlice({ clause }: Rule, events: readonly TraceEvent[], run: Run): SliceResult {
  switch (clause.kind) {
    case 'never': {
      const found = events.find((event) => is(event, clause.event))
      const hits = events.filter(({ type }) => type === clause.event.type).length
      return {
        hits,
        violation: found === undefined ? undefined : { why: `${printEvent(clause.event)} happened`, events: [found] },
      }
    }
    case 'always': {
      const all = events.filter(({ type }) => type === clause.event.type)
      const odd = all.find((event) => !is(event, clause.event))
      const got =
        odd === undefined
          ? ''
          : clause.event.where
              .map(({ field }) => `${field} ${JSON.stringify(fieldAt(odd.fields as Json, field))}`)
              .join(', ')
      return {
        hits: all.length,
        violation:
          odd === undefined ? undefined : { why: `expected ${printEvent(clause.event)}, got ${got}`, events: [odd] },
      }
    }
    case 'count':
      return judgeCount(clause, events)
    case 'eventually': {
      let open: TraceEvent[] = []
      let hits = 0
      let closest: number | undefined
      const { withinMs } = clause
      const late = (nowMs: number): TraceEvent | undefined =>
        withinMs === undefined ? undefined : open.find(({ atMs }) => nowMs > atMs + withinMs)
      for (const event of events) {
        const missed = late(event.atMs)
        if (missed !== undefined) return { hits, violation: overdue(missed, withinMs ?? 0) }
        if (isAny(event, clause.events)) {
          for (const trigger of open)
            if (withinMs !== undefined) closest = Math.min(closest ?? withinMs, trigger.atMs + withinMs - event.atMs)
          open = []
        }
        if (!isAny(event, clause.after)) continue
        hits += 1
        open.push(event)
      }
      const missed = late(run.endedAtMs) ?? (run.pending.length === 0 && withinMs === undefined ? open[0] : undefined)
      if (missed !== undefined)
        return {
          hits,
          closest,
          violation:
            withinMs === undefined
              ? { why: `${missed.type} got no answer by the end`, events: [missed] }
              : overdue(missed, withinMs),
        }
      return { hits, closest, pending: open[0] }
    }
    case 'after-never': {
      let since: TraceEvent | undefined
      let hits = 0
      for (const event of events) {
        if (
          since !== undefined &&
          (isAny(event, clause.until) || (clause.withinMs !== undefined && event.atMs > since.atMs + clause.withinMs))
        )
          since = undefined
        if (since !== undefined && isAny(event, clause.events)) {
          return {
            hits,
            violation: {
              why: `${event.type} came ${duration(event.atMs - since.atMs)} after ${since.type}`,
              events: [since, event],
            },
          }
        }
        if (!isAny(event, clause.after)) continue
        hits += 1
        since = event
      }
      return { hits }
    }
    case 'before': {
      let ready = false
      let hits = 0
      for (const event of events) {
        if (isAny(event, clause.events)) {
          hits += 1
          if (!ready)
            return {
              hits,
              violation: {
                why: `${event.type} came without ${clause.first.map(printEvent).join(' or ')} before it`,
                events: [event],
              },
            }
        }
        ready ||= isAny(event, clause.first)
      }
      return { hits }
    }
    case 'satisfy': {
      const hits = events.filter((event) => is(event, clause.on)).length
      const why = hits === 0 ? undefined : clause.holds(events, run)
      return {
        hits,
        violation:
          why === undefined ? undefined : { why, events: events.filter((event) => is(event, clause.on)).slice(-1) },
      }
    }
    default:
      return clause satisfies never
  }
}

const overdue = (trigger: TraceEvent, withinMs: number): Violation => ({
  why: `${trigger.type} got no answer within ${duration(withinMs)}`,
  events: [trigger],
  atMs: trigger.atMs + withinMs,
})

function judgeCount(clause: Extract<Rule['clause'], { kind: 'count' }>, events: readonly TraceEvent[]): SliceResult {
  const { bound, event: pattern, withinMs } = clause
  const hits = events.filter(({ type }) => type === pattern.type).length
  const found = events.filter((event) => is(event, pattern))
  let most = 0
  for (let from = 0, to = 0; to < found.length; to++) {
    const last = found[to]
    if (last === undefined) break
    // The window is half-open: an event exactly `within` before this one is out.
    while (withinMs !== undefined && (found[from]?.atMs ?? 0) <= last.atMs - withinMs) from += 1
    const inWindow = found.slice(from, to + 1)
    most = Math.max(most, inWindow.length)
    if (bound.op !== 'at least' && inWindow.length > bound.count) {
      return {
        hits,
        violation: {
          why: `${inWindow.length} ${printEvent(pattern)}, ${bound.op} ${bound.count} expected`,
          events: inWindow,
        },
      }
    }
  }
  if (bound.op !== 'at most' && found.length < bound.count) {
    return {
      hits,
      violation: { why: `${found.length} ${printEvent(pattern)}, ${bound.op} ${bound.count} expected`, events: found },
    }
  }
  return { hits, closest: bound.op === 'at least' ? found.length - bound.count : bound.count - most }
}
