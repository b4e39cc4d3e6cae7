import { createErrands, type Errands } from '../errands.ts'
import type { World } from '../world.ts'
import type { Seed } from './given.ts'
import type { Issue, IssueType, Project, Status, User } from './state.ts'
import type { Store } from './store.ts'

/** One Jira site: what all its parts share. */
export type Site = Errands & {
  readonly world: World
  readonly seed: Seed
  readonly store: Store
  /** Where it stands, as webhooks say it. */
  readonly url: string
  readonly cloud_id: string
  /** Whoever calls, where credentials name nobody else. */
  readonly account: string
  now(): number
  /** The next number of its kind; `first` is where they begin. */
  next(kind: string, first?: number): string
  user(id: string): User
  project(key: string): Project
  status(name: string): Status
  type(name: string): IssueType
}

/** Ids begin here, as on a new site. */
const FIRST = 10_000

export function createSite(world: World, seed: Seed, store: Store): Site {
  return {
    ...createErrands(world, 'jira'),
    world,
    seed,
    store,
    url: `https://${seed.site?.name ?? 'backlot'}.atlassian.net`,
    cloud_id: seed.site?.cloud_id ?? '11223344-a1b2-3b33-c444-def123456789',
    account: seed.account?.account_id ?? '712020:7d2a5c3e-0b1c-4d5e-8f90-a1b2c3d4e5f6',
    now: () => world.clock.now(),
    next(kind, first = FIRST) {
      const value = (store.counters.get(kind)?.value ?? first - 1) + 1
      store.counters.put({ id: kind, value })
      return String(value)
    },
    user: (id) => found(store.users.get(id), `user ${id}`),
    project: (key) => found(store.projects.find(key)[0], `project ${key}`),
    status: (name) => found(store.statuses.find(name.toLowerCase())[0], `status ${name}`),
    type: (name) => found(store.types.find(name.toLowerCase())[0], `issue type ${name}`),
  }
}

/** Throws when a row that the state refers to is not there: a bug of ours, never an answer. */
function found<T>(row: T | undefined, what: string): T {
  if (row === undefined) throw new Error(`twins/jira: expected ${what} in the state, got none.`)
  return row
}

/** The issue of that id or key, whatever the case of the key. */
export const issueOf = (site: Site, idOrKey: string): Issue | undefined =>
  site.store.issues.get(idOrKey) ?? site.store.issues.find(idOrKey.toUpperCase())[0]

/** A user that a seed or a scenario names by account id, mail address or name. */
export function userNamed(site: Site, name: string): User | undefined {
  const { users } = site.store
  const lower = name.toLowerCase()
  return users.get(name) ?? users.find(`email ${lower}`)[0] ?? users.find(`name ${lower}`)[0]
}

/** The project of that id or key. */
export const projectOf = (site: Site, idOrKey: string): Project | undefined =>
  site.store.projects.get(idOrKey) ?? site.store.projects.find(idOrKey.toUpperCase())[0]
