import type { Run } from '../../scenarios/run.ts'
import type { CallStep, Scenario, Step } from '../../scenarios/scenario.ts'

/** So long after the fault's end a service is well again. */
const WITHIN_MS = 120_000
/** The name of the step that asks. */
const ID = 'recovery'

export type Recovery = { readonly scenario: Scenario; readonly isBack: (run: Run) => boolean }

/**
 * The recovery rule that every incident carries: two minutes after the fault is over, the same request is served again. Undefined
 * where there is no fault that ends, or no request to ask with.
 */
export function withRecovery(scenario: Scenario): Recovery | undefined {
  const faults = scenario.when.flatMap((step) => (step.kind === 'fault' ? [step.fault] : []))
  const asked = scenario.when
    .flatMap((step): readonly Step[] => (step.kind === 'together' ? step.calls : [step]))
    .findLast((step): step is CallStep => step.kind === 'call')
  if (faults.length === 0 || asked === undefined) return undefined
  const startMs = Date.parse(scenario.clock)
  const overMs = Math.max(
    ...faults.map(({ untilMs }) => (untilMs === undefined ? 0 : untilMs - startMs)),
    ...scenario.when.map(({ atMs }) => atMs ?? 0),
  )
  const heal = faults.map(
    ({ on }, at): Step => ({ kind: 'heal', id: `${ID}-heal-${at + 1}`, on, atMs: overMs, place: scenario.place }),
  )
  const probe: CallStep = { ...asked, id: ID, atMs: overMs + WITHIN_MS, capture: {} }
  const horizonMs = Math.max(scenario.horizonMs, overMs + WITHIN_MS + 60_000)
  return {
    scenario: { ...scenario, horizonMs, when: [...scenario.when, ...heal, probe], then: [] },
    isBack(run) {
      const status = run.answers[ID]?.status ?? 0
      return status > 0 && status < 500
    },
  }
}
