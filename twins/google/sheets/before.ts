import type { Exchange } from '../../har.ts'
import type { Json } from '../../trace.ts'
import { isObj, type Obj } from '../fields.ts'
import { parseCells, splitSheet } from './a1.ts'

type Corner = { readonly row: number; readonly column: number }
type Known = {
  title: string
  id?: number
  rows?: number
  columns?: number
  /** Cells as they were first read: undefined where a read has shown nothing. */
  readonly cells: Map<string, Json | undefined>
  /** Cells that an append tells of, as there was a table. */
  readonly filled: Set<string>
  /** Cells that requests have written. */
  readonly written: Set<string>
  /** Requests may have written any cell. */
  anyCell: boolean
  /** Whether requests of the recording made it. */
  readonly made: boolean
  /** What reads have told of it, and what requests have changed: neither is told by later reads. */
  readonly settled: Set<string>
  readonly requests: Json[]
}

/** Requests that leave all cells' values where they are. */
const HARMLESS =
  /^(add|delete|update|set|clear)(NamedRange|ProtectedRange|Protection|DimensionProperties|DimensionGroup|BasicFilter|FilterView|ConditionalFormatRule|Banding|Borders|SpreadsheetProperties)$|^(merge|unmerge)Cells$|^autoResizeDimensions$|^appendDimension$|^setDataValidation$|^duplicateFilterView$/
const CELLS_MAX = 100_000

const listOf = (value: Json | undefined): readonly Obj[] =>
  (Array.isArray(value) ? (value as readonly Json[]) : []).filter((one) => isObj(one))
const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined)
const numberOf = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : undefined)

/** What a recording tells of a spreadsheet as it was before it began, from its first mention on. */
export class Book {
  readonly #sheets: Known[] = []
  readonly #names = new Map<string, Known>()
  readonly #ids = new Map<number, Known>()
  readonly #namedRanges = new Map<string, Obj>()
  readonly #addedNames = new Set<string>()
  #listed = false
  #namesListed = false

  note(exchange: Exchange, body: Obj | undefined): void {
    const { pathname, searchParams } = new URL(exchange.url)
    const [, tail = ''] = /^\/v4\/spreadsheets\/[\w-]+(.*)$/.exec(pathname) ?? []
    if (exchange.method === 'GET') {
      if (tail === '' && body !== undefined) this.#list(body, searchParams)
      else for (const one of body?.valueRanges === undefined ? [body] : listOf(body.valueRanges)) this.#read(one)
      if (tail.startsWith('/values/')) this.#readSize(decodeURIComponent(tail.slice(8)), textOf(body?.range))
      return
    }
    if (tail === ':batchUpdate') return this.#batch(exchange, body)
    const asked = /^\/values\/([^:]+|.*:[A-Z0-9]+)(?::\w+)?$/.exec(tail)?.[1]
    this.#write(asked === undefined ? undefined : decodeURIComponent(asked), body ?? {})
  }

  /** What the seed says of the spreadsheet. */
  seed(): { readonly [name: string]: Json } {
    const before = this.#sheets.filter(({ made }) => !made)
    if (before.length === 0) return {}
    // The last sheet of a spreadsheet cannot be deleted: there was another one.
    if (before.every(({ settled }) => settled.has('deleted'))) before.unshift(unknown('Sheet1', false))
    const ids = before.map(({ id }, at) => id ?? at)
    const sheets = before.map((sheet, at): Json => {
      const values = valuesOf(sheet)
      const { title, rows, columns } = sheet
      return {
        title,
        ...(sheet.id === undefined ? {} : { id: ids[at] ?? at }),
        ...(rows === undefined ? {} : { rows }),
        ...(columns === undefined ? {} : { columns }),
        ...(values.length === 0 ? {} : { values }),
      }
    })
    const names = [...this.#namedRanges.values()].map((namedRange): Json => ({ addNamedRange: { namedRange } }))
    const requests = [...before.flatMap((sheet) => sheet.requests), ...names]
    return { sheets, ...(requests.length === 0 ? {} : { requests }) }
  }

  #sheet(title: string, made = false): Known | undefined {
    const known = this.#names.get(title.toLowerCase())
    if (known !== undefined || (this.#listed && !made)) return known
    const sheet = unknown(title, made)
    this.#sheets.push(sheet)
    this.#names.set(title.toLowerCase(), sheet)
    return sheet
  }

  #withId(id: number): Known | undefined {
    const known = this.#ids.get(id)
    if (known !== undefined || this.#listed) return known
    // A sheet that was named and whose number nobody has told yet, or one that nobody has named.
    const numberless = this.#sheets.filter((one) => one.id === undefined && !one.made)
    const sheet = numberless.length === 1 ? numberless[0] : this.#sheet(id === 0 ? 'Sheet1' : `Sheet${id}`)
    if (sheet !== undefined) this.#number(sheet, id)
    return sheet
  }

  #number(sheet: Known, id: number): void {
    sheet.id = id
    this.#ids.set(id, sheet)
  }

  #list(body: Obj, asked: URLSearchParams): void {
    const part = asked.get('fields')
    if (body.sheets !== undefined && (part === null || /sheets(\b(?!.)|[/.(]properties|,|\))/.test(part)))
      this.#listSheets(body, asked.has('ranges'))
    for (const sheet of listOf(body.sheets)) this.#listParts(sheet, part, asked)
    if (part !== null && !part.includes('namedRanges')) return
    if (!this.#namesListed)
      for (const one of listOf(body.namedRanges)) {
        const id = textOf(one.namedRangeId)
        if (id !== undefined && !this.#addedNames.has(id)) this.#namedRanges.set(id, one)
      }
    this.#namesListed = true
  }

  /** Sheets as they are first listed, less what requests have made until then. */
  #listSheets(body: Obj, some: boolean): void {
    if (this.#listed) return
    for (const { properties } of listOf(body.sheets)) {
      const { sheetId, title, gridProperties } = isObj(properties) ? properties : {}
      if (typeof title !== 'string') continue
      const id = numberOf(sheetId) ?? 0
      const sheet = this.#ids.get(id) ?? this.#sheet(title)
      if (sheet === undefined) continue
      if (!this.#ids.has(id)) this.#number(sheet, id)
      const { rowCount, columnCount } = isObj(gridProperties) ? gridProperties : {}
      if (sheet.settled.has('size')) continue
      if (typeof rowCount === 'number') sheet.rows = rowCount
      if (typeof columnCount === 'number') sheet.columns = columnCount
      sheet.settled.add('size')
    }
    this.#listed = !some
  }

  /** What is told of one sheet beside its size: each part as it is told first. */
  #listParts(told: Obj, part: string | null, asked: URLSearchParams): void {
    const { title, sheetId } = isObj(told.properties) ? told.properties : {}
    const [range] = asked.getAll('ranges')
    const named =
      textOf(title) ?? (range === undefined ? undefined : (splitSheet(range).title ?? splitSheet(range).rest))
    const sheet = typeof sheetId === 'number' ? this.#ids.get(sheetId) : named && this.#sheet(named)
    if (!sheet || sheet.made) return
    const id = sheet.id ?? this.#sheets.indexOf(sheet)
    const first = (what: string): boolean => {
      const news = (part === null || part.includes(what)) && !sheet.settled.has(what)
      if (news) sheet.settled.add(what)
      return news
    }
    const add = (request: Obj): void => void sheet.requests.push(request)
    const on = (range: Json | undefined): Obj => ({ ...(isObj(range) ? range : {}), sheetId: id })
    if (first('properties') && isObj(told.properties)) {
      const { sheetId: _, title: __, index: ___, sheetType: ____, gridProperties = {}, ...more } = told.properties
      const { rowCount: _r, columnCount: _c, ...grid } = isObj(gridProperties) ? gridProperties : {}
      const names = [...Object.keys(more), ...Object.keys(grid).map((name) => `gridProperties.${name}`)]
      const properties = { sheetId: id, ...more, gridProperties: grid }
      if (names.length > 0) add({ updateSheetProperties: { properties, fields: names.join(',') } })
    }
    if (first('merges'))
      for (const range of listOf(told.merges)) add({ mergeCells: { range: on(range), mergeType: 'MERGE_ALL' } })
    if (first('protectedRanges'))
      for (const { requestingUserCanEdit: _, ...one } of listOf(told.protectedRanges))
        add({ addProtectedRange: { protectedRange: { ...one, range: on(one.range) } } })
    if (first('basicFilter') && isObj(told.basicFilter))
      add({ setBasicFilter: { filter: { ...told.basicFilter, range: on(told.basicFilter.range) } } })
    for (const what of ['columnGroups', 'rowGroups'])
      if (first(what)) for (const { range } of listOf(told[what])) add({ addDimensionGroup: { range: on(range) } })
    for (const data of listOf(told.data)) this.#listCells(sheet, id, data, part, add)
  }

  #listCells(sheet: Known, id: number, data: Obj, part: string | null, add: (request: Obj) => void): void {
    const start = { sheetId: id, rowIndex: numberOf(data.startRow) ?? 0, columnIndex: numberOf(data.startColumn) ?? 0 }
    const rows = listOf(data.rowData)
    for (const what of ['note', 'userEnteredFormat']) {
      const place = `${what} ${start.rowIndex} ${start.columnIndex}`
      if ((part !== null && !part.includes(what)) || sheet.settled.has(what) || sheet.settled.has(place)) continue
      sheet.settled.add(place)
      const cells = rows.map((row) => ({
        values: listOf(row.values).map((cell): Json => (cell[what] === undefined ? {} : { [what]: cell[what] })),
      }))
      if (JSON.stringify(cells).includes(what)) add({ updateCells: { start, rows: cells, fields: what } })
    }
  }

  /** Cells of a range as a read shows them, where nothing has been written yet and nothing was read. */
  #read(answer: Obj | undefined): void {
    const place = this.#place(textOf(answer?.range))
    if (place === undefined || answer === undefined) return
    const { sheet, from, to } = place
    if (sheet.made || sheet.anyCell) return
    const columns = answer.majorDimension === 'COLUMNS'
    const values = Array.isArray(answer.values) ? (answer.values as readonly Json[]) : []
    for (const [row, column] of cellsOf(from, to)) {
      const key = `${row} ${column}`
      if (sheet.written.has(key) || sheet.cells.has(key)) continue
      const [major, minor] = columns ? [column - from.column, row - from.row] : [row - from.row, column - from.column]
      const line = values[major]
      const value = Array.isArray(line) ? (line[minor] as Json | undefined) : undefined
      sheet.cells.set(key, value === '' ? undefined : value)
    }
  }

  /** Who reads a whole sheet is told how large it is. */
  #readSize(asked: string, told: string | undefined): void {
    const { sheet, to } = this.#place(told) ?? {}
    const whole = (splitSheet(asked).title ?? asked).replaceAll("'", '')
    if (sheet === undefined || to === undefined || whole !== asked.replaceAll("'", '')) return
    if (sheet.settled.has('size') || this.#listed || whole.toLowerCase() !== sheet.title.toLowerCase()) return
    sheet.settled.add('size')
    Object.assign(sheet, { rows: to.row, columns: to.column })
  }

  #place(range: string | undefined): { readonly sheet: Known; readonly from: Corner; readonly to: Corner } | undefined {
    if (range === undefined) return undefined
    const { title, rest } = splitSheet(range)
    const sheet = title === undefined ? undefined : this.#sheet(title)
    const cells = parseCells(rest)
    if (sheet === undefined || cells === undefined) return undefined
    const from = { row: cells.startRow ?? 0, column: cells.startColumn ?? 0 }
    return { sheet, from, to: { row: cells.endRow ?? from.row + 1, column: cells.endColumn ?? from.column + 1 } }
  }

  /** Requests for values: the answers name the ranges that were written. */
  #write(asked: string | undefined, body: Obj): void {
    const { title } = splitSheet(asked ?? '')
    if (title !== undefined) this.#sheet(title)
    const updates = isObj(body.updates) ? body.updates : {}
    const cleared = Array.isArray(body.clearedRanges) ? (body.clearedRanges as readonly Json[]) : []
    const responses = listOf(body.responses).map(({ updatedRange }) => updatedRange)
    const table = this.#place(textOf(body.tableRange))
    if (table !== undefined) for (const at of cellsOf(table.from, table.to)) table.sheet.filled.add(at.join(' '))
    for (const range of [body.updatedRange, body.clearedRange, updates.updatedRange, ...responses, ...cleared]) {
      const place = this.#place(textOf(range))
      if (place !== undefined) for (const at of cellsOf(place.from, place.to)) place.sheet.written.add(at.join(' '))
    }
  }

  #batch(exchange: Exchange, body: Obj | undefined): void {
    let sent: Json = null
    try {
      sent = JSON.parse(Buffer.from(exchange.requestBody).toString())
    } catch {}
    const replies = Array.isArray(body?.replies) ? (body.replies as readonly Json[]) : []
    for (const [at, request] of listOf(isObj(sent) ? sent.requests : undefined).entries()) {
      const reply = replies[at]
      for (const [name, args] of Object.entries(request))
        if (isObj(args)) this.#request(name, args, isObj(reply) && isObj(reply[name]) ? reply[name] : {})
    }
  }

  #request(name: string, args: Obj, reply: Obj): void {
    if (name === 'addSheet' || name === 'duplicateSheet') {
      const { sheetId, title } = isObj(reply.properties) ? reply.properties : {}
      const sheet = typeof title === 'string' ? this.#sheet(title, true) : undefined
      if (sheet !== undefined && typeof sheetId === 'number') this.#number(sheet, sheetId)
      return
    }
    if (name === 'addNamedRange' && isObj(reply.namedRange)) this.#addedNames.add(String(reply.namedRange.namedRangeId))
    const [, id] = /"(?:sheetId|sourceSheetId)":(\d+)/.exec(JSON.stringify(args)) ?? []
    const named = /NamedRange$|SpreadsheetProperties$|deleteProtectedRange$/.test(name)
    const sheet = id === undefined && named ? undefined : this.#withId(Number(id ?? 0))
    if (sheet === undefined) return
    if (name === 'deleteSheet') sheet.settled.add('deleted')
    if (name === 'updateSheetProperties') this.#reshape(sheet, args)
    else if (/^(update|repeat|append)Cells?$/.test(name)) {
      const fields = textOf(args.fields) ?? '*'
      if (/\*|userEnteredValue/.test(fields)) sheet.anyCell = true
      for (const what of ['note', 'userEnteredFormat'])
        if (fields.includes('*') || fields.includes(what)) sheet.settled.add(what)
    } else if (!HARMLESS.test(name)) sheet.anyCell = true
    for (const [what, pattern] of PARTS) if (pattern.test(name)) sheet.settled.add(what)
  }

  /** What a request has set was another before; under a new name it is the same sheet. */
  #reshape(sheet: Known, { properties, fields }: Obj): void {
    const { title } = isObj(properties) ? properties : {}
    if (typeof title === 'string') this.#names.set(title.toLowerCase(), sheet)
    sheet.settled.add('properties')
    if (/\*|rowCount|columnCount|gridProperties$/.test(String(fields))) sheet.settled.add('size')
  }
}

const unknown = (title: string, made: boolean): Known => ({
  title,
  cells: new Map(),
  filled: new Set(),
  written: new Set(),
  anyCell: false,
  made,
  settled: new Set(),
  requests: [],
})

/** Which requests change a part of a sheet. */
const PARTS: readonly (readonly [string, RegExp])[] = [
  ['merges', /Cells$|Dimension$|Range$/],
  ['protectedRanges', /ProtectedRange$/],
  ['basicFilter', /BasicFilter$/],
  ['columnGroups', /DimensionGroup$/],
  ['rowGroups', /DimensionGroup$/],
  ['size', /Dimension$/],
]

function* cellsOf(from: Corner, to: Corner): Generator<readonly [number, number]> {
  if ((to.row - from.row) * (to.column - from.column) > CELLS_MAX) return
  for (let row = from.row; row < to.row; row += 1)
    for (let column = from.column; column < to.column; column += 1) yield [row, column]
}

/** Rows of cells from A1 on, as if typed in. */
function valuesOf({ cells, filled }: Known): Json[][] {
  const rows: Json[][] = []
  const put = (key: string, value: Json): void => {
    const [row = 0, column = 0] = key.split(' ').map(Number)
    while (rows.length <= row) rows.push([])
    const line = rows[row] ?? []
    while (line.length < column) line.push('')
    line[column] = value
  }
  const known = new Map<string, Json>([...filled].map((key) => [key, '…']))
  for (const [key, value] of cells) if (value !== undefined) known.set(key, typed(value))
  const inOrder = [...known].sort(([one], [other]) => place(one) - place(other))
  for (const [key, value] of inOrder) put(key, value)
  return rows
}
const place = (key: string): number => {
  const [row = 0, column = 0] = key.split(' ').map(Number)
  return row * 20_000 + column
}

/** Digits that typing would shorten are a text. */
const typed = (value: Json): Json => (typeof value === 'string' && /^0\d/.test(value) ? `'${value}` : value)
