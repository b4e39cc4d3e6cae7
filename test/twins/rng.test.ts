import fc from 'fast-check'
import seedrandom from 'seedrandom'
import { expect, test } from 'vitest'
import { createRng, type Rng } from '../../twins/rng.ts'

const draw = (rng: Rng, count = 5): readonly number[] => Array.from({ length: count }, () => rng.float())

test('one seed, one sequence; another seed, another', () => {
  expect(draw(createRng('a'))).toEqual(draw(createRng('a')))
  expect(draw(createRng('a'))).not.toEqual(draw(createRng('b')))
})

test('the sequence of a seed never changes, or no old run would replay', () => {
  const rng = createRng('golden')
  expect([rng.int(0, 999_999), rng.int(0, 999_999), rng.text(12)]).toEqual([255_109, 182_301, 'R1FaED5bJ1hE'])
})

test('a fork hangs on its name alone', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.nat(20), (seed, key, drawn) => {
      const quiet = createRng(seed)
      const busy = createRng(seed)
      draw(busy, drawn)
      draw(busy.fork('sibling'), drawn)
      expect(draw(busy.fork(key))).toEqual(draw(quiet.fork(key)))
    }),
    { seed: 7 },
  )
  expect(draw(createRng('a').fork('x'))).not.toEqual(draw(createRng('a').fork('y')))
})

test('whole numbers stay within their bounds and reach both', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: -50, max: 50 }), fc.nat(100), (seed, min, span) => {
      const rng = createRng(seed)
      for (let at = 0; at < 20; at++) {
        const value = rng.int(min, min + span)
        expect(Number.isInteger(value) && value >= min && value <= min + span).toBe(true)
      }
    }),
    { seed: 7 },
  )
  const rng = createRng('die')
  expect([...new Set(Array.from({ length: 200 }, () => rng.int(1, 6)))].sort()).toEqual([1, 2, 3, 4, 5, 6])
})

test('text is of its length and alphabet', () => {
  expect(createRng('a').text(24)).toMatch(/^[0-9A-Za-z]{24}$/)
  expect(createRng('a').text(40, 'xy')).toMatch(/^[xy]{40}$/)
  expect(createRng('a').text(0)).toBe('')
})

test('pick takes one of what it is given', () => {
  const rng = createRng('a')
  expect(['x', 'y', 'z']).toContain(rng.pick(['x', 'y', 'z']))
})

test.each<readonly [string, () => unknown]>([
  ['bounds the wrong way round', () => createRng('a').int(2, 1)],
  ['fractions', () => createRng('a').int(0, 1.5)],
  ['nothing to pick from', () => createRng('a').pick([])],
])('%s: refused', (_, act) => {
  expect(act).toThrow(/^int: expected whole numbers/)
})

test('a seed gives what the library gives for it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (seed) => {
      const library = seedrandom.alea(seed)
      expect(draw(createRng(seed))).toEqual(Array.from({ length: 5 }, library))
    }),
    { seed: 7, numRuns: 50 },
  )
})
