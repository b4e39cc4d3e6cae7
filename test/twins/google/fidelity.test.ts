import { expect, test } from 'vitest'
import { FIDELITY } from '../../../twins/google/fidelity.ts'
import { google } from '../../../twins/google/index.ts'
import type { Exchange } from '../../../twins/har.ts'
import type { Json } from '../../../twins/trace.ts'

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
