import { readFileSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { storyLine } from '../../scenarios/minimise/explain.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { Failure, Smallest } from '../pool/job.ts'
import type { Pool } from '../pool/pool.ts'
import type { ReportedCheck, ReportedFinding } from '../report/verdict.ts'
import { ARTEFACT_SCHEMA, type Artefact, artefactPath, writeArtefact } from '../store/artefact.ts'
import { backlotVersion } from '../version.ts'
import type { Context } from './context.ts'
import { printable } from './intake.ts'
import type { Judged } from './judge.ts'

/** How many failing checks get their smallest case: more would not be read. */
const SHRINKS_MAX = 4
const SHRINK_RUNS_MAX = 120

/** Checks as they are reported: each failing one with its smallest case and a file that replays it. */
export async function reportChecks(
  context: Context,
  pool: Pool,
  checks: readonly Judged[],
  runs: readonly Run[],
): Promise<readonly ReportedCheck[]> {
  const failing = checks.filter(({ verdict }) => verdict.status === 'fail')
  if (failing.length > 0 && context.options.shrink)
    context.options.progress.note(
      `looking for the smallest case of ${Math.min(failing.length, SHRINKS_MAX)} failing checks`,
    )
  const shrunk = new Set(failing.slice(0, SHRINKS_MAX))
  return Promise.all(
    checks.map(async (judged): Promise<ReportedCheck> => {
      const { id, kind, why, verdict } = judged
      if (verdict.status === 'pass') return { id, kind, why, status: 'pass', reason: null, findings: [] }
      if (verdict.status === 'inconclusive')
        return { id, kind, why, status: 'inconclusive', reason: printable(verdict.reason, 2000), findings: [] }
      const findings = await Promise.all(
        verdict.findings.map((_, at) => reportFinding(context, pool, judged, at, runs, at === 0 && shrunk.has(judged))),
      )
      return { id, kind, why, status: 'fail', reason: null, findings }
    }),
  )
}

async function reportFinding(
  context: Context,
  pool: Pool,
  judged: Judged,
  at: number,
  runs: readonly Run[],
  shrink: boolean,
): Promise<ReportedFinding> {
  const { options, project } = context
  const finding = judged.verdict.status === 'fail' ? judged.verdict.findings[at] : undefined
  if (finding === undefined) throw new Error('report: expected a finding')
  const { scenario: name, seed, atVirtualMs } = finding
  const plain: ReportedFinding = {
    message: printable(finding.message, 1000),
    scenario: name ?? null,
    seed: seed ?? null,
    atVirtualMs: atVirtualMs ?? null,
    replay: null,
    place: finding.place ?? null,
    smallest: null,
  }
  const scenario = project.scenarios.find(({ id }) => id === name)
  const run = runs.find((one) => one.scenario === name && one.seed === seed)
  if (scenario === undefined || run === undefined || seed === undefined || options.replays === false) return plain
  const failure = judged.failure?.(finding) ?? null
  const smallest =
    shrink && options.shrink && failure !== null
      ? await smallestCase(context, pool, { id: judged.id, scenario, seed, failure })
      : undefined
  const kept = smallest ?? { scenario, run, decisions: undefined }
  // What is written down is what a new process gives, so that it is what a replay gives.
  const confirmed = await pool.play({
    kind: 'run',
    side: 'candidate',
    scenario: kept.scenario,
    seed,
    decisions: kept.decisions ?? kept.run.decisions,
    fresh: true,
  })
  if (confirmed.kind !== 'run') throw new Error('expected a run')
  const file = artefactPath(join(resolve(options.project), '.backlot'), judged.id, scenario.id, seed)
  writeArtefact(file, artefactOf(context, judged, finding.message, kept.scenario, confirmed.run, failure, smallest))
  const { place } = scenario
  return {
    ...plain,
    // What has no place of its own, such as a cost, is shown where its scenario stands.
    place: plain.place ?? `${place.file}:${place.line}:${place.column}`,
    replay: `npx backlot replay ${relative(process.cwd(), file) || file}`,
    smallest: smallest === undefined ? null : describe(smallest.scenario, smallest),
  }
}

/** A smaller case that fails in the same way. Without one the case as it was played is good enough, so trouble is only told. */
async function smallestCase(
  { options, project }: Context,
  pool: Pool,
  {
    id,
    scenario,
    seed,
    failure,
  }: { readonly id: string; readonly scenario: Scenario; readonly seed: string; readonly failure: Failure },
): Promise<Smallest | undefined> {
  try {
    const runsMax = SHRINK_RUNS_MAX
    const result = await pool.play({ kind: 'shrink', scenario, seed, failure, runsMax, project: project.folder })
    return result.kind === 'shrink' ? result.smallest : undefined
  } catch (error) {
    options.progress.note(
      `no smallest case of ${id}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    )
    return undefined
  }
}

function artefactOf(
  context: Context,
  judged: Judged,
  message: string,
  scenario: Artefact['scenario'],
  run: Run,
  failure: Artefact['failure'],
  smallest: Artefact['smallest'] | undefined,
): Artefact {
  const { options, base, candidate } = context
  const named = options.candidate === undefined ? undefined : options.candidate
  const patch = named !== undefined && isFile(named) ? readFileSync(named, 'utf8') : null
  return {
    schema: ARTEFACT_SCHEMA,
    check: judged.id,
    kind: judged.kind,
    message: printable(message, 1000),
    scenario,
    seed: run.seed,
    decisions: run.decisions,
    hash: run.hash,
    failure,
    source: {
      project: resolve(options.project),
      base: base === undefined ? null : (base.commit ?? options.base ?? null),
      candidate: patch === null ? (named ?? null) : null,
      patch,
      tree: candidate.id,
    },
    versions: { node: process.versions.node, backlot: backlotVersion() },
    smallest:
      smallest === undefined || smallest === null
        ? null
        : {
            stepsBefore: smallest.stepsBefore,
            stepsAfter: smallest.stepsAfter,
            minimal: smallest.minimal,
            runs: smallest.runs,
          },
  }
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

/** A small scenario in one line: its steps in order. */
function describe(
  scenario: Artefact['scenario'],
  {
    stepsBefore,
    stepsAfter,
    minimal,
  }: { readonly stepsBefore: number; readonly stepsAfter: number; readonly minimal: boolean },
): string {
  return printable(
    `${stepsAfter} of ${stepsBefore} steps${minimal ? '' : ' (not minimal yet)'}: ${storyLine(scenario)}`,
  )
}
