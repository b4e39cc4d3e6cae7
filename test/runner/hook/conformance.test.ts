import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll, expect, test } from 'vitest'
import { a2aAgent } from '../../../runner/hook/a2a.ts'
import { acpAgent } from '../../../runner/hook/acp.ts'
import type { HookAgent } from '../../../runner/hook/agent.ts'
import { createHookClient } from '../../../runner/hook/client.ts'
import { commandAgent } from '../../../runner/hook/command.ts'
import { type Finding, printFindings, runConformance } from '../../../runner/hook/conformance.ts'
import { createHttpExchange } from '../../../runner/hook/exchange.ts'
import { folderAgent } from '../../../runner/hook/folder.ts'
import { newToken, REAL } from '../../../runner/hook/real.ts'
import { createHookServer, type HookServerOptions } from '../../../runner/hook/server.ts'
import { REPOSITORY } from '../../support/cli.ts'
import { COMPLETED, startA2a } from './a2a-server.ts'
import { behindHttp, commandOptions, repository } from './agents.ts'
import { changeRequest, DIFF, going, patch, SECRET } from './support.ts'

const repo = repository()
const prepared = mkdtempSync(join(tmpdir(), 'backlot-hook-folder-'))
for (const name of ['1', '2']) writeFileSync(join(prepared, `${name}.patch`), DIFF)
const a2a = await startA2a(COMPLETED)
afterAll(async () => {
  repo.close()
  await a2a.close()
})

// The request that the suite cancels takes long; all others do not keep anybody waiting.
const EDIT = ['/bin/sh', '-c', 'grep -q _2.,$ "$BACKLOT_REQUEST" && sleep 200; echo b >> x.txt']
const ACP = [process.execPath, join(REPOSITORY, 'test/fixtures/hook-acp-agent.mjs')]
const AGENTS: readonly (readonly [string, () => HookAgent])[] = [
  [
    'plain HTTP',
    () => ({
      about: { name: 'plain', version: '1', modelFamily: null, reply: ['patch'] },
      async change({ base, requestId }, { signal }) {
        await REAL.sleep(requestId.endsWith('_2') ? 200_000 : 60, signal)
        return { status: 'completed', change: patch(DIFF, base.commit) }
      },
    }),
  ],
  ['a folder', () => folderAgent(prepared)],
  ['a command', () => commandAgent(commandOptions(repo.folder, { change: EDIT }))],
  ['ACP', () => acpAgent({ ...commandOptions(repo.folder), argv: ACP, permissions: 'allow' })],
  ['A2A', () => a2aAgent({ url: a2a.url, real: REAL, pollMs: 10 })],
]

const conformance = (
  url: string,
  more: { secret?: string; bearer?: string; task?: string | undefined } = {},
): Promise<readonly Finding[]> =>
  runConformance({
    config: { url, secret: more.secret, bearer: more.bearer },
    exchange: createHttpExchange(REAL, { privateNetwork: false }),
    real: REAL,
    limits: { pollMs: 10, pollMinMs: 10, pollMaxMs: 50, headersMs: 60_000 },
    base: repo.commit,
    fetch: null,
    run: newToken(),
    task: 'task' in more ? more.task : 'Add a line to x.txt.',
    timeoutMs: 100_000,
  })
const statusOf = (findings: readonly Finding[]): Record<string, string> =>
  Object.fromEntries(findings.map(({ id, status }) => [id, status]))

test.each(AGENTS)('%s keeps every promise, signed and with a bearer token', async (name, make) => {
  const served = await behindHttp(make(), { secrets: [SECRET], bearer: 'token', bodyBytes: 100_000 })
  const findings = await conformance(served.url, { secret: SECRET, bearer: 'token' })
  await served.close()
  expect(findings.filter(({ status }) => status === 'wrong')).toEqual([])
  // A prepared answer is there at once: nothing to cancel.
  expect(findings.filter(({ status }) => status === 'skipped').map(({ id }) => id)).toEqual(
    name === 'a folder' ? ['cancel'] : [],
  )
  expect(findings.find(({ id }) => id === 'change')?.found).toMatch(/^completed; /)
})

test('a critic and a judge are programs behind the same server, asked by the same client', async () => {
  const agent = commandAgent(
    commandOptions(repo.folder, {
      critique: [
        '/bin/sh',
        '-c',
        `grep -q b x.txt && echo '{"verdict":"object","objections":[{"requirement":null,"text":"b?"}]}'`,
      ],
      judge: [
        '/bin/sh',
        '-c',
        `cat >/dev/null; echo '{"verdict":"satisfied","votes":{"satisfied":2,"notSatisfied":1,"unsure":0},"reason":"r"}'`,
      ],
    }),
  )
  const served = await behindHttp(agent, { secrets: [SECRET] })
  const client = createHookClient({ url: served.url, secret: SECRET, signedAnswers: true }, REAL)
  const request = changeRequest({
    base: { commit: repo.commit, fetch: null },
    budget: { deadline: '2999-01-01T00:00:00Z', timeoutMs: 200_000 },
  })
  const { specVersion, requestId, attempt, runToken, goal, base, budget } = request
  const envelope = { specVersion, requestId, attempt, runToken, budget }
  const [critique, judgement, change] = await Promise.all([
    client.critique({ ...envelope, type: 'critique.requested', goal, base, change: patch(DIFF, repo.commit) }, going()),
    client.judge(
      {
        ...envelope,
        type: 'judge.requested',
        requirement: { id: 'R', text: 'r' },
        trajectories: [{ id: 't', untrustedText: 'x' }],
        votes: 3,
      },
      going(),
    ),
    client.change(request, going()),
  ])
  await served.close()
  expect(critique).toMatchObject({ kind: 'result', result: { verdict: 'object', objections: [{ text: 'b?' }] } })
  expect(judgement).toMatchObject({ kind: 'result', result: { verdict: 'satisfied', votes: { satisfied: 2 } } })
  expect(change).toMatchObject({ kind: 'failed', code: 'unsupported-reply' })
})

test('what needs a secret, a token or a task is not looked at without one, and that is said', async () => {
  const served = await behindHttp(folderAgent(prepared), { bodyBytes: 100_000 })
  const findings = await conformance(served.url, { task: undefined })
  await served.close()
  expect(printFindings(findings)).toMatch(/8 kept, 0 broken, 10 not looked at\n$/)
})

/** The same server with one promise broken: what the suite is there to see. */
const BROKEN: readonly (readonly [string, Partial<HookServerOptions>, (app: Hono, broken: Hono) => void])[] = [
  ['unsigned', { secrets: [] }, () => undefined],
  ['bearer', { bearer: '' }, () => undefined],
  [
    'oversize',
    {},
    (app, broken) => {
      broken.get('/v1/agent', async (c) => {
        const said = (await (await app.fetch(c.req.raw)).json()) as object
        return c.json({ ...said, maxBytes: 1000 })
      })
    },
  ],
  [
    'redelivery',
    {},
    (_app, broken) => {
      let times = 0
      broken.use('/v1/changes', async (c, next) => {
        await next()
        if (c.res.status !== 200) return
        const result = (await c.res.json()) as object
        c.res = new Response(JSON.stringify({ ...result, notes: `${++times}` }), {
          headers: { 'content-type': 'application/json' },
        })
      })
    },
  ],
  [
    'other-body',
    {},
    (app, broken) => {
      const first = new Map<string, Promise<Response>>()
      broken.post('/v1/changes', async (c) => {
        const body = await c.req.text()
        const key = `${c.req.header('idempotency-key')}`
        const request = new Request(c.req.url, { method: 'POST', headers: c.req.raw.headers, body })
        if (!key.includes('changes')) return app.fetch(request)
        const known = first.get(key) ?? Promise.resolve(app.fetch(request))
        first.set(key, known)
        return (await known).clone()
      })
    },
  ],
  ['nowhere', {}, (_, broken) => void broken.get('/v1/tasks/:place', (c) => c.json({ state: 'running' }))],
  [
    'media',
    {},
    (app, broken) => {
      broken.post('/v1/changes', async (c) => {
        const headers = new Headers(c.req.raw.headers)
        headers.set('content-type', 'application/json')
        return app.fetch(new Request(c.req.url, { method: 'POST', headers, body: await c.req.text() }))
      })
    },
  ],
]

test.each(BROKEN)('a server that breaks "%s" is found out', async (id, options, breakIt) => {
  const agent = folderAgent(prepared)
  const { app, close } = createHookServer(agent, {
    real: REAL,
    newPlace: newToken,
    waitMs: 200,
    retryAfterS: 0,
    secrets: [SECRET],
    bearer: 'token',
    bodyBytes: 100_000,
    ...options,
    ...(options.bearer === '' ? { bearer: 'other' } : {}),
  })
  const broken = new Hono()
  if (id === 'bearer')
    broken.use('*', async (c) => {
      const headers = new Headers(c.req.raw.headers)
      headers.set('authorization', 'Bearer other')
      const body = c.req.method === 'POST' ? { body: await c.req.text() } : {}
      return app.fetch(new Request(c.req.url, { method: c.req.method, headers, ...body }))
    })
  breakIt(app, broken)
  broken.all('*', (c) => app.fetch(c.req.raw))
  const findings = await runConformance({
    config: { url: 'http://127.0.0.1/', secret: SECRET, bearer: 'token' },
    exchange: async ({ method, url, headers, body }) => {
      const response = await broken.fetch(
        new Request(url, { method, headers, ...(body === undefined ? {} : { body }) }),
      )
      return {
        status: response.status,
        header: (name) => response.headers.get(name) ?? undefined,
        body: Buffer.from(await response.arrayBuffer()),
      }
    },
    real: REAL,
    base: repo.commit,
    fetch: null,
    run: newToken(),
    task: 'x',
    timeoutMs: 2000,
  })
  close()
  expect(statusOf(findings)[id]).toBe('wrong')
})

test('nobody there: every line says so, in little time', async () => {
  const findings = await runConformance({
    config: { url: 'http://127.0.0.1:1/' },
    exchange: createHttpExchange(REAL, { privateNetwork: false }),
    real: REAL,
    limits: { triesMax: 1 },
    base: repo.commit,
    fetch: null,
    run: 'r',
    task: undefined,
    timeoutMs: 1000,
  })
  expect(findings.filter(({ status }) => status === 'ok')).toEqual([])
})
