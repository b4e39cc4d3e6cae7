import type { Rng } from '../rng.ts'
import type { Json } from '../trace.ts'
import { type Document, isObject, type Schema } from './document.ts'

export type Generation = {
  readonly document: Document
  readonly rng: Rng
  readonly nowMs: number
}

const DEPTH_MAX = 6
const WORDS =
  'amber birch cedar delta ember fjord grove haven indigo juniper kelp lotus maple north ocean pine quartz river'.split(
    ' ',
  )

/** A value that meets `schema`: the document's own examples, defaults and first choices, else made up from the world's chance. */
export function generate(schema: Json | undefined, on: Generation, name = '', depth = 0): Json {
  const shape = merged(on.document.follow(schema), on.document)
  const given = shape.const ?? shape.example ?? firstOf(shape.examples) ?? shape.default ?? firstOf(shape.enum)
  if (given !== undefined) return given
  switch (typeOf(shape)) {
    case 'object':
      return generateObject(shape, on, depth)
    case 'array': {
      const count = Math.max(Number(shape.minItems ?? 0), 0)
      return depth > DEPTH_MAX ? [] : Array.from({ length: count }, () => generate(shape.items, on, name, depth + 1))
    }
    case 'integer':
    case 'number':
      return generateNumber(shape, on, name)
    case 'boolean':
      return false
    case 'null':
      return null
    default:
      return generateText(shape, on, name)
  }
}

const firstOf = (value: Json | undefined): Json | undefined =>
  Array.isArray(value) ? (value as readonly Json[])[0] : isObject(value) ? Object.values(value)[0] : undefined

/** The type of a schema; where it may be null as well, the other one. */
export function typeOf(shape: Schema): string {
  const { type } = shape
  if (Array.isArray(type)) return String((type as readonly Json[]).find((one) => one !== 'null') ?? 'null')
  if (typeof type === 'string') return type
  return shape.properties === undefined && shape.additionalProperties === undefined ? 'string' : 'object'
}

/** `allOf` taken together; of `oneOf` and `anyOf` the first. */
export function merged(shape: Schema, document: Document): Schema {
  const { allOf, oneOf, anyOf, ...rest } = shape
  const parts = Array.isArray(allOf) ? (allOf as readonly Json[]) : []
  const [choice] = [...((oneOf ?? anyOf ?? []) as readonly Json[])].filter(
    (one) => document.follow(one).type !== 'null',
  )
  const all = [...parts, ...(choice === undefined ? [] : [choice])].map((one) => merged(document.follow(one), document))
  let whole: Schema = rest
  for (const part of all) {
    const properties = { ...(part.properties as Schema | undefined), ...(whole.properties as Schema | undefined) }
    const required = [...((whole.required ?? []) as readonly Json[]), ...((part.required ?? []) as readonly Json[])]
    whole = Object.assign({}, part, whole, { properties, required })
  }
  return whole
}

function generateObject(shape: Schema, on: Generation, depth: number): Json {
  const properties = isObject(shape.properties) ? shape.properties : {}
  const required = Array.isArray(shape.required) ? (shape.required as readonly Json[]) : []
  const entries = Object.entries(properties).flatMap(([name, schema]): readonly (readonly [string, Json])[] => {
    const inner = merged(on.document.follow(schema), on.document)
    const needed = required.includes(name)
    // What may be left out or be null is so where it would go on and on.
    if (!needed && (depth >= 2 || inner.writeOnly === true)) return []
    if (inner.nullable === true && !needed) return [[name, null]]
    if (depth > DEPTH_MAX) return needed ? [[name, null]] : []
    return [[name, generate(schema, on, name, depth + 1)]]
  })
  return Object.fromEntries(entries)
}

function generateNumber(shape: Schema, on: Generation, name: string): Json {
  // Moments are now; whether in seconds or milliseconds the example would have said.
  if (/(^|_)(created|updated|modified)|_at$|At$/.test(name)) return Math.floor(on.nowMs / 1000)
  const min = Number(shape.minimum ?? shape.exclusiveMinimum ?? 0)
  const max = Number(shape.maximum ?? shape.exclusiveMaximum ?? min + 1000)
  const low = shape.exclusiveMinimum === undefined || shape.exclusiveMinimum === false ? min : min + 1
  return on.rng.int(Math.ceil(low), Math.max(Math.ceil(low), Math.floor(max)))
}

const HEX = '0123456789abcdef'

function generateText(shape: Schema, on: Generation, name: string): Json {
  switch (shape.format) {
    case 'date-time':
      return new Date(on.nowMs).toISOString()
    case 'date':
      return new Date(on.nowMs).toISOString().slice(0, 10)
    case 'uuid':
      return `${on.rng.text(8, HEX)}-${on.rng.text(4, HEX)}-4${on.rng.text(3, HEX)}-a${on.rng.text(3, HEX)}-${on.rng.text(12, HEX)}`
    case 'email':
      return `${on.rng.pick(WORDS)}@example.com`
    case 'uri':
    case 'url':
      return `https://example.com/${on.rng.pick(WORDS)}`
    case 'binary':
    case 'byte':
      return ''
    default: {
      const text = /id$/i.test(name) ? on.rng.text(16) : on.rng.pick(WORDS)
      const min = Number(shape.minLength ?? 0)
      const max = Number(shape.maxLength ?? Number.POSITIVE_INFINITY)
      return text.padEnd(min, 'x').slice(0, max)
    }
  }
}

/** An id in the shape of the document's example: `pet_4xK…` for `pet_123`, a number after the last for numbers. */
export function newId(shape: Schema, rows: number, on: Generation): string | number {
  const example = shape.example ?? firstOf(shape.examples)
  if (typeOf(shape) === 'integer' || typeof example === 'number') return rows + 1
  if (shape.format === 'uuid') return String(generateText(shape, on, 'id'))
  const [, prefix = '', rest = ''] = /^([A-Za-z]+[_-])?(.*)$/.exec(typeof example === 'string' ? example : '') ?? []
  const alphabet = /^\d+$/.test(rest) ? '0123456789' : /^[0-9a-f]+$/.test(rest) ? HEX : undefined
  return prefix + on.rng.text(Math.max(rest.length, 12), alphabet)
}
