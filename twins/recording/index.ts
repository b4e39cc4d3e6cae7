import { z } from 'zod'
import { headerOf, type Recording } from '../har.ts'
import type { PriceList } from '../money.ts'
import { Resources, type Row } from '../resources.ts'
import type { Json } from '../trace.ts'
import { createTwinApp, type Gap, NotModelled, type Twin, type TwinDefinition } from '../twin.ts'
import type { World } from '../world.ts'
import {
  asIdLike,
  distance,
  exactKey,
  isObject,
  type Learnt,
  learn,
  parse,
  type Template,
  templateOf,
} from './learn.ts'

/** Nothing: what there was before is read off the recordings. */
export type Seed = Readonly<Record<never, never>>

export type RecordingOptions = {
  readonly name: string
  readonly recordings: readonly Recording[]
  /** Origins to answer at, of those recorded; all of them when left out. */
  readonly origins?: readonly string[]
  readonly prices?: PriceList
}

const GAPS: readonly Gap[] = [
  { what: 'everything', why: 'Assumed: what was recorded is what the service does; it rejects what was not.' },
]

type State = { readonly resources: Resources; readonly played: Map<string, number> }
const stateSchema = z.strictObject({ resources: z.json(), played: z.record(z.string(), z.number()) })

/**
 * A twin from recorded traffic. Ids that an answer gives and a later request uses define resources: they are created, read,
 * changed, listed and deleted in state, in the shapes that were recorded. Other requests are answered as they were, to the
 * letter; what was not recorded rejects and names the nearest that was. Throws when the recordings hold nothing.
 */
export function recordingTwin({ name, recordings, origins, prices = [] }: RecordingOptions): TwinDefinition<Seed> {
  const exchanges = recordings.flatMap((recording) => recording.exchanges)
  const recorded = [...new Set(exchanges.map(({ url }) => new URL(url).origin))]
  const at = origins ?? recorded
  const wanted = exchanges.filter(({ url }) => at.includes(new URL(url).origin))
  if (wanted.length === 0)
    throw new Error(`twin "${name}": expected recorded requests to ${at.join(', ') || 'some origin'}, got none.`)
  const learnt = learn(wanted)
  return {
    name,
    origins: at,
    apiVersions: [],
    seed: z.strictObject({}),
    prices,
    gaps: GAPS,
    operations: [...learnt.templates.values()].map(({ operation }) => operation),
    happenings: [],
    events: ['inferred', 'recorded'],
    latencyMs: { min: 20, max: 200 },
    create: (world) => createRecorded(world, name, learnt),
  }
}

function createRecorded(world: World, name: string, learnt: Learnt): Twin {
  const state: State = { resources: new Resources(), played: new Map() }
  for (const { collection, id, row } of learnt.before) state.resources.put(collection, id, row)
  const app = createTwinApp(name)
  for (const template of learnt.templates.values()) {
    app.on(template.operation, `${template.method} ${template.path}`, async (c) => {
      const url = new URL(c.req.url)
      const text = await c.req.text()
      const answer = answerTo({ world, name, state, learnt, template, url, text })
      return new Response(answer.body === undefined ? null : JSON.stringify(answer.body), {
        status: answer.status,
        headers: answer.body === undefined ? {} : { 'Content-Type': answer.type ?? 'application/json' },
      })
    })
  }
  return {
    operationOf: app.operationOf,
    async fetch(request) {
      const url = new URL(request.url)
      if (app.operationOf(request.method, url) !== undefined) return app.fetch(request)
      throw notRecorded(name, learnt, `${request.method} ${url.pathname}`)
    },
    failure: (status, retryAfterMs) =>
      Response.json(
        { message: 'injected failure' },
        {
          status,
          headers: retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) },
        },
      ),
    happen(event) {
      throw new NotModelled(name, `the event ${event}`, 'Nothing was recorded of events.')
    },
    snapshot: () => ({ resources: state.resources.snapshot(), played: Object.fromEntries(state.played) }),
    restore(json) {
      const { resources, played } = stateSchema.parse(json)
      state.resources.restore(resources as Json)
      state.played.clear()
      for (const [key, times] of Object.entries(played)) state.played.set(key, times)
    },
  }
}

/** Loud: nobody knows what the service says to this. */
function notRecorded(name: string, learnt: Learnt, asked: string): NotModelled {
  const known = [...learnt.templates.values()].map(({ method, path }) => `${method} ${path}`)
  const [nearest] = known.toSorted((a, b) => distance(asked, a) - distance(asked, b))
  return new NotModelled(
    name,
    asked,
    `It was not recorded; the nearest that was is ${nearest ?? 'nothing'}. Record it, or write it by hand.`,
  )
}

type Ask = {
  readonly world: World
  readonly name: string
  readonly state: State
  readonly learnt: Learnt
  readonly template: Template
  readonly url: URL
  readonly text: string
}
type Answer = { readonly status: number; readonly body?: Json; readonly type?: string }

function answerTo(ask: Ask): Answer {
  const { world, name, template } = ask
  const fromState = actOnState(ask)
  if (fromState !== undefined) {
    world.trace.record(`${name}.inferred`, { operation: template.operation, how: template.how ?? null })
    return fromState
  }
  const again = playAgain(ask)
  if (again !== undefined) {
    world.trace.record(`${name}.recorded`, { operation: template.operation })
    return again
  }
  throw notRecorded(
    name,
    ask.learnt,
    `${template.method} ${ask.url.pathname}${ask.url.search}${ask.text === '' ? '' : ` with ${ask.text.slice(0, 200)}`}`,
  )
}

/** The answer that state gives; undefined where this is about no resource, or nothing recorded says what it looks like. */
function actOnState({ world, state, learnt, template, url, text }: Ask): Answer | undefined {
  const { how, good } = template
  if (how === undefined) return undefined
  const { collection, id } = templateOf(learnt, url.pathname)
  const { resources } = state
  const sent = parse(text)
  const fields = isObject(sent) ? sent : {}
  if (how === 'list') {
    if (good === undefined) return undefined
    const rows = resources.rows(collection)
    return { status: good.status, body: withRows(good.body, template.listKey, rows) }
  }
  if (how === 'create') {
    if (good === undefined || !isObject(good.body)) return undefined
    const made = String(asIdLike(good.body[template.idField] ?? '', resources.rows(collection).length, world))
    const numeric = typeof good.body[template.idField] === 'number'
    const row: Row = { ...echoed(good.body, fields), [template.idField]: numeric ? Number(made) : made }
    resources.put(collection, made, row)
    return { status: good.status, body: row }
  }
  const row = resources.get(collection, id)
  if (row === undefined) {
    const { missing } = template
    return missing === undefined
      ? undefined
      : { status: missing.status, ...(missing.body === undefined ? {} : { body: missing.body }) }
  }
  if (how === 'read') return { status: good?.status ?? 200, body: row }
  if (good === undefined) return undefined
  if (how === 'delete') {
    resources.remove(collection, id)
    const body = isObject(good.body) ? { ...good.body, ...pick(row, Object.keys(good.body)) } : good.body
    return { status: good.status, ...(body === undefined ? {} : { body }) }
  }
  const next = { ...row, ...echoed(row, fields), [template.idField]: row[template.idField] ?? id }
  resources.put(collection, id, next)
  return { status: good.status, ...(good.body === undefined ? {} : { body: next }) }
}

const pick = (row: Row, keys: readonly string[]): Row =>
  Object.fromEntries(keys.flatMap((key) => (row[key] === undefined ? [] : [[key, row[key] ?? null]])))

/** A recorded body with what a request says of the same fields. */
const echoed = (body: Row, fields: Row): Row => ({
  ...body,
  ...Object.fromEntries(Object.entries(fields).filter(([key]) => Object.hasOwn(body, key))),
})

function withRows(body: Json | undefined, key: string | undefined, rows: readonly Row[]): Json {
  if (key === undefined || !isObject(body)) return rows
  return { ...body, [key]: rows }
}

/** The recorded answer to this very request; one asked several times gives its answers in their order, then the last. */
function playAgain({ state, learnt, template, url, text }: Ask): Answer | undefined {
  const key = exactKey(template.method, url, text)
  const takes = learnt.exact.get(key)
  if (takes === undefined) return undefined
  const nth = state.played.get(key) ?? 0
  state.played.set(key, nth + 1)
  const exchange = takes[Math.min(nth, takes.length - 1)]
  if (exchange === undefined) return undefined
  const type = headerOf(exchange.responseHeaders, 'content-type')
  const raw = Buffer.from(exchange.responseBody ?? []).toString()
  const body = raw === '' ? undefined : (parse(raw) ?? raw)
  return { status: exchange.status, ...(body === undefined ? {} : { body }), ...(type === undefined ? {} : { type }) }
}
