import { z } from 'zod'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { smallTwin } from './small-twin.ts'

type State = { sessions: string[]; opened: number }

/** A node that keeps who is there: sessions that are opened, and kept alive by a heartbeat. */
export const presence: TwinDefinition<unknown> = smallTwin<State>({
  name: 'presence',
  state: z.strictObject({
    sessions: z.array(z.string()).default([]),
    opened: z.int().default(0),
  }) as unknown as z.ZodType<State>,
  events: ['lost'],
  operations: {
    connect: {
      route: 'POST /sessions',
      answer(_, { state }) {
        const id = `s${++state.opened}`
        state.sessions.push(id)
        return [201, { id }]
      },
    },
    heartbeat: {
      route: 'PUT /sessions/:id',
      answer: ({ params: { id = '' } }, { state }) =>
        state.sessions.includes(id) ? [200, { id }] : [410, { error: 'gone' }],
    },
  },
  happenings: {
    /** The node is replaced by one that knows nobody. */
    lost(_, { state, tell }) {
      tell('lost', { sessions: state.sessions.length })
      state.sessions = []
    },
  },
})
