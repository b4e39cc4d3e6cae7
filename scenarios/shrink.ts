import type { Json } from '../twins/trace.ts'
import type { DecisionLog } from '../twins/world.ts'
import type { Run } from './run.ts'
import type { CallStep, Scenario, Step } from './scenario.ts'

export type ShrinkOptions = {
  /** Runs a smaller case; the replayer, on a warm subject. */
  readonly run: (scenario: Scenario, decisions: DecisionLog | undefined) => Promise<Run>
  /** Whether a run fails in the same way: the same check, not just any. */
  readonly same: (run: Run, scenario: Scenario) => boolean | Promise<boolean>
  /** Runs it may take; what is found by then is the answer. */
  readonly runsMax: number
  /** Told after each run, for progress. */
  readonly onRun?: ((runs: number, steps: number) => void) | undefined
}

export type Shrunk = {
  readonly scenario: Scenario
  readonly run: Run
  /** Latencies flattened to one value, when the failure does not hang on them. */
  readonly decisions: DecisionLog | undefined
  readonly runs: number
  /** True when no single step, fault, value or starting row can go without losing the failure. */
  readonly minimal: boolean
  readonly stepsBefore: number
  readonly stepsAfter: number
}

/** One way of making a scenario smaller. */
type Cut = (scenario: Scenario) => Scenario

/** Every latency a flat case uses. */
const FLAT_MS = 20

/**
 * The smallest case that still fails in the same way: steps go first, then faults are simplified, then values and starting
 * rows go, then latencies flatten. Causal keys make it work: what stays keeps its chance, whatever is removed around it.
 * Undefined when the failure does not come back at all.
 */
export async function shrink(scenario: Scenario, failing: Run, options: ShrinkOptions): Promise<Shrunk | undefined> {
  let runs = 0
  let best: { readonly scenario: Scenario; readonly run: Run; readonly decisions: DecisionLog | undefined } | undefined
  const left = (): boolean => runs < options.runsMax

  const attempt = async (candidate: Scenario, decisions: DecisionLog | undefined): Promise<boolean> => {
    if (!left()) return false
    runs += 1
    const run = await options.run(candidate, decisions)
    const fails = await options.same(run, candidate)
    if (fails) best = { scenario: candidate, run, decisions }
    options.onRun?.(runs, stepCount(best?.scenario ?? candidate))
    return fails
  }

  const seen = await attempt(scenario, undefined)
  if (!seen && !(await attempt(scenario, failing.decisions))) return undefined

  let smaller = true
  while (smaller && left()) {
    smaller = false
    for (const cutsOf of [stepCuts, faultCuts, givenCuts, valueCuts]) {
      if (await reduce(cutsOf)) smaller = true
    }
  }
  const minimal = left()

  /** Drops ever smaller groups of cuts, ends with single ones; true when any was taken. */
  async function reduce(cutsOf: (scenario: Scenario) => readonly Cut[]): Promise<boolean> {
    let taken = false
    let size = best === undefined ? 0 : cutsOf(best.scenario).length
    while (size >= 1 && left()) {
      let at = 0
      for (;;) {
        const current = best
        if (current === undefined || !left()) return taken
        const cuts = cutsOf(current.scenario)
        if (at >= cuts.length) break
        // Later cuts first: cuts address by position, and a removal moves what is behind it.
        const group = cuts.slice(at, at + size).reverse()
        const candidate = group.reduce((smallerOne, cut) => cut(smallerOne), current.scenario)
        if (candidate.when.length > 0 && (await attempt(candidate, current.decisions))) taken = true
        else at += size
      }
      size = Math.floor(size / 2)
    }
    return taken
  }

  if (best !== undefined) {
    const flat = Object.fromEntries(
      Object.keys(best.run.decisions).flatMap((key) => (key.endsWith('/latency') ? [[key, FLAT_MS]] : [])),
    )
    await attempt(best.scenario, { ...best.decisions, ...flat })
  }
  if (best === undefined) return undefined
  return { ...best, runs, minimal, stepsBefore: stepCount(scenario), stepsAfter: stepCount(best.scenario) }
}

/** Steps of a scenario, those inside a group counted one by one. */
const stepCount = (scenario: Scenario): number =>
  scenario.when.reduce((count, step) => count + (step.kind === 'together' ? step.calls.length : 1), 0)

const without = <T>(items: readonly T[], at: number): readonly T[] => items.filter((_, index) => index !== at)

const replaceStep = (scenario: Scenario, at: number, step: Step): Scenario => ({
  ...scenario,
  when: scenario.when.map((old, index) => (index === at ? step : old)),
})

/** A group without one of its calls; a group of one is no group. */
function leaveOut(scenario: Scenario, at: number, inner: number): Scenario {
  const group = scenario.when[at]
  if (group?.kind !== 'together') return scenario
  const calls = without(group.calls, inner)
  const [only] = calls
  if (only !== undefined && calls.length === 1) return replaceStep(scenario, at, { ...only, atMs: group.atMs })
  return calls.length === 0
    ? { ...scenario, when: without(scenario.when, at) }
    : replaceStep(scenario, at, { ...group, calls })
}

const stepCuts = (scenario: Scenario): readonly Cut[] =>
  scenario.when.flatMap((step, at): readonly Cut[] => [
    (s) => ({ ...s, when: without(s.when, at) }),
    ...(step.kind === 'together'
      ? step.calls.map(
          (_, inner): Cut =>
            (s) =>
              leaveOut(s, at, inner),
        )
      : []),
  ])

/** A fault without its conditions is a simpler one, if the failure is still the same. */
const faultCuts = (scenario: Scenario): readonly Cut[] =>
  scenario.when.flatMap((step, at): readonly Cut[] => {
    if (step.kind !== 'fault') return []
    const { fault } = step
    const drop = (field: 'rate' | 'where' | 'untilMs' | 'times' | 'nth' | 'attempt' | 'silent'): readonly Cut[] => {
      if (fault[field] === undefined) return []
      return [
        (s) => {
          const old = s.when[at]
          if (old?.kind !== 'fault') return s
          const { [field]: _, ...rest } = old.fault
          return replaceStep(s, at, { ...old, fault: rest })
        },
      ]
    }
    return (['rate', 'where', 'silent', 'untilMs', 'times'] as const).flatMap(drop)
  })

const givenCuts = (scenario: Scenario): readonly Cut[] =>
  Object.keys(scenario.given).flatMap((twin) =>
    jsonCuts(scenario.given[twin] ?? null).map(
      (cut): Cut =>
        (s) => ({ ...s, given: { ...s.given, [twin]: cut(s.given[twin] ?? null) } }),
    ),
  )

const valueCuts = (scenario: Scenario): readonly Cut[] =>
  scenario.when.flatMap((step, at): readonly Cut[] => {
    const calls: readonly CallStep[] = step.kind === 'call' ? [step] : step.kind === 'together' ? step.calls : []
    return calls.flatMap((call) => {
      if (call.body === undefined || !('json' in call.body)) return []
      return jsonCuts(call.body.json).map(
        (cut): Cut =>
          (s) => {
            const change = (one: CallStep): CallStep =>
              one.id === call.id && one.body !== undefined && 'json' in one.body
                ? { ...one, body: { json: cut(one.body.json) } }
                : one
            const old = s.when[at]
            if (old?.kind === 'call') return replaceStep(s, at, change(old))
            if (old?.kind === 'together') return replaceStep(s, at, { ...old, calls: old.calls.map(change) })
            return s
          },
      )
    })
  })

/** Ways to make data smaller: leave out a property or an item, at any depth. */
function jsonCuts(value: Json): readonly ((value: Json) => Json)[] {
  if (value === null || typeof value !== 'object') return []
  if (Array.isArray(value)) {
    return value.flatMap((item: Json, at: number) => [
      (v: Json): Json => (Array.isArray(v) ? without(v as readonly Json[], at) : v),
      ...jsonCuts(item).map(
        (cut) =>
          (v: Json): Json =>
            Array.isArray(v) ? v.map((old: Json, index) => (index === at ? cut(old) : old)) : v,
      ),
    ])
  }
  return Object.entries(value).flatMap(([key, item]) => [
    (v: Json): Json => (isRecord(v) ? Object.fromEntries(Object.entries(v).filter(([k]) => k !== key)) : v),
    ...jsonCuts(item ?? null).map(
      (cut) =>
        (v: Json): Json =>
          isRecord(v) && v[key] !== undefined ? { ...v, [key]: cut(v[key]) } : v,
    ),
  ])
}

const isRecord = (value: Json): value is { readonly [key: string]: Json | undefined } =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
