import { call, either, serve, wait } from './serve.ts'

const QUEUE = 'http://queue.library.test'
/** After so many deliveries a message is put aside. */
const deliveriesMax = either({ bug: Number.POSITIVE_INFINITY, fix: 3 })

async function work(): Promise<void> {
  for (;;) {
    await wait(1000)
    const { status, body } = await call(`POST ${QUEUE}/receive`)
    if (status !== 200) continue
    try {
      if (Number(body.deliveries) < deliveriesMax) JSON.parse(String(body.body))
      await call(`DELETE ${QUEUE}/messages/${body.id}`)
    } catch {
      // The process died with its message and starts again.
      await wait(2000)
    }
  }
}

serve({})
void work()
