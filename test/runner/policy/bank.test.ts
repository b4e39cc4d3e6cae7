import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { backlot, commit, copyProject, REPOSITORY, verdictOf } from '../../support/cli.ts'
import { verifyIndependently } from '../../support/verify-independent.ts'

vi.setConfig({ testTimeout: 240_000 })
const BANK = join(REPOSITORY, 'examples/bank')
let project: ReturnType<typeof copyProject>
let [ada, gateKey] = ['', '']
beforeAll(() => {
  project = copyProject(BANK)
  ada = join(project.folder, '../ada.pem')
  gateKey = join(project.folder, '../gate.pem')
  const key = backlot(['key', 'new', ada]).stdout.trim()
  expect(backlot(['key', 'new', gateKey]).code).toBe(0)
  const [, published = ''] = /name: ada, key: (\S+),/.exec(readFileSync(join(BANK, 'backlot.yaml'), 'utf8')) ?? []
  project.change('backlot.yaml', published, key)
  commit(project.folder)
})
afterAll(() => project.close())

const gate = (patch: string, ...args: string[]) => {
  const candidate = join(BANK, 'candidates', patch)
  return backlot(['gate', '--project', project.folder, '--candidate', candidate, '--no-shrink', '--json', ...args])
}

test('internal tools go through by themselves', () => {
  const ended = gate('tools-average.patch', '--agent', 'house-agent@1')
  expect([ended.code, verdictOf(ended).policy]).toEqual([
    0,
    {
      tier: 5,
      rule: 'src/tools/report.ts: src/tools/**',
      owner: 'tools',
      demands: ['4 scenarios'],
      agent: 'house-agent',
    },
  ])
})

test('the same change by an agent that nobody registered needs two people', () => {
  const ended = gate('tools-average.patch', '--agent', 'stranger')
  const verdict = verdictOf(ended)
  expect([ended.code, verdict.policy?.tier, verdict.policy?.rule]).toEqual([
    3,
    1,
    'agent stranger: nobody registered it',
  ])
  const [asked] = verdict.checks.filter(({ status }) => status !== 'pass')
  expect(asked?.reason).toContain(
    'Expected 2 approvals of platform, got 0. ben or cleo may: run the gate with --evidence',
  )
})

test("customers' money waits for a person; the command in the message lets it through, and the evidence says who", () => {
  const all = join(project.folder, '../evidence')
  const ended = gate('money-least-amount.patch', '--agent', 'house-agent', '--evidence', all, '--key', gateKey)
  const verdict = verdictOf(ended)
  expect([ended.code, verdict.policy?.tier, verdict.runs.total]).toEqual([3, 3, 32])
  const reason = verdict.checks.find(({ id }) => id === 'policy.approvals.payments')?.reason ?? ''
  const [, command = ''] = /ada or ben may: npx backlot (.*)$/.exec(reason) ?? []
  const words = command.replace('NAME', 'ada').replace('FILE', ada).split(' ')
  const approved = backlot(words)
  expect([approved.code, approved.stdout]).toEqual([0, expect.stringContaining('pass  approved by ada')])

  const key = join(all, 'gate.pub')
  const verified = backlot(['verify', all, '--key', key, '--replay', '2', '--project', project.folder])
  expect(verified.stdout).toMatch(/ok {4}signatures .*approved by ada/)
  expect(verified.stdout).toContain('2 of 2 cases run again, each to its hash')
  expect(verified.code).toBe(0)
  const tree = verdict.candidate.tree ?? ''
  expect(verifyIndependently(all, readFileSync(key, 'utf8').trim())).toEqual({ [tree]: 'pass' })
  expect(backlot(['verify', all, '--key', key, '--tree', '0'.repeat(40)]).code).toBe(1)
})

test("a change to customers' money that is wrong fails, and nobody is asked to approve it into being right", () => {
  const ended = gate('money-new-key.patch', '--agent', 'house-agent')
  const failed = verdictOf(ended).checks.filter(({ status }) => status === 'fail')
  expect([ended.code, failed.map(({ id }) => id)]).toEqual([1, expect.arrayContaining(['BANK-1', 'lost-answer'])])
})

test('a scenario that a candidate brings along is refused, and the refusal is signed like any verdict', () => {
  const all = join(project.folder, '../refusals')
  const planted = join(project.folder, 'backlot/scenarios/mine.scenario.yaml')
  writeFileSync(planted, readFileSync(join(BANK, 'backlot/scenarios/over-limit.scenario.yaml'), 'utf8'))
  const ended = backlot(['gate', '--project', project.folder, '--json', '--evidence', all, '--key', gateKey])
  rmSync(planted)
  expect([ended.code, verdictOf(ended).checks.map(({ id }) => id)]).toEqual([1, ['intake.protected']])
  const verified = backlot(['verify', all, '--key', gateKey])
  expect([verified.code, verified.stdout]).toEqual([
    1,
    expect.stringContaining('decided again from 0 cases and 1 checks: fail'),
  ])
  const key = readFileSync(join(all, 'gate.pub'), 'utf8').trim()
  expect(Object.values(verifyIndependently(all, key))).toEqual(['fail'])
})
