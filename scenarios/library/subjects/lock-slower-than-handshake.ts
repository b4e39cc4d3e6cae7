import { call, either, serve, wait } from './serve.ts'

const staysOut = either({ bug: true, fix: false })
let member = true

async function stayIn(): Promise<void> {
  for (;;) {
    await wait(10_000)
    member = (await call('PUT http://locks.library.test/members/n1', { timeoutMs: 1000 })).status === 200
    if (!member && staysOut) return
  }
}

serve({ 'GET /rows': () => ({ status: member ? 200 : 503 }) })
void stayIn()
