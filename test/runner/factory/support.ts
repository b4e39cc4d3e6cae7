import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FactoryOptions, JudgeCandidate } from '../../../runner/factory/options.ts'
import type { FactoryProgress } from '../../../runner/factory/progress.ts'
import { stopSwitch } from '../../../runner/factory/stop.ts'
import { openWorkspace } from '../../../runner/gate/workspace.ts'
import type { ChangeAnswer, HookAgent } from '../../../runner/hook/agent.ts'
import type { ChangeRequest } from '../../../runner/hook/contract.ts'
import { createLocalHookClient } from '../../../runner/hook/local.ts'
import { newToken, REAL } from '../../../runner/hook/real.ts'
import { type GateVerdict, type ReportedCheck, type Status, VERDICT_SCHEMA } from '../../../runner/report/verdict.ts'
import { commit, copyProject } from '../../support/cli.ts'

export const BRIEF = `# Pay once

## Acceptance

- AC-1: When an order is placed, the card is charged once.
- AC-2: When the answer is lost, the card is charged once.
`

/** The tiny project under git, with a brief beside it. */
export function briefedProject(): ReturnType<typeof copyProject> & { readonly brief: string } {
  const project = copyProject()
  project.write('BRIEF.md', BRIEF)
  project.change('backlot/scenarios/pay.scenario.yaml', 'id: pay\n', 'id: pay\ncovers: [AC-1]\n')
  project.change(
    'backlot/scenarios/lost-answer.scenario.yaml',
    'id: lost-answer\n',
    'id: lost-answer\ncovers: [AC-2]\n',
  )
  commit(project.folder)
  return { ...project, brief: join(project.folder, 'BRIEF.md') }
}

/** A change that puts one file; its text says what the judge below is to think of it. */
export function note(text: string, request: ChangeRequest): ChangeAnswer {
  const content = `// ${text}\n`
  const sha256 = createHash('sha256').update(content).digest('hex')
  const file = { path: 'src/note.ts', op: 'put', mode: '100644', content, encoding: 'utf8', sha256 } as const
  return {
    status: 'completed',
    change: { kind: 'files', baseCommit: request.base.commit, files: [file] },
    usage: { costUsd: 0.25 },
  }
}

/** An agent whose answer to each request is what `answer` says: a text for `note`, or an answer as it is. */
export function scriptedAgent(answer: (request: ChangeRequest) => string | ChangeAnswer): HookAgent & {
  readonly requests: ChangeRequest[]
} {
  const requests: ChangeRequest[] = []
  return {
    requests,
    about: { name: 'scripted', version: '1', modelFamily: 'test', reply: ['files', 'patch'] },
    async change(request) {
      requests.push(request)
      const said = answer(request)
      return typeof said === 'string' ? note(said, request) : said
    },
  }
}

const check = (id: string, status: Status, message: string): ReportedCheck => ({
  id,
  kind: 'expectation',
  status,
  why: 'One order is charged once',
  reason: status === 'fail' ? null : message,
  findings:
    status === 'fail'
      ? [{ message, scenario: id, seed: '1', atVirtualMs: 5, replay: null, place: null, smallest: null }]
      : [],
})

/** A verdict as the gate would give it. */
export const verdictOn = (status: Status, tree: string, cost = '0.010000'): GateVerdict => ({
  schema: VERDICT_SCHEMA,
  status,
  project: 'tiny',
  base: { name: 'HEAD', tree: 'b', commit: null },
  candidate: { name: 'candidate.patch', tree, commit: null },
  checks: [
    status === 'pass'
      ? { ...check('pay', 'pass', ''), reason: null }
      : check('pay', status, 'pay: expected status 201, got 502'),
  ],
  runs: { scenarios: 2, total: 6, expected: 6, cached: 0, virtualMs: 1, wallMs: 1 },
  cost: { unit: 'USD', base: '0.010000', candidate: `${cost} USD` },
  figures: [],
  determinism: { tier: 'D3', certified: 1, of: 1, sandbox: 'off' },
  shard: null,
  policy: null,
  unproven: [],
  holdout: null,
  satisfaction: null,
  twins: [],
})

/** Thinks of a candidate what its text says: `pass`, `fail`, `pass 0.005`. */
export const judgeByNote =
  (project: string): JudgeCandidate =>
  async ({ patch, base }) => {
    const [, status = '', cost] = /^\+\/\/ (\S+)(?: (\S+))?/m.exec(readFileSync(patch, 'utf8')) ?? []
    // Only what may be released needs its true tree.
    if (status === 'fail') return { verdict: verdictOn(status, 'x', cost), evidence: null }
    const workspace = openWorkspace(project)
    try {
      const tree = workspace.candidate(patch, workspace.base(base), { maxBytes: 1e6, maxFiles: 100 })
      if ('rule' in tree) throw new Error(tree.message)
      return { verdict: verdictOn(status as Status, tree.id, cost), evidence: null }
    } finally {
      workspace.close()
    }
  }

export const SILENT: FactoryProgress = { note() {}, begin: () => ({ said() {}, end() {} }) }

/** Options for a run that no test cares about, with what this one does. */
export function optionsFor(
  project: { readonly folder: string; readonly brief: string },
  agent: HookAgent,
  more: Partial<FactoryOptions> = {},
): FactoryOptions {
  return {
    brief: project.brief,
    project: project.folder,
    base: undefined,
    agent: { name: 'scripted', called: 'scripted', client: createLocalHookClient(agent, REAL), known: true },
    critic: undefined,
    limits: { attempts: 3, microUsd: undefined, wallMs: 60_000, answerMs: 30_000 },
    parallel: 1,
    branch: undefined,
    fresh: false,
    judge: judgeByNote(project.folder),
    approved: () => false,
    remotes: [],
    stop: stopSwitch(project.folder, undefined, async () => ({ status: 500, text: '' })),
    progress: SILENT,
    now: () => Date.now(),
    token: newToken,
    signal: new AbortController().signal,
    ...more,
  }
}
