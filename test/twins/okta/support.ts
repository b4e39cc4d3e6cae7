import { okta } from '../../../twins/okta/index.ts'
import type { Seed } from '../../../twins/okta/state.ts'
import { createWorld, type Delivery, type DeliveryOutcome, type RunnableWorld } from '../../../twins/world.ts'

export const HOME = 'https://acme.okta.com'
export const HOOK = 'https://shop.test/okta-events'

export type Setup = {
  readonly world: RunnableWorld
  readonly twin: ReturnType<typeof okta.create>
  readonly deliveries: Delivery[]
  /** What the subject answers to a delivery. */
  listener: (delivery: Delivery) => DeliveryOutcome
  /** Sends a request with an API token; a path stands for the org's own host. */
  readonly send: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Response>
}

export function request(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Request {
  const form = typeof body === 'string'
  return new Request(path.startsWith('http') ? path : `${HOME}${path}`, {
    method,
    headers: {
      Authorization: 'SSWS token',
      'Content-Type': form ? 'application/x-www-form-urlencoded' : 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
  })
}

/** An org in a world of its own. */
export function openOrg(seed: Seed = {}, worldSeed = '1', startsAt = '2030-01-01T00:00:00Z'): Setup {
  const deliveries: Delivery[] = []
  const world: RunnableWorld = createWorld({
    seed: worldSeed,
    startsAt,
    courier(delivery, done) {
      deliveries.push(delivery)
      world.clock.schedule(20, () => done(setup.listener(delivery)))
    },
  })
  const twin = okta.create(world, okta.seed.parse(seed))
  let step = 0
  const setup: Setup = {
    world,
    twin,
    deliveries,
    listener: () => ({ kind: 'answer', status: 200, body: '' }),
    send: (method, path, body, headers) => {
      const key = `step ${++step}`
      return world.within({ step: key, key }, async () => twin.fetch(request(method, path, body, headers)))
    },
  }
  return setup
}

export const user = (login: string, more: object = {}): object => ({
  profile: { login, email: login, firstName: 'Ada', lastName: 'Lovelace' },
  ...more,
})
export const withPassword = { credentials: { password: { value: 'Abcd1234xyz' } } }
