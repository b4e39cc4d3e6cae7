import type { TwinDefinition } from '../../twins/twin.ts'
import { createWorld } from '../../twins/world.ts'
import { SCORES } from '../fidelity/scores.ts'
import { seedJsonSchema } from './given-schema.ts'
import type { Shape } from './skeleton.ts'

/** All that a scenario may say of a twin, and what it is worth. */
export type Guide = {
  readonly name: string
  readonly origins: readonly string[]
  readonly apiVersions: readonly string[]
  /** What stands under `given.<name>`, as JSON Schema. */
  readonly given: Shape
  /** For `fault: { on }` and `calls:`, with the twin's name before it. */
  readonly operations: readonly string[]
  /** For `calls:` and rules: what the twin tells of itself beside its operations. */
  readonly events: readonly string[]
  /** For `event:`: what can happen at the vendor's side. */
  readonly happenings: readonly string[]
  /** For `with:` of those, as JSON Schema, where the twin says so. */
  readonly happeningFields: Readonly<Record<string, Shape>>
  /** For `state:`; undefined where only a running twin knows, as a database does. */
  readonly states: readonly string[] | undefined
  readonly gaps: TwinDefinition<unknown>['gaps']
  /** Share of recorded exchanges that it answers alike, 0 to 1; null where it was never measured. */
  readonly fidelity: number | null
}

export function guideOf(twin: TwinDefinition<unknown>): Guide {
  const { name, origins, apiVersions, operations, events, happenings, happeningFields = {}, gaps } = twin
  return {
    name,
    origins,
    apiVersions,
    given: seedJsonSchema(twin),
    operations,
    events,
    happenings,
    happeningFields: Object.fromEntries(
      Object.entries(happeningFields).map(([event, seed]) => [event, seedJsonSchema({ name: event, seed })]),
    ),
    states: statesOf(twin),
    gaps,
    fidelity: SCORES[name]?.fidelity ?? null,
  }
}

/** A list's name; other keys hold what one row keeps beside it. */
const NAME = /^[A-Za-z_]+$/

/** The lists and values that an empty twin holds. */
function statesOf({ origins, seed, create }: TwinDefinition<unknown>): readonly string[] | undefined {
  const empty = seed.safeParse({})
  if (!empty.success || origins.some((origin) => origin.startsWith('tcp:'))) return undefined
  const state = create(createWorld({ seed: 'guide', startsAt: '2030-01-01T00:00:00Z' }), empty.data).snapshot()
  return state === null || typeof state !== 'object' || Array.isArray(state)
    ? undefined
    : Object.keys(state).filter((key) => NAME.test(key))
}
