import { Hono } from 'hono'
import { z } from 'zod'
import { total } from './money.ts'
import { charge, Declined, refund } from './payments.ts'
import { sendReceipt } from './receipts.ts'
import { type Order, orders } from './store.ts'
import { summarise } from './summaries.ts'

const orderBody = z.object({
  id: z.string().min(1),
  customer: z.string().min(1),
  email: z.email(),
  items: z
    .array(z.object({ sku: z.string().min(1), quantity: z.number().int().min(1), unitAmount: z.number().int().min(1) }))
    .min(1),
  discountBasisPoints: z.number().int().min(0).max(10_000).default(0),
  paymentMethod: z.string().min(1),
})
type OrderBody = z.infer<typeof orderBody>

const view = ({ id, status, amount, refunded, disputed, receipt, summary }: Order) => ({
  id,
  status,
  amount,
  refunded,
  disputed,
  receipt,
  summary,
})
const inProgress = new Map<string, Promise<{ order: Order; status: 201 | 402 | 502 }>>()

async function place(body: OrderBody): Promise<{ order: Order; status: 201 | 402 | 502 }> {
  const { id, customer, email, items } = body
  const order: Order = {
    id,
    customer,
    email,
    items,
    amount: total(items, body.discountBasisPoints),
    status: 'pending',
    refunded: 0,
    disputed: false,
    receipt: 'none',
  }
  orders.set(id, order)
  try {
    const intent = await charge(order, body.paymentMethod)
    order.paymentIntent = intent.id
    order.status = 'paid'
    order.paidAt = new Date()
  } catch (error) {
    if (error instanceof Declined) {
      order.status = 'declined'
      return { order, status: 402 }
    }
    order.status = 'failed'
    console.error(JSON.stringify({ event: 'charge-failed', order: id, error: String(error) }))
    return { order, status: 502 }
  }
  order.summary = await summarise(order)
  await sendReceipt(order)
  return { order, status: 201 }
}

export const orderRoutes = new Hono()

/** The same order id gives the same order: a client may ask again without harm. A failed order may be tried again. */
async function placeOnce(body: OrderBody): Promise<{ order: Order; status: 200 | 201 | 402 | 502 }> {
  const known = orders.get(body.id)
  const running = inProgress.get(body.id)
  if (running !== undefined) return running
  if (known !== undefined && known.status !== 'failed')
    return { order: known, status: known.status === 'declined' ? 402 : 200 }
  const placing = place(body).finally(() => inProgress.delete(body.id))
  inProgress.set(body.id, placing)
  return placing
}

orderRoutes.post('/orders', async (c) => {
  const parsed = orderBody.safeParse(await c.req.json().catch(() => undefined))
  if (!parsed.success)
    return c.json(
      {
        error: 'invalid_order',
        issues: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
      },
      422,
    )
  const { order, status } = await placeOnce(parsed.data)
  return c.json(view(order), status)
})

const BATCH_CONCURRENCY = 3

orderRoutes.post('/orders/batch', async (c) => {
  const parsed = z
    .array(orderBody)
    .min(1)
    .max(100)
    .safeParse(await c.req.json().catch(() => undefined))
  if (!parsed.success) return c.json({ error: 'invalid_batch' }, 422)
  const waiting = [...parsed.data]
  const results: { id: string; status: string }[] = []
  const work = async (): Promise<void> => {
    for (let body = waiting.shift(); body !== undefined; body = waiting.shift()) {
      const { order } = await placeOnce(body)
      results.push({ id: order.id, status: order.status })
    }
  }
  await Promise.all(Array.from({ length: BATCH_CONCURRENCY }, work))
  return c.json({ results: results.sort((a, b) => a.id.localeCompare(b.id)) })
})

orderRoutes.get('/orders/:id', (c) => {
  const order = orders.get(c.req.param('id'))
  return order === undefined ? c.json({ error: 'no_such_order' }, 404) : c.json(view(order))
})

orderRoutes.post('/orders/:id/refunds', async (c) => {
  const order = orders.get(c.req.param('id'))
  if (order === undefined) return c.json({ error: 'no_such_order' }, 404)
  const parsed = z.object({ amount: z.number().int().min(1) }).safeParse(await c.req.json().catch(() => undefined))
  if (!parsed.success) return c.json({ error: 'invalid_refund' }, 422)
  const { amount } = parsed.data
  if (order.status !== 'paid' || order.refunded + amount > order.amount)
    return c.json({ error: 'refund_too_large', left: order.amount - order.refunded }, 409)
  // Taken before the call, so that two refunds at once cannot both fit.
  order.refunded += amount
  try {
    const done = await refund(order, amount, order.refunded)
    return c.json({ id: done.id, amount, refunded: order.refunded }, 201)
  } catch (error) {
    order.refunded -= amount
    console.error(JSON.stringify({ event: 'refund-failed', order: order.id, error: String(error) }))
    return c.json({ error: 'refund_failed' }, 502)
  }
})
