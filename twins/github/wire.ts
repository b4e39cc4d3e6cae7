import type { Json } from '../trace.ts'
import type { Row } from './store.ts'

export const API = 'https://api.github.com'
export const WEB = 'https://github.com'
export const UPLOADS = 'https://uploads.github.com'
export const RAW = 'https://raw.githubusercontent.com'
export const DOCS = 'https://docs.github.com/rest'

/** What is wrong with a field: https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api (2026-11-26). */
export type FieldError = {
  readonly resource: string
  readonly field?: string
  readonly code: 'missing' | 'missing_field' | 'invalid' | 'already_exists' | 'unprocessable' | 'custom'
  readonly message?: string
  readonly value?: Json
}

/** An answer that GitHub gives instead of what was asked for. */
export class GitHubError extends Error {
  readonly status: number
  readonly errors: readonly Json[] | undefined
  readonly headers: Readonly<Record<string, string>>
  /** What the body says beside the usual. */
  readonly more: { readonly [field: string]: Json }
  constructor(
    status: number,
    message: string,
    errors?: readonly Json[],
    headers: Readonly<Record<string, string>> = {},
    more: { readonly [field: string]: Json } = {},
  ) {
    super(message)
    this.name = 'GitHubError'
    this.status = status
    this.errors = errors
    this.headers = headers
    this.more = more
  }
}

/** The status stands in the body as a text since 2024, as recordings show. */
export const errorBody = ({
  status,
  message,
  errors,
  more = {},
}: Pick<GitHubError, 'status' | 'message' | 'errors'> & Partial<Pick<GitHubError, 'more'>>): Json => ({
  message,
  ...more,
  ...(errors === undefined ? {} : { errors }),
  documentation_url: DOCS,
  status: String(status),
})

/** What does not exist and what may not be seen look the same. */
export const notFound = (message = 'Not Found'): GitHubError => new GitHubError(404, message)
export const forbidden = (message: string): GitHubError => new GitHubError(403, message)
export const invalid = (...errors: readonly FieldError[]): GitHubError =>
  new GitHubError(422, 'Validation Failed', errors as readonly Json[])
export const missingField = (resource: string, field: string): GitHubError =>
  invalid({ resource, code: 'missing_field', field })

/** Whole seconds, as all of GitHub's times. */
export const iso = (ms: number): string => new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z')

/** A whole number or text as MessagePack has it. */
function packed(value: number | string): Buffer {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value)
    const head = bytes.length < 32 ? [0xa0 | bytes.length] : [0xda, bytes.length >> 8, bytes.length & 255]
    return Buffer.concat([Buffer.from(head), bytes])
  }
  if (value < 128) return Buffer.from([value])
  const wide = value > 0xffffffff
  const bytes = Buffer.alloc(wide ? 9 : 5)
  bytes[0] = wide ? 0xcf : 0xce
  if (wide) bytes.writeBigUInt64BE(BigInt(value), 1)
  else bytes.writeUInt32BE(value, 1)
  return bytes
}

/** A global node id: a prefix for the kind, and a MessagePack list of numbers behind it, as recordings show. */
export const nodeId = (prefix: string, ...parts: readonly (number | string)[]): string =>
  `${prefix}_${Buffer.concat([Buffer.from([0x91 + parts.length, 0]), ...parts.map(packed)]).toString('base64url')}`

/** A path in an address: slashes stay. */
export const pathOf = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

export const without = (row: Row, ...names: readonly string[]): Row =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)))

/** What a seed took over as the API showed it keeps its fields, no more and no fewer; all else is as it is worked out. */
export function asSeen(row: Row, doc: Json): Json {
  if (row.url === undefined) return doc
  const made = doc as Row
  const names = Object.keys(row).filter((name) => !name.startsWith('_') && row[name] !== undefined)
  return Object.fromEntries(
    names.map((name) => [name, made[name] ?? (Object.hasOwn(made, name) ? null : row[name])]),
  ) as Json
}

/** A row without the twin's own fields. */
export const shown = (row: Row): Json =>
  Object.fromEntries(
    Object.entries(row).filter(([name, value]) => !name.startsWith('_') && value !== undefined),
  ) as Json

/** An injected failure in GitHub's shape: 429 is a secondary limit, 500 and above come from its edge. */
export function failure(nowMs: number, status: number, retryAfterMs: number | undefined): Response {
  const messages: Readonly<Record<number, string>> = {
    403: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    429: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
    502: 'Server Error',
    503: 'Service Unavailable',
  }
  const message = messages[status] ?? (status >= 500 ? 'Server Error' : 'Bad Request')
  const headers = {
    Date: new Date(nowMs).toUTCString(),
    'X-GitHub-Media-Type': 'github.v3; format=json',
    ...(retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) }),
  }
  return Response.json(errorBody({ status, message, errors: undefined }), { status, headers })
}
