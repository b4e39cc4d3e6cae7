import { afterAll, expect, test } from 'vitest'
import { backlot, copyProject } from '../../support/cli.ts'

const project = copyProject()
afterAll(() => project.close())
const show = (...more: readonly string[]) => backlot(['show', ...more, '--project', project.folder])

test('a run that passes is shown as it went, with what was wanted of it and what it cost', () => {
  const { code, stdout, stderr } = show('lost-answer')
  expect(code).toBe(0)
  const lines = stdout.trimEnd().split('\n')
  expect(lines.findIndex((line) => line.includes('→ POST /pay'))).toBeGreaterThanOrEqual(0)
  expect(lines.filter((line) => line.includes('⇢ stripe.payment_intents.create'))).toHaveLength(2)
  expect(stderr).toMatch(/^✓ .*answer: pay/m)
  expect(stderr).toMatch(/^✓ PAY-1: .* \(1x\)$/m)
  expect(stderr).toMatch(/^seed 1, \+0:10:00\.000 of virtual time, \d+ events, 1\.\d+ USD, hash [0-9a-f]{16}$/m)
  expect(show('lost-answer', '--seed', '2').stderr).toMatch(/^seed 2, .* hash (?!0{16})/m)
})

test('as one JSON object it is the run, whole', () => {
  const { stdout } = show('lost-answer', '--json')
  const shown = JSON.parse(stdout) as { schema: string; run: { scenario: string; trace: readonly unknown[] } }
  expect([shown.schema, shown.run.scenario]).toEqual(['backlot.show/v1', 'lost-answer'])
  expect(shown.run.trace.length).toBeGreaterThan(5)
})

test('until an offset, and no further', () => {
  const { stdout } = show('lost-answer', '--until', '+0ms')
  expect(stdout).not.toMatch(/^\+0:00:0[0-9]\.0*[1-9]/m)
  expect(stdout).toContain('→ POST /pay')
})

test('what went wrong stands beside what was wanted, and the exit code is that of a failure', () => {
  const bad = copyProject()
  bad.change('backlot/scenarios/lost-answer.scenario.yaml', 'count: 1', 'count: 2')
  const { code, stderr } = backlot(['show', 'lost-answer', '--project', bad.folder])
  bad.close()
  expect(code).toBe(1)
  expect(stderr).toMatch(/^✗ .*stripe\.charges, count: 2.*\n {4}.*expected.*2.*got.*1/m)
})

test('a program that ends too early says so', () => {
  const bad = copyProject()
  bad.write('src/main.ts', 'process.exit(0)\n')
  const { code, stderr } = backlot(['show', 'lost-answer', '--project', bad.folder])
  bad.close()
  expect(code).toBe(1)
  expect(stderr).toMatch(/^✗ it broke off at \+0:00:00\.000: (start|exited|not-listening)/m)
})

test.each([
  [['lost-answr'], 'Did you mean "lost-answer"?'],
  [['lost-answer', '--until', 'noon'], 'expected --until to be an offset such as +5m, got "noon".'],
])('%s is a mistake, told', (args, said) => {
  const { code, stderr } = show(...args)
  expect([code, stderr]).toEqual([2, expect.stringContaining(said)])
})
