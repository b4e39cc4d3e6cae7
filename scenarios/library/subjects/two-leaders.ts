import { call, either, serve, wait } from './serve.ts'

const tries = either({ bug: 1, fix: 5 })
const refused = either({ bug: 202, fix: 503 })

serve({
  async 'POST /jobs'() {
    for (let n = 0; n < tries; n++) {
      const { status } = await call('POST http://queue.library.test/messages', { body: { body: 'build' } })
      if (status === 201) return { status: 202 }
      await wait(1000)
    }
    return { status: refused }
  },
})
