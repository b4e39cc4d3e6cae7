import { createErrands, type Errands } from '../errands.ts'
import type { World } from '../world.ts'
import type { Channel, Delivery, Seed, User } from './state.ts'
import type { Store } from './store.ts'

/** Who asks: a bot, a person, or the app itself by an app-level token. */
export type Actor = {
  readonly kind: 'bot' | 'user' | 'app'
  readonly token: string
  /** Whose name it acts in; of a bot, its bot user. */
  readonly user: string
  readonly scopes: readonly string[]
}

/** One workspace with one app in it: what all its parts share. */
export type Workspace = Errands & {
  readonly world: World
  readonly seed: Seed
  readonly store: Store
  readonly team: { readonly id: string; readonly name: string; readonly domain: string; readonly plan: string }
  readonly app: {
    readonly id: string
    readonly name: string
    readonly bot_user: string
    readonly bot_name: string
    readonly bot_id: string
    readonly signing_secret: string
    readonly verification_token: string
  }
  /** What the app's answer to a request does, by the kind of request. */
  answers: { readonly [kind in Delivery['kind']]?: (delivery: Delivery, body: string) => void }
  /** Whole seconds of virtual time. */
  nowS(): number
  /** A time that no message has: they rise, and are ids. */
  nextTs(): string
  /** An id that no row of `taken` has. */
  newId(prefix: string, taken: { get(id: string): unknown }): string
  user(id: string): User
  channel(id: string): Channel
}

const UPPER = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const LAST_TS = 'last_ts'

export function createWorkspace(world: World, seed: Seed, store: Store): Workspace {
  const ws: Workspace = {
    ...createErrands(world, 'slack'),
    world,
    seed,
    store,
    team: {
      id: seed.team?.id ?? 'T0BACKLOT01',
      name: seed.team?.name ?? 'Backlot',
      domain: seed.team?.domain ?? 'backlot',
      plan: seed.team?.plan ?? 'std',
    },
    app: {
      id: seed.app?.id ?? 'A0BACKLOT01',
      name: seed.app?.name ?? 'Helper',
      bot_user: seed.app?.bot_user ?? 'U0BACKLOTBT',
      bot_name: seed.app?.bot_name ?? 'helper',
      bot_id: seed.app?.bot_id ?? 'B0BACKLOT01',
      signing_secret: seed.app?.signing_secret ?? '8f742231b10e8888abcd99yyyzzz85a5',
      verification_token: seed.app?.verification_token ?? 'gIkuvaNzQIHg97ATvDxqgjtO',
    },
    answers: {},
    nowS: () => Math.floor(world.clock.now() / 1000),
    nextTs() {
      const last = Number(store.settings.get(LAST_TS)?.value ?? 0)
      // Slack's own look random behind the second; within one they rise. These start at the millisecond.
      const micros = Math.max(world.clock.now() * 1000, last + 1)
      store.settings.put({ id: LAST_TS, value: micros })
      return `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, '0')}`
    },
    newId(prefix, taken) {
      for (;;) {
        const id = `${prefix}0${world.draw(`id ${prefix}`).text(9, UPPER)}`
        if (taken.get(id) === undefined) return id
      }
    },
    user: (id) => found(store.users.get(id), `user ${id}`),
    channel: (id) => found(store.channels.get(id), `channel ${id}`),
  }
  return ws
}

/** Throws when a row that the state refers to is not there: a bug of ours, never an answer. */
export function found<T>(row: T | undefined, what: string): T {
  if (row === undefined) throw new Error(`twins/slack: expected ${what} in the state, got none.`)
  return row
}
