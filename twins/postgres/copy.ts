import type { Work } from './engine.ts'
import { literal, type Row } from './state.ts'

/** A table, for rows to be put into it. `path` is its name in SQL; `columns` are those that can be written, `json` those of JSON. */
export type Target = {
  readonly path: string
  readonly columns: readonly string[]
  readonly json: ReadonlySet<string>
  readonly partitioned: boolean
}

/** From so many rows on it is quicker to make indexes anew than to keep them. */
const REINDEX_ROWS_MIN = 1000

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Puts rows into an empty table, within a transaction. */
export function writeRows(table: Target, rows: readonly Row[]): readonly Work[] {
  const { path, partitioned } = table
  const columns = table.columns.map(quoted).join(', ')
  const data = copyText(table, rows)
  const write: Work =
    data === undefined
      ? `insert into ${path} (${columns}) overriding system value select ${columns} from json_populate_recordset(null::${path}, ${literal(JSON.stringify(rows))})`
      : { copy: `copy ${path} (${columns}) from stdin`, data: Buffer.from(data) }
  if (rows.length < REINDEX_ROWS_MIN || partitioned) return [write]
  const off = `update pg_catalog.pg_index set indisready = false where indrelid = ${literal(path)}::regclass`
  return [off, write, `reindex table ${path}`]
}

/** What COPY reads; undefined where a cell is no text by itself, such as an array. */
function copyText({ columns, json }: Target, rows: readonly Row[]): string | undefined {
  if (columns.length === 0) return undefined
  const isJson = columns.map((column) => json.has(column))
  let text = ''
  for (const row of rows) {
    for (let at = 0; at < columns.length; at++) {
      const value = row[columns[at] ?? '']
      if (at > 0) text += '\t'
      if (value === null || value === undefined) text += '\\N'
      else if (isJson[at] === true) text += escaped(JSON.stringify(value))
      else if (typeof value === 'string') text += escaped(value)
      else if (typeof value === 'object') return undefined
      else text += String(value)
    }
    text += '\n'
  }
  return text
}

const SPECIAL = /[\\\n\r\t]/
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const escaped = (text: string): string =>
  SPECIAL.test(text) ? text.replaceAll(/[\\\n\r\t]/g, (one) => ESCAPES[one] ?? one) : text
