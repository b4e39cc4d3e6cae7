import { z } from 'zod'
import type { Json } from '../trace.ts'

/** A cell of a row in a scenario; what is no scalar is JSON. */
export type Row = { readonly [column: string]: Json }
/** A file of SQL, once it has been read. */
export type SqlFile = { readonly path: string; readonly text: string }

/** What a scenario starts from: files, then SQL, then rows. */
export type Seed = {
  readonly engine?: 'pglite' | 'server' | undefined
  /** Files of SQL in the project, or patterns of them; they run in order of their names. */
  readonly files?: readonly (string | SqlFile)[] | undefined
  readonly sql?: string | readonly string[] | undefined
  /** Rows by table, in the order in which foreign keys allow them. */
  readonly tables?: Readonly<Record<string, readonly Row[]>> | undefined
}

const json: z.ZodType<Json> = z.json()
export const seedSchema: z.ZodType<Seed> = z.strictObject({
  engine: z.enum(['pglite', 'server']).optional(),
  files: z.array(z.union([z.string(), z.strictObject({ path: z.string(), text: z.string() })])).optional(),
  sql: z.union([z.string(), z.array(z.string())]).optional(),
  tables: z.record(z.string(), z.array(z.record(z.string(), json))).optional(),
})

/** The seed with the text of its files; read ones stay as they are. */
export const filled = (seed: Seed, read: (pattern: string) => readonly SqlFile[]): Seed =>
  seed.files === undefined
    ? seed
    : { ...seed, files: seed.files.flatMap((file) => (typeof file === 'string' ? read(file) : [file])) }

/** Rows by table, for tables outside `public` by schema and table; and where the sequences stand. */
export type State = {
  readonly [name: string]: readonly Row[] | { readonly [name: string]: readonly Row[] | string | null }
}
/** Under this name a state keeps its sequences: no table can have it unquoted. */
export const SEQUENCES = '$sequences'

/** A snapshot of this twin. By hand: a schema over 100,000 rows takes longer than to read them. Throws on anything else. */
export function readSnapshot(snapshot: Json): State {
  if (!isRecord(snapshot)) throw new Error('postgres: expected rows by table, got no tables.')
  for (const [name, value] of Object.entries(snapshot)) {
    if (isRows(value)) continue
    if (!isRecord(value)) throw new Error(`postgres: expected rows under ${name}, got something else.`)
    for (const [inner, rows] of Object.entries(value))
      if (!isRows(rows) && typeof rows !== 'string' && rows !== null)
        throw new Error(`postgres: expected rows under ${name}.${inner}, got something else.`)
  }
  // The loop has just looked at each.
  return snapshot as State
}

const isRecord = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
const isRows = (value: Json | undefined): value is readonly Row[] => Array.isArray(value) && value.every(isRecord)

const name = (text: string): string => `"${text.replaceAll('"', '""')}"`
/** `orders` and `audit.log` as the server wants them. */
export const tableName = (path: string): string => path.split('.').map(name).join('.')
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** The SQL that makes the starting state. Throws when files have not been read. */
export function templateOf({ files, sql, tables }: Seed): readonly string[] {
  const texts = (files ?? []).map((file) => {
    if (typeof file === 'string')
      throw new Error(`given.postgres.files: expected ${file} to have been read by the project, got its name alone.`)
    return file.text
  })
  const own = sql === undefined ? [] : typeof sql === 'string' ? [sql] : sql
  const inserts = Object.entries(tables ?? {}).flatMap(([table, list]) => list.map((row) => insertOf(table, row)))
  return [...texts, ...own, ...inserts]
}

/** Only the columns that the row names; the others get their defaults. */
function insertOf(table: string, row: Row): string {
  const columns = Object.keys(row).map(name)
  if (columns.length === 0) return `insert into ${tableName(table)} default values`
  const from = `json_populate_record(null::${tableName(table)}, ${literal(JSON.stringify(row))})`
  return `insert into ${tableName(table)} (${columns.join(', ')}) overriding system value select ${columns.join(', ')} from ${from}`
}
