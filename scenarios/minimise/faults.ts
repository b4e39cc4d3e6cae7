import type { Fault } from '../../twins/faults.ts'
import type { Step } from '../scenario.ts'
import type { Pass } from './pass.ts'

/** Without these a fault is a simpler one: it hits more, or it hits in the usual way. */
const CONDITIONS = ['rate', 'where', 'silent', 'untilMs', 'times'] as const satisfies readonly (keyof Fault)[]

const keyOf = ({ id }: Step, condition: string): string => `${id} ${condition}`

/** Faults and their ends; then the conditions of those that stay. */
export const faults: Pass = {
  name: 'faults',
  parts({ when }, layer) {
    if (layer === 0) return when.flatMap(({ kind, id }) => (kind === 'fault' || kind === 'heal' ? [id] : []))
    if (layer > 1) return []
    return when.flatMap((step) =>
      step.kind !== 'fault'
        ? []
        : CONDITIONS.filter((condition) => step.fault[condition] !== undefined).map((one) => keyOf(step, one)),
    )
  },
  without: (scenario, gone) => ({
    ...scenario,
    when: scenario.when.flatMap((step): readonly Step[] => {
      if (step.kind !== 'fault' && step.kind !== 'heal') return [step]
      if (gone.has(step.id)) return []
      return step.kind === 'heal'
        ? [step]
        : [{ ...step, fault: plainer(step.fault, (one) => gone.has(keyOf(step, one))) }]
    }),
  }),
}

const plainer = (fault: Fault, goes: (condition: string) => boolean): Fault =>
  Object.fromEntries(
    Object.entries(fault).filter(([name]) => !(CONDITIONS as readonly string[]).includes(name) || !goes(name)),
  ) as Fault
