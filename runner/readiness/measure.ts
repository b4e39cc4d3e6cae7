import { behaviourOf, kindOf } from '../../oracle/differential/behaviour.ts'
import { judgeExpectations } from '../../oracle/expectations.ts'
import type { Result } from '../../oracle/readiness/result.ts'
import { judgeRules } from '../../oracle/rules/judge.ts'
import { judgeRun } from '../../oracle/rules/monitor.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { Entry } from '../gate/play.ts'
import type { Progress } from '../gate/progress.ts'
import type { Player } from '../pool/player.ts'
import type { Project } from '../project.ts'
import { complaintsOf } from '../rules/complaints.ts'

export type Measured = Omit<Result, 'schema' | 'inputs' | 'at'>
const BATCH = 60
const KEPT_MAX = 400

/**
 * Measures what needs nothing but runs of the working tree: how often a good build is red, whether a run is the same in a new process,
 * which checks prove nothing, how much behaviour is rare, whether every call has a price. A run of each scenario under every seed up to `runs`.
 */
export async function measure(
  project: Project,
  player: Player,
  options: { readonly runs: number; readonly replays: number; readonly progress: Progress },
): Promise<readonly Measured[]> {
  const { replays, progress } = options
  // What is played again was played before.
  const runs = Math.max(options.runs, replays)
  const seeds = Math.ceil(runs / project.scenarios.length)
  const entries = Array.from({ length: seeds }, (_, at) =>
    project.scenarios.map((scenario): Entry => ({ scenario, seed: `${at + 1}` })),
  )
    .flat()
    .slice(0, Math.max(runs, project.scenarios.length))
  progress.begin('runs', entries.length)
  const kinds = new Map<string, number>()
  const kept: Run[] = []
  const hashes: string[] = []
  let [red, calls, unpriced] = [0, 0, 0]
  for (let from = 0; from < entries.length; from += BATCH) {
    const batch = entries.slice(from, from + BATCH)
    for (const [at, run] of (await player.play(batch, progress)).entries()) {
      const scenario = batch[at]?.scenario
      if (scenario !== undefined && isRed(project, scenario, run)) red += 1
      const kind = kindOf(behaviourOf(run))
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
      calls += run.bill.lines.length + run.bill.unpriced.length
      unpriced += run.bill.unpriced.length
      if (hashes.length < replays) hashes.push(run.hash)
      // For what needs whole runs a few hundred are enough.
      if (kept.length < KEPT_MAX) kept.push(run)
    }
  }
  progress.end()
  const differ = await replayed(entries.slice(0, replays), hashes, player, progress)
  const complaints = complaintsOf(project, kept)
  const checks = project.rules.length + project.scenarios.reduce((sum, { then }) => sum + then.length, 0)
  const leastRuns = Math.min(...judgeRules(project.rules, kept).map(({ runs: hit }) => hit))
  const once = [...kinds.values()].filter((count) => count === 1).length
  return [
    { item: 'soundness', counts: [{ what: 'red', failures: red, of: entries.length }], figures: {} },
    {
      item: 'replay',
      counts: [{ what: 'another hash', failures: differ, of: Math.min(replays, entries.length) }],
      figures: {},
    },
    {
      item: 'vacuity',
      counts: [{ what: 'prove nothing', failures: complaints.length, of: checks }],
      figures: project.rules.length === 0 ? {} : { leastRuns },
    },
    { item: 'residual', counts: [{ what: 'seen once', failures: once, of: entries.length }], figures: {} },
    { item: 'cost', counts: [{ what: 'unpriced calls', failures: unpriced, of: calls }], figures: {} },
  ]
}

const isRed = ({ rules }: Project, scenario: Scenario, run: Run): boolean =>
  run.ending.kind !== 'horizon' ||
  judgeExpectations(scenario, run).status !== 'pass' ||
  judgeRun(rules, run).some(({ status }) => status === 'violated')

async function replayed(
  entries: readonly Entry[],
  hashes: readonly string[],
  player: Player,
  progress: Progress,
): Promise<number> {
  progress.begin('runs again, elsewhere', entries.length)
  const again = await Promise.all(
    entries.map(async ({ scenario, seed }, at) => {
      const parted = !(await player.repeats(scenario, seed, hashes[at] ?? ''))
      progress.step(parted)
      return parted
    }),
  )
  progress.end()
  return again.filter(Boolean).length
}
