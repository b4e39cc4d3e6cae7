import { createErrands, type Errands } from '../errands.ts'
import type { World } from '../world.ts'
import type { Seed } from './state.ts'
import type { Store } from './store.ts'

/** One account at SendGrid: what all its parts share. */
export type Site = Errands & {
  readonly world: World
  readonly seed: Seed
  readonly store: Store
  now(): number
}

export function createSite(world: World, seed: Seed, store: Store): Site {
  return {
    ...createErrands(world, 'sendgrid'),
    world,
    seed,
    store,
    now: () => world.clock.now(),
  }
}
