import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runTry } from '../../../runner/cli/library-try.ts'
import { backlot, copyProject } from '../../support/cli.ts'

const good = copyProject()
const mailing = copyProject()
mailing.change('backlot.yaml', 'twins: [stripe]', 'twins: [stripe, sendgrid]')
const bad = copyProject()
afterAll(() => {
  good.close()
  mailing.close()
  bad.close()
})

/** Tries again without a key: who pays may pay twice. */
const BAD = `import { createServer } from 'node:http'
const CHARGE = 'amount=4900&currency=usd&payment_method=pm_card_visa&confirm=true&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never'
const headers = { Authorization: 'Bearer sk_test_tiny', 'Content-Type': 'application/x-www-form-urlencoded' }
const pay = () => fetch('https://api.stripe.com/v1/payment_intents', { method: 'POST', headers, body: CHARGE })
createServer(async (request, response) => {
  const paid = await pay().catch(pay)
  response.writeHead(paid.ok ? 201 : 502, { 'Content-Type': 'application/json' }).end(JSON.stringify({ status: 'succeeded' }))
}).listen(3000)
`
beforeAll(() => bad.write('src/main.ts', BAD))

const CALL = 'POST /pay {"order":"o{{n}}","amount":4900}'
const tried = (folder: string, ...more: string[]) =>
  backlot(['library', 'try', '--project', folder, '--jobs', '1', '--seeds', '2', ...more])

test('a service that pays with a key holds', () => {
  const { code, stdout, stderr } = tried(good.folder, 'silent-retry', '--call', CALL)
  expect(stderr).toBe('trying silent-retry on tiny, 2 seeds\n')
  expect(stdout).toBe(
    [
      'HELD          silent-retry: One payment, whatever the network does',
      '              payments.charged = stripe.charge.succeeded; payments.charge = stripe.payment_intents.create; asked POST /pay',
      '              2 runs, 0 broken; tries of one request: 2, without the fault 1; served again after the fault',
      '',
    ].join('\n'),
  )
  expect(code).toBe(0)
})

test('a service that pays without one fails, and the incident stays as a scenario of its own', () => {
  const file = 'backlot/scenarios/silent-retry.scenario.md'
  const { code, stdout, stderr } = tried(bad.folder, 'silent-retry', '--call', CALL, '--write', file)
  expect(stdout).toContain('FAIL          silent-retry')
  expect(stdout).toContain(
    'OWN-3: For each `request`, at most 1 `stripe.charge.succeeded`. 2 `stripe.charge.succeeded`, at most 1 expected',
  )
  expect(stdout).toContain(
    `keep: npx backlot library try silent-retry --project ${bad.folder} --call '${CALL}' --write ${file}`,
  )
  expect(stderr).toContain(`kept in ${join(bad.folder, file)}`)
  expect(code).toBe(1)
  const kept = readFileSync(join(bad.folder, file), 'utf8')
  expect(kept).toContain('- OWN-3: For each `request`, at most 1 `stripe.charge.succeeded`. Nobody pays twice.')
  const run = backlot(['run', '--project', bad.folder, '--jobs', '1', '--seeds', '1', '--no-shrink'])
  expect(run.stdout).toContain('OWN-3')
  expect(run.code).toBe(1)
  expect(tried(bad.folder, 'silent-retry', '--call', CALL, '--write', file)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('expected no file at'),
  })
})

test('all that can be bound is tried, and what cannot says which role lacks a twin', () => {
  const { code, stdout } = tried(good.folder, '--all', '--json', '--call', CALL)
  const all = JSON.parse(stdout)
  expect(all).toMatchObject({ schema: 'backlot.library-try/v1', fail: 0 })
  const of = (name: string): unknown => all.incidents.find(({ incident }: { incident: string }) => incident === name)
  expect(of('cold-cache')).toMatchObject({ kind: 'unbound', missing: [{ role: 'cache' }, { role: 'database' }] })
  expect(of('silent-retry')).toMatchObject({ kind: 'tried', verdict: { status: 'pass' } })
  expect(of('wrong-download-url')).toMatchObject({ kind: 'unbound' })
  expect(all.incidents).toHaveLength(all.pass + all.fail + all.inconclusive + all.unbound)
  expect(code).toBe(0)
})

test('what the project says of itself need not be said again', () => {
  const said = copyProject()
  try {
    said.change('backlot.yaml', 'seeds: 3', 'seeds: 3\nlibrary: { from: pay, bind: { dependency: stripe } }')
    expect(tried(said.folder, 'silent-retry').code).toBe(0)
    said.change('backlot.yaml', 'dependency: stripe', 'dependency: strip')
    expect(tried(said.folder, 'silent-retry')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean "stripe"?'),
    })
  } finally {
    said.close()
  }
})

test.each([
  [['cold-cache', '--call', CALL], 'UNBOUND       cold-cache: cache: no twin of this project plays the cache'],
  [
    ['silent-retry', '--call', 'GET /nothing'],
    'without the fault the service makes no call to stripe that could be "charge"',
  ],
])('what cannot be tried proves nothing: %j', (args, message) => {
  expect(tried(good.folder, ...args)).toMatchObject({ code: 4, stdout: expect.stringContaining(message) })
})

test('a fault that had nothing to hit proves nothing', () => {
  // Nobody told Stripe where to send webhooks, so none is there to come twice.
  const { code, stdout } = tried(mailing.folder, 'webhook-twice', '--call', CALL)
  expect(stdout).toContain('the fault never came about: there was nothing for duplicate on stripe.webhook to hit')
  expect(code).toBe(4)
})

const OPTIONS = { project: good.folder, seeds: 1, jobs: 1, call: [CALL], step: [], bind: [], with: [] }
test.each([
  [['silent-retry'], { call: [] }, 'silent-retry asks the service something: say what'],
  [['silent-retri'], {}, 'no incident "silent-retri". Did you mean "silent-retry"?'],
  [['silent-retry'], { from: 'nothing' }, 'no scenario "nothing" in this project.'],
  [['silent-retry'], { call: [], from: 'pay', step: ['pai'] }, 'no call "pai" in pay. Did you mean "pay"?'],
  [['silent-retry'], { call: [], step: ['pay'] }, 'no call "pay" in a scenario: say which with --from.'],
  [['silent-retry'], { bind: ['payments'] }, 'expected --bind to be such as cache=kv, got "payments".'],
  [['silent-retry'], { with: ['queue'] }, 'expected --with to be such as queue=jobs, got "queue".'],
  [['silent-retry'], { write: 'x.yaml' }, 'expected --write to be a *.scenario.md'],
  [['silent-retry'], { all: true }, 'expected the name of an incident, or --all.'],
  [[], {}, 'expected the name of an incident, or --all.'],
])('a mistake on the command line is told: %j %j', async (names, options, message) => {
  await expect(runTry(names, { ...OPTIONS, ...options }, () => undefined)).rejects.toThrow(message)
})

test('the list names roles, incident, year and source', () => {
  const { stdout, code } = backlot(['library', 'list'])
  expect(stdout.split('\n')[0]).toMatch(/^name +roles +incident +year +source$/)
  expect(stdout).toMatch(/^retry-storm-on-the-cache +cache +Square +2017 +https:\/\/medium.com\//m)
  expect(stdout).toMatch(/^\d+ incidents\./m)
  expect(code).toBe(0)
})

test('an incident is shown with its pair', () => {
  const { stdout } = backlot(['library', 'show', 'two-leaders'])
  expect(stdout).toContain('# A job that was taken and never stored')
  expect(stdout).toContain('const tries = either({ bug: 1, fix: 5 })')
  expect(stdout).toContain('queue: a queue; played by sqs')
})

test('a pair is proven on the command line', () => {
  const { stdout, code } = backlot(['library', 'prove', 'two-leaders'])
  expect(stdout).toContain(
    'PROVEN  two-leaders: bug breaks CAT-12; fix pass; without the fault pass; all 2 parts needed; bug recovers, fix recovers; tries of one request 1 and 2\n1 proven, 0 not\n',
  )
  expect(code).toBe(0)
})
