import { afterAll, expect, test } from 'vitest'
import { certify } from '../../../scenarios/certificate.ts'
import type { Run } from '../../../scenarios/run.ts'
import { createStage, type Stage } from '../../../scenarios/stage.ts'
import { nodeSubject } from '../../../scenarios/subject/process.ts'
import { REPOSITORY } from '../../support/cli.ts'
import { ledger } from '../support/ledger.ts'
import { call, scenario } from '../support/stories.ts'

const open: Stage[] = []
const stageOf = (entry: string, env: Readonly<Record<string, string>> = {}, fresh = false): Stage => {
  const limits = { turnMs: 60_000 }
  const stage = createStage({
    subject: (zone) =>
      nodeSubject({ cwd: REPOSITORY, entry: `test/fixtures/subjects/${entry}`, env: { ...zone, ...env }, limits }),
    twins: [ledger],
    isolation: fresh ? 'fresh' : 'restart',
  })
  open.push(stage)
  return stage
}
afterAll(() => {
  for (const stage of open) stage.close()
})
const ask = (path: string) => scenario([call('ask', `/${encodeURIComponent(path)}`)])
const stage = stageOf('escapes.mjs')
const tried = (path: string): Promise<Run> => stage.run(ask(path), { seed: '1' })

test.each([
  ['worker', 'a worker thread'],
  ['spawn', 'child_process.spawn'],
  ['exec', 'child_process.exec("date")'],
  ['fork', 'cluster.fork'],
  ['addon', 'a native addon'],
  ['waitAsync', 'Atomics.waitAsync'],
  ['http2', 'http2.connect'],
  ['udp', 'a UDP socket'],
  ['watch', 'fs.watch'],
  ['unix', 'the Unix socket /run/x.sock'],
])('%s is refused, with the place and the way out', async (path, what) => {
  const run = await tried(path)
  expect(run.answers.ask).toMatchObject({ status: 500 })
  expect(String(run.answers.ask?.body)).toContain(`${what} is not available in a deterministic run`)
  expect(run.escapes).toMatchObject([{ what, where: expect.stringContaining('escapes.mjs:') }])
  expect(run.escapes[0]?.wayOut.length).toBeGreaterThan(10)
})

test('a host that no twin stands in for is refused by name, never reached', async () => {
  const run = await tried('stranger')
  expect(run.answers.ask?.body).toContain('ENOTFOUND')
  expect(run.escapes).toMatchObject([{ what: 'a connection to https://stranger.test, where no twin stands' }])
})

test('what is called on the service’s own machine is switched off by its environment, the way out says', async () => {
  const run = await tried('collector')
  expect(run.escapes).toMatchObject([
    {
      what: 'a connection to http://localhost:4318, where no twin stands',
      wayOut: expect.stringContaining('OTEL_SDK_DISABLED'),
    },
  ])
})

test.each([
  ['uname', /Linux subject/],
  ['context', /\[1893456000000,"2030-01-01T00:00:00.000Z",0\.\d+\]/],
  ['machine', /\[4242,0,64000000,0,1893456000000\]/],
  ['engine', /^\[24000000,1,0,0,0\]$/],
  ['weak', /^\[{"here":true},true,"\[object WeakRef\]","WeakRef"\]$/],
  ['file', /^1893456000000$/],
  ['intl', /Tuesday, January 1, 2030",0\]/],
])('%s is answered by the runtime, the same everywhere', async (path, pattern) => {
  const run = await tried(path)
  expect(String(run.answers.ask?.body)).toMatch(pattern)
  expect(run.escapes).toEqual([])
  expect((await tried(path)).hash).toBe(run.hash)
})

test.each([
  ['native clock', 'real time in body'],
  ['native chance', 'real chance in body'],
  ['captured before the runtime', 'real chance in body'],
  ['the run before', 'state left over from the run before'],
])('the certificate catches %s and names it', async (path, suspect) => {
  const env = path.startsWith('captured')
    ? { NODE_OPTIONS: `--require ${REPOSITORY}/test/fixtures/subjects/capture.cjs` }
    : {}
  const certificate = await certify(ask(path), '1', stageOf('leaks.mjs', env), () => stageOf('leaks.mjs', env, true))
  expect(certificate.holds).toBe(false)
  expect(certificate.divergence?.suspect).toContain(suspect)
  expect(certificate.divergence?.key).toBe('ask')
})

test('a clean route of the same program keeps its certificate', async () => {
  expect(await certify(ask('nothing'), '1', stageOf('leaks.mjs'), () => stageOf('leaks.mjs', {}, true))).toMatchObject({
    holds: true,
  })
})

test.each([
  ['garbage', 'flood'],
  ['future', 'protocol'],
  ['early', 'protocol'],
  ['huge', 'flood'],
])('a program that writes %s to the control channel voids its run', async (attack, kind) => {
  const run = await stageOf('hostile.mjs', { HOSTILE: attack }).run(ask(''), { seed: '1' })
  expect(run.ending.kind, run.ending.message).toBe(kind)
})

test('a program that replaces JSON, Date and fs reaches nothing of the runtime', async () => {
  const run = await stageOf('hostile.mjs', { HOSTILE: 'patched' }).run(ask(''), { seed: '1' })
  expect([run.ending.kind, run.answers.ask?.status]).toEqual(['horizon', 200])
})
