import { z } from 'zod'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { smallTwin } from './small-twin.ts'

type State = { members: string[] }

/** A lock service that keeps who belongs to a cluster. */
export const locks: TwinDefinition<unknown> = smallTwin<State>({
  name: 'locks',
  state: z.strictObject({ members: z.array(z.string()).default([]) }) as unknown as z.ZodType<State>,
  events: ['joined'],
  operations: {
    handshake: {
      route: 'PUT /members/:node',
      answer({ params: { node = '' } }, { state, tell }) {
        if (!state.members.includes(node)) {
          state.members.push(node)
          tell('joined', { node })
        }
        return [200, { node }]
      },
    },
  },
})
