import { expect, test } from 'vitest'
import type { Result } from '../../../oracle/readiness/result.ts'
import { ROWS } from '../../../oracle/readiness/rows.ts'
import type { Project } from '../../../runner/project.ts'
import { fidelityOf, incidentsOf } from '../../../runner/readiness/derived.ts'
import { scenario } from '../../scenarios/support/stories.ts'

const project = (more: object): Project =>
  ({ folder: '/nowhere', deciding: [], twins: [], scenarios: [], ...more }) as unknown as Project
const nowMs = Date.parse('2026-11-26T00:00:00Z')
const standing = (result: Result | undefined, level: 4 | 5 = 4) =>
  result === undefined ? undefined : ROWS.find(({ item }) => item === result.item)?.judge(result, level)

test('the recordings of the twins in use fill the row; a twin without any leaves it open', () => {
  expect(fidelityOf(project({ twins: [{ name: 'mine' }] }), nowMs)).toBeUndefined()
  const recorded = fidelityOf(project({ twins: [{ name: 'stripe' }] }), nowMs)
  expect(recorded).toMatchObject({ counts: [{ what: 'stripe' }], figures: { daysOld: expect.any(Number) } })
  expect(recorded?.counts[0]?.of).toBeGreaterThan(50)
  expect(recorded?.figures.daysOld).toBeGreaterThan(0)
  const both = fidelityOf(project({ twins: [{ name: 'stripe' }, { name: 'mine' }] }), nowMs)
  expect(both?.counts[1]).toEqual({ what: 'mine', failures: 0, of: 0 })
  expect(standing(both)).toMatchObject({ status: 'not-shown', why: 'no recordings of mine' })
})

test('an incident that was never red is not reproduced', () => {
  const told = (id: string, more: object) => scenario([], { id, ...more })
  expect(incidentsOf(project({ scenarios: [told('a', {})] }), nowMs)).toBeUndefined()
  const scenarios = [told('a', { incident: 'INC-1', proof: { 'red-on': 'abc' } }), told('b', { incident: 'INC-2' })]
  const found = incidentsOf(project({ scenarios }), nowMs)
  expect(found?.counts).toEqual([{ what: 'incidents', failures: 1, of: 2 }])
  expect(standing(found)).toMatchObject({ status: 'failed' })
  expect(standing(incidentsOf(project({ scenarios: scenarios.slice(0, 1) }), nowMs))).toEqual({ status: 'met' })
})
