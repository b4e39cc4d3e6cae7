import { call, either, serve } from './serve.ts'

const tries = either({ bug: 6, fix: 2 })

serve({
  async 'POST /tokens'() {
    for (let n = 0; n < tries; n++) {
      const { status } = await call('POST http://database.library.test/tables/tokens/rows', {
        body: { scope: 'repo' },
        timeoutMs: 1000,
      })
      if (status === 201) return { status: 201 }
    }
    return { status: 503 }
  },
})
