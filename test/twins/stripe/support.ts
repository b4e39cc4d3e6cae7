import Stripe from 'stripe'
import { afterAll, expect } from 'vitest'
import { z } from 'zod'
import { createNetwork, type Network } from '../../../twins/network.ts'
import { stripe as definition, type Seed, seedSchema } from '../../../twins/stripe/index.ts'
import { LATEST } from '../../../twins/stripe/versions.ts'
import type { Json } from '../../../twins/trace.ts'
import type { Twin } from '../../../twins/twin.ts'
import { createWorld, type Delivery, type DeliveryOutcome, type RunnableWorld } from '../../../twins/world.ts'
import { objectDiffers } from '../../support/shapes/stripe.ts'

export const SECRET = 'whsec_test_secret'
export const HOOK = 'https://shop.test/hook'
export const RETURN = 'https://shop.test/return'
export const KEY = 'sk_test_123'
/** The start of every test world, in whole seconds. */
export const START_S: number = Date.parse('2030-01-01T00:00:00Z') / 1000

/** Events are held against the SDK's types like answers are: test/support/shapes.ts. */
const otherwise = new Set<string>()
afterAll(() => expect([...otherwise].sort(), "Events with another shape than the SDK's own type of them.").toEqual([]))
function hold({ body }: Delivery): void {
  const event = JSON.parse(body) as { readonly type: string; readonly api_version: string }
  if (event.api_version !== LATEST) return
  for (const line of objectDiffers(event)) otherwise.add(`${event.type}: ${line}`)
}

/** A Stripe account in a world of its own, with the official SDK on it. */
export type Shop = {
  readonly world: RunnableWorld
  readonly network: Network
  readonly twin: Twin
  readonly sdk: Stripe
  /** What arrived at the webhook, oldest first. */
  readonly deliveries: readonly Delivery[]
  /** How the webhook answers; 200 by default. */
  listener: (delivery: Delivery) => DeliveryOutcome
  /** Rows of one collection of the snapshot. */
  rows(collection: string): readonly Row[]
  /** Types of the trace's events that start with `stripe.`, without it. */
  events(pattern?: RegExp): readonly string[]
  /** A request as it is, past the SDK. */
  raw(method: string, path: string, body?: string, headers?: Readonly<Record<string, string>>): Promise<Response>
}
export type Row = { readonly [field: string]: Json }

export const client = (network: Network, options: Partial<Stripe.StripeConfig> = {}, key: string = KEY): Stripe =>
  new Stripe(key, { httpClient: Stripe.createFetchHttpClient(transport(network)), telemetry: false, ...options })

/** A `fetch` that ends in the network kit; a broken connection rejects as Node's does. */
export function transport(network: Network): typeof fetch {
  return async (input, init) => {
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
    return new Response(Buffer.concat(answer.chunks.map(({ bytes }) => bytes)), { status: answer.status, headers })
  }
}

export function openShop(seed: Seed = {}, worldSeed = '1'): Shop {
  const deliveries: Delivery[] = []
  const world: RunnableWorld = createWorld({
    seed: worldSeed,
    startsAt: '2030-01-01T00:00:00Z',
    courier: (delivery, done) => {
      deliveries.push(delivery)
      hold(delivery)
      world.clock.schedule(5, () => done(shop.listener(delivery)))
    },
  })
  const network = createNetwork(world, [{ definition, seed: seedSchema.parse(seed) }])
  const twin = network.twins.get('stripe')
  if (twin === undefined) throw new Error('expected the stripe twin')
  const shop: Shop = {
    world,
    network,
    twin,
    sdk: client(network),
    deliveries,
    listener: () => ({ kind: 'answer', status: 200, body: '' }),
    rows(collection) {
      const snapshot = twin.snapshot() as Readonly<Record<string, readonly Row[]>>
      const rows = snapshot[collection]
      if (rows === undefined) throw new Error(`expected a collection, got "${collection}"`)
      return rows
    },
    events: (pattern = /./) =>
      world.trace.events
        .map(({ type }) => type)
        .filter((type) => type.startsWith('stripe.'))
        .map((type) => type.slice('stripe.'.length))
        .filter((type) => pattern.test(type)),
    raw: (method, path, body, headers = {}) =>
      transport(network)(`https://api.stripe.com${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${KEY}`,
          ...(body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
      }),
  }
  return shop
}

/** A shop whose webhook hears everything. */
export const openListeningShop = (seed: Seed = {}): Shop =>
  openShop({ ...seed, webhooks: [{ url: HOOK, secret: SECRET }] })

/** The error an act ends in. Throws when it ends well. */
export async function errorOf(act: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await act
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error
    throw error
  }
  throw new Error('expected an error of Stripe, got an answer')
}

export const pay = (
  shop: Shop,
  params: Partial<Stripe.PaymentIntentCreateParams> = {},
  options?: Stripe.RequestOptions,
): Promise<Stripe.PaymentIntent> =>
  shop.sdk.paymentIntents.create(
    { amount: 4900, currency: 'usd', payment_method: 'pm_card_visa', confirm: true, return_url: RETURN, ...params },
    options,
  )

/** The charge of a payment, in full. */
export async function chargeOf(shop: Shop, intent: Stripe.PaymentIntent): Promise<Stripe.Charge> {
  const id = typeof intent.latest_charge === 'string' ? intent.latest_charge : intent.latest_charge?.id
  return shop.sdk.charges.retrieve(id ?? 'none', { expand: ['balance_transaction'] })
}

const bodySchema = z.record(z.string(), z.json())
export const bodyOf = async (answer: Response): Promise<Row> => bodySchema.parse(await answer.json())
/** The `error` object of a raw answer. */
export const errorIn = async (answer: Response): Promise<Row> =>
  z.object({ error: bodySchema }).parse(await answer.json()).error
