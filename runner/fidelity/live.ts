import { originPattern } from '../../twins/network.ts'
import type { TwinDefinition } from '../../twins/twin.ts'
import { createWorld } from '../../twins/world.ts'
import type { Answerer } from './replay.ts'

export type LiveOptions = {
  readonly secret: string
  /** Where the service is, when not at its own address: a sandbox, a proxy that records. */
  readonly origin?: string | undefined
  readonly fetch: (request: Request) => Promise<Response>
  readonly wait: (ms: number) => Promise<void>
  /** Told of each exchange, for a new recording. */
  readonly onExchange?: (request: Request, response: Response, atMs: number) => Promise<void>
  readonly now: () => number
}

/** What a real service is not made to wait for: it has its own time. */
const WAIT_MAX_MS = 2_000

/** Why the real service cannot be asked; undefined when it can. */
export function liveRefusal(
  { name, fidelity }: TwinDefinition<unknown>,
  secret: string | undefined,
): string | undefined {
  const live = fidelity?.live
  if (live === undefined)
    return `the ${name} twin does not know how to authorise itself at the real service; give its profile "live".`
  if (secret === undefined || secret === '') return `${live.env} is not set.`
  // Recordings create, charge and delete: never in an account where that is real.
  if (live.refuse?.test(secret) === true)
    return `${live.env} is a key to real money or real data; give one of a test account.`
  return undefined
}

/** The vendor itself in the twin's place: the same recordings, asked again today. */
export function liveService(definition: TwinDefinition<unknown>, options: LiveOptions): Answerer {
  const origins = definition.origins.map(originPattern)
  // Only for the names of operations.
  const world = createWorld({ seed: 'live', startsAt: '2026-01-01T00:00:00Z' })
  const twin = definition.create(world, definition.seed.parse({}))
  return {
    operationOf: (method, url, header) =>
      origins.some((pattern) => pattern.test(url.origin))
        ? (twin.operationOf(method, url, header) ?? `${method} ${url.pathname}`)
        : undefined,
    now: options.now,
    authorize: (headers) => definition.fidelity?.live?.authorize(headers, options.secret),
    async fetch(request) {
      const url = new URL(request.url)
      const target =
        options.origin === undefined ? request : new Request(options.origin + url.pathname + url.search, request)
      const atMs = options.now()
      const kept = request.clone()
      const response = await options.fetch(target)
      await options.onExchange?.(kept, response.clone(), atMs)
      return response
    },
    wait: (ms) => options.wait(Math.min(ms, WAIT_MAX_MS)),
  }
}

const SECRET_HEADER = /^(authorization|cookie|set-cookie|x-api-key|.*token|.*secret)$/i

/** One exchange as HAR has it, without credentials. */
export async function toHarEntry(request: Request, response: Response, atMs: number): Promise<object> {
  const headers = (all: Headers): readonly object[] =>
    [...all].map(([name, value]) => ({ name, value: SECRET_HEADER.test(name) ? 'REDACTED' : value }))
  const sent = await request.text()
  const text = await response.text()
  const type = (all: Headers): string => all.get('content-type') ?? ''
  return {
    startedDateTime: new Date(atMs).toISOString(),
    time: 0,
    request: {
      method: request.method,
      url: request.url,
      httpVersion: 'HTTP/1.1',
      headers: headers(request.headers),
      queryString: [],
      cookies: [],
      headersSize: -1,
      bodySize: sent.length,
      ...(sent === '' ? {} : { postData: { mimeType: type(request.headers), text: sent } }),
    },
    response: {
      status: response.status,
      statusText: response.statusText,
      httpVersion: 'HTTP/1.1',
      headers: headers(response.headers),
      cookies: [],
      content: { size: text.length, mimeType: type(response.headers), ...(text === '' ? {} : { text }) },
      redirectURL: '',
      headersSize: -1,
      bodySize: text.length,
    },
    cache: {},
    timings: { send: 0, wait: 0, receive: 0 },
  }
}
