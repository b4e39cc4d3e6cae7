import { expect, test } from 'vitest'
import { FIDELITY } from '../../../twins/google/fidelity.ts'
import { google } from '../../../twins/google/index.ts'
import type { Exchange } from '../../../twins/har.ts'
import type { Json } from '../../../twins/trace.ts'
import { createWorld } from '../../../twins/world.ts'

const ID = '1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'
const exchange = (method: string, tail: string, body: Json, sent?: Json): Exchange => ({
  method,
  url: `https://sheets.googleapis.com/v4/spreadsheets/${ID}${tail}`,
  requestHeaders: [],
  requestBody: Buffer.from(sent === undefined ? '' : JSON.stringify(sent)),
  status: 200,
  responseHeaders: [],
  responseBody: Buffer.from(JSON.stringify(body)),
  atMs: 0,
})
const filesOf = (exchanges: readonly Exchange[]): unknown => google.seed.parse(FIDELITY.given?.(exchanges) ?? {}).files
const sheet = (sheetId: number, title: string): Json => ({
  properties: { sheetId, title, gridProperties: { rowCount: 9 } },
})

test('a spreadsheet that is only asked for was there, with the cells that were read first', () => {
  const read = (value: string): Exchange =>
    exchange('GET', '/values/S1!A1:B2', { range: "'S1'!A1:B2", values: [[value]] })
  const write = exchange('PUT', '/values/S1!A1', { updatedCells: 1 }, { values: [['new']] })
  expect(filesOf([read('old'), write, read('new')])).toEqual([
    {
      id: ID,
      name: ID,
      mime_type: expect.stringContaining('spreadsheet'),
      sheets: [{ title: 'S1', values: [['old']] }],
    },
  ])
  expect(filesOf([write, read('new')])).toMatchObject([{ sheets: [{ title: 'S1' }] }])
})

test('sheets that the recording adds were not there, whenever all are listed', () => {
  const added = exchange(
    'POST',
    ':batchUpdate',
    { replies: [{ addSheet: sheet(7, 'Added') }] },
    { requests: [{ addSheet: { properties: { title: 'Added' } } }] },
  )
  const listed = exchange('GET', '', { spreadsheetId: ID, sheets: [sheet(0, 'Old'), sheet(7, 'Added')] })
  expect(filesOf([added, listed])).toMatchObject([{ sheets: [{ title: 'Old', id: 0, rows: 9 }] }])
})

test('what was made of a spreadsheet before the recording is in the seed, as requests of a batch', async () => {
  const merged = { startRowIndex: 0, endRowIndex: 2, startColumnIndex: 0, endColumnIndex: 2 }
  const listed = exchange('GET', '', {
    spreadsheetId: ID,
    sheets: [
      {
        properties: { sheetId: 0, title: 'S1', gridProperties: { rowCount: 9, columnCount: 3, frozenRowCount: 1 } },
        merges: [merged],
      },
    ],
    namedRanges: [{ namedRangeId: '77', name: 'Prices', range: merged }],
  })
  const noted = exchange('GET', '?ranges=S1!A1&fields=sheets/data/rowData/values/note', {
    sheets: [{ data: [{ rowData: [{ values: [{ note: 'look' }] }] }] }],
  })
  const twin = google.create(createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' }), {
    ...google.seed.parse(FIDELITY.given?.([listed, noted]) ?? {}),
  })
  const asked = new Request(`${listed.url}?includeGridData=true`, {
    headers: { authorization: 'Bearer ya29.fidelity' },
  })
  expect(await (await twin.fetch(asked)).json()).toMatchObject({
    sheets: [
      {
        properties: { title: 'S1', gridProperties: { rowCount: 9, columnCount: 3, frozenRowCount: 1 } },
        merges: [merged],
        data: [{ rowData: [{ values: [{ note: 'look' }] }] }],
      },
    ],
    namedRanges: [{ namedRangeId: '77', name: 'Prices' }],
  })
})

test('a table that an append tells of was there, and a sheet that is deleted was not the only one', () => {
  const appended = exchange(
    'POST',
    '/values/S1!A1:append',
    { tableRange: 'S1!A1:B1', updates: { updatedRange: 'S1!A2:B2' } },
    { values: [['c', 'd']] },
  )
  const deleted = exchange('POST', ':batchUpdate', { replies: [{}] }, { requests: [{ deleteSheet: { sheetId: 5 } }] })
  expect(filesOf([appended, deleted])).toMatchObject([
    { sheets: [{ title: 'Sheet1' }, { title: 'S1', id: 5, values: [['…', '…']] }] },
  ])
})

test('requests of a seed that Sheets refuses are told with the file', () => {
  const make = (sheetId: number): unknown =>
    google.create(createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' }), {
      users: [{ email: 'ada@example.com' }],
      files: [{ name: 'Book', sheets: [{ title: 'S1' }], requests: [{ deleteSheet: { sheetId } }] }],
    })
  expect(() => make(7)).toThrow(/seed of google: expected requests .* "Book".*No sheet with id: 7/)
})
