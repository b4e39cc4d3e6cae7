import { either, serve } from './serve.ts'
import { pay } from './vendors.ts'

const paid = new Map<string, ReturnType<typeof pay>>()

/** Who notes the payment once it is done leaves a gap; who notes that it is under way leaves none. */
const payOnce = either<(order: string) => ReturnType<typeof pay>>({
  async bug(order) {
    const payment = await pay()
    paid.set(order, Promise.resolve(payment))
    return payment
  },
  fix(order) {
    const payment = pay()
    paid.set(order, payment)
    return payment
  },
})

serve({
  async 'POST /orders/:id'({ params: { id = '' } }) {
    const { status } = await (paid.get(id) ?? payOnce(id))
    return { status: status === 200 ? 201 : 502 }
  },
})
