import { type Ask, gap, type Reply } from '../ask.ts'
import { personOf, ruleOf } from '../evaluation.ts'
import { tell, userTarget } from '../events.ts'
import { type Org, rowOf, text } from '../org.ts'
import { beginSession, useSession } from '../sign-on.ts'
import type { Row } from '../store.ts'
import { type Client, findClient } from './clients.ts'
import { type Issuer, issuerOf } from './servers.ts'
import { signInPage } from './sign-in-page.ts'
import { type Grant, issue } from './tokens.ts'

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

const IMPLICIT = ['id_token', 'token', 'id_token token', 'token id_token']
const MODES = ['query', 'fragment', 'form_post']

/** Leads a browser back to the client, the way it asked for. */
function sentBack(
  uri: string,
  mode: string,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Response {
  if (mode === 'form_post') {
    const quoted = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
    const inputs = Object.entries(fields).map(
      ([name, value]) => `<input type="hidden" name="${quoted(name)}" value="${quoted(value)}"/>`,
    )
    const html = `<html><body onload="document.forms[0].submit()"><form id="appForm" action="${quoted(uri)}" method="POST">${inputs.join('')}</form></body></html>`
    return new Response(html, { headers: { 'Content-Type': 'text/html;charset=utf-8', ...headers } })
  }
  const to = new URL(uri)
  if (mode === 'fragment') to.hash = `${new URLSearchParams(fields)}`
  else for (const [name, value] of Object.entries(fields)) to.searchParams.set(name, value)
  return new Response(null, { status: 302, headers: { Location: to.href, ...headers } })
}

/** What of tokens a response type asks for. */
function implicit(tokens: Row, type: string): Readonly<Record<string, string>> {
  const names = type === 'id_token' ? ['id_token'] : ['access_token', 'token_type', 'expires_in', 'scope']
  const both = type.includes(' ') ? [...names, 'id_token'] : names
  return Object.fromEntries(both.flatMap((name) => (tokens[name] === undefined ? [] : [[name, String(tokens[name])]])))
}

/** Whether the policy of an app lets a user in (how surely the user must have been proven, it is not asked: a stated assumption). */
function isAdmitted(org: Org, app: Row, user: Row): boolean {
  const policy = org.store.get('policies', text(app._accessPolicy))
  const rule = ruleOf(org, policy, personOf(org, user))
  return rowOf(rowOf(rule?.actions).appSignOn).access !== 'DENY'
}

/** Nobody is there to be asked for consent. */
function checkConsent(ask: Ask, issuer: Issuer, client: Client, scopes: readonly string[]): void {
  if (client.settings.consent_method !== 'REQUIRED' || issuer.id === undefined) return
  const asked = ask.org.store.rows(`authorizationServers/${issuer.id}/scopes`)
  if (asked.some(({ name, consent }) => consent === 'REQUIRED' && scopes.includes(text(name))))
    throw gap('consent pages')
}

export function authorize(ask: Ask): Reply {
  const { query, org } = ask
  const issuer = issuerOf(ask)
  const client = findClient(ask, query.get('client_id') ?? '')
  if (client === undefined) return errorPage("Invalid value for 'client_id' parameter.")
  const uri = query.get('redirect_uri') ?? ''
  if (!list(client.settings.redirect_uris).includes(uri))
    return errorPage("The 'redirect_uri' parameter must be a Login redirect URI in the client app settings.")
  const type = query.get('response_type') ?? ''
  const mode = query.get('response_mode') ?? (type === 'code' ? 'query' : 'fragment')
  const back = (fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Response => {
    const state = query.get('state')
    return sentBack(uri, mode, { ...fields, ...(state === null ? {} : { state }) }, headers)
  }
  const fail = (error: string, error_description: string): Response => back({ error, error_description })
  if (!['code', ...IMPLICIT].includes(type)) {
    if (type.includes('code')) throw gap('hybrid flows')
    return fail('unsupported_response_type', 'The response type is not supported by the authorization server.')
  }
  if (!MODES.includes(mode)) throw gap('messages to other windows')
  if (query.has('request') || query.has('request_uri')) throw gap('request objects')
  if (!list(client.settings.grant_types).includes(type === 'code' ? 'authorization_code' : 'implicit'))
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
  const needsPkce = type === 'code' && rowOf(rowOf(client.app.credentials).oauthClient).pkce_required === true
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
    return signInPage(`${ask.path}${query.size === 0 ? '' : `?${query}`}`)
  }
  if (!isAssigned(ask, client, user)) return fail('access_denied', 'User is not assigned to the client application.')
  if (!isAdmitted(org, client.app, user))
    return fail('access_denied', 'The resource owner or authorization server denied the request.')
  checkConsent(ask, issuer, client, scopes)
  const cookie = { 'Set-Cookie': `sid=${text(session.id)}; Path=/; Secure; HttpOnly` }
  const nonce = query.get('nonce') ?? ''
  const authTime = Number(session.at)
  const methods = list(session.methods)
  if (type !== 'code') {
    const alone = type === 'id_token'
    const online = scopes.filter((scope) => scope !== 'offline_access')
    const grant: Grant = { issuer, client, grant: 'implicit', scopes: online, user, nonce, authTime, methods, alone }
    tell(org, 'user.authentication.sso', [userTarget(user)])
    return back(implicit(rowOf(issue(ask, grant)), type), cookie)
  }
  const code = org.world.id('', 43)
  org.store.put('~codes', {
    id: code,
    client: client.id,
    user: text(user.id),
    uri,
    scopes,
    nonce,
    challenge,
    server: issuer.id ?? null,
    auth_time: authTime,
    methods: [...methods],
    until: org.world.clock.now() + 60_000,
    used: false,
  })
  tell(org, 'user.authentication.sso', [userTarget(user)])
  return back({ code }, cookie)
}
