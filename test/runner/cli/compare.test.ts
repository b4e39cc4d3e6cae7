import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { backlot, REPOSITORY } from '../../support/cli.ts'

const root = mkdtempSync(join(tmpdir(), 'backlot-compare-'))
const folder = join(root, 'ambiguity')
cpSync(join(REPOSITORY, 'examples/ambiguity'), folder, {
  recursive: true,
  filter: (path) => !path.includes('.backlot'),
})
symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'))
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
afterAll(() => rmSync(root, { recursive: true, force: true }))
const compare = (...args: string[]) => backlot(['compare', ...args, '--jobs', '2'], { cwd: folder })

test('three subtly different builds of one brief are told apart, and the open question is named in words', () => {
  const { code, stdout } = compare(
    '.',
    'builds/last-pays',
    'builds/rounded',
    '--runs',
    '24',
    '--seed',
    '41',
    '--questions',
    '1',
  )
  expect(stdout).toMatch(
    /QUESTION 1 {2}What is shares in the answer of POST \/bills with \{"amount":\d+,"friends":\[.*\]\}: \{.*\} \(.*\) or \{.*\} \(builds\/.*\)\? Nearest in the brief, which leaves it open: AC-1: When a bill is split/,
  )
  expect(stdout).toContain(
    'put this in backlot/scenarios/\n    schema: 1\n    id: answer-post-bills-answer-body-shares\n',
  )
  expect(stdout).toContain('- { what: "POST /bills answer.body.shares.*", reason: "..." }')
  expect(stdout).not.toContain('not told apart')
  expect(code).toBe(3)
})

test('three refactors are not told apart', () => {
  const { code, stdout } = compare(
    '.',
    'refactors/reduce',
    'refactors/bigint',
    'refactors/steps',
    '--runs',
    '12',
    '--seed',
    '41',
  )
  expect(stdout).toContain('4 builds behave alike in 12 stories')
  expect(code).toBe(0)
})

test('a build made without an item of the brief fails where the item is enforced', () => {
  const { code, stdout } = compare('without/AC-2', '--without', 'AC-2')
  expect(stdout).toBe('enforced      AC-2: without/AC-2 fails PAY-1, split-again\n')
  expect(code).toBe(0)
  // Without the scenario and the rule that hold it, the same build passes, and that is told.
  rmSync(join(folder, 'backlot/scenarios/split-again.scenario.yaml'))
  writeFileSync(join(folder, 'BRIEF.md'), '# Split\n')
  writeFileSync(
    join(folder, 'backlot/scenarios/weak.scenario.yaml'),
    'schema: 1\nid: weak\ncovers: [AC-2]\nclock: 2026-05-04T19:00:00Z\nwhen:\n  - { as: split, call: POST /bills, body: { id: b, amount: 100, friends: [a] } }\nthen:\n  - { answer: split, status: 201 }\n',
  )
  const weak = compare('without/AC-2', '--without', 'AC-2')
  expect(weak.stdout).toBe(
    'NOT ENFORCED  AC-2: without/AC-2 was made without it, and everything that covers it passes\n',
  )
  expect(weak.code).toBe(1)
  // A build that is merely broken enforces nothing, nor does one beside a working tree that is red itself.
  cpSync(join(folder, 'without/AC-2'), join(folder, 'broken'), { recursive: true })
  writeFileSync(join(folder, 'broken/src/main.ts'), "throw new Error('no such thing')\n")
  const broken = compare('broken', '--without', 'AC-2')
  expect(broken.stdout).toMatch(/^INCONCLUSIVE {2}AC-2: broken does not come through: weak: /)
  expect(broken.code).toBe(4)
  writeFileSync(join(folder, 'src/main.ts'), "throw new Error('no such thing')\n")
  const red = compare('without/AC-2', '--without', 'AC-2')
  expect(red.stderr).toContain('the working tree does not pass what covers AC-2: weak: ')
  expect([red.code, red.stdout]).toEqual([4, ''])
})

test('an item that nothing covers cannot be enforced, and the nearest is named', () => {
  const { code, stderr } = compare('without/AC-2', '--without', 'AC-9')
  expect(stderr).toContain('no scenario covers AC-9, so nothing can enforce it. Did you mean')
  expect(code).toBe(2)
})
