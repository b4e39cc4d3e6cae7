import fc from 'fast-check'
import type { Json } from '../../twins/trace.ts'

type Schema = { readonly [key: string]: unknown }
const isSchema = (value: unknown): value is Schema =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** A schema behind `$ref`s, which point into `document`. Throws on one that points nowhere. */
export function resolveRef(schema: unknown, document: unknown): Schema {
  let at = schema
  for (let hops = 0; isSchema(at) && typeof at.$ref === 'string'; hops++) {
    const { $ref } = at
    if (hops > 20 || !$ref.startsWith('#/')) throw new Error(`expected a $ref inside the document, got "${$ref}".`)
    at = $ref
      .slice(2)
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>((value, part) => (isSchema(value) ? value[part] : undefined), document)
    if (at === undefined) throw new Error(`expected something at ${$ref}, got nothing.`)
  }
  return isSchema(at) ? at : {}
}

/** Values that a JSON Schema (as in OpenAPI 3.0 and 3.1) allows, the edges of its ranges among them. */
export function valuesOf(schema: unknown, document: unknown, depth = 0): fc.Arbitrary<Json> {
  const one = resolveRef(schema, document)
  const values = plainValues(one, document, depth)
  const nullable = one.nullable === true || (Array.isArray(one.type) && one.type.includes('null'))
  return nullable ? fc.oneof({ weight: 4, arbitrary: values }, { weight: 1, arbitrary: fc.constant(null) }) : values
}

function plainValues(one: Schema, document: unknown, depth: number): fc.Arbitrary<Json> {
  if ('const' in one) return fc.constant(one.const as Json)
  if (Array.isArray(one.enum)) return fc.constantFrom(...(one.enum as readonly Json[]))
  if (Array.isArray(one.allOf)) return valuesOf(merged(one, one.allOf, document), document, depth)
  const choice = one.oneOf ?? one.anyOf
  if (Array.isArray(choice)) return fc.oneof(...choice.map((part) => valuesOf(part, document, depth)))
  switch (typeOf(one)) {
    case 'object':
      return objects(one, document, depth)
    case 'array': {
      const most = depth > 3 ? 0 : Math.min(number(one.maxItems) ?? 3, 5)
      const least = Math.min(number(one.minItems) ?? 0, most)
      return fc
        .array(valuesOf(one.items ?? {}, document, depth + 1), { minLength: least, maxLength: most })
        .map((list): Json => list)
    }
    case 'integer':
    case 'number': {
      const step = number(one.multipleOf) ?? (typeOf(one) === 'integer' ? 1 : 0.01)
      const low = Math.ceil((number(one.minimum) ?? (number(one.exclusiveMinimum) ?? -1000 - step) + step) / step)
      const high = Math.floor((number(one.maximum) ?? (number(one.exclusiveMaximum) ?? 1_000_000 + step) - step) / step)
      const scaled = (n: number): number => Number((n * step).toFixed(10))
      return fc
        .oneof(fc.constantFrom(low, Math.min(high, low + 1), high), fc.integer({ min: low, max: Math.max(low, high) }))
        .map(scaled)
    }
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return strings(one)
  }
}

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
const typeOf = ({ type, properties, items }: Schema): unknown =>
  Array.isArray(type)
    ? type.find((one) => one !== 'null')
    : (type ?? (properties === undefined ? (items === undefined ? undefined : 'array') : 'object'))

/** The parts of an `allOf` as one schema: properties and what is required add up. */
function merged(one: Schema, parts: readonly unknown[], document: unknown): Schema {
  const all = [{ ...one, allOf: undefined }, ...parts.map((part) => resolveRef(part, document))]
  const properties = Object.assign({}, ...all.map(({ properties: own }) => own ?? {})) as Schema
  const required = all.flatMap(({ required: own }) => (Array.isArray(own) ? own : []))
  return Object.assign({}, ...all, { properties, required, allOf: undefined, type: 'object' }) as Schema
}

function objects(one: Schema, document: unknown, depth: number): fc.Arbitrary<Json> {
  const properties = isSchema(one.properties) ? one.properties : {}
  const required = Array.isArray(one.required) ? one.required.map(String) : []
  const names = Object.keys(properties).filter((name) => depth < 4 || required.includes(name))
  const fields = Object.fromEntries(names.map((name) => [name, valuesOf(properties[name], document, depth + 1)]))
  return fc
    .record(fields, { requiredKeys: names.filter((name) => required.includes(name)) })
    .map((value): Json => ({ ...value }))
}

const DAYS = fc
  .integer({ min: 0, max: 3650 })
  .map((days) => new Date(Date.UTC(2024, 0, 1) + days * 86_400_000).toISOString())
const FORMATS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  date: DAYS.map((text) => text.slice(0, 10)),
  'date-time': DAYS,
  email: fc.stringMatching(/^[a-z]{1,8}$/).map((name) => `${name}@example.test`),
  uuid: fc.uuid(),
  uri: fc.stringMatching(/^[a-z]{1,8}$/).map((name) => `https://${name}.example.test/`),
}

function strings(one: Schema): fc.Arbitrary<string> {
  if (typeof one.pattern === 'string') return fc.stringMatching(new RegExp(one.pattern))
  const format = typeof one.format === 'string' ? FORMATS[one.format] : undefined
  if (format !== undefined) return format
  const minLength = number(one.minLength) ?? 0
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(number(one.maxLength) ?? 12, 40)) })
}
