import { z } from 'zod'
import type { Json } from '../../../twins/trace.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { smallTwin } from './small-twin.ts'

type Row = Record<string, Json>
type Table = {
  /** The width of the key: an `int4` ends at 2147483647. */
  key: 'int4' | 'int8'
  /** The next number the sequence gives out. */
  next: number
  rows: Record<string, Row>
}
/** `apart`: writes reach the primary and no replica. `unreplicated` is what a failover loses. */
type State = { tables: Record<string, Table>; apart: boolean; unreplicated: { table: string; id: string }[] }

const INT4_MAX = 2_147_483_647
const table = z.strictObject({
  key: z.enum(['int4', 'int8']).default('int8'),
  next: z.int().default(1),
  rows: z.record(z.string(), z.record(z.string(), z.json())).default({}),
})

const tableOf = (state: State, name: string): Table => {
  state.tables[name] ??= { key: 'int8', next: 1, rows: {} }
  return state.tables[name]
}

/** A database with a primary and a replica: tables of rows, and a sequence for each. */
export const database: TwinDefinition<unknown> = smallTwin<State>({
  name: 'database',
  state: z.strictObject({
    tables: z.record(z.string(), table).default({}),
    apart: z.boolean().default(false),
    unreplicated: z.array(z.strictObject({ table: z.string(), id: z.string() })).default([]),
  }) as unknown as z.ZodType<State>,
  events: ['inserted', 'lost'],
  operations: {
    declare: { route: 'POST /indexes', answer: () => [200, {}] },
    create: {
      route: 'POST /tables',
      answer({ body }, { state }) {
        const next = tableOf(state, String(body.name)).next
        state.tables[String(body.name)] = { key: body.key === 'int4' ? 'int4' : 'int8', next, rows: {} }
        return [200, {}]
      },
    },
    list: {
      route: 'GET /tables/:table/rows',
      answer: ({ params }, { state }) => [200, { rows: Object.values(tableOf(state, params.table ?? '').rows) }],
    },
    read: {
      route: 'GET /tables/:table/rows/:id',
      answer({ params }, { state }) {
        const row = tableOf(state, params.table ?? '').rows[params.id ?? '']
        return row === undefined ? [404, { error: 'no such row' }] : [200, row]
      },
    },
    insert: {
      route: 'POST /tables/:table/rows',
      answer({ params, body: { unique, ...fields } }, { state, tell }) {
        const name = params.table ?? ''
        const into = tableOf(state, name)
        const number = into.next++
        if (into.key === 'int4' && number > INT4_MAX) return [400, { error: 'integer out of range' }]
        const id = String(number)
        if (unique === true && into.rows[id] !== undefined) return [409, { error: 'duplicate key' }]
        into.rows[id] = { ...fields, id }
        tell('inserted', { table: name, id })
        return [201, into.rows[id]]
      },
    },
    update: {
      route: 'PUT /tables/:table/rows/:id',
      answer({ params, body: { replicated, ...fields } }, { state }) {
        const { table: name = '', id = '' } = params
        // Whoever asks for both copies is told when there is one only.
        if (replicated === true && state.apart) return [503, { error: 'no replica' }]
        tableOf(state, name).rows[id] = { ...fields, id }
        if (state.apart) state.unreplicated.push({ table: name, id })
        return [200, { id }]
      },
    },
  },
  happenings: {
    /** Somebody changes a row by hand. */
    changed({ table: name, id, set }, { state }) {
      const { rows } = tableOf(state, String(name))
      rows[String(id)] = { ...rows[String(id)], ...(set as Row) }
    },
    'sequence-moved'({ table: name, to }, { state }) {
      tableOf(state, String(name)).next = Number(to)
    },
    partitioned(_, { state }) {
      state.apart = true
    },
    /** The replica becomes the primary; what it has not seen is gone. */
    'failed-over'(_, { state, tell }) {
      for (const { table: name, id } of state.unreplicated) {
        delete tableOf(state, name).rows[id]
        tell('lost', { table: name, id })
      }
      state.unreplicated = []
      state.apart = false
    },
  },
})
