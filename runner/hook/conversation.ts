import type { z } from 'zod'
import { printable } from '../gate/intake.ts'
import { checkEcho, locationOf, type Question, readBody, retryAfterMs } from './answer.ts'
import type { CallOptions, Real } from './client.ts'
import { type CancelRequest, SPEC_VERSION, taskStateSchema } from './contract.ts'
import { type Answered, EXCHANGE_LIMITS, type ExchangeLimits } from './exchange.ts'
import { codeOf, HookFailure } from './failure.ts'
import type { Wire } from './wire.ts'

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

/** What every part of a conversation needs. */
export type Line = { readonly wire: Wire; readonly base: URL; readonly limits: HookLimits; readonly real: Real }

/** A question, how its answer looks, and what else must hold of it. */
export type Asking<R> = {
  readonly path: string
  readonly question: Question & { readonly budget: { readonly deadline: string; readonly timeoutMs: number } }
  readonly schema: z.ZodType<R & Omit<Question, 'type'>>
  readonly check: (result: R, where: string) => void
}

/** Asks, and looks at the task until it has ended. */
export async function follow<R>(
  line: Line,
  asking: Asking<R>,
  task: { location?: URL },
  signal: AbortSignal,
  deadlineMs: number,
  options: CallOptions,
): Promise<R> {
  const { wire, base, limits, real } = line
  const { question, schema } = asking
  const url = new URL(asking.path, base)
  const where = `POST ${url.pathname}`
  const key = keyOf(asking.path, question)
  const first = await tries(line, signal, deadlineMs, () => wire.post(url, key, question, signal))
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
    await real.sleep(paused(line, askedMs ?? waitMs), signal)
    const answered = await tries(line, signal, deadlineMs, () => wire.get(location, `${key}_${poll}`, signal))
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
const paused = ({ limits, real }: Line, ms: number): number => Math.max(limits.pollMinMs, ms) * (1 + real.random() / 10)

/** Asks again what may be asked again: as often as is allowed, and not past the deadline. */
export async function tries(
  line: Line,
  signal: AbortSignal,
  deadlineMs: number,
  once: () => Promise<Answered>,
): Promise<Answered> {
  const { limits, real } = line
  for (let tried = 1; ; tried += 1) {
    try {
      return await once()
    } catch (error) {
      if (!(error instanceof HookFailure) || !error.retryable || signal.aborted) throw error
      if (tried >= limits.triesMax)
        throw new HookFailure(error.code, `${error.message}. Tried ${tried} times.`, { retryable: true })
      const waitMs = paused(line, error.waitMs ?? limits.backoffMs * 2 ** (tried - 1))
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
export async function cancel({ wire, limits }: Line, location: URL, question: Question, reason: string): Promise<void> {
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

/** One name for a question, however often it is sent. No dots: it is the webhook-id too. */
const keyOf = (path: string, { requestId, attempt }: Question): string =>
  `${path.replace('v1/', '')}_${requestId}_${attempt}`
