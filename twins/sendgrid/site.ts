import type { World } from '../world.ts'
import type { Fields, Seed } from './state.ts'
import type { Store } from './store.ts'

/** One account at SendGrid: what all its parts share. */
export type Site = {
  readonly world: World
  readonly seed: Seed
  readonly store: Store
  now(): number
  /** Runs `task` in `delayMs`, unless the state has been restored to another by then. */
  later(delayMs: number, task: () => void, label: string): void
  /** Forgets what `later` still has to do. */
  forget(): void
  /** Tells the trace. */
  note(event: string, fields: Fields): void
}

export function createSite(world: World, seed: Seed, store: Store): Site {
  let generation = 0
  return {
    world,
    seed,
    store,
    now: () => world.clock.now(),
    later(delayMs, task, label) {
      const mine = generation
      world.clock.schedule(
        Math.max(0, Math.ceil(delayMs)),
        () => {
          if (mine === generation) task()
        },
        `sendgrid ${label}`,
      )
    },
    forget() {
      generation += 1
    },
    note: (event, fields) => world.trace.record(`sendgrid.${event}`, fields),
  }
}
