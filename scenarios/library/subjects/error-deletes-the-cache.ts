import { call, either, serve, wait } from './serve.ts'

const KEY = 'http://cache.library.test/keys/limit'
const onError = either<() => Promise<unknown>>({ bug: () => call(`DELETE ${KEY}`), fix: () => wait(5000) })

serve({
  async 'GET /limit'() {
    for (let n = 0; n < 4; n++) {
      const kept = await call(`GET ${KEY}`)
      if (Number(kept.body.value) > 0) return { status: 200, body: kept.body }
      const row = await call('GET http://database.library.test/tables/limits/rows/limit')
      if (row.status === 200) await call(`PUT ${KEY}`, { body: { value: row.body.value } })
      else await onError()
    }
    return { status: 503 }
  },
})
