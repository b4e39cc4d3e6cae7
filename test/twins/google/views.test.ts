import { expect, test } from 'vitest'
import type { Json } from '../../../twins/trace.ts'
import { ADA, type Office, openOffice, SHEETS } from './support.ts'

const BOOK = '1views'
const open = (): Office =>
  openOffice({
    files: [
      {
        id: BOOK,
        name: 'Book',
        owner: ADA,
        sheets: [
          {
            title: 'S',
            values: [
              ['a,b', 1],
              ['c', 2],
              ['d', 3],
            ],
          },
        ],
      },
    ],
  })
type Reply = { readonly replies: readonly { readonly [name: string]: Json }[]; readonly error: { message: string } }
const batch = async (office: Office, ...requests: readonly Json[]): Promise<Reply> =>
  (await (await office.raw('POST', `${SHEETS}/${BOOK}:batchUpdate`, { requests })).json()) as Reply
const look = async (office: Office, path: string): Promise<unknown> =>
  (await office.raw('GET', `${SHEETS}/${BOOK}${path}`)).json()

test('filter views are made, copied, changed, moved with their rows and taken away', async () => {
  const office = open()
  const range = { sheetId: 0, startRowIndex: 1, endRowIndex: 3 }
  const filterSpecs = [{ columnIndex: 1, filterCriteria: { hiddenValues: ['2'] } }]
  const { replies } = await batch(office, { addFilterView: { filter: { filterViewId: 7, range, filterSpecs } } })
  expect(replies).toMatchObject([
    { addFilterView: { filter: { filterViewId: 7, title: 'Filter 1', criteria: { 1: { hiddenValues: ['2'] } } } } },
  ])
  await batch(
    office,
    { duplicateFilterView: { filterId: 7 } },
    { updateFilterView: { filter: { filterViewId: 7, title: 'Mine' }, fields: 'title' } },
    { insertDimension: { range: { sheetId: 0, dimension: 'ROWS', startIndex: 0, endIndex: 1 } } },
  )
  expect(await look(office, '?fields=sheets.filterViews(title,range,filterSpecs)')).toMatchObject({
    sheets: [
      {
        filterViews: [
          { title: 'Mine', range: { startRowIndex: 2, endRowIndex: 4 }, filterSpecs },
          { title: 'Copy of Filter 1' },
        ],
      },
    ],
  })
  await batch(office, { deleteFilterView: { filterId: 7 } })
  const refused = await batch(office, { deleteFilterView: { filterId: 7 } })
  expect(refused.error.message).toBe('Invalid requests[0].deleteFilterView: No filter view with id: 7')
})

test('bands of colours do not lie over each other, and say their colours twice', async () => {
  const office = open()
  const rowProperties = { firstBandColor: { red: 1 }, secondBandColor: { blue: 1 } }
  const bandedRange = { bandedRangeId: 3, range: { sheetId: 0, endRowIndex: 3 }, rowProperties }
  const { replies } = await batch(office, { addBanding: { bandedRange } })
  expect(replies[0]?.addBanding).toMatchObject({
    bandedRange: { bandedRangeId: 3, rowProperties: { firstBandColorStyle: { rgbColor: { red: 1 } } } },
  })
  const over = await batch(office, { addBanding: { bandedRange: { ...bandedRange, bandedRangeId: 4 } } })
  expect(over.error.message).toMatch(/already has alternating background colors/)
  const bare = { bandedRangeId: 3, rowProperties: { firstBandColor: { red: 1 } } }
  const half = await batch(office, { updateBanding: { bandedRange: bare, fields: 'rowProperties' } })
  expect(half.error.message).toMatch(/secondBandColor must be set/)
  await batch(office, { deleteBanding: { bandedRangeId: 3 } })
  expect(await look(office, '?fields=sheets.bandedRanges')).toEqual({ sheets: [{}] })
})

test('texts are parted into columns and pasted as if typed', async () => {
  const office = open()
  const source = { sheetId: 0, startColumnIndex: 0, endColumnIndex: 1 }
  await batch(
    office,
    { textToColumns: { source, delimiterType: 'COMMA' } },
    { pasteData: { coordinate: { sheetId: 0, rowIndex: 4 }, data: 'x;5\ny;TRUE', delimiter: ';' } },
  )
  expect(await look(office, '/values/A1:B6?valueRenderOption=UNFORMATTED_VALUE')).toMatchObject({
    values: [['a', 'b'], ['c', 2], ['d', 3], [], ['x', 5], ['y', true]],
  })
})

test('rows are shuffled whole, and in one world always alike', async () => {
  const shuffled = async (): Promise<readonly (readonly Json[])[]> => {
    const office = open()
    await batch(office, { randomizeRange: { range: { sheetId: 0, endRowIndex: 3, endColumnIndex: 2 } } })
    return ((await look(office, '/values/A1:B3')) as { values: readonly (readonly Json[])[] }).values
  }
  const [one, other] = [await shuffled(), await shuffled()]
  expect(one).toEqual(other)
  expect(one.map((row) => row.join()).toSorted()).toEqual(['a,b,1', 'c,2', 'd,3'])
})

test('filters and rules follow the rows they are for, and go with them', async () => {
  const office = open()
  const range = { sheetId: 0, startRowIndex: 1, endRowIndex: 3, startColumnIndex: 0, endColumnIndex: 2 }
  const rule = { ranges: [range], booleanRule: { condition: { type: 'NOT_BLANK' }, format: {} } }
  await batch(office, { setBasicFilter: { filter: { range } } }, { addConditionalFormatRule: { rule, index: 0 } })
  const rows = (startIndex: number, endIndex: number): Json => ({
    deleteDimension: { range: { sheetId: 0, dimension: 'ROWS', startIndex, endIndex } },
  })
  await batch(office, rows(0, 1))
  const moved = { startRowIndex: 0, endRowIndex: 2 }
  expect(await look(office, '?fields=sheets(basicFilter,conditionalFormats)')).toMatchObject({
    sheets: [{ basicFilter: { range: moved }, conditionalFormats: [{ ranges: [moved] }] }],
  })
  await batch(office, rows(0, 2))
  expect(await look(office, '?fields=sheets(basicFilter,conditionalFormats)')).toEqual({ sheets: [{}] })
})
