import { createHash } from 'node:crypto'
import { invalidParameter } from './wire.ts'

type Asked = {
  readonly token: string | null
  readonly size: number
  /** What the list is of: a token of another list is refused. */
  readonly about: string
}

/** One page of a list, and the token of the next. */
export function pageOf<T>(
  rows: readonly T[],
  { token, size, about }: Asked,
): { readonly rows: readonly T[]; readonly next: string | undefined } {
  const mark = createHash('sha256').update(about).digest('base64url').slice(0, 20)
  let from = 0
  if (token !== null && token !== '') {
    const [, at, of] = /^(\d+)~(.+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? []
    if (at === undefined || of !== mark) throw invalidParameter('pageToken', 'Invalid Value')
    from = Number(at)
  }
  const end = from + size
  const next = end < rows.length ? Buffer.from(`${end}~${mark}`).toString('base64url') : undefined
  return { rows: rows.slice(from, end), next }
}
