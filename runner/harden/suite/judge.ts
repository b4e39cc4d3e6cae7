import type { Switch } from '../../../oracle/mutate/switch.ts'
import type { SuiteTest } from './shim.ts'

type Counts = Readonly<Record<string, number>>

export type SuiteStatus = 'killed' | 'timedOut' | 'survived' | 'noCoverage'
export type SuiteVerdict = {
  readonly status: SuiteStatus
  readonly by: string | undefined
  readonly message: string | undefined
  readonly covered: number
  readonly static: boolean
}

/** Loads the bundle anew: whatever runs at load runs again. */
export type Load = () => Promise<readonly SuiteTest[]>

/** Real time, and when the event loop has run empty: then nothing will ever settle what a test waits for. */
export type Patience = {
  readonly now: () => number
  /** Calls `late` when the loop is empty or much time has passed, unless it is called off before. */
  readonly wait: (late: (why: string) => void) => () => void
}

/** How much more often than the pristine code a mutant may pass its place, and turn loops, in one test. StrykerJS's factor. */
const FACTOR = 100
const HITS_LEAST = 1000
const TICKS_LEAST = 10_000

/** Judges mutants of a bundle in this process, one after the other. */
export interface SuiteJudge {
  readonly tests: number
  /** How long all tests took on the code as it is. */
  readonly ms: number
  /** Mutants that are passed while the bundle loads: each is loaded for. */
  readonly atLoad: readonly string[]
  judge(id: string): Promise<SuiteVerdict>
}

/** What a run of one test, or a load, took on the pristine code. */
type Took = { readonly counts: Counts; readonly ticks: number; readonly ms: number }
type End = { readonly at: number; readonly error: unknown; readonly stopped: boolean }

/** Runs every test once on the pristine code, for coverage and counts. Throws when a test does not pass. */
export async function createSuiteJudge(word: string, load: Load, patience: Patience): Promise<SuiteJudge> {
  const held: Switch = {
    activeMutant: undefined,
    hitCount: 0,
    hitLimit: Number.POSITIVE_INFINITY,
    ticks: 0,
    tickLimit: Number.POSITIVE_INFINITY,
    counts: undefined,
  }
  Object.defineProperty(globalThis, word, { value: held, configurable: true, enumerable: false })

  const measured = async <T>(run: () => Promise<T>): Promise<Took & { readonly value: T }> => {
    const counts: Record<string, number> = {}
    Object.assign(held, { counts, ticks: 0 })
    const startedMs = patience.now()
    const value = await run()
    return { value, counts, ticks: held.ticks, ms: patience.now() - startedMs }
  }
  const loading = await measured(load)
  const tests = loading.value
  const took: Took[] = []
  for (const { name, run } of tests) {
    try {
      took.push(await measured(() => settled(run, patience)))
    } catch (error) {
      throw new Error(`the test "${name}" does not pass on the code as it is: ${first(error)}`)
    }
  }
  held.counts = undefined

  const covering = new Map<string, number[]>()
  for (const [at, { counts }] of took.entries())
    for (const id of Object.keys(counts)) {
      const places = covering.get(id)
      if (places === undefined) covering.set(id, [at])
      else places.push(at)
    }
  const order = killersFirst(took)

  /** Sets the limits of what comes next, and tells afterwards whether one was reached: a test may have caught what was thrown. */
  const limit = (id: string, pristine: Took | undefined): (() => boolean) => {
    held.hitCount = 0
    held.hitLimit = Math.max(HITS_LEAST, FACTOR * (pristine?.counts[id] ?? 0))
    held.ticks = 0
    held.tickLimit = TICKS_LEAST + FACTOR * (pristine?.ticks ?? 0)
    return () => held.hitCount > held.hitLimit || held.ticks > held.tickLimit
  }
  const runAll = async (
    id: string,
    list: readonly SuiteTest[],
    places: readonly number[],
  ): Promise<End | undefined> => {
    for (const at of order.of(places)) {
      const reached = limit(id, took[at])
      const test = list[at]
      if (test === undefined) continue
      let end: End | undefined
      try {
        await settled(test.run, patience)
        if (reached()) end = { at, error: new Error('stopped by count'), stopped: true }
      } catch (error) {
        end = { at, error, stopped: reached() || error instanceof Late }
      }
      if (end === undefined) continue
      order.killed(at)
      return end
    }
    return undefined
  }
  const loadAndRun = async (id: string, places: readonly number[]): Promise<End | undefined> => {
    const reached = limit(id, loading)
    try {
      const list = await load()
      if (reached()) return { at: 0, error: new Error('stopped by count while loading'), stopped: true }
      // A mutant that changes which tests there are is noticed by that.
      if (list.length !== tests.length)
        return { at: 0, error: new Error(`${list.length} tests for ${tests.length}`), stopped: false }
      return await runAll(id, list, places)
    } catch (error) {
      return { at: 0, error, stopped: reached() }
    }
  }

  return {
    tests: tests.length,
    ms: took.reduce((sum, { ms }) => sum + ms, 0),
    atLoad: Object.keys(loading.counts),
    async judge(id) {
      const isStatic = loading.counts[id] !== undefined
      const places = isStatic ? [...tests.keys()] : (covering.get(id) ?? [])
      held.activeMutant = id
      const end = await (isStatic ? loadAndRun(id, places) : runAll(id, tests, places))
      held.activeMutant = undefined
      Object.assign(held, { ticks: 0, tickLimit: Number.POSITIVE_INFINITY })
      // What this mutant left waiting ends before the next one begins.
      if (places.length > 0) await new Promise((resolve) => setImmediate(resolve))
      return {
        status:
          places.length === 0 ? 'noCoverage' : end === undefined ? 'survived' : end.stopped ? 'timedOut' : 'killed',
        by: end === undefined ? undefined : tests[end.at]?.name,
        message: end === undefined ? undefined : first(end.error),
        covered: places.length,
        static: isStatic,
      }
    },
  }
}

/** How much likelier than others the test is that noticed the last mutant: neighbours are alike. */
const NEIGHBOUR = 10

/** Whoever is likeliest to notice for the time it takes comes first. */
function killersFirst(took: readonly Took[]): {
  readonly of: (places: readonly number[]) => readonly number[]
  readonly killed: (at: number) => void
} {
  const kills = took.map(() => 0)
  const worth = (at: number): number => ((kills[at] ?? 0) + 0.5) / Math.max(0.01, took[at]?.ms ?? 1)
  const byWorth = (a: number, b: number): number => worth(b) - worth(a) || a - b
  const ranking = [...took.keys()].sort(byWorth)
  let last: number | undefined
  return {
    of(places) {
      const wanted = new Set(places)
      const ranked = ranking.filter((at) => at !== last && wanted.has(at))
      if (last === undefined || !wanted.has(last)) return ranked
      const lasts = NEIGHBOUR * worth(last)
      const before = ranked.findIndex((at) => worth(at) < lasts)
      return ranked.toSpliced(before < 0 ? ranked.length : before, 0, last)
    },
    killed(at) {
      kills[at] = (kills[at] ?? 0) + 1
      last = at
      ranking.splice(ranking.indexOf(at), 1)
      const before = ranking.findIndex((one) => byWorth(at, one) < 0)
      ranking.splice(before < 0 ? ranking.length : before, 0, at)
    },
  }
}

class Late extends Error {}

/** A test that runs to its end, or is late. */
async function settled(run: () => Promise<void>, { wait }: Patience): Promise<void> {
  let stop = (): void => undefined
  const late = new Promise<never>((_, reject) => {
    stop = wait((why) => reject(new Late(why)))
  })
  try {
    await Promise.race([run(), late])
  } finally {
    stop()
  }
}

const first = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
