import type { Json } from '../../twins/trace.ts'
import type { TwinDefinition } from '../../twins/twin.ts'
import { createWorld } from '../../twins/world.ts'
import type { Problem } from '../scenario.ts'
import { suggest } from './nearest.ts'
import { type PlacedYaml, validate } from './yaml.ts'

/** Starting states, each judged by its twin: by its schema, and by whether it can start with it. */
export function readGiven(
  raw: unknown,
  { yaml, twins }: { readonly yaml: PlacedYaml; readonly twins: readonly TwinDefinition<unknown>[] },
  problems: Problem[],
): Readonly<Record<string, Json>> {
  const given: Record<string, Json> = {}
  if (raw === null || typeof raw !== 'object') return given
  for (const [name, state] of Object.entries(raw)) {
    const twin = twins.find((definition) => definition.name === name)
    if (twin === undefined) {
      problems.push(
        yaml.problem(
          ['given', name],
          `unknown twin "${name}".${suggest(
            name,
            twins.map((one) => one.name),
          )}`,
          true,
        ),
      )
      continue
    }
    // The twin's own schema judges its part; what is kept is the text as written, so that it prints and shrinks.
    const seed = validate(twin.seed, state, yaml, ['given', name], problems)
    const refusal = seed === undefined ? undefined : refusalOf(twin, seed)
    if (refusal !== undefined) problems.push(yaml.problem(['given', name], refusal, true))
    given[name] = state as Json
  }
  return given
}

/**
 * Why a twin cannot start with a state that has the right shape, such as a member whom nobody knows. What needs files or a database is
 * found when it is played.
 */
function refusalOf(twin: TwinDefinition<unknown>, seed: unknown): string | undefined {
  if (twin.filled !== undefined || twin.origins.some((origin) => origin.startsWith('tcp:'))) return undefined
  try {
    twin.create(createWorld({ seed: 'given', startsAt: '2030-01-01T00:00:00Z' }), seed)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
