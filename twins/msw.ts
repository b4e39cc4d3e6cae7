import { type HttpHandler, HttpResponse, http } from 'msw'
import { createNetwork, type Placement, type PromptAnswer, settled } from './network.ts'
import { NotModelled, type Twin, type TwinDefinition } from './twin.ts'
import { type Courier, createWorld, type RunnableWorld } from './world.ts'

type Placed<Seed> = { readonly definition: TwinDefinition<Seed>; readonly seed?: Seed }

export type TwinHandlersOptions = {
  /** Twins with their starting state, as `place(stripe, { customers: [] })` makes them. */
  readonly twins: readonly Placement[]
  /** Everything chance decides follows from it. */
  readonly seed?: string
  /** The time of the world; it stands still until `world.clock.advance(ms)`. */
  readonly startsAt?: string
  /** Takes webhooks. Without one they are refused, and tried again in virtual time. */
  readonly courier?: Courier
}

export interface TwinHandlers {
  /** One handler for each origin: for `setupServer(...handlers)` of msw. */
  readonly handlers: readonly HttpHandler[]
  readonly world: RunnableWorld
  readonly twins: ReadonlyMap<string, Twin>
  /** Requests that no twin models, as they were refused: to be empty at the end of a test. */
  readonly unmodelled: readonly NotModelled[]
}

/** A twin and what it starts from, checked by the twin's own schema. */
export const place = <Seed>(definition: TwinDefinition<Seed>, seed?: NoInfer<Seed>): Placement => {
  const placed: Placed<Seed> = { definition, seed: definition.seed.parse(seed ?? {}) }
  // A seed's type is the definition's own affair: its schema has just parsed it.
  return placed as unknown as Placement
}

/** Twins as MSW handlers, one catch-all an origin: msw looks handlers through one by one, a twin finds its route at once. */
export function twinHandlers(options: TwinHandlersOptions): TwinHandlers {
  const { seed = '1', startsAt = '2030-01-01T00:00:00Z', courier, twins } = options
  const world = createWorld({ seed, startsAt, ...(courier === undefined ? {} : { courier }) })
  const network = createNetwork(world, twins)
  const unmodelled: NotModelled[] = []
  let tail: Promise<unknown> = Promise.resolve()
  const handle = async (request: Request): Promise<Response> => {
    const body = new Uint8Array(await request.arrayBuffer())
    // A world is never in two minds: requests are taken one by one, in the order they came.
    const turn = tail.then(() =>
      network.handle({ step: 'test', method: request.method, url: request.url, headers: [...request.headers], body }),
    )
    tail = turn.catch(() => undefined)
    try {
      return await toResponse(await settled(await turn))
    } catch (error) {
      if (!(error instanceof NotModelled)) throw error
      unmodelled.push(error)
      // msw would make a 500 of an error, which a client takes for the vendor's. A broken connection nobody can mistake.
      return HttpResponse.error()
    }
  }
  const origins = twins.flatMap(({ definition }) => definition.origins)
  return {
    handlers: origins.map((origin) => http.all(`${origin}/*`, ({ request }) => handle(request))),
    world,
    twins: network.twins,
    unmodelled,
  }
}

function toResponse(given: PromptAnswer): Promise<Response> | Response {
  switch (given.kind) {
    case 'silence':
      return new Promise(() => undefined)
    case 'reset':
      return HttpResponse.error()
    case 'response': {
      if (given.cut) return HttpResponse.error()
      const bytes = Buffer.concat(given.chunks.map((chunk) => chunk.bytes))
      const headers = given.headers.map(([name, value]): [string, string] => [name, value])
      return new Response(bytes.length === 0 ? null : bytes, { status: given.status, headers })
    }
    default:
      return given satisfies never
  }
}
