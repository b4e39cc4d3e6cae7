import { z } from 'zod'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { smallTwin } from './small-twin.ts'

type State = { members: string[] }

/** A service that people have access to: who has it, and who loses it. */
export const accounts: TwinDefinition<unknown> = smallTwin<State>({
  name: 'accounts',
  state: z.strictObject({ members: z.array(z.string()).default([]) }) as unknown as z.ZodType<State>,
  events: ['removed'],
  operations: {
    add: {
      route: 'PUT /members/:member',
      answer({ params: { member = '' } }, { state }) {
        if (!state.members.includes(member)) state.members.push(member)
        return [200, { member }]
      },
    },
    list: { route: 'GET /members', answer: (_, { state }) => [200, { members: state.members }] },
    remove: {
      route: 'DELETE /members/:member',
      answer({ params: { member = '' } }, { state, tell }) {
        state.members = state.members.filter((one) => one !== member)
        tell('removed', { member })
        return [200, {}]
      },
    },
  },
})
