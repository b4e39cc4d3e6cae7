import { call, either, serve } from './serve.ts'

/** What every process does first; where it is not done here, a migration has done it before. */
const start = either<() => Promise<unknown>>({
  bug: () => call('POST http://database.library.test/indexes', { body: { on: 'builds' } }),
  fix: async () => undefined,
})
let ready: Promise<unknown> | undefined

serve({
  async 'GET /builds/:id'({ params: { id } }) {
    ready ??= start()
    await ready
    return call(`GET http://database.library.test/tables/builds/rows/${id}`)
  },
})
