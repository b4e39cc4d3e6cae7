import { either, serve } from './serve.ts'
import { pay } from './vendors.ts'

const keyOf = either<(order: string) => Readonly<Record<string, string>>>({
  bug: () => ({}),
  fix: (order) => ({ 'Idempotency-Key': order }),
})

serve({
  async 'POST /orders/:id'({ params: { id = '' } }) {
    for (let n = 0; n < 3; n++) if ((await pay(keyOf(id))).status === 200) return { status: 201 }
    return { status: 503 }
  },
})
