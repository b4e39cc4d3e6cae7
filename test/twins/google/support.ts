import { docs, type docs_v1 } from '@googleapis/docs'
import { drive, type drive_v3 } from '@googleapis/drive'
import { sheets, type sheets_v4 } from '@googleapis/sheets'
import { JWT } from 'google-auth-library'
import { vi } from 'vitest'
import { google as definition, type Seed } from '../../../twins/google/index.ts'
import { createNetwork, type Network } from '../../../twins/network.ts'
import type { Json } from '../../../twins/trace.ts'
import type { Twin } from '../../../twins/twin.ts'
import { createWorld, type Delivery, type DeliveryOutcome, type RunnableWorld } from '../../../twins/world.ts'
import { PRIVATE_KEY, PUBLIC_KEY } from './keys.ts'

export const ROBOT = 'robot@shop.iam.gserviceaccount.com'
export const ADA = 'ada@example.com'
export const BOB = 'bob@example.com'
export const AUTH = 'https://www.googleapis.com/auth/'
export const TOKEN = 'ya29.ada'

export type Row = { readonly [field: string]: Json }
/** A Workspace in a world of its own, with the official clients on it. */
export type Office = {
  readonly world: RunnableWorld
  readonly network: Network
  readonly twin: Twin
  /** The clients of a service account, which signs in at the token endpoint. */
  readonly robot: Clients
  readonly deliveries: readonly Delivery[]
  listener: (delivery: Delivery) => DeliveryOutcome
  /** Lets time pass, for the world and for the program. */
  pass(ms: number): Promise<void>
  /** Rows of one collection of the snapshot. */
  rows(collection: string): readonly Row[]
  events(pattern?: RegExp): readonly string[]
  /** A request as it is, past the clients. */
  raw(method: string, url: string, body?: Json | string, headers?: Readonly<Record<string, string>>): Promise<Response>
}
export type Clients = {
  readonly auth: JWT
  readonly drive: drive_v3.Drive
  readonly docs: docs_v1.Docs
  readonly sheets: sheets_v4.Sheets
}

/** A `fetch` that ends in the network kit; the program's clock is the world's. */
export function transport(network: Network, world: RunnableWorld): typeof fetch {
  return async (input, init) => {
    const body = init?.body
    const streamed = typeof body === 'object' && body !== null && Symbol.asyncIterator in body
    const request = new Request(input instanceof Request ? input : String(input), {
      ...init,
      ...(streamed ? { duplex: 'half' } : {}),
    } as RequestInit)
    const answer = await network.handle({
      step: 'test',
      method: request.method,
      url: request.url,
      headers: [...request.headers],
      body: new Uint8Array(await request.arrayBuffer()),
    })
    vi.setSystemTime(world.clock.now())
    if (answer.kind !== 'response') throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } })
    const headers = answer.headers.map(([name, value]): [string, string] => [name, value])
    const bytes = Buffer.concat(answer.chunks.map(({ bytes: one }) => one))
    const empty = [204, 304].includes(answer.status)
    return new Response(empty ? null : bytes, { status: answer.status, headers })
  }
}

type Signing = {
  readonly email?: string
  readonly key?: string
  readonly scopes?: readonly string[]
  readonly subject?: string
}

export function clientsOf(office: Pick<Office, 'network' | 'world'>, signing: Signing = {}): Clients {
  const auth = new JWT({
    email: signing.email ?? ROBOT,
    key: signing.key ?? PRIVATE_KEY,
    scopes: [...(signing.scopes ?? [`${AUTH}drive`, `${AUTH}documents`, `${AUTH}spreadsheets`])],
    ...(signing.subject === undefined ? {} : { subject: signing.subject }),
    transporterOptions: { fetchImplementation: transport(office.network, office.world) },
  })
  const options = { auth: auth as never }
  return {
    auth,
    drive: drive({ version: 'v3', ...options }),
    docs: docs({ version: 'v1', ...options }),
    sheets: sheets({ version: 'v4', ...options }),
  }
}

export const SEED: Seed = {
  users: [
    { email: ADA, name: 'Ada Lovelace' },
    { email: BOB, name: 'Bob' },
  ],
  service_accounts: [{ email: ROBOT, public_key: PUBLIC_KEY, delegates: [ADA] }],
  access_tokens: [
    { token: TOKEN, email: ADA },
    { token: 'ya29.bob', email: BOB },
  ],
}

export function openOffice(seed: Seed = {}, worldSeed = '1'): Office {
  const deliveries: Delivery[] = []
  const world: RunnableWorld = createWorld({
    seed: worldSeed,
    startsAt: '2030-01-01T00:00:00Z',
    courier(delivery, done) {
      deliveries.push(delivery)
      world.clock.schedule(5, () => done(office.listener(delivery)))
    },
  })
  vi.useFakeTimers({ toFake: ['Date'], now: world.clock.now() })
  const network = createNetwork(world, [
    { definition: definition as never, seed: definition.seed.parse({ ...SEED, ...seed }) },
  ])
  const twin = network.twins.get('google')
  if (twin === undefined) throw new Error('expected the google twin')
  const office: Office = {
    world,
    network,
    twin,
    robot: clientsOf({ network, world }),
    deliveries,
    listener: () => ({ kind: 'answer', status: 200, body: '' }),
    async pass(ms) {
      await world.clock.advance(ms)
      vi.setSystemTime(world.clock.now())
    },
    rows(collection) {
      const rows = (twin.snapshot() as Readonly<Record<string, readonly Row[]>>)[collection]
      if (rows === undefined) throw new Error(`expected a collection, got "${collection}"`)
      return rows
    },
    events: (pattern = /./) =>
      world.trace.events
        .map(({ type }) => type)
        .filter((type) => type.startsWith('google.'))
        .map((type) => type.slice('google.'.length))
        .filter((type) => pattern.test(type)),
    raw: (method, url, body, headers = {}) =>
      transport(network, world)(url, {
        method,
        headers: {
          Authorization: `Bearer ${TOKEN}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  }
  return office
}

export const SHEETS = 'https://sheets.googleapis.com/v4/spreadsheets'
export const FILES = 'https://www.googleapis.com/drive/v3/files'

/** The status and the error of an act that fails. Throws when it does not. */
export async function errorOf(act: Promise<unknown>): Promise<{ readonly status: number; readonly error: Row }> {
  try {
    await act
  } catch (error) {
    const { response } = error as { response?: { status: number; data: { error: Row } } }
    if (response === undefined) throw error
    return { status: response.status, error: response.data.error }
  }
  throw new Error('expected an error of Google, got an answer')
}
