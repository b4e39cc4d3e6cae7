import { createServer, type IncomingMessage } from 'node:http'

/** What the incidents' programs share: a small HTTP service, calls to its dependencies, and the one place where a pair differs. */
export type Asked = {
  readonly params: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, string>>
}
export type Answer = { readonly status: number; readonly body?: unknown }
export type Route = (asked: Asked) => Answer | Promise<Answer>

/** Under this word the runtime keeps its switch. */
const WORD = 'backlot-library'

/** Which incident, and which side of it. */
export function chosen(): readonly string[] {
  const control = (globalThis as Readonly<Record<string, { readonly activeMutant?: string } | undefined>>)[WORD]
  return control?.activeMutant?.split('/') ?? process.argv.slice(2)
}

/** The two sides of a pair: all that differs between the program of that night and the one that holds. */
export const either = <T>(pair: { readonly bug: T; readonly fix: T }): T =>
  chosen()[1] === 'fix' ? pair.fix : pair.bug

/** Listens on 3000. A route is `POST /orders/:id`; what it throws is a 500. */
export function serve(routes: Readonly<Record<string, Route>>): void {
  createServer(async (request, response) => {
    const { status, body } = await answer(routes, request)
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body ?? {}))
  }).listen(3000)
}

async function answer(routes: Readonly<Record<string, Route>>, request: IncomingMessage): Promise<Answer> {
  let text = ''
  for await (const part of request) text += part
  const path = (request.url ?? '/').split('/')
  for (const [route, handle] of Object.entries(routes)) {
    const [method, pattern = ''] = route.split(' ')
    const parts = pattern.split('/')
    if (method !== request.method || parts.length !== path.length) continue
    if (!parts.every((part, at) => part.startsWith(':') || part === path[at])) continue
    const params = Object.fromEntries(
      parts.flatMap((part, at) => (part.startsWith(':') ? [[part.slice(1), path[at] ?? '']] : [])),
    )
    try {
      return await handle({ params, body: text === '' ? {} : JSON.parse(text) })
    } catch (error) {
      return { status: 500, body: { error: String(error) } }
    }
  }
  return { status: 404 }
}

export const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** What a dependency answered; `status` 0 when nothing came in time, or the connection broke. */
export type Reply = {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  /** What Retry-After asks for; 0 where it asks for nothing. */
  readonly retryAfterMs: number
}

type Call = {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds until it is given up. */
  readonly timeoutMs?: number
}

/** Calls a dependency: `call('PUT http://cache.library.test/keys/a', { body: { value: 1 } })`. Never throws. */
export async function call(target: string, { body, headers = {}, timeoutMs = 60_000 }: Call = {}): Promise<Reply> {
  const [method = 'GET', url = ''] = target.split(' ')
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'application/x-www-form-urlencoded' : 'application/json'
  try {
    const response = await fetch(url, {
      method,
      headers: { ...(text === undefined ? {} : { 'Content-Type': type }), ...headers },
      signal: AbortSignal.timeout(timeoutMs),
      ...(text === undefined ? {} : { body: text }),
    })
    const answered = await response.text()
    const retryAfterMs = Number(response.headers.get('Retry-After') ?? '0') * 1000
    return { status: response.status, body: answered.startsWith('{') ? JSON.parse(answered) : {}, retryAfterMs }
  } catch {
    return { status: 0, body: {}, retryAfterMs: 0 }
  }
}
