import { resolve } from 'node:path'
import type { SideSetup } from '../pool/job.ts'
import { createPool, type Pool } from '../pool/pool.ts'
import { CONFIG, loadProject, type Project, shownPath } from '../project.ts'
import type { GateVerdict } from '../report/verdict.ts'
import { type BoxSetup, sandboxPolicy } from '../sandbox/box.ts'
import { conclude, concludeRefused, NOTHING_PLAYED, plainCheck } from './conclude.ts'
import type { Context, GateOptions } from './context.ts'
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
    const project = narrowed(await loadProject(deciding, shown), options.only)
    for (const { file, line, column, text } of project.warnings)
      options.progress.note(`${file}:${line}:${column}: ${text}`)

    const { taken, refusals } = takeIn({ options, project, workspace, base, shown })
    if (refusals.length > 0) return concludeRefused({ options, project, base, taken, refusals, startedMs })

    const mode = options.alone === true ? 'off' : project.config.sandbox.mode
    const policy = await sandboxPolicy({ ...project.config.sandbox, mode })
    const context: Context = { options, project, workspace, base, candidate: taken, startedMs, sandbox: policy.shown }
    if (policy.blocked !== undefined) {
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

    pool = createPool(options.jobs, placeSides(context, policy.box))
    const rehearsal = await rehearse(context, pool)
    return conclude(context, rehearsal.checks, rehearsal)
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
}): { readonly taken: Tree; readonly refusals: readonly Refusal[] } {
  const { options, project, workspace, base, shown } = given
  if (base === undefined) {
    const tree = { id: 'working tree', shown: shown === '.' ? 'the working tree' : shown, commit: undefined }
    return { taken: tree, refusals: [] }
  }
  const limits = { maxBytes: project.config.intake['max-bytes'], maxFiles: project.config.intake['max-files'] }
  const taken = workspace.candidate(options.candidate, base, limits)
  if ('rule' in taken) {
    const nameless = { id: '', shown: options.candidate ?? 'the working tree', commit: undefined }
    return { taken: nameless, refusals: [taken] }
  }
  const protectedPaths = [...project.deciding, CONFIG, ...project.config.protected]
  const { prefix, git } = workspace
  return { taken, refusals: inspectChange(git, base.id, taken.id, { prefix, protectedPaths, limits }) }
}

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

function narrowed(project: Project, only: readonly string[] | undefined): Project {
  if (only === undefined || only.length === 0) return project
  const scenarios = project.scenarios.filter(({ id }) => only.includes(id))
  return { ...project, scenarios }
}
