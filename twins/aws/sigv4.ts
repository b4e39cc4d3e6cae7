import { createHash, createHmac } from 'node:crypto'
import type { HeaderOf } from '../twin.ts'
import type { Credential } from './credentials.ts'

/** What is signed of a request. `bodyHash` is the SHA-256 of its body in hex. */
export type Signable = {
  readonly method: string
  readonly url: URL
  readonly header: HeaderOf
  readonly bodyHash: () => string
  readonly bodyLength: number
}

/** What the verifier holds a signature against. */
export type Expected = {
  readonly service: string
  readonly region: string
  readonly credentials: readonly Credential[]
  readonly nowMs: number
  /** S3 signs a path as it is sent; everybody else encodes it once more. */
  readonly pathOnce: boolean
}

/** Who asks, or why the signature does not hold. `payload` is the hash that was signed, or a word in its place. */
export type Identity =
  | {
      readonly kind: 'signed'
      readonly key: string
      readonly how: 'header' | 'query'
      readonly payload: string
      readonly chain: Chain
    }
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'malformed'; readonly how: 'header' | 'query'; readonly what: string }
  | { readonly kind: 'unknown-key'; readonly key: string }
  | { readonly kind: 'bad-token'; readonly expired: boolean }
  | { readonly kind: 'wrong-scope'; readonly what: 'region' | 'service' | 'date'; readonly got: string }
  | { readonly kind: 'skewed'; readonly signedAt: string; readonly signedMs: number }
  | { readonly kind: 'expired'; readonly expiresMs: number; readonly expiresS: number }
  | { readonly kind: 'not-yet'; readonly signedMs: number }
  | {
      readonly kind: 'mismatch'
      readonly key: string
      readonly given: string
      readonly stringToSign: string
      readonly canonicalRequest: string
    }

/** Signs what follows a signed head: each piece together with the signature before it, the first with that of the head. */
export type Chain = (kind: 'PAYLOAD' | 'TRAILER', data: string | Uint8Array) => string

export const ALGORITHM = 'AWS4-HMAC-SHA256'
/** Requests may be so old, or so young: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (2026-11-26). */
const SKEW_MS_MAX = 15 * 60_000
/** A presigned URL lives for a week at most: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html (2026-11-26). */
const EXPIRES_S_MAX = 604_800

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** RFC 3986, as AWS has it: everything but unreserved characters. */
export const encodeUri = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

/** Undoes percent-encoding; text that is none stays as it is. */
export function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The pairs of a query as they were sent, decoded; a name without `=` has the value ''. */
export const queryPairs = (url: URL): readonly (readonly [string, string])[] =>
  url.search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=')
      const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
      const decode = (text: string): string => decodeUri(text.replaceAll('+', ' '))
      return [decode(name), decode(value)]
    })

type Claim = {
  readonly how: 'header' | 'query'
  readonly key: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  readonly signedAt: string
  readonly token: string | undefined
  readonly expiresS: number | undefined
}

/** `20300101T000000Z` in milliseconds; NaN for anything else. */
export function parseAmzDate(text: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (parts === null) return Number.NaN
  const [, year, month, day, hour, minute, second] = parts
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

/** `20300101T000000Z`. */
export const amzDate = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '')

/**
 * Checks Signature Version 4, in the header or in the query, against the clock of the world.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (2026-11-26).
 */
export function identify(request: Signable, expected: Expected): Identity {
  const claim = claimOf(request)
  if ('kind' in claim) return claim
  const credential = expected.credentials.find(({ access_key_id }) => access_key_id === claim.key)
  if (credential === undefined) return { kind: 'unknown-key', key: claim.key }
  if (claim.token !== credential.session_token) return { kind: 'bad-token', expired: false }
  if (credential.expires !== undefined && Date.parse(credential.expires) <= expected.nowMs)
    return { kind: 'bad-token', expired: true }
  if (claim.region !== expected.region) return { kind: 'wrong-scope', what: 'region', got: claim.region }
  if (claim.service !== expected.service) return { kind: 'wrong-scope', what: 'service', got: claim.service }
  const signedMs = parseAmzDate(claim.signedAt)
  if (claim.signedAt.slice(0, 8) !== claim.date) return { kind: 'wrong-scope', what: 'date', got: claim.date }
  const timely = timeliness(claim, signedMs, expected.nowMs)
  if (timely !== undefined) return timely

  const payload =
    claim.how === 'query' ? 'UNSIGNED-PAYLOAD' : (request.header('x-amz-content-sha256') ?? request.bodyHash())
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`
  let mismatch: Identity | undefined
  for (const address of addressesOf(request)) {
    const canonicalRequest = canonical(request, address, claim.signedHeaders, payload, expected.pathOnce)
    const stringToSign = [ALGORITHM, claim.signedAt, scope, sha256(canonicalRequest)].join('\n')
    if (signatureOf(credential, claim, stringToSign) === claim.signature)
      return { kind: 'signed', key: claim.key, how: claim.how, payload, chain: chainOf(credential, claim, scope) }
    mismatch ??= { kind: 'mismatch', key: claim.key, given: claim.signature, stringToSign, canonicalRequest }
  }
  return mismatch ?? { kind: 'anonymous' }
}

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html (2026-11-26). */
function chainOf(credential: Credential, claim: Claim, scope: string): Chain {
  let previous = claim.signature
  return (kind, data) => {
    const about = kind === 'PAYLOAD' ? [sha256(''), sha256(data)] : [sha256(data)]
    const text = [`${ALGORITHM}-${kind}`, claim.signedAt, scope, previous, ...about].join('\n')
    previous = signatureOf(credential, claim, text)
    return previous
  }
}

/** Where a client believes the service to be: its signature covers that. */
type Address = { readonly host: string; readonly path: string }

/** The address of the vendor, and the one by which a served twin was reached. */
function addressesOf({ url, header }: Signable): readonly Address[] {
  const usual = { host: header('host') ?? url.host, path: url.pathname }
  const host = header('x-forwarded-host')
  return host === undefined ? [usual] : [usual, { host, path: (header('x-forwarded-prefix') ?? '') + url.pathname }]
}

/** The signature of any text in a scope: requests, and the policies of forms. */
export function signatureOf(
  { secret_access_key }: Credential,
  { date, region, service }: { readonly date: string; readonly region: string; readonly service: string },
  text: string,
): string {
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret_access_key}`)
  return hmac(key as Buffer, text).toString('hex')
}

/**
 * Signs a request with what stands on it, as an SDK does: gives the `Authorization` of a request whose `x-amz-date` is `signedAt`.
 * All headers that `names` lists are covered.
 */
export function authorization(
  request: Signable,
  credential: Credential,
  { service, region, signedAt, names, pathOnce }: SigningOptions,
): string {
  const date = signedAt.slice(0, 8)
  const signedHeaders = [...new Set(['host', ...names])].sort()
  const payload = request.header('x-amz-content-sha256') ?? request.bodyHash()
  const scope = `${date}/${region}/${service}/aws4_request`
  const address = { host: request.url.host, path: request.url.pathname }
  const text = [ALGORITHM, signedAt, scope, sha256(canonical(request, address, signedHeaders, payload, pathOnce))]
  const signature = signatureOf(credential, { date, region, service }, text.join('\n'))
  return `${ALGORITHM} Credential=${credential.access_key_id}/${scope}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
}
type SigningOptions = {
  readonly service: string
  readonly region: string
  /** `20300101T000000Z`. */
  readonly signedAt: string
  readonly names: readonly string[]
  readonly pathOnce: boolean
}

/** `AKIA…/20300101/us-east-1/s3/aws4_request` in its parts. */
export function credentialScope(
  text: string,
): { readonly key: string; readonly date: string; readonly region: string; readonly service: string } | undefined {
  const [key = '', date = '', region = '', service = '', end = '', ...more] = text.split('/')
  return key !== '' && end === 'aws4_request' && more.length === 0 ? { key, date, region, service } : undefined
}

function claimOf({ url, header }: Signable): Claim | Identity {
  const authorization = header('authorization')
  if (authorization === undefined) return claimInQuery(url)
  const malformed = (what: string): Identity => ({ kind: 'malformed', how: 'header', what })
  if (!authorization.startsWith(`${ALGORITHM} `)) return malformed('Unsupported Authorization Type')
  const parts = new Map(
    authorization
      .slice(ALGORITHM.length)
      .split(',')
      .map((part): [string, string] => {
        const at = part.indexOf('=')
        return [part.slice(0, at).trim(), part.slice(at + 1).trim()]
      }),
  )
  const scope = credentialScope(parts.get('Credential') ?? '')
  if (scope === undefined) return malformed("Authorization header requires 'Credential' parameter.")
  const signature = parts.get('Signature')
  if (signature === undefined) return malformed("Authorization header requires 'Signature' parameter.")
  const signedHeaders = (parts.get('SignedHeaders') ?? '').split(';')
  if (!signedHeaders.includes('host')) return malformed("Authorization header requires 'SignedHeaders' parameter.")
  const signedAt = header('x-amz-date') ?? ''
  if (Number.isNaN(parseAmzDate(signedAt)))
    return malformed("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
  const token = header('x-amz-security-token')
  return { ...scope, how: 'header', signedHeaders, signature, signedAt, token, expiresS: undefined }
}

function claimInQuery(url: URL): Claim | Identity {
  const query = new Map(queryPairs(url))
  const algorithm = query.get('X-Amz-Algorithm')
  if (algorithm === undefined && !query.has('X-Amz-Signature')) return { kind: 'anonymous' }
  const malformed = (what: string): Identity => ({ kind: 'malformed', how: 'query', what })
  if (algorithm !== ALGORITHM) return malformed(`X-Amz-Algorithm only supports "${ALGORITHM}"`)
  const scope = credentialScope(query.get('X-Amz-Credential') ?? '')
  const [signature, signedAt, expires] = ['X-Amz-Signature', 'X-Amz-Date', 'X-Amz-Expires'].map((name) =>
    query.get(name),
  )
  if (scope === undefined || signature === undefined || signedAt === undefined || expires === undefined)
    return malformed(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    )
  if (Number.isNaN(parseAmzDate(signedAt)))
    return malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
  const expiresS = Number(expires)
  if (!Number.isInteger(expiresS)) return malformed('X-Amz-Expires should be a number')
  if (expiresS < 0) return malformed('X-Amz-Expires must be non-negative')
  if (expiresS > EXPIRES_S_MAX)
    return malformed(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    )
  const signedHeaders = (query.get('X-Amz-SignedHeaders') ?? '').split(';')
  const token = query.get('X-Amz-Security-Token')
  return { ...scope, how: 'query', signedHeaders, signature, signedAt, token, expiresS }
}

function timeliness({ how, signedAt, expiresS }: Claim, signedMs: number, nowMs: number): Identity | undefined {
  if (how === 'header')
    return Math.abs(nowMs - signedMs) > SKEW_MS_MAX ? { kind: 'skewed', signedAt, signedMs } : undefined
  if (signedMs - nowMs > SKEW_MS_MAX) return { kind: 'not-yet', signedMs }
  const expiresMs = signedMs + (expiresS ?? 0) * 1000
  return nowMs > expiresMs ? { kind: 'expired', expiresMs, expiresS: expiresS ?? 0 } : undefined
}

function canonical(
  { method, url, header, bodyLength }: Signable,
  address: Address,
  signedHeaders: readonly string[],
  payload: string,
  pathOnce: boolean,
): string {
  const path = address.path.split('/').map((part) => encodeUri(decodeUri(part)))
  const query = queryPairs(url)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]): readonly [string, string] => [encodeUri(name), encodeUri(value)])
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : x > y ? 1 : 0) : a < b ? -1 : 1))
  const headerText = (name: string): string =>
    // A transport may have dropped the length; the body still has it.
    (name === 'host' ? address.host : (header(name) ?? (name === 'content-length' ? String(bodyLength) : '')))
      .trim()
      .replace(/\s+/g, ' ')
  return [
    method,
    (pathOnce ? path : path.map(encodeUri)).join('/'),
    query.map(([name, value]) => `${name}=${value}`).join('&'),
    ...signedHeaders.map((name) => `${name}:${headerText(name)}`),
    '',
    signedHeaders.join(';'),
    payload,
  ].join('\n')
}
