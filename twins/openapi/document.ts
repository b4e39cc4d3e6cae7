import { z } from 'zod'
import type { Json } from '../trace.ts'

export type Schema = { readonly [keyword: string]: Json }
export type Parameter = {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly schema: Schema
}

/** One operation of a document, with what it takes and gives. */
export type Operation = {
  readonly name: string
  readonly method: string
  /** `/pets/{petId}`. */
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly body: { readonly required: boolean; readonly type: string; readonly schema: Schema } | undefined
  /** Schemas of answers by status: `200`, `4XX`, `default`; undefined for one without a body. */
  readonly answers: ReadonlyMap<string, Schema | undefined>
}

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'] as const

const documentSchema = z.looseObject({
  openapi: z.string().regex(/^3\./, 'an OpenAPI document of version 3'),
  servers: z.array(z.looseObject({ url: z.string() })).optional(),
  paths: z.record(z.string(), z.record(z.string(), z.json())),
})

/** An OpenAPI document that can be looked into; `$ref`s are followed when they are met. */
export class Document {
  readonly #root: Json
  readonly origin: string | undefined
  /** What stands before every path: `/v1` of `https://api.pets.test/v1`. */
  readonly base: string
  readonly operations: readonly Operation[]

  /** Throws, naming the place, when it is no OpenAPI 3 document. */
  constructor(json: unknown, where = 'the document') {
    const parsed = documentSchema.safeParse(json)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw new Error(
        `${where}: expected an OpenAPI 3 document, got ${issue?.message ?? 'something else'} at ${issue?.path.join('.') || 'the top'}.`,
      )
    }
    this.#root = json as Json
    const url = parsed.data.servers?.[0]?.url
    const server = url !== undefined && URL.canParse(url) ? new URL(url) : undefined
    this.origin = server?.origin
    this.base = (server?.pathname ?? (url?.startsWith('/') === true ? url : '')).replace(/\/$/, '')
    this.operations = Object.entries(parsed.data.paths).flatMap(([path, item]) =>
      METHODS.flatMap((method) => (item[method] === undefined ? [] : [this.#operation(path, method, item)])),
    )
  }

  /** The thing itself, where `value` is a reference to it. */
  follow(value: Json | undefined): Schema {
    let at = value
    for (let hops = 0; isObject(at) && typeof at.$ref === 'string'; hops++) {
      if (hops > 50) throw new Error(`expected a reference to end, got ${at.$ref} in a circle.`)
      at = this.#lookUp(at.$ref)
    }
    return isObject(at) ? at : {}
  }

  #lookUp(ref: string): Json {
    if (!ref.startsWith('#/'))
      throw new Error(`expected a reference within the document, got ${ref}. Bundle the document first.`)
    let at: Json | undefined = this.#root
    for (const part of ref.slice(2).split('/')) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
      at = isObject(at) ? at[key] : Array.isArray(at) ? (at as readonly Json[])[Number(key)] : undefined
    }
    if (at === undefined) throw new Error(`expected something at ${ref}, got nothing.`)
    return at
  }

  #operation(path: string, method: string, item: { readonly [key: string]: Json }): Operation {
    const operation = this.follow(item[method])
    const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [])
    const parameters = [...list(item.parameters), ...list(operation.parameters)].map((one): Parameter => {
      const { name, in: place, required, schema } = this.follow(one)
      return { name: String(name), in: String(place), required: required === true, schema: this.follow(schema) }
    })
    const body = operation.requestBody === undefined ? undefined : this.follow(operation.requestBody)
    const content = body === undefined ? undefined : this.#content(body.content)
    const answers = new Map(
      Object.entries(isObject(operation.responses) ? operation.responses : {}).map(([status, answer]) => [
        status,
        this.#content(this.follow(answer).content)?.schema,
      ]),
    )
    return {
      name:
        typeof operation.operationId === 'string' ? operation.operationId.replaceAll('/', '.') : nameOf(method, path),
      method: method.toUpperCase(),
      path,
      parameters,
      body: content === undefined ? undefined : { ...content, required: body?.required === true },
      answers,
    }
  }

  #content(content: Json | undefined): { readonly type: string; readonly schema: Schema } | undefined {
    if (!isObject(content)) return undefined
    const types = Object.keys(content)
    const type = types.find((one) => one.includes('json')) ?? types.find((one) => one.includes('form')) ?? types[0]
    if (type === undefined) return undefined
    const { schema } = this.follow(content[type])
    return { type, schema: schema === undefined ? {} : (schema as Schema) }
  }
}

export const isObject = (value: Json | undefined): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `GET /pets/{id}/toys` gives `get.pets.id.toys`. */
const nameOf = (method: string, path: string): string =>
  [method, ...path.split('/').filter(Boolean)].map((part) => part.replaceAll(/\W/g, '')).join('.')
