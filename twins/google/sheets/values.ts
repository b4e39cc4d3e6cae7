import type { Json } from '../../trace.ts'
import { isObj, type Obj } from '../fields.ts'
import { badRequest, invalidValue } from '../wire.ts'
import { cellsText, exceedsGrid, lettersOf, type Place, rangeText } from './a1.ts'
import { type Entry, typed } from './entry.ts'
import type { Evaluator } from './evaluate.ts'
import { isDated, patternOf, shown, type Value } from './format.ts'
import { cellAt, Draft, type GridRange, newSheet, type Sheet } from './spreadsheet.ts'

export type Rendering = {
  readonly columns: boolean
  readonly render: 'FORMATTED_VALUE' | 'UNFORMATTED_VALUE' | 'FORMULA'
  readonly dates: 'SERIAL_NUMBER' | 'FORMATTED_STRING'
}
export const PLAIN: Rendering = { columns: false, render: 'FORMATTED_VALUE', dates: 'SERIAL_NUMBER' }

/** What a twin refuses loudly in cells: patterns, formulas, other languages. */
export type Refusals = {
  readonly pattern: (pattern: string) => Error
  readonly foreign: () => Error
  /** Sizes that follow from how wide words are. */
  readonly size: () => Error
}

function cellJson(sheet: Sheet, row: number, column: number, values: Evaluator, how: Rendering, no: Refusals): Json {
  const cell = cellAt(sheet, row, column)
  if (cell?.v === undefined) return ''
  if (how.render === 'FORMULA' && typeof cell.v === 'object') return cell.v.formula
  const value = values.valueOf(sheet, row, column)
  if (how.render === 'FORMATTED_VALUE') return shown(value, cell.f, no.pattern)
  return plainJson(value, cell.f, how, no)
}

function plainJson(value: Value, format: Obj | undefined, how: Rendering, no: Refusals): Json {
  if (typeof value === 'object') return value === null ? '' : value.error
  const dated = typeof value === 'number' && isDated(patternOf(format)?.type ?? '')
  return dated && how.dates === 'FORMATTED_STRING' ? shown(value, format, no.pattern) : value
}

/**
 * The values of a range, without the empty ones at the end of rows and of the range. Source:
 * https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values#ValueRange (as known; not opened).
 */
export function valueRange({ sheet, range }: Place, values: Evaluator, how: Rendering, no: Refusals): Obj {
  const lines: Json[][] = []
  const lastRow = Math.min(range.endRow, sheet.rows.length)
  const [outer, inner] = how.columns
    ? [
        [range.startColumn, range.endColumn],
        [range.startRow, lastRow],
      ]
    : [
        [range.startRow, lastRow],
        [range.startColumn, range.endColumn],
      ]
  for (let a = outer?.[0] ?? 0; a < (outer?.[1] ?? 0); a += 1) {
    const line: Json[] = []
    for (let b = inner?.[0] ?? 0; b < (inner?.[1] ?? 0); b += 1) {
      const [row, column] = how.columns ? [b, a] : [a, b]
      const json = cellJson(sheet, row, column, values, how, no)
      if (json === '') continue
      while (line.length < b - (inner?.[0] ?? 0)) line.push('')
      line.push(json)
    }
    lines.push(line)
  }
  while (lines.at(-1)?.length === 0) lines.pop()
  return {
    range: rangeText(sheet, range),
    majorDimension: how.columns ? 'COLUMNS' : 'ROWS',
    ...(lines.length === 0 ? {} : { values: lines }),
  }
}

const RULED = 'type.googleapis.com/google.protobuf.ListValue'

/** The rows of a request's `values`. Throws as Google does at what is no list of lists (as recorded). */
export function rowsIn(body: Obj, at: string): readonly (readonly Json[])[] {
  const { values, majorDimension } = body
  if (values === undefined || values === null) return []
  if (!Array.isArray(values)) throw invalidValue(`${at}.values`, RULED, JSON.stringify(values))
  const rows = values.map((row: Json, n): readonly Json[] => {
    if (!Array.isArray(row)) throw invalidValue(`${at}.values[${n}]`, RULED, JSON.stringify(row))
    for (const [m, item] of row.entries()) {
      if (typeof item === 'object' && item !== null)
        throw badRequest(
          `Invalid ${at}.values[${n}][${m}]: ${Array.isArray(item) ? 'list_value' : 'struct_value'} ${JSON.stringify(item)}`,
        )
    }
    return row as readonly Json[]
  })
  if (majorDimension !== 'COLUMNS') return rows
  const height = Math.max(0, ...rows.map(({ length }) => length))
  return Array.from({ length: height }, (_, row) => rows.map((column) => column[row] ?? null))
}

export type Written = {
  readonly sheet: Sheet
  /** The cells the values lie over. */
  readonly range: GridRange
  /** Rows and columns with a cell that was written. */
  readonly rows: ReadonlySet<number>
  readonly columns: ReadonlySet<number>
  readonly cells: number
}

/**
 * Writes rows from a place's first cell on; null leaves a cell as it is, an empty text clears it.
 * `raw`: texts stay texts. Throws where they do not fit, or where a cell may not be edited.
 */
export function write(
  place: Place,
  rows: readonly (readonly Json[])[],
  options: {
    readonly raw: boolean
    readonly foreign: (() => Error) | undefined
    readonly check: (row: number, column: number, value: Json) => void
  },
): Written {
  const { sheet, range, open } = place
  const width = Math.max(0, ...rows.map(({ length }) => length))
  const single = open.endRow === (open.startRow ?? 0) + 1 && open.endColumn === (open.startColumn ?? 0) + 1
  if (!single) checkFits(place, rows.length, width)
  const over: GridRange = {
    startRow: range.startRow,
    endRow: range.startRow + Math.max(rows.length, 1),
    startColumn: range.startColumn,
    endColumn: range.startColumn + Math.max(width, 1),
  }
  if (over.endRow > sheet.rowCount || over.endColumn > sheet.columnCount) throw exceedsGrid(sheet, cellsText(over))
  const draft = new Draft(sheet)
  const touched = { rows: new Set<number>(), columns: new Set<number>(), cells: 0 }
  for (const [n, values] of rows.entries()) {
    for (const [m, value] of values.entries()) {
      if (value === null) continue
      const [row, column] = [range.startRow + n, range.startColumn + m]
      options.check(row, column, value)
      const { v, format } = entered(value, options.raw, options.foreign)
      draft.enter(row, column, v, format)
      touched.rows.add(row)
      touched.columns.add(column)
      touched.cells += 1
    }
  }
  return {
    sheet: draft.done(),
    range: over,
    rows: touched.rows,
    columns: touched.columns,
    cells: touched.cells,
  }
}

export function entered(value: Json, raw: boolean, foreign: (() => Error) | undefined): Entry {
  if (typeof value === 'string') return raw ? { v: value === '' ? undefined : value } : typed(value, foreign)
  return typeof value === 'number' || typeof value === 'boolean' ? { v: value } : { v: undefined }
}

/** As in https://github.com/nithinmurali/pygsheets/issues/132 (2026-11-26), for rows and for columns. */
function checkFits(place: Place, height: number, width: number): void {
  const { sheet, range } = place
  const within = `Requested writing within range [${rangeText(sheet, range)}]`
  if (height > range.endRow - range.startRow)
    throw badRequest(`${within}, but tried writing to row [${range.endRow + 1}]`)
  if (width > range.endColumn - range.startColumn)
    throw badRequest(`${within}, but tried writing to column [${lettersOf(range.endColumn)}]`)
}

export function clear(sheet: Sheet, range: GridRange): Sheet {
  const draft = new Draft(sheet)
  for (let row = range.startRow; row < Math.min(range.endRow, sheet.rows.length); row += 1) {
    const cells = sheet.rows[row]
    for (let column = range.startColumn; column < Math.min(range.endColumn, cells?.length ?? 0); column += 1)
      if (cells?.[column]?.v !== undefined) draft.enter(row, column, undefined)
  }
  return draft.done()
}

/**
 * The last table that has a cell in `range`: filled cells that touch, and the box around them. Source:
 * https://developers.google.com/workspace/sheets/api/guides/values#append_values (2026-11-26).
 */
export function tableIn(sheet: Sheet, range: GridRange): GridRange | undefined {
  const filled = (row: number, column: number): boolean => cellAt(sheet, row, column)?.v !== undefined
  let last: GridRange | undefined
  const seen = new Set<string>()
  for (let row = range.startRow; row < Math.min(range.endRow, sheet.rows.length); row += 1) {
    for (
      let column = range.startColumn;
      column < Math.min(range.endColumn, sheet.rows[row]?.length ?? 0);
      column += 1
    ) {
      if (!filled(row, column) || seen.has(`${row},${column}`)) continue
      const table = around(row, column, filled, seen)
      if (
        last === undefined ||
        table.endRow > last.endRow ||
        (table.endRow === last.endRow && table.startColumn > last.startColumn)
      )
        last = table
    }
  }
  return last
}

function around(
  row: number,
  column: number,
  filled: (row: number, column: number) => boolean,
  seen: Set<string>,
): GridRange {
  let box: GridRange = { startRow: row, endRow: row + 1, startColumn: column, endColumn: column + 1 }
  const open: (readonly [number, number])[] = [[row, column]]
  seen.add(`${row},${column}`)
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    const [r, c] = cell
    box = {
      startRow: Math.min(box.startRow, r),
      endRow: Math.max(box.endRow, r + 1),
      startColumn: Math.min(box.startColumn, c),
      endColumn: Math.max(box.endColumn, c + 1),
    }
    for (let nr = Math.max(r - 1, 0); nr <= r + 1; nr += 1) {
      for (let nc = Math.max(c - 1, 0); nc <= c + 1; nc += 1) {
        const key = `${nr},${nc}`
        if (seen.has(key) || !filled(nr, nc)) continue
        seen.add(key)
        open.push([nr, nc])
      }
    }
  }
  return box
}

/** A sheet that shows rows from A1 on, as a seed tells them. */
export function typedSheet(
  id: number,
  title: string,
  rows: readonly (readonly Json[])[],
  size: { readonly rows?: number | undefined; readonly columns?: number | undefined },
): Sheet {
  const width = Math.max(0, ...rows.map(({ length }) => length))
  const sheet = newSheet(id, title, Math.max(size.rows ?? 1000, rows.length), Math.max(size.columns ?? 26, width))
  const place = {
    sheet,
    range: { startRow: 0, endRow: sheet.rowCount, startColumn: 0, endColumn: sheet.columnCount },
    open: {},
  }
  return write(place, rows, { raw: false, foreign: undefined, check: () => undefined }).sheet
}

export const oneOfList = (rule: Obj | undefined): readonly string[] | undefined => {
  const condition = rule?.condition
  if (rule?.strict !== true || !isObj(condition) || condition.type !== 'ONE_OF_LIST') return undefined
  const { values } = condition
  return Array.isArray(values) ? values.map((one: Json) => (isObj(one) ? String(one.userEnteredValue) : '')) : []
}
