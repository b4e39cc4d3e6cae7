import type { FidelityProfile } from '../fidelity.ts'
import type { Exchange } from '../har.ts'
import type { Json } from '../trace.ts'
import { isObj, type Obj } from './fields.ts'

const TOKEN = 'ya29.fidelity'
const EMAIL = 'fidelity@backlot.iam.gserviceaccount.com'

function bodyOf({ responseBody }: Exchange): Obj | undefined {
  try {
    const json: Json = JSON.parse(Buffer.from(responseBody ?? []).toString())
    return isObj(json) ? json : undefined
  } catch {
    return undefined
  }
}

const DOCUMENT = 'application/vnd.google-apps.document'
const SPREADSHEET = 'application/vnd.google-apps.spreadsheet'

/** What a recording tells of a spreadsheet as it was before. */
type Grid = { title: string; id?: number; rows?: number; columns?: number; values?: Json[][] }
type Book = {
  grids: Grid[]
  /** Whether a read has told of its sheets. */
  listed: boolean
  /** Sheets that requests have written to, added or changed: later reads no longer show what was there before. */
  readonly touched: Set<string>
  anything: boolean
}

/** Files that reads show and that no request of the recording made. */
function given(exchanges: readonly Exchange[]): Json {
  const made = new Set<Json>()
  const files = new Map<string, Record<string, Json>>()
  const books = new Map<string, Book>()
  const note = (id: Json | undefined, seen: Obj): void => {
    if (typeof id === 'string' && !made.has(id)) files.set(id, { ...seen, ...files.get(id) })
  }
  for (const exchange of exchanges) {
    const body = bodyOf(exchange)
    const { pathname } = new URL(exchange.url)
    // What Sheets and Docs refuse is there, and belongs to somebody else.
    const hidden = exchange.status === 403 ? /^\/v(4\/spreadsheets|1\/documents)\/([\w-]+)/.exec(pathname) : null
    if (hidden !== null && JSON.stringify(body ?? null).includes('The caller does not have permission'))
      note(hidden[2], { owner: 'stranger@example.com', mime_type: hidden[1]?.startsWith('4') ? SPREADSHEET : DOCUMENT })
    if (exchange.status >= 300) continue
    noteNamed(exchange, pathname, note)
    const [, spreadsheet] = /^\/v4\/spreadsheets\/([\w-]{20,})/.exec(pathname) ?? []
    if (spreadsheet !== undefined && !made.has(spreadsheet)) noteBook(books, spreadsheet, exchange, pathname, body)
    if (body === undefined) continue
    if (exchange.method === 'POST' && /\/drive\/v3\/files(\/[^/]+\/copy)?$/.test(pathname)) made.add(body.id ?? null)
    if (exchange.method === 'POST' && pathname === '/v4/spreadsheets') made.add(body.spreadsheetId ?? null)
    if (exchange.method === 'POST' && pathname === '/v1/documents') made.add(body.documentId ?? null)
    if (exchange.method !== 'GET') continue
    for (const file of [body, ...(Array.isArray(body.files) ? body.files : [])]) if (isObj(file)) noteFile(file, note)
    if (/^\/v4\/spreadsheets\/[^/]+$/.test(pathname)) noteSpreadsheet(body, note)
  }
  return {
    access_tokens: [{ token: TOKEN, email: accountIn(exchanges) }],
    files: [...files].map(([id, seen]) => {
      const grids = books.get(id)?.grids ?? []
      return { id, name: id, ...seen, ...(grids.length === 0 ? {} : { sheets: grids as Json }) }
    }),
  }
}

/** What a request names and gets an answer about was there. */
function noteNamed(exchange: Exchange, pathname: string, note: (id: Json | undefined, seen: Obj) => void): void {
  const [, spreadsheet] = /^\/v4\/spreadsheets\/([\w-]{20,})/.exec(pathname) ?? []
  const [, document] = /^\/v1\/documents\/([\w-]{20,})/.exec(pathname) ?? []
  const [, file] = /^\/drive\/v3\/files\/([\w-]{20,})/.exec(pathname) ?? []
  if (spreadsheet !== undefined) note(spreadsheet, { mime_type: SPREADSHEET })
  if (document !== undefined) note(document, { mime_type: DOCUMENT })
  if (file !== undefined && exchange.method !== 'GET') note(file, { mime_type: SPREADSHEET })
}

const titleIn = (range: string): string | undefined => {
  const [, quoted, plain] = /^(?:'((?:[^']|'')*)'|([^!]+))(?:!|$)/.exec(range) ?? []
  const title = quoted?.replaceAll("''", "'") ?? plain
  return title === undefined || (quoted === undefined && !range.includes('!')) ? undefined : title
}

/** Follows a spreadsheet from its first mention: its sheets as first listed, their cells as first read. */
function noteBook(
  books: Map<string, Book>,
  id: string,
  exchange: Exchange,
  pathname: string,
  body: Obj | undefined,
): void {
  const book = books.get(id) ?? { grids: [], listed: false, touched: new Set(), anything: false }
  books.set(id, book)
  const need = (title: string | undefined): Grid | undefined => {
    if (title === undefined) return undefined
    const known = book.grids.find((one) => one.title.toLowerCase() === title.toLowerCase())
    if (known !== undefined || book.listed || book.touched.has(title)) return known
    const grid: Grid = { title }
    book.grids.push(grid)
    return grid
  }
  const [, tail = ''] = /^\/v4\/spreadsheets\/[\w-]+(.*)$/.exec(pathname) ?? []
  if (exchange.method === 'GET' && tail === '' && body !== undefined) return noteSheets(book, body)
  const asked = /^\/values\/([^:]+|.*:[A-Z0-9]+)(?::\w+)?$/.exec(tail)?.[1]
  const ranges = asked === undefined ? [] : [decodeURIComponent(asked)]
  if (exchange.method === 'GET') {
    const shown = isObj(body) ? (Array.isArray(body.valueRanges) ? body.valueRanges : [body]) : []
    for (const one of shown) if (isObj(one)) noteValues(book, need, one)
    return
  }
  for (const range of ranges) {
    const title = titleIn(range) ?? range
    need(titleIn(range))
    book.touched.add(title)
  }
  if (tail === ':batchUpdate') noteRequests(book, exchange)
  else if (ranges.length === 0) book.anything = true
}

/** Sheets as they are listed, less what requests have made of them until then. */
function noteSheets(book: Book, body: Obj): void {
  if (book.listed || !Array.isArray(body.sheets)) return
  book.listed = true
  for (const one of body.sheets as readonly Json[]) {
    const { sheetId, title, gridProperties } = isObj(one) && isObj(one.properties) ? one.properties : {}
    if (typeof title !== 'string' || book.touched.has(`sheet ${String(sheetId)}`)) continue
    const { rowCount, columnCount } = isObj(gridProperties) ? gridProperties : {}
    const known = book.grids.find((grid) => grid.title === title)
    const grid: Grid = known ?? { title }
    if (typeof sheetId === 'number') grid.id = sheetId
    if (typeof rowCount === 'number') grid.rows = rowCount
    if (typeof columnCount === 'number') grid.columns = columnCount
    if (known === undefined) book.grids.push(grid)
  }
}

/** Cells of a sheet that nothing has been written to yet, where a read shows them from the first on. */
function noteValues(book: Book, need: (title: string | undefined) => Grid | undefined, { range, values }: Obj): void {
  if (typeof range !== 'string') return
  const title = titleIn(range)
  const grid = need(title)
  const [, column, row] = /!([A-Z]+)(\d+)/.exec(range) ?? []
  if (grid === undefined || title === undefined || book.anything || book.touched.has(title)) return
  if (grid.values !== undefined || !Array.isArray(values) || column !== 'A' || row !== '1') return
  const rows = values as readonly Json[]
  grid.values = rows.map((cells) => (Array.isArray(cells) ? [...(cells as readonly Json[])] : []))
}

/** Sheets that a batch adds are the twin's to make; all others may be changed by it. */
function noteRequests(book: Book, exchange: Exchange): void {
  let sent: Json = null
  try {
    sent = JSON.parse(Buffer.from(exchange.requestBody).toString())
  } catch {}
  const replies = bodyOf(exchange)?.replies
  const requests = isObj(sent) && Array.isArray(sent.requests) ? sent.requests : []
  for (const [at, request] of requests.entries()) {
    const reply = Array.isArray(replies) ? replies[at] : undefined
    for (const name of ['addSheet', 'duplicateSheet']) {
      const answer = isObj(reply) ? reply[name] : undefined
      const { sheetId, title } = isObj(answer) && isObj(answer.properties) ? answer.properties : {}
      book.touched.add(`sheet ${String(sheetId)}`).add(String(title))
    }
    if (!isObj(request) || request.addSheet === undefined) book.anything = true
  }
}

/** Whose credential it was: answers name service accounts, such as among the editors of a range. */
function accountIn(exchanges: readonly Exchange[]): string {
  for (const { responseBody } of exchanges) {
    const [email] = /[\w.-]+@[\w-]+\.iam\.gserviceaccount\.com/.exec(Buffer.from(responseBody ?? []).toString()) ?? []
    if (email !== undefined) return email
  }
  return EMAIL
}

function noteFile(file: Obj, note: (id: Json | undefined, seen: Obj) => void): void {
  const { id, name, mimeType, createdTime, modifiedTime } = file
  if (typeof name !== 'string') return
  note(id, {
    name,
    mime_type: typeof mimeType === 'string' ? mimeType : SPREADSHEET,
    ...(typeof createdTime === 'string' ? { created: createdTime } : {}),
    ...(typeof modifiedTime === 'string' ? { modified: modifiedTime } : {}),
  })
}

function noteSpreadsheet({ spreadsheetId, properties }: Obj, note: (id: Json | undefined, seen: Obj) => void): void {
  if (!isObj(properties)) return
  note(spreadsheetId, {
    mime_type: SPREADSHEET,
    ...(typeof properties.title === 'string' ? { name: properties.title } : {}),
    ...(typeof properties.locale === 'string' ? { locale: properties.locale } : {}),
    ...(typeof properties.timeZone === 'string' ? { time_zone: properties.timeZone } : {}),
  })
}

/** How recordings of Google are replayed. */
export const FIDELITY: FidelityProfile = {
  authorize: (headers) => {
    if (headers.has('authorization')) headers.set('Authorization', `Bearer ${TOKEN}`)
  },
  given,
  live: {
    env: 'GOOGLE_ACCESS_TOKEN',
    authorize: (headers, secret) => headers.set('Authorization', `Bearer ${secret}`),
  },
}
