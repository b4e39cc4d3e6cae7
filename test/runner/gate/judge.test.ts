import { expect, test } from 'vitest'
import { fitnessSchema } from '../../../fitness/limits.ts'
import { judge } from '../../../runner/gate/judge.ts'
import type { Project } from '../../../runner/project.ts'
import { place, scenario } from '../../scenarios/support/stories.ts'
import { sentence } from '../../support/rules.ts'
import { runOf } from '../../support/runs.ts'

const named = { kind: 'rule', id: 'P-1', place } as const
const project = (then: readonly (typeof named)[]): Project => ({
  folder: '/x',
  config: { fitness: fitnessSchema.parse({}) } as Project['config'],
  twins: [],
  twinSpecs: [],
  scenarios: [scenario([], { id: 'paid', then }), scenario([], { id: 'idle', then })],
  rules: [sentence('P-1: For each order, after `pay.ok`, eventually `mail.sent` within 5s.')],
  unproven: [],
  deciding: [],
  imported: [],
  warnings: [],
})
const runs = [
  runOf(
    [
      [1, 'pay.ok', { order: 'a' }],
      [2, 'mail.sent', { order: 'a' }],
    ],
    { scenario: 'paid' },
  ),
  runOf([[1, 'app.request']], { scenario: 'idle' }),
]
const verdict = (then: readonly (typeof named)[]) =>
  judge(project(then), { base: undefined, candidate: runs }, []).checks.find(({ id }) => id === 'P-1')?.verdict

test('a rule that a scenario expects must be exercised there', () => {
  expect(verdict([])).toEqual({ status: 'pass' })
  expect(verdict([named])).toEqual({
    status: 'inconclusive',
    reason: expect.stringMatching(/ idle expects it, and no run of idle ever exercises it\.$/),
  })
})
