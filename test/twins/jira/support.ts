import { type CloudClient, createCloudClient } from 'jira.js/cloud'
import type { Seed } from '../../../twins/jira/given.ts'
import { jira } from '../../../twins/jira/index.ts'
import { type Fields, fieldsOf } from '../../../twins/jira/state.ts'
import type { Json } from '../../../twins/trace.ts'
import type { Twin } from '../../../twins/twin.ts'
import { createWorld, type Delivery, type DeliveryOutcome, type RunnableWorld } from '../../../twins/world.ts'

export const HOST = 'https://acme.atlassian.net'
export const BOT = '712020:bot'
export const ADA = '712020:ada'
export const GRACE = '712020:grace'

/** Two people, one project with the workflow of a new one, and one that leads from draft to review to live. */
export const SEED: Seed = {
  site: { name: 'acme' },
  account: { account_id: BOT, name: 'Bot', email: 'bot@acme.test' },
  users: [
    { account_id: ADA, name: 'Ada Lovelace', email: 'ada@acme.test' },
    { account_id: GRACE, name: 'Grace Hopper', email: 'grace@acme.test' },
    { account_id: '712020:gone', name: 'Gone Person', email: 'gone@acme.test', active: false },
  ],
  fields: [
    { id: 'customfield_10016', name: 'Story Points', type: 'number' },
    { id: 'customfield_10020', name: 'Team', type: 'select', options: ['Red', 'Green'] },
  ],
  projects: [
    { key: 'ONB', name: 'Onboarding', components: ['web'], versions: [{ name: '1.0' }] },
    {
      key: 'DOC',
      types: ['Task'],
      statuses: [
        { name: 'Draft', category: 'new' },
        { name: 'Review', category: 'indeterminate' },
        { name: 'Live', category: 'done' },
      ],
      transitions: [
        { id: '5', name: 'Ask', from: ['Draft'], to: 'Review' },
        { id: '7', name: 'Publish', from: ['Review'], to: 'Live', required: ['resolution'] },
      ],
    },
  ],
}

/** A document of one paragraph. */
export const doc = (text: string): { type: 'doc'; version: number; content: Record<string, unknown>[] } => ({
  type: 'doc',
  version: 1,
  content: [{ type: 'paragraph', content: [{ type: 'text', text }] }],
})

export type Setup = {
  readonly world: RunnableWorld
  readonly twin: Twin
  readonly deliveries: Delivery[]
  /** What the app answers to a delivery. */
  listener: (delivery: Delivery) => DeliveryOutcome
  /** One call of the twin, on its own account. */
  readonly send: (request: Request) => Promise<Response>
  /** Something happens at Jira's side. */
  readonly happen: (event: string, fields: Json) => Promise<void>
  /** Runs `act` while the global fetch of the vendor's client leads to the twin. */
  readonly online: <T>(act: () => Promise<T>) => Promise<T>
  readonly rows: (table: string) => readonly Fields[]
}

/** A site in a world of its own. */
export function openSite(seed: Seed = SEED, worldSeed = '1'): Setup {
  const deliveries: Delivery[] = []
  const world: RunnableWorld = createWorld({
    seed: worldSeed,
    startsAt: '2030-01-01T00:00:00Z',
    courier(delivery, done) {
      deliveries.push(delivery)
      world.clock.schedule(10, () => done(setup.listener(delivery)))
    },
  })
  const twin = jira.create(world, jira.seed.parse(seed))
  let step = 0
  const setup: Setup = {
    world,
    twin,
    deliveries,
    listener: () => ({ kind: 'answer', status: 200, body: '' }),
    send(request) {
      const key = `step ${++step}`
      return world.within({ step: key, key }, async () => twin.fetch(request))
    },
    happen(event, fields) {
      const key = `happen ${++step}`
      return world.within({ step: key, key }, () => twin.happen(event, fields))
    },
    async online(act) {
      const real = globalThis.fetch
      globalThis.fetch = (input, init) => setup.send(new Request(input, init))
      try {
        return await act()
      } finally {
        globalThis.fetch = real
      }
    },
    rows: (table) => (fieldsOf(twin.snapshot())[table] ?? []) as readonly Fields[],
  }
  return setup
}

/** The vendor's client, unmodified, at the site. */
export const client = (email = 'bot@acme.test'): CloudClient =>
  createCloudClient({ host: HOST, auth: { type: 'basic', email, apiToken: 'token' }, onSchemaMismatch: 'throw' })

/** The refusal that a call of the client ended in. */
export async function refusal(call: Promise<unknown>): Promise<Fields> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  const { status, body } = error as { readonly status?: number; readonly body?: unknown }
  return { status: status ?? 0, ...fieldsOf(body) }
}

/** A call without the client. */
export const call = (
  method: string,
  path: string,
  body?: Json,
  headers: Readonly<Record<string, string>> = {},
): Request =>
  new Request(`${HOST}${path}`, {
    method,
    headers: { Authorization: `Basic ${btoa('bot@acme.test:token')}`, 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
