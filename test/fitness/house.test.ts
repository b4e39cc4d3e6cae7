import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { importsPointLeft } from '../../fitness/imports-point-left.ts'
import { type Allowed, noRealClock } from '../../fitness/no-real-clock.ts'
import { readSources } from '../../fitness/source.ts'
import { REPOSITORY } from '../support/cli.ts'

const LAYERS = ['twins', 'scenarios', 'oracle', 'fitness', 'runner']
const house = readSources(REPOSITORY, LAYERS)

/** The files that may touch the real world, each with its reason. */
const ALLOWED: readonly Allowed[] = [
  { path: 'scenarios/subject/process.ts', what: ['process'], why: 'It starts the subject.' },
  { path: 'scenarios/subject/pipes.ts', what: ['process'], why: 'Node has no pipe(2); mkfifo makes them.' },
  { path: 'scenarios/subject/watchdog.ts', what: ['process'], why: 'A busy loop shows in real time only.' },
  {
    path: 'scenarios/subject/node/',
    what: ['chance', 'timer', 'network', 'process'],
    why: 'It replaces what is real inside a subject.',
  },
  {
    path: 'scenarios/library/subjects/',
    what: ['clock', 'chance', 'timer', 'network'],
    why: 'They are programs under test: what is real in them is replaced.',
  },
  {
    path: 'twins/postgres/bridge.ts',
    what: ['process'],
    why: 'A database works in a thread that the world waits for.',
  },
  { path: 'twins/postgres/pglite/worker.ts', what: ['process'], why: 'It is such a thread.' },
  { path: 'twins/postgres/server/worker.ts', what: ['process'], why: 'It is such a thread.' },
  { path: 'twins/postgres/server/launch.ts', what: ['process'], why: 'A real server is a program.' },
  { path: 'twins/postgres/server/backend.ts', what: ['network'], why: 'It is reached over its socket.' },
  { path: 'runner/pool/pool.ts', what: ['process'], why: 'Workers block so that the main thread need not.' },
  { path: 'runner/pool/worker.ts', what: ['process'], why: 'It is such a worker.' },
  { path: 'runner/cli/publish.ts', what: ['network', 'timer'], why: 'It tells a host, and does not wait for ever.' },
  { path: 'runner/cli/gate.ts', what: ['clock'], why: 'People wait in real time.' },
  { path: 'runner/cli/watch.ts', what: ['timer'], why: 'People save files in real time.' },
  {
    path: 'runner/cli/real-time.ts',
    what: ['clock', 'chance'],
    why: 'People wait in real time, and results carry their date; the word that switches mutants must not be guessed.',
  },
  {
    path: 'runner/cli/fidelity.ts',
    what: ['clock', 'timer', 'network'],
    why: 'Recordings age in real time; --live asks the real service.',
  },
  {
    path: 'runner/cli/twin.ts',
    what: ['clock', 'chance', 'timer'],
    why: 'Served worlds keep real time, behind a real secret.',
  },
  { path: 'runner/serve/ports.ts', what: ['network'], why: 'It listens for programs in any language.' },
  { path: 'runner/serve/pass.ts', what: ['network'], why: 'It hands requests on to the service under test.' },
  { path: 'runner/serve/certificates.ts', what: ['network'], why: 'Certificates are for real TLS.' },
  { path: 'runner/serve/courier.ts', what: ['network', 'timer'], why: 'Served twins send real webhooks.' },
  { path: 'twins/msw-browser.ts', what: ['network'], why: 'A page reaches served twins over the network.' },
  { path: 'runner/cli/evidence.ts', what: ['clock'], why: 'Evidence says when it was signed.' },
  { path: 'runner/cli/approve.ts', what: ['clock'], why: 'So does an approval.' },
  { path: 'runner/cli/verify.ts', what: ['clock'], why: 'The age of evidence is real.' },
  { path: 'runner/cli/holdouts.ts', what: ['clock'], why: 'The ledger dates what its keepers do.' },
  { path: 'runner/holdout/entropy.ts', what: ['chance'], why: 'A salt that can be guessed hides nothing.' },
  { path: 'runner/cli/doctor.ts', what: ['process'], why: 'What is missing shows by trying.' },
  { path: 'runner/gate/git.ts', what: ['process'], why: 'Git is a program.' },
  {
    path: 'runner/hook/real.ts',
    what: ['clock', 'timer', 'chance'],
    why: 'Agents live in real time; secrets need chance.',
  },
  { path: 'runner/cli/hook.ts', what: ['network'], why: 'It serves a hook.' },
  { path: 'runner/hook/exchange.ts', what: ['network'], why: 'It asks agents over HTTP.' },
  { path: 'runner/hook/address.ts', what: ['network'], why: 'Node keeps its block list of addresses there.' },
  { path: 'runner/hook/program.ts', what: ['process'], why: 'A local agent is a program.' },
  { path: 'runner/gate/workspace.ts', what: ['clock'], why: 'What a killed gate left behind is told by its age.' },
  { path: 'runner/harden/pool.ts', what: ['process'], why: 'Workers block so that the main thread need not.' },
  {
    path: 'runner/harden/worker.ts',
    what: ['process', 'clock'],
    why: 'It is such a worker, and asks the quickest first.',
  },
  {
    path: 'runner/harden/suite/',
    what: ['process', 'timer', 'clock'],
    why: 'A library under mutation may loop for ever: it has a process of its own, and a watch.',
  },
  {
    path: 'runner/cli/harden.ts',
    what: ['clock', 'chance'],
    why: 'People wait in real time; no program may guess the name of its switch.',
  },
  { path: 'runner/sandbox/bubblewrap.ts', what: ['process'], why: 'A sandbox is proven by starting one.' },
  {
    path: 'runner/sandbox/climb.ts',
    what: ['network', 'process', 'timer'],
    why: 'It stands behind the walls that are climbed, and a box ends in real time.',
  },
  { path: 'runner/sandbox/probe.ts', what: ['network', 'process', 'timer'], why: 'It climbs real walls.' },
  { path: 'runner/sandbox/install.ts', what: ['process'], why: 'npm is a program.' },
  { path: 'runner/attacks/', what: ['network', 'process', 'timer'], why: 'An attack is real, and so is its control.' },
  { path: 'runner/cli/attack.ts', what: ['clock'], why: 'People wait in real time.' },
  {
    path: 'runner/sandbox/docker.ts',
    what: ['process', 'timer'],
    why: 'It asks the loader what Node is linked with, and a daemon that hangs shows in real time only.',
  },
]

const print = (findings: ReturnType<typeof noRealClock>): readonly string[] =>
  findings.map(({ path, line, message }) => `${path}:${line}: ${message}`)

test('imports point one way', () => {
  expect(print(importsPointLeft(house))).toEqual([])
})

test('nothing reads the real world but those that may', () => {
  expect(print(noRealClock(house, ALLOWED))).toEqual([])
})

const planted: string[] = []
function plant(files: Readonly<Record<string, string>>): ReturnType<typeof readSources> {
  const root = mkdtempSync(join(tmpdir(), 'backlot-house-'))
  planted.push(root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return readSources(root, [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''))])
}
afterAll(() => {
  for (const root of planted) rmSync(root, { recursive: true, force: true })
})

test.each([
  ['twins/a.ts', "import '../runner/x.ts'", 'twins importing runner'],
  ['scenarios/a.ts', "export { x } from '../oracle/x.ts'", 'scenarios importing oracle'],
  ['oracle/a.ts', "const x = await import('../fitness/x.ts')", 'oracle importing fitness'],
  ['twins/slack/a.ts', "import '../stripe/x.ts'", 'expected twins/slack to know no other vendor'],
  ['twins/slack/a.ts', "import '../aws/sigv4.ts'", 'expected twins/slack to know no other vendor'],
  ['twins/aws/a.ts', "import '../s3/x.ts'", 'expected twins/aws to know no other vendor'],
  ['twins/sqs/a.ts', "import '../s3/x.ts'", 'expected twins/sqs to know no other vendor'],
  ['runner/a.ts', "import '../test/x.ts'", 'expected no import of tests'],
])('an import that points the wrong way is found: %s', (path, text, message) => {
  expect(print(importsPointLeft(plant({ [path]: text })))).toEqual([expect.stringContaining(message)])
})

test('services of one cloud share a folder of the kit', () => {
  const files = { 'twins/s3/a.ts': "import '../aws/sigv4.ts'", 'twins/sqs/a.ts': "import '../aws/sigv4.ts'" }
  expect(print(importsPointLeft(plant(files)))).toEqual([])
})

test.each([
  'const x = Date.now()',
  'const x = { now: Date.now }',
  'const x = new Date()',
  'const x = Date()',
  'const x = Math.random()',
  'setTimeout(() => {}, 1)',
  'const later = setTimeout',
  'const x = performance.now()',
  'const x = process.hrtime.bigint()',
  'const x = crypto.randomUUID()',
  "import { randomBytes } from 'node:crypto'\nrandomBytes(4)",
  "import net from 'node:net'\nnet.connect(1)",
  "import { spawn } from 'node:child_process'\nspawn('x')",
  "fetch('https://x.test')",
  'const x = AbortSignal.timeout(5)',
])('reality is found: %s', (text) => {
  const findings = noRealClock(plant({ 'twins/a.ts': text }), [])
  expect(findings).toHaveLength(1)
  expect(findings[0]?.message).toContain('expected time, chance and network from the world')
})

test('what only looks real is left alone', () => {
  const text =
    "// Date.now()\nimport type { Socket } from 'node:net'\nconst a = new Date(5), b = 'Math.random()', c = world.clock.now(), d = x.setTimeout(5)\n"
  expect(noRealClock(plant({ 'twins/a.ts': text }), [])).toEqual([])
})

test('a permission that nobody needs is found', () => {
  const permit: Allowed = { path: 'twins/a.ts', what: ['clock', 'chance'], why: 'It was so once.' }
  expect(print(noRealClock(plant({ 'twins/a.ts': 'const x = Date.now()' }), [permit]))).toEqual([
    'twins/a.ts:1: allowed to touch the real chance, but does not. Take the permission away.',
  ])
})
