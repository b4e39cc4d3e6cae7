import { incompleteBody } from './wire.ts'

/** A body that came in chunks of the application's own, and what stood behind it. */
export type Unchunked = { readonly body: Buffer; readonly trailers: ReadonlyMap<string, string> }

/**
 * Takes `aws-chunked` apart: each chunk has its size in hex before it, an empty one ends them, and trailers follow.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html (2026-11-26).
 */
export function unchunk(bytes: Buffer): Unchunked {
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
    const [size = ''] = line().split(';')
    if (!/^[0-9a-fA-F]+$/.test(size)) throw incompleteBody()
    const length = Number.parseInt(size, 16)
    if (length === 0) break
    if (at + length + 2 > bytes.length) throw incompleteBody()
    parts.push(bytes.subarray(at, at + length))
    at += length + 2
  }
  const trailers = new Map<string, string>()
  while (at < bytes.length) {
    const text = line()
    if (text === '') break
    const colon = text.indexOf(':')
    trailers.set(text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim())
  }
  return { body: Buffer.concat(parts), trailers }
}
