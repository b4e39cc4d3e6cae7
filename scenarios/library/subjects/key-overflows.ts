import { call, either, serve } from './serve.ts'

const key = either({ bug: 'int4', fix: 'int8' })
const TABLES = 'http://database.library.test/tables'

serve({
  async 'POST /events'() {
    const { status } = await call(`POST ${TABLES}/events/rows`, { body: { kind: 'pushed' } })
    return { status: status === 201 ? 201 : 500 }
  },
})
await call(`POST ${TABLES}`, { body: { name: 'events', key } })
