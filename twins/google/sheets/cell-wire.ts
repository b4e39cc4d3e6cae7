import type { Json } from '../../trace.ts'
import { isObj, type Obj } from '../fields.ts'
import type { Value } from './format.ts'
import type { Entered } from './spreadsheet.ts'

/** Colours are kept in eight bits a channel and sent as 32-bit floats: 0.5 comes back as 0.49803922 (as recorded). */
function channel(value: Json | undefined): number {
  const of = typeof value === 'number' ? value : 0
  return single(Math.floor(Math.fround(of) * 255 + 1e-4) / 255)
}

/** The shortest decimal that is the same 32-bit float. */
function single(value: number): number {
  const wanted = Math.fround(value)
  for (let digits = 1; digits <= 9; digits += 1) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === wanted) return short
  }
  return value
}

export function colour(value: Json | undefined): Obj {
  const { red, green, blue } = isObj(value) ? value : {}
  const parts = Object.entries({ red, green, blue }).map(([name, of]) => [name, channel(of)] as const)
  return Object.fromEntries(parts.filter(([, of]) => of !== 0))
}

const WHITE: Obj = { red: 1, green: 1, blue: 1 }
export const THEME: Obj = {
  primaryFontFamily: 'Arial',
  themeColors: [
    ['TEXT', {}],
    ['BACKGROUND', WHITE],
    ['ACCENT1', { red: 0.25882354, green: 0.52156866, blue: 0.95686275 }],
    ['ACCENT2', { red: 0.91764706, green: 0.2627451, blue: 0.20784314 }],
    ['ACCENT3', { red: 0.9843137, green: 0.7372549, blue: 0.015686275 }],
    ['ACCENT4', { red: 0.20392157, green: 0.65882355, blue: 0.3254902 }],
    ['ACCENT5', { red: 1, green: 0.42745098, blue: 0.003921569 }],
    ['ACCENT6', { red: 0.27450982, green: 0.7411765, blue: 0.7764706 }],
    ['LINK', { red: 0.06666667, green: 0.33333334, blue: 0.8 }],
  ].map(([colorType, rgbColor]) => ({ colorType: colorType as Json, color: { rgbColor: rgbColor as Json } })),
}
/** As recorded from new spreadsheets. */
export const DEFAULT_FORMAT: Obj = {
  backgroundColor: WHITE,
  padding: { top: 2, right: 3, bottom: 2, left: 3 },
  verticalAlignment: 'BOTTOM',
  wrapStrategy: 'OVERFLOW_CELL',
  textFormat: {
    foregroundColor: {},
    fontFamily: 'arial,sans,sans-serif',
    fontSize: 10,
    bold: false,
    italic: false,
    strikethrough: false,
    underline: false,
    foregroundColorStyle: { rgbColor: {} },
  },
  backgroundColorStyle: { rgbColor: WHITE },
}

/**
 * A format as it comes back: each colour both as itself and as a style (as recorded). A style that is a colour of the theme
 * has its colour from there.
 */
export function normalised(format: Obj): Obj {
  const result: Record<string, Json> = {}
  for (const [name, value] of Object.entries(format)) {
    if (value === null) continue
    if (/Color$/.test(name)) {
      result[name] = colour(value)
      if (!isObj(format[`${name}Style`])) result[`${name}Style`] = { rgbColor: colour(value) }
    } else if (/ColorStyle$/.test(name) && isObj(value)) {
      const { themeColor, rgbColor } = value
      // A style of no colour is none: this is how colours are taken away.
      if (typeof themeColor !== 'string' && !isObj(rgbColor)) continue
      result[name] = typeof themeColor === 'string' ? { themeColor } : { rgbColor: colour(rgbColor) }
      result[name.slice(0, -5)] = typeof themeColor === 'string' ? themed(themeColor) : colour(rgbColor)
    } else result[name] = isObj(value) ? normalised(value) : value
  }
  return result
}
function themed(colorType: string): Json {
  const { themeColors } = THEME
  const found = Array.isArray(themeColors)
    ? themeColors.find((one: Json) => isObj(one) && one.colorType === colorType)
    : undefined
  return isObj(found) && isObj(found.color) ? (found.color.rgbColor ?? {}) : {}
}

export function effective(format: Obj | undefined): Obj {
  return merged({ ...DEFAULT_FORMAT, hyperlinkDisplayType: 'PLAIN_TEXT' }, format ?? {})
}
function merged(under: Obj, over: Obj): Obj {
  const result: Record<string, Json> = { ...under }
  for (const [name, value] of Object.entries(over)) {
    const old = under[name]
    result[name] = isObj(value) && isObj(old) && !/Color(Style)?$/.test(name) ? merged(old, value) : value
  }
  return result
}

/** `userEnteredValue` of a cell. */
export function enteredJson(v: Entered): Json {
  if (typeof v === 'number') return { numberValue: v }
  if (typeof v === 'boolean') return { boolValue: v }
  return typeof v === 'string' ? { stringValue: v } : { formulaValue: v.formula }
}

const ERROR_TYPES: Readonly<Record<string, string>> = {
  '#ERROR!': 'ERROR',
  '#NULL!': 'NULL_VALUE',
  '#DIV/0!': 'DIVIDE_BY_ZERO',
  '#VALUE!': 'VALUE',
  '#REF!': 'REF',
  '#NAME?': 'NAME',
  '#NUM!': 'NUM',
  '#N/A': 'N_A',
}
export function effectiveJson(value: Value): Json {
  if (value === null) return { stringValue: '' }
  if (typeof value !== 'object') return enteredJson(value)
  return { errorValue: { type: ERROR_TYPES[value.error] ?? 'ERROR', message: `The result is ${value.error}.` } }
}
