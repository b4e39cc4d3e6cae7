import type { Run } from '../../scenarios/run.ts'
import type { TraceEvent } from '../../twins/trace.ts'
import type { Clause, EventPattern, Events, Rule } from '../rules/rule.ts'
import { counts, type FieldFacts, keyOf, type Slicing, slicingsOf, type TypeFacts, VALUES_MAX } from './survey.ts'

/** A rule that might hold, before anyone looked. */
export type Candidate = Pick<Rule, 'per' | 'clause'>

const event = (type: string, where: EventPattern['where'] = []): EventPattern => ({ type, where })
const one = (type: string): Events => ({ join: 'or', of: [event(type)] })

/** Rules that fit the shape of what happened; which of them hold is found by judging. Generated once, over all runs. */
export function candidatesFrom(runs: readonly Run[], facts: ReadonlyMap<string, TypeFacts>): readonly Candidate[] {
  const slicings = slicingsOf(runs, facts)
  return [...[...facts.values()].flatMap(fieldRules), ...slicings.flatMap((slicing) => sliceRules(slicing, runs))]
}

/** Enumerations and constants of fields: `always x[status=succeeded]`, never another status of an answer. */
function fieldRules({ type, events, fields }: TypeFacts): readonly Candidate[] {
  return [...fields].flatMap(([path, field]): readonly Candidate[] => {
    if (field.events < events || !isPlain(path, field)) return []
    const [value] = field.values
    return field.values.size === 1 && value !== undefined
      ? [{ per: [], clause: { kind: 'always', event: event(type, [{ field: path, op: '=', value }]) } }]
      : numericBound(type, path, field)
  })
}

/** Free text, ids and times make no enumerations. */
const isPlain = (path: string, { values }: FieldFacts): boolean =>
  values.size <= VALUES_MAX &&
  !/(^|\.)(id|key|event|created|text|subject|summary|idempotencyKey|bytes|afterMs|method|path|endpoint|object|livemode|twin)$/.test(
    path,
  ) &&
  [...values].every((value) => value.length <= 40 && !value.startsWith('@') && !/^[a-z]{2,12}_\w{10,}$/.test(value))

function numericBound(type: string, path: string, { values, numeric }: FieldFacts): readonly Candidate[] {
  if (!numeric || values.size < 2 || !/(amount|total|price|quantity|cost|balance|fee)/.test(path)) return []
  const least = Math.min(...[...values].map(Number))
  // A lower bound of nothing is what people mean by an amount; other bounds are accidents of the data.
  return least < 0
    ? []
    : [{ per: [], clause: { kind: 'always', event: event(type, [{ field: path, op: '>=', value: '0' }]) } }]
}

/** Counts, orders, answers, absences and equalities within one slice. */
function sliceRules({ per, types }: Slicing, runs: readonly Run[]): readonly Candidate[] {
  const slices = slicesOf(per, runs)
  if (slices.length === 0) return []
  const made = (clause: Clause): Candidate => ({ per, clause })
  const list = [...types].filter((type) => slices.some((slice) => slice.counts.has(type)))
  const single = list.flatMap((type) => [...countRules(type, slices), ...gapRules(type, slices)].map(made))
  const pairs = list.flatMap((a) => list.flatMap((b) => (a === b ? [] : pairRules(a, b, slices).map(made))))
  return [...single, ...pairs]
}

/** `at most` what was seen; `exactly` where every slice has as many. What happens often in a slice has no natural bound. */
function countRules(type: string, slices: readonly Slice[]): readonly Clause[] {
  const seen = slices.map((slice) => slice.counts.get(type) ?? 0)
  const [least, most] = [Math.min(...seen), Math.max(...seen)]
  if (most > 4) return []
  const op = least === most ? 'exactly' : 'at most'
  return [{ kind: 'count', bound: { op, count: most }, event: event(type), withinMs: undefined }]
}

/** Durations that people say, in milliseconds. */
const PLAIN_MS = [50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 3_600_000, 86_400_000]
const plainBelow = (ms: number): number | undefined => PLAIN_MS.findLast((one) => one <= ms)
const plainAbove = (ms: number): number | undefined => PLAIN_MS.find((one) => one >= ms)

/** How far apart repetitions were at least: what a retry waits. */
function gapRules(type: string, slices: readonly Slice[]): readonly Clause[] {
  const gaps = slices.flatMap((slice) => {
    const times = slice.times.get(type) ?? []
    return times.slice(1).map((atMs, before) => atMs - (times[before] ?? 0))
  })
  const gapMs = gaps.length === 0 ? undefined : plainBelow(Math.min(...gaps))
  return gapMs === undefined ? [] : [{ kind: 'gap', gapMs, event: event(type) }]
}

type Slice = {
  readonly times: ReadonlyMap<string, readonly number[]>
  readonly counts: ReadonlyMap<string, number>
  readonly firsts: ReadonlyMap<string, number>
  readonly lasts: ReadonlyMap<string, number>
  readonly values: ReadonlyMap<string, ReadonlyMap<string, string>>
}

function slicesOf(per: readonly string[], runs: readonly Run[]): readonly Slice[] {
  return runs.flatMap((run) => {
    const slices = new Map<string, TraceEvent[]>()
    for (const one of run.trace) {
      const key = counts(one) ? keyOf(per, one, run) : undefined
      if (key === undefined || key === 'boot') continue
      const list = slices.get(key)
      if (list === undefined) slices.set(key, [one])
      else list.push(one)
    }
    return [...slices.values()].map(sliceOf)
  })
}

function sliceOf(events: readonly TraceEvent[]): Slice {
  const counted = new Map<string, number>()
  const [firsts, lasts] = [new Map<string, number>(), new Map<string, number>()]
  const values = new Map<string, Map<string, string>>()
  const times = new Map<string, number[]>()
  for (const { type, index, atMs, fields } of events) {
    const own = times.get(type) ?? []
    times.set(type, own)
    own.push(atMs)
    counted.set(type, (counted.get(type) ?? 0) + 1)
    if (!firsts.has(type)) firsts.set(type, index)
    lasts.set(type, index)
    const said = values.get(type) ?? new Map<string, string>()
    values.set(type, said)
    for (const [name, value] of Object.entries(fields))
      if (typeof value === 'number' && !/^(created|at)$/.test(name)) said.set(name, String(value))
  }
  return { counts: counted, firsts, lasts, values, times }
}

/** What may hold between two types, judged roughly here: a candidate that one slice already refutes is not worth judging. */
function pairRules(a: string, b: string, slices: readonly Slice[]): readonly Clause[] {
  const both = slices.filter((slice) => slice.counts.has(a) && slice.counts.has(b))
  if (both.length === 0) return []
  const rules: Clause[] = []
  const withA = slices.filter((slice) => slice.counts.has(a))
  const withB = slices.filter((slice) => slice.counts.has(b))
  const at = (map: ReadonlyMap<string, number>, type: string): number => map.get(type) ?? 0
  if (withB.every((slice) => slice.counts.has(a) && at(slice.firsts, a) < at(slice.firsts, b)))
    rules.push({ kind: 'before', events: one(b), first: one(a), withinMs: undefined })
  if (withA.every((slice) => slice.counts.has(b) && at(slice.lasts, a) < at(slice.lasts, b)))
    rules.push(...answers(a, b, withA))
  if (both.every((slice) => at(slice.firsts, b) > at(slice.lasts, a)))
    rules.push({ kind: 'after-never', after: one(b), events: one(a), until: undefined, withinMs: undefined })
  return [...rules, ...(a < b ? equalities(a, b, both) : [])]
}

/** An answer that is due, and within what time: twice what it took, rounded up. */
function answers(a: string, b: string, slices: readonly Slice[]): readonly Clause[] {
  const waits = slices.flatMap((slice) =>
    (slice.times.get(a) ?? []).map(
      (atMs) => ((slice.times.get(b) ?? []).find((other) => other >= atMs) ?? atMs) - atMs,
    ),
  )
  const withinMs = plainAbove(2 * Math.max(...waits))
  const due = { kind: 'eventually', after: one(a), events: one(b) } as const
  return [{ ...due, withinMs: undefined }, ...(withinMs === undefined ? [] : [{ ...due, withinMs }])]
}

/** Amounts that are the same in both. */
function equalities(a: string, b: string, both: readonly Slice[]): readonly Clause[] {
  const names = (type: string): readonly string[] =>
    [...(both[0]?.values.get(type)?.keys() ?? [])].filter((name) => /amount|total|quantity|price|cost/.test(name))
  return names(a).flatMap((left) =>
    names(b).flatMap((right): readonly Clause[] => {
      const values = both.map((slice) => [slice.values.get(a)?.get(left), slice.values.get(b)?.get(right)] as const)
      const equal = values.every(([x, y]) => x !== undefined && x === y)
      const various = new Set(values.map(([x]) => x)).size >= 2
      return equal && various
        ? [{ kind: 'equal', left: { type: a, field: left }, right: { type: b, field: right } }]
        : []
    }),
  )
}
