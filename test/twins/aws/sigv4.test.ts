import { createHash, createHmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import { expect, test } from 'vitest'
import { type Expected, type Identity, identify, sha256 } from '../../../twins/aws/sigv4.ts'
import { CREDENTIALS, STARTS_AT } from './support.ts'

const NOW_MS = Date.parse(STARTS_AT)

/** What the SDK's signer takes for a hash. */
class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>
  constructor(secret?: string | Uint8Array) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret)
  }
  update(data: Uint8Array): void {
    this.#hash.update(data)
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
}

type Parts = {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}
const parts: Parts = {
  method: 'PUT',
  protocol: 'https:',
  hostname: 'shop.s3.us-east-1.amazonaws.com',
  path: '/photos/a%20b/%C3%BC%281%29.txt',
  query: { tagging: '', 'x-id': 'Put Object+~', b: '2', a: 'ü&=' },
  headers: {
    host: 'shop.s3.us-east-1.amazonaws.com',
    'content-type': 'text/plain',
    'x-amz-meta-note': '  two   words ',
  },
  body: 'hello',
}
const signer = (service: string, credentials: object = CREDENTIALS): SignatureV4 =>
  new SignatureV4({
    service,
    region: 'us-east-1',
    credentials: credentials as typeof CREDENTIALS,
    sha256: Sha256 as never,
    uriEscapePath: service !== 's3',
  })
const expected = (service: string, more: Partial<Expected> = {}): Expected => ({
  service,
  region: 'us-east-1',
  credentials: [{ access_key_id: CREDENTIALS.accessKeyId, secret_access_key: CREDENTIALS.secretAccessKey }],
  nowMs: NOW_MS,
  pathOnce: service === 's3',
  ...more,
})
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

const check = (request: Omit<Parts, 'query'> & { query?: unknown }, against: Expected): Identity => {
  const query = Object.entries((request.query ?? {}) as Record<string, string>)
  const search = query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&')
  const url = new URL(`https://${request.hostname}${request.path}?${search}`)
  const header = (name: string): string | undefined => request.headers[name]
  return identify(
    { method: request.method, url, header, bodyHash: () => sha256(request.body ?? ''), bodyLength: 5 },
    against,
  )
}
const sign = (service: string, given: Parts = parts, credentials?: object) =>
  signer(service, credentials).sign(given as never, {
    signingDate: new Date(NOW_MS),
  }) as Promise<unknown> as Promise<Parts>

test.each(['s3', 'sqs'])('what the signer of the SDK signs for %s is found to hold', async (service) => {
  expect(check(await sign(service), expected(service))).toMatchObject({
    kind: 'signed',
    key: CREDENTIALS.accessKeyId,
    how: 'header',
  })
})

test('a presigned URL of the SDK holds until it ends', async () => {
  const headers = { host: parts.hostname, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
  const presigned = (await signer('s3').presign({ ...parts, method: 'GET', headers, body: undefined } as never, {
    signingDate: new Date(NOW_MS),
    expiresIn: 60,
    unhoistableHeaders: new Set(['x-amz-content-sha256']),
    unsignableHeaders: new Set(['x-amz-content-sha256']),
  })) as unknown as Parts
  const at = (ms: number, query = presigned.query): Identity =>
    check({ ...presigned, query }, expected('s3', { nowMs: NOW_MS + ms }))
  expect(at(60_000)).toMatchObject({ kind: 'signed', how: 'query', payload: 'UNSIGNED-PAYLOAD' })
  expect(at(60_001)).toMatchObject({ kind: 'expired', expiresMs: NOW_MS + 60_000 })
  expect(at(-15 * 60_000 - 1)).toMatchObject({ kind: 'not-yet' })
  expect(at(0, { ...presigned.query, 'X-Amz-Expires': '604801' })).toMatchObject({ kind: 'malformed', how: 'query' })
  expect(at(0, { ...presigned.query, 'X-Amz-Expires': '61' })).toMatchObject({ kind: 'mismatch' })
})

test.each<readonly [string, Partial<Parts>]>([
  ['the method', { method: 'GET' }],
  ['the path', { path: '/photos/a%20b/%C3%BC%282%29.txt' }],
  ['the query', { query: { ...parts.query, b: '3' } }],
  ['a header', { headers: { ...parts.headers, 'content-type': 'text/html' } }],
])('another value of %s breaks the signature', async (_, change) => {
  const request = await sign('s3')
  const headers = { ...request.headers, ...(change.headers ?? {}) }
  expect(check({ ...request, ...change, headers }, expected('s3'))).toMatchObject({ kind: 'mismatch' })
})

test('another secret breaks the signature', async () => {
  expect(check(await sign('s3', parts, { ...CREDENTIALS, secretAccessKey: 'x' }), expected('s3'))).toMatchObject({
    kind: 'mismatch',
    stringToSign: expect.stringContaining('20300101/us-east-1/s3/aws4_request'),
  })
})

test('keys, regions, services and clocks are told apart', async () => {
  const request = await sign('s3')
  expect(check(request, expected('s3', { credentials: [] }))).toMatchObject({ kind: 'unknown-key' })
  expect(check(request, expected('s3', { region: 'eu-west-1' }))).toMatchObject({ what: 'region', got: 'us-east-1' })
  expect(check(request, expected('sqs'))).toMatchObject({ kind: 'wrong-scope', what: 'service' })
  const minutes = (n: number): Identity => check(request, expected('s3', { nowMs: NOW_MS + n * 60_000 }))
  expect([minutes(15).kind, minutes(-15).kind, minutes(16).kind, minutes(-16).kind]).toEqual([
    'signed',
    'signed',
    'skewed',
    'skewed',
  ])
})

test('a temporary key needs its token, and ends', async () => {
  const temporary = {
    access_key_id: CREDENTIALS.accessKeyId,
    secret_access_key: CREDENTIALS.secretAccessKey,
    session_token: 'token',
    expires: '2030-01-01T01:00:00Z',
  }
  const against = (nowMs: number): Expected => expected('s3', { credentials: [temporary], nowMs })
  const request = await sign('s3', parts, { ...CREDENTIALS, sessionToken: 'token' })
  expect(check(request, against(NOW_MS))).toMatchObject({ kind: 'signed' })
  expect(check(await sign('s3'), against(NOW_MS))).toEqual({ kind: 'bad-token', expired: false })
  expect(check(request, against(NOW_MS + 3_600_000))).toEqual({ kind: 'bad-token', expired: true })
})

test.each([
  ['Basic abc', 'Unsupported Authorization Type'],
  ['AWS4-HMAC-SHA256 SignedHeaders=host, Signature=x', "Authorization header requires 'Credential' parameter."],
  [
    'AWS4-HMAC-SHA256 Credential=A/20300101/us-east-1/s3/aws4_request, SignedHeaders=host',
    "Authorization header requires 'Signature' parameter.",
  ],
])('%s is malformed', (authorization, what) => {
  expect(check({ ...parts, headers: { ...parts.headers, authorization } }, expected('s3'))).toEqual({
    kind: 'malformed',
    how: 'header',
    what,
  })
})

test('a request that nobody signed is anonymous', () => {
  expect(check(parts, expected('s3'))).toEqual({ kind: 'anonymous' })
})
