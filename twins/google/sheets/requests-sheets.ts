import type { Json } from '../../trace.ts'
import { isObj, type Mask, type Obj, updated } from '../fields.ts'
import { colour, normalised } from './cell-wire.ts'
import { resized } from './dimensions.ts'
import { type Act, invalid, maskIn, numberIn, objIn, type Scene, sheetWith, textIn } from './request.ts'
import { propertiesJson } from './sheet-wire.ts'
import { checkSize, newSheet, type Sheet, type Spreadsheet } from './spreadsheet.ts'

/** What `properties` of a sheet hold beside what has a field of its own. */
const KEPT = ['hidden', 'rightToLeft', 'tabColor', 'tabColorStyle']
const KEPT_GRID = [
  'frozenRowCount',
  'frozenColumnCount',
  'hideGridlines',
  'rowGroupControlAfter',
  'columnGroupControlAfter',
]

function keptProperties(wanted: Obj): Obj {
  const grid = objIn(wanted, 'gridProperties')
  const pick = (from: Obj, names: readonly string[]): Obj =>
    Object.fromEntries(
      // What is zero or false is never sent (as recorded after unfreezing and showing again).
      names.flatMap((name) => {
        const value = from[name]
        return value === undefined || value === null || value === false || value === 0 ? [] : [[name, value] as const]
      }),
    )
  const gridProperties = pick(grid, KEPT_GRID)
  const { tabColor, tabColorStyle, ...others } = pick(wanted, KEPT)
  const tinted = tabColorStyle === undefined ? tabColor : { style: tabColorStyle }
  const colours = !isObj(tinted)
    ? {}
    : 'style' in tinted
      ? normalised({ tabColorStyle: tinted.style ?? {} })
      : { tabColor: colour(tinted), tabColorStyle: { rgbColor: colour(tinted) } }
  return { ...others, ...colours, ...(Object.keys(gridProperties).length === 0 ? {} : { gridProperties }) }
}

function checkTitle(spreadsheet: Spreadsheet, title: string, scene: Scene, but?: number): void {
  if (spreadsheet.sheets.some((sheet) => sheet.sheetId !== but && sheet.title.toLowerCase() === title.toLowerCase()))
    throw invalid(scene, `A sheet with the name "${title}" already exists. Please enter another name.`)
}

const freeTitle = ({ sheets }: Spreadsheet): string => {
  for (let n = sheets.length + 1; ; n += 1) {
    const title = `Sheet${n}`
    if (!sheets.some((sheet) => sheet.title.toLowerCase() === title.toLowerCase())) return title
  }
}

/** The sheet moves to `index`; as Sheets counts, it has not left its old place yet. */
function placed(sheets: readonly Sheet[], sheet: Sheet, index: number | undefined): readonly Sheet[] {
  const from = sheets.indexOf(sheet)
  if (index === undefined || index === from) return sheets
  const others = sheets.filter((one) => one !== sheet)
  const to = from >= 0 && index > from ? index - 1 : index
  return [...others.slice(0, to), sheet, ...others.slice(to)]
}

function gridSize(wanted: Obj, scene: Scene): readonly [rows: number, columns: number] {
  const grid = objIn(wanted, 'gridProperties')
  const [rows, columns] = [numberIn(grid, 'rowCount') ?? 1000, numberIn(grid, 'columnCount') ?? 26]
  if (rows < 1) throw invalid(scene, `Invalid rowCount: ${rows}. Must be at least 1.`)
  if (columns < 1) throw invalid(scene, `Invalid columnCount: ${columns}. Must be at least 1.`)
  return [rows, columns]
}

export const addSheet: Act = (spreadsheet, args, scene) => {
  const wanted = objIn(args, 'properties')
  const { sheetType } = wanted
  if (typeof sheetType === 'string' && sheetType !== 'GRID') throw scene.gap('sheets that are no grids')
  const title = textIn(wanted, 'title') ?? freeTitle(spreadsheet)
  checkTitle(spreadsheet, title, scene)
  const id = numberIn(wanted, 'sheetId') ?? scene.number()
  if (spreadsheet.sheets.some(({ sheetId }) => sheetId === id))
    throw invalid(scene, `A sheet with the ID ${id} already exists. Please use a different ID.`)
  const sheet: Sheet = { ...newSheet(id, title, ...gridSize(wanted, scene)), properties: keptProperties(wanted) }
  const index = numberIn(wanted, 'index')
  const sheets = placed(
    [...spreadsheet.sheets, sheet],
    sheet,
    index === undefined ? undefined : Math.min(index, spreadsheet.sheets.length),
  )
  const next = { ...spreadsheet, sheets }
  checkSize(next, scene.where)
  return { spreadsheet: next, reply: { properties: propertiesJson(sheet, sheets.indexOf(sheet)) } }
}

export const deleteSheet: Act = (spreadsheet, args, scene) => {
  const sheet = sheetWith(spreadsheet, numberIn(args, 'sheetId') ?? 0, scene, 'sheet')
  const sheets = spreadsheet.sheets.filter((one) => one !== sheet)
  if (!sheets.some(({ properties }) => properties.hidden !== true))
    throw invalid(scene, "You can't remove all the visible sheets in a document.")
  const namedRanges = spreadsheet.namedRanges.filter(({ sheetId }) => sheetId !== sheet.sheetId)
  return { spreadsheet: { ...spreadsheet, sheets, namedRanges } }
}

export const duplicateSheet: Act = (spreadsheet, args, scene) => {
  const source = sheetWith(spreadsheet, numberIn(args, 'sourceSheetId') ?? 0, scene, 'sheet')
  const copyName = (n: number): string => (n === 1 ? `Copy of ${source.title}` : `Copy of ${source.title} ${n}`)
  let n = 1
  while (spreadsheet.sheets.some(({ title }) => title === copyName(n))) n += 1
  const title = textIn(args, 'newSheetName') ?? copyName(n)
  checkTitle(spreadsheet, title, scene)
  const sheet: Sheet = {
    ...source,
    sheetId: numberIn(args, 'newSheetId') ?? scene.number(),
    title,
    protectedRanges: source.protectedRanges.map((one) => ({ ...one, id: scene.number() })),
  }
  const index = numberIn(args, 'insertSheetIndex') ?? 0
  const sheets = placed([...spreadsheet.sheets, sheet], sheet, index)
  const next = { ...spreadsheet, sheets }
  checkSize(next, scene.where)
  return { spreadsheet: next, reply: { properties: propertiesJson(sheet, sheets.indexOf(sheet)) } }
}

/** Cuts or grows a grid at its end. */
function fitted(spreadsheet: Spreadsheet, sheet: Sheet, rows: number, columns: number): Spreadsheet {
  let next = spreadsheet
  if (rows < sheet.rowCount) next = resized(next, sheet.sheetId, 'row', rows, rows - sheet.rowCount)
  if (columns < sheet.columnCount) next = resized(next, sheet.sheetId, 'column', columns, columns - sheet.columnCount)
  return {
    ...next,
    sheets: next.sheets.map((one) =>
      one.sheetId === sheet.sheetId ? { ...one, rowCount: rows, columnCount: columns } : one,
    ),
  }
}

export const updateSheetProperties: Act = (spreadsheet, args, scene) => {
  const wanted = objIn(args, 'properties')
  const mask = maskIn(args, scene, 'SheetProperties')
  const sheet = sheetWith(spreadsheet, numberIn(wanted, 'sheetId') ?? 0, scene, 'sheet')
  const index = spreadsheet.sheets.indexOf(sheet)
  const old = propertiesJson(sheet, index)
  // What becomes of a size that is left out of everything is not told.
  if (mask === 'all' && numberIn(objIn(wanted, 'gridProperties'), 'rowCount') === undefined)
    throw scene.gap('all properties of a sheet at once')
  const merged: Obj = mask === 'all' ? { ...wanted, sheetId: sheet.sheetId } : updated(tinted(old, mask), wanted, mask)
  const title = textIn(merged, 'title') ?? sheet.title
  if (title !== sheet.title) checkTitle(spreadsheet, title, scene, sheet.sheetId)
  const [rows, columns] = gridSize(merged, scene)
  const { frozenRowCount = 0, frozenColumnCount = 0 } = objIn(merged, 'gridProperties')
  if (Number(frozenRowCount) >= rows) throw invalid(scene, "You can't freeze all visible rows on the sheet.")
  if (Number(frozenColumnCount) >= columns) throw invalid(scene, "You can't freeze all visible columns on the sheet.")
  let next = fitted(spreadsheet, sheet, rows, columns)
  next = {
    ...next,
    sheets: next.sheets.map((one) =>
      one.sheetId === sheet.sheetId ? { ...one, title, properties: keptProperties(merged) } : one,
    ),
  }
  if (!next.sheets.some(({ properties }) => properties.hidden !== true))
    throw invalid(scene, "You can't hide all the sheets in a document.")
  checkSize(next, scene.where)
  const moved = sheetWith(next, sheet.sheetId, scene)
  const sheets = placed(next.sheets, moved, numberIn(merged, 'index'))
  return {
    spreadsheet: title === sheet.title ? { ...next, sheets } : retitled({ ...next, sheets }, sheet.title, title),
  }
}

/** A colour that is set one way must not be kept the other. */
function tinted(old: Obj, mask: Mask): Obj {
  const { tabColor, tabColorStyle, ...others } = old
  const sets = mask !== 'all' && (mask.has('tabColor') || mask.has('tabColorStyle'))
  return sets || tabColorStyle === undefined ? others : { ...others, tabColor: tabColor ?? {}, tabColorStyle }
}

/** Formulas name sheets by their titles, so that they follow. */
function retitled(spreadsheet: Spreadsheet, from: string, to: string): Spreadsheet {
  const text = (title: string): string => (/^[A-Za-z_]\w*$/.test(title) ? title : `'${title.replaceAll("'", "''")}'`)
  const forms = [`'${from.replaceAll("'", "''")}'!`, ...(/^[A-Za-z_]\w*$/.test(from) ? [`${from}!`] : [])]
  const change = (formula: string): string =>
    formula
      .split(/("(?:[^"]|"")*")/)
      .map((part) =>
        part.startsWith('"') ? part : forms.reduce((now, form) => now.replaceAll(form, `${text(to)}!`), part),
      )
      .join('')
  const sheets = spreadsheet.sheets.map((sheet) => ({
    ...sheet,
    rows: sheet.rows.map((row) =>
      row?.some((cell) => typeof cell?.v === 'object') === true
        ? row.map((cell) => (typeof cell?.v === 'object' ? { ...cell, v: { formula: change(cell.v.formula) } } : cell))
        : row,
    ),
  }))
  return { ...spreadsheet, sheets }
}

const SPREADSHEET_FIELDS = ['title', 'locale', 'timeZone', 'autoRecalc', 'iterativeCalculationSettings']

export const updateSpreadsheetProperties: Act = (spreadsheet, args, scene) => {
  const wanted = objIn(args, 'properties')
  const mask = maskIn(args, scene, 'SpreadsheetProperties')
  const named = mask === 'all' ? Object.keys(wanted) : [...mask.keys()]
  const other = named.find((name) => !SPREADSHEET_FIELDS.includes(name))
  if (other !== undefined) throw scene.gap('default formats and themes of spreadsheets')
  const chosen = (name: string, old: string): string => (named.includes(name) ? (textIn(wanted, name) ?? old) : old)
  if (named.includes('title')) {
    const title = textIn(wanted, 'title')
    if (title === undefined || title === '') throw invalid(scene, 'Cannot delete title of spreadsheet.')
    scene.rename(title)
  }
  const iterative: Json = named.includes('iterativeCalculationSettings')
    ? (wanted.iterativeCalculationSettings ?? null)
    : spreadsheet.iterative
  return {
    spreadsheet: {
      ...spreadsheet,
      locale: chosen('locale', spreadsheet.locale),
      timeZone: chosen('timeZone', spreadsheet.timeZone),
      autoRecalc: chosen('autoRecalc', spreadsheet.autoRecalc),
      iterative,
    },
  }
}
