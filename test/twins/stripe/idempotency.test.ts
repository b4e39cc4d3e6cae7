import { afterEach, expect, test, vi } from 'vitest'
import { bodyOf, client, errorIn, errorOf, openShop, pay, RETURN, type Shop } from './support.ts'

afterEach(() => void vi.useRealTimers())

const DAY_MS = 86_400_000
const CUSTOMER = 'name=Ann'
const keyed = (key: string): Readonly<Record<string, string>> => ({ 'Idempotency-Key': key })

test('the first answer is given again, and nothing happens twice', async () => {
  const shop = openShop()
  const first = await shop.raw('POST', '/v1/customers', CUSTOMER, keyed('k'))
  await shop.world.clock.advance(1_000)
  const again = await shop.raw('POST', '/v1/customers', CUSTOMER, keyed('k'))
  expect(await again.text()).toBe(await first.text())
  expect(again.headers.get('Idempotent-Replayed')).toBe('true')
  expect(again.headers.get('Original-Request')).toBe(first.headers.get('Request-Id'))
  expect(again.headers.get('Request-Id')).not.toBe(first.headers.get('Request-Id'))
  expect(first.headers.get('Idempotent-Replayed')).toBeNull()
  expect(shop.rows('customers')).toHaveLength(1)
})

test('the order of parameters does not matter', async () => {
  const shop = openShop()
  await shop.raw('POST', '/v1/customers', 'name=Ann&email=ann%40example.com', keyed('k'))
  await shop.world.clock.advance(1_000)
  const again = await shop.raw('POST', '/v1/customers', 'email=ann%40example.com&name=Ann', keyed('k'))
  expect(again.headers.get('Idempotent-Replayed')).toBe('true')
})

test.each([
  ['other parameters', '/v1/customers', 'name=Bob'],
  ['another path', '/v1/refunds', CUSTOMER],
])('a key used with %s is an error of its own kind', async (_, path, body) => {
  const shop = openShop()
  await shop.raw('POST', '/v1/customers', CUSTOMER, keyed('k'))
  await shop.world.clock.advance(1_000)
  const answer = await shop.raw('POST', path, body, keyed('k'))
  expect(answer.status).toBe(400)
  const error = await errorIn(answer)
  expect(error).toMatchObject({
    type: 'idempotency_error',
    message:
      "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than 'k' if you meant to execute a different request.",
  })
  expect(Object.keys(error).sort()).toEqual(['message', 'request_log_url', 'type'])
  expect(shop.rows('customers')).toHaveLength(1)
})

test('the SDK knows it as an idempotency error', async () => {
  const shop = openShop()
  await pay(shop, {}, { idempotencyKey: 'order-1' })
  await shop.world.clock.advance(1_000)
  expect(await errorOf(pay(shop, { amount: 5000 }, { idempotencyKey: 'order-1' }))).toMatchObject({
    type: 'StripeIdempotencyError',
    statusCode: 400,
  })
})

test('a key lives for 24 hours', async () => {
  const shop = openShop()
  await pay(shop, {}, { idempotencyKey: 'order-1' })
  await shop.world.clock.advance(DAY_MS - 1)
  await pay(shop, {}, { idempotencyKey: 'order-1' })
  expect(shop.rows('charges')).toHaveLength(1)
  await shop.world.clock.advance(1)
  await pay(shop, {}, { idempotencyKey: 'order-1' })
  expect(shop.rows('charges')).toHaveLength(2)
})

test('a decline is remembered', async () => {
  const shop = openShop()
  const declined = { payment_method: 'pm_card_chargeDeclined' }
  const first = await errorOf(pay(shop, declined, { idempotencyKey: 'k' }))
  await shop.world.clock.advance(1_000)
  const again = await errorOf(pay(shop, declined, { idempotencyKey: 'k' }))
  expect([first.statusCode, again.statusCode]).toEqual([402, 402])
  expect(again.charge).toBe(first.charge)
  expect(shop.rows('charges')).toHaveLength(1)
})

test('a refusal by validation is not: the corrected request goes through with the same key', async () => {
  const shop = openShop()
  expect((await errorOf(pay(shop, { amount: 10 }, { idempotencyKey: 'k' }))).code).toBe('amount_too_small')
  expect((await pay(shop, { amount: 1000 }, { idempotencyKey: 'k' })).status).toBe('succeeded')
})

test('while the first request is under way the second is told to wait', async () => {
  const shop = openShop()
  const [first, second] = await Promise.all([
    shop.raw('POST', '/v1/customers', CUSTOMER, keyed('k')),
    shop.raw('POST', '/v1/customers', CUSTOMER, keyed('k')),
  ])
  expect([first.status, second.status]).toEqual([200, 409])
  expect(await errorIn(second)).toMatchObject({ code: 'idempotency_key_in_use', type: 'invalid_request_error' })
  await shop.world.clock.advance(600)
  expect((await shop.raw('POST', '/v1/customers', CUSTOMER, keyed('k'))).status).toBe(200)
  expect(shop.rows('customers')).toHaveLength(1)
})

test('a 500 is remembered, a 503 is not', async () => {
  const shop = openShop()
  shop.world.faults.add({ on: 'stripe.customers.create', kind: 'status', status: 500, nth: 1 })
  expect((await shop.raw('POST', '/v1/customers', CUSTOMER, keyed('a'))).status).toBe(500)
  await shop.world.clock.advance(1_000)
  const again = await shop.raw('POST', '/v1/customers', CUSTOMER, keyed('a'))
  expect([again.status, again.headers.get('Idempotent-Replayed'), again.headers.get('Stripe-Should-Retry')]).toEqual([
    500,
    'true',
    'false',
  ])
  shop.world.faults.add({ on: 'stripe.customers.create', kind: 'status', status: 503, nth: 1 })
  expect((await shop.raw('POST', '/v1/customers', CUSTOMER, keyed('b'))).status).toBe(503)
  expect((await shop.raw('POST', '/v1/customers', CUSTOMER, keyed('b'))).status).toBe(200)
})

test('GET and DELETE pay no attention to keys', async () => {
  const shop = openShop()
  const { id } = await bodyOf(await shop.raw('POST', '/v1/customers', CUSTOMER))
  await shop.raw('GET', `/v1/customers/${id}`, undefined, keyed('k'))
  expect((await shop.raw('DELETE', `/v1/customers/${id}`, undefined, keyed('k'))).status).toBe(200)
  expect((await shop.raw('DELETE', `/v1/customers/${id}`, undefined, keyed('k'))).status).toBe(404)
  expect(shop.rows('idempotency_keys')).toEqual([])
})

test('a key is at most 255 characters long', async () => {
  const shop = openShop()
  expect((await shop.raw('POST', '/v1/customers', CUSTOMER, keyed('x'.repeat(255)))).status).toBe(200)
  expect((await shop.raw('POST', '/v1/customers', CUSTOMER, keyed('x'.repeat(256)))).status).toBe(400)
})

/** Pays with the SDK's own retries, whose waits pass at once. */
async function payThroughRetries(shop: Shop): Promise<unknown> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const sdk = client(shop.network, { maxNetworkRetries: 2 })
  const params = { amount: 4900, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: RETURN }
  const outcome = sdk.paymentIntents.create(params).catch((error: unknown) => error)
  for (let passed = 0; passed < 6_000; passed += 250) {
    await vi.advanceTimersByTimeAsync(250)
    await shop.world.clock.advance(250)
  }
  return outcome
}

test.each([
  ['a lost answer', { kind: 'answer-lost', nth: 1 }],
  ['a reset', { kind: 'reset', times: 2 }],
  ['a 503', { kind: 'status', status: 503, times: 2 }],
  ['a conflict', { kind: 'status', status: 409, nth: 1 }],
] as const)('the SDK retries after %s with one key, and pays once', async (_, fault) => {
  const shop = openShop()
  shop.world.faults.add({ on: 'stripe.payment_intents.create', ...fault })
  expect(await payThroughRetries(shop)).toMatchObject({ status: 'succeeded' })
  const calls = shop.world.trace.events.filter(({ type }) => type === 'stripe.payment_intents.create')
  expect(calls.length).toBeGreaterThan(1)
  expect(new Set(calls.map(({ fields }) => fields.idempotencyKey)).size).toBe(1)
  expect(shop.rows('charges')).toHaveLength(1)
})

test('the SDK does not retry a 500 whose execution had begun', async () => {
  const shop = openShop()
  shop.world.faults.add({ on: 'stripe.payment_intents.create', kind: 'status', status: 500, nth: 1 })
  expect(await payThroughRetries(shop)).toMatchObject({ type: 'StripeAPIError', statusCode: 500 })
  expect(shop.events(/^payment_intents\.create/)).toHaveLength(1)
})

test('the SDK does not retry a rate limit', async () => {
  const shop = openShop()
  shop.world.faults.add({ on: 'stripe', kind: 'rate-limit', retryAfterMs: 1_500 })
  expect(await payThroughRetries(shop)).toMatchObject({
    type: 'StripeRateLimitError',
    code: 'rate_limit',
    headers: { 'retry-after': '2' },
  })
  expect(shop.events(/^payment_intents\.create/)).toHaveLength(1)
})
