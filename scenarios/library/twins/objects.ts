import { z } from 'zod'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { smallTwin } from './small-twin.ts'

type State = { objects: Record<string, { owner: string; content: string }> }

/** An object store: whoever writes to a key owns what is there. */
export const objects: TwinDefinition<unknown> = smallTwin<State>({
  name: 'objects',
  state: z.strictObject({
    objects: z.record(z.string(), z.strictObject({ owner: z.string(), content: z.string() })).default({}),
  }) as unknown as z.ZodType<State>,
  events: ['stored', 'overwritten'],
  operations: {
    put: {
      route: 'PUT /objects',
      answer({ body }, { state, tell }) {
        const key = String(body.key)
        const owner = String(body.owner)
        const before = state.objects[key]
        state.objects[key] = { owner, content: String(body.content) }
        tell('stored', { object: key, owner })
        if (before !== undefined && before.owner !== owner)
          tell('overwritten', { object: key, owner, before: before.owner })
        return [200, {}]
      },
    },
    get: {
      route: 'GET /objects/:key',
      answer({ params: { key = '' } }, { state }) {
        const found = state.objects[key]
        return found === undefined ? [404, { error: 'no such object' }] : [200, found]
      },
    },
  },
})
