import { join } from 'node:path'
import Ajv2020 from 'ajv/dist/2020.js'
import { afterAll, expect, test } from 'vitest'
import { backlot, copyProject } from '../../support/cli.ts'
import { runOf, type Written } from '../../support/runs.ts'

const project = copyProject()
afterAll(() => project.close())

const BRIEF = `# Tiny

## Rules

- PAY-2: Sometimes \`stripe.charge.refunded\`, in at least 30% of runs.
- PAY-3: For each metadata.order, after \`stripe.charge.succeeded\`,
  never \`stripe.charge.succeeded[amount>5000]\`. Small orders only.
`
const RULES = `import { rule } from 'backlot/oracle'
export const rules = [rule('ANY-1').why('w').satisfy('all is well', 'stripe.charge.succeeded', () => undefined)]
`
project.write('BRIEF.md', BRIEF)
project.change('backlot.yaml', 'seeds: 3', 'seeds: 3\nbrief: BRIEF.md')

test('rules of a brief, of YAML and of TypeScript are listed alike', () => {
  const { stdout, code } = backlot(['rules', 'list', '--project', project.folder])
  expect(code).toBe(0)
  expect(stdout).toContain(
    'PAY-3: For each `metadata.order`, after `stripe.charge.succeeded`, never `stripe.charge.succeeded[amount>5000]`.',
  )
  expect(stdout).toContain('Small orders only.')
  expect(stdout).toMatch(/BRIEF\.md:6:3\n/)
  expect(stdout).toContain('3 rules')
})

test('what proves nothing is named: an unreachable sometimes, a vacuous rule, a check that always passes', () => {
  project.write('backlot/rules/any.rules.ts', RULES.replace('backlot/oracle', `${process.cwd()}/oracle/index.ts`))
  project.write(
    'backlot/rules/more.rules.yaml',
    'schema: 1\nrules:\n  - { id: VAC-1, for-each: metadata.ordr, at-most: 1, of: stripe.charge.succeeded }\n',
  )
  const { stdout, code } = backlot(['rules', 'check', '--project', project.folder, '--jobs', '1'])
  expect(stdout).toContain(
    'UNREACHABLE  PAY-2: Sometimes `stripe.charge.refunded`, in at least 30% of runs. `stripe.charge.refunded` never happened in 6 runs',
  )
  expect(stdout).toContain(
    'NEVER-TRIGGERED  VAC-1: For each `metadata.ordr`, at most 1 `stripe.charge.succeeded`. no `stripe.charge.succeeded` has a field metadata.ordr. Did you mean "metadata.order"?',
  )
  expect(stdout).toContain('ALWAYS-PASSES  ANY-1: All is well. It passes whatever happens')
  expect(stdout).toContain('5 rules on 6 runs: 3 checks that prove nothing')
  expect(code).toBe(1)
})

test('explain without an id names those there are', () => {
  const { code, stderr } = backlot(['rules', 'explain', '--project', project.folder])
  expect([code, stderr]).toEqual([2, expect.stringMatching(/expected the id of a rule, got none: .*PAY-1/)])
})

test('explain shows the machine and the lines of the trace that matter', () => {
  const { stdout } = backlot(['rules', 'explain', 'PAY-1', '--project', project.folder, '--scenario', 'lost-answer'])
  expect(stdout).toContain('counting -- count > 1 --> VIOLATED')
  expect(stdout).toMatch(
    /lost-answer, seed 1: holds; exercised 1 times, 1 slices, closest call 0\n {2}\+\S+ ms\s+stripe\.charge\.succeeded {2}\[o1\] {2}counted {2}metadata\.order=o1\n$/,
  )
})

test('a run on file is explained: what broke the rule, in which slice, and the lines that show it', () => {
  const paid = (s: number, order: string): Written => [s, 'stripe.charge.succeeded', { metadata: { order } }]
  project.write('run.json', JSON.stringify({ run: runOf([paid(1, 'a'), paid(2, 'b'), paid(3, 'a')]) }))
  const { stdout } = backlot([
    'rules',
    'explain',
    'PAY-1',
    '--project',
    project.folder,
    '--run',
    join(project.folder, 'run.json'),
  ])
  expect(stdout).toContain('2 `stripe.charge.succeeded`, at most 1 expected (a)\n> +1 s')
  expect(stdout).not.toContain('[b]')
  const wrong = backlot([
    'rules',
    'explain',
    'PAY-1',
    '--project',
    project.folder,
    '--run',
    join(project.folder, 'backlot.yaml'),
  ])
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('expected JSON')])
})

test('a rule is translated, and one with a function stays where it is', () => {
  const { stdout, stderr } = backlot(['rules', 'translate', '--to', 'yaml', '--project', project.folder])
  expect(stdout).toContain(
    '- id: PAY-1\n    why: Nobody pays twice.\n    for-each: metadata.order\n    at-most: 1\n    of: stripe.charge.succeeded\n',
  )
  expect(stdout).toContain('sometimes: stripe.charge.refunded\n    in-at-least: 30%')
  expect(stderr).toContain('ANY-1 has a function in it')
})

test('an editor completes the events of the project, and takes those with conditions', () => {
  const schema = JSON.parse(backlot(['rules', 'schema', '--project', project.folder]).stdout) as object
  expect(JSON.stringify(schema)).toContain('"stripe.charge.succeeded"')
  const validate = new Ajv2020.default({ strict: false, validateFormats: false }).compile(schema)
  const withRule = (rule: object): unknown => ({ schema: 1, rules: [rule] })
  expect(validate(withRule({ id: 'PAY-1', never: 'stripe.charge.failed[amount>5]' }))).toBe(true)
  expect(validate(withRule({ id: 'PAY-1', nevre: 'stripe.charge.failed' }))).toBe(false)
})

test('a typo in an event is told before anything runs, with its place, whatever the spelling', () => {
  project.write('BRIEF.md', BRIEF.replace('stripe.charge.refunded', 'stripe.charge.refnuded'))
  project.write(
    'backlot/rules/any.rules.ts',
    RULES.replace('backlot/oracle', `${process.cwd()}/oracle/index.ts`).replace("'stripe.charge.s", "'stripe.chrge.s"),
  )
  const { stderr, code } = backlot(['rules', 'list', '--project', project.folder])
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /BRIEF\.md:5:21: error: PAY-2: no event "stripe\.charge\.refnuded" can occur\. Did you mean "stripe\.charge\.refunded"\?/,
  )
  expect(stderr).toContain(
    'ANY-1: no event "stripe.chrge.succeeded" can occur. Did you mean "stripe.charge.succeeded"?',
  )
})
