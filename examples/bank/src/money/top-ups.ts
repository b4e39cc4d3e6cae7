import type { Hono } from 'hono'
import Stripe from 'stripe'
import { balanceOf, book } from './accounts.ts'

const stripe = new Stripe(process.env.STRIPE_SECRET_KEY ?? '')
const LIMIT_CENTS = 100_000

type TopUp = { readonly reference: string; readonly cents: number }

/** Customers' money: a card is charged, and the account is credited with what was charged. */
export function addTopUps(app: Hono): void {
  app.post('/accounts/:account/top-ups', async (c) => {
    const account = c.req.param('account')
    const { reference, cents } = await c.req.json<TopUp>()
    if (!Number.isInteger(cents) || cents <= 0 || cents > LIMIT_CENTS) return c.json({ error: 'amount' }, 422)
    try {
      const intent = await stripe.paymentIntents.create(
        {
          amount: cents,
          currency: 'usd',
          payment_method: 'pm_card_visa',
          confirm: true,
          automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
          metadata: { account, reference },
        },
        { idempotencyKey: `top-up-${reference}` },
      )
      book(account, { reference, cents: intent.amount_received })
      return c.json({ account, balance: balanceOf(account) }, 201)
    } catch (error) {
      return c.json({ error: error instanceof Stripe.errors.StripeCardError ? 'declined' : 'try again' }, 402)
    }
  })
  app.get('/accounts/:account', (c) =>
    c.json({ account: c.req.param('account'), balance: balanceOf(c.req.param('account')) }),
  )
}
