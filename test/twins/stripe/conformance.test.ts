import { z } from 'zod'
import { type Seed, stripe } from '../../../twins/stripe/index.ts'
import { runTwinTests, type Stage } from '../../conformance/twins.ts'

const API = 'https://api.stripe.com'
const request = (
  method: string,
  path: string,
  body?: string,
  headers: Readonly<Record<string, string>> = {},
): Request =>
  new Request(API + path, {
    method,
    headers: { Authorization: 'Bearer sk_test_123', 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    ...(body === undefined ? {} : { body }),
  })
const post =
  (path: string, body = '', headers: Readonly<Record<string, string>> = {}) =>
  ({ twin }: Stage): unknown =>
    twin.fetch(request('POST', path, body, headers))
const get =
  (path: string) =>
  ({ twin }: Stage): unknown =>
    twin.fetch(request('GET', path))

const PAYMENT = 'amount=4900&currency=usd&confirm=true&return_url=https%3A%2F%2Fshop.test%2F'
const seed: Seed = {
  webhooks: [{ url: 'https://shop.test/hook' }],
  customers: [{ id: 'cus_1', email: 'ann@example.com' }],
}

runTwinTests({
  twin: stripe,
  seed,
  async story({ send, world }) {
    const idOf = async (answer: Response): Promise<string> => z.object({ id: z.string() }).parse(await answer.json()).id
    const act = async (method: string, path: string, body?: string): Promise<string> =>
      idOf(await send(request(method, path, body)))
    const customer = await act('POST', '/v1/customers', 'email=bob%40example.com&metadata[order]=7')
    await act('POST', '/v1/payment_methods/pm_card_visa/attach', `customer=${customer}`)
    const paid = await act('POST', '/v1/payment_intents', `${PAYMENT}&payment_method=pm_card_mastercard`)
    await send(request('POST', '/v1/payment_intents', `${PAYMENT}&payment_method=pm_card_chargeDeclined`))
    const held = await act(
      'POST',
      '/v1/payment_intents',
      `${PAYMENT}&payment_method=pm_card_visa&capture_method=manual`,
    )
    await send(request('POST', '/v1/payment_intents', `${PAYMENT}&payment_method=pm_card_createDispute`))
    await act('POST', `/v1/payment_intents/${held}/capture`, 'amount_to_capture=900')
    await world.clock.advance(10_000)
    await act('POST', '/v1/refunds', `payment_intent=${paid}&amount=100`)
    for (const path of [
      'customers',
      'payment_intents',
      'charges',
      'refunds',
      'disputes',
      'events',
      'balance',
      'balance_transactions',
    ])
      await send(request('GET', `/v1/${path}`))
    await world.clock.advance(86_400_000)
  },
  gaps: {
    'billing (invoices, subscriptions, products, prices, coupons, tax)': post('/v1/subscriptions', 'customer=cus_1'),
    'Checkout and payment links': post('/v1/checkout/sessions', 'mode=payment'),
    'SetupIntents and ConfirmationTokens': post('/v1/setup_intents'),
    'tokens and sources': post('/v1/customers', 'source=tok_visa'),
    'creating or capturing charges directly': post('/v1/charges', 'amount=100&currency=usd&source=tok_visa'),
    Connect: post('/v1/customers', '', { 'Stripe-Account': 'acct_2' }),
    'payouts, transfers and top-ups': post('/v1/payouts', 'amount=100&currency=usd'),
    'customer balance, cash balance and tax ids': get('/v1/customers/cus_1/cash_balance'),
    files: post('/v1/files'),
    search: get('/v1/customers/search?query=x'),
    'API v2': get('/v2/core/events'),
    'the rest of the API': get('/v1/terminal/readers'),
    'payment methods that are not cards': post('/v1/payment_methods', 'type=sepa_debit'),
    mandates: post('/v1/payment_intents', `${PAYMENT}&mandate=mandate_1`),
    'line items, hooks and payment details': post(
      '/v1/payment_intents',
      `${PAYMENT}&hooks[inputs][tax][calculation]=x`,
    ),
    'method options beyond request_three_d_secure': post(
      '/v1/payment_intents',
      `${PAYMENT}&payment_method_options[card][moto]=true`,
    ),
    'multicapture, overcapture and incremental authorization': post('/v1/payment_intents/pi_1/increment_authorization'),
    'refunding fees and transfers': post('/v1/refunds', 'charge=ch_1&reverse_transfer=true'),
    'refund cancel, expire and instructions': post('/v1/refunds/re_1/cancel'),
    'dispute appeals and Smart Disputes': post('/v1/disputes/du_1', 'evidence[appeal][card]=x'),
    'cards that raise early fraud warnings or several disputes': post(
      '/v1/payment_intents',
      `${PAYMENT}&payment_method=pm_card_createMultipleDisputes`,
    ),
    'settlement in another currency': post(
      '/v1/payment_intents',
      `${PAYMENT.replace('usd', 'eur')}&payment_method=pm_card_visa`,
    ),
    'other API versions': post('/v1/customers', '', { 'Stripe-Version': '2025-10-29.clover' }),
    'JSON bodies on /v1': post('/v1/customers', '{"email":"a@b.c"}', { 'Content-Type': 'application/json' }),
    'live keys': post('/v1/customers', '', { Authorization: 'Bearer sk_live_123' }),
    'client-side calls with a publishable key': get('/v1/payment_intents/pi_1?client_secret=pi_1_secret_2'),
    'validating a customer on save': post('/v1/customers', 'validate=true'),
    'test clocks': post('/v1/customers', 'test_clock=clock_1'),
    'expanding what is not modelled': get('/v1/customers/cus_1?expand[]=tax'),
  },
  failureBody: z.strictObject({
    error: z.strictObject({
      type: z.enum(['api_error', 'invalid_request_error']),
      message: z.string(),
      code: z.string().optional(),
      doc_url: z.url().optional(),
      request_log_url: z.url(),
    }),
  }),
})
