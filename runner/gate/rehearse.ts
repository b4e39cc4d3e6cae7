import type { Certificate } from '../../scenarios/certificate.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Pool } from '../pool/pool.ts'
import type { ReportedCheck } from '../report/verdict.ts'
import { casesOf, satisfactionOf } from './cases.ts'
import { type Played, plainCheck } from './conclude.ts'
import type { Context } from './context.ts'
import { reportChecks } from './findings.ts'
import { judge } from './judge.ts'
import { certifyAll, type Entry, manifestOf, playAll } from './play.ts'

/** Plays the whole manifest on both sides and judges it. */
export async function rehearse(
  context: Context,
  pool: Pool,
): Promise<Played & { readonly checks: readonly ReportedCheck[] }> {
  const { options, project, base, decision } = context
  const seeds = options.seeds ?? Math.max(project.config.seeds, decision?.demands.seeds ?? 0)
  const entries = manifestOf(project.scenarios, seeds)
  const { candidateRuns, baseRuns, broken } = await playBoth(context, pool, entries)
  const certificates = await certify(context, pool, entries, candidateRuns)
  options.onSeen?.({
    project,
    entries,
    base: base === undefined ? undefined : baseRuns,
    candidate: candidateRuns,
    cached: new Set(),
  })
  const outcome = judge(
    project,
    { base: base === undefined ? undefined : baseRuns, candidate: candidateRuns },
    certificates,
  )
  const manifest = judgeManifest(entries, candidateRuns, broken)
  const checks = [
    ...(manifest === undefined ? [] : [manifest]),
    ...(await reportChecks(context, pool, outcome.checks, candidateRuns)),
  ]
  const cases = casesOf(project, candidateRuns)
  return {
    checks,
    figures: outcome.figures,
    runs: candidateRuns,
    expected: entries.length,
    cached: 0,
    certificates,
    satisfaction: satisfactionOf(cases),
    cases,
    baseCases: base === undefined ? undefined : casesOf(project, baseRuns),
    manifest: entries,
  }
}

async function playBoth(
  { options, project, base, sandbox }: Context,
  pool: Pool,
  entries: readonly Entry[],
): Promise<{
  readonly candidateRuns: readonly Run[]
  readonly baseRuns: readonly Run[]
  readonly broken: readonly string[]
}> {
  const { progress } = options
  const seeds = new Set(entries.map(({ seed }) => seed)).size
  const sides = base === undefined ? '' : ', base and candidate'
  progress.note(`running ${project.scenarios.length} scenarios x ${seeds} seeds${sides}; sandbox: ${sandbox}`)
  progress.begin('runs', entries.length * (base === undefined ? 1 : 2))
  const broken: string[] = []
  const lost =
    (side: string) =>
    (entry: Entry, error: Error): void =>
      void broken.push(`${side}: ${entry.scenario.id}, seed ${entry.seed}: ${error.message.split('\n')[0]}`)
  const [candidateRuns, baseRuns] = await Promise.all([
    playAll(pool, 'candidate', entries, progress, lost('candidate')),
    base === undefined ? [] : playAll(pool, 'base', entries, progress, lost('base')),
  ])
  progress.end()
  return { candidateRuns, baseRuns, broken }
}

async function certify(
  { options }: Context,
  pool: Pool,
  entries: readonly Entry[],
  runs: readonly Run[],
): Promise<readonly Certificate[]> {
  const sample = options.certify ? entries.filter(({ seed }) => seed === '1') : entries.slice(0, 1)
  if (options.certify)
    options.progress.note(
      `certifying ${sample.length} scenarios: twice in one process, once in another in a foreign zone and locale`,
    )
  return certifyAll(pool, sample, runs)
}

/** The result set must equal the manifest: what is missing is named and never passes. */
function judgeManifest(
  entries: readonly Entry[],
  runs: readonly Run[],
  broken: readonly string[],
): ReportedCheck | undefined {
  if (broken.length === 0 && runs.length === entries.length) return undefined
  const reason = `Expected ${entries.length} runs, got ${runs.length}. ${broken.slice(0, 3).join('; ')}`
  return plainCheck('manifest', 'determinism', 'inconclusive', 'What was to be run has been run.', reason)
}
