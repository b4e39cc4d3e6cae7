import type { CallStep, Scenario, Step } from '../scenario.ts'
import type { Pass } from './pass.ts'

/** The scenario without some calls. A group of one is no group. */
export const withoutSteps = (scenario: Scenario, goes: (call: CallStep) => boolean): Scenario => ({
  ...scenario,
  when: scenario.when.flatMap((step): readonly Step[] => {
    if (step.kind === 'call') return goes(step) ? [] : [step]
    if (step.kind !== 'together') return [step]
    const calls = step.calls.filter((call) => !goes(call))
    const [only] = calls
    if (only === undefined) return []
    return calls.length === 1 ? [{ ...only, atMs: step.atMs }] : [{ ...step, calls }]
  }),
})

/** Each thing that happens by itself, apart from faults. */
export const records: Pass = {
  name: 'records',
  parts: ({ when }, layer) =>
    layer > 0
      ? []
      : when.flatMap((step) => {
          switch (step.kind) {
            case 'fault':
            case 'heal':
              return []
            case 'together':
              return step.calls.map(({ id }) => id)
            default:
              return [step.id]
          }
        }),
  without(scenario, gone) {
    const calls = withoutSteps(scenario, ({ id }) => gone.has(id))
    return { ...calls, when: calls.when.filter(({ kind, id }) => kind === 'together' || !gone.has(id)) }
  },
}
