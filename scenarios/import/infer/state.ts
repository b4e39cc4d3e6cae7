import type { Exchange } from '../../../twins/har.ts'
import type { Json } from '../../../twins/trace.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import type { Fields, Note } from '../draft.ts'
import { type At, type Call, textOfBody } from '../evidence.ts'
import { asList, asObject, asText, parseLoose } from '../pick.ts'
import type { Caused } from './causes.ts'
import { urlOf } from './parties.ts'

/** What a twin had before the first call of the evidence, as its answers tell. */
export type Before = {
  readonly given: { readonly [twin: string]: Fields }
  readonly notes: readonly Note[]
  /** What is known to have been there and finds no place in a twin's seed; and what contradicts itself. */
  readonly doubts: readonly string[]
}

/** Reads starting states backwards from the answers of dependencies. `stepOf` names the step that caused a call, by its place in `outbound`. */
export function stateBefore(
  outbound: readonly Caused[],
  twins: readonly TwinDefinition<unknown>[],
  stepOf: (caused: Caused) => string | undefined,
): Before {
  const given: Record<string, Fields> = {}
  const notes: Note[] = []
  const doubts: string[] = []
  for (const [name, calls] of Map.groupBy(outbound, ({ twin }) => twin)) {
    const definition = twins.find((twin) => twin.name === name)
    if (definition === undefined) continue
    const told = calls.filter(({ call }) => call.status !== undefined && call.responseBody.kind !== 'absent')
    if (told.length === 0) continue
    const rows = rowsBefore(told)
    for (const doubt of rows.doubts) doubts.push(`${name}: ${doubt}`)
    const own = ownReading(definition, told, stepOf)
    const fitted = fitRows(definition, own, rows.rows)
    for (const { collection, count } of fitted.left)
      doubts.push(
        `${name}: ${count} of "${collection}" were there before, and the twin's starting state has no place for them`,
      )
    if (Object.keys(fitted.seed).length === 0) continue
    given[name] = fitted.seed
    notes.push({
      at: `given.${name}`,
      origin: 'derived',
      from: told.slice(0, 5).map(({ call }) => call.from),
      why: 'read backwards from answers: what was read before anything made it was there',
    })
  }
  return { given, notes, doubts }
}

const exchangeOf = (call: Call): Exchange => ({
  method: call.method,
  url: call.url,
  requestHeaders: call.requestHeaders ?? [],
  requestBody: call.requestBody.kind === 'bytes' ? call.requestBody.bytes : new Uint8Array(),
  status: call.status ?? 0,
  responseHeaders: call.responseHeaders ?? [],
  responseBody: call.responseBody.kind === 'bytes' ? call.responseBody.bytes : new Uint8Array(),
  atMs: call.startMs,
})

/** The exchanges of a twin with a place for each, as a recording of it. */
export const exchangesOf = (calls: readonly Call[]): readonly Exchange[] =>
  calls.filter((call) => call.status !== undefined && urlOf(call) !== undefined).map(exchangeOf)

/** What the twin's own profile reads off its recordings. It names requests by their place; here a step made them. */
function ownReading(
  definition: TwinDefinition<unknown>,
  told: readonly Caused[],
  stepOf: (caused: Caused) => string | undefined,
): Fields {
  try {
    const seed = definition.fidelity?.given?.(told.map(({ call }) => exchangeOf(call))) ?? {}
    const named = renamed(seed, (place) => {
      const caused = told[place - 1]
      return caused === undefined ? undefined : stepOf(caused)
    })
    return withoutEmpty(asObject(named) as Fields)
  } catch {
    // Answers of another shape than the profile knows give nothing, and do not stop the import.
    return {}
  }
}

function renamed(value: Json, stepAt: (place: number) => string | undefined): Json {
  if (Array.isArray(value)) return value.map((item: Json) => renamed(item, stepAt))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]): [string, Json][] => {
      if (item === undefined) return []
      const place = key === 'when' ? asText(asObject(item).step) : undefined
      if (place === undefined || !/^\d+$/.test(place)) return [[key, renamed(item as Json, stepAt)]]
      const step = stepAt(Number(place))
      return step === undefined ? [] : [[key, { ...asObject(item), step } as Json]]
    }),
  )
}

const withoutEmpty = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => {
      if (value === undefined || value === null) return false
      if (Array.isArray(value)) return value.length > 0
      return typeof value !== 'object' || Object.keys(value).length > 0
    }),
  )

type Row = { readonly collection: string; readonly id: string; readonly fields: Fields; readonly from: At }

/** Rules 1 to 5: the first look at a thing is the state before, if nothing here had made it. */
function rowsBefore(told: readonly Caused[]): { readonly rows: readonly Row[]; readonly doubts: readonly string[] } {
  const made = new Set<string>()
  const rows = new Map<string, Row>()
  const looks = new Map<string, string>()
  let contradictions = 0
  for (const { call, operation } of told) {
    const collection = operation?.split('.').slice(0, -1).join('.') ?? ''
    const body = parseLoose(textOfBody(call.responseBody) ?? '')
    const status = call.status ?? 0
    if (call.method !== 'GET') {
      // A write may change what later looks show: what was seen before says nothing against them.
      looks.clear()
      const id = asText(asObject(body).id)
      if (status < 300 && id !== undefined && (call.method === 'POST' || call.method === 'PUT')) made.add(id)
      continue
    }
    if (status >= 300 || body === undefined || collection === '') continue
    const text = JSON.stringify(body)
    const before = looks.get(call.url)
    if (before !== undefined && before !== text) contradictions += 1
    looks.set(call.url, text)
    for (const fields of rowsIn(body)) {
      const id = asText(fields.id)
      if (id === undefined || made.has(id) || rows.has(`${collection} ${id}`)) continue
      rows.set(`${collection} ${id}`, { collection, id, fields, from: call.from })
    }
  }
  const doubts =
    contradictions === 0
      ? []
      : [
          `${contradictions} times the same read gave another answer with no write between: somebody else wrote, or a cache answered`,
        ]
  return { rows: [...rows.values()], doubts }
}

function rowsIn(body: unknown): readonly Fields[] {
  const list = Array.isArray(body)
    ? body
    : Object.values(asObject(body)).find(
        (value) => Array.isArray(value) && value.length > 0 && typeof value[0] === 'object',
      )
  const own = asObject(body)
  return (asText(own.id) === undefined ? asList(list) : [body]).map((row) => asObject(row) as Fields)
}

/** Puts rows where the twin's seed takes rows of that name, with the fields it takes. */
function fitRows(
  definition: TwinDefinition<unknown>,
  own: Fields,
  rows: readonly Row[],
): { readonly seed: Fields; readonly left: readonly { readonly collection: string; readonly count: number }[] } {
  const seed: Record<string, Json | undefined> = definition.seed.safeParse(own).success ? { ...own } : {}
  const left: { collection: string; count: number }[] = []
  for (const [collection, group] of Map.groupBy(rows, (row) => row.collection)) {
    if (seed[collection] !== undefined) continue
    const fitting = group.flatMap(({ fields }) => {
      const fits = fitRow(definition, collection, fields)
      return fits === undefined ? [] : [fits]
    })
    if (fitting.length < group.length) left.push({ collection, count: group.length - fitting.length })
    if (fitting.length > 0 && definition.seed.safeParse({ ...seed, [collection]: fitting }).success)
      seed[collection] = fitting as Json
  }
  return { seed, left }
}

const TRIES_MAX = 12

/** A row with the fields that the seed takes; undefined where it takes no rows of this name. */
function fitRow(definition: TwinDefinition<unknown>, collection: string, fields: Fields): Fields | undefined {
  let row: Record<string, unknown> = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const parsed = definition.seed.safeParse({ [collection]: [row] })
    if (parsed.success) return row as Fields
    const odd = new Set<string>()
    for (const issue of parsed.error.issues) {
      const [top, at, field] = issue.path
      if (top !== collection || at !== 0) return undefined
      if (issue.code === 'unrecognized_keys' && field === undefined) for (const key of issue.keys) odd.add(key)
      else if (field !== undefined && field in row) odd.add(String(field))
      else return undefined
    }
    row = Object.fromEntries(Object.entries(row).filter(([key]) => !odd.has(key)))
    if (Object.keys(row).length === 0) return undefined
  }
  return undefined
}
