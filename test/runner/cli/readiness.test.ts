import { afterAll, expect, test } from 'vitest'
import { backlot, copyProject } from '../../support/cli.ts'

const project = copyProject()
afterAll(() => project.close())
const readiness = (...more: string[]) => backlot(['readiness', '--project', project.folder, ...more])

test('without a measurement only what ships with the twins is shown, and each row says where to begin', () => {
  const { code, stdout } = readiness('--level', '4')
  expect(stdout.match(/NOT SHOWN/g)).toHaveLength(16)
  expect(stdout).toMatch(/Twin fidelity +L4 /)
  expect(stdout).toContain('Level 3: the lowest row decides.')
  expect(code).toBe(1)
})

test('what runs can show is measured, kept, and void when a file that decides changes', () => {
  const { code, stdout } = readiness('--measure', '--runs', '6', '--replays', '2', '--json', '--jobs', '1')
  expect(code).toBe(0)
  const rowsOf = (text: string) =>
    (JSON.parse(text) as { rows: { item: string; fresh: boolean; bound: string; level: number }[] }).rows
  const row = (text: string, item: string) => rowsOf(text).find((one) => one.item === item)
  expect(row(stdout, 'soundness')).toMatchObject({ fresh: true, bound: '0 of 6: at most 39.3 %' })
  expect(row(stdout, 'replay')).toMatchObject({ fresh: true, bound: '0 of 2: at most 77.6 %' })
  expect(row(stdout, 'vacuity')).toMatchObject({ fresh: true, level: 4, bound: '0 of 6' })
  expect(row(stdout, 'cost')).toMatchObject({ fresh: true, level: 4 })
  project.change('backlot/rules/pay.rules.yaml', 'Nobody pays twice.', 'Nobody ever pays twice.')
  const after = readiness('--json').stdout
  expect(row(after, 'soundness')).toMatchObject({ fresh: false, level: 3 })
  expect(row(after, 'freshness')).toMatchObject({ bound: "1 of 6 rows with figures are of today's files" })
})

test('what people counted is put down, and a count that is none is refused', () => {
  const { stdout } = readiness('--record', 'shadow-review=0/59', 'domain-faults:money=2/30', '--figure', 'authors=2')
  expect(stdout).toMatch(/Shadow-review escapes\s+L4\s+0 of 59: at most 5 %/)
  expect(stdout).toMatch(/Domain faults caught, each class\s+NOT SHOWN\s+28 of 30: at least 80\.5 %/)
  expect(stdout).toContain('nothing planted of idempotency, retry, error, time, isolation, concurrency, cost, privacy')
  const wrong = readiness('--record', 'shadow-reviews=0/59')
  expect(wrong.code).toBe(2)
  expect(wrong.stderr).toContain(
    'expected --record as item=failures/tries, such as shadow-review=0/59, got "shadow-reviews=0/59". Did you mean "shadow-review"?',
  )
})
