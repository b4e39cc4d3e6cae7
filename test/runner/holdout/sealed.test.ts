import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { feedbackOf } from '../../../runner/factory/feedback.ts'
import { sandboxStatus } from '../../../runner/sandbox/bubblewrap.ts'
import { backlot, commit, copyProject, REPOSITORY, verdictOf } from '../../support/cli.ts'
import { CANARY, PROBE, SEALED, seal, textsUnder } from '../../support/sealed.ts'

vi.setConfig({ testTimeout: 240_000 })
const available = sandboxStatus().available || process.env.BACKLOT_REQUIRE_ALL === '1'
let project: ReturnType<typeof copyProject>
afterEach(() => project.close())

const HASHED = '  const { order, amount } = await c.req.json<{ order: string; amount: number }>()\n'
const gate = (...args: string[]) =>
  backlot(['gate', '--project', project.folder, '--json', '--no-shrink', '--seeds', '1', ...args])
const probing = (): void => {
  project.write('src/probe.ts', PROBE)
  project.change(
    'src/main.ts',
    "import Stripe from 'stripe'\n",
    "import Stripe from 'stripe'\nimport { probe } from './probe.ts'\n",
  )
  project.change('src/main.ts', HASHED, `${HASHED}  c.header('x-searched', String(probe()))\n`)
  project.change('src/main.ts', 'const app', 'probe()\nconst app')
}

test.skipIf(!available)(
  'nothing of a sealed scenario is in anything a candidate, an agent or a reader of reports can get at',
  () => {
    project = copyProject()
    const sealed = seal(project, ', level: 0')
    commit(project.folder)
    probing()
    const out = join(project.folder, '..', 'out')
    const key = join(project.folder, '..', 'gate.pem')
    expect(backlot(['key', 'new', key]).code).toBe(0)
    const reports = ['junit', 'markdown', 'sarif', 'html', 'verdict'].flatMap((kind) => [`--${kind}`, join(out, kind)])
    const ended = gate(...reports, '--evidence', join(out, 'evidence'), '--key', key)
    const verdict = verdictOf(ended)
    expect(verdict.checks.filter(({ status }) => status !== 'pass')).toEqual([])
    // The candidate has searched its process in sealed runs too, and has found nothing: else they would not have passed.
    expect(verdict.holdout).toMatchObject({ evaluated: 1, passed: true, requirements: [], budgetLeft: 2 })
    expect(verdict.status).toBe('pass')

    const ledger = readFileSync(join(sealed, '.backlot/holdouts.jsonl'), 'utf8')
    const salt = /"salt":"([0-9a-f]{64})"/.exec(ledger)?.[1] ?? ''
    expect(salt).toHaveLength(64)
    const secrets = [CANARY, 'sealed-two-orders', 'Two orders are two charges', '"o7"', '1234', salt, sealed]
    const seen: readonly (readonly [string, string])[] = [
      ['stdout', ended.stdout],
      ['stderr', ended.stderr],
      ['what an agent is told', JSON.stringify(feedbackOf(verdict, []))],
      ...textsUnder(out).map(([path, text]) => [path, opened(text)] as const),
      ...(existsSync(join(project.folder, '.backlot')) ? textsUnder(join(project.folder, '.backlot')) : []),
      ...textsUnder(join(project.folder, 'src')),
    ]
    expect(seen.length).toBeGreaterThan(10)
    for (const [where, text] of seen) for (const secret of secrets) expect(text.includes(secret) ? where : '').toBe('')
  },
)

/** What stands in an envelope, as text. */
const opened = (text: string): string =>
  text.replace(/"payload":"([^"]+)"/, (_, payload: string) => Buffer.from(payload, 'base64').toString('latin1'))

test.skipIf(!available)(
  'the search bites: a canary in the tree is found by the candidate, one in a request by the candidate in a sealed run',
  () => {
    project = copyProject()
    seal(project, '', SEALED.replace('order: o8', `order: ${CANARY}`))
    commit(project.folder)
    probing()
    project.write('src/notes.txt', `remember ${CANARY.replace('7f', '00')}\n`)
    const inTree = verdictOf(gate())
    expect(inTree.checks.find(({ id }) => id === 'subject')?.findings[0]?.message).toContain(
      'FOUND a canary in the file',
    )
    expect(inTree.holdout).toMatchObject({ evaluated: 0, passed: null })
    project.write('src/notes.txt', 'nothing\n')
    const inRequest = verdictOf(gate())
    expect([inRequest.status, inRequest.holdout?.passed]).toEqual(['fail', false])
  },
)

test.skipIf(!available)(
  'one bit and the criterion come out of a failure; each opening is charged, and then a person has to look',
  () => {
    project = copyProject()
    seal(project, ', budget: 1')
    commit(project.folder)
    const answersByHeart = (note: string): void => {
      project.change(
        'src/main.ts',
        HASHED,
        `${HASHED}  if (amount !== 4900) return c.json({ status: 'succeeded' }, 201) // ${note}\n`,
      )
    }
    answersByHeart('one')
    const first = verdictOf(gate())
    const told = first.checks.filter(({ kind }) => kind === 'holdout')
    expect(told).toMatchObject([
      { id: 'holdout', status: 'fail', findings: [{ scenario: null, seed: null, replay: null }] },
    ])
    expect(told[0]?.findings[0]?.message).toBe('sealed scenarios: not passed; criteria: REQ-7')
    expect(first.holdout).toMatchObject({ passed: false, requirements: ['REQ-7'], budgetLeft: 0 })
    expect(existsSync(join(project.folder, '.backlot/failures'))).toBe(false)
    expect(feedbackOf(first, [])).toMatchObject([
      { set: 'holdout', scenario: null, requirement: 'REQ-7', untrustedText: '' },
    ])

    // The same tree again tells nothing new, and costs nothing.
    expect(verdictOf(gate()).holdout).toMatchObject({ evaluated: 1, passed: false, budgetLeft: 0 })
    project.change('src/main.ts', '// one', '// two')
    const last = gate()
    expect([last.code, verdictOf(last).holdout]).toMatchObject([3, { evaluated: 0, passed: null, budgetLeft: 0 }])
    expect(verdictOf(last).checks.find(({ id }) => id === 'holdout')?.reason).toContain(
      'The budget of 1 evaluations is spent',
    )
  },
)

test.skipIf(!available)('a canary in a change burns the suite, and it no longer judges', () => {
  project = copyProject()
  const sealed = seal(project)
  commit(project.folder)
  project.write('src/leak.txt', `${CANARY}\n`)
  const verdict = verdictOf(gate())
  expect(verdict.checks.find(({ id }) => id === 'holdout')?.findings[0]?.message).toContain('The change holds a value')
  expect(JSON.stringify(verdict)).not.toContain(CANARY)
  expect(readFileSync(join(sealed, '.backlot/holdouts.jsonl'), 'utf8')).toContain('"event":"burnt"')
  writeFileSync(join(project.folder, 'src/leak.txt'), 'nothing\n')
  const after = verdictOf(gate())
  expect([after.status, after.checks.find(({ id }) => id === 'holdout')?.reason]).toEqual([
    'inconclusive',
    'Expected at least 1 that nobody has read, got 0. Seal new ones.',
  ])
})

test('they stay closed to a candidate without a sandbox, and when the visible ones fail', () => {
  project = copyProject()
  seal(project)
  project.change('backlot.yaml', 'sandbox: preferred', 'sandbox: off')
  commit(project.folder)
  project.write('src/a.txt', 'a\n')
  const open = verdictOf(gate())
  expect([open.status, open.holdout?.evaluated]).toEqual(['inconclusive', 0])
  expect(open.checks.find(({ id }) => id === 'holdout')?.reason).toContain('only to a candidate in a sandbox')
  project.change('src/main.ts', ', 201)', ', 200)')
  const failing = verdictOf(gate())
  expect(failing.holdout).toMatchObject({ evaluated: 0, passed: null, budgetLeft: 3 })
  expect(failing.checks.some(({ kind }) => kind === 'holdout')).toBe(false)
})

test.skipIf(!available)(
  'an agent that writes down all it is given learns one bit and a criterion, and nothing that is sealed',
  () => {
    project = copyProject()
    seal(project)
    project.write('BRIEF.md', '# Pay once\n\n## Acceptance\n\n- REQ-7: Each order is charged once.\n')
    project.change('backlot/scenarios/pay.scenario.yaml', 'id: pay\n', 'id: pay\ncovers: [REQ-7]\n')
    project.change('backlot.yaml', 'seeds: 3', 'seeds: 1')
    commit(project.folder)
    const snoop = join(REPOSITORY, 'test/fixtures/agents/snoop.mjs')
    const brief = join(project.folder, 'BRIEF.md')
    const ended = backlot(['factory', brief, '--command', `node ${snoop}`, '--read', snoop, '--json'])
    expect(JSON.parse(ended.stdout), ended.stderr).toMatchObject({
      kind: 'released',
      attempt: 2,
      attempts: [{ status: 'fail', failing: ['holdout'] }, { status: 'pass' }],
    })
    const texts = textsUnder(join(project.folder, '.backlot/factory'))
    const requests = texts.filter(([path]) => path.endsWith('request.json')).map(([, text]) => text)
    expect(requests).toHaveLength(2)
    expect(requests[1]).toContain('"set":"holdout"')
    expect(requests[1]).toContain('"requirement":"REQ-7"')
    const branch = spawnSync('git', ['-C', project.folder, 'show', 'backlot/pay-once-1:src/seen.txt'], {
      encoding: 'latin1',
    })
    expect(branch.stdout).toContain('attempt 2\n')
    const seen = [
      ...texts,
      ['stdout', ended.stdout],
      ['stderr', ended.stderr],
      ['what the agent saw', branch.stdout],
    ] as const
    const secrets = [CANARY, 'sealed-two-orders', 'Two orders are two charges', '"o7"', '1234,']
    for (const [where, text] of seen)
      for (const secret of secrets) expect(text.includes(secret) ? `${secret} in ${where}` : '').toBe('')
  },
)

test('their keepers see their state, and what a person reads or burns no longer judges', () => {
  project = copyProject()
  seal(project)
  commit(project.folder)
  const holdouts = (...args: string[]) => backlot(['holdouts', '--project', project.folder, ...args])
  const first = holdouts()
  expect([first.code, first.stdout]).toEqual([
    0,
    expect.stringMatching(
      /^sealed {2}sealed-two-orders {2}\d{4}-\d\d-\d\d {2}judged 0 times {2}REQ-7\n1 of 1 unburnt\n$/,
    ),
  ])
  expect(holdouts('--burn', 'sealed-two-orders').stderr).toContain('expected --why TEXT')
  const revealed = holdouts('--reveal', 'sealed-two-orders', '--why', 'a customer asked')
  expect([revealed.code, revealed.stdout]).toEqual([
    4,
    expect.stringContaining('0 of 1 unburnt; fewer than the minimum of 1'),
  ])
  expect(revealed.stdout).toContain('"id": "sealed-two-orders"')
  expect(holdouts('--burn', 'another', '--why', 'x')).toMatchObject({ code: 2 })
})
