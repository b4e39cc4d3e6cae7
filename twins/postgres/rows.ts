import type { Json } from '../trace.ts'
import type { At, Engine } from './engine.ts'
import { exact } from './exact.ts'
import { literal, type Row, SEQUENCES, type State, tableName } from './state.ts'

type Table = {
  readonly schema: string
  readonly name: string
  /** Columns of the primary key; all columns where there is none. */
  readonly order: readonly string[]
  /** Columns that can be written. */
  readonly columns: readonly string[]
}

const TABLES = `select n.nspname as schema, c.relname as name,
  (select json_agg(a.attname order by a.attnum) from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
  (select json_agg(a.attname order by k.place) from pg_catalog.pg_index i
    cross join lateral unnest(i.indkey::int2[]) with ordinality k(attnum, place)
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
    where i.indrelid = c.oid and i.indisprimary) as key
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
    and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%'
  order by 1, 2`

const pathOf = ({ schema, name }: Pick<Table, 'schema' | 'name'>): string => tableName(`${schema}.${name}`)
const quoted = (column: string): string => `"${column.replaceAll('"', '""')}"`

function tablesOf(engine: Engine, at: At): readonly Table[] {
  return engine.rows(TABLES, at).map(({ schema, name, columns, key }) => {
    const all: string[] = JSON.parse(columns ?? '[]')
    const order: string[] = key === null || key === undefined ? all : JSON.parse(key)
    return { schema: schema ?? '', name: name ?? '', columns: all, order }
  })
}

/** All tables as rows, in the order of their keys. */
export function readState(engine: Engine, at: At): Json {
  const state: Record<string, Json> = {}
  for (const table of tablesOf(engine, at)) {
    // Ordered by text: some types have no order of their own.
    const order = table.order.map((column) =>
      table.order === table.columns ? `t.${quoted(column)}::text` : `t.${quoted(column)}`,
    )
    const by = order.length === 0 ? '' : ` order by ${order.join(', ')}`
    const sql = `select coalesce(json_agg(t${by}), '[]') as rows from ${pathOf(table)} t`
    const rows = exact(engine.rows(sql, at)[0]?.rows ?? '[]')
    if (table.schema === 'public') state[table.name] = rows
    else state[table.schema] = { ...(state[table.schema] as object | undefined), [table.name]: rows }
  }
  const sequences = engine.rows(
    `select schemaname || '.' || sequencename as name, last_value::text as value from pg_catalog.pg_sequences order by 1`,
    at,
  )
  if (sequences.length > 0)
    state[SEQUENCES] = Object.fromEntries(sequences.map(({ name, value }) => [name ?? '', value ?? null]))
  return state
}

/** Puts rows back into the tables that are there. Throws when one is missing. */
export function writeState(engine: Engine, state: State, at: At): void {
  const tables = tablesOf(engine, at)
  const wanted = Object.entries(state).flatMap(
    ([name, value]): readonly (readonly [string, string, readonly Row[]])[] => {
      if (name === SEQUENCES) return []
      if (Array.isArray(value)) return [['public', name, value as readonly Row[]]]
      return Object.entries(value).map(([table, rows]) => [name, table, rows as readonly Row[]] as const)
    },
  )
  const sql = ['begin', 'set local session_replication_role = replica']
  if (tables.length > 0) sql.push(`truncate ${tables.map(pathOf).join(', ')}`)
  for (const [schema, name, rows] of wanted) {
    const table = tables.find((one) => one.schema === schema && one.name === name)
    if (table === undefined)
      throw new Error(
        `postgres: expected the table ${schema}.${name}, got none. A state is restored into the same tables.`,
      )
    if (rows.length === 0) continue
    const columns = table.columns.map(quoted).join(', ')
    sql.push(
      `insert into ${pathOf(table)} (${columns}) overriding system value select ${columns} from json_populate_recordset(null::${pathOf(table)}, ${literal(JSON.stringify(rows))})`,
    )
  }
  for (const [name, value] of Object.entries(state[SEQUENCES] ?? {})) {
    const path = literal(tableName(name))
    sql.push(
      value === null
        ? `select setval(${path}::regclass, (select seqstart from pg_catalog.pg_sequence where seqrelid = ${path}::regclass), false)`
        : `select setval(${path}::regclass, ${literal(String(value))}::bigint)`,
    )
  }
  engine.run([...sql, 'commit'], at)
}
