import { type Context, Hono } from 'hono'
import type { ZodType } from 'zod'
import type { FidelityProfile } from './fidelity.ts'
import type { PriceList } from './money.ts'
import { RouteTable } from './route-table.ts'
import type { Peer, StreamEnd } from './stream.ts'
import type { Json } from './trace.ts'
import type { Wire } from './wires.ts'
import type { World } from './world.ts'

/** Something a twin does not model, and why. */
export type Gap = { readonly what: string; readonly why: string }

/** A header of a request by its name, whatever the case. */
export type HeaderOf = (name: string) => string | undefined

/** Calls `go` once, from a task of the world's clock that awaits it: what was waited for is there, or the wait is over. */
export type Wait = (go: () => Promise<void>) => void

/** A stateful, behavioural simulation of one external dependency, reached at its real origin. */
export interface Twin {
  /** The operation a request asks for, such as `charges.create`; undefined when it is not modelled. Some vendors name it in a header. */
  operationOf(method: string, url: URL, header?: HeaderOf): string | undefined
  /** What a request waits for before `fetch` answers it, as a long poll does; undefined: nothing. `fetch` itself never waits. */
  wait?(request: Request): Promise<Wait | undefined>
  /** Parameters of a request that stand neither in its query nor in its body: for `where` of faults, and the trace. */
  fieldsOf?(method: string, url: URL, header: HeaderOf): { readonly [name: string]: Json }
  /** Answers as the vendor would. Rejects with `NotModelled` rather than guess. */
  fetch(request: Request): Response | Promise<Response>
  /** The vendor's own error answer for an injected failure such as 429, 500 or 503; `request` is what it answers. */
  failure(status: number, retryAfterMs?: number, request?: Request): Response
  /** Makes one of the definition's `happenings` happen, as if someone had acted at the vendor's side. */
  happen(event: string, fields: Json): void
  snapshot(): Json
  restore(state: Json): void
  /** Takes a connection at an origin such as `tcp://*:5432`, where bytes are exchanged and no HTTP; undefined refuses it. */
  connect?(peer: Peer, step: string): StreamEnd | undefined
}

export interface TwinDefinition<Seed> {
  readonly name: string
  /** `https://api.stripe.com`; `{org}` style wildcards as `https://*.okta.com`; `tcp://*:5432` for bytes at any host. */
  readonly origins: readonly string[]
  readonly apiVersions: readonly string[]
  /** What `given.<name>` of a scenario may hold; every part optional. */
  readonly seed: ZodType<Seed>
  readonly prices: PriceList
  readonly gaps: readonly Gap[]
  /** Names of the operations, for faults and their spelling; `webhook` is implied where the twin delivers. */
  readonly operations: readonly string[]
  /** Twin-side events a scenario can make happen, such as `dispute.created`. */
  readonly happenings: readonly string[]
  /** What is said under `with` of a happening, by its name, where the twin says so: mistakes are told when the scenario is read. */
  readonly happeningFields?: Readonly<Record<string, ZodType>>
  /** Trace event types this twin records beside its operations, such as `charge.succeeded`. */
  readonly events: readonly string[]
  /** What happens at other twins because of this one, where they stand in the same world. */
  readonly wires?: readonly Wire[]
  /** Usual time to answer, drawn per call between the two. */
  readonly latencyMs: { readonly min: number; readonly max: number }
  /** What `backlot fidelity` needs to replay recordings of the vendor. */
  readonly fidelity?: FidelityProfile
  /** Puts the contents of files that a seed names in the place of the names; `read` gives what a pattern finds, and throws when that is nothing. */
  filled?(seed: Seed, read: (pattern: string) => readonly { readonly path: string; readonly text: string }[]): Seed
  create(world: World, seed: Seed): Twin
}

/** A request, version or option that no twin models. Ends the run as inconclusive; never a 404 or 500. */
export class NotModelled extends Error {
  readonly twin: string
  constructor(twin: string, what: string, wayOut: string, who = `twin "${twin}"`) {
    super(`${who} does not model ${what}. ${wayOut}`)
    this.name = 'NotModelled'
    this.twin = twin
  }
}

/** The error for a known gap; throws itself when `what` is not in the list, so that lists stay true. */
export function notModelled(twin: string, gaps: readonly Gap[], what: string): NotModelled {
  const gap = gaps.find((row) => row.what === what)
  if (gap === undefined)
    throw new Error(`twins/${twin}/gaps.ts: expected a row "${what}", got none. Add it with its reason.`)
  return new NotModelled(twin, what, `${gap.why} "npx backlot twins ${twin}" lists what it does not model.`)
}

export type Handler = (c: Context) => Response | Promise<Response>

/** A Hono app whose routes have operation names; its own bugs and unknown routes reject. */
export interface TwinApp {
  /** Registers `handler` for `METHOD /path/:param` under an operation name. */
  on(operation: string, route: string, handler: Handler): void
  operationOf(method: string, url: URL): string | undefined
  fetch(request: Request): Response | Promise<Response>
}

/** An app for a twin: rethrows what a route throws, rejects on a route it lacks. */
export function createTwinApp(name: string): TwinApp {
  const app = new Hono({ router: new RouteTable(name) })
  const operations = new RouteTable<string>(name)
  app.onError((error) => {
    throw error
  })
  app.notFound((c) => {
    const { pathname } = new URL(c.req.url)
    throw new NotModelled(
      name,
      `${c.req.method} ${pathname}`,
      `Model it in twins/${name}/ or take the call out of the scenario.`,
    )
  })
  return {
    on(operation, route, handler) {
      const [method, path] = route.split(' ')
      if (method === undefined || path === undefined)
        throw new Error(`twin "${name}": expected "METHOD /path", got "${route}".`)
      operations.add(method, path, operation)
      app.on(method, path, handler)
    },
    operationOf(method, url) {
      const [found] = operations.match(method, url.pathname)
      return found[0]?.[0]
    },
    fetch: (request) => app.fetch(request),
  }
}
