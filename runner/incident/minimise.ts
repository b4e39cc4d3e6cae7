import { type Minimised, minimise, type Outcome, type Progress } from '../../scenarios/minimise/minimise.ts'
import type { CallStep, Scenario, Step } from '../../scenarios/scenario.ts'
import type { Player } from '../pool/player.ts'
import { type Project, withDefaults } from '../project.ts'
import { printOf, type Target } from './target.ts'

export type MinimiseIncidentOptions = {
  readonly project: Project
  /** The state of the source on which the incident fails. */
  readonly red: Player
  readonly target: Target
  readonly seed: string
  readonly runsMax: number
  readonly expired?: (() => boolean) | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/**
 * The smallest incident that breaks the same check in the same way; undefined when it does not break it. What else was expected is
 * left out: a sum that was observed over a thousand requests says nothing of the five that are left.
 */
export async function minimiseIncident(
  scenario: Scenario,
  options: MinimiseIncidentOptions,
): Promise<Minimised | undefined> {
  const { project, red, target, seed, runsMax, expired, onProgress } = options
  const { of } = target
  const then =
    of.kind === 'rule'
      ? [{ kind: 'rule' as const, id: of.rule.id, place: scenario.place }]
      : of.kind === 'expectation'
        ? [of.expectation]
        : scenario.then
  const test = async (smaller: Scenario): Promise<Outcome> => {
    if (of.kind === 'expectation' && !smaller.then.includes(of.expectation))
      return { kind: 'unresolved', why: 'the step that is judged is gone' }
    try {
      const run = await red.one(withDefaults(smaller, project.config.defaults), seed)
      if (of.kind !== 'subject' && run.ending.kind !== 'horizon')
        return { kind: 'unresolved', why: run.ending.message.split('\n')[0] ?? run.ending.kind }
      return { kind: printOf(target, smaller, run) === target.fingerprint ? 'fails' : 'passes' }
    } catch (error) {
      // A starting state that its twin refuses.
      return { kind: 'unresolved', why: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) }
    }
  }
  return minimise({ ...withNames(scenario), then }, { test, runsMax, expired, onProgress })
}

/** Every step by a name of its own: a number would be another step's once some are gone. */
export function withNames(scenario: Scenario): Scenario {
  const named = <S extends Step | CallStep>(step: S): S => (/^\d/.test(step.id) ? { ...step, id: `s${step.id}` } : step)
  const when = scenario.when.map((step): Step => {
    const one = named(step)
    return one.kind === 'together' ? { ...one, calls: one.calls.map(named) } : one
  })
  return { ...scenario, when }
}
