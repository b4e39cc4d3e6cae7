import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { readVerdict } from '../../runner/report/publish/publication.ts'
import { commit, copyProject, REPOSITORY } from '../support/cli.ts'

const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8')
const stepShape = z.looseObject({
  run: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
})
const workflowShape = z.looseObject({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(z.string(), z.looseObject({ steps: z.array(stepShape), 'timeout-minutes': z.number() })),
})
const action = z
  .looseObject({
    inputs: z.record(z.string(), z.looseObject({ description: z.string() })),
    runs: z.looseObject({ using: z.literal('composite'), steps: z.array(stepShape) }),
  })
  .parse(parse(read('action.yml')))
const workflows = globSync('ci/github/*.yml', { cwd: REPOSITORY })
  .sort()
  .map((path) => ({ path, text: read(path), workflow: workflowShape.parse(parse(read(path))) }))
const stepsOf = ({ workflow }: (typeof workflows)[number]) => Object.values(workflow.jobs).flatMap(({ steps }) => steps)

test('there are the workflows that the guide names', () => {
  expect(workflows.map(({ path }) => path.split('/').at(-1))).toEqual([
    'backlot-cache.yml',
    'backlot-publish.yml',
    'backlot-sharded.yml',
    'backlot.yml',
  ])
})

test.each([...workflows.flatMap(stepsOf), ...action.runs.steps].filter(({ run }) => run !== undefined))(
  'no text of a pull request becomes a command: $run',
  ({ run }) => expect(run).not.toContain('${{'),
)

test('what runs a change has no token, no secret, no permission and no cache to write', () => {
  for (const name of ['ci/github/backlot.yml', 'ci/github/backlot-sharded.yml']) {
    const found = workflows.find(({ path }) => path === name)
    expect(found?.workflow.permissions).toEqual({ contents: 'read' })
    expect(Object.keys(found?.workflow.on ?? {})).toEqual(['pull_request', 'merge_group'])
    expect(found?.text).not.toMatch(/secrets\.|github\.token|pull_request_target|cache-write|actions\/cache\/save/)
    const checkouts =
      found === undefined ? [] : stepsOf(found).filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    expect(checkouts.length).toBeGreaterThan(0)
    for (const { with: given } of checkouts) expect(given?.['persist-credentials']).toBe(false)
  }
})

test('what has a token comes from the trusted branch and runs nothing of the change', () => {
  const found = workflows.find(({ path }) => path === 'ci/github/backlot-publish.yml')
  expect(Object.keys(found?.workflow.on ?? {})).toEqual(['workflow_run'])
  const runs = found === undefined ? [] : stepsOf(found).flatMap(({ run }) => run ?? [])
  expect(runs).toEqual([
    'npm ci --ignore-scripts',
    'npx --no-install backlot publish --verdict backlot-out/verdict.json',
  ])
  expect(found?.text).not.toMatch(/head_sha|head_branch|ref:/)
})

test('the workflows hand the action only what it takes, and the script reads all of it', () => {
  for (const found of workflows)
    for (const { uses, with: given } of stepsOf(found))
      if (uses?.startsWith('backlot/') === true)
        for (const name of Object.keys(given ?? {})) expect(action.inputs).toHaveProperty(name)
  const script = read('ci/github/gate.sh')
  const [step] = action.runs.steps
  for (const [name, value] of Object.entries(step?.env ?? {})) {
    expect(script, name).toContain(name)
    expect(action.inputs).toHaveProperty(/inputs\.(\w+)/.exec(value)?.[1] ?? '')
  }
})

let project: ReturnType<typeof copyProject>
let candidate: string
const git = (...args: string[]): string =>
  spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.test', ...args], {
    cwd: project.folder,
    encoding: 'utf8',
  }).stdout.trim()
beforeAll(() => {
  project = copyProject()
  commit(project.folder)
  const base = git('rev-parse', 'HEAD')
  project.change('src/main.ts', 'const { order, amount } = await', 'const body = await')
  project.change('src/main.ts', '  try {\n', '  const { order, amount } = body\n  try {\n')
  git('commit', '-qam', 'change')
  candidate = git('rev-parse', 'HEAD')
  const step = workflows.flatMap(stepsOf).find(({ run }) => run?.includes('git checkout') === true)
  expect(shell(step?.run ?? 'false', { BASE: base }).status).toBe(0)
  expect(git('rev-parse', 'HEAD')).toBe(base)
})
afterAll(() => project.close())

const shell = (command: string, env: Readonly<Record<string, string>>) =>
  spawnSync('bash', ['-e', '-c', command], {
    cwd: project.folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      NO_COLOR: '1',
      BACKLOT: `${process.execPath} ${join(REPOSITORY, 'bin/backlot.js')}`,
      ...env,
    },
  })
const file = (name: string): string => join(project.folder, 'backlot-out', name)
const gateStep = (env: Readonly<Record<string, string>>) =>
  shell(action.runs.steps[0]?.run ?? 'false', {
    GITHUB_ACTION_PATH: REPOSITORY,
    GITHUB_ACTIONS: 'true',
    GITHUB_OUTPUT: join(project.folder, '.backlot-output'),
    GITHUB_STEP_SUMMARY: join(project.folder, '.backlot-summary'),
    BACKLOT_BASE: 'HEAD',
    BACKLOT_CANDIDATE: candidate,
    ...env,
  })

test('the action’s own command, in parts and merged: status, summary, every report, and a verdict fit to publish', () => {
  for (const shard of ['1/2', '2/2']) expect(gateStep({ BACKLOT_SHARD: shard, BACKLOT_SEEDS: '1' }).status).toBe(0)
  const merged = gateStep({ BACKLOT_MERGE: 'true' })
  expect(merged.status, merged.stderr).toBe(0)
  expect(readFileSync(join(project.folder, '.backlot-output'), 'utf8').trim().split('\n').slice(-2)).toEqual([
    'status=pass',
    'verdict=backlot-out/verdict.json',
  ])
  expect(readFileSync(join(project.folder, '.backlot-summary'), 'utf8')).toContain('## Backlot: ✅ pass')
  for (const name of ['report.html', 'junit.xml', 'backlot.sarif', 'code-quality.json'])
    expect(existsSync(file(name)), name).toBe(true)
  expect(readVerdict(readFileSync(file('verdict.json'), 'utf8')).candidate.commit).toBe(candidate)
  // Without a part there is no verdict that passes.
  spawnSync('rm', [file('part-2.json')])
  expect(gateStep({ BACKLOT_MERGE: 'true' }).status).toBe(4)
})

test('GitLab finds the component: a file of templates/, with a spec before its jobs', () => {
  // https://docs.gitlab.com/ci/components/#directory-structure (2026-11-26): templates/NAME.yml or templates/NAME/template.yml.
  expect(globSync(['templates/*.yml', 'templates/*/template.yml'], { cwd: REPOSITORY })).toEqual([
    'templates/backlot.yml',
  ])
  const [spec, jobs, ...rest] = parseAllDocuments(read('templates/backlot.yml')).map((one): unknown => one.toJS())
  expect(spec).toHaveProperty('spec.inputs.project')
  expect(jobs).toHaveProperty('backlot.script')
  expect(rest).toEqual([])
  for (const text of ['docs/guides/ci.md', 'templates/backlot.yml', 'ci/gitlab/backlot-publish.yml'].map(read))
    expect(text).not.toContain('ci/gitlab/backlot.yml')
})

/** In the gate's place: says its words, and what it can read of the key. */
const SAY = `printf '%s\\n' "$@"
while [ "$#" -gt 0 ]; do
  [ "$1" = --key ] && echo "key: $(cat "$2")" && echo "mode: $(stat -c %a "$2")"
  shift
done
echo "environment: \${BACKLOT_GATE_KEY:-none}"
`
function argumentsOf(env: Readonly<Record<string, string>>): readonly string[] {
  const say = join(project.folder, '.backlot-say')
  writeFileSync(say, SAY)
  return gateStep({ BACKLOT: `sh ${say}`, GITHUB_ACTIONS: '', ...env }).stdout.split('\n')
}

test('who made the change is handed to the gate, to its parts and to the merge, as one word', () => {
  const agent = 'house-agent@1:some model; touch x'
  for (const env of [{}, { BACKLOT_SHARD: '1/2' }, { BACKLOT_MERGE: 'true' }]) {
    const words = argumentsOf({ BACKLOT_AGENT: agent, ...env })
    expect(words[words.indexOf('--agent') + 1]).toBe(agent)
  }
  expect(argumentsOf({})).not.toContain('--agent')
})

test('the key is a file for the gate alone: no part signs, and nothing of it is left', () => {
  const asked = { BACKLOT_EVIDENCE: 'backlot-out/evidence', BACKLOT_GATE_KEY: 'a key' }
  const words = argumentsOf(asked)
  expect(words[words.indexOf('--evidence') + 1]).toBe('backlot-out/evidence')
  expect(words.slice(-4, -1)).toEqual(['key: a key', 'mode: 600', 'environment: none'])
  expect(existsSync(words[words.indexOf('--key') + 1] ?? '.')).toBe(false)
  expect(argumentsOf({ ...asked, BACKLOT_SHARD: '1/2' })).not.toContain('--key')
})

test('the GitLab component: its jobs’ own commands, in one part and merged', () => {
  const text = read('templates/backlot.yml').replace(
    /\$\[\[ inputs\.(\w+) \]\]/g,
    (_, name: string) =>
      ({ project: '.', parts: '1', image: 'x', stage: 'test', agent: '', evidence: '' })[name] ?? 'unknown',
  )
  const [spec, jobs] = parseAllDocuments(text).map((document): unknown => document.toJS())
  const { inputs } = z.object({ spec: z.object({ inputs: z.record(z.string(), z.unknown()) }) }).parse(spec).spec
  expect(Object.keys(inputs)).toEqual(['project', 'parts', 'image', 'agent', 'evidence', 'stage'])
  const byName = z.record(z.string(), z.looseObject({ script: z.array(z.string()).default([]) })).parse(jobs)
  const scriptOf = (name: string): string =>
    (byName[name]?.script ?? []).join('\n').replaceAll('node_modules/backlot/', `${REPOSITORY}/`)
  const env = {
    BACKLOT_PROJECT: '.',
    BACKLOT_PARTS: '1',
    BACKLOT_CANDIDATE: candidate,
    BACKLOT_BASE: 'HEAD',
    BACKLOT_SEEDS: '1',
    CI_JOB_ID: '17',
    GITHUB_ACTIONS: '',
  }
  spawnSync('rm', ['-rf', file('')])
  expect(shell(scriptOf('backlot-part'), env).status).toBe(0)
  const merged = shell(scriptOf('backlot'), env)
  expect([merged.status, readFileSync(file('job.env'), 'utf8')]).toEqual([0, 'BACKLOT_JOB=17\n'])
  expect(merged.stdout).not.toContain('::error')
  const [tell] = parse(read('ci/gitlab/backlot-publish.yml'))['backlot-publish'].script.slice(-1)
  expect(tell).toBe('npx --no-install backlot publish --verdict verdict.json')
})
