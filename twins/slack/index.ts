import { createTwinApp, type TwinDefinition } from '../twin.ts'
import { addMethods, type Handlers } from './ask.ts'
import { schedule } from './events.ts'
import { FIDELITY } from './fidelity.ts'
import { GAPS } from './gaps.ts'
import { PRICES } from './prices.ts'
import { AUTH } from './routes/auth.ts'
import { CHAT, keepSchedule } from './routes/chat.ts'
import { CONVERSATIONS } from './routes/conversations.ts'
import { MARKS } from './routes/marks.ts'
import { USERS } from './routes/users.ts'
import { plant } from './seed.ts'
import { type Seed, seedSchema } from './state.ts'
import { Store } from './store.ts'
import { failure } from './wire.ts'
import { createWorkspace } from './workspace.ts'

const HANDLERS: Handlers = { ...AUTH, ...CHAT, ...CONVERSATIONS, ...USERS, ...MARKS }

/** A Slack workspace with one app in it: the Web API, the Events API and interactivity over HTTP. */
export const slack: TwinDefinition<Seed> = {
  name: 'slack',
  origins: ['https://slack.com', 'https://files.slack.com', 'https://hooks.slack.com'],
  apiVersions: [], // Methods change under their names.
  seed: seedSchema,
  prices: PRICES,
  gaps: GAPS,
  operations: [...Object.keys(HANDLERS)],
  happenings: [],
  events: [],
  latencyMs: { min: 60, max: 350 },
  fidelity: FIDELITY,
  create(world, seed) {
    const store = new Store()
    const ws = createWorkspace(world, seed, store)
    const app = createTwinApp('slack')
    addMethods(app, ws, HANDLERS)
    plant(ws, seed)
    return {
      operationOf: app.operationOf,
      fetch: app.fetch,
      failure: (status, retryAfterMs, request) => failure(ws, status, retryAfterMs, request),
      happen: (event) => {
        throw new Error(event)
      },
      snapshot: () => store.snapshot(),
      restore(json) {
        store.restore(json)
        ws.forget()
        for (const delivery of store.deliveries.all()) schedule(ws, delivery)
        for (const row of store.scheduled_messages.all()) keepSchedule(ws, row)
      },
    }
  },
}
