import { storyLine } from '../../scenarios/minimise/explain.ts'
import { minimise, type Outcome } from '../../scenarios/minimise/minimise.ts'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { withNames } from '../incident/minimise.ts'
import type { Comparison } from './group.ts'

/** The smallest traffic that still shows one kind of difference. */
export type SmallestTraffic = { readonly scenario: Scenario; readonly words: string; readonly minimal: boolean }

export type Sides = {
  /** Both sides' runs of a story. */
  readonly play: (scenario: Scenario) => Promise<readonly [Run, Run]>
  readonly compare: (base: Run, candidate: Run) => Comparison
}

/** Makes the traffic small for one kind of difference; undefined when it does not come back. */
export async function smallestTraffic(
  traffic: Scenario,
  about: string,
  { play, compare }: Sides,
  runsMax: number,
): Promise<SmallestTraffic | undefined> {
  const test = async (scenario: Scenario): Promise<Outcome> => {
    try {
      const [base, candidate] = await play(scenario)
      if (base.ending.kind !== 'horizon') return { kind: 'unresolved', why: base.ending.message }
      const found = compare(base, candidate).groups.some((group) => group.about === about)
      return { kind: found ? 'fails' : 'passes' }
    } catch (error) {
      // A starting state that its twin refuses.
      return { kind: 'unresolved', why: error instanceof Error ? error.message : String(error) }
    }
  }
  const found = await minimise(withNames(traffic), { test, runsMax })
  if (found === undefined) return undefined
  const { scenario, minimal, stepsAfter, stepsBefore } = found
  return { scenario, minimal, words: `${stepsAfter} of ${stepsBefore} steps: ${storyLine(scenario)}` }
}
