import { createHash } from 'node:crypto'
import type { Json } from '../../trace.ts'
import type { Ask } from '../ask.ts'
import { type EventType, tell, userTarget } from '../events.ts'
import { encodeJwt, signingKey } from '../keys.ts'
import { rowOf, text } from '../org.ts'
import type { Row } from '../store.ts'
import { customClaims } from './claims.ts'
import type { Client } from './clients.ts'
import { admitted, type Issuer, type Lifetimes } from './servers.ts'

export type Grant = {
  readonly issuer: Issuer
  readonly client: Client
  readonly grant: string
  readonly scopes: readonly string[]
  readonly user?: Row
  readonly nonce?: string
  readonly authTime?: number
  /** How the user has signed in, as `amr` has it. */
  readonly methods?: readonly string[]
  /** Whether an ID token comes without an access token beside it: it then says all. */
  readonly alone?: boolean
  /** The refresh token this one comes out of. */
  readonly from?: string
}

const ID_SECONDS = 3600

const PROFILE: Readonly<Record<string, string>> = {
  nickname: 'nickName',
  middle_name: 'middleName',
  profile: 'profileUrl',
}
const ADDRESS: Readonly<Record<string, string>> = {
  street_address: 'streetAddress',
  locality: 'city',
  region: 'state',
  postal_code: 'zipCode',
  country: 'countryCode',
}
const said = (profile: Row, names: Readonly<Record<string, string>>): { readonly [claim: string]: Json } =>
  Object.fromEntries(
    Object.entries(names).flatMap(([claim, field]) => {
      const value = text(profile[field])
      return value === '' ? [] : [[claim, value]]
    }),
  )

/**
 * The claims of an ID token that an access token comes with: what else the scopes open, userinfo tells.
 * Source: https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/ (2026-11-26), on thin ID tokens.
 */
const THIN: ReadonlySet<string> = new Set(['name', 'preferred_username', 'email', 'groups'])
const thin = (claims: { readonly [claim: string]: Json }): { readonly [claim: string]: Json } =>
  Object.fromEntries(Object.entries(claims).filter(([claim]) => THIN.has(claim)))

/** The claims of a user that scopes open. */
export function profileClaims(
  user: Row,
  scopes: readonly string[],
  org: Ask['org'],
): { readonly [claim: string]: Json } {
  const profile = rowOf(user.profile)
  const [given, family] = [text(profile.firstName), text(profile.lastName)]
  return {
    ...(scopes.includes('profile')
      ? {
          name: `${given} ${family}`,
          given_name: given,
          family_name: family,
          preferred_username: text(profile.login),
          locale: text(profile.locale) || 'en_US',
          zoneinfo: text(profile.timezone) || 'America/Los_Angeles',
          updated_at: Date.parse(text(user.lastUpdated)) / 1000,
          ...said(profile, PROFILE),
        }
      : {}),
    ...(scopes.includes('phone') ? said(profile, { phone_number: 'primaryPhone' }) : {}),
    ...(scopes.includes('address') ? { address: said(profile, ADDRESS) } : {}),
    ...(scopes.includes('email') ? { email: text(profile.email), email_verified: user.status === 'ACTIVE' } : {}),
    ...(scopes.includes('groups')
      ? {
          groups: org.store
            .rows(`users/${text(user.id)}/memberships`)
            .flatMap(({ id }) => text(rowOf(org.store.get('groups', text(id))?.profile).name)),
        }
      : {}),
  }
}

/** What the token endpoint answers, with everything it brings about. */
export function issue(ask: Ask, grant: Grant): Json {
  const { org } = ask
  const { issuer, client, user, scopes } = grant
  const lifetimes = admitted(
    org,
    issuer,
    grant.grant === 'refresh_token' ? 'authorization_code' : grant.grant,
    client.id,
    user,
    scopes,
  )
  const { accessSeconds } = lifetimes
  const key = signingKey(issuer.rotations)
  const iat = Math.floor(org.world.clock.now() / 1000)
  const auth_time = grant.authTime ?? iat
  const jti = org.world.id('AT.', 43)
  const subject = user === undefined ? client.id : text(rowOf(user.profile).login)
  const access = encodeJwt(key, {
    ...customClaims(org, issuer, client.app, user, scopes, 'access'),
    ver: 1,
    jti,
    iss: issuer.issuer,
    aud: issuer.audience,
    iat,
    exp: iat + accessSeconds,
    cid: client.id,
    ...(user === undefined ? {} : { uid: user.id, auth_time }),
    scp: scopes,
    sub: subject,
  })
  org.store.put('~tokens', {
    id: jti,
    client: client.id,
    user: user?.id ?? null,
    revoked: false,
    family: grant.from ?? null,
  })
  logged(ask, 'app.oauth2.token.grant.access_token', client, user)
  const openid = user !== undefined && scopes.includes('openid')
  const refresh =
    user !== undefined && scopes.includes('offline_access')
      ? refreshToken(ask, grant, auth_time, lifetimes, iat)
      : undefined
  return {
    token_type: 'Bearer',
    expires_in: accessSeconds,
    access_token: access,
    scope: scopes.join(' '),
    ...(refresh === undefined ? {} : { refresh_token: refresh }),
    ...(openid ? { id_token: idToken(ask, grant, user, access, auth_time, iat) } : {}),
  }
}

function idToken(
  ask: Ask,
  { issuer, client, scopes, nonce, methods = ['pwd'], alone = false }: Grant,
  user: Row,
  access: string,
  auth_time: number,
  iat: number,
): string {
  const half = createHash('sha256').update(access).digest().subarray(0, 16).toString('base64url')
  logged(ask, 'app.oauth2.token.grant.id_token', client, user)
  return encodeJwt(signingKey(issuer.rotations), {
    ...customClaims(ask.org, issuer, client.app, user, scopes, alone ? 'userinfo' : 'id'),
    ...(alone ? profileClaims(user, scopes, ask.org) : thin(profileClaims(user, scopes, ask.org))),
    sub: text(user.id),
    ver: 1,
    iss: issuer.issuer,
    aud: client.id,
    iat,
    exp: iat + ID_SECONDS,
    jti: ask.org.world.id('ID.', 43),
    amr: methods,
    idp: ask.org.ids.org,
    ...(nonce === undefined || nonce === '' ? {} : { nonce }),
    auth_time,
    ...(alone ? {} : { at_hash: half }),
  })
}

/**
 * How a client's refresh tokens behave. Source: https://developer.okta.com/docs/guides/refresh-tokens/ (2026-11-26): pages in browsers have
 * tokens that rotate with a leeway of 30 seconds, other clients tokens that stay, unless the client's settings say otherwise.
 */
export function rotationOf(client: Client): { readonly rotates: boolean; readonly leewayMs: number } {
  const { rotation_type, leeway } = rowOf(client.settings.refresh_token)
  const usual = client.settings.application_type === 'browser' ? 'ROTATE' : 'STATIC'
  return { rotates: (rotation_type ?? usual) === 'ROTATE', leewayMs: Number(leeway ?? 30) * 1000 }
}

/** A refresh token: the same one again where the client's stay, or a new one that the old one is spent on. */
function refreshToken(ask: Ask, grant: Grant, auth_time: number, lifetimes: Lifetimes, iat: number): string {
  const { org } = ask
  const { refreshSeconds, windowSeconds } = lifetimes
  const idle = windowSeconds === undefined ? null : iat + windowSeconds
  const before = grant.from === undefined ? undefined : org.store.get('~refresh', grant.from)
  if (before !== undefined && !rotationOf(grant.client).rotates) {
    org.store.put('~refresh', { ...before, idle })
    return text(before._key)
  }
  if (before !== undefined && before.spent !== true)
    org.store.put('~refresh', { ...before, spent: true, spentAt: org.world.clock.now() })
  const token = org.world.id('', 43)
  const expires =
    before === undefined ? (refreshSeconds === undefined ? null : iat + refreshSeconds) : (before.expires ?? null)
  org.store.put('~refresh', {
    _key: token,
    id: org.id('oar'),
    family: before?.family ?? token,
    client: grant.client.id,
    user: text(grant.user?.id),
    server: grant.issuer.id ?? null,
    scopes: [...grant.scopes],
    nonce: grant.nonce ?? null,
    auth_time,
    methods: [...(grant.methods ?? ['pwd'])],
    created: org.now(),
    expires,
    idle,
    spent: false,
  })
  logged(ask, 'app.oauth2.token.grant.refresh_token', grant.client, grant.user)
  return token
}

const logged = (ask: Ask, event: EventType, client: Client, user: Row | undefined): void =>
  tell(ask.org, event, [
    { id: client.id, type: 'PublicClientApp', name: text(client.app.label) },
    ...(user === undefined ? [] : [userTarget(user)]),
  ])
