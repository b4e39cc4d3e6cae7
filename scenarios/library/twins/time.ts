import { z } from 'zod'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { smallTwin } from './small-twin.ts'

type State = { offsetMs: number }

/** A time server. Its time can step back. */
export const time: TwinDefinition<unknown> = smallTwin<State>({
  name: 'time',
  state: z.strictObject({ offsetMs: z.int().default(0) }) as unknown as z.ZodType<State>,
  events: ['stepped'],
  operations: {
    now: { route: 'GET /now', answer: (_, { state, world }) => [200, { ms: world.clock.now() + state.offsetMs }] },
  },
  happenings: {
    stepped({ byMs }, { state, tell }) {
      state.offsetMs += Number(byMs)
      tell('stepped', { byMs: Number(byMs) })
    },
  },
})
