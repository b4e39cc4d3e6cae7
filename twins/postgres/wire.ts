/** The messages of PostgreSQL's protocol 3.0: https://www.postgresql.org/docs/18/protocol-message-formats.html (2026-11-24). */

/** A message with its type letter; `bytes` is all of it, as it stood on the wire. */
export type Message = { readonly type: string; readonly body: Buffer; readonly bytes: Buffer }

/** The first message of a connection has no type letter. */
export type Opening =
  | { readonly kind: 'tls' | 'gss' }
  | { readonly kind: 'cancel'; readonly pid: number; readonly secret: number }
  | { readonly kind: 'startup'; readonly parameters: Readonly<Record<string, string>> }

/** What is not PostgreSQL's protocol: the conversation ends. */
export class MalformedMessage extends Error {
  constructor(what: string) {
    super(`not PostgreSQL's protocol: ${what}`)
    this.name = 'MalformedMessage'
  }
}

const MESSAGE_BYTES_MAX = 256 * 1024 * 1024
const TLS_REQUEST = 80_877_103
const GSS_REQUEST = 80_877_104
const CANCEL_REQUEST = 80_877_102
const VERSION_3 = 3

/** Puts messages together out of pieces. */
export class MessageReader {
  #rest: Buffer = Buffer.alloc(0)

  push(bytes: Uint8Array): void {
    this.#rest = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes])
  }

  /** The opening of a connection, once it is complete. Throws `MalformedMessage`. */
  opening(): Opening | undefined {
    if (this.#rest.length < 8) return undefined
    const length = this.#length(0)
    if (this.#rest.length < length) return undefined
    const bytes = this.#take(length)
    const code = bytes.readInt32BE(4)
    if (code === TLS_REQUEST) return { kind: 'tls' }
    if (code === GSS_REQUEST) return { kind: 'gss' }
    if (code === CANCEL_REQUEST) return { kind: 'cancel', pid: bytes.readInt32BE(8), secret: bytes.readInt32BE(12) }
    if (code >> 16 !== VERSION_3) throw new MalformedMessage(`version ${code >> 16}.${code & 0xffff}`)
    const words = texts(bytes.subarray(8))
    const parameters: Record<string, string> = {}
    for (let at = 0; at + 1 < words.length; at += 2) parameters[words[at] ?? ''] = words[at + 1] ?? ''
    return { kind: 'startup', parameters }
  }

  /** The next whole message. Throws `MalformedMessage`. */
  next(): Message | undefined {
    if (this.#rest.length < 5) return undefined
    const length = this.#length(1) + 1
    if (this.#rest.length < length) return undefined
    const bytes = this.#take(length)
    return { type: String.fromCharCode(bytes[0] ?? 0), body: bytes.subarray(5), bytes }
  }

  #length(at: number): number {
    const length = this.#rest.readInt32BE(at)
    if (length < 4 || length > MESSAGE_BYTES_MAX) throw new MalformedMessage(`a message of ${length} bytes`)
    return length
  }

  #take(length: number): Buffer {
    const bytes = this.#rest.subarray(0, length)
    this.#rest = this.#rest.subarray(length)
    return bytes
  }
}

/** All messages in `bytes`, which hold nothing but whole ones. */
export function messagesIn(bytes: Uint8Array): readonly Message[] {
  const reader = new MessageReader()
  reader.push(bytes)
  const found: Message[] = []
  for (let one = reader.next(); one !== undefined; one = reader.next()) found.push(one)
  return found
}

/** The zero-terminated texts in a body. */
export function texts(body: Buffer): readonly string[] {
  const found: string[] = []
  let at = 0
  while (at < body.length) {
    const end = body.indexOf(0, at)
    if (end < 0) break
    found.push(body.toString('utf8', at, end))
    at = end + 1
  }
  return found
}

export function message(type: string, ...parts: readonly (string | Uint8Array | number)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(`${part}\0`)
      if (typeof part !== 'number') return Buffer.from(part)
      const word = Buffer.alloc(4)
      word.writeInt32BE(part)
      return word
    }),
  )
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

export const query = (sql: string): Buffer => message('Q', sql)
export const SYNC: Buffer = message('S')
export const ready = (status: Status): Buffer => message('Z', Buffer.from(status, 'latin1'))
/** Idle, in a transaction, in one that has failed. */
export type Status = 'I' | 'T' | 'E'

/** An error as the server words it: https://www.postgresql.org/docs/18/protocol-error-fields.html (2026-11-24). */
export function errorMessage(code: string, text: string, severity: 'ERROR' | 'FATAL' = 'ERROR'): Buffer {
  const fields = [`S${severity}`, `V${severity}`, `C${code}`, `M${text}`]
  return message('E', ...fields, Buffer.alloc(1))
}

/** The fields of an error or a notice, by their letter. */
export function fieldsOf(body: Buffer): Readonly<Record<string, string>> {
  return Object.fromEntries(texts(body).map((text) => [text.slice(0, 1), text.slice(1)]))
}

/** The same message with other texts in its fields. */
export function withFields({ type, body }: Message, change: (text: string) => string): Buffer {
  const fields = texts(body)
    .filter((text) => text !== '')
    .map((text) => text.slice(0, 1) + ('MDHW'.includes(text.slice(0, 1)) ? change(text.slice(1)) : text.slice(1)))
  return message(type, ...fields, Buffer.alloc(1))
}

/** `Parse`: a statement gets a name. */
export type Parse = { readonly name: string; readonly sql: string; readonly rest: Buffer }
export function parseOf(body: Buffer): Parse {
  const first = body.indexOf(0)
  const second = body.indexOf(0, first + 1)
  if (first < 0 || second < 0) throw new MalformedMessage('a Parse without an end')
  return {
    name: body.toString('utf8', 0, first),
    sql: body.toString('utf8', first + 1, second),
    rest: body.subarray(second + 1),
  }
}

/** `Bind`: a portal is made of a statement and values; those in binary are told as base64. */
export type Bind = {
  readonly portal: string
  readonly statement: string
  readonly values: readonly (string | null)[]
  readonly rest: Buffer
}
export function bindOf(body: Buffer): Bind {
  const first = body.indexOf(0)
  const second = body.indexOf(0, first + 1)
  if (first < 0 || second < 0) throw new MalformedMessage('a Bind without an end')
  const rest = body.subarray(second + 1)
  try {
    return {
      portal: body.toString('utf8', 0, first),
      statement: body.toString('utf8', first + 1, second),
      values: valuesIn(rest),
      rest,
    }
  } catch (error) {
    throw new MalformedMessage(`a Bind that breaks off (${String(error)})`)
  }
}

function valuesIn(rest: Buffer): readonly (string | null)[] {
  const formats: number[] = []
  let at = 2
  for (let left = rest.readInt16BE(0); left > 0; left--, at += 2) formats.push(rest.readInt16BE(at))
  const values: (string | null)[] = []
  let left = rest.readInt16BE(at)
  at += 2
  for (; left > 0; left--) {
    const length = rest.readInt32BE(at)
    at += 4
    const format = formats.length === 1 ? formats[0] : formats[values.length]
    values.push(length < 0 ? null : rest.toString(format === 1 ? 'base64' : 'utf8', at, at + length))
    at += Math.max(length, 0)
  }
  return values
}

/** `Describe` and `Close` name a statement (S) or a portal (P). */
export const targetOf = (body: Buffer): { readonly kind: string; readonly name: string } => ({
  kind: String.fromCharCode(body[0] ?? 0),
  name: texts(body.subarray(1))[0] ?? '',
})

/** The rows of a simple query's answer: texts by column. Throws the server's error as an `Error`. */
export function rowsIn(bytes: Uint8Array): readonly Readonly<Record<string, string | null>>[] {
  let columns: readonly string[] = []
  const rows: Record<string, string | null>[] = []
  for (const { type, body } of messagesIn(bytes)) {
    if (type === 'E') throw new Error(`${fieldsOf(body).M} (${fieldsOf(body).C})`)
    if (type === 'T') columns = columnsOf(body)
    if (type !== 'D') continue
    const row: Record<string, string | null> = {}
    let at = 2
    for (const column of columns) {
      const length = body.readInt32BE(at)
      at += 4
      row[column] = length < 0 ? null : body.toString('utf8', at, at + length)
      at += Math.max(length, 0)
    }
    rows.push(row)
  }
  return rows
}

function columnsOf(body: Buffer): readonly string[] {
  const names: string[] = []
  let at = 2
  for (let left = body.readInt16BE(0); left > 0; left--) {
    const end = body.indexOf(0, at)
    names.push(body.toString('utf8', at, end))
    at = end + 19
  }
  return names
}
