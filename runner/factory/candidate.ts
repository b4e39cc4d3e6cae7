import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  const folder = mkdtempSync(join(tmpdir(), 'backlot-land-'))
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
