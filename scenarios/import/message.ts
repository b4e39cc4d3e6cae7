import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { type Body, type HeaderList, headerIn, NO_BODY } from './evidence.ts'

/** The raw text of an HTTP message, one character a byte, as its parts. */
export type RawMessage = {
  readonly startLine: string
  readonly headers: HeaderList
  readonly body: Body
  /** What had to be put right. */
  readonly repairs: readonly string[]
}

const INFLATED_MAX = 64 * 1_048_576

/** Reads a raw HTTP/1 message, with line ends of either kind and a body that may be cut. Undefined where there is no start line. */
export function parseRaw(latin1: string): RawMessage | undefined {
  const repairs: string[] = []
  const crlf = latin1.indexOf('\r\n\r\n')
  const lf = latin1.indexOf('\n\n')
  const [end, gap] = crlf >= 0 && (lf < 0 || crlf <= lf) ? [crlf, 4] : [lf, 2]
  const head = end < 0 ? latin1 : latin1.slice(0, end)
  const [startLine = '', ...lines] = head.split(/\r?\n/)
  if (startLine.trim() === '') return undefined
  if (!head.includes('\r\n') && lines.length > 0) repairs.push('lines end in LF only')
  const headers: [string, string][] = []
  for (const line of lines) {
    const last = headers.at(-1)
    if (/^[ \t]/.test(line) && last !== undefined) {
      last[1] += ` ${line.trim()}`
      continue
    }
    const colon = line.indexOf(':')
    if (colon > 0) headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()])
    else if (line.trim() !== '') repairs.push('a header line without a colon is left out')
  }
  const bytes = Buffer.from(end < 0 ? '' : latin1.slice(end + gap), 'latin1')
  return { startLine, headers, body: bodyOf(headers, bytes, repairs), repairs }
}

function bodyOf(headers: HeaderList, raw: Buffer, repairs: string[]): Body {
  const length = Number(headerIn(headers, 'content-length') ?? Number.NaN)
  let bytes: Uint8Array = raw
  let cut = false
  if (/chunked/i.test(headerIn(headers, 'transfer-encoding') ?? '')) {
    const whole = unchunk(raw)
    bytes = whole.bytes
    cut = whole.cut
  } else if (Number.isInteger(length) && length >= 0) {
    cut = raw.length < length
    bytes = raw.subarray(0, length)
  }
  if (cut) repairs.push('a body is shorter than it says')
  if (bytes.length === 0) return cut ? { kind: 'absent', why: 'the body was cut off' } : NO_BODY
  const plain = inflate(bytes, headerIn(headers, 'content-encoding'))
  if (plain === undefined) repairs.push('a compressed body cannot be inflated')
  return { kind: 'bytes', bytes: plain ?? bytes, cut: cut || plain === undefined }
}

function unchunk(raw: Buffer): { readonly bytes: Uint8Array; readonly cut: boolean } {
  const parts: Buffer[] = []
  let at = 0
  while (at < raw.length) {
    const lineEnd = raw.indexOf('\n', at)
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(raw.toString('latin1', at, lineEnd), 16)
    if (!(size >= 0)) return { bytes: Buffer.concat(parts), cut: true }
    if (size === 0) return { bytes: Buffer.concat(parts), cut: false }
    const start = lineEnd + 1
    parts.push(raw.subarray(start, start + size))
    if (start + size > raw.length) return { bytes: Buffer.concat(parts), cut: true }
    at = start + size
    if (raw[at] === 13) at += 1
    if (raw[at] === 10) at += 1
  }
  return { bytes: Buffer.concat(parts), cut: true }
}

/** A body without its content encoding; undefined where it cannot be had. */
export function inflate(bytes: Uint8Array, encoding: string | undefined): Uint8Array | undefined {
  const limits = { maxOutputLength: INFLATED_MAX }
  const gzip = { ...limits, finishFlush: constants.Z_SYNC_FLUSH }
  try {
    switch ((encoding ?? 'identity').trim().toLowerCase()) {
      case '':
      case 'identity':
      case 'none':
        return bytes
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(bytes, gzip)
      case 'br':
        return brotliDecompressSync(bytes, limits)
      case 'zstd':
        return zstdDecompressSync(bytes, limits)
      case 'deflate':
        return (bytes[0] ?? 0) % 16 === 8 ? inflateSync(bytes, gzip) : inflateRawSync(bytes, gzip)
      default:
        return undefined
    }
  } catch {
    return undefined
  }
}
