import { expect, test } from 'vitest'
import type { Run } from '../../scenarios/run.ts'
import type { Scenario } from '../../scenarios/scenario.ts'
import { type Shrunk, shrink } from '../../scenarios/shrink.ts'
import { call, fault, pass, play, scenario, shop } from './support/stories.ts'

const booked = (run: Run, step: string): number =>
  run.trace.filter(({ type, step: at }) => type === 'ledger.entry.booked' && at === step).length

/** Some step booked twice. */
const twice = (run: Run): boolean => Object.keys(run.answers).some((step) => booked(run, step) > 1)

const long = scenario(
  [
    call('a', '/buy'),
    fault({ on: 'ledger.entries.create', kind: 'slow', byMs: 5000 }),
    pass(60_000),
    call('b', '/buy', { body: { json: { customer: { name: 'Ada', tags: ['x', 'y'] }, items: [1, 2, 3] } } }),
    { kind: 'heal', id: 'h', atMs: undefined, place: { file: 'test', line: 1, column: 1 }, on: 'ledger' },
    fault({ on: 'ledger.entries.create', kind: 'answer-lost', attempt: 1, rate: 1, times: 9 }),
    {
      kind: 'together',
      id: 't',
      atMs: undefined,
      place: { file: 'test', line: 1, column: 1 },
      calls: [call('c', '/buy'), call('d', '/buy')],
    },
    pass(1000),
    call('e', '/buy'),
  ],
  { given: { ledger: { webhook: 'https://shop.test/hook' } } },
)

const run = (story: Scenario, decisions?: Run['decisions']): Promise<Run> => play(story, shop, '1', decisions)
const small = async (story: Scenario, runsMax = 500): Promise<Shrunk | undefined> =>
  shrink(story, await run(story), { run, same: twice, runsMax })

test('a long story comes down to its one fault and its one request', async () => {
  const shrunk = await small(long)
  expect(shrunk?.minimal).toBe(true)
  expect(shrunk?.scenario.when.map(({ kind }) => kind)).toEqual(['fault', 'call'])
  expect(shrunk?.scenario.given).toEqual({})
  expect([shrunk?.stepsBefore, shrunk?.stepsAfter]).toEqual([10, 2])
  const [first] = shrunk?.scenario.when ?? []
  expect(first).toMatchObject({ fault: { kind: 'answer-lost', attempt: 1 } })
  expect(first).not.toHaveProperty('fault.rate')
  expect(shrunk !== undefined && twice(shrunk.run)).toBe(true)
})

test('no single step of the smallest case can go', async () => {
  const shrunk = await small(long)
  const story = shrunk?.scenario ?? long
  for (let at = 0; at < story.when.length; at++) {
    const less = { ...story, when: story.when.filter((_, index) => index !== at) }
    expect(twice(await run(less, shrunk?.decisions))).toBe(false)
  }
})

test('a failure that does not come back has no smallest case', async () => {
  expect(await small(scenario([call('a', '/buy')]))).toBeUndefined()
})

test('out of budget, the best so far is the answer and is not called minimal', async () => {
  const shrunk = await small(long, 3)
  expect(shrunk).toMatchObject({ minimal: false, runs: 3 })
})

test('a smaller starting state that its twin refuses is left as it was, and the rest goes on', async () => {
  const refusing = (story: Scenario, decisions?: Run['decisions']): Promise<Run> => {
    if (Object.keys(story.given).length === 0) throw new Error('ledger: expected a webhook, got none.')
    return run(story, decisions)
  }
  const shrunk = await shrink(long, await run(long), { run: refusing, same: twice, runsMax: 500 })
  expect(shrunk?.scenario.when.map(({ kind }) => kind)).toEqual(['fault', 'call'])
  expect(shrunk?.scenario.given).toEqual({ ledger: {} })
})

test('a whole story that its twin refuses is told, not shrunk', async () => {
  const refusing = (): Promise<Run> => Promise.reject(new Error('ledger: expected a webhook, got none.'))
  await expect(shrink(long, await run(long), { run: refusing, same: twice, runsMax: 500 })).rejects.toThrow(
    'expected a webhook',
  )
})
