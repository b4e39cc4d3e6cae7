import { either, serve, wait } from './serve.ts'
import { mail, pay } from './vendors.ts'

const tries = either({ bug: 1, fix: 10 })

async function sendReceipt(): Promise<void> {
  for (let n = 0; n < tries; n++) {
    if ((await mail('Your receipt')).status === 202) return
    await wait(30_000)
  }
}

serve({
  async 'POST /orders'() {
    const { status } = await pay()
    if (status === 200) void sendReceipt()
    return { status: status === 200 ? 201 : 502 }
  },
})
