import { openai } from './clients.ts'
import { print } from './money.ts'
import { isTransient, retry } from './retry.ts'
import type { Order } from './store.ts'

const OPEN_AFTER_FAILURES = 3
const OPEN_FOR_MS = 15 * 60_000
let failures = 0
let openUntil = 0

/** One friendly line about an order. A summary is nice to have: undefined when the service is down, and after some failures it is left alone for a while. */
export async function summarise(order: Pick<Order, 'id' | 'items' | 'amount'>): Promise<string | undefined> {
  if (Date.now() < openUntil) return undefined
  const lines = order.items.map((item) => `${item.quantity} x ${item.sku} at ${print(item.unitAmount)}`).join('; ')
  try {
    const completion = await retry(
      'summary',
      () =>
        openai.chat.completions.create({
          model: 'gpt-4.1-mini',
          messages: [
            { role: 'system', content: 'Summarise this order in one friendly line for a receipt.' },
            { role: 'user', content: `Order ${order.id}: ${lines}. Total ${print(order.amount)}.` },
          ],
          max_completion_tokens: 80,
        }),
      { attempts: 2, baseDelayMs: 500, retryable: isTransient },
    )
    failures = 0
    return completion.choices[0]?.message.content ?? undefined
  } catch (error) {
    failures += 1
    if (failures >= OPEN_AFTER_FAILURES) {
      openUntil = Date.now() + OPEN_FOR_MS
      failures = 0
    }
    console.error(JSON.stringify({ event: 'summary-failed', order: order.id, error: String(error) }))
    return undefined
  }
}
