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
import { asList, asNumber, asObject, asText, type Loose, parseLoose, timeOf } from './pick.ts'

/** Reads HAR 1.2 as browsers, proxies and test tools write it, entry by entry. */
export const readHar: Reader = async function* (source, repairs) {
  let entries = 0
  for await (const piece of piecesOf(source.texts(), isEntry)) {
    if (piece.kind === 'broken') {
      repairs.add(`the file breaks off (${piece.why}); what came before is used`, `log.entries[${entries}]`)
      break
    }
    const at = `log.entries[${entries++}]`
    const entry = parseLoose(piece.text)
    if (entry === undefined) {
      repairs.add('an entry is no JSON; it is left out', at)
      continue
    }
    const call = callOfEntry(asObject(entry), { file: source.file, at }, repairs)
    if (call !== undefined) yield call
  }
  if (entries === 0) repairs.add('there are no log.entries', 'the file')
}

/** `log.entries[n]`, also where a test tool keeps several recordings in one file. */
function isEntry(path: readonly (string | number)[]): string | undefined {
  const [log, list, at] = path.slice(-3)
  return path.length <= 4 && log === 'log' && list === 'entries' && typeof at === 'number' ? 'entry' : undefined
}

const HTTP_VERSION = /^(http\/)?(1\.0|1\.1|2|2\.0|3|h2|h3|h3-\d+)$/i

/** One entry of a HAR, also as other tools embed it; undefined where it holds no HTTP request. */
export function callOfEntry(entry: Loose, from: Call['from'], repairs: Repairs): Call | undefined {
  const request = asObject(entry.request)
  const response = asObject(entry.response)
  const url = asText(request.url)
  if (url === undefined || url === '') {
    repairs.add('an entry has no request URL; it is left out', from.at)
    return undefined
  }
  if (!/^(https?:|\/)/i.test(url)) {
    // Web sockets, data: and blob: never were requests to a service.
    repairs.add(`an entry is no HTTP request (${/^[a-z]+:/i.exec(url)?.[0] ?? 'no scheme'}); it is left out`, from.at)
    return undefined
  }
  const method = (asText(request.method) ?? '').toUpperCase()
  if (!/^[A-Z]+$/.test(method)) repairs.add('an entry names no method; GET is assumed', from.at)
  const version = asText(request.httpVersion)
  if (version !== undefined && !HTTP_VERSION.test(version)) repairs.add('an odd HTTP version is overlooked', from.at)
  const startMs = timeOf(entry.startedDateTime)
  if (startMs === undefined) repairs.add('an entry has no time; it follows the one before', from.at)
  const status = asNumber(response.status)
  const answered = status !== undefined && status > 0
  if (status !== undefined && status <= 0) repairs.add('a status of 0 or less is a request without an answer', from.at)
  const took = asNumber(entry.time)
  return {
    from,
    direction: 'unknown',
    startMs,
    durationMs: took !== undefined && took >= 0 ? took : undefined,
    method: /^[A-Z]+$/.test(method) ? method : 'GET',
    url,
    requestHeaders: headersOf(request.headers, from.at, repairs),
    requestBody: requestBody(request, from.at, repairs),
    status: answered ? status : undefined,
    responseHeaders: answered ? headersOf(response.headers, from.at, repairs) : undefined,
    responseBody: answered ? responseBody(asObject(response.content), status, method) : absent('no answer was seen'),
    error: answered ? undefined : errorOf(response, entry),
    actor: asText(entry.pageref) ?? asText(entry._monotonicContext),
  }
}

function errorOf(response: Loose, entry: Loose): string {
  const told =
    asText(response._error) ?? asText(response._failureText) ?? asText(entry._error) ?? asText(response.statusText)
  return told === undefined || told === '' ? 'no answer' : told
}

function headersOf(value: unknown, at: string, repairs: Repairs): HeaderList | undefined {
  if (value === undefined) return undefined
  // Some write an object, as their own language has it.
  const rows = Array.isArray(value)
    ? value.map((row) => [asText(asObject(row).name), asText(asObject(row).value)] as const)
    : Object.entries(asObject(value)).map(([name, one]) => [name, asText(one)] as const)
  return rows.flatMap(([name, text]): (readonly [string, string])[] => {
    if (name === undefined || name === '') return []
    if (name.startsWith(':')) {
      repairs.add('pseudo headers of HTTP/2 are left out', at)
      return []
    }
    return [[name, text ?? '']]
  })
}

function requestBody(request: Loose, at: string, repairs: Repairs): Body {
  const post = request.postData
  const size = asNumber(request.bodySize) ?? 0
  if (post === undefined || post === null) return size > 0 ? absent('the recorder kept no request body') : NO_BODY
  const data = asObject(post)
  const text = asText(data.text)
  if (text !== undefined && text !== '') {
    const encoded = asText(data.encoding) ?? asText(data._encoding)
    return encoded === 'base64' ? { kind: 'bytes', bytes: Buffer.from(text, 'base64'), cut: false } : bodyOfText(text)
  }
  const params = asList(data.params).map(asObject)
  if (params.length > 0) {
    repairs.add('a form is put together again from its parameters', at)
    const form = new URLSearchParams(
      params.map((row): [string, string] => [asText(row.name) ?? '', asText(row.value) ?? '']),
    )
    return bodyOfText(form.toString())
  }
  if (asText(data._sha1) !== undefined || asText(data._file) !== undefined)
    return absent('the body is in a file beside the HAR')
  return size > 0 || text === undefined ? absent('the recorder kept no text of the request body') : NO_BODY
}

function responseBody(content: Loose, status: number, method: string): Body {
  const text = asText(content.text)
  const size = asNumber(content.size) ?? 0
  if (text === undefined) {
    if (asText(content._sha1) !== undefined || asText(content._file) !== undefined)
      return absent('the body is in a file beside the HAR')
    return size > 0 ? absent('the recorder kept no response body') : NO_BODY
  }
  if (method === 'HEAD' || status === 204 || status === 304) return NO_BODY
  if (text === '') return size > 0 ? absent('the recorder kept no response body') : NO_BODY
  const bytes = asText(content.encoding) === 'base64' ? Buffer.from(text, 'base64') : Buffer.from(text)
  return { kind: 'bytes', bytes, cut: false }
}
