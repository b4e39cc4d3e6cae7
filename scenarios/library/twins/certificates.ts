import { z } from 'zod'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { smallTwin } from './small-twin.ts'

type State = { certificates: Record<string, { ends: string; used: boolean }> }

/** An authority that issues certificates; each that is in use ends on its day. */
export const certificates: TwinDefinition<unknown> = smallTwin<State>({
  name: 'certificates',
  state: z.strictObject({
    certificates: z
      .record(z.string(), z.strictObject({ ends: z.iso.datetime(), used: z.boolean().default(false) }))
      .default({}),
  }) as unknown as z.ZodType<State>,
  events: ['expired', 'issued'],
  operations: {
    issue: {
      route: 'POST /certificates/:id',
      answer({ params: { id = '' }, body }, { state, tell }) {
        const ends = String(body.ends)
        const day = new Date(ends)
        // A calendar has no 29 February in most years, whatever a parser makes of it.
        if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== ends.slice(0, 10))
          return [400, { error: 'no such day' }]
        state.certificates[id] = { ends: day.toISOString(), used: false }
        tell('issued', { id, ends })
        return [201, { id, ends }]
      },
    },
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
