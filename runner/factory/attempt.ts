import { existsSync, readFileSync, rmSync } from 'node:fs'
import { canonical } from '../../twins/trace.ts'
import { printable } from '../gate/intake.ts'
import type { Tree, Workspace } from '../gate/workspace.ts'
import type { HookOutcome } from '../hook/client.ts'
import type { ChangeRequest, ChangeResult, CritiqueResult, FeedbackItem, Usage } from '../hook/contract.ts'
import { printMicroUsd, readUsage } from '../hook/usage.ts'
import type { Project } from '../project.ts'
import { type GateVerdict, verdictSchema } from '../report/verdict.ts'
import { writeWhole } from '../store/artefact.ts'
import type { Brief } from './brief.ts'
import { writePatch } from './candidate.ts'
import type { Answered, Critiqued, Dispatched, Finished, Opened } from './events.ts'
import { feedbackOf, objectionItems } from './feedback.ts'
import type { Journal } from './journal.ts'
import type { Account, Ledger } from './ledger.ts'
import type { CandidateToJudge, FactoryOptions, JudgedCandidate } from './options.ts'
import type { RunFolder } from './run-folder.ts'

/** What one run of the factory knows. */
export type RunContext = {
  readonly options: FactoryOptions
  readonly opened: Opened
  readonly brief: Brief
  /** As it stands at the base: what decides. */
  readonly project: Project
  readonly workspace: Workspace
  readonly base: Tree
  readonly folder: RunFolder
  readonly journal: Journal
  readonly ledger: Ledger
  readonly account: Account
  /** Gates use the whole machine, so one is played at a time. */
  readonly oneAtATime: <T>(work: () => Promise<T>) => Promise<T>
}

/** The switch is set: whoever sees it goes no further, and the run can be gone on with. */
export class Stopped extends Error {}
/** Ctrl-C: nothing was decided. */
export class Interrupted extends Error {}

/** What the journal knows of an attempt. */
export type AttemptState = {
  readonly dispatched: Dispatched
  readonly answered: Answered | undefined
  readonly critiqued: Critiqued | undefined
  readonly finished: Finished | undefined
}

export function attemptStates({ events }: Journal): readonly AttemptState[] {
  return events.flatMap((dispatched): readonly AttemptState[] => {
    if (dispatched.kind !== 'dispatched') return []
    const find = <K extends 'answered' | 'critiqued' | 'finished'>(kind: K) =>
      events.find(
        (event): event is Extract<typeof event, { kind: K }> =>
          event.kind === kind && 'attempt' in event && event.attempt === dispatched.attempt,
      )
    return [{ dispatched, answered: find('answered'), critiqued: find('critiqued'), finished: find('finished') }]
  })
}

const stateOf = (journal: Journal, attempt: number): AttemptState => {
  const found = attemptStates(journal).find(({ dispatched }) => dispatched.attempt === attempt)
  if (found === undefined) throw new Error(`attempt ${attempt}: expected it to be dispatched.`)
  return found
}

/** Throws when somebody wants the factory to stop. Asked before every dispatch and every release. */
export async function mayGoOn({ options }: Pick<RunContext, 'options'>): Promise<void> {
  if (options.signal.aborted) throw new Interrupted()
  const why = await options.stop()
  if (why !== undefined) throw new Stopped(why)
}

/**
 * Brings a dispatched attempt to its end, from wherever the journal says it is. Asking twice is the same question with the same key,
 * so an agent that got it already answers with what it did.
 */
export async function runAttempt(context: RunContext, attempt: number): Promise<void> {
  const { journal, folder } = context
  const before = stateOf(journal, attempt)
  if (before.finished !== undefined) return
  const answered = before.answered ?? (await generate(context, attempt))
  if (answered.status !== 'completed')
    return finish(context, attempt, { status: 'fail', reason: `${answered.status}: ${answered.reason ?? 'no reason'}` })
  if (context.options.critic !== undefined) {
    const critiqued = before.critiqued ?? (await critique(context, attempt))
    if (!critiqued.accepted) return finish(context, attempt, { status: 'fail', reason: critiqued.reason })
  }
  const judged = await context.oneAtATime(() => judge(context, attempt))
  const { feedback } = folder.attempt(attempt)
  writeWhole(feedback, json(feedbackOf(judged.verdict, context.project.scenarios)))
  finish(context, attempt, { status: judged.verdict.status, reason: null }, judged)
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

function finish(
  { journal, options }: RunContext,
  attempt: number,
  end: Pick<Finished, 'status' | 'reason'>,
  judged?: JudgedCandidate,
): void {
  const failing = judged === undefined ? [] : failingOf(judged.verdict)
  const evidence = judged?.evidence ?? null
  journal.append({ kind: 'finished', atMs: options.now(), attempt, ...end, failing, evidence })
}

const failingOf = ({ checks }: GateVerdict): readonly string[] =>
  checks.filter(({ status }) => status !== 'pass').map(({ id }) => id)

/** Ends an attempt that has ended this process too often. */
export const giveUp = (context: RunContext, attempt: number): void =>
  finish(context, attempt, {
    status: 'inconclusive',
    reason: 'Whatever this attempt brings has ended the factory too often.',
  })

async function generate(context: RunContext, attempt: number): Promise<Answered> {
  const { options, folder, journal, ledger, account, opened } = context
  const files = folder.attempt(attempt)
  await mayGoOn(context)
  const request = requestInTime(context, attempt)
  const phase = options.progress.begin(attempt, 'generate')
  const outcome = await options.agent.client.change(request, {
    signal: options.signal,
    onProgress: (text) => phase.said(printable(text, 120)),
  })
  if (options.signal.aborted) {
    phase.end('interrupted')
    throw new Interrupted()
  }
  const agent = outcome.kind === 'result' ? outcome.result.agent : undefined
  const costMicroUsd = costOf(outcome.kind === 'result' ? outcome.result.usage : undefined)
  const landed = land(context, outcome, files.patch)
  writeWhole(files.answer, json(outcome))
  ledger.pay(account, opened.run, attempt, 'change', costMicroUsd)
  const event: Answered = {
    kind: 'answered',
    atMs: options.now(),
    attempt,
    ...landed,
    agent: agent === undefined ? options.agent.name : printable(`${agent.name} ${agent.version}`, 60),
    modelFamily: agent?.modelFamily === undefined ? null : printable(agent.modelFamily, 60),
    costMicroUsd,
  }
  journal.append(event)
  const money = costMicroUsd === null ? 'cost unreported' : `${printMicroUsd(costMicroUsd)} as reported`
  phase.end(`${event.status}${event.reason === null ? '' : `: ${event.reason}`}; ${money}`)
  return event
}

/** The request as it was written, unless its time ran out while the factory was down: then it is a new question, of the same attempt. */
function requestInTime({ options, folder }: RunContext, attempt: number): ChangeRequest {
  const { request: path } = folder.attempt(attempt)
  const request = JSON.parse(readFileSync(path, 'utf8')) as ChangeRequest
  if (Date.parse(request.budget.deadline) > options.now()) return request
  const [, name = request.requestId, times = '1'] = /^(.*?)(?:-again(\d+))?$/.exec(request.requestId) ?? []
  const again = {
    ...request,
    requestId: `${name}-again${Number(times) + 1}`,
    budget: { ...request.budget, deadline: new Date(options.now() + request.budget.timeoutMs).toISOString() },
  }
  writeRequest(path, again)
  return again
}

const costOf = (usage: Usage | undefined): number | null => {
  const { costMicroUsd } = readUsage(usage)
  return costMicroUsd === 'unreported' ? null : costMicroUsd
}

/** An outcome as the journal tells it; a change that can be used lies in `patch` afterwards, whole. */
function land(
  { options, workspace, base }: RunContext,
  outcome: HookOutcome<ChangeResult>,
  patch: string,
): Pick<Answered, 'status' | 'reason'> {
  if (outcome.kind === 'failed') return { status: outcome.code, reason: printable(outcome.message, 500) }
  const { result } = outcome
  if (result.status !== 'completed') {
    const said = printable(result.notes?.trim() ?? '', 200)
    return { status: result.status, reason: said === '' ? null : `the agent says "${said}"` }
  }
  const refusal = writePatch(result.change, patch, { git: workspace.git, base: base.id, remotes: options.remotes })
  return refusal === undefined ? { status: 'completed', reason: null } : { status: 'unusable', reason: refusal }
}

async function critique(context: RunContext, attempt: number): Promise<Critiqued> {
  const { options, folder, journal, ledger, account, opened } = context
  const { critic } = options
  if (critic === undefined) throw new Error('critique: expected a critic.')
  const files = folder.attempt(attempt)
  const asked = JSON.parse(readFileSync(files.request, 'utf8')) as ChangeRequest
  await mayGoOn(context)
  const phase = options.progress.begin(attempt, 'critique')
  const { specVersion, requestId, runToken, goal, base } = asked
  const outcome = await critic.client.critique(
    {
      specVersion,
      type: 'critique.requested',
      // Asked anew in each stretch: a critic changes nothing, so a second question does no harm.
      requestId: `${requestId}-critic-${journal.events.filter(({ kind }) => kind === 'resumed').length}`,
      attempt,
      runToken,
      goal,
      base,
      change: resultOf(files.answer).change,
      budget: { ...asked.budget, deadline: new Date(options.now() + options.limits.answerMs).toISOString() },
    },
    { signal: options.signal, onProgress: (text) => phase.said(printable(text, 120)) },
  )
  if (options.signal.aborted) {
    phase.end('interrupted')
    throw new Interrupted()
  }
  const said = readCritique(outcome)
  writeWhole(files.critique, json(outcome))
  writeWhole(files.feedback, json(said.feedback))
  const costMicroUsd = costOf(outcome.kind === 'result' ? outcome.result.usage : undefined)
  ledger.pay(account, opened.run, attempt, 'critique', costMicroUsd)
  const event: Critiqued = {
    kind: 'critiqued',
    atMs: options.now(),
    attempt,
    accepted: said.accepted,
    reason: said.reason,
    costMicroUsd,
  }
  journal.append(event)
  phase.end(said.reason ?? 'accepted')
  return event
}

/** A critic that gives no answer withholds too: silence is no consent. */
function readCritique(outcome: HookOutcome<CritiqueResult>): {
  readonly accepted: boolean
  readonly reason: string | null
  readonly feedback: readonly FeedbackItem[]
} {
  if (outcome.kind === 'failed')
    return { accepted: false, reason: `the critic gave no answer: ${printable(outcome.message, 300)}`, feedback: [] }
  const { verdict, objections } = outcome.result
  if (verdict === 'accept') return { accepted: true, reason: null, feedback: [] }
  const [first] = objections
  const about = first === undefined ? 'without saying why' : printable(first.text, 200)
  return { accepted: false, reason: `the critic objects: ${about}`, feedback: objectionItems(objections) }
}

const resultOf = (answer: string): Extract<ChangeResult, { readonly status: 'completed' }> => {
  const outcome = JSON.parse(readFileSync(answer, 'utf8')) as HookOutcome<ChangeResult>
  if (outcome.kind !== 'result' || outcome.result.status !== 'completed')
    throw new Error(`${answer}: expected a change.`)
  return outcome.result
}

/** The verdict and its evidence. The verdict is written last: as long as it is not there, nothing of an earlier try counts. */
async function judge(context: RunContext, attempt: number): Promise<JudgedCandidate> {
  const { options, folder } = context
  const files = folder.attempt(attempt)
  const kept = readJudged(files.verdict)
  if (kept !== undefined) return kept
  if (options.signal.aborted) throw new Interrupted()
  rmSync(files.evidence, { recursive: true, force: true })
  const phase = options.progress.begin(attempt, 'gate')
  let judged: JudgedCandidate
  try {
    judged = await options.judge({ ...candidateOf(context, attempt), said: phase.said })
  } catch (error) {
    phase.end(options.signal.aborted ? 'interrupted' : 'broken off')
    // What is torn down under a gate breaks it; that says nothing of the candidate.
    throw options.signal.aborted ? new Interrupted() : error
  }
  if (options.signal.aborted) {
    phase.end('interrupted')
    throw new Interrupted()
  }
  writeWhole(files.verdict, json(judged))
  const { verdict } = judged
  const failing = failingOf(verdict)
  const shown = failing.slice(0, 5).join(', ')
  phase.end(`${verdict.status}${failing.length === 0 ? '' : `: ${shown}${failing.length > 5 ? ', ...' : ''}`}`)
  return judged
}

function candidateOf({ options, folder, opened, brief }: RunContext, attempt: number): Omit<CandidateToJudge, 'said'> {
  const files = folder.attempt(attempt)
  const { agent, usage } = resultOf(files.answer)
  return {
    patch: files.patch,
    base: opened.base,
    agent: {
      name: options.agent.called,
      version: printable(agent.version, 60),
      modelFamily: agent.modelFamily === undefined ? null : printable(agent.modelFamily, 60),
      registered: options.agent.known,
    },
    critic: options.critic === undefined ? undefined : 'accept',
    producer: {
      attempt,
      runToken: opened.token,
      usage: usage === undefined ? null : { ...usage },
      goal: { sha256: brief.sha256, origin: null },
    },
    evidence: files.evidence,
  }
}

function readJudged(path: string): JudgedCandidate | undefined {
  if (!existsSync(path)) return undefined
  const judged = JSON.parse(readFileSync(path, 'utf8')) as JudgedCandidate
  // Looked at, but handed on as it was written: its digest stands in the commit.
  verdictSchema.parse(judged.verdict)
  return judged
}

/** The verdict on a finished attempt, with its evidence; undefined when it ended before one. */
export const judgedAttempt = ({ folder }: Pick<RunContext, 'folder'>, attempt: number): JudgedCandidate | undefined =>
  readJudged(folder.attempt(attempt).verdict)

/** What the next attempt in a slot is told: what the slot's last attempt that taught something got wrong. */
export function feedbackFor({ journal, folder }: RunContext, slot: number): readonly FeedbackItem[] {
  const mine = attemptStates(journal).filter(({ dispatched }) => dispatched.slot === slot)
  for (const { dispatched } of mine.reverse()) {
    const { feedback } = folder.attempt(dispatched.attempt)
    const items = existsSync(feedback) ? (JSON.parse(readFileSync(feedback, 'utf8')) as readonly FeedbackItem[]) : []
    if (items.length > 0) return items
  }
  return []
}

/** The same text for the same request: what is asked again has to be the same question. */
export const writeRequest = (path: string, request: ChangeRequest): void =>
  writeWhole(path, `${canonical(JSON.parse(JSON.stringify(request)))}\n`)
