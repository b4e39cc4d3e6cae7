import { call, either, serve, wait } from './serve.ts'

const pauseMs = either({ bug: () => 0, fix: (n: number) => 1000 * 2 ** n })

serve({
  async 'GET /feed'() {
    for (let n = 0; n < 5; n++) {
      const { status, body } = await call('GET http://dependency.library.test/answers/popular', { timeoutMs: 500 })
      if (status === 200) return { status: 200, body }
      await wait(pauseMs(n))
    }
    // A feed without its counts is still a feed.
    return { status: 200, body: {} }
  },
})
