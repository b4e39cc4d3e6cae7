import { badRequest } from '../wire.ts'
import { bounded, type GridRange, type OpenRange, type Sheet, type Spreadsheet, whole } from './spreadsheet.ts'

export type Place = { readonly sheet: Sheet; readonly range: GridRange; readonly open: OpenRange }

/** `A` is 0. */
export function columnOf(letters: string): number {
  let column = 0
  for (const letter of letters.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64
  return column - 1
}

export function lettersOf(column: number): string {
  let letters = ''
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters
  return letters
}

const CORNER = /^\$?([A-Za-z]{1,3})?\$?([1-9]\d{0,7})?$/
type Corner = { readonly row?: number; readonly column?: number }

function cornerOf(text: string): Corner | undefined {
  const match = CORNER.exec(text)
  if (match === null || text.replaceAll('$', '') === '') return undefined
  const [, letters, digits] = match
  return {
    ...(digits === undefined ? {} : { row: Number(digits) - 1 }),
    ...(letters === undefined ? {} : { column: columnOf(letters) }),
  }
}

/** `A1`, `A1:B2`, `A:B`, `1:2`, `A5:A`, `A1:1`; undefined when it is none of them. */
export function parseCells(text: string): OpenRange | undefined {
  const parts = text.split(':')
  const [one, other] = [cornerOf(parts[0] ?? ''), cornerOf(parts[1] ?? parts[0] ?? '')]
  if (parts.length > 2 || one === undefined || other === undefined) return undefined
  if (parts.length === 1 && (one.row === undefined || one.column === undefined)) return undefined
  const side = (a: number | undefined, b: number | undefined): readonly [number | undefined, number | undefined] =>
    a !== undefined && b !== undefined ? [Math.min(a, b), Math.max(a, b) + 1] : [a ?? b, undefined]
  const [startRow, endRow] = side(one.row, other.row)
  const [startColumn, endColumn] = side(one.column, other.column)
  return {
    ...(startRow === undefined ? {} : { startRow }),
    ...(endRow === undefined ? {} : { endRow }),
    ...(startColumn === undefined ? {} : { startColumn }),
    ...(endColumn === undefined ? {} : { endColumn }),
  }
}

const unparsable = (text: string): Error => badRequest(`Unable to parse range: ${text}`)

/** The sheet's name and the rest of `'My sheet'!A1:B2`; a name in quotes doubles its apostrophes. */
export function splitSheet(text: string): { readonly title?: string; readonly rest: string } {
  const quoted = /^'((?:[^']|'')+)'(?:!(.*))?$/s.exec(text)
  if (quoted !== null) return { title: (quoted[1] ?? '').replaceAll("''", "'"), rest: quoted[2] ?? '' }
  const at = text.lastIndexOf('!')
  return at < 0 ? { rest: text } : { title: text.slice(0, at), rest: text.slice(at + 1) }
}

/** R1C1 notation. Beside A1 it is the other one that the documentation names. */
export const isR1C1 = (text: string): boolean =>
  /^R(\[?-?\d*\]?)C(\[?-?\d*\]?)(:R(\[?-?\d*\]?)C(\[?-?\d*\]?))?$/i.test(text)

/**
 * Finds what a range names: cells, a sheet or a named range. Throws `Unable to parse range` as Google does.
 * Source: https://developers.google.com/workspace/sheets/api/guides/concepts#cell (as known; not opened). `onR1C1` is for notations that are not modelled.
 */
export function locate(spreadsheet: Spreadsheet, text: string, onR1C1: () => Error): Place {
  const { title, rest } = splitSheet(text.trim())
  const first = spreadsheet.sheets.find(({ properties }) => properties.hidden !== true) ?? spreadsheet.sheets[0]
  const sheetNamed = (name: string): Sheet | undefined =>
    spreadsheet.sheets.find((sheet) => sheet.title.toLowerCase() === name.toLowerCase())
  if (title !== undefined) {
    const sheet = sheetNamed(title)
    if (sheet === undefined) throw unparsable(text)
    if (rest === '') return { sheet, range: whole(sheet), open: {} }
    const open = parseCells(rest)
    if (open === undefined) throw isR1C1(rest) ? onR1C1() : unparsable(text)
    return within(sheet, open, text)
  }
  const open = parseCells(rest)
  if (open !== undefined && first !== undefined) return within(first, open, text)
  const named = spreadsheet.namedRanges.find(({ name }) => name.toLowerCase() === rest.toLowerCase())
  if (named !== undefined) {
    const sheet = spreadsheet.sheets.find(({ sheetId }) => sheetId === named.sheetId)
    if (sheet !== undefined) return within(sheet, named.range, text)
  }
  const sheet = sheetNamed(rest)
  if (sheet !== undefined) return { sheet, range: whole(sheet), open: {} }
  throw isR1C1(rest) ? onR1C1() : unparsable(text)
}

function within(sheet: Sheet, open: OpenRange, text: string): Place {
  const { rowCount, columnCount } = sheet
  const outside = (open.startRow ?? 0) >= rowCount || (open.startColumn ?? 0) >= columnCount
  if (outside) throw exceedsGrid(sheet, splitSheet(text).rest || text)
  return { sheet, range: bounded(sheet, open), open }
}

/** As in https://github.com/home-assistant/core/issues/104198 (2026-11-26). */
export const exceedsGrid = (sheet: Sheet, cells: string): Error =>
  badRequest(
    `Range (${quoted(sheet.title)}!${cells}) exceeds grid limits. Max rows: ${sheet.rowCount}, max columns: ${sheet.columnCount}`,
  )

/** A title as answers write it: in quotes unless it is a plain word that is no cell (as recorded: `Sheet1`, `'D3'`, `'🌵 1'`). */
export const quoted = (title: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(title) && cornerOf(title) === undefined && !isR1C1(title)
    ? title
    : `'${title.replaceAll("'", "''")}'`

export function cellsText({ startRow, endRow, startColumn, endColumn }: GridRange): string {
  const from = `${lettersOf(startColumn)}${startRow + 1}`
  const to = `${lettersOf(endColumn - 1)}${endRow}`
  return from === to ? from : `${from}:${to}`
}

export const rangeText = (sheet: Sheet, range: GridRange): string => `${quoted(sheet.title)}!${cellsText(range)}`
