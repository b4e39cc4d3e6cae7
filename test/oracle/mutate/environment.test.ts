import { expect, test } from 'vitest'
import { faultsAdded, faultsRemoved, placesChanged } from '../../../oracle/mutate/environment.ts'
import { call, fault, scenario } from '../../scenarios/support/stories.ts'

const story = scenario([
  fault({ on: 'bank.charge', kind: 'timeout', nth: 1 }),
  call('buy', '/orders'),
  fault({ on: 'bank', kind: 'status', status: 500 }),
])

test('each fault is left out once, and the other steps stay', () => {
  const mutants = faultsRemoved(story)
  expect(mutants.map(({ scenario: one }) => one.when.map(({ kind }) => kind))).toEqual([
    ['call', 'fault'],
    ['fault', 'call'],
  ])
  expect(mutants.map(({ what }) => what.replace(/ \(.*/, ''))).toEqual(['timeout on bank.charge', 'status on bank'])
})

test('a fault is added for each operation, the same one for the same seed', () => {
  const added = faultsAdded(story, ['bank.charge', 'mail.send'], '1')
  expect(added.map(({ scenario: one }) => one.when[0])).toMatchObject([
    { kind: 'fault', fault: { on: 'bank.charge', nth: 1 } },
    { kind: 'fault', fault: { on: 'mail.send', nth: 1 } },
  ])
  expect(faultsAdded(story, ['bank.charge', 'mail.send'], '1')).toEqual(added)
})

test('zone and day change, unless the scenario has a zone of its own', () => {
  expect(placesChanged(story).map(({ how }) => how)).toEqual(['zone changed', 'clock moved'])
  expect(placesChanged({ ...story, zone: 'Europe/Berlin' })).toEqual([])
})
