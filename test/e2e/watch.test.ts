import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { backlot, copyProject, startBacklot } from '../support/cli.ts'

test('a watched run goes again with each change, outlives a broken file, and ends with Ctrl-C', async () => {
  const project = copyProject()
  onTestFinished(project.close)
  const report = join(project.folder, 'report.html')
  const running = startBacklot(['run', '--watch', '--seeds', '1', '--html', report, '--project', project.folder])
  onTestFinished(() => running.kill('SIGKILL'))
  const rounds = (count: number): Promise<void> => running.says('Ctrl-C ends', count)

  await rounds(1)
  project.change('backlot/scenarios/pay.scenario.yaml', 'status: 201', 'status: 418')
  await rounds(2)
  project.change('backlot/scenarios/pay.scenario.yaml', 'status: 418', 'sttus: 201')
  await rounds(3)
  project.change('backlot/scenarios/pay.scenario.yaml', 'sttus: 201', 'status: 201')
  // Neither the report nor what a run keeps starts another.
  writeFileSync(join(project.folder, 'src/other.ts'), 'export const other = 1\n')
  await rounds(4)
  running.kill('SIGINT')

  const { code, stdout, stderr } = await running.ended
  expect(code).toBe(130)
  expect(stdout.match(/^(pass|fail|inconclusive)(?= +tiny)/gm)).toEqual(['pass', 'fail', 'pass'])
  expect(stderr).toContain('changed: backlot/scenarios/pay.scenario.yaml\n')
  expect(stderr).toMatch(/pay\.scenario\.yaml:\d+:\d+: .*sttus/)
  expect(stderr).toContain('changed: backlot/scenarios/pay.scenario.yaml, src/other.ts')
  expect(stderr.match(/^changed: /gm)).toHaveLength(3)
})

test('one JSON object cannot be printed again and again', () => {
  const { code, stderr } = backlot(['run', '--watch', '--json', '--project', 'test/fixtures/projects/tiny'])
  expect(stderr).toContain('expected no --json beside --watch')
  expect(code).toBe(2)
})
