/** A schema of an OpenAPI 3.0 document, as far as it says what shape a value has. */
export type Schema = {
  readonly $ref?: string
  readonly type?: string
  readonly nullable?: boolean
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly allOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
}
export type Schemas = Readonly<Record<string, Schema>>

/**
 * Where `value` differs from `schema`, a line each. Of several shapes that are allowed the nearest one is told of, and a field that no
 * shape names is told as well: validators do neither, so this is one.
 */
export function differences(schemas: Schemas, schema: Schema | null, value: unknown, at = ''): readonly string[] {
  if (schema === null) return ['the answer: has a body']
  const shapes = alternatives(schemas, schema)
  let nearest: readonly string[] | undefined
  for (const shape of shapes) {
    const found = against(schemas, shape, value, at)
    if (nearest === undefined || distance(found, at) < distance(nearest, at)) nearest = found
    if (nearest.length === 0) break
  }
  return nearest ?? []
}

/** A word that a shape does not know says more than a field, and so does its own type: mostly it is another kind of thing. */
const distance = (lines: readonly string[], at: string): number =>
  lines.reduce(
    (sum, line) => sum + (line.endsWith(OTHER) || line.startsWith(`${at === '' ? ANSWER : at}: is `) ? 20 : 1),
    0,
  )
const OTHER = 'none of its words'
const ANSWER = 'the answer'

/** The shapes that a schema allows, without references and choices at their top. */
function alternatives(schemas: Schemas, schema: Schema): readonly Schema[] {
  if (schema.$ref !== undefined) {
    const { $ref, ...more } = schema
    const found = schemas[$ref.slice($ref.lastIndexOf('/') + 1)]
    if (found === undefined) throw new Error(`expected ${$ref} in the description, got none`)
    return alternatives(schemas, joined(found, more))
  }
  const { allOf, oneOf, anyOf, ...own } = schema
  const choices = oneOf ?? anyOf
  let shapes: readonly Schema[] = [own]
  for (const part of allOf ?? [])
    shapes = alternatives(schemas, part).flatMap((one) => shapes.map((shape) => joined(shape, one)))
  if (choices === undefined) return shapes
  const nullable = own.nullable === true ? [{ nullable: true, enum: [null] }] : []
  const chosen = choices.flatMap((choice) => alternatives(schemas, choice))
  return [...chosen.flatMap((one) => shapes.map((shape) => joined(shape, one))), ...nullable]
}

const joined = (one: Schema, other: Schema): Schema => ({
  ...one,
  ...other,
  ...(one.properties === undefined && other.properties === undefined
    ? {}
    : { properties: { ...one.properties, ...other.properties } }),
  required: [...(one.required ?? []), ...(other.required ?? [])],
})

function against(schemas: Schemas, schema: Schema, value: unknown, at: string): readonly string[] {
  const say = (what: string): readonly string[] => [`${at === '' ? ANSWER : at}: ${what}`]
  if (value === null) {
    const free = schema.type === undefined && schema.properties === undefined && schema.enum === undefined
    return schema.nullable === true || free || schema.enum?.includes(null) === true ? [] : say('is null')
  }
  const kind = kindOf(value)
  const wanted = schema.type ?? (schema.properties === undefined ? undefined : 'object')
  if (wanted !== undefined && wanted !== kind && !(wanted === 'number' && kind === 'integer'))
    return say(`is ${kind}, not ${wanted}`)
  if (schema.enum !== undefined && !schema.enum.includes(value)) return say(`is ${JSON.stringify(value)}, ${OTHER}`)
  if (typeof value === 'string' && !formed(schema.format, value))
    return say(`${JSON.stringify(value)} is no ${schema.format}`)
  if (Array.isArray(value)) {
    const { items } = schema
    return items === undefined ? [] : value.flatMap((one, index) => differences(schemas, items, one, `${at}[${index}]`))
  }
  return typeof value === 'object' ? fields(schemas, schema, value as Readonly<Record<string, unknown>>, at) : []
}

function fields(
  schemas: Schemas,
  { properties = {}, required = [], additionalProperties }: Schema,
  value: Readonly<Record<string, unknown>>,
  at: string,
): readonly string[] {
  const below = (name: string): string => (at === '' ? name : `${at}.${name}`)
  const missing = [...new Set(required)].filter((name) => value[name] === undefined)
  const open = additionalProperties ?? Object.keys(properties).length === 0
  return [
    ...missing.map((name) => `${below(name)}: is missing`),
    ...Object.entries(value).flatMap(([name, one]) => {
      const known = Object.hasOwn(properties, name) ? properties[name] : undefined
      if (known !== undefined) return differences(schemas, known, one, below(name))
      if (typeof open === 'object') return differences(schemas, open, one, below(name))
      return open ? [] : [`${below(name)}: is no field of it`]
    }),
  ]
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

function formed(format: string | undefined, value: string): boolean {
  if (format === 'date-time') return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value)
  return format !== 'uri' || URL.canParse(value)
}
