import { type Ask, gap, type Reply } from '../ask.ts'
import { tell, userTarget } from '../events.ts'
import { rowOf, text } from '../org.ts'
import { beginSession, useSession } from '../sign-on.ts'
import type { Row } from '../store.ts'
import { type Client, findClient } from './clients.ts'
import { type Issuer, issuerOf } from './servers.ts'

export const OIDC_SCOPES: readonly string[] = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']

export const list = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

export const scopesOf = (ask: Ask, { id }: Issuer): string[] =>
  id === undefined
    ? [...OIDC_SCOPES, 'groups']
    : ask.org.store.rows(`authorizationServers/${id}/scopes`).map(({ name }) => text(name))

/** A page that tells of an error nobody may be redirected for. */
export const errorPage = (words: string): Response =>
  new Response(`<!DOCTYPE html><html><body><h1>400</h1><p>${words}</p></body></html>`, {
    status: 400,
    headers: { 'Content-Type': 'text/html;charset=utf-8' },
  })

export function isAssigned(ask: Ask, client: Client, user: Row): boolean {
  const id = text(user.id)
  if (ask.org.store.get(`apps/${text(client.app.id)}/users`, id) !== undefined) return true
  return ask.org.store
    .rows(`apps/${text(client.app.id)}/groups`)
    .some((group) => ask.org.store.get(`groups/${text(group.id)}/members`, id) !== undefined)
}

/** Whose session a browser brings: by a one-time token, or by its cookie. */
function sessionOf(ask: Ask): Row | undefined {
  const token = ask.query.get('sessionToken')
  if (token !== null) {
    const found = ask.org.store.get('~session-tokens', token)
    ask.org.store.remove('~session-tokens', token)
    if (found === undefined || Number(found.until) <= ask.org.world.clock.now()) return undefined
    const user = ask.org.store.get('users', text(found.user))
    return user === undefined ? undefined : beginSession(ask.org, user, list(found.methods))
  }
  const sid = /(?:^|;\s*)sid=([^;]+)/.exec(ask.headers.get('cookie') ?? '')?.[1]
  return sid === undefined ? undefined : useSession(ask.org, sid)
}

export function authorize(ask: Ask): Reply {
  const { query, org } = ask
  const issuer = issuerOf(ask)
  const client = findClient(ask, query.get('client_id') ?? '')
  if (client === undefined) return errorPage("Invalid value for 'client_id' parameter.")
  const uri = query.get('redirect_uri') ?? ''
  if (!list(client.settings.redirect_uris).includes(uri))
    return errorPage("The 'redirect_uri' parameter must be a Login redirect URI in the client app settings.")
  const back = (fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Response => {
    const to = new URL(uri)
    const state = query.get('state')
    for (const [name, value] of Object.entries({ ...fields, ...(state === null ? {} : { state }) }))
      to.searchParams.set(name, value)
    return new Response(null, { status: 302, headers: { Location: to.href, ...headers } })
  }
  const fail = (error: string, error_description: string): Response => back({ error, error_description })
  const type = query.get('response_type') ?? ''
  if (type !== 'code') {
    if (type.split(' ').some((part) => part === 'token' || part === 'id_token')) throw gap('the implicit flow')
    return fail('unsupported_response_type', 'The response type is not supported by the authorization server.')
  }
  if ((query.get('response_mode') ?? 'query') !== 'query') throw gap('response modes other than query')
  if (!list(client.settings.grant_types).includes('authorization_code'))
    return fail('unauthorized_client', 'The client is not authorized to use the provided grant type.')
  const scopes = (query.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
  const unknown = scopes.filter((scope) => !scopesOf(ask, issuer).includes(scope))
  if (scopes.length === 0)
    return fail(
      'invalid_scope',
      "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
    )
  if (unknown.length > 0)
    return fail('invalid_scope', 'One or more scopes are not configured for the authorization server resource.')
  const challenge = query.get('code_challenge') ?? ''
  const needsPkce = rowOf(rowOf(client.app.credentials).oauthClient).pkce_required === true
  if (challenge === '' && needsPkce)
    return fail(
      'invalid_request',
      "PKCE code challenge is required when the token endpoint authentication method is 'NONE'.",
    )
  if (challenge !== '' && query.get('code_challenge_method') !== 'S256')
    return fail('invalid_request', 'The code challenge method is not supported.')
  const session = sessionOf(ask)
  const user = session === undefined ? undefined : org.store.get('users', text(session.user))
  if (session === undefined || user === undefined || user.status !== 'ACTIVE') {
    if (query.get('prompt') === 'none' || query.has('sessionToken'))
      return fail('login_required', 'The client specified not to prompt, but the user is not logged in.')
    throw gap('the hosted sign-in page')
  }
  if (!isAssigned(ask, client, user)) return fail('access_denied', 'User is not assigned to the client application.')
  const code = org.world.id('', 43)
  org.store.put('~codes', {
    id: code,
    client: client.id,
    user: text(user.id),
    uri,
    scopes,
    nonce: query.get('nonce') ?? '',
    challenge,
    server: issuer.id ?? null,
    auth_time: session.at,
    methods: session.methods ?? [],
    until: org.world.clock.now() + 60_000,
    used: false,
  })
  tell(org, 'user.authentication.sso', [userTarget(user)])
  return back({ code }, { 'Set-Cookie': `sid=${text(session.id)}; Path=/; Secure; HttpOnly` })
}
