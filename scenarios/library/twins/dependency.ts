import { z } from 'zod'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { smallTwin } from './small-twin.ts'

/** Any service that is asked something over HTTP. */
export const dependency: TwinDefinition<unknown> = smallTwin<Record<string, never>>({
  name: 'dependency',
  state: z.strictObject({}) as unknown as z.ZodType<Record<string, never>>,
  events: [],
  operations: {
    call: { route: 'GET /answers/:question', answer: ({ params }) => [200, { answer: params.question ?? '' }] },
  },
})
