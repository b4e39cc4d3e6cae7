import { wrong } from './lex.ts'

const UNIT_MS: Readonly<Record<string, number>> = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000 }
const PERIOD = /^[+-]?(\d+[wdhm]\s*)+$/
const DATE = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:\s+(\d{1,2}):(\d{2}))?$/

/** The time that a value such as `-7d`, `2030-01-31` or `2030/01/31 12:30` stands for. Throws Jira's refusal of any other. */
export function timeOfValue(field: string, text: string, nowMs: number): number {
  if (PERIOD.test(text.trim())) {
    const sign = text.trim().startsWith('-') ? -1 : 1
    const ms = [...text.matchAll(/(\d+)([wdhm])/g)].reduce(
      (sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0),
      0,
    )
    return nowMs + sign * ms
  }
  const [, year, month, day, hour = '0', minute = '0'] = DATE.exec(text.trim()) ?? []
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute))
  if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== Number(day))
    throw wrong(
      `Date value '${text}' for field '${field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.`,
    )
  return ms
}

const EDGES = ['day', 'week', 'month', 'year'] as const
type Edge = (typeof EDGES)[number]
const SHIFT = /^([+-]?\d+)([yMwdhm])?$/

/** What `startOfDay("-1")`, `endOfMonth()` and the like give; undefined when it is none of them. */
export function edgeOf(name: string, args: readonly string[], nowMs: number): number | undefined {
  const found = /^(start|end)of(day|week|month|year)$/.exec(name.toLowerCase())
  const edge = EDGES.find((one) => one === found?.[2])
  if (found === null || edge === undefined) return undefined
  const [, count, unit] = SHIFT.exec((args[0] ?? '0').trim()) ?? []
  if (count === undefined)
    throw wrong(`Duration for function '${name}' should have the format (+/-)n(yMwdhm), e.g -1M for 1 month earlier.`)
  const usual: Readonly<Record<Edge, string>> = { day: 'd', week: 'w', month: 'M', year: 'y' }
  const shifted = shift(nowMs, Number(count), unit ?? usual[edge])
  const begin = startOf(shifted, edge)
  return found[1] === 'start' ? begin : startOf(shift(begin, 1, usual[edge]), edge) - 1
}

function shift(ms: number, count: number, unit: string): number {
  const date = new Date(ms)
  if (unit === 'y') date.setUTCFullYear(date.getUTCFullYear() + count)
  else if (unit === 'M') date.setUTCMonth(date.getUTCMonth() + count)
  else return ms + count * (UNIT_MS[unit] ?? 0)
  return date.getTime()
}

function startOf(ms: number, edge: Edge): number {
  const date = new Date(ms)
  date.setUTCHours(0, 0, 0, 0)
  // Weeks begin on Sunday, as in Jira's default locale.
  if (edge === 'week') date.setUTCDate(date.getUTCDate() - date.getUTCDay())
  if (edge === 'month' || edge === 'year') date.setUTCDate(1)
  if (edge === 'year') date.setUTCMonth(0)
  return date.getTime()
}

/** The day of a time, from midnight to midnight. */
export const dayOf = (ms: number): readonly [fromMs: number, toMs: number] => {
  const begin = startOf(ms, 'day')
  return [begin, begin + 86_400_000]
}

/** The midnight before a time. */
export const startOfDay = (ms: number): number => startOf(ms, 'day')
