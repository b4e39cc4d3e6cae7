import type { TraceEvent } from './trace.ts'
import type { World } from './world.ts'

/** What a twin does by itself beside answering: later, as chance has it, and told to the trace. */
export interface Errands {
  /** Runs `task` in `delayMs`, unless the twin has been restored to another state by then. */
  later(delayMs: number, task: () => void, label: string): void
  /** Forgets what `later` still has to do: for `restore`. */
  forget(): void
  /** A delay of the twin's own, decided by causal key. */
  delay(name: string, minMs: number, maxMs: number): number
  /** Tells the trace what happened at the twin. */
  note(event: string, fields: TraceEvent['fields']): void
}

/** The errands of the twin called `twin` in one world. */
export function createErrands(world: World, twin: string): Errands {
  let generation = 0
  return {
    later(delayMs, task, label) {
      const mine = generation
      world.clock.schedule(
        Math.max(0, Math.ceil(delayMs)),
        () => {
          if (mine === generation) task()
        },
        `${twin} ${label}`,
      )
    },
    forget() {
      generation += 1
    },
    delay: (name, minMs, maxMs) => world.decide(`${world.cause.key}/${twin} ${name}`, (rng) => rng.int(minMs, maxMs)),
    note: (event, fields) => world.trace.record(`${twin}.${event}`, fields),
  }
}
