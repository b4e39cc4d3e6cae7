import { HTTPParser, methods } from 'http-parser-js'

/** One HTTP/1.1 message as it stood on the wire. Header names keep their case, repeats their order. */
export type Headers = ReadonlyArray<readonly [string, string]>
export type RequestMessage = {
  readonly method: string
  readonly target: string
  readonly headers: Headers
  readonly body: Uint8Array
}
export type ResponseMessage = { readonly status: number; readonly headers: Headers; readonly body: Uint8Array }

/** What a parser made of some bytes. `malformed` ends the conversation: nothing after it can be trusted. */
export interface Parser<Message> {
  /** Messages completed by these bytes. Throws `MalformedHttp`. */
  push(bytes: Uint8Array): readonly Message[]
  /** The peer has ended; gives the message that only the end completes. Throws `MalformedHttp` when one is cut off. */
  end(): readonly Message[]
  /** True between two messages. */
  readonly idle: boolean
}

export class MalformedHttp extends Error {
  constructor(what: string) {
    super(`not HTTP/1.1: ${what}`)
    this.name = 'MalformedHttp'
  }
}

/** A message that leaves HTTP behind, as WebSockets do: nothing is wrong with it, and nobody here goes on with it. */
export class Upgraded extends MalformedHttp {
  constructor(to: string) {
    super(`expected a plain exchange, got ${to}`)
    this.name = 'Upgraded'
  }
}

// The library decodes header bytes as ASCII by default, which would strip the high bit of Latin-1 values.
HTTPParser.encoding = 'latin1'

/**
 * The library takes all bytes of a call for head when a message ends in it, and adds up what it took for the life of a connection: a
 * body of 100 KB, or a hundred requests that are kept alive, would pass its limit. So it is fed by the piece and counts anew.
 */
const PIECE_BYTES = 16_384

type Head = { readonly method: string; readonly target: string; readonly status: number; readonly headers: Headers }

function createParser<Message>(
  type: 'REQUEST' | 'RESPONSE',
  finish: (head: Head, body: Uint8Array) => Message,
  options: { readonly skipBody?: () => boolean; readonly onContinue?: () => void; readonly bodyBytesMax: number },
): Parser<Message> {
  const parser = new HTTPParser(type)
  let done: Message[] = []
  let head: Head | undefined
  let parts: Uint8Array[] = []
  let bodyBytes = 0
  let fed = false
  parser[HTTPParser.kOnHeadersComplete] = (info) => {
    const headers: (readonly [string, string])[] = []
    for (let at = 0; at + 1 < info.headers.length; at += 2)
      headers.push([info.headers[at] ?? '', info.headers[at + 1] ?? ''])
    if (info.upgrade) {
      const to = headers.find(([name]) => name.toLowerCase() === 'upgrade')?.[1]
      throw new Upgraded(to === undefined ? `CONNECT ${info.url}` : `an upgrade to ${to}`)
    }
    if (type === 'RESPONSE' && info.statusCode >= 100 && info.statusCode < 200) return 1
    head = { method: methods[info.method] ?? 'GET', target: info.url, status: info.statusCode, headers }
    if (headers.some(([name, value]) => name.toLowerCase() === 'expect' && value.toLowerCase() === '100-continue'))
      options.onContinue?.()
    return options.skipBody?.() ? 1 : 0
  }
  parser[HTTPParser.kOnBody] = (chunk, offset, length) => {
    bodyBytes += length
    if (bodyBytes > options.bodyBytesMax)
      throw new MalformedHttp(`expected a body of at most ${options.bodyBytesMax} bytes`)
    // Copied: the chunk is a view of the channel's buffer.
    parts.push(Uint8Array.from(chunk.subarray(offset, offset + length)))
  }
  parser[HTTPParser.kOnMessageComplete] = () => {
    // Its types do not know the field.
    Object.assign(parser, { headerSize: 0 })
    if (head === undefined) return
    const [only] = parts
    done.push(finish(head, parts.length === 1 && only !== undefined ? only : Buffer.concat(parts)))
    head = undefined
    parts = []
    bodyBytes = 0
    fed = false
  }
  const take = (): readonly Message[] => {
    const taken = done
    done = []
    return taken
  }
  const checked = (result: unknown): void => {
    if (result instanceof Error)
      throw result instanceof MalformedHttp ? result : new MalformedHttp(result.message || 'parse error')
  }
  return {
    push(bytes) {
      // Some clients end a body with an empty write: it begins nothing.
      if (bytes.length === 0) return []
      fed = true
      const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      for (let at = 0; at < all.length; at += PIECE_BYTES) checked(parser.execute(all.subarray(at, at + PIECE_BYTES)))
      return take()
    },
    end() {
      const cut = fed && head === undefined && done.length === 0
      checked(parser.finish())
      if (cut) throw new MalformedHttp('the connection ended inside the head of a message')
      return take()
    },
    get idle() {
      return !fed
    },
  }
}

const BODY_BYTES_MAX = 64 * 1024 * 1024

/** Parses what a subject sends to a twin. `onContinue` is told when the sender waits for `100 Continue`. */
export const createRequestParser = (onContinue: () => void): Parser<RequestMessage> =>
  createParser('REQUEST', ({ method, target, headers }, body) => ({ method, target, headers, body }), {
    onContinue,
    bodyBytesMax: BODY_BYTES_MAX,
  })

/** Parses what a subject answers. The answer to a HEAD request has no body, whatever its headers say. */
export const createResponseParser = (method: string): Parser<ResponseMessage> =>
  createParser('RESPONSE', ({ status, headers }, body) => ({ status, headers, body }), {
    skipBody: () => method === 'HEAD',
    bodyBytesMax: BODY_BYTES_MAX,
  })

const encoder = new TextEncoder()

/** A request as bytes; adds what is missing of Host, Content-Length and Connection. */
export function printRequest(method: string, target: string, headers: Headers, body: Uint8Array): Uint8Array {
  const lines = [`${method} ${target} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  const has = (wanted: string): boolean => headers.some(([name]) => name.toLowerCase() === wanted)
  if (!has('content-length') && (body.length > 0 || !['GET', 'HEAD', 'DELETE'].includes(method)))
    lines.push(`Content-Length: ${body.length}`)
  if (!has('connection')) lines.push('Connection: close')
  return join(lines, body)
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Payload Too Large',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/** How the pieces of a response body are framed on the wire. */
export type BodyFraming = 'none' | 'sized' | 'chunked'

/** The head of a response whose body is `bytes` long in all (`sized`), or streamed (`chunked`). */
export function printResponseHead(
  status: number,
  headers: Headers,
  framing: BodyFraming,
  bytes: number,
  dateMs: number,
): Uint8Array {
  const own = new Set(['transfer-encoding', 'connection', 'date'])
  // Without a body the length is the twin's to tell: to a HEAD request it says how long a GET's would be.
  if (framing !== 'none') own.add('content-length')
  const lines = [`HTTP/1.1 ${status} ${REASONS[status] ?? 'Status'}`]
  for (const [name, value] of headers) if (!own.has(name.toLowerCase())) lines.push(`${name}: ${value}`)
  lines.push(`Date: ${new Date(dateMs).toUTCString()}`, 'Connection: keep-alive')
  if (framing === 'chunked') lines.push('Transfer-Encoding: chunked')
  if (framing === 'sized') lines.push(`Content-Length: ${bytes}`)
  return join(lines, new Uint8Array(0))
}

/** One piece of a chunked body; an empty one ends it. */
export function printChunk(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return encoder.encode('0\r\n\r\n')
  return Buffer.concat([encoder.encode(`${bytes.length.toString(16)}\r\n`), bytes, encoder.encode('\r\n')])
}

export const CONTINUE: Uint8Array = encoder.encode('HTTP/1.1 100 Continue\r\n\r\n')

function join(lines: readonly string[], body: Uint8Array): Uint8Array {
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  return body.length === 0 ? head : Buffer.concat([head, body])
}
