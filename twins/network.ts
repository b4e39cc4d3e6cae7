import qs from 'qs'
import type { Fault } from './faults.ts'
import { requestOf } from './request.ts'
import { plainOf } from './response.ts'
import type { Json } from './trace.ts'
import { NotModelled, type Twin, type TwinDefinition } from './twin.ts'
import { type Wire, wireTwins } from './wires.ts'
import type { World } from './world.ts'

/** An HTTP request of the subject, as the world's end of the wire parsed it. `url` is absolute. */
export type WireRequest = {
  readonly step: string
  readonly method: string
  readonly url: string
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body: Uint8Array
}

/** A piece of a body, `afterMs` behind the one before it. */
export type Chunk = { readonly afterMs: number; readonly bytes: Uint8Array }

/** What comes back. Times are relative to the request. `silence` never answers; `reset` breaks the connection. */
export type WireAnswer =
  | {
      readonly kind: 'response'
      readonly afterMs: number
      readonly key: string
      readonly status: number
      readonly headers: ReadonlyArray<readonly [string, string]>
      readonly chunks: readonly Chunk[]
      /** The connection breaks after the last chunk. */
      readonly cut: boolean
    }
  | { readonly kind: 'reset'; readonly afterMs: number; readonly key: string }
  | { readonly kind: 'silence'; readonly key: string }
  /** The twin waits for something before it answers, as in a long poll. `use` is called once, in a task of the world's clock. */
  | {
      readonly kind: 'held'
      readonly key: string
      readonly whenAnswered: (use: (answer: PromptAnswer) => void) => void
    }

/** An answer that is on its way. */
export type PromptAnswer = Exclude<WireAnswer, { readonly kind: 'held' }>

/** The answer, however long it is held: for those who need not move the world's clock themselves. */
export const settled = async (answer: WireAnswer): Promise<PromptAnswer> =>
  answer.kind === 'held' ? new Promise((resolve) => answer.whenAnswered(resolve)) : answer

/** The twins of one world, reached by origin. */
export interface Network {
  readonly twins: ReadonlyMap<string, Twin>
  /** The name of the twin that answers at an origin. */
  twinAt(host: string, port: number, tls: boolean): string | undefined
  /** Whether a new connection to a twin is refused by a fault just now. */
  refuses(twin: string, step: string): boolean
  /** Rejects with `NotModelled`; never answers in a twin's stead. */
  handle(request: WireRequest): Promise<WireAnswer>
}

/** What a twin is given at the start; the seed has been validated by the definition's schema. */
export type Placement = { readonly definition: TwinDefinition<unknown>; readonly seed: unknown }

/** Slow enough that order matters, fast enough that nobody times out. */
const SSE_GAP_MS = { min: 5, max: 40 }
const KNOWN_ORIGINS_MAX = 1_000

/** Matches the origins that `https://*.okta.com` or `https://*.s3.*.amazonaws.com` stands for; the `*` of `tcp://*:5432` is any host. */
export function originPattern(origin: string): RegExp {
  const any = origin.startsWith('tcp://') ? '.+' : '[a-z0-9-]+'
  const escaped = origin.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', any)
  return new RegExp(`^${escaped}$`)
}

/** The parameters of a request as data: query, then a JSON or form body. What is neither is not looked into. */
export function requestFields(request: WireRequest, url: URL = new URL(request.url)): Json {
  const query = url.search === '' ? {} : (qs.parse(url.search.slice(1), QS) as Json & object)
  if (request.body.length === 0) return query
  const type = request.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  const text = Buffer.from(request.body).toString()
  if (text === '') return query
  if (type.includes('application/x-www-form-urlencoded')) return { ...query, ...(qs.parse(text, QS) as Json & object) }
  if (!type.includes('json')) return query
  try {
    const body: Json = JSON.parse(text)
    return body !== null && typeof body === 'object' && !Array.isArray(body)
      ? { ...query, ...body }
      : { ...query, body }
  } catch {
    return query
  }
}
const QS = { depth: 8, parameterLimit: 2000, arrayLimit: 200, plainObjects: false } as const

/** Cuts a server-sent event stream after each event, so that it arrives piece by piece in virtual time. */
function pieces(world: World, key: string, type: string, bytes: Uint8Array): readonly Chunk[] {
  if (!type.startsWith('text/event-stream')) return bytes.length === 0 ? [] : [{ afterMs: 0, bytes }]
  const gap = world.rng.fork(`${key}/stream`)
  const events = Buffer.from(bytes)
    .toString()
    .split(/(?<=\n\n)/)
  return events.map((text, at) => ({
    afterMs: at === 0 ? 0 : gap.int(SSE_GAP_MS.min, SSE_GAP_MS.max),
    bytes: new TextEncoder().encode(text),
  }))
}

/** Half of a body, cut inside a multi-byte character where there is one: the worst place for a reader. */
function truncate(chunks: readonly Chunk[]): readonly Chunk[] {
  if (chunks.length > 1) return chunks.slice(0, Math.ceil(chunks.length / 2))
  return chunks.map(({ afterMs, bytes }) => {
    const wide = bytes.findIndex((byte) => byte >= 0xc0)
    return { afterMs, bytes: bytes.slice(0, wide >= 0 ? wide + 1 : Math.floor(bytes.length / 2)) }
  })
}

/** Puts twins at their origins in `world`. Throws when two claim the same origin. */
export function createNetwork(world: World, placements: readonly Placement[]): Network {
  const twins = new Map<string, Twin>()
  const definitions = new Map<string, TwinDefinition<unknown>>()
  const origins: { readonly pattern: RegExp; readonly origin: string; readonly name: string }[] = []
  for (const { definition, seed } of placements) {
    for (const origin of definition.origins) {
      const other = origins.find((entry) => entry.origin === origin)
      if (other !== undefined)
        throw new Error(`network: expected one twin at ${origin}, got ${other.name} and ${definition.name}.`)
      origins.push({ pattern: originPattern(origin), origin, name: definition.name })
    }
    world.money.addPrices(definition.name, definition.prices)
    definitions.set(definition.name, definition)
    twins.set(definition.name, definition.create(world, seed))
  }
  const attempts = new Map<string, number>()
  const known = new Map<string, string | undefined>()
  const nameAt = (origin: string): string | undefined => {
    if (known.has(origin)) return known.get(origin)
    const name = origins.find(({ pattern }) => pattern.test(origin))?.name
    // Whoever makes hosts up does not fill the memory.
    if (known.size < KNOWN_ORIGINS_MAX) known.set(origin, name)
    return name
  }

  const network: Network = {
    twins,
    twinAt(host, port, tls) {
      const scheme = tls ? 'https' : 'http'
      const usual = tls ? 443 : 80
      return (
        nameAt(port === usual ? `${scheme}://${host}` : `${scheme}://${host}:${port}`) ??
        nameAt(`tcp://${host}:${port}`)
      )
    },
    refuses(twin, step) {
      const operation = 'connect'
      const key = `${step}/${twin}.${operation}`
      const fault = world.faults.hit({ twin, operation, attempt: 1, key, fields: {} })
      if (fault?.kind !== 'refused') return false
      world.trace.record('fault', { key, on: fault.on, kind: fault.kind })
      return true
    },
    async handle(request) {
      const url = new URL(request.url)
      const name = nameAt(url.origin)
      const twin = name === undefined ? undefined : twins.get(name)
      const definition = name === undefined ? undefined : definitions.get(name)
      if (name === undefined || twin === undefined || definition === undefined) {
        throw new NotModelled(
          'network',
          `the origin ${url.origin}`,
          'Name a twin for it under "given", or take the call out.',
        )
      }
      const ask = (): Request =>
        requestOf({ method: request.method, url, headers: request.headers, body: request.body })
      const first = ask()
      const header = (wanted: string): string | undefined => first.headers.get(wanted) ?? undefined
      const operation = twin.operationOf(request.method, url, header)
      if (operation === undefined) {
        // A twin that knows the gap says why; one that answers all the same has a route without a name.
        await twin.fetch(first)
        throw new NotModelled(
          name,
          `${request.method} ${url.pathname}`,
          `See twins/${name}/gaps.ts for what it does not model.`,
        )
      }
      const base = `${request.step}/${name}.${operation}`
      const attempt = (attempts.get(base) ?? 0) + 1
      attempts.set(base, attempt)
      const key = `${base}#${attempt}`
      return world.within({ step: request.step, key }, async (): Promise<WireAnswer> => {
        const own = twin.fieldsOf?.(request.method, url, header)
        const sent = requestFields(request, url)
        const fields = own === undefined ? sent : { ...(sent as object), ...own }
        world.trace.record(`${name}.${operation}`, {
          key,
          method: request.method,
          path: url.pathname,
          idempotencyKey: header('idempotency-key'),
          params: fields,
        })
        const fault = world.faults.hit({ twin: name, operation, attempt, key, fields })
        if (fault !== undefined) world.trace.record('fault', { key, on: fault.on, kind: fault.kind })
        const usualMs = world.latency(key, definition.latencyMs)
        const afterMs = usualMs + (fault?.kind === 'slow' ? (fault.byMs ?? 30_000) : 0)
        const lost = (silent: boolean): PromptAnswer =>
          silent ? { kind: 'silence', key } : { kind: 'reset', afterMs, key }
        switch (fault?.kind) {
          case 'timeout':
            return { kind: 'silence', key }
          case 'request-lost':
          case 'drop':
          case 'reset':
          case 'refused':
            return lost(fault.silent ?? false)
          default:
        }
        const refused = fault === undefined ? undefined : refusal(twin, fault, ask())
        const answer = async (): Promise<PromptAnswer> => {
          const response = refused ?? (await twin.fetch(first))
          if (fault?.kind === 'duplicate') await twin.fetch(ask())
          const { status, headers, bytes } = await plainOf(response)
          world.trace.record(`${name}.answer`, { key, operation, status, bytes: bytes.length })
          if (fault?.kind === 'answer-lost') return lost(fault.silent ?? false)
          const type = headers.find(([header]) => header === 'content-type')?.[1]
          const whole = pieces(world, key, type ?? '', bytes)
          const cut = fault?.kind === 'truncated'
          return {
            kind: 'response',
            afterMs,
            key,
            status,
            headers,
            chunks: cut ? truncate(whole) : whole,
            cut,
          }
        }
        const wait = refused === undefined && twin.wait !== undefined ? await twin.wait(ask()) : undefined
        if (wait === undefined) return answer()
        const { cause } = world
        return {
          kind: 'held',
          key,
          whenAnswered: (use) => wait(() => world.within(cause, async () => use(await answer()))),
        }
      })
    },
  }
  const stands = ({ act }: Wire): boolean => act.kind === 'call' || twins.has(act.twin)
  wireTwins(world, network, [...definitions.values()].flatMap(({ wires = [] }) => wires).filter(stands))
  return network
}

function refusal(twin: Twin, fault: Fault, request: Request): Response | undefined {
  if (fault.kind === 'error')
    throw new NotModelled('network', `a fault of kind error on ${fault.on}`, 'HTTP has statuses: use kind status.')
  if (fault.kind === 'rate-limit') return twin.failure(429, fault.retryAfterMs ?? 1000, request)
  if (fault.kind === 'status') return twin.failure(fault.status ?? 503, fault.retryAfterMs, request)
  return undefined
}
