import type { Obj } from '../fields.ts'
import { type Act, areaIn, invalid, numberIn, objIn, type Scene, sheetWith, textIn } from './request.ts'
import { shiftedCell } from './shifted-cell.ts'
import { type Cell, cellAt, Draft, replaceSheet } from './spreadsheet.ts'
import { entered } from './values.ts'

const DELIMITERS: Readonly<Record<string, string>> = { COMMA: ',', SEMICOLON: ';', PERIOD: '.', SPACE: ' ' }

/** What parts texts: by kind, or the text that is given. What Sheets would detect is not told. */
function delimiterOf(args: Obj, scene: Scene): string {
  const type = textIn(args, 'delimiterType') ?? 'DELIMITER_TYPE_UNSPECIFIED'
  if (type === 'AUTODETECT') throw scene.gap('texts that are parted by guesses, and HTML')
  const delimiter = type === 'CUSTOM' || DELIMITERS[type] === undefined ? textIn(args, 'delimiter') : DELIMITERS[type]
  if (delimiter === undefined || delimiter === '') throw invalid(scene, 'No delimiter specified.')
  return delimiter
}

/** Texts of one column come to stand in several, as if each part had been typed in. */
export const textToColumns: Act = (spreadsheet, args, scene) => {
  const { sheet, range } = areaIn(spreadsheet, objIn(args, 'source'), scene)
  if (range.endColumn - range.startColumn !== 1) throw invalid(scene, 'The source must span exactly one column.')
  const delimiter = delimiterOf(args, scene)
  const values = scene.evaluator(spreadsheet)
  const rows = Array.from({ length: range.endRow - range.startRow }, (_, n) => range.startRow + n)
  const texts = rows.flatMap((row) => {
    const value = values.valueOf(sheet, row, range.startColumn)
    return typeof value === 'string' ? [[row, value.split(delimiter)] as const] : []
  })
  const width = Math.max(1, ...texts.map(([, parts]) => parts.length))
  const columnCount = Math.max(sheet.columnCount, range.startColumn + width)
  scene.mayEdit(sheet, { ...range, endColumn: range.startColumn + width })
  const draft = new Draft({ ...sheet, columnCount })
  for (const [row, parts] of texts)
    for (const [n, part] of parts.entries()) {
      const { v, format } = entered(part, false, scene.foreign)
      draft.enter(row, range.startColumn + n, v, format)
    }
  return { spreadsheet: replaceSheet(spreadsheet, draft.done()) }
}

/** Lines of text from a cell on, as if typed in. */
export const pasteData: Act = (spreadsheet, args, scene) => {
  if (args.html === true) throw scene.gap('texts that are parted by guesses, and HTML')
  const type = textIn(args, 'type') ?? 'PASTE_NORMAL'
  if (type !== 'PASTE_NORMAL' && type !== 'PASTE_VALUES') throw scene.gap('pasting turned around, and parts of cells')
  const to = objIn(args, 'coordinate')
  const sheet = sheetWith(spreadsheet, numberIn(to, 'sheetId') ?? 0, scene)
  const [top, left] = [numberIn(to, 'rowIndex') ?? 0, numberIn(to, 'columnIndex') ?? 0]
  const delimiter = textIn(args, 'delimiter')
  if (delimiter === undefined || delimiter === '') throw invalid(scene, 'No delimiter specified.')
  const lines = (textIn(args, 'data') ?? '').split(/\r?\n/).map((line) => line.split(delimiter))
  const width = Math.max(...lines.map(({ length }) => length))
  const over = { startRow: top, endRow: top + lines.length, startColumn: left, endColumn: left + width }
  scene.mayEdit(sheet, over)
  const [rowCount, columnCount] = [Math.max(sheet.rowCount, over.endRow), Math.max(sheet.columnCount, over.endColumn)]
  const draft = new Draft({ ...sheet, rowCount, columnCount })
  for (const [row, parts] of lines.entries())
    for (const [column, part] of parts.entries()) {
      const { v, format } = entered(part, false, scene.foreign)
      draft.enter(top + row, left + column, v, format)
    }
  return { spreadsheet: replaceSheet(spreadsheet, draft.done()) }
}

/** Rows in an order that chance draws; what is in them stays together. */
export const randomizeRange: Act = (spreadsheet, args, scene) => {
  const { sheet, range } = areaIn(spreadsheet, objIn(args, 'range'), scene)
  scene.mayEdit(sheet, range)
  const rows = Array.from({ length: range.endRow - range.startRow }, (_, n) => range.startRow + n)
  const drawn = rows.map((row) => ({ row, by: scene.number() })).toSorted((a, b) => a.by - b.by)
  const draft = new Draft(sheet)
  for (const [n, { row: from }] of drawn.entries()) {
    const to = range.startRow + n
    if (from === to) continue
    for (let column = range.startColumn; column < range.endColumn; column += 1) {
      const cell: Cell | undefined = cellAt(sheet, from, column)
      draft.set(to, column, shiftedCell(cell, to - from, 0))
    }
  }
  return { spreadsheet: replaceSheet(spreadsheet, draft.done()) }
}
