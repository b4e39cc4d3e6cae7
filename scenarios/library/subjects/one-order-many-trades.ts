import { call, either, serve, wait } from './serve.ts'

const POSITION = 'http://database.library.test/tables/positions/rows'
const changed = new Set<string>()

const book = (order: string): Promise<unknown> => call(`PUT ${POSITION}/${order}`, { body: { order } })
const take = either<(order: string) => unknown>({ bug: book, fix: (order) => changed.add(order) })

serve({
  async 'POST /trades'({ body: { order = '' } }) {
    await take(order)
    return { status: 200 }
  },
})
await book('opening')
for (;;) {
  await wait(1000)
  for (const order of changed) await book(order)
  changed.clear()
}
