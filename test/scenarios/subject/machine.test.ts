import { afterAll, expect, test } from 'vitest'
import { certify } from '../../../scenarios/certificate.ts'
import { createStage, type Stage } from '../../../scenarios/stage.ts'
import { nodeSubject } from '../../../scenarios/subject/process.ts'
import { REPOSITORY } from '../../support/cli.ts'
import { ledger } from '../support/ledger.ts'
import { call, scenario } from '../support/stories.ts'

const open: Stage[] = []
const stageOf = (isolation: 'restart' | 'fresh' = 'restart', env: Readonly<Record<string, string>> = {}): Stage => {
  const entry = 'test/fixtures/subjects/machine.mjs'
  const subject = (zone: Readonly<Record<string, string>>) =>
    nodeSubject({ cwd: REPOSITORY, entry, env: { ...zone, ...env } })
  const stage = createStage({ subject, twins: [ledger], isolation })
  open.push(stage)
  return stage
}
afterAll(() => {
  for (const stage of open) stage.close()
})
const ask = (path: string) => scenario([call('ask', `/${path}`)])
const stage = stageOf()

test.each([
  ['handle', /^1893456000000$/],
  [
    'resolvers',
    /^\[\["198.18.0.1"\],\["198.18.0.1"\],\["198.18.0.1"\],\[{"address":"198.18.0.1","ttl":60}\],{"address":"198.18.0.1","family":4},"ENODATA"\]$/,
  ],
  [
    'sqlite',
    /^{"id":1,"at":"2030-01-01 00:00:00","day":"2030-01-01","tomorrow":"2030-01-02 00:00:00","now":"2030-01-01T00:00:00.000Z","unix":1893456000,"noon":"12:00:00","leap":"2025-03-01","chance":-?\d+,"blob":"[0-9A-F]{8}"}$/,
  ],
  ['ordered', /^\["01b8dac5-b400","01b8dac5-b400"\]$|^\[null,null\]$/],
])('what a program asks of its machine by %s is told by the run, in every life', async (path, pattern) => {
  const run = await stage.run(ask(path), { seed: '1' })
  expect(run.answers.ask?.body).toMatch(pattern)
  expect(run.escapes).toEqual([])
  expect((await stage.run(ask(path), { seed: '1' })).hash).toBe(run.hash)
})

test('a database that is required is one that is imported, and its chance hangs on the seed', async () => {
  const [a, b, c] = [
    await stage.run(ask('sqlite'), { seed: '1' }),
    await stage.run(ask('required'), { seed: '1' }),
    await stage.run(ask('required'), { seed: '2' }),
  ]
  expect(b.answers.ask?.body).toBe(a.answers.ask?.body)
  expect(c.answers.ask?.body).not.toBe(a.answers.ask?.body)
})

test.each([
  ['sqlite', /"chance":/],
  ['keys', /^\["[0-9a-f]{32}","[0-9a-f]{24}","[0-9a-f]{64}","[0-9a-f]{128}","public","OperationError"\]$/],
])('%s of a new process are those of the old one', async (path, pattern) => {
  expect((await stage.run(ask(path), { seed: '3' })).answers.ask?.body).toMatch(pattern)
  const certificate = await certify(ask(path), '3', stage, () => stageOf('fresh', { TZ: 'Pacific/Chatham' }))
  expect(certificate).toMatchObject({ holds: true, divergence: undefined })
})

test.each([
  ['text', 'dns.resolveTxt'],
  ['kind', 'dns.resolve of TXT records'],
])('what nobody can say of a name is refused: %s', async (path, what) => {
  const run = await stage.run(ask(path), { seed: '1' })
  expect(run.escapes).toMatchObject([{ what, wayOut: expect.stringContaining('connect by name') }])
})

test('what is written to the descriptors of the output is printed', async () => {
  const { answers, trace } = await stage.run(ask('prints'), { seed: '1' })
  expect(answers.ask?.body).toBe('[5,5]')
  const logs = trace.filter(({ type }) => type === 'app.log').map(({ fields }) => [fields.stream, fields.text])
  expect(logs).toEqual([
    ['stdout', 'one\n'],
    ['stderr', 'two\n'],
    ['stdout', 'four\n'],
    ['stdout', 'five\n'],
  ])
})

test('the stack of a crash shows the program, and nothing of what stands in for its machine', async () => {
  const { ending } = await stage.run(ask('crash'), { seed: '1' })
  expect(ending.message).toMatch(/^the service crashed: Error: a worker thread .*\n +at .*machine\.mjs:\d+/)
  expect(ending.message).not.toContain('scenarios/subject/node')
})

test('a host that nobody knows is named in the error, without TLS too', async () => {
  const { answers, escapes } = await stage.run(ask('unknown'), { seed: '1' })
  expect(answers.ask?.body).toBe('"getaddrinfo ENOTFOUND proxy.test"')
  // By its name and port it is a proxy, which nobody needs here.
  expect(escapes).toMatchObject([{ wayOut: expect.stringContaining('Leave its address (HTTPS_PROXY') }])
})
