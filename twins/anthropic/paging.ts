import { gap } from './gaps.ts'
import type { Item } from './state.ts'

const PAGE_DEFAULT = 20
const PAGE_MAX = 1000

/**
 * One page of `all`, newest first: what follows `after_id`, or what comes before `before_id`, nearest to it.
 * Text when the query is refused. Source: https://platform.claude.com/docs/en/api/models/list (2026-11-26).
 */
export function pageOf(all: readonly Item[], query: Readonly<Record<string, string>>): Item | string {
  const { limit: given, after_id: after, before_id: before } = query
  const limit = given === undefined ? PAGE_DEFAULT : Number(given)
  if (!Number.isInteger(limit) || limit < 1) return 'limit: Input should be greater than or equal to 1'
  if (limit > PAGE_MAX) return `limit: Input should be less than or equal to ${PAGE_MAX}`
  const place = (id: string): number => {
    const at = all.findIndex((one) => one.id === id)
    if (at === -1) throw gap('unknown cursors of lists')
    return at
  }
  const rows =
    before !== undefined ? all.slice(0, place(before)) : after === undefined ? all : all.slice(place(after) + 1)
  const data = before !== undefined ? rows.slice(-limit) : rows.slice(0, limit)
  return {
    data,
    has_more: rows.length > limit,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  }
}
