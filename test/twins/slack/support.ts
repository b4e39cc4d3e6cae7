import { WebClient, type WebClientOptions } from '@slack/web-api'
import { slack } from '../../../twins/slack/index.ts'
import { type Fields, fieldsOf, type Seed } from '../../../twins/slack/state.ts'
import type { Json } from '../../../twins/trace.ts'
import type { Twin } from '../../../twins/twin.ts'
import { createWorld, type Delivery, type DeliveryOutcome, type RunnableWorld } from '../../../twins/world.ts'

export const APP = 'https://bot.test/slack/events'
export const SECRET = 'a-signing-secret'
/** Two people and the bot, who is in #general and in #ops. */
export const SEED: Seed = {
  app: { signing_secret: SECRET, bot_user: 'U0BOT000001', bot_id: 'B0BOT000001', id: 'A0APP000001' },
  users: [
    { id: 'U0ADA000001', name: 'ada', real_name: 'Ada Lovelace', email: 'ada@acme.test', is_admin: true },
    { id: 'U0GRACE0001', name: 'grace', real_name: 'Grace Hopper', email: 'grace@acme.test' },
  ],
  channels: [
    { id: 'C0GENERAL01', name: 'general', members: ['ada', 'grace', 'U0BOT000001'] },
    { id: 'C0OPS000001', name: 'ops', members: ['ada', 'U0BOT000001'], topic: 'pages' },
    { id: 'C0RANDOM001', name: 'random', members: ['ada'] },
    { id: 'G0SECRET001', name: 'secret', is_private: true, members: ['grace'] },
  ],
}

export type Setup = {
  readonly world: RunnableWorld
  readonly twin: Twin
  readonly deliveries: Delivery[]
  /** What the app answers to a delivery. */
  listener: (delivery: Delivery) => DeliveryOutcome | Promise<DeliveryOutcome>
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  /** The vendor's own client, unmodified, at its usual host. */
  readonly client: (token?: string, options?: WebClientOptions) => WebClient
  /** Something happens at Slack's side. */
  readonly happen: (event: string, fields: Json) => Promise<void>
  /** A table of the twin's state. */
  readonly rows: (table: string) => readonly Fields[]
}

export const ok: DeliveryOutcome = { kind: 'answer', status: 200, body: '' }

/** A workspace in a world of its own. */
export function openWorkspace(seed: Seed = SEED, worldSeed = '1'): Setup {
  const deliveries: Delivery[] = []
  const world: RunnableWorld = createWorld({
    seed: worldSeed,
    startsAt: '2030-01-01T00:00:00Z',
    courier(delivery, done) {
      deliveries.push(delivery)
      world.clock.schedule(10, async () => done(await setup.listener(delivery)))
    },
  })
  const twin = slack.create(world, slack.seed.parse(seed))
  let step = 0
  const fetch: Setup['fetch'] = (input, init) => {
    const key = `step ${++step}`
    return world.within({ step: key, key }, async () => twin.fetch(new Request(input, init)))
  }
  const setup: Setup = {
    world,
    twin,
    deliveries,
    listener: () => ok,
    fetch,
    client: (token = 'xoxb-bot', options = {}) =>
      new WebClient(token, {
        fetch: fetch as NonNullable<WebClientOptions['fetch']>,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        logger: QUIET,
        ...options,
      }),
    happen(event, fields) {
      const key = `happen ${++step}`
      return world.within({ step: key, key }, () => twin.happen(event, fields))
    },
    rows: (table) => (fieldsOf(twin.snapshot())[table] ?? []) as readonly Fields[],
  }
  return setup
}

const nothing = (): void => undefined
export const QUIET: NonNullable<WebClientOptions['logger']> = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  setName: nothing,
  getLevel: () => 'error' as never,
}

/** The refusal that a call of the client ended in. */
export async function refusal(call: Promise<unknown>): Promise<Fields> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return fieldsOf((error as { readonly data?: unknown } | undefined)?.data)
}

/** A call without the client. */
export const call = (method: string, args: Readonly<Record<string, string>>, token = 'xoxb-bot'): Request =>
  new Request(`https://slack.com/api/${method}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(args).toString(),
  })
