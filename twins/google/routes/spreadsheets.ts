import type { Json } from '../../trace.ts'
import { editorFile } from '../access.ts'
import { type Ask, flag, type On } from '../ask.ts'
import { createFile } from '../drive/files.ts'
import { innerMask, isObj, type Mask, type Obj, parseMask } from '../fields.ts'
import { checkShape } from '../shape.ts'
import { locate, type Place, rangeText } from '../sheets/a1.ts'
import { batch } from '../sheets/batch.ts'
import { Evaluator } from '../sheets/evaluate.ts'
import { general } from '../sheets/format.ts'
import { SHEETS_MESSAGES } from '../sheets/messages.ts'
import { areaIn, textIn } from '../sheets/request.ts'
import { propertiesJson, spreadsheetJson, type View } from '../sheets/sheet-wire.ts'
import { bounded, type GridRange, overlaps, type Sheet, type Spreadsheet } from '../sheets/spreadsheet.ts'
import type { Refusals } from '../sheets/values.ts'
import type { FileRow } from '../state.ts'
import { badRequest, entityNotFound } from '../wire.ts'
import { changed, fresh, gap, put, SHEET, touched, type Workspace } from '../workspace.ts'

export const REFUSALS: Refusals = {
  pattern: () => gap('formulas and number formats that are not listed'),
  foreign: () => gap('other locales than en_US'),
  size: () => gap('sizes that fit what is in cells'),
}
export const r1c1 = (): Error => gap('R1C1 notation')

export function addSpreadsheets(on: On): void {
  on(
    'spreadsheets.create',
    'POST /v4/spreadsheets',
    { api: 'sheets', meter: 'modify', answer: 'Spreadsheet', params: '' },
    create,
  )
  on(
    'spreadsheets.get',
    'GET /v4/spreadsheets/:spreadsheetId',
    {
      api: 'sheets',
      meter: 'read',
      answer: 'Spreadsheet',
      params: 'ranges includeGridData excludeTablesInBandedRanges',
    },
    (ask) => {
      const { file, spreadsheet } = open(ask, 'reader')
      const ranges = ask.query.getAll('ranges')
      return view(ask, file, spreadsheet, {
        ranges,
        grid: flag(ask.query, 'includeGridData') ?? false,
        fields: ask.query.get('fields'),
      })
    },
  )
  on(
    'spreadsheets.batch_update',
    'POST /v4/spreadsheets/:spreadsheetId/~batchUpdate',
    { api: 'sheets', meter: 'modify', answer: 'BatchUpdateSpreadsheetResponse', params: '' },
    batchUpdate,
  )
  on(
    'spreadsheets.get_by_data_filter',
    'POST /v4/spreadsheets/:spreadsheetId/~getByDataFilter',
    { api: 'sheets', meter: 'read', answer: 'Spreadsheet', params: '' },
    (ask) => {
      const { file, spreadsheet } = open(ask, 'reader')
      const body = ask.body()
      checkShape(SHEETS_MESSAGES, 'GetSpreadsheetByDataFilterRequest', body, '')
      const { dataFilters, includeGridData } = body
      const ranges = filtersIn(spreadsheet, dataFilters).map(({ sheet, range }) => rangeText(sheet, range))
      return view(ask, file, spreadsheet, {
        ranges,
        grid: includeGridData === true,
        fields: ask.query.get('fields'),
      })
    },
  )
  on(
    'sheets.copy_to',
    'POST /v4/spreadsheets/:spreadsheetId/sheets/:sheetId/~copyTo',
    { api: 'sheets', meter: 'modify', answer: 'SheetProperties', params: '' },
    copyTo,
  )
}

/** Where filters lead: ranges in A1 or in numbers. Metadata of developers is not kept. */
export function filtersIn(spreadsheet: Spreadsheet, filters: Json | undefined): readonly Place[] {
  return (Array.isArray(filters) ? filters : []).map((filter: Json) => placeIn(spreadsheet, filter))
}
export function placeIn(spreadsheet: Spreadsheet, filter: Json | undefined): Place {
  const { a1Range, gridRange } = isObj(filter) ? filter : {}
  if (typeof a1Range === 'string') return locate(spreadsheet, a1Range, r1c1)
  if (!isObj(gridRange)) throw gap('data filters and developer metadata')
  const where = 'dataFilters.gridRange'
  return areaIn(spreadsheet, gridRange, { where })
}

export type Open = { readonly file: FileRow; readonly spreadsheet: Spreadsheet }

/** The spreadsheet a request names. Throws what Sheets answers to those who may not see or edit it. */
export function open(ask: Ask, least: 'reader' | 'writer'): Open {
  const file = editorFile(ask, ask.param('spreadsheetId'), SHEET, least)
  const spreadsheet = ask.ws.tables.spreadsheets.get(file.id)
  if (spreadsheet === undefined) throw entityNotFound()
  return { file, spreadsheet }
}

/** Keeps a changed spreadsheet, under its new name if it has one. */
export function keep(
  ws: Workspace,
  file: FileRow,
  spreadsheet: Spreadsheet,
  by: string,
  title: string = file.name,
): FileRow {
  const next = { ...touched(ws, file, by), name: title }
  ws.tables.spreadsheets.set(file.id, spreadsheet)
  put(ws, next)
  changed(ws, next, 'update', title === file.name ? ['content'] : ['content', 'properties'])
  return next
}

export const evaluator = (ws: Workspace, spreadsheet: Spreadsheet): Evaluator =>
  new Evaluator(spreadsheet, ws.world.clock.now(), general, () =>
    gap('formulas and number formats that are not listed'),
  )

/** The refusal of what another locale would read otherwise; undefined in the locale that is modelled. */
export const foreign = ({ locale }: Spreadsheet): (() => Error) | undefined =>
  /^en(_US)?$/.test(locale) ? undefined : REFUSALS.foreign

type Asked = { readonly ranges: readonly string[]; readonly grid: boolean; readonly fields: string | null }

function view({ ws, email }: Ask, file: FileRow, spreadsheet: Spreadsheet, { ranges, grid, fields }: Asked): Obj {
  const mask: Mask = fields === null || fields === '' ? 'all' : parseMask(fields)
  const sheets = innerMask(mask, 'sheets')
  // A mask that names cells asks for them, whatever the flag says.
  const asked =
    mask === 'all' ? grid : sheets === 'all' ? grid : sheets !== undefined && innerMask(sheets, 'data') !== undefined
  const found = ranges.map((range) => locate(spreadsheet, range, r1c1))
  const how: View = {
    title: file.name,
    email,
    owner: file.owner === email,
    mask,
    grid: asked,
    ranges: ranges.length === 0 ? undefined : found.map(({ sheet, range }) => ({ sheetId: sheet.sheetId, range })),
    values: evaluator(ws, spreadsheet),
    no: REFUSALS,
  }
  return spreadsheetJson(spreadsheet, how)
}

const PROTECTED =
  'You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove protection if you need to edit.'

/** Throws where somebody may not edit cells of a protected range. */
export function mayEdit(file: FileRow, email: string): (sheet: Sheet, range: GridRange) => void {
  return (sheet, range) => {
    if (file.owner === email) return
    const shut = sheet.protectedRanges.find(
      (one) => !one.warningOnly && !one.users.includes(email) && overlaps(bounded(sheet, one.range), range),
    )
    if (shut !== undefined) throw badRequest(PROTECTED)
  }
}

/** A number that no sheet, no protected range and no name of a spreadsheet has. */
function freeNumber(ws: Workspace, { sheets, namedRanges }: Spreadsheet): number {
  const taken = (one: number): boolean =>
    namedRanges.some(({ id }) => id === String(one)) ||
    sheets.some(({ sheetId, protectedRanges }) => sheetId === one || protectedRanges.some(({ id }) => id === one))
  return fresh(() => ws.world.draw('sheet number').int(1, 2_147_483_647), taken)
}

/** Does requests of a batch, in the name of somebody. */
export function done(
  ws: Workspace,
  { file, spreadsheet }: Open,
  requests: readonly Json[],
  email: string,
): { readonly title: string; readonly spreadsheet: Spreadsheet; readonly replies: readonly Obj[] } {
  let title = file.name
  const after = batch(spreadsheet, requests, {
    email,
    number: () => freeNumber(ws, spreadsheet),
    rename: (to) => {
      title = to
    },
    mayEdit: mayEdit(file, email),
    gap,
    evaluator: (of) => evaluator(ws, of),
    foreign: foreign(spreadsheet),
  })
  return { title, ...after }
}

function apply(
  { ws, email }: Ask,
  opened: Open,
  requests: readonly Json[],
): { readonly file: FileRow; readonly spreadsheet: Spreadsheet; readonly replies: readonly Obj[] } {
  const { title, ...after } = done(ws, opened, requests, email)
  return { file: keep(ws, opened.file, after.spreadsheet, email, title), ...after }
}

function batchUpdate(ask: Ask): Json {
  const opened = open(ask, 'writer')
  const body = ask.body()
  checkShape(SHEETS_MESSAGES, 'BatchUpdateSpreadsheetRequest', body, '')
  const { requests } = body
  if (!Array.isArray(requests) || requests.length === 0) throw badRequest('Must specify at least one request.')
  const { file, spreadsheet, replies } = apply(ask, opened, requests)
  const answer = { spreadsheetId: file.id, replies: replies as readonly Json[] as Json }
  if (body.includeSpreadsheetInResponse !== true) return answer
  const ranges = Array.isArray(body.responseRanges) ? body.responseRanges.filter((one) => typeof one === 'string') : []
  const asked = { ranges, grid: body.responseIncludeGridData === true, fields: null }
  return { ...answer, updatedSpreadsheet: view(ask, file, spreadsheet, asked) }
}

/** A new spreadsheet, as if it was made empty and its properties and sheets were set. */
function create(ask: Ask): Json {
  const { ws } = ask
  const body = ask.body()
  checkShape(SHEETS_MESSAGES, 'Spreadsheet', body, 'spreadsheet')
  const properties = isObj(body.properties) ? body.properties : {}
  const title = textIn(properties, 'title') ?? 'Untitled spreadsheet'
  const { title: _, ...rest } = properties
  const sheets = Array.isArray(body.sheets) ? body.sheets.filter(isObj) : []
  if (
    sheets.some((sheet) => Object.keys(sheet).some((name) => !['properties', 'data'].includes(name))) ||
    body.namedRanges !== undefined
  )
    throw gap('spreadsheets that are made with more than sheets and cells')
  const requests: Json[] = []
  if (Object.keys(rest).length > 0)
    requests.push({ updateSpreadsheetProperties: { properties: rest, fields: Object.keys(rest).join(',') } })
  const first = ws.world.draw('sheet number')
  const ids = sheets.map((sheet, n) => {
    const wanted = isObj(sheet.properties) ? sheet.properties : {}
    return typeof wanted.sheetId === 'number' ? wanted.sheetId : n === 0 ? undefined : first.int(1, 2_147_483_647)
  })
  sheets.forEach((sheet, n) => {
    const wanted = isObj(sheet.properties) ? sheet.properties : {}
    const id = ids[n] ?? first.int(1, 2_147_483_647)
    requests.push({ addSheet: { properties: { title: `Sheet${n + 1}`, ...wanted, sheetId: id } } })
    for (const data of Array.isArray(sheet.data) ? sheet.data.filter(isObj) : []) {
      if (data.rowMetadata !== undefined || data.columnMetadata !== undefined)
        throw gap('spreadsheets that are made with more than sheets and cells')
      const { startRow = 0, startColumn = 0, rowData = [] } = data
      const start = { sheetId: id, rowIndex: startRow, columnIndex: startColumn }
      requests.push({ updateCells: { start, rows: rowData, fields: '*' } })
    }
  })
  const file = createFile(ask, { name: title, mimeType: SHEET }, undefined)
  const spreadsheet = ws.tables.spreadsheets.get(file.id)
  if (spreadsheet === undefined) throw entityNotFound()
  const bare = sheets.length === 0 ? spreadsheet : { ...spreadsheet, sheets: [] }
  const made = requests.length === 0 ? { file, spreadsheet } : apply(ask, { file, spreadsheet: bare }, requests)
  return view(ask, made.file, made.spreadsheet, { ranges: [], grid: false, fields: ask.query.get('fields') })
}

function copyTo(ask: Ask): Json {
  const { ws, email } = ask
  const { spreadsheet } = open(ask, 'reader')
  const sheet = spreadsheet.sheets.find(({ sheetId }) => String(sheetId) === ask.param('sheetId'))
  if (sheet === undefined) throw entityNotFound()
  const id = textIn(ask.body(), 'destinationSpreadsheetId') ?? ''
  const file = editorFile(ask, id, SHEET, 'writer')
  const target = ws.tables.spreadsheets.get(id)
  if (target === undefined) throw entityNotFound()
  const base = `Copy of ${sheet.title}`
  let title = base
  for (let n = 2; target.sheets.some((one) => one.title === title); n += 1) title = `${base} ${n}`
  const copy: Sheet = {
    ...sheet,
    sheetId: freeNumber(ws, target),
    title,
    protectedRanges: [],
  }
  keep(ws, file, { ...target, sheets: [...target.sheets, copy] }, email)
  return propertiesJson(copy, target.sheets.length)
}
