import type { Json } from '../../trace.ts'
import { isObj, type Mask, type Obj, parseMask, updated } from '../fields.ts'
import { strangeField, unknownName } from '../shape.ts'
import { colour } from '../sheets/cell-wire.ts'
import { badRequest } from '../wire.ts'
import { clean, type Document, type NamedRange, type Paragraph, paragraphText } from './document.ts'
import { deleted, eachParagraph, inserted, lengthOf, restyled, spot } from './edit.ts'
import { DOCS_MESSAGES } from './messages.ts'
import { breaks, type TableAt, tableAt, withColumn, withoutColumn, withoutRow, withRow, withTable } from './tables.ts'

/** What one request of a batch may use beside the document. */
export type Scene = {
  readonly where: string
  readonly id: (prefix: string, length: number) => string
  readonly gap: (what: string) => Error
}
type Outcome = { readonly document: Document; readonly reply?: Obj }
type Act = (document: Document, args: Obj, scene: Scene) => Outcome

const invalid = ({ where }: Scene, message: string): Error => badRequest(`Invalid ${where}: ${message}`)
const obj = (args: Obj, name: string): Obj => (isObj(args[name]) ? (args[name] as Obj) : {})

const OUTSIDE =
  'The insertion index must be inside the bounds of an existing paragraph. You can still create new paragraphs by inserting newlines.'
const PARTS = 'images, headers and other parts of documents'

function checkSegment(place: Obj, scene: Scene): void {
  const { segmentId, tabId } = place
  if (typeof segmentId === 'string' && segmentId !== '') throw scene.gap(PARTS)
  if (typeof tabId === 'string' && tabId !== '' && tabId !== 't.0')
    throw invalid(scene, `The tab with ID ${tabId} was not found.`)
}

/** Where something is put in, as a position. */
function positionIn(document: Document, args: Obj, scene: Scene): number {
  const end = lengthOf(document)
  if (isObj(args.endOfSegmentLocation)) {
    checkSegment(args.endOfSegmentLocation, scene)
    return end - 1
  }
  const location = obj(args, 'location')
  checkSegment(location, scene)
  const { index } = location
  if (typeof index !== 'number') throw invalid(scene, 'The index is required.')
  if (index < 1) throw invalid(scene, OUTSIDE)
  if (index - 1 >= end)
    throw invalid(scene, `Index ${index} must be less than the end index of the referenced segment, ${end + 1}.`)
  // Nothing is put in at the mark of a table, a row or a cell.
  if (spot(document, index - 1)?.paragraph.mark !== undefined) throw invalid(scene, OUTSIDE)
  return index - 1
}

function rangeIn(document: Document, args: Obj, scene: Scene): readonly [from: number, to: number] {
  const range = obj(args, 'range')
  checkSegment(range, scene)
  const { startIndex = 0, endIndex } = range
  if (typeof startIndex !== 'number' || typeof endIndex !== 'number') throw invalid(scene, 'The range is required.')
  const end = lengthOf(document) + 1
  if (endIndex > end)
    throw invalid(
      scene,
      `Index ${endIndex} must be less than or equal to the end index of the referenced segment, ${end}.`,
    )
  if (startIndex >= endIndex) throw invalid(scene, 'The range should not be empty.')
  return [Math.max(startIndex - 1, 0), endIndex - 1]
}

/** Half of a pair of surrogates is no character. */
const splits = (document: Document, position: number): boolean => {
  const found = spot(document, position)
  if (found === undefined || found.offset === 0) return false
  const text = paragraphText(found.paragraph)
  return /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(found.offset - 1, found.offset + 1))
}

const insertText: Act = (document, args, scene) => {
  const { text } = args
  if (typeof text !== 'string' || text === '')
    // As in https://github.com/alignerg/lappers-posts/issues/47 (2026-11-26).
    throw invalid(scene, 'Insert text requests must specify text to insert.')
  let position = positionIn(document, args, scene)
  // What would fall into a character goes behind it.
  if (splits(document, position)) position += 1
  return { document: inserted(document, position, clean(text)) }
}

const insertPageBreak: Act = (document, args, scene) => {
  const position = positionIn(document, args, scene)
  // A break is one index long, and a newline follows it.
  return { document: inserted(document, position, '\f\n') }
}

const deleteContentRange: Act = (document, args, scene) => {
  const [from, to] = rangeIn(document, args, scene)
  if (to >= lengthOf(document))
    throw invalid(scene, 'The range cannot include the newline character at the end of the segment.')
  if (splits(document, from) || splits(document, to))
    throw invalid(scene, 'The range should not split a surrogate pair.')
  const broken = breaks(document, from, to)
  if (broken !== undefined) throw invalid(scene, broken)
  return { document: deleted(document, from, to) }
}

const replaceAllText: Act = (document, args, scene) => {
  const { text, matchCase, searchByRegex } = obj(args, 'containsText')
  const { replaceText = '' } = args
  if (typeof text !== 'string' || text === '') throw invalid(scene, 'The text to find is required.')
  if (searchByRegex === true) throw scene.gap('finding by patterns, and in formulas')
  const fold = (one: string): string => (matchCase === true ? one : one.toLowerCase())
  const flat = fold(document.paragraphs.map(paragraphText).join(''))
  const found: number[] = []
  // Text is found within a paragraph only, and never twice at one place.
  for (
    let at = flat.indexOf(fold(text));
    at >= 0 && !text.includes('\n');
    at = flat.indexOf(fold(text), at + text.length)
  )
    found.push(at)
  let next = document
  for (const at of found.toReversed()) {
    const style = spot(next, at)
    const look = style === undefined ? {} : styleAt(style.paragraph, style.offset)
    next = inserted(next, at + text.length, clean(String(replaceText)), look)
    next = deleted(next, at, at + text.length)
  }
  return { document: next, reply: found.length === 0 ? {} : { occurrencesChanged: found.length } }
}

function styleAt({ runs }: Paragraph, offset: number): Obj {
  let at = 0
  for (const { text, style } of runs) {
    at += text.length
    if (offset < at) return style
  }
  return {}
}

function maskIn(args: Obj, scene: Scene, message: string): Mask {
  const { fields } = args
  if (typeof fields !== 'string' || fields === '') throw invalid(scene, 'The fields are required.')
  const mask = parseMask(fields)
  const strange = strangeField(DOCS_MESSAGES, message, mask)
  if (strange !== undefined) throw invalid(scene, `Invalid field: ${strange}`)
  return mask
}

/** What is false or nothing is as good as not there. */
const told = (style: Obj): Obj =>
  Object.fromEntries(Object.entries(style).filter(([, value]) => value !== false && value !== null))

const tinted = (style: Obj): Obj => {
  const tint = (name: string): Obj => {
    const { color } = obj(style, name)
    return isObj(color) && isObj(color.rgbColor) ? { [name]: { color: { rgbColor: colour(color.rgbColor) } } } : {}
  }
  return { ...style, ...tint('foregroundColor'), ...tint('backgroundColor') }
}

/** The colour of links in the theme of new documents. */
const LINK: Obj = { color: { rgbColor: { red: 0.06666667, green: 0.33333334, blue: 0.8 } } }

/** Links bring their look along, and take it away: the SDK's note on `TextStyle.link` (@googleapis/docs 10.0). */
function linked(style: Obj, wanted: Obj, mask: Mask): Obj {
  const sets = (name: string): boolean => mask === 'all' || mask.has(name)
  if (!sets('link')) return style
  const look: Record<string, Json> = { ...style }
  if (isObj(wanted.link)) {
    if (!sets('underline')) look.underline = true
    if (!sets('foregroundColor')) look.foregroundColor = LINK
  } else {
    if (!sets('underline')) delete look.underline
    if (!sets('foregroundColor')) delete look.foregroundColor
  }
  return look
}

const updateTextStyle: Act = (document, args, scene) => {
  const [from, to] = rangeIn(document, args, scene)
  const mask = maskIn(args, scene, 'TextStyle')
  const wanted = tinted(obj(args, 'textStyle'))
  return { document: restyled(document, from, to, (style) => told(linked(updated(style, wanted, mask), wanted, mask))) }
}

const updateParagraphStyle: Act = (document, args, scene) => {
  const [from, to] = rangeIn(document, args, scene)
  const mask = maskIn(args, scene, 'ParagraphStyle')
  const wanted = obj(args, 'paragraphStyle')
  return {
    document: eachParagraph(document, from, to, (paragraph) => {
      const { headingId, ...style } = updated(paragraph.style, wanted, mask)
      const { namedStyleType } = style
      const heads = typeof namedStyleType === 'string' && /^HEADING_/.test(namedStyleType)
      const id = heads ? { headingId: headingId ?? `h.${scene.id('', 12).toLowerCase()}` } : {}
      return { ...paragraph, style: { ...told(style), ...id } }
    }),
  }
}

/** Presets whose signs are known; see wire.ts. */
export const PRESETS: readonly string[] = ['BULLET_DISC_CIRCLE_SQUARE', 'NUMBERED_DECIMAL_ALPHA_ROMAN']

const createParagraphBullets: Act = (document, args, scene) => {
  const [from, to] = rangeIn(document, args, scene)
  const preset = args.bulletPreset
  if (typeof preset !== 'string' || preset === 'BULLET_GLYPH_PRESET_UNSPECIFIED')
    throw invalid(scene, 'The bullet preset is required.')
  if (!PRESETS.includes(preset)) throw scene.gap('bullets that are not listed')
  const first = spot(document, from)
  // Right behind a list of the same kind, paragraphs join it.
  const above = first === undefined ? null : (document.paragraphs[first.at - 1]?.bullet ?? null)
  const joins = above !== null && document.lists[above.listId] === preset
  const listId = joins ? above.listId : `kix.${scene.id('', 12).toLowerCase()}`
  let next = eachParagraph(document, from, to, (paragraph) => {
    const level = Math.min(/^\t*/.exec(paragraphText(paragraph))?.[0].length ?? 0, 8)
    const indent = (magnitude: number): Obj => ({ magnitude, unit: 'PT' })
    const style = { ...paragraph.style, indentFirstLine: indent(18 + 36 * level), indentStart: indent(36 + 36 * level) }
    return { ...paragraph, style, bullet: { listId, level } }
  })
  next = { ...next, lists: { ...next.lists, [listId]: preset } }
  // Tabs at the beginning said the level, and go.
  let start = 0
  for (const paragraph of document.paragraphs) {
    const text = paragraphText(paragraph)
    const tabs = /^\t*/.exec(text)?.[0].length ?? 0
    const gone = lengthOf(document) - lengthOf(next)
    if (tabs > 0 && start < to && from < start + text.length) next = deleted(next, start - gone, start - gone + tabs)
    start += text.length
  }
  return { document: next }
}

const deleteParagraphBullets: Act = (document, args, scene) => {
  const [from, to] = rangeIn(document, args, scene)
  // The indent stays, so that it looks the same: the SDK's note on the request.
  return { document: eachParagraph(document, from, to, (paragraph) => ({ ...paragraph, bullet: null })) }
}

const createNamedRange: Act = (document, args, scene) => {
  const [from, to] = rangeIn(document, args, scene)
  const { name } = args
  if (typeof name !== 'string' || name.length < 1 || name.length > 256)
    throw invalid(scene, 'The name must be between 1 and 256 characters long.')
  const named: NamedRange = { id: `kix.${scene.id('', 12).toLowerCase()}`, name, ranges: [[from, to]] }
  return {
    document: { ...document, namedRanges: [...document.namedRanges, named] },
    reply: { namedRangeId: named.id },
  }
}

function namedIn(document: Document, args: Obj, byName: string, scene: Scene): readonly NamedRange[] {
  const { namedRangeId, [byName]: name } = args
  const found = document.namedRanges.filter((one) => one.id === namedRangeId || one.name === name)
  if (found.length === 0)
    throw invalid(
      scene,
      `The named range with ${namedRangeId === undefined ? `name: ${String(name)}` : `ID: ${String(namedRangeId)}`} was not found.`,
    )
  return found
}

const deleteNamedRange: Act = (document, args, scene) => {
  const gone = namedIn(document, args, 'name', scene)
  return { document: { ...document, namedRanges: document.namedRanges.filter((one) => !gone.includes(one)) } }
}

const replaceNamedRangeContent: Act = (document, args, scene) => {
  const { text = '' } = args
  let next = document
  for (const { id } of namedIn(document, args, 'namedRangeName', scene)) {
    const now = next.namedRanges.find((one) => one.id === id)
    const [range, ...others] = now?.ranges ?? []
    if (now === undefined || range === undefined || others.length > 0) throw scene.gap(PARTS)
    const [from, to] = range
    const words = clean(String(text))
    const found = spot(next, from)
    const look = found === undefined ? {} : styleAt(found.paragraph, found.offset)
    next = inserted(next, to, words, look)
    next = deleted(next, from, to)
    const ranges: NamedRange['ranges'] = words === '' ? [] : [[from, from + words.length]]
    const rest = next.namedRanges.filter((one) => one.id !== id)
    next = { ...next, namedRanges: ranges.length === 0 ? rest : [...rest, { ...now, ranges }] }
  }
  return { document: next }
}

const insertTable: Act = (document, args, scene) => {
  const { rows, columns } = args
  if (typeof rows !== 'number' || typeof columns !== 'number' || rows < 1 || columns < 1)
    throw invalid(scene, 'The number of rows and columns must be at least 1.')
  const position = positionIn(document, args, scene)
  const { paragraphs } = document
  // A table within a table is another matter.
  const around = paragraphs.slice(0, (spot(document, position)?.at ?? 0) + 1).findLast(({ mark }) => mark !== undefined)
  if (around !== undefined && around.mark?.kind !== 'end') throw scene.gap(PARTS)
  return { document: withTable(document, position, rows, columns) }
}

/** The table, the row and the column of a request. */
function cellIn(document: Document, args: Obj, scene: Scene): readonly [table: TableAt, row: number, column: number] {
  const location = obj(args, 'tableCellLocation')
  const { index } = obj(location, 'tableStartLocation')
  const { rowIndex = 0, columnIndex = 0 } = location
  checkSegment(obj(location, 'tableStartLocation'), scene)
  const found = typeof index === 'number' ? spot(document, index - 1) : undefined
  const table = found === undefined ? undefined : tableAt(document, found.at)
  if (table === undefined)
    throw invalid(scene, `Invalid table start location. Must specify the start index of the table.`)
  const [row, column] = [Number(rowIndex), Number(columnIndex)]
  if (row < 0 || row >= table.rows.length) throw invalid(scene, `The row index ${row} is out of bounds.`)
  if (column < 0 || column >= table.columns) throw invalid(scene, `The column index ${column} is out of bounds.`)
  return [table, row, column]
}

const insertTableRow: Act = (document, args, scene) => {
  const [table, row] = cellIn(document, args, scene)
  return { document: withRow(document, table, args.insertBelow === true ? row + 1 : row) }
}
const insertTableColumn: Act = (document, args, scene) => {
  const [table, , column] = cellIn(document, args, scene)
  return { document: withColumn(document, table, args.insertRight === true ? column + 1 : column) }
}
const deleteTableRow: Act = (document, args, scene) => {
  const [table, row] = cellIn(document, args, scene)
  return { document: withoutRow(document, table, row) }
}
const deleteTableColumn: Act = (document, args, scene) => {
  const [table, , column] = cellIn(document, args, scene)
  return { document: withoutColumn(document, table, column) }
}

const ACTS: Readonly<Record<string, Act>> = {
  insertText,
  insertPageBreak,
  deleteContentRange,
  replaceAllText,
  updateTextStyle,
  updateParagraphStyle,
  createParagraphBullets,
  deleteParagraphBullets,
  createNamedRange,
  deleteNamedRange,
  replaceNamedRangeContent,
  insertTable,
  insertTableRow,
  insertTableColumn,
  deleteTableRow,
  deleteTableColumn,
}

/** Requests that the API has and this twin has not: `Request` of the official client's types (@googleapis/docs 10.0). */
const UNMODELLED = new Set(
  (
    'addDocumentTab createFooter createFootnote createHeader deleteFooter deleteHeader deletePositionedObject deleteTab ' +
    'insertDate insertInlineImage insertPerson insertRichLink insertSectionBreak ' +
    'mergeTableCells pinTableHeaderRows replaceImage unmergeTableCells updateDocumentStyle ' +
    'updateDocumentTabProperties updateNamedStyle updateSectionStyle updateTableCellStyle updateTableColumnProperties updateTableRowStyle'
  ).split(' '),
)
export const REQUESTS: readonly string[] = [...Object.keys(ACTS), ...UNMODELLED]

/** Does all requests in their order, or none of them when one is refused. */
export function batch(
  document: Document,
  requests: readonly Json[],
  scene: Omit<Scene, 'where'>,
): { readonly document: Document; readonly replies: readonly Obj[] } {
  let next = document
  const replies = requests.map((request, n): Obj => {
    const names = isObj(request) ? Object.keys(request).filter((name) => request[name] !== null) : []
    const [name] = names
    if (!isObj(request) || name === undefined)
      throw badRequest(`Invalid requests[${n}]: Request must have a request type set.`)
    if (UNMODELLED.has(name)) throw scene.gap(PARTS)
    const act = ACTS[name]
    if (act === undefined || names.length > 1) throw unknownName(names[1] ?? name, `requests[${n}]`)
    const args = request[name]
    const { document: after, reply } = act(next, isObj(args) ? args : {}, { ...scene, where: `requests[${n}].${name}` })
    next = after
    return reply === undefined ? {} : { [name]: reply }
  })
  return { document: next, replies }
}
