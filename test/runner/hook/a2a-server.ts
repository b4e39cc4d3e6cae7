import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type AgentCard, type Part, TaskState } from '@a2a-js/sdk'
import { AgentEvent, type AgentExecutor, DefaultRequestHandler, InMemoryTaskStore } from '@a2a-js/sdk/server'
import { agentCardHandler, jsonRpcHandler, UserBuilder } from '@a2a-js/sdk/server/express'
import express from 'express'
import { DIFF } from './support.ts'

/** How an A2A agent of the vendor's own SDK ends a task. */
export type Ending = {
  readonly state: TaskState
  readonly parts?: readonly { readonly mediaType: string; readonly text: string }[]
  readonly usage?: object
  readonly afterMs?: number
}

export const COMPLETED: Ending = {
  state: TaskState.TASK_STATE_COMPLETED,
  parts: [{ mediaType: 'text/x-diff', text: DIFF }],
  usage: { inputTokens: 7, costUsd: 0.25 },
  afterMs: 30,
}

const part = ({ mediaType, text }: { readonly mediaType: string; readonly text: string }): Part => ({
  content: { $case: 'text', value: text },
  metadata: undefined,
  filename: '',
  mediaType,
})

/** The request that the conformance suite cancels. */
const isSlow = (request: unknown): boolean =>
  request !== null && typeof request === 'object' && 'requestId' in request && /_2$/.test(String(request.requestId))

/** Starts one; `asked` collects the data parts it was sent, `cancelled` the tasks it was told to give up; `asks()` tells how often it was spoken to. */
export async function startA2a(
  ending: Ending,
): Promise<{ url: string; asked: unknown[]; cancelled: string[]; asks(): number; close(): Promise<void> }> {
  const asked: unknown[] = []
  const cancelled: string[] = []
  const executor: AgentExecutor = {
    async execute(context, bus) {
      const { taskId, contextId } = context
      const content = context.userMessage.parts[0]?.content
      asked.push(content?.$case === 'data' ? content.value : content)
      const status = (state: TaskState) => ({ state, message: undefined, timestamp: undefined })
      bus.publish(
        AgentEvent.task({
          id: taskId,
          contextId,
          status: status(TaskState.TASK_STATE_WORKING),
          artifacts: [],
          history: [],
          metadata: undefined,
        }),
      )
      const untilMs = performance.now() + (isSlow(asked.at(-1)) ? 200_000 : (ending.afterMs ?? 0))
      while (performance.now() < untilMs && !cancelled.includes(taskId))
        await new Promise((done) => setTimeout(done, 5))
      if (cancelled.includes(taskId)) return
      if (ending.parts !== undefined)
        bus.publish(
          AgentEvent.artifactUpdate({
            taskId,
            contextId,
            append: false,
            lastChunk: true,
            metadata: undefined,
            artifact: {
              artifactId: 'a1',
              name: 'change',
              description: '',
              parts: ending.parts.map(part),
              metadata: ending.usage === undefined ? undefined : { usage: ending.usage },
              extensions: [],
            },
          }),
        )
      bus.publish(AgentEvent.statusUpdate({ taskId, contextId, status: status(ending.state), metadata: undefined }))
      bus.finished()
    },
    async cancelTask(taskId, bus) {
      cancelled.push(taskId)
      const status = { state: TaskState.TASK_STATE_CANCELED, message: undefined, timestamp: undefined }
      bus.publish(AgentEvent.statusUpdate({ taskId, contextId: '', status, metadata: undefined }))
      bus.finished()
    },
  }
  const app = express()
  const server = createServer(app)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const card: AgentCard = {
    name: 'vendor agent',
    description: '',
    supportedInterfaces: [{ url: `${url}/rpc`, protocolBinding: 'JSONRPC', tenant: '', protocolVersion: '1.0' }],
    provider: undefined,
    version: '4.2',
    capabilities: { extensions: [] },
    securitySchemes: {},
    securityRequirements: [],
    defaultInputModes: ['application/json'],
    defaultOutputModes: ['text/x-diff'],
    skills: [],
    signatures: [],
  }
  const requestHandler = new DefaultRequestHandler(card, new InMemoryTaskStore(), executor)
  app.use('/.well-known/agent-card.json', agentCardHandler({ agentCardProvider: requestHandler }))
  let asks = 0
  app.use('/rpc', (_request, _response, next) => {
    asks += 1
    next()
  })
  app.use('/rpc', jsonRpcHandler({ requestHandler, userBuilder: UserBuilder.noAuthentication }))
  return {
    url,
    asked,
    cancelled,
    asks: () => asks,
    close: () => {
      server.closeAllConnections()
      return new Promise((done) => server.close(() => done()))
    },
  }
}
