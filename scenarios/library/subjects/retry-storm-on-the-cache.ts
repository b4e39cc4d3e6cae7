import { call, either, serve, wait } from './serve.ts'

const { most, pauseMs } = either({ bug: { most: 500, pauseMs: 0 }, fix: { most: 4, pauseMs: 200 } })

serve({
  async 'POST /sessions'() {
    for (let n = 0; n < most; n++) {
      const { status } = await call('PUT http://cache.library.test/keys/session', { body: { value: 'open' } })
      if (status === 200) return { status: 201 }
      await wait(pauseMs * 2 ** n)
    }
    return { status: 503 }
  },
})
