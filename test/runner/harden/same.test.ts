import fc from 'fast-check'
import { chai, expect, test } from 'vitest'
import { isSameData, passSameDataAtOnce } from '../../../runner/harden/suite/same.ts'

/** Whether Vitest itself calls two values strictly equal. */
function areEqual(a: unknown, b: unknown): boolean {
  try {
    expect(a).toStrictEqual(b)
    return true
  } catch {
    return false
  }
}
const data = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(0, -0, 1, Number.NaN, '', 'a', true, false, null, undefined, 1n),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('any'), { maxKeys: 3, noNullPrototype: false }),
    fc.array(tie('any'), { maxLength: 2 }).map((all) => Object.assign([...all], { length: all.length + 1 })),
  ),
})).any

test('what is called the same Vitest calls equal, whatever the data', () => {
  fc.assert(
    fc.property(data, data, (a, b) => {
      if (isSameData(a, b)) expect(areEqual(a, b)).toBe(true)
      if (isSameData(a, structuredClone(a))) expect(areEqual(a, structuredClone(a))).toBe(true)
    }),
    { seed: 1, numRuns: 500 },
  )
})

const cycle: Record<string, unknown> = {}
cycle.self = cycle
class Own {}
const call = (): number => 1
test.each([
  ['a hole and undefined', [undefined], Array(1)],
  ['a key that is undefined and none', { a: undefined }, {}],
  ['two zeros', { a: 0 }, { a: -0 }],
  ['a class and a plain object', new Own(), {}],
  ['an array with a name on it', Object.assign([1], { at: 0 }), [1]],
  ['a symbol', { [Symbol.iterator]: 1 }, {}],
  ['functions, even one and the same', { call }, { call }],
  ['a cycle', cycle, cycle],
  ['dates', new Date(0), new Date(0)],
])('what needs a closer look is not called the same: %s', (_, a, b) => {
  expect(isSameData(a, b)).toBe(false)
})

test('only what is plainly the same passes at once; with an equality of its own everything goes to Vitest', () => {
  const asked: unknown[] = []
  const prototype = {
    toStrictEqual: (expected: unknown): void => void asked.push(expected),
    toEqual: (expected: unknown): void => void asked.push(expected),
  }
  const expectOf = { addEqualityTesters: () => undefined }
  const { util } = chai
  // Vitest's own stays as it is for the other tests.
  passSameDataAtOnce({ chai: { Assertion: { prototype }, util }, expect: expectOf } as never)
  const assertion = (object: unknown, negate = false): typeof prototype => {
    const one = Object.create(prototype, { __flags: { value: { object, negate } } }) as typeof prototype
    return one
  }
  assertion({ a: [1] }).toStrictEqual({ a: [1] })
  assertion('a').toEqual('a')
  expect(asked).toEqual([])
  assertion({ a: [1] }).toStrictEqual({ a: [2] })
  assertion({ a: 1 }, true).toEqual({ a: 1 })
  expect(asked).toEqual([{ a: [2] }, { a: 1 }])
  ;(expectOf.addEqualityTesters as (testers: readonly unknown[]) => void)([])
  assertion('b').toEqual('b')
  expect(asked).toHaveLength(3)
})
