import type { Json } from '../trace.ts'
import type { Ask, Reply } from './ask.ts'
import { findRepo } from './github.ts'
import { API, GitHubError } from './wire.ts'

/** https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api (2026-11-26). */
const PER_PAGE = { usual: 30, most: 100 }
/** Search gives the first thousand only. */
const SEARCH_MOST = 1000

type Window = { readonly from: number; readonly to: number; readonly page: number; readonly size: number }

function windowOf(query: URLSearchParams): Window {
  const whole = (name: string, usual: number): number => {
    const value = Number(query.get(name) ?? usual)
    return Number.isInteger(value) && value > 0 ? value : usual
  }
  const size = Math.min(whole('per_page', PER_PAGE.usual), PER_PAGE.most)
  const page = whole('page', 1)
  return { from: (page - 1) * size, to: page * size, page, size }
}

/** Links lead by the repository's number, as recorded. */
function linkOf(ask: Ask, page: number): string {
  const [, , owner = '', repo = ''] = ask.url.pathname.split('/')
  const found = ask.url.pathname.startsWith('/repos/') ? findRepo(ask.github, `${owner}/${repo}`) : undefined
  const path =
    found === undefined
      ? ask.url.pathname
      : `/repositories/${found.id}${ask.url.pathname
          .split('/')
          .slice(4)
          .map((part) => `/${part}`)
          .join('')}`
  const query = new URLSearchParams(ask.url.search)
  query.set('page', String(page))
  return `<${API}${path}?${query}>`
}

function linksOf(ask: Ask, { page, size }: Window, total: number): Readonly<Record<string, string>> {
  const last = Math.max(1, Math.ceil(total / size))
  if (last === 1 && page === 1) return {}
  const links = [
    ...(page > 1 ? [`${linkOf(ask, page - 1)}; rel="prev"`] : []),
    ...(page < last ? [`${linkOf(ask, page + 1)}; rel="next"`, `${linkOf(ask, last)}; rel="last"`] : []),
    ...(page > 1 ? [`${linkOf(ask, 1)}; rel="first"`] : []),
  ]
  return { Link: links.join(', ') }
}

/** One page of a list, with links to the others. Only what is on it is shaped. */
export function page<T>(ask: Ask, rows: readonly T[], shape: (row: T) => Json): Reply {
  const window = windowOf(ask.query)
  const body = rows.slice(window.from, window.to).map(shape)
  return { status: 200, body, headers: linksOf(ask, window, rows.length) }
}

/** One page in an envelope: `{ total_count, <name>: [...] }`. */
export function counted<T>(
  ask: Ask,
  name: string,
  rows: readonly T[],
  shape: (row: T) => Json,
  more: { readonly [field: string]: Json } = {},
): Reply {
  const window = windowOf(ask.query)
  const items = rows.slice(window.from, window.to).map(shape)
  return {
    status: 200,
    body: { total_count: rows.length, ...more, [name]: items },
    headers: linksOf(ask, window, rows.length),
  }
}

/** One page of what a search found. */
export function found<T>(ask: Ask, rows: readonly T[], shape: (row: T) => Json): Reply {
  const window = windowOf(ask.query)
  if (window.from >= SEARCH_MOST) throw new GitHubError(422, 'Only the first 1000 search results are available')
  return counted(ask, 'items', rows, shape, { incomplete_results: false })
}

/** Rows in the order that `sort` and `direction` ask for; `by` gives what each word sorts by. */
export function sorted<T>(
  ask: Ask,
  rows: readonly T[],
  by: Readonly<Record<string, (row: T) => string | number>>,
  usual: { readonly sort: string; readonly direction: 'asc' | 'desc' },
): readonly T[] {
  const key = by[ask.query.get('sort') ?? usual.sort] ?? by[usual.sort]
  const asked = ask.query.get('direction') ?? ask.query.get('order')
  const sign = (asked === 'asc' || asked === 'desc' ? asked : usual.direction) === 'asc' ? 1 : -1
  if (key === undefined) return rows
  // Ties go by age, in the same direction.
  const aged = rows.map((row, at) => ({ row, at, by: key(row) }))
  aged.sort((a, b) => (a.by < b.by ? -sign : a.by > b.by ? sign : (a.at - b.at) * sign))
  return aged.map(({ row }) => row)
}
