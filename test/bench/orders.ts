import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function book(amount: number, attempt = 1): Promise<Response> {
  const response = await fetch('https://ledger.test/entries', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({ amount }),
    signal: AbortSignal.timeout(2000),
  })
  if (response.status < 500 || attempt === 3) return response
  await sleep(100 * 2 ** attempt * (1 + Math.random()))
  return book(amount, attempt + 1)
}

/** One order: a call that fails once, a wait, a call that works. The same app under every runner. */
export const app: Hono = new Hono()
app.post('/orders', async (c) => {
  const { amount } = await c.req.json<{ amount: number }>()
  const entry = await (await book(amount)).json()
  return c.json({ entry, id: randomUUID(), at: new Date().toISOString() }, 201)
})
