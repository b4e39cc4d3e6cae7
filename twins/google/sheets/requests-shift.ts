import { isObj, type Obj, updated } from '../fields.ts'
import { namesCells } from './named-cells.ts'
import { type Act, areaIn, invalid, listIn, maskIn, numberIn, objIn, type Scene, spanIn, textIn } from './request.ts'
import { groupJson } from './sheet-wire.ts'
import { type Cell, cellAt, Draft, type GridRange, replaceSheet, type Sheet, type Spreadsheet } from './spreadsheet.ts'

/** The rest of the rows or columns that a range would push or pull. */
function bandOf(sheet: Sheet, range: GridRange, rows: boolean): GridRange {
  return rows ? { ...range, endRow: sheet.rowCount } : { ...range, endColumn: sheet.columnCount }
}

/** Moves the cells of a band along it, by so many. */
function shifted(sheet: Sheet, band: GridRange, rows: boolean, by: number): Sheet {
  const draft = new Draft(sheet)
  const cells: (readonly [number, number, Cell])[] = []
  for (let row = band.startRow; row < Math.min(band.endRow, sheet.rows.length); row += 1) {
    for (let column = band.startColumn; column < Math.min(band.endColumn, sheet.rows[row]?.length ?? 0); column += 1) {
      const cell = cellAt(sheet, row, column)
      if (cell === undefined) continue
      cells.push([row, column, cell])
      draft.set(row, column, {})
    }
  }
  for (const [row, column, cell] of cells) {
    const [toRow, toColumn] = rows ? [row + by, column] : [row, column + by]
    if (
      toRow >= band.startRow &&
      toColumn >= band.startColumn &&
      toRow < sheet.rowCount &&
      toColumn < sheet.columnCount
    )
      draft.set(toRow, toColumn, cell)
  }
  return draft.done()
}

function shift(spreadsheet: Spreadsheet, args: Obj, scene: Scene, sign: 1 | -1): Spreadsheet {
  const { sheet, range } = areaIn(spreadsheet, objIn(args, 'range'), scene)
  const dimension = textIn(args, 'shiftDimension')
  if (dimension !== 'ROWS' && dimension !== 'COLUMNS') throw invalid(scene, 'No shift dimension specified.')
  const rows = dimension === 'ROWS'
  const band = bandOf(sheet, range, rows)
  scene.mayEdit(sheet, band)
  if (namesCells(spreadsheet, sheet, band)) throw scene.gap('moving cells that formulas name')
  const by = rows ? range.endRow - range.startRow : range.endColumn - range.startColumn
  // What is pushed over the edge would be lost: the grid grows by as much.
  const last = [...sheet.rows.entries()].some(([row, cells]) =>
    cells?.some(
      (cell, column) => cell !== null && (rows ? row + by >= sheet.rowCount : column + by >= sheet.columnCount),
    ),
  )
  const grows = sign > 0 && last ? by : 0
  const room = {
    ...sheet,
    rowCount: sheet.rowCount + (rows ? grows : 0),
    columnCount: sheet.columnCount + (rows ? 0 : grows),
  }
  if (sign > 0) return replaceSheet(spreadsheet, shifted(room, bandOf(room, range, rows), rows, by))
  const emptied = new Draft(sheet)
  for (let row = range.startRow; row < Math.min(range.endRow, sheet.rows.length); row += 1)
    for (let column = range.startColumn; column < Math.min(range.endColumn, sheet.rows[row]?.length ?? 0); column += 1)
      emptied.set(row, column, {})
  return replaceSheet(spreadsheet, shifted(emptied.done(), band, rows, -by))
}

export const insertRange: Act = (spreadsheet, args, scene) => ({ spreadsheet: shift(spreadsheet, args, scene, 1) })
export const deleteRange: Act = (spreadsheet, args, scene) => ({ spreadsheet: shift(spreadsheet, args, scene, -1) })

/** Rows or columns at another place; the place is counted before they leave theirs. */
export const moveDimension: Act = (spreadsheet, args, scene) => {
  const { sheet, rows, start, end } = spanIn(spreadsheet, objIn(args, 'source'), scene)
  const to = numberIn(args, 'destinationIndex') ?? 0
  const size = rows ? sheet.rowCount : sheet.columnCount
  if (end > size || to > size) throw invalid(scene, `The ${rows ? 'row' : 'column'} index is out of bounds.`)
  if (to > start && to < end) throw invalid(scene, 'The destination index must be outside of the source.')
  const all: GridRange = { startRow: 0, endRow: sheet.rowCount, startColumn: 0, endColumn: sheet.columnCount }
  const kept = sheet.merges.length + sheet.protectedRanges.length + sheet.rowGroups.length + sheet.columnGroups.length
  if (
    kept > 0 ||
    namesCells(spreadsheet, sheet, all) ||
    spreadsheet.namedRanges.some(({ sheetId }) => sheetId === sheet.sheetId)
  )
    throw scene.gap('moving cells that formulas name')
  const order = Array.from({ length: size }, (_, at) => at)
  const taken = order.splice(start, end - start)
  order.splice(to > start ? to - taken.length : to, 0, ...taken)
  const meta = (of: Readonly<Record<string, Obj>>): Readonly<Record<string, Obj>> =>
    Object.fromEntries(order.flatMap((from, at) => (of[from] === undefined ? [] : [[String(at), of[from]] as const])))
  const moved = rows
    ? { ...sheet, rows: order.map((from) => sheet.rows[from] ?? null), rowMeta: meta(sheet.rowMeta) }
    : {
        ...sheet,
        rows: sheet.rows.map((row) => (row === null ? null : order.map((from) => row[from] ?? null))),
        columnMeta: meta(sheet.columnMeta),
      }
  return { spreadsheet: replaceSheet(spreadsheet, moved) }
}

export const updateDimensionGroup: Act = (spreadsheet, args, scene) => {
  const wanted = objIn(args, 'dimensionGroup')
  const { sheet, rows, start, end } = spanIn(spreadsheet, objIn(wanted, 'range'), scene)
  const groups = rows ? sheet.rowGroups : sheet.columnGroups
  const depth = numberIn(wanted, 'depth') ?? 1
  const old = groups.find((group) => group.start === start && group.end === end && group.depth === depth)
  if (old === undefined) throw invalid(scene, 'No dimension group was found at the given range and depth.')
  const merged = updated(
    groupJson(sheet.sheetId, rows ? 'ROWS' : 'COLUMNS', old),
    wanted,
    maskIn(args, scene, 'DimensionGroup'),
  )
  const next = groups.map((group) => (group === old ? { ...group, collapsed: merged.collapsed === true } : group))
  return {
    spreadsheet: replaceSheet(spreadsheet, rows ? { ...sheet, rowGroups: next } : { ...sheet, columnGroups: next }),
  }
}

/** Rows that were there before go, whatever their case and format; those below move up. */
export const deleteDuplicates: Act = (spreadsheet, args, scene) => {
  const { sheet, range } = areaIn(spreadsheet, objIn(args, 'range'), scene)
  scene.mayEdit(sheet, range)
  if (namesCells(spreadsheet, sheet, range)) throw scene.gap('moving cells that formulas name')
  const columns = listIn(args, 'comparisonColumns').flatMap((one) => {
    const { startIndex, endIndex } = isObj(one) ? one : {}
    const [from, to] = [Number(startIndex ?? 0), Number(endIndex ?? Number(startIndex ?? 0) + 1)]
    return Array.from({ length: to - from }, (_, at) => from + at)
  })
  const looked =
    columns.length > 0
      ? columns
      : Array.from({ length: range.endColumn - range.startColumn }, (_, at) => range.startColumn + at)
  const values = scene.evaluator(spreadsheet)
  const seen = new Set<string>()
  const kept: number[] = []
  const end = Math.min(range.endRow, sheet.rows.length)
  for (let row = range.startRow; row < end; row += 1) {
    const worth = looked.map((column) => values.valueOf(sheet, row, column))
    const key = JSON.stringify(worth.map((value) => (typeof value === 'string' ? value.toLowerCase() : value)))
    const empty = worth.every((value) => value === null)
    if (empty || !seen.has(key)) kept.push(row)
    seen.add(key)
  }
  const draft = new Draft(sheet)
  for (let row = range.startRow; row < end; row += 1)
    for (let column = range.startColumn; column < range.endColumn; column += 1)
      draft.set(row, column, cellAt(sheet, kept[row - range.startRow] ?? -1, column) ?? {})
  const count = end - range.startRow - kept.length
  return {
    spreadsheet: replaceSheet(spreadsheet, draft.done()),
    reply: count > 0 ? { duplicatesRemovedCount: count } : {},
  }
}

/** Blanks at both ends go, and of those within one is left. */
export const trimWhitespace: Act = (spreadsheet, args, scene) => {
  const { sheet, range } = areaIn(spreadsheet, objIn(args, 'range'), scene)
  scene.mayEdit(sheet, range)
  const draft = new Draft(sheet)
  let count = 0
  for (let row = range.startRow; row < Math.min(range.endRow, sheet.rows.length); row += 1) {
    for (
      let column = range.startColumn;
      column < Math.min(range.endColumn, sheet.rows[row]?.length ?? 0);
      column += 1
    ) {
      const v = cellAt(sheet, row, column)?.v
      if (typeof v !== 'string') continue
      const trimmed = v.trim().replaceAll(/\s+/g, ' ')
      if (trimmed === v) continue
      draft.enter(row, column, trimmed)
      count += 1
    }
  }
  return { spreadsheet: replaceSheet(spreadsheet, draft.done()), reply: count > 0 ? { cellsChangedCount: count } : {} }
}
