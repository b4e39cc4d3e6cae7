import type { Item } from './state.ts'
import { invalid } from './wire.ts'

const LIMIT = { usual: 20, max: 100 }

/**
 * One page of a list behind the entry `after` names, with where it begins and ends.
 * Source: openai 7.57 src/core/pagination.ts, CursorPage.
 */
export function pageOf(
  all: readonly Item[],
  query: Readonly<Record<string, string>>,
  what: string,
  max: number = LIMIT.max,
): Item | Response {
  const limit = query.limit === undefined ? LIMIT.usual : Number(query.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > max) {
    const low = limit < 1
    return invalid(
      `Invalid 'limit': integer ${low ? 'below minimum' : 'above maximum'} value. Expected a value ${low ? '>= 1' : `<= ${max}`}, but got ${query.limit} instead.`,
      'limit',
      low ? 'integer_below_min_value' : 'integer_above_max_value',
    )
  }
  const behind = query.after === undefined ? -1 : all.findIndex(({ id }) => id === query.after)
  if (query.after !== undefined && behind < 0) return invalid(`No such ${what}: ${query.after}`, 'after')
  const data = all.slice(behind + 1, behind + 1 + limit)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: all.length > behind + 1 + limit,
  }
}
