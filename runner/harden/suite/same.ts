import type { chai as Chai, expect as Expect } from 'vitest'

const DEPTH_MAX = 100

/**
 * Plain data that is the same through and through. False says nothing: the two may differ, or hold what only a closer look can tell
 * (functions, classes, dates, symbols, cycles).
 */
export function isSameData(a: unknown, b: unknown, depth = 0): boolean {
  if (typeof a !== 'object' || a === null) return typeof a !== 'function' && Object.is(a, b)
  if (typeof b !== 'object' || b === null || depth > DEPTH_MAX) return false
  const kind: unknown = Object.getPrototypeOf(a)
  if (kind !== Object.getPrototypeOf(b)) return false
  if (kind === Array.prototype) {
    if ((a as readonly unknown[]).length !== (b as readonly unknown[]).length) return false
  } else if (kind !== Object.prototype) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length || hasSymbols(a) || hasSymbols(b)) return false
  for (const key of keys)
    if (
      !Object.hasOwn(b, key) ||
      !isSameData((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], depth + 1)
    )
      return false
  return true
}

const hasSymbols = (value: object): boolean => Object.getOwnPropertySymbols(value).length > 0

type Matcher = (this: object, expected: unknown, ...more: readonly unknown[]) => unknown
const NAMES = ['toStrictEqual', 'toEqual'] as const

/**
 * Lets what is plainly the same pass the two deep comparisons at once: most tests of most mutants compare what has not changed. Whatever
 * is not plainly the same is left to Vitest, and so is everything once a test has its own idea of equality.
 */
export function passSameDataAtOnce({
  chai,
  expect,
}: {
  readonly chai: typeof Chai
  readonly expect: typeof Expect
}): void {
  let own = false
  const addTesters = expect.addEqualityTesters
  expect.addEqualityTesters = (testers) => {
    own = true
    addTesters(testers)
  }
  const assertions = chai.Assertion.prototype as unknown as Record<(typeof NAMES)[number], Matcher>
  const { flag } = chai.util
  for (const name of NAMES) {
    const real = assertions[name]
    assertions[name] = function (expected, ...more) {
      if (!own && flag(this, 'negate') !== true && isSameData(flag(this, 'object'), expected)) return this
      return real.call(this, expected, ...more)
    }
  }
}
