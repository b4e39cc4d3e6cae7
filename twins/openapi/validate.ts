import { Ajv, type ValidateFunction } from 'ajv'
import type { Json } from '../trace.ts'
import { isObject, type Operation, type Parameter, type Schema } from './document.ts'

/** Where a request departs from what the document says. */
export type Mismatch = { readonly at: string; readonly message: string }

/** OpenAPI 3.0 says `nullable` where JSON Schema has a type of its own, and knows keywords that check nothing. */
function toJsonSchema(value: Json): Json {
  if (Array.isArray(value)) return value.map((one: Json) => toJsonSchema(one))
  if (!isObject(value)) return value
  const {
    nullable,
    example: _,
    discriminator: __,
    xml: ___,
    externalDocs: ____,
    exclusiveMinimum,
    exclusiveMaximum,
    ...rest
  } = value
  const inner: Record<string, Json> = {}
  for (const [key, one] of Object.entries(rest)) if (!key.startsWith('x-')) inner[key] = toJsonSchema(one ?? null)
  if (typeof exclusiveMinimum === 'number') inner.exclusiveMinimum = exclusiveMinimum
  else if (exclusiveMinimum === true && inner.minimum !== undefined) inner.exclusiveMinimum = inner.minimum
  if (typeof exclusiveMaximum === 'number') inner.exclusiveMaximum = exclusiveMaximum
  else if (exclusiveMaximum === true && inner.maximum !== undefined) inner.exclusiveMaximum = inner.maximum
  if (nullable !== true) return inner
  if (typeof inner.type === 'string') inner.type = [inner.type, 'null']
  if (Array.isArray(inner.enum)) inner.enum = [...(inner.enum as readonly Json[]), null]
  return inner.$ref === undefined ? inner : { anyOf: [inner, { type: 'null' }] }
}

/** Checks requests and answers against the schemas of a document; each is compiled when it is first needed. */
export class Validator {
  readonly #ajv: Ajv
  readonly #compiled = new Map<string, ValidateFunction>()

  constructor(document: unknown) {
    this.#ajv = new Ajv({ strict: false, coerceTypes: false, validateFormats: false, allErrors: false })
    // The whole document, so that references lead where they say.
    this.#ajv.addSchema({ $id: 'document', ...(toJsonSchema(document as Json) as object) })
  }

  /** The first mismatch of `value` with `schema`; `key` names the schema. */
  check(key: string, schema: Schema | undefined, value: Json | undefined): Mismatch | undefined {
    if (schema === undefined || Object.keys(schema).length === 0) return undefined
    let validate = this.#compiled.get(key)
    if (validate === undefined) {
      validate = this.#ajv.compile(rebased(toJsonSchema(schema)) as object)
      this.#compiled.set(key, validate)
    }
    if (validate(value)) return undefined
    const [error] = validate.errors ?? []
    return { at: error?.instancePath ?? '', message: error?.message ?? 'does not fit' }
  }

  /** The first mismatch of a request. */
  request(
    operation: Operation,
    values: ReadonlyMap<Parameter, string | readonly string[] | undefined>,
    body: Json | undefined,
  ): Mismatch | undefined {
    for (const [parameter, given] of values) {
      if (given === undefined) {
        if (parameter.required) return { at: parameter.name, message: 'is required' }
        continue
      }
      const value = coerce(parameter.schema, given)
      const bad = this.check(`${operation.name} ${parameter.in} ${parameter.name}`, parameter.schema, value)
      if (bad !== undefined) return { at: parameter.name, message: bad.message }
    }
    if (operation.body === undefined) return undefined
    if (body === undefined) return operation.body.required ? { at: 'body', message: 'is required' } : undefined
    const bad = this.check(`${operation.name} body`, operation.body.schema, body)
    return bad === undefined ? undefined : { at: bad.at.slice(1).replaceAll('/', '.') || 'body', message: bad.message }
  }
}

/** References within the document, as seen from outside it. */
function rebased(value: Json): Json {
  if (Array.isArray(value)) return value.map((one: Json) => rebased(one))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      key === '$ref' && typeof one === 'string' ? `document${one}` : rebased(one ?? null),
    ]),
  )
}

/** A parameter is text on the wire; what it means its schema says. */
export function coerce(schema: Schema, given: string | readonly string[]): Json {
  if (schema.type === 'array') {
    const parts = typeof given === 'string' ? given.split(',') : given
    return parts.map((part) => coerce(isObject(schema.items) ? schema.items : {}, part))
  }
  const text = typeof given === 'string' ? given : (given[0] ?? '')
  if ((schema.type === 'integer' || schema.type === 'number') && text.trim() !== '' && !Number.isNaN(Number(text)))
    return Number(text)
  if (schema.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
