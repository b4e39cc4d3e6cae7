import { call, either, serve } from './serve.ts'

const elapsed = either({ bug: (ms: number) => ms, fix: (ms: number) => Math.max(0, ms) })
const now = async (): Promise<number> => Number((await call('GET http://time.library.test/now')).body.ms)
let lastMs: number | undefined

/** A place below `limit`, as a generator draws it. It takes no negative limit. */
function draw(limit: number): number {
  if (limit < 0) throw new RangeError(`expected a limit of 0 or more, got ${limit}`)
  return limit / 2
}

serve({
  async 'GET /names/:name'() {
    const nowMs = await now()
    const weight = elapsed(nowMs - (lastMs ?? nowMs))
    lastMs = nowMs
    return { status: 200, body: { upstream: draw(weight) } }
  },
})
