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
export const createRng = (seed: string): Rng => new AleaRng(seed)

class AleaRng implements Rng {
  readonly #seed: string
  /** Not before the first draw: many forks are made in case, and setting up is most of what they cost. */
  #made: (() => number) | undefined

  constructor(seed: string) {
    this.#seed = seed
  }

  int(min: number, max: number): number {
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || max < min) {
      throw new Error(`int: expected whole numbers min <= max, got ${min} and ${max}.`)
    }
    return min + Math.floor(this.float() * (max - min + 1))
  }

  float(): number {
    this.#made ??= seedrandom.alea('', { state: aleaState(this.#seed) })
    return this.#made()
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.int(0, items.length - 1)]
    if (item === undefined) throw new Error('pick: expected a list without holes.')
    return item
  }

  text(length: number, alphabet: string = BASE62): string {
    let text = ''
    for (let at = 0; at < length; at++) text += alphabet.charAt(Math.floor(this.float() * alphabet.length))
    return text
  }

  fork(key: string): Rng {
    return new AleaRng(`${this.#seed}/${key}`)
  }
}

const PER_2_32 = 2.3283064365386963e-10

/** Where the digest of `text` leaves a digest that stood at `n`. */
function mash(n: number, text: string): number {
  let at = n
  for (let nth = 0; nth < text.length; nth++) {
    at += text.charCodeAt(nth)
    // The library cuts to 32 bits, which none of these numbers has more of: to round down is the same, and quicker.
    let h = 0.02519603282416938 * at
    at = Math.floor(h)
    h = (h - at) * at
    at = Math.floor(h)
    at += (h - at) * 0x100000000
  }
  return at
}

const BLANK_1 = mash(0xefc8249d, ' ')
const BLANK_2 = mash(BLANK_1, ' ')
const BLANK_3 = mash(BLANK_2, ' ')

/** What `seedrandom.alea(seed)` begins with: each id hangs on a seed of its own, and the library takes several times as long to digest one. */
function aleaState(seed: string): seedrandom.State.Alea {
  const first = mash(BLANK_3, seed)
  const second = mash(first, seed)
  const third = mash(second, seed)
  return { c: 1, s0: part(BLANK_1, first), s1: part(BLANK_2, second), s2: part(BLANK_3, third) }
}

function part(blank: number, digest: number): number {
  const difference = (blank >>> 0) * PER_2_32 - (digest >>> 0) * PER_2_32
  return difference < 0 ? difference + 1 : difference
}
