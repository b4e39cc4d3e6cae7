import type { Context } from 'hono'
import { urlOf } from '../request.ts'
import { responseOf } from '../response.ts'
import { canonical, type Json } from '../trace.ts'
import type { TwinApp } from '../twin.ts'
import type { Account } from './account.ts'
import { onPlatform } from './connect.ts'
import { docUrl, type ErrorBody, malformed, Refusal } from './errors.ts'
import { checkExpand, expand, expandField, withLists } from './expand.ts'
import { gap } from './gaps.ts'
import { type Parsed, parseForm, type RawParams, readParams, type Spec } from './params.ts'
import type { KeptAnswer } from './state.ts'
import { checkStill, isMoving } from './test-clocks.ts'
import { asOf, isSpoken } from './versions.ts'
import type { Wire } from './wire.ts'

/** https://docs.stripe.com/api/idempotent_requests (2026-11-24). Assumed: keys live 24 h; the page says at least. */
const KEY_LIFE_MS = 24 * 3_600_000
const KEY_LENGTH_MAX = 255
/** An injected failure has not read its request, so it cannot compare. */
const ANY = ''

/** What an operation is called, takes and gives. */
export type Operation<S extends Spec> = {
  readonly name: string
  /** `POST /v1/charges/:id`. */
  readonly route: string
  /** The same for every account. */
  readonly spec: S
  /** The object of the answer, or of the items of a list; what `expand` is checked against. */
  readonly gives: string
  readonly list?: true
  readonly run: (params: Parsed<S>, at: (name: string) => string) => Wire
}

/** Registers operations of one account. */
export type Serve = <S extends Spec>(operation: Operation<S>) => void

/** By operation. A server has an account for each of its tests, and what an operation takes is most of one. */
const SPECS = new Map<string, Spec>()

/** Every operation takes `expand`. */
function wholeSpec<S extends Spec>({ name, spec }: Operation<S>): S {
  const whole = SPECS.get(name) ?? { ...spec, expand: expandField() }
  SPECS.set(name, whole)
  // The same operation has the same spec, whoever's it is.
  return whole as S
}

/** Everything between a request and an operation: key, version, idempotency, parameters, expansion, errors, headers. */
export const createServe =
  (account: Account, app: TwinApp, keys: readonly string[] | undefined): Serve =>
  (given) => {
    const operation = { ...given, spec: wholeSpec(given) }
    app.on(operation.name, operation.route, (c) => {
      const requestId = account.world.id('req_', 14)
      const respond = (text: string): Response => {
        const answer = answerTo(account, operation, c, { requestId, text, keys })
        return toResponse(account, requestId, answer, c.req.header('Stripe-Version'))
      }
      return c.req.method === 'POST' ? c.req.text().then(respond) : respond('')
    })
  }

type Answer = {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}
type Ask = { readonly requestId: string; readonly text: string; readonly keys: readonly string[] | undefined }

function answerTo<S extends Spec>(account: Account, operation: Operation<S>, c: Context, ask: Ask): Answer {
  try {
    checkKey(c.req.header('Authorization'), ask.keys)
    checkHeaders(c)
    const raw = rawParams(c, ask.text)
    const key = c.req.method === 'POST' ? c.req.header('Idempotency-Key') : undefined
    return key === undefined
      ? execute(account, operation, c, raw, ask.requestId, null)
      : once(account, operation, c, raw, ask.requestId, key)
  } catch (error) {
    if (error instanceof Refusal) return refused(account, error, ask.requestId)
    throw error
  }
}

function rawParams(c: Context, text: string): RawParams {
  const query = urlOf(c.req.raw).search
  const type = c.req.header('Content-Type') ?? ''
  if (text !== '' && type.includes('json')) throw gap('JSON bodies on /v1')
  if (query === '') return text === '' ? {} : parseForm(text)
  return { ...parseForm(query), ...(text === '' ? {} : parseForm(text)) }
}

function execute<S extends Spec>(
  account: Account,
  operation: Operation<S>,
  c: Context,
  raw: RawParams,
  requestId: string,
  key: string | null,
): Answer {
  const { expand: wanted, ...params } = readParams<Spec>(operation.spec, raw)
  const paths = (wanted ?? []) as readonly string[]
  checkExpand(paths, operation.gives, operation.list === true)
  if (c.req.method !== 'GET' && isMoving(account))
    checkStill(account, [...Object.values(c.req.param()), ...Object.values(params)].filter(isText))
  const version = c.req.header('Stripe-Version') ?? account.version
  const body = account.serve(
    { id: requestId, idempotency_key: key },
    // readParams has read each parameter by the operation's own spec.
    () => operation.run(params as Parsed<S>, (name) => c.req.param(name) ?? ''),
    version,
  )
  const whole = withLists(account, version, expand(account, body, paths))
  const shown = account.platform === null ? whole : onPlatform(account.platform, whole)
  return { status: 200, body: JSON.stringify(asOf(version, shown), null, 2) }
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** Runs an operation at most once for `key`, and repeats its first answer after that. */
function once<S extends Spec>(
  account: Account,
  operation: Operation<S>,
  c: Context,
  raw: RawParams,
  requestId: string,
  key: string,
): Answer {
  if (key.length > KEY_LENGTH_MAX) {
    throw malformed(`Idempotency keys can be up to ${KEY_LENGTH_MAX} characters long, but you passed in ${key.length}.`)
  }
  const fingerprint = canonical([c.req.method, urlOf(c.req.raw).pathname, raw as Json])
  const nowMs = account.world.clock.now()
  const keys = account.state.idempotency_keys
  const first = keys.get(key)
  if (first !== undefined && nowMs - first.kept_ms < KEY_LIFE_MS) return again(first, fingerprint, nowMs)
  const headers = { 'Idempotency-Key': key, 'Original-Request': requestId }
  let answer: Answer
  let kept = true
  try {
    answer = execute(account, operation, c, raw, requestId, key)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    answer = refused(account, error, requestId)
    kept = error.kept
  }
  const shouldRetry = answer.status === 404 ? undefined : false
  if (kept) {
    keys.add({
      id: key,
      fingerprint,
      request: requestId,
      kept_ms: nowMs,
      ready_ms: nowMs + latencyMs(account),
      status: answer.status,
      body: answer.body,
    })
  }
  // Recorded by github.com/pay-rails/pay on 2025-10-31: `false` on 200, 400 and 402, and nothing on 404.
  return { ...answer, headers: shouldRetry === false ? { ...headers, 'Stripe-Should-Retry': 'false' } : headers }
}

/** How long the answer to the request being served is under way: the network has drawn it already. */
const latencyMs = (account: Account): number => account.world.decided(`${account.world.cause.key}/latency`) ?? 0

function again(first: KeptAnswer, fingerprint: string, nowMs: number): Answer {
  if (first.fingerprint !== fingerprint && first.fingerprint !== ANY) {
    throw new Refusal(
      400,
      {
        type: 'idempotency_error',
        message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${first.id}' if you meant to execute a different request.`,
      },
      false,
    )
  }
  if (nowMs < first.ready_ms) throw inUse(first.id)
  return {
    status: first.status,
    body: first.body,
    headers: {
      'Idempotency-Key': first.id,
      'Idempotent-Replayed': 'true',
      'Original-Request': first.request,
      'Stripe-Should-Retry': 'false',
    },
  }
}

const inUse = (key: string): Refusal =>
  new Refusal(
    409,
    {
      type: 'invalid_request_error',
      code: 'idempotency_key_in_use',
      message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
    },
    false,
  )

function errorBody(account: Account, requestId: string, body: ErrorBody): string {
  const error = {
    ...(account.platform === null ? body : (onPlatform(account.platform, body) as ErrorBody)),
    ...(body.code === undefined ? {} : { doc_url: docUrl(body.code) }),
    request_log_url: `https://dashboard.stripe.com/${account.id}/test/workbench/logs?object=${requestId}`,
  }
  const sorted = Object.fromEntries(Object.entries(error).sort(([a], [b]) => (a < b ? -1 : 1)))
  return JSON.stringify({ error: sorted }, null, 2)
}

const refused = (account: Account, refusal: Refusal, requestId: string): Answer => ({
  status: refusal.status,
  body: errorBody(account, requestId, refusal.body),
  ...(refusal.status === 401 ? { headers: { 'WWW-Authenticate': 'Basic realm="Stripe"' } } : {}),
})

/** An answer to a request that no operation takes. */
export function refuse(account: Account, refusal: Refusal): Response {
  const requestId = account.world.id('req_', 14)
  return toResponse(account, requestId, refused(account, refusal, requestId))
}

/** The last time that was told: several answers fall on one. */
const told = { ms: Number.NaN, date: '' }

function dateAt(ms: number): string {
  if (ms !== told.ms) Object.assign(told, { ms, date: new Date(ms).toUTCString() })
  return told.date
}

function toResponse(
  account: Account,
  requestId: string,
  { status, body, headers }: Answer,
  version: string = account.version,
): Response {
  // In the order they are sent in, which then costs nothing.
  const usual: Record<string, string> = {
    'Cache-Control': 'no-cache, no-store',
    'Content-Length': String(Buffer.byteLength(body)),
    'Content-Type': 'application/json',
    Date: dateAt(account.world.clock.now()),
    'Request-Id': requestId,
    Server: 'nginx',
  }
  if (account.platform !== null) usual['Stripe-Account'] = account.id
  usual['Stripe-Version'] = version
  usual.Vary = 'Origin'
  return responseOf(body, status, headers === undefined ? usual : { ...usual, ...headers })
}

/** Stripe answers 401 to a key it does not know: https://docs.stripe.com/api/authentication (2026-11-24). */
function checkKey(header: string | undefined, valid: readonly string[] | undefined): void {
  const key = keyIn(header)
  const no = (message: string, code?: string): Refusal =>
    new Refusal(401, { type: 'invalid_request_error', message, ...(code === undefined ? {} : { code }) }, false)
  if (key === '') {
    throw no(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
    )
  }
  if (key.startsWith('pk_')) {
    throw no(
      'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.',
      'secret_key_required',
    )
  }
  if (/^(sk|rk)_live_/.test(key)) throw gap('live keys')
  const known = valid === undefined ? /^(sk|rk)_test_\w{3,}$/.test(key) : valid.includes(key)
  if (!known) throw no(`Invalid API Key provided: ${masked(key)}`)
}

function keyIn(header: string | undefined): string {
  if (header === undefined) return ''
  const [, scheme = '', value = ''] = /^(\S*)\s+(\S*)/.exec(header) ?? []
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return value
    case 'basic':
      break
    default:
      return ''
  }
  return Buffer.from(value, 'base64').toString().split(':')[0] ?? ''
}

/** `sk_test_****************here`, as Stripe prints it. */
function masked(key: string): string {
  const prefix = /^[a-z]+_(?:test|live)_/.exec(key)?.[0] ?? ''
  const end = key.slice(prefix.length)
  return end.length <= 4 ? prefix + end : `${prefix}${'*'.repeat(end.length - 4)}${end.slice(-4)}`
}

function checkHeaders(c: Context): void {
  if (c.req.header('Stripe-Context') !== undefined) throw gap('Connect')
  const version = c.req.header('Stripe-Version')
  if (version !== undefined && !isSpoken(version)) throw gap('other API versions')
}

/** What an injected failure says. Only a 500 means that execution had begun, so only a 500 stays with the key. */
export function failure(
  account: Account,
  status: number,
  retryAfterMs: number | undefined,
  request?: Request,
): Response {
  const requestId = account.world.id('req_', 14)
  const body = errorBody(account, requestId, failureBody(status))
  const headers: Record<string, string> = {}
  if (retryAfterMs !== undefined) headers['Retry-After'] = String(Math.ceil(retryAfterMs / 1000))
  if (status === 429) headers['Stripe-Rate-Limited-Reason'] = 'global-rate'
  const key = request?.method === 'POST' ? (request.headers.get('Idempotency-Key') ?? undefined) : undefined
  if (key !== undefined) {
    headers['Idempotency-Key'] = key
    headers['Original-Request'] = requestId
    if (status === 500) {
      headers['Stripe-Should-Retry'] = 'false'
      const nowMs = account.world.clock.now()
      account.state.idempotency_keys.add({
        id: key,
        fingerprint: ANY,
        request: requestId,
        kept_ms: nowMs,
        ready_ms: nowMs + latencyMs(account),
        status,
        body,
      })
    }
  }
  return toResponse(account, requestId, { status, body, headers })
}

/** https://docs.stripe.com/error-low-level and /rate-limits (2026-11-24). */
function failureBody(status: number): ErrorBody {
  switch (status) {
    case 429:
      return {
        type: 'invalid_request_error',
        code: 'rate_limit',
        message: 'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.',
      }
    case 409:
      return {
        type: 'invalid_request_error',
        code: 'lock_timeout',
        message:
          'This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request. If you see this error frequently and are making multiple concurrent requests to a single object, make your requests serially or at a lower rate. For more details, see https://stripe.com/docs/rate-limits#object-lock-timeouts.',
      }
    default:
      return {
        type: status < 500 ? 'invalid_request_error' : 'api_error',
        message: 'An unknown error occurred. If you need assistance, contact us via https://support.stripe.com/.',
      }
  }
}
