import { afterAll, expect, test } from 'vitest'
import { certify } from '../../../scenarios/certificate.ts'
import type { Run } from '../../../scenarios/run.ts'
import type { Scenario } from '../../../scenarios/scenario.ts'
import { findServer } from '../../../twins/postgres/server/find.ts'
import type { Json } from '../../../twins/trace.ts'
import { bodies, post, stageWith, story, together } from './support.ts'

const missing = findServer() === undefined
const required = process.env.BACKLOT_REQUIRE_ALL === '1'
const withServer = test.skipIf(missing && !required)
if (missing && !required) console.warn('skipped: a PostgreSQL server is missing (apt-get install postgresql)')

const stage = stageWith('bank.mjs')
afterAll(() => stage.close())

const server = { engine: 'server' } as const
const accounts = [post('a', '/accounts', { id: 'a', balance: 10 }), post('b', '/accounts', { id: 'b', balance: 10 })]
const codes = (run: Run): readonly (string | undefined)[] =>
  Object.values(bodies(run)).flatMap((body) => (body as { code?: string }).code ?? [])
const rows = (run: Run, table: string): readonly { readonly [key: string]: Json }[] =>
  (run.states.postgres as Record<string, { readonly [key: string]: Json }[]>)[table] ?? []

const races: Readonly<Record<string, { readonly story: Scenario; readonly lost: (run: Run) => boolean }>> = {
  'a lost update': {
    story: story(server, [
      ...accounts,
      together(post('x', '/deposit', { id: 'a', amount: 1 }), post('y', '/deposit', { id: 'a', amount: 2 })),
    ]),
    lost: (run) => rows(run, 'accounts')[0]?.balance !== 13,
  },
  'a deadlock': {
    story: story(server, [
      ...accounts,
      together(
        post('x', '/transfer', { from: 'a', to: 'b', amount: 1 }),
        post('y', '/transfer', { from: 'b', to: 'a', amount: 1 }),
      ),
    ]),
    lost: (run) => codes(run).includes('40P01'),
  },
  'a serialization failure': {
    story: story(server, [
      post('s', '/shifts', { doctors: ['ann', 'bob'] }),
      together(
        post('x', '/leave', { doctor: 'ann', isolation: 'serializable' }),
        post('y', '/leave', { doctor: 'bob', isolation: 'serializable' }),
      ),
    ]),
    lost: (run) => codes(run).includes('40001'),
  },
  'write skew, where nothing is serializable': {
    story: story(server, [
      post('s', '/shifts', { doctors: ['ann', 'bob'] }),
      together(
        post('x', '/leave', { doctor: 'ann', isolation: 'repeatable read' }),
        post('y', '/leave', { doctor: 'bob', isolation: 'repeatable read' }),
      ),
    ]),
    lost: (run) => rows(run, 'shifts').every(({ on_call }) => on_call === false),
  },
  'a race for an advisory lock': {
    story: story(server, [together(post('x', '/job', { name: 'x' }), post('y', '/job', { name: 'y' }))]),
    lost: (run) => rows(run, 'jobs').length < 2,
  },
}

/** The first seeds that lose and that do not. */
async function search(race: { story: Scenario; lost: (run: Run) => boolean }): Promise<{ bad?: Run; good?: Run }> {
  let bad: Run | undefined
  let good: Run | undefined
  for (let seed = 1; seed <= 30 && (bad === undefined || good === undefined); seed++) {
    const run = await stage.run(race.story, { seed: String(seed) })
    expect(run.ending.message).toBe('the horizon is reached')
    expect(run.pending).toEqual([])
    if (race.lost(run)) bad ??= run
    else good ??= run
  }
  return { ...(bad === undefined ? {} : { bad }), ...(good === undefined ? {} : { good }) }
}

withServer.each(Object.keys(races))('%s is found by its seed, and replayed exactly', async (name) => {
  const race = races[name]
  if (race === undefined) throw new Error('expected a race')
  const { bad, good } = await search(race)
  expect(bad, 'no seed of 30 shows it').toBeDefined()
  expect(good, 'every seed of 30 shows it').toBeDefined()
  for (const run of [bad, good]) {
    if (run === undefined) continue
    const again = await stage.run(race.story, { seed: run.seed })
    expect(again.trace).toEqual(run.trace)
    expect(again.hash).toBe(run.hash)
  }
})

withServer('a race on a real server earns a D3 certificate', async () => {
  const race = races['a deadlock']
  if (race === undefined) throw new Error('expected a race')
  const certificate = await certify(race.story, '3', stage, () =>
    stageWith('bank.mjs', { TZ: 'Pacific/Chatham', LANG: 'de_DE.UTF-8' }, 'fresh'),
  )
  expect(certificate).toMatchObject({ holds: true, divergence: undefined })
})

withServer('nine requests at once wait for each other, embrace and give up the same way twice', async () => {
  const transfers = [1, 2, 3].flatMap((n) => [
    post(`x${n}`, '/transfer', { from: 'a', to: 'b', amount: 1 }),
    post(`y${n}`, '/transfer', { from: 'b', to: 'a', amount: 1 }),
  ])
  const orders = ['1', '2', '3'].map((n) => post(`o${n}`, '/orders', { numbers: ['7', n] }))
  const crowd = story(server, [...accounts, together(...transfers, ...orders)])
  let waits = 0
  let embraces = 0
  for (const seed of ['1', '2', '3', '4']) {
    const [once, twice] = [await stage.run(crowd, { seed }), await stage.run(crowd, { seed })]
    expect(twice.hash).toBe(once.hash)
    expect(once.pending).toEqual([])
    expect(rows(once, 'orders')).toHaveLength(3)
    waits += once.trace.filter(({ type }) => type === 'postgres.locked').length
    embraces += codes(once).filter((code) => code === '40P01').length
  }
  expect(waits).toBeGreaterThan(8)
  expect(embraces).toBeGreaterThan(0)
})
