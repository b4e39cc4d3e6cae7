import type { Json } from '../../trace.ts'
import { innerMask, isObj, type Mask, type Obj } from '../fields.ts'
import { normalised } from './cell-wire.ts'
import { typed } from './entry.ts'
import type { Value } from './format.ts'
import { copiedFormula } from './formula.ts'
import {
  type Act,
  type Area,
  areaIn,
  invalid,
  listIn,
  maskIn,
  numberIn,
  objIn,
  type Scene,
  sheetWith,
  textIn,
} from './request.ts'
import { shiftedCell } from './shifted-cell.ts'
import {
  type Cell,
  cellAt,
  cellsOf,
  checkSize,
  Draft,
  type Entered,
  type GridRange,
  replaceSheet,
  type Sheet,
} from './spreadsheet.ts'
import { order } from './worth.ts'

const CELL_FIELDS = ['userEnteredValue', 'userEnteredFormat', 'note', 'dataValidation']
/** What only answers have: to name it in `fields` changes nothing. */
const READ_ONLY = ['effectiveValue', 'formattedValue', 'effectiveFormat', 'hyperlink', 'chipRuns']

function checkFields(mask: Mask, scene: Scene): void {
  if (mask === 'all') return
  for (const name of mask.keys())
    if (!CELL_FIELDS.includes(name) && !READ_ONLY.includes(name))
      throw scene.gap('rich text, pivot tables and data sources in cells')
}

function enteredIn(value: Json | undefined, scene: Scene): Entered | undefined {
  if (!isObj(value)) return undefined
  const { numberValue, stringValue, boolValue, formulaValue, errorValue } = value
  if (errorValue !== undefined) throw invalid(scene, 'userEnteredValue cannot be an error.')
  if (typeof formulaValue === 'string') {
    const { v } = typed(formulaValue, undefined)
    if (typeof v !== 'object') throw invalid(scene, 'Invalid formula: it must begin with =.')
    return v
  }
  if (typeof numberValue === 'number' || typeof boolValue === 'boolean') return (numberValue ?? boolValue) as Entered
  return typeof stringValue === 'string' && stringValue !== '' ? stringValue : undefined
}

/** A format with what a mask names; a colour is one thing, however it is given. */
function formatted(old: Obj, wanted: Obj, mask: Mask): Obj {
  if (mask === 'all') return normalised(wanted)
  const result: Record<string, Json> = { ...old }
  for (const [name, inner] of mask) {
    const base = name.replace(/Style$/, '')
    if (/Color$/.test(base)) {
      delete result[base]
      delete result[`${base}Style`]
      if (isObj(wanted[name])) Object.assign(result, normalised({ [name]: wanted[name] ?? null }))
    } else if (inner !== 'all') {
      const [before, now] = [result[name], wanted[name]]
      result[name] = formatted(isObj(before) ? before : {}, isObj(now) ? now : {}, inner)
    } else {
      delete result[name]
      Object.assign(result, normalised({ [name]: wanted[name] ?? null }))
    }
  }
  return result
}

function changed(cell: Cell | undefined, wanted: Obj, mask: Mask, scene: Scene): Cell {
  const { v, f, note, rule } = cell ?? {}
  const sets = (name: string): boolean => innerMask(mask, name) !== undefined
  const nextV = sets('userEnteredValue') ? enteredIn(wanted.userEnteredValue, scene) : v
  const formatMask = innerMask(mask, 'userEnteredFormat')
  const nextF = formatMask === undefined ? f : formatted(f ?? {}, objIn(wanted, 'userEnteredFormat'), formatMask)
  const nextNote = sets('note') ? textIn(wanted, 'note') : note
  const nextRule = sets('dataValidation')
    ? isObj(wanted.dataValidation)
      ? pruned(wanted.dataValidation)
      : undefined
    : rule
  return {
    ...(nextV === undefined ? {} : { v: nextV }),
    ...(nextF === undefined || Object.keys(nextF).length === 0 ? {} : { f: nextF }),
    ...(nextNote === undefined || nextNote === '' ? {} : { note: nextNote }),
    ...(nextRule === undefined ? {} : { rule: nextRule }),
  }
}

/** As everywhere, what is false is not sent. */
const pruned = (rule: Obj): Obj =>
  Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== false && value !== null))

const rowsOf = (args: Obj): readonly (readonly Obj[])[] =>
  listIn(args, 'rows').map((row) => (isObj(row) ? listIn(row, 'values').map((one) => (isObj(one) ? one : {})) : []))

const beyond = (scene: Scene, what: 'row' | 'column', at: number): Error =>
  invalid(scene, `Attempting to write ${what}: ${at}, beyond the last requested ${what} of: ${at - 1}`)

export const updateCells: Act = (spreadsheet, args, scene) => {
  const mask = maskIn(args, scene, 'CellData')
  checkFields(mask, scene)
  const rows = rowsOf(args)
  const start = args.start
  let area: Area
  if (isObj(start)) {
    const sheet = sheetWith(spreadsheet, numberIn(start, 'sheetId') ?? 0, scene)
    const [row, column] = [numberIn(start, 'rowIndex') ?? 0, numberIn(start, 'columnIndex') ?? 0]
    const width = Math.max(1, ...rows.map(({ length }) => length))
    const range = {
      startRow: row,
      endRow: row + Math.max(rows.length, 1),
      startColumn: column,
      endColumn: column + width,
    }
    area = { sheet, open: range, range }
  } else area = areaIn(spreadsheet, objIn(args, 'range'), scene)
  const { sheet, range } = area
  scene.mayEdit(sheet, range)
  const [height, width] = [range.endRow - range.startRow, range.endColumn - range.startColumn]
  if (!isObj(start) && rows.length > height)
    throw invalid(
      scene,
      `Attempting to write row: ${range.endRow}, beyond the last requested row of: ${range.endRow - 1}`,
    )
  if (range.endRow > sheet.rowCount)
    throw invalid(
      scene,
      `Attempting to write row: ${sheet.rowCount}, beyond the last requested row of: ${sheet.rowCount - 1}`,
    )
  const wide = rows.findIndex(({ length }) => length > width)
  if ((!isObj(start) && wide >= 0) || range.endColumn > sheet.columnCount)
    throw invalid(
      scene,
      `Attempting to write column: ${range.endColumn}, beyond the last requested column of: ${range.endColumn - 1}`,
    )
  const draft = new Draft(sheet)
  for (const [row, column] of cellsOf(range)) {
    const wanted = rows[row - range.startRow]?.[column - range.startColumn]
    const old = draft.get(row, column)
    // With a start alone, rows that are shorter leave what is behind them as it is.
    if (wanted === undefined && (isObj(start) || old === undefined)) continue
    draft.set(row, column, changed(old, wanted ?? {}, mask, scene))
  }
  return { spreadsheet: replaceSheet(spreadsheet, draft.done()) }
}

export const repeatCell: Act = (spreadsheet, args, scene) => {
  const mask = maskIn(args, scene, 'CellData')
  checkFields(mask, scene)
  const { sheet, range } = areaIn(spreadsheet, objIn(args, 'range'), scene)
  scene.mayEdit(sheet, range)
  const wanted = objIn(args, 'cell')
  const draft = new Draft(sheet)
  for (const [row, column] of cellsOf(range)) {
    const cell = changed(draft.get(row, column), wanted, mask, scene)
    // A formula is that of the first cell, and goes along as if copied.
    const { v } = cell
    const moved =
      typeof v === 'object' && innerMask(mask, 'userEnteredValue') !== undefined
        ? { ...cell, v: { formula: copiedFormula(v.formula, row - range.startRow, column - range.startColumn) } }
        : cell
    draft.set(row, column, moved)
  }
  return { spreadsheet: replaceSheet(spreadsheet, draft.done()) }
}

export const appendCells: Act = (spreadsheet, args, scene) => {
  const mask = maskIn(args, scene, 'CellData')
  checkFields(mask, scene)
  const sheet = sheetWith(spreadsheet, numberIn(args, 'sheetId') ?? 0, scene)
  const rows = rowsOf(args)
  let at = sheet.rows.findLastIndex((row) => row?.some((cell) => cell?.v !== undefined) === true) + 1
  const width = Math.max(0, ...rows.map(({ length }) => length))
  // Rows are added, columns are not: https://github.com/OpenRefine/OpenRefine/issues/2760 (2026-11-26).
  if (width > sheet.columnCount) throw beyond(scene, 'column', sheet.columnCount)
  const grown: Sheet = { ...sheet, rowCount: Math.max(sheet.rowCount, at + rows.length) }
  const draft = new Draft(grown)
  for (const values of rows) {
    for (const [column, wanted] of values.entries())
      draft.set(at, column, changed(draft.get(at, column), wanted, mask, scene))
    at += 1
  }
  const next = replaceSheet(spreadsheet, draft.done())
  checkSize(next, scene.where)
  return { spreadsheet: next }
}

export const setDataValidation: Act = (spreadsheet, args, scene) => {
  const { sheet, range } = areaIn(spreadsheet, objIn(args, 'range'), scene)
  scene.mayEdit(sheet, range)
  const rule = isObj(args.rule) ? pruned(args.rule) : undefined
  const draft = new Draft(sheet)
  for (const [row, column] of cellsOf(range)) {
    const { rule: old, ...rest } = draft.get(row, column) ?? {}
    if (rule !== undefined) draft.set(row, column, { ...rest, rule })
    else if (old !== undefined) draft.set(row, column, rest)
  }
  return { spreadsheet: replaceSheet(spreadsheet, draft.done()) }
}

/** Sorts by what cells are worth; empty ones come last either way. */
export const sortRange: Act = (spreadsheet, args, scene) => {
  const { sheet, range } = areaIn(spreadsheet, objIn(args, 'range'), scene)
  scene.mayEdit(sheet, range)
  const specs = listIn(args, 'sortSpecs').map((spec) => {
    if (!isObj(spec) || spec.foregroundColorStyle !== undefined || spec.backgroundColorStyle !== undefined)
      throw scene.gap('sorting by colour')
    const column = numberIn(spec, 'dimensionIndex') ?? 0
    if (column < range.startColumn || column >= range.endColumn)
      throw invalid(scene, `Sort column index ${column} is outside of the range.`)
    return { column, down: spec.sortOrder === 'DESCENDING' }
  })
  const values = scene.evaluator(spreadsheet)
  const worth = (row: number, column: number): Value => values.valueOf(sheet, row, column)
  const used = Array.from({ length: range.endRow - range.startRow }, (_, n) => range.startRow + n)
  const sorted = used.toSorted((a, b) => {
    for (const { column, down } of specs) {
      const [one, other] = [worth(a, column), worth(b, column)]
      if (one === null || other === null) {
        if (one !== other) return one === null ? 1 : -1
        continue
      }
      const sign = order(one, other)
      if (sign !== 0) return down ? -sign : sign
    }
    return a - b
  })
  const draft = new Draft(sheet)
  for (const [n, from] of sorted.entries()) {
    const to = range.startRow + n
    if (from === to) continue
    for (let column = range.startColumn; column < range.endColumn; column += 1)
      draft.set(to, column, shiftedCell(cellAt(sheet, from, column), to - from, 0))
  }
  return { spreadsheet: replaceSheet(spreadsheet, draft.done()) }
}

export const findReplace: Act = (spreadsheet, args, scene) => {
  const { find, replacement = '', matchCase, matchEntireCell, searchByRegex, includeFormulas } = args
  if (typeof find !== 'string' || find === '') throw invalid(scene, 'Must specify a find string.')
  if (searchByRegex === true || includeFormulas === true) throw scene.gap('finding by patterns, and in formulas')
  const escaped = find.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const form = new RegExp(matchEntireCell === true ? `^${escaped}$` : escaped, matchCase === true ? 'gu' : 'giu')
  const areas: readonly (readonly [Sheet, GridRange])[] = isObj(args.range)
    ? [areaIn(spreadsheet, args.range, scene)].map(({ sheet, range }) => [sheet, range] as const)
    : spreadsheet.sheets
        .filter(({ sheetId }) => args.allSheets === true || sheetId === (numberIn(args, 'sheetId') ?? 0))
        .map(
          (sheet) =>
            [sheet, { startRow: 0, endRow: sheet.rows.length, startColumn: 0, endColumn: sheet.columnCount }] as const,
        )
  let next = spreadsheet
  const count = { valuesChanged: 0, rowsChanged: 0, sheetsChanged: 0, occurrencesChanged: 0 }
  for (const [sheet, range] of areas) {
    const draft = new Draft(sheet)
    const rows = new Set<number>()
    for (let row = range.startRow; row < Math.min(range.endRow, sheet.rows.length); row += 1) {
      for (
        let column = range.startColumn;
        column < Math.min(range.endColumn, sheet.rows[row]?.length ?? 0);
        column += 1
      ) {
        const v = cellAt(sheet, row, column)?.v
        if (v === undefined || typeof v === 'object' || typeof v === 'boolean') continue
        const found = String(v).match(form)?.length ?? 0
        if (found === 0) continue
        const { v: now, format } = typed(
          String(v).replaceAll(form, () => String(replacement)),
          scene.foreign,
        )
        draft.enter(row, column, now, format)
        rows.add(row)
        count.valuesChanged += 1
        count.occurrencesChanged += found
      }
    }
    count.rowsChanged += rows.size
    if (rows.size > 0) count.sheetsChanged += 1
    next = replaceSheet(next, draft.done())
  }
  return { spreadsheet: next, reply: Object.fromEntries(Object.entries(count).filter(([, n]) => n > 0)) }
}

/** Which side of which cells each border of the request lies on. */
export const updateBorders: Act = (spreadsheet, args, scene) => {
  const { sheet, range } = areaIn(spreadsheet, objIn(args, 'range'), scene)
  scene.mayEdit(sheet, range)
  const draft = new Draft(sheet)
  for (const [row, column] of cellsOf(range)) {
    const cell = draft.get(row, column) ?? {}
    const borders: Record<string, Json> = { ...objIn(cell.f ?? {}, 'borders') }
    const put = (side: string, name: string): void => {
      const border = args[name]
      if (!isObj(border)) return
      if (border.style === 'NONE') delete borders[side]
      else borders[side] = normalised(border)
    }
    put('top', row === range.startRow ? 'top' : 'innerHorizontal')
    put('bottom', row === range.endRow - 1 ? 'bottom' : 'innerHorizontal')
    put('left', column === range.startColumn ? 'left' : 'innerVertical')
    put('right', column === range.endColumn - 1 ? 'right' : 'innerVertical')
    const { borders: _, ...others } = cell.f ?? {}
    const f = Object.keys(borders).length === 0 ? others : { ...others, borders }
    const { f: __, ...rest } = cell
    draft.set(row, column, Object.keys(f).length === 0 ? rest : { ...rest, f })
  }
  return { spreadsheet: replaceSheet(spreadsheet, draft.done()) }
}
