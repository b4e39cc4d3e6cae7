import type { Json } from '../../twins/trace.ts'
import type { CallStep, Expectation, Scenario, Step } from '../scenario.ts'

/** All calls of a scenario, also those inside groups. */
export const callsOf = ({ when }: Pick<Scenario, 'when'>): readonly CallStep[] =>
  when.flatMap((step): readonly CallStep[] =>
    step.kind === 'call' ? [step] : step.kind === 'together' ? step.calls : [],
  )

const TEMPLATE = /\{\{\s*([^{}]+?)\s*\}\}/g

/** The names that templates in `value` begin with: captures and steps. */
export function referencesIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string')
    return [...value.matchAll(TEMPLATE)].map(([, reference = '']) => reference.split('.')[0] ?? '')
  if (value === null || value === undefined || typeof value !== 'object') return []
  return Object.values(value).flatMap((item) => referencesIn(item))
}

/** What a call gives to later steps: its answer by its id, and its captures. */
export const namesOf = ({ id, capture }: CallStep): readonly string[] => [id, ...Object.keys(capture)]

/** What a step needs of earlier ones. */
export function needsOf(step: Step): readonly string[] {
  switch (step.kind) {
    case 'call':
      return [
        ...referencesIn(step.path),
        ...referencesIn(step.headers),
        ...(step.body === undefined ? [] : referencesIn('json' in step.body ? step.body.json : step.body.text)),
      ]
    case 'together':
      return step.calls.flatMap(needsOf)
    case 'event':
      return referencesIn(step.fields)
    default:
      return []
  }
}

/** A consumer whose producer is gone: such a scenario says nothing, and is not worth a run. */
export function danglingIn(scenario: Scenario): { readonly step: string; readonly needs: string } | undefined {
  const known = new Set<string>()
  for (const step of scenario.when) {
    const needs = needsOf(step).find((name) => !known.has(name))
    if (needs !== undefined) return { step: step.id, needs }
    for (const call of step.kind === 'call' ? [step] : step.kind === 'together' ? step.calls : [])
      for (const name of namesOf(call)) known.add(name)
  }
  return undefined
}

/** The scenario without expectations about steps that are no longer there. */
export function prune(scenario: Scenario): Scenario {
  const steps = new Set(callsOf(scenario).map(({ id }) => id))
  const stands = (one: Expectation): boolean => one.kind !== 'answer' || steps.has(one.step)
  return scenario.then.every(stands) ? scenario : { ...scenario, then: scenario.then.filter(stands) }
}
