import type { Json } from '../trace.ts'
import type { World } from '../world.ts'

/**
 * Error bodies have all four keys, `param` and `code` null where there is none.
 * Source: components/schemas/Error in https://github.com/openai/openai-openapi (2026-11-24); the SDK's src/core/error.ts.
 */
export const errorBody = (message: string, type: string, param: string | null, code: string | null): Json => ({
  error: { message, type, param, code },
})

export const refusal = (status: number, body: Json, headers: Readonly<Record<string, string>> = {}): Response =>
  Response.json(body, { status, headers })

export const invalid = (message: string, param: string | null, code: string | null = null): Response =>
  refusal(400, errorBody(message, 'invalid_request_error', param, code))

/** Headers of every answer. Source: https://developers.openai.com/api/reference/overview (2026-11-24). */
export const commonHeaders = (world: World): Record<string, string> => ({
  'x-request-id': world.id('req_', 32).toLowerCase(),
  'openai-version': '2020-10-01',
  'openai-organization': 'org-backlot',
  'openai-processing-ms': '312',
})

/** A time to wait as the rate limit headers print it: `6m0s`, `1.5s`, `20ms`. */
export function printReset(ms: number): string {
  if (ms < 1000) return `${ms}ms`
  const minutes = Math.floor(ms / 60_000)
  const seconds = (ms % 60_000) / 1000
  return minutes > 0 ? `${minutes}m${Number(seconds.toFixed(3))}s` : `${Number(seconds.toFixed(3))}s`
}

/** An injected failure in the vendor's own words. Source: https://developers.openai.com/api/docs/guides/error-codes (2026-11-24). */
export function failure(status: number, retryAfterMs?: number): Response {
  const headers: Record<string, string> =
    retryAfterMs === undefined
      ? {}
      : { 'retry-after': `${Math.ceil(retryAfterMs / 1000)}`, 'retry-after-ms': `${retryAfterMs}` }
  switch (status) {
    case 401:
      return refusal(
        401,
        errorBody('Incorrect API key provided.', 'invalid_request_error', null, 'invalid_api_key'),
        headers,
      )
    case 429:
      return refusal(
        429,
        errorBody('Rate limit reached for requests.', 'requests', null, 'rate_limit_exceeded'),
        headers,
      )
    case 503:
      return refusal(
        503,
        errorBody('The engine is currently overloaded, please try again later.', 'server_error', null, null),
        headers,
      )
    default:
      return refusal(
        status,
        errorBody(
          'The server had an error while processing your request. Sorry about that!',
          status >= 500 ? 'server_error' : 'invalid_request_error',
          null,
          null,
        ),
        headers,
      )
  }
}

/** `data: {…}` and a blank line; with a name, `event: name` above it. */
export const sse = (data: Json | '[DONE]', event?: string): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${data === '[DONE]' ? data : JSON.stringify(data)}\n\n`

export const streamOf = (events: readonly string[], headers: Readonly<Record<string, string>>): Response =>
  new Response(events.join(''), {
    headers: { ...headers, 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-cache' },
  })
