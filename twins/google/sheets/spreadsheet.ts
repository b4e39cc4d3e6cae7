import type { Json } from '../../trace.ts'
import type { Obj } from '../fields.ts'
import { badRequest } from '../wire.ts'

/** What stands in a cell: a number, a text, a truth or a formula. */
export type Entered = number | string | boolean | { readonly formula: string }
export type Cell = {
  readonly v?: Entered
  /** `userEnteredFormat`, normalised. */
  readonly f?: Obj
  readonly note?: string
  readonly rule?: Obj
}
export type Row = readonly (Cell | null)[]

/** Rows and cells are replaced and never changed: a batch that fails leaves nothing behind, and a snapshot costs nothing. */
export type Sheet = {
  readonly sheetId: number
  /** Title, index, hidden, tab colour and the like, but for the size of the grid. */
  readonly title: string
  readonly properties: Obj
  readonly rowCount: number
  readonly columnCount: number
  /** From the first row on; rows at the end that were never written are left out. */
  readonly rows: readonly (Row | null)[]
  readonly merges: readonly GridRange[]
  readonly protectedRanges: readonly ProtectedRange[]
  readonly columnGroups: readonly Group[]
  readonly rowGroups: readonly Group[]
  /** Sizes and hiding of rows and columns that were set, by index. */
  readonly rowMeta: Readonly<Record<string, Obj>>
  readonly columnMeta: Readonly<Record<string, Obj>>
  readonly basicFilter: Json
  readonly conditionalFormats: readonly Obj[]
  readonly filterViews?: readonly Obj[]
  readonly bandedRanges?: readonly Obj[]
}
export type GridRange = {
  readonly startRow: number
  readonly endRow: number
  readonly startColumn: number
  readonly endColumn: number
}
export type ProtectedRange = {
  readonly id: number
  /** Null for the whole sheet. */
  readonly range: OpenRange
  readonly description: string | null
  readonly warningOnly: boolean
  readonly users: readonly string[]
}
/** A range as clients name it; sides left out are unbounded. */
export type OpenRange = {
  readonly startRow?: number
  readonly endRow?: number
  readonly startColumn?: number
  readonly endColumn?: number
}
export type Group = {
  readonly start: number
  readonly end: number
  readonly depth: number
  readonly collapsed: boolean
}
export type NamedRange = {
  readonly id: string
  readonly name: string
  readonly sheetId: number
  readonly range: OpenRange
}
export type Spreadsheet = {
  readonly spreadsheetId: string
  readonly locale: string
  readonly timeZone: string
  readonly autoRecalc: string
  readonly iterative: Json
  readonly sheets: readonly Sheet[]
  readonly namedRanges: readonly NamedRange[]
}

export const newSheet = (sheetId: number, title: string, rowCount = 1000, columnCount = 26): Sheet => ({
  sheetId,
  title,
  properties: {},
  rowCount,
  columnCount,
  rows: [],
  merges: [],
  protectedRanges: [],
  columnGroups: [],
  rowGroups: [],
  rowMeta: {},
  columnMeta: {},
  basicFilter: null,
  conditionalFormats: [],
})

/** A new file's first sheet is `Sheet1` with the id 0 (as recorded). */
export const newSpreadsheet = (spreadsheetId: string): Spreadsheet => ({
  spreadsheetId,
  locale: 'en_US',
  timeZone: 'Etc/GMT',
  autoRecalc: 'ON_CHANGE',
  iterative: null,
  sheets: [newSheet(0, 'Sheet1')],
  namedRanges: [],
})

export const cellAt = (sheet: Sheet, row: number, column: number): Cell | undefined =>
  sheet.rows[row]?.[column] ?? undefined

const isEmpty = (cell: Cell): boolean =>
  cell.v === undefined && cell.f === undefined && cell.note === undefined && cell.rule === undefined

/** Changes to cells of one sheet, which copy no more rows than they touch. */
export class Draft {
  #sheet: Sheet
  readonly #rows: (Row | null)[]
  readonly #own = new Map<number, (Cell | null)[]>()

  constructor(sheet: Sheet) {
    this.#sheet = sheet
    this.#rows = [...sheet.rows]
  }

  get(row: number, column: number): Cell | undefined {
    return (this.#own.get(row) ?? this.#rows[row])?.[column] ?? undefined
  }

  set(row: number, column: number, cell: Cell): void {
    let cells = this.#own.get(row)
    if (cells === undefined) {
      cells = [...(this.#rows[row] ?? [])]
      this.#own.set(row, cells)
      while (this.#rows.length < row) this.#rows.push(null)
      this.#rows[row] = cells
    }
    while (cells.length < column) cells.push(null)
    cells[column] = isEmpty(cell) ? null : cell
  }

  /** Writes what is entered and leaves format, note and rule alone; undefined clears. */
  enter(row: number, column: number, v: Entered | undefined, f?: Obj): void {
    const { v: _, ...rest } = this.get(row, column) ?? {}
    const entered = v === undefined || v === '' ? {} : { v }
    this.set(row, column, { ...rest, ...entered, ...(f === undefined ? {} : { f: { ...rest.f, ...f } }) })
  }

  done(): Sheet {
    this.#sheet = { ...this.#sheet, rows: this.#rows }
    return this.#sheet
  }
}

export function replaceSheet(spreadsheet: Spreadsheet, sheet: Sheet): Spreadsheet {
  return { ...spreadsheet, sheets: spreadsheet.sheets.map((one) => (one.sheetId === sheet.sheetId ? sheet : one)) }
}

export const whole = (sheet: Sheet): GridRange => ({
  startRow: 0,
  endRow: sheet.rowCount,
  startColumn: 0,
  endColumn: sheet.columnCount,
})

export const bounded = (sheet: Sheet, { startRow, endRow, startColumn, endColumn }: OpenRange): GridRange => ({
  startRow: startRow ?? 0,
  endRow: Math.min(endRow ?? sheet.rowCount, sheet.rowCount),
  startColumn: startColumn ?? 0,
  endColumn: Math.min(endColumn ?? sheet.columnCount, sheet.columnCount),
})

export const overlaps = (one: GridRange, other: GridRange): boolean =>
  one.startRow < other.endRow &&
  other.startRow < one.endRow &&
  one.startColumn < other.endColumn &&
  other.startColumn < one.endColumn

export const contains = (outer: GridRange, inner: GridRange): boolean =>
  outer.startRow <= inner.startRow &&
  inner.endRow <= outer.endRow &&
  outer.startColumn <= inner.startColumn &&
  inner.endColumn <= outer.endColumn

/** All cells of a range, row by row. */
export function* cellsOf({
  startRow,
  endRow,
  startColumn,
  endColumn,
}: GridRange): Generator<readonly [number, number]> {
  for (let row = startRow; row < endRow; row += 1)
    for (let column = startColumn; column < endColumn; column += 1) yield [row, column]
}

/**
 * 10 million cells at most: https://support.google.com/drive/answer/37603; in the words of
 * https://github.com/UoaWDCC/uasc-web/pull/833 (both 2026-11-26). `where` names the request of a batch.
 */
export function checkSize(spreadsheet: Spreadsheet, where?: string): void {
  const cells = spreadsheet.sheets.reduce((sum, { rowCount, columnCount }) => sum + rowCount * columnCount, 0)
  const prefix = where === undefined ? '' : `Invalid ${where}: `
  if (cells > 10_000_000)
    throw badRequest(
      `${prefix}This action would increase the number of cells in the workbook above the limit of 10000000 cells.`,
    )
}
