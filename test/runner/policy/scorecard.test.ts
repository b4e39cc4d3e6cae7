import { afterEach, expect, test } from 'vitest'
import { type Decision, decide } from '../../../runner/policy/policy.ts'
import { scorecardOf } from '../../../runner/policy/scorecard.ts'
import { policySchema } from '../../../runner/policy/settings.ts'
import { loadProject } from '../../../runner/project.ts'
import { writeResult } from '../../../runner/store/results.ts'
import { copyProject, TINY } from '../../support/cli.ts'

let copy: ReturnType<typeof copyProject>
afterEach(() => copy.close())
const POLICY = policySchema.parse({
  rules: [
    { paths: ['src/**'], tier: 4 },
    { paths: ['docs/**'], tier: 5 },
  ],
})
const [AT_4, AT_5] = [decide(POLICY, ['src/a.ts'], undefined), decide(POLICY, ['docs/a.md'], undefined)]

test('a row is met at the level the change wants, while the files that decide are those it was measured on', async () => {
  copy = copyProject()
  const project = await loadProject(copy.folder, 'tiny')
  const rows = (decision: Decision, today = '2026-11-26') =>
    scorecardOf({ options: { project: copy.folder, today } as never, project, decision })
  expect(rows(AT_4)?.soundness).toBe(false)
  const counts = [{ what: 'all', failures: 0, of: 400 }]
  writeResult(project, { item: 'soundness', at: '2026-11-26T00:00:00.000Z', counts, figures: {} })
  const [four, five] = [rows(AT_4)?.soundness, rows(AT_5)?.soundness]
  expect([four, five]).toEqual([true, false])
  expect(rows(AT_4)?.mutation).toBe(false)
  expect(rows(AT_4, '2027-01-01')?.soundness).toBe(false)
  copy.change('backlot/scenarios/pay.scenario.yaml', 'count: 1', 'count: { at-least: 1 }')
  expect(rows(AT_4)?.soundness).toBe(false)
  // The base is another than what lies here: nothing of this counts for it.
  expect(
    scorecardOf({
      options: { project: copy.folder, today: '2026-11-26' } as never,
      project: { ...project, folder: TINY },
      decision: AT_4,
    }),
  ).toBeNull()
})
