import fc from 'fast-check'
import type { Scenario } from '../../scenarios/scenario.ts'
import type { Json } from '../../twins/trace.ts'
import { resolveRef, valuesOf } from './json-schema.ts'
import { aFault, aWhile, storyOf, type Unnamed } from './story.ts'

type Record_ = { readonly [key: string]: unknown }
const isRecord = (value: unknown): value is Record_ =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** One operation of an OpenAPI document, as far as a request needs it. */
type Operation = {
  readonly method: string
  readonly path: string
  readonly parameters: readonly {
    readonly name: string
    readonly in: string
    readonly required: boolean
    readonly schema: unknown
  }[]
  readonly body: unknown
  readonly bodyRequired: boolean
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

function operationsOf(document: unknown): readonly Operation[] {
  const paths = isRecord(document) && isRecord(document.paths) ? document.paths : {}
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method): readonly Operation[] => {
      const found = isRecord(item) ? item[method] : undefined
      if (!isRecord(item) || !isRecord(found)) return []
      const listed = [item.parameters, found.parameters].flatMap((list) => (Array.isArray(list) ? list : []))
      const parameters = listed
        .map((one) => resolveRef(one, document))
        .map(({ name, in: place, required, schema }) => ({
          name: String(name),
          in: String(place),
          required: required === true || place === 'path',
          schema: schema ?? {},
        }))
      const body = resolveRef(found.requestBody ?? {}, document)
      const content = isRecord(body.content) ? body.content['application/json'] : undefined
      return [
        {
          method: method.toUpperCase(),
          path,
          parameters,
          body: isRecord(content) ? content.schema : undefined,
          bodyRequired: body.required === true,
        },
      ]
    }),
  )
}

export type OpenApiOptions = {
  readonly id: string
  readonly clock: string
  readonly given?: Readonly<Record<string, Json>>
  /** Operations of twins that can go wrong. */
  readonly operations?: readonly string[]
  readonly stepsMax?: number
}

/**
 * Stories out of a service's own OpenAPI document: valid requests in any order, edges of ranges included. A path such as
 * `/orders/{id}` takes the id that an earlier `POST /orders` answered with, where there is one.
 */
export function scenariosFromOpenApi(document: unknown, options: OpenApiOptions): fc.Arbitrary<Scenario> {
  const all = operationsOf(document)
  if (all.length === 0) throw new Error('expected an OpenAPI document with paths, got none.')
  const { operations = [], stepsMax = 6 } = options
  const requests = fc.oneof(...all.map((operation) => requestOf(operation, document)))
  const step: fc.Arbitrary<Unnamed> =
    operations.length === 0
      ? fc.oneof({ weight: 8, arbitrary: requests }, { weight: 1, arbitrary: aWhile })
      : fc.oneof(
          { weight: 8, arbitrary: requests },
          { weight: 1, arbitrary: aWhile },
          { weight: 2, arbitrary: aFault(operations) },
        )
  return fc.array(step, { minLength: 1, maxLength: stepsMax }).map((steps) => linked(storyOf(options, steps)))
}

function requestOf(operation: Operation, document: unknown): fc.Arbitrary<Unnamed> {
  const { method, path, parameters, body, bodyRequired } = operation
  const values = (place: string): fc.Arbitrary<Readonly<Record<string, Json>>> => {
    const own = parameters.filter((one) => one.in === place)
    const fields = Object.fromEntries(own.map(({ name, schema }) => [name, valuesOf(schema, document)]))
    return fc
      .record(fields, { requiredKeys: own.filter(({ required }) => required).map(({ name }) => name) })
      .map((value) => ({ ...value }))
  }
  const json =
    body === undefined
      ? fc.constant(undefined)
      : bodyRequired
        ? valuesOf(body, document)
        : fc.option(valuesOf(body, document), { nil: undefined })
  return fc.tuple(values('path'), values('query'), values('header'), json).map(([inPath, query, headers, value]) => {
    const target = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(String(inPath[name] ?? 'x')))
    const search = new URLSearchParams(
      Object.entries(query).map(([name, item]): [string, string] => [
        name,
        typeof item === 'string' ? item : JSON.stringify(item),
      ]),
    ).toString()
    return {
      kind: 'call',
      method,
      path: `${target}${search === '' ? '' : `?${search}`}`,
      headers: Object.fromEntries(Object.entries(headers).map(([name, item]) => [name.toLowerCase(), String(item)])),
      body: value === undefined ? undefined : { json: value },
      capture: {},
      // Where the path came from, for those who link steps: it is no part of a step and is taken off again.
      template: path,
    } as Unnamed
  })
}

/** Puts the id that a `POST /orders` sent, or is answered with, in place of the one in a later `/orders/{id}`. */
function linked(scenario: Scenario): Scenario {
  const made = new Map<string, { readonly step: string; readonly sent: Json | undefined }>()
  const when = scenario.when.map((one) => {
    if (one.kind !== 'call') return one
    const { template, ...step } = one as typeof one & { readonly template?: string }
    const [, collection = '', rest = ''] = /^(.*?)\/\{[^}]+\}(.*)$/.exec(template ?? '') ?? []
    const source = made.get(collection)
    const sent =
      step.body !== undefined && 'json' in step.body && isRecord(step.body.json)
        ? (step.body.json.id as Json | undefined)
        : undefined
    if (template !== undefined && collection === '' && step.method === 'POST')
      made.set(template, { step: step.id, sent })
    if (source === undefined || rest.includes('{')) return step
    const id = source.sent === undefined ? `{{${source.step}.body.id}}` : encodeURIComponent(String(source.sent))
    return { ...step, path: `${collection}/${id}${rest}${/\?.*$/.exec(step.path)?.[0] ?? ''}` }
  })
  return { ...scenario, when }
}
