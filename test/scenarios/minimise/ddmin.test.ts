import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ddmin } from '../../../scenarios/minimise/ddmin.ts'

const range = (length: number): readonly number[] => Array.from({ length }, (_, at) => at)

test('what is left still fails, in order, and none of it can go', async () => {
  const causes = fc.uniqueArray(fc.integer({ min: 0, max: 199 }), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(causes, async (wanted) => {
      const fails = async (kept: readonly number[]): Promise<boolean> => wanted.every((one) => kept.includes(one))
      expect(await ddmin(range(200), fails)).toEqual(wanted.toSorted((a, b) => a - b))
    }),
    { numRuns: 60, seed: 7 },
  )
})

test('where two causes can stand in for each other, one is enough', async () => {
  const left = await ddmin(range(50), async (kept) => kept.includes(3) || (kept.includes(40) && kept.includes(41)))
  expect(left).toEqual([3])
})

test('a failure that needs nothing leaves nothing, at the price of one run', async () => {
  let runs = 0
  const left = await ddmin(range(1000), async () => {
    runs += 1
    return true
  })
  expect([left, runs]).toEqual([[], 1])
})

test('a budget that is spent leaves the best so far', async () => {
  let left = 12
  const kept = await ddmin(range(64), async (some) => {
    left -= 1
    return left >= 0 && some.includes(7)
  })
  expect(kept).toContain(7)
  expect(kept.length).toBeLessThan(64)
})

test('five causes in a thousand take some eighty runs, not a thousand', async () => {
  let runs = 0
  const wanted = [120, 121, 455, 790, 999]
  await ddmin(range(1000), async (kept) => {
    runs += 1
    return wanted.every((one) => kept.includes(one))
  })
  expect(runs).toBeLessThan(110)
})
