import { request as send } from 'node:http'
import type { Recorder } from './har.ts'

/** A request to the service under test. */
export type Passed = {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body: Uint8Array
}
export type PassedAnswer = {
  readonly status: number
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly body: Uint8Array
}

/** The service under test behind the twins' proxy: what it is asked at its public origin goes to where it really listens. */
export interface Pass {
  readonly host: string
  readonly origin: string
  /** Rejects when no answer comes. */
  forward(request: Passed): Promise<PassedAnswer>
}

const HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'proxy-authorization'])

/** `origin` is how the world knows the service, `to` where it listens; each exchange is recorded where `recorder` is given. */
export function createPass(
  origin: string,
  to: string,
  { recorder, now }: { readonly recorder: Recorder | undefined; readonly now: () => number },
): Pass {
  const target = new URL(to)
  const ask = ({ method, target: path, headers, body }: Passed): Promise<PassedAnswer> =>
    new Promise((resolve, reject) => {
      const flat = headers.filter(([name]) => !HOP.has(name.toLowerCase())).flat()
      const outgoing = send(
        { host: target.hostname, port: target.port, method, path, headers: flat, setHost: false },
        (incoming) => {
          const chunks: Buffer[] = []
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
          incoming.on('error', reject)
          incoming.on('end', () => {
            const { rawHeaders: raw, statusCode = 502 } = incoming
            const pairs = Array.from(
              { length: raw.length / 2 },
              (_, at) => [raw[at * 2] ?? '', raw[at * 2 + 1] ?? ''] as const,
            )
            resolve({ status: statusCode, headers: pairs, body: Buffer.concat(chunks) })
          })
        },
      )
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  return {
    origin,
    host: new URL(origin).host,
    async forward(request) {
      const startedMs = now()
      const common = {
        startedMs,
        method: request.method,
        url: origin + request.target,
        requestHeaders: request.headers,
        requestBody: request.body,
      }
      try {
        const answer = await ask(request)
        recorder?.add({ ...common, endedMs: now(), answer: { kind: 'answer', ...answer } })
        return answer
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'ECONNRESET'
        recorder?.add({ ...common, endedMs: now(), answer: { kind: 'none', error: code } })
        throw error
      }
    },
  }
}
