import { type Certificate, tellDivergence } from '../../scenarios/certificate.ts'
import type { Run } from '../../scenarios/run.ts'
import { freshPool } from '../pool/fresh.ts'
import type { Pool } from '../pool/pool.ts'
import type { ReportedCheck } from '../report/verdict.ts'
import { cachedRuns, NOTHING_CACHED } from './cached.ts'
import { casesOf, satisfactionOf } from './cases.ts'
import { type Played, plainCheck } from './conclude.ts'
import type { Context } from './context.ts'
import { reportChecks } from './findings.ts'
import { classify, type Parting } from './flake.ts'
import { judge } from './judge.ts'
import { collect, entriesOf, identityOf, partOf } from './part.ts'
import { certifyAll, certifyAlone, type Entry, manifestOf, playAll } from './play.ts'
import type { Recall } from './recall.ts'

type Rehearsal = Played & { readonly checks: readonly ReportedCheck[] }

/** Plays the manifest on both sides, or its part, or takes the parts that were played elsewhere; and judges it. */
export const rehearse = (context: Context, pool: Pool): Promise<Rehearsal> => rehearseOn(context, pool, false)

/** `alone`: each run has a process of its own, because the packages of one side remember. */
async function rehearseOn(context: Context, pool: Pool, alone: boolean): Promise<Rehearsal> {
  const { options, project, base, decision } = context
  const seeds = options.seeds ?? Math.max(project.config.seeds, decision?.demands.seeds ?? 0)
  const all = manifestOf(project.scenarios, seeds)
  const entries = options.shard === undefined ? all : entriesOf(all, options.shard)
  const { candidateRuns, baseRuns, broken, certificates, cached, problem } = await obtain(
    context,
    pool,
    all,
    entries,
    alone,
  )
  const runs = { base: base === undefined ? undefined : baseRuns, candidate: candidateRuns }
  options.onSeen?.({ project, entries, ...runs, cached })
  if (options.shard !== undefined) {
    const portion = { base: baseRuns, candidate: candidateRuns, cached, certificates, broken }
    options.onPart?.(partOf(context, options.shard, all, portion))
  }
  const outcome = judge(project, runs, certificates)
  const { checks: judged, parting } =
    options.shard === undefined
      ? await classify(context, pool, outcome.checks, runs)
      : { checks: outcome.checks.filter(({ verdict }) => verdict.status === 'fail'), parting: [] }
  const parted = [
    ...parting,
    ...entries.flatMap((entry): readonly Parting[] => {
      const own = certificates.find(({ scenario, seed }) => scenario === entry.scenario.id && seed === entry.seed)
      return own?.divergence === undefined ? [] : [{ ...entry, told: tellDivergence(own.divergence) }]
    }),
  ]
  if (!alone && options.parts === undefined && options.shard === undefined && (await remembers(pool, parted))) {
    options.progress.note(remembering(parted))
    return rehearseOn(context, freshPool(pool), true)
  }
  const first = [problem, judgeManifest(entries, candidateRuns, broken), partCheck(options.shard)]
  const checks = [
    ...first.filter((one) => one !== undefined),
    ...(await reportChecks(context, pool, judged, candidateRuns)),
  ]
  const cases = casesOf(project, candidateRuns)
  return {
    checks,
    figures: outcome.figures,
    runs: candidateRuns,
    expected: entries.length,
    cached: cached.size,
    certificates,
    satisfaction: satisfactionOf(cases),
    cases,
    baseCases: base === undefined ? undefined : casesOf(project, baseRuns),
    manifest: entries,
    holdout: null,
  }
}

type Obtained = {
  readonly candidateRuns: readonly Run[]
  readonly baseRuns: readonly Run[]
  readonly broken: readonly string[]
  readonly certificates: readonly Certificate[]
  readonly cached: ReadonlySet<string>
  readonly problem: ReportedCheck | undefined
}

const remembering = ([first]: readonly Parting[]): string =>
  'runs part in a process that was used before, and not in new ones: a package remembers. ' +
  `(${first?.scenario.id}, seed ${first?.seed}: ${first?.told}.) Running all again, each in a new process; ` +
  '"isolation: fresh" under "subject" in backlot.yaml does so at once.'

/** Whether cases that do not repeat in a used process do so in new ones: then a package remembers one run in the next, and no chance is at work. */
const remembers = async (pool: Pool, parted: readonly Entry[]): Promise<boolean> =>
  parted.length > 0 && (await Promise.all(parted.map((entry) => certifyAlone(pool, entry)))).every(({ holds }) => holds)

/** The runs of `entries` and their certificates: out of parts where there are any, else out of the cache or played. */
async function obtain(
  context: Context,
  pool: Pool,
  all: readonly Entry[],
  entries: readonly Entry[],
  alone: boolean,
): Promise<Obtained> {
  const { options } = context
  if (options.parts !== undefined) {
    const parts = collect(options.parts, identityOf(context, all), all)
    const played = await playBoth(context, pool, entries, parts.recall)
    // What broke in a part is told in the part's words, once.
    const told = new Set(parts.broken.map((text) => text.split(':').slice(0, 2).join(':')))
    const broken = played.broken.filter((text) => !told.has(text.split(':').slice(0, 2).join(':')))
    return { ...played, ...parts, broken: [...parts.broken, ...broken] }
  }
  // What a cache holds was played in used processes.
  const { recall, cached, told } = alone ? NOTHING_CACHED : cachedRuns(context)
  const played = await playBoth(context, pool, entries, recall)
  const note = told()
  if (note !== undefined) options.progress.note(note)
  const sample = options.certify ? all.filter(({ seed }) => seed === '1') : all.slice(0, 1)
  const certificates = await certify(
    context,
    pool,
    sample.filter((entry) => entries.includes(entry)),
    played.candidateRuns,
  )
  return { ...played, certificates, cached, problem: undefined }
}

/** A part is never a pass, whoever reads it. */
const partCheck = (shard: Context['options']['shard']): ReportedCheck | undefined =>
  shard === undefined
    ? undefined
    : plainCheck(
        'part',
        'determinism',
        'inconclusive',
        'A part is not the whole.',
        `Part ${shard.index} of ${shard.of} was played. All parts together give a verdict: npx backlot merge FILE...`,
      )

async function playBoth(
  { options, project, base, candidate, sandbox }: Context,
  pool: Pool,
  entries: readonly Entry[],
  recall: Recall,
): Promise<Pick<Obtained, 'candidateRuns' | 'baseRuns' | 'broken'>> {
  const { progress, shard, parts } = options
  const seeds = new Set(entries.map(({ seed }) => seed)).size
  // One source gives one run: a candidate that changes nothing is played once, and is its own base.
  const unchanged = base?.id === candidate.id
  const sides = base === undefined ? '' : unchanged ? ', base and candidate being the same' : ', base and candidate'
  const which = shard === undefined ? '' : `part ${shard.index} of ${shard.of}, ${entries.length} runs of `
  progress.note(
    parts === undefined
      ? `running ${which}${project.scenarios.length} scenarios x ${seeds} seeds${sides}; sandbox: ${sandbox}`
      : `merging ${parts.length} parts of ${project.scenarios.length} scenarios x ${seeds} seeds${sides}`,
  )
  progress.begin('runs', entries.length * (base === undefined || unchanged ? 1 : 2))
  const broken: string[] = []
  const lost =
    (side: string) =>
    (entry: Entry, error: Error): void =>
      void broken.push(`${side}: ${entry.scenario.id}, seed ${entry.seed}: ${error.message.split('\n')[0]}`)
  const [candidateRuns, baseRuns] = await Promise.all([
    playAll(pool, 'candidate', entries, progress, lost('candidate'), recall),
    base === undefined || unchanged ? [] : playAll(pool, 'base', entries, progress, lost('base'), recall),
  ])
  progress.end()
  return { candidateRuns, baseRuns: unchanged ? candidateRuns : baseRuns, broken }
}

async function certify(
  { options }: Context,
  pool: Pool,
  sample: readonly Entry[],
  runs: readonly Run[],
): Promise<readonly Certificate[]> {
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
