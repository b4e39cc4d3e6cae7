import Stripe from 'stripe'
import { stripe } from './clients.ts'
import { isTransient, retry } from './retry.ts'
import type { Order } from './store.ts'

/** The customer's money was refused, for good. */
export class Declined extends Error {}

const RETRY = { attempts: 4, baseDelayMs: 400, retryable: isTransient }

/** Charges an order. The key belongs to the order, not to the attempt: however often this is tried, the customer pays once. */
export async function charge(order: Order, paymentMethod: string): Promise<Stripe.PaymentIntent> {
  try {
    return await retry(
      'charge',
      () =>
        stripe.paymentIntents.create(
          {
            amount: order.amount,
            currency: 'usd',
            payment_method: paymentMethod,
            confirm: true,
            automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
            metadata: { order: order.id, customer: order.customer },
          },
          { idempotencyKey: `order-${order.id}` },
        ),
      RETRY,
    )
  } catch (error) {
    if (error instanceof Stripe.errors.StripeCardError) throw new Declined(error.code ?? 'card_declined')
    throw error
  }
}

/** Gives money back; the key names which refund of the order this is. */
export async function refund(order: Order, amount: number, number: number): Promise<Stripe.Refund> {
  return retry(
    'refund',
    () =>
      stripe.refunds.create(
        { payment_intent: order.paymentIntent ?? '', amount, metadata: { order: order.id } },
        { idempotencyKey: `refund-${order.id}-${number}` },
      ),
    RETRY,
  )
}
