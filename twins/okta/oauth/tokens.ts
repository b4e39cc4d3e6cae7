import { createHash } from 'node:crypto'
import type { Json } from '../../trace.ts'
import type { Ask } from '../ask.ts'
import { type EventType, tell, userTarget } from '../events.ts'
import { encodeJwt, signingKey } from '../keys.ts'
import { rowOf, text } from '../org.ts'
import type { Row } from '../store.ts'
import type { Client } from './clients.ts'
import { admitted, type Issuer } from './servers.ts'

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
  /** The refresh token this one comes out of. */
  readonly from?: string
}

const ID_SECONDS = 3600

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
        }
      : {}),
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
  const { accessSeconds, refreshSeconds } = admitted(
    org,
    issuer,
    grant.grant === 'refresh_token' ? 'authorization_code' : grant.grant,
    client.id,
    user,
    scopes,
  )
  const key = signingKey(issuer.rotations)
  const iat = Math.floor(org.world.clock.now() / 1000)
  const auth_time = grant.authTime ?? iat
  const jti = org.world.id('AT.', 43)
  const subject = user === undefined ? client.id : text(rowOf(user.profile).login)
  const access = encodeJwt(key, {
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
  said(ask, 'app.oauth2.token.grant.access_token', client, user)
  const openid = user !== undefined && scopes.includes('openid')
  const refresh =
    user !== undefined && scopes.includes('offline_access')
      ? refreshToken(ask, grant, auth_time, refreshSeconds, iat)
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
  { issuer, client, scopes, nonce, methods = ['pwd'] }: Grant,
  user: Row,
  access: string,
  auth_time: number,
  iat: number,
): string {
  const half = createHash('sha256').update(access).digest().subarray(0, 16).toString('base64url')
  said(ask, 'app.oauth2.token.grant.id_token', client, user)
  return encodeJwt(signingKey(issuer.rotations), {
    sub: text(user.id),
    ...profileClaims(user, scopes, ask.org),
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
    at_hash: half,
  })
}

/** Refresh tokens rotate: the one that was used is spent, and using it again takes the whole family down. */
function refreshToken(ask: Ask, grant: Grant, auth_time: number, seconds: number | undefined, iat: number): string {
  const { org } = ask
  const token = org.world.id('', 43)
  const before = grant.from === undefined ? undefined : org.store.get('~refresh', grant.from)
  if (before !== undefined) org.store.put('~refresh', { ...before, spent: true })
  const expires = before === undefined ? (seconds === undefined ? null : iat + seconds) : (before.expires ?? null)
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
    expires,
    spent: false,
  })
  said(ask, 'app.oauth2.token.grant.refresh_token', grant.client, grant.user)
  return token
}

const said = (ask: Ask, event: EventType, client: Client, user: Row | undefined): void =>
  tell(ask.org, event, [
    { id: client.id, type: 'PublicClientApp', name: text(client.app.label) },
    ...(user === undefined ? [] : [userTarget(user)]),
  ])
