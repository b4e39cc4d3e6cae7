import type { Chain } from '../aws/sigv4.ts'
import { incompleteBody, Refused } from './wire.ts'

/** A body that came in chunks of the application's own, and what stood behind it. */
export type Unchunked = { readonly body: Buffer; readonly trailers: ReadonlyMap<string, string> }

const TRAILER_SIGNATURE = 'x-amz-trailer-signature'
const mismatch = (): Refused =>
  new Refused(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  )

/**
 * Takes `aws-chunked` apart: each chunk has its size in hex before it, an empty one ends them, and trailers follow. With a `chain` every
 * chunk has its signature beside its size, and the trailers have one behind them.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html (2026-11-26).
 */
export function unchunk(bytes: Buffer, chain?: Chain): Unchunked {
  const parts: Buffer[] = []
  let at = 0
  const line = (): string => {
    const end = bytes.indexOf('\r\n', at)
    if (end < 0) throw incompleteBody()
    const text = bytes.toString('latin1', at, end)
    at = end + 2
    return text
  }
  for (;;) {
    const [size = '', extension = ''] = line().split(';')
    if (!/^[0-9a-fA-F]+$/.test(size)) throw incompleteBody()
    const length = Number.parseInt(size, 16)
    if (at + length > bytes.length) throw incompleteBody()
    const data = bytes.subarray(at, at + length)
    if (chain !== undefined && extension !== `chunk-signature=${chain('PAYLOAD', data)}`) throw mismatch()
    if (length === 0) break
    if (at + length + 2 > bytes.length) throw incompleteBody()
    parts.push(data)
    at += length + 2
  }
  const trailers = new Map<string, string>()
  while (at < bytes.length) {
    const text = line()
    if (text === '') break
    const colon = text.indexOf(':')
    trailers.set(text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim())
  }
  checkTrailers(trailers, chain)
  return { body: Buffer.concat(parts), trailers }
}

function checkTrailers(trailers: Map<string, string>, chain: Chain | undefined): void {
  const given = trailers.get(TRAILER_SIGNATURE)
  trailers.delete(TRAILER_SIGNATURE)
  if (chain === undefined || trailers.size === 0) return
  const text = [...trailers].map(([name, value]) => `${name}:${value}\n`).join('')
  if (given !== chain('TRAILER', text)) throw mismatch()
}
