import { afterAll, describe, expect, test } from 'vitest'
import { certify } from '../../../scenarios/certificate.ts'
import type { Run } from '../../../scenarios/run.ts'
import { createStage, type Stage } from '../../../scenarios/stage.ts'
import { nodeSubject } from '../../../scenarios/subject/process.ts'
import { REPOSITORY } from '../../support/cli.ts'
import { ledger } from '../support/ledger.ts'
import { call, fault, scenario } from '../support/stories.ts'

const open: Stage[] = []
const stageOf = (entry: string, env: Readonly<Record<string, string>> = {}, fresh = false): Stage => {
  const stage = createStage({
    subject: (zone) =>
      nodeSubject({
        cwd: REPOSITORY,
        entry: `test/fixtures/subjects/${entry}`,
        env: { PORT: '3000', ...zone, ...env },
      }),
    twins: [ledger],
    isolation: fresh ? 'fresh' : 'restart',
  })
  open.push(stage)
  return stage
}
afterAll(() => {
  for (const stage of open) stage.close()
})

const body = { json: { amount: 5 } }
/** One order whose first call gets a 500 and whose second is slow enough to be given up. */
const story = scenario([
  fault({ on: 'ledger.entries.create', kind: 'status', status: 500, nth: 1 }),
  fault({ on: 'ledger.entries.create', kind: 'slow', byMs: 5000, nth: 2 }),
  call('buy', '/orders', { body }),
  call('again', '/orders', { body }),
])

describe.each(['hono-orders.ts', 'express-orders.cjs', 'fastify-orders.mjs'])('%s', (entry) => {
  test('retries, gives up, starts again: one behaviour, in one process or many, in three zones and two locales', async () => {
    const warm = stageOf(entry)
    const runs: Run[] = []
    for (let at = 0; at < 5; at++) runs.push(await warm.run(story, { seed: '7' }))
    for (const env of [{ TZ: 'America/New_York' }, { TZ: 'Pacific/Chatham', LANG: 'de_DE.UTF-8' }])
      runs.push(await stageOf(entry, env, true).run(story, { seed: '7' }))
    const [first] = runs
    expect(first?.ending.message).toBe('the horizon is reached')
    expect(first?.answers.buy).toMatchObject({ status: 201, body: { served: 1 } })
    expect(first?.trace.filter(({ type }) => type === 'ledger.entries.create')).toHaveLength(4)
    expect(first?.trace.some(({ type }) => type === 'call.given-up')).toBe(true)
    expect(first?.escapes).toEqual([])
    expect(new Set(runs.map(({ hash }) => hash)).size).toBe(1)
  })
  test('another seed is another run', async () => {
    const stage = stageOf(entry)
    const [a, b] = [await stage.run(story, { seed: '1' }), await stage.run(story, { seed: '2' })]
    expect(a.hash).not.toBe(b.hash)
  })
  test('it earns its certificate', async () => {
    const certificate = await certify(story, '3', stageOf(entry), () =>
      stageOf(entry, { TZ: 'Pacific/Chatham', LANG: 'de_DE.UTF-8' }, true),
    )
    expect(certificate).toMatchObject({ holds: true, divergence: undefined })
  })
})

test('a connection that nothing refuses costs no turn of its own, and one that is refused fails in the client', async () => {
  const stage = stageOf('hono-orders.ts')
  const run = (nth?: number): Promise<Run> => {
    const refused = nth === undefined ? [] : [fault({ on: 'ledger.connect', kind: 'refused', nth })]
    return stage.run(scenario([...refused, call('buy', '/orders', { body })]), { seed: '1' })
  }
  const [free, watched, refused] = [await run(), await run(9), await run(1)]
  expect(watched.turns).toBe(free.turns + 1)
  expect(watched.trace).toEqual(free.trace)
  expect(refused.trace.filter(({ type }) => type === 'fault')).toHaveLength(1)
  // The client saw it fail, waited and tried again.
  const took = ({ answers: { buy } }: Run): number => (buy?.answeredAtMs ?? 0) - (buy?.askedAtMs ?? 0)
  expect(took(refused) - took(free)).toBeGreaterThan(190)
})

test.each([
  'fetch',
  'undici.fetch',
  'undici.request',
  'https',
  'https keep-alive',
  'http agent of its own',
  'axios',
  'got',
  'tls.connect',
  'new net.Socket',
  'net.connect, then TLS over it',
  'by looked-up address',
  'itself',
])('%s reaches the world in memory', async (client) => {
  const stage = stageOf('clients.mjs')
  const ask = call('ask', `/${encodeURIComponent(client)}`)
  const [first, second] = [
    await stage.run(scenario([ask]), { seed: '1' }),
    await stage.run(scenario([ask]), { seed: '1' }),
  ]
  expect(first.answers.ask).toMatchObject({ status: 200 })
  expect(JSON.stringify(first.answers.ask?.body)).toContain('en_')
  expect(first.escapes).toEqual([])
  expect(second.hash).toBe(first.hash)
  stage.close()
})

test.each(['fetch', 'undici.request', 'https shared', 'axios', 'got'])(
  'each request of %s on a kept-alive connection is on its own account',
  async (client) => {
    const ask = (id: string) => call(id, `/${encodeURIComponent(client)}`)
    const run = await stageOf('clients.mjs').run(scenario([ask('one'), ask('two'), ask('three')]), { seed: '1' })
    expect(run.bill.lines.map(({ step }) => step)).toEqual(['one', 'two', 'three'])
  },
)

test('work on the thread pool ends in one order, whatever it races', async () => {
  const stage = stageOf('pool.mjs')
  const hashes = new Set<string>()
  const orders = new Set<string>()
  for (let at = 0; at < 8; at++) {
    const run = await (at % 2 === 0 ? stage : stageOf('pool.mjs', {}, true)).run(scenario([call('work', '/')]), {
      seed: '1',
    })
    expect(run.answers.work?.status).toBe(200)
    hashes.add(run.hash)
    orders.add(JSON.stringify(run.answers.work?.body))
  }
  expect([hashes.size, orders.size]).toEqual([1, 1])
})
