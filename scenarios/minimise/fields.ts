import type { CallStep, Scenario, Step } from '../scenario.ts'
import { type At, keyOf, partsOf, withoutParts } from './json-parts.ts'
import type { Pass } from './pass.ts'
import { callsOf } from './refer.ts'

/** The parts of one layer, named by the step and what of it they stand in. */
const named = (step: string, of: string, all: readonly At[], layer: number): readonly string[] =>
  all.filter(({ length }) => length === layer + 1).map((at) => `${step} ${of} ${keyOf(at)}`)

/** What calls and events say, level by level: bodies, headers, captures. */
export const fields: Pass = {
  name: 'fields',
  parts: (scenario, layer) => [
    ...callsOf(scenario).flatMap(({ id, body, headers, capture }) => [
      ...(body !== undefined && 'json' in body ? named(id, 'body', partsOf(body.json), layer) : []),
      ...named(id, 'headers', partsOf(headers), layer),
      ...named(id, 'capture', partsOf(capture), layer),
    ]),
    ...scenario.when.flatMap((step) =>
      step.kind === 'event' ? named(step.id, 'with', partsOf(step.fields), layer) : [],
    ),
  ],
  without(scenario, gone) {
    const ofStep = (id: string, of: string): ReadonlySet<string> => {
      const start = `${id} ${of} `
      return new Set([...gone].filter((part) => part.startsWith(start)).map((part) => part.slice(start.length)))
    }
    return mapSteps(scenario, {
      call: (one) => ({
        ...one,
        body:
          one.body !== undefined && 'json' in one.body
            ? { json: withoutParts(one.body.json, ofStep(one.id, 'body')) }
            : one.body,
        headers: withoutParts(one.headers, ofStep(one.id, 'headers')) as CallStep['headers'],
        capture: withoutParts(one.capture, ofStep(one.id, 'capture')) as CallStep['capture'],
      }),
      other: (step) =>
        step.kind === 'event' ? { ...step, fields: withoutParts(step.fields, ofStep(step.id, 'with')) } : step,
    })
  },
}

/** Every step changed: calls, wherever they stand, and the others. */
export const mapSteps = (
  scenario: Scenario,
  change: { readonly call: (call: CallStep) => CallStep; readonly other?: (step: Step) => Step },
): Scenario => ({
  ...scenario,
  when: scenario.when.map((step) =>
    step.kind === 'call'
      ? change.call(step)
      : step.kind === 'together'
        ? { ...step, calls: step.calls.map(change.call) }
        : (change.other?.(step) ?? step),
  ),
})
