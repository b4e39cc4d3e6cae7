import { expect, test } from 'vitest'
import type { HookAgent } from '../../../runner/hook/agent.ts'
import type { ChangeRequest } from '../../../runner/hook/contract.ts'
import { REAL } from '../../../runner/hook/real.ts'
import { createHookServer, type HookServerOptions } from '../../../runner/hook/server.ts'
import { sign, signatureProblem } from '../../../runner/hook/signature.ts'
import { changeRequest, patch, SECRET } from './support.ts'

const quick: HookAgent = {
  about: { name: 'quick', version: '1', modelFamily: 'none', reply: ['patch'] },
  change: async () => ({ status: 'completed', change: patch(), notes: 'n'.repeat(9000) }),
}
/** Works until it is told to stop, and answers in spite of it. */
const stubborn: HookAgent = {
  about: quick.about,
  change: (_, { signal, progress }) => {
    progress('thinking\u0007')
    return new Promise((done) => signal.addEventListener('abort', () => done({ status: 'completed', change: patch() })))
  },
}
function serverOf(agent: HookAgent, options: Partial<HookServerOptions> = {}) {
  let places = 0
  let now = Date.parse('2030-01-01T00:00:00Z')
  const real = { ...REAL, now: () => now }
  const { app, close } = createHookServer(agent, { real, newPlace: () => `p${++places}`, waitMs: 5, ...options })
  const ask = async (path: string, body?: object | string, headers: Record<string, string> = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await app.request(path, {
      ...(body === undefined ? {} : { method: 'POST', body: text }),
      headers: { 'content-type': 'application/json', ...headers },
    })
    const raw = await response.text()
    return {
      status: response.status,
      json: raw === '' ? undefined : JSON.parse(raw),
      raw,
      code: response.status < 400 ? undefined : JSON.parse(raw).type.split(':').at(-1),
      header: (name: string) => response.headers.get(name) ?? undefined,
    }
  }
  return {
    ask,
    app,
    close,
    later: (ms: number) => {
      now += ms
    },
  }
}
const cancelOf = ({ requestId, attempt }: ChangeRequest) => ({
  specVersion: '1.0',
  type: 'cancel.requested',
  requestId,
  attempt,
  reason: 'test',
})

test('a quick agent answers at once, with the question in the envelope and notes cut to size', async () => {
  const { ask } = serverOf(quick)
  const { status, json } = await ask('/v1/changes', changeRequest())
  expect(status).toBe(200)
  expect(json).toMatchObject({
    requestId: 'cr_1',
    attempt: 1,
    runToken: 'rt_1',
    agent: { name: 'quick', modelFamily: 'none' },
  })
  expect(json.notes).toHaveLength(4096)
})

test('a slow one answers 202; the task tells its progress, and after cancelling no result', async () => {
  const { ask } = serverOf(stubborn)
  const first = await ask('/v1/changes', changeRequest())
  expect([first.status, first.header('location'), first.header('retry-after')]).toEqual([202, '/v1/tasks/p1', '1'])
  expect((await ask('/v1/tasks/p1')).json).toEqual({ state: 'running', progress: 'thinking\\u{7}' })
  expect((await ask('/v1/tasks/p1/cancel', cancelOf(changeRequest({ requestId: 'cr_2' })))).status).toBe(404)
  expect((await ask('/v1/tasks/p1/cancel', cancelOf(changeRequest()))).status).toBe(202)
  expect((await ask('/v1/tasks/p1/cancel', cancelOf(changeRequest()))).status).toBe(202)
  // The agent has answered by now. Its answer is late.
  await new Promise((turn) => setImmediate(turn))
  expect((await ask('/v1/tasks/p1')).json).toMatchObject({ state: 'failed', problem: { title: 'cancelled' } })
  expect(await ask('/v1/changes', changeRequest())).toMatchObject({ status: 409, code: 'superseded' })
})

test('the same key and body find the same task; another body is refused', async () => {
  const { ask } = serverOf(stubborn)
  await ask('/v1/changes', changeRequest())
  expect((await ask('/v1/changes', changeRequest())).header('location')).toBe('/v1/tasks/p1')
  expect(await ask('/v1/changes', changeRequest({ runToken: 'other' }))).toMatchObject({
    status: 422,
    code: 'idempotency-mismatch',
  })
})

test('a newer attempt stops the older one, and older ones come too late', async () => {
  const { ask } = serverOf(stubborn)
  await ask('/v1/changes', changeRequest({ attempt: 2 }))
  await ask('/v1/changes', changeRequest({ attempt: 3 }))
  expect((await ask('/v1/tasks/p1')).json).toMatchObject({ state: 'failed', problem: { title: 'superseded' } })
  expect((await ask('/v1/tasks/p2')).json).toMatchObject({ state: 'running' })
  expect(await ask('/v1/changes', changeRequest({ attempt: 1 }))).toMatchObject({ status: 409, code: 'superseded' })
})

test.each([
  ['not JSON', '{', {}, 400, 'invalid-body'],
  ['deep JSON', '['.repeat(100) + ']'.repeat(100), {}, 400, 'invalid-body'],
  ['a prototype', '{"__proto__":{}}', {}, 400, 'invalid-body'],
  ['a field too many', { ...changeRequest(), more: 1 }, {}, 400, 'invalid-body'],
  ['another version', { ...changeRequest(), specVersion: '2.0' }, {}, 400, 'unsupported-version'],
  ['another type', 'x', { 'content-type': 'text/plain' }, 415, 'unsupported-media'],
  ['a packed body', 'x', { 'content-encoding': 'gzip' }, 415, 'unsupported-media'],
  ['a large body', 'x'.repeat(3000), {}, 413, 'too-large'],
  ['a lying length', 'x', { 'content-length': '99999999' }, 413, 'too-large'],
])('%s is refused', async (_, body, headers, status, code) => {
  const { ask } = serverOf(quick, { bodyBytes: 2000 })
  const answer = await ask('/v1/changes', body, headers)
  expect(answer).toMatchObject({ status, code })
  expect(answer.header('content-type')).toBe('application/problem+json')
})

test('an agent that throws, or answers nonsense, is a problem of its own', async () => {
  const throws = serverOf({
    about: quick.about,
    change: async () => {
      throw new Error('no \u001b[31mmodel')
    },
  })
  expect((await throws.ask('/v1/changes', changeRequest())).json).toMatchObject({
    status: 500,
    detail: 'no \\u{1b}[31mmodel',
  })
  const nonsense = serverOf({ about: quick.about, change: async () => ({ status: 'completed' }) as never })
  expect(await nonsense.ask('/v1/changes', changeRequest())).toMatchObject({ status: 500, code: 'agent-error' })
})

test('what an agent does not do is refused, and it says what it does', async () => {
  const { ask } = serverOf(quick)
  expect((await ask('/v1/agent')).json).toMatchObject({ does: ['change'], reply: ['patch'], auth: ['none'] })
  const question = { ...changeRequest(), type: 'judge.requested' }
  expect((await ask('/v1/judgements', question)).status).toBe(400)
})

test('busy, paused, unknown and expired have their codes', async () => {
  let paused = false
  const { ask, later } = serverOf(stubborn, { runningMax: 1, keptMs: 1000, paused: () => paused })
  await ask('/v1/changes', changeRequest())
  const busy = await ask('/v1/changes', changeRequest({ requestId: 'cr_2' }))
  expect([busy.status, busy.code, busy.header('retry-after')]).toEqual([429, 'busy', '1'])
  paused = true
  expect(await ask('/v1/changes', changeRequest({ requestId: 'cr_3' }))).toMatchObject({ status: 503, code: 'paused' })
  expect(await ask('/v1/tasks/nowhere')).toMatchObject({ status: 404, code: 'unknown-change' })
  await ask('/v1/tasks/p1/cancel', cancelOf(changeRequest()))
  later(2000)
  expect(await ask('/v1/tasks/p1')).toMatchObject({ status: 410, code: 'expired' })
})

test('closed, a server stops the work of its agent', async () => {
  let stopped = false
  const { ask, close } = serverOf({
    about: quick.about,
    change: (_, { signal }) =>
      new Promise((_done, fail) =>
        signal.addEventListener('abort', () => {
          stopped = true
          fail(new Error('stopped'))
        }),
      ),
  })
  await ask('/v1/changes', changeRequest())
  close()
  expect(stopped).toBe(true)
})

test('with a secret every door is shut without a signature, and answers are signed with the id of the request', async () => {
  const { ask } = serverOf(quick, { secrets: [SECRET] })
  const now = Date.parse('2030-01-01T00:00:00Z')
  const body = JSON.stringify(changeRequest())
  for (const [path, sent] of [
    ['/v1/agent'],
    ['/v1/tasks/p1'],
    ['/v1/changes', body],
    ['/v1/tasks/p1/cancel', '{}'],
  ] as const)
    expect(await ask(path, sent)).toMatchObject({ status: 401, code: 'bad-signature' })
  const refused = await ask('/v1/changes', body, { 'webhook-id': 'm0' })
  expect(refused.header('webhook-signature')).toBeUndefined()
  const good = await ask('/v1/changes', body, { ...sign(SECRET, 'm1', now, Buffer.from(body)) })
  expect(good.status).toBe(200)
  expect(good.header('webhook-id')).toBe('m1')
  expect(signatureProblem([SECRET], good.header, Buffer.from(good.raw), now)).toBeUndefined()
})
