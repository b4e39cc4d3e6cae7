import type { Json } from '../../trace.ts'
import { isObj, type Mask, type Obj, parseMask } from '../fields.ts'
import { strangeField } from '../shape.ts'
import { badRequest } from '../wire.ts'
import type { Evaluator } from './evaluate.ts'
import { SHEETS_MESSAGES } from './messages.ts'
import { bounded, type GridRange, type OpenRange, type Sheet, type Spreadsheet } from './spreadsheet.ts'

/** What one request of a batch may use beside the spreadsheet. */
export type Scene = {
  /** `requests[0].addSheet`, for messages. */
  readonly where: string
  readonly email: string
  /** A number nobody has used, for a sheet, a protected range or a name. */
  readonly number: () => number
  readonly rename: (title: string) => void
  readonly mayEdit: (sheet: Sheet, range: GridRange) => void
  readonly gap: (what: string) => Error
  readonly evaluator: (spreadsheet: Spreadsheet) => Evaluator
  readonly foreign: (() => Error) | undefined
}
export type Outcome = { readonly spreadsheet: Spreadsheet; readonly reply?: Obj }
export type Act = (spreadsheet: Spreadsheet, args: Obj, scene: Scene) => Outcome

export const invalid = ({ where }: Pick<Scene, 'where'>, message: string): Error =>
  badRequest(`Invalid ${where}: ${message}`)

export const objIn = (args: Obj, name: string): Obj => {
  const value = args[name]
  return isObj(value) ? value : {}
}
export const numberIn = (args: Obj, name: string): number | undefined => {
  const value = args[name]
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return Number(value)
  return typeof value === 'number' ? value : undefined
}
export const textIn = (args: Obj, name: string): string | undefined => {
  const value = args[name]
  return typeof value === 'string' ? value : undefined
}
export const listIn = (args: Obj, name: string): readonly Json[] => {
  const value = args[name]
  return Array.isArray(value) ? value : []
}

/** `fields` of a request, which names what is changed of a message. */
export function maskIn(args: Obj, scene: Scene, message: string): Mask {
  const fields = textIn(args, 'fields')
  if (fields === undefined || fields === '')
    throw invalid(scene, "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
  const mask = parseMask(fields)
  const strange = strangeField(SHEETS_MESSAGES, message, mask)
  if (strange !== undefined) throw invalid(scene, `Invalid field: ${strange}`)
  return mask
}

export function sheetWith(spreadsheet: Spreadsheet, id: number, scene: Pick<Scene, 'where'>, what = 'grid'): Sheet {
  const sheet = spreadsheet.sheets.find(({ sheetId }) => sheetId === id)
  if (sheet === undefined) throw invalid(scene, `No ${what} with id: ${id}`)
  return sheet
}

export type Area = { readonly sheet: Sheet; readonly open: OpenRange; readonly range: GridRange }

/** A `GridRange` of a request. Its indexes count from zero, the end not being in it. */
export function areaIn(spreadsheet: Spreadsheet, range: Obj, scene: Pick<Scene, 'where'>): Area {
  const sheet = sheetWith(spreadsheet, numberIn(range, 'sheetId') ?? 0, scene)
  const open: Record<string, number> = {}
  for (const [name, field, end] of [
    ['startRow', 'startRowIndex', false],
    ['endRow', 'endRowIndex', true],
    ['startColumn', 'startColumnIndex', false],
    ['endColumn', 'endColumnIndex', true],
  ] as const) {
    const index = numberIn(range, field)
    if (index === undefined) continue
    if (index < 0 || (end && index === 0)) throw invalid(scene, `${field}[${index}] must be >= ${end ? 1 : 0}`)
    open[name] = index
  }
  const asked: OpenRange = open
  for (const [start, end, from, to] of [
    [asked.startRow, asked.endRow, 'startRowIndex', 'endRowIndex'],
    [asked.startColumn, asked.endColumn, 'startColumnIndex', 'endColumnIndex'],
  ] as const) {
    if (end !== undefined && (start ?? 0) >= end)
      throw invalid(scene, `${from}[${start ?? 0}] must be less than ${to}[${end}]`)
  }
  const beyond = (start: number | undefined, count: number, name: string): void => {
    if ((start ?? 0) >= count)
      throw invalid(scene, `Attempting to write ${name}: ${start}, beyond the last requested ${name} of: ${count - 1}`)
  }
  beyond(asked.startRow, sheet.rowCount, 'row')
  beyond(asked.startColumn, sheet.columnCount, 'column')
  return { sheet, open: asked, range: bounded(sheet, asked) }
}

export type Span = { readonly sheet: Sheet; readonly rows: boolean; readonly start: number; readonly end: number }

/** A `DimensionRange` of a request. */
export function spanIn(spreadsheet: Spreadsheet, range: Obj, scene: Scene): Span {
  const sheet = sheetWith(spreadsheet, numberIn(range, 'sheetId') ?? 0, scene)
  const dimension = textIn(range, 'dimension')
  if (dimension !== 'ROWS' && dimension !== 'COLUMNS') throw invalid(scene, 'No dimension specified.')
  const rows = dimension === 'ROWS'
  const start = numberIn(range, 'startIndex') ?? 0
  const end = numberIn(range, 'endIndex') ?? (rows ? sheet.rowCount : sheet.columnCount)
  if (start < 0 || end <= start)
    throw invalid(scene, `range.startIndex[${start}] must be less than range.endIndex[${end}]`)
  return { sheet, rows, start, end }
}
