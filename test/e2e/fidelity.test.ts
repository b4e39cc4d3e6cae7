import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { twinKey } from '../../runner/own-twins.ts'
import { backlot } from '../support/cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'backlot-fidelity-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, content: unknown): string => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
const entry = (path: string, status: number, body: unknown): object => ({
  startedDateTime: '2026-03-01T00:00:00Z',
  request: { method: 'GET', url: `https://api.stripe.com${path}`, headers: [] },
  response: {
    status,
    headers: [{ name: 'Content-Type', value: 'application/json' }],
    content: { text: JSON.stringify(body) },
  },
})
const missing = {
  error: {
    code: 'resource_missing',
    doc_url: '',
    message: '',
    param: 'id',
    request_log_url: '',
    type: 'invalid_request_error',
  },
}
const good = file('good.har', { log: { entries: [entry('/v1/customers/cus_nobody00', 404, missing)] } })
const bad = file('bad.har', {
  log: { entries: [entry('/v1/customers/cus_nobody00', 410, missing), entry('/v1/terminal/readers', 200, {})] },
})
const empty = file('empty.har', { log: { entries: [] } })

test('one object on stdout, and everything else on stderr', () => {
  const { code, stdout } = backlot(['fidelity', '--twin', 'stripe', '--json', bad])
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'backlot.fidelity/v1',
    twin: 'stripe',
    interactions: 2,
    modelled: 1,
    matched: 0,
    operations: [
      {
        operation: 'GET /v1/terminal/readers',
        interactions: 1,
        matched: 0,
        differs: 0,
        unmodelled: 1,
        firstDifference: null,
      },
      {
        operation: 'customers.retrieve',
        interactions: 1,
        matched: 0,
        differs: 1,
        unmodelled: 0,
        firstDifference: { at: 'status', expected: '410', file: bad, entry: 1 },
      },
    ],
  })
})

test.each([
  [
    'both shares are reached',
    ['--twin', 'stripe', good],
    0,
    'stripe: 100 % match (1 of 1 modelled), 100 % modelled (1 of 1), 1 recordings, newest 2026-03-01',
  ],
  ['a share is missed', ['--twin', 'stripe', bad], 1, 'FAIL: expected at least 90 % to match and 70 % to be modelled'],
  [
    'lower shares are asked for',
    ['--twin', 'stripe', '--matched', '50', '--modelled', '50', good, bad],
    0,
    'stripe: 50 % match (1 of 2 modelled)',
  ],
  ['nothing is in the recordings', ['--twin', 'stripe', empty], 4, 'INCONCLUSIVE: the recordings hold no interaction'],
  ['there is no such twin', ['--twin', 'strip', good], 2, 'Did you mean "stripe"?'],
  ['there is no such file', ['--twin', 'stripe', 'nowhere.har'], 2, 'nowhere.har: expected a HAR 1.2 file, got ENOENT'],
  ['the file is no HAR', ['--twin', 'stripe', file('text.har', 'hello')], 2, 'got no JSON'],
  ['the real service has no key', ['--twin', 'stripe', '--live', good], 4, 'STRIPE_SECRET_KEY is not set'],
])('when %s, the exit code says so', (_, args, code, text) => {
  const ended = backlot(['fidelity', ...args])
  expect([ended.code, ended.stdout + ended.stderr]).toEqual([code, expect.stringContaining(text)])
})

test('a twin of one’s own is another one when a file beside it changes', () => {
  mkdirSync(join(folder, 'twins'))
  file('twins/shelf.ts', 'export {}')
  const before = twinKey('./twins/shelf.ts', folder)
  file('twins/state.ts', 'export {}')
  expect(twinKey('./twins/shelf.ts', folder)).not.toBe(before)
  expect(twinKey('stripe', folder)).toBe('stripe')
})
