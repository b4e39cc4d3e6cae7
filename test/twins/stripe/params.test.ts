import fc from 'fast-check'
import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { checkAmount, display, toMajor } from '../../../twins/stripe/currencies.ts'
import { parseForm } from '../../../twins/stripe/params.ts'
import { client, errorIn, errorOf, openShop, pay } from './support.ts'

const create = (params: object): Promise<Stripe.errors.StripeError> =>
  errorOf(openShop().sdk.paymentIntents.create(params as never))

test.each<readonly [string, object, { readonly code?: string; readonly param?: string; readonly message: string }]>([
  [
    'no amount',
    { currency: 'usd' },
    { code: 'parameter_missing', param: 'amount', message: 'Missing required param: amount.' },
  ],
  [
    'no currency',
    { amount: 100 },
    { code: 'parameter_missing', param: 'currency', message: 'Missing required param: currency.' },
  ],
  [
    'a fraction of a cent',
    { amount: 10.5, currency: 'usd' },
    { code: 'parameter_invalid_integer', param: 'amount', message: 'Invalid integer: 10.5' },
  ],
  [
    'an amount in words',
    { amount: 'ten', currency: 'usd' },
    { code: 'parameter_invalid_integer', param: 'amount', message: 'Invalid integer: ten' },
  ],
  [
    'NaN',
    { amount: Number.NaN, currency: 'usd' },
    { code: 'parameter_invalid_integer', param: 'amount', message: 'Invalid integer: NaN' },
  ],
  [
    'a negative amount',
    { amount: -5, currency: 'usd' },
    { code: 'parameter_invalid_integer', param: 'amount', message: 'This value must be greater than or equal to 1.' },
  ],
  [
    'too little',
    { amount: 49, currency: 'usd' },
    { code: 'amount_too_small', param: 'amount', message: 'Amount must be at least $0.50 usd' },
  ],
  [
    'too little in yen',
    { amount: 49, currency: 'jpy' },
    { code: 'amount_too_small', param: 'amount', message: 'Amount must be at least ¥50 jpy' },
  ],
  [
    'too much',
    { amount: 100_000_000, currency: 'usd' },
    { code: 'amount_too_large', param: 'amount', message: 'Amount must be no more than $999,999.99' },
  ],
  [
    'a parameter of no one',
    { amount: 100, currency: 'usd', colour: 'red' },
    { code: 'parameter_unknown', param: 'colour', message: 'Received unknown parameter: colour' },
  ],
  [
    'two of them',
    { amount: 100, currency: 'usd', a: '1', b: '2' },
    { code: 'parameter_unknown', param: 'a', message: 'Received unknown parameters: a, b' },
  ],
  [
    'one inside another',
    { amount: 100, currency: 'usd', shipping: { name: 'x', address: { street: '1' } } },
    {
      code: 'parameter_unknown',
      param: 'shipping[address][street]',
      message: 'Received unknown parameter: shipping[address][street]',
    },
  ],
  [
    'a parameter that was dropped',
    { amount: 100, currency: 'usd', payment_method_types: ['card'] },
    {
      code: 'parameter_unknown',
      param: 'payment_method_types',
      message: 'Received unknown parameter: payment_method_types',
    },
  ],
  [
    'an empty value',
    { amount: 100, currency: '' },
    { code: 'parameter_invalid_empty', param: 'currency', message: "You passed an empty string for 'currency'." },
  ],
  [
    'a currency of no one',
    { amount: 100, currency: 'xyz' },
    { param: 'currency', message: 'Invalid currency: xyz. Stripe currently supports these currencies: usd, aed' },
  ],
  [
    'a truth of no one',
    { amount: 100, currency: 'usd', confirm: 'yes' },
    { param: 'confirm', message: 'Invalid boolean: yes' },
  ],
  [
    'another way to capture',
    { amount: 100, currency: 'usd', capture_method: 'later' },
    { param: 'capture_method', message: 'Invalid capture_method: must be one of automatic, automatic_async or manual' },
  ],
  [
    'text for an object',
    { amount: 100, currency: 'usd', shipping: 'home' },
    { param: 'shipping', message: 'Invalid object' },
  ],
  [
    'text for a list',
    { amount: 100, currency: 'usd', expand: 'customer' },
    { param: 'expand', message: 'Invalid array' },
  ],
  [
    'an address of no one',
    { amount: 100, currency: 'usd', receipt_email: 'ann' },
    { code: 'email_invalid', param: 'receipt_email', message: 'Invalid email address: ann' },
  ],
  [
    'a customer of no one',
    { amount: 100, currency: 'usd', customer: 'cus_no' },
    { code: 'resource_missing', param: 'customer', message: "No such customer: 'cus_no'" },
  ],
  [
    'a method of no one',
    { amount: 100, currency: 'usd', payment_method: 'pm_no' },
    { code: 'resource_missing', param: 'payment_method', message: "No such PaymentMethod: 'pm_no'" },
  ],
  [
    'a long descriptor',
    { amount: 100, currency: 'usd', statement_descriptor_suffix: 'x'.repeat(23) },
    { param: 'statement_descriptor_suffix', message: 'must be at most 22 characters' },
  ],
])('%s is refused', async (_, params, { code, param, message }) => {
  const error = await create(params)
  expect(error.message).toContain(message)
  expect([error.type, error.statusCode, error.code, error.param]).toEqual([
    'StripeInvalidRequestError',
    400,
    code,
    param,
  ])
  if (code !== undefined) expect(error.doc_url).toBe(`https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`)
})

test('an unknown id in the path is a 404', async () => {
  const { sdk } = openShop()
  const asked = [
    [sdk.customers.retrieve('cus_no'), "No such customer: 'cus_no'", 'id'],
    [sdk.paymentIntents.retrieve('pi_no'), "No such payment_intent: 'pi_no'", 'intent'],
    [sdk.charges.retrieve('ch_no'), "No such charge: 'ch_no'", 'charge'],
    [sdk.refunds.retrieve('re_no'), "No such refund: 're_no'", 'id'],
    [sdk.disputes.retrieve('du_no'), "No such dispute: 'du_no'", 'dispute'],
    [sdk.events.retrieve('evt_no'), "No such event: 'evt_no'", 'id'],
    [sdk.balanceTransactions.retrieve('txn_no'), "No such balance transaction: 'txn_no'", 'id'],
    [sdk.paymentMethods.attach('pm_no', { customer: 'cus_no' }), "No such customer: 'cus_no'", 'customer'],
  ] as const
  for (const [act, message, param] of asked) {
    expect(await errorOf(act)).toMatchObject({ code: 'resource_missing', message, param })
  }
})

test('metadata: fifty keys, merged, unset one by one or all at once', async () => {
  const { sdk } = openShop()
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`k${at}`, 'v']))
  const { id } = await sdk.customers.create({ metadata: many })
  expect(await errorOf(sdk.customers.update(id, { metadata: { one: 'more' } }))).toMatchObject({
    message: "Metadata can have up to 50 keys, but you've set 51",
    param: 'metadata',
  })
  const swapped = await sdk.customers.update(id, { metadata: { k0: '', one: 'more' } })
  expect(Object.keys(swapped.metadata)).toHaveLength(50)
  expect(swapped.metadata).not.toHaveProperty('k0')
  expect((await sdk.customers.update(id, { metadata: '' })).metadata).toEqual({})
})

test.each([
  [
    'key',
    { ['k'.repeat(41)]: 'v' },
    'Metadata keys can have up to 40 characters, but you passed in a key that is 41 characters.',
  ],
  [
    'value',
    { k: 'v'.repeat(501) },
    'Metadata values can have up to 500 characters, but you passed in a value that is 501 characters.',
  ],
])('metadata: a %s that is too long is refused, one at the limit is not', async (_, metadata, message) => {
  const { sdk } = openShop()
  expect((await errorOf(sdk.customers.create({ metadata }))).message).toContain(message)
  const fits = Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key.slice(0, 40), value.slice(0, 500)]),
  )
  expect((await sdk.customers.create({ metadata: fits })).metadata).toEqual(fits)
})

test('forms survive the trip, brackets, lists and all', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  const name = fc.stringMatching(/^[a-z_]{1,8}$/)
  const value = fc.oneof(
    text,
    fc.array(text, { minLength: 1, maxLength: 4 }),
    fc.dictionary(name, text, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
  )
  fc.assert(
    fc.property(fc.dictionary(name, value, { maxKeys: 5, noNullPrototype: true }), (params) => {
      const pairs = Object.entries(params).flatMap(([key, item]) =>
        typeof item === 'string'
          ? [[key, item]]
          : Array.isArray(item)
            ? item.map((one, at) => [`${key}[${at}]`, one])
            : Object.entries(item).map(([inner, one]) => [`${key}[${inner}]`, one]),
      )
      const form = pairs.map((pair) => pair.map((part) => encodeURIComponent(String(part))).join('=')).join('&')
      expect(parseForm(form)).toEqual(params)
    }),
    { seed: 7 },
  )
})

test('a cart of fifty lines is still a list', () => {
  const form = Array.from({ length: 50 }, (_, at) => `types[${at}]=t${at}`).join('&')
  expect(parseForm(form).types).toHaveLength(50)
})

test.each([
  [4900, 'usd', '49.00', '$49.00'],
  [5, 'usd', '0.05', '$0.05'],
  [5, 'jpy', '5', '¥5'],
  [1234567, 'usd', '12345.67', '$12,345.67'],
  [1234, 'kwd', '1.234', '1.234 KWD'],
  [-250, 'usd', '-2.50', '$-2.50'],
])('%d %s is %s', (amount, currency, major, shown) => {
  expect(toMajor(amount, currency)).toBe(major)
  expect(display(amount, currency)).toBe(shown)
})

test('three-decimal amounts end in a zero', () => {
  expect(() => checkAmount(1230, 'kwd')).not.toThrow()
  expect(() => checkAmount(1234, 'kwd')).toThrow('divisible by 10')
})

test.each([
  [
    'a key of another account',
    'sk_test_0123456789abcdwxyz',
    'Invalid API Key provided: sk_test_**************wxyz',
    undefined,
  ],
  ['a key that is none', 'nonsense', 'Invalid API Key provided: ****ense', undefined],
  [
    'a publishable key',
    'pk_test_123',
    'This API call cannot be made with a publishable API key.',
    'secret_key_required',
  ],
])('%s gets a 401', async (_, key, message, code) => {
  const shop = openShop({ keys: ['sk_test_right'] })
  const error = await errorOf(client(shop.network, {}, key).balance.retrieve())
  expect(error).toMatchObject({ type: 'StripeAuthenticationError', statusCode: 401 })
  expect(error.message).toContain(message)
  expect(error.code).toBe(code)
  expect((await client(shop.network, {}, 'sk_test_right').balance.retrieve()).object).toBe('balance')
})

test('no key at all gets a 401, and basic auth is taken', async () => {
  const shop = openShop()
  const bare = await shop.raw('GET', '/v1/balance', undefined, { Authorization: '' })
  expect(bare.status).toBe(401)
  expect(bare.headers.get('WWW-Authenticate')).toBe('Basic realm="Stripe"')
  expect((await errorIn(bare)).message).toContain('You did not provide an API key.')
  const basic = `Basic ${Buffer.from('sk_test_123:').toString('base64')}`
  expect((await shop.raw('GET', '/v1/balance', undefined, { Authorization: basic })).status).toBe(200)
})

test('a 401 leaves nothing behind', async () => {
  const shop = openShop()
  await shop.raw('POST', '/v1/customers', 'name=Ann', { Authorization: 'Bearer x', 'Idempotency-Key': 'k' })
  expect([shop.rows('customers'), shop.rows('idempotency_keys')]).toEqual([[], []])
  expect((await shop.raw('POST', '/v1/customers', 'name=Ann', { 'Idempotency-Key': 'k' })).status).toBe(200)
})

test('raw card numbers are refused, unless the account may send them', async () => {
  const card = { number: '4000000000009995', exp_month: 4, exp_year: 2031, cvc: '123' }
  const refused = await openShop().raw(
    'POST',
    '/v1/payment_methods',
    'type=card&card[number]=4242424242424242&card[exp_month]=4&card[exp_year]=2031',
  )
  expect(refused.status).toBe(402)
  expect(await errorIn(refused)).toMatchObject({
    type: 'invalid_request_error',
    message: expect.stringContaining('Sending credit card numbers directly to the Stripe API is generally unsafe.'),
  })
  const shop = openShop({ account: { raw_card_data: true } })
  const { id, card: made } = await shop.sdk.paymentMethods.create({ type: 'card', card })
  expect(made).toMatchObject({ last4: '9995', exp_month: 4, exp_year: 2031 })
  expect((await errorOf(pay(shop, { payment_method: id }))).decline_code).toBe('insufficient_funds')
  expect(
    await errorOf(shop.sdk.paymentMethods.create({ type: 'card', card: { ...card, number: '4242424242424241' } })),
  ).toMatchObject({
    code: 'incorrect_number',
    statusCode: 402,
  })
})
