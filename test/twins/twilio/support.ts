import axios, { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios'
import twilioSdk from 'twilio'
import { createNetwork } from '../../../twins/network.ts'
import type { Json } from '../../../twins/trace.ts'
import { twilio } from '../../../twins/twilio/index.ts'
import { type Fields, fieldsOf, type Seed } from '../../../twins/twilio/state.ts'
import type { Twin, TwinDefinition } from '../../../twins/twin.ts'
import { createWorld, type Delivery, type DeliveryOutcome, type RunnableWorld } from '../../../twins/world.ts'

export const SID: string = `AC${'0'.repeat(32)}`
export const TOKEN = 'a-token'
export const API: string = `https://api.twilio.com/2010-04-01/Accounts/${SID}`
export const SHOP = '+15017122661'
export const OTHER = '+14155552345'
export const ADA = '+14155552671'
export const GRACE = '+14155552344'
export const POOL: string = `MG${'1'.repeat(32)}`
export const VERIFY: string = `VA${'2'.repeat(32)}`

/** An account with two numbers, one of them in the pool of a service. */
export const SEED: Seed = {
  account: { sid: SID, auth_token: TOKEN },
  numbers: [{ phone_number: SHOP, sms_url: 'https://shop.test/sms' }, OTHER],
  messaging_services: [{ sid: POOL, numbers: [OTHER], inbound_request_url: 'https://shop.test/pool' }],
  verify_services: [{ sid: VERIFY, custom_code_enabled: true }],
}

type Client = ReturnType<typeof twilioSdk>
export type Setup = {
  readonly world: RunnableWorld
  readonly twin: Twin
  /** The vendor's SDK, unmodified, with the account's own credentials. */
  readonly client: Client
  /** The same with other credentials or options. */
  readonly as: (user: string, secret: string, options?: NonNullable<Parameters<typeof twilioSdk>[2]>) => Client
  readonly deliveries: Delivery[]
  /** What the app answers to a delivery. */
  listener: (delivery: Delivery) => DeliveryOutcome
  /** One request, on its own account. */
  readonly send: (request: Request) => Promise<Response>
  /** Something happens at the other end of the line. */
  readonly happen: (event: string, fields: Json) => Promise<void>
  readonly rows: (table: string) => readonly Fields[]
  readonly events: (type: string) => readonly Fields[]
}

export const taken: DeliveryOutcome = { kind: 'answer', status: 200, body: '' }

/** An account in a world of its own. */
export function openAccount(seed: Seed = SEED, worldSeed = '1'): Setup {
  const deliveries: Delivery[] = []
  const world: RunnableWorld = createWorld({
    seed: worldSeed,
    startsAt: '2030-01-01T00:00:00Z',
    courier(delivery, done) {
      deliveries.push(delivery)
      world.clock.schedule(10, () => done(setup.listener(delivery)))
    },
  })
  const definition = twilio as unknown as TwinDefinition<unknown>
  const network = createNetwork(world, [{ definition, seed: twilio.seed.parse(seed) }])
  const twin = network.twins.get('twilio')
  if (twin === undefined) throw new Error('expected the twin, got none')
  let step = 0
  const send = async (request: Request): Promise<Response> => {
    const answer = await network.handle({
      step: `step ${++step}`,
      method: request.method,
      url: request.url,
      headers: [...request.headers],
      body: new Uint8Array(await request.arrayBuffer()),
    })
    if (answer.kind !== 'response') throw new TypeError(`expected an answer, got ${answer.kind}`)
    const body = Buffer.concat(answer.chunks.map(({ bytes }) => bytes))
    const headers = answer.headers.map(([name, value]): [string, string] => [name, value])
    return new Response(body.length === 0 ? null : body, { status: answer.status, headers })
  }
  const as: Setup['as'] = (user, secret, options = {}) => {
    const httpClient = new twilioSdk.RequestClient(options)
    httpClient.axios.defaults.adapter = (config) => carry(config, send)
    return twilioSdk(user, secret, { ...options, httpClient })
  }
  const setup: Setup = {
    world,
    twin,
    client: as(SID, TOKEN),
    as,
    deliveries,
    listener: () => taken,
    send,
    happen(event, fields) {
      const key = `happen ${++step}`
      return world.within({ step: key, key }, () => twin.happen(event, fields))
    },
    rows: (table) => (fieldsOf(twin.snapshot())[table] ?? []) as readonly Fields[],
    events: (type) =>
      world.trace.events.filter((event) => event.type === `twilio.${type}`).map(({ fields }) => fieldsOf(fields)),
  }
  return setup
}

/** The transport under the SDK's own: what it would have written to a socket goes to the network of a world. */
async function carry(config: InternalAxiosRequestConfig, send: Setup['send']) {
  const headers = Object.entries(AxiosHeaders.from(config.headers).toJSON()).flatMap(([name, value]) =>
    typeof value === 'string' && name.toLowerCase() !== 'connection' ? [[name, value] as [string, string]] : [],
  )
  const method = (config.method ?? 'get').toUpperCase()
  const body = typeof config.data === 'string' && config.data !== '' ? { body: config.data } : {}
  const answer = await send(new Request(axios.getUri(config), { method, headers, ...body }))
  const text = await answer.text()
  return {
    data: text === '' ? '' : JSON.parse(text),
    status: answer.status,
    statusText: '',
    headers: Object.fromEntries(answer.headers),
    config,
  }
}

/** A request without the SDK. */
export const ask = (
  method: string,
  url: string,
  form?: Readonly<Record<string, string>>,
  [user, secret]: readonly [string, string] = [SID, TOKEN],
): Request =>
  new Request(url, {
    method,
    headers: {
      Authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`,
      'Content-Type': 'application/x-www-form-urlencoded',
    },
    ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
  })

export const paramsOf = ({ body }: Delivery): Readonly<Record<string, string>> =>
  Object.fromEntries(new URLSearchParams(body))
export const headerOf = ({ headers }: Delivery, wanted: string): string =>
  headers.find(([name]) => name === wanted)?.[1] ?? ''
