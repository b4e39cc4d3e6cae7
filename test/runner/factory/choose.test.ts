import { expect, test } from 'vitest'
import { type Contender, choose } from '../../../runner/factory/choose.ts'
import type { Status } from '../../../runner/report/verdict.ts'
import { verdictOn } from './support.ts'

const one = (attempt: number, status: Status, cost: string, latency = '5 ms'): Contender => ({
  attempt,
  verdict: {
    ...verdictOn(status, 't', cost),
    figures: [{ id: 'latency', unit: 'latency', base: null, candidate: latency }],
  },
})

test.each<readonly [string, readonly Contender[], number | undefined]>([
  ['none', [], undefined],
  ['none that passes', [one(1, 'fail', '0.01'), one(2, 'needs-human', '0.01'), one(3, 'inconclusive', '0')], undefined],
  ['the cheapest', [one(1, 'pass', '0.0105'), one(2, 'pass', '0.0100'), one(3, 'fail', '0.0001')], 2],
  ['the fastest of equally cheap ones', [one(1, 'pass', '0.01', '2 s'), one(2, 'pass', '0.010', '90 ms')], 2],
  ['the earliest of equal ones', [one(3, 'pass', '0.01'), one(2, 'pass', '0.01')], 2],
])('it chooses %s', (_, contenders, expected) => {
  expect(choose(contenders)?.attempt).toBe(expected)
  expect(choose([...contenders].reverse())?.attempt, 'in any order').toBe(expected)
})

test('what was not measured is no bargain', () => {
  const unmeasured = { attempt: 1, verdict: { ...verdictOn('pass', 't'), cost: null } }
  expect(choose([unmeasured, one(2, 'pass', '9.99')])?.attempt).toBe(2)
})
