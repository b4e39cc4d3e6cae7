import { notModelled } from '../twin.ts'
import type { Ask } from './ask.ts'
import { GAPS } from './gaps.ts'
import type { Fields } from './state.ts'

const USUAL = 50
const MOST = 1000

type Page<Row> = {
  readonly rows: readonly Row[]
  readonly size: number
  readonly page: number
  /** Where the first row stands among all. */
  readonly start: number
  readonly first: string
  readonly previous: string | null
  readonly next: string | null
  readonly here: string
}

/**
 * A page of `all`, by size and by the token that stands for the row before it. https://www.twilio.com/docs/usage/twilios-response
 * (2026-11-26): 50 rows unless said, 1000 at most. Tokens as recorded: `PA` and the SID of a row; back is `PB`.
 */
function pageOf<Row extends { readonly id: string }>(ask: Ask, all: readonly Row[]): Page<Row> {
  const asked = Number(ask.param('PageSize') || USUAL)
  const size = Math.min(MOST, Math.max(1, Number.isInteger(asked) ? asked : USUAL))
  const page = Number(ask.param('Page') || 0)
  const token = ask.param('PageToken')
  if (page > 0 && token === '') throw notModelled('twilio', GAPS, 'pages by number')
  const at = all.findIndex(({ id }) => id === token.slice(2))
  const start = token.startsWith('PB') ? Math.max(0, at - size) : token === '' ? 0 : at + 1
  const rows = all.slice(start, start + size)
  const query = new URLSearchParams(ask.url.searchParams)
  for (const name of ['PageSize', 'Page', 'PageToken']) query.delete(name)
  const address = (to: number, stand?: string): string => {
    const more = new URLSearchParams(query)
    more.set('PageSize', `${size}`)
    more.set('Page', `${to}`)
    if (stand !== undefined) more.set('PageToken', stand)
    return `${ask.url.pathname}?${more}`
  }
  return {
    rows,
    size,
    page,
    start: page * size,
    first: address(0),
    previous: start > 0 ? address(Math.max(0, page - 1), `PB${rows[0]?.id ?? all.at(-1)?.id ?? ''}`) : null,
    next: start + size < all.length ? address(page + 1, `PA${rows.at(-1)?.id ?? ''}`) : null,
    here: address(page, token === '' ? undefined : token),
  }
}

/** A list at api.twilio.com. */
export function uriPage<Row extends { readonly id: string }>(
  ask: Ask,
  name: string,
  all: readonly Row[],
  body: (row: Row) => Fields,
): Response {
  const { rows, size, page, start, first, previous, next, here } = pageOf(ask, all)
  return Response.json({
    end: start + Math.max(0, rows.length - 1),
    first_page_uri: first,
    next_page_uri: next,
    page,
    page_size: size,
    previous_page_uri: previous,
    start,
    uri: here,
    [name]: rows.map(body),
  })
}

/** A list anywhere else. */
export function metaPage<Row extends { readonly id: string }>(
  ask: Ask,
  key: string,
  all: readonly Row[],
  body: (row: Row) => Fields,
): Response {
  const { rows, size, page, first, previous, next, here } = pageOf(ask, all)
  const full = (path: string | null): string | null => (path === null ? null : ask.url.origin + path)
  return Response.json({
    meta: {
      page,
      page_size: size,
      first_page_url: full(first),
      previous_page_url: full(previous),
      url: full(here),
      next_page_url: full(next),
      key,
    },
    [key]: rows.map(body),
  })
}

/** Parameters of every list. */
export const PAGING: readonly string[] = ['PageSize', 'Page', 'PageToken']
