import type { z } from 'zod'
import { printable } from '../gate/intake.ts'
import { checkUrl } from './address.ts'
import { checkChange, checkEcho, locationOf, type Question, readBody, retryAfterMs } from './answer.ts'
import {
  type AgentDocument,
  agentDocumentSchema,
  type CancelRequest,
  type ChangeRequest,
  type ChangeResult,
  type CritiqueRequest,
  type CritiqueResult,
  changeResultSchema,
  critiqueResultSchema,
  type JudgeRequest,
  type JudgeResult,
  judgeResultSchema,
  SPEC_VERSION,
  taskStateSchema,
} from './contract.ts'
import { type Answered, createHttpExchange, EXCHANGE_LIMITS, type Exchange, type ExchangeLimits } from './exchange.ts'
import { codeOf, HookFailure } from './failure.ts'
import { createFence } from './fence.ts'
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

export type HookLimits = ExchangeLimits & {
  /** How often a question, or one look at its task, is tried when the connection breaks or the agent is busy. */
  readonly triesMax: number
  readonly backoffMs: number
  readonly pollMs: number
  readonly pollMinMs: number
  readonly pollMaxMs: number
  readonly cancelMs: number
}
export const HOOK_LIMITS: HookLimits = {
  ...EXCHANGE_LIMITS,
  triesMax: 5,
  backoffMs: 500,
  pollMs: 1000,
  pollMinMs: 100,
  pollMaxMs: 30_000,
  cancelMs: 5000,
}

type Asking<R> = {
  readonly path: string
  readonly question: Question & { readonly budget: { readonly deadline: string; readonly timeoutMs: number } }
  readonly schema: z.ZodType<R & Omit<Question, 'type'>>
  readonly check: (result: R, where: string) => void
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
  const wire = createWire(config, base, limits, exchange, real)
  const fence = createFence()

  async function ask<R>(asking: Asking<R>, options: CallOptions): Promise<HookOutcome<R>> {
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
      const result = await follow(asking, task, stop.signal, deadlineMs, options)
      // Whatever arrived after the stop is late: it is not handed on.
      stop.signal.throwIfAborted()
      return { kind: 'result', result }
    } catch (error) {
      if (task.location !== undefined) await cancel(task.location, question, reasonOf(stop.signal, error))
      if (stop.signal.reason instanceof HookFailure) return outcomeOf(stop.signal.reason)
      if (error instanceof HookFailure) return outcomeOf(error)
      throw error
    } finally {
      done.abort()
      options.signal.removeEventListener('abort', cancelled)
      fence.leave(asking.path, question, stop.signal.aborted)
    }
  }

  /** Asks, and looks at the task until it has ended. */
  async function follow<R>(
    asking: Asking<R>,
    task: { location?: URL },
    signal: AbortSignal,
    deadlineMs: number,
    options: CallOptions,
  ): Promise<R> {
    const { question, schema } = asking
    const url = new URL(asking.path, base)
    const where = `POST ${url.pathname}`
    const key = keyOf(asking.path, question)
    const first = await tries(signal, deadlineMs, () => wire.post(url, key, question, signal))
    const accept = (result: R & Omit<Question, 'type'>): R => {
      checkEcho(question, result, where)
      asking.check(result, where)
      return result
    }
    if (first.status === 200) return accept(readBody(first, schema, where))
    if (first.status !== 202) throw new HookFailure('bad-answer', `${where}: expected 200 or 202, got ${first.status}`)
    const location = locationOf(first, base, where)
    task.location = location
    const state = taskStateSchema(schema)
    let askedMs = retryAfterMs(first, real.now())
    let waitMs = limits.pollMs
    for (let poll = 1; ; poll += 1) {
      await real.sleep(paused(askedMs ?? waitMs), signal)
      const answered = await tries(signal, deadlineMs, () => wire.get(location, `${key}_${poll}`, signal))
      const at = `GET ${location.pathname}`
      const seen = readBody(answered, state, at)
      if (seen.state === 'done') {
        delete task.location
        return accept(seen.result)
      }
      if (seen.state === 'failed') {
        delete task.location
        const code = codeOf(seen.problem.type) ?? 'agent-error'
        throw new HookFailure(code, `${at}: the agent failed: ${printable(seen.problem.detail, 300)}`)
      }
      if (seen.progress !== undefined) options.onProgress?.(printable(seen.progress))
      askedMs = retryAfterMs(answered, real.now())
      waitMs = Math.min(waitMs * 2, limits.pollMaxMs)
    }
  }

  /** At least what was asked for and a little more, so that many do not come at once. */
  const paused = (ms: number): number => Math.max(limits.pollMinMs, ms) * (1 + real.random() / 10)

  async function tries(signal: AbortSignal, deadlineMs: number, once: () => Promise<Answered>): Promise<Answered> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await once()
      } catch (error) {
        if (!(error instanceof HookFailure) || !error.retryable || signal.aborted) throw error
        if (tried >= limits.triesMax)
          throw new HookFailure(error.code, `${error.message}. Tried ${tried} times.`, { retryable: true })
        const waitMs = paused(error.waitMs ?? limits.backoffMs * 2 ** (tried - 1))
        const leftMs = deadlineMs - real.now()
        if (waitMs > leftMs)
          throw new HookFailure(
            error.code,
            `${error.message}. It wants ${Math.ceil(waitMs)} ms more, ${Math.max(0, Math.floor(leftMs))} ms are left.`,
            { retryable: true },
          )
        await real.sleep(waitMs, signal)
      }
    }
  }

  /** Best effort, in little time: the agent's answer to it changes nothing. */
  async function cancel(location: URL, question: Question, reason: string): Promise<void> {
    const url = new URL(`${location.href.replace(/[?#].*$/, '').replace(/\/$/, '')}/cancel`)
    const body: CancelRequest = {
      specVersion: SPEC_VERSION,
      type: 'cancel.requested',
      requestId: question.requestId,
      attempt: question.attempt,
      reason,
    }
    const short = { ...limits, connectMs: limits.cancelMs, headersMs: limits.cancelMs, totalMs: limits.cancelMs }
    await wire
      .post(url, `cancel_${question.requestId}_${question.attempt}`, body, new AbortController().signal, short)
      .catch(() => undefined)
  }

  return {
    async describe() {
      const url = new URL('v1/agent', base)
      const signal = new AbortController().signal
      try {
        const answered = await tries(signal, real.now() + limits.totalMs, () => wire.get(url, 'agent', signal))
        return { kind: 'result', result: readBody(answered, agentDocumentSchema, `GET ${url.pathname}`) }
      } catch (error) {
        if (error instanceof HookFailure) return outcomeOf(error)
        throw error
      }
    },
    change: (question, options) =>
      ask(
        {
          path: 'v1/changes',
          question,
          schema: changeResultSchema,
          check: (result, where) => checkChange(question, result, where),
        },
        options,
      ),
    critique: (question, options) =>
      ask({ path: 'v1/critiques', question, schema: critiqueResultSchema, check: () => undefined }, options),
    judge: (question, options) =>
      ask(
        {
          path: 'v1/judgements',
          question,
          schema: judgeResultSchema,
          check: ({ votes, verdict }, where) => {
            const all = votes.satisfied + votes.notSatisfied + votes.unsure
            if (all !== question.votes)
              throw new HookFailure('invalid-result', `${where}: expected ${question.votes} votes, got ${all}`)
            if (verdict === 'satisfied' && votes.satisfied * 2 <= all)
              throw new HookFailure('invalid-result', `${where}: expected most votes for "satisfied", got fewer`)
          },
        },
        options,
      ),
  }
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

/** One name for a question, however often it is sent. No dots: it is the webhook-id too. */
const keyOf = (path: string, { requestId, attempt }: Question): string =>
  `${path.replace('v1/', '')}_${requestId}_${attempt}`
