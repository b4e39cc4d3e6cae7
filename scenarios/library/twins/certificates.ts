import { z } from 'zod'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { smallTwin } from './small-twin.ts'

type State = { certificates: Record<string, { ends: string; used: boolean }> }

/** An authority that issued certificates; each that is in use ends on its day. */
export const certificates: TwinDefinition<unknown> = smallTwin<State>({
  name: 'certificates',
  state: z.strictObject({
    certificates: z
      .record(z.string(), z.strictObject({ ends: z.iso.datetime(), used: z.boolean().default(false) }))
      .default({}),
  }) as unknown as z.ZodType<State>,
  events: ['expired'],
  operations: {
    read: {
      route: 'GET /certificates/:id',
      answer({ params: { id = '' } }, { state, tell, world }) {
        const found = state.certificates[id]
        if (found === undefined) return [404, { error: 'no such certificate' }]
        const leftMs = Date.parse(found.ends) - world.clock.now()
        if (!found.used && leftMs > 0) world.clock.schedule(leftMs, () => tell('expired', { id }), `${id} expires`)
        found.used = true
        return [200, { id, ends: found.ends }]
      },
    },
  },
})
