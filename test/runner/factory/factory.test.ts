import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Interrupted } from '../../../runner/factory/attempt.ts'
import { runFactory } from '../../../runner/factory/factory.ts'
import type { FactoryOptions } from '../../../runner/factory/options.ts'
import { outcomeSchema } from '../../../runner/factory/outcome.ts'
import type { HookAgent } from '../../../runner/hook/agent.ts'
import { createLocalHookClient } from '../../../runner/hook/local.ts'
import { REAL } from '../../../runner/hook/real.ts'
import { BRIEF, briefedProject, judgeByNote, optionsFor, SILENT, scriptedAgent } from './support.ts'

let project: ReturnType<typeof briefedProject>
beforeAll(() => {
  project = briefedProject()
})
beforeEach(() => {
  rmSync(join(project.folder, '.backlot'), { recursive: true, force: true })
  for (const branch of branches()) git('branch', '-D', branch)
})
afterAll(() => project.close())

const git = (...args: string[]): string => {
  const { status, stdout, stderr } = spawnSync('git', ['-C', project.folder, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout.trim()
}
const branches = (): readonly string[] =>
  git('for-each-ref', '--format=%(refname:short)', 'refs/heads/backlot')
    .split('\n')
    .filter((name) => name !== '')
const run = (agent: HookAgent, more: Partial<FactoryOptions> = {}) => {
  const options = optionsFor(project, agent, more)
  return runFactory({ ...options, settle: () => options })
}

test('bad attempts are told what went wrong, and the first that passes ends on a branch', async () => {
  const before = git('status', '--porcelain')
  const agent = scriptedAgent(({ attempt }) => (attempt < 3 ? 'fail' : 'pass'))
  const outcome = outcomeSchema.parse(await run(agent))
  expect(outcome).toMatchObject({ kind: 'released', branch: 'backlot/pay-once-1', attempt: 3 })
  expect(outcome.attempts.map(({ status, failing }) => [status, ...failing])).toEqual([
    ['fail', 'pay'],
    ['fail', 'pay'],
    ['pass'],
  ])
  expect(agent.requests.map(({ attempt, feedback }) => [attempt, feedback.length])).toEqual([
    [1, 0],
    [2, 1],
    [3, 1],
  ])
  expect(agent.requests[1]?.feedback).toEqual([
    {
      set: 'visible',
      scenario: 'pay',
      requirement: 'AC-1',
      bucket: 'error-status',
      untrustedText: 'pay: One order is charged once pay: expected status 201, got 502',
    },
  ])
  expect(agent.requests[0]).toMatchObject({
    goal: { text: BRIEF },
    base: { commit: git('rev-parse', 'HEAD') },
    scope: { allow: ['**'], deny: expect.arrayContaining(['backlot.yaml', 'backlot/scenarios/pay.scenario.yaml']) },
  })
  expect(git('show', 'backlot/pay-once-1:src/note.ts')).toBe('// pass')
  expect(git('rev-parse', 'backlot/pay-once-1^')).toBe(git('rev-parse', 'HEAD'))
  expect(git('log', '-1', '--format=%an%n%B', 'backlot/pay-once-1')).toMatch(
    /^backlot factory\nPay once\n(?:.|\n)*Backlot-Brief: sha256:[0-9a-f]{64}\nBacklot-Verdict: sha256:[0-9a-f]{64}$/,
  )
  expect(git('status', '--porcelain')).toBe(before)
  expect(outcome.spent).toMatchObject({ attempts: 3, microUsd: 750_000, unreported: 0 })
  expect(outcome.brief.criteria.map(({ id, scenarios }) => [id, ...scenarios])).toEqual([
    ['AC-1', 'pay'],
    ['AC-2', 'lost-answer'],
  ])
})

test('attempts that are used up stay used up: another run, a rebase and rewording buy nothing, a person does', async () => {
  const agent = scriptedAgent(() => 'fail')
  expect(await run(agent)).toMatchObject({ kind: 'exhausted', branch: null, spent: { attempts: 3 } })
  const again = await run(agent)
  expect(again).toMatchObject({ kind: 'exhausted', spent: { attempts: 3 } })
  expect(again.reason).toBe(
    '3 of 3 attempts on these requirements are used. Read what went wrong, then allow more with --attempts.',
  )
  expect(await run(agent, { fresh: true })).toMatchObject({ kind: 'exhausted', attempts: [] })
  git('commit', '--allow-empty', '-q', '-m', 'rebase')
  expect(await run(agent)).toMatchObject({ kind: 'exhausted', attempts: [] })
  project.write('BRIEF.md', BRIEF.replace('# Pay once', '# Pay once\n\nPlease, please.'))
  expect(await run(agent)).toMatchObject({ kind: 'exhausted', attempts: [] })
  project.write('BRIEF.md', BRIEF)
  expect(agent.requests).toHaveLength(3)
  const limits = { attempts: 4, microUsd: undefined, wallMs: 60_000, answerMs: 30_000 }
  expect(await run(agent, { limits })).toMatchObject({ kind: 'exhausted', spent: { attempts: 4 } })
  git('reset', '-q', '--soft', 'HEAD~1')
})

test('another agent, and other requirements, have accounts of their own', async () => {
  const agent = scriptedAgent(() => 'fail')
  await run(agent)
  const client = createLocalHookClient(agent, REAL)
  expect(await run(agent, { agent: { name: 'other', client, called: 'x', known: true } })).toMatchObject({
    spent: { attempts: 3 },
  })
  project.write('BRIEF.md', BRIEF.replace('is charged once', 'is charged exactly once'))
  expect(await run(agent)).toMatchObject({ spent: { attempts: 3 } })
  project.write('BRIEF.md', BRIEF)
  expect(agent.requests).toHaveLength(9)
})

test('money that is used up ends the run', async () => {
  const agent = scriptedAgent(() => 'fail')
  const limits = { attempts: 9, answerMs: 30_000, microUsd: 400_000, wallMs: 60_000 }
  const outcome = await run(agent, { limits })
  expect([outcome.kind, agent.requests.length]).toEqual(['exhausted', 2])
  expect(outcome.reason).toMatch(/0\.50 USD of 0\.40 USD are spent, as reported/)
})

test('time that is used up ends the run', async () => {
  let atMs = Date.now()
  const agent = scriptedAgent(() => {
    atMs += 61_000
    return 'fail'
  })
  const limits = { attempts: 9, answerMs: 30_000, microUsd: undefined, wallMs: 60_000 }
  const outcome = await run(agent, { limits, now: () => atMs })
  expect([outcome.kind, agent.requests.length]).toEqual(['exhausted', 1])
  expect(outcome.reason).toMatch(/1 min of 1 min are used/)
})

test('an agent that says nothing of its cost is shown as unreported, not as free', async () => {
  const agent = scriptedAgent(() => ({ status: 'declined', notes: 'no' }))
  const outcome = await run(agent)
  expect(outcome.attempts.map(({ costMicroUsd, reason }) => [costMicroUsd, reason])).toEqual(
    Array.from({ length: 3 }, () => [null, 'declined: the agent says "no"']),
  )
  expect(outcome.spent).toMatchObject({ microUsd: 0, unreported: 3 })
})

test('side by side, the cheapest that passes wins, whoever came first', async () => {
  const texts = ['pass 0.030000', 'fail', 'pass 0.020000', 'pass 0.020000']
  const agent = scriptedAgent(({ attempt }) => texts[attempt - 1] ?? 'fail')
  const limits = { attempts: 9, microUsd: undefined, wallMs: 60_000, answerMs: 30_000 }
  const outcome = await run(agent, { parallel: 4, limits })
  expect(outcome).toMatchObject({ kind: 'released', attempt: 3, spent: { attempts: 4 } })
  expect(new Set(agent.requests.map(({ requestId }) => requestId)).size).toBe(4)
  expect(outcome.attempts.every(({ round }) => round === 1)).toBe(true)
})

test('a round is cut to the attempts that are left', async () => {
  const agent = scriptedAgent(() => 'fail')
  const outcome = await run(agent, { parallel: 2 })
  expect(outcome.attempts.map(({ round }) => round)).toEqual([1, 1, 2])
})

test('a critic that objects withholds what the gate would pass, and its words become feedback', async () => {
  const agent = scriptedAgent(() => 'pass')
  const critic: HookAgent = {
    about: { name: 'critic', version: '1', modelFamily: null, reply: [] },
    critique: async ({ attempt, change }) => ({
      verdict: attempt === 1 ? 'object' : 'accept',
      objections: attempt === 1 ? [{ requirement: 'AC-2', text: `no retry in ${change.kind}` }] : [],
    }),
  }
  const named = { name: 'critic', client: createLocalHookClient(critic, REAL), called: 'x', known: true }
  const outcome = await run(agent, { critic: named })
  expect(outcome).toMatchObject({ kind: 'released', attempt: 2 })
  expect(outcome.attempts[0]).toMatchObject({ status: 'fail', reason: 'the critic objects: no retry in files' })
  expect(agent.requests[1]?.feedback).toEqual([
    { set: 'visible', scenario: null, requirement: 'AC-2', bucket: 'objection', untrustedText: 'no retry in files' },
  ])
})

test('a critic that accepts grants nothing, and one that is silent withholds', async () => {
  const critic = (critique: HookAgent['critique']) => ({
    name: 'critic',
    client: createLocalHookClient(
      { about: { name: 'c', version: '1', modelFamily: null, reply: [] }, ...(critique && { critique }) },
      REAL,
    ),
    called: 'x',
    known: true,
  })
  const kind = async () => ({ verdict: 'accept', objections: [] }) as const
  expect(
    (
      await run(
        scriptedAgent(() => 'fail'),
        { critic: critic(kind) },
      )
    ).kind,
  ).toBe('exhausted')
  const dumb = critic(async () => {
    throw new Error('out of words')
  })
  const outcome = await run(
    scriptedAgent(() => 'pass'),
    { critic: dumb, fresh: true, agent: other() },
  )
  expect(outcome).toMatchObject({ kind: 'exhausted', branch: null })
  expect(outcome.attempts[0]?.reason).toMatch(/^the critic gave no answer: /)
})
const other = () => ({
  name: 'other',
  called: 'x',
  known: true,
  client: createLocalHookClient(
    scriptedAgent(() => 'pass'),
    REAL,
  ),
})

test('the kill switch stops before a dispatch and before a release; without it the run goes on where it was', async () => {
  const stopFile = join(project.folder, '.backlot/STOP')
  mkdirSync(join(project.folder, '.backlot'))
  writeFileSync(stopFile, '')
  const agent = scriptedAgent(() => {
    writeFileSync(stopFile, '')
    return 'pass'
  })
  expect(await run(agent)).toMatchObject({ kind: 'stopped', attempts: [], spent: { attempts: 0 } })
  expect(agent.requests).toHaveLength(0)
  rmSync(stopFile)
  const stopped = await run(agent)
  expect(stopped).toMatchObject({ kind: 'stopped', branch: null, attempts: [{ status: 'pass' }] })
  expect(stopped.reason).toBe('.backlot/STOP is there. Remove it to go on.')
  expect(branches()).toEqual([])
  rmSync(stopFile)
  expect(await run(agent)).toMatchObject({ kind: 'released', spent: { attempts: 1 } })
  expect(agent.requests).toHaveLength(1)
})

test('asked again after its end, a run says the same and does nothing', async () => {
  const agent = scriptedAgent(() => 'pass')
  const first = await run(agent)
  expect(await run(agent)).toEqual({ ...first, spent: expect.anything() })
  expect([agent.requests.length, branches()]).toEqual([1, ['backlot/pay-once-1']])
  expect(await run(agent, { fresh: true })).toMatchObject({ branch: 'backlot/pay-once-2' })
  git('branch', '-D', 'backlot/pay-once-2')
  expect(await run(agent), 'its branch is gone, so it no longer stands').toMatchObject({ branch: 'backlot/pay-once-2' })
})

test('a change that decides for a person stops the loop', async () => {
  const agent = scriptedAgent(() => 'needs-human')
  const outcome = await run(agent)
  expect(outcome).toMatchObject({
    kind: 'needs-human',
    branch: null,
    attempt: 1,
    attempts: [{ status: 'needs-human' }],
  })
  expect(agent.requests).toHaveLength(1)
})

test('once a person has signed, the same command releases what waited, and never before', async () => {
  const evidence = join(project.folder, '.backlot/evidence')
  const asked: string[] = []
  const approved = (given: string, yes: boolean): boolean => {
    asked.push(given)
    return yes
  }
  const agent = scriptedAgent(() => 'needs-human')
  const judge: FactoryOptions['judge'] = async (given) => ({ ...(await judgeByNote(project.folder)(given)), evidence })
  expect(await run(agent, { judge, approved: (given) => approved(given, false) })).toMatchObject({
    kind: 'needs-human',
  })
  expect(await run(agent, { judge, approved: (given) => approved(given, false) })).toMatchObject({ branch: null })
  const outcome = await run(agent, { judge, approved: (given) => approved(given, true) })
  expect(outcome).toMatchObject({ kind: 'released', branch: 'backlot/pay-once-1', attempt: 1, spent: { attempts: 1 } })
  expect([asked, agent.requests.length]).toEqual([[evidence, evidence], 1])
  expect(git('log', '-1', '--format=%b', 'backlot/pay-once-1')).toContain('approved by people, as the policy demands.')
})

test('an inconclusive verdict is not a pass', async () => {
  expect(await run(scriptedAgent(() => 'inconclusive'))).toMatchObject({ kind: 'exhausted', branch: null })
})

test.each<readonly [string, (base: string) => Awaited<ReturnType<NonNullable<HookAgent['change']>>>, RegExp]>([
  [
    'nothing',
    (baseCommit) => ({
      status: 'completed',
      change: { kind: 'files', baseCommit, files: [{ path: 'nope.ts', op: 'delete' }] },
    }),
    /changes nothing/,
  ],
  [
    'another base',
    () => ({
      status: 'completed',
      change: { kind: 'files', baseCommit: '0'.repeat(40), files: [{ path: 'src/main.ts', op: 'delete' }] },
    }),
    /base/,
  ],
  ['no answer', () => ({ status: 'failed', notes: 'tired\u202e' }), /failed: the agent says "tired\\u\{202e\}"/],
])('a change of %s uses an attempt and is told in plain words', async (_, answer, reason) => {
  const agent = scriptedAgent(({ base }) => answer(base.commit))
  const outcome = await run(agent)
  expect(outcome.kind).toBe('exhausted')
  expect(outcome.attempts[0]?.reason).toMatch(reason)
})

test('an agent that cannot be reached costs no attempt', async () => {
  const client = createLocalHookClient(
    scriptedAgent(() => 'pass'),
    REAL,
  )
  const down = async () => ({ kind: 'failed', code: 'unreachable', message: 'nobody there', retryable: true }) as const
  const outcome = await run(
    scriptedAgent(() => 'pass'),
    { agent: { name: 'scripted', client: { ...client, describe: down }, called: 'x', known: true } },
  )
  expect(outcome).toMatchObject({ kind: 'stopped', spent: { attempts: 0 } })
  expect(outcome.reason).toBe('the agent cannot be reached: nobody there')
})

test('an attempt that breaks the factory again and again is given up, and what breaks it is not hidden', async () => {
  const agent = scriptedAgent(() => 'pass')
  const judge: FactoryOptions['judge'] = async () => {
    throw new Error('out of memory, say')
  }
  const limits = { attempts: 1, microUsd: undefined, wallMs: 60_000, answerMs: 30_000 }
  for (let times = 1; times <= 10; times++)
    await expect(run(agent, { judge, limits })).rejects.toThrow('out of memory, say')
  const outcome = await run(agent, { judge, limits })
  expect(outcome).toMatchObject({ kind: 'exhausted', branch: null, spent: { attempts: 1 } })
  expect(outcome.attempts[0]).toMatchObject({
    status: 'inconclusive',
    reason: 'Whatever this attempt brings has ended the factory too often.',
  })
  expect(agent.requests).toHaveLength(1)
})

test('Ctrl-C cancels the agent and decides nothing; the run goes on later', async () => {
  const stopping = new AbortController()
  let cancelled = false
  const slow: HookAgent = {
    about: { name: 'slow', version: '1', modelFamily: null, reply: ['files'] },
    change: (_, { signal, progress: say }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          cancelled = true
          resolve({ status: 'cancelled' })
        })
        say('thinking')
      }),
  }
  const progress = { ...SILENT, begin: () => ({ said: () => stopping.abort(), end() {} }) }
  await expect(run(slow, { signal: stopping.signal, progress })).rejects.toBeInstanceOf(Interrupted)
  expect(cancelled).toBe(true)
  expect(await run(scriptedAgent(() => 'pass'))).toMatchObject({ kind: 'released', attempt: 1, spent: { attempts: 1 } })
})

test('a run that another process holds is left alone', async () => {
  let inner: Promise<unknown> = Promise.resolve()
  const agent: HookAgent = {
    ...scriptedAgent(() => 'pass'),
    change: async (request) => {
      inner = run(scriptedAgent(() => 'pass')).catch((error: unknown) => error)
      await inner
      return scriptedAgent(() => 'pass').change?.(request, {
        signal: new AbortController().signal,
        progress() {},
      }) as never
    },
  }
  expect((await run(agent)).kind).toBe('released')
  expect(String(await inner)).toMatch(/is under way in another process\. Wait for it/)
})

test('what a run leaves behind is whole: a journal, the requests, the verdicts', async () => {
  await run(scriptedAgent(({ attempt }) => (attempt === 1 ? 'fail' : 'pass')))
  const [name = ''] = readdirSync(join(project.folder, '.backlot/factory')).filter((one) => one.startsWith('pay-once'))
  const files = readdirSync(join(project.folder, '.backlot/factory', name), { recursive: true, encoding: 'utf8' })
  expect(files.filter((file) => !file.includes('sqlite')).sort()).toEqual([
    'attempt-1',
    'attempt-1/answer.json',
    'attempt-1/candidate.patch',
    'attempt-1/feedback.json',
    'attempt-1/request.json',
    'attempt-1/verdict.json',
    'attempt-2',
    'attempt-2/answer.json',
    'attempt-2/candidate.patch',
    'attempt-2/feedback.json',
    'attempt-2/request.json',
    'attempt-2/verdict.json',
    'journal.jsonl',
  ])
  const kinds = readFileSync(join(project.folder, '.backlot/factory', name, 'journal.jsonl'), 'utf8')
  expect([...kinds.matchAll(/"kind":"(\w+)"/g)].map(([, kind]) => kind)).toEqual([
    'opened',
    ...['dispatched', 'answered', 'finished'],
    ...['dispatched', 'answered', 'finished'],
    ...['releasing', 'ended'],
  ])
})
