import { type Context, Hono } from 'hono'
import type { z } from 'zod'
import { printable } from '../gate/intake.ts'
import type { HookAgent, Work } from './agent.ts'
import type { Question } from './answer.ts'
import type { Real } from './client.ts'
import {
  type Agent,
  type AgentDocument,
  type CancelRequest,
  cancelRequestSchema,
  changeRequestSchema,
  changeResultSchema,
  critiqueRequestSchema,
  critiqueResultSchema,
  judgeRequestSchema,
  judgeResultSchema,
  SPEC_VERSION,
  WIRE_LIMITS,
} from './contract.ts'
import { createDoor, Refused } from './door.ts'
import { problem } from './failure.ts'
import { explain } from './json.ts'
import { createTasks, type Found, type Task } from './tasks.ts'

export type HookServerOptions = {
  readonly real: Real
  /** A word nobody can guess; each task's place is one. */
  readonly newPlace: () => string
  /** Secrets that may have signed a request; the first signs answers. Two while they are changed, none for no signatures. */
  readonly secrets?: readonly string[]
  readonly bearer?: string
  /** How long a POST waits for the end of the work before it answers 202. */
  readonly waitMs?: number
  readonly retryAfterS?: number
  readonly bodyBytes?: number
  readonly runningMax?: number
  readonly keptMax?: number
  readonly keptMs?: number
  /** True: no new work is taken. */
  readonly paused?: () => boolean
}

/** What an agent is put behind: a Hono app for any server, and the word to stop all work. */
export type HookServer = { readonly app: Hono; close(): void }

const BODY_BYTES = 8_388_608

/** Puts an agent behind the HTTP contract: signatures, idempotency, 202 and Location, cancelling and problem documents. */
export function createHookServer(agent: HookAgent, options: HookServerOptions): HookServer {
  const { real, secrets = [], bearer, waitMs = 1000, retryAfterS = 1, bodyBytes = BODY_BYTES } = options
  const { send, refuse, unwelcome, read } = createDoor({ real, secrets, bearer, bodyBytes, retryAfterS })
  const tasks = createTasks(real, {
    newPlace: options.newPlace,
    runningMax: options.runningMax ?? 16,
    keptMax: options.keptMax ?? 500,
    keptMs: options.keptMs ?? 86_400_000,
  })
  const app = new Hono()

  const answer = (c: Context, { place, outcome }: Task): Response => {
    if (outcome === undefined)
      return send(c, 202, { state: 'running' }, { location: `/v1/tasks/${place}`, 'retry-after': `${retryAfterS}` })
    return 'problem' in outcome ? refuse(c, outcome.problem) : send(c, 200, outcome.result)
  }

  const take = async <Q extends Question, A extends object>(
    c: Context,
    asked: z.ZodType<Q>,
    answered: z.ZodType<object>,
    type: string,
    work: ((question: Q, work: Work) => Promise<A>) | undefined,
  ): Promise<Response> => {
    const { value, raw } = await read(c, asked)
    if (work === undefined) return refuse(c, problem('unsupported-reply', `this agent does no ${type.split('.')[0]}`))
    const { requestId, attempt, runToken } = value
    if (options.paused?.() === true) return refuse(c, problem('paused', 'the agent is paused', { requestId, attempt }))
    const found = tasks.open(type, value, raw, async (task) => {
      try {
        const said = await work(value, {
          signal: task.stop.signal,
          progress: (text) => {
            task.progress = printable(text)
          },
        })
        const envelope = { specVersion: SPEC_VERSION, type, requestId, attempt, runToken }
        const result = { ...envelope, agent: identity(agent), ...capNotes(said) }
        const parsed = answered.safeParse(result)
        return parsed.success
          ? { result }
          : { problem: problem('agent-error', `the agent's answer: ${explain(parsed.error)}`, { requestId, attempt }) }
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        return { problem: problem('agent-error', why, { requestId, attempt }) }
      }
    })
    if ('refused' in found) return refuse(c, found.refused)
    await withinMs(real, waitMs, found.task.settled)
    return answer(c, found.task)
  }

  app.onError((error, c) => {
    if (error instanceof Refused) return refuse(c, error.told)
    const why = error instanceof Error ? error.message : 'unknown'
    return refuse(c, problem('agent-error', why))
  })
  app.notFound((c) => refuse(c, problem('unknown-change', `nothing lives at ${printable(c.req.path, 200)}`)))
  app.get('/v1/agent', (c) => {
    const wrong = unwelcome(c, Buffer.alloc(0))
    return wrong === undefined ? send(c, 200, documentOf(agent, options, bodyBytes)) : refuse(c, wrong)
  })
  app.post('/v1/changes', (c) =>
    take(c, changeRequestSchema, changeResultSchema, 'change.result', agent.change?.bind(agent)),
  )
  app.post('/v1/critiques', (c) =>
    take(c, critiqueRequestSchema, critiqueResultSchema, 'critique.result', agent.critique?.bind(agent)),
  )
  app.post('/v1/judgements', (c) =>
    take(c, judgeRequestSchema, judgeResultSchema, 'judge.result', agent.judge?.bind(agent)),
  )
  app.get('/v1/tasks/:place', (c) => {
    const wrong = unwelcome(c, Buffer.alloc(0))
    if (wrong !== undefined) return refuse(c, wrong)
    const found = tasks.at(c.req.param('place'))
    if ('refused' in found) return refuse(c, found.refused)
    const { outcome, progress } = found.task
    if (outcome === undefined) return send(c, 200, { state: 'running', progress }, { 'retry-after': `${retryAfterS}` })
    return send(c, 200, 'problem' in outcome ? { state: 'failed', ...outcome } : { state: 'done', ...outcome })
  })
  app.post('/v1/tasks/:place/cancel', async (c) => {
    const { value } = await read<CancelRequest>(c, cancelRequestSchema)
    const found: Found = tasks.at(c.req.param('place'))
    if ('refused' in found) return refuse(c, found.refused)
    const { requestId, attempt } = found.task.question
    if (value.requestId !== requestId || value.attempt !== attempt)
      return refuse(c, problem('unknown-change', 'expected the requestId and attempt of this task, got others'))
    tasks.cancel(found.task, 'cancelled')
    return send(c, 202, { state: 'cancelled' })
  })
  return { app, close: () => tasks.close() }
}

const identity = ({ about: { name, version, modelFamily } }: HookAgent): Agent => ({
  name,
  version,
  ...(modelFamily === null ? {} : { modelFamily }),
})

/** Notes that are too long are cut: they decide nothing, so a result is not lost over them. */
function capNotes<A extends object>(said: A): A {
  if (!('notes' in said) || typeof said.notes !== 'string') return said
  return { ...said, notes: said.notes.slice(0, WIRE_LIMITS.noteChars) }
}

const documentOf = (agent: HookAgent, options: HookServerOptions, maxBytes: number): AgentDocument => ({
  specVersion: SPEC_VERSION,
  ...agent.about,
  does: (['change', 'critique', 'judge'] as const).filter((what) => agent[what] !== undefined),
  maxBytes,
  auth: [
    ...(options.bearer === undefined ? [] : (['bearer'] as const)),
    ...((options.secrets ?? []).length === 0 ? [] : (['signature'] as const)),
    ...(options.bearer === undefined && (options.secrets ?? []).length === 0 ? (['none'] as const) : []),
  ],
  pollMinMs: (options.retryAfterS ?? 1) * 1000,
})

async function withinMs(real: Real, ms: number, settled: Promise<void>): Promise<void> {
  const over = new AbortController()
  const waited = real.sleep(ms, over.signal).catch(() => undefined)
  await Promise.race([settled, waited])
  over.abort()
}
