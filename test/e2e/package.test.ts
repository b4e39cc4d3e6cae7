import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { REPOSITORY, TINY } from '../support/cli.ts'

let folder: string
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` }
const run = (command: string, args: readonly string[]): { readonly status: number | null; readonly out: string } => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8', env, timeout: 240_000 })
  return { status, out: stdout + stderr }
}

/** What a stranger gets: the packed archive, installed in an empty folder. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backlot-package-'))
  const npm = (...args: string[]): void => void execFileSync('npm', args, { cwd: REPOSITORY, env, stdio: 'pipe' })
  npm('run', 'build')
  npm('pack', '--pack-destination', folder)
  const [archive = ''] = readdirSync(folder)
  writeFileSync(join(folder, 'package.json'), '{ "name": "stranger", "type": "module" }')
  const installed = run('npm', [
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    join(folder, archive),
    'hono',
    '@hono/node-server',
    'stripe',
  ])
  expect(installed.status, installed.out).toBe(0)
}, 300_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the command runs from the package', () => {
  expect(run('npx', ['backlot', '--version'])).toMatchObject({
    status: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+/m),
  })
  expect(run('npx', ['backlot', 'schema', 'scenario'])).toMatchObject({ status: 0 })
})

test('it plays a project', () => {
  cpSync(TINY, join(folder, 'tiny'), { recursive: true, filter: (path) => !path.includes('.backlot') })
  const { status, out } = run('npx', ['backlot', 'run', '--project', 'tiny'])
  expect(out).toContain('checks passed, 0 failed')
  expect(status).toBe(0)
})

test('the library of incidents comes with it: its stories, and the pairs that prove them', () => {
  expect(run('npx', ['backlot', 'library', 'list']).out).toMatch(/^\d+ incidents\./m)
  expect(run('npx', ['backlot', 'library', 'prove', 'two-leaders', 'time-steps-back']).out).toContain('2 proven, 0 not')
  const tried = run('npx', [
    'backlot',
    'library',
    'try',
    'silent-retry',
    '--project',
    'tiny',
    '--from',
    'pay',
    '--seeds',
    '1',
  ])
  expect(tried).toMatchObject({ status: 0, out: expect.stringContaining('HELD') })
})

test('its parts are there by subpath, with types', () => {
  writeFileSync(
    join(folder, 'x.mjs'),
    "import { createWorld } from 'backlot/twins'\nimport { stripe } from 'backlot/twins/stripe'\nimport { createStage } from 'backlot/scenarios'\nimport { rule } from 'backlot/oracle'\nimport { judgeFitness } from 'backlot/fitness'\nconsole.log(stripe.name, [createWorld, createStage, rule, judgeFitness].every((x) => typeof x === 'function'))\n",
  )
  expect(run('node', ['x.mjs'])).toEqual({ status: 0, out: 'stripe true\n' })
})

test('nothing but what is meant is packed', () => {
  const files = readdirSync(join(folder, 'node_modules/backlot'))
  expect(files.sort()).toEqual(['LICENSE', 'README.md', 'bin', 'ci', 'dist', 'package.json', 'schema'])
})

test('an old Node gets one line that says so', () => {
  // The check is the first thing the command does; a Node that says it is old is as good as one that is.
  writeFileSync(join(folder, 'old.cjs'), "Object.defineProperty(process.versions, 'node', { value: '20.20.2' })\n")
  const { status, out } = run('node', ['--require', './old.cjs', 'node_modules/backlot/bin/backlot.js', 'run'])
  expect([status, out.trim().split('\n')]).toEqual([
    2,
    [
      'backlot: expected Node 22.18 or later, got 20.20.2. Run it with npx in a project that has the package "node", or install a newer Node.',
    ],
  ])
})
