import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backlot, commit, copyProject, startBacklot, verdictOf } from '../support/cli.ts'

let project: ReturnType<typeof copyProject>
beforeAll(() => {
  project = copyProject()
  commit(project.folder)
})
afterAll(() => project.close())

const git = (...args: string[]): string =>
  spawnSync('git', ['-C', project.folder, ...args], { encoding: 'utf8' }).stdout

/** A patch made by really changing files and asking git, then taking the change back. */
function patch(name: string, change: () => void): string {
  change()
  git('add', '--all', '--intent-to-add')
  const text = git('diff', '--binary')
  git('reset', '--quiet', '--hard')
  git('clean', '-fdq', '-e', 'node_modules', '-e', '.backlot')
  expect(text).not.toBe('')
  return written(name, text)
}
function written(name: string, text: string): string {
  const file = join(project.folder, '..', name)
  writeFileSync(file, text)
  return file
}
const gate = (...args: string[]) => backlot(['gate', '--project', project.folder, '--json', ...args])

/** Refunds nothing, tries again with a new key after every error: the customer pays twice when the first answer is lost for good. */
const doubleCharge = (): void => {
  project.change('src/main.ts', "?? '')", "?? '', { maxNetworkRetries: 0 })")
  project.change(
    'src/main.ts',
    '  try {\n    const intent',
    '  for (let attempt = 1; ; attempt++)\n  try {\n    const intent',
  )
  project.change('src/main.ts', 'pay-$' + '{order}`', 'pay-$' + '{order}-$' + '{attempt}`')
  project.change('src/main.ts', '  } catch (error) {\n', '  } catch (error) {\n    if (attempt < 4) continue\n')
}

test('the working tree against itself passes, in order of words and numbers that a person can read', () => {
  const { code, stdout, stderr } = backlot(['gate', '--project', project.folder])
  // The same source gives the same runs: they are played once.
  expect(stderr).toContain('running 2 scenarios x 3 seeds, base and candidate being the same; sandbox')
  expect(stdout).toMatch(/checks passed, 0 failed in [\d.]+ s: 6 runs of 2 scenarios/)
  expect(stdout).toMatch(/cost per request [\d.]+ USD -> [\d.]+ USD/)
  expect(stdout).toMatch(/pass {2}tiny: the working tree against HEAD/)
  expect(code).toBe(0)
})

test('a refactor passes', () => {
  const file = patch('good.patch', () => {
    project.change('src/main.ts', 'const { order, amount } = await', 'const body = await')
    project.change('src/main.ts', '  try {\n', '  const { order, amount } = body\n  try {\n')
  })
  expect(verdictOf(gate('--candidate', file)).status).toBe('pass')
})

test('a double charge fails for its reason; its file replays to the same hash, and the smallest case is small', () => {
  project.change('backlot/scenarios/lost-answer.scenario.yaml', 'nth: 1', 'times: 2')
  git('commit', '-qam', 'two lost answers')
  const file = patch('double.patch', doubleCharge)
  const junit = join(project.folder, '.backlot/out/junit.xml')
  const markdown = join(project.folder, '.backlot/out/summary.md')
  const ended = gate('--candidate', file, '--junit', junit, '--markdown', markdown)
  const verdict = verdictOf(ended)
  expect([ended.code, verdict.status]).toEqual([1, 'fail'])
  const failed = verdict.checks.filter(({ status }) => status === 'fail')
  expect(failed.map(({ id }) => id)).toEqual(expect.arrayContaining(['PAY-1', 'lost-answer', 'cost-per-request']))
  const cost = failed.find(({ id }) => id === 'cost-per-request')?.findings[0]
  expect(cost?.message).toMatch(/cost per request: base [\d.]+ USD, candidate [\d.]+ USD: [\d.]+x the base/)
  expect(cost?.atVirtualMs).toBeGreaterThan(0)
  for (const { findings } of failed) {
    const [finding] = findings
    expect(finding?.replay).toMatch(/^npx backlot replay /)
    const replay = backlot(['replay', finding?.replay?.split(' ')[3] ?? ''])
    expect(replay.stderr).toContain('the same run, hash ')
    expect(replay.code).toBe(1)
  }
  expect(failed.find(({ id }) => id === 'PAY-1')?.findings[0]?.smallest).toMatch(
    /^2 of 2 steps: answer-lost on stripe.payment_intents.create; POST \/pay$/,
  )
  expect(readFileSync(junit, 'utf8')).toContain('<failure message="PAY-1: For each')
  expect(readFileSync(markdown, 'utf8')).toContain('## Backlot: ❌ fail')
})

test('a failure from another machine is played again in the current folder, or where --project says', () => {
  const [file = ''] = readdirSync(join(project.folder, '.backlot/failures'))
  const path = join(project.folder, '.backlot/failures', file)
  const text = readFileSync(path, 'utf8')
  const { source } = JSON.parse(text) as { readonly source: { readonly project: string } }
  const moved = written('moved.json', text.replace(JSON.stringify(source.project), '"/home/runner/nowhere"'))
  expect(backlot(['replay', moved, '--project', project.folder]).stderr).toContain('the same run, hash ')
  expect(backlot(['replay', moved], { cwd: project.folder }).stderr).toContain('the same run, hash ')
  const lost = backlot(['replay', moved])
  expect([lost.code, lost.stderr]).toEqual([2, expect.stringContaining('Name its folder with --project.')])
})

test('a replay says when the code has changed since', () => {
  const [file = ''] = readdirSync(join(project.folder, '.backlot/failures'))
  const path = join(project.folder, '.backlot/failures', file)
  const changed = written(
    'changed.json',
    readFileSync(path, 'utf8')
      .replace(/"tree": "[0-9a-f]{4}/, '"tree": "0000')
      .replace(/"hash": "[0-9a-f]{4}/, '"hash": "0000'),
  )
  const { code, stderr } = backlot(['replay', changed])
  expect([code, stderr]).toEqual([4, expect.stringContaining('the code has changed since')])
})

test('a candidate that crashes fails, and nothing of it counts as a measurement', () => {
  const file = patch('crash.patch', () =>
    project.change('src/main.ts', 'const app', "throw new Error('oh')\nconst app"),
  )
  const ended = gate('--candidate', file, '--no-shrink')
  expect(ended.code).toBe(1)
  expect(verdictOf(ended).checks.find(({ id }) => id === 'subject')?.findings[0]?.message).toContain(
    'the service crashed: Error: oh',
  )
})

test('a base that fails makes the verdict unsure, not the candidate bad', () => {
  const broken = copyProject()
  broken.change('backlot/scenarios/pay.scenario.yaml', 'status: 201', 'status: 418')
  commit(broken.folder)
  const ended = backlot(['gate', '--project', broken.folder, '--json', '--seeds', '1'])
  broken.close()
  expect([ended.code, verdictOf(ended).status]).toEqual([4, 'inconclusive'])
  expect(verdictOf(ended).checks.find(({ id }) => id === 'pay')?.reason).toContain('The base fails it too')
})

/** What is refused at the door: nothing of the candidate runs. */
test.each<readonly [string, string, () => string]>([
  [
    'a changed scenario',
    'intake.protected',
    () => patch('a.patch', () => project.change('backlot/scenarios/pay.scenario.yaml', 'count: 1', 'count: 2')),
  ],
  [
    'changed settings',
    'intake.protected',
    () => patch('b.patch', () => project.change('backlot.yaml', 'seeds: 3', 'seeds: 1')),
  ],
  [
    'a changed rule',
    'intake.protected',
    () => patch('c.patch', () => project.change('backlot/rules/pay.rules.yaml', 'at-most: 1', 'at-most: 9')),
  ],
  [
    'what a rule imports',
    'intake.protected',
    () => {
      project.write('backlot/rules/limits.ts', 'export const MOST = 1\n')
      project.write(
        'backlot/rules/more.rules.ts',
        "import { MOST } from './limits.ts'\nexport const rules = MOST > 0 ? [] : []\n",
      )
      git('add', '--all')
      git('-c', 'user.name=t', '-c', 'user.email=t@example.test', 'commit', '--quiet', '-m', 'a rule of our own')
      return patch('i.patch', () => project.change('backlot/rules/limits.ts', 'MOST = 1', 'MOST = 99'))
    },
  ],
  [
    'labels that excuse survivors',
    'intake.protected',
    () => patch('t.patch', () => project.write('backlot/triage.yaml', 'schema: 1\nsurvivors: []\n')),
  ],
  [
    'what CI runs',
    'intake.protected',
    () =>
      patch('w.patch', () => {
        mkdirSync(join(project.folder, '.github/workflows'), { recursive: true })
        project.write('.github/workflows/publish.yml', 'on: push\n')
      }),
  ],
  [
    'a symbolic link',
    'intake.symlink',
    () => patch('d.patch', () => symlinkSync('/etc/passwd', join(project.folder, 'src/link'))),
  ],
  ['npm settings', 'intake.control-file', () => patch('e.patch', () => project.write('.npmrc', 'git=./evil.sh\n'))],
  [
    'git attributes',
    'intake.control-file',
    () => patch('f.patch', () => project.write('src/.gitattributes', '* filter=x\n')),
  ],
  [
    'packages of its own',
    'intake.control-file',
    () =>
      written(
        'g.patch',
        'diff --git a/node_modules/hono/index.js b/node_modules/hono/index.js\nnew file mode 100644\n--- /dev/null\n+++ b/node_modules/hono/index.js\n@@ -0,0 +1 @@\n+x\n',
      ),
  ],
  [
    'a path that leaves',
    'intake.outside',
    () =>
      written(
        'h.patch',
        'diff --git a/../x b/../x\nnew file mode 100644\n--- /dev/null\n+++ b/../x\n@@ -0,0 +1 @@\n+x\n',
      ),
  ],
  [
    'an absolute path',
    'intake.outside',
    () =>
      written('i.patch', 'diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ /etc/x\n@@ -0,0 +1 @@\n+x\n'),
  ],
  [
    'a path into .git',
    'intake.control-file',
    () =>
      written(
        'j.patch',
        'diff --git a/.git/hooks/x b/.git/hooks/x\nnew file mode 100755\n--- /dev/null\n+++ b/.git/hooks/x\n@@ -0,0 +1 @@\n+x\n',
      ),
  ],
  [
    'a submodule',
    'intake.submodule',
    () =>
      written(
        'k.patch',
        `diff --git a/sub b/sub\nnew file mode 160000\nindex 0000000..${'1'.repeat(40)}\n--- /dev/null\n+++ b/sub\n@@ -0,0 +1 @@\n+Subproject commit ${'1'.repeat(40)}\n`,
      ),
  ],
  [
    'two names that differ in case',
    'intake.case',
    () => patch('l.patch', () => project.write('src/Main.ts', 'export {}\n')),
  ],
  [
    'a name with a direction mark',
    'intake.names',
    () => patch('m.patch', () => project.write('src/a\u202eb.ts', 'export {}\n')),
  ],
  [
    'a file that is too large',
    'intake.size',
    () => patch('n.patch', () => project.write('src/big.ts', `// ${'x'.repeat(1_100_000)}\n`)),
  ],
  [
    'too many files',
    'intake.size',
    () =>
      patch('o.patch', () => {
        mkdirSync(join(project.folder, 'src/many'))
        for (let at = 0; at < 201; at++) project.write(`src/many/${at}.ts`, 'export {}\n')
      }),
  ],
  [
    'a patch that does not apply',
    'intake.apply',
    () =>
      written(
        'p.patch',
        'diff --git a/src/main.ts b/src/main.ts\n--- a/src/main.ts\n+++ b/src/main.ts\n@@ -1,1 +1,1 @@\n-nothing like it\n+x\n',
      ),
  ],
  ['an empty patch', 'intake.empty', () => written('q.patch', '')],
  ['no patch at all', 'intake.format', () => written('r.patch', 'hello\n')],
])('%s is refused', (_, check, make) => {
  const ended = gate('--candidate', make())
  const verdict = verdictOf(ended)
  expect(verdict.checks.map(({ id, status }) => [id, status])).toEqual(expect.arrayContaining([[check, 'fail']]))
  expect([ended.code, verdict.runs.total]).toEqual([1, 0])
})

test("changed dependencies are a person's to decide", () => {
  const file = patch('deps.patch', () => project.write('package.json', '{ "dependencies": { "left-pad": "*" } }\n'))
  const ended = gate('--candidate', file)
  expect([ended.code, verdictOf(ended).status]).toEqual([3, 'needs-human'])
})

test.each([
  ['--base', 'no-such-ref', 'expected --base to be a commit or a folder, got "no-such-ref"'],
  ['--candidate', 'no-such-thing', 'expected --candidate to be a patch, a folder or a commit, got "no-such-thing"'],
])('%s %s is a mistake on the command line', (option, value, message) => {
  const { code, stderr } = backlot(['gate', '--project', project.folder, option, value])
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
})

const gateFolders = (pid: number): readonly string[] =>
  readdirSync(tmpdir()).filter(
    (name) =>
      name.startsWith('backlot-gate-') &&
      existsSync(join(tmpdir(), name, 'pid')) &&
      readFileSync(join(tmpdir(), name, 'pid'), 'utf8') === `${pid}`,
  )
/** Processes that run a program out of one of this gate's folders. */
const orphans = (folders: readonly string[]): readonly string[] =>
  spawnSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => folders.some((folder) => line.includes(folder)))
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

test('Ctrl-C ends it with 130, and nothing is left behind', async () => {
  const running = startBacklot(['gate', '--project', project.folder, '--seeds', '300'])
  // However long it takes to begin.
  while (gateFolders(running.pid).length === 0) await wait(50)
  await wait(500)
  const folders = gateFolders(running.pid)
  expect(folders).toHaveLength(1)
  running.kill('SIGINT')
  expect((await running.ended).code).toBe(130)
  expect([gateFolders(running.pid), orphans(folders)]).toEqual([[], []])
})

test.each([150, 400, 900, 1500])(
  'killed after %d ms it leaves no program running and no half-written file, and the next run clears up',
  async (afterMs) => {
    const running = startBacklot(['gate', '--project', project.folder, '--seeds', '300'])
    await wait(afterMs)
    const folders = gateFolders(running.pid)
    running.kill('SIGKILL')
    await running.ended
    await wait(300)
    expect(orphans(folders)).toEqual([])
    const left = existsSync(join(project.folder, '.backlot'))
      ? readdirSync(join(project.folder, '.backlot'), { recursive: true, encoding: 'utf8' })
      : []
    expect(left.filter((name) => name.endsWith('.part'))).toEqual([])
    const ended = gate('--seeds', '1')
    expect(ended.code, ended.stderr).toBe(0)
    expect(gateFolders(running.pid)).toEqual([])
  },
)
