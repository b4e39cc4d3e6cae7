import { createHash } from 'node:crypto'
import type { Json } from '../../trace.ts'
import type { Obj } from '../fields.ts'
import { type Document, type Paragraph, paragraphText } from './document.ts'
import { isBreak } from './edit.ts'
import { type TableAt, tableAt } from './tables.ts'

const pt = (magnitude?: number): Obj => ({ ...(magnitude === undefined ? {} : { magnitude }), unit: 'PT' })
const GREY: Obj = { color: { rgbColor: { red: 0.4, green: 0.4, blue: 0.4 } } }

/** A page as new documents have it, in the United States. */
const DOCUMENT_STYLE: Obj = {
  background: { color: {} },
  pageNumberStart: 1,
  marginTop: pt(72),
  marginBottom: pt(72),
  marginRight: pt(72),
  marginLeft: pt(72),
  pageSize: { height: pt(792), width: pt(612) },
  marginHeader: pt(36),
  marginFooter: pt(36),
  useCustomHeaderFooterMargins: true,
}

/** Styles that paragraphs are named by: size, space above and below, and what else is special. */
const NAMED: readonly (readonly [name: string, size: number, above: number, below: number, more: Obj])[] = [
  ['HEADING_1', 20, 20, 6, {}],
  ['HEADING_2', 16, 18, 6, { bold: false }],
  [
    'HEADING_3',
    14,
    16,
    4,
    { bold: false, foregroundColor: { color: { rgbColor: { red: 0.2627451, green: 0.2627451, blue: 0.2627451 } } } },
  ],
  ['HEADING_4', 12, 14, 4, { foregroundColor: GREY }],
  ['HEADING_5', 11, 12, 4, { foregroundColor: GREY }],
  ['HEADING_6', 11, 12, 4, { foregroundColor: GREY, italic: true }],
  ['TITLE', 26, 0, 3, {}],
  [
    'SUBTITLE',
    15,
    0,
    16,
    { foregroundColor: GREY, italic: false, weightedFontFamily: { fontFamily: 'Arial', weight: 400 } },
  ],
]
const NAMED_STYLES: Obj = {
  styles: [
    {
      namedStyleType: 'NORMAL_TEXT',
      textStyle: {
        bold: false,
        italic: false,
        underline: false,
        strikethrough: false,
        smallCaps: false,
        backgroundColor: {},
        foregroundColor: { color: { rgbColor: {} } },
        fontSize: pt(11),
        weightedFontFamily: { fontFamily: 'Arial', weight: 400 },
        baselineOffset: 'NONE',
      },
      paragraphStyle: {
        namedStyleType: 'NORMAL_TEXT',
        alignment: 'START',
        lineSpacing: 115,
        direction: 'LEFT_TO_RIGHT',
        spacingMode: 'COLLAPSE_LISTS',
        spaceAbove: pt(),
        spaceBelow: pt(),
        indentFirstLine: pt(),
        indentStart: pt(),
        indentEnd: pt(),
        keepLinesTogether: false,
        keepWithNext: false,
        avoidWidowAndOrphan: true,
        pageBreakBefore: false,
      },
    },
    ...NAMED.map(([namedStyleType, size, above, below, more]) => ({
      namedStyleType,
      textStyle: { fontSize: pt(size), ...more },
      paragraphStyle: {
        namedStyleType: 'NORMAL_TEXT',
        direction: 'LEFT_TO_RIGHT',
        spaceAbove: above === 0 ? pt() : pt(above),
        spaceBelow: pt(below),
        keepLinesTogether: true,
        keepWithNext: true,
        pageBreakBefore: false,
      },
    })),
  ],
}

/** Signs of a list's nine levels, in turns of three. */
const SIGNS: Readonly<Record<string, (level: number) => Obj>> = {
  BULLET_DISC_CIRCLE_SQUARE: (level) => ({ glyphFormat: `%${level}`, glyphSymbol: ['●', '○', '■'][level % 3] ?? '●' }),
  NUMBERED_DECIMAL_ALPHA_ROMAN: (level) => ({
    glyphType: ['DECIMAL', 'ALPHA', 'ROMAN'][level % 3] ?? 'DECIMAL',
    glyphFormat: `%${level}.`,
    startNumber: 1,
  }),
}

function listsJson({ lists }: Document): Obj {
  const entries = Object.entries(lists).map(([listId, preset]) => {
    const levels = Array.from({ length: 9 }, (_, level) => ({
      bulletAlignment: 'START',
      ...SIGNS[preset]?.(level),
      indentFirstLine: pt(18 + 36 * level),
      indentStart: pt(36 + 36 * level),
      textStyle: { underline: false },
    }))
    return [listId, { listProperties: { nestingLevels: levels } }] as const
  })
  return entries.length === 0 ? {} : { lists: Object.fromEntries(entries) }
}

function namedRangesJson({ namedRanges }: Document): Obj {
  const byName: Record<string, Json[]> = {}
  for (const { id, name, ranges } of namedRanges) {
    const same = byName[name] ?? []
    byName[name] = same
    const indexes = ranges.map(([start, end]) => ({ startIndex: start + 1, endIndex: end + 1 }))
    same.push({ namedRangeId: id, name, ranges: indexes })
  }
  const entries = Object.entries(byName).map(([name, of]) => [name, { name, namedRanges: of }] as const)
  return entries.length === 0 ? {} : { namedRanges: Object.fromEntries(entries) }
}

function paragraphJson(paragraph: Paragraph, start: number): Obj {
  let at = start
  const elements = paragraph.runs.map((run): Json => {
    const startIndex = at
    at += run.text.length
    const place = { startIndex, endIndex: at }
    return isBreak(run)
      ? { ...place, pageBreak: { textStyle: run.style } }
      : { ...place, textRun: { content: run.text, textStyle: run.style } }
  })
  const { bullet, style } = paragraph
  return {
    startIndex: start,
    endIndex: at,
    paragraph: {
      elements,
      paragraphStyle: { namedStyleType: 'NORMAL_TEXT', direction: 'LEFT_TO_RIGHT', ...style },
      ...(bullet === null
        ? {}
        : {
            bullet: {
              listId: bullet.listId,
              ...(bullet.level === 0 ? {} : { nestingLevel: bullet.level }),
              textStyle: {},
            },
          }),
    },
  }
}

const CELL_STYLE: Obj = {
  rowSpan: 1,
  columnSpan: 1,
  backgroundColor: {},
  paddingLeft: pt(5),
  paddingRight: pt(5),
  paddingTop: pt(5),
  paddingBottom: pt(5),
  contentAlignment: 'TOP',
}

/** Paragraphs and tables between two places of the list, from an index on. */
function contentJson(
  document: Document,
  from: number,
  to: number,
  start: number,
): { readonly content: Json[]; readonly end: number } {
  const content: Json[] = []
  let index = start
  for (let at = from; at < to; at += 1) {
    const paragraph = document.paragraphs[at]
    const table = tableAt(document, at)
    if (table !== undefined) {
      const { json, end } = tableJson(document, table, index)
      content.push(json)
      index = end
      at = table.end
    } else if (paragraph !== undefined) {
      content.push(paragraphJson(paragraph, index))
      index += paragraphText(paragraph).length
    }
  }
  return { content, end: index }
}

/** Itself, each row and each cell begin with an index of their own. */
function tableJson(document: Document, table: TableAt, start: number): { readonly json: Obj; readonly end: number } {
  let index = start + 1
  const tableRows = table.rows.map((row, n): Json => {
    const rowStart = index
    index += 1
    const tableCells = row.cells.map((cell, m): Json => {
      const cellStart = index
      const next = row.cells[m + 1] ?? table.rows[n + 1]?.at ?? table.end
      const { content, end } = contentJson(document, cell + 1, next, index + 1)
      index = end
      return { startIndex: cellStart, endIndex: end, content, tableCellStyle: CELL_STYLE }
    })
    return { startIndex: rowStart, endIndex: index, tableCells, tableRowStyle: { minRowHeight: pt() } }
  })
  const tableColumnProperties = Array.from({ length: table.columns }, () => ({ widthType: 'EVENLY_DISTRIBUTED' }))
  const json = {
    startIndex: start,
    endIndex: index,
    table: { rows: table.rows.length, columns: table.columns, tableRows, tableStyle: { tableColumnProperties } },
  }
  return { json, end: index }
}

/** The body begins with a section break before the first index; text is counted in UTF-16 units. */
function bodyJson(document: Document): Obj {
  const sectionStyle = { columnSeparatorStyle: 'NONE', contentDirection: 'LEFT_TO_RIGHT', sectionType: 'CONTINUOUS' }
  const { content } = contentJson(document, 0, document.paragraphs.length, 1)
  return { content: [{ endIndex: 1, sectionBreak: { sectionStyle } }, ...content] }
}

/** Names a state of a document; opaque, and good for a day, as the SDK's notes say. */
export const revisionId = ({ documentId, revision }: Document): string =>
  `ALm37B${createHash('sha512').update(`${documentId} ${revision}`).digest('base64url').slice(0, 76)}`

/** A document; with its tabs, what is in it is told in the one tab it has. Its revision is told to those who may edit. */
export function documentJson(document: Document, title: string, mayEdit: boolean, tabs: boolean): Obj {
  const content = {
    body: bodyJson(document),
    documentStyle: DOCUMENT_STYLE,
    namedStyles: NAMED_STYLES,
    ...listsJson(document),
    ...namedRangesJson(document),
  }
  return {
    title,
    ...(tabs
      ? { tabs: [{ tabProperties: { tabId: 't.0', title: 'Tab 1', index: 0 }, documentTab: content }] }
      : content),
    ...(mayEdit ? { revisionId: revisionId(document) } : {}),
    suggestionsViewMode: 'SUGGESTIONS_INLINE',
    documentId: document.documentId,
  }
}
