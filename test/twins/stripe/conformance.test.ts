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
  prices: [
    { id: 'monthly', unit_amount: 1000, interval: 'month' },
    { id: 'yearly', unit_amount: 9000, interval: 'year' },
  ],
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
    const payer = await act('POST', '/v1/payment_methods/pm_card_visa/attach', `customer=${customer}`)
    await act('POST', `/v1/customers/${customer}`, `invoice_settings[default_payment_method]=${payer}`)
    const subscribed = await act('POST', '/v1/subscriptions', `customer=${customer}&items[0][price]=monthly`)
    await act('POST', `/v1/subscriptions/${subscribed}`, 'cancel_at_period_end=true')
    await act('POST', '/v1/setup_intents', `customer=${customer}&payment_method=${payer}`)
    const page = 'mode=subscription&success_url=https%3A%2F%2Fshop.test%2F&line_items[0][price]=monthly'
    await act('POST', '/v1/checkout/sessions', page)
    await act('POST', '/v1/invoiceitems', `customer=${customer}&amount=300&currency=usd`)
    const invoice = await act('POST', '/v1/invoices', `customer=${customer}&pending_invoice_items_behavior=include`)
    await act('POST', `/v1/invoices/${invoice}/pay`)
    const seller = await act('POST', '/v1/accounts', 'type=express&capabilities[transfers][requested]=true')
    await act('POST', `/v1/accounts/${seller}`, 'metadata[tier]=gold')
    await send(request('POST', '/v1/customers', 'email=sue%40example.com', { 'Stripe-Account': seller }))
    await send(request('POST', '/v1/transfers', `amount=100&currency=usd&destination=${seller}`))
    for (const path of [
      'accounts',
      'transfers',
      'customers',
      'payment_intents',
      'charges',
      'refunds',
      'disputes',
      'events',
      'balance',
      'balance_transactions',
      'subscriptions',
      'invoices',
      'payouts',
    ])
      await send(request('GET', `/v1/${path}`))
    await world.clock.advance(86_400_000)
  },
  gaps: {
    'tax and other parts of billing': post('/v1/plans'),
    'tax that Stripe works out itself': post('/v1/invoices', 'customer=cus_1&automatic_tax[enabled]=true'),
    'coupons in several currencies': post('/v1/coupons', 'currency_options[eur][amount_off]=100'),
    'discounts in phases, previews and things billed once': post(
      '/v1/subscriptions',
      'customer=cus_1&items[0][price]=monthly&add_invoice_items[0][discounts][0][coupon]=x',
    ),
    'prices other than so much for each': post('/v1/prices', 'currency=usd&product=prod_1&unit_amount_decimal=0.5'),
    'amounts that customers choose': async (stage) => {
      const chosen = 'currency=usd&product_data[name]=Tip&custom_unit_amount[enabled]=true'
      const { id } = z
        .object({ id: z.string() })
        .parse(await (await stage.send(request('POST', '/v1/prices', chosen))).json())
      return stage.twin.fetch(request('POST', '/v1/invoiceitems', `customer=cus_1&pricing[price]=${id}`))
    },
    'goods, tax codes and marketing features of products': post('/v1/products', 'name=Book&tax_code=txcd_1'),
    'billing cycles set by hand and pending updates': post('/v1/subscriptions/sub_1/migrate', 'x=1'),
    'subscriptions of several intervals or currencies': post(
      '/v1/subscriptions',
      'customer=cus_1&items[0][price]=monthly&items[1][price]=yearly',
    ),
    'what a hosted page may ask for beyond the payment': post(
      '/v1/checkout/sessions',
      'tax_id_collection[enabled]=true',
    ),
    'what the billing portal lets customers do': post('/v1/billing_portal/configurations', 'x=1'),
    ConfirmationTokens: get('/v1/confirmation_tokens/ctoken_1'),
    'tokens and sources': post('/v1/customers', 'source=tok_visa'),
    'creating or capturing charges directly': post('/v1/charges', 'amount=100&currency=usd&source=tok_visa'),
    Connect: post('/v1/accounts', 'country=DE'),
    'transfers and top-ups': post('/v1/topups', 'amount=100&currency=usd'),
    'bank accounts and other ways out': post('/v1/payouts', 'amount=100&currency=usd&destination=ba_1'),
    'cash balance and tax ids': get('/v1/customers/cus_1/cash_balance'),
    files: post('/v1/files'),
    'API v2': get('/v2/core/events'),
    'the rest of the API': get('/v1/terminal/readers'),
    'payment methods that are not cards': post('/v1/payment_methods', 'type=card_present'),
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
    'refund cancel, expire and instructions': post('/v1/refunds/re_1/cancel'),
    'dispute appeals and Smart Disputes': post('/v1/disputes/du_1', 'evidence[appeal][card]=x'),
    'cards of a risk, or of several disputes': post(
      '/v1/payment_intents',
      `${PAYMENT}&payment_method=pm_card_createMultipleDisputes`,
    ),
    'settlement in another currency': post(
      '/v1/payment_intents',
      `${PAYMENT.replace('usd', 'eur')}&payment_method=pm_card_visa`,
    ),
    'other API versions': post('/v1/customers', '', { 'Stripe-Version': '2019-12-03' }),
    'JSON bodies on /v1': post('/v1/customers', '{"email":"a@b.c"}', { 'Content-Type': 'application/json' }),
    'live keys': post('/v1/customers', '', { Authorization: 'Bearer sk_live_123' }),
    'client-side calls with a publishable key': get('/v1/payment_intents/pi_1?client_secret=pi_1_secret_2'),
    'validating a customer on save': post('/v1/customers', 'validate=true'),
    'discounts, taxes, revisions and files of quotes': post('/v1/quotes', 'discounts[0][coupon]=x'),
    'customers that come to a test clock later': post(
      '/v1/test_helpers/test_clocks',
      'frozen_time=1893456000&customer=cus_1',
    ),
    'expanding what is not modelled': get('/v1/customers/cus_1?expand[]=tax_ids'),
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
