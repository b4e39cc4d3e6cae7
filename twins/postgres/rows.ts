import type { Json } from '../trace.ts'
import { quoted, type Target, writeRows } from './copy.ts'
import type { At, Engine, Kept, Work } from './engine.ts'
import { exact } from './exact.ts'
import { literal, type Row, SEQUENCES, type State, tableName } from './state.ts'

type Table = Target & {
  readonly schema: string
  readonly name: string
  /** Columns of the primary key; all columns where there is none. */
  readonly order: readonly string[]
  /** What its rows take, at most. */
  readonly bytes: number
}

const TABLES = `select n.nspname as schema, c.relname as name, c.relkind as kind, pg_catalog.pg_relation_size(c.oid)::text as bytes,
  (select json_agg(a.attname order by a.attnum) from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
  (select json_agg(a.attname) from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
    where a.attrelid = c.oid and coalesce(nullif(t.typbasetype, 0), t.oid) in ('json'::regtype, 'jsonb'::regtype)) as json,
  (select json_agg(a.attname order by k.place) from pg_catalog.pg_index i
    cross join lateral unnest(i.indkey::int2[]) with ordinality k(attnum, place)
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
    where i.indrelid = c.oid and i.indisprimary) as key
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
    and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%'
  order by 1, 2`

/** From this size on a table is read when somebody looks at it: some ten thousand rows. */
const LARGE_BYTES = 1_000_000

function tablesOf(engine: Engine, at: At): readonly Table[] {
  const names = (text: string | null | undefined): string[] => JSON.parse(text ?? '[]')
  return engine.rows(TABLES, at).map(({ schema, name, kind, bytes, columns, json, key }) => {
    const all = names(columns)
    return {
      schema: schema ?? '',
      name: name ?? '',
      path: tableName(`${schema}.${name}`),
      columns: all,
      json: new Set(names(json)),
      order: key === null || key === undefined ? all : names(key),
      partitioned: kind === 'p',
      bytes: Number(bytes),
    }
  })
}

/** A column of this name would be taken for the row. */
const ROW = '"$row"'

function selectOf({ path, order, columns }: Table): string {
  // Ordered by text: some types have no order of their own.
  const terms = order.map((column) => `${ROW}.${quoted(column)}${order === columns ? '::text' : ''}`)
  const by = terms.length === 0 ? '' : ` order by ${terms.join(', ')}`
  return `select coalesce(json_agg(${ROW}${by}), '[]') as rows from ${path} ${ROW}`
}

/** What the engine has kept for a state whose rows nobody may have read yet. */
const keptFor = new WeakMap<object, Kept>()

/** All tables as rows, in the order of their keys. Large ones are read when they are first looked at, as they were; then nobody can change the state. */
export function readState(engine: Engine, at: At): Json {
  const tables = tablesOf(engine, at)
  const large = tables.filter(({ bytes }) => bytes > LARGE_BYTES)
  const kept = large.length === 0 ? undefined : engine.keep?.(at)
  const later = kept === undefined ? undefined : readLater(kept, large)
  const state: Record<string, Json> = {}
  const schemas: Record<string, Record<string, Json>> = {}
  for (const table of tables) {
    const { schema, name } = table
    if (schema !== 'public') state[schema] = schemas[schema] ??= {}
    const place = schemas[schema] ?? state
    const get = later !== undefined && large.includes(table) ? (): Json => later().get(table) ?? [] : undefined
    if (get !== undefined) Object.defineProperty(place, name, { enumerable: true, get })
    else place[name] = exact(engine.rows(selectOf(table), at)[0]?.rows ?? '[]')
  }
  const sequences = engine.rows(
    `select schemaname || '.' || sequencename as name, last_value::text as value from pg_catalog.pg_sequences order by 1`,
    at,
  )
  if (sequences.length > 0)
    state[SEQUENCES] = Object.fromEntries(sequences.map(({ name, value }) => [name ?? '', value ?? null]))
  if (kept === undefined) return state
  keptFor.set(state, kept)
  const places = [state, ...Object.values(schemas)]
  for (const { value } of places.flatMap((one) => Object.values(Object.getOwnPropertyDescriptors(one))))
    if (!places.includes(value)) frozen(value ?? null)
  for (const place of places) Object.freeze(place)
  return state
}

function readLater(kept: Kept, tables: readonly Table[]): () => ReadonlyMap<Table, Json> {
  let found: ReadonlyMap<Table, Json> | undefined
  const read = (): ReadonlyMap<Table, Json> => {
    found ??= new Map(tables.map((table) => [table, frozen(exact(kept.rows(selectOf(table))[0]?.rows ?? '[]'))]))
    return found
  }
  kept.beforeGone(read)
  return read
}

/** Freezes what has been read, all the way down. */
function frozen(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  for (const inner of Object.values(value)) if (typeof inner === 'object') frozen(inner ?? null)
  return Object.freeze(value)
}

/** Takes the whole database back to what it was when `state` was read. False where the engine has not kept that: then the rows count. */
export function takeBack(engine: Engine, state: Json, at: At): boolean {
  const kept = typeof state === 'object' && state !== null ? keptFor.get(state) : undefined
  return kept !== undefined && engine.takeBack?.(kept, at) === true
}

/** Puts a state back into the tables that are there. Throws when one is missing. */
export function writeState(engine: Engine, state: State, at: At): void {
  const tables = tablesOf(engine, at)
  const wanted = Object.entries(state).flatMap(
    ([name, value]): readonly (readonly [string, string, readonly Row[]])[] => {
      if (name === SEQUENCES) return []
      if (Array.isArray(value)) return [['public', name, value as readonly Row[]]]
      return Object.entries(value).map(([table, rows]) => [name, table, rows as readonly Row[]] as const)
    },
  )
  const work: Work[] = ['begin', 'set local session_replication_role = replica']
  if (tables.length > 0) work.push(`truncate ${tables.map(({ path }) => path).join(', ')}`)
  for (const [schema, name, rows] of wanted) {
    const table = tables.find((one) => one.schema === schema && one.name === name)
    if (table === undefined)
      throw new Error(
        `postgres: expected the table ${schema}.${name}, got none. A state is restored into the same tables.`,
      )
    if (rows.length > 0) work.push(...writeRows(table, rows))
  }
  for (const [name, value] of Object.entries(state[SEQUENCES] ?? {})) {
    const path = literal(tableName(name))
    work.push(
      value === null
        ? `select setval(${path}::regclass, (select seqstart from pg_catalog.pg_sequence where seqrelid = ${path}::regclass), false)`
        : `select setval(${path}::regclass, ${literal(String(value))}::bigint)`,
    )
  }
  engine.run([...work, 'commit'], at)
}
