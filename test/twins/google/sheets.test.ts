import { expect, test } from 'vitest'
import { z } from 'zod'
import { NotModelled } from '../../../twins/twin.ts'
import { BOB, errorOf, type Office, openOffice, SHEETS, TOKEN } from './support.ts'

const BOOK = 'book'
type Values = readonly (readonly (string | number | boolean | null)[])[]

function open(values: Values = [], more: object = {}): Office {
  return openOffice({ files: [{ id: BOOK, name: 'Book', sheets: [{ title: 'Sheet1', values, ...more }] }] })
}
const enc = encodeURIComponent
async function json(answer: Response): Promise<Record<string, unknown>> {
  return z.record(z.string(), z.unknown()).parse(await answer.json())
}
const read = async (office: Office, range: string, query = ''): Promise<unknown> =>
  (await json(await office.raw('GET', `${SHEETS}/${BOOK}/values/${enc(range)}${query}`))).values
const put = (office: Office, range: string, values: Values, option = 'USER_ENTERED'): Promise<Response> =>
  office.raw('PUT', `${SHEETS}/${BOOK}/values/${enc(range)}?valueInputOption=${option}`, { values: values as never })
const batch = (office: Office, ...requests: readonly object[]): Promise<Response> =>
  office.raw('POST', `${SHEETS}/${BOOK}:batchUpdate`, { requests: requests as never })
const failure = async (answer: Response): Promise<readonly [number, string]> => {
  const { error } = await json(answer)
  return [answer.status, String((error as { message: string }).message)]
}

test.each([
  ['A1', 'Sheet1!A1'],
  ['sheet1!A1:B2', 'Sheet1!A1:B2'],
  ['B2:A1', 'Sheet1!A1:B2'],
  ['A:B', 'Sheet1!A1:B1000'],
  ['2:3', 'Sheet1!A2:Z3'],
  ['A5:A', 'Sheet1!A5:A1000'],
  ['A1:1', 'Sheet1!A1:Z1'],
  ['Sheet1', 'Sheet1!A1:Z1000'],
  ["'Sheet1'!$B$2", 'Sheet1!B2'],
  ['A1:ZZ5000', 'Sheet1!A1:Z1000'],
])('the range %s is %s', async (range, shown) => {
  const answer = await json(await open().raw('GET', `${SHEETS}/${BOOK}/values/${enc(range)}`))
  expect(answer).toEqual({ range: shown, majorDimension: 'ROWS' })
})

test.each([
  ['Nope!A1', 'Unable to parse range: Nope!A1'],
  ['A1:B2:C3', 'Unable to parse range: A1:B2:C3'],
  ['AAA1', 'Range (Sheet1!AAA1) exceeds grid limits. Max rows: 1000, max columns: 26'],
])('the range %s is refused', async (range, message) => {
  expect(await failure(await open().raw('GET', `${SHEETS}/${BOOK}/values/${enc(range)}`))).toEqual([400, message])
})

test.each([
  ['1', 1, '1'],
  ['1,234.5', 1234.5, '1,234.50'],
  ['50%', 0.5, '50%'],
  ['$3.50', 3.5, '$3.50'],
  ['-$3', -3, '-$3'],
  ['TRUE', true, 'TRUE'],
  ['2024-02-29', 45351, '2024-02-29'],
  ['2/3/2024', 45325, '2/3/2024'],
  ['10:30', 0.4375, '10:30'],
  ['1e3', 1000, '1.00E+03'],
  ["'007", '007', '007'],
  ['2024-02-30', '2024-02-30', '2024-02-30'],
  ['A1', 'A1', 'A1'],
  [' x ', ' x ', ' x '],
])('typed in, %s is %j and shown as %s', async (text, value, shown) => {
  const office = open()
  await put(office, 'A1', [[text]])
  expect(await read(office, 'A1', '?valueRenderOption=UNFORMATTED_VALUE')).toEqual([[value]])
  expect(await read(office, 'A1')).toEqual([[shown]])
})

test('raw, a text stays what it is', async () => {
  const office = open()
  await put(office, 'A1', [['=1+1', '5', 5, true]], 'RAW')
  expect(await read(office, 'A1:D1', '?valueRenderOption=UNFORMATTED_VALUE')).toEqual([['=1+1', '5', 5, true]])
})

test.each([
  [0.1 + 0.2, '0.3'],
  [1 / 3, '0.3333333333'],
  [123456789.987, '123456790'],
  [1e15, '1E+15'],
  [-0.000000012, '-0.000000012'],
])('the number %d is shown as %s', async (value, shown) => {
  const office = open()
  await put(office, 'A1', [[value]], 'RAW')
  expect(await read(office, 'A1')).toEqual([[shown]])
})

test.each([
  ['=1+2*3^2', '19'],
  ['=-2^2', '4'],
  ['="a"&"b"', 'ab'],
  ['=SUM(A1:A3)', '6'],
  ['=SUM(A:A)', '6'],
  ['=AVERAGE(A1:A3, 6)', '3'],
  ['=IF(A1>1,"big","small")', 'small'],
  ['=IFERROR(1/0,"none")', 'none'],
  ['=1/0', '#DIV/0!'],
  ['=A1+"x"', '#VALUE!'],
  ['=NOPE', '#NAME?'],
  ['=1+', '#ERROR!'],
  ['=Other!A1', '#REF!'],
  ['=VLOOKUP("b",B1:C3,2,FALSE)', '20'],
  ['=VLOOKUP("z",B1:C3,2,FALSE)', '#N/A'],
  ['=INDEX(C1:C3,MATCH("c",B1:B3,0))', '30'],
  ['=SUMIF(B1:B3,"<>a",C1:C3)', '50'],
  ['=COUNTIF(C1:C3,">=20")', '2'],
  ['=SUMIFS(C1:C3,B1:B3,"b",A1:A3,">1")', '20'],
  ['=ROUND(2.345,2)', '2.35'],
  ['=ROUND(-2.5,0)', '-3'],
  ['=MOD(-3,2)', '1'],
  ['=LEFT("hello",2)&RIGHT("hello",2)', 'helo'],
  ['=TEXTJOIN(", ",TRUE,B1:B3)', 'a, b, c'],
  ['=MAX(C1:C3)-MIN(C1:C3)', '20'],
  ['=COUNTA(A1:C3)', '9'],
  ['=YEAR(DATE(2024,2,29))', '2024'],
  ['=D1', '#REF!'],
  ['=TEXT(1234.5,"#,##0.00")', '1,234.50'],
  ['=TEXT(DATE(2024,2,29),"yyyy-mm-dd")', '2024-02-29'],
  ['=PROPER("ada LOVELACE")', 'Ada Lovelace'],
  ['=MAXIFS(C1:C3,B1:B3,"<>c")', '20'],
  ['=COUNTUNIQUE(B1:B3,"A")', '3'],
])('the formula %s is worth %s', async (formula, shown) => {
  const office = open([
    [1, 'a', 10],
    [2, 'b', 20],
    [3, 'c', 30],
  ])
  await put(office, 'D1', [[formula]])
  expect(await read(office, 'D1')).toEqual([[shown]])
  expect(await read(office, 'D1', '?valueRenderOption=FORMULA')).toEqual([[formula]])
})

test('time in formulas is the world’s', async () => {
  const office = open()
  await put(office, 'A1', [['=YEAR(TODAY())', '=HOUR(NOW())']])
  await office.pass(3 * 3_600_000)
  expect(await read(office, 'A1:B1')).toEqual([['2030', '3']])
})

test('a function nobody has written is refused when it is worked out, not when it is written', async () => {
  const office = open()
  expect((await put(office, 'A1', [['=IMPORTRANGE("x","y")']])).status).toBe(200)
  expect(await read(office, 'A1', '?valueRenderOption=FORMULA')).toEqual([['=IMPORTRANGE("x","y")']])
  await expect(read(office, 'A1')).rejects.toThrow(NotModelled)
})

test('columns may come first, going in and coming out', async () => {
  const office = open()
  await office.raw('PUT', `${SHEETS}/${BOOK}/values/A1?valueInputOption=RAW`, {
    majorDimension: 'COLUMNS',
    values: [['a', 'b'], ['c']],
  })
  expect(await read(office, 'A1:B2')).toEqual([['a', 'c'], ['b']])
  expect(await read(office, 'A1:B2', '?majorDimension=COLUMNS')).toEqual([['a', 'b'], ['c']])
})

test.each([
  ['A1:A2', [['a'], ['b'], ['c']], 'Requested writing within range [Sheet1!A1:A2], but tried writing to row [3]'],
  ['A1:A2', [['a', 'b']], 'Requested writing within range [Sheet1!A1:A2], but tried writing to column [B]'],
])('what does not fit into %s is refused', async (range, values, message) => {
  expect(await failure(await put(open(), range, values))).toEqual([400, message])
})

test('writing without saying how is refused', async () => {
  const answer = await open().raw('PUT', `${SHEETS}/${BOOK}/values/A1`, { values: [['a']] })
  expect(await failure(answer)).toEqual([400, "'valueInputOption' is required but not specified"])
})

// The example of https://developers.google.com/workspace/sheets/api/guides/values#append_values (2026-11-26).
const TABLES: Values = [
  ['x', 'y', 'z'],
  ['x', 'y', 'z'],
  [],
  [null, 'x', 'y', 'z'],
  [null, 'y', 'x', 'z'],
  [null, 'z', 'x', 'y'],
]
test.each([
  ['Sheet1', 'Sheet1!B7'],
  ['B4', 'Sheet1!B7'],
  ['C5:D5', 'Sheet1!B7'],
  ['B2:D4', 'Sheet1!B7'],
  ['A3:G10', 'Sheet1!B7'],
  ['A1', 'Sheet1!A3'],
  ['E4', 'Sheet1!E4'],
  ['A4', 'Sheet1!A4'],
])('appended to %s, a value goes to %s', async (range, to) => {
  const office = open(TABLES)
  const answer = await office.raw('POST', `${SHEETS}/${BOOK}/values/${range}:append?valueInputOption=RAW`, {
    values: [['new']],
  })
  expect(await json(answer)).toMatchObject({ updates: { updatedRange: to, updatedCells: 1 } })
})

test('append grows the grid, and can make room', async () => {
  const office = open([['a'], ['b']], { rows: 2, columns: 1 })
  const url = `${SHEETS}/${BOOK}/values/A1:append?valueInputOption=RAW`
  expect(await json(await office.raw('POST', url, { values: [['c', 'd']] }))).toMatchObject({
    tableRange: 'Sheet1!A1:A2',
  })
  expect(await read(office, 'Sheet1')).toEqual([['a'], ['b'], ['c', 'd']])
  await put(office, 'A1:B3', [['a'], ['b'], ['', '']])
  await office.raw('POST', `${url}&insertDataOption=INSERT_ROWS`, { values: [['new']] })
  expect(await json(await office.raw('GET', `${SHEETS}/${BOOK}/values/Sheet1`))).toMatchObject({
    range: 'Sheet1!A1:B4',
  })
})

test('a batch that is refused leaves nothing behind', async () => {
  const office = open([['a']])
  const answer = await batch(office, { addSheet: { properties: { title: 'Two' } } }, { deleteSheet: { sheetId: 99 } })
  expect(await failure(answer)).toEqual([400, 'Invalid requests[1].deleteSheet: No sheet with id: 99'])
  expect(office.rows('spreadsheets')[0]?.sheets).toHaveLength(1)
})

test('formulas follow rows that come and go', async () => {
  const office = open([[1], [2], [3], ['=SUM(A1:A3)', '=A2', '=$A$3']])
  const rows = (startIndex: number, endIndex: number): object => ({
    sheetId: 0,
    dimension: 'ROWS',
    startIndex,
    endIndex,
  })
  await batch(office, { insertDimension: { range: rows(1, 2) } })
  expect(await read(office, 'A5:C5', '?valueRenderOption=FORMULA')).toEqual([['=SUM(A1:A4)', '=A3', '=$A$4']])
  await batch(office, { deleteDimension: { range: rows(2, 3) } })
  expect(await read(office, 'A4:C4', '?valueRenderOption=FORMULA')).toEqual([['=SUM(A1:A3)', '=#REF!', '=$A$3']])
  expect(await read(office, 'A4:C4')).toEqual([['4', '#REF!', '3']])
})

test('a sheet that is renamed keeps its formulas', async () => {
  const office = open([[5]])
  await batch(office, { addSheet: { properties: { sheetId: 7, title: 'Sum' } } })
  await put(office, 'Sum!A1', [['=Sheet1!A1*2']])
  await batch(office, { updateSheetProperties: { properties: { sheetId: 0, title: "Ann's data" }, fields: 'title' } })
  expect(await read(office, 'Sum!A1', '?valueRenderOption=FORMULA')).toEqual([["='Ann''s data'!A1*2"]])
  expect(await read(office, 'Sum!A1')).toEqual([['10']])
})

test('names of sheets are one of a kind', async () => {
  const answer = await batch(open(), { addSheet: { properties: { title: 'SHEET1' } } })
  expect(await failure(answer)).toEqual([
    400,
    'Invalid requests[0].addSheet: A sheet with the name "SHEET1" already exists. Please enter another name.',
  ])
})

test('cells are copied with what they name, values without', async () => {
  const office = open([[1, '=A1+1'], [5]])
  const one = (row: number, column: number): object => ({
    sheetId: 0,
    startRowIndex: row,
    endRowIndex: row + 1,
    startColumnIndex: column,
    endColumnIndex: column + 1,
  })
  await batch(
    office,
    { copyPaste: { source: one(0, 1), destination: one(1, 1) } },
    { copyPaste: { source: one(0, 1), destination: one(2, 1), pasteType: 'PASTE_VALUES' } },
  )
  expect(await read(office, 'B1:B3', '?valueRenderOption=FORMULA')).toEqual([['=A1+1'], ['=A2+1'], [2]])
  expect(await read(office, 'B1:B3')).toEqual([['2'], ['6'], ['2']])
})

test('words are found and replaced, and counted', async () => {
  const office = open([['one two', 'Two'], ['three']])
  const answer = await json(await batch(office, { findReplace: { find: 'two', replacement: '2', allSheets: true } }))
  expect(answer.replies).toEqual([
    { findReplace: { valuesChanged: 2, rowsChanged: 1, sheetsChanged: 1, occurrencesChanged: 2 } },
  ])
  expect(await read(office, 'A1:B1')).toEqual([['one 2', '2']])
})

test('cells are told in full when they are asked for', async () => {
  const office = open()
  await put(office, 'A1', [['10%', '=A1*2']])
  const answer = await json(
    await office.raw(
      'GET',
      `${SHEETS}/${BOOK}?ranges=A1:B1&includeGridData=true&fields=sheets.data.rowData.values(userEnteredValue,effectiveValue,formattedValue,userEnteredFormat)`,
    ),
  )
  expect(answer).toEqual({
    sheets: [
      {
        data: [
          {
            rowData: [
              {
                values: [
                  {
                    userEnteredValue: { numberValue: 0.1 },
                    effectiveValue: { numberValue: 0.1 },
                    formattedValue: '10%',
                    userEnteredFormat: { numberFormat: { type: 'PERCENT', pattern: '0%' } },
                  },
                  {
                    userEnteredValue: { formulaValue: '=A1*2' },
                    effectiveValue: { numberValue: 0.2 },
                    formattedValue: '0.2',
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  })
})

test('protected cells are shut to all but their editors', async () => {
  const office = openOffice({
    files: [{ id: BOOK, name: 'Book', sheets: [{ title: 'Sheet1' }], shared: [{ email: BOB, role: 'writer' }] }],
  })
  const range = { sheetId: 0, startRowIndex: 0, endRowIndex: 1, startColumnIndex: 0, endColumnIndex: 1 }
  await batch(office, { addProtectedRange: { protectedRange: { range } } })
  const bob = (cell: string): Promise<Response> =>
    office.raw(
      'PUT',
      `${SHEETS}/${BOOK}/values/${cell}?valueInputOption=RAW`,
      { values: [['b']] },
      { Authorization: 'Bearer ya29.bob' },
    )
  expect((await failure(await bob('A1')))[1]).toMatch(/^You are trying to edit a protected cell/)
  expect((await bob('A2')).status).toBe(200)
  expect((await put(office, 'A1', [['a']])).status).toBe(200)
})

test('who may not see a spreadsheet is told so; one that is not there is not found', async () => {
  const office = open()
  const bob = { Authorization: 'Bearer ya29.bob' }
  expect(await failure(await office.raw('GET', `${SHEETS}/${BOOK}`, undefined, bob))).toEqual([
    403,
    'The caller does not have permission',
  ])
  expect(await failure(await office.raw('GET', `${SHEETS}/nope`))).toEqual([404, 'Requested entity was not found.'])
})

test('the sixty-first read of a minute is refused, and the next minute opens', async () => {
  const office = open()
  for (let n = 0; n < 60; n += 1) expect((await office.raw('GET', `${SHEETS}/${BOOK}/values/A1`)).status).toBe(200)
  const refused = await office.raw('GET', `${SHEETS}/${BOOK}/values/A1`)
  const [status, message] = await failure(refused)
  expect(status).toBe(429)
  expect(message).toMatch(
    /^Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of service 'sheets.googleapis.com'/,
  )
  expect((await put(office, 'A1', [['writes are counted apart']])).status).toBe(200)
  await office.pass(60_000)
  expect((await office.raw('GET', `${SHEETS}/${BOOK}/values/A1`)).status).toBe(200)
})

test('clients made from discovery documents are told a list of errors, others are not', async () => {
  const office = open()
  const { status, error } = await errorOf(office.robot.sheets.spreadsheets.get({ spreadsheetId: 'nope' }))
  const message = 'Requested entity was not found.'
  const errors = [{ message, domain: 'global', reason: 'notFound' }]
  expect([status, error]).toEqual([404, { code: 404, message, errors, status: 'NOT_FOUND' }])
  const plain = await office.raw('GET', `${SHEETS}/nope`)
  expect(await json(plain)).toEqual({ error: { code: 404, message, status: 'NOT_FOUND' } })
})

test('cells are appended in new rows, but not in new columns', async () => {
  const office = open([['a']], { rows: 1, columns: 1 })
  const append = (...values: readonly string[]): object => ({
    appendCells: {
      sheetId: 0,
      rows: [{ values: values.map((stringValue) => ({ userEnteredValue: { stringValue } })) }],
      fields: 'userEnteredValue',
    },
  })
  await batch(office, append('b'))
  expect(await read(office, 'Sheet1')).toEqual([['a'], ['b']])
  expect((await failure(await batch(office, append('c', 'd'))))[1]).toBe(
    'Invalid requests[0].appendCells: Attempting to write column: 1, beyond the last requested column of: 0',
  )
})

test('without a credential, or with one that is good no more, nothing opens', async () => {
  const office = open()
  const without = await office.raw('GET', `${SHEETS}/${BOOK}`, undefined, { Authorization: '' })
  expect(without.status).toBe(401)
  office.twin.happen('access.revoked', { email: 'ada@example.com' })
  const answer = await office.raw('GET', `${SHEETS}/${BOOK}`, undefined, { Authorization: `Bearer ${TOKEN}` })
  expect([answer.status, (await json(answer)).error]).toMatchObject([401, { status: 'UNAUTHENTICATED' }])
})

test.each([
  [
    { addSheet: { properties: { titel: 'x' } } },
    `Invalid JSON payload received. Unknown name "titel" at 'requests[0].add_sheet.properties': Cannot find field.`,
  ],
  [
    { addSheet: { properties: { title: 5 } } },
    "Invalid value at 'requests[0].add_sheet.properties.title' (TYPE_STRING), 5",
  ],
  [{ deleteSheet: { sheetId: 'one' } }, `Invalid value at 'requests[0].delete_sheet.sheet_id' (TYPE_INT32), "one"`],
  [{ doMagic: {} }, `Invalid JSON payload received. Unknown name "doMagic" at 'requests[0]': Cannot find field.`],
])('what the API does not know is refused: %j', async (request, message) => {
  expect(await failure(await batch(open(), request))).toEqual([400, message])
})

test('ranges are named by filters as well', async () => {
  const office = open([
    [1, 2],
    [3, 4],
  ])
  const gridRange = { sheetId: 0, startRowIndex: 1, endRowIndex: 2, startColumnIndex: 0, endColumnIndex: 2 }
  const post = (verb: string, body: object): Promise<Response> =>
    office.raw('POST', `${SHEETS}/${BOOK}${verb}`, body as never)
  expect(await json(await post('/values:batchGetByDataFilter', { dataFilters: [{ gridRange }] }))).toMatchObject({
    valueRanges: [{ valueRange: { range: 'Sheet1!A2:B2', values: [['3', '4']] } }],
  })
  await post('/values:batchUpdateByDataFilter', {
    valueInputOption: 'RAW',
    data: [{ dataFilter: { a1Range: 'A1' }, values: [[9]] }],
  })
  expect(await read(office, 'A1')).toEqual([['9']])
  await post('/values:batchClearByDataFilter', { dataFilters: [{ gridRange }] })
  expect(await read(office, 'Sheet1')).toEqual([['9', '2']])
  const seen = await json(await post(':getByDataFilter', { dataFilters: [{ a1Range: 'B1' }], includeGridData: true }))
  expect(seen).toMatchObject({
    sheets: [{ data: [{ startColumn: 1, rowData: [{ values: [{ formattedValue: '2' }] }] }] }],
  })
})

test('cells are pushed and pulled along a row or a column', async () => {
  const office = open([['a', 'b'], ['c', 'd'], ['e']])
  const range = { sheetId: 0, startRowIndex: 0, endRowIndex: 1, startColumnIndex: 0, endColumnIndex: 1 }
  await batch(office, { insertRange: { range, shiftDimension: 'ROWS' } })
  expect(await read(office, 'Sheet1')).toEqual([['', 'b'], ['a', 'd'], ['c'], ['e']])
  await batch(office, { deleteRange: { range, shiftDimension: 'COLUMNS' } })
  expect(await read(office, 'Sheet1')).toEqual([['b'], ['a', 'd'], ['c'], ['e']])
  await batch(office, {
    moveDimension: { source: { sheetId: 0, dimension: 'ROWS', startIndex: 0, endIndex: 1 }, destinationIndex: 3 },
  })
  expect(await read(office, 'Sheet1')).toEqual([['a', 'd'], ['c'], ['b'], ['e']])
})

test('duplicates and blanks go, and are counted', async () => {
  const office = open([
    ['x', 1],
    ['X', 1],
    [' y  z ', 2],
    ['x', 3],
  ])
  const range = { sheetId: 0, startRowIndex: 0, endRowIndex: 4, startColumnIndex: 0, endColumnIndex: 2 }
  const answer = await json(await batch(office, { trimWhitespace: { range } }, { deleteDuplicates: { range } }))
  expect(answer.replies).toEqual([
    { trimWhitespace: { cellsChangedCount: 1 } },
    { deleteDuplicates: { duplicatesRemovedCount: 1 } },
  ])
  expect(await read(office, 'Sheet1')).toEqual([
    ['x', '1'],
    ['y z', '2'],
    ['x', '3'],
  ])
})

test.each([
  [
    { updateSheetProperties: { properties: { sheetId: 0 }, fields: 'gridProperties.rowCnt' } },
    'updateSheetProperties: Invalid field: gridProperties.rowCnt',
  ],
  [
    { repeatCell: { range: {}, cell: {}, fields: 'userEnteredFormat(bold)' } },
    'repeatCell: Invalid field: userEnteredFormat.bold',
  ],
  [
    { updateCells: { range: {}, rows: [] } },
    "updateCells: At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)",
  ],
])('a mask that names nothing is refused: %j', async (request, message) => {
  expect(await failure(await batch(open(), request))).toEqual([400, `Invalid requests[0].${message}`])
})

test('what an answer has not cannot be asked for', async () => {
  const office = open()
  const answer = await office.raw('GET', `${SHEETS}/${BOOK}?fields=sheets.propertys`)
  expect([answer.status, await json(answer)]).toMatchObject([
    400,
    {
      error: {
        message: 'Request contains an invalid argument.',
        details: [
          {
            fieldViolations: [
              {
                field: 'sheets.propertys',
                description:
                  "Error expanding 'fields' parameter. Cannot find matching fields for path 'sheets.propertys'.",
              },
            ],
          },
        ],
      },
    },
  ])
  expect((await failure(await office.raw('GET', `${SHEETS}/${BOOK}?includeGrid=true`)))[1]).toMatch(
    /Cannot bind query parameter/,
  )
})

test('a colour is given and taken away', async () => {
  const office = open()
  const tint = (tabColorStyle: object): Promise<Response> =>
    batch(office, { updateSheetProperties: { properties: { sheetId: 0, tabColorStyle }, fields: 'tabColorStyle' } })
  const seen = async (): Promise<unknown> =>
    json(await office.raw('GET', `${SHEETS}/${BOOK}?fields=sheets.properties(tabColor,tabColorStyle)`))
  await tint({ rgbColor: { red: 0.5 } })
  expect(await seen()).toEqual({
    sheets: [{ properties: { tabColor: { red: 0.49803922 }, tabColorStyle: { rgbColor: { red: 0.49803922 } } } }],
  })
  await tint({ rgbColor: null })
  expect(await seen()).toEqual({ sheets: [{ properties: {} }] })
})
