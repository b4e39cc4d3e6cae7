import {
  absent,
  type Body,
  bodyOfText,
  type HeaderList,
  headerIn,
  NO_BODY,
  type Reader,
  type Repairs,
} from './evidence.ts'
import { piecesOf } from './json-stream.ts'
import { inflate } from './message.ts'
import { asList, asNumber, asObject, asText, parseLoose } from './pick.ts'

/** Reads what nock records with `output_objects`. There are no times: order is all there is. */
export const readNock: Reader = async function* (source, repairs) {
  let index = 0
  const isEntry = (path: readonly (string | number)[]): string | undefined =>
    path.length === 1 && typeof path[0] === 'number' ? 'entry' : undefined
  for await (const piece of piecesOf(source.texts(), isEntry)) {
    const at = `[${index++}]`
    if (piece.kind === 'broken') {
      repairs.add(`the file breaks off (${piece.why}); what came before is used`, at)
      break
    }
    const value = parseLoose(piece.text)
    if (value === undefined) {
      repairs.add('an entry is no JSON; it is left out', at)
      continue
    }
    const row = asObject(value)
    const [scope, path] = [asText(row.scope), asText(row.path)]
    if (scope === undefined || path === undefined) {
      repairs.add('an entry names no scope or path; it is left out', at)
      continue
    }
    const headers = headersOf(row.rawHeaders ?? row.headers)
    const status = asNumber(row.status)
    yield {
      from: { file: source.file, at },
      direction: 'outbound',
      startMs: undefined,
      durationMs: undefined,
      method: (asText(row.method) ?? 'GET').toUpperCase(),
      url: `${scope.replace(/:(443|80)$/, '')}${path}`,
      requestHeaders: row.reqheaders === undefined ? undefined : headersOf(row.reqheaders),
      requestBody: bodyOf(row.body, undefined, at, repairs),
      status,
      responseHeaders: headers,
      responseBody: bodyOf(
        row.response,
        headerIn(headers, 'content-encoding'),
        at,
        repairs,
        row.responseIsBinary === true,
      ),
      error: status === undefined ? 'no answer' : undefined,
      actor: undefined,
    }
  }
  if (index === 0) repairs.add('there are no recorded calls', 'the file')
}

/** A flat list of names and values in turn, or an object. */
function headersOf(value: unknown): HeaderList {
  if (Array.isArray(value)) {
    const flat = value.map(String)
    return flat.flatMap((name, at): (readonly [string, string])[] => (at % 2 === 0 ? [[name, flat[at + 1] ?? '']] : []))
  }
  return Object.entries(asObject(value)).map(([name, one]) => [
    name,
    asList(one).length > 0 ? asList(one).map(String).join(', ') : String(one),
  ])
}

const HEX = /^([0-9a-f]{2})+$/i

function bodyOf(value: unknown, encoding: string | undefined, at: string, repairs: Repairs, binary = false): Body {
  if (value === undefined || value === null || value === '') return NO_BODY
  // Encoded answers are lists of hex chunks; other lists are JSON that was parsed.
  const chunks = asList(value)
  const hex = chunks.length > 0 && chunks.every((one) => typeof one === 'string' && HEX.test(one))
  if (hex && encoding !== undefined) {
    const bytes = Buffer.from(chunks.join(''), 'hex')
    const plain = inflate(bytes, encoding)
    if (plain === undefined) repairs.add('an encoded body cannot be decoded', at)
    return plain === undefined
      ? absent('the encoded body cannot be decoded')
      : { kind: 'bytes', bytes: plain, cut: false }
  }
  if (typeof value === 'string') {
    if (binary && HEX.test(value)) return { kind: 'bytes', bytes: Buffer.from(value, 'hex'), cut: false }
    return bodyOfText(value)
  }
  repairs.add('a body was stored as parsed JSON; its bytes are written anew', at)
  return bodyOfText(JSON.stringify(value))
}
