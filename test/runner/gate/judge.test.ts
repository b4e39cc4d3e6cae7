import { expect, test } from 'vitest'
import { fitnessSchema } from '../../../fitness/limits.ts'
import type { Verdict } from '../../../oracle/verdict.ts'
import { judge } from '../../../runner/gate/judge.ts'
import type { Project } from '../../../runner/project.ts'
import type { Run } from '../../../scenarios/run.ts'
import type { Scenario } from '../../../scenarios/scenario.ts'
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

test.each([
  [
    'an incident that was never mended',
    { 'red-on': 'a' },
    ' INC-7 is not mended: only a change on which paid holds passes it. Mend',
  ],
  ['one that was mended once', { 'red-on': 'a', 'green-on': 'b' }, ' Mend'],
])('%s and fails on the base too is inconclusive, and says what it waits for', (_, proof, says) => {
  const then = [{ kind: 'calls', to: 'pay.ok', count: { min: 2, max: 2 }, where: undefined, place }] as const
  const story = { ...scenario([], { id: 'paid' }), incident: 'INC-7', proof, then } as unknown as Scenario
  const judged = (candidate: readonly Run[]): Verdict | undefined =>
    judge({ ...project([]), scenarios: [story] }, { base: runs, candidate }, []).checks.find(({ id }) => id === 'paid')
      ?.verdict
  expect(judged(runs)).toMatchObject({ status: 'inconclusive', reason: expect.stringContaining(`got 1${says}`) })
  const mended = runOf(
    [
      [1, 'pay.ok', { order: 'a' }],
      [2, 'pay.ok', { order: 'b' }],
    ],
    { scenario: 'paid' },
  )
  expect(judged([mended])).toEqual({ status: 'pass' })
})

test('a base that does not do what a scenario asks is no measure of what it costs to do it', () => {
  const then = [{ kind: 'calls', to: 'pay.ok', count: { min: 1, max: 9 }, where: undefined, place }] as const
  const story = { ...scenario([], { id: 'paid' }), then } as unknown as Scenario
  /** One request, and so many calls for it. */
  const withCalls = (calls: number): Run =>
    runOf(
      [
        [1, 'app.request', { id: 'a' }],
        ...Array.from({ length: calls }, (_, at) => [2 + at, 'pay.ok', { key: 'a', method: 'POST' }] as const),
      ],
      { scenario: 'paid' },
    )
  const calls = (base: number, candidate: number): string | undefined =>
    judge(
      { ...project([]), scenarios: [story] },
      { base: [withCalls(base)], candidate: [withCalls(candidate)] },
      [],
    ).checks.find(({ id }) => id === 'calls-per-request')?.verdict.status
  expect([calls(0, 3), calls(1, 3), calls(1, 1)]).toEqual(['pass', 'fail', 'pass'])
  // One that does not do it either is held against the base all the same.
  expect(calls(0, 10)).toBe('fail')
})
