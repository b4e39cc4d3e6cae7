import { createTwinApp, NotModelled, type TwinDefinition } from '../twin.ts'
import { awaitEnd } from './batches.ts'
import { FIDELITY } from './fidelity.ts'
import { keepFiles } from './files.ts'
import { GAPS, gap } from './gaps.ts'
import { PRICES } from './prices.ts'
import { addBatchRoutes } from './routes/batches.ts'
import { addFileRoutes } from './routes/files.ts'
import { addMessageRoutes } from './routes/messages.ts'
import { addModelRoutes } from './routes/models.ts'
import { emptyState, fromJson, type Seed, seedSchema, toJson } from './state.ts'
import { failure } from './wire.ts'

/** Paths the API has and this twin lacks, by pattern; the first that matches names the row of gaps.ts. */
const PATHS: readonly (readonly [RegExp, string])[] = [
  [/^\/v1\/(complete|skills|agents|sessions|environments|organizations|oauth|user_profiles)\b/, 'the rest of the API'],
]

/** Anthropic's API: messages, streamed or whole, with tokens counted, cached and priced. */
export const anthropic: TwinDefinition<Seed> = {
  name: 'anthropic',
  origins: ['https://api.anthropic.com'],
  apiVersions: ['2023-06-01', '2026-10-21'],
  seed: seedSchema,
  prices: PRICES,
  gaps: GAPS,
  operations: [
    'messages.create',
    'messages.count_tokens',
    'messages.batches.create',
    'messages.batches.list',
    'messages.batches.retrieve',
    'messages.batches.cancel',
    'messages.batches.results',
    'messages.batches.delete',
    'files.upload',
    'files.list',
    'files.retrieve_metadata',
    'files.download',
    'files.delete',
    'models.list',
    'models.retrieve',
  ],
  happenings: [],
  events: ['message.created', 'batch.ended'],
  latencyMs: { min: 400, max: 2500 },
  fidelity: FIDELITY,
  create(world, seed) {
    let state = emptyState()
    const app = createTwinApp('anthropic')
    addMessageRoutes(app, world, seed, () => state)
    addBatchRoutes(app, world, seed, () => state)
    addModelRoutes(app, world, seed)
    addFileRoutes(app, world, seed, () => state)
    keepFiles(world, state, seed.files ?? [])
    return {
      operationOf: app.operationOf,
      async fetch(request) {
        const url = new URL(request.url)
        const missing = PATHS.find(([pattern]) => pattern.test(url.pathname))
        if (missing !== undefined) throw gap(missing[1])
        return app.fetch(request)
      },
      failure,
      happen(event) {
        throw new NotModelled('anthropic', `the event ${event}`, 'Nothing happens at this twin by itself.')
      },
      snapshot: () => toJson(state),
      restore(json) {
        state = fromJson(json)
        for (const batch of state.batches.values())
          if (batch.ended_ms === null) awaitEnd(world, seed, () => state, batch)
      },
    }
  },
}
