import { createRequire } from 'node:module'
import sendgridClient from '@sendgrid/client'
import sendgridMail from '@sendgrid/mail'
import type { AxiosStatic, InternalAxiosRequestConfig } from 'axios'
import { createNetwork } from '../../../twins/network.ts'
import { sendgrid } from '../../../twins/sendgrid/index.ts'
import { type Fields, fieldsOf, type Seed } from '../../../twins/sendgrid/state.ts'
import type { Json } from '../../../twins/trace.ts'
import type { Twin, TwinDefinition } from '../../../twins/twin.ts'
import { createWorld, type Delivery, type DeliveryOutcome, type RunnableWorld } from '../../../twins/world.ts'

/** The one the vendor's client loads: there is another for those who import it. */
const axios = createRequire(import.meta.url)('axios') as AxiosStatic

export const ADA = 'ada@example.test'
export const GRACE = 'grace@example.test'
export const SHOP = 'shop@example.test'
export const mail: Readonly<Record<'to' | 'from' | 'subject' | 'text', string>> = {
  to: ADA,
  from: SHOP,
  subject: 'Hello',
  text: 'Hi',
}

export type Setup = {
  readonly world: RunnableWorld
  readonly twin: Twin
  readonly deliveries: Delivery[]
  /** What the app answers to a delivery. */
  listener: (delivery: Delivery) => DeliveryOutcome
  /** A mail by the vendor's SDK, unmodified, to the real address. */
  readonly mailed: (mail: object) => ReturnType<typeof sendgridMail.send>
  /** A call by the vendor's client: status and body, of a refusal too. */
  readonly call: (method: string, path: string, body?: Json, key?: string) => Promise<readonly [number, Json]>
  readonly send: (request: Request) => Promise<Response>
  readonly happen: (event: string, fields: Json) => Promise<void>
  readonly rows: (table: string) => readonly Fields[]
}

/** An account in a world of its own. */
export function openAccount(seed: Seed = {}, worldSeed = '1'): Setup {
  const deliveries: Delivery[] = []
  const world: RunnableWorld = createWorld({
    seed: worldSeed,
    startsAt: '2030-01-01T00:00:00Z',
    courier(delivery, done) {
      deliveries.push(delivery)
      world.clock.schedule(10, () => done(setup.listener(delivery)))
    },
  })
  const definition = sendgrid as unknown as TwinDefinition<unknown>
  const network = createNetwork(world, [{ definition, seed: sendgrid.seed.parse(seed) }])
  const twin = network.twins.get('sendgrid')
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
  /** Runs `act` while what the SDK would have written to a socket goes to the network of this world. */
  const online = async <T>(act: () => Promise<T>): Promise<T> => {
    const { adapter } = axios.defaults
    axios.defaults.adapter = (config) => carry(config, send)
    try {
      return await act()
    } finally {
      if (adapter !== undefined) axios.defaults.adapter = adapter
    }
  }
  const setup: Setup = {
    world,
    twin,
    deliveries,
    listener: () => ({ kind: 'answer', status: 200, body: '' }),
    mailed: (given) =>
      online(() => {
        sendgridMail.setClient(sendgridClient)
        sendgridMail.setApiKey('SG.test')
        return sendgridMail.send(given as Parameters<typeof sendgridMail.send>[0])
      }),
    call: (method, path, body, key = 'SG.test') =>
      online(async () => {
        sendgridClient.setApiKey(key)
        const request = { method, url: `/v3${path}`, ...(body === undefined ? {} : { body }) }
        type Outcome = { readonly code?: number; readonly response?: { readonly body: Json } }
        return sendgridClient.request(request as Parameters<typeof sendgridClient.request>[0]).then(
          ([answer, json]): readonly [number, Json] => [answer.statusCode, json as Json],
          (error: Outcome): readonly [number, Json] => {
            if (error.response === undefined) throw error
            return [error.code ?? 0, error.response.body]
          },
        )
      }),
    send,
    happen(event, fields) {
      const key = `happen ${++step}`
      return world.within({ step: key, key }, () => twin.happen(event, fields))
    },
    rows: (table) => (fieldsOf(twin.snapshot())[table] ?? []) as readonly Fields[],
  }
  return setup
}

async function carry(config: InternalAxiosRequestConfig, send: Setup['send']) {
  const headers = Object.entries(axios.AxiosHeaders.from(config.headers).toJSON()).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as [string, string]] : [],
  )
  const method = (config.method ?? 'get').toUpperCase()
  const body = typeof config.data === 'string' && config.data !== '' ? { body: config.data } : {}
  const answer = await send(new Request(axios.getUri(config), { method, headers, ...body }))
  const text = await answer.text()
  const response = {
    data: text === '' ? '' : JSON.parse(text),
    status: answer.status,
    statusText: '',
    headers: Object.fromEntries(answer.headers),
    config,
  }
  if (answer.ok) return response
  throw new axios.AxiosError('refused', String(answer.status), config, null, response)
}

/** A call without the client. */
export const ask = (
  method: string,
  path: string,
  body?: Json,
  headers: Readonly<Record<string, string>> = {},
): Request =>
  new Request(`https://api.sendgrid.com/v3${path}`, {
    method,
    headers: { Authorization: 'Bearer SG.test', 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

export const eventsOf = (deliveries: readonly Delivery[]): readonly Fields[] =>
  deliveries.flatMap(({ body }) => JSON.parse(body) as Fields[])
