import type { SuiteTest } from './shim.ts'

type Counts = Readonly<Record<string, number>>
/** The block that instrumented code looks up; the names are the instrumenter's. */
type Control = {
  activeMutant?: string | undefined
  currentTestId?: string | undefined
  hitCount?: number
  hitLimit?: number
  mutantCoverage?: { static: Counts; perTest: Readonly<Record<string, Counts>> }
}

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

const HIT_FACTOR = 100
const LIMIT = /Hit count limit reached/

/** Judges mutants of a bundle in this process, one after the other. */
export interface SuiteJudge {
  readonly tests: number
  /** How long all tests took on the code as it is. */
  readonly ms: number
  judge(id: string): Promise<SuiteVerdict>
}

/**
 * Runs every test once on the pristine code, for coverage. Hits outside a test are booked as made at load, also later: so those at load are
 * copied before anything runs. Throws when a test does not pass.
 */
export async function createSuiteJudge(word: string, load: Load, now: () => number): Promise<SuiteJudge> {
  const control: Control = {}
  Object.defineProperty(globalThis, word, { value: control, configurable: true, enumerable: false })
  const tests = await load()
  const atLoad = { ...control.mutantCoverage?.static }
  const tookMs: number[] = []
  for (const [at, { name, run }] of tests.entries()) {
    control.currentTestId = String(at)
    const startedMs = now()
    try {
      await run()
    } catch (error) {
      throw new Error(`the test "${name}" does not pass on the code as it is: ${first(error)}`)
    }
    tookMs.push(now() - startedMs)
  }
  control.currentTestId = undefined
  const perTest = control.mutantCoverage?.perTest ?? {}
  const kills = tests.map(() => 0)
  const covering = new Map<string, number[]>()
  for (const [at, counts] of Object.entries(perTest))
    for (const id of Object.keys(counts)) {
      const places = covering.get(id)
      if (places === undefined) covering.set(id, [Number(at)])
      else places.push(Number(at))
    }
  const worth = (at: number): number => ((kills[at] ?? 0) + 0.5) / Math.max(0.01, tookMs[at] ?? 1)
  const hits = (id: string): number =>
    (atLoad[id] ?? 0) + (covering.get(id) ?? []).reduce((sum, at) => sum + (perTest[String(at)]?.[id] ?? 0), 0)

  const runAll = async (
    id: string,
    list: readonly SuiteTest[],
    places: readonly number[],
  ): Promise<{ readonly at: number; readonly error: unknown } | undefined> => {
    // One budget for all tests of a mutant, as StrykerJS has it.
    Object.assign(control, { activeMutant: id, hitCount: 0, hitLimit: HIT_FACTOR * Math.max(1, hits(id)) })
    try {
      for (const at of [...places].sort((a, b) => worth(b) - worth(a) || a - b)) {
        try {
          await list[at]?.run()
        } catch (error) {
          kills[at] = (kills[at] ?? 0) + 1
          return { at, error }
        }
      }
      return undefined
    } finally {
      control.activeMutant = undefined
      // What this mutant left waiting ends before the next one begins.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  return {
    tests: tests.length,
    ms: tookMs.reduce((sum, ms) => sum + ms, 0),
    async judge(id) {
      const isStatic = atLoad[id] !== undefined
      const places = isStatic ? [...tests.keys()] : (covering.get(id) ?? [])
      const verdict = (found: Awaited<ReturnType<typeof runAll>>): SuiteVerdict => ({
        status:
          places.length === 0
            ? 'noCoverage'
            : found === undefined
              ? 'survived'
              : LIMIT.test(String(found.error))
                ? 'timedOut'
                : 'killed',
        by: found === undefined ? undefined : tests[found.at]?.name,
        message: found === undefined ? undefined : first(found.error),
        covered: places.length,
        static: isStatic,
      })
      if (!isStatic) return verdict(await runAll(id, tests, places))
      Object.assign(control, { activeMutant: id, hitCount: 0, hitLimit: HIT_FACTOR * Math.max(1, hits(id)) })
      try {
        const list = await load()
        // A mutant that changes which tests there are is noticed by that.
        if (list.length !== tests.length)
          return verdict({ at: 0, error: new Error(`${list.length} tests for ${tests.length}`) })
        return verdict(await runAll(id, list, places))
      } catch (error) {
        return verdict({ at: 0, error })
      } finally {
        control.activeMutant = undefined
      }
    },
  }
}

const first = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
