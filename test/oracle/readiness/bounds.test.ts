import { expect, test } from 'vitest'
import {
  lowerBound,
  sequential,
  triesNeeded,
  unseenMass,
  upperBound,
  wilson,
} from '../../../oracle/readiness/bounds.ts'

test.each([
  [0.1, 29, 46],
  [0.05, 59, 93],
  [0.03, 99, 157],
  [0.02, 149, 236],
  [0.01, 299, 473],
  [0.005, 598, 947],
  [0.001, 2995, 4742],
])('a share of at most %d takes %d tries without a failure, %d with one', (share, none, one) => {
  expect([triesNeeded(share), triesNeeded(share, 1)]).toEqual([none, one])
  expect(upperBound(0, none)).toBeLessThanOrEqual(share)
  expect(upperBound(0, none - 1)).toBeGreaterThan(share)
  expect(upperBound(1, one)).toBeLessThanOrEqual(share)
  expect(upperBound(1, one - 1)).toBeGreaterThan(share)
})

test('nine joint claims take more tries', () => {
  expect([triesNeeded(0.05, 0, 0.05 / 9), triesNeeded(0.01, 0, 0.05 / 9)]).toEqual([102, 517])
})

test.each([
  [28, 30, 0.8],
  [53, 59, 0.8],
  [26, 30, 0.7],
])('%d of %d show at least %d; one less does not', (good, of, share) => {
  expect(lowerBound(good, of)).toBeGreaterThanOrEqual(share)
  expect(lowerBound(good - 1, of)).toBeLessThan(share)
})

test.each([
  [315, 400, 0.75],
  [370, 400, 0.9],
  [916, 1000, 0.9],
])("Wilson's bound of %d of %d reaches %d; one less does not", (good, of, share) => {
  expect(wilson(good, of).lower).toBeGreaterThanOrEqual(share)
  expect(wilson(good - 1, of).lower).toBeLessThan(share)
})

test.each([
  [2, 33, 2, 20],
  [22, 33, 50, 80],
  [21, 33, 47, 78],
  [26, 33, 62, 89],
])("Wilson's interval of %d of %d is %d to %d percent", (good, of, low, high) => {
  const { lower, upper } = wilson(good, of, 1.96)
  expect([Math.round(lower * 100), Math.round(upper * 100)]).toEqual([low, high])
})

test.each([
  [0.01, 0.05, 72],
  [0.002, 0.01, 366],
])('the sequential test of %d against %d ends after %#', (low, high, clean) => {
  expect(sequential(clean, 0, { low, high })).toBe('low')
  expect(sequential(clean - 1, 0, { low, high })).toBe('open')
  // Two failures at the start decide the other way.
  expect(sequential(0, 2, { low, high })).toBe('high')
})

test('the bounds are the quantiles they claim to be, by adding up the binomial', () => {
  const tail = (k: number, n: number, p: number): number => {
    let [sum, term] = [0, (1 - p) ** n]
    for (let i = 0; i <= k; i++) {
      sum += term
      term *= ((n - i) / (i + 1)) * (p / (1 - p))
    }
    return sum
  }
  for (const [k, n] of [
    [1, 10],
    [3, 59],
    [40, 299],
    [5, 8],
  ] as const) {
    expect(tail(k, n, upperBound(k, n))).toBeCloseTo(0.05, 9)
    expect(1 - tail(k - 1, n, lowerBound(k, n))).toBeCloseTo(0.05, 9)
  }
})

test('nothing seen of nothing bounds nothing', () => {
  expect([upperBound(0, 0), lowerBound(0, 0), unseenMass(0, 0)]).toEqual([1, 0, 1])
  expect(unseenMass(5, 1000)).toBe(0.005)
})
