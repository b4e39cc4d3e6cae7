import type { Scenario, Step } from '../../scenarios/scenario.ts'
import type { Fault } from '../../twins/faults.ts'
import { createRng } from '../../twins/rng.ts'

/** A scenario whose surroundings are a little different. */
export type EnvironmentMutant = {
  readonly scenario: Scenario
  readonly how: 'fault removed' | 'fault added' | 'zone changed' | 'clock moved'
  readonly what: string
}

const shown = (fault: Fault): string => `${fault.kind} on ${fault.on}`

/** Each fault of the scenario left out, one at a time: if no check and no trace changes, the fault never strikes. */
export const faultsRemoved = (scenario: Scenario): readonly EnvironmentMutant[] =>
  scenario.when.flatMap((step, at): readonly EnvironmentMutant[] =>
    step.kind === 'fault'
      ? [
          {
            scenario: { ...scenario, when: scenario.when.filter((_, index) => index !== at) },
            how: 'fault removed',
            what: `${shown(step.fault)} (step ${step.id})`,
          },
        ]
      : [],
  )

/** Faults that a scenario does not have, one at a time: the first call of each operation it makes fails in one way. */
export function faultsAdded(
  scenario: Scenario,
  operations: readonly string[],
  seed: string,
): readonly EnvironmentMutant[] {
  const rng = createRng(`${seed}/${scenario.id}`)
  return operations.map((on) => {
    const fault = rng.pick(KINDS)(on)
    const step: Step = { kind: 'fault', id: 'added-fault', atMs: undefined, place: scenario.place, fault }
    return { scenario: { ...scenario, when: before(scenario.when, step) }, how: 'fault added', what: shown(fault) }
  })
}

/** The step is put first; the one after keeps its time. */
const before = (steps: readonly Step[], step: Step): readonly Step[] => [{ ...step, atMs: 0 }, ...steps]

const KINDS: readonly ((on: string) => Fault)[] = [
  (on) => ({ on, kind: 'answer-lost', nth: 1 }),
  (on) => ({ on, kind: 'timeout', nth: 1 }),
  (on) => ({ on, kind: 'status', status: 503, nth: 1 }),
  (on) => ({ on, kind: 'slow', byMs: 20_000, nth: 1 }),
  (on) => ({ on, kind: 'reset', nth: 1 }),
]

const DAY_MS = 86_400_000

/** Another zone, and another day of the same week: what holds here should hold there. Scenarios with a zone of their own keep it. */
export function placesChanged(scenario: Scenario): readonly EnvironmentMutant[] {
  if (scenario.zone !== undefined) return []
  const later = new Date(Date.parse(scenario.clock) + 7 * DAY_MS).toISOString().replace('.000Z', 'Z')
  return [
    { scenario: { ...scenario, zone: 'Pacific/Auckland' }, how: 'zone changed', what: 'Pacific/Auckland for UTC' },
    { scenario: { ...scenario, clock: later }, how: 'clock moved', what: 'seven days later' },
  ]
}
