import { createPublicKey, verify } from 'node:crypto'
import type { Context } from 'hono'
import type { Json } from '../trace.ts'
import { notModelled, type TwinApp } from '../twin.ts'
import { GAPS } from './gaps.ts'
import { PUBLIC_JWKS } from './keys.ts'
import { countRequest } from './limits.ts'
import type { Org } from './org.ts'
import { rotateDue } from './rotation.ts'
import { isRow, type Row } from './store.ts'
import { errorBody, malformed, OAuthError, OktaError, view } from './wire.ts'

/** One request, as a route sees it. */
export type Ask = {
  readonly org: Org
  readonly method: string
  /** `https://acme.okta.com`: what links begin with. */
  readonly base: string
  readonly path: string
  /** A parameter of the route's path. */
  readonly param: (name: string) => string
  readonly query: URLSearchParams
  /** The JSON object that was sent; `{}` when nothing was. Throws what Okta answers to anything else. */
  readonly body: () => Row
  /** The JSON that was sent, whatever it is; throws as `body` does. */
  readonly json: () => Json
  readonly rawBody: string
  readonly headers: Headers
}
/** What a route answers: a row, a list of them, a status without a body, or a whole response. */
export type Reply =
  | Response
  | { readonly status: number; readonly body?: Json; readonly headers?: Readonly<Record<string, string>> }
export type Route = (ask: Ask) => Reply
export type On = (operation: string, route: string, handler: Route) => void

export const gap = (what: string): Error => notModelled('okta', GAPS, what)
export const ok = (body: Json, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status: 200,
  body,
  headers,
})
export const shown = (row: Row, status = 200): Reply => ({ status, body: view(row) })
export const done = (status = 204): Reply => ({ status })

const notBought = (): OktaError =>
  new OktaError(401, 'E0000015', 'You do not have permission to access the feature you are requesting')

/** How a route is let in: by an API token or an access token of the org, or freely. */
type Door = 'token' | 'open'

/** Operations that read `expand` themselves. */
const EXPANDS: ReadonlySet<string> = new Set(['apps.list'])

/** Registers routes on `app`; each counts against its rate limit, checks the token and turns errors into answers. */
export function router(app: TwinApp, org: Org, door: Door): On {
  return (operation, route, handler) => {
    const requested = route.replaceAll(/:\w+/g, '*')
    app.on(operation, route, async (c) => {
      const ask = await asked(org, c)
      const { headers, over } = countRequest(org, ask.method, ask.path)
      if (/\/(oauth2|authorizationServers)(\/|$)/.test(ask.path)) rotateDue(org)
      const common = {
        ...headers,
        Date: new Date(org.world.clock.now()).toUTCString(),
        'X-Okta-Request-Id': org.world.id('', 26),
      }
      try {
        if (over) throw new OktaError(429, 'E0000047', 'API call exceeded rate limit due to too many requests.')
        if (door === 'token') letIn(ask)
        if (org.seed.lacks?.includes(requested) === true) throw notBought()
        if (ask.query.has('expand') && !EXPANDS.has(operation)) throw gap('expanded resources')
        const reply = handler(ask)
        if (reply instanceof Response) {
          for (const [name, value] of Object.entries(common)) reply.headers.set(name, value)
          return reply
        }
        return answer(reply.status, reply.body, { ...common, ...reply.headers })
      } catch (error) {
        if (error instanceof OktaError) return answer(error.status, errorBody(error, org.world.id('oae', 22)), common)
        if (error instanceof OAuthError)
          return answer(error.status, { error: error.code, error_description: error.message }, common)
        throw error
      }
    })
  }
}

function answer(status: number, body: Json | undefined, headers: Readonly<Record<string, string>>): Response {
  return body === undefined ? new Response(null, { status, headers }) : Response.json(body, { status, headers })
}

async function asked(org: Org, c: Context): Promise<Ask> {
  const url = new URL(c.req.url)
  const rawBody = await c.req.text()
  return {
    org,
    method: c.req.method,
    // Administrators' pages call the API at a host of their own; links name the org's.
    base: `https://${url.host.replace('-admin.', '.')}`,
    path: url.pathname,
    param: (name) => c.req.param(name) ?? '',
    query: url.searchParams,
    rawBody,
    headers: c.req.raw.headers,
    json: () => parsed(rawBody),
    body() {
      const value = rawBody.trim() === '' ? {} : parsed(rawBody)
      if (!isRow(value)) throw malformed()
      return value
    },
  }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw malformed()
  }
}

const refused = (): OktaError => new OktaError(401, 'E0000011', 'Invalid token provided')

function letIn(ask: Ask): void {
  const [scheme = '', token = ''] = (ask.headers.get('authorization') ?? '').split(' ')
  const { tokens } = ask.org.seed
  if (scheme === 'SSWS' && token !== '' && (tokens === undefined || tokens.includes(token))) return
  if (scheme === 'DPoP') throw gap('DPoP')
  if (scheme !== 'Bearer' || !isOwnToken(ask, token)) throw refused()
  const { scp } = claimsOf(token)
  const area = AREAS.find(([pattern]) => pattern.test(ask.path))?.[1]
  const needed = area === undefined ? undefined : `okta.${area}.${ask.method === 'GET' ? 'read' : 'manage'}`
  const held = Array.isArray(scp) ? scp : []
  const enough = needed === undefined || held.includes(needed) || held.includes(needed.replace(/read$/, 'manage'))
  if (!enough) throw new OktaError(403, 'E0000006', 'You do not have permission to perform the requested action')
}

/** Scopes by what they give access to. Assumed: as on https://developer.okta.com/docs/api/oauth2/, unconfirmed. */
const AREAS: readonly (readonly [RegExp, string])[] = [
  [/^\/api\/v1\/users/, 'users'],
  [/^\/api\/v1\/groups/, 'groups'],
  [/^\/api\/v1\/apps/, 'apps'],
  [/^\/api\/v1\/logs/, 'logs'],
  [/^\/api\/v1\/policies/, 'policies'],
  [/^\/api\/v1\/authorizationServers/, 'authorizationServers'],
  [/^\/api\/v1\/eventHooks/, 'eventHooks'],
  [/^\/api\/v1\/inlineHooks/, 'inlineHooks'],
  [/^\/api\/v1\/zones/, 'networkZones'],
  [/^\/api\/v1\/idps/, 'idps'],
  [/^\/api\/v1\/trustedOrigins/, 'trustedOrigins'],
]

function isOwnToken(ask: Ask, token: string): boolean {
  const { exp, iss, jti } = claimsOf(token)
  if (typeof exp !== 'number' || exp * 1000 <= ask.org.world.clock.now() || iss !== ask.base) return false
  return signedByUs(token) && ask.org.store.get('~tokens', String(jti))?.revoked !== true
}

export function claimsOf(token: string): Row {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return isRow(claims) ? claims : {}
  } catch {
    return {}
  }
}

/** Whether one of the org's keys signed a token. */
export function signedByUs(token: string): boolean {
  const [head = '', body = '', signature = ''] = token.split('.')
  return PUBLIC_JWKS.some((jwk) =>
    verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${body}`),
      createPublicKey({ key: jwk, format: 'jwk' }),
      Buffer.from(signature, 'base64url'),
    ),
  )
}

/** A page of rows and the links to it and to the next. `after` is the last row's key and opaque to clients. */
export function page(
  ask: Ask,
  rows: readonly Row[],
  usual: number,
  most: number,
  shape: (row: Row) => Json = view,
): Reply {
  const asked = ask.query.get('limit')
  const wanted = asked === null || asked === '-1' ? usual : Number(asked)
  if (!Number.isInteger(wanted) || wanted < 0) throw new OktaError(400, 'E0000031', `Invalid search criteria.`)
  const limit = Math.min(wanted === 0 ? usual : wanted, most)
  const after = ask.query.get('after')
  const start = after === null || after === '' ? 0 : rows.findIndex((row) => cursorOf(row) === after) + 1
  const slice = rows.slice(start, start + limit)
  const self = `${ask.base}${ask.path}${ask.query.size === 0 ? '' : `?${ask.query}`}`
  const links = [`<${self}>; rel="self"`]
  const last = slice.at(-1)
  if (last !== undefined && start + limit < rows.length) {
    const next = new URLSearchParams(ask.query)
    next.set('after', cursorOf(last))
    next.set('limit', String(limit))
    links.push(`<${ask.base}${ask.path}?${next}>; rel="next"`)
  }
  return ok(slice.map(shape), { Link: links.join(', ') })
}

const cursorOf = (row: Row): string => String(row.id ?? row._key ?? '')
