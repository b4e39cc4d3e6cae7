import qs from 'qs'
import { answered, type Chunk, pieces, truncate } from './chunks.ts'
import type { Fault } from './faults.ts'
import { requestOf } from './request.ts'
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

const KNOWN_ORIGINS_MAX = 1_000
const KNOWN_ADDRESSES_MAX = 500

/** Matches the origins that `https://*.okta.com` or `https://*.s3.*.amazonaws.com` stands for; the `*` of `tcp://*:5432` is any host. */
export function originPattern(origin: string): RegExp {
  const made = patterns.get(origin)
  if (made !== undefined) return made
  const any = origin.startsWith('tcp://') ? '.+' : '[a-z0-9-]+'
  const escaped = origin.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', any)
  const pattern = new RegExp(`^${escaped}$`)
  patterns.set(origin, pattern)
  return pattern
}
/** Twins' origins are the same in every world. */
const patterns = new Map<string, RegExp>()

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

/** A twin in its place, with the names of events it has had. */
type Placed = {
  readonly name: string
  readonly twin: Twin
  readonly definition: TwinDefinition<unknown>
  readonly answered: string
  readonly asked: Map<string, string>
}

/** `twin.operation`, the same text each time: a trace has it in every event. */
function askedOf({ name, asked }: Placed, operation: string): string {
  const known = asked.get(operation)
  if (known !== undefined) return known
  const text = `${name}.${operation}`
  asked.set(operation, text)
  return text
}

/** A twin that knows the gap says why; one that answers all the same has a route without a name. */
async function unnamed({ name, twin }: Placed, request: Request): Promise<never> {
  const { method, url } = request
  await twin.fetch(request)
  throw new NotModelled(name, `${method} ${new URL(url).pathname}`, `"npx backlot twins ${name}" lists what it does.`)
}

/** Puts twins at their origins in `world`. Throws when two claim the same origin. */
export function createNetwork(world: World, placements: readonly Placement[]): Network {
  const twins = new Map<string, Twin>()
  const placed = new Map<string, Placed>()
  const origins: { readonly pattern: RegExp; readonly origin: string; readonly name: string }[] = []
  for (const { definition, seed } of placements) {
    for (const origin of definition.origins) {
      const other = origins.find((entry) => entry.origin === origin)
      if (other !== undefined)
        throw new Error(`network: expected one twin at ${origin}, got ${other.name} and ${definition.name}.`)
      origins.push({ pattern: originPattern(origin), origin, name: definition.name })
    }
    world.money.addPrices(definition.name, definition.prices)
    const { name } = definition
    const twin = definition.create(world, seed)
    twins.set(name, twin)
    placed.set(name, { name, twin, definition, answered: `${name}.answer`, asked: new Map() })
  }
  /** By step and operation. */
  const attempts = new Map<string, Map<string, number>>()
  const attemptOf = (step: string, asked: string): number => {
    const ofStep = attempts.get(step) ?? new Map<string, number>()
    const attempt = (ofStep.get(asked) ?? 0) + 1
    if (attempt === 1) attempts.set(step, ofStep)
    ofStep.set(asked, attempt)
    return attempt
  }
  /** Addresses as they were parsed: nobody changes them. */
  const addresses = new Map<string, { readonly url: URL; readonly at: Placed | undefined }>()
  const addressOf = (text: string): { readonly url: URL; readonly at: Placed | undefined } => {
    const known = addresses.get(text)
    if (known !== undefined) return known
    const url = new URL(text)
    const name = nameAt(url.origin)
    const address = { url, at: name === undefined ? undefined : placed.get(name) }
    if (addresses.size >= KNOWN_ADDRESSES_MAX) addresses.clear()
    addresses.set(text, address)
    return address
  }
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
    handle(request) {
      try {
        return taken(request)
      } catch (error) {
        return Promise.reject(error)
      }
    },
  }
  const taken = (request: WireRequest): Promise<WireAnswer> => {
    const { url, at } = addressOf(request.url)
    if (at === undefined) {
      throw new NotModelled(
        'network',
        `the origin ${url.origin}`,
        'Name a twin for it under "given", or take the call out.',
      )
    }
    const { name, twin, definition } = at
    const ask = (): Request => requestOf({ method: request.method, url, headers: request.headers, body: request.body })
    const first = ask()
    const header = (wanted: string): string | undefined => first.headers.get(wanted) ?? undefined
    const operation = twin.operationOf(request.method, url, header)
    if (operation === undefined) return unnamed(at, first)
    const asked = askedOf(at, operation)
    const attempt = attemptOf(request.step, asked)
    const key = `${request.step}/${asked}#${attempt}`
    return world.within({ step: request.step, key, draws: new Map() }, async (): Promise<WireAnswer> => {
      const own = twin.fieldsOf?.(request.method, url, header)
      const sent = requestFields(request, url)
      const fields = own === undefined ? sent : { ...(sent as object), ...own }
      world.trace.record(asked, {
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
        const given = refused ?? twin.fetch(first)
        const response = given instanceof Promise ? await given : given
        if (fault?.kind === 'duplicate') await twin.fetch(ask())
        const coming = answered(response)
        const whole = coming instanceof Promise ? await coming : coming
        const { status, headers, size } = whole
        world.trace.record(at.answered, { key, operation, status, bytes: size })
        if (fault?.kind === 'answer-lost') return lost(fault.silent ?? false)
        const chunks = pieces(world, key, whole)
        const cut = fault?.kind === 'truncated'
        return {
          kind: 'response',
          afterMs,
          key,
          status,
          headers,
          chunks: cut ? truncate(chunks) : chunks,
          cut,
        }
      }
      const wait = refused === undefined && twin.wait !== undefined ? await twin.wait(ask()) : undefined
      if (wait === undefined) return await answer()
      const { cause } = world
      return {
        kind: 'held',
        key,
        whenAnswered: (use) => wait(() => world.within(cause, async () => use(await answer()))),
      }
    })
  }
  const stands = ({ act }: Wire): boolean => act.kind === 'call' || twins.has(act.twin)
  const wires = [...placed.values()].flatMap(({ definition }) => definition.wires ?? [])
  wireTwins(world, network, wires.filter(stands))
  return network
}

function refusal(twin: Twin, fault: Fault, request: Request): Response | undefined {
  if (fault.kind === 'error')
    throw new NotModelled('network', `a fault of kind error on ${fault.on}`, 'HTTP has statuses: use kind status.')
  if (fault.kind === 'rate-limit') return twin.failure(429, fault.retryAfterMs ?? 1000, request)
  if (fault.kind === 'status') return twin.failure(fault.status ?? 503, fault.retryAfterMs, request)
  return undefined
}
