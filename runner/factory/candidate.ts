import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import type { GateGit } from '../gate/git.ts'
import type { Change } from '../hook/contract.ts'
import { HookFailure } from '../hook/failure.ts'
import { landChange } from '../hook/land.ts'
import { writeWhole } from '../store/artefact.ts'

/** Writes a change of any kind as a patch of ours to `path`, whole; says why it cannot be one. `base` is a tree id. */
export function writePatch(
  change: Change,
  path: string,
  place: { readonly git: GateGit; readonly base: string; readonly remotes: readonly string[] },
): string | undefined {
  // Beside the patch, so that what a kill leaves is in the run's folder and gone with the next try.
  const folder = `${path}.landing`
  mkdirSync(folder, { recursive: true })
  try {
    const { file } = landChange(change, { ...place, folder })
    writeWhole(path, readFileSync(file))
    return undefined
  } catch (error) {
    if (error instanceof HookFailure) return error.message
    throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
