import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { saysMore } from '../../../runner/cli/compare.ts'
import { judgeWithout, record } from '../../../runner/cli/without.ts'
import { readResult } from '../../../runner/store/results.ts'
import type { Run } from '../../../scenarios/run.ts'
import type { Expectation } from '../../../scenarios/scenario.ts'
import { call, place, scenario } from '../../scenarios/support/stories.ts'
import { sentence } from '../../support/rules.ts'
import { runOf } from '../../support/runs.ts'

const paid = {
  kind: 'calls',
  to: 'pay.ok',
  where: undefined,
  count: { min: 1, max: 1 },
  place,
} as unknown as Expectation
const named = { kind: 'rule', id: 'NAMED-1', place } as unknown as Expectation
const project = {
  rules: [sentence('NAMED-1: Never `app.log`.'), sentence('OTHER-1: Never `pay.twice`.')],
  scenarios: [
    scenario([call('buy', '/orders')], { id: 'covers', covers: ['AC-1'], then: [paid, named] }),
    scenario([call('buy', '/orders')], { id: 'other', covers: ['AC-2'], then: [paid] }),
  ],
}
const run = (id: string, types: readonly string[], more: Partial<Run> = {}): Run =>
  runOf(
    types.map((type) => [1, type] as const),
    { scenario: id, ...more },
  )
const judged = (...runs: readonly Run[]) => judgeWithout(project, 'AC-1', runs)
const good = ['covers', 'other'].map((id) => run(id, ['pay.ok']))
const exited: Partial<Run> = { ending: { kind: 'exited', message: 'ReferenceError: x\n at y', atMs: 0 } }

test('an item is enforced by a scenario that covers it, a rule that breaks there, and a rule that it names', () => {
  expect(judged(...good)).toEqual({ red: [], broken: undefined })
  expect(judged(run('covers', []), run('other', ['pay.ok']))).toMatchObject({ red: ['covers'] })
  expect(judged(run('covers', ['pay.ok', 'pay.twice']))).toMatchObject({ red: ['OTHER-1'] })
  expect(judged(run('covers', ['pay.ok']), run('other', ['pay.ok', 'app.log']))).toMatchObject({ red: ['NAMED-1'] })
})

test('what is red elsewhere, or breaks off, does not enforce it', () => {
  expect(judged(run('covers', ['pay.ok']), run('other', []))).toEqual({ red: [], broken: undefined })
  expect(judged(run('covers', ['pay.ok']), run('other', ['pay.ok', 'pay.twice']))).toMatchObject({ red: [] })
  const broken = { red: [], broken: 'covers: exited: ReferenceError: x' }
  expect(judged(run('covers', [], exited), run('other', ['pay.ok']))).toEqual(broken)
  expect(judged(run('covers', ['pay.ok']), run('other', [], exited))).toEqual({ red: [], broken: undefined })
  expect(judged(run('covers', [], exited), run('covers', []))).toMatchObject({ red: ['covers'] })
})

test('counts of other items are kept while the files that decide are the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backlot-without-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const files = { folder, deciding: ['backlot.yaml'] }
  writeFileSync(join(folder, 'backlot.yaml'), 'schema: 1\n')
  const [one, two] = ['AC-1', 'AC-2'].map((what) => ({ what, failures: 0, of: 1 }))
  if (one === undefined || two === undefined) throw new Error('two counts')
  record(files, one)
  record(files, two)
  record(files, { ...one, failures: 1 })
  expect(readResult(files, 'criteria')?.counts).toEqual([two, { ...one, failures: 1 }])
  writeFileSync(join(folder, 'backlot.yaml'), 'schema: 1\nseeds: 2\n')
  record(files, two)
  expect(readResult(files, 'criteria')?.counts).toEqual([two])
})

test('a small comparison does not take the place of a large one, unless it found more', () => {
  const large = { builds: 5, inputs: 2000, disagreements: 1, unseen: 0 }
  expect(saysMore(large, { builds: 5, inputs: 24, disagreements: 0 })).toBe(true)
  expect(saysMore(large, { builds: 5, inputs: 24, disagreements: 2 })).toBe(false)
  expect(saysMore(large, { builds: 5, inputs: 2000, disagreements: 0 })).toBe(false)
  expect(saysMore({}, { builds: 2, inputs: 24, disagreements: 0 })).toBe(false)
})
