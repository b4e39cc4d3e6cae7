import type { Site } from '../site.ts'
import type { Issue } from '../state.ts'
import type { Searched } from './fields.ts'
import { wrong } from './lex.ts'
import { dayOf } from './time.ts'

type Value = string | number
/** What a predicate says, with its dates as times and its people and values as the history has them. */
export type Narrowed =
  | { readonly name: 'after' | 'before' | 'on'; readonly ms: number }
  | { readonly name: 'during'; readonly fromMs: number; readonly toMs: number }
  | { readonly name: 'by' | 'from' | 'to'; readonly values: readonly (Value | null)[] }

type Event = {
  readonly atMs: number
  readonly by: string
  readonly from: Value | null
  readonly to: Value | null
}
/** When something stood in a field, and who had put it there. */
type Stay = { readonly fromMs: number; readonly toMs: number; readonly by: string | undefined }

function eventsOf(site: Site, field: Searched, { id }: Issue): readonly Event[] {
  const byId = field.recorded === 'id'
  return site.store.histories.find(id).flatMap(({ items, author, created_ms }) =>
    items
      .filter((item) => item.field === field.history)
      .map((item) => ({
        atMs: created_ms,
        by: author,
        from: byId ? item.from : item.fromString,
        to: byId ? item.to : item.toString,
      })),
  )
}

/** The stays of one value, null being none at all. A field of several values has items of what came and what went. */
function staysOf(site: Site, field: Searched, issue: Issue, value: Value | null): readonly Stay[] {
  const events = eventsOf(site, field, issue).filter(({ from, to }) => from === value || to === value)
  const now = field.of(site, issue, '')
  const holds = value === null ? now.length === 0 : now.includes(value)
  const first = events[0]
  const stays: Stay[] = []
  let open: { readonly fromMs: number; readonly by: string | undefined } | undefined = (
    first === undefined
      ? holds
      : first.from === value
  )
    ? { fromMs: issue.created_ms, by: issue.creator }
    : undefined
  for (const { atMs, by, to } of events) {
    if (to === value) open = { fromMs: atMs, by }
    else if (open !== undefined) {
      stays.push({ ...open, toMs: atMs })
      open = undefined
    }
  }
  return open === undefined ? stays : [...stays, { ...open, toMs: Number.POSITIVE_INFINITY }]
}

/** `was`: whether any of the values once stood there, at a time and by somebody's hand as the predicates say. */
export function stood(
  site: Site,
  field: Searched,
  values: readonly (Value | null)[],
  predicates: readonly Narrowed[],
): (issue: Issue) => boolean {
  const fits = (stay: Stay): boolean =>
    predicates.every((one) => {
      switch (one.name) {
        case 'after':
          return stay.toMs > one.ms
        case 'before':
          return stay.fromMs < one.ms
        case 'on': {
          const [fromMs, toMs] = dayOf(one.ms)
          return stay.fromMs < toMs && stay.toMs > fromMs
        }
        case 'during':
          return stay.fromMs <= one.toMs && stay.toMs > one.fromMs
        case 'by':
          return stay.by !== undefined && one.values.includes(stay.by)
        default:
          throw wrong(`The predicate '${one.name}' is not supported by the operator 'was'.`)
      }
    })
  return (issue) => values.some((value) => staysOf(site, field, issue, value).some(fits))
}

/** `changed`: whether there was a change as the predicates say. */
export function changed(site: Site, field: Searched, predicates: readonly Narrowed[]): (issue: Issue) => boolean {
  const fits = ({ atMs, by, from, to }: Event): boolean =>
    predicates.every((one) => {
      switch (one.name) {
        case 'after':
          return atMs > one.ms
        case 'before':
          return atMs < one.ms
        case 'on': {
          const [fromMs, toMs] = dayOf(one.ms)
          return atMs >= fromMs && atMs < toMs
        }
        case 'during':
          return atMs >= one.fromMs && atMs <= one.toMs
        case 'by':
          return one.values.includes(by)
        case 'from':
          return one.values.includes(from)
        case 'to':
          return one.values.includes(to)
        default:
          return one satisfies never
      }
    })
  return (issue) => eventsOf(site, field, issue).some(fits)
}
