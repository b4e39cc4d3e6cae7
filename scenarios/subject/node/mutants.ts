/**
 * The switch of a program whose mutants are built in (oracle/mutate): a control block under a word that only this run knows. The
 * code of each life takes the block it finds while loading, so what a life leaves behind never sees the mutant of the next.
 */
export type MutantSwitch = { readonly word: string; readonly active?: string; readonly hitLimit?: number }

type Counts = Record<string, number>
/** The names are the instrumenter's. */
type Control = {
  activeMutant: string | undefined
  currentTestId: string | undefined
  hitCount: number
  hitLimit: number | undefined
  readonly mutantCoverage: { readonly static: Counts; readonly perTest: Record<string, Counts> }
}

const SERVING = 'serving'
const held: { control: Control | undefined } = { control: undefined }

/** Sets the block of a new life; before its program loads. */
export function setMutant(mutant: MutantSwitch | undefined): void {
  held.control = undefined
  if (mutant === undefined) return
  held.control = {
    activeMutant: mutant.active,
    currentTestId: undefined,
    hitCount: 0,
    hitLimit: mutant.hitLimit,
    mutantCoverage: { static: {}, perTest: {} },
  }
  Object.defineProperty(globalThis, mutant.word, { value: held.control, configurable: true, enumerable: false })
}

/** From the first request on, what is passed is no longer part of loading. */
export function serving(): void {
  if (held.control !== undefined) held.control.currentTestId = SERVING
}

/** What this life has passed so far; undefined for a program that is not instrumented. */
export const passed = (): { readonly loading: Counts; readonly serving: Counts; readonly hits: number } | undefined =>
  held.control === undefined
    ? undefined
    : {
        loading: held.control.mutantCoverage.static,
        serving: held.control.mutantCoverage.perTest[SERVING] ?? {},
        hits: held.control.hitCount,
      }
