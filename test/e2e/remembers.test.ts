import { expect, onTestFinished, test } from 'vitest'
import { backlot, copyProject, verdictOf } from '../support/cli.ts'

/** A project whose package counts how often it was asked, as those that make ids do: only a new process forgets it. */
function remembering(): ReturnType<typeof copyProject> {
  const project = copyProject()
  onTestFinished(project.close)
  project.change(
    'src/main.ts',
    "import Stripe from 'stripe'\n",
    "import Stripe from 'stripe'\nimport seedrandom from 'seedrandom'\n",
  )
  project.change(
    'src/main.ts',
    "app.post('/pay', async (c) => {\n",
    "const asked = seedrandom as unknown as { count?: number }\napp.post('/pay', async (c) => {\n  asked.count = (asked.count ?? 0) + 1\n  console.log(asked.count)\n",
  )
  return project
}

test('a package that remembers is no lack of determinism: each run gets a new process, and the setting that saves the way there is told', () => {
  const project = remembering()
  const first = backlot(['run', '--json', '--seeds', '1', '--project', project.folder])
  expect([first.code, verdictOf(first).status]).toEqual([0, 'pass'])
  expect(first.stderr).toMatch(
    /a package remembers\. \((lost-answer|pay), seed 1: two runs part at event \d+ \(.*\): .*text/,
  )
  expect(first.stderr).toContain('Running all again, each in a new process; "isolation: fresh"')

  project.change('backlot.yaml', '  port: 3000\n', '  port: 3000\n  isolation: fresh\n')
  const then = backlot(['run', '--json', '--seeds', '1', '--project', project.folder])
  expect([then.code, verdictOf(then).status]).toEqual([0, 'pass'])
  expect(then.stderr).not.toContain('remembers')
})

test('what parts in new processes too is still a failure', () => {
  const project = remembering()
  project.change(
    'src/main.ts',
    "import Stripe from 'stripe'\n",
    "import Stripe from 'stripe'\nimport { generateKeyPairSync } from 'node:crypto'\n",
  )
  // Entropy from inside OpenSSL, out of the runtime's reach.
  project.change(
    'src/main.ts',
    'console.log(asked.count)',
    "console.log(asked.count, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }))",
  )
  const { code, stdout, stderr } = backlot(['run', '--no-shrink', '--seeds', '1', '--project', project.folder])
  expect(code).toBe(1)
  expect(stdout).toContain('FAIL          determinism')
  expect(stderr).not.toContain('remembers')
})

test('a log in local time is certified, an answer in local time is not', () => {
  const project = copyProject()
  onTestFinished(project.close)
  const local = 'new Date().toLocaleString(undefined)'
  project.change(
    'src/main.ts',
    "app.post('/pay', async (c) => {\n",
    `app.post('/pay', async (c) => {\n  console.log(${local})\n`,
  )
  const logged = backlot(['run', '--json', '--seeds', '1', '--project', project.folder])
  expect([logged.code, verdictOf(logged).status]).toEqual([0, 'pass'])

  project.change(
    'src/main.ts',
    `console.log(${local})`,
    `c.header('X-At', ${local})\n  if (c.req.query('x') === undefined) return c.json({ at: ${local} })`,
  )
  const { code, stdout } = backlot(['run', '--no-shrink', '--seeds', '1', '--project', project.folder])
  expect(code).toBe(1)
  expect(stdout).toContain('FAIL          determinism')
})
