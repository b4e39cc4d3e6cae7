import type { Obj } from '../fields.ts'
import type { Entered } from './spreadsheet.ts'

/** What somebody typed, and the number format that comes with it. */
export type Entry = { readonly v: Entered | undefined; readonly format?: Obj }

const DAY_MS = 86_400_000
/** Day 0 of serial numbers: https://developers.google.com/workspace/sheets/api/guides/formats#about_date_time_values (as known; not opened). */
const EPOCH_MS = Date.UTC(1899, 11, 30)
export const serialOf = (ms: number): number => (ms - EPOCH_MS) / DAY_MS
export const msOf = (serial: number): number => Math.round(serial * DAY_MS) + EPOCH_MS

const NUMBER = /^[-+]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?(e[-+]?\d+)?$/i
const plain = (text: string): number => Number(text.replaceAll(',', ''))
const numberFormat = (type: string, pattern?: string): Obj => ({
  numberFormat: { type, ...(pattern === undefined ? {} : { pattern }) },
})

/**
 * Reads a text as if typed into a cell of a sheet in English (US). Source:
 * https://developers.google.com/workspace/sheets/api/reference/rest/v4/ValueInputOption (as known; not opened).
 * `foreign` is thrown for what another locale would read otherwise.
 */
export function typed(text: string, foreign: (() => Error) | undefined): Entry {
  if (text === '') return { v: undefined }
  if (text.startsWith("'")) return { v: text.slice(1) }
  if (text.startsWith('=') && text.length > 1) return { v: { formula: text } }
  if (/^(true|false)$/i.test(text)) return { v: text.toLowerCase() === 'true' }
  const trimmed = text.trim()
  if (/^[-+]?\d+$/.test(trimmed)) return { v: Number(trimmed) }
  if (!/\d/.test(trimmed)) return { v: text }
  const entry = numeric(trimmed) ?? dated(trimmed)
  if (foreign !== undefined && (entry !== undefined || /^[-+$€£¥\d.,:/%\s-]+$/.test(trimmed))) throw foreign()
  return entry ?? { v: text }
}

function numeric(text: string): Entry | undefined {
  const decimals = /\.\d/.test(text)
  if (text.endsWith('%')) {
    const number = text.slice(0, -1).trim()
    return NUMBER.test(number) && /\d/.test(number)
      ? { v: Number(`${plain(number)}e-2`), format: numberFormat('PERCENT', decimals ? '0.00%' : '0%') }
      : undefined
  }
  const money = /^(-?)\$(-?)(.+)$/.exec(text)
  if (money !== null) {
    const number = money[3] ?? ''
    if (!NUMBER.test(number) || !/\d/.test(number)) return undefined
    const sign = (money[1] ?? '') !== (money[2] ?? '') ? -1 : 1
    return { v: sign * plain(number), format: numberFormat('CURRENCY', decimals ? '"$"#,##0.00' : '"$"#,##0') }
  }
  if (!NUMBER.test(text) || !/\d/.test(text)) return undefined
  const v = plain(text)
  if (/e/i.test(text)) return { v, format: numberFormat('SCIENTIFIC', '0.00E+00') }
  if (text.includes(',')) return { v, format: numberFormat('NUMBER', decimals ? '#,##0.00' : '#,##0') }
  return { v }
}

const DATES: readonly (readonly [RegExp, (parts: readonly number[]) => readonly [number, number, number], string])[] = [
  [/^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/, ([y = 0, m = 0, d = 0]) => [y, m, d], 'yyyy-mm-dd'],
  [/^(\d{1,2})\/(\d{1,2})\/(\d{4})$/, ([m = 0, d = 0, y = 0]) => [y, m, d], 'm/d/yyyy'],
]
const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(am|pm)?$/i

function dayOf(text: string): { readonly day: number; readonly pattern: string } | undefined {
  for (const [form, order, pattern] of DATES) {
    const match = form.exec(text)
    if (match === null) continue
    const [year, month, day] = order(match.slice(1).map(Number))
    const ms = Date.UTC(year, month - 1, day)
    const made = new Date(ms)
    if (made.getUTCMonth() !== month - 1 || made.getUTCDate() !== day) return undefined
    return { day: serialOf(ms), pattern }
  }
  return undefined
}

function timeOf(text: string): number | undefined {
  const match = TIME.exec(text)
  if (match === null) return undefined
  const [, hours, minutes, seconds = '0', half] = match
  let hour = Number(hours)
  if (Number(minutes) > 59 || Number(seconds) > 59) return undefined
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined
    hour = (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0)
  } else if (hour > 23) return undefined
  return (hour * 3600 + Number(minutes) * 60 + Number(seconds)) / 86_400
}

function dated(text: string): Entry | undefined {
  const day = dayOf(text)
  if (day !== undefined) return { v: day.day, format: numberFormat('DATE', day.pattern) }
  const time = timeOf(text)
  if (time !== undefined) return { v: time, format: numberFormat('TIME', /[ap]m$/i.test(text) ? 'h:mm am/pm' : 'h:mm') }
  const at = text.search(/[ T]/)
  if (at < 0) return undefined
  const [date, rest] = [dayOf(text.slice(0, at)), timeOf(text.slice(at + 1).trim())]
  if (date === undefined || rest === undefined) return undefined
  return { v: date.day + rest, format: numberFormat('DATE_TIME', `${date.pattern} h:mm:ss`) }
}
