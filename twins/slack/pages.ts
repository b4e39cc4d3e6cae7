import { type Ask, arg, SlackError } from './ask.ts'
import type { Fields } from './state.ts'
import { cursorAt, cursorOf } from './wire.ts'

/** Pages by number, as older methods have them: https://docs.slack.dev/apis/web-api/pagination#classic-pagination (2026-11-26). */
export type Page<Row> = { readonly rows: readonly Row[]; readonly paging: Fields; readonly next: string }

/** The page that `page` and `count` ask for, or `cursor` and `limit`; `*` is the first cursor. */
export function pageOf<Row>(ask: Ask, all: readonly Row[], usual: number, most: number): Page<Row> {
  const size = Number(arg(ask, 'count') || arg(ask, 'limit') || usual)
  if (!Number.isInteger(size) || size < 1) throw new SlackError('invalid_limit')
  const count = Math.min(size, most)
  const cursor = arg(ask, 'cursor')
  const from = cursor === '' || cursor === '*' ? Number(arg(ask, 'page') || 1) : Number(cursorAt('page', cursor))
  if (!Number.isInteger(from) || from < 1) throw new SlackError('invalid_cursor')
  const pages = Math.ceil(all.length / count)
  return {
    rows: all.slice((from - 1) * count, from * count),
    paging: { count, total: all.length, page: from, pages },
    next: from < pages ? cursorOf('page', String(from + 1)) : '',
  }
}
