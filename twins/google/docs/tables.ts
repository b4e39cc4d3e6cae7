import { blankParagraph, type Document, type Mark, type Paragraph, paragraphText } from './document.ts'
import { inserted, shiftedRanges, spot } from './edit.ts'

// A table is marks among the paragraphs: itself, each row and each cell are one index long, as its parts are in the API, and its end is none.

const SIGNS: Readonly<Record<Mark['kind'], string>> = { table: '\uE001', row: '\uE002', cell: '\uE003', end: '' }

const mark = (of: Mark): Paragraph => ({
  runs: SIGNS[of.kind] === '' ? [] : [{ text: SIGNS[of.kind], style: {} }],
  style: {},
  bullet: null,
  mark: of,
})
const CELL: readonly Paragraph[] = [mark({ kind: 'cell' }), blankParagraph]
const rowOf = (columns: number): readonly Paragraph[] => [
  mark({ kind: 'row' }),
  ...Array.from({ length: columns }, () => CELL).flat(),
]

/** Places in the list of paragraphs: where parts begin, and where the table ends. */
export type TableAt = {
  readonly at: number
  readonly columns: number
  readonly rows: readonly { readonly at: number; readonly cells: readonly number[] }[]
  readonly end: number
}

/** The table whose mark is at a place of the list; undefined where there is none. */
export function tableAt({ paragraphs }: Document, at: number): TableAt | undefined {
  const first = paragraphs[at]?.mark
  if (first?.kind !== 'table') return undefined
  const rows: { at: number; cells: number[] }[] = []
  for (let n = at + 1; n < paragraphs.length; n += 1) {
    const kind = paragraphs[n]?.mark?.kind
    if (kind === 'end') return { at, columns: first.columns, rows, end: n }
    if (kind === 'row') rows.push({ at: n, cells: [] })
    if (kind === 'cell') rows.at(-1)?.cells.push(n)
  }
  return undefined
}

const lengthOf = (entries: readonly Paragraph[]): number =>
  entries.reduce((sum, entry) => sum + paragraphText(entry).length, 0)

/** Puts entries in the place of `drop` others, and moves named ranges along. */
function spliced(document: Document, at: number, drop: number, entries: readonly Paragraph[]): Document {
  const { paragraphs } = document
  const position = lengthOf(paragraphs.slice(0, at))
  const [out, by] = [lengthOf(paragraphs.slice(at, at + drop)), lengthOf(entries)]
  const edge = (one: number): number => {
    if (one < position || (one === position && out > 0)) return one
    return one < position + out ? position : one - out + by
  }
  return {
    ...document,
    paragraphs: [...paragraphs.slice(0, at), ...entries, ...paragraphs.slice(at + drop)],
    namedRanges: shiftedRanges(document.namedRanges, (start, end) => [edge(start), edge(end)]),
  }
}

/** A new table, behind a newline of its own: the SDK's note on the request (@googleapis/docs 10.0). */
export function withTable(document: Document, position: number, rows: number, columns: number): Document {
  const split = inserted(document, position, '\n')
  const at = spot(split, position)?.at ?? 0
  const body = Array.from({ length: rows }, () => rowOf(columns)).flat()
  return spliced(split, at + 1, 0, [mark({ kind: 'table', columns }), ...body, mark({ kind: 'end' })])
}

export function withRow(document: Document, table: TableAt, row: number): Document {
  return spliced(document, table.rows[row]?.at ?? table.end, 0, rowOf(table.columns))
}

/** Changes the mark of a table, and each of its rows from the last on, so that places before stay what they are. */
function eachRow(
  document: Document,
  table: TableAt,
  columns: number,
  change: (document: Document, row: TableAt['rows'][number], end: number) => Document,
): Document {
  let next = document
  for (const [n, row] of [...table.rows.entries()].reverse())
    next = change(next, row, table.rows[n + 1]?.at ?? table.end)
  return spliced(next, table.at, 1, [mark({ kind: 'table', columns })])
}

export const withColumn = (document: Document, table: TableAt, column: number): Document =>
  eachRow(document, table, table.columns + 1, (next, { cells }, end) => spliced(next, cells[column] ?? end, 0, CELL))

/** Without a row; without its last one, a table is no more. */
export function withoutRow(document: Document, table: TableAt, row: number): Document {
  if (table.rows.length === 1) return spliced(document, table.at, table.end + 1 - table.at, [])
  const at = table.rows[row]?.at ?? table.end
  return spliced(document, at, (table.rows[row + 1]?.at ?? table.end) - at, [])
}

export function withoutColumn(document: Document, table: TableAt, column: number): Document {
  if (table.columns === 1) return spliced(document, table.at, table.end + 1 - table.at, [])
  return eachRow(document, table, table.columns - 1, (next, { cells }, end) => {
    const at = cells[column] ?? end
    return spliced(next, at, (cells[column + 1] ?? end) - at, [])
  })
}

/** Why a range may not be deleted; undefined where it may: a table goes as a whole or not at all. */
export function breaks(document: Document, from: number, to: number): string | undefined {
  const { paragraphs } = document
  let start = 0
  for (let at = 0; at < paragraphs.length; at += 1) {
    const entry = paragraphs[at]
    if (entry === undefined) break
    const end = start + paragraphText(entry).length
    const newline = entry.mark === undefined && end - 1 >= from && end <= to
    const next = newline ? paragraphs[at + 1]?.mark : undefined
    // The newline before a table, or the last one of a cell.
    if (next !== undefined && !(next.kind === 'table' && wholly(document, at + 1, from, to)))
      return next.kind === 'table'
        ? 'Cannot delete the newline character before a table without deleting the table.'
        : 'The range cannot include the newline character at the end of the segment.'
    if (entry.mark !== undefined && entry.mark.kind !== 'end' && start < to && end > from) {
      if (entry.mark.kind !== 'table' || !wholly(document, at, from, to))
        return 'The range must include a table as a whole, or only what is within one of its cells.'
      const { end: last } = tableAt(document, at) ?? { end: at }
      start += paragraphs.slice(at, last + 1).reduce((sum, one) => sum + paragraphText(one).length, 0)
      at = last
      continue
    }
    start = end
  }
  return undefined
}

function wholly(document: Document, at: number, from: number, to: number): boolean {
  const table = tableAt(document, at)
  if (table === undefined) return false
  const start = lengthOf(document.paragraphs.slice(0, at))
  return from <= start && start + lengthOf(document.paragraphs.slice(at, table.end + 1)) <= to
}
