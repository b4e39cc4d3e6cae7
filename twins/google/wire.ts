import type { Json } from '../trace.ts'

/**
 * Which kind of error body is spoken. Docs and Sheets tell clients that are made from discovery documents, as the official ones are, a
 * list of errors as well (https://github.com/OpenRefine/OpenRefine/issues/2760, 2026-11-26), and others not (as recorded).
 */
export type Dialect = 'drive' | 'workspace' | 'discovery'

/** Assumed: it is the client's own header that tells them apart. */
export const isDiscovery = (headers: Headers): boolean =>
  /\bgdcl\//.test(headers.get('x-goog-api-client') ?? '') ||
  /google-api-\w+-client/i.test(headers.get('user-agent') ?? '')

type Told = {
  readonly status: number
  /** Drive: `notFound` and the like. */
  readonly reason?: string
  /** Docs and Sheets: `NOT_FOUND` and the like. */
  readonly code?: string
  readonly domain?: string
  readonly location?: readonly [name: string, type: 'parameter' | 'header']
  readonly details?: Json
  readonly headers?: Readonly<Record<string, string>>
  /** What the list of errors says, where it says it in other words. */
  readonly short?: string
}

/** A refusal by one of the APIs. */
export class GoogleError extends Error {
  readonly told: Told
  constructor(message: string, told: Told) {
    super(message)
    this.name = 'GoogleError'
    this.told = told
  }
}

/** A refusal by the token endpoint: https://www.rfc-editor.org/rfc/rfc6749#section-5.2 (2026-11-26). */
export class OAuthError extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, description: string) {
    super(description)
    this.name = 'OAuthError'
    this.status = status
    this.code = code
  }
}

/** Canonical codes by HTTP status: https://cloud.google.com/apis/design/errors#handling_errors (as known; not opened). */
const CODES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  412: 'FAILED_PRECONDITION',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}

/**
 * Drive names a `reason` for each error, Docs and Sheets a `status`:
 * https://developers.google.com/workspace/drive/api/guides/handle-errors (2026-11-26); bodies of the others as recorded.
 */
export function errorBody(dialect: Dialect, { message, told }: GoogleError): Json {
  const { status: code, reason = 'backendError', domain = 'global', location, details, short = message } = told
  const where = location === undefined ? {} : { location: location[0], locationType: location[1] }
  const status = told.code ?? CODES[code] ?? 'UNKNOWN'
  const more = details === undefined ? {} : { details }
  if (dialect === 'workspace') return { error: { code, message, status, ...more } }
  const errors = [{ message: short, domain, reason, ...where }]
  if (dialect === 'discovery') return { error: { code, message, errors, status, ...more } }
  // Refusals by the gateway in front of Drive carry both.
  return {
    error: {
      code,
      message,
      errors,
      ...(code === 401 || reason === 'insufficientPermissions' ? { status } : {}),
      ...more,
    },
  }
}

export const badRequest = (message: string, details?: Json): GoogleError =>
  new GoogleError(message, { status: 400, reason: 'badRequest', ...(details === undefined ? {} : { details }) })

/** A value of the wrong type, as the JSON parser in front of the APIs tells it (as recorded). */
export function invalidValue(field: string, type: string, value: string): GoogleError {
  const description = `Invalid value at '${field}' (${type}), ${value}`
  return badRequest(description, [
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field, description }] },
  ])
}

export const invalidParameter = (name: string, message: string): GoogleError =>
  new GoogleError(message, { status: 400, reason: 'invalid', location: [name, 'parameter'] })

export const entityNotFound = (): GoogleError =>
  new GoogleError('Requested entity was not found.', { status: 404, reason: 'notFound' })

export const fileNotFound = (id: string): GoogleError =>
  new GoogleError(`File not found: ${id}.`, { status: 404, reason: 'notFound', location: ['fileId', 'parameter'] })

export const notPermitted = (): GoogleError =>
  new GoogleError('The caller does not have permission', { status: 403, reason: 'forbidden' })

export const insufficientFilePermissions = (id: string): GoogleError =>
  new GoogleError(`The user does not have sufficient permissions for file ${id}.`, {
    status: 403,
    reason: 'insufficientFilePermissions',
  })

export const rfc3339 = (ms: number): string => new Date(ms).toISOString()

/** Headers that all JSON answers carry, as recorded. `Date` is virtual time. */
export const commonHeaders = (nowMs: number): Record<string, string> => ({
  'Cache-Control': 'private',
  'Content-Type': 'application/json; charset=UTF-8',
  Date: new Date(nowMs).toUTCString(),
  Server: 'ESF',
  Vary: 'Origin, X-Origin, Referer',
})

/** JSON as Google prints it: with two blanks, and a new line at its end. */
export const printed = (body: Json): string => `${JSON.stringify(body, null, 2)}\n`

/** An injected failure, in the words of the API that is asked. */
export function failure(nowMs: number, status: number, retryAfterMs: number | undefined, request?: Request): Response {
  const url = request === undefined ? undefined : new URL(request.url)
  const drive = url !== undefined && /\/drive\/v3\//.test(url.pathname)
  const retry = retryAfterMs === undefined ? {} : { 'Retry-After': `${Math.ceil(retryAfterMs / 1000)}` }
  const headers = { ...commonHeaders(nowMs), ...retry }
  if (url !== undefined && url.hostname === 'oauth2.googleapis.com') {
    const error = status === 429 ? 'rate_limit_exceeded' : status >= 500 ? 'internal_failure' : 'invalid_request'
    return new Response(printed({ error, error_description: 'Backend error, please retry.' }), { status, headers })
  }
  const [message, reason] = FAILURES[status] ?? ['Backend Error', 'backendError']
  const error = new GoogleError(message, { status, reason, domain: status === 429 ? 'usageLimits' : 'global' })
  return new Response(
    printed(
      errorBody(
        drive ? 'drive' : request !== undefined && isDiscovery(request.headers) ? 'discovery' : 'workspace',
        error,
      ),
    ),
    { status, headers },
  )
}

const FAILURES: Readonly<Record<number, readonly [message: string, reason: string]>> = {
  401: ['Invalid Credentials', 'authError'],
  403: ['User Rate Limit Exceeded', 'userRateLimitExceeded'],
  404: ['Requested entity was not found.', 'notFound'],
  429: ['Rate Limit Exceeded', 'rateLimitExceeded'],
  500: ['Internal error encountered.', 'internalError'],
  502: ['Bad Gateway', 'backendError'],
  503: ['The service is currently unavailable.', 'backendError'],
  504: ['Deadline expired before operation could complete.', 'backendError'],
}
