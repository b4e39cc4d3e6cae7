import { either, serve } from './serve.ts'
import { pay, refund } from './vendors.ts'

const keyOf = either<(payment: string) => Readonly<Record<string, string>>>({
  bug: () => ({}),
  fix: (payment) => ({ 'Idempotency-Key': `refund-${payment}` }),
})
let payment = ''

serve({
  async 'POST /orders'() {
    payment = String((await pay()).body.id)
    return { status: 201 }
  },
  async 'POST /refunds'() {
    for (let n = 0; n < 3; n++) if ((await refund(payment, keyOf(payment))).status === 200) return { status: 201 }
    return { status: 503 }
  },
})
