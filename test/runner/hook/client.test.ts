import { expect, test } from 'vitest'
import { createHookClient, type HookConfig, type Real } from '../../../runner/hook/client.ts'
import type { Answered, Ask, Exchange } from '../../../runner/hook/exchange.ts'
import { HookFailure } from '../../../runner/hook/failure.ts'
import { VirtualClock } from '../../../twins/clock.ts'
import { changeRequest, going, resultFor, SECRET } from './support.ts'

/** Time that jumps to whatever is due as soon as nothing else happens. */
function virtual(): { real: Real; clock: VirtualClock; until<T>(work: Promise<T>): Promise<T> } {
  const clock = new VirtualClock(Date.parse('2030-01-01T00:00:00Z'))
  const real: Real = {
    now: () => clock.now(),
    random: () => 0,
    sleep: (ms, signal) =>
      new Promise((done, fail) => {
        if (signal?.aborted === true) return fail(new Error('aborted'))
        const cancel = clock.schedule(Math.round(ms), done)
        signal?.addEventListener('abort', () => {
          cancel()
          fail(new Error('aborted'))
        })
      }),
  }
  return {
    real,
    clock,
    async until(work) {
      let over = false
      const ended = work.finally(() => {
        over = true
      })
      ended.catch(() => undefined)
      while (!over) {
        await new Promise((turn) => setImmediate(turn))
        if (!over) await clock.runNext()
      }
      return ended
    },
  }
}

type Reply = { status?: number; headers?: Record<string, string>; body?: object } | HookFailure
const answer = (reply: Reply): Answered => {
  if (reply instanceof HookFailure) throw reply
  const headers: Record<string, string> = { 'content-type': 'application/json', ...reply.headers }
  return {
    status: reply.status ?? 200,
    header: (name) => headers[name],
    body: Buffer.from(JSON.stringify(reply.body ?? {})),
  }
}

const request = changeRequest({ budget: { deadline: '2030-01-01T00:10:00Z', timeoutMs: 900_000 } })
const done = { body: { state: 'done', result: resultFor(request) } }
const running = (progress?: string): Reply => ({ body: { state: 'running', progress } })
const accepted = { status: 202, headers: { location: 'v1/tasks/7' } }

/** A client in virtual time whose agent gives these answers in order, the last one again and again; `asked` tells when it was asked what. */
function scripted(replies: readonly Reply[], config: Partial<HookConfig> = {}) {
  const time = virtual()
  const asked: { atS: number; what: string; ask: Ask }[] = []
  const startedMs = time.clock.now()
  let polls = 0
  const exchange: Exchange = async (ask, _limits, signal) => {
    signal.throwIfAborted()
    asked.push({ atS: (time.clock.now() - startedMs) / 1000, what: `${ask.method} ${ask.url.pathname}`, ask })
    if (ask.url.pathname.endsWith('/cancel')) return answer({ status: 202 })
    return answer(replies[Math.min(polls++, replies.length - 1)] ?? {})
  }
  const client = createHookClient({ url: 'https://agent.example', ...config }, time.real, { exchange })
  return { ...time, asked, client, exchange }
}
const when = (asked: readonly { atS: number; what: string }[]): readonly string[] =>
  asked.map(({ atS, what }) => `${atS} s ${what}`)

test('a 202 is polled where its Location says, when Retry-After says', async () => {
  const told: string[] = []
  const { client, until, asked } = scripted([
    { status: 202, headers: { location: '/v1/tasks/7', 'retry-after': '2' } },
    { ...running('reading\u001b[31m'), headers: { 'retry-after': '20' } } as Reply,
    done,
  ])
  const outcome = await until(client.change(request, { ...going(), onProgress: (text) => told.push(text) }))
  expect(outcome).toEqual({ kind: 'result', result: resultFor(request) })
  expect(told).toEqual(['reading\\u{1b}[31m'])
  expect(when(asked)).toEqual(['0 s POST /v1/changes', '2 s GET /v1/tasks/7', '22 s GET /v1/tasks/7'])
})

test('without Retry-After the pauses double, up to half a minute', async () => {
  const { client, until, asked } = scripted([accepted, ...Array<Reply>(7).fill(running()), done])
  await until(client.change(request, going()))
  expect(asked.map(({ atS }) => atS)).toEqual([0, 1, 3, 7, 15, 31, 61, 91, 121])
})

test('busy, paused and broken connections are asked again with the same bytes and the same key', async () => {
  const lost = new HookFailure('connection-lost', 'lost', { retryable: true })
  const replies: Reply[] = [
    lost,
    { status: 503, headers: { 'retry-after': '7' } },
    { status: 429 },
    { body: resultFor(request) },
  ]
  const { client, until, asked } = scripted(replies)
  expect(await until(client.change(request, going()))).toMatchObject({ kind: 'result' })
  expect(asked.map(({ atS }) => atS)).toEqual([0, 0.5, 7.5, 9.5])
  expect(new Set(asked.map(({ ask }) => ask.headers['idempotency-key']))).toEqual(new Set(['"changes_cr_1_1"']))
  expect(new Set(asked.map(({ ask }) => ask.body?.toString())).size).toBe(1)
})

test('at the deadline the agent is told to stop, and what it answers later does not count', async () => {
  const short = changeRequest({ budget: { deadline: '2030-01-01T00:00:30Z', timeoutMs: 900_000 } })
  const { client, until, asked } = scripted([accepted, running()])
  expect(await until(client.change(short, going()))).toMatchObject({ kind: 'failed', code: 'agent-timeout' })
  const last = asked.at(-1)
  expect([last?.atS, last?.what]).toEqual([30, 'POST /v1/tasks/7/cancel'])
  expect(JSON.parse(String(last?.ask.body))).toEqual({
    specVersion: '1.0',
    type: 'cancel.requested',
    requestId: 'cr_1',
    attempt: 1,
    reason: 'agent-timeout',
  })
  expect(await until(client.change(short, going()))).toMatchObject({ kind: 'failed', code: 'expired' })
})

test('a deadline that is over is not asked about', async () => {
  const { client, until, asked } = scripted([done])
  const late = changeRequest({ budget: { deadline: '2029-01-01T00:00:00Z', timeoutMs: 900_000 } })
  expect(await until(client.change(late, going()))).toMatchObject({ kind: 'failed', code: 'agent-timeout' })
  expect(asked).toEqual([])
})

test('cancelled by the asker, the agent is told', async () => {
  const stop = new AbortController()
  const { client, until, asked, clock } = scripted([accepted, running()])
  clock.schedule(5000, () => stop.abort())
  const outcome = await until(client.change(request, { signal: stop.signal }))
  expect(outcome).toMatchObject({ kind: 'failed', code: 'cancelled' })
  expect(asked.at(-1)?.what).toBe('POST /v1/tasks/7/cancel')
})

test('a newer attempt supersedes an older one in flight, and older ones stay out', async () => {
  const { client, until, asked } = scripted([accepted, running(), running(), accepted, running()])
  const older = client.change(changeRequest({ attempt: 2 }), going())
  const turn = (): Promise<void> => new Promise((next) => setImmediate(next))
  await turn()
  const stop = new AbortController()
  const newer = client.change(changeRequest({ attempt: 3 }), { signal: stop.signal })
  expect(await until(older)).toMatchObject({ kind: 'failed', code: 'superseded' })
  expect(asked.map(({ what }) => what)).toContain('POST /v1/tasks/7/cancel')
  const oldest = await until(client.change(changeRequest({ attempt: 1 }), going()))
  expect(oldest).toMatchObject({ kind: 'failed', code: 'superseded', message: /superseded by attempt 3/ })
  stop.abort()
  await until(newer)
})

test('one attempt is not asked twice at once', async () => {
  const { client, until } = scripted([accepted, running(), done])
  const first = client.change(request, going())
  expect(await client.change(request, going())).toMatchObject({ kind: 'failed', code: 'busy' })
  expect(await until(first)).toMatchObject({ kind: 'result' })
})

test('after a crash of ours another client asks with the same bytes, however the request was put together', async () => {
  const before = scripted([{ body: resultFor(request) }])
  await before.until(before.client.change(request, going()))
  const after = scripted([{ body: resultFor(request) }])
  const reordered = JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(request).reverse())))
  await after.until(after.client.change(reordered, going()))
  expect(after.asked[0]?.ask.body).toEqual(before.asked[0]?.ask.body)
})

test('a judge that counts more or fewer votes than were asked for is not believed', async () => {
  const votes = { satisfied: 2, notSatisfied: 3, unsure: 0 }
  const judgement = {
    type: 'judge.result',
    verdict: 'satisfied',
    votes,
    reason: 'r',
    agent: { name: 'j', version: '1' },
  }
  const { client, until } = scripted([
    { body: { specVersion: '1.0', requestId: 'cr_1', attempt: 1, runToken: 'rt_1', ...judgement } },
  ])
  const ask = (count: number): Promise<unknown> =>
    until(
      client.judge(
        {
          specVersion: '1.0',
          type: 'judge.requested',
          requestId: 'cr_1',
          attempt: 1,
          runToken: 'rt_1',
          requirement: { id: 'R', text: 'r' },
          trajectories: [{ id: 't', untrustedText: 'x' }],
          votes: count,
          budget: request.budget,
        },
        going(),
      ),
    )
  expect(await ask(3)).toMatchObject({ kind: 'failed', message: expect.stringContaining('expected 3 votes, got 5') })
  expect(await ask(5)).toMatchObject({ kind: 'failed', message: expect.stringContaining('expected most votes') })
})

test.each([
  ['http://agent.example', 'http over a network'],
  ['http://10.0.0.1', 'http over a network'],
  ['https://me:secret@agent.example', 'a user and password'],
  ['ftp://agent.example', '"ftp:"'],
  ['agent', 'which is no URL'],
])('%s is no place to ask', (url, why) => {
  expect(() => createHookClient({ url }, virtual().real)).toThrow(why)
})

test.each([
  ['whsec_c2hvcnQ=', '24 to 64 bytes, got 5'],
  ['secret', 'whsec_ + base64'],
])('%s is no secret', (secret, why) => {
  expect(() => createHookClient({ url: 'https://agent.example', secret }, virtual().real)).toThrow(why)
})

test('every message is signed, and its webhook-id is the idempotency key', async () => {
  const { client, until, asked } = scripted([accepted, done], { secret: SECRET, bearer: 'b' })
  await until(client.change(request, going()))
  for (const { ask } of asked)
    expect(ask.headers).toMatchObject({
      authorization: 'Bearer b',
      'webhook-id': expect.stringMatching(/^[^.]+$/),
      'webhook-signature': expect.stringMatching(/^v1,/),
    })
  expect(asked[0]?.ask.headers).toMatchObject({
    'idempotency-key': `"${asked[0]?.ask.headers['webhook-id']}"`,
    traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
  })
})
