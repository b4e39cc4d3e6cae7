import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { twinKey } from '../own-twins.ts'
import { openRunCache, packagesDigest, type RunCache, type RunGround } from '../store/run-cache.ts'
import type { Context } from './context.ts'
import { NO_RECALL, type Recall } from './recall.ts'
import { UsageError } from './workspace.ts'

export type CacheSettings = {
  readonly folder: string
  readonly write: boolean
  /** PEM of the ed25519 key that signs what is written. Only a trusted job has it. */
  readonly privateKey: string | undefined
}

/** Runs of a cache, for both sides of a gate. `cached` tells which of the candidate's came from it, once they have been asked for. */
export type Cached = {
  readonly recall: Recall
  readonly cached: ReadonlySet<string>
  /** One line for people: how many were taken, refused and written. */
  readonly told: () => string | undefined
}

export const NOTHING_CACHED: Cached = { recall: NO_RECALL, cached: new Set(), told: () => undefined }

/** The cache that was asked for. What cannot be told apart is played: then a note says why. */
export function cachedRuns({ options, project, base, candidate, sandbox, workspace }: Context): Cached {
  if (options.cache === undefined) return NOTHING_CACHED
  const packages = packagesDigest(workspace.packages)
  const keys = keysOf(options.cache, project)
  if (candidate.id === 'working tree' || packages === undefined || keys === undefined) {
    options.progress.note(
      candidate.id === 'working tree'
        ? 'no cache: a working tree has no digest. Use gate.'
        : keys === undefined
          ? 'no cache: expected cache.public-key in the base’s backlot.yaml, got none, and who wrote a run cannot be told without. Make one: backlot key new FILE'
          : 'no cache: expected a package folder that npm, pnpm or yarn wrote a lock into, got one without.',
    )
    return NOTHING_CACHED
  }
  const cache = openRunCache({ folder: options.cache.folder, write: options.cache.write, ...keys })
  const groundOf = (tree: string): RunGround => ({
    tree,
    subject: JSON.parse(JSON.stringify(project.config.subject)),
    twins: project.config.twins.map((spec) => twinKey(spec, project.folder)),
    without: project.deciding,
    sandbox,
    packages,
  })
  const grounds = { base: base === undefined ? undefined : groundOf(base.id), candidate: groundOf(candidate.id) }
  return recallOf(cache, grounds, options.cache.folder)
}

function recallOf(
  cache: RunCache,
  grounds: { readonly base: RunGround | undefined; readonly candidate: RunGround },
  folder: string,
): Cached {
  const cached = new Set<string>()
  const recall: Recall = {
    take(side, { scenario, seed }) {
      const ground = grounds[side]
      const run = ground === undefined ? undefined : cache.get(ground, scenario, seed)
      if (run === undefined) return { kind: 'play' }
      if (side === 'candidate') cached.add(`${scenario.id} ${seed}`)
      return { kind: 'run', run }
    },
    keep(side, { scenario, seed }, run) {
      const ground = grounds[side]
      if (ground !== undefined) cache.put(ground, scenario, seed, run)
    },
  }
  const told = (): string => {
    const { hits, refused, written } = cache.counts
    return `cache ${folder}: ${hits} runs taken${refused > 0 ? `, ${refused} refused (damaged, or not signed as they must be)` : ''}${written > 0 ? `, ${written} written` : ''}`
  }
  return { recall, cached, told }
}

/** Undefined without a public key: then nothing of a cache is taken, of neither side, and nothing is written. */
function keysOf(
  { write, privateKey }: CacheSettings,
  project: Context['project'],
): { readonly publicKey: KeyObject; readonly privateKey: KeyObject | undefined } | undefined {
  const text = project.config.cache?.['public-key']
  if (text === undefined) return undefined
  if (write && privateKey === undefined)
    throw new UsageError(
      'expected the key that signs what is written into the cache, got none. Set BACKLOT_CACHE_KEY in the trusted job, or leave --cache-write out.',
    )
  try {
    const publicKey = text.includes('BEGIN')
      ? createPublicKey(text)
      : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
    const own = privateKey === undefined || !write ? undefined : createPrivateKey(privateKey)
    if (publicKey.asymmetricKeyType !== 'ed25519' || (own !== undefined && own.asymmetricKeyType !== 'ed25519'))
      throw new Error('it is not an ed25519 key')
    return { publicKey, privateKey: own }
  } catch (error) {
    throw new UsageError(
      `expected ed25519 keys in cache.public-key and BACKLOT_CACHE_KEY, got: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
