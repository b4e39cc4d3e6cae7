import { createHash, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  createTwinApp,
  type Gap,
  NotModelled,
  notModelled,
  type Twin,
  type TwinApp,
  type TwinDefinition,
} from '../../twins/twin.ts'
import type { World } from '../../twins/world.ts'
import { CHECKS, type TwinTests, withoutReality } from './twins.ts'

const GAPS: readonly Gap[] = [
  { what: 'returns', why: 'The kiosk keeps what it sold.' },
  { what: 'opening hours', why: 'Assumed: always open.' },
]
type Sale = { readonly id: string; readonly item: string }
type State = { sales: Sale[] }

/** What a faulty kiosk does differently. */
type Faults = {
  readonly definition?: Partial<TwinDefinition<object>>
  readonly twin?: (honest: Twin, state: State) => Partial<Twin>
  readonly routes?: (app: TwinApp) => void
  readonly onSale?: (world: World) => string | undefined
}

/** A twin that sells things, honest but for its faults. */
function kiosk({ definition, twin, routes, onSale }: Faults = {}): TwinDefinition<object> {
  return {
    name: 'kiosk',
    origins: ['https://kiosk.test'],
    apiVersions: [],
    seed: z.object({}),
    prices: [
      {
        sku: 'sale',
        rate: '0',
        fixed: '0.10',
        currency: 'USD',
        per: 'sale',
        source: 'https://kiosk.test/',
        readOn: '2026-11-24',
      },
    ],
    gaps: GAPS,
    operations: ['sales.create', 'sales.return'],
    happenings: [],
    events: ['sale.made'],
    latencyMs: { min: 1, max: 2 },
    create(world) {
      const state: State = { sales: [] }
      const app = createTwinApp('kiosk')
      app.on('sales.create', 'POST /sales/:item', (c) => {
        const sale = { id: onSale?.(world) ?? world.id('sale_', 8), item: c.req.param('item') ?? '' }
        state.sales.push(sale)
        world.money.charge('kiosk', 'sale', 1)
        world.trace.record('kiosk.sale.made', sale)
        return c.json(sale)
      })
      app.on('sales.return', 'POST /returns', () => {
        throw notModelled('kiosk', GAPS, 'returns')
      })
      routes?.(app)
      const honest: Twin = {
        operationOf: app.operationOf,
        fetch: app.fetch,
        failure: (status, retryAfterMs) =>
          Response.json(
            { error: `sorry, ${status}` },
            {
              status,
              headers: retryAfterMs === undefined ? {} : { 'Retry-After': `${Math.ceil(retryAfterMs / 1000)}` },
            },
          ),
        happen(event) {
          throw new Error(`kiosk: nothing happens here, least of all "${event}".`)
        },
        snapshot: () => structuredClone(state),
        restore: (json) =>
          void Object.assign(
            state,
            z.object({ sales: z.array(z.object({ id: z.string(), item: z.string() })) }).parse(json),
          ),
      }
      return { ...honest, ...twin?.(honest, state) }
    },
    ...definition,
  }
}

const tests = (twin: TwinDefinition<object>): TwinTests<object> => ({
  twin,
  story: async ({ send }) => void (await send(new Request('https://kiosk.test/sales/newspaper', { method: 'POST' }))),
  gaps: { returns: ({ send }) => send(new Request('https://kiosk.test/returns', { method: 'POST' })) },
  failureBody: z.strictObject({ error: z.string() }),
})

const FAULTS: readonly (readonly [check: string, fault: string, faults: Faults])[] = [
  [
    'the same story gives the same trace, another seed another one',
    'real chance in an id',
    { onSale: () => `sale_${randomUUID()}` },
  ],
  [
    'the same story gives the same trace, another seed another one',
    'no chance at all',
    { onSale: () => 'sale_1', definition: { latencyMs: { min: 1, max: 1 } } },
  ],
  [
    'a snapshot is plain data, a copy, and restores to itself',
    'live state as a snapshot',
    { twin: (_, state) => ({ snapshot: () => state }) },
  ],
  [
    'a snapshot is plain data, a copy, and restores to itself',
    'a restore that keeps what it is given',
    {
      twin: (_, state) => ({ restore: (json) => void Object.assign(state, json, { extra: true }) }),
    },
  ],
  [
    'a snapshot is plain data, a copy, and restores to itself',
    'a restore that goes on with the snapshot itself',
    { twin: (_, state) => ({ restore: (json) => void Object.assign(state, json) }) },
  ],
  [
    'a snapshot is plain data, a copy, and restores to itself',
    'a restored twin that cannot go on',
    {
      twin(honest) {
        let restored = false
        return {
          restore(json) {
            honest.restore(json)
            restored = true
          },
          async fetch(request) {
            const answer = await honest.fetch(request)
            if (restored) throw new Error('kiosk: who sold the others?')
            return answer
          },
        }
      },
    },
  ],
  [
    'a snapshot is plain data, a copy, and restores to itself',
    'state that no snapshot holds',
    { twin: () => ({ snapshot: () => ({}) }) },
  ],
  [
    'an unknown route rejects, and has no operation',
    'a silent 404',
    { twin: () => ({ fetch: () => new Response(null, { status: 404 }) }) },
  ],
  [
    'an unknown route rejects, and has no operation',
    'an operation for anything',
    { twin: () => ({ operationOf: () => 'sales.create' }) },
  ],
  [
    'every gap is run into, or is a stated assumption',
    'a gap without a request',
    { definition: { gaps: [...GAPS, { what: 'rebates', why: 'No.' }] } },
  ],
  [
    'every gap is run into, or is a stated assumption',
    'another reason than the one given',
    {
      definition: { gaps: [{ what: 'returns', why: 'We lost the receipt.' }] },
    },
  ],
  [
    'every gap is run into, or is a stated assumption',
    'a gap that is modelled after all',
    { twin: () => ({ fetch: () => Response.json({}) }) },
  ],
  [
    'every operation has a route, and every route an operation',
    'an operation without a route',
    { definition: { operations: ['sales.create', 'sales.return', 'sales.list'] } },
  ],
  [
    'every operation has a route, and every route an operation',
    'a route that is not listed',
    {
      routes: (app) => app.on('sales.list', 'GET /sales', (c) => c.json([])),
    },
  ],
  [
    'every operation has a route, and every route an operation',
    'one operation hides another',
    {
      routes: (app) => app.on('sales.return', 'POST /sales/:item', (c) => c.json([])),
    },
  ],
  ['every billable act of the story has a price, and every price a source', 'no price', { definition: { prices: [] } }],
  [
    'every billable act of the story has a price, and every price a source',
    'a price from hearsay',
    {
      definition: { prices: [{ ...kiosk().prices[0], source: 'a friend' } as never] },
    },
  ],
  ['events of the story are listed, and so are operations', 'an unlisted event', { definition: { events: [] } }],
  [
    'an injected failure has the vendor’s shape',
    'a body of its own',
    { twin: () => ({ failure: (status) => new Response('oops', { status }) }) },
  ],
  [
    'an injected failure has the vendor’s shape',
    'no Retry-After',
    { twin: () => ({ failure: (status) => Response.json({ error: 'sorry' }, { status }) }) },
  ],
  ['no real clock, chance or network is used', 'Date.now', { onSale: () => `sale_${Date.now()}` }],
  ['an event nobody has heard of is refused', 'a shrug', { twin: () => ({ happen: () => undefined }) }],
]

test.each(Object.entries(CHECKS))('an honest twin passes: %s', async (_, check) => {
  await check(tests(kiosk()))
})

test('every check is seen to fail', () => {
  expect([...new Set(FAULTS.map(([check]) => check))].sort()).toEqual(Object.keys(CHECKS).sort())
})

test.each(FAULTS)('%s: caught is %s', async (name, _, faults) => {
  const check = CHECKS[name]
  if (check === undefined) throw new Error(`no check "${name}"`)
  await expect(check(tests(kiosk(faults)))).rejects.toThrow()
})

test.each([
  ['new Date()', () => new Date()],
  ['Date.now()', () => Date.now()],
  ['Math.random()', () => Math.random()],
  ['performance.now()', () => performance.now()],
  ['setTimeout()', () => setTimeout(() => undefined, 1)],
  ['process.hrtime()', () => process.hrtime.bigint()],
  ['crypto.randomUUID()', () => randomUUID()],
  ['crypto.randomUUID()', () => globalThis.crypto.randomUUID()],
  ['fetch()', () => fetch('https://kiosk.test/')],
])('without reality %s throws, and works again afterwards', async (what, use) => {
  await expect(withoutReality(async () => void use())).rejects.toThrow(
    `expected time and chance from the world, got ${what}`,
  )
  if (what !== 'fetch()') expect(use).not.toThrow()
})

test('what is virtual keeps working without reality', async () => {
  await withoutReality(async () => {
    expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z')
    expect(new Date('2030-01-01T00:00:00Z')).toBeInstanceOf(Date)
    expect(createHash('sha256').update('').digest('hex')).toHaveLength(64)
  })
})

test('a gap is told by its name and reason', () => {
  expect(notModelled('kiosk', GAPS, 'returns')).toBeInstanceOf(NotModelled)
  expect(() => notModelled('kiosk', GAPS, 'nothing')).toThrow('expected a row "nothing"')
})
