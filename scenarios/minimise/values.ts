import type { Json } from '../../twins/trace.ts'
import type { Scenario } from '../scenario.ts'
import { mapSteps } from './fields.ts'
import { leavesOf, valueAt, withValueAt } from './json-parts.ts'
import type { Choice } from './pass.ts'
import { callsOf } from './refer.ts'

/** Numbers and texts in requests, as plain as they can be: 0 before 1 before 5 before half before one less. */
export const plainerValues: Choice = {
  name: 'values',
  options(scenario) {
    const taken = textsOf(scenario)
    return callsOf(scenario).flatMap(({ id, body }) =>
      body === undefined || !('json' in body)
        ? []
        : leavesOf(body.json).map((at) =>
            plainer(valueAt(body.json, at) ?? null, taken).map((value) =>
              mapSteps(scenario, {
                call: (one) =>
                  one.id === id && one.body !== undefined && 'json' in one.body
                    ? { ...one, body: { json: withValueAt(one.body.json, at, value) } }
                    : one,
              }),
            ),
          ),
    )
  },
}

/** Values that are easier on the reader, the plainest first. */
function plainer(old: Json, taken: ReadonlySet<string>): readonly Json[] {
  if (typeof old === 'number') {
    const steps = [0, 1, 2, 5, 10, 50, 100, Math.trunc(old / 10), Math.trunc(old / 2), old - Math.sign(old)]
    const size = (n: number): number => Math.abs(n) + (n < 0 ? 0.5 : 0)
    return [...new Set(steps)].filter((n) => size(n) < size(old)).sort((a, b) => size(a) - size(b))
  }
  if (typeof old !== 'string' || old.includes('{{') || old.length < 2) return []
  // Two names that were different stay different.
  const letter = [...'abcdefghij'].find((one) => !taken.has(one))
  const half = old.slice(0, Math.ceil(old.length / 2))
  return [...(letter === undefined ? [] : [letter]), ...(half.length < old.length && !taken.has(half) ? [half] : [])]
}

const textsOf = (scenario: Scenario): ReadonlySet<string> =>
  new Set(
    callsOf(scenario).flatMap(({ body }) =>
      body === undefined || !('json' in body)
        ? []
        : leavesOf(body.json).flatMap((at) => {
            const value = valueAt(body.json, at)
            return typeof value === 'string' ? [value] : []
          }),
    ),
  )
