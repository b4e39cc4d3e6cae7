import { spawnSync } from 'node:child_process'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { backlot, copyProject, REPOSITORY } from '../support/cli.ts'

type Copy = ReturnType<typeof copyProject>
const copies: Copy[] = []
let project: Copy
beforeEach(() => {
  project = copyProject()
  copies.push(project)
})
afterAll(() => {
  for (const copy of copies) copy.close()
})

const SCENARIO = 'backlot/scenarios/pay.scenario.yaml'
const serve = (body: string): string => `import { createServer } from 'node:http'\n${body}`

test('a reader that has seen enough ends nothing badly', () => {
  const command = `"$0" bin/backlot.js schema scenario; echo "code $?" >&2`
  const { stderr } = spawnSync('bash', ['-c', `{ ${command}; } | true`, process.execPath], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  })
  expect(stderr).toBe('code 0\n')
})

/** Mistakes in the project's own files: exit 2, nothing is run, each at its place. */
test.each<readonly [string, (copy: Copy) => void, string]>([
  [
    'broken YAML in the settings',
    (p) => p.write('backlot.yaml', 'schema: 1\nname: [\n'),
    'backlot.yaml:3:1: error: cannot read this YAML',
  ],
  [
    'an empty settings file',
    (p) => p.write('backlot.yaml', ''),
    'backlot.yaml:1:1: error: expected the key "schema", got none.',
  ],
  [
    'a misspelt key in the settings',
    (p) => p.change('backlot.yaml', 'seeds: 3', 'seds: 3'),
    'backlot.yaml:9:1: error: unknown key "seds". Did you mean "seeds"?',
  ],
  [
    'an unknown twin',
    (p) => p.change('backlot.yaml', '[stripe]', '[strip]'),
    'backlot.yaml:8:9: error: unknown twin "strip". Did you mean "stripe"?',
  ],
  [
    'a missing subject',
    (p) => p.change('backlot.yaml', 'src/main.ts', 'src/gone.ts'),
    "backlot.yaml:4:10: error: expected the program's entry, got src/gone.ts, which does not exist.",
  ],
  [
    'an impossible port',
    (p) => p.change('backlot.yaml', 'port: 3000', 'port: 99999'),
    'backlot.yaml:5:9: error: port: expected',
  ],
  [
    'no scenarios',
    (p) => p.change('backlot.yaml', 'seeds: 3', 'seeds: 3\nscenarios: [elsewhere/**]'),
    'backlot.yaml:10:12: error: expected scenario files at elsewhere/**, got none.',
  ],
  [
    'an impossible sandbox',
    (p) => p.change('backlot.yaml', 'preferred', 'prefered'),
    'sandbox: expected a known value, got "prefered". Did you mean "preferred"?',
  ],
  [
    'an impossible limit',
    (p) => p.change('backlot.yaml', 'seeds: 3', 'seeds: 3\nfitness: { cost-per-request: { at-most: 5 cents } }'),
    'at-most: expected an amount such as 0.050 USD, got "5 cents".',
  ],
  [
    'broken YAML in a scenario',
    (p) => p.change(SCENARIO, 'when:', 'when: ['),
    'pay.scenario.yaml:6:3: error: cannot read this YAML',
  ],
  [
    'a misspelt step',
    (p) => p.change(SCENARIO, 'call: POST', 'cal: POST'),
    'pay.scenario.yaml:6:16: error: "cal" makes no step. Did you mean "call"?',
  ],
  [
    'an impossible time',
    (p) => p.change(SCENARIO, '2026-05-04T09:00:00Z', 'tomorrow'),
    'pay.scenario.yaml:4:8: error: clock: expected a UTC time such as 2026-05-04T08:59:58Z, got "tomorrow".',
  ],
  [
    'an unknown rule',
    (p) => p.change('backlot/scenarios/lost-answer.scenario.yaml', 'PAY-1', 'PAY-9'),
    'lost-answer.scenario.yaml:11:13: error: no rule "PAY-9".',
  ],
  [
    'a misspelt key in a rule',
    (p) => p.change('backlot/rules/pay.rules.yaml', 'at-most', 'at-mots'),
    'pay.rules.yaml:3:69: error: unknown key "at-mots". Did you mean "at-most"?',
  ],
  [
    'a rule on an event that cannot be',
    (p) => p.change('backlot/rules/pay.rules.yaml', 'charge.succeeded', 'charge.suceeded'),
    'no event "stripe.charge.suceeded" can occur. Did you mean "stripe.charge.succeeded"?',
  ],
  [
    'two scenarios of one id',
    (p) => p.change('backlot/scenarios/lost-answer.scenario.yaml', 'id: lost-answer', 'id: pay'),
    'two scenarios have the id "pay"',
  ],
])('%s', (_, damage, message) => {
  damage(project)
  const { code, stdout, stderr } = backlot(['run', '--project', project.folder])
  expect(stderr).toContain(message)
  expect(stderr).toContain('nothing was run')
  expect([code, stdout]).toEqual([2, ''])
})

test.each([
  ['an unknown command', ['gaet'], "error: unknown command 'gaet'\n(Did you mean gate?)"],
  ['an unknown option', ['run', '--sedes', '3'], "error: unknown option '--sedes'\n(Did you mean --seeds?)"],
  ['an impossible number', ['run', '--seeds', 'many'], 'Expected a whole number of 1 or more.'],
  ['a project that is not there', ['run', '--project', '/nowhere'], 'expected a project folder, got /nowhere'],
  ['an unknown format', ['schema', 'scenaro'], 'unknown format "scenaro". Did you mean "scenario"?'],
  ['a failure that is not there', ['replay', '/nowhere.json'], '/nowhere.json: expected a failure file, got ENOENT'],
])('%s', (_, args, message) => {
  const { code, stderr } = backlot(args)
  expect(stderr).toContain(message)
  expect(code).toBe(2)
})

test('a scenario that --only does not find', () => {
  const { code, stderr } = backlot(['run', '--project', project.folder, '--only', 'nope'])
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining('expected --only to name scenarios, got nope: there are none of that name.'),
  ])
})

/** Programs that do not come through: each says so in its own words, exit 1. */
test.each<readonly [string, string, string]>([
  ['crashes while it loads', "throw new Error('no database')", 'the service crashed: Error: no database'],
  ['exits 0 while it loads', 'process.exit(0)', 'the service exited with code 0 before it listened on a port'],
  ['listens on no port', 'export const idle = 1', 'the service listens on no port after 60 virtual seconds'],
  [
    'listens elsewhere',
    serve('createServer().listen(4000)'),
    'the service does not listen on 3000; it listens on 4000',
  ],
  [
    'loops for ever',
    'for (;;);',
    'the program did not come to rest within 3 s of real time; is it in an endless loop?',
  ],
  [
    'prints without end',
    "for (;;) console.log('x'.repeat(10_000))",
    'the program prints without end: more than 1 MiB in one run',
  ],
  [
    'allocates heap without end',
    'const all = []\nfor (;;) all.push({ a: [1, 2, 3] })',
    'the program took more than 64 MiB of heap',
  ],
  [
    'allocates buffers without end',
    'const all = []\nfor (;;) all.push(Buffer.alloc(1 << 20, 1))',
    'the program took more than 256 MiB of memory',
  ],
  [
    'polls without waiting',
    serve('const again = () => setImmediate(again)\nagain()'),
    'the program did not come to rest within 3 s',
  ],
  ['has a syntax error', 'const = 1', 'the service crashed: SyntaxError'],
  ['rejects without a handler', "Promise.reject(new Error('lost'))", 'the service crashed: Error: lost'],
])('a program that %s', (_, source, message) => {
  // Only what never rests may meet the limit on real time: a busy machine needs a while to fill memory.
  const turnMs = message.includes('within 3 s') ? 1000 : 60_000
  project.change('backlot.yaml', 'origin:', `limits: { turn-ms: ${turnMs}, heap-mb: 64, rss-mb: 256 }\n  origin:`)
  project.write('src/main.ts', source)
  const { code, stdout } = backlot(['run', '--project', project.folder, '--only', 'pay', '--seeds', '1', '--no-shrink'])
  expect(stdout).toContain(message)
  expect(code).toBe(1)
})
