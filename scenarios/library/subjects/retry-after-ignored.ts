import { call, either, serve, wait } from './serve.ts'

const pauseMs = either({ bug: () => 1000, fix: (askedForMs: number) => Math.max(1000, askedForMs) })

serve({
  async 'GET /feed'() {
    for (let n = 0; n < 3; n++) {
      const { status, retryAfterMs } = await call('GET http://dependency.library.test/answers/popular')
      if (status === 200) return { status: 200 }
      await wait(pauseMs(retryAfterMs))
    }
    return { status: 503 }
  },
})
