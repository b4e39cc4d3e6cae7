import { z } from 'zod'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { smallTwin } from './small-twin.ts'

type State = { keys: Record<string, string> }

/** A cache: keys and values, nothing more. */
export const cache: TwinDefinition<unknown> = smallTwin<State>({
  name: 'cache',
  state: z.strictObject({ keys: z.record(z.string(), z.string()).default({}) }) as unknown as z.ZodType<State>,
  events: ['flushed'],
  operations: {
    get: {
      route: 'GET /keys/:key',
      answer({ params: { key = '' } }, { state }) {
        const value = state.keys[key]
        return value === undefined ? [404, { error: 'no such key' }] : [200, { key, value }]
      },
    },
    put: {
      route: 'PUT /keys/:key',
      answer({ params: { key = '' }, body }, { state }) {
        state.keys[key] = String(body.value)
        return [200, { key, value: String(body.value) }]
      },
    },
    delete: {
      route: 'DELETE /keys/:key',
      answer({ params: { key = '' } }, { state }) {
        delete state.keys[key]
        return [200, {}]
      },
    },
  },
  happenings: {
    /** The nodes are replaced by empty ones. */
    flushed(_, { state, tell }) {
      state.keys = {}
      tell('flushed', {})
    },
  },
})
