import OpenAI from 'openai'
import { afterEach, expect, test, vi } from 'vitest'
import { createNetwork } from '../../../twins/network.ts'
import { openai } from '../../../twins/openai/index.ts'
import { signature } from '../../../twins/openai/webhooks.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { createWorld, type Delivery, type RunnableWorld } from '../../../twins/world.ts'
import { batchFile } from './support.ts'

const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`
const startsAt = '2030-01-01T00:00:00Z'

afterEach(() => void vi.useRealTimers())

/** A world whose subject answers its webhooks with `statuses`, one after another. */
function listen(statuses: readonly number[]) {
  const taken: Delivery[] = []
  const world: RunnableWorld = createWorld({
    seed: '1',
    startsAt,
    courier: (delivery, done) => {
      const status = statuses[taken.push(delivery) - 1] ?? 200
      world.clock.schedule(10, () => done({ kind: 'answer', status, body: '' }))
    },
  })
  const network = createNetwork(world, [
    {
      definition: openai as unknown as TwinDefinition<unknown>,
      seed: { webhooks: [{ url: 'https://app.example/hooks', secret: SECRET }] },
    },
  ])
  const twin = network.twins.get('openai')
  const api = new OpenAI({
    apiKey: 'sk-test-123456789',
    maxRetries: 0,
    webhookSecret: SECRET,
    fetch: async (input, init) => {
      const answer = await twin?.fetch(new Request(input as string, init as RequestInit))
      if (answer === undefined) throw new Error('expected a twin')
      return answer
    },
  })
  return { api, world, taken }
}

const headersOf = ({ headers }: Delivery): Record<string, string> => Object.fromEntries(headers)

test('a batch that ends is told of, and the SDK believes it', async () => {
  const { api, world, taken } = listen([])
  const file = batchFile([{ model: 'gpt-4.1-mini', messages: [{ role: 'user', content: 'Hi' }] }])
  const { id } = await api.files.create({ purpose: 'batch', file })
  const batch = await api.batches.create({
    completion_window: '24h',
    endpoint: '/v1/chat/completions',
    input_file_id: id,
  })
  await world.clock.advance(90_000)
  const [delivery] = taken
  if (delivery === undefined) throw new Error('expected a delivery')
  expect(delivery.url).toBe('https://app.example/hooks')
  // The SDK holds the timestamp against its own clock.
  vi.useFakeTimers({ toFake: ['Date'], now: world.clock.now() })
  const event = await api.webhooks.unwrap(delivery.body, headersOf(delivery))
  expect(event).toMatchObject({ object: 'event', type: 'batch.completed', data: { id: batch.id } })
  await expect(api.webhooks.unwrap(`${delivery.body} `, headersOf(delivery))).rejects.toThrow('does not match')
  vi.setSystemTime(world.clock.now() + 301_000)
  await expect(api.webhooks.unwrap(delivery.body, headersOf(delivery))).rejects.toThrow('too old')
  vi.setSystemTime(world.clock.now())
  await expect(
    api.webhooks.unwrap(delivery.body, headersOf(delivery), `whsec_${Buffer.from('another').toString('base64')}`),
  ).rejects.toThrow('does not match')
})

test('a response in the background is told of once it is there, one that was given up is told of as that', async () => {
  const { api, world, taken } = listen([])
  const done = await api.responses.create({ model: 'gpt-5-mini', input: 'Hi', background: true })
  const left = await api.responses.create({ model: 'gpt-5-mini', input: 'Hi', background: true })
  await api.responses.create({ model: 'gpt-5-mini', input: 'Nobody is told of this one.' })
  await world.clock.advance(500)
  await api.responses.cancel(left.id)
  await world.clock.advance(60_000)
  expect(taken.map(({ body }) => JSON.parse(body)).map(({ type, data }) => [type, data.id])).toEqual([
    ['response.cancelled', left.id],
    ['response.completed', done.id],
  ])
})

test('what is not taken comes again, longer and longer after, with a signature of its own', async () => {
  const { api, world, taken } = listen([500, 302])
  await api.responses.create({ model: 'gpt-5-mini', input: 'Hi', background: true })
  await world.clock.advance(600_000)
  expect(taken).toHaveLength(3)
  const [first, second, third] = taken.map(headersOf)
  expect(new Set([first?.['webhook-id'], second?.['webhook-id'], third?.['webhook-id']]).size).toBe(1)
  expect(Number(second?.['webhook-timestamp']) - Number(first?.['webhook-timestamp'])).toBe(60)
  expect(first?.['webhook-signature']).not.toBe(second?.['webhook-signature'])
})

test('what nobody ever takes is given up within 72 hours', async () => {
  const { api, world, taken } = listen(Array.from({ length: 40 }, () => 500))
  await api.responses.create({ model: 'gpt-5-mini', input: 'Hi', background: true })
  await world.clock.advance(30 * 86_400_000)
  expect(taken).toHaveLength(10)
  const [first, last] = [taken[0], taken.at(-1)].map((one) => Number(headersOf(one as Delivery)['webhook-timestamp']))
  expect(Number(last) - Number(first)).toBeLessThanOrEqual(72 * 3_600)
  expect(world.trace.events.filter(({ type }) => type === 'openai.webhook.given_up')).toHaveLength(1)
})

test('endpoints are made, changed and taken away by the API', async () => {
  const { api, world, taken } = listen([])
  for await (const { id } of api.webhooks.list()) await api.webhooks.delete(id)
  const made = await api.webhooks.create({
    name: 'nightly',
    url: 'https://app.example/other',
    event_types: ['batch.completed'],
  })
  expect(made.signing_secret).toMatch(/^whsec_/)
  expect(await api.webhooks.retrieve(made.id)).not.toHaveProperty('signing_secret')
  await api.responses.create({ model: 'gpt-5-mini', input: 'Hi', background: true })
  await world.clock.advance(60_000)
  expect(taken).toEqual([])
  await api.webhooks.update(made.id, { event_types: ['response.completed'] })
  await api.responses.create({ model: 'gpt-5-mini', input: 'Hi', background: true })
  await world.clock.advance(60_000)
  expect(taken.map(({ url }) => url)).toEqual(['https://app.example/other'])
  const [delivery] = taken
  if (delivery === undefined) throw new Error('expected a delivery')
  vi.useFakeTimers({ toFake: ['Date'], now: world.clock.now() })
  await api.webhooks.unwrap(delivery.body, headersOf(delivery), made.signing_secret)
  expect(await api.webhooks.delete(made.id)).toEqual({ id: made.id, object: 'webhook_endpoint.deleted', deleted: true })
  await expect(api.webhooks.retrieve(made.id)).rejects.toMatchObject({ status: 404 })
})

test('the signature is that of Standard Webhooks', () => {
  // The example of https://github.com/standard-webhooks/standard-webhooks, libraries' test vectors.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  expect(signature(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}')).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  )
})
