import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { backlot, copyProject, REPOSITORY, verdictOf } from '../../support/cli.ts'

const project = copyProject()
afterAll(() => project.close())

/** The relation says what no rule does: the same order twice leaves one charge. */
const PROPERTIES = `import { events, sameRequestTwice } from '${join(REPOSITORY, 'oracle/index.ts')}'
export const relations = [sameRequestTwice({ on: 'POST /pay', view: [events('stripe.charge.succeeded')] })]
`
mkdirSync(join(project.folder, 'backlot/properties'))
project.write('backlot/properties/pay.properties.ts', PROPERTIES)
const explore = (...more: string[]) => backlot(['explore', '--project', project.folder, '--jobs', '1', ...more])

test('stories that find nothing say how many there were', () => {
  const { code, stdout, stderr } = explore('--no-write', '--runs', '12', '--seed', '4')
  expect(stderr).toContain('running 12 stories against 1 rules, 0 models and 1 relations; seed 4')
  expect(stdout).toMatch(/12 stories, \d+ judged: nothing found/)
  expect(code).toBe(0)
})

test('what breaks a rule becomes the smallest scenario that fails, and stays in the set', () => {
  // The fixture relies on idempotency keys, and Stripe keeps those for a day: the same order two days later is paid again.
  const { code, stdout } = explore('--runs', '60')
  expect(code).toBe(1)
  expect(stdout).toContain('FOUND  PAY-1: Nobody pays twice.')
  expect(stdout).toMatch(/3 of \d steps: POST \/pay; pass; POST \/pay/)
  const folder = join(project.folder, 'backlot/scenarios/found')
  const [file = ''] = readdirSync(folder)
  const text = readFileSync(join(folder, file), 'utf8')
  expect(text).toContain('- rule: PAY-1')
  expect(text).toMatch(/^# Found by: backlot explore --seed 1 --runs 60\n/)
  const again = backlot([
    'run',
    '--project',
    project.folder,
    '--only',
    file.replace('.scenario.yaml', ''),
    '--json',
    '--no-shrink',
    '--jobs',
    '1',
  ])
  expect(again.code).toBe(1)
  expect(verdictOf(again).checks.find(({ id }) => id === 'PAY-1')?.status).toBe('fail')
  // Nothing but what it takes: values are as plain as they can be.
  const amounts = [...text.matchAll(/amount: (\d+)/g)].map(([, amount]) => Number(amount))
  expect(Math.max(...amounts)).toBeLessThanOrEqual(100)
})
