import seedrandom from 'seedrandom'

/** Seeded chance. A fork depends on its name alone, never on how much its parent or siblings drew. */
export interface Rng {
  /** A whole number in `min..max`, both included. */
  int(min: number, max: number): number
  /** In [0, 1). */
  float(): number
  pick<T>(items: readonly T[]): T
  /** `length` characters of `alphabet`, by default base 62 as vendors' ids use it. */
  text(length: number, alphabet?: string): string
  fork(key: string): Rng
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Chance from a seed; Alea, because forks are made by the thousand and ARC4 takes 100 times as long to set up. */
export function createRng(seed: string): Rng {
  // Not before the first draw: many forks are made in case, and setting up is most of what they cost.
  let made: (() => number) | undefined
  const draw = (): number => {
    made ??= seedrandom.alea(seed)
    return made()
  }
  const rng: Rng = {
    int(min, max) {
      if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || max < min) {
        throw new Error(`int: expected whole numbers min <= max, got ${min} and ${max}.`)
      }
      return min + Math.floor(draw() * (max - min + 1))
    },
    float: () => draw(),
    pick(items) {
      const item = items[rng.int(0, items.length - 1)]
      if (item === undefined) throw new Error('pick: expected a list without holes.')
      return item
    },
    text(length, alphabet = BASE62) {
      let text = ''
      for (let at = 0; at < length; at++) text += alphabet.charAt(Math.floor(draw() * alphabet.length))
      return text
    },
    fork: (key) => createRng(`${seed}/${key}`),
  }
  return rng
}
