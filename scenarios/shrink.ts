import type { DecisionLog } from '../twins/world.ts'
import { actors } from './minimise/actors.ts'
import { faults } from './minimise/faults.ts'
import { fields } from './minimise/fields.ts'
import { minimise, type Outcome, stepCount } from './minimise/minimise.ts'
import { records } from './minimise/records.ts'
import { routes } from './minimise/routes.ts'
import { rows } from './minimise/rows.ts'
import type { Run } from './run.ts'
import type { Scenario } from './scenario.ts'

export type ShrinkOptions = {
  /** Runs a smaller case; the replayer, on a warm subject. */
  readonly run: (scenario: Scenario, decisions: DecisionLog | undefined) => Promise<Run>
  /** Whether a run fails in the same way: the same check, not just any. */
  readonly same: (run: Run, scenario: Scenario) => boolean | Promise<boolean>
  /** Runs it may take; what is found by then is the answer. */
  readonly runsMax: number
  /** Only faults may go. */
  readonly keepStory?: boolean | undefined
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

/** Every latency a flat case uses. */
const FLAT_MS = 20

/** What a failure's smallest case does without. Times and values stay as they were: they are what a reader looks for in the story. */
const SHRINKING = [actors, routes, records, faults, rows, fields]

/**
 * The smallest case that still fails in the same way, with the run that shows it; then latencies flatten. Causal keys make it work:
 * what stays keeps its chance, whatever is removed around it. Undefined when the failure does not come back at all.
 */
export async function shrink(scenario: Scenario, failing: Run, options: ShrinkOptions): Promise<Shrunk | undefined> {
  let best: { readonly scenario: Scenario; readonly run: Run; readonly decisions: DecisionLog | undefined } | undefined
  let runs = 0

  const attempt = async (candidate: Scenario, decisions: DecisionLog | undefined): Promise<Outcome> => {
    runs += 1
    const run = await options.run(candidate, decisions)
    const fails = await options.same(run, candidate)
    if (fails) best = { scenario: candidate, run, decisions }
    options.onRun?.(runs, stepCount(best?.scenario ?? candidate))
    return { kind: fails ? 'fails' : 'passes' }
  }
  const search = (decisions: DecisionLog | undefined) =>
    minimise(scenario, {
      test: (candidate) => attempt(candidate, decisions),
      runsMax: options.runsMax - runs,
      passes: options.keepStory === true ? [faults] : SHRINKING,
    })

  const small = (await search(undefined)) ?? (await search(failing.decisions))
  if (small === undefined || best === undefined) return undefined
  if (runs < options.runsMax) {
    const latencies = Object.keys(best.run.decisions).filter((key) => key.endsWith('/latency'))
    await attempt(best.scenario, { ...best.decisions, ...Object.fromEntries(latencies.map((key) => [key, FLAT_MS])) })
  }
  const { minimal, stepsBefore, stepsAfter } = small
  return { ...best, runs, minimal, stepsBefore, stepsAfter }
}
