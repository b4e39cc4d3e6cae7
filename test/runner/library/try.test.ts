import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { main } from '../../../runner/cli/main.ts'
import { copyProject, type Ended } from '../../support/cli.ts'

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
const FLAGS = ['--jobs', '1', '--seeds', '2']

/** The command line in this process: the same from the arguments on, without a start of Node for each. */
async function commanded(...args: string[]): Promise<Ended> {
  const written = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text)
      return true
    }),
  )
  const before = process.exitCode
  process.exitCode = undefined
  try {
    await main(['node', 'backlot', ...args])
    return { code: Number(process.exitCode ?? 0), ...written }
  } finally {
    process.exitCode = before
    for (const spy of spies) spy.mockRestore()
  }
}
const tried = (folder: string, ...more: string[]): Promise<Ended> =>
  commanded('library', 'try', '--project', folder, ...FLAGS, ...more)

test('a service that pays with a key holds', async () => {
  const { code, stdout, stderr } = await tried(good.folder, 'silent-retry', '--call', CALL)
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

test('a service that pays without one fails, and the incident stays as a scenario of its own', async () => {
  const file = 'backlot/scenarios/silent-retry.scenario.md'
  const { code, stdout, stderr } = await tried(bad.folder, 'silent-retry', '--call', CALL, '--write', file)
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
  const short = ['--only', 'silent-retry', '--jobs', '1', '--seeds', '1', '--no-shrink']
  const run = await commanded('run', '--project', bad.folder, ...short)
  expect(run.stdout).toContain('OWN-3')
  expect(run.code).toBe(1)
  expect(await tried(bad.folder, 'silent-retry', '--call', CALL, '--write', file)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('expected no file at'),
  })
})

test('all that can be bound is tried, and what cannot says which role lacks a twin', async () => {
  const { code, stdout } = await tried(good.folder, '--all', '--json', '--call', CALL)
  const all = JSON.parse(stdout)
  expect(all).toMatchObject({ schema: 'backlot.library-try/v1', fail: 0 })
  const of = (name: string): unknown => all.incidents.find(({ incident }: { incident: string }) => incident === name)
  expect(of('cold-cache')).toMatchObject({ kind: 'unbound', missing: [{ role: 'cache' }, { role: 'database' }] })
  expect(of('silent-retry')).toMatchObject({ kind: 'tried', verdict: { status: 'pass' } })
  expect(of('wrong-download-url')).toMatchObject({ kind: 'unbound' })
  expect(all.incidents).toHaveLength(all.pass + all.fail + all.inconclusive + all.unbound)
  expect(code).toBe(0)
})

test('what the project says of itself need not be said again', async () => {
  const said = copyProject()
  try {
    said.change('backlot.yaml', 'seeds: 3', 'seeds: 3\nlibrary: { from: pay, bind: { dependency: stripe } }')
    expect(await tried(said.folder, 'silent-retry')).toMatchObject({ code: 0 })
    said.change('backlot.yaml', 'dependency: stripe', 'dependency: strip')
    expect(await tried(said.folder, 'silent-retry')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean "stripe"?'),
    })
  } finally {
    said.close()
  }
})

/** Takes jobs from SQS; one that it cannot read costs two seconds, and stays in the queue. */
const WORKER = `import { createServer } from 'node:http'
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const client = new SQSClient({ region: 'us-east-1', credentials })
const QueueUrl = 'https://sqs.us-east-1.amazonaws.com/123456789012/jobs'
createServer((_, response) => response.end('ok')).listen(3000)
for (;;) {
  const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }))
  for (const { Body = '', ReceiptHandle } of Messages) {
    try {
      JSON.parse(Body)
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
    } catch {
      await new Promise((done) => setTimeout(done, 2000))
    }
  }
}
`
const workerSettings = (queues: string): string => `schema: 1
name: worker
subject: { entry: src/main.ts, port: 3000 }
twins: [sqs]
sandbox: "off"
scenarios: [worker.scenario.yaml]
rules: []
defaults: { sqs: { queues: [${queues}] } }
library: { with: { queue: jobs } }
`
const ONE_JOB = `schema: 1
id: one-job
clock: 2026-05-04T09:00:00Z
when: [{ event: sqs.message.sent, with: { queue: jobs, body: "{}" } }]
then: [{ calls: sqs.message.deleted, count: 1 }]
`

test('a worker on SQS meets the poison message, and a dead letter queue is the cure', async () => {
  const worker = copyProject()
  try {
    worker.write('src/main.ts', WORKER)
    worker.write('worker.scenario.yaml', ONE_JOB)
    const short = 'attributes: { VisibilityTimeout: "5" }'
    worker.write('backlot.yaml', workerSettings(`{ name: jobs, ${short} }`))
    const poisoned = await tried(worker.folder, 'poison-message')
    expect(poisoned.stdout).toContain('queue.delivered = sqs.message.received; queue.arrived = sqs.message.sent')
    expect(poisoned.stdout).toContain('CAT-16: For each `id`, at most 5 `sqs.message.received`.')
    expect(poisoned.code).toBe(1)
    const aside = 'dead_letter: { queue: aside, max_receives: 3 }'
    worker.write('backlot.yaml', workerSettings(`{ name: jobs, ${short}, ${aside} }, { name: aside }`))
    expect(await tried(worker.folder, 'poison-message')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('HELD'),
    })
  } finally {
    worker.close()
  }
})

test.each([
  [['cold-cache', '--call', CALL], 'UNBOUND       cold-cache: cache: no twin of this project plays the cache'],
  [
    ['silent-retry', '--call', 'GET /nothing'],
    'without the fault the service makes no call to stripe that could be "charge"',
  ],
])('what cannot be tried proves nothing: %j', async (args, message) => {
  expect(await tried(good.folder, ...args)).toMatchObject({ code: 4, stdout: expect.stringContaining(message) })
})

test('a fault that had nothing to hit proves nothing', async () => {
  // Nobody told Stripe where to send webhooks, so none is there to come twice.
  const { code, stdout } = await tried(mailing.folder, 'webhook-twice', '--call', CALL)
  expect(stdout).toContain('the fault never came about: there was nothing for duplicate on stripe.webhook to hit')
  expect(code).toBe(4)
})

test.each([
  [['silent-retry'], 'silent-retry asks the service something: say what'],
  [['silent-retri'], 'no incident "silent-retri". Did you mean "silent-retry"?'],
  [['silent-retry', '--from', 'nothing'], 'no scenario "nothing" in this project.'],
  [['silent-retry', '--from', 'pay', '--step', 'pai'], 'no call "pai" in pay. Did you mean "pay"?'],
  [['silent-retry', '--step', 'pay'], 'no call "pay" in a scenario: say which with --from.'],
  [['silent-retry', '--bind', 'payments'], 'expected --bind to be such as cache=kv, got "payments".'],
  [['silent-retry', '--with', 'queue'], 'expected --with to be such as queue=jobs, got "queue".'],
  [['silent-retry', '--call', CALL, '--write', 'x.yaml'], 'expected --write to be a *.scenario.md'],
  [['silent-retry', '--all'], 'expected the name of an incident, or --all.'],
  [[], 'expected the name of an incident, or --all.'],
])('a mistake on the command line is told: %j', async (args, message) => {
  expect(await tried(good.folder, ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) })
})

test('the list names roles, incident, year and source', async () => {
  const { stdout, code } = await commanded('library', 'list')
  expect(stdout.split('\n')[0]).toMatch(/^name +roles +incident +year +source$/)
  expect(stdout).toMatch(/^retry-storm-on-the-cache +cache +Square +2017 +https:\/\/medium.com\//m)
  expect(stdout).toMatch(/^\d+ incidents\./m)
  expect(code).toBe(0)
})

test('an incident is shown with its pair', async () => {
  const { stdout } = await commanded('library', 'show', 'two-leaders')
  expect(stdout).toContain('# A job that was taken and never stored')
  expect(stdout).toContain('const tries = either({ bug: 1, fix: 5 })')
  expect(stdout).toContain('queue: a queue; played by sqs')
})

test('a pair is proven on the command line', async () => {
  const { stdout, code } = await commanded('library', 'prove', 'two-leaders')
  expect(stdout).toContain(
    'PROVEN  two-leaders: bug breaks CAT-12; fix pass; without the fault pass; all 2 parts needed; bug recovers, fix recovers; tries of one request 1 and 2\n1 proven, 0 not\n',
  )
  expect(code).toBe(0)
})
