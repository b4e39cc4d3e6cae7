import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { TRIAGE_FILE } from '../harden/triage.ts'
import { judgeByHook } from '../holdout/ask-judge.ts'
import { commitHoldouts, judgeHoldouts } from '../holdout/holdout.ts'
import { type Facts, judgeDemands } from '../policy/demands.ts'
import { type Decision, decide } from '../policy/policy.ts'
import { scorecardOf } from '../policy/scorecard.ts'
import type { SideSetup } from '../pool/job.ts'
import { createPool, type Pool } from '../pool/pool.ts'
import { CONFIG, loadProject, type Project, shownPath, withoutUnproven } from '../project.ts'
import type { GateVerdict, ReportedCheck } from '../report/verdict.ts'
import { type BoxSetup, sandboxPolicy } from '../sandbox/box.ts'
import { changedPaths, patchOf } from './changes.ts'
import { conclude, concludeRefused, NOTHING_PLAYED, type Played, plainCheck, twinsOf } from './conclude.ts'
import type { Context, GateOptions, GateRecord } from './context.ts'
import { inspectChange, type Refusal } from './intake.ts'
import { setupOf } from './play.ts'
import { rehearse } from './rehearse.ts'
import { openWorkspace, type Tree, type Workspace } from './workspace.ts'

export type { GateOptions } from './context.ts'

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
    const project = narrowed(await loadProject(deciding, shown), options)
    for (const { scenario, why } of project.unproven)
      options.progress.note(`UNPROVEN ${scenario}: ${why}. It does not gate.`)
    for (const { file, line, column, text } of project.warnings)
      options.progress.note(`${file}:${line}:${column}: ${text}`)

    const { taken, refusals, decision } = takeIn({ options, project, workspace, base, shown })
    const early = { options, project, workspace, base, candidate: taken, decision }
    const tellNothingRan = (): void => {
      if (taken.id !== '') options.onRecord?.(recordOf(early, NOTHING_PLAYED, factsOf(early, NOTHING_PLAYED)))
    }
    if (refusals.length > 0) {
      tellNothingRan()
      return concludeRefused({ options, project, base, taken, refusals, startedMs, decision })
    }

    const mode = options.alone === true ? 'off' : project.config.sandbox.mode
    const policy = await sandboxPolicy({ ...project.config.sandbox, mode })
    const sandbox = policy.shown
    const context: Context = { ...early, startedMs, sandbox }
    if (policy.blocked !== undefined) {
      tellNothingRan()
      const why = 'Untrusted code runs in a sandbox.'
      return conclude(
        context,
        [plainCheck('sandbox', 'determinism', 'inconclusive', why, policy.blocked)],
        NOTHING_PLAYED,
      )
    }
    if (policy.shown.startsWith('none'))
      options.progress.note(
        `no sandbox: ${policy.shown.slice(6, -1)}. The project only prefers one; "backlot doctor" says how to get it.`,
      )

    const committed = commitHoldouts(context)
    pool = createPool(options.jobs, placeSides(context, policy.box))
    const rehearsal = await rehearse(context, pool)
    const sealed = await judgeHoldouts(context, pool, committed, rehearsal)
    const played: Played = { ...rehearsal, holdout: sealed.reported }
    const facts = { ...factsOf(context, played), holdouts: sealed.judged }
    options.onRecord?.(recordOf(context, played, facts))
    const demanded = options.shard === undefined ? judgePolicy(context, facts) : []
    const checks = [...demanded, ...rehearsal.checks, ...(sealed.check ? [sealed.check] : [])]
    const opinion = await judgeByHook(context, checks, rehearsal.runs)
    return conclude(context, opinion === undefined ? checks : [...checks, opinion], played)
  } finally {
    await close()
  }
}

/** The candidate's tree and what speaks against running it; a candidate that has no tree (`id` empty) is always refused. */
function takeIn(given: {
  readonly options: GateOptions
  readonly project: Project
  readonly workspace: Workspace
  readonly base: Tree | undefined
  readonly shown: string
}): { readonly taken: Tree; readonly refusals: readonly Refusal[]; readonly decision: Decision | undefined } {
  const { options, project, workspace, base, shown } = given
  if (base === undefined) {
    const tree = { id: 'working tree', shown: shown === '.' ? 'the working tree' : shown, commit: undefined }
    return { taken: tree, refusals: [], decision: undefined }
  }
  const limits = { maxBytes: project.config.intake['max-bytes'], maxFiles: project.config.intake['max-files'] }
  const taken = workspace.candidate(options.candidate, base, limits)
  if ('rule' in taken) {
    const nameless = { id: '', shown: options.candidate ?? 'the working tree', commit: undefined }
    return { taken: nameless, refusals: [taken], decision: undefined }
  }
  const { prefix, git } = workspace
  const refusals = inspectChange(git, base.id, taken.id, { prefix, protectedPaths: protectedPaths(project), limits })
  // A refused candidate may hold names that are not even text.
  const paths = refusals.length > 0 ? undefined : changedPaths(git, base, taken, prefix)
  const { policy } = project.config
  const decision = policy === undefined || paths === undefined ? undefined : decide(policy, paths, options.agent)
  return { taken, refusals, decision }
}

/** Where a CI finds out what to run: whoever changes it runs with its rights once it is merged. */
const CI_FILES = [
  '.github/**',
  '.gitlab-ci.yml',
  '.gitlab/**',
  '.circleci/**',
  '.buildkite/**',
  'Jenkinsfile',
  'azure-pipelines.yml',
  'bitbucket-pipelines.yml',
]

/** Files that decide, also those that would decide once they were merged: a new scenario judges the next candidate. */
const protectedPaths = (project: Project): readonly string[] => [
  ...project.deciding,
  ...project.imported,
  CONFIG,
  // Labels that excuse survivors.
  TRIAGE_FILE,
  ...CI_FILES,
  ...project.config.protected,
  ...[...project.config.scenarios, ...project.config.rules].filter((glob) => /\.(scenario|rules)\.[^/]*$/.test(glob)),
]

/** Writes both sides to disk, without the files that decide, and says how their programs are run. */
function placeSides(
  { options, project, workspace, base, candidate }: Context,
  box: BoxSetup | undefined,
): { readonly base: SideSetup | undefined; readonly candidate: SideSetup } {
  const place = (tree: Tree, name: string): SideSetup => {
    if (tree.id === 'working tree') return setupOf(project, resolve(options.project), box, workspace.packages)
    const { root, folder } = workspace.checkOut(tree, name, project.deciding)
    return setupOf(project, folder, box, [root, ...workspace.packages])
  }
  return { base: base === undefined ? undefined : place(base, 'base'), candidate: place(candidate, 'candidate') }
}

/** The scenarios that are asked for. One that is unproven is played where somebody works on it alone, and never decides at a gate. */
function narrowed(project: Project, { only, alone }: GateOptions): Project {
  if (only === undefined || only.length === 0) return withoutUnproven(project)
  const asked = <T>(all: readonly T[], id: (one: T) => string): readonly T[] =>
    all.filter((one) => only.includes(id(one)))
  const { scenarios } = alone === true ? project : withoutUnproven(project)
  return {
    ...project,
    scenarios: asked(scenarios, ({ id }) => id),
    unproven: alone === true ? [] : asked(project.unproven, ({ scenario }) => scenario),
  }
}

/** What this gate can show for the policy's demands. */
function factsOf(
  { options, project, decision }: Pick<Context, 'options' | 'project' | 'decision'>,
  { manifest, runs }: Played,
): Facts {
  const seeds = new Map<string, number>()
  for (const { scenario } of manifest) seeds.set(scenario.id, (seeds.get(scenario.id) ?? 0) + 1)
  // A scenario that says itself how many seeds it needs is not asked for more.
  const asked = project.scenarios.filter((scenario) => scenario.seeds === undefined)
  const counts = (asked.length === 0 ? project.scenarios : asked).map(({ id }) => seeds.get(id) ?? 0)
  return {
    scenarios: project.scenarios.length,
    // The least of nothing is no number at all, and would meet every demand.
    seeds: counts.length === 0 ? 0 : Math.min(...counts),
    holdouts: 0,
    critic: options.critic ?? null,
    approvals: [],
    readiness: scorecardOf({ options, project, decision }),
    twins: twinsOf(project, runs),
  }
}

function judgePolicy({ options, project, candidate, decision }: Context, facts: Facts): readonly ReportedCheck[] {
  const { policy } = project.config
  if (policy === undefined || decision === undefined) return []
  const command = options.approveCommand?.(candidate.id)
  const approve =
    command ?? 'run the gate with --evidence DIR --key FILE, then: npx backlot approve DIR --as NAME --key FILE'
  return judgeDemands(policy, decision, facts, approve)
}

function recordOf(context: Omit<Context, 'sandbox' | 'startedMs'>, played: Played, facts: Facts): GateRecord {
  const { options, project, workspace, base, candidate, decision } = context
  const brief = project.config.brief === undefined ? undefined : join(project.folder, project.config.brief)
  return {
    project,
    base,
    candidate,
    brief: brief === undefined || !existsSync(brief) ? undefined : readFileSync(brief, 'utf8'),
    patch: base === undefined || played.expected === 0 ? undefined : patchOf(workspace.git, base, candidate),
    manifest: played.manifest.map(({ scenario, seed }) => ({ scenario: scenario.id, seed })),
    cases: played.cases,
    baseCases: played.baseCases,
    certificates: played.certificates.map(({ scenario, seed, holds }) => ({ scenario, seed, holds })),
    decision,
    facts,
    agent: options.agent,
  }
}
