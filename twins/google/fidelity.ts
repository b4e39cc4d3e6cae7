import type { FidelityProfile } from '../fidelity.ts'
import type { Exchange } from '../har.ts'
import type { Json } from '../trace.ts'
import { isObj, type Obj } from './fields.ts'
import { Book } from './sheets/before.ts'

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
    if (spreadsheet !== undefined && !made.has(spreadsheet)) {
      const book = books.get(spreadsheet) ?? new Book()
      books.set(spreadsheet, book)
      book.note(exchange, body)
    }
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
    files: [...files].map(([id, seen]) => ({ id, name: id, ...seen, ...books.get(id)?.seed() })),
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
