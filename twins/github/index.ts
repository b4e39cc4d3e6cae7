import { createTwinApp, type TwinDefinition } from '../twin.ts'
import { router, VERSION } from './ask.ts'
import { EVENT_TYPES } from './events.ts'
import { FIDELITY } from './fidelity.ts'
import { furnish } from './furnish.ts'
import { GAPS } from './gaps.ts'
import { createGitHub } from './github.ts'
import { FIELDS, HAPPENINGS, happen } from './happenings.ts'
import { addRoutes, OPERATIONS } from './operations.ts'
import { known } from './paths.ts'
import { PRICES } from './prices.ts'
import { settleAutoMerges } from './routes/merge.ts'
import { type Seed, seedSchema } from './state.ts'
import { Store } from './store.ts'
import { failure } from './wire.ts'

/** GitHub: repositories with real git objects, issues, pull requests, checks, apps, webhooks and the common GraphQL. */
export const github: TwinDefinition<Seed> = {
  name: 'github',
  origins: [
    'https://api.github.com',
    'https://uploads.github.com',
    'https://codeload.github.com',
    'https://raw.githubusercontent.com',
  ],
  apiVersions: [VERSION],
  seed: seedSchema,
  prices: PRICES,
  gaps: GAPS,
  operations: OPERATIONS,
  happenings: HAPPENINGS,
  happeningFields: FIELDS,
  events: EVENT_TYPES,
  latencyMs: { min: 60, max: 400 },
  fidelity: FIDELITY,
  create(world, seed) {
    const hub = createGitHub(world, seed, new Store())
    const app = createTwinApp('github')
    addRoutes(router(app, hub))
    furnish(hub)
    return {
      operationOf: (method, url) => app.operationOf(method, known(hub, url)),
      fetch(request) {
        const url = new URL(request.url)
        const target = known(hub, url)
        return app.fetch(target === url ? request : new Request(target, request))
      },
      failure: (status, retryAfterMs) => failure(world.clock.now(), status, retryAfterMs),
      happen: (event, fields) => happen(hub, event, fields),
      snapshot: () => hub.store.snapshot(),
      restore(json) {
        hub.store.restore(json)
        // What that state was about to merge by itself is put back on the clock.
        for (const repo of hub.store.rows('repos')) settleAutoMerges(hub, repo)
      },
    }
  },
}
