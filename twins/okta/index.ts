import { createTwinApp, type TwinDefinition } from '../twin.ts'
import { router } from './ask.ts'
import { furnishOrg } from './born.ts'
import { EVENT_TYPES } from './events.ts'
import { FIDELITY } from './fidelity.ts'
import { GAPS } from './gaps.ts'
import { FIELDS, HAPPENINGS, happen } from './happenings.ts'
import { addRoutes, OPERATIONS } from './operations.ts'
import { createOrg } from './org.ts'
import { PRICES } from './prices.ts'
import { type Seed, seedSchema } from './state.ts'
import { Store } from './store.ts'
import { failure } from './wire.ts'

/** An Okta org: its management API, its System Log and event hooks, and OpenID Connect with tokens that verify. */
export const okta: TwinDefinition<Seed> = {
  name: 'okta',
  origins: ['https://*.okta.com', 'https://*.oktapreview.com'],
  apiVersions: [], // The path says v1; releases are not pinned.
  seed: seedSchema,
  prices: PRICES,
  gaps: GAPS,
  operations: OPERATIONS,
  happenings: HAPPENINGS,
  happeningFields: FIELDS,
  events: [...EVENT_TYPES, 'code.sent', 'code.shown'],
  latencyMs: { min: 60, max: 350 },
  fidelity: FIDELITY,
  create(world, seed) {
    const store = new Store()
    const org = createOrg(world, seed, store)
    const app = createTwinApp('okta')
    const [on, open] = [router(app, org, 'token'), router(app, org, 'open')]
    addRoutes(on, open)
    furnishOrg(org)
    return {
      operationOf: app.operationOf,
      fetch: app.fetch,
      failure: (status, retryAfterMs) => failure(world.clock.now(), status, retryAfterMs),
      happen: (event, fields) => happen(org, event, fields),
      snapshot: () => store.snapshot(),
      restore: (json) => store.restore(json),
    }
  },
}
