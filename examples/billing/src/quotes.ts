import { Hono } from 'hono'
import { z } from 'zod'
import { total } from './money.ts'
import { summarise } from './summaries.ts'

const quoteBody = z.object({
  id: z.string().min(1),
  items: z
    .array(z.object({ sku: z.string().min(1), quantity: z.number().int().min(1), unitAmount: z.number().int().min(1) }))
    .min(1),
  discountBasisPoints: z.number().int().min(0).max(10_000).default(0),
})

/** What an order would cost, with a friendly line about it. Nothing is charged. */
export const quoteRoutes = new Hono()

quoteRoutes.post('/quotes', async (c) => {
  const parsed = quoteBody.safeParse(await c.req.json().catch(() => undefined))
  if (!parsed.success) return c.json({ error: 'invalid_quote' }, 422)
  const { id, items, discountBasisPoints } = parsed.data
  const amount = total(items, discountBasisPoints)
  return c.json({ id, amount, summary: await summarise({ id, items, amount }) })
})
