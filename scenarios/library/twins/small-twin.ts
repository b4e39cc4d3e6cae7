import { z } from 'zod'
import type { Json } from '../../../twins/trace.ts'
import { createTwinApp, type Handler, NotModelled, type TwinDefinition } from '../../../twins/twin.ts'
import type { World } from '../../../twins/world.ts'

type Fields = Readonly<Record<string, Json>>
type Stored = Record<string, unknown>

/** What a twin of the library consists of. Its state is plain data and its starting state a part of it. */
export type SmallTwin<State extends Stored> = {
  readonly name: string
  /** The schema of the state; each part has a default, so that a scenario says only what matters. */
  readonly state: z.ZodType<State>
  readonly events: readonly string[]
  /** An operation by its route, `GET /keys/:key`. */
  readonly operations: Readonly<Record<string, { readonly route: string; readonly answer: Answering<State> }>>
  /** What can happen at the dependency's side, with the schema of its fields. */
  readonly happenings?: Readonly<Record<string, Happening<State>>>
  readonly latencyMs?: { readonly min: number; readonly max: number }
}

type Context<State> = {
  readonly state: State
  readonly world: World
  /** Writes `<twin>.<event>` to the trace. */
  readonly tell: (event: string, fields: Fields) => void
}
type Asked = { readonly params: Readonly<Record<string, string>>; readonly body: Readonly<Record<string, Json>> }
type Answering<State> = (asked: Asked, context: Context<State>) => readonly [status: number, body: Json]
type Happening<State> = (fields: Readonly<Record<string, Json>>, context: Context<State>) => void

/** A dependency of no vendor: stateful, small enough to see through, at `http://<name>.library.test`. It costs nothing. */
export function smallTwin<State extends Stored>(small: SmallTwin<State>): TwinDefinition<unknown> {
  const { name, operations, happenings = {} } = small
  return {
    name,
    origins: [`http://${name}.library.test`, `https://${name}.library.test`],
    apiVersions: [],
    seed: small.state,
    prices: [],
    gaps: [],
    operations: Object.keys(operations),
    happenings: Object.keys(happenings),
    events: small.events,
    latencyMs: small.latencyMs ?? { min: 5, max: 20 },
    create(world, seed) {
      const state = small.state.parse(structuredClone(seed))
      const context: Context<State> = {
        state,
        world,
        tell: (event, fields) => world.trace.record(`${name}.${event}`, fields),
      }
      const app = createTwinApp(name)
      for (const [operation, { route, answer }] of Object.entries(operations))
        app.on(operation, route, handlerOf(answer, context))
      return {
        operationOf: app.operationOf,
        fetch: app.fetch,
        failure: (status, retryAfterMs) =>
          Response.json(
            { error: `${name} failed` },
            {
              status,
              headers: retryAfterMs === undefined ? {} : { 'Retry-After': `${Math.ceil(retryAfterMs / 1000)}` },
            },
          ),
        happen(event, fields) {
          const happening = happenings[event]
          if (happening === undefined) throw new NotModelled(name, `the event ${event}`, 'It has no such event.')
          happening((fields ?? {}) as Fields, context)
        },
        snapshot: () => structuredClone(state) as Json,
        restore: (json) => void Object.assign(state, small.state.parse(json)),
      }
    },
  }
}

function handlerOf<State>(answer: Answering<State>, context: Context<State>): Handler {
  return async (c) => {
    const text = await c.req.text()
    const parsed: Json = text === '' ? {} : JSON.parse(text)
    const [status, body] = answer(
      { params: c.req.param() as Record<string, string>, body: bodySchema.parse(parsed) },
      context,
    )
    return status === 204 ? new Response(null, { status }) : Response.json(body, { status })
  }
}

const bodySchema: z.ZodType<Fields> = z.record(z.string(), z.json())
