import { z } from 'zod'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { smallTwin } from './small-twin.ts'

type State = { version: number; entries: Record<string, string | null>[] }
const entries = z.array(z.record(z.string(), z.string().nullable()))

/** A feed of configuration: one current version, a list of entries. */
export const config: TwinDefinition<unknown> = smallTwin<State>({
  name: 'config',
  state: z.strictObject({ version: z.int().default(1), entries: entries.default([]) }) as unknown as z.ZodType<State>,
  events: ['published'],
  operations: {
    get: { route: 'GET /current', answer: (_, { state }) => [200, { version: state.version, entries: state.entries }] },
  },
  happenings: {
    published(fields, { state, tell }) {
      state.version += 1
      state.entries = entries.parse(fields.entries)
      tell('published', { version: state.version })
    },
  },
})
