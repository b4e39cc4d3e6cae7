import { expect, test } from 'vitest'
import { actors } from '../../../scenarios/minimise/actors.ts'
import { explain } from '../../../scenarios/minimise/explain.ts'
import { faults } from '../../../scenarios/minimise/faults.ts'
import { type Minimised, type MinimiseOptions, minimise, type Outcome } from '../../../scenarios/minimise/minimise.ts'
import { records } from '../../../scenarios/minimise/records.ts'
import type { Scenario } from '../../../scenarios/scenario.ts'
import { call, fault, pass, place, play, scenario, shop } from '../support/stories.ts'

/** Fails where one step booked twice. */
const test2 = async (story: Scenario): Promise<Outcome> => {
  const run = await play(story, shop)
  const booked = run.trace.filter(({ type }) => type === 'ledger.entry.booked').map(({ step }) => step)
  return { kind: new Set(booked).size < booked.length ? 'fails' : 'passes' }
}
const small = (story: Scenario, more: Partial<MinimiseOptions> = {}): Promise<Minimised | undefined> =>
  minimise(story, { test: test2, runsMax: 2000, ...more })

/** A day of a shop: many callers, two routes, and a fault in the middle that hits one of them. */
const day = (calls: number): Scenario =>
  scenario(
    Array.from({ length: calls }, (_, at) => at).flatMap((at) => [
      ...(at === Math.floor(calls / 2)
        ? [fault({ on: 'ledger.entries.create', kind: 'answer-lost', times: 1, rate: 1 })]
        : []),
      call(`c${at}`, at % 3 === 0 ? '/gift' : '/buy', {
        atMs: at * 1337,
        headers: { authorization: `Bearer user-${at % 17}` },
        body: { json: { amount: 4900 + at, items: [{ sku: 'tea', n: at }, { sku: 'cup' }] } },
      }),
    ]),
    { given: { ledger: { webhook: 'https://shop.test/hook' } }, horizonMs: 9_000_000 },
  )

test('a day of 400 requests comes down to one fault and one request, and every part left is needed', async () => {
  const found = await small(day(400))
  expect(found?.minimal).toBe(true)
  expect(found?.scenario.when.map(({ kind }) => kind)).toEqual(['fault', 'call'])
  expect(found?.scenario.given).toEqual({})
  expect(found?.scenario.when[1]).toMatchObject({ path: '/buy', headers: {}, atMs: undefined, body: { json: {} } })
  expect(found?.scenario.horizonMs).toBe(600_000)
  expect(found?.runs).toBeLessThan(120)
})

test('it says of each step why it is there', async () => {
  const found = await small(day(40))
  expect(found === undefined ? [] : explain(found)).toEqual([
    expect.stringMatching(/^2 of 41 steps, found in \d+ runs\. Each of these 2 steps is needed:$/),
    '1. answer-lost on ledger.entries.create: without it the check holds',
    '2. POST /buy: without it the check holds',
  ])
})

test('no single part of what is left can go', async () => {
  const found = await small(day(40))
  for (const { without } of found?.needed ?? []) expect(without.kind).not.toBe('fails')
  const parts = new Set(found?.needed.map(({ pass, part }) => `${pass} ${part}`))
  for (const step of found?.scenario.when ?? [])
    expect(parts).toContain(`${step.kind === 'fault' ? 'faults' : 'records'} ${step.id}`)
})

test('the same scenario is never run twice', async () => {
  const seen: string[] = []
  const found = await small(day(60), {
    test: (story) => {
      seen.push(JSON.stringify(story))
      return test2(story)
    },
  })
  expect(new Set(seen).size).toBe(seen.length)
  expect(found?.runs).toBe(seen.length)
  expect(found?.cached).toBeGreaterThan(0)
})

test.each([
  [
    'credentials',
    ['x', 'y', 'z', 'x2'],
    (id: string) => ({ authorization: id.startsWith('x') ? 'one' : id }),
    ['one', 'y', 'z'],
  ],
  ['names that an import gives', ['a1-post', 'a2-post', 'a1-get'], () => ({}), ['a1', 'a2']],
])('callers are told apart by %s', (_, ids, headersOf, wanted) => {
  const story = scenario(ids.map((id) => call(id, '/buy', { headers: headersOf(id) as Record<string, string> })))
  expect(actors.parts(story, 0)).toEqual(wanted)
  const [first = ''] = wanted
  expect(actors.without(story, new Set([first])).when.map(({ id }) => id)).toEqual(
    ids.filter((id) => !(id.startsWith('x') || id.startsWith('a1'))),
  )
})

test('the step that a token comes from is the same caller as those that use it', () => {
  const story = scenario([
    call('login', '/buy', { capture: { token: 'body.token' } }),
    call('use', '/buy', { headers: { authorization: 'Bearer {{token}}' } }),
    call('other', '/buy', { headers: { cookie: 'sid=1' } }),
  ])
  expect(actors.parts(story, 0)).toEqual(['login', 'sid=1'])
  expect(actors.without(story, new Set(['login'])).when.map(({ id }) => id)).toEqual(['other'])
})

test('a step that uses what no step gives is not run, and its giver stays with a reason', async () => {
  const story = scenario([
    pass(1000),
    call('login', '/buy', { capture: { token: 'status' } }),
    fault({ on: 'ledger.entries.create', kind: 'answer-lost', nth: 1 }),
    call('pay', '/buy', { headers: { 'x-token': '{{token}}' } }),
  ])
  // Headers stay as they are: else the token would go first, and its giver with it.
  const found = await small(story, { passes: [records, faults] })
  const steps = found?.scenario.when.map(({ id }) => id)
  expect(steps).toEqual(['login', 'f-answer-lost', 'pay'])
  expect(found?.unresolved).toBeGreaterThan(0)
  expect(found === undefined ? [] : explain(found)).toContain(
    '1. POST /buy: without it there is nothing to judge (step pay needs token)',
  )
})

test.each([1, 3, 10])(
  'after %d runs the best so far is the answer, still fails, and is not called minimal',
  async (runsMax) => {
    const found = await small(day(60), { runsMax })
    expect(found).toMatchObject({ minimal: false, runs: runsMax, needed: [] })
    expect(found === undefined ? undefined : await test2(found.scenario)).toEqual({ kind: 'fails' })
    expect(found === undefined ? '' : explain(found)[0]).toContain('not minimal yet')
  },
)

test('when time is up it stops as well', async () => {
  let left = 5
  const found = await small(day(60), { expired: () => left-- <= 0 })
  expect(found?.minimal).toBe(false)
})

test('what does not fail has no smallest case', async () => {
  expect(await small(scenario([call('a', '/buy')]))).toBeUndefined()
})

test('another failure is not taken for the one that is looked for', async () => {
  // Both steps answer 503; only the first does so for being refused by the twin.
  const story = scenario([
    fault({ on: 'ledger.entries.create', kind: 'status', status: 500, until: undefined } as never),
    call('a', '/buy'),
    call('b', '/never'),
  ])
  const found = await small(story, {
    test: async (one) => {
      const run = await play(one, shop)
      return { kind: run.answers.a?.status === 503 && run.pending.length > 0 ? 'fails' : 'passes' }
    },
  })
  expect(found?.scenario.when.map(({ id }) => id)).toEqual(['f-status', 'a', 'b'])
})

test('expectations about steps that are gone go with them', async () => {
  const answer = (step: string) => ({
    kind: 'answer' as const,
    place,
    step,
    status: 201,
    headers: undefined,
    body: undefined,
    withinMs: undefined,
  })
  const story = { ...day(8), then: [answer('c1'), answer('c4')] }
  const found = await small(story)
  expect(found?.scenario.then.map((one) => (one.kind === 'answer' ? one.step : ''))).toEqual(['c4'])
})

test('progress tells the pass, the runs and how much is left', async () => {
  const lines: string[] = []
  await small(day(20), { onProgress: ({ pass: name, runs, steps }) => void lines.push(`${name} ${runs} ${steps}`) })
  expect(new Set(lines.map((line) => line.replace(/ \d+ \d+$/, '')))).toEqual(
    new Set(['actors', 'routes', 'records', 'faults', 'twin rows', 'time gaps', 'fields']),
  )
})
