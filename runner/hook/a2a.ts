import { type Message, Role, type Task, TaskState } from '@a2a-js/sdk'
import { type Client, ClientFactory, DefaultAgentCardResolver, JsonRpcTransportFactory } from '@a2a-js/sdk/client'
import { printable } from '../gate/intake.ts'
import { checkUrl } from './address.ts'
import type { ChangeAnswer, HookAgent, Work } from './agent.ts'
import type { Real } from './client.ts'
import { patchChange } from './command.ts'
import { type ChangeRequest, type Usage, usageSchema } from './contract.ts'
import { createHttpExchange, EXCHANGE_LIMITS, type Exchange, type ExchangeLimits } from './exchange.ts'
import { HookFailure } from './failure.ts'

export type A2aOptions = {
  /** Where the agent's card lives: `/.well-known/agent-card.json` is added. */
  readonly url: string
  readonly bearer?: string | undefined
  readonly privateNetwork?: boolean | undefined
  readonly pollMs?: number
  readonly limits?: ExchangeLimits
  readonly real: Real
}

const DIFF_TYPES = ['text/x-diff', 'text/x-patch']

/**
 * An agent that speaks A2A 1.0 over JSON-RPC. The request goes as one data part; the change comes back as exactly one artifact part of
 * type text/x-diff, what it cost as `usage` in that artifact's metadata. Push notifications are not used: the task is looked at.
 * Source: https://a2a-protocol.org/v1.0.0/specification/ (2026-11-22).
 */
export function a2aAgent(options: A2aOptions): HookAgent {
  const { real, pollMs = 1000, limits = EXCHANGE_LIMITS } = options
  const base = checkUrl(options.url)
  const exchange = createHttpExchange(real, { privateNetwork: options.privateNetwork ?? false })
  return {
    about: { name: 'a2a', version: '1.0', modelFamily: null, reply: ['patch'] },
    async change(request, work) {
      const fetchImpl = fetchOver(exchange, limits, base, options.bearer, work.signal)
      const client = await new ClientFactory({
        transports: [new JsonRpcTransportFactory({ fetchImpl })],
        cardResolver: new DefaultAgentCardResolver({ fetchImpl }),
      }).createFromUrl(base.href)
      const { agentCard, task } = await begin(client, request)
      const ended = 'parts' in task ? task : await follow(client, task, real, pollMs, work)
      const agent = { name: printable(agentCard.name, 120) || 'a2a', version: printable(agentCard.version, 120) }
      return { agent, ...answerOf(ended, request.base.commit) }
    },
  }
}

async function begin(client: Client, request: ChangeRequest) {
  const agentCard = await client.getAgentCard()
  const task = await client.sendMessage({
    tenant: '',
    metadata: undefined,
    configuration: {
      acceptedOutputModes: DIFF_TYPES,
      taskPushNotificationConfig: undefined,
      returnImmediately: true,
    },
    message: {
      messageId: `${request.requestId}-${request.attempt}`,
      contextId: '',
      taskId: '',
      role: Role.ROLE_USER,
      parts: [
        {
          content: { $case: 'data', value: request },
          metadata: undefined,
          filename: '',
          mediaType: 'application/json',
        },
      ],
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
    },
  })
  return { agentCard, task }
}

const RUNNING: readonly TaskState[] = [TaskState.TASK_STATE_SUBMITTED, TaskState.TASK_STATE_WORKING]

/** Looks at the task until it has ended; told to stop, it cancels the task too. */
async function follow(client: Client, started: Task, real: Real, pollMs: number, work: Work): Promise<Task> {
  let task = started
  try {
    while (RUNNING.includes(task.status?.state ?? TaskState.TASK_STATE_UNSPECIFIED)) {
      await real.sleep(pollMs, work.signal)
      task = await client.getTask({ tenant: '', id: started.id })
      const said = textOf(task.status?.message)
      if (said !== '') work.progress(said)
    }
    return task
  } catch (error) {
    if (!work.signal.aborted) throw error
    await client.cancelTask({ tenant: '', id: started.id, metadata: undefined }).catch(() => undefined)
    throw error
  }
}

function answerOf(ended: Task | Message, baseCommit: string): ChangeAnswer {
  if ('parts' in ended) return { status: 'declined', notes: `expected a task, got a message: ${textOf(ended)}` }
  const notes = textOf(ended.status?.message)
  const state = ended.status?.state ?? TaskState.TASK_STATE_UNSPECIFIED
  switch (state) {
    case TaskState.TASK_STATE_COMPLETED:
      return completed(ended, notes, baseCommit)
    case TaskState.TASK_STATE_REJECTED:
      return { status: 'declined', notes }
    case TaskState.TASK_STATE_CANCELED:
      return { status: 'cancelled', notes }
    case TaskState.TASK_STATE_INPUT_REQUIRED:
    case TaskState.TASK_STATE_AUTH_REQUIRED:
      return { status: 'needs-input', notes }
    default:
      return { status: 'failed', notes: notes || `ended in state ${TaskState[state] ?? state}` }
  }
}

function completed(task: Task, notes: string, baseCommit: string): ChangeAnswer {
  const diffs = task.artifacts.flatMap(({ parts, metadata }) =>
    parts.filter(({ mediaType }) => DIFF_TYPES.includes(mediaType)).map((part) => ({ part, metadata })),
  )
  const [only] = diffs
  if (only === undefined || diffs.length > 1)
    return { status: 'failed', notes: `expected exactly one part of type ${DIFF_TYPES[0]}, got ${diffs.length}` }
  const { content } = only.part
  if (content?.$case !== 'text' && content?.$case !== 'raw')
    return { status: 'failed', notes: `expected a diff as text, got ${content?.$case ?? 'nothing'}` }
  const change = patchChange(Buffer.from(content.value), baseCommit)
  const usage = usageOf(only.metadata)
  return { status: 'completed', change, notes, ...(usage === undefined ? {} : { usage }) }
}

function usageOf(metadata: { readonly [key: string]: unknown } | undefined): Usage | undefined {
  const parsed = usageSchema.safeParse(metadata?.usage)
  return parsed.success ? parsed.data : undefined
}

const textOf = (message: Message | undefined): string =>
  printable(
    (message?.parts ?? []).flatMap(({ content }) => (content?.$case === 'text' ? [content.value] : [])).join(' '),
    2000,
  )

/** `fetch` for the SDK, with our limits: one origin, no redirects, bounded sizes and times. */
function fetchOver(
  exchange: Exchange,
  limits: ExchangeLimits,
  base: URL,
  bearer: string | undefined,
  signal: AbortSignal,
): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    if (url.origin !== base.origin)
      throw new HookFailure('foreign-location', `a2a: expected ${base.origin}, got ${printable(url.origin, 100)}`)
    if (request.method !== 'GET' && request.method !== 'POST')
      throw new HookFailure('bad-answer', `a2a: expected GET or POST, got ${printable(request.method, 20)}`)
    const headers = Object.fromEntries([...request.headers].filter(([name]) => name !== 'accept-encoding'))
    const body = request.method === 'GET' ? undefined : Buffer.from(await request.arrayBuffer())
    // A cancelled task is still told so: after the stop, a question of its own time.
    const until = signal.aborted ? new AbortController().signal : signal
    const answered = await exchange(
      {
        method: request.method,
        url,
        headers: { ...headers, ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }) },
        ...(body === undefined ? {} : { body }),
      },
      limits,
      until,
    )
    return new Response(answered.body.length === 0 ? null : new Uint8Array(answered.body), {
      status: answered.status,
      headers: { 'content-type': answered.header('content-type') ?? 'application/json' },
    })
  }
}
