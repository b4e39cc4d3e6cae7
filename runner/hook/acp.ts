import { Readable, Writable } from 'node:stream'
import {
  client,
  methods,
  ndJsonStream,
  PROTOCOL_VERSION,
  type RequestPermissionRequest,
  type StopReason,
} from '@agentclientprotocol/sdk'
import { printable } from '../gate/intake.ts'
import type { ChangeAnswer, HookAgent, Work } from './agent.ts'
import { briefOf } from './brief.ts'
import { type CommandOptions, changeAnswer, patchChange, programEnv } from './command.ts'
import type { ChangeRequest } from './contract.ts'
import { type Program, startProgram } from './program.ts'
import { openWorkshop, type Workshop } from './workshop.ts'

export type AcpOptions = Omit<CommandOptions, 'change' | 'critique' | 'judge'> & {
  readonly argv: readonly string[]
  /** What a question for permission gets; the box is what really limits the agent. */
  readonly permissions: 'allow' | 'reject'
}

const MESSAGE_BYTES = 4_194_304

/**
 * An agent that speaks the Agent Client Protocol on its standard input and output. One process, session and prompt for each attempt,
 * in a throw-away copy of the base; what counts is the difference on disk, as with any command.
 * Source: https://agentclientprotocol.com/protocol/v1/overview (2026-11-22).
 */
export function acpAgent(options: AcpOptions): HookAgent {
  return {
    about: { name: options.name, version: options.version, modelFamily: options.modelFamily, reply: ['patch'] },
    async change(request, work) {
      const workshop = openWorkshop(options.repository, request.base.commit, { packages: options.packages })
      try {
        return await attempt(options, workshop, request, work)
      } finally {
        workshop.close()
      }
    },
  }
}

async function attempt(
  options: AcpOptions,
  workshop: Workshop,
  request: ChangeRequest,
  work: Work,
): Promise<ChangeAnswer> {
  const startedMs = options.real.now()
  const env = programEnv(options, workshop, briefOf(request), request)
  const program = startProgram({
    argv: options.box(options.argv, env, workshop.place),
    cwd: workshop.folder,
    env,
    wallMs: Math.min(options.wallMs, request.budget.timeoutMs),
    outputBytes: options.outputBytes,
    signal: work.signal,
    real: options.real,
    talks: true,
  })
  const ended = program.ended
  const talk = converse(options, program, workshop, request, work).then(
    (reason) => ({ reason }),
    (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
  )
  const first = await Promise.race([talk, ended.then((how) => ({ how }))])
  const usage = (): { wallMs: number } => ({ wallMs: Math.round(options.real.now() - startedMs) })
  if ('how' in first && first.how.kind !== 'exited')
    return changeAnswer(first.how, usage(), workshop, request.base.commit)
  // The prompt is over, one way or the other: the process goes before its files are looked at.
  program.stop()
  const how = await ended
  const said = 'how' in first ? await talk : first
  if (how.kind === 'stopped' && how.why !== 'cancelled')
    return changeAnswer(how, usage(), workshop, request.base.commit)
  if (work.signal.aborted) return { status: 'cancelled', usage: usage() }
  if ('error' in said)
    return { status: 'failed', usage: usage(), notes: printable(`the conversation broke off: ${said.error}`, 2000) }
  return answerOf(said.reason, workshop, request.base.commit, usage())
}

/** Initialise, open a session in the copy, prompt once; resolves with why the agent stopped. */
async function converse(
  options: AcpOptions,
  program: Program,
  workshop: Workshop,
  request: ChangeRequest,
  work: Work,
): Promise<StopReason> {
  const stream = ndJsonStream(
    Writable.toWeb(program.stdin) as WritableStream<Uint8Array>,
    Readable.toWeb(program.stdout) as unknown as ReadableStream<Uint8Array>,
    { maxMessageBytes: MESSAGE_BYTES },
  )
  const app = client({ name: 'backlot' })
    .onRequest(methods.client.session.requestPermission, ({ params }) => ({
      outcome: outcomeOf(params, options.permissions),
    }))
    .onNotification(methods.client.session.update, ({ params: { update } }) => {
      if (update.sessionUpdate === 'tool_call') work.progress(update.title)
      else if (update.sessionUpdate === 'agent_message_chunk' && update.content.type === 'text')
        work.progress(update.content.text)
    })
  return app.connectWith(stream, async (agent) => {
    await agent.request(methods.agent.initialize, {
      protocolVersion: PROTOCOL_VERSION,
      // No files and no terminals of ours: the agent works in its own box.
      clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
    })
    const { sessionId } = await agent.request(methods.agent.session.new, { cwd: workshop.folder, mcpServers: [] })
    const { stopReason } = await agent.request(methods.agent.session.prompt, {
      sessionId,
      prompt: [{ type: 'text', text: briefOf(request) }],
    })
    return stopReason
  })
}

/** One allowed option, never one for always; else one that rejects; else none. */
function outcomeOf(
  { options }: RequestPermissionRequest,
  permissions: 'allow' | 'reject',
): { outcome: 'selected'; optionId: string } | { outcome: 'cancelled' } {
  const wanted = options.find(({ kind }) => kind === (permissions === 'allow' ? 'allow_once' : 'reject_once'))
  return wanted === undefined ? { outcome: 'cancelled' } : { outcome: 'selected', optionId: wanted.optionId }
}

function answerOf(reason: StopReason, workshop: Workshop, baseCommit: string, usage: { wallMs: number }): ChangeAnswer {
  switch (reason) {
    case 'end_turn': {
      const diff = workshop.diff()
      return diff === undefined
        ? { status: 'declined', usage, notes: 'changed nothing' }
        : { status: 'completed', usage, change: patchChange(diff, baseCommit) }
    }
    case 'refusal':
      return { status: 'declined', usage, notes: 'the agent refused' }
    case 'cancelled':
      return { status: 'cancelled', usage }
    case 'max_tokens':
    case 'max_turn_requests':
      return { status: 'failed', usage, notes: `the agent stopped early: ${reason}` }
    default:
      return reason satisfies never
  }
}
