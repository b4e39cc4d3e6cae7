import type { Json } from '../../trace.ts'
import { innerMask, type Mask, type Obj } from '../fields.ts'
import { DEFAULT_FORMAT, effective, effectiveJson, enteredJson, THEME } from './cell-wire.ts'
import type { Evaluator } from './evaluate.ts'
import { shown } from './format.ts'
import type {
  Cell,
  GridRange,
  Group,
  NamedRange,
  OpenRange,
  ProtectedRange,
  Sheet,
  Spreadsheet,
} from './spreadsheet.ts'
import type { Refusals } from './values.ts'

/** A range on the wire: as everywhere, what is zero or false is left out (as recorded: `sheetId` of the first sheet). */
export function rangeJson(sheetId: number, { startRow, endRow, startColumn, endColumn }: OpenRange): Obj {
  return {
    ...(sheetId === 0 ? {} : { sheetId }),
    ...(startRow === undefined ? {} : { startRowIndex: startRow }),
    ...(endRow === undefined ? {} : { endRowIndex: endRow }),
    ...(startColumn === undefined ? {} : { startColumnIndex: startColumn }),
    ...(endColumn === undefined ? {} : { endColumnIndex: endColumn }),
  }
}

export function propertiesJson(sheet: Sheet, index: number): Obj {
  const { sheetId, title, properties, rowCount, columnCount } = sheet
  const { gridProperties = {}, ...others } = properties
  return {
    sheetId,
    title,
    index,
    sheetType: 'GRID',
    gridProperties: { rowCount, columnCount, ...(gridProperties as Obj) },
    ...others,
  }
}

export const namedRangeJson = ({ id, name, sheetId, range }: NamedRange): Obj => ({
  namedRangeId: id,
  name,
  range: rangeJson(sheetId, range),
})

/** `editors` is told to who may edit it: as recorded, empty in the reply to the request that made it. */
export function protectedJson(sheetId: number, one: ProtectedRange, mine: boolean, editors: Obj): Obj {
  return {
    protectedRangeId: one.id,
    range: rangeJson(sheetId, one.range),
    ...(one.description === null ? {} : { description: one.description }),
    ...(one.warningOnly ? { warningOnly: true } : {}),
    ...(mine || one.warningOnly ? { requestingUserCanEdit: true } : {}),
    ...(mine ? { editors } : {}),
  }
}

export const groupJson = (sheetId: number, dimension: string, { start, end, depth, collapsed }: Group): Obj => ({
  range: { ...(sheetId === 0 ? {} : { sheetId }), dimension, startIndex: start, endIndex: end },
  depth,
  ...(collapsed ? { collapsed: true } : {}),
})

export type View = {
  readonly title: string
  readonly email: string
  readonly owner: boolean
  /** Which fields are asked for; what costs work is not made when it is not. */
  readonly mask: Mask
  readonly grid: boolean
  /** Ranges by sheet; undefined for all of it. */
  readonly ranges: readonly { readonly sheetId: number; readonly range: GridRange }[] | undefined
  readonly values: Evaluator
  readonly no: Refusals
}

/** A spreadsheet, with the cells of its grids where they are asked for. */
export function spreadsheetJson(spreadsheet: Spreadsheet, view: View): Obj {
  const { spreadsheetId, locale, autoRecalc, timeZone, iterative, namedRanges } = spreadsheet
  const shownSheets = spreadsheet.sheets
    .map((sheet, index) => ({ sheet, index }))
    .filter(({ sheet }) => view.ranges?.some(({ sheetId }) => sheetId === sheet.sheetId) ?? true)
  return {
    spreadsheetId,
    properties: {
      title: view.title,
      locale,
      autoRecalc,
      timeZone,
      defaultFormat: DEFAULT_FORMAT,
      ...(iterative === null ? {} : { iterativeCalculationSettings: iterative }),
      spreadsheetTheme: THEME,
    },
    sheets: shownSheets.map(({ sheet, index }) => sheetJson(sheet, index, view)),
    ...(namedRanges.length === 0 ? {} : { namedRanges: namedRanges.map(namedRangeJson) }),
    spreadsheetUrl: `https://docs.google.com/spreadsheets/d/${spreadsheetId}/edit`,
  }
}

function sheetJson(sheet: Sheet, index: number, view: View): Obj {
  const { sheetId, merges, protectedRanges, columnGroups, rowGroups, basicFilter, conditionalFormats } = sheet
  const { filterViews = [], bandedRanges = [] } = sheet
  const mine = (one: ProtectedRange): boolean => view.owner || one.users.includes(view.email)
  return {
    properties: propertiesJson(sheet, index),
    ...(view.grid ? { data: dataJson(sheet, view) } : {}),
    ...(merges.length === 0 ? {} : { merges: merges.map((merge) => rangeJson(sheetId, merge)) }),
    ...(conditionalFormats.length === 0 ? {} : { conditionalFormats: conditionalFormats as readonly Json[] as Json }),
    ...(basicFilter === null ? {} : { basicFilter }),
    ...(filterViews.length === 0 ? {} : { filterViews: filterViews as readonly Json[] as Json }),
    ...(bandedRanges.length === 0 ? {} : { bandedRanges: bandedRanges as readonly Json[] as Json }),
    ...(protectedRanges.length === 0
      ? {}
      : {
          protectedRanges: protectedRanges.map((one) =>
            protectedJson(sheetId, one, mine(one), one.users.length === 0 ? {} : { users: [...one.users] }),
          ),
        }),
    ...(rowGroups.length === 0 ? {} : { rowGroups: rowGroups.map((group) => groupJson(sheetId, 'ROWS', group)) }),
    ...(columnGroups.length === 0
      ? {}
      : { columnGroups: columnGroups.map((group) => groupJson(sheetId, 'COLUMNS', group)) }),
  }
}

function dataJson(sheet: Sheet, view: View): Json {
  const ranges = view.ranges?.filter(({ sheetId }) => sheetId === sheet.sheetId).map(({ range }) => range) ?? [
    { startRow: 0, endRow: sheet.rowCount, startColumn: 0, endColumn: sheet.columnCount },
  ]
  const wanted = ['sheets', 'data'].reduce<Mask>((mask, name) => innerMask(mask, name) ?? new Map(), view.mask)
  return ranges.map((range): Json => {
    const { startRow, endRow, startColumn, endColumn } = range
    const rows = rowData(sheet, range, view, innerMask(innerMask(wanted, 'rowData') ?? new Map(), 'values'))
    const meta = (kept: Readonly<Record<string, Obj>>, from: number, to: number, pixelSize: number): Json =>
      Array.from({ length: to - from }, (_, at): Json => {
        if (kept[from + at]?.pixelSize === 'auto') throw view.no.size()
        return { pixelSize, ...kept[from + at] }
      })
    return {
      ...(startRow === 0 ? {} : { startRow }),
      ...(startColumn === 0 ? {} : { startColumn }),
      ...(rows.length === 0 ? {} : { rowData: rows }),
      ...(innerMask(wanted, 'rowMetadata') === undefined
        ? {}
        : { rowMetadata: meta(sheet.rowMeta, startRow, endRow, 21) }),
      ...(innerMask(wanted, 'columnMetadata') === undefined
        ? {}
        : { columnMetadata: meta(sheet.columnMeta, startColumn, endColumn, 100) }),
    }
  })
}

/** Rows of cells; those at the end that have nothing of what is asked for are left out (as recorded). */
function rowData(sheet: Sheet, range: GridRange, view: View, mask: Mask | undefined): Json[] {
  if (mask === undefined) return []
  const rows: Json[] = []
  for (let row = range.startRow; row < Math.min(range.endRow, sheet.rows.length); row += 1) {
    const values: Obj[] = []
    for (
      let column = range.startColumn;
      column < Math.min(range.endColumn, sheet.rows[row]?.length ?? 0);
      column += 1
    ) {
      const cell = sheet.rows[row]?.[column]
      values.push(cell === null || cell === undefined ? {} : cellJson(cell, sheet, row, column, view, mask))
    }
    while (values.length > 0 && Object.keys(values.at(-1) ?? {}).length === 0) values.pop()
    rows.push(values.length === 0 ? {} : { values })
  }
  while (rows.length > 0 && Object.keys((rows.at(-1) ?? {}) as object).length === 0) rows.pop()
  return rows
}

function cellJson(cell: Cell, sheet: Sheet, row: number, column: number, view: View, mask: Mask): Obj {
  const asks = (name: string): boolean => innerMask(mask, name) !== undefined
  const worth = cell.v !== undefined && (asks('effectiveValue') || asks('formattedValue') || asks('effectiveFormat'))
  const value = worth ? view.values.valueOf(sheet, row, column) : null
  return {
    ...(cell.v === undefined || !asks('userEnteredValue') ? {} : { userEnteredValue: enteredJson(cell.v) }),
    ...(cell.v === undefined || !asks('effectiveValue') ? {} : { effectiveValue: effectiveJson(value) }),
    ...(cell.v === undefined || !asks('formattedValue')
      ? {}
      : { formattedValue: shown(value, cell.f, view.no.pattern) }),
    ...(cell.f === undefined || !asks('userEnteredFormat') ? {} : { userEnteredFormat: cell.f }),
    ...((cell.v === undefined && cell.f === undefined) || !asks('effectiveFormat')
      ? {}
      : { effectiveFormat: effective(cell.f) }),
    ...(cell.note === undefined || !asks('note') ? {} : { note: cell.note }),
    ...(cell.rule === undefined || !asks('dataValidation') ? {} : { dataValidation: cell.rule }),
  }
}
