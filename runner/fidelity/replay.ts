import type { Ignore } from '../../twins/fidelity.ts'
import { type Exchange, headerOf, type Recording } from '../../twins/har.ts'
import { originPattern } from '../../twins/network.ts'
import { type HeaderOf, NotModelled, type Twin, type TwinDefinition } from '../../twins/twin.ts'
import { createWorld } from '../../twins/world.ts'
import { Bindings, collectionOf, isUnmistakable } from './bindings.ts'
import { decode, queryOf } from './body.ts'
import { type Comparison, compare, type Difference, Said } from './compare.ts'
import { fitting } from './fitting.ts'

/** How one recorded interaction went at the twin. */
export type Interaction = {
  readonly file: string
  /** 1 is the first of its file. */
  readonly entry: number
  readonly operation: string
  readonly recordedMs: number | undefined
  readonly outcome:
    | { readonly kind: 'match' }
    | { readonly kind: 'differs'; readonly differences: readonly Difference[] }
    | { readonly kind: 'unmodelled'; readonly why: string }
}

/** Something that answers as the vendor would: the twin, or the vendor itself. */
export type Answerer = {
  readonly operationOf: (method: string, url: URL, header: HeaderOf) => string | undefined
  readonly now: () => number
  /** `entry` is the place of the recorded request in its file, from 1. */
  readonly fetch: (request: Request, entry: number) => Promise<Response>
  /** Gives a request its credential, in place of the profile's. */
  readonly authorize?: (headers: Headers) => void
  /** Lets the time pass that passed between two recorded requests. */
  readonly wait: (ms: number) => Promise<void>
}

const HOP_HEADERS = /^(host|content-length|accept-encoding|connection|transfer-encoding|te|cookie|:.*)$/i
const DAY_MS = 24 * 3_600_000
/** Between requests whose times nobody knows; and the most that is waited where the recording was left alone. */
const PAUSE_MS = { unknown: 3_500, most: 30 * DAY_MS }
const START = '2026-01-01T00:00:00Z'

const tell = (words: string): void => void process.stderr.write(`${words}\n`)

/** A fresh twin, empty but for what its profile says was there before; what of that does not fit the twin is left out and told. */
export function freshTwin(
  definition: TwinDefinition<unknown>,
  { file, exchanges }: Recording,
  onSkipped: (words: string) => void = tell,
): Answerer {
  const first = exchanges.find(({ atMs }) => atMs !== undefined)?.atMs
  const startsAt = first === undefined ? START : new Date(first).toISOString()
  const world = createWorld({ seed: 'fidelity', startsAt })
  const { seed, skipped } = fitting(definition.seed, definition.fidelity?.given?.(exchanges) ?? {})
  for (const { at, why } of skipped)
    onSkipped(`${file}: left ${at} out of what the ${definition.name} twin begins with: ${why}`)
  const twin: Twin = definition.create(world, seed)
  const origins = definition.origins.map(originPattern)
  return {
    operationOf: (method, url, header) =>
      origins.some((pattern) => pattern.test(url.origin)) ? twin.operationOf(method, url, header) : undefined,
    now: () => world.clock.now(),
    fetch: (request, entry) => {
      const key = `${entry}/${definition.name}.${file}`
      return world.within({ step: String(entry), key }, async () => twin.fetch(request))
    },
    wait: (ms) => world.clock.advance(ms),
  }
}

/** A path with its ids left out, to name what no twin models. */
export function pathTemplate(method: string, path: string): string {
  const parts = path
    .split('/')
    .map((part) => (isUnmistakable(part) || /\d{3,}|^\d+$/.test(part) || /[%@]/.test(part) ? '{id}' : part))
  return `${method} ${parts.join('/')}`
}

/** Replays a recording in its order, and says of each interaction how the answer compares. */
export async function replayRecording(
  definition: TwinDefinition<unknown>,
  recording: Recording,
  answerer: Answerer,
  onIgnored: (ignore: Ignore) => void = () => undefined,
): Promise<readonly Interaction[]> {
  const bindings = new Bindings()
  const said = new Said()
  /** Ids that only an unanswered interaction would have given. */
  const missing = new Map<string, number>()
  const interactions: Interaction[] = []
  let lastMs: number | undefined
  for (const [index, exchange] of recording.exchanges.entries()) {
    const recordedUrl = new URL(exchange.url)
    const url = bindings.url(definition.fidelity?.url?.(recordedUrl) ?? recordedUrl)
    const header: HeaderOf = (name) => headerOf(exchange.requestHeaders, name.toLowerCase())
    const operation = answerer.operationOf(exchange.method, url, header)
    const about = {
      file: recording.file,
      entry: index + 1,
      operation: operation ?? pathTemplate(exchange.method, recordedUrl.pathname),
      recordedMs: exchange.atMs,
    }
    const recordedMs = exchange.atMs === undefined || lastMs === undefined ? PAUSE_MS.unknown : exchange.atMs - lastMs
    const passed = definition.fidelity?.pauseMs ?? recordedMs
    lastMs = exchange.atMs ?? lastMs
    if (index > 0) await answerer.wait(Math.min(Math.max(passed, 0), PAUSE_MS.most))
    const outcome = await replayOne(definition, exchange, index + 1, url, operation, {
      bindings,
      said,
      missing,
      answerer,
      onIgnored,
    })
    if (outcome.kind === 'unmodelled') noteMissing(exchange, index + 1, bindings, missing)
    interactions.push({ ...about, outcome })
  }
  return interactions
}

type Context = Pick<Comparison, 'bindings' | 'said' | 'onIgnored'> & {
  readonly missing: ReadonlyMap<string, number>
  readonly answerer: Answerer
}

async function replayOne(
  definition: TwinDefinition<unknown>,
  exchange: Exchange,
  entry: number,
  url: URL,
  operation: string | undefined,
  { bindings, said, missing, answerer, onIgnored }: Context,
): Promise<Interaction['outcome']> {
  if (operation === undefined) return { kind: 'unmodelled', why: 'no such operation in the twin' }
  const needs = needed(exchange, missing, bindings)
  if (needs !== undefined) return { kind: 'unmodelled', why: `it needs what entry ${needs} would have returned` }
  const type = headerOf(exchange.requestHeaders, 'content-type')
  const sent = decode(exchange.requestBody, type)
  const collection = collectionOf(new URL(exchange.url).pathname)
  said.add(queryOf(new URL(exchange.url)))
  if (sent !== undefined) said.add(sent)
  let response: Response
  try {
    response = await answerer.fetch(toRequest(definition, answerer, exchange, url, bindings, collection), entry)
  } catch (error) {
    if (error instanceof NotModelled) return { kind: 'unmodelled', why: error.message }
    const got = error instanceof Error ? error.message : String(error)
    return {
      kind: 'differs',
      differences: [{ at: 'answer', expected: `status ${exchange.status}`, got: `a bug: ${got}` }],
    }
  }
  const bytes = new Uint8Array(await response.arrayBuffer())
  const differences = compareAnswers(exchange, response, bytes, {
    bindings,
    said,
    ignores: definition.fidelity?.ignores ?? [],
    passing: definition.fidelity?.passing ?? [],
    collection,
    onIgnored,
  })
  return differences.length === 0 ? { kind: 'match' } : { kind: 'differs', differences }
}

function toRequest(
  definition: TwinDefinition<unknown>,
  answerer: Answerer,
  exchange: Exchange,
  url: URL,
  bindings: Bindings,
  collection: string,
): Request {
  const headers = new Headers()
  for (const [name, value] of exchange.requestHeaders)
    if (!HOP_HEADERS.test(name)) headers.append(name, bindings.text(value, name))
  const body = boundBody(exchange, bindings, collection)
  const empty = exchange.method === 'GET' || exchange.method === 'HEAD' || body === undefined
  const sending = { method: exchange.method, url, body: Buffer.from(empty ? '' : body), nowMs: answerer.now() }
  if (answerer.authorize === undefined) definition.fidelity?.authorize?.(headers, exchange, sending)
  else answerer.authorize(headers)
  return new Request(url, { method: exchange.method, headers, ...(empty ? {} : { body }) })
}

function boundBody(
  exchange: Exchange,
  bindings: Bindings,
  collection: string,
): string | Uint8Array<ArrayBuffer> | undefined {
  if (exchange.requestBody.length === 0) return undefined
  const type = headerOf(exchange.requestHeaders, 'content-type') ?? ''
  const text = Buffer.from(exchange.requestBody).toString()
  if (type.includes('x-www-form-urlencoded')) {
    const pairs = [...new URLSearchParams(text)]
    return new URLSearchParams(
      pairs.map(([name, value]): [string, string] => [name, bindings.text(value, name.replace(/^.*\[(\w+)\]$/, '$1'))]),
    ).toString()
  }
  if (type.includes('json') || /^\s*[{[]/.test(text)) {
    try {
      return JSON.stringify(bindings.json(JSON.parse(text), '', collection))
    } catch {
      return new Uint8Array(exchange.requestBody)
    }
  }
  return new Uint8Array(exchange.requestBody)
}

function compareAnswers(
  exchange: Exchange,
  response: Response,
  bytes: Uint8Array,
  on: Comparison & { readonly passing: readonly string[] },
): readonly Difference[] {
  const ourType = response.headers.get('content-type') ?? undefined
  const ours = decode(bytes, ourType, on.passing)
  if (response.status !== exchange.status) {
    const got = `${response.status} ${ours === undefined ? '' : JSON.stringify(ours).slice(0, 300)}`
    return [{ at: 'status', expected: String(exchange.status), got: got.trim() }]
  }
  for (const [name, value] of exchange.responseHeaders) {
    const mine = response.headers.get(name)
    if (mine !== null && name.toLowerCase() !== 'set-cookie') on.bindings.bind(value, mine, name, [])
  }
  const theirType = headerOf(exchange.responseHeaders, 'content-type')
  const recorded = decode(exchange.responseBody ?? new Uint8Array(), theirType, on.passing)
  if (exchange.responseBody === undefined || exchange.method === 'HEAD') return []
  if (recorded === undefined || ours === undefined) {
    if (recorded === ours) return []
    const shown = (value: unknown): string => (value === undefined ? 'no body' : JSON.stringify(value).slice(0, 120))
    return [{ at: 'body', expected: shown(recorded), got: shown(ours) }]
  }
  return compare(recorded, ours, on)
}

/** Every unmistakable id in an exchange's answer that no answer of the twin has given. */
function noteMissing(exchange: Exchange, entry: number, bindings: Bindings, missing: Map<string, number>): void {
  if (exchange.responseBody === undefined) return
  const sent = idsOf(decode(exchange.requestBody, headerOf(exchange.requestHeaders, 'content-type')))
  for (const id of idsOf(decode(exchange.responseBody, headerOf(exchange.responseHeaders, 'content-type')))) {
    const known = sent.has(id) || exchange.url.includes(id) || bindings.of(id) !== undefined || missing.has(id)
    if (!known) missing.set(id, entry)
  }
}

function idsOf(value: unknown, found = new Set<string>(), key = ''): Set<string> {
  if (typeof value === 'string' && isUnmistakable(value) && /(^|_|[a-z])(id|Id|ID|name)$|^id$/.test(key))
    found.add(value)
  else if (Array.isArray(value)) for (const item of value) idsOf(item, found, key)
  else if (value !== null && typeof value === 'object')
    for (const [name, item] of Object.entries(value)) idsOf(item, found, name)
  return found
}

/** The entry whose answer a request cannot do without; undefined when it has all it needs. */
function needed(exchange: Exchange, missing: ReadonlyMap<string, number>, bindings: Bindings): number | undefined {
  if (missing.size === 0) return undefined
  const text = `${exchange.url} ${Buffer.from(exchange.requestBody).toString()}`
  for (const [id, entry] of missing) if (bindings.of(id) === undefined && text.includes(id)) return entry
  return undefined
}
