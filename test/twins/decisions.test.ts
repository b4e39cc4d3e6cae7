import { expect, test } from 'vitest'
import { createDecisions } from '../../twins/decisions.ts'

test('the latest decision for a key counts, and keys stay in the order they were first decided', () => {
  const decisions = createDecisions()
  decisions.add('a', 1)
  decisions.add('b', 2)
  decisions.add('a', 3)
  expect([decisions.get('a'), decisions.get('b'), decisions.get('c')]).toEqual([3, 2, undefined])
  expect(Object.entries(decisions.all())).toEqual([
    ['a', 3],
    ['b', 2],
  ])
})

test('of more than it may keep it lets the older half go', () => {
  const decisions = createDecisions(10)
  for (let nth = 0; nth < 1_000; nth++) decisions.add(`${nth}`, nth)
  expect(decisions.get('999')).toBe(999)
  expect(decisions.get('0')).toBeUndefined()
  expect(Object.keys(decisions.all()).length).toBeLessThanOrEqual(10)
})
