import type { Value } from './format.ts'
import { namesCells } from './named-cells.ts'
import { type Act, areaIn, invalid, numberIn, objIn, sheetWith, textIn } from './request.ts'
import { shiftedCell } from './shifted-cell.ts'
import { type Cell, cellAt, cellsOf, Draft, type GridRange, replaceSheet } from './spreadsheet.ts'

export const copyPaste: Act = (spreadsheet, args, scene) => {
  const source = areaIn(spreadsheet, objIn(args, 'source'), scene)
  const target = areaIn(spreadsheet, objIn(args, 'destination'), scene)
  const type = textIn(args, 'pasteType') ?? 'PASTE_NORMAL'
  if (args.pasteOrientation === 'TRANSPOSE') throw scene.gap('pasting turned around, and parts of cells')
  const take: Readonly<Record<string, (from: Cell | undefined, to: Cell | undefined, value: () => Value) => Cell>> = {
    PASTE_NORMAL: (from) => from ?? {},
    PASTE_FORMULA: (from, to) => ({ ...without(to), ...(from?.v === undefined ? {} : { v: from.v }) }),
    PASTE_FORMAT: (from, { f: _, ...to } = {}) => ({ ...to, ...(from?.f === undefined ? {} : { f: from.f }) }),
    PASTE_VALUES: (from, to, value) => {
      const worth = from?.v === undefined ? null : value()
      return { ...without(to), ...(worth === null || typeof worth === 'object' ? {} : { v: worth }) }
    },
  }
  const paste = take[type]
  if (paste === undefined) throw scene.gap('pasting turned around, and parts of cells')
  const [height, width] = [
    source.range.endRow - source.range.startRow,
    source.range.endColumn - source.range.startColumn,
  ]
  const { startRow, startColumn } = target.range
  // A destination that the source fits into several times is filled with it.
  const tall = Math.max(Math.floor((target.range.endRow - startRow) / height), 1) * height
  const wide = Math.max(Math.floor((target.range.endColumn - startColumn) / width), 1) * width
  const over: GridRange = { startRow, endRow: startRow + tall, startColumn, endColumn: startColumn + wide }
  if (over.endRow > target.sheet.rowCount || over.endColumn > target.sheet.columnCount)
    throw invalid(scene, 'The destination is too small for what is pasted.')
  scene.mayEdit(target.sheet, over)
  const values = scene.evaluator(spreadsheet)
  const draft = new Draft(target.sheet)
  for (const [row, column] of cellsOf(over)) {
    const fromRow = source.range.startRow + ((row - startRow) % height)
    const fromColumn = source.range.startColumn + ((column - startColumn) % width)
    const from = shiftedCell(cellAt(source.sheet, fromRow, fromColumn), row - fromRow, column - fromColumn)
    const cell = paste(from, draft.get(row, column), () => values.valueOf(source.sheet, fromRow, fromColumn))
    draft.set(row, column, cell)
  }
  return { spreadsheet: replaceSheet(spreadsheet, draft.done()) }
}
const without = ({ v: _, ...rest }: Cell = {}): Cell => rest

/** Moves cells: their formulas stay as they are. Formulas elsewhere that name what moved would follow. */
export const cutPaste: Act = (spreadsheet, args, scene) => {
  const { sheet, range } = areaIn(spreadsheet, objIn(args, 'source'), scene)
  if ((textIn(args, 'pasteType') ?? 'PASTE_NORMAL') !== 'PASTE_NORMAL')
    throw scene.gap('pasting turned around, and parts of cells')
  const to = objIn(args, 'destination')
  const target = sheetWith(spreadsheet, numberIn(to, 'sheetId') ?? 0, scene)
  const [row, column] = [numberIn(to, 'rowIndex') ?? 0, numberIn(to, 'columnIndex') ?? 0]
  const over: GridRange = {
    startRow: row,
    endRow: row + range.endRow - range.startRow,
    startColumn: column,
    endColumn: column + range.endColumn - range.startColumn,
  }
  if (over.endRow > target.rowCount || over.endColumn > target.columnCount)
    throw invalid(scene, 'The destination is too small for what is pasted.')
  scene.mayEdit(sheet, range)
  scene.mayEdit(target, over)
  if (namesCells(spreadsheet, sheet, range)) throw scene.gap('moving cells that formulas name')
  const taken = [...cellsOf(range)].map(
    ([r, c]) => [r - range.startRow, c - range.startColumn, cellAt(sheet, r, c) ?? {}] as const,
  )
  const emptied = new Draft(sheet)
  for (const [r, c] of cellsOf(range)) if (emptied.get(r, c) !== undefined) emptied.set(r, c, {})
  const between = replaceSheet(spreadsheet, emptied.done())
  const draft = new Draft(sheetWith(between, target.sheetId, scene))
  for (const [r, c, cell] of taken) draft.set(row + r, column + c, cell)
  return { spreadsheet: replaceSheet(between, draft.done()) }
}
