import { z } from 'zod'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { smallTwin } from './small-twin.ts'

type State = { webhook: string; trades: number }

/** An exchange: it fills an order in any number of trades, and tells each. */
export const exchange: TwinDefinition<unknown> = smallTwin<State>({
  name: 'exchange',
  state: z.strictObject({ webhook: z.string().default(''), trades: z.int().default(0) }) as unknown as z.ZodType<State>,
  events: ['trade'],
  operations: { trades: { route: 'GET /trades', answer: (_, { state }) => [200, { trades: state.trades }] } },
  happenings: {
    filled({ order, trades }, { state, tell, world }) {
      for (let at = 0; at < Number(trades); at++) {
        const trade = `t${++state.trades}`
        tell('trade', { trade, order: String(order) })
        world.deliver(
          {
            twin: 'exchange',
            id: trade,
            fields: { trade },
            url: state.webhook,
            headers: [['Content-Type', 'application/json']],
            body: JSON.stringify({ trade, order }),
            timeoutMs: 60_000,
          },
          () => undefined,
        )
      }
    },
  },
})
