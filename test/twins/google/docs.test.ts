import type { docs_v1 } from '@googleapis/docs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BOB, errorOf, FILES, type Office, openOffice } from './support.ts'

type Request = docs_v1.Schema$Request
const ID = 'paper'
const open = (text: string): Office =>
  openOffice({ files: [{ id: ID, name: 'Paper', text, owner: 'robot@shop.iam.gserviceaccount.com' }] })
const edit = async (
  { robot }: Office,
  ...requests: readonly Request[]
): Promise<docs_v1.Schema$BatchUpdateDocumentResponse> =>
  (await robot.docs.documents.batchUpdate({ documentId: ID, requestBody: { requests: [...requests] } })).data
const body = async ({ robot }: Office): Promise<readonly docs_v1.Schema$StructuralElement[]> =>
  (await robot.docs.documents.get({ documentId: ID })).data.body?.content ?? []
const lines = async (office: Office): Promise<readonly string[]> =>
  (await body(office)).flatMap(({ paragraph }) =>
    paragraph === undefined ? [] : [(paragraph.elements ?? []).map(({ textRun }) => textRun?.content ?? '').join('')],
  )
const refusal = async (act: Promise<unknown>): Promise<unknown> => (await errorOf(act)).error.message
const at = (index: number): docs_v1.Schema$Location => ({ index })
const span = (startIndex: number, endIndex: number): docs_v1.Schema$Range => ({ startIndex, endIndex })

test('a new document has one empty paragraph behind a section break', async () => {
  const office = openOffice()
  const { data } = await office.robot.docs.documents.create({ requestBody: { title: 'Letter' } })
  expect(data).toMatchObject({ title: 'Letter', suggestionsViewMode: 'SUGGESTIONS_INLINE' })
  expect(data.documentId).toMatch(/^1\w{43}$/)
  expect(data.body?.content).toEqual([
    {
      endIndex: 1,
      sectionBreak: {
        sectionStyle: { columnSeparatorStyle: 'NONE', contentDirection: 'LEFT_TO_RIGHT', sectionType: 'CONTINUOUS' },
      },
    },
    {
      startIndex: 1,
      endIndex: 2,
      paragraph: {
        elements: [{ startIndex: 1, endIndex: 2, textRun: { content: '\n', textStyle: {} } }],
        paragraphStyle: { namedStyleType: 'NORMAL_TEXT', direction: 'LEFT_TO_RIGHT' },
      },
    },
  ])
})

test('indexes count UTF-16 units, and later requests see what earlier ones did', async () => {
  const office = open('ab')
  await edit(office, { insertText: { text: '😀', location: at(2) } }, { insertText: { text: '!', location: at(4) } })
  expect(await lines(office)).toEqual(['a😀!b\n'])
  expect((await body(office)).at(-1)).toMatchObject({ startIndex: 1, endIndex: 7 })
})

test('newlines make paragraphs of the same kind', async () => {
  const office = open('Title')
  await edit(
    office,
    {
      updateParagraphStyle: {
        range: span(1, 2),
        paragraphStyle: { namedStyleType: 'HEADING_1' },
        fields: 'namedStyleType',
      },
    },
    { insertText: { text: ' one\nand two', endOfSegmentLocation: {} } },
  )
  expect(await lines(office)).toEqual(['Title one\n', 'and two\n'])
  const styles = (await body(office)).flatMap(({ paragraph }) => paragraph?.paragraphStyle ?? [])
  expect(styles).toMatchObject([
    { namedStyleType: 'HEADING_1', headingId: expect.stringMatching(/^h\./) },
    { namedStyleType: 'HEADING_1' },
  ])
})

test('words look like those before them, and runs of one look are one', async () => {
  const office = open('plain bold')
  await edit(
    office,
    { updateTextStyle: { range: span(7, 11), textStyle: { bold: true }, fields: 'bold' } },
    { insertText: { text: 'er', location: at(11) } },
  )
  const [, paragraph] = await body(office)
  expect(paragraph?.paragraph?.elements).toMatchObject([
    { startIndex: 1, endIndex: 7, textRun: { content: 'plain ', textStyle: {} } },
    { startIndex: 7, endIndex: 13, textRun: { content: 'bolder', textStyle: { bold: true } } },
    { startIndex: 13, endIndex: 14, textRun: { content: '\n' } },
  ])
  await edit(office, { updateTextStyle: { range: span(1, 13), textStyle: {}, fields: 'bold' } })
  expect((await body(office))[1]?.paragraph?.elements).toHaveLength(1)
})

test('a link brings its look along', async () => {
  const office = open('see here')
  await edit(office, {
    updateTextStyle: { range: span(5, 9), textStyle: { link: { url: 'https://a.test' } }, fields: 'link' },
  })
  expect((await body(office))[1]?.paragraph?.elements?.[1]?.textRun?.textStyle).toMatchObject({
    link: { url: 'https://a.test' },
    underline: true,
  })
})

test('deleting joins paragraphs', async () => {
  const office = open('one\ntwo\nthree')
  await edit(office, { deleteContentRange: { range: span(3, 7) } })
  expect(await lines(office)).toEqual(['ono\n', 'three\n'])
})

test.each<readonly [string, Request, string]>([
  [
    'beyond the end',
    { insertText: { text: 'x', location: at(4) } },
    'Invalid requests[0].insertText: Index 4 must be less than the end index of the referenced segment, 4.',
  ],
  [
    'before the body',
    { insertText: { text: 'x', location: at(0) } },
    'Invalid requests[0].insertText: The insertion index must be inside the bounds of an existing paragraph. You can still create new paragraphs by inserting newlines.',
  ],
  [
    'an empty range',
    { deleteContentRange: { range: span(2, 2) } },
    'Invalid requests[0].deleteContentRange: The range should not be empty.',
  ],
  [
    'the last newline',
    { deleteContentRange: { range: span(1, 4) } },
    'Invalid requests[0].deleteContentRange: The range cannot include the newline character at the end of the segment.',
  ],
])('%s is refused', async (_, request, message) => {
  expect(await refusal(edit(open('ab'), request))).toBe(message)
})

test('a mask that names nothing is refused', async () => {
  const request = { updateTextStyle: { range: span(1, 2), textStyle: { bold: true }, fields: 'blod' } }
  expect(await refusal(edit(open('ab'), request))).toBe('Invalid requests[0].updateTextStyle: Invalid field: blod')
})

test('half a character is not deleted', async () => {
  expect(await refusal(edit(open('😀'), { deleteContentRange: { range: span(1, 2) } }))).toMatch(/surrogate pair/)
})

test('a batch that is refused leaves nothing behind', async () => {
  const office = open('ab')
  await errorOf(
    edit(office, { insertText: { text: 'x', location: at(1) } }, { insertText: { text: 'x', location: at(99) } }),
  )
  expect(await lines(office)).toEqual(['ab\n'])
})

test('placeholders are filled in, and counted', async () => {
  const office = open('Dear {{name}},\n{{NAME}} and {{name}}')
  const fill = (matchCase: boolean): Request => ({
    replaceAllText: { containsText: { text: '{{name}}', matchCase }, replaceText: 'Ada' },
  })
  expect((await edit(office, fill(true))).replies).toEqual([{ replaceAllText: { occurrencesChanged: 2 } }])
  expect((await edit(office, fill(false))).replies).toEqual([{ replaceAllText: { occurrencesChanged: 1 } }])
  expect((await edit(office, fill(false))).replies).toEqual([{ replaceAllText: {} }])
  expect(await lines(office)).toEqual(['Dear Ada,\n', 'Ada and Ada\n'])
})

test('lists take their levels from tabs', async () => {
  const office = open('a\n\tb\nc')
  await edit(office, { createParagraphBullets: { range: span(1, 5), bulletPreset: 'BULLET_DISC_CIRCLE_SQUARE' } })
  const bullets = (await body(office))
    .slice(1)
    .map(({ paragraph }) => paragraph?.bullet?.nestingLevel ?? (paragraph?.bullet ? 0 : null))
  expect(bullets).toEqual([0, 1, null])
  expect(await lines(office)).toEqual(['a\n', 'b\n', 'c\n'])
  const { data } = await office.robot.docs.documents.get({ documentId: ID })
  const [list] = Object.values(data.lists ?? {})
  expect(list?.listProperties?.nestingLevels).toHaveLength(9)
  await edit(office, { deleteParagraphBullets: { range: span(1, 3) } })
  expect((await body(office))[1]?.paragraph?.bullet).toBeUndefined()
})

test('named ranges stay with their words', async () => {
  const office = open('Hello world')
  const { replies } = await edit(office, { createNamedRange: { name: 'who', range: span(7, 12) } })
  const namedRangeId = replies?.[0]?.createNamedRange?.namedRangeId ?? ''
  await edit(
    office,
    { insertText: { text: 'big ', location: at(7) } },
    { insertText: { text: 'So, ', location: at(1) } },
  )
  const ranges = async (): Promise<unknown> =>
    Object.values((await office.robot.docs.documents.get({ documentId: ID })).data.namedRanges ?? {}).flatMap(
      ({ namedRanges }) => namedRanges?.map(({ ranges: of }) => of),
    )
  expect(await ranges()).toEqual([[{ startIndex: 15, endIndex: 20 }]])
  await edit(office, { replaceNamedRangeContent: { namedRangeId, text: 'Ada' } })
  expect(await lines(office)).toEqual(['So, Hello big Ada\n'])
  expect(await ranges()).toEqual([[{ startIndex: 15, endIndex: 18 }]])
  await edit(office, { deleteNamedRange: { name: 'who' } })
  expect(await ranges()).toEqual([])
})

test('who edits what has changed meanwhile is refused when they ask for it', async () => {
  const office = open('ab')
  const { docs } = office.robot
  const requests = [{ insertText: { text: 'x', location: at(1) } }]
  const first = await docs.documents.get({ documentId: ID })
  const requiredRevisionId = first.data.revisionId ?? ''
  const answer = await docs.documents.batchUpdate({
    documentId: ID,
    requestBody: { requests, writeControl: { requiredRevisionId } },
  })
  const again = docs.documents.batchUpdate({
    documentId: ID,
    requestBody: { requests, writeControl: { requiredRevisionId } },
  })
  expect(await refusal(again)).toMatch(/does not match the latest revision/)
  const { requiredRevisionId: latest = '' } = answer.data.writeControl ?? {}
  await docs.documents.batchUpdate({
    documentId: ID,
    requestBody: { requests, writeControl: { requiredRevisionId: latest ?? '' } },
  })
  expect(await lines(office)).toEqual(['xxab\n'])
})

test('a reader reads, and does not write', async () => {
  const office = openOffice({
    files: [{ id: ID, name: 'Paper', text: 'ab', shared: [{ email: BOB, role: 'reader' }] }],
  })
  const bob = { Authorization: 'Bearer ya29.bob' }
  const url = `https://docs.googleapis.com/v1/documents/${ID}`
  const seen = await office.raw('GET', url, undefined, bob)
  expect(Object.keys((await seen.json()) as object)).not.toContain('revisionId')
  const refused = await office.raw(
    'POST',
    `${url}:batchUpdate`,
    { requests: [{ insertText: { text: 'x', location: { index: 1 } } }] },
    bob,
  )
  expect([refused.status, await refused.json()]).toMatchObject([403, { error: { status: 'PERMISSION_DENIED' } }])
})

test('tabs hold what there is when they are asked for, and the title is the file’s', async () => {
  const office = open('ab')
  const { docs, drive } = office.robot
  await drive.files.update({ fileId: ID, requestBody: { name: 'Renamed' } })
  const { data } = await docs.documents.get({ documentId: ID, includeTabsContent: true })
  expect([data.title, data.body, data.tabs?.[0]?.tabProperties?.tabId]).toEqual(['Renamed', undefined, 't.0'])
  expect(data.tabs?.[0]?.documentTab?.body?.content).toHaveLength(2)
  const text = await office.raw('GET', `${FILES}/${ID}/export?mimeType=text/plain`, undefined, {
    Authorization: `Bearer ${(await office.robot.auth.getAccessToken()).token}`,
  })
  expect(Buffer.from(await text.arrayBuffer()).toString('latin1')).toBe('\u00EF\u00BB\u00BFab')
})

test('a page break is one index, and a newline follows it', async () => {
  const office = open('ab')
  await edit(office, { insertPageBreak: { location: at(2) } })
  expect((await body(office))[1]?.paragraph?.elements).toMatchObject([
    { startIndex: 1, endIndex: 2, textRun: { content: 'a' } },
    { startIndex: 2, endIndex: 3, pageBreak: {} },
    { startIndex: 3, endIndex: 4, textRun: { content: '\n' } },
  ])
})

/** Where the cells of the first table begin to be written, row by row, with what is in them. */
async function cells(office: Office): Promise<unknown> {
  const found = (await body(office)).find(({ table }) => table !== undefined)
  return found?.table?.tableRows?.map(({ tableCells }) =>
    tableCells?.map(({ content }) => [
      content?.[0]?.startIndex,
      content
        ?.flatMap(({ paragraph }) => paragraph?.elements ?? [])
        .map(({ textRun }) => textRun?.content)
        .join(''),
    ]),
  )
}
const start = (index: number, rowIndex: number, columnIndex: number): docs_v1.Schema$TableCellLocation => ({
  tableStartLocation: at(index),
  rowIndex,
  columnIndex,
})

test('a table has a newline before it, and an index for itself, each row and each cell', async () => {
  const office = open('')
  await edit(office, { insertTable: { rows: 2, columns: 2, location: at(1) } })
  expect(await cells(office)).toEqual([
    [
      [5, '\n'],
      [7, '\n'],
    ],
    [
      [10, '\n'],
      [12, '\n'],
    ],
  ])
  const content = await body(office)
  expect(content.map(({ startIndex, endIndex }) => [startIndex, endIndex])).toEqual([
    [undefined, 1],
    [1, 2],
    [2, 13],
    [13, 14],
  ])
  // Written from the last cell on, indexes stay what they are.
  await edit(office, { insertText: { text: 'd', location: at(12) } }, { insertText: { text: 'a\nb', location: at(5) } })
  expect(await cells(office)).toEqual([
    [
      [5, 'a\nb\n'],
      [10, '\n'],
    ],
    [
      [13, '\n'],
      [15, 'd\n'],
    ],
  ])
})

test('rows and columns come and go, and with the last of them the table', async () => {
  const office = open('x')
  await edit(
    office,
    { insertTable: { rows: 1, columns: 1, endOfSegmentLocation: {} } },
    { insertText: { text: 'a', location: at(6) } },
  )
  await edit(
    office,
    { insertTableRow: { tableCellLocation: start(3, 0, 0), insertBelow: true } },
    { insertTableColumn: { tableCellLocation: start(3, 0, 0), insertRight: false } },
  )
  expect(await cells(office)).toEqual([
    [
      [6, '\n'],
      [8, 'a\n'],
    ],
    [
      [12, '\n'],
      [14, '\n'],
    ],
  ])
  await edit(
    office,
    { deleteTableColumn: { tableCellLocation: start(3, 0, 0) } },
    { deleteTableRow: { tableCellLocation: start(3, 1, 0) } },
  )
  expect(await cells(office)).toEqual([[[6, 'a\n']]])
  await edit(office, { deleteTableRow: { tableCellLocation: start(3, 0, 0) } })
  expect(await lines(office)).toEqual(['x\n', '\n'])
})

test.each<readonly [string, Request, RegExp]>([
  ['at a table’s mark', { insertText: { text: 'x', location: at(3) } }, /inside the bounds of an existing paragraph/],
  ['half a table', { deleteContentRange: { range: span(2, 8) } }, /newline character before a table/],
  [
    'a cell’s last newline',
    { deleteContentRange: { range: span(6, 7) } },
    /newline character at the end of the segment/,
  ],
  ['a row', { deleteContentRange: { range: span(4, 6) } }, /a table as a whole/],
  ['another table', { deleteTableRow: { tableCellLocation: start(1, 0, 0) } }, /table start location/],
])('%s is refused', async (_, request, message) => {
  const office = open('x')
  await edit(office, { insertTable: { rows: 1, columns: 2, endOfSegmentLocation: {} } })
  expect(await refusal(edit(office, request))).toMatch(message)
})

test('a table goes as a whole, and what is named behind it stays', async () => {
  const office = open('ab')
  await edit(
    office,
    { createNamedRange: { name: 'b', range: span(2, 3) } },
    { insertTable: { rows: 1, columns: 1, location: at(2) } },
  )
  const named = async (): Promise<unknown> =>
    (await office.robot.docs.documents.get({ documentId: ID })).data.namedRanges?.b?.namedRanges?.[0]?.ranges
  expect(await named()).toEqual([{ startIndex: 7, endIndex: 8 }])
  await edit(office, { deleteContentRange: { range: span(3, 7) } })
  expect([await lines(office), await named()]).toEqual([['a\n', 'b\n'], [{ startIndex: 3, endIndex: 4 }]])
})

test('whatever is put in and taken out, text and indexes are those of a string', async () => {
  const piece = fc.constantFrom('a', 'b\n', '\n', 'cd\ne', '😀', 'x')
  const insert = fc.record({ kind: fc.constant('insert' as const), at: fc.nat(40), text: piece })
  const remove = fc.record({
    kind: fc.constant('delete' as const),
    at: fc.nat(40),
    length: fc.integer({ min: 1, max: 6 }),
  })
  const bold = fc.record({ kind: fc.constant('bold' as const), at: fc.nat(40), length: fc.integer({ min: 1, max: 6 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(insert, remove, bold), { maxLength: 25 }), async (acts) => {
      const office = openOffice({
        files: [{ id: ID, name: 'Paper', text: 'start', owner: 'robot@shop.iam.gserviceaccount.com' }],
        quotas: { docs_writes_per_user: 1000 },
      })
      let model = 'start\n'
      const inside = (at: number): boolean => /[\uD800-\uDBFF]/.test(model[at - 1] ?? '')
      for (const act of acts) {
        const from = act.at % model.length
        if (inside(from)) continue
        if (act.kind === 'insert') {
          await edit(office, { insertText: { text: act.text, location: at(from + 1) } })
          model = model.slice(0, from) + act.text + model.slice(from)
          continue
        }
        const to = Math.min(from + act.length, model.length - 1)
        if (to <= from || inside(to)) continue
        const range = span(from + 1, to + 1)
        if (act.kind === 'bold')
          await edit(office, { updateTextStyle: { range, textStyle: { bold: true }, fields: 'bold' } })
        else {
          await edit(office, { deleteContentRange: { range } })
          model = model.slice(0, from) + model.slice(to)
        }
      }
      expect((await lines(office)).join('')).toBe(model)
      let index = 1
      for (const { startIndex, endIndex, paragraph } of (await body(office)).slice(1)) {
        expect(startIndex).toBe(index)
        for (const element of paragraph?.elements ?? []) {
          expect(element.startIndex).toBe(index)
          index += element.textRun?.content?.length ?? 0
          expect(element.endIndex).toBe(index)
        }
        expect(endIndex).toBe(index)
      }
    }),
    { numRuns: 20, seed: 7, endOnFailure: true },
  )
}, 60_000)
