import type { Finding, Verdict } from '../oracle/verdict.ts'
import { originOf, type Run } from '../scenarios/run.ts'

/** The runs to compare: the candidate's, and the base's of the same scenarios and seeds when there is a base. */
export type Pair = { readonly base: readonly Run[] | undefined; readonly candidate: readonly Run[] }

/** One fitness function's result; `figures` is what reports show. */
export type FitnessReport = {
  readonly id: string
  readonly why: string
  readonly verdict: Verdict
  readonly figures: { readonly unit: string; readonly base: string | undefined; readonly candidate: string }
}

/** Requests that came from outside: calls of the scenario, not the deliveries that followed from them. */
export const requestsOf = (run: Run): number =>
  run.trace.filter(({ type, fields }) => type === 'app.request' && originOf(run, String(fields.id)) === fields.id)
    .length

/** Runs by scenario, in the order they come. */
export function byScenario(runs: readonly Run[]): ReadonlyMap<string, readonly Run[]> {
  const groups = new Map<string, Run[]>()
  for (const run of runs) {
    const group = groups.get(run.scenario)
    if (group === undefined) groups.set(run.scenario, [run])
    else group.push(run)
  }
  return groups
}

/** `3.1x the base`, or what to say where the base has nothing. */
export const timesBase = (candidate: number, base: number): string =>
  base === 0 ? 'where the base has none' : `${(candidate / base).toFixed(candidate / base < 10 ? 2 : 0)}x the base`

/** What one group of runs measures, and the run and time that show it best. */
export type Measured = { readonly value: number; readonly text: string }

/** A finding, and how many times what is allowed or usual it shows. */
type Excess = { readonly times: number; readonly finding: Finding }

/**
 * The rule all comparisons share: above a hard limit, or more than `ratchet` times the base in any one scenario, is a finding. `describe`
 * names the worst run and the virtual time at which it went wrong.
 */
export function compare(options: {
  readonly pair: Pair
  readonly name: string
  readonly measure: (runs: readonly Run[]) => Measured
  readonly limit: Measured | undefined
  readonly ratchet: number
  /** Differences smaller than this are no difference, whatever their ratio. */
  readonly slack: number
  readonly describe: (
    candidate: readonly Run[],
    base: readonly Run[] | undefined,
  ) => Pick<Finding, 'seed' | 'atVirtualMs'>
}): Verdict {
  const { pair, name, measure, limit, ratchet, slack, describe } = options
  if (pair.candidate.length === 0) return { status: 'inconclusive', reason: `${name}: nothing was run.` }
  const base = pair.base === undefined ? undefined : byScenario(pair.base)
  const found = [...byScenario(pair.candidate)].flatMap(([scenario, runs]): readonly Excess[] => {
    const baseRuns = base?.get(scenario)
    const got = measure(runs)
    if (limit !== undefined && got.value > limit.value) {
      const message = `${name}: expected at most ${limit.text}, got ${got.text}${baseRuns === undefined ? '' : ` (base ${measure(baseRuns).text})`}`
      return [{ times: got.value / limit.value, finding: { message, scenario, ...describe(runs, baseRuns) } }]
    }
    if (baseRuns === undefined) return []
    const was = measure(baseRuns)
    if (got.value <= was.value * ratchet || got.value - was.value <= slack) return []
    const message = `${name}: base ${was.text}, candidate ${got.text}: ${timesBase(got.value, was.value)}, at most ${ratchet}x is allowed`
    return [{ times: got.value / was.value, finding: { message, scenario, ...describe(runs, baseRuns) } }]
  })
  // The worst is read first, and is what the smallest case is looked for.
  const findings = found.sort((a, b) => (a.times === b.times ? 0 : b.times - a.times)).map(({ finding }) => finding)
  return findings.length === 0 ? { status: 'pass' } : { status: 'fail', findings }
}
