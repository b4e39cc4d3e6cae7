/** Choices that chance made, by causal key. Replaying with it needs no seed. */
export type DecisionLog = Readonly<Record<string, number>>

/** Takes decisions as they are made. */
export interface Decisions {
  add(key: string, value: number): void
  /** The latest for `key`. */
  get(key: string): number | undefined
  all(): DecisionLog
}

/** Decisions by key; of more than `max` the older half is let go. */
export function createDecisions(max: number = Number.POSITIVE_INFINITY): Decisions {
  // Nearly all are never asked for, and the others when they have just been made: to put a long key into a map costs more than that.
  const keys: string[] = []
  const values: number[] = []
  return {
    add(key, value) {
      if (keys.length >= max) {
        keys.splice(0, keys.length - (max >> 1))
        values.splice(0, values.length - (max >> 1))
      }
      keys.push(key)
      values.push(value)
    },
    get: (key) => values[keys.lastIndexOf(key)],
    all: () => Object.fromEntries(keys.map((key, at) => [key, values[at] ?? 0])),
  }
}
