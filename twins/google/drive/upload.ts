import { type Ask, jsonOf } from '../ask.ts'
import type { Obj } from '../fields.ts'
import type { Upload } from '../state.ts'
import { badRequest, GoogleError } from '../wire.ts'
import type { Media } from './files.ts'

/** The two parts of `multipart/related`: metadata, then bytes. */
export function multipart(ask: Ask): { readonly metadata: Obj; readonly media: Media | undefined } {
  const type = ask.headers.get('content-type') ?? ''
  const [, quoted, bare] = /boundary=(?:"([^"]+)"|([^;]+))/i.exec(type) ?? []
  const boundary = quoted ?? bare
  if (!/^multipart\//i.test(type) || boundary === undefined) throw badRequest('Bad content type. Please use multipart.')
  const parts = split(Buffer.from(ask.bytes), boundary.trim())
  const [first, second] = parts
  if (first === undefined || second === undefined) throw badRequest('Missing end boundary in multipart body.')
  return { metadata: jsonOf(first.body), media: { type: second.type, bytes: second.body } }
}

type Part = { readonly type: string; readonly body: Buffer }

function split(bytes: Buffer, boundary: string): readonly Part[] {
  const mark = `--${boundary}`
  const parts: Part[] = []
  let at = bytes.indexOf(mark)
  while (at >= 0) {
    const next = bytes.indexOf(mark, at + mark.length)
    if (next < 0) break
    const part = bytes.subarray(at + mark.length, next)
    const head = /^(?:--)?\r?\n?([\s\S]*?)\r?\n\r?\n/.exec(part.toString('latin1'))
    if (head !== null) {
      const lines = head[1] ?? ''
      const body = part.subarray(head[0].length)
      const plain = body.subarray(0, body.length - (body.at(-2) === 13 ? 2 : 1))
      const coded = /^content-transfer-encoding:\s*base64/im.test(lines)
      parts.push({
        type: /^content-type:\s*([^\r\n]+)/im.exec(lines)?.[1]?.trim() ?? 'application/octet-stream',
        body: coded ? Buffer.from(plain.toString('latin1'), 'base64') : plain,
      })
    }
    at = next
  }
  return parts
}

/** Half a megabyte, and what is divided by it: https://developers.google.com/workspace/drive/api/guides/manage-uploads#resumable (as known; not opened). */
const CHUNK = 256 * 1024

/**
 * Takes one piece of a resumable upload. Gives the upload with it, and whether that was all. An empty piece with `bytes *` asks
 * how far it is.
 */
export function received(upload: Upload, ask: Ask): { readonly upload: Upload; readonly done: boolean } {
  const range = ask.headers.get('content-range')
  const held = Buffer.from(upload.received, 'base64')
  if (range === null) return { upload: { ...upload, received: Buffer.from(ask.bytes).toString('base64') }, done: true }
  const [, from, to, total] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(range) ?? []
  if (total === undefined) throw badRequest(`Failed to parse Content-Range header.`)
  const size = total === '*' ? upload.size : Number(total)
  if (from === undefined || to === undefined)
    return { upload: { ...upload, size }, done: size !== null && held.length >= size }
  const [start, end] = [Number(from), Number(to) + 1]
  // What was sent before is passed over; a hole is refused.
  if (start > held.length || end - start !== ask.bytes.length)
    throw new GoogleError(
      'Invalid request. The number of bytes uploaded is required to be equal or greater than what is held.',
      {
        status: 400,
        reason: 'badRequest',
      },
    )
  const last = size !== null && end >= size
  if (!last && ask.bytes.length % CHUNK !== 0)
    throw badRequest(
      `Invalid request.  The number of bytes uploaded is required to be equal or greater than ${CHUNK}, except for the final request (it's recommended to be the exact multiple of ${CHUNK}).`,
    )
  const all = Buffer.concat([held.subarray(0, start), ask.bytes])
  return { upload: { ...upload, size, received: all.toString('base64') }, done: last }
}
