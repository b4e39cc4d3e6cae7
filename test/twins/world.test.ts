import { expect, test } from 'vitest'
import {
  type Courier,
  createWorld,
  type Delivery,
  type DeliveryOutcome,
  deriveSeed,
  type RunnableWorld,
  type WorldOptions,
} from '../../twins/world.ts'

const world = (more: Partial<WorldOptions> = {}): RunnableWorld =>
  createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z', ...more })
const STEP = { step: 'buy', key: 'buy/stripe.charges.create#1' }

test('a world starts when it is told to', () => {
  expect(world().clock.now()).toBe(Date.parse('2030-01-01T00:00:00Z'))
  expect(() => world({ startsAt: 'soon' })).toThrow('expected startsAt such as 2030-01-01T00:00:00Z, got "soon"')
})

test('what is scheduled stays on the account of what scheduled it', async () => {
  const made = world()
  const seen: string[] = []
  await made.within(STEP, () => {
    made.clock.schedule(5, () => {
      seen.push(made.cause.key)
      made.clock.schedule(5, () => void seen.push(made.cause.key))
    })
  })
  expect(made.cause.key).toBe('boot')
  await made.clock.advance(10)
  expect(seen).toEqual([STEP.key, STEP.key])
  expect(made.cause.key).toBe('boot')
})

test('the cause comes back even after a throw', async () => {
  const made = world()
  await expect(
    made.within(STEP, () => {
      throw new Error('bug')
    }),
  ).rejects.toThrow('bug')
  expect(made.cause.step).toBe('boot')
})

test('ids hang on the causal key alone, and never repeat under one', async () => {
  const idsOf = async (before: number): Promise<readonly string[]> => {
    const made = world()
    for (let at = 0; at < before; at++)
      await made.within({ step: 'other', key: `other#${at}` }, () => made.id('ch_', 14))
    return made.within(STEP, () => [made.id('ch_', 14), made.id('ch_', 14), made.id('re_', 14)])
  }
  const ids = await idsOf(0)
  expect(await idsOf(7)).toEqual(ids)
  expect(new Set(ids).size).toBe(3)
  expect(ids[0]).toMatch(/^ch_\w{14}$/)
  const another = createWorld({ seed: '2', startsAt: '2030-01-01T00:00:00Z' })
  expect(await another.within(STEP, () => another.id('ch_', 14))).not.toBe(ids[0])
})

test('decisions are logged, and a log is followed in place of the seed', () => {
  const first = world()
  const drawn = first.decide('buy/latency', (rng) => rng.int(0, 1_000_000))
  expect(first.decisions).toEqual({ 'buy/latency': drawn })
  expect(world().decide('buy/latency', (rng) => rng.int(0, 1_000_000))).toBe(drawn)
  const replayed = world({ seed: 'other', decisions: first.decisions })
  expect(replayed.decide('buy/latency', () => -1)).toBe(drawn)
  expect(replayed.decide('buy/unknown', () => -1)).toBe(-1)
  expect(replayed.decisions).toEqual({ 'buy/latency': drawn, 'buy/unknown': -1 })
})

test('costs go into the trace as they arise', async () => {
  const made = world()
  made.money.addPrices('stripe', [
    {
      sku: 'charge',
      rate: '0',
      fixed: '0.30',
      currency: 'USD',
      per: 'charge',
      source: 'https://example.com',
      readOn: '2026-11-24',
    },
  ])
  await made.within(STEP, () => made.money.charge('stripe', 'charge', 1))
  expect(made.trace.events).toMatchObject([
    {
      type: 'cost.line',
      step: 'buy',
      fields: { key: STEP.key, twin: 'stripe', sku: 'charge', amount: '0.3', currency: 'USD' },
    },
  ])
})

const DELIVERY: Delivery = {
  twin: 'stripe',
  id: 'evt_1#1',
  fields: { type: 'charge.succeeded' },
  url: 'https://shop.test/hook',
  headers: [],
  body: '{}',
  timeoutMs: 1_000,
}

type Post = {
  readonly world: RunnableWorld
  readonly arrived: number[]
  readonly outcomes: [number, DeliveryOutcome][]
}
async function post(
  kind?: 'drop' | 'request-lost' | 'reorder' | 'slow' | 'duplicate' | 'answer-lost',
  byMs?: number,
): Promise<Post> {
  const arrived: number[] = []
  const outcomes: [number, DeliveryOutcome][] = []
  const since = (): number => made.clock.now() - made.startsAtMs
  const courier: Courier = (_, done) => {
    arrived.push(since())
    made.clock.schedule(10, () => done({ kind: 'answer', status: 200, body: '' }))
  }
  const made: RunnableWorld = world({ courier })
  if (kind !== undefined)
    made.faults.add({
      on: 'stripe.webhook',
      kind,
      ...(byMs === undefined ? {} : { byMs }),
      where: { type: 'charge.succeeded' },
    })
  made.deliver(DELIVERY, (outcome) => void outcomes.push([since(), outcome]))
  await made.clock.advance(120_000)
  return { world: made, arrived, outcomes }
}
const OK = { kind: 'answer', status: 200, body: '' }

test.each<readonly [Parameters<typeof post>, readonly number[], readonly (readonly [number, object])[]]>([
  [[], [0], [[10, OK]]],
  [['drop'], [], [[0, { kind: 'failed', reason: 'dropped' }]]],
  [['request-lost'], [], [[0, { kind: 'failed', reason: 'dropped' }]]],
  [['reorder'], [60_000], [[60_010, OK]]],
  [['slow', 500], [500], [[510, OK]]],
  [['duplicate', 7], [0, 7], [[10, OK]]],
  [['answer-lost'], [0], [[10, { kind: 'failed', reason: 'timeout' }]]],
])('a delivery with %j arrives and ends as it should', async (args, arrived, outcomes) => {
  const made = await post(...args)
  expect(made.arrived).toEqual(arrived)
  expect(made.outcomes).toEqual(outcomes)
  const faults = made.world.trace.events.filter(({ type }) => type === 'fault')
  expect(faults).toHaveLength(args.length === 0 ? 0 : 1)
})

test('where nobody listens, deliveries are refused', async () => {
  const made = world()
  const outcomes: DeliveryOutcome[] = []
  made.deliver(DELIVERY, (outcome) => void outcomes.push(outcome))
  await made.clock.advance(1)
  expect(outcomes).toEqual([{ kind: 'failed', reason: 'refused' }])
})

test('a derived seed says nothing of the seed it comes from', () => {
  expect(deriveSeed('1', 'subject')).toMatch(/^[0-9a-f]{32}$/)
  expect(deriveSeed('1', 'subject')).toBe(deriveSeed('1', 'subject'))
  expect(deriveSeed('1', 'subject')).not.toBe(deriveSeed('1', 'shrinker'))
  expect(deriveSeed('1', 'subject')).not.toBe(deriveSeed('2', 'subject'))
})
