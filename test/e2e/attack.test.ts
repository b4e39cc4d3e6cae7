import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { attacksSchema } from '../../runner/attacks/run.ts'
import { sandboxStatus } from '../../runner/sandbox/bubblewrap.ts'
import { backlot, commit, copyProject } from '../support/cli.ts'
import { seal } from '../support/sealed.ts'

let project: ReturnType<typeof copyProject>
let sealed: string
beforeAll(() => {
  project = copyProject()
  sealed = seal(project)
  commit(project.folder)
})
afterAll(() => project.close())

const there = sandboxStatus().available

test.skipIf(!there)("attacks on a user's own project are caught there, and nothing of them stays", () => {
  const { code, stdout, stderr } = backlot([
    'attack',
    '--project',
    project.folder,
    '--only',
    'A1',
    'A22',
    'A12',
    '--json',
  ])
  const report = attacksSchema.parse(JSON.parse(stdout))
  expect([code, report.caught, report.of], stderr).toEqual([0, 3, 3])
  expect(stderr).toContain('3 of 3 classes of attacks caught on tiny, in bubblewrap')
  expect(existsSync(join(project.folder, '.backlot/failures'))).toBe(false)
  // A few of them are no figure for the readiness card.
  expect(existsSync(join(project.folder, '.backlot/readiness/tamper.json'))).toBe(false)
  // Every look at sealed scenarios would be written down beside them, and use up their budget.
  expect(readdirSync(sealed)).toEqual(['two.scenario.yaml'])
})

test.each([
  ['in its files', 'sandbox: preferred', 'sandbox: off', /backlot\.yaml: expected a sandbox that starts, got off/],
  [
    'in its commit',
    'sandbox: off',
    'sandbox: preferred',
    /backlot\.yaml of HEAD \(\w+\): expected a sandbox that starts, got off/,
  ],
])('no attack is tried on a project that says %s to run candidates without a box', (_, committed, now, message) => {
  const open = copyProject()
  open.change('backlot.yaml', 'sandbox: preferred', committed)
  commit(open.folder)
  open.change('backlot.yaml', committed, now)
  const { code, stdout, stderr } = backlot(['attack', '--project', open.folder, '--only', 'A22'])
  open.close()
  expect([code, stdout]).toEqual([4, ''])
  // Where there is no box at all, that is said first.
  expect(stderr).toMatch(there ? message : /expected bubblewrap to start/)
  expect(stderr).toContain('no attack was tried')
})

test.skipIf(!there)('a project whose scenarios look at answers alone lets a cheat through, and is told', () => {
  const weak = copyProject()
  for (const id of ['pay', 'lost-answer']) {
    const file = `backlot/scenarios/${id}.scenario.yaml`
    const text = readFileSync(join(weak.folder, file), 'utf8')
    weak.write(file, text.replace(/^ {2}- \{ (state|rule).*\n?/gm, ''))
  }
  weak.write(
    'backlot/rules/pay.rules.yaml',
    'schema: 1\nrules:\n  - { id: APP-1, why: It answers., at-least: 1, of: app.answer }\n',
  )
  commit(weak.folder)
  const { code, stdout } = backlot(['attack', '--project', weak.folder, '--only', 'A22'])
  weak.close()
  expect(stdout).toMatch(/^THROUGH {2}A22 /m)
  expect([code, stdout.trim().split('\n').at(-1)]).toEqual([
    1,
    '0 of 1 classes of attacks caught on tiny, in bubblewrap',
  ])
})

test.each([
  [['--only', 'A41'], 'expected --only to name classes such as A7, got "A41"'],
  [['--profile', 'chroot'], 'expected --profile to be bubblewrap or docker, got "chroot"'],
])('attack %j is a mistake on the command line', (args, message) => {
  const { code, stderr } = backlot(['attack', ...args])
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
})
