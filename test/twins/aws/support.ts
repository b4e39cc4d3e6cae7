import { Readable } from 'node:stream'
import { vi } from 'vitest'
import { createNetwork, type Network, settled } from '../../../twins/network.ts'
import type { Json } from '../../../twins/trace.ts'
import type { TwinDefinition } from '../../../twins/twin.ts'
import { createWorld, type RunnableWorld } from '../../../twins/world.ts'

export const STARTS_AT = '2030-01-01T00:00:00Z'
export const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}

/** A request as the SDK hands it to its transport. */
type Outgoing = {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}
type Incoming = { readonly statusCode: number; readonly headers: Record<string, string>; readonly body: Readable }

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

function urlOf({ protocol, hostname, path, query = {} }: Outgoing): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === null ? [encoded(name)] : [value].flat().map((one) => `${encoded(name)}=${encoded(String(one))}`),
  )
  return `${protocol}//${hostname}${path}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`
}

async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array()
  if (typeof body === 'string') return new TextEncoder().encode(body)
  // A view of it: what the SDK hands over warns of whoever takes it for text.
  if (body instanceof Uint8Array) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
  const parts: Uint8Array[] = []
  for await (const part of body as AsyncIterable<Uint8Array | string>) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}

export type Cloud = {
  readonly world: RunnableWorld
  readonly network: Network
  /** The transport of an SDK's client: requests reach the twins of this world at their real hosts. */
  readonly requestHandler: { handle(request: unknown): Promise<{ response: Incoming }> }
  readonly requests: Outgoing[]
  /** Plain HTTP to the twins, as a browser with a presigned URL has it. */
  fetch(url: string, init?: RequestInit): Promise<Response>
  /** Waits until so many requests have been held since the beginning: what an SDK does before it asks takes real time. */
  held(count: number): Promise<void>
  /** Moves the clock of the world, and with it the one that the SDK reads. */
  advance(ms: number): Promise<void>
  snapshot(twin: string): Json
}

/** A world with twins of AWS in it. `vi` keeps the SDK's `Date` with the world's clock: undo with `vi.useRealTimers()`. */
export function cloud(placed: Readonly<Record<string, unknown>>, definitions: readonly unknown[]): Cloud {
  const world: RunnableWorld = createWorld({ seed: '1', startsAt: STARTS_AT })
  vi.useFakeTimers({ toFake: ['Date'], now: world.clock.now() })
  const network = createNetwork(
    world,
    (definitions as readonly TwinDefinition<unknown>[]).map((definition) => ({
      definition,
      seed: definition.seed.parse(placed[definition.name] ?? {}),
    })),
  )
  const requests: Outgoing[] = []
  let holds = 0
  const ask = async (
    method: string,
    url: string,
    headers: readonly (readonly [string, string])[],
    body: Uint8Array,
  ) => {
    const given = await network.handle({ step: 'test', method, url, headers, body })
    if (given.kind === 'held') holds += 1
    const answer = await settled(given)
    if (answer.kind !== 'response')
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' })
    const bytes = method === 'HEAD' ? Buffer.alloc(0) : Buffer.concat(answer.chunks.map((chunk) => chunk.bytes))
    const date: readonly [string, string] = ['date', new Date(world.clock.now()).toUTCString()]
    return { status: answer.status, headers: [...answer.headers, date], bytes }
  }
  const breathe = async (): Promise<void> => {
    for (let at = 0; at < 20; at++) await new Promise<void>((resolve) => setImmediate(resolve))
  }
  return {
    world,
    network,
    requests,
    requestHandler: {
      async handle(given) {
        const request = given as Outgoing
        requests.push(request)
        const body = await bytesOf(request.body)
        const { status, headers, bytes } = await ask(
          request.method,
          urlOf(request),
          Object.entries(request.headers),
          body,
        )
        const response = { statusCode: status, headers: Object.fromEntries(headers), body: Readable.from([bytes]) }
        return { response }
      },
    },
    async fetch(url, init = {}) {
      const request = new Request(url, init)
      const { status, headers, bytes } = await ask(
        request.method,
        request.url,
        [...request.headers],
        new Uint8Array(await request.arrayBuffer()),
      )
      return new Response(bytes.length === 0 ? null : bytes, {
        status,
        headers: headers.map(([a, b]): [string, string] => [a, b]),
      })
    },
    async held(count) {
      while (holds < count) await breathe()
    },
    async advance(ms) {
      await breathe()
      const untilMs = world.clock.now() + ms
      for (let next = world.clock.nextAt(); next !== undefined && next <= untilMs; next = world.clock.nextAt()) {
        await world.clock.runNext()
        vi.setSystemTime(world.clock.now())
        await breathe()
      }
      world.clock.moveTo(untilMs)
      vi.setSystemTime(untilMs)
      await breathe()
    },
    snapshot: (twin) => network.twins.get(twin)?.snapshot() ?? null,
  }
}

/** The error that a call ends in. */
export const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )
