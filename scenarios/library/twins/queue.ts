import { z } from 'zod'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { smallTwin } from './small-twin.ts'

type Message = { id: string; body: string; visibleAtMs: number; deliveries: number }
type State = { messages: Message[]; sent: number }

/** A message that is not acknowledged is delivered again after so long. */
const VISIBILITY_MS = 5_000

const store = (state: State, body: string): Message => {
  const message: Message = { id: `m${++state.sent}`, body, visibleAtMs: 0, deliveries: 0 }
  state.messages.push(message)
  return message
}

/** A queue that delivers at least once. */
export const queue: TwinDefinition<unknown> = smallTwin<State>({
  name: 'queue',
  state: z.strictObject({
    messages: z
      .array(
        z.strictObject({
          id: z.string(),
          body: z.string(),
          visibleAtMs: z.int().default(0),
          deliveries: z.int().default(0),
        }),
      )
      .default([]),
    sent: z.int().default(0),
  }) as unknown as z.ZodType<State>,
  events: ['stored', 'delivered'],
  operations: {
    send: {
      route: 'POST /messages',
      answer({ body }, { state, tell }) {
        const { id } = store(state, String(body.body))
        tell('stored', { id })
        return [201, { id }]
      },
    },
    receive: {
      route: 'POST /receive',
      answer(_, { state, tell, world }) {
        const nowMs = world.clock.now()
        const message = state.messages.find(({ visibleAtMs }) => visibleAtMs <= nowMs)
        if (message === undefined) return [204, null]
        message.visibleAtMs = nowMs + VISIBILITY_MS
        message.deliveries += 1
        tell('delivered', { id: message.id, deliveries: message.deliveries })
        return [200, { id: message.id, body: message.body, deliveries: message.deliveries }]
      },
    },
    ack: {
      route: 'DELETE /messages/:id',
      answer({ params }, { state }) {
        state.messages = state.messages.filter(({ id }) => id !== params.id)
        return [200, {}]
      },
    },
  },
  happenings: {
    arrived: ({ body }, { state }) => void store(state, String(body)),
  },
})
