import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import { createNetwork } from '../../twins/network.ts'
import type { Json } from '../../twins/trace.ts'
import type { Twin, TwinDefinition } from '../../twins/twin.ts'
import { createWorld, type Delivery, type DeliveryOutcome, type RunnableWorld } from '../../twins/world.ts'

type Fields = { readonly [name: string]: Json }

export type Opened = {
  readonly world: RunnableWorld
  readonly twin: Twin
  readonly deliveries: Delivery[]
  /** What the app answers to a delivery. */
  listener: (delivery: Delivery) => DeliveryOutcome
  /** One request through the network, as a step of its own. */
  readonly send: (request: Request) => Promise<Response>
  /** Something happens at the twin's side. */
  readonly happen: (event: string, fields: Json) => Promise<void>
  readonly rows: (table: string) => readonly Fields[]
  /** Fields of the events of that type that the twin told of. */
  readonly events: (type: string) => readonly Fields[]
}

/** A twin in a world and behind a network of its own. */
export function openTwin<Seed>(definition: TwinDefinition<Seed>, seed: unknown, worldSeed = '1'): Opened {
  const deliveries: Delivery[] = []
  const world: RunnableWorld = createWorld({
    seed: worldSeed,
    startsAt: '2030-01-01T00:00:00Z',
    courier(delivery, done) {
      deliveries.push(delivery)
      world.clock.schedule(10, () => done(opened.listener(delivery)))
    },
  })
  const { name } = definition
  const network = createNetwork(world, [
    { definition: definition as unknown as TwinDefinition<unknown>, seed: definition.seed.parse(seed) },
  ])
  const twin = network.twins.get(name)
  if (twin === undefined) throw new Error(`expected the twin ${name}, got none`)
  let step = 0
  const opened: Opened = {
    world,
    twin,
    deliveries,
    listener: () => ({ kind: 'answer', status: 200, body: '' }),
    async send(request) {
      const answer = await network.handle({
        step: `step ${++step}`,
        method: request.method,
        url: request.url,
        headers: [...request.headers],
        body: new Uint8Array(await request.arrayBuffer()),
      })
      if (answer.kind !== 'response') throw new TypeError(`expected an answer, got ${answer.kind}`)
      const body = Buffer.concat(answer.chunks.map(({ bytes }) => bytes))
      const headers = answer.headers.map(([key, value]): [string, string] => [key, value])
      return new Response(body.length === 0 ? null : body, { status: answer.status, headers })
    },
    happen(event, fields) {
      const key = `happen ${++step}`
      return world.within({ step: key, key }, () => twin.happen(event, fields))
    },
    rows: (table) => ((twin.snapshot() as Fields)[table] ?? []) as readonly Fields[],
    events: (type) =>
      world.trace.events.filter((event) => event.type === `${name}.${type}`).map(({ fields }) => fields as Fields),
  }
  return opened
}

/** The two faces that axios has for those who load it in either way. */
type Axios = { getUri(config: InternalAxiosRequestConfig): string }

/** The transport under an SDK that uses axios: what it would have written to a socket goes to the network of a world. */
export async function carried(
  axios: Axios,
  config: InternalAxiosRequestConfig,
  send: Opened['send'],
): Promise<AxiosResponse> {
  const headers = Object.entries(config.headers.toJSON()).flatMap(([name, value]) =>
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
