import type { Wait } from '../twin.ts'
import type { World } from '../world.ts'
import type { Queue } from './state.ts'
import { placeOf } from './state.ts'

/** Receives that wait for a message. An open connection is no state: a snapshot does not hold them. */
export class Polls {
  readonly #world: World
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(world: World) {
    this.#world = world
  }

  /** A wait that ends when `ready` says so, which is asked whenever the queue changes and at `nextMs()`, or at `untilMs`. */
  wait(queue: Queue, untilMs: number, ready: () => boolean, nextMs: () => number | undefined): Wait {
    const { clock } = this.#world
    const place = placeOf(queue)
    return (go) => {
      const mine = this.#waiting.get(place) ?? new Set()
      this.#waiting.set(place, mine)
      let cancel = (): void => undefined
      const arm = (atMs: number): void => {
        cancel()
        cancel = clock.schedule(Math.max(0, atMs - clock.now()), look, 'long poll')
      }
      const poke = (): void => arm(clock.now())
      const look = (): void | Promise<void> => {
        const next = Math.min(untilMs, nextMs() ?? untilMs)
        // Of several polls the first takes what has come: the others look again and wait on.
        if (!ready() && clock.now() < untilMs) return arm(Math.max(next, clock.now() + 1))
        mine.delete(poke)
        return go()
      }
      mine.add(poke)
      // Something may have come since it was asked whether to wait.
      poke()
    }
  }

  /** Something has changed in a queue. */
  poke(queue: Queue): void {
    for (const look of [...(this.#waiting.get(placeOf(queue)) ?? [])]) look()
  }
}
