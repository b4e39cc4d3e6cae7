import type { Json } from '../../trace.ts'
import type { TwinApp } from '../../twin.ts'
import { open } from '../ask.ts'
import { claimsOf } from '../assertion.ts'
import type { Token } from '../state.ts'
import { OAuthError } from '../wire.ts'
import { account, fresh, gap, type Workspace } from '../workspace.ts'

/** An access token lives an hour: https://developers.google.com/identity/protocols/oauth2#expiration (as known; not opened). */
const LIFE_MS = 3_600_000

export function addOAuth(app: TwinApp, ws: Workspace): void {
  const token = (form: URLSearchParams): Json => {
    const type = form.get('grant_type')
    switch (type) {
      case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
        return signedIn(ws, form.get('assertion') ?? '')
      case 'refresh_token':
        return refreshed(ws, form)
      case 'authorization_code':
      case 'urn:ietf:params:oauth:grant-type:device_code':
      case 'urn:ietf:params:oauth:grant-type:token-exchange':
        throw gap('letting apps in')
      case null:
        throw new OAuthError(400, 'invalid_request', 'Required parameter is missing: grant_type')
      default:
        throw new OAuthError(400, 'unsupported_grant_type', `Invalid grant_type: ${type}`)
    }
  }
  open(app, ws, 'oauth.token', 'POST /token', token)
  open(app, ws, 'oauth.token', 'POST /oauth2/v4/token', token)
  const info = (form: URLSearchParams, url: URL): Json => {
    const given = form.get('access_token') ?? url.searchParams.get('access_token') ?? ''
    const found = ws.tables.tokens.get(given)
    if (found === undefined || found.expiresMs <= ws.world.clock.now())
      throw new OAuthError(400, 'invalid_token', 'Invalid Value')
    const leftS = Math.floor((found.expiresMs - ws.world.clock.now()) / 1000)
    return {
      azp: found.client,
      aud: found.client,
      scope: found.scopes.join(' '),
      exp: String(Math.floor(found.expiresMs / 1000)),
      expires_in: String(leftS),
      email: found.email,
      email_verified: 'true',
      access_type: 'offline',
    }
  }
  open(app, ws, 'oauth.tokeninfo', 'GET /tokeninfo', info)
  open(app, ws, 'oauth.tokeninfo', 'POST /tokeninfo', info)
  open(app, ws, 'oauth.revoke', 'POST /revoke', (form, url) =>
    revoked(ws, form.get('token') ?? url.searchParams.get('token') ?? ''),
  )
}

function issue(ws: Workspace, email: string, client: string, scopes: readonly string[], prefix: string): Token {
  account(ws, email)
  const { world, tables } = ws
  const made = fresh(
    () => world.id(prefix, 120),
    (one) => tables.tokens.has(one),
  )
  const token: Token = { token: made, email, client, scopes, expiresMs: world.clock.now() + LIFE_MS }
  tables.tokens.set(token.token, token)
  world.trace.record('google.token.issued', { email, client, scopes: [...scopes] })
  return token
}

/** Seconds are told one short of the hour, as clients see it. */
const answer = ({ token }: Token): Record<string, Json> => ({
  access_token: token,
  expires_in: 3599,
  token_type: 'Bearer',
})

function signedIn(ws: Workspace, assertion: string): Json {
  const { iss, sub, scope, target_audience } = claimsOf(assertion, ws.tables.service_accounts, ws.world.clock.now())
  if (target_audience !== undefined) throw gap('ID tokens')
  const scopes = (scope ?? '').split(' ').filter((one) => one !== '')
  if (scopes.length === 0)
    throw new OAuthError(400, 'invalid_scope', 'Invalid OAuth scope or ID token audience provided.')
  if (sub === undefined || sub === iss) return answer(issue(ws, iss, iss, scopes, 'ya29.c.'))
  const robot = ws.tables.service_accounts.get(iss)
  const allowed = robot?.scopes
  if (robot === undefined || robot.delegates.length === 0 || scopes.some((one) => allowed?.includes(one) === false))
    throw new OAuthError(
      401,
      'unauthorized_client',
      'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
    )
  if (!robot.delegates.includes(sub)) throw new OAuthError(400, 'invalid_grant', 'Invalid email or User ID')
  return answer(issue(ws, sub, iss, scopes, 'ya29.a.'))
}

function refreshed(ws: Workspace, form: URLSearchParams): Json {
  const grants = [...ws.tables.grants.values()]
  const client = form.get('client_id') ?? ''
  const mine = grants.filter(({ clientId }) => clientId === client)
  if (mine.length === 0) throw new OAuthError(401, 'invalid_client', 'The OAuth client was not found.')
  if (!mine.some(({ clientSecret }) => clientSecret === form.get('client_secret')))
    throw new OAuthError(401, 'invalid_client', 'Unauthorized')
  const grant = ws.tables.grants.get(form.get('refresh_token') ?? '')
  if (grant === undefined || grant.clientId !== client || grant.revoked)
    throw new OAuthError(400, 'invalid_grant', 'Token has been expired or revoked.')
  const token = issue(ws, grant.email, client, grant.scopes, 'ya29.a0')
  return { ...answer(token), scope: grant.scopes.join(' ') }
}

/** Either kind of token ends the grant and all that came from it: https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke (as known; not opened). */
function revoked(ws: Workspace, given: string): Json {
  const { tokens, grants } = ws.tables
  const token = tokens.get(given)
  const grant = grants.get(given)
  if (token === undefined && (grant === undefined || grant.revoked))
    throw new OAuthError(400, 'invalid_token', 'Token expired or revoked')
  endAccess(ws, token?.email ?? grant?.email ?? '', token?.client ?? grant?.clientId)
  return {}
}

/** Ends what an app may do in somebody's name; without `client`, every app. */
export function endAccess({ tables, world }: Workspace, email: string, client?: string): void {
  for (const [key, one] of tables.tokens)
    if (one.email === email && (client === undefined || one.client === client)) tables.tokens.delete(key)
  for (const [key, one] of tables.grants)
    if (one.email === email && (client === undefined || one.clientId === client))
      tables.grants.set(key, { ...one, revoked: true })
  world.trace.record('google.token.revoked', { email })
}
