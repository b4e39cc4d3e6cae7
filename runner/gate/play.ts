import { type Certificate, FOREIGN, judge, partsInPrint, type Witness } from '../../scenarios/certificate.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { freshPool } from '../pool/fresh.ts'
import type { Side, SideSetup } from '../pool/job.ts'
import type { Pool } from '../pool/pool.ts'
import { limitsOf, type Project } from '../project.ts'
import type { BoxSetup } from '../sandbox/box.ts'
import type { Progress } from './progress.ts'
import { NO_RECALL, type Recall } from './recall.ts'

/** One entry of the manifest: what must have been run before anything may pass. */
export type Entry = { readonly scenario: Scenario; readonly seed: string }

/** The manifest of a gate: fixed before the first run. */
export const manifestOf = (scenarios: readonly Scenario[], seeds: number): readonly Entry[] =>
  // Seed by seed, so that a candidate that fails somewhere shows it early.
  Array.from({ length: seeds }, (_, at) => `${at + 1}`).flatMap((seed) =>
    scenarios.filter((scenario) => Number(seed) <= (scenario.seeds ?? seeds)).map((scenario) => ({ scenario, seed })),
  )

/** How one side's program is run, out of the project's settings. */
export const setupOf = (
  project: Project,
  cwd: string,
  box: BoxSetup | undefined,
  packages: readonly string[],
): SideSetup => {
  const { subject } = project.config
  return {
    cwd,
    entry: subject.entry,
    args: subject.args,
    env: subject.env,
    addons: subject.addons,
    port: subject.port,
    origin: subject.origin,
    limits: limitsOf(project.config),
    isolation: subject.isolation,
    twins: project.twinSpecs,
    box,
    packages,
  }
}

/** Runs every entry on one side, but for those that `recall` knows. The result has the manifest's order; an entry whose worker broke is missing from it. */
export async function playAll(
  pool: Pool,
  side: Side,
  entries: readonly Entry[],
  progress: Progress,
  broken: (entry: Entry, error: Error) => void,
  recall: Recall = NO_RECALL,
): Promise<readonly Run[]> {
  const runs = await Promise.all(
    entries.map(async (entry) => {
      try {
        const known = recall.take(side, entry)
        if (known.kind === 'missing') throw new Error(known.why)
        const { run } = known.kind === 'run' ? known : await played(pool, side, entry)
        if (known.kind === 'play') recall.keep(side, entry, run)
        progress.step(run.ending.kind !== 'horizon')
        return run
      } catch (error) {
        broken(entry, error instanceof Error ? error : new Error(String(error)))
        progress.step(true)
        return undefined
      }
    }),
  )
  return runs.filter((run) => run !== undefined)
}

async function played(pool: Pool, side: Side, entry: Entry): Promise<{ readonly run: Run }> {
  const result = await pool.play({ kind: 'run', side, ...entry })
  if (result.kind !== 'run') throw new Error('expected a run')
  return result
}

/** Certifies entries of one side: `run` is the warm one that counts; two more follow, one of them in a new process in a foreign place. */
export const certifyAll = (
  pool: Pool,
  entries: readonly Entry[],
  runs: readonly Run[],
  side: Side = 'candidate',
): Promise<readonly Certificate[]> =>
  Promise.all(
    entries.flatMap(({ scenario, seed }) => {
      const first = runs.find((run) => run.scenario === scenario.id && run.seed === seed)
      return first === undefined || first.ending.kind !== 'horizon'
        ? []
        : [certifyOne(pool, side, scenario, seed, first)]
    }),
  )

/** Certifies an entry of the candidate with a new process for each of its runs. */
export async function certifyAlone(pool: Pool, { scenario, seed }: Entry): Promise<Certificate> {
  const alone = freshPool(pool)
  const { run } = await played(alone, 'candidate', { scenario, seed })
  return certifyOne(alone, 'candidate', scenario, seed, run)
}

async function certifyOne(pool: Pool, side: Side, scenario: Scenario, seed: string, first: Run): Promise<Certificate> {
  // A scenario with a zone of its own keeps it; the rest of the environment is foreign all the same.
  const env = scenario.zone === undefined ? FOREIGN : { LANG: FOREIGN.LANG ?? 'C.UTF-8' }
  const [again, elsewhere] = await Promise.all([
    pool.play({ kind: 'run', side, scenario, seed }),
    pool.play({ kind: 'run', side, scenario, seed, fresh: true, env }),
  ])
  if (again.kind !== 'run' || elsewhere.kind !== 'run') throw new Error('expected runs')
  const witnesses: readonly Witness[] = [
    { how: 'first', run: first },
    { how: 'again in the same process', run: again.run },
    { how: 'in a new process, in another zone and locale', run: elsewhere.run, place: 'foreign' },
  ]
  if (!partsInPrint(first, elsewhere.run)) return judge(witnesses)
  // A log in local time is the place's doing; whether a new process prints the same is asked where the place is the same.
  const home = await pool.play({ kind: 'run', side, scenario, seed, fresh: true })
  if (home.kind !== 'run') throw new Error('expected a run')
  return judge([...witnesses, { how: 'in a new process', run: home.run, place: 'new' }])
}
