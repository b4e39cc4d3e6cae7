import type { Json } from '../trace.ts'
import { defaultUserType, type Org, rowOf, text } from './org.ts'
import { isRow, type Row } from './store.ts'
import { groupBase, userBase } from './tables/attributes.ts'
import { invalid } from './wire.ts'

/** What a profile is of, and what Okta calls it when it refuses one. */
export type Profiled = { readonly kind: 'user'; readonly type: string } | { readonly kind: 'group' }

function schemaOf(org: Org, of: Profiled): Row {
  if (of.kind === 'group') return org.store.get('~documents', '/api/v1/meta/schemas/group/default') ?? {}
  const name = of.type === defaultUserType(org) ? 'default' : of.type.replace(/^oty/, 'osc')
  return org.store.get('~documents', `/api/v1/meta/schemas/user/${name}`) ?? {}
}

const BASES: Readonly<Record<Profiled['kind'], ReadonlySet<string>>> = {
  user: new Set(Object.keys(userBase())),
  group: new Set(Object.keys(groupBase())),
}

const propertiesOf = (schema: Row, part: 'base' | 'custom'): Row =>
  rowOf(rowOf(rowOf(schema.definitions)[part]).properties)

/** Attributes that the seed shows profiles to have, whatever the schema says. */
const shownBySeed = ({ seed }: Org, kind: Profiled['kind']): readonly string[] => [
  ...(seed.attributes?.[kind] ?? []),
  ...(kind === 'user' ? (seed.users ?? []).flatMap(({ profile }) => Object.keys(profile ?? {})) : []),
]

function fits(value: Json, property: Row): boolean {
  switch (property.type) {
    case 'string':
      return typeof value === 'string'
    case 'boolean':
      return typeof value === 'boolean'
    case 'number':
      return typeof value === 'number'
    case 'integer':
      return Number.isInteger(value)
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isRow(value)
    default:
      return true
  }
}

/** What is wrong with a value; undefined where nothing is. Assumed: the words for types, lengths and lists. */
function fault(name: string, value: Json, property: Row): string | undefined {
  if (!fits(value, property)) return `${name}: The value is not of the type ${text(property.type)}`
  const { minLength, maxLength, minimum, maximum } = property
  if (typeof value === 'string') {
    const [least, most] = [Number(minLength ?? 0), Number(maxLength ?? Number.POSITIVE_INFINITY)]
    if (value.length < least || value.length > most) return `${name}: The length must be between ${least} and ${most}`
  }
  if (typeof value === 'number') {
    const [least, most] = [Number(minimum ?? Number.NEGATIVE_INFINITY), Number(maximum ?? Number.POSITIVE_INFINITY)]
    if (value < least || value > most) return `${name}: The value must be between ${least} and ${most}`
  }
  const allowed = Array.isArray(property.enum) ? property.enum : undefined
  return allowed === undefined || allowed.includes(value) ? undefined : `${name}: The value is not one of those allowed`
}

/**
 * Throws what Okta refuses about the attributes of a profile: those its schema does not know, and values that the schema does not allow.
 * What a profile had `before` it may keep.
 * Source: https://github.com/okta/okta-sdk-java/issues/1609 (2026-11-26), for an attribute that is not known.
 */
export function checkAttributes(org: Org, of: Profiled, profile: Row, what: string, before: Row = {}): void {
  const schema = schemaOf(org, of)
  const custom = propertiesOf(schema, 'custom')
  const base = BASES[of.kind]
  const shown = new Set(shownBySeed(org, of.kind))
  for (const [name, value] of Object.entries(profile)) {
    const kept = JSON.stringify(value) === JSON.stringify(before[name])
    if (value === null || value === undefined || kept || base.has(name)) continue
    const property = custom[name]
    if (!isRow(property)) {
      if (shown.has(name) || propertiesOf(schema, 'base')[name] !== undefined) continue
      throw invalid(what, `Property name '${name}' is not defined in profile`)
    }
    const wrong = fault(name, value, property)
    if (wrong !== undefined) throw invalid(what, wrong)
  }
  for (const [name, property] of Object.entries(custom))
    if (
      rowOf(property).required === true &&
      (profile[name] === undefined || profile[name] === null || profile[name] === '')
    )
      throw invalid(what, `${name}: The field cannot be left blank`)
}

/** Attributes of written profiles that no base has and no schema of the recording makes: they were known before. */
export function attributesIn(profiles: readonly Row[], kind: Profiled['kind']): readonly string[] {
  const names = profiles.flatMap((profile) => Object.keys(profile))
  return [...new Set(names)].filter((name) => !BASES[kind].has(name)).sort()
}
