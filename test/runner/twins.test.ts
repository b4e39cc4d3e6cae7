import { expect, test } from 'vitest'
import { TWINS } from '../../runner/twins.ts'
import { TWIN_NAMES, twinByName } from '../../runner/twins-by-name.ts'

test('every twin is had by its own name, and no other name has one', async () => {
  expect(TWINS.map(({ name }) => name)).toEqual(TWIN_NAMES)
  expect(await twinByName('stripe')).toBe(TWINS[0])
  for (const none of ['strip', 'constructor', '__proto__']) expect(await twinByName(none)).toBeUndefined()
})
