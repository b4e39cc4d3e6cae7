import { PARTS, ROLES } from '../../scenarios/library/roles.ts'
import { LIBRARY_TWINS } from '../../scenarios/library/twins/index.ts'
import type { TwinDefinition } from '../../twins/twin.ts'
import { TWINS } from '../twins.ts'

/** Every twin that can play a role where the library is proven. */
export const STAGE_TWINS: readonly TwinDefinition<unknown>[] = [...TWINS, ...LIBRARY_TWINS]

/** The roles as twins: an incident is read and checked in their words, before it is bound to anything. */
export const VOCABULARY: readonly TwinDefinition<unknown>[] = ROLES.map(({ name, twin }) => {
  const definition = STAGE_TWINS.find((one) => one.name === twin)
  if (definition === undefined) throw new Error(`role "${name}": expected a twin "${twin}", got none. See roles.ts.`)
  if (definition.name === name) return definition
  const words = (kind: 'calls' | 'events' | 'happenings'): readonly string[] => [
    ...new Set(PARTS.filter(({ role }) => role === name).flatMap((part) => Object.keys(part[kind]))),
  ]
  return { ...definition, name, operations: words('calls'), events: words('events'), happenings: words('happenings') }
})
