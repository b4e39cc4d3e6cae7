import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setupServer } from 'msw/node'
import Stripe from 'stripe'
import { afterEach, expect, test } from 'vitest'
import { place, type TwinHandlers, twinHandlers } from '../../twins/msw.ts'
import { servedHandlers } from '../../twins/msw-browser.ts'
import { openai } from '../../twins/openai/index.ts'
import { stripe } from '../../twins/stripe/index.ts'

const opened: { close(): void }[] = []
afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

function open(): TwinHandlers {
  const twins = twinHandlers({ twins: [place(stripe, { customers: [{ id: 'cus_1' }] }), place(openai)] })
  const server = setupServer(...twins.handlers)
  server.listen({ onUnhandledFrame: 'error' })
  opened.push(server)
  return twins
}

test('an unmodified client of the test process talks to the twin at its real address', async () => {
  const { world, twins } = open()
  const sdk = new Stripe('sk_test_123')
  const customer = await sdk.customers.create({ email: 'bob@example.com' })
  expect((await sdk.customers.list()).data.map(({ id }) => id)).toEqual([customer.id, 'cus_1'])
  expect(customer.created).toBe(Date.parse('2030-01-01T00:00:00Z') / 1000)
  await world.clock.advance(60_000)
  expect((await sdk.customers.create({})).created - customer.created).toBe(60)
  expect([...twins.keys()]).toEqual(['stripe', 'openai'])
})

test('faults apply, and what is not modelled breaks the connection and is remembered', async () => {
  const { world, unmodelled } = open()
  const sdk = new Stripe('sk_test_123', { maxNetworkRetries: 0 })
  world.faults.add({ on: 'stripe.customers.list', kind: 'status', status: 503, times: 1 })
  await expect(sdk.customers.list()).rejects.toMatchObject({ statusCode: 503 })
  await expect(sdk.terminal.readers.list()).rejects.toThrow(Stripe.errors.StripeConnectionError)
  expect(unmodelled.map(({ message }) => message)).toEqual([expect.stringContaining('Terminal')])
})

test('a seed that does not fit is refused before anything is served', () => {
  expect(() => place(stripe, { customers: [{ nam: 'x' }] } as never)).toThrow(/nam/)
})

test('a page’s requests go to served twins, with the namespace of the test', async () => {
  const asked: string[] = []
  // `bypass` takes the request past the handlers: a server of its own stands for backlot twin.
  const twin = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${String(request.headers['x-backlot-namespace'])}`)
    response.end('{}')
  })
  await new Promise<void>((done) => twin.listen(0, '127.0.0.1', () => done()))
  const url = `http://127.0.0.1:${(twin.address() as AddressInfo).port}`
  const bridge = setupServer(...servedHandlers({ url, hosts: ['api.stripe.com'], namespace: 'mine' }))
  opened.push({ close: () => void twin.close() }, bridge)
  bridge.listen({ onUnhandledFrame: 'bypass' })
  await fetch('https://api.stripe.com/v1/customers?limit=1', { method: 'POST', body: 'a=1' })
  expect(asked).toEqual(['POST /~api.stripe.com/v1/customers?limit=1 mine'])
})
