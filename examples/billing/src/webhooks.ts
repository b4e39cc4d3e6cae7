import { Hono } from 'hono'
import type Stripe from 'stripe'
import { mailer, stripe } from './clients.ts'
import { env } from './env.ts'
import { handledEvents, orderByPayment } from './store.ts'

export const webhookRoutes = new Hono()

webhookRoutes.post('/webhooks/stripe', async (c) => {
  // The signature covers the bytes as they came, not what JSON makes of them.
  const body = await c.req.text()
  let event: Stripe.Event
  try {
    event = stripe.webhooks.constructEvent(body, c.req.header('stripe-signature') ?? '', env.STRIPE_WEBHOOK_SECRET)
  } catch {
    return c.json({ error: 'bad_signature' }, 400)
  }
  if (handledEvents.has(event.id)) return c.json({ received: true, duplicate: true })
  handledEvents.add(event.id)
  try {
    await handle(event)
  } catch (error) {
    handledEvents.delete(event.id)
    console.error(JSON.stringify({ event: 'webhook-failed', id: event.id, error: String(error) }))
    return c.json({ error: 'try_again' }, 500)
  }
  return c.json({ received: true })
})

async function handle(event: Stripe.Event): Promise<void> {
  if (event.type !== 'charge.dispute.created') return
  const dispute = event.data.object
  const payment =
    typeof dispute.payment_intent === 'string' ? dispute.payment_intent : (dispute.payment_intent?.id ?? '')
  const order = orderByPayment(payment)
  if (order === undefined) return
  order.disputed = true
  await mailer.send({
    to: env.MAIL_FROM,
    from: env.MAIL_FROM,
    subject: `Order ${order.id} is disputed`,
    text: `Answer within the week, or ${dispute.amount} cents are lost.`,
    customArgs: { dispute: dispute.id },
  })
}
