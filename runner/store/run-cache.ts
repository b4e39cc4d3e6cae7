import { createHash, type KeyObject, sign, verify } from 'node:crypto'
import { existsSync, globSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { digest, type Json } from '../../twins/trace.ts'
import { backlotVersion } from '../version.ts'
import { writeWhole } from './artefact.ts'
import { packRun, unpackRun } from './packed-run.ts'

const SCHEMA = 'backlot.cached-run/v1'
const entry = z.strictObject({
  schema: z.literal(SCHEMA),
  key: z.string(),
  packed: z.string(),
  signature: z.string().nullable(),
})

/** Everything a run hangs on, beside its scenario and seed. */
export type RunGround = {
  /** The tree of the program, by its id. */
  readonly tree: string
  /** How the program is started, out of the project's settings. */
  readonly subject: Json
  readonly twins: readonly string[]
  /** Files that are taken out of the tree before it runs. */
  readonly without: readonly string[]
  readonly sandbox: string
  /** Digest of the packages beside the tree. */
  readonly packages: string
}

export type CacheOptions = {
  readonly folder: string
  /** Only a trusted job writes: whoever writes here decides what others believe. */
  readonly write: boolean
  /** Only entries signed by its owner count: in a folder anybody may have written. */
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject | undefined
}

/** Runs that were played before on the very same ground. */
export interface RunCache {
  /** Undefined when there is none, or it is damaged or not signed by the key's owner: then it is played. */
  get(ground: RunGround, scenario: Scenario, seed: string): Run | undefined
  put(ground: RunGround, scenario: Scenario, seed: string, run: Run): void
  readonly counts: { hits: number; refused: number; written: number }
}

export function openRunCache({ folder, write, publicKey, privateKey }: CacheOptions): RunCache {
  const engine = engineDigest()
  const counts = { hits: 0, refused: 0, written: 0 }
  const pathOf = (key: string): string => join(folder, key.slice(0, 2), `${key}.json`)
  const keyOf = (ground: RunGround, scenario: Scenario, seed: string): string =>
    digest({
      schema: SCHEMA,
      ...ground,
      seed,
      // What a scenario expects is judged on the run and is no part of it.
      scenario: { ...scenario, title: '', covers: [], then: [] } as unknown as Json,
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      backlot: backlotVersion(),
      engine,
    })
  return {
    counts,
    get(ground, scenario, seed) {
      const key = keyOf(ground, scenario, seed)
      const path = pathOf(key)
      if (!existsSync(path)) return undefined
      try {
        const { packed, signature, key: claimed } = entry.parse(JSON.parse(readFileSync(path, 'utf8')))
        if (claimed !== key) throw new Error('expected another key')
        if (!signed(publicKey, key, packed, signature)) throw new Error('expected a signature')
        const run = unpackRun(packed)
        if (run.scenario !== scenario.id || run.seed !== seed) throw new Error('expected another run')
        counts.hits += 1
        return run
      } catch {
        counts.refused += 1
        return undefined
      }
    },
    put(ground, scenario, seed, run) {
      // How a run broke off may be the machine's doing (too slow, too little memory): that is no fact to keep.
      if (!write || run.ending.kind !== 'horizon') return
      const key = keyOf(ground, scenario, seed)
      const packed = packRun(run)
      const signature = privateKey === undefined ? null : sign(null, said(key, packed), privateKey).toString('base64')
      writeWhole(pathOf(key), `${JSON.stringify({ schema: SCHEMA, key, packed, signature })}\n`)
      counts.written += 1
    },
  }
}

const said = (key: string, packed: string): Buffer => Buffer.from(`${SCHEMA}\0${key}\0${packed}`)
const signed = (publicKey: KeyObject, key: string, packed: string, signature: string | null): boolean =>
  signature !== null && verify(null, said(key, packed), publicKey, Buffer.from(signature, 'base64'))

/** Digest of the code that plays runs, so that a changed twin never meets an old run; the version alone would not tell in a checkout. */
function engineDigest(): string {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const hash = createHash('sha256')
  for (const file of globSync('{twins,scenarios}/**/*.{ts,js}', { cwd: root }).sort())
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

/** What a package manager writes down of what it installed. */
const LOCKS = ['.package-lock.json', '.modules.yaml', '.yarn-state.yml']
const LINKED_FILES_MAX = 2000

/** Digest of package folders, told by what their package manager wrote there; undefined when one cannot be told. Linked packages count by their files. */
export function packagesDigest(folders: readonly string[]): string | undefined {
  const hash = createHash('sha256')
  for (const folder of folders) {
    const lock = LOCKS.map((name) => join(folder, name)).find((path) => existsSync(path))
    if (lock === undefined) return undefined
    const text = readFileSync(lock, 'utf8')
    hash.update(text)
    for (const target of linkedFrom(folder, text)) {
      const files = globSync('**/*', {
        cwd: target,
        exclude: (name) => /(^|\/)(node_modules|\.git|\.backlot)$/.test(name),
      }).sort()
      if (files.length > LINKED_FILES_MAX) return undefined
      for (const file of files) {
        const path = join(target, file)
        if (statSync(path).isFile()) hash.update(file).update('\0').update(readFileSync(path)).update('\0')
      }
    }
  }
  return hash.digest('hex')
}

/** Folders that npm links into `node_modules`, workspaces above all: the lock file says nothing of what is in them. */
function linkedFrom(folder: string, lock: string): readonly string[] {
  const parsed: unknown = lock.startsWith('{') ? JSON.parse(lock) : undefined
  const packages = z
    .looseObject({ packages: z.record(z.string(), z.looseObject({ link: z.boolean().optional() })) })
    .safeParse(parsed)
  if (!packages.success) return []
  return Object.entries(packages.data.packages)
    .filter(([, { link }]) => link === true)
    .map(([name]) => join(folder, '..', name))
    .filter((path) => existsSync(path))
    .map((path) => realpathSync(path))
}
