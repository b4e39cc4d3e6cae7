import { type Ask, claimsOf, done, gap, type On, ok, type Reply, signedByUs } from '../ask.ts'
import { tell } from '../events.ts'
import { PUBLIC_JWKS, signingKey } from '../keys.ts'
import { text } from '../org.ts'
import { endSessions } from '../sessions.ts'
import type { Row } from '../store.ts'
import { merged, OAuthError } from '../wire.ts'
import { authorize, errorPage, isAssigned, list, OIDC_SCOPES, scopesOf } from './authorize.ts'
import { customClaims } from './claims.ts'
import { authenticate, type Client, checkVerifier, findClient } from './clients.ts'
import { addDeviceRoutes, DEVICE_GRANT, deviceOf } from './devices.ts'
import { type Issuer, issuerOf } from './servers.ts'
import { authn, signIn } from './sign-in.ts'
import { addSignInPage } from './sign-in-page.ts'
import { issue, profileClaims, rotationOf } from './tokens.ts'
import { addTransactionRoutes, resume } from './transactions.ts'

const GRANTS = ['authorization_code', 'implicit', 'refresh_token', 'client_credentials', 'password', DEVICE_GRANT]

function metadata(ask: Ask): Reply {
  const { issuer, id } = issuerOf(ask)
  const root = id === undefined ? `${issuer}/oauth2/v1` : `${issuer}/v1`
  return ok({
    issuer,
    authorization_endpoint: `${root}/authorize`,
    device_authorization_endpoint: `${root}/device/authorize`,
    token_endpoint: `${root}/token`,
    userinfo_endpoint: `${root}/userinfo`,
    jwks_uri: `${root}/keys`,
    response_types_supported: ['code', 'id_token', 'id_token token', 'token'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    grant_types_supported: GRANTS,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: scopesOf(ask, issuerOf(ask)),
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    claims_supported:
      'iss ver sub aud iat exp jti auth_time amr idp nonce name nickname preferred_username given_name middle_name family_name email email_verified profile zoneinfo locale address phone_number picture website gender birthdate updated_at at_hash c_hash'.split(
        ' ',
      ),
    code_challenge_methods_supported: ['S256'],
    introspection_endpoint: `${root}/introspect`,
    introspection_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'none',
    ],
    revocation_endpoint: `${root}/revoke`,
    revocation_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'none',
    ],
    end_session_endpoint: `${root}/logout`,
    request_parameter_supported: false,
  })
}

const keys = (ask: Ask): Reply => {
  const { rotations } = issuerOf(ask)
  const active = signingKey(rotations).kid
  // The active key first; the one before stays, so that its tokens still verify.
  const shown =
    rotations === 0
      ? PUBLIC_JWKS.filter(({ kid }) => kid === active)
      : [...PUBLIC_JWKS].sort((a) => (a.kid === active ? -1 : 1))
  return ok({ keys: shown as never }, { 'Cache-Control': 'max-age=3600, must-revalidate' })
}

const denied = (words: string): OAuthError => new OAuthError(400, 'invalid_grant', words)

function token(ask: Ask): Reply {
  const form = new URLSearchParams(ask.rawBody)
  if (ask.headers.has('dpop')) throw gap('DPoP')
  const issuer = issuerOf(ask)
  const grant = form.get('grant_type') ?? ''
  if (grant === '')
    throw new OAuthError(
      400,
      'invalid_request',
      "The token request must specify a 'grant_type'. Common grant types are 'authorization_code' or 'client_credentials'.",
    )
  if (!GRANTS.includes(grant) || grant === 'implicit') throw gap('other grants')
  const client = authenticate(ask, form)
  if (!list(client.settings.grant_types).includes(grant))
    throw new OAuthError(
      400,
      'unauthorized_client',
      `The client is not authorized to use the provided grant type. Configured grant types: [${list(client.settings.grant_types).join(', ')}].`,
    )
  if (client.settings.dpop_bound_access_tokens === true) throw gap('DPoP')
  const asked = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
  switch (grant) {
    case 'authorization_code':
      return ok(fromCode(ask, form, issuer, client), NO_STORE)
    case 'refresh_token':
      return ok(fromRefresh(ask, form, issuer, client, asked), NO_STORE)
    case DEVICE_GRANT:
      return ok(fromDevice(ask, form, issuer, client), NO_STORE)
    case 'password':
      return ok(
        issue(ask, {
          issuer,
          client,
          grant,
          scopes: checked(ask, issuer, asked),
          user: signIn(ask, form.get('username') ?? '', form.get('password') ?? '', client),
        }),
        NO_STORE,
      )
    default: {
      if (issuer.id === undefined && client.method !== 'private_key_jwt')
        throw new OAuthError(
          401,
          'invalid_client',
          'Client Credentials requests to the Org Authorization Server must use the private_key_jwt token_endpoint_auth_method.',
        )
      return ok(issue(ask, { issuer, client, grant, scopes: machineScopes(ask, issuer, client, asked) }), NO_STORE)
    }
  }
}
const NO_STORE = { 'Cache-Control': 'no-cache, no-store', Pragma: 'no-cache' }

function checked(ask: Ask, issuer: Issuer, scopes: readonly string[]): readonly string[] {
  const known = scopesOf(ask, issuer)
  if (scopes.length === 0 || scopes.some((scope) => !known.includes(scope)))
    throw new OAuthError(
      400,
      'invalid_scope',
      'One or more scopes are not configured for the authorization server resource.',
    )
  return scopes
}

/** Scopes of the org's API that an app has been granted; those of a client of the seed are not asked after, unless its grants are named. */
function granted(ask: Ask, client: Client, scopes: readonly string[]): readonly string[] {
  const path = `apps/${text(client.app.id)}/grants`
  const seeded = ask.org.seed.clients?.some(({ id }) => id === client.id) === true
  if (seeded && !ask.org.store.has(path)) return scopes
  const held = ask.org.store.rows(path).map(({ scopeId }) => text(scopeId))
  const found = scopes.filter((scope) => held.includes(scope))
  if (found.length === 0)
    throw new OAuthError(400, 'consent_required', 'You are not allowed any of the requested scopes.')
  return found
}

function machineScopes(ask: Ask, issuer: Issuer, client: Client, scopes: readonly string[]): readonly string[] {
  if (issuer.id !== undefined) {
    if (scopes.some((scope) => OIDC_SCOPES.includes(scope)))
      throw new OAuthError(
        400,
        'invalid_scope',
        'Browser requests to the token endpoint must use Proof Key for Code Exchange.',
      )
    return checked(ask, issuer, scopes)
  }
  if (scopes.length === 0 || scopes.some((scope) => !/^okta\.\w+\.(read|manage)(\.self)?$/.test(scope)))
    throw new OAuthError(
      400,
      'invalid_scope',
      'One or more scopes are not configured for the authorization server resource.',
    )
  return granted(ask, client, scopes)
}

function fromDevice(ask: Ask, form: URLSearchParams, issuer: Issuer, client: Client) {
  const device = deviceOf(ask, form, client, issuer.id)
  const user = alive(ask, text(device.user))
  const scopes = list(device.scopes)
  return issue(ask, { issuer, client, grant: DEVICE_GRANT, scopes, user, authTime: Number(device.auth_time) })
}

function fromCode(ask: Ask, form: URLSearchParams, issuer: Issuer, client: Client) {
  const { store, world } = ask.org
  const code = store.get('~codes', form.get('code') ?? '')
  if (code === undefined || code.client !== client.id || (code.server ?? undefined) !== issuer.id)
    throw denied('The authorization code is invalid or has expired.')
  if (code.used === true || Number(code.until) <= world.clock.now())
    throw denied('The authorization code is invalid or has expired.')
  if (code.uri !== form.get('redirect_uri'))
    throw denied("The 'redirect_uri' does not match the redirection URI used in the authorization request.")
  checkVerifier(text(code.challenge), form.get('code_verifier'))
  store.put('~codes', { ...code, used: true })
  const user = alive(ask, text(code.user))
  return issue(ask, {
    issuer,
    client,
    grant: 'authorization_code',
    scopes: list(code.scopes),
    user,
    nonce: text(code.nonce),
    authTime: Number(code.auth_time),
    methods: list(code.methods),
  })
}

function alive(ask: Ask, id: string): Row {
  const user = ask.org.store.get('users', id)
  if (user === undefined || user.status !== 'ACTIVE') throw denied('The refresh token is invalid or expired.')
  return user
}

function fromRefresh(ask: Ask, form: URLSearchParams, issuer: Issuer, client: Client, asked: readonly string[]) {
  const { store, world } = ask.org
  const name = form.get('refresh_token') ?? ''
  const row = store.get('~refresh', name)
  const invalid = denied('The refresh token is invalid or expired.')
  if (row === undefined || row.client !== client.id || (row.server ?? undefined) !== issuer.id) throw invalid
  const { rotates, leewayMs } = rotationOf(client)
  const lenient = rotates && world.clock.now() - Number(row.spentAt ?? 0) < leewayMs
  if (row.spent === true && !lenient) {
    for (const other of store.rows('~refresh'))
      if (other.family === row.family) store.remove('~refresh', text(other._key))
    throw invalid
  }
  if (typeof row.expires === 'number' && row.expires * 1000 <= world.clock.now()) throw invalid
  if (typeof row.idle === 'number' && row.idle * 1000 <= world.clock.now()) throw invalid
  const held = list(row.scopes)
  if (asked.some((scope) => !held.includes(scope)))
    throw new OAuthError(400, 'invalid_scope', 'One or more scopes are not granted to the refresh token.')
  const user = alive(ask, text(row.user))
  if (!isAssigned(ask, client, user)) throw invalid
  return issue(ask, {
    issuer,
    client,
    grant: 'refresh_token',
    scopes: asked.length === 0 ? held : asked,
    user,
    nonce: text(row.nonce),
    authTime: Number(row.auth_time),
    methods: list(row.methods),
    from: name,
  })
}

const live = (ask: Ask, issuer: Issuer, jwt: string): Row | undefined => {
  const claims = claimsOf(jwt)
  if (claims.iss !== issuer.issuer || typeof claims.exp !== 'number' || claims.exp * 1000 <= ask.org.world.clock.now())
    return undefined
  const row = ask.org.store.get('~tokens', text(claims.jti))
  return row === undefined || row.revoked === true || !signedByUs(jwt) ? undefined : claims
}

function introspect(ask: Ask): Reply {
  const form = new URLSearchParams(ask.rawBody)
  const issuer = issuerOf(ask)
  const client = authenticate(ask, form)
  const name = form.get('token') ?? ''
  const refresh = ask.org.store.get('~refresh', name)
  if (refresh !== undefined) {
    if (refresh.spent === true || refresh.client !== client.id) return ok({ active: false })
    return ok({
      active: true,
      token_type: 'Bearer',
      scope: list(refresh.scopes).join(' '),
      client_id: client.id,
      ...(refresh.expires === null ? {} : { exp: refresh.expires ?? 0 }),
    })
  }
  const claims = live(ask, issuer, name)
  if (claims === undefined) return ok({ active: false })
  const { iss, aud, sub, iat, exp, jti, uid } = claims
  return ok(
    merged(
      {
        active: true,
        scope: list(claims.scp).join(' '),
        username: text(sub),
        token_type: 'Bearer',
        client_id: text(claims.cid),
      },
      { iss, aud, sub, iat, exp, jti, uid },
    ) as never,
  )
}

function revoke(ask: Ask): Reply {
  const form = new URLSearchParams(ask.rawBody)
  const client = authenticate(ask, form)
  const { store } = ask.org
  const name = form.get('token') ?? ''
  const refresh = store.get('~refresh', name)
  if (refresh !== undefined && refresh.client === client.id) {
    for (const other of store.rows('~refresh'))
      if (other.family === refresh.family) store.remove('~refresh', text(other._key))
    tell(ask.org, 'app.oauth2.token.revoke', [])
  }
  const access = store.get('~tokens', text(claimsOf(name).jti))
  if (access !== undefined && access.client === client.id) {
    store.put('~tokens', { ...access, revoked: true })
    tell(ask.org, 'app.oauth2.token.revoke', [])
  }
  // Whatever it was that came in.
  return done(200)
}

function userinfo(ask: Ask): Reply {
  const [scheme = '', jwt = ''] = (ask.headers.get('authorization') ?? '').split(' ')
  const claims = scheme === 'Bearer' ? live(ask, issuerOf(ask), jwt) : undefined
  const user = claims === undefined ? undefined : ask.org.store.get('users', text(claims.uid))
  const refused = (error: string, words: string, status: number): Reply => ({
    status,
    headers: { 'WWW-Authenticate': `Bearer error="${error}", error_description="${words}"` },
  })
  if (claims === undefined || user === undefined) return refused('invalid_token', 'The access token is invalid.', 401)
  const scopes = list(claims.scp)
  if (!scopes.includes('openid'))
    return refused(
      'insufficient_scope',
      'The access token must provide access to at least one of these scopes - openid',
      403,
    )
  const issuer = issuerOf(ask)
  const app = findClient(ask, text(claims.cid))?.app ?? {}
  const custom = customClaims(ask.org, issuer, app, user, scopes, 'userinfo')
  return ok({ ...custom, ...profileClaims(user, scopes, ask.org), sub: text(user.id) })
}

function logout(ask: Ask): Reply {
  const hint = ask.query.get('id_token_hint')
  const claims = hint === null || !signedByUs(hint) ? undefined : claimsOf(hint)
  if (claims === undefined) return errorPage("The 'id_token_hint' is invalid.")
  const client = findClient(ask, text(claims.aud))
  endSessions(ask.org, text(claims.sub), false)
  const uri = ask.query.get('post_logout_redirect_uri')
  if (uri === null) return new Response(null, { status: 302, headers: { Location: `${ask.base}/login/signout` } })
  if (!list(client?.settings.post_logout_redirect_uris).includes(uri))
    return errorPage(
      "The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the client app settings.",
    )
  const to = new URL(uri)
  const state = ask.query.get('state')
  if (state !== null) to.searchParams.set('state', state)
  return new Response(null, { status: 302, headers: { Location: to.href } })
}

/** OpenID Connect, at the org itself and at each of its custom servers. */
export function addOauthRoutes(on: On): void {
  on('authn', 'POST /api/v1/authn', (ask) => (ask.body().stateToken === undefined ? authn(ask) : resume(ask)))
  addTransactionRoutes(on)
  addSignInPage(on)
  addDeviceRoutes(on)
  for (const root of ['/oauth2/:server', '']) {
    const v1 = root === '' ? '/oauth2/v1' : `${root}/v1`
    const name = root === '' ? 'oauth' : 'oauth.custom'
    for (const document of ['openid-configuration', 'oauth-authorization-server'])
      on(`${name}.metadata`, `GET ${root}/.well-known/${document}`, metadata)
    on(`${name}.keys`, `GET ${v1}/keys`, keys)
    on(`${name}.authorize`, `GET ${v1}/authorize`, authorize)
    on(`${name}.token`, `POST ${v1}/token`, token)
    on(`${name}.introspect`, `POST ${v1}/introspect`, introspect)
    on(`${name}.revoke`, `POST ${v1}/revoke`, revoke)
    on(`${name}.userinfo`, `GET ${v1}/userinfo`, userinfo)
    on(`${name}.userinfo`, `POST ${v1}/userinfo`, userinfo)
    on(`${name}.logout`, `GET ${v1}/logout`, logout)
  }
}
