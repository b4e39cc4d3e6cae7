import { type Answer, call, either, serve } from './serve.ts'

const lockOf = either({ bug: () => 'the table', fix: (key: string) => key })
const held = new Map<string, Promise<unknown>>()

async function read(key: string): Promise<Answer> {
  const kept = await call(`GET http://cache.library.test/keys/${key}`)
  if (kept.status === 200) return { status: 200, body: kept.body }
  const row = await call(`GET http://database.library.test/tables/schemas/rows/${key}`)
  return { status: row.status === 200 ? 200 : 503, body: row.body }
}

serve({
  'GET /schemas/:key'({ params: { key = '' } }) {
    const lock = lockOf(key)
    const turn = (held.get(lock) ?? Promise.resolve()).then(() => read(key))
    held.set(lock, turn)
    return turn
  },
})
