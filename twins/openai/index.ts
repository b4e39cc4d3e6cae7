import { createTwinApp, NotModelled, type TwinDefinition } from '../twin.ts'
import { GAPS } from './gaps.ts'
import { PRICES } from './prices.ts'
import { addChatRoutes } from './routes/chat.ts'
import { addModelRoutes } from './routes/models.ts'
import { addResponseRoutes } from './routes/responses.ts'
import { type Seed, type State, seedSchema, stateSchema } from './state.ts'
import { failure } from './wire.ts'

/** OpenAI's API for text: models, chat completions and responses, streamed or whole, with tokens counted and priced. */
export const openai: TwinDefinition<Seed> = {
  name: 'openai',
  origins: ['https://api.openai.com'],
  apiVersions: [], // The path says v1; models carry their own dates.
  seed: seedSchema,
  prices: PRICES,
  gaps: GAPS,
  operations: [
    'chat.completions.create',
    'responses.create',
    'responses.retrieve',
    'responses.delete',
    'responses.input_items',
    'models.list',
    'models.retrieve',
  ],
  happenings: [],
  events: ['completion.created'],
  latencyMs: { min: 300, max: 1800 },
  create(world, seed) {
    const state: State = { completions: [], responses: [], used_turns: [], window: [] }
    const app = createTwinApp('openai')
    addChatRoutes(app, world, seed, state)
    addResponseRoutes(app, world, seed, state)
    addModelRoutes(app, world, seed)
    return {
      operationOf: app.operationOf,
      fetch: app.fetch,
      failure,
      happen(event) {
        throw new NotModelled('openai', `the event ${event}`, 'Nothing happens at this twin by itself.')
      },
      snapshot: () => structuredClone(state) as never,
      restore: (json) => void Object.assign(state, stateSchema.parse(json)),
    }
  },
}
