import { createTwinApp, NotModelled, type TwinDefinition } from '../twin.ts'
import { FIDELITY } from './fidelity.ts'
import { GAPS } from './gaps.ts'
import { PRICES } from './prices.ts'
import { addChatRoutes } from './routes/chat.ts'
import { addConversationRoutes } from './routes/conversations.ts'
import { addEmbeddingRoutes } from './routes/embeddings.ts'
import { addStorageRoutes } from './routes/files.ts'
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
    'responses.cancel',
    'responses.compact',
    'responses.input_tokens',
    'conversations.create',
    'conversations.retrieve',
    'conversations.update',
    'conversations.delete',
    'conversations.items.list',
    'embeddings.create',
    'files.create',
    'files.list',
    'files.retrieve',
    'files.content',
    'files.delete',
    'vector_stores.create',
    'vector_stores.list',
    'vector_stores.retrieve',
    'vector_stores.delete',
    'vector_stores.search',
    'vector_stores.files.create',
    'vector_stores.files.list',
    'vector_stores.files.retrieve',
    'vector_stores.files.delete',
    'models.list',
    'models.retrieve',
  ],
  happenings: [],
  events: ['completion.created'],
  latencyMs: { min: 300, max: 1800 },
  fidelity: FIDELITY,
  create(world, seed) {
    const state: State = {
      completions: [],
      responses: [],
      files: [],
      vector_stores: [],
      conversations: [],
      used_turns: [],
      window: [],
    }
    const app = createTwinApp('openai')
    addChatRoutes(app, world, seed, state)
    addResponseRoutes(app, world, seed, state)
    addModelRoutes(app, world, seed)
    addStorageRoutes(app, world, seed, state)
    addConversationRoutes(app, world, seed, state)
    addEmbeddingRoutes(app, world, seed)
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
