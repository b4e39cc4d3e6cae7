import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Run } from '../../scenarios/run.ts'
import { createPool } from '../pool/pool.ts'
import { loadProject, type Project } from '../project.ts'
import { type BoxSetup, sandboxPolicy } from '../sandbox/box.ts'
import type { Artefact } from '../store/artefact.ts'
import { setupOf } from './play.ts'
import { openWorkspace, UsageError } from './workspace.ts'

export type Replayed = {
  readonly run: Run
  /** Whether the run is the one on file, to the bit. */
  readonly same: boolean
  /** Whether the code is the one on file. */
  readonly sameCode: boolean
}

/**
 * The folder a failure is played again in: the one that is given, the one it was found in, or the current one. A file from CI names a
 * folder of another machine. Throws `UsageError` when none of them is a project.
 */
export function projectToReplay(recorded: string, given: string | undefined, here: string = process.cwd()): string {
  const found = [given, recorded, here].find(
    (folder) => folder !== undefined && existsSync(join(folder, 'backlot.yaml')),
  )
  if (given !== undefined && found !== given)
    throw new UsageError(`expected --project to be a folder with backlot.yaml, got "${given}".`)
  if (found === undefined)
    throw new UsageError(
      `expected the project of this failure at ${recorded}, got none. Name its folder with --project.`,
    )
  return resolve(found)
}

/**
 * Brings a failure back: the same code, scenario, seed and decisions, in a new process. `given` is where the project is, if not where it
 * was. Throws `UsageError` when the code cannot be found.
 */
export async function replayArtefact(
  artefact: Artefact,
  onOpen: (close: () => Promise<void>) => void,
  given?: string,
): Promise<Replayed> {
  const { scenario, seed, decisions } = artefact
  const source = { ...artefact.source, project: projectToReplay(artefact.source.project, given) }
  const workspace = openWorkspace(source.project)
  const scratch = mkdtempSync(join(tmpdir(), 'backlot-replay-'))
  let closePool = async (): Promise<void> => undefined
  const close = async (): Promise<void> => {
    await closePool()
    workspace.close()
    rmSync(scratch, { recursive: true, force: true })
  }
  onOpen(close)
  try {
    let folder = source.project
    let project: Project
    let tree = source.tree
    let box: BoxSetup | undefined
    let packages = workspace.packages
    if (source.tree === 'working tree') project = await loadProject(source.project, source.project)
    else {
      const base = workspace.base(source.base ?? undefined)
      project = await loadProject(workspace.checkOut(base, 'decide', []).folder, source.project)
      let spec = source.candidate ?? undefined
      if (source.patch !== null) {
        spec = join(scratch, 'candidate.patch')
        writeFileSync(spec, source.patch)
      }
      const limits = { maxBytes: project.config.intake['max-bytes'], maxFiles: project.config.intake['max-files'] }
      const taken = workspace.candidate(spec, base, limits)
      if ('rule' in taken)
        throw new UsageError(`expected the candidate of this failure to apply, got: ${taken.message}`)
      tree = taken.id
      const policy = await sandboxPolicy(project.config.sandbox)
      if (policy.blocked !== undefined) throw new UsageError(policy.blocked)
      box = policy.box
      const placed = workspace.checkOut(taken, 'candidate', project.deciding)
      folder = placed.folder
      packages = [placed.root, ...packages]
    }
    const pool = createPool(1, { base: undefined, candidate: setupOf(project, folder, box, packages) })
    closePool = () => pool.close()
    const result = await pool.play({ kind: 'run', side: 'candidate', scenario, seed, decisions, fresh: true })
    if (result.kind !== 'run') throw new Error('expected a run')
    return { run: result.run, same: result.run.hash === artefact.hash, sameCode: tree === source.tree }
  } finally {
    await close()
  }
}
