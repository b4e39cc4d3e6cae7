import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Fault } from '../../twins/faults.ts'
import {
  createNetwork,
  type Network,
  requestFields,
  settled,
  type WireAnswer,
  type WireRequest,
} from '../../twins/network.ts'
import { createTwinApp, NotModelled, type TwinDefinition } from '../../twins/twin.ts'
import { createWorld, type RunnableWorld } from '../../twins/world.ts'

/** A twin that counts what it sees; its answers have a wide character, and streams come in three events. */
function counter(name = 'counter', origins: readonly string[] = ['https://counter.test']): TwinDefinition<unknown> {
  return {
    name,
    origins,
    apiVersions: [],
    seed: z.unknown(),
    prices: [],
    gaps: [],
    operations: ['counts.create', 'streams.create'],
    happenings: [],
    events: [],
    latencyMs: { min: 100, max: 200 },
    create() {
      const state = { seen: 0 }
      const app = createTwinApp(name)
      app.on('counts.create', 'POST /counts', (c) => c.json({ seen: ++state.seen, text: 'grün' }, 201))
      app.on(
        'streams.create',
        'POST /streams',
        () =>
          new Response('data: 1\n\ndata: 2\n\ndata: [DONE]\n\n', { headers: { 'Content-Type': 'text/event-stream' } }),
      )
      return {
        operationOf: app.operationOf,
        fetch: app.fetch,
        failure: (status, retryAfterMs, request) =>
          Response.json({ status, retryAfterMs, url: request?.url }, { status }),
        happen: () => undefined,
        snapshot: () => ({ ...state }),
        restore: () => undefined,
      }
    },
  }
}

type Bench = {
  readonly world: RunnableWorld
  readonly network: Network
  readonly ask: (more?: Partial<WireRequest>) => Promise<WireAnswer>
}
function bench(...faults: readonly Fault[]): Bench {
  const world = createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' })
  const network = createNetwork(world, [{ definition: counter(), seed: {} }])
  for (const fault of faults) world.faults.add(fault)
  return {
    world,
    network,
    ask: (more) =>
      network.handle({
        step: 'buy',
        method: 'POST',
        url: 'https://counter.test/counts',
        headers: [],
        body: new Uint8Array(),
        ...more,
      }),
  }
}
const seen = ({ network }: Bench): unknown => network.twins.get('counter')?.snapshot()
const textOf = (answer: WireAnswer): string =>
  answer.kind === 'response' ? Buffer.concat(answer.chunks.map(({ bytes }) => bytes)).toString() : answer.kind

test('a request reaches the twin at its origin, and is on record', async () => {
  const made = bench()
  const answer = await made.ask({
    headers: [
      ['Content-Type', 'application/json'],
      ['Idempotency-Key', 'k'],
    ],
    body: Buffer.from('{"a":{"b":1}}'),
    url: 'https://counter.test/counts?q=2',
  })
  expect(answer).toMatchObject({ kind: 'response', status: 201, key: 'buy/counter.counts.create#1', cut: false })
  expect(answer.kind === 'response' && answer.afterMs).toBeGreaterThanOrEqual(100)
  expect(made.world.trace.events).toMatchObject([
    {
      type: 'counter.counts.create',
      fields: {
        key: 'buy/counter.counts.create#1',
        method: 'POST',
        path: '/counts',
        idempotencyKey: 'k',
        params: { q: '2', a: { b: 1 } },
      },
    },
    { type: 'counter.answer', fields: { operation: 'counts.create', status: 201 } },
  ])
})

test('attempts are counted by step and operation', async () => {
  const { ask } = bench()
  const keys = [await ask(), await ask(), await ask({ step: 'other' })].map(({ key }) => key)
  expect(keys).toEqual(['buy/counter.counts.create#1', 'buy/counter.counts.create#2', 'other/counter.counts.create#1'])
})

test('latency hangs on the causal key, and a log decides it', async () => {
  const first = bench()
  await first.ask({ step: 'unrelated' })
  const [alone, after] = [await bench().ask(), await first.ask()]
  expect(after).toMatchObject({ afterMs: alone.kind === 'response' ? alone.afterMs : -1 })
  const world = createWorld({
    seed: '9',
    startsAt: '2030-01-01T00:00:00Z',
    decisions: { 'buy/counter.counts.create#1/latency': 123 },
  })
  const network = createNetwork(world, [{ definition: counter(), seed: {} }])
  expect(
    await network.handle({
      step: 'buy',
      method: 'POST',
      url: 'https://counter.test/counts',
      headers: [],
      body: new Uint8Array(),
    }),
  ).toMatchObject({ afterMs: 123 })
})

test.each<readonly [string, Fault, string, number]>([
  ['the request is lost', { on: 'counter', kind: 'request-lost' }, 'reset', 0],
  ['the request is lost, silently', { on: 'counter', kind: 'request-lost', silent: true }, 'silence', 0],
  ['the answer is lost, the effect is not', { on: 'counter', kind: 'answer-lost' }, 'reset', 1],
  ['the answer is lost, silently', { on: 'counter', kind: 'answer-lost', silent: true }, 'silence', 1],
  ['nobody answers', { on: 'counter', kind: 'timeout' }, 'silence', 0],
  ['the connection breaks', { on: 'counter', kind: 'reset' }, 'reset', 0],
  ['the twin sees it twice', { on: 'counter', kind: 'duplicate' }, 'response', 2],
  ['the twin is down', { on: 'counter', kind: 'status', status: 503 }, 'response', 0],
])('%s', async (_, fault, kind, effects) => {
  const made = bench(fault)
  expect((await made.ask()).kind).toBe(kind)
  expect(seen(made)).toEqual({ seen: effects })
  expect(made.world.trace.events.filter(({ type }) => type === 'fault')).toMatchObject([
    { fields: { on: 'counter', kind: fault.kind } },
  ])
})

test('an injected failure is the vendor’s own, and knows what it answers', async () => {
  const limited = await bench({ on: 'counter', kind: 'rate-limit', retryAfterMs: 2_000 }).ask()
  expect(limited).toMatchObject({ status: 429 })
  expect(JSON.parse(textOf(limited))).toEqual({ status: 429, retryAfterMs: 2_000, url: 'https://counter.test/counts' })
  expect(await bench({ on: 'counter', kind: 'status' }).ask()).toMatchObject({ status: 503 })
})

test('slow is later, and no different otherwise', async () => {
  const usual = await bench().ask()
  const slow = await bench({ on: 'counter', kind: 'slow', byMs: 5_000 }).ask()
  if (usual.kind !== 'response' || slow.kind !== 'response') throw new Error('expected two answers')
  expect(slow.afterMs).toBe(usual.afterMs + 5_000)
  expect(textOf(slow)).toBe(textOf(usual))
})

test('a truncated body ends inside a character', async () => {
  const answer = await bench({ on: 'counter', kind: 'truncated' }).ask()
  expect(answer).toMatchObject({ cut: true })
  expect(textOf(answer)).toBe('{"seen":1,"text":"gr\ufffd')
})

test('a stream comes event by event, and breaks between two', async () => {
  const answer = await bench().ask({ url: 'https://counter.test/streams' })
  if (answer.kind !== 'response') throw new Error('expected an answer')
  expect(answer.chunks.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([
    'data: 1\n\n',
    'data: 2\n\n',
    'data: [DONE]\n\n',
  ])
  expect(answer.chunks.map(({ afterMs }) => afterMs > 0)).toEqual([false, true, true])
  const cut = await bench({ on: 'counter', kind: 'truncated' }).ask({ url: 'https://counter.test/streams' })
  expect(textOf(cut)).toBe('data: 1\n\ndata: 2\n\n')
})

test('what no twin models rejects, and leaves no trace', async () => {
  const made = bench()
  await expect(made.ask({ url: 'https://stranger.test/' })).rejects.toThrow(
    'twin "network" does not model the origin https://stranger.test',
  )
  await expect(made.ask({ url: 'http://counter.test/counts' })).rejects.toThrow(NotModelled)
  await expect(made.ask({ url: 'https://counter.test/nothing' })).rejects.toThrow('does not model POST /nothing')
  await expect(made.ask({ method: 'GET' })).rejects.toThrow(NotModelled)
  expect(made.world.trace.events).toEqual([])
})

test('an origin belongs to one twin; a wildcard takes one label', () => {
  const world = createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' })
  expect(() =>
    createNetwork(world, [
      { definition: counter('a'), seed: {} },
      { definition: counter('b'), seed: {} },
    ]),
  ).toThrow('expected one twin at https://counter.test, got a and b')
  const network = createNetwork(world, [
    { definition: counter('wild', ['https://*.wild.test']), seed: {} },
    { definition: counter('local', ['http://local.test:8080']), seed: {} },
  ])
  expect(network.twinAt('acme-1.wild.test', 443, true)).toBe('wild')
  expect(network.twinAt('a.b.wild.test', 443, true)).toBeUndefined()
  expect(network.twinAt('wild.test', 443, true)).toBeUndefined()
  expect(network.twinAt('acme.wildxtest', 443, true)).toBeUndefined()
  expect(network.twinAt('local.test', 8080, false)).toBe('local')
  expect(network.twinAt('local.test', 80, false)).toBeUndefined()
})

test('connections are refused on request', () => {
  const made = bench({ on: 'counter.connect', kind: 'refused', times: 1 })
  expect(made.network.refuses('counter', 'buy')).toBe(true)
  expect(made.network.refuses('counter', 'buy')).toBe(false)
})

test.each<readonly [string, string, string, unknown]>([
  ['a form', 'application/x-www-form-urlencoded', 'a[b]=1&c[]=2&c[]=3', { q: '1', a: { b: '1' }, c: ['2', '3'] }],
  ['JSON', 'application/json; charset=utf-8', '{"a":[1]}', { q: '1', a: [1] }],
  ['a JSON list', 'application/json', '[1]', { q: '1', body: [1] }],
  ['broken JSON', 'application/json', '{', { q: '1' }],
  ['bytes', 'application/octet-stream', 'xyz', { q: '1' }],
])('the fields of %s', (_, type, body, expected) => {
  expect(
    requestFields({
      step: 's',
      method: 'POST',
      url: 'https://x.test/?q=1',
      headers: [['content-type', type]],
      body: Buffer.from(body),
    }),
  ).toEqual(expected)
})

/** A twin whose operations stand in a header, whose parameters stand in the path, and that answers a minute late. */
function waiter(): TwinDefinition<unknown> {
  const base = counter('waiter', ['https://*.wait.*.test'])
  return {
    ...base,
    operations: ['things.await'],
    create(world, seed) {
      return {
        ...base.create(world, seed),
        operationOf: (_method, _url, header) => header?.('x-target'),
        fieldsOf: (_method, url) => ({ key: url.pathname.slice(1) }),
        wait: async () => (go) => void world.clock.schedule(60_000, go),
        fetch: () => Response.json({ at: world.clock.now() }),
      }
    },
  }
}

test('a twin may wait before it answers, and nobody else waits with it', async () => {
  const world = createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' })
  const network = createNetwork(world, [{ definition: waiter(), seed: {} }])
  const ask = (url: string): Promise<WireAnswer> =>
    network.handle({
      step: 'wait',
      method: 'GET',
      url,
      headers: [['X-Target', 'things.await']],
      body: new Uint8Array(),
    })
  const held = await ask('https://a.wait.eu.test/k')
  expect(held).toMatchObject({ kind: 'held', key: 'wait/waiter.things.await#1' })
  const answers: string[] = []
  void settled(held).then((answer) => answers.push(textOf(answer)))
  expect(world.trace.events.map(({ type }) => type)).toEqual(['waiter.things.await'])
  expect(world.cause.step).toBe('boot')
  await world.clock.advance(59_999)
  expect(answers).toEqual([])
  await world.clock.advance(1)
  expect(answers).toEqual([JSON.stringify({ at: Date.parse('2030-01-01T00:01:00Z') })])
  expect(world.trace.events.at(-1)).toMatchObject({ type: 'waiter.answer', step: 'wait' })
  expect(world.cause.step).toBe('boot')
})

test('faults see parameters that stand in the path', async () => {
  const world = createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' })
  const network = createNetwork(world, [{ definition: waiter(), seed: {} }])
  world.faults.add({ on: 'waiter.things.await', kind: 'status', status: 503, where: { key: 'bad' } })
  const ask = (path: string): Promise<WireAnswer> =>
    network.handle({
      step: 'wait',
      method: 'GET',
      url: `https://b.wait.us.test${path}`,
      headers: [['x-target', 'things.await']],
      body: new Uint8Array(),
    })
  expect(await ask('/bad')).toMatchObject({ kind: 'response', status: 503 })
  expect(await ask('/good')).toMatchObject({ kind: 'held' })
})
