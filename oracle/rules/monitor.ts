import { originOf, type Run } from '../../scenarios/run.ts'
import type { TraceEvent } from '../../twins/trace.ts'
import { valueAt } from './match.ts'
import type { Rule } from './rule.ts'
import { type Compiled, compile, type End, type Open, type SliceMonitor, type Tally, type Violation } from './slice.ts'

/** What one rule says of one run. `hits` counts how often it had something to say: 0 means the run does not exercise it. */
export type Judgement = {
  readonly status: 'holds' | 'violated' | 'pending'
  readonly hits: number
  /** Events that the rule looked at, and slices it has seen. */
  readonly evaluations: number
  readonly slices: number
  /** The slice in which it was violated first, or is still waiting. */
  readonly slice: string | undefined
  readonly why: string | undefined
  readonly atMs: number | undefined
  /** Positions in the trace of the events that show it. */
  readonly witness: readonly number[]
  /** How near the nearest slice came to breaking it: occurrences, milliseconds or an amount left. */
  readonly closest: number | undefined
}

/** Many rules on one stream of events, in one pass. Memory grows with the number of slices, not of events. */
export interface Watch {
  take(event: TraceEvent): void
  end(end: End): readonly Judgement[]
}

/** One slice: a monitor for each rule that slices alike, made when it is first needed. */
type Row = { readonly key: string; readonly monitors: (SliceMonitor | undefined)[] }

/** How slices are named. Rules that slice alike share the rows, so an event finds its slice once for all of them. */
type Slicing = {
  readonly per: readonly string[]
  readonly rows: Map<string, Row>
  rules: number
  seen: TraceEvent | undefined
  row: Row | undefined
}

/** Unsliced rules have one slice, open from the start: what never came is missing in it. */
const WHOLE = '*'

/** A slice that is decided. */
const DECIDED: SliceMonitor = { step: () => undefined, finish: () => undefined }

class RuleWatch {
  readonly rule: Rule
  readonly compiled: Compiled
  readonly slicing: Slicing
  readonly #slot: number
  readonly #tally: Tally = { hits: 0, evaluations: 0, closest: undefined }
  #slices = 0
  #worst: { readonly key: string; readonly violation: Violation } | undefined

  constructor(rule: Rule, slicing: Slicing) {
    this.rule = rule
    this.slicing = slicing
    this.#slot = slicing.rules++
    this.compiled = compile(rule.clause)
    const whole = slicing.rows.get(WHOLE)
    if (rule.per.length === 0 && whole !== undefined) this.notice(whole)
  }

  /** The slice's monitor; an event of any type shows that there is such a slice. */
  notice(row: Row): SliceMonitor {
    const known = row.monitors[this.#slot]
    if (known !== undefined) return known
    const fresh = this.compiled.begin(this.#tally)
    row.monitors[this.#slot] = fresh
    this.#slices += 1
    return fresh
  }

  step(row: Row, event: TraceEvent): void {
    this.#tally.evaluations += 1
    const violation = this.notice(row).step(event)
    if (violation !== undefined) this.#violated(row, violation)
  }

  #violated(row: Row, violation: Violation): void {
    row.monitors[this.#slot] = DECIDED
    // The earliest is reported: later ones are often its consequence.
    if (this.#worst === undefined || violation.atMs < this.#worst.violation.atMs)
      this.#worst = { key: row.key, violation }
  }

  end(end: End): Judgement {
    let waiting: { readonly key: string; readonly open: Open } | undefined
    for (const row of this.slicing.rows.values()) {
      const result = row.monitors[this.#slot]?.finish(end)
      if (result === undefined) continue
      if ('open' in result) waiting ??= { key: row.key, open: result }
      else this.#violated(row, result)
    }
    const { hits, evaluations, closest } = this.#tally
    const common = { hits, evaluations, closest, slices: this.#slices }
    const name = (key: string): string | undefined => (this.rule.per.length === 0 ? undefined : key)
    if (this.#worst !== undefined) {
      const { key, violation } = this.#worst
      const witness = violation.events.map(({ index }) => index)
      return { ...common, status: 'violated', slice: name(key), why: violation.why, atMs: violation.atMs, witness }
    }
    if (waiting !== undefined) {
      const { key, open } = waiting
      const witness = open.open === undefined ? [] : [open.open.index]
      return { ...common, status: 'pending', slice: name(key), why: open.why, atMs: open.open?.atMs, witness }
    }
    return { ...common, status: 'holds', slice: undefined, why: undefined, atMs: undefined, witness: [] }
  }
}

/** Watches rules over a stream. `originOf` names the request that a step began with. */
export function watch(rules: readonly Rule[], origin: (step: string) => string): Watch {
  const slicings = new Map<string, Slicing>()
  const watches = rules.map((rule) => {
    const name = rule.per.join('\0')
    const slicing = slicings.get(name) ?? slicingOf(rule.per)
    slicings.set(name, slicing)
    return new RuleWatch(rule, slicing)
  })
  const byType = new Map<string, RuleWatch[]>()
  for (const one of watches)
    for (const type of one.compiled.types ?? []) byType.set(type, [...(byType.get(type) ?? []), one])
  const everything = watches.filter(({ compiled }) => compiled.types === undefined)
  const noticing = watches.filter(({ compiled, rule }) => compiled.everySlice && rule.per.length > 0)

  const rowOf = (slicing: Slicing, event: TraceEvent): Row | undefined => {
    if (slicing.seen === event) return slicing.row
    slicing.seen = event
    const key = slicing.per.length === 0 ? WHOLE : sliceOf(slicing.per, event, origin)
    slicing.row = key === undefined ? undefined : slicing.rows.get(key)
    if (key !== undefined && slicing.row === undefined) {
      slicing.row = { key, monitors: [] }
      slicing.rows.set(key, slicing.row)
    }
    return slicing.row
  }
  const pass = (to: readonly RuleWatch[], event: TraceEvent): void => {
    for (const one of to) {
      const row = rowOf(one.slicing, event)
      if (row !== undefined) one.step(row, event)
    }
  }
  return {
    take(event) {
      const concerned = byType.get(event.type)
      if (concerned !== undefined) pass(concerned, event)
      if (everything.length > 0) pass(everything, event)
      for (const one of noticing) {
        const row = rowOf(one.slicing, event)
        if (row !== undefined) one.notice(row)
      }
    },
    end: (end) => watches.map((one) => one.end(end)),
  }
}

const slicingOf = (per: readonly string[]): Slicing => ({
  per,
  rows: new Map(per.length === 0 ? [[WHOLE, { key: WHOLE, monitors: [] }]] : []),
  rules: 0,
  seen: undefined,
  row: undefined,
})

function sliceOf(per: readonly string[], event: TraceEvent, origin: (step: string) => string): string | undefined {
  for (const path of per) {
    const value = path === 'step' ? event.step : path === 'request' ? origin(event.step) : valueAt(event.fields, path)
    if (value !== undefined && value !== null && typeof value !== 'object') return String(value)
  }
  return undefined
}

/** Judges rules on one run, in one pass; the order of `rules` is kept. */
export function judgeRun(rules: readonly Rule[], run: Run): readonly Judgement[] {
  const watching = watch(rules, (step) => originOf(run, step))
  for (const event of run.trace) watching.take(event)
  return watching.end({ atMs: run.endedAtMs, quiet: run.pending.length === 0, run })
}

/** Judges one rule on one run. */
export function judgeRule(rule: Rule, run: Run): Judgement {
  const [judgement] = judgeRun([rule], run)
  if (judgement === undefined) throw new Error('judgeRule: expected a judgement.')
  return judgement
}
