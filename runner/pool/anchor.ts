import type { Scenario } from '../../scenarios/scenario.ts'

/** Ways to try a case. */
export type Trials = {
  /** Whether the check fails on the candidate, in the same way. */
  readonly fails: (scenario: Scenario) => Promise<boolean>
  /** Whether it fails on the base; undefined where there is none. */
  readonly failsOnBase: ((scenario: Scenario) => Promise<boolean>) | undefined
}

/** What keeps a smaller case from failing for another reason than the whole did. */
export type Anchor = {
  readonly holds: (smaller: Scenario) => Promise<boolean>
  /** Nothing tells the reasons apart: only faults may go. */
  readonly keepStory: boolean
  /** How many runs a smaller case takes when it is tried whole. */
  readonly runs: 1 | 2
}

const FREE: Anchor = { holds: async () => true, keepStory: false, runs: 1 }

/**
 * A check that something is there fails as well where nothing happens at all, so shrinking would end at an empty case that shows
 * nothing. Then a smaller case has to hold where the whole did: on the base, or else without its faults.
 */
export async function anchorOf(scenario: Scenario, { fails, failsOnBase }: Trials): Promise<Anchor> {
  const silent = { ...scenario, when: [] }
  // Some worlds cannot do without what is given: then a silent one is empty enough.
  if (!(await fails({ ...silent, given: {} })) && !(await fails(silent))) return FREE
  if (failsOnBase !== undefined && !(await failsOnBase(scenario)))
    return { holds: async (smaller) => !(await failsOnBase(smaller)), keepStory: false, runs: 2 }
  const quiet = withoutFaults(scenario)
  if (quiet.when.length < scenario.when.length && !(await fails(quiet)))
    return { holds: async (smaller) => !(await fails(withoutFaults(smaller))), keepStory: false, runs: 2 }
  return { ...FREE, keepStory: true }
}

const withoutFaults = (scenario: Scenario): Scenario => ({
  ...scenario,
  when: scenario.when.filter(({ kind }) => kind !== 'fault' && kind !== 'heal'),
})
