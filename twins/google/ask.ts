import type { Context } from 'hono'
import type { Json } from '../trace.ts'
import type { TwinApp } from '../twin.ts'
import { DOCS_MESSAGES } from './docs/messages.ts'
import { DRIVE_MESSAGES } from './drive/messages.ts'
import { isObj, masked, type Obj, parseMask } from './fields.ts'
import { count, type Meter } from './quota.ts'
import { lacksScope } from './scopes.ts'
import { strangeField } from './shape.ts'
import { SHEETS_MESSAGES } from './sheets/messages.ts'
import type { Token } from './state.ts'
import {
  badRequest,
  commonHeaders,
  type Dialect,
  errorBody,
  GoogleError,
  invalidParameter,
  isDiscovery,
  OAuthError,
  printed,
} from './wire.ts'
import { account, gap, type Workspace } from './workspace.ts'

/** One request, as a route sees it. */
export type Ask = {
  readonly ws: Workspace
  readonly token: Token
  readonly email: string
  /** A parameter of the route's path. */
  readonly param: (name: string) => string
  readonly query: URLSearchParams
  readonly path: string
  /** The JSON object that was sent; `{}` when nothing was. */
  readonly body: () => Obj
  readonly bytes: Uint8Array
  readonly headers: Headers
}
/** JSON, nothing at all, or a whole response. */
export type Reply = Json | Response | undefined
export type Handler = (ask: Ask) => Reply

export type Api = 'drive' | 'sheets' | 'docs'
export type Kind = {
  readonly api: Api
  /** What it counts as, against quotas and scopes. */
  readonly meter: Meter
  /** The part of an answer that is sent when nobody asks for other fields. */
  readonly fields?: string
  /** The message that is answered: fields it has not are refused. */
  readonly answer?: string
  /** Parameters beside those that all methods have, for APIs that refuse others. */
  readonly params?: string
}
export type On = (operation: string, route: string, kind: Kind, handler: Handler) => void

const dialectOf = (api: Api, headers: Headers): Dialect =>
  api === 'drive' ? 'drive' : isDiscovery(headers) ? 'discovery' : 'workspace'

/** Registers routes on `app`: each checks the token, its scopes and the quota, and turns refusals into answers. */
export function router(app: TwinApp, ws: Workspace): On {
  return (operation, route, kind, handler) =>
    app.on(operation, route, async (c) => {
      const headers = commonHeaders(ws.world.clock.now())
      try {
        const ask = await asked(ws, c, kind)
        const reply = handler(ask)
        if (reply instanceof Response) {
          reply.headers.set('Date', headers.Date ?? '')
          return reply
        }
        if (reply === undefined) return new Response(null, { status: 204, headers: emptyHeaders(headers) })
        return new Response(printed(partial(reply, ask.query, kind.fields)), { headers })
      } catch (error) {
        if (!(error instanceof GoogleError)) throw error
        const body = printed(errorBody(dialectOf(kind.api, c.req.raw.headers), error))
        return new Response(body, { status: error.told.status, headers: { ...headers, ...error.told.headers } })
      }
    })
}

const emptyHeaders = ({ Date: date = '', Server = '' }: Readonly<Record<string, string>>): Record<string, string> => ({
  'Cache-Control': 'no-cache, no-store, max-age=0, must-revalidate',
  'Content-Type': 'text/html',
  Date: date,
  Server,
})

/** What `fields` leaves of an answer: https://developers.google.com/workspace/drive/api/guides/fields-parameter (as known; not opened). */
function partial(reply: Json, query: URLSearchParams, usual: string | undefined): Json {
  const fields = query.get('fields') ?? usual
  return fields === undefined || fields === '' ? reply : masked(reply, parseMask(fields))
}

/** Parameters of all methods: https://cloud.google.com/apis/docs/system-parameters (as known; not opened). */
function checkSystem(query: URLSearchParams): void {
  if (query.has('key')) throw gap('API keys')
  if (query.get('useDomainAdminAccess') === 'true') throw gap('administration of shared drives')
  const alt = query.get('alt')
  if (alt !== null && !['json', 'media'].includes(alt)) throw gap('answers that are no JSON')
  if (query.has('callback') || query.has('$.xgafv') || query.has('upload_protocol'))
    throw gap('answers that are no JSON')
}

const MESSAGES: Readonly<Record<Api, Readonly<Record<string, string>>>> = {
  drive: DRIVE_MESSAGES,
  sheets: SHEETS_MESSAGES,
  docs: DOCS_MESSAGES,
}
const SYSTEM = 'fields alt prettyPrint quotaUser access_token oauth_token uploadType'.split(' ')

/** Refuses parameters and fields that a method has not, before it does anything. */
function checkAsked({ api, answer, params }: Kind, query: URLSearchParams): void {
  const known = params === undefined ? undefined : [...SYSTEM, ...params.split(' ')]
  for (const name of query.keys()) {
    if (known === undefined || known.includes(name)) continue
    const description = `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`
    throw badRequest(description, violation('', description))
  }
  const fields = query.get('fields')
  if (answer === undefined || fields === null || fields === '') return
  const strange = strangeField(MESSAGES[api], answer, parseMask(fields))
  if (strange === undefined) return
  if (api === 'drive')
    throw new GoogleError(`Invalid field selection ${strange.split('.').at(-1)}`, {
      status: 400,
      reason: 'invalidParameter',
      location: ['fields', 'parameter'],
    })
  const description = `Error expanding 'fields' parameter. Cannot find matching fields for path '${strange}'.`
  throw badRequest('Request contains an invalid argument.', violation(strange, description))
}

const violation = (field: string, description: string): Json => [
  { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field, description }] },
]

async function asked(ws: Workspace, c: Context, kind: Kind): Promise<Ask> {
  const { api, meter } = kind
  const url = new URL(c.req.url)
  const bytes = new Uint8Array(await c.req.arrayBuffer())
  checkSystem(url.searchParams)
  const token = tokenOf(ws, c.req.raw.headers, url.searchParams)
  const missing = lacksScope(api, meter, token.scopes)
  if (missing !== undefined) throw missing
  checkAsked(kind, url.searchParams)
  count(ws, api, meter, token.email)
  account(ws, token.email)
  return {
    ws,
    token,
    email: token.email,
    param: (name) => c.req.param(name) ?? '',
    query: url.searchParams,
    path: url.pathname,
    bytes,
    headers: c.req.raw.headers,
    body: () => jsonOf(bytes),
  }
}

export function jsonOf(bytes: Uint8Array): Obj {
  const text = Buffer.from(bytes).toString()
  if (text.trim() === '') return {}
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw badRequest(`Invalid JSON payload received. Unexpected token.\n${text.slice(0, 60)}\n^`)
  }
  if (isObj(parsed as Json)) return parsed as Obj
  throw badRequest('Invalid JSON payload received. Unknown name "": Root element must be a message.')
}

const INVALID =
  'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.'
const NONE =
  "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API."

function tokenOf({ tables, world }: Workspace, headers: Headers, query: URLSearchParams): Token {
  const header = headers.get('authorization')
  const given = header === null ? query.get('access_token') : (/^Bearer\s+(.+)$/i.exec(header)?.[1] ?? '')
  if (given === null) throw new GoogleError(NONE, { status: 403, reason: 'forbidden' })
  if (/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(given)) throw gap('self-signed tokens')
  const token = tables.tokens.get(given)
  if (token !== undefined && token.expiresMs > world.clock.now()) return token
  throw new GoogleError(INVALID, {
    status: 401,
    reason: 'authError',
    location: ['Authorization', 'header'],
    short: 'Invalid Credentials',
    headers: { 'WWW-Authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' },
  })
}

/** `True` as Python writes it is true as well. */
export function flag(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name)?.toLowerCase()
  if (value === undefined || value === '') return undefined
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0') return false
  throw invalidParameter(name, `Invalid boolean value: '${value}'.`)
}

export function whole(query: URLSearchParams, name: string, range: readonly [number, number]): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  const value = Number(text)
  const [least, most] = range
  if (!Number.isInteger(value)) throw invalidParameter(name, `Invalid integer value: '${text}'.`)
  if (value < least || value > most)
    throw invalidParameter(name, `Invalid value '${text}'. Values must be within the range: [${least}, ${most}]`)
  return value
}

/** Answers of the token endpoint. */
export function open(
  app: TwinApp,
  ws: Workspace,
  operation: string,
  route: string,
  handler: (form: URLSearchParams, url: URL) => Json,
): void {
  app.on(operation, route, async (c) => {
    const headers = {
      ...commonHeaders(ws.world.clock.now()),
      'Cache-Control': 'no-cache, no-store, max-age=0, must-revalidate',
    }
    const url = new URL(c.req.url)
    try {
      const text = await c.req.text()
      const form = (c.req.header('content-type') ?? '').includes('json')
        ? new URLSearchParams(JSON.parse(text === '' ? '{}' : text) as Record<string, string>)
        : new URLSearchParams(text)
      return new Response(printed(handler(form, url)), { headers })
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error
      const body = { error: error.code, error_description: error.message }
      return new Response(printed(body), { status: error.status, headers })
    }
  })
}
