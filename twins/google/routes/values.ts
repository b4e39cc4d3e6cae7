import type { Json } from '../../trace.ts'
import type { Ask, On } from '../ask.ts'
import { isObj, type Obj } from '../fields.ts'
import { checkShape } from '../shape.ts'
import { cellsText, locate, type Place, rangeText } from '../sheets/a1.ts'
import { resized } from '../sheets/dimensions.ts'
import { SHEETS_MESSAGES } from '../sheets/messages.ts'
import { textIn } from '../sheets/request.ts'
import { cellAt, checkSize, type GridRange, replaceSheet, type Spreadsheet } from '../sheets/spreadsheet.ts'
import {
  clear,
  oneOfList,
  PLAIN,
  type Rendering,
  rowsIn,
  tableIn,
  valueRange,
  type Written,
  write,
} from '../sheets/values.ts'
import type { FileRow } from '../state.ts'
import { badRequest } from '../wire.ts'
import { gap } from '../workspace.ts'
import { evaluator, filtersIn, foreign, keep, mayEdit, open, placeIn, REFUSALS, r1c1 } from './spreadsheets.ts'

const BASE = '/v4/spreadsheets/:spreadsheetId'
const READS = 'majorDimension valueRenderOption dateTimeRenderOption'
const WRITES = 'valueInputOption includeValuesInResponse responseValueRenderOption responseDateTimeRenderOption'

export function addValues(on: On): void {
  const [read, modify] = [
    { api: 'sheets', meter: 'read' },
    { api: 'sheets', meter: 'modify' },
  ] as const
  on('values.get', `GET ${BASE}/values/:range`, { ...read, answer: 'ValueRange', params: READS }, (ask) => {
    const { spreadsheet } = open(ask, 'reader')
    const how = rendering((name) => ask.query.get(name) ?? undefined)
    return valueRange(find(spreadsheet, ask.param('range')), evaluator(ask.ws, spreadsheet), how, REFUSALS)
  })
  on(
    'values.batch_get',
    `GET ${BASE}/~batchGet`,
    { ...read, answer: 'BatchGetValuesResponse', params: `ranges ${READS}` },
    (ask) => {
      const { file, spreadsheet } = open(ask, 'reader')
      const how = rendering((name) => ask.query.get(name) ?? undefined)
      const values = evaluator(ask.ws, spreadsheet)
      const ranges = ask.query
        .getAll('ranges')
        .map((range) => valueRange(find(spreadsheet, range), values, how, REFUSALS))
      return { spreadsheetId: file.id, ...(ranges.length === 0 ? {} : { valueRanges: ranges }) }
    },
  )
  on(
    'values.update',
    `PUT ${BASE}/values/:range`,
    { ...modify, answer: 'UpdateValuesResponse', params: WRITES },
    update,
  )
  on(
    'values.append',
    `POST ${BASE}/values/:range/~append`,
    { ...modify, answer: 'AppendValuesResponse', params: `insertDataOption ${WRITES}` },
    append,
  )
  on(
    'values.clear',
    `POST ${BASE}/values/:range/~clear`,
    { ...modify, answer: 'ClearValuesResponse', params: '' },
    (ask) => {
      const { file, spreadsheet } = open(ask, 'writer')
      const { spreadsheet: next, ranges } = cleared(ask, file, spreadsheet, [ask.param('range')])
      keep(ask.ws, file, next, ask.email)
      return { spreadsheetId: file.id, clearedRange: ranges[0] ?? '' }
    },
  )
  on(
    'values.batch_clear',
    `POST ${BASE}/~batchClear`,
    { ...modify, answer: 'BatchClearValuesResponse', params: '' },
    (ask) => {
      const { file, spreadsheet } = open(ask, 'writer')
      const { ranges: wanted } = bodyOf(ask, 'BatchClearValuesRequest')
      const names = Array.isArray(wanted) ? wanted.filter((one) => typeof one === 'string') : []
      const { spreadsheet: next, ranges } = cleared(ask, file, spreadsheet, names)
      keep(ask.ws, file, next, ask.email)
      return { spreadsheetId: file.id, ...(ranges.length === 0 ? {} : { clearedRanges: ranges }) }
    },
  )
  on(
    'values.batch_update',
    `POST ${BASE}/~batchUpdateValues`,
    { ...modify, answer: 'BatchUpdateValuesResponse', params: '' },
    (ask) =>
      batchUpdate(ask, 'BatchUpdateValuesRequest', (spreadsheet, one) => find(spreadsheet, textIn(one, 'range') ?? '')),
  )
  addFiltered(on)
}

/** The same by filters, which is how some clients name ranges. */
function addFiltered(on: On): void {
  const [read, modify] = [
    { api: 'sheets', meter: 'read' },
    { api: 'sheets', meter: 'modify' },
  ] as const
  on(
    'values.batch_get_by_data_filter',
    `POST ${BASE}/~batchGetByDataFilter`,
    { ...read, answer: 'BatchGetValuesByDataFilterResponse', params: '' },
    (ask) => {
      const { file, spreadsheet } = open(ask, 'reader')
      const body = bodyOf(ask, 'BatchGetValuesByDataFilterRequest')
      const filters = Array.isArray(body.dataFilters) ? body.dataFilters : []
      const how = rendering((name) => body[name])
      const values = evaluator(ask.ws, spreadsheet)
      const ranges = filters.map((filter: Json) => ({
        valueRange: valueRange(placeIn(spreadsheet, filter), values, how, REFUSALS),
        dataFilters: [filter],
      }))
      return { spreadsheetId: file.id, ...(ranges.length === 0 ? {} : { valueRanges: ranges }) }
    },
  )
  on(
    'values.batch_update_by_data_filter',
    `POST ${BASE}/~batchUpdateByDataFilter`,
    { ...modify, answer: 'BatchUpdateValuesByDataFilterResponse', params: '' },
    (ask) =>
      batchUpdate(ask, 'BatchUpdateValuesByDataFilterRequest', (spreadsheet, one) =>
        placeIn(spreadsheet, one.dataFilter),
      ),
  )
  on(
    'values.batch_clear_by_data_filter',
    `POST ${BASE}/~batchClearByDataFilter`,
    { ...modify, answer: 'BatchClearValuesByDataFilterResponse', params: '' },
    (ask) => {
      const { file, spreadsheet } = open(ask, 'writer')
      const names = filtersIn(spreadsheet, bodyOf(ask, 'BatchClearValuesByDataFilterRequest').dataFilters).map(
        ({ sheet, range }) => rangeText(sheet, range),
      )
      const { spreadsheet: next, ranges } = cleared(ask, file, spreadsheet, names)
      keep(ask.ws, file, next, ask.email)
      return { spreadsheetId: file.id, ...(ranges.length === 0 ? {} : { clearedRanges: ranges }) }
    },
  )
}

/** The body of a request, which says nothing that nobody knows. */
function bodyOf(ask: Ask, message: string, at = ''): Obj {
  const body = ask.body()
  checkShape(SHEETS_MESSAGES, message, body, at)
  return body
}

const find = (spreadsheet: Spreadsheet, range: string): Place => locate(spreadsheet, range, r1c1)

function oneOf<T extends string>(name: string, value: Json | undefined, all: readonly T[]): T | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const known = all.find((one) => one === value)
  if (known !== undefined) return known
  throw badRequest(`Invalid value at '${name}' (type.googleapis.com/google.apps.sheets.v4.${name}), "${String(value)}"`)
}

function rendering(
  read: (name: string) => Json | undefined,
  names = { render: 'valueRenderOption', dates: 'dateTimeRenderOption' },
): Rendering {
  const dimension = oneOf('majorDimension', read('majorDimension'), ['ROWS', 'COLUMNS', 'DIMENSION_UNSPECIFIED'])
  return {
    columns: dimension === 'COLUMNS',
    render:
      oneOf('valueRenderOption', read(names.render), ['FORMATTED_VALUE', 'UNFORMATTED_VALUE', 'FORMULA']) ??
      PLAIN.render,
    dates: oneOf('dateTimeRenderOption', read(names.dates), ['SERIAL_NUMBER', 'FORMATTED_STRING']) ?? PLAIN.dates,
  }
}

/** Whether texts stay texts. The option has no default: https://developers.google.com/workspace/sheets/api/reference/rest/v4/ValueInputOption (as known; not opened). */
function isRaw(given: Json | undefined): boolean {
  const option = oneOf('valueInputOption', given, ['RAW', 'USER_ENTERED', 'INPUT_VALUE_OPTION_UNSPECIFIED'])
  if (option === 'RAW' || option === 'USER_ENTERED') return option === 'RAW'
  throw badRequest("'valueInputOption' is required but not specified")
}

type Into = { readonly ask: Ask; readonly file: FileRow; readonly spreadsheet: Spreadsheet; readonly raw: boolean }

function put(
  { ask, file, spreadsheet, raw }: Into,
  place: Place,
  body: Obj,
): { readonly spreadsheet: Spreadsheet; readonly written: Written } {
  const edit = mayEdit(file, ask.email)
  const written = write(place, rowsIn(body, 'data'), {
    raw,
    foreign: foreign(spreadsheet),
    check(row, column, value) {
      edit(place.sheet, { startRow: row, endRow: row + 1, startColumn: column, endColumn: column + 1 })
      const list = oneOfList(cellAt(place.sheet, row, column)?.rule)
      if (list !== undefined && value !== '' && !list.includes(String(value)))
        throw gap('values that a strict rule refuses')
    },
  })
  return { spreadsheet: replaceSheet(spreadsheet, written.sheet), written }
}

/** What was written; as everywhere, counts of nothing are left out. */
function told(into: Into, { sheet, range, rows, columns, cells }: Written, data: Rendering | undefined): Obj {
  const place = { sheet, range, open: range }
  return {
    spreadsheetId: into.file.id,
    updatedRange: rangeText(sheet, range),
    ...(cells === 0 ? {} : { updatedRows: rows.size, updatedColumns: columns.size, updatedCells: cells }),
    ...(data === undefined
      ? {}
      : {
          updatedData: valueRange(place, evaluator(into.ask.ws, replaceSheet(into.spreadsheet, sheet)), data, REFUSALS),
        }),
  }
}

const RESPONSE = { render: 'responseValueRenderOption', dates: 'responseDateTimeRenderOption' }

const wantsValues = (value: Json | undefined): boolean =>
  value === true || (typeof value === 'string' && value.toLowerCase() === 'true')

function checkRange(place: Place, body: Obj, spreadsheet: Spreadsheet): void {
  const range = textIn(body, 'range')
  if (range === undefined || range === '') return
  const named = find(spreadsheet, range)
  if (named.sheet !== place.sheet || cellsText(named.range) !== cellsText(place.range))
    throw badRequest(
      `Requested writing within range [${rangeText(place.sheet, place.range)}], but the body names [${range}]`,
    )
}

function update(ask: Ask): Json {
  const { file, spreadsheet } = open(ask, 'writer')
  const into: Into = { ask, file, spreadsheet, raw: isRaw(ask.query.get('valueInputOption') ?? undefined) }
  const place = find(spreadsheet, ask.param('range'))
  const body = bodyOf(ask, 'ValueRange', 'data')
  checkRange(place, body, spreadsheet)
  const { spreadsheet: next, written } = put(into, place, body)
  keep(ask.ws, file, next, ask.email)
  const read = (name: string): string | undefined => ask.query.get(name) ?? undefined
  return told(
    { ...into, spreadsheet: next },
    written,
    wantsValues(read('includeValuesInResponse')) ? rendering(read, RESPONSE) : undefined,
  )
}

function batchUpdate(ask: Ask, message: string, placeOf: (spreadsheet: Spreadsheet, one: Obj) => Place): Json {
  const { file, spreadsheet } = open(ask, 'writer')
  const body = bodyOf(ask, message)
  const into: Into = { ask, file, spreadsheet, raw: isRaw(body.valueInputOption) }
  const data = Array.isArray(body.data) ? body.data.filter(isObj) : []
  const response = wantsValues(body.includeValuesInResponse) ? rendering((name) => body[name], RESPONSE) : undefined
  let next = spreadsheet
  const all = data.map((one) => {
    const place = placeOf(next, one)
    const done = put({ ...into, spreadsheet: next }, place, one)
    next = done.spreadsheet
    return done.written
  })
  keep(ask.ws, file, next, ask.email)
  const distinct = (read: (one: Written) => ReadonlySet<number>): number =>
    new Set(all.flatMap((one) => [...read(one)].map((at) => `${one.sheet.sheetId} ${at}`))).size
  return {
    spreadsheetId: file.id,
    ...(all.length === 0
      ? {}
      : {
          totalUpdatedRows: distinct(({ rows }) => rows),
          totalUpdatedColumns: distinct(({ columns }) => columns),
          totalUpdatedCells: all.reduce((sum, { cells }) => sum + cells, 0),
          totalUpdatedSheets: new Set(all.map(({ sheet }) => sheet.sheetId)).size,
          responses: all.map((one, n): Obj => {
            const { spreadsheetId: _, ...what } = told({ ...into, spreadsheet: next }, one, response)
            // Where a filter led there, it stands in the place of the spreadsheet: `UpdateValuesByDataFilterResponse`.
            const { dataFilter } = data[n] ?? {}
            return { ...(dataFilter === undefined ? { spreadsheetId: file.id } : { dataFilter }), ...what }
          }),
        }),
  }
}

/** Behind the last table in the range, on its first column; with INSERT_ROWS in rows of its own. */
function append(ask: Ask): Json {
  const { file, spreadsheet } = open(ask, 'writer')
  const { query } = ask
  const raw = isRaw(query.get('valueInputOption') ?? undefined)
  const insert =
    oneOf('insertDataOption', query.get('insertDataOption') ?? undefined, ['OVERWRITE', 'INSERT_ROWS']) ===
    'INSERT_ROWS'
  const { sheet, range } = find(spreadsheet, ask.param('range'))
  const body = bodyOf(ask, 'ValueRange', 'data')
  const rows = rowsIn(body, 'data')
  const table = tableIn(sheet, range)
  const [row, column] = table === undefined ? [range.startRow, range.startColumn] : [table.endRow, table.startColumn]
  const width = Math.max(1, ...rows.map(({ length }) => length))
  const height = Math.max(1, rows.length)
  let next = spreadsheet
  if (insert && table !== undefined && row < sheet.rowCount)
    next = resized(next, sheet.sheetId, 'row', row, height, true)
  const current = next.sheets.find(({ sheetId }) => sheetId === sheet.sheetId) ?? sheet
  const grown = {
    ...current,
    rowCount: Math.max(current.rowCount, row + height),
    columnCount: Math.max(current.columnCount, column + width),
  }
  next = replaceSheet(next, grown)
  checkSize(next)
  const at: GridRange = { startRow: row, endRow: row + 1, startColumn: column, endColumn: column + 1 }
  const into: Into = { ask, file, spreadsheet: next, raw }
  const { spreadsheet: done, written } = put(into, { sheet: grown, range: at, open: at }, body)
  keep(ask.ws, file, done, ask.email)
  for (const cells of rows)
    ask.ws.world.trace.record('google.row.appended', {
      file: file.id,
      sheet: sheet.title,
      row: [...cells],
      cells: cells.length,
    })
  const read = (name: string): string | undefined => query.get(name) ?? undefined
  const response = wantsValues(read('includeValuesInResponse')) ? rendering(read, RESPONSE) : undefined
  return {
    spreadsheetId: file.id,
    ...(table === undefined ? {} : { tableRange: rangeText(sheet, table) }),
    updates: told({ ...into, spreadsheet: done }, written, response),
  }
}

function cleared(
  ask: Ask,
  file: FileRow,
  spreadsheet: Spreadsheet,
  names: readonly string[],
): { readonly spreadsheet: Spreadsheet; readonly ranges: readonly string[] } {
  const edit = mayEdit(file, ask.email)
  let next = spreadsheet
  const ranges = names.map((name) => {
    const { sheet, range } = find(next, name)
    edit(sheet, range)
    next = replaceSheet(next, clear(sheet, range))
    return rangeText(sheet, range)
  })
  return { spreadsheet: next, ranges }
}
