import { isObj, type Obj } from '../fields.ts'
import { msOf } from './entry.ts'

export type Value = number | string | boolean | null | { readonly error: string }

/** What a number looks like by itself: ten digits, and powers of ten where it is very long. */
export function general(value: number): string {
  if (value === 0) return '0'
  if (!Number.isFinite(value)) return '#NUM!'
  const size = Math.abs(value)
  if (size >= 1e15 || size < 1e-9) {
    const [digits = '', power = ''] = value.toExponential(5).split('e')
    const exponent = Number(power)
    return `${Number(digits)}E${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  }
  if (Number.isInteger(value)) return String(value)
  const rounded = Number(value.toPrecision(10))
  const text = String(rounded)
  return text.includes('e') ? rounded.toFixed(20).replace(/0+$/, '').replace(/\.$/, '') : text
}

export function patternOf(format: Obj | undefined): { readonly type: string; readonly pattern: string } | undefined {
  const { numberFormat } = format ?? {}
  if (!isObj(numberFormat)) return undefined
  const { type, pattern } = numberFormat
  if (typeof type !== 'string' || type === 'NUMBER_FORMAT_TYPE_UNSPECIFIED') return undefined
  return { type, pattern: typeof pattern === 'string' && pattern !== '' ? pattern : (DEFAULTS[type] ?? '') }
}

/** Patterns of a type that is given without one: https://developers.google.com/workspace/sheets/api/guides/formats (as known; not opened). */
const DEFAULTS: Readonly<Record<string, string>> = {
  NUMBER: '#,##0.00',
  PERCENT: '0.00%',
  CURRENCY: '"$"#,##0.00',
  DATE: 'm/d/yyyy',
  TIME: 'h:mm:ss am/pm',
  DATE_TIME: 'm/d/yyyy h:mm:ss',
  SCIENTIFIC: '0.00E+00',
}

export const isDated = (type: string): boolean => type === 'DATE' || type === 'TIME' || type === 'DATE_TIME'

/** A value as people see it. `unknown` is thrown for patterns that nobody has modelled. */
export function shown(value: Value, format: Obj | undefined, unknown: (pattern: string) => Error): string {
  if (value === null) return ''
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (typeof value === 'string') return value
  if (typeof value === 'object') return value.error
  const pattern = patternOf(format)
  if (pattern === undefined) return general(value)
  if (pattern.type === 'TEXT' || pattern.pattern === '@') return general(value)
  if (/^general$/i.test(pattern.pattern)) return general(value)
  return isDated(pattern.type) || /[ymdhs]/i.test(unquoted(pattern.pattern))
    ? moment(value, pattern.pattern, unknown)
    : number(value, pattern.pattern, unknown)
}

const unquoted = (pattern: string): string => pattern.replaceAll(/"[^"]*"|\\./g, '')
const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')
const two = (value: number): string => String(value).padStart(2, '0')

function moment(serial: number, pattern: string, unknown: (pattern: string) => Error): string {
  const at = new Date(msOf(serial))
  const tokens = pattern.match(/"[^"]*"|\\.|am\/pm|a\/p|y+|m+|d+|h+|s+|\.0+|[^"\\]/gi) ?? []
  const twelve = tokens.some((token) => /^(am\/pm|a\/p)$/i.test(token))
  let clock = false
  return tokens
    .map((token, index) => {
      const lower = token.toLowerCase()
      if (token.startsWith('"')) return token.slice(1, -1)
      if (token.startsWith('\\')) return token.slice(1)
      const hour = twelve ? at.getUTCHours() % 12 || 12 : at.getUTCHours()
      if (lower[0] === 'h') clock = true
      // An m is minutes right after hours or right before seconds.
      const next = tokens.slice(index + 1).find((one) => /^[ymdhs]/i.test(one))
      const minutes = lower[0] === 'm' && (clock || next?.toLowerCase()[0] === 's')
      if (/^[ymds]/.test(lower) && !minutes) clock = false
      if (minutes) {
        clock = false
        return lower.length === 1 ? String(at.getUTCMinutes()) : two(at.getUTCMinutes())
      }
      switch (lower) {
        case 'yyyy':
        case 'y':
          return String(at.getUTCFullYear())
        case 'yy':
          return two(at.getUTCFullYear() % 100)
        case 'm':
          return String(at.getUTCMonth() + 1)
        case 'mm':
          return two(at.getUTCMonth() + 1)
        case 'mmm':
          return (MONTHS[at.getUTCMonth()] ?? '').slice(0, 3)
        case 'mmmm':
          return MONTHS[at.getUTCMonth()] ?? ''
        case 'd':
          return String(at.getUTCDate())
        case 'dd':
          return two(at.getUTCDate())
        case 'ddd':
          return (DAYS[at.getUTCDay()] ?? '').slice(0, 3)
        case 'dddd':
          return DAYS[at.getUTCDay()] ?? ''
        case 'h':
          return String(hour)
        case 'hh':
          return two(hour)
        case 's':
          return String(at.getUTCSeconds())
        case 'ss':
          return two(at.getUTCSeconds())
        case '.000':
          return `.${String(at.getUTCMilliseconds()).padStart(3, '0')}`
        case 'am/pm':
          return at.getUTCHours() < 12 ? 'AM' : 'PM'
        case 'a/p':
          return at.getUTCHours() < 12 ? 'A' : 'P'
        default:
          if (/^[-/.,: T]$/.test(token)) return token
          throw unknown(pattern)
      }
    })
    .join('')
}

const PLACES =
  /^((?:"[^"]*"|\\.|[$€£¥()\s-])*)(#,##0|#,###|0+|#+0?|#)(?:\.(0*)(#*))?(E[+-]0+)?(%?)((?:"[^"]*"|\\.|[€£¥()\s])*)$/i

function number(value: number, pattern: string, unknown: (pattern: string) => Error): string {
  const match = PLACES.exec(pattern)
  if (match === null) throw unknown(pattern)
  const [, before = '', whole = '', fixed = '', free = '', power = '', percent = '', after = ''] = match
  const literal = (text: string): string => text.replaceAll(/"([^"]*)"|\\(.)/g, '$1$2')
  const scaled = Math.abs(percent === '' ? value : shifted(value, 2))
  let text: string
  if (power !== '') {
    const [digits = '', exponent = '0'] = scaled.toExponential(fixed.length + free.length).split('e')
    text = `${digits}E${Number(exponent) < 0 ? '-' : '+'}${String(Math.abs(Number(exponent))).padStart(power.length - 2, '0')}`
  } else {
    let [units = '', rest = ''] = rounded(scaled, fixed.length + free.length).split('.')
    while (rest.length > fixed.length && rest.endsWith('0')) rest = rest.slice(0, -1)
    units = units.padStart(/^0+$/.test(whole) ? whole.length : 1, '0')
    if (whole.includes(',')) units = units.replaceAll(/\B(?=(\d{3})+$)/g, ',')
    text = rest === '' ? units : `${units}.${rest}`
  }
  const negative = value < 0 && /[1-9]/.test(text) ? '-' : ''
  return `${negative}${literal(before)}${text}${percent}${literal(after)}`
}

/** Halves are rounded away from zero, of the number as it is written. */
function rounded(value: number, places: number): string {
  if (value >= 1e20) return value.toFixed(places)
  return shifted(Math.round(shifted(value, places)), -places).toFixed(places)
}

/** `value` with its decimal point moved, without the error of a multiplication. */
export function shifted(value: number, places: number): number {
  const [digits = '0', power = '0'] = String(value).split('e')
  return Number(`${digits}e${Number(power) + places}`)
}
