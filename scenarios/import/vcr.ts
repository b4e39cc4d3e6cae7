import { isScalar, parseAllDocuments, Scalar, visit } from 'yaml'
import {
  type Body,
  bodyOfText,
  type Call,
  type HeaderList,
  headerIn,
  NO_BODY,
  type Reader,
  type Repairs,
} from './evidence.ts'
import { inflate } from './message.ts'
import { asList, asNumber, asObject, asText, type Loose, timeOf } from './pick.ts'

/** Reads cassettes of VCR (Ruby, versions 1 and later), vcrpy, go-vcr and their like, in YAML or JSON. */
export const readVcr: Reader = async function* (source, repairs) {
  const text = Buffer.from(await source.bytes(64 * 1_048_576))
    .toString()
    .replace(/^\uFEFF/, '')
  let index = 0
  for (const document of documentsOf(text, repairs)) {
    const whole = asObject(document)
    const rows = Array.isArray(document) ? document : asList(whole.http_interactions ?? whole.interactions)
    for (const row of rows) {
      const at = `interaction ${++index}`
      const call = callOf(asObject(row), { file: source.file, at }, repairs)
      if (call !== undefined) yield call
    }
  }
  if (index === 0) repairs.add('there are no interactions', 'the file')
}

function documentsOf(text: string, repairs: Repairs): readonly unknown[] {
  const documents = parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent', prettyErrors: false })
  return (Array.isArray(documents) ? documents : []).flatMap((document): unknown[] => {
    if (document.errors.length > 0)
      repairs.add('the YAML has mistakes; what can be read is used', `character ${document.errors[0]?.pos[0] ?? 0}`)
    // Maps for keys, one in the other, would be written out with twice the escapes at each level: no cassette has them.
    visit(document, {
      Pair(_, pair) {
        if (pair.key === null || isScalar(pair.key)) return
        repairs.add('a key is no text; it is left out', 'the file')
        pair.key = new Scalar('?')
      },
    })
    try {
      return [document.toJS({ maxAliasCount: 1000 }) as unknown]
    } catch (error) {
      repairs.add(
        `a document cannot be read (${error instanceof Error ? error.message.split('\n')[0] : ''})`,
        'the file',
      )
      return []
    }
  })
}

/** Ruby's symbols: `:get` is `get`. */
const plain = (value: unknown): string | undefined => asText(value)?.replace(/^:/, '')

/** Keys of Ruby's old cassettes may be symbols too. */
const field = (row: Loose, name: string): unknown => row[name] ?? row[`:${name}`]

function callOf(row: Loose, from: Call['from'], repairs: Repairs): Call | undefined {
  const request = asObject(field(row, 'request'))
  const response = asObject(field(row, 'response'))
  const url = asText(field(request, 'uri')) ?? asText(field(request, 'url')) ?? urlOfParts(request)
  const method = plain(field(request, 'method'))
  if (url === undefined || method === undefined) {
    repairs.add('an interaction has no method or address; it is left out', from.at)
    return undefined
  }
  const status = statusOf(response)
  const headers = headersOf(field(response, 'headers'))
  const startMs = timeOf(field(row, 'recorded_at')) ?? timeOf(field(row, 'recordedAt'))
  const duration = asNumber(field(response, 'duration')) ?? durationOf(asText(field(response, 'duration')))
  return {
    from,
    direction: 'outbound',
    startMs,
    durationMs: duration,
    method: method.toUpperCase(),
    url: url.replace(/^(https?:\/\/[^/:]+):(443|80)(?=\/|$)/, '$1'),
    requestHeaders: headersOf(field(request, 'headers')),
    requestBody: bodyOf(field(request, 'body') ?? formOf(request), undefined, from.at, repairs),
    status,
    responseHeaders: headers,
    responseBody: bodyOf(field(response, 'body'), headerIn(headers, 'content-encoding'), from.at, repairs),
    error: status === undefined ? 'no answer' : undefined,
    actor: undefined,
  }
}

/** The oldest of vcrpy's cassettes keep an address in parts. */
function urlOfParts(request: Loose): string | undefined {
  const [protocol, host, path] = ['protocol', 'host', 'path'].map((name) => asText(field(request, name)))
  if (protocol === undefined || host === undefined) return undefined
  const port = asNumber(field(request, 'port'))
  return `${protocol}://${host}${port === undefined ? '' : `:${port}`}${path ?? '/'}`
}

/** `{ code: 200 }`, `200 OK`, `200`. */
function statusOf(response: Loose): number | undefined {
  const status = field(response, 'status')
  const code =
    asNumber(field(response, 'code')) ??
    asNumber(field(asObject(status), 'code')) ??
    asNumber(/^\d{3}/.exec(String(status))?.[0])
  return code !== undefined && code >= 100 ? code : undefined
}

/** go-vcr writes `1.5ms`, `2s`. */
function durationOf(text: string | undefined): number | undefined {
  const parsed = /^([\d.]+)(µs|us|ms|s|m)$/.exec(text ?? '')
  if (parsed === null) return undefined
  const factor = { µs: 0.001, us: 0.001, ms: 1, s: 1000, m: 60_000 }[parsed[2] ?? 'ms'] ?? 1
  return Number(parsed[1]) * factor
}

function formOf(request: Loose): unknown {
  const form = asObject(field(request, 'form'))
  const pairs = Object.entries(form).flatMap(([name, values]) =>
    asList(values).map((value): [string, string] => [name, String(value)]),
  )
  return pairs.length === 0 ? undefined : new URLSearchParams(pairs).toString()
}

function headersOf(value: unknown): HeaderList {
  if (Array.isArray(value)) {
    // Lines as they came, or pairs.
    return value.flat(1).flatMap((row: unknown): (readonly [string, string])[] => {
      const [name, text] = Array.isArray(row) ? row.map(String) : (asText(row) ?? '').split(/:\s*(.*)/s)
      return name === undefined || name === '' ? [] : [[name, (text ?? '').trim()]]
    })
  }
  return Object.entries(asObject(value)).flatMap(([name, one]): (readonly [string, string])[] => {
    const values = Array.isArray(one) ? one : [one]
    return values.flatMap((item): (readonly [string, string])[] => {
      const text =
        item instanceof Uint8Array ? Buffer.from(item).toString() : typeof item === 'object' ? undefined : String(item)
      return text === undefined ? [] : [[name.replace(/^:/, ''), text]]
    })
  })
}

/** A text, bytes, `{ encoding, string }`, `{ base64_string }`. */
function bodyOf(value: unknown, encoding: string | undefined, at: string, repairs: Repairs): Body {
  if (value === undefined || value === null || value === '') return NO_BODY
  if (value instanceof Uint8Array) return ofBytes(value, encoding, at, repairs)
  if (typeof value === 'string') return bodyOfText(value)
  const parts = asObject(value)
  const base64 = asText(field(parts, 'base64_string'))
  if (base64 !== undefined) return ofBytes(Buffer.from(base64, 'base64'), encoding, at, repairs)
  const inner = field(parts, 'string')
  if (inner !== undefined) return bodyOf(inner, encoding, at, repairs)
  if (Object.keys(parts).length === 0) return NO_BODY
  repairs.add('a body was stored as parsed JSON; its bytes are written anew', at)
  return bodyOfText(JSON.stringify(value))
}

function ofBytes(bytes: Uint8Array, encoding: string | undefined, at: string, repairs: Repairs): Body {
  if (bytes.length === 0) return NO_BODY
  const inflated = inflate(bytes, encoding)
  // Many recorders keep the header and store the body inflated.
  if (inflated === undefined && encoding !== undefined) repairs.add('a body says it is encoded and is not', at)
  return { kind: 'bytes', bytes: inflated ?? bytes, cut: false }
}
