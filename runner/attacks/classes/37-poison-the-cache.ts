import { generateKeyPairSync } from 'node:crypto'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from '../../../scenarios/run.ts'
import { loadProject } from '../../project.ts'
import { openRunCache, type RunGround } from '../../store/run-cache.ts'
import type { Attack } from '../attack.ts'
import type { Stand } from '../stand.ts'

const GROUND: RunGround = {
  tree: 'a',
  subject: {},
  twins: ['stripe'],
  without: [],
  sandbox: 'bubblewrap',
  packages: '',
}

export const poisonTheCache: Attack = {
  number: 37,
  name: 'poison the cache',
  how: "writes a good run into the cache under a bad tree's key, without the key that signs",
  expected: ['refused'],
  on: 'built-in',
  async run(stand) {
    const { run, scenario } = await aRun(stand)
    const folder = stand.scratch()
    const trusted = generateKeyPairSync('ed25519')
    const own = generateKeyPairSync('ed25519')
    const reader = () => openRunCache({ folder, write: false, publicKey: trusted.publicKey, privateKey: undefined })
    openRunCache({ folder, write: true, ...own }).put(GROUND, scenario, '1', run)
    const foreign = reader()
    const taken = foreign.get(GROUND, scenario, '1')
    // A good entry of the trusted job, copied under the key of another tree.
    openRunCache({ folder, write: true, ...trusted }).put(GROUND, scenario, '1', run)
    const [good = ''] = globSync('**/*.json', { cwd: folder })
    const bad = { ...GROUND, tree: 'b' }
    openRunCache({ folder, write: true, ...own }).put(bad, scenario, '1', run)
    const target = globSync('**/*.json', { cwd: folder }).find((file) => file !== good) ?? ''
    writeFileSync(join(folder, target), readFileSync(join(folder, good)))
    const swapped = reader()
    const used = swapped.get(bad, scenario, '1')
    const refused = foreign.counts.refused + swapped.counts.refused
    const ending = taken === undefined && used === undefined ? 'refused' : 'pass'
    return {
      ending,
      evidence:
        refused === 2 && reader().get(GROUND, scenario, '1') !== undefined
          ? '2 entries refused, the trusted one taken'
          : undefined,
    }
  },
  async control(stand) {
    const { run, scenario } = await aRun(stand)
    const folder = stand.scratch()
    const own = generateKeyPairSync('ed25519')
    openRunCache({ folder, write: true, ...own }).put(GROUND, scenario, '1', run)
    const naive = openRunCache({ folder, write: false, publicKey: own.publicKey, privateKey: undefined })
    return {
      works: naive.get(GROUND, scenario, '1') !== undefined,
      how: 'a cache that believes whoever signs',
    }
  },
}

async function aRun(
  stand: Stand,
): Promise<{ readonly run: Run; readonly scenario: Parameters<ReturnType<typeof openRunCache>['put']>[1] }> {
  const { scenarios } = await loadProject(stand.till, stand.till)
  const runs: Run[] = []
  await stand.judgeTill({}, { holdouts: false, onSeen: ({ candidate }) => void runs.push(...candidate) })
  const [run] = runs
  const scenario = scenarios.find(({ id }) => id === run?.scenario)
  if (run === undefined || scenario === undefined) throw new Error('expected a run')
  return { run, scenario }
}
