import { expect, test } from 'vitest'
import { openBridge } from '../../../twins/postgres/bridge.ts'

test('a bell that rings late for the answer before is no answer', () => {
  const module = new URL('../../fixtures/workers/late-bell.ts', import.meta.url)
  const bridge = openBridge<string, string>(module, 'late')
  expect([bridge.ask('one'), bridge.ask('two')]).toEqual(['one, answered', 'two, answered'])
  expect(bridge.alive).toBe(true)
})
