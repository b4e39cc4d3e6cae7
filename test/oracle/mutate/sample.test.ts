import { expect, test } from 'vitest'
import { wilson } from '../../../oracle/mutate/interval.ts'
import { sample } from '../../../oracle/mutate/sample.ts'

const items = Array.from({ length: 1000 }, (_, at) => ({
  id: at,
  file: at < 900 ? 'large' : at < 990 ? 'middle' : 'small',
}))
const drawn = (size: number, seed: string): typeof items => [...sample(items, size, ({ file }) => file, seed)]

test('a sample takes from every stratum in proportion, in the order there was', () => {
  const chosen = drawn(100, '1')
  const count = (file: string): number => chosen.filter((one) => one.file === file).length
  expect([chosen.length, count('large'), count('middle'), count('small')]).toEqual([100, 90, 9, 1])
  expect(chosen).toEqual([...chosen].sort((a, b) => a.id - b.id))
})

test('the same seed draws the same, another seed others', () => {
  expect(drawn(50, '1')).toEqual(drawn(50, '1'))
  expect(drawn(50, '1')).not.toEqual(drawn(50, '2'))
  expect(drawn(2000, '1')).toHaveLength(1000)
})

/** Figures of the reference: 33 planted faults, two-sided 95 %. */
test.each([
  [2, 33, 2, 20],
  [22, 33, 50, 80],
  [21, 33, 47, 78],
  [26, 33, 62, 89],
])('%d of %d lies between %d and %d percent', (hits, of, low, high) => {
  const found = wilson(hits, of)
  expect([Math.round(found.low * 100), Math.round(found.high * 100)]).toEqual([low, high])
})

test('of nothing nothing is known', () => {
  expect(wilson(0, 0)).toMatchObject({ low: 0, high: 1 })
})
