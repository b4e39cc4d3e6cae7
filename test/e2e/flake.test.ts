import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backlot, commit, copyProject, verdictOf } from '../support/cli.ts'

let project: ReturnType<typeof copyProject>
beforeAll(() => {
  project = copyProject()
  commit(project.folder)
  // Keys are drawn inside OpenSSL, where no runtime of ours reaches; and the answer is wrong, so that the case is red.
  project.change(
    'src/main.ts',
    "import Stripe from 'stripe'",
    "import { generateKeyPairSync } from 'node:crypto'\nimport Stripe from 'stripe'",
  )
  project.change(
    'src/main.ts',
    'metadata: { order }',
    "metadata: { order, nonce: generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x ?? '' }",
  )
  project.change('src/main.ts', 'status: intent.status }, 201', 'status: intent.status }, 202')
})
afterAll(() => project.close())
const gate = () => backlot(['gate', '--only', 'pay', '--seeds', '1', '--no-shrink', '--json'], { cwd: project.folder })

test('a candidate that flakes stays red, with the event at which two runs part; once the base does so too, it is nobody’s news', () => {
  const first = verdictOf(gate())
  const flake = first.checks.find(({ id }) => id === 'flake')
  expect(first.status).toBe('fail')
  expect(flake?.findings[0]?.message).toMatch(
    /^two runs part at event \d+ \(pay\/stripe\.payment_intents\.create#1\): .* params\.metadata\.nonce, "\S+" in one run and "\S+" in the other: .*\. The base repeats\.$/,
  )
  project.change(
    'backlot.yaml',
    'seeds: 3',
    'seeds: 3\nquarantine: [{ scenario: pay, owner: payments, reason: random keys, until: 2999-12-31 }]',
  )
  spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.test', 'commit', '-qam', 'flaky'], {
    cwd: project.folder,
  })
  const second = gate()
  const verdict = verdictOf(second)
  expect([second.code, verdict.status]).toEqual([4, 'inconclusive'])
  expect(verdict.checks.find(({ id }) => id === 'determinism')?.reason).toContain(
    "It is payments's to mend until 2999-12-31: random keys",
  )
  // Who is quarantined has to exist.
  project.change('backlot.yaml', 'scenario: pay,', 'scenario: pai,')
  const wrong = backlot(['run', '--seeds', '1'], { cwd: project.folder })
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('no scenario "pai". Did you mean "pay"?')])
})
