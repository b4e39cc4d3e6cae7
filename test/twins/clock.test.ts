import fc from 'fast-check'
import { expect, test } from 'vitest'
import { VirtualClock } from '../../twins/clock.ts'

test('tasks run in order of time, ties in the order they were scheduled', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), async (delays) => {
      const clock = new VirtualClock(1_000)
      const ran: [number, number][] = []
      delays.forEach((delay, order) => void clock.schedule(delay, () => void ran.push([clock.now() - 1_000, order])))
      await clock.advance(20)
      const expected = delays
        .map((delay, order): [number, number] => [delay, order])
        .sort((a, b) => a[0] - b[0] || a[1] - b[1])
      expect(ran).toEqual(expected)
      expect(clock.now()).toBe(1_020)
    }),
    { seed: 7 },
  )
})

test('canceled tasks do not run, and do not hold time up', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.boolean()), { maxLength: 40 }),
      async (plan) => {
        const clock = new VirtualClock(0)
        const ran: number[] = []
        const cancels = plan.map(([delay], order) => clock.schedule(delay, () => void ran.push(order)))
        plan.forEach(([, off], order) => {
          if (off) cancels[order]?.()
          if (off) cancels[order]?.()
        })
        const kept = plan.flatMap(([delay, off], order) => (off ? [] : [{ delay, order }]))
        expect(clock.nextAt()).toBe(kept.length === 0 ? undefined : Math.min(...kept.map(({ delay }) => delay)))
        await clock.advance(10)
        expect([...ran].sort((a, b) => a - b)).toEqual(kept.map(({ order }) => order))
      },
    ),
    { seed: 7 },
  )
})

test('a task may schedule more, also for this very instant', async () => {
  const clock = new VirtualClock(0)
  const ran: string[] = []
  clock.schedule(5, () => {
    ran.push('first')
    clock.schedule(0, () => void ran.push('at once'))
    clock.schedule(3, () => void ran.push('later'))
  })
  clock.schedule(5, () => void ran.push('second'))
  await clock.advance(7)
  expect(ran).toEqual(['first', 'second', 'at once'])
  await clock.advance(1)
  expect(ran).toEqual(['first', 'second', 'at once', 'later'])
})

test('an asynchronous task is waited for', async () => {
  const clock = new VirtualClock(0)
  const ran: string[] = []
  clock.schedule(1, async () => {
    await Promise.resolve()
    ran.push('slow')
  })
  clock.schedule(1, () => void ran.push('next'))
  await clock.advance(1)
  expect(ran).toEqual(['slow', 'next'])
})

test('a task that reschedules itself at one instant is named', async () => {
  const clock = new VirtualClock(0)
  const again = (): void => void clock.schedule(0, again, 'stripe webhook retry')
  again()
  await expect(clock.advance(1)).rejects.toThrow('Does "stripe webhook retry" reschedule itself?')
})

test('many tasks over time are no loop', async () => {
  const clock = new VirtualClock(0)
  let left = 30_000
  const again = (): void => {
    left -= 1
    if (left > 0) clock.schedule(1, again)
  }
  again()
  await clock.advance(30_000)
  expect(left).toBe(0)
})

test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('a delay of %d is refused', (delay) => {
  expect(() => new VirtualClock(0).schedule(delay, () => undefined)).toThrow(
    `expected delayMs to be an integer >= 0, got ${delay}`,
  )
})

test('a clock starts at whole milliseconds', () => {
  expect(() => new VirtualClock(0.5)).toThrow('expected whole milliseconds, got 0.5')
})

test('time is neither turned back nor moved past a task', () => {
  const clock = new VirtualClock(10)
  clock.schedule(5, () => undefined)
  expect(() => clock.moveTo(9)).toThrow('expected a time in 10..15, got 9')
  expect(() => clock.moveTo(16)).toThrow('expected a time in 10..15, got 16')
  clock.moveTo(15)
  expect(clock.now()).toBe(15)
})

test('an empty clock has nothing to run', async () => {
  const clock = new VirtualClock(0)
  expect(clock.nextAt()).toBeUndefined()
  expect(await clock.runNext()).toBe(false)
})

test('whoever wraps tasks sees each as it is scheduled', async () => {
  const seen: string[] = []
  const clock = new VirtualClock(0, (task) => {
    seen.push('wrapped')
    return () => {
      seen.push('runs')
      return task()
    }
  })
  clock.schedule(1, () => void seen.push('task'))
  expect(seen).toEqual(['wrapped'])
  await clock.advance(1)
  expect(seen).toEqual(['wrapped', 'runs', 'task'])
})
