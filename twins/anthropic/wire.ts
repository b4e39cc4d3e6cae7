import type { Json } from '../trace.ts'
import type { World } from '../world.ts'
import type { Item } from './state.ts'

/**
 * Error types by status. Source: https://platform.claude.com/docs/en/api/errors (2026-11-26), and `ErrorType` in the SDK's
 * resources/shared.d.ts (1.14).
 */
const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}
const WORDS: Readonly<Record<number, string>> = {
  401: 'invalid x-api-key',
  429: 'This request would exceed your account’s rate limit. Please try again later.',
  500: 'Internal server error',
  504: 'Request timed out',
  529: 'Overloaded',
}

const typeOf = (status: number): string => TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error')

/** An error in the vendor's shape, as batches keep it too. */
export function errorBody(world: World, status: number, message: string): Item & { readonly request_id: string } {
  return { type: 'error', error: { type: typeOf(status), message }, request_id: requestId(world) }
}

/** A refusal in the vendor's shape; its id is in the body and the header. */
export function refusal(
  world: World,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = errorBody(world, status, message)
  return Response.json(body, { status, headers: { 'request-id': body.request_id, ...headers } })
}

export const invalid = (world: World, message: string): Response => refusal(world, 400, message)

const requestId = (world: World): string => world.id('req_011C', 20)

/** Headers of every good answer. Source: https://platform.claude.com/docs/en/api/overview#response-headers (2026-11-26). */
export const commonHeaders = (world: World): Record<string, string> => ({
  'request-id': requestId(world),
  'anthropic-organization-id': '00000000-0000-4000-8000-000000000001',
})

/** An injected failure in the vendor's own words. It hangs on nothing but its arguments. */
export function failure(status: number, retryAfterMs?: number): Response {
  const id = 'req_011Cbacklot0000000000000'
  const message = WORDS[status] ?? (status >= 500 ? 'Internal server error' : 'invalid request')
  const body: Json = { type: 'error', error: { type: typeOf(status), message }, request_id: id }
  return Response.json(body, {
    status,
    headers: {
      'request-id': id,
      ...(retryAfterMs === undefined ? {} : { 'retry-after': `${Math.ceil(retryAfterMs / 1000)}` }),
    },
  })
}

/** An event of a stream: its name is its data's type. */
export const sse = (data: Json & { readonly type: string }): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`

export const streamOf = (events: readonly string[], headers: Readonly<Record<string, string>>): Response =>
  new Response(events.join(''), {
    headers: { ...headers, 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-cache' },
  })
