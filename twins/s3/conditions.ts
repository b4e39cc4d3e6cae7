import type { HeaderOf } from '../twin.ts'
import type { StoredObject } from './state.ts'
import { noSuchKey, notImplemented, preconditionFailed, quoted, Refused } from './wire.ts'

const bare = (etag: string): string => etag.trim().replace(/^W\//, '').replace(/^"|"$/g, '')
const names = (list: string, etag: string): boolean =>
  list.split(',').some((one) => one.trim() === '*' || bare(one) === etag)
/** HTTP has no milliseconds. */
const seconds = (ms: number): number => Math.floor(ms / 1000)
const afterOf = (text: string | undefined): number | undefined => {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? undefined : seconds(ms)
}

type Outcome = 'holds' | 'failed' | 'not-modified'

/**
 * Conditions of a read: `If-Match` outweighs `If-Unmodified-Since`, and `If-None-Match` outweighs `If-Modified-Since`.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (2026-11-26).
 */
function weigh(object: StoredObject, header: HeaderOf): Outcome {
  const modified = seconds(object.modified_ms)
  const [match, none] = [header('if-match'), header('if-none-match')]
  const [since, unmodified] = [afterOf(header('if-modified-since')), afterOf(header('if-unmodified-since'))]
  if (match !== undefined && !names(match, object.etag)) return 'failed'
  if (match === undefined && unmodified !== undefined && modified > unmodified) return 'failed'
  if (none !== undefined) return names(none, object.etag) ? 'not-modified' : 'holds'
  return since !== undefined && modified <= since ? 'not-modified' : 'holds'
}

/** Throws 412, or 304 with the tag, where a read is not wanted. */
export function checkRead(object: StoredObject, header: HeaderOf): void {
  const outcome = weigh(object, header)
  if (outcome === 'failed') throw preconditionFailed({ Condition: 'If-Match' })
  if (outcome === 'not-modified') {
    const headers = { ETag: quoted(object.etag), 'Last-Modified': new Date(object.modified_ms).toUTCString() }
    throw new Refused(304, 'NotModified', '', {}, headers)
  }
}

/** Conditions on what is copied: all of them end in 412. */
export function checkSource(object: StoredObject, header: HeaderOf): void {
  if (weigh(object, (name) => header(`x-amz-copy-source-${name}`)) !== 'holds') throw preconditionFailed()
}

/**
 * Conditions of a write: only where nothing is yet, or only over what one has seen.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html (2026-11-26).
 */
export function checkWrite(current: StoredObject | undefined, key: string, header: HeaderOf): void {
  const [match, none] = [header('if-match'), header('if-none-match')]
  if (none !== undefined) {
    if (none !== '*') throw notImplemented('If-None-Match')
    if (current !== undefined) throw preconditionFailed({ Condition: 'If-None-Match' })
  }
  if (match === undefined) return
  if (current === undefined) throw noSuchKey({ Key: key })
  if (!names(match, current.etag)) throw preconditionFailed({ Condition: 'If-Match' })
}
