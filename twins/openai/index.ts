import { createTwinApp, NotModelled, type TwinDefinition } from '../twin.ts'
import { awaitResponse } from './background.ts'
import { awaitNext, type Desk, isOver } from './batches.ts'
import { FIDELITY } from './fidelity.ts'
import { GAPS } from './gaps.ts'
import { PRICES } from './prices.ts'
import { addBatchRoutes } from './routes/batches.ts'
import { addChatRoutes } from './routes/chat.ts'
import { addContainerRoutes } from './routes/containers.ts'
import { addConversationRoutes } from './routes/conversations.ts'
import { addEmbeddingRoutes } from './routes/embeddings.ts'
import { addFileRoutes } from './routes/files.ts'
import { addModelRoutes } from './routes/models.ts'
import { addModerationRoutes } from './routes/moderations.ts'
import { addResponseRoutes } from './routes/responses.ts'
import { addStoredCompletionRoutes } from './routes/stored-completions.ts'
import { addTraceRoutes } from './routes/traces.ts'
import { addVectorStoreRoutes } from './routes/vector-stores.ts'
import { addWebhookEndpointRoutes } from './routes/webhook-endpoints.ts'
import { plant } from './seed.ts'
import { fromSnapshot, toSnapshot } from './snapshot.ts'
import { emptyState, type Seed, seedSchema, type Table } from './state.ts'
import { awaitDelivery, newEndpoint } from './webhooks.ts'
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
    'chat.completions.list',
    'chat.completions.retrieve',
    'chat.completions.update',
    'chat.completions.delete',
    'chat.completions.messages.list',
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
    'conversations.items.create',
    'conversations.items.retrieve',
    'conversations.items.delete',
    'containers.create',
    'containers.list',
    'containers.retrieve',
    'containers.delete',
    'containers.files.create',
    'containers.files.list',
    'containers.files.retrieve',
    'containers.files.content',
    'containers.files.delete',
    'embeddings.create',
    'files.create',
    'files.list',
    'files.retrieve',
    'files.content',
    'files.delete',
    'vector_stores.create',
    'vector_stores.list',
    'vector_stores.retrieve',
    'vector_stores.update',
    'vector_stores.delete',
    'vector_stores.search',
    'vector_stores.files.create',
    'vector_stores.files.list',
    'vector_stores.files.retrieve',
    'vector_stores.files.update',
    'vector_stores.files.delete',
    'vector_stores.file_batches.create',
    'vector_stores.file_batches.retrieve',
    'vector_stores.file_batches.cancel',
    'vector_stores.file_batches.files',
    'models.list',
    'models.retrieve',
    'batches.create',
    'batches.list',
    'batches.retrieve',
    'batches.cancel',
    'moderations.create',
    'traces.ingest',
    'webhooks.create',
    'webhooks.list',
    'webhooks.retrieve',
    'webhooks.update',
    'webhooks.delete',
  ],
  happenings: [],
  events: [
    'completion.created',
    'batch.completed',
    'batch.failed',
    'batch.expired',
    'batch.cancelled',
    'webhook.taken',
    'webhook.failed',
    'webhook.given_up',
  ],
  latencyMs: { min: 300, max: 1800 },
  fidelity: FIDELITY,
  create(world, seed) {
    const state = emptyState()
    const app = createTwinApp('openai')
    addChatRoutes(app, world, seed, state)
    addStoredCompletionRoutes(app, world, seed, state)
    addResponseRoutes(app, world, seed, state)
    addModelRoutes(app, world, seed)
    addFileRoutes(app, world, seed, state)
    addVectorStoreRoutes(app, world, seed, state)
    addConversationRoutes(app, world, seed, state)
    addEmbeddingRoutes(app, world, seed)
    addModerationRoutes(app, world, seed)
    addTraceRoutes(app, world, seed)
    addContainerRoutes(app, world, seed, state)
    const desk: Desk = { world, seed, state, ask: app.fetch }
    addBatchRoutes(app, desk)
    addWebhookEndpointRoutes(app, desk)
    for (const endpoint of seed.webhooks ?? []) newEndpoint(desk, endpoint)
    plant(world, seed, state)
    return {
      operationOf: app.operationOf,
      fetch: app.fetch,
      failure,
      happen(event) {
        throw new NotModelled('openai', `the event ${event}`, 'Nothing happens at this twin by itself.')
      },
      snapshot: () => toSnapshot(state),
      restore(json) {
        fromSnapshot(state, json)
        // Only what still has something before it becomes a row of our own.
        const own = <Row extends { readonly id: string }>(table: Table<Row>, waits: (row: Row) => boolean): Row[] =>
          table.snapshot().flatMap((row) => (waits(row) ? (table.get(row.id) ?? []) : []))
        for (const response of own(state.responses, ({ ends_ms }) => ends_ms !== null)) {
          awaitResponse(world, state, response)
        }
        for (const batch of own(state.batches, (one) => !isOver(one))) awaitNext(desk, batch)
        for (const delivery of own(state.webhook_deliveries, ({ open }) => open)) awaitDelivery(desk, delivery)
      },
    }
  },
}
