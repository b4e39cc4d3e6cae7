/**
 * The switch of a program whose mutants are built in (oracle/mutate/switch.ts): a block under a word that only this run knows. The
 * code of each life takes the block it finds while loading, so what a life leaves behind never sees the mutant of the next.
 */
export type MutantSwitch = {
  readonly word: string
  readonly active?: string
  readonly limits?: { readonly hits: number; readonly ticks: number }
}

type Counts = Record<string, number>
type Held = {
  readonly activeMutant: string | undefined
  hitCount: number
  readonly hitLimit: number
  ticks: number
  readonly tickLimit: number
  counts: Counts | undefined
}

const life: { held: Held | undefined; loading: Counts; serving: Counts } = { held: undefined, loading: {}, serving: {} }

/** Sets the block of a new life; before its program loads. */
export function setMutant(mutant: MutantSwitch | undefined): void {
  life.loading = {}
  life.serving = {}
  life.held = undefined
  if (mutant === undefined) return
  life.held = {
    activeMutant: mutant.active,
    hitCount: 0,
    hitLimit: mutant.limits?.hits ?? Number.POSITIVE_INFINITY,
    ticks: 0,
    tickLimit: mutant.limits?.ticks ?? Number.POSITIVE_INFINITY,
    // Places are counted of the pristine program: that is what they are asked for.
    counts: mutant.active === undefined ? life.loading : undefined,
  }
  Object.defineProperty(globalThis, mutant.word, { value: life.held, configurable: true, enumerable: false })
}

/** From the first request on, what is passed is no longer part of loading. */
export function serving(): void {
  if (life.held?.counts !== undefined) life.held.counts = life.serving
}

/** What this life has passed so far; undefined for a program that is not instrumented. */
export const passed = ():
  | { readonly loading: Counts; readonly serving: Counts; readonly hits: number; readonly ticks: number }
  | undefined => {
  const { held, loading, serving: inService } = life
  return held === undefined ? undefined : { loading, serving: inService, hits: held.hitCount, ticks: held.ticks }
}
