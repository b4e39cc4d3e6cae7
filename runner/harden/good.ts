import { setupOf } from '../gate/play.ts'
import { openWorkspace, UsageError } from '../gate/workspace.ts'
import { sandboxPolicy } from '../sandbox/box.ts'
import type { Session } from './harden.ts'
import { createHardenPool, type HardenPool } from './pool.ts'

/** Further builds that are right, as patches, folders or commits: no proposal may object to one. `close` ends them all. */
export async function openGoodBuilds(
  { project, cases }: Session,
  specs: readonly string[],
  word: string,
): Promise<{ readonly pools: readonly HardenPool[]; readonly close: () => Promise<void> }> {
  if (specs.length === 0) return { pools: [], close: async () => undefined }
  const workspace = openWorkspace(project.folder)
  const policy = await sandboxPolicy(project.config.sandbox)
  const base = workspace.base(undefined)
  const { 'max-bytes': maxBytes, 'max-files': maxFiles } = project.config.intake
  const pools: HardenPool[] = []
  const close = async (): Promise<void> => {
    for (const pool of pools) await pool.close()
    workspace.close()
  }
  try {
    for (const [at, spec] of specs.entries()) {
      const tree = workspace.candidate(spec, base, { maxBytes, maxFiles })
      if ('rule' in tree) throw new UsageError(`expected --good to name good builds, got ${spec}: ${tree.message}`)
      const { root, folder } = workspace.checkOut(tree, `good-${at + 1}`, [])
      const side = setupOf(project, folder, policy.box, [root, ...workspace.packages])
      pools.push(createHardenPool(1, { side, project: project.folder, word, cases }, () => undefined))
    }
  } catch (error) {
    await close()
    throw error
  }
  return { pools, close }
}
