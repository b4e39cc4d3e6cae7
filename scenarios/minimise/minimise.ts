import { digest, type Json } from '../../twins/trace.ts'
import type { Scenario } from '../scenario.ts'
import { actors } from './actors.ts'
import { ddmin } from './ddmin.ts'
import { faults } from './faults.ts'
import { fields } from './fields.ts'
import { gaps, rounderTimes } from './gaps.ts'
import type { Choice, Pass } from './pass.ts'
import { records } from './records.ts'
import { danglingIn, prune } from './refer.ts'
import { routes } from './routes.ts'
import { rows } from './rows.ts'
import { plainerValues } from './values.ts'

/** What a smaller scenario does: it fails in the very same way, it does not, or it cannot be told. */
export type Outcome =
  | { readonly kind: 'fails' }
  | { readonly kind: 'passes' }
  | { readonly kind: 'unresolved'; readonly why: string }

export type Progress = {
  readonly pass: string
  readonly runs: number
  readonly steps: number
  readonly stepsBefore: number
}

export type MinimiseOptions = {
  /** Runs one scenario. Another failure than the one looked for passes: it is another bug. */
  readonly test: (scenario: Scenario) => Promise<Outcome>
  /** Runs it may take; what is found by then is the answer. */
  readonly runsMax: number
  /** True once no more time should be spent. */
  readonly expired?: (() => boolean) | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** What may be taken away, in this order; everything by default. */
  readonly passes?: readonly (Pass | Choice)[] | undefined
}

/** Why a part is still there: without it the scenario passes, or cannot be run any more. */
export type Needed = {
  /** The pass that would take it away, and its name there. */
  readonly pass: string
  readonly part: string
  readonly without: Exclude<Outcome, { readonly kind: 'fails' }>
}

/** What one pass took, over all rounds. */
export type Taken = { readonly pass: string; readonly runs: number; readonly parts: number }

export type Minimised = {
  readonly scenario: Scenario
  /** True when no single part can go without losing the failure; `needed` then says why of each. */
  readonly minimal: boolean
  readonly needed: readonly Needed[]
  readonly runs: number
  /** Answers that were known from an equal scenario before. */
  readonly cached: number
  /** Scenarios not run, because a step would have used what no step gives. */
  readonly unresolved: number
  readonly rounds: number
  readonly taken: readonly Taken[]
  readonly stepsBefore: number
  readonly stepsAfter: number
}

/** From the largest things to the smallest: whoever goes early takes much along. */
export const PASSES: readonly (Pass | Choice)[] = [
  actors,
  routes,
  records,
  faults,
  rows,
  gaps,
  rounderTimes,
  fields,
  plainerValues,
]

/**
 * The smallest scenario that still fails in the same way: pass by pass by delta debugging, over and over until nothing more goes.
 * Sound because runs are deterministic: a scenario that was tried once need not be tried again, and steps keep their names, so
 * that what stays keeps its chance. Undefined when the scenario does not fail to begin with.
 */
export async function minimise(scenario: Scenario, options: MinimiseOptions): Promise<Minimised | undefined> {
  const search = createSearch(scenario, options)
  if ((await search.outcomeOf(scenario)).kind !== 'fails') return undefined
  let rounds = 0
  for (let before = ''; before !== keyOf(search.best) && !search.spent(); rounds += 1) {
    before = keyOf(search.best)
    for (const pass of options.passes ?? PASSES) await search.reduce(pass)
  }
  const needed = search.spent() ? undefined : await search.needed()
  return { ...search.figures(), rounds, needed: needed ?? [], minimal: needed !== undefined }
}

/** Steps of a scenario, those inside a group counted one by one. */
export const stepCount = ({ when }: Pick<Scenario, 'when'>): number =>
  when.reduce((count, step) => count + (step.kind === 'together' ? step.calls.length : 1), 0)

/** What a run hangs on, as one text. */
const keyOf = (scenario: Scenario): string => digest(scenario as unknown as Json)

type Search = {
  readonly best: Scenario
  spent(): boolean
  outcomeOf(scenario: Scenario): Promise<Outcome>
  reduce(pass: Pass | Choice): Promise<void>
  /** Why of each part; undefined when one could go, or the budget does not reach. */
  needed(): Promise<readonly Needed[] | undefined>
  figures(): Omit<Minimised, 'rounds' | 'needed' | 'minimal'>
}

function createSearch(first: Scenario, options: MinimiseOptions): Search {
  const known = new Map<string, Outcome>()
  const taken = new Map<string, Taken>()
  const counts = { runs: 0, cached: 0, unresolved: 0 }
  let best = first
  let cut = false
  let current = ''

  const told = (): void =>
    options.onProgress?.({
      pass: current,
      runs: counts.runs,
      steps: stepCount(best),
      stepsBefore: stepCount(first),
    })

  const outcomeOf = async (candidate: Scenario): Promise<Outcome> => {
    const dangling = danglingIn(candidate)
    if (dangling !== undefined) {
      counts.unresolved += 1
      return { kind: 'unresolved', why: `step ${dangling.step} needs ${dangling.needs}` }
    }
    const key = keyOf(candidate)
    const before = known.get(key)
    if (before !== undefined) {
      counts.cached += 1
      return before
    }
    if (counts.runs >= options.runsMax || options.expired?.() === true) {
      cut = true
      return { kind: 'unresolved', why: 'the budget is spent' }
    }
    counts.runs += 1
    const outcome = await tested(candidate)
    known.set(key, outcome)
    return outcome
  }

  const tested = async (candidate: Scenario): Promise<Outcome> => {
    try {
      return await options.test(candidate)
    } catch (error) {
      // A smaller starting state may fit its schema and still be one that the twin refuses; the whole one was not.
      if (candidate === first) throw error
      return { kind: 'unresolved', why: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) }
    }
  }

  const attempt = async (candidate: Scenario): Promise<boolean> => {
    const smaller = prune(candidate)
    if (smaller.when.length === 0 || cut) return false
    const fails = (await outcomeOf(smaller)).kind === 'fails'
    if (fails) best = smaller
    told()
    return fails
  }

  const reduceParts = async (pass: Pass): Promise<number> => {
    let gone = 0
    for (let layer = 0; !cut; layer++) {
      const parts = pass.parts(best, layer)
      if (parts.length === 0) break
      const start = best
      const kept = await ddmin(parts, (some) => {
        const stays = new Set(some)
        return attempt(pass.without(start, new Set(parts.filter((part) => !stays.has(part)))))
      })
      gone += parts.length - kept.length
    }
    return gone
  }

  const reduceChoices = async (choice: Choice): Promise<number> => {
    let changed = 0
    for (let at = 0; !cut; at++) {
      // Made anew after each change: what was offered before was offered on another scenario.
      const options = choice.options(best)[at]
      if (options === undefined) break
      for (const option of options) {
        if (!(await attempt(option))) continue
        changed += 1
        break
      }
    }
    return changed
  }

  return {
    get best() {
      return best
    },
    spent: () => cut,
    outcomeOf,
    async reduce(pass) {
      current = pass.name
      const before = counts.runs
      const parts = 'parts' in pass ? await reduceParts(pass) : await reduceChoices(pass)
      const old = taken.get(pass.name) ?? { pass: pass.name, runs: 0, parts: 0 }
      taken.set(pass.name, { ...old, runs: old.runs + counts.runs - before, parts: old.parts + parts })
    },
    async needed() {
      current = 'what is needed'
      const needed: Needed[] = []
      for (const pass of options.passes ?? PASSES) {
        if (!('parts' in pass)) continue
        for (let layer = 0, parts = pass.parts(best, 0); parts.length > 0; parts = pass.parts(best, ++layer)) {
          for (const part of parts) {
            const smaller = prune(pass.without(best, new Set([part])))
            const without = smaller.when.length === 0 ? EMPTY : await outcomeOf(smaller)
            if (cut || without.kind === 'fails') return undefined
            needed.push({ pass: pass.name, part, without })
          }
        }
      }
      return needed
    },
    figures: () => ({
      scenario: best,
      ...counts,
      taken: [...taken.values()],
      stepsBefore: stepCount(first),
      stepsAfter: stepCount(best),
    }),
  }
}

/** Nothing happens: nothing can go wrong. */
const EMPTY: Outcome = { kind: 'passes' }
