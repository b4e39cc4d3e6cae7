import { z } from 'zod'
import { google, type Seed } from '../../../twins/google/index.ts'
import { runTwinTests, type Stage } from '../../conformance/twins.ts'
import { assertion } from './assertion.ts'
import { PUBLIC_KEY } from './keys.ts'

const DRIVE = 'https://www.googleapis.com/drive/v3'
const UPLOAD = 'https://www.googleapis.com/upload/drive/v3'
const SHEETS = 'https://sheets.googleapis.com/v4/spreadsheets'
const DOCS = 'https://docs.googleapis.com/v1/documents'
const TOKEN = 'https://oauth2.googleapis.com/token'
const ADA = 'ada@example.com'
const ROBOT = 'robot@shop.iam.gserviceaccount.com'

const request = (
  method: string,
  url: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Request =>
  new Request(url, {
    method,
    headers: { Authorization: 'Bearer ya29.ada', 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
type Act = (stage: Stage) => unknown
const get =
  (url: string, headers?: Readonly<Record<string, string>>): Act =>
  ({ twin }) =>
    twin.fetch(request('GET', url, undefined, headers))
const post =
  (url: string, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Act =>
  ({ twin }) =>
    twin.fetch(request('POST', url, body, headers))
const form = (fields: Record<string, string>): Act =>
  post(TOKEN, new URLSearchParams(fields).toString(), { 'Content-Type': 'application/x-www-form-urlencoded' })
/** A batch of one request at the seeded spreadsheet, or document. */
const sheet = (name: string, args: unknown): Act => post(`${SHEETS}/book:batchUpdate`, { requests: [{ [name]: args }] })
const doc = (name: string, args: unknown): Act => post(`${DOCS}/paper:batchUpdate`, { requests: [{ [name]: args }] })
const range = { sheetId: 0, startRowIndex: 0, endRowIndex: 2, startColumnIndex: 0, endColumnIndex: 2 }
const signed = (claims: Record<string, unknown>): string => assertion(ROBOT, claims)
const BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const put =
  (cells: string, values: unknown, book = 'book'): Act =>
  ({ twin }) =>
    twin.fetch(request('PUT', `${SHEETS}/${book}/values/${cells}?valueInputOption=USER_ENTERED`, { values }))
const after =
  (...acts: readonly Act[]): Act =>
  async (stage) => {
    for (const act of acts) await act(stage)
  }

const seed: Seed = {
  users: [{ email: ADA, name: 'Ada' }],
  access_tokens: [{ token: 'ya29.ada', email: ADA }],
  service_accounts: [{ email: ROBOT, public_key: PUBLIC_KEY }],
  grants: [{ email: ADA, refresh_token: '1//r', client_id: 'c', client_secret: 's' }],
  drives: [{ id: '0Ashared', name: 'Team', members: [{ email: ADA, role: 'organizer' }] }],
  files: [
    {
      id: 'book',
      name: 'Book',
      sheets: [
        {
          title: 'Sheet1',
          values: [
            ['a', 1],
            ['b', 2],
          ],
        },
      ],
    },
    { id: 'livre', name: 'Livre', locale: 'fr_FR', sheets: [{ title: 'Feuille' }] },
    { id: 'paper', name: 'Paper', text: 'Hello world' },
    { id: 'note', name: 'note.txt', content: 'Hi' },
  ],
}

runTwinTests({
  twin: google,
  seed,
  async story({ send, world }) {
    const idOf = async (answer: Response): Promise<string> => {
      const body = z.record(z.string(), z.unknown()).parse(await answer.json())
      return String(body.id ?? body.spreadsheetId ?? body.documentId)
    }
    const act = async (method: string, url: string, body?: unknown): Promise<string> =>
      idOf(await send(request(method, url, body)))
    const refresh = { grant_type: 'refresh_token', refresh_token: '1//r', client_id: 'c', client_secret: 's' }
    await send(
      request('POST', TOKEN, new URLSearchParams(refresh).toString(), {
        'Content-Type': 'application/x-www-form-urlencoded',
      }),
    )
    const letter = signed({ scope: 'https://www.googleapis.com/auth/drive' })
    await send(
      request('POST', TOKEN, new URLSearchParams({ grant_type: BEARER, assertion: letter }).toString(), {
        'Content-Type': 'application/x-www-form-urlencoded',
      }),
    )
    const channel = world.id('channel-', 6)
    await send(
      request('POST', `${DRIVE}/changes/watch?pageToken=1`, {
        id: channel,
        type: 'web_hook',
        address: 'https://shop.test/drive',
      }),
    )
    const folder = await act('POST', `${DRIVE}/files`, {
      name: 'Folder',
      mimeType: 'application/vnd.google-apps.folder',
    })
    const book = await act('POST', SHEETS, {
      properties: { title: 'Numbers' },
      sheets: [{ properties: { title: 'One' } }],
    })
    await send(request('PATCH', `${DRIVE}/files/${book}?addParents=${folder}`, {}))
    await send(
      request('PUT', `${SHEETS}/${book}/values/One!A1:B2?valueInputOption=USER_ENTERED`, {
        values: [
          [1, 2],
          ['=A1+B1', '10%'],
        ],
      }),
    )
    await send(request('POST', `${SHEETS}/${book}/values/One:append?valueInputOption=RAW`, { values: [['x', 'y']] }))
    await send(request('GET', `${SHEETS}/${book}/values/One`))
    await send(
      request('POST', `${SHEETS}/${book}:batchUpdate`, {
        requests: [{ addSheet: {} }, { sortRange: { range: { ...range, sheetId: undefined }, sortSpecs: [] } }],
      }),
    )
    const paper = await act('POST', DOCS, { title: 'Words' })
    await send(
      request('POST', `${DOCS}/${paper}:batchUpdate`, {
        requests: [{ insertText: { text: 'Hello\nyou', location: { index: 1 } } }],
      }),
    )
    await send(request('GET', `${DOCS}/${paper}`))
    await send(
      request('POST', `${DRIVE}/files/${paper}/permissions`, {
        type: 'user',
        role: 'writer',
        emailAddress: 'bob@example.com',
      }),
    )
    await send(request('POST', `${DRIVE}/files/${paper}/comments?fields=id`, { content: 'Nice' }))
    await send(request('POST', `${UPLOAD}/files?uploadType=media`, 'bytes', { 'Content-Type': 'text/plain' }))
    await send(request('GET', `${DRIVE}/files?q=name contains 'n'`))
    await send(request('GET', `${DRIVE}/changes?pageToken=1`))
    await send(request('PATCH', `${DRIVE}/files/${folder}`, { trashed: true }))
    await send(request('GET', `${DRIVE}/files/nobody`))
    await world.clock.advance(60_000)
  },
  gaps: {
    'API keys': get(`${DRIVE}/files?key=AIza`),
    'letting apps in': form({ grant_type: 'authorization_code', code: '4/0' }),
    'ID tokens': (stage) =>
      form({ grant_type: BEARER, assertion: signed({ target_audience: 'https://shop.test' }) })(stage),
    'self-signed tokens': get(`${DRIVE}/files`, { Authorization: 'Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln' }),
    'other hosts and versions': get('https://www.googleapis.com/drive/v2/files'),
    'batches of HTTP requests': post('https://www.googleapis.com/batch/drive/v3'),
    'answers that are no JSON': get(`${DRIVE}/files?alt=sse`),
    'names with underscores': sheet('deleteSheet', { sheet_id: 0 }),
    'the folder of app data': get(`${DRIVE}/files?spaces=appDataFolder`),
    'locks, labels and limits of files': post(`${DRIVE}/files`, { name: 'x', contentRestrictions: [] }),
    'other editors of Google’s': post(`${DRIVE}/files`, { mimeType: 'application/vnd.google-apps.presentation' }),
    'converting other files than CSV and plain text': ({ twin }) =>
      twin.fetch(request('PATCH', `${DRIVE}/files/book`, { mimeType: 'text/csv' })),
    'exports other than CSV and plain text': get(`${DRIVE}/files/book/export?mimeType=application/pdf`),
    'moving files into and out of shared drives': ({ twin }) =>
      twin.fetch(request('PATCH', `${DRIVE}/files/note?addParents=0Ashared&supportsAllDrives=true`, {})),
    'rare terms of queries': get(`${DRIVE}/files?q=visibility = 'limited'`),
    'when files were looked at and shared': get(`${DRIVE}/files?orderBy=viewedByMeTime`),
    'searching a whole domain': get(`${DRIVE}/files?corpora=domain`),
    'groups and their members': post(`${DRIVE}/files/note/permissions`, {
      type: 'group',
      role: 'reader',
      emailAddress: 'g@example.com',
    }),
    'owners who have to agree first': post(`${DRIVE}/files/note/permissions`, {
      type: 'user',
      role: 'writer',
      emailAddress: 'b@example.com',
      pendingOwner: true,
    }),
    'the changes of one shared drive': get(`${DRIVE}/changes?pageToken=1&driveId=0Ashared`),
    'administration of shared drives': get(`${DRIVE}/drives?q=name = 'x'`),
    'R1C1 notation': get(`${SHEETS}/book/values/Sheet1!R1C1:R2C2`),
    'other locales than en_US': put('A1', [['1,5']], 'livre'),
    'formulas and number formats that are not listed': after(
      put('C1', [['=GOOGLEFINANCE("GOOG")']]),
      get(`${SHEETS}/book/values/C1`),
    ),
    'values that a strict rule refuses': after(
      sheet('setDataValidation', {
        range,
        rule: { strict: true, condition: { type: 'ONE_OF_LIST', values: [{ userEnteredValue: 'y' }] } },
      }),
      put('A1', [['n']]),
    ),
    'data filters and developer metadata': post(`${SHEETS}/book:getByDataFilter`, {
      dataFilters: [{ developerMetadataLookup: {} }],
    }),
    'requests of spreadsheets.batchUpdate that are not listed': sheet('addChart', {}),
    'texts that are parted by guesses, and HTML': sheet('textToColumns', {
      source: { sheetId: 0, endColumnIndex: 1 },
      delimiterType: 'AUTODETECT',
    }),
    'spreadsheets that are made with more than sheets and cells': post(SHEETS, { sheets: [{ charts: [] }] }),
    'all properties of a sheet at once': sheet('updateSheetProperties', { properties: { title: 'x' }, fields: '*' }),
    'sheets that are no grids': sheet('addSheet', { properties: { sheetType: 'OBJECT' } }),
    'default formats and themes of spreadsheets': sheet('updateSpreadsheetProperties', {
      properties: { spreadsheetTheme: {} },
      fields: 'spreadsheetTheme',
    }),
    'rich text, pivot tables and data sources in cells': sheet('repeatCell', { range, cell: {}, fields: 'pivotTable' }),
    'protection of names, and holes in it': sheet('addProtectedRange', { protectedRange: { namedRangeId: 'x' } }),
    'groups of rows or columns that cross': sheet('deleteDimensionGroup', {
      range: { sheetId: 0, dimension: 'ROWS', startIndex: 0, endIndex: 2 },
    }),
    'sizes that fit what is in cells': after(
      sheet('autoResizeDimensions', { dimensions: { sheetId: 0, dimension: 'COLUMNS', startIndex: 0, endIndex: 1 } }),
      get(`${SHEETS}/book?includeGridData=true`),
    ),
    'moving cells that formulas name': after(
      put('D1', [['=A1']]),
      sheet('cutPaste', { source: range, destination: { sheetId: 0, rowIndex: 5, columnIndex: 5 } }),
    ),
    'sorting by colour': sheet('sortRange', { range, sortSpecs: [{ backgroundColorStyle: {} }] }),
    'finding by patterns, and in formulas': sheet('findReplace', { find: 'a', searchByRegex: true }),
    'pasting turned around, and parts of cells': sheet('copyPaste', {
      source: range,
      destination: range,
      pasteOrientation: 'TRANSPOSE',
    }),
    'images, headers and other parts of documents': doc('insertInlineImage', { uri: 'https://a.test/x.png' }),
    'bullets that are not listed': doc('createParagraphBullets', {
      range: { startIndex: 1, endIndex: 2 },
      bulletPreset: 'BULLET_STAR_CIRCLE_SQUARE',
    }),
    'merging edits of documents': post(`${DOCS}/paper:batchUpdate`, {
      requests: [],
      writeControl: { targetRevisionId: 'old' },
    }),
  },
  failureBody: z.strictObject({
    error: z.strictObject({ code: z.int(), message: z.string(), status: z.string() }),
  }),
})
