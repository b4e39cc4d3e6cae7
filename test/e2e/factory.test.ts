import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { type FactoryOutcome, outcomeSchema } from '../../runner/factory/outcome.ts'
import { feedbackItemSchema } from '../../runner/hook/contract.ts'
import { backlot, commit, copyProject, type Ended, REPOSITORY, startBacklot, TINY } from '../support/cli.ts'
import { killAtRandom } from '../support/kills.ts'

const outcomeOf = ({ stdout }: Ended): FactoryOutcome => outcomeSchema.parse(JSON.parse(stdout))
const gitIn =
  (folder: string) =>
  (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@x.test', ...args], {
      cwd: folder,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(stderr)
    return stdout.trim()
  }

test('the reference agent: two bad candidates, a good one, a branch with evidence', async () => {
  const project = copyProject(join(REPOSITORY, 'examples/billing'))
  try {
    project.change('backlot.yaml', 'seeds: 20', 'seeds: 1')
    commit(project.folder)
    // The candidates' paths start at our repository; the copy is one of its own.
    const folder = join(project.folder, '../candidates')
    mkdirSync(folder)
    for (const name of ['answers.yaml', 'silent-retry.patch', 'key-per-attempt.patch', 'good-order-view.patch']) {
      const text = readFileSync(join(REPOSITORY, 'examples/billing/candidates', name), 'utf8')
      writeFileSync(join(folder, name), text.replaceAll('examples/billing/', ''))
    }
    const key = join(project.folder, '../gate.pem')
    const body = join(project.folder, '../body.md')
    backlot(['key', 'new', key])
    const brief = join(project.folder, 'brief.md')
    const ended = await startBacklot(['factory', brief, '--folder', folder, '--key', key, '--pr-body', body, '--json'])
      .ended
    expect(ended.code, ended.stderr).toBe(0)
    const outcome = outcomeOf(ended)
    expect(outcome).toMatchObject({ kind: 'released', branch: 'backlot/billing-1', attempt: 3 })
    expect(outcome.attempts.map(({ status }) => status)).toEqual(['fail', 'fail', 'pass'])
    expect(outcome.attempts[1]?.failing).toContain('PAY-1')
    expect(outcome.brief.criteria.every(({ scenarios }) => scenarios.length > 0)).toBe(true)
    const git = gitIn(project.folder)
    expect(git('diff', '--name-only', 'HEAD', 'backlot/billing-1').split('\n')).toContain('src/orders.ts')
    expect(git('status', '--porcelain')).toBe('')
    const tree = git('rev-parse', 'backlot/billing-1^{tree}')
    const verified = backlot(['verify', join(REPOSITORY, outcome.evidence ?? ''), '--key', key, '--tree', tree])
    expect(verified.code, verified.stdout).toBe(0)
    expect(git('log', '-1', '--format=%B', 'backlot/billing-1')).toContain(
      `Backlot-Brief: sha256:${outcome.brief.sha256}`,
    )
    const text = readFileSync(body, 'utf8')
    expect(text).toContain(
      '| AC\\-13 | When the service is asked to stop, orders under way are finished, and nothing new is begun. | `asked-to-stop` |',
    )
    expect(text).toMatch(/\| 3 \(this\) \| `folder 1` \| pass \|/)
    expect(ended.stderr).toMatch(/attempt 1 {2}generate +[\d.]+ s {2}completed; cost unreported\n/)
    expect(ended.stderr).toMatch(/released {2}attempt 3 passes\nbranch backlot\/billing-1 at [0-9a-f]{40}/)
  } finally {
    project.close()
  }
}, 300_000)

test('the cheating agent never gets a branch, whatever it does and claims', async () => {
  const project = copyProject()
  try {
    project.change('backlot.yaml', 'seeds: 3', 'seeds: 1')
    project.write(
      'BRIEF.md',
      '# Pay once\n\n## Acceptance\n\n- AC-1: When an order is placed, the card is charged once.\n',
    )
    commit(project.folder)
    const cheat = join(REPOSITORY, 'test/fixtures/agents/cheat.mjs')
    const command = ['--command', `node ${cheat}`, '--read', cheat, '--attempts', '7']
    const ended = await startBacklot(['factory', join(project.folder, 'BRIEF.md'), ...command, '--json']).ended
    const outcome = outcomeOf(ended)
    expect([ended.code, outcome.kind, outcome.branch], ended.stderr).toEqual([1, 'exhausted', null])
    const seen = outcome.attempts.map(({ status, failing, reason }) => `${status} ${reason ?? failing.join(' ')}`)
    expect(seen).toEqual([
      'fail intake.protected',
      'fail intake.control-file',
      expect.stringMatching(/^fail .*subject/),
      expect.stringMatching(/^fail declined: the agent says "changed nothing/),
      expect.stringMatching(/^fail .*(pay|lost-answer)/),
      'fail intake.symlink',
      expect.stringMatching(/^fail declined: the agent says "changed nothing/),
    ])
    expect(existsSync('/tmp/trapped')).toBe(false)
    expect(gitIn(project.folder)('for-each-ref', '--format=%(refname)')).not.toContain('backlot')
    const request = join(project.folder, '.backlot/factory', outcome.run, 'attempt-2/request.json')
    const { feedback } = JSON.parse(readFileSync(request, 'utf8')) as { feedback: readonly unknown[] }
    expect(feedback.map((item) => feedbackItemSchema.parse(item).bucket)).toEqual(['refused'])
  } finally {
    project.close()
  }
}, 120_000)

const GUIDE = readFileSync(join(REPOSITORY, 'docs/guides/factory.md'), 'utf8')

test('the guide, followed word for word, ends on a branch', () => {
  const project = copyProject(TINY)
  try {
    commit(project.folder)
    const files = [...GUIDE.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm)]
    expect(files.map(([, name]) => name)).toEqual(['BRIEF.md', 'backlot/scenarios/health.scenario.yaml', 'agent.mjs'])
    for (const [, name = '', text = ''] of files) {
      mkdirSync(dirname(join(project.folder, name)), { recursive: true })
      project.write(name, text)
    }
    const commands = [...GUIDE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].slice(0, 2).map(([, text = '']) => text)
    const script = commands
      .join('')
      .replaceAll('npx backlot', `"${process.execPath}" "${join(REPOSITORY, 'bin/backlot.js')}"`)
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-ec', script], {
      cwd: project.folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        GIT_AUTHOR_NAME: 't',
        GIT_AUTHOR_EMAIL: 't@x',
        GIT_COMMITTER_NAME: 't',
        GIT_COMMITTER_EMAIL: 't@x',
      },
    })
    expect(status, stderr).toBe(0)
    expect(stdout).toMatch(/^1 +local 0 +inconclusive +health +unreported/m)
    expect(stdout).toMatch(/released {2}attempt 2 passes\nbranch backlot\/a-health-check-1 at [0-9a-f]{40}/)
    expect(gitIn(project.folder)('show', 'backlot/a-health-check-1:src/main.ts')).toContain('c.json({ ok: true })')
  } finally {
    project.close()
  }
}, 120_000)

test.each([
  ['no agent', [], 'expected an agent, got none. Give --agent URL'],
  ['two agents', ['--agent', 'http://127.0.0.1:1/', '--folder', '.'], 'expected one of --agent, --command, --folder'],
  [
    'no duration',
    ['--folder', '.', '--timeout', 'soon'],
    'expected --timeout to be a duration such as 30m, got "soon"',
  ],
  [
    'no amount',
    ['--agent', 'http://127.0.0.1:1/', '--budget-usd', '1,50'],
    'expected --budget-usd to be an amount such as 5.00, got "1,50"',
  ],
  ['no candidates', ['--folder', 'src'], 'expected answers.yaml or *.patch files in src, got none'],
  ['no key', ['--folder', '.', '--key', 'nope.pem'], 'expected a private key in nope.pem, got no such file'],
  ['no such commit', ['--folder', '.', '--base', 'nope'], 'expected --base to be a commit or a folder, got "nope"'],
])('%s is a mistake on the command line', (_, args, message) => {
  const project = copyProject()
  try {
    project.write('BRIEF.md', '# X\n\n## Acceptance\n\n- AC-1: x\n')
    commit(project.folder)
    const { code, stderr } = backlot(['factory', 'BRIEF.md', ...args], { cwd: project.folder })
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  } finally {
    project.close()
  }
})

test('a candidate that brings books of its own, in which everything has passed, is refused', () => {
  const project = copyProject()
  try {
    commit(project.folder)
    const path = '.backlot/factory/pay-once/journal.jsonl'
    const patch = `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+{}\n`
    project.write('../books.patch', patch)
    const { code, stdout } = backlot([
      'gate',
      '--project',
      project.folder,
      '--candidate',
      join(project.folder, '../books.patch'),
    ])
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining('got a file that git, npm or backlot would act on (.backlot)'),
    ])
  } finally {
    project.close()
  }
})

test('a scenario that covers what the brief does not ask for is an error; a project without git has no branch to give', () => {
  const project = copyProject()
  try {
    project.write('BRIEF.md', '# X\n\n## Acceptance\n\n- AC-1: x\n')
    project.change('backlot/scenarios/pay.scenario.yaml', 'id: pay\n', 'id: pay\ncovers: [AC-2]\n')
    const run = () => backlot(['factory', 'BRIEF.md', '--folder', '.'], { cwd: project.folder })
    expect([run().code, run().stderr]).toEqual([2, expect.stringContaining('to be in a git repository, got none')])
    commit(project.folder)
    const { code, stderr } = run()
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('scenario "pay" covers AC-2, which is not in BRIEF.md. Did you mean "AC-1"?'),
    ])
  } finally {
    project.close()
  }
})

test('killed ten times with kill -9, factories and gates lose nothing, double nothing and leave nothing running', async () => {
  const undisturbedMs = { factory: 2500, gate: 1500 }
  const { kills, runs } = await killAtRandom({ count: 10, perRun: 8, seed: '3', undisturbedMs }, () => undefined)
  expect(kills).toBe(10)
  expect(runs).toBeGreaterThanOrEqual(2)
}, 300_000)
