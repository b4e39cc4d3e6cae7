import type { World } from '../world.ts'
import type { Seed } from './state.ts'
import { isRow, type Row, type Store } from './store.ts'
import { iso } from './wire.ts'

/** One Okta org: what its routes share. */
export type Org = {
  readonly world: World
  readonly seed: Seed
  readonly store: Store
  /** `https://acme.okta.com`, for what nobody asked for. */
  readonly home: string
  readonly ids: {
    readonly org: string
    readonly admin: string
    readonly access_policy: string
    readonly enrollment_policy: string
  }
  readonly now: () => string
  /** 20 characters as Okta's ids have them: a prefix for the kind, and the cell at the end. */
  readonly id: (prefix: string) => string
}

const CELL = '5d7'

export function createOrg(world: World, seed: Seed, store: Store): Org {
  return {
    world,
    seed,
    store,
    home: `https://${seed.org ?? 'acme'}.okta.com`,
    ids: {
      org: seed.ids?.org ?? '00obacklot0000000org',
      admin: seed.ids?.admin ?? '00ubacklot00000admin',
      access_policy: seed.ids?.access_policy ?? 'rstbacklot00000acces',
      enrollment_policy: seed.ids?.enrollment_policy ?? 'rstbacklot00000enrol',
    },
    now: () => iso(world.clock.now()),
    id: (prefix) => `${world.id(prefix, 20 - prefix.length - CELL.length)}${CELL}`,
  }
}

/** Ids of what every org has from its first day; kept with the state, since lists of rows may be long. */
const born = (org: Org): Row => org.store.get('~org', 'born') ?? {}
export const defaultUserType = (org: Org): string => text(born(org).type)
export const everyoneGroup = (org: Org): string => text(born(org).everyone)
export const text = (value: unknown): string => (typeof value === 'string' ? value : '')
export const rowOf = (value: unknown): Row => (isRow(value) ? value : {})
/** A list of what was found. */
export const one = (row: Row | undefined): readonly Row[] => (row === undefined ? [] : [row])
