import type { Json } from '../trace.ts'
import { isRow, type Row } from './store.ts'

/** An error answer in Okta's shape. Source: https://developer.okta.com/docs/reference/error-codes/ (2026-11-26). */
export class OktaError extends Error {
  readonly status: number
  readonly code: string
  readonly causes: readonly string[]
  constructor(status: number, code: string, summary: string, causes: readonly string[] = []) {
    super(summary)
    this.name = 'OktaError'
    this.status = status
    this.code = code
    this.causes = causes
  }
}

/** An error of the OAuth endpoints (RFC 6749, 5.2). */
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

export const notFound = (id: string, kind: string): OktaError =>
  new OktaError(404, 'E0000007', `Not found: Resource not found: ${id} (${kind})`)
export const invalid = (what: string, ...causes: readonly string[]): OktaError =>
  new OktaError(400, 'E0000001', `Api validation failed: ${what}`, causes)
export const malformed = (): OktaError => new OktaError(400, 'E0000003', 'The request body was not well-formed.')

export const errorBody = (error: OktaError, errorId: string): Json => ({
  errorCode: error.code,
  errorSummary: error.message,
  errorLink: error.code,
  errorId,
  errorCauses: error.causes.map((errorSummary) => ({ errorSummary })),
})

const SHOWN: ReadonlySet<string> = new Set(['_links', '_link', '_embedded'])
/** What the wire shows of a row: all but the twin's own fields. */
export function view(row: Row): Json {
  const shown: { [field: string]: Json | undefined } = {}
  for (const [field, value] of Object.entries(row)) if (!field.startsWith('_') || SHOWN.has(field)) shown[field] = value
  return shown
}

/** `base` with `over` laid upon it; objects are merged, lists and scalars replaced, `undefined` left out. */
export function merged(base: Row, over: Row): Row {
  const result: { [field: string]: Json | undefined } = { ...base }
  for (const [field, value] of Object.entries(over)) {
    if (value === undefined) continue
    const old = result[field]
    result[field] = isRow(old) && isRow(value) ? (merged(old, value) as Json) : value
  }
  return result
}

/** Without some fields. */
export function without(row: Row, ...fields: readonly string[]): Row {
  return Object.fromEntries(Object.entries(row).filter(([field]) => !fields.includes(field)))
}

export const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}.000Z`

/** Okta's own placeholders, filled in on its side. */
const placeholder = (name: string): string => `\${${name}}`
export const EXPRESSIONS: { readonly login: string; readonly user: string; readonly issuer: string } = {
  login: placeholder('source.login'),
  user: placeholder('user.userName'),
  issuer: `http://www.okta.com/${placeholder('org.externalKey')}`,
}

type Words = { readonly code: string; readonly summary: string }
const FAILURES: Readonly<Record<number, Words>> = {
  401: { code: 'E0000011', summary: 'Invalid token provided' },
  403: { code: 'E0000006', summary: 'You do not have permission to perform the requested action' },
  429: { code: 'E0000047', summary: 'API call exceeded rate limit due to too many requests.' },
  503: { code: 'E0000010', summary: 'Service is in read only mode' },
}

/** An injected failure in the vendor's own words. The SDK waits for Reset − Date, so both are virtual time. */
export function failure(nowMs: number, status: number, retryAfterMs?: number): Response {
  const { code, summary } = FAILURES[status] ?? { code: 'E0000009', summary: 'Internal Server Error' }
  const headers: Record<string, string> = { Date: new Date(nowMs).toUTCString() }
  if (retryAfterMs !== undefined) {
    headers['Retry-After'] = `${Math.ceil(retryAfterMs / 1000)}`
    headers['X-Rate-Limit-Limit'] = '600'
    headers['X-Rate-Limit-Remaining'] = '0'
    headers['X-Rate-Limit-Reset'] = `${Math.ceil((nowMs + retryAfterMs) / 1000)}`
  }
  return Response.json(errorBody(new OktaError(status, code, summary), `oae${'0'.repeat(18)}${status}`), {
    status,
    headers,
  })
}
