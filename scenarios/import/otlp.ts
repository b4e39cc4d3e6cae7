import {
  absent,
  type Body,
  bodyOfText,
  type Call,
  type HeaderList,
  NO_BODY,
  type Reader,
  type Repairs,
} from './evidence.ts'
import { piecesOf } from './json-stream.ts'
import { asList, asNumber, asObject, asText, type Loose, parseLoose } from './pick.ts'

/** What is kept of a span until all are there: links go to spans that may come later. */
type Kept = {
  readonly at: string
  readonly trace: string
  readonly id: string
  readonly parent: string | undefined
  readonly resource: number
  readonly server: boolean
  readonly startMs: number | undefined
  readonly durationMs: number | undefined
  readonly method: string
  readonly url: string
  readonly status: number | undefined
  readonly error: string | undefined
  readonly requestHeaders: HeaderList | undefined
  readonly responseHeaders: HeaderList | undefined
  readonly requestBody: string | undefined
  readonly responseBody: string | undefined
  readonly actor: string | undefined
}

const SPANS_MAX = 2_000_000
const SPAN_LISTS = ['scopeSpans', 'instrumentationLibrarySpans', 'scope_spans']

/** Reads OTLP/JSON traces, one export request or many in a row, as collectors and exporters write them. */
export const readOtlp: Reader = async function* (source, repairs) {
  const kept: Kept[] = []
  const services: string[] = []
  /** Which span stands below which resource, counted over all requests of the file. */
  let resource = -1
  let last = ''
  let spans = 0
  const places = (path: readonly (string | number)[]): string | undefined => {
    const [holder] = path.slice(-2)
    if (holder === 'spans' && SPAN_LISTS.includes(String(path.at(-4)))) return 'span'
    if (path.at(-1) === 'resource' && /^resource_?spans$/i.test(String(path.at(-3)))) return 'resource'
    return undefined
  }
  const enter = (key: string): void => {
    if (key === last) return
    last = key
    resource += 1
  }
  for await (const piece of piecesOf(source.texts(), places)) {
    if (piece.kind === 'broken') {
      repairs.add(`the file breaks off (${piece.why}); what came before is used`, `span ${spans + 1}`)
      break
    }
    const value = parseLoose(piece.text)
    if (value === undefined) {
      repairs.add(`a ${piece.name} is no JSON; it is left out`, `span ${spans + 1}`)
      continue
    }
    if (piece.name === 'resource') {
      // A resource comes before its spans, wherever it stands among several export requests.
      last = ''
      enter(piece.path.slice(0, -1).join('.'))
      services[resource] = asText(attributesOf(asObject(value).attributes).get('service.name')) ?? ''
      continue
    }
    if (resource < 0) enter(piece.path.slice(0, -4).join('.'))
    spans += 1
    const at = `span ${spans}`
    const span = keep(asObject(value), at, resource, repairs)
    if (span === undefined) continue
    if (kept.length >= SPANS_MAX) repairs.add(`more than ${SPANS_MAX} HTTP spans; the rest is left out`, at)
    else kept.push(span)
  }
  if (spans === 0) repairs.add('there are no spans', 'the file')
  const calls = withoutWrappers(kept, repairs)
  const arrived = new Set<string>()
  for (const span of calls) if (span.server && span.parent !== undefined) arrived.add(`${span.trace} ${span.parent}`)
  for (const span of calls) yield callOf(span, source.file, services[span.resource] ?? '', arrived)
}

/**
 * Libraries that stand on each other (an SDK on a client on sockets) tell of one request several times, span inside span: the innermost
 * is what was sent, and belongs to whoever the outermost belongs to.
 */
function withoutWrappers(kept: readonly Kept[], repairs: Repairs): readonly Kept[] {
  const nameOf = (trace: string, id: string | undefined): string => `${trace} ${id}`
  const byId = new Map(kept.map((span) => [nameOf(span.trace, span.id), span]))
  const parentOf = (span: Kept): Kept | undefined => byId.get(nameOf(span.trace, span.parent))
  const wrappers = new Set<Kept>()
  for (const span of kept) {
    const outer = parentOf(span)
    if (span.server || outer === undefined || outer.server || outer === span) continue
    if (outer.resource === span.resource && outer.method === span.method && outer.url === span.url) wrappers.add(outer)
  }
  if (wrappers.size === 0) return kept
  return kept.flatMap((span): Kept[] => {
    if (wrappers.has(span)) {
      repairs.add('a span tells of the same request as the one inside it; the inner one is kept', span.at)
      return []
    }
    let parent = span.parent
    for (let outer = parentOf(span), up = 0; outer !== undefined && wrappers.has(outer) && up < wrappers.size; up++) {
      parent = outer.parent
      outer = parentOf(outer)
    }
    return [{ ...span, parent }]
  })
}

function callOf(span: Kept, file: number, service: string, arrived: ReadonlySet<string>): Call {
  const bare = span.method === 'GET' || span.method === 'HEAD'
  const body = (text: string | undefined, none: Body): Body => (text === undefined ? none : bodyOfText(text))
  return {
    from: { file, at: span.at },
    direction: span.server ? 'inbound' : 'outbound',
    startMs: span.startMs,
    durationMs: span.durationMs,
    method: span.method,
    url: span.url,
    requestHeaders: span.requestHeaders,
    requestBody: body(span.requestBody, bare ? NO_BODY : absent('a trace has no bodies')),
    status: span.status,
    responseHeaders: span.responseHeaders,
    responseBody: body(span.responseBody, absent('a trace has no bodies')),
    error: span.status === undefined ? (span.error ?? (span.server ? undefined : 'no answer')) : undefined,
    actor: span.actor,
    span: {
      trace: span.trace,
      id: span.id,
      parent: span.parent,
      service,
      arrived: !span.server && arrived.has(`${span.trace} ${span.id}`),
    },
  }
}

type Attributes = ReadonlyMap<string, unknown>

/** `[{ key, value: { stringValue } }]` as a map; values of whatever spelling. */
function attributesOf(list: unknown): Attributes {
  const found = new Map<string, unknown>()
  for (const row of asList(list)) {
    const { key, value } = asObject(row)
    if (typeof key === 'string') found.set(key, plainOf(value))
  }
  return found
}

function plainOf(value: unknown): unknown {
  const typed = asObject(value)
  if (typed.arrayValue !== undefined) return asList(asObject(typed.arrayValue).values).map(plainOf)
  return (
    typed.stringValue ??
    typed.intValue ??
    typed.doubleValue ??
    typed.boolValue ??
    (typeof value === 'object' ? undefined : value)
  )
}

const first = (attributes: Attributes, ...names: readonly string[]): unknown => {
  for (const name of names) {
    const value = attributes.get(name)
    if (value !== undefined && value !== '') return value
  }
  return undefined
}

/** The hex form of an id; some write it as protobuf's JSON does, in base64. */
function idOf(value: unknown, at: string, repairs: Repairs): string {
  const text = asText(value) ?? ''
  if (/^[0-9a-fA-F]+$/.test(text) && (text.length === 16 || text.length === 32)) return text.toLowerCase()
  if (/^[A-Za-z0-9+/]+=*$/.test(text) && (text.length === 12 || text.length === 24)) {
    repairs.add('ids are in base64', at)
    return Buffer.from(text, 'base64').toString('hex')
  }
  return text.toLowerCase()
}

function nanos(value: unknown, at: string, repairs: Repairs): number | undefined {
  if (typeof value === 'number') {
    if (value > Number.MAX_SAFE_INTEGER)
      repairs.add('a time in nanoseconds is a number and has lost its last digits', at)
    return value > 0 ? value / 1e6 : undefined
  }
  const text = asText(value)
  if (text === undefined || !/^\d{1,20}$/.test(text) || text === '0') return undefined
  return Number(BigInt(text) / 1000n) / 1000
}

const KINDS: Readonly<Record<string, 'server' | 'client'>> = {
  2: 'server',
  3: 'client',
  SPAN_KIND_SERVER: 'server',
  SPAN_KIND_CLIENT: 'client',
}

/** What counts of a span; undefined where it is no HTTP request, in or out. */
function keep(span: Loose, at: string, resource: number, repairs: Repairs): Kept | undefined {
  const attributes = attributesOf(span.attributes)
  const method = asText(first(attributes, 'http.request.method', 'http.method'))
  const kind = KINDS[String(span.kind)]
  if (method === undefined || kind === undefined) {
    repairs.add('a span is no HTTP request, in or out; it is left out', at)
    return undefined
  }
  const startMs = nanos(span.startTimeUnixNano ?? span.start_time_unix_nano, at, repairs)
  const endMs = nanos(span.endTimeUnixNano ?? span.end_time_unix_nano, at, repairs)
  if (startMs === undefined) repairs.add('a span has no time', at)
  if (startMs !== undefined && endMs !== undefined && endMs < startMs) repairs.add('a span ends before it starts', at)
  const parent = idOf(span.parentSpanId ?? span.parent_span_id, at, repairs)
  return {
    at,
    trace: idOf(span.traceId ?? span.trace_id, at, repairs),
    id: idOf(span.spanId ?? span.span_id, at, repairs),
    parent: /^0*$/.test(parent) ? undefined : parent,
    resource,
    server: kind === 'server',
    startMs,
    durationMs: startMs !== undefined && endMs !== undefined && endMs >= startMs ? endMs - startMs : undefined,
    method: method.toUpperCase(),
    url: urlOf(attributes, at, repairs),
    status: statusOf(attributes),
    error: errorOf(span, attributes),
    requestHeaders: headersOf(attributes, 'http.request.header.'),
    responseHeaders: headersOf(attributes, 'http.response.header.'),
    requestBody: asText(first(attributes, 'http.request.body.content', 'http.request.body')),
    responseBody: asText(first(attributes, 'http.response.body.content', 'http.response.body')),
    actor: asText(first(attributes, 'client.address', 'http.client_ip')),
  }
}

function statusOf(attributes: Attributes): number | undefined {
  const status = asNumber(first(attributes, 'http.response.status_code', 'http.status_code'))
  return status !== undefined && status >= 100 ? status : undefined
}

function urlOf(attributes: Attributes, at: string, repairs: Repairs): string {
  const full = asText(first(attributes, 'url.full', 'http.url'))
  if (full !== undefined) return full
  const target = asText(first(attributes, 'http.target'))
  const path = asText(first(attributes, 'url.path'))
  const query = asText(first(attributes, 'url.query'))
  const asked =
    target ?? (path === undefined ? undefined : `${path}${query === undefined ? '' : `?${query.replace(/^\?/, '')}`}`)
  if (asked === undefined) {
    const route = asText(first(attributes, 'http.route')) ?? '/'
    repairs.add('a span has no path; its route is used', at)
    return route
  }
  const host = asText(first(attributes, 'server.address', 'http.host', 'net.peer.name', 'net.host.name'))
  const scheme = asText(first(attributes, 'url.scheme', 'http.scheme')) ?? 'https'
  const port = asNumber(first(attributes, 'server.port', 'net.peer.port'))
  const usual = port === undefined || port === (scheme === 'https' ? 443 : 80)
  return host === undefined
    ? asked
    : `${scheme}://${host.includes(':') || usual ? host : `${host}:${port}`}${asked.startsWith('/') ? '' : '/'}${asked}`
}

function errorOf(span: Loose, attributes: Attributes): string | undefined {
  const typed = asText(first(attributes, 'error.type'))
  const exception = asList(span.events)
    .map((event) => attributesOf(asObject(event).attributes))
    .find((one) => one.has('exception.type') || one.has('exception.message'))
  const words = [
    typed,
    asText(exception?.get('exception.type')),
    asText(exception?.get('exception.message')),
    asText(asObject(span.status).message),
  ]
  const told = [...new Set(words.filter((word): word is string => word !== undefined && word !== ''))].join(': ')
  const failed = String(asObject(span.status).code)
  if (told !== '') return told.slice(0, 300)
  return failed === '2' || failed === 'STATUS_CODE_ERROR' ? 'error' : undefined
}

function headersOf(attributes: Attributes, prefix: string): HeaderList | undefined {
  const found: [string, string][] = []
  for (const [key, value] of attributes) {
    if (!key.startsWith(prefix)) continue
    const text = Array.isArray(value) ? value.map(String).join(', ') : asText(value)
    if (text !== undefined) found.push([key.slice(prefix.length).replaceAll('_', '-'), text])
  }
  return found.length === 0 ? undefined : found
}
