import { Octokit } from '@octokit/rest'
import { afterAll, expect } from 'vitest'
import { github } from '../../../twins/github/index.ts'
import type { Seed } from '../../../twins/github/state.ts'
import { createNetwork, type Network } from '../../../twins/network.ts'
import type { Twin, TwinDefinition } from '../../../twins/twin.ts'
import { createWorld, type Delivery, type DeliveryOutcome, type RunnableWorld } from '../../../twins/world.ts'
import { payloadShapes } from '../../support/shapes/github.ts'

export const API = 'https://api.github.com'
export const HOOK = 'https://shop.test/github'

/** GitHub in a world of its own, with the official SDK on it. */
export type Hub = {
  readonly world: RunnableWorld
  readonly network: Network
  readonly twin: Twin
  readonly octokit: Octokit
  /** What arrived at webhooks, oldest first. */
  readonly deliveries: readonly Delivery[]
  /** How the webhook answers; 200 by default. */
  listener: (delivery: Delivery) => DeliveryOutcome
  /** The SDK with another credential. */
  as(auth: string): Octokit
  /** A request as it is, past the SDK. */
  raw(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
}

/** A `fetch` that ends in the network kit; a broken connection rejects and a moved address is followed as Node's does. */
export function transport(network: Network): typeof fetch {
  const send: typeof fetch = async (input, init) => {
    const request = new Request(input, init)
    const answer = await network.handle({
      step: 'test',
      method: request.method,
      url: request.url,
      headers: [...request.headers],
      body: new Uint8Array(await request.arrayBuffer()),
    })
    if (answer.kind !== 'response') throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } })
    const headers = answer.headers.map(([name, value]): [string, string] => [name, value])
    const body = Buffer.concat(answer.chunks.map(({ bytes }) => bytes))
    const response = new Response(body.length === 0 ? null : body, { status: answer.status, headers })
    const location = response.headers.get('location')
    const follows = request.method === 'GET' && request.redirect === 'follow'
    if (![301, 302].includes(answer.status) || location === null || !follows) return response
    return send(location, { headers: request.headers })
  }
  return send
}

export const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** Where payloads differ from GitHub's own description of them. */
const odd = new Set<string>()
afterAll(() => {
  expect([...odd].sort(), "Payloads with another shape than GitHub's own description of them.").toEqual([])
})

function describe({ headers, body }: Delivery): void {
  const event = headers.find(([name]) => name === 'X-GitHub-Event')?.[1] ?? ''
  const form = !body.startsWith('{')
  const payload = JSON.parse(form ? (new URLSearchParams(body).get('payload') ?? '') : body) as { action?: string }
  const name = payload.action === undefined ? event : `${event}.${payload.action}`
  for (const line of payloadShapes(name, payload)) odd.add(`${name}: ${line}`)
}

export function openHub(seed: Seed = {}, worldSeed = '1', startsAt = '2030-01-01T00:00:00Z'): Hub {
  const deliveries: Delivery[] = []
  const world: RunnableWorld = createWorld({
    seed: worldSeed,
    startsAt,
    courier(delivery, done) {
      deliveries.push(delivery)
      describe(delivery)
      world.clock.schedule(20, () => done(hub.listener(delivery)))
    },
  })
  const definition = github as TwinDefinition<unknown>
  const network = createNetwork(world, [{ definition, seed: github.seed.parse(seed) }])
  const twin = network.twins.get('github')
  if (twin === undefined) throw new Error('expected the github twin')
  const fetch = transport(network)
  const as = (auth: string): Octokit => new Octokit({ auth, request: { fetch }, log: silent })
  const hub: Hub = {
    world,
    network,
    twin,
    octokit: as('ghp_test'),
    deliveries,
    listener: () => ({ kind: 'answer', status: 200, body: '' }),
    as,
    raw: (method, path, body, headers = {}) =>
      fetch(path.startsWith('http') ? path : API + path, {
        method,
        headers: { Authorization: 'token ghp_test', ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  }
  return hub
}

/** A person, an organisation and a repository with something in it. */
export const ACME: Seed = {
  viewer: 'ada',
  users: [{ login: 'ada', name: 'Ada', email: 'ada@acme.example' }, { login: 'bob' }],
  orgs: [{ login: 'acme', members: { ada: 'admin', bob: 'member' } }],
  repos: [
    {
      full_name: 'acme/app',
      files: { 'README.md': '# App\n', 'src/main.ts': 'one\ntwo\nthree\n' },
      labels: ['bug'],
      collaborators: { bob: 'push' },
    },
  ],
}
export const APP = { owner: 'acme', repo: 'app' }
