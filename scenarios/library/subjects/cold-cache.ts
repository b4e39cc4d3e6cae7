import { call, either, serve } from './serve.ts'

const CHANNELS = Array.from({ length: 24 }, (_, at) => `c${at + 1}`)
const DATABASE = 'http://database.library.test/tables'

/** What the cache has lost comes from the database: channel by channel, or all at once. */
const refill = either<(missing: readonly string[]) => Promise<unknown>>({
  bug: (missing) => Promise.all(missing.map((channel) => call(`GET ${DATABASE}/channels/rows/${channel}`))),
  fix: () => call(`GET ${DATABASE}/channels/rows`),
})

serve({
  async 'POST /boot'() {
    await call(`GET ${DATABASE}/users/rows/u1`)
    const cached = await Promise.all(CHANNELS.map((channel) => call(`GET http://cache.library.test/keys/${channel}`)))
    const missing = CHANNELS.filter((_, at) => cached[at]?.status !== 200)
    if (missing.length > 0) await refill(missing)
    return { status: 200 }
  },
})
