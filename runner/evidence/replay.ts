import { setupOf } from '../gate/play.ts'
import { openWorkspace, UsageError } from '../gate/workspace.ts'
import { createPool } from '../pool/pool.ts'
import { loadProject } from '../project.ts'
import { sandboxPolicy } from '../sandbox/box.ts'
import type { Read } from './read.ts'
import { scenarioDigest } from './statement.ts'
import { patchFile, sampleOf } from './verify.ts'

export type Replays = { readonly same: number; readonly of: number; readonly differences: readonly string[] }

/** Runs some of the signed cases again, on the signed trees, and compares hashes. Throws `UsageError` when the trees cannot be had. */
export async function replayEvidence(
  read: Read,
  options: {
    readonly project: string
    readonly base: string | undefined
    readonly count: number
    readonly jobs: number
    readonly onOpen: (close: () => Promise<void>) => void
  },
): Promise<Replays> {
  const { run, subject, folder } = read
  const workspace = openWorkspace(options.project)
  let closePool = async (): Promise<void> => undefined
  const close = async (): Promise<void> => {
    await closePool()
    workspace.close()
  }
  options.onOpen(close)
  try {
    const base = workspace.base(options.base ?? run.inputs.base.commit ?? undefined)
    if (base.id !== run.inputs.base.tree)
      throw new UsageError(
        `expected the base of this evidence, tree ${run.inputs.base.tree}, got ${base.id} (${base.shown}). Give it with --base.`,
      )
    const project = await loadProject(workspace.checkOut(base, 'decide', []).folder, options.project)
    const limits = { maxBytes: project.config.intake['max-bytes'], maxFiles: project.config.intake['max-files'] }
    const unchanged = subject.digest.gitTree === base.id
    const taken = unchanged ? base : workspace.candidate(patchFile(folder), base, limits)
    if ('rule' in taken || taken.id !== subject.digest.gitTree)
      throw new UsageError(`expected the patch to give tree ${subject.digest.gitTree}, got another.`)

    const sandbox = await sandboxPolicy(project.config.sandbox)
    if (sandbox.blocked !== undefined) throw new UsageError(sandbox.blocked)
    const placed = workspace.checkOut(taken, 'candidate', project.deciding)
    const setup = setupOf(project, placed.folder, sandbox.box, [placed.root, ...workspace.packages])
    const pool = createPool(options.jobs, { base: undefined, candidate: setup })
    closePool = () => pool.close()
    const differences: string[] = []
    const sample = sampleOf(read, options.count)
    await Promise.all(
      sample.map(async ({ scenario: id, seed, hash }) => {
        const scenario = project.scenarios.find((one) => one.id === id)
        const signed = run.inputs.scenarios.find((one) => one.id === id)
        if (scenario === undefined || signed?.digest !== scenarioDigest(scenario)) {
          differences.push(`${id}: expected the scenario that was signed, got another`)
          return
        }
        const result = await pool.play({ kind: 'run', side: 'candidate', scenario, seed, fresh: true })
        if (result.kind !== 'run' || result.run.hash !== hash)
          differences.push(
            `${id}, seed ${seed}: expected hash ${hash.slice(0, 16)}, got ${result.kind === 'run' ? result.run.hash.slice(0, 16) : 'no run'}`,
          )
      }),
    )
    return { same: sample.length - differences.length, of: sample.length, differences }
  } finally {
    await close()
  }
}
