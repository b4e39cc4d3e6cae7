import type { Context } from 'hono'
import qs from 'qs'
import { z } from 'zod'
import type { PriceList } from '../money.ts'
import { Resources, type Row } from '../resources.ts'
import type { Json } from '../trace.ts'
import { createTwinApp, type Gap, NotModelled, type TwinDefinition } from '../twin.ts'
import type { World } from '../world.ts'
import { Document, isObject, type Operation, type Parameter, type Schema } from './document.ts'
import { type Generation, generate, merged, newId, typeOf } from './generate.ts'
import { goodAnswer, type Inference, inferAll, listIn } from './infer.ts'
import { coerce, type Mismatch, Validator } from './validate.ts'

/** Rows of each collection, by its path: `{ "/pets": [{ id: 1, name: Rex }] }`. */
export type Seed = Readonly<Record<string, readonly Row[]>>

export type Answer = {
  readonly status: number
  readonly body?: Json
  readonly headers?: Readonly<Record<string, string>>
}

/** What an override has to work with. */
export type Call = {
  readonly world: World
  readonly resources: Resources
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Json | undefined
  /** What would be answered without the override. */
  readonly inferred: () => Answer
}

/** What somebody knows better than the document: small, by hand, and checked against it. */
export type Overrides = {
  /** By operation: another answer, still held against the document's schema. */
  readonly routes?: Readonly<Record<string, (call: Call) => Answer>>
  /** How a status moves: `{ 'status': { open: ['closed'] } }` for each field that is one. A move that is not listed is refused with 409. */
  readonly transitions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  /** The body of an error: `error(404, 'No such pet')`. */
  readonly error?: (status: number, message: string) => Json
}

export type OpenApiOptions = {
  readonly name: string
  /** The parsed document. */
  readonly document: unknown
  /** Where it is reached; the document's first server when left out. */
  readonly origin?: string
  readonly overrides?: Overrides
  readonly prices?: PriceList
}

const GAPS: readonly Gap[] = [
  { what: 'everything', why: 'Assumed: inferred from the document, which says what answers look like and not why.' },
]
const PAGE = 20

/**
 * A stateful twin from an OpenAPI document. Resources are inferred from pairs of paths, requests and answers are held against
 * the schemas, every inferred answer is labelled in the trace, and what fits no pattern rejects. Throws on a document it cannot read.
 */
export function openapiTwin({
  name,
  document: json,
  origin,
  overrides = {},
  prices = [],
}: OpenApiOptions): TwinDefinition<Seed> {
  const document = new Document(json, `twin "${name}"`)
  const at = origin ?? document.origin
  if (at === undefined)
    throw new Error(`twin "${name}": expected an origin, as the document names no server with a host. Give one.`)
  const inferences = inferAll(document)
  const known = new Set(document.operations.map((operation) => operation.name))
  for (const route of Object.keys(overrides.routes ?? {})) {
    if (!known.has(route))
      throw new Error(
        `twin "${name}": expected an override of an operation (${[...known].join(', ')}), got "${route}".`,
      )
  }
  const collections = new Set([...inferences.values()].map(({ collection }) => collection))
  const seed: z.ZodType<Seed> = z
    .record(z.string(), z.array(z.record(z.string(), z.json())))
    .refine(
      (seeds) => Object.keys(seeds).every((path) => [...collections].some((one) => fits(one, path))),
      `expected collections such as ${[...collections].slice(0, 3).join(', ')}`,
    )
  return {
    name,
    origins: [at],
    apiVersions: [],
    seed,
    prices,
    gaps: GAPS,
    operations: [...known],
    happenings: [],
    events: ['inferred'],
    latencyMs: { min: 20, max: 200 },
    create(world, rows) {
      const resources = new Resources()
      for (const [path, list] of Object.entries(rows)) plant(resources, inferences, path, list)
      const validator = new Validator(json)
      const app = createTwinApp(name)
      for (const operation of document.operations) {
        const route = `${operation.method} ${document.base}${operation.path.replaceAll(/\{([^}]+)\}/g, ':$1')}`
        const serve = createOperation({
          name,
          document,
          operation,
          overrides,
          validator,
          resources,
          world,
          inference: inferences.get(operation.name),
        })
        app.on(operation.name, route, serve)
      }
      return {
        operationOf: app.operationOf,
        fetch: app.fetch,
        failure: (status, retryAfterMs) =>
          Response.json(overrides.error?.(status, 'injected failure') ?? { message: 'injected failure' }, {
            status,
            headers: retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) },
          }),
        happen(event) {
          throw new NotModelled(name, `the event ${event}`, 'A document tells of no events.')
        },
        snapshot: () => resources.snapshot(),
        restore: (state) => resources.restore(state),
      }
    },
  }
}

/** Whether `/owners/1/pets` is a collection of the kind `/owners/{id}/pets`. */
const fits = (pattern: string, path: string): boolean =>
  new RegExp(`^${pattern.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path)

function plant(
  resources: Resources,
  inferences: ReadonlyMap<string, Inference>,
  path: string,
  rows: readonly Row[],
): void {
  const inference = [...inferences.values()].find(({ collection }) => fits(collection, path))
  for (const row of rows) resources.put(path, String(row[inference?.idField ?? 'id']), row)
}

type Parts = {
  readonly name: string
  readonly document: Document
  readonly operation: Operation
  readonly overrides: Overrides
  readonly validator: Validator
  readonly resources: Resources
  readonly world: World
  readonly inference: Inference | undefined
}

function createOperation(parts: Parts): (c: Context) => Promise<Response> {
  const { name, document, operation, overrides, validator, resources, world, inference } = parts
  const override = overrides.routes?.[operation.name]
  const generation = (): Generation => ({ document, rng: world.draw(operation.name), nowMs: world.clock.now() })
  const refuse = (status: number, message: string): Answer => ({
    status,
    body: errorBody(parts, status, message, generation()),
  })
  return async (c) => {
    const url = new URL(c.req.url)
    const params = c.req.param() as Readonly<Record<string, string>>
    const body = bodyOf(await c.req.text(), c.req.header('content-type'))
    const bad = validator.request(operation, parametersOf(operation, c, params, url.searchParams), body)
    const inferred = (): Answer => {
      if (inference === undefined) {
        throw new NotModelled(
          name,
          `${operation.method} ${operation.path}`,
          `No pair of paths tells what it does. Give overrides.routes["${operation.name}"].`,
        )
      }
      world.trace.record(`${name}.inferred`, {
        operation: operation.name,
        how: inference.how,
        collection: inference.collection,
      })
      return act({ ...parts, inference, params, query: url.searchParams, body, generation: generation(), refuse })
    }
    const answer =
      bad !== undefined
        ? refuse(statusOfMismatch(operation), sayMismatch(bad))
        : override === undefined
          ? inferred()
          : override({ world, resources, params, query: url.searchParams, body, inferred })
    checkAnswer(parts, answer)
    return answer.body === undefined
      ? new Response(null, { status: answer.status, headers: answer.headers ?? {} })
      : Response.json(answer.body, { status: answer.status, headers: answer.headers ?? {} })
  }
}

const sayMismatch = ({ at, message }: Mismatch): string => `${at}: ${message}`
/** 422 where the document has it for requests that do not fit, else 400. */
const statusOfMismatch = ({ answers }: Operation): number => (answers.has('422') && !answers.has('400') ? 422 : 400)

function bodyOf(text: string, type = ''): Json | undefined {
  if (text === '') return undefined
  if (type.includes('form')) return qs.parse(text, { depth: 8 }) as Json
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function parametersOf(
  operation: Operation,
  c: Context,
  params: Readonly<Record<string, string>>,
  query: URLSearchParams,
): ReadonlyMap<Parameter, string | readonly string[] | undefined> {
  return new Map(
    operation.parameters.map((parameter) => {
      const { name } = parameter
      switch (parameter.in) {
        case 'path':
          return [parameter, params[name]]
        case 'query': {
          const all = query.getAll(name)
          return [parameter, all.length === 0 ? undefined : all.length === 1 ? all[0] : all]
        }
        case 'header':
          // Credentials and the like are the client's affair.
          return [parameter, c.req.header(name) ?? (parameter.required ? '' : undefined)]
        default:
          return [{ ...parameter, required: false }, undefined]
      }
    }),
  )
}

function answerSchema({ answers }: Operation, status: number): Schema | undefined {
  return (
    answers.get(String(status)) ??
    answers.get(`${Math.floor(status / 100)}XX`) ??
    (status < 300 ? undefined : answers.get('default'))
  )
}

/** An error in the shape the document has for it, with the message where it has one. */
function errorBody(
  { operation, overrides, document }: Parts,
  status: number,
  message: string,
  generation: Generation,
): Json {
  const own = overrides.error?.(status, message)
  if (own !== undefined) return own
  const schema = answerSchema(operation, status)
  if (schema === undefined) return { message }
  return withMessage(generate(schema, generation), document.follow(schema), status, message)
}

function withMessage(value: Json, _schema: Schema, status: number, message: string): Json {
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      if (/^(message|detail|description|error_description)$/.test(key) && typeof one === 'string') return [key, message]
      if (/^(status|code)$/.test(key) && typeof one === 'number') return [key, status]
      return [key, isObject(one) ? withMessage(one, _schema, status, message) : one]
    }),
  )
}

/** An answer that the document does not allow is nobody's: not the vendor's, and not ours to give. */
function checkAnswer({ name, operation, validator }: Parts, { status, body }: Answer): void {
  const bad = validator.check(`${operation.name} ${status}`, answerSchema(operation, status), body)
  if (bad === undefined) return
  throw new NotModelled(
    name,
    `an answer to ${operation.name} that meets its schema (${status}${bad.at}: ${bad.message})`,
    `Give it with overrides.routes["${operation.name}"].`,
  )
}

type Act = Parts & {
  readonly inference: Inference
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: Json | undefined
  readonly generation: Generation
  readonly refuse: (status: number, message: string) => Answer
}

function act(on: Act): Answer {
  const { inference, params, resources, operation, document, refuse } = on
  const collection = inference.collection.replaceAll(/\{([^}]+)\}/g, (_, parameter: string) => params[parameter] ?? '')
  const parent = missingParent(on)
  if (parent !== undefined) return refuse(404, parent)
  const good = goodAnswer(operation)
  const status = good?.status ?? 200
  if (inference.how === 'list') return { status, body: listAnswer(on, collection, good?.schema) }
  if (inference.how === 'create') {
    const row = newRow(on, collection)
    resources.put(collection, String(row[inference.idField]), row)
    return { status, body: shown(row, good?.schema, document) }
  }
  const id = params[inference.parameter] ?? ''
  const row = resources.get(collection, id)
  if (row === undefined) return refuse(404, `no ${inference.parameter} ${id}`)
  switch (inference.how) {
    case 'read':
      return { status, body: shown(row, good?.schema, document) }
    case 'delete': {
      resources.remove(collection, id)
      return good?.schema === undefined ? { status } : { status, body: generatedFor(on, good.schema, row) }
    }
    case 'replace':
    case 'update': {
      const sent = isObject(on.body) ? on.body : {}
      const bad = badMove(on, row, sent)
      if (bad !== undefined) return refuse(409, bad)
      const kept = inference.how === 'replace' ? newRow(on, collection, row[inference.idField]) : row
      const next = touched(
        { ...kept, ...fieldsOf(on, sent), [inference.idField]: row[inference.idField] ?? id },
        inference.item,
        on.generation,
      )
      resources.put(collection, id, next)
      return good?.schema === undefined ? { status } : { status, body: shown(next, good.schema, document) }
    }
    default:
      return inference.how satisfies never
  }
}

/** `/owners/7/pets` needs an owner 7, where owners are a resource. */
function missingParent({ inference, params, resources }: Act): string | undefined {
  const parts = inference.collection.split('/')
  for (let end = 1; end < parts.length; end++) {
    const parameter = /^\{(.+)\}$/.exec(parts[end] ?? '')?.[1]
    if (parameter === undefined) continue
    const path = parts
      .slice(0, end)
      .join('/')
      .replaceAll(/\{([^}]+)\}/g, (_, name: string) => params[name] ?? '')
    const id = params[parameter] ?? ''
    const rows = resources.rows(path)
    if (rows.length > 0 && resources.get(path, id) === undefined) return `no ${parameter} ${id}`
  }
  return undefined
}

/** What a request says of fields that the resource has. */
function fieldsOf({ inference }: Act, sent: Schema): Row {
  const properties = isObject(inference.item.properties) ? inference.item.properties : {}
  const open = inference.item.additionalProperties !== false && Object.keys(properties).length === 0
  return Object.fromEntries(
    Object.entries(sent).filter(
      ([key]) => open || (Object.hasOwn(properties, key) && (properties[key] as Schema)?.readOnly !== true),
    ),
  )
}

function newRow(on: Act, collection: string, id?: Json): Row {
  const { inference, resources, generation, document } = on
  const made = generate(inference.item, generation)
  const properties = isObject(inference.item.properties) ? inference.item.properties : {}
  const idShape = merged(document.follow(properties[inference.idField]), document)
  const sent = isObject(on.body) ? fieldsOf(on, on.body) : {}
  const parents = Object.fromEntries(
    Object.entries(on.params).flatMap(([name, value]) =>
      Object.hasOwn(properties, name) ? [[name, coerce(document.follow(properties[name]), value)]] : [],
    ),
  )
  // Optional lists that the example fills are empty until somebody fills them.
  return {
    ...(isObject(made) ? made : {}),
    ...parents,
    ...sent,
    [inference.idField]: id ?? newId(idShape, resources.rows(collection).length, generation),
  }
}

/** `updated_at` and the like are now. */
function touched(row: Row, item: Schema, { nowMs }: Generation): Row {
  const properties = isObject(item.properties) ? item.properties : {}
  const moments = Object.keys(row).filter((key) => /^(updated|modified)(_?at|_?on|$)/i.test(key))
  const now = (key: string): Json =>
    typeOf((properties[key] as Schema | undefined) ?? {}) === 'string'
      ? new Date(nowMs).toISOString()
      : Math.floor(nowMs / 1000)
  return { ...row, ...Object.fromEntries(moments.map((key) => [key, now(key)])) }
}

/** A status moves as the overrides say; where they say nothing of it, as the caller says. */
function badMove({ overrides }: Act, row: Row, sent: Schema): string | undefined {
  for (const [field, moves] of Object.entries(overrides.transitions ?? {})) {
    const [from, to] = [row[field], sent[field]]
    if (typeof to !== 'string' || typeof from !== 'string' || from === to) continue
    if (moves[from]?.includes(to) !== true) return `${field} cannot move from ${from} to ${to}`
  }
  return undefined
}

/** A row as one answer shows it: the fields that its schema has. */
function shown(row: Row, schema: Schema | undefined, document: Document): Json {
  const shape = merged(document.follow(schema), document)
  const properties = isObject(shape.properties) ? shape.properties : {}
  if (Object.keys(properties).length === 0) return row
  const kept = Object.entries(row).filter(
    ([key]) => Object.hasOwn(properties, key) || shape.additionalProperties !== false,
  )
  return Object.fromEntries(kept)
}

/** An answer about a row that is not the row: its fields where names agree. */
function generatedFor({ generation }: Act, schema: Schema, row: Row): Json {
  const made = generate(schema, generation)
  if (!isObject(made)) return made
  return Object.fromEntries(
    Object.entries(made).map(([key, value]) => [key, key === 'deleted' ? true : (row[key] ?? value)]),
  )
}

function listAnswer(on: Act, collection: string, schema: Schema | undefined): Json {
  const { query, operation, resources, document, inference, generation } = on
  const takes = (name: string): boolean => operation.parameters.some((one) => one.in === 'query' && one.name === name)
  const properties = isObject(inference.item.properties) ? inference.item.properties : {}
  const wanted = resources
    .rows(collection)
    .filter((row) =>
      [...query].every(
        ([name, value]) => !Object.hasOwn(properties, name) || !takes(name) || String(row[name]) === value,
      ),
    )
  const given = (...names: readonly string[]): string | undefined =>
    names
      .filter(takes)
      .map((name) => query.get(name))
      .find((value) => value !== null) ?? undefined
  const limit = Number(given('limit', 'per_page', 'page_size', 'pageSize', 'maxResults', 'size') ?? PAGE)
  const after = given('starting_after', 'after', 'cursor', 'pageToken')
  const page = given('page')
  const behind = after === undefined ? 0 : wanted.findIndex((row) => String(row[inference.idField]) === after) + 1
  const start = Number(given('offset', 'skip') ?? (page === undefined ? behind : (Number(page) - 1) * limit))
  const rows = wanted.slice(start, start + limit)
  const list = listIn(schema, document)
  const bodies = rows.map((row) => shown(row, list?.item, document))
  if (list?.key === undefined) return bodies
  const envelope = generate(schema, generation)
  const more = start + limit < wanted.length
  const last = rows.at(-1)?.[inference.idField]
  return Object.fromEntries(
    Object.entries(isObject(envelope) ? envelope : {}).map(([key, value]) => {
      if (key === list.key) return [key, bodies]
      if (typeof value === 'boolean') return [key, /more|next/i.test(key) ? more : value]
      if (/^(total|count|total_?count|size)$/i.test(key) && typeof value === 'number') return [key, wanted.length]
      if (/next|cursor/i.test(key)) return [key, more ? String(last) : typeof value === 'string' ? '' : null]
      return [key, value]
    }),
  )
}
