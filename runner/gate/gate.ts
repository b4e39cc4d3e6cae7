import { readFileSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { Certificate } from '../../scenarios/certificate.ts'
import type { Run } from '../../scenarios/run.ts'
import type { SideSetup } from '../pool/job.ts'
import { createPool, type Pool } from '../pool/pool.ts'
import { CONFIG, loadProject, type Project, shownPath } from '../project.ts'
import {
  type GateVerdict,
  type ReportedCheck,
  type ReportedFinding,
  type Status,
  statusOf,
  VERDICT_SCHEMA,
} from '../report/verdict.ts'
import { sandboxStatus } from '../sandbox/bubblewrap.ts'
import { ARTEFACT_SCHEMA, type Artefact, artefactPath, writeArtefact } from '../store/artefact.ts'
import { backlotVersion } from '../version.ts'
import { inspectChange, printable, type Refusal } from './intake.ts'
import { type Judged, judge, type Outcome } from './judge.ts'
import { certifyAll, type Entry, manifestOf, playAll, sandboxPolicy, setupOf } from './play.ts'
import type { Progress } from './progress.ts'
import { openWorkspace, type Tree, type Workspace } from './workspace.ts'

export type GateOptions = {
  readonly project: string
  readonly base?: string | undefined
  readonly candidate?: string | undefined
  /** Instead of a base: the working tree alone, judged by its own scenarios. */
  readonly alone?: boolean | undefined
  readonly seeds?: number | undefined
  readonly only?: readonly string[] | undefined
  readonly jobs: number
  readonly shrink: boolean
  /** Certify every scenario, not one. */
  readonly certify: boolean
  readonly progress: Progress
  readonly now: () => number
  /** Told of the workspace and the pool as they open, so that an interrupt can close them. */
  readonly onOpen: (close: () => Promise<void>) => void
}

type Context = {
  readonly options: GateOptions
  readonly project: Project
  readonly workspace: Workspace
  readonly base: Tree | undefined
  readonly candidate: Tree
  readonly startedMs: number
  readonly sandbox: string
}

/** Takes a candidate in, runs it beside the base and says what to think of it. Throws `UsageError` and `ProjectProblems`; everything else is a verdict. */
export async function gate(options: GateOptions): Promise<GateVerdict> {
  const startedMs = options.now()
  const workspace = openWorkspace(options.project)
  let pool: Pool | undefined
  const close = async (): Promise<void> => {
    await pool?.close()
    workspace.close()
  }
  options.onOpen(close)
  try {
    const base = options.alone === true ? undefined : workspace.base(options.base)
    const deciding = base === undefined ? resolve(options.project) : workspace.checkOut(base, 'decide', []).folder
    const shown = shownPath(resolve(options.project))
    const project = narrowed(await loadProject(deciding, shown), options.only)
    for (const { file, line, column, text } of project.warnings)
      options.progress.note(`${file}:${line}:${column}: ${text}`)

    const limits = { maxBytes: project.config.intake['max-bytes'], maxFiles: project.config.intake['max-files'] }
    const taken =
      base === undefined
        ? { id: 'working tree', shown: shown === '.' ? 'the working tree' : shown, commit: undefined }
        : workspace.candidate(options.candidate, base, limits)
    if (isRefusal(taken))
      return refused(options, project, base, options.candidate ?? 'the working tree', [taken], startedMs)
    if (base !== undefined) {
      const protectedPaths = [...project.deciding, CONFIG, ...project.config.protected]
      const refusals = inspectChange(workspace.git, base.id, taken.id, {
        prefix: workspace.prefix,
        protectedPaths,
        limits,
      })
      if (refusals.length > 0) return refused(options, project, base, taken.shown, refusals, startedMs, taken.id)
    }

    const policy = sandboxPolicy(options.alone === true ? 'off' : project.config.sandbox, sandboxStatus)
    const context: Context = { options, project, workspace, base, candidate: taken, startedMs, sandbox: policy.shown }
    if (policy.blocked !== undefined)
      return verdictOf(
        context,
        [check('sandbox', 'determinism', 'inconclusive', 'Untrusted code runs in a sandbox.', policy.blocked)],
        undefined,
        { runs: [], expected: 0, certificates: [] },
      )
    if (policy.shown.startsWith('none'))
      options.progress.note(
        `no sandbox: ${policy.shown.slice(6, -1)}. The project only prefers one; "backlot doctor" says how to get it.`,
      )

    const place = (tree: Tree, name: string): SideSetup => {
      if (tree.id === 'working tree') return setupOf(project, resolve(options.project), policy.use, workspace.packages)
      const { root, folder } = workspace.checkOut(tree, name, project.deciding)
      return setupOf(project, folder, policy.use, [root, ...workspace.packages])
    }
    const setups = { base: base === undefined ? undefined : place(base, 'base'), candidate: place(taken, 'candidate') }
    pool = createPool(options.jobs, setups)
    return await judged(context, pool)
  } finally {
    await close()
  }
}

async function judged(context: Context, pool: Pool): Promise<GateVerdict> {
  const { options, project, base } = context
  const { progress } = options
  const entries = manifestOf(project.scenarios, options.seeds ?? project.config.seeds)
  const seeds = new Set(entries.map(({ seed }) => seed)).size
  const sides = base === undefined ? '' : ', base and candidate'
  progress.note(`running ${project.scenarios.length} scenarios x ${seeds} seeds${sides}; sandbox: ${context.sandbox}`)
  progress.begin('runs', entries.length * (base === undefined ? 1 : 2))
  const broken: string[] = []
  const lost =
    (side: string) =>
    (entry: Entry, error: Error): void =>
      void broken.push(`${side}: ${entry.scenario.id}, seed ${entry.seed}: ${error.message.split('\n')[0]}`)
  const [candidateRuns, baseRuns] = await Promise.all([
    playAll(pool, 'candidate', entries, progress, lost('candidate')),
    base === undefined ? undefined : playAll(pool, 'base', entries, progress, lost('base')),
  ])
  progress.end()
  const sample = options.certify ? entries.filter(({ seed }) => seed === '1') : entries.slice(0, 1)
  if (options.certify)
    progress.note(
      `certifying ${sample.length} scenarios: twice in one process, once in another in a foreign zone and locale`,
    )
  const certificates = await certifyAll(pool, sample, candidateRuns)
  const outcome = judge(project, { base: baseRuns, candidate: candidateRuns }, certificates)
  const manifest = judgeManifest(entries, candidateRuns, broken)
  const checks = [
    ...(manifest === undefined ? [] : [manifest]),
    ...(await report(context, pool, outcome.checks, candidateRuns)),
  ]
  return verdictOf(context, checks, outcome, { runs: candidateRuns, expected: entries.length, certificates })
}

/** The result set must equal the manifest: what is missing is named and never passes. */
function judgeManifest(
  entries: readonly Entry[],
  runs: readonly Run[],
  broken: readonly string[],
): ReportedCheck | undefined {
  if (broken.length === 0 && runs.length === entries.length) return undefined
  const reason = `Expected ${entries.length} runs, got ${runs.length}. ${broken.slice(0, 3).join('; ')}`
  return check('manifest', 'determinism', 'inconclusive', 'What was to be run has been run.', reason)
}

const check = (
  id: string,
  kind: ReportedCheck['kind'],
  status: Status,
  why: string,
  reason: string,
): ReportedCheck => ({ id, kind, status, why, reason, findings: [] })

/** How many failing checks get their smallest case: more would not be read. */
const SHRINKS_MAX = 4
const SHRINK_RUNS_MAX = 120

/** Checks as they are reported: each failing one with its smallest case and a file that replays it. */
async function report(
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
  if (scenario === undefined || run === undefined || seed === undefined) return plain
  const failure = judged.failure?.(finding) ?? null
  let smallest: Awaited<ReturnType<typeof find>>
  const find = async () => {
    if (!shrink || !options.shrink || failure === null) return undefined
    const result = await pool.play({
      kind: 'shrink',
      scenario,
      seed,
      failure,
      runsMax: SHRINK_RUNS_MAX,
      project: project.folder,
    })
    return result.kind === 'shrink' ? result.smallest : undefined
  }
  try {
    smallest = await find()
  } catch (error) {
    options.progress.note(
      `no smallest case of ${judged.id}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    )
    smallest = undefined
  }
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
  return {
    ...plain,
    replay: `npx backlot replay ${relative(process.cwd(), file) || file}`,
    smallest: smallest === undefined ? null : describe(smallest.scenario, smallest),
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
  const words = scenario.when.map((step) => {
    switch (step.kind) {
      case 'call':
        return `${step.method} ${step.path}`
      case 'fault':
        return `${step.fault.kind} on ${step.fault.on}`
      case 'event':
        return `${step.twin}.${step.event}`
      case 'heal':
        return `heal ${step.on}`
      case 'pass':
        return `pass ${step.passMs / 1000} s`
      case 'signal':
        return step.signal
      case 'together':
        return `${step.calls.length} together: ${step.calls[0]?.method} ${step.calls[0]?.path}`
      default:
        return step satisfies never
    }
  })
  return printable(
    `${stepsAfter} of ${stepsBefore} steps${minimal ? '' : ' (not minimal yet)'}: ${words.slice(0, 8).join('; ')}${words.length > 8 ? '; ...' : ''}`,
  )
}

const isRefusal = (value: Tree | Refusal): value is Refusal => 'rule' in value

function narrowed(project: Project, only: readonly string[] | undefined): Project {
  if (only === undefined || only.length === 0) return project
  const scenarios = project.scenarios.filter(({ id }) => only.includes(id))
  return { ...project, scenarios }
}

function refused(
  options: GateOptions,
  project: Project,
  base: Tree | undefined,
  shown: string,
  refusals: readonly Refusal[],
  startedMs: number,
  tree?: string,
): GateVerdict {
  const why = 'What a candidate brings is looked at before any of it runs.'
  const checks = refusals.map(({ rule, message, status }): ReportedCheck => {
    const finding = {
      message: printable(message, 1000),
      scenario: null,
      seed: null,
      atVirtualMs: null,
      replay: null,
      place: null,
      smallest: null,
    }
    return {
      id: `intake.${rule}`,
      kind: 'intake',
      why,
      status,
      reason: status === 'needs-human' ? printable(message, 1000) : null,
      findings: status === 'fail' ? [finding] : [],
    }
  })
  return {
    schema: VERDICT_SCHEMA,
    status: statusOf(checks),
    project: project.config.name,
    base: base === undefined ? null : { name: base.shown, tree: base.id, commit: base.commit ?? null },
    candidate: { name: shown, tree: tree ?? null, commit: null },
    checks,
    runs: {
      scenarios: project.scenarios.length,
      total: 0,
      expected: 0,
      virtualMs: 0,
      wallMs: Math.round(options.now() - startedMs),
    },
    cost: null,
    figures: [],
    determinism: { tier: 'D3', certified: 0, of: 0, sandbox: 'not started' },
  }
}

function verdictOf(
  context: Context,
  checks: readonly ReportedCheck[],
  outcome: Outcome | undefined,
  played: { readonly runs: readonly Run[]; readonly expected: number; readonly certificates: readonly Certificate[] },
): GateVerdict {
  const { options, project, base, candidate, startedMs, sandbox } = context
  const figures = (outcome?.figures ?? []).map(({ id, figures: { unit, base: was, candidate: is } }) => ({
    id,
    unit,
    base: was ?? null,
    candidate: is,
  }))
  const cost = figures.find(({ id }) => id === 'cost-per-request')
  return {
    schema: VERDICT_SCHEMA,
    status: statusOf(checks),
    project: project.config.name,
    base: base === undefined ? null : { name: base.shown, tree: base.id, commit: base.commit ?? null },
    candidate: { name: candidate.shown, tree: candidate.id, commit: candidate.commit ?? null },
    checks,
    runs: {
      scenarios: project.scenarios.length,
      total: played.runs.length,
      expected: played.expected,
      virtualMs: played.runs.reduce((ms, run) => ms + run.endedAtMs - run.startsAtMs, 0),
      wallMs: Math.round(options.now() - startedMs),
    },
    cost: cost === undefined ? null : { unit: cost.unit, base: cost.base, candidate: cost.candidate },
    figures,
    determinism: {
      tier: played.runs[0]?.tier ?? 'D3',
      certified: played.certificates.filter(({ holds }) => holds).length,
      of: played.certificates.length,
      sandbox,
    },
  }
}
