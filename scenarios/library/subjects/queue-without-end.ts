import { type Answer, call, either, serve } from './serve.ts'

/** Whoever has waited longer for the one connection gets no query any more. */
const patienceMs = either({ bug: Number.POSITIVE_INFINITY, fix: 5000 })
let line: Promise<unknown> = Promise.resolve()

serve({
  'POST /logins'() {
    const askedMs = Date.now()
    const turn = line.then(async (): Promise<Answer> => {
      if (Date.now() - askedMs > patienceMs) return { status: 503 }
      const { status } = await call('GET http://database.library.test/tables/users/rows/u1')
      return { status: status === 200 ? 200 : 503 }
    })
    line = turn
    return turn
  },
})
