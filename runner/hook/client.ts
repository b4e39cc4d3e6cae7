import { checkUrl } from './address.ts'
import { checkChange, readBody } from './answer.ts'
import {
  type AgentDocument,
  agentDocumentSchema,
  type ChangeRequest,
  type ChangeResult,
  type CritiqueRequest,
  type CritiqueResult,
  changeResultSchema,
  critiqueResultSchema,
  type JudgeRequest,
  type JudgeResult,
  judgeResultSchema,
} from './contract.ts'
import { type Asking, cancel, follow, HOOK_LIMITS, type HookLimits, type Line, tries } from './conversation.ts'
import { createHttpExchange, type Exchange } from './exchange.ts'
import { HookFailure } from './failure.ts'
import { createFence, type Fence } from './fence.ts'
import { secretProblem } from './signature.ts'
import { createWire } from './wire.ts'

/** How an agent is reached. Secrets are values here; settings.ts reads them from the environment. */
export type HookConfig = {
  /** The base URL, to which `v1/changes` is added: https, or http on loopback. */
  readonly url: string
  /** `whsec_` + base64: signs every request, and answers that are signed must be signed by it. */
  readonly secret?: string | undefined
  /** Sent as `Authorization: Bearer`. */
  readonly bearer?: string | undefined
  /** Answers without a signature are refused too. */
  readonly signedAnswers?: boolean | undefined
  /** A name may stand for an address on a private network or on this machine. */
  readonly privateNetwork?: boolean | undefined
}

export type HookOutcome<R> =
  | { readonly kind: 'result'; readonly result: R }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly retryable: boolean }

export type CallOptions = {
  /** Aborted: the agent is told to cancel, and the outcome is `cancelled`. */
  readonly signal: AbortSignal
  /** What the agent says it is doing: untrusted, made printable. */
  readonly onProgress?: ((text: string) => void) | undefined
}

/**
 * One agent, asked over HTTP or in this process. Never throws for what an agent does: every ending is an outcome, in bounded time,
 * and a result belongs to the question that was asked. `status` of a change's result may still be `declined` or `failed`.
 * The same request again (after a crash of ours) fetches the same answer; a newer attempt supersedes an older one.
 */
export interface HookClient {
  describe(): Promise<HookOutcome<AgentDocument>>
  change(request: ChangeRequest, options: CallOptions): Promise<HookOutcome<ChangeResult>>
  critique(request: CritiqueRequest, options: CallOptions): Promise<HookOutcome<CritiqueResult>>
  judge(request: JudgeRequest, options: CallOptions): Promise<HookOutcome<JudgeResult>>
}

/** Real time and chance, handed in. `sleep` rejects when the signal aborts. */
export type Real = {
  now(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  random(): number
}

/** Throws `HookFailure` for a URL or secret that cannot be used; after that, failures are outcomes. */
export function createHookClient(
  config: HookConfig,
  real: Real,
  more: { readonly limits?: Partial<HookLimits>; readonly exchange?: Exchange } = {},
): HookClient {
  const base = checkUrl(config.url.endsWith('/') ? config.url : `${config.url}/`)
  const wrong = config.secret === undefined ? undefined : secretProblem(config.secret)
  if (wrong !== undefined) throw new HookFailure('bad-secret', `hook secret: ${wrong}`)
  if (config.signedAnswers === true && config.secret === undefined)
    throw new HookFailure('bad-secret', 'hook secret: expected one, since answers have to be signed, got none')
  const limits: HookLimits = { ...HOOK_LIMITS, ...more.limits }
  const exchange = more.exchange ?? createHttpExchange(real, { privateNetwork: config.privateNetwork ?? false })
  const line: Line = { wire: createWire(config, base, limits, exchange, real), base, limits, real }
  const fence = createFence()

  return {
    describe: () => describe(line),
    change: (question, options) =>
      ask(
        line,
        fence,
        {
          path: 'v1/changes',
          question,
          schema: changeResultSchema,
          check: (result, where) => checkChange(question, result, where),
        },
        options,
      ),
    critique: (question, options) =>
      ask(
        line,
        fence,
        { path: 'v1/critiques', question, schema: critiqueResultSchema, check: () => undefined },
        options,
      ),
    judge: (question, options) =>
      ask(
        line,
        fence,
        {
          path: 'v1/judgements',
          question,
          schema: judgeResultSchema,
          check: (result, where) => checkVotes(question, result, where),
        },
        options,
      ),
  }
}

async function describe(line: Line): Promise<HookOutcome<AgentDocument>> {
  const url = new URL('v1/agent', line.base)
  const { signal } = new AbortController()
  try {
    const deadlineMs = line.real.now() + line.limits.totalMs
    const answered = await tries(line, signal, deadlineMs, () => line.wire.get(url, 'agent', signal))
    return { kind: 'result', result: readBody(answered, agentDocumentSchema, `GET ${url.pathname}`) }
  } catch (error) {
    if (error instanceof HookFailure) return outcomeOf(error)
    throw error
  }
}

/** One question from the first word to the last: its time, its fence, its cancelling. */
async function ask<R>(line: Line, fence: Fence, asking: Asking<R>, options: CallOptions): Promise<HookOutcome<R>> {
  const { real } = line
  const { question } = asking
  const stop = new AbortController()
  const passed = fence.enter(asking.path, question, stop)
  if (passed !== undefined) return outcomeOf(passed)
  const deadlineMs = Math.min(real.now() + question.budget.timeoutMs, Date.parse(question.budget.deadline))
  const limitMs = Math.max(0, deadlineMs - real.now())
  const done = new AbortController()
  const timeUp = (): void =>
    stop.abort(new HookFailure('agent-timeout', `expected a result within ${Math.round(limitMs)} ms, got none`))
  if (limitMs === 0) timeUp()
  void real.sleep(limitMs, done.signal).then(timeUp, () => undefined)
  const cancelled = (): void => stop.abort(new HookFailure('cancelled', 'cancelled by the asker'))
  if (options.signal.aborted) cancelled()
  options.signal.addEventListener('abort', cancelled)
  const task: { location?: URL } = {}
  try {
    stop.signal.throwIfAborted()
    const result = await follow(line, asking, task, stop.signal, deadlineMs, options)
    // Whatever arrived after the stop is late: it is not handed on.
    stop.signal.throwIfAborted()
    return { kind: 'result', result }
  } catch (error) {
    if (task.location !== undefined) await cancel(line, task.location, question, reasonOf(stop.signal, error))
    if (stop.signal.reason instanceof HookFailure) return outcomeOf(stop.signal.reason)
    if (error instanceof HookFailure) return outcomeOf(error)
    throw error
  } finally {
    done.abort()
    options.signal.removeEventListener('abort', cancelled)
    fence.leave(asking.path, question, stop.signal.aborted)
  }
}

/** Throws unless as many votes were counted as were asked for, and a "satisfied" has most of them. */
function checkVotes(question: JudgeRequest, { votes, verdict }: JudgeResult, where: string): void {
  const all = votes.satisfied + votes.notSatisfied + votes.unsure
  if (all !== question.votes)
    throw new HookFailure('invalid-result', `${where}: expected ${question.votes} votes, got ${all}`)
  if (verdict === 'satisfied' && votes.satisfied * 2 <= all)
    throw new HookFailure('invalid-result', `${where}: expected most votes for "satisfied", got fewer`)
}

const outcomeOf = ({ code, message, retryable }: HookFailure): HookOutcome<never> => ({
  kind: 'failed',
  code,
  message,
  retryable,
})

const reasonOf = (signal: AbortSignal, error: unknown): string => {
  const cause: unknown = signal.aborted ? signal.reason : error
  return cause instanceof HookFailure ? cause.code : 'stopped'
}
