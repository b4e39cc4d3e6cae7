import type { Rng } from '../rng.ts'
import type { Json } from '../trace.ts'
import type { World } from '../world.ts'
import type { Seed } from './state.ts'
import { count, type Row, rowOf, type Store } from './store.ts'
import { iso } from './wire.ts'

/** GitHub as one world knows it. */
export type GitHub = {
  readonly world: World
  readonly store: Store
  readonly seed: Seed
  /** Now, as GitHub writes times. */
  readonly now: () => string
  /** The next database id. */
  readonly nextId: () => number
  /** Chance for one decision, by name. */
  readonly draw: (name: string) => Rng
  /** Tells the trace that something happened. */
  readonly record: (type: string, fields: { readonly [key: string]: Json | undefined }) => void
}

/** Ids of one world begin somewhere and grow, as GitHub's do. */
const FIRST_ID = { min: 1_000_000_000, max: 1_900_000_000 }
const META = '~meta'

export function createGitHub(world: World, seed: Seed, store: Store): GitHub {
  const draw = (name: string): Rng => world.draw(`github ${name}`)
  return {
    world,
    seed,
    store,
    draw,
    now: () => iso(world.clock.now()),
    nextId() {
      const last = store.get(META, 'ids')?.last ?? world.rng.fork('github ids').int(FIRST_ID.min, FIRST_ID.max)
      const next = count(last) + 7
      store.put(META, 'ids', { last: next })
      return next
    },
    record: (type, fields) => world.trace.record(`github.${type}`, fields),
  }
}

export const account = (github: GitHub, login: string): Row | undefined =>
  github.store.get('users', login.toLowerCase())
export const repoPath = (repo: Row): string => `repos/${String(repo.full_name).toLowerCase()}`
export const findRepo = (github: GitHub, fullName: string): Row | undefined =>
  github.store.get('repos', fullName.toLowerCase())
export const ownerOf = (repo: Row): string => String(repo.full_name).split('/')[0] ?? ''
/** Where the git objects of a repository and all its forks are. */
export const objectsPath = (repo: Row): string => `git/${repo._network ?? repo.id}`
/** The number a row counts under, such as the one of an issue. */
export const numberOf = (row: Row): number => count(row.number)
export const idOf = (row: Row | undefined): number => count(rowOf(row).id)
