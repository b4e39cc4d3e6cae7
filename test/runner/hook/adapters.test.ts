import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TaskState } from '@a2a-js/sdk'
import { afterAll, expect, test } from 'vitest'
import { a2aAgent } from '../../../runner/hook/a2a.ts'
import { acpAgent } from '../../../runner/hook/acp.ts'
import type { ChangeAnswer, HookAgent, Work } from '../../../runner/hook/agent.ts'
import { folderAgent } from '../../../runner/hook/folder.ts'
import { createLocalHookClient } from '../../../runner/hook/local.ts'
import { REAL } from '../../../runner/hook/real.ts'
import { hookConfigOf, hookSchema } from '../../../runner/hook/settings.ts'
import { REPOSITORY } from '../../support/cli.ts'
import { COMPLETED, type Ending, startA2a } from './a2a-server.ts'
import { commandOptions, repository } from './agents.ts'
import { changeRequest, DIFF, going, patch } from './support.ts'

const repo = repository()
const folder = mkdtempSync(join(tmpdir(), 'backlot-hook-adapters-'))
afterAll(() => {
  repo.close()
  rmSync(folder, { recursive: true, force: true })
})
const request = changeRequest({ base: { commit: repo.commit, fetch: null } })
const change = (agent: HookAgent, work: Partial<Work> = {}): Promise<ChangeAnswer> | undefined =>
  agent.change?.(request, { signal: new AbortController().signal, progress: () => undefined, ...work })

test('an A2A agent gets the request as data; its one diff, its card and its usage come back', async () => {
  const server = await startA2a({ ...COMPLETED, afterMs: 30 })
  const answer = await change(a2aAgent({ url: server.url, real: REAL, pollMs: 10 }))
  await server.close()
  expect(server.asked).toEqual([request])
  expect(answer).toMatchObject({
    status: 'completed',
    change: { kind: 'patch', baseCommit: repo.commit, diff: DIFF },
    agent: { name: 'vendor agent', version: '4.2' },
    usage: { inputTokens: 7, costUsd: 0.25 },
  })
})

const diff = { mediaType: 'text/x-diff', text: DIFF }
test.each<[string, Ending, string, RegExp]>([
  ['rejects', { state: TaskState.TASK_STATE_REJECTED }, 'declined', /^$/],
  ['fails', { state: TaskState.TASK_STATE_FAILED }, 'failed', /TASK_STATE_FAILED/],
  ['cancels', { state: TaskState.TASK_STATE_CANCELED }, 'cancelled', /^$/],
  ['asks back', { state: TaskState.TASK_STATE_INPUT_REQUIRED }, 'needs-input', /^$/],
  ['wants a login', { state: TaskState.TASK_STATE_AUTH_REQUIRED }, 'needs-input', /^$/],
  [
    'is done without a diff',
    { state: TaskState.TASK_STATE_COMPLETED },
    'failed',
    /exactly one part of type text\/x-diff, got 0/,
  ],
  ['brings two', { state: TaskState.TASK_STATE_COMPLETED, parts: [diff, diff] }, 'failed', /got 2/],
  [
    'brings prose',
    { state: TaskState.TASK_STATE_COMPLETED, parts: [{ mediaType: 'text/plain', text: 'done!' }] },
    'failed',
    /got 0/,
  ],
])('an A2A agent that %s', async (_, ending, status, notes) => {
  const server = await startA2a(ending)
  const answer = await change(a2aAgent({ url: server.url, real: REAL, pollMs: 10 }))
  await server.close()
  expect(answer?.status).toBe(status)
  expect(answer?.notes ?? '').toMatch(notes)
})

test('what an A2A agent reports of its cost counts only when it can be read', async () => {
  const server = await startA2a({ ...COMPLETED, afterMs: 0, usage: { costUsd: 'free' } })
  const answer = await change(a2aAgent({ url: server.url, real: REAL, pollMs: 10 }))
  await server.close()
  expect(answer).toMatchObject({ status: 'completed' })
  expect(answer).not.toHaveProperty('usage')
})

test('cancelled, the A2A task is cancelled too', async () => {
  const server = await startA2a({ ...COMPLETED, afterMs: 200_000 })
  const stop = new AbortController()
  const answer = change(a2aAgent({ url: server.url, real: REAL, pollMs: 10 }), { signal: stop.signal })
  // Looked at once, it is known by its name.
  while (server.asks() < 2) await new Promise((later) => setTimeout(later, 10))
  stop.abort()
  await expect(answer).rejects.toThrow()
  expect(server.cancelled).toHaveLength(1)
  await server.close()
})

const acp = (mode: string, more: { permissions?: 'allow' | 'reject'; wallMs?: number } = {}): HookAgent =>
  acpAgent({
    ...commandOptions(repo.folder, more.wallMs === undefined ? {} : { wallMs: more.wallMs }),
    argv: [process.execPath, join(REPOSITORY, 'test/fixtures/hook-acp-agent.mjs'), mode],
    permissions: more.permissions ?? 'allow',
  })
test.each<['allow' | 'reject', string]>([
  ['allow', 'once'],
  ['reject', 'no'],
])(
  'an ACP agent asks for permission and hears the policy (%s: "%s"); what it edits is the change',
  async (permissions, heard) => {
    const told: string[] = []
    const answer = await change(acp('edit', { permissions }), { progress: (text) => told.push(text) })
    expect(answer).toMatchObject({
      status: 'completed',
      change: { diff: expect.stringContaining(`+${heard}: Make it so.`) },
    })
    expect(told).toEqual(['editing x.txt'])
  },
)
test.each([
  ['refuse', 'declined', /refused/],
  ['die', 'failed', /exit code 3|broke off/],
])('an ACP agent that does %s', async (mode, status, notes) => {
  const answer = await change(acp(mode))
  expect(answer?.status).toBe(status)
  expect(answer?.notes).toMatch(notes)
})
test('an ACP agent that never ends is ended, by time or by the asker', async () => {
  expect(await change(acp('hang', { wallMs: 700 }))).toMatchObject({ status: 'failed', notes: /its time was up/ })
  const stop = new AbortController()
  setTimeout(() => stop.abort(), 300)
  expect(await change(acp('hang'), { signal: stop.signal })).toMatchObject({ status: 'cancelled' })
})
test('what speaks no ACP ends, with what it said', async () => {
  const agent = acpAgent({
    ...commandOptions(repo.folder),
    argv: ['/bin/sh', '-c', 'echo hello; exit 4'],
    permissions: 'allow',
  })
  expect((await change(agent))?.status).toBe('failed')
})

test('a folder answers attempt by attempt, as its list says, then declines', async () => {
  writeFileSync(join(folder, 'bad.patch'), DIFF.replace('+b', '+c'))
  writeFileSync(join(folder, 'good.patch'), DIFF)
  writeFileSync(
    join(folder, 'answers.yaml'),
    'schema: 1\nanswers:\n  - bad.patch\n  - { status: needs-input, notes: which? }\n  - { file: good.patch, usage: { costUsd: 0.5 } }\n',
  )
  const agent = folderAgent(folder)
  const work = { signal: new AbortController().signal, progress: () => undefined }
  const answers = await Promise.all([1, 2, 3, 4].map((attempt) => agent.change?.({ ...request, attempt }, work)))
  expect(answers).toMatchObject([
    { status: 'completed', change: { diff: expect.stringContaining('+c') } },
    { status: 'needs-input', notes: 'which?' },
    { status: 'completed', change: { baseCommit: repo.commit }, usage: { costUsd: 0.5 } },
    { status: 'declined', notes: '3 answers were prepared; this is attempt 4' },
  ])
})
test.each([
  ['schema: 2\nanswers: [bad.patch]\n', 'schema'],
  ['schema: 1\nanswers: [no.patch]\n', 'expected no.patch'],
  ['schema: 1\nanswers: []\n', 'answers'],
])('a list that cannot be used is refused at the start: %j', (text, why) => {
  writeFileSync(join(folder, 'wrong.yaml'), text)
  expect(() => folderAgent(folder, join(folder, 'wrong.yaml'))).toThrow(why)
})
test('a folder without patches is refused', () => {
  expect(() => folderAgent(join(folder, 'none'))).toThrow('expected answers.yaml or *.patch')
})

test('an agent in this process is held to the same contract', async () => {
  const about = { name: 'in here', version: '1', modelFamily: null, reply: ['patch'] as const }
  const told: string[] = []
  const good = createLocalHookClient(
    {
      about,
      async change({ base }, { progress }) {
        progress('reading')
        while (!told.includes('reading')) await REAL.sleep(5)
        return { status: 'completed', change: patch(DIFF, base.commit) }
      },
    },
    REAL,
  )
  const outcome = await good.change(request, { ...going(), onProgress: (text) => told.push(text) })
  expect(outcome).toMatchObject({ kind: 'result', result: { status: 'completed', agent: { name: 'in here' } } })
  expect(told).toContain('reading')
  const elsewhere = createLocalHookClient(
    { about, change: async () => ({ status: 'completed', change: patch(DIFF, 'b'.repeat(40)) }) },
    REAL,
  )
  expect(await elsewhere.change(request, going())).toMatchObject({ kind: 'failed', code: 'wrong-base' })
  const lost = createLocalHookClient({ about, change: async () => Promise.reject(new Error('no model')) }, REAL)
  expect(await lost.change(request, going())).toMatchObject({
    kind: 'failed',
    code: 'agent-error',
    message: /no model/,
  })
  for (const one of [good, elsewhere, lost]) one.close()
})

test('settings name variables; the secrets stay in the environment', () => {
  const settings = hookSchema.parse({
    url: 'https://agent.example',
    'secret-env': 'HOOK_SECRET',
    critic: { url: 'https://critic.example' },
  })
  expect(hookConfigOf(settings, { HOOK_SECRET: 's' })).toMatchObject({ url: 'https://agent.example', secret: 's' })
  expect(() => hookConfigOf(settings, {})).toThrow('expected the environment variable HOOK_SECRET, got none')
  expect(hookSchema.safeParse({ url: 'https://a.example', 'secret-env': 'whsec_AAAA' }).success).toBe(false)
  expect(hookSchema.safeParse({ url: 'https://a.example', secret: 'x' }).success).toBe(false)
})
