import { invalid, malformed } from './errors.ts'
import { type Field, inRange, integer, type Range, range, string } from './params.ts'
import { listBody, type Wire } from './wire.ts'

/** https://docs.stripe.com/api/pagination (2026-11-24): 1 to 100, by default 10, newest first. */
const PAGE = { usual: 10, max: 100 }

type PageSpec = {
  readonly limit: Field<number>
  readonly starting_after: Field<string>
  readonly ending_before: Field<string>
}
export const PAGE_SPEC: PageSpec = { limit: integer(1, PAGE.max), starting_after: string(), ending_before: string() }

/** Parameters of a list that can be cut by time. */
export const LIST_SPEC: PageSpec & { readonly created: Field<Range> } = { ...PAGE_SPEC, created: range() }

export type Page = {
  readonly limit?: number | undefined
  readonly starting_after?: string | undefined
  readonly ending_before?: string | undefined
  readonly created?: Range | undefined
}

/** One page of `rows` (oldest first, as stored), newest first. `what` names a row in errors. */
export function page<Row extends { readonly id: string; readonly created: number }>(
  url: string,
  what: string,
  rows: readonly Row[],
  params: Page,
  body: (row: Row) => Wire,
): Wire {
  const { limit = PAGE.usual, starting_after, ending_before, created } = params
  if (starting_after !== undefined && ending_before !== undefined) {
    throw malformed('You cannot use both starting_after and ending_before.', { param: 'ending_before' })
  }
  const newestFirst = rows.toReversed().filter((row) => created === undefined || inRange(row.created, created))
  const at = (id: string, param: string): number => {
    const index = newestFirst.findIndex((row) => row.id === id)
    if (index < 0) throw invalid(`No such ${what}: '${id}'`, { code: 'resource_missing', param })
    return index
  }
  if (ending_before !== undefined) {
    const end = at(ending_before, 'ending_before')
    const start = Math.max(0, end - limit)
    return listBody(url, newestFirst.slice(start, end).map(body), start > 0)
  }
  const start = starting_after === undefined ? 0 : at(starting_after, 'starting_after') + 1
  return listBody(url, newestFirst.slice(start, start + limit).map(body), start + limit < newestFirst.length)
}
