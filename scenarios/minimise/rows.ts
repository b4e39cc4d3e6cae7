import type { Json } from '../../twins/trace.ts'
import { type At, keyOf, partsOf, withoutParts } from './json-parts.ts'
import type { Pass } from './pass.ts'

const inLayer = (all: readonly At[], layer: number): readonly string[] =>
  all.filter(({ length }) => length === layer + 1).map(keyOf)

/** What the twins start from: a whole twin's state, its lists, their rows, what a row says. */
export const rows: Pass = {
  name: 'twin rows',
  parts: ({ given }, layer) => inLayer(partsOf(given), layer),
  without(scenario, gone) {
    const given = withoutParts(scenario.given, gone)
    return { ...scenario, given: given as Readonly<Record<string, Json>> }
  },
}
