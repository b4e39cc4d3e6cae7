import { expect, test } from 'vitest'
import { paceOf, SCHEDULES, strategyOf } from '../../scenarios/schedule.ts'
import { createRng } from '../../twins/rng.ts'
import { createWorld } from '../../twins/world.ts'

const range = { min: 20, max: 50 }
const draws = (schedule: (typeof SCHEDULES)[number], seed = '1'): readonly number[] => {
  const pace = paceOf(schedule, seed)
  if (pace === undefined) throw new Error('expected a pace')
  return Array.from({ length: 200 }, (_, at) => pace(createRng(`${schedule}/${at}`), range))
}

test('each strategy keeps its own range, in whole milliseconds', () => {
  const [uniform, fifo, tail, shuffle, held] = (['uniform', 'fifo', 'heavy-tail', 'shuffle', 'held-back'] as const).map(
    (name) => draws(name),
  )
  const of = (list: readonly number[] = []) => [Math.min(...list), Math.max(...list), list.every(Number.isInteger)]
  expect(of(uniform)).toEqual([20, 50, true])
  expect(of(fifo)).toEqual([20, 20, true])
  expect(of(tail)[1]).toBeGreaterThan(300)
  expect(of(shuffle)[1]).toBeGreaterThan(150)
  expect([...new Set(held)].sort((a, b) => a - b)).toEqual([20, 500])
  expect(paceOf(undefined, '1')).toBeUndefined()
})

test('the portfolio takes all strategies in turn, by seed', () => {
  const taken = ['1', '2', '3', '4', '5'].map((seed) => strategyOf('portfolio', seed))
  expect(new Set(taken).size).toBe(SCHEDULES.length - 1)
  expect(strategyOf('portfolio', '6')).toBe(taken[0])
  expect(strategyOf('portfolio', 'abc')).toBe(strategyOf('portfolio', 'abc'))
  expect(strategyOf('fifo', '3')).toBe('fifo')
})

/**
 * A cache that is filled from what was read before a write. With answers in the order of the requests it is always right; the read must be
 * overtaken by the write and by a second read for it to stay wrong.
 */
async function isStale(schedule: (typeof SCHEDULES)[number], seed: string): Promise<boolean> {
  const world = createWorld({ seed, startsAt: '2030-01-01T00:00:00Z', pace: paceOf(schedule, seed) })
  let stored = 1
  let cached = 0
  const call = (name: string, then: () => void): void => {
    world.clock.schedule(world.latency(name, range), then)
  }
  // The value is read at the server at once; its answer takes its time.
  const read = stored
  call('read', () => {
    cached = read
  })
  call('write', () => {
    stored = 2
    cached = 0
    call('read again', () => {
      cached = stored
    })
  })
  while (world.clock.nextAt() !== undefined) await world.clock.runNext()
  return cached !== stored
}

test('a race that answers in order never show is found by the portfolio within a few seeds', async () => {
  const seeds = Array.from({ length: 40 }, (_, at) => `${at + 1}`)
  const found = async (schedule: (typeof SCHEDULES)[number]): Promise<number> => {
    const stale = await Promise.all(seeds.map((seed) => isStale(schedule, seed)))
    return stale.indexOf(true)
  }
  expect(await found('fifo')).toBe(-1)
  expect(await found('portfolio')).toBeGreaterThanOrEqual(0)
})

test('a latency is a decision on record, whatever the pace', () => {
  const options = { seed: '1', startsAt: '2030-01-01T00:00:00Z', pace: paceOf('heavy-tail', '1') }
  const world = createWorld(options)
  const ms = world.latency('a/b#1', range)
  expect(world.decisions).toEqual({ 'a/b#1/latency': ms })
  const again = createWorld({ ...options, pace: undefined, decisions: { 'a/b#1/latency': 7 } })
  expect(again.latency('a/b#1', range)).toBe(7)
})
