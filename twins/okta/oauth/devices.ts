import { type Ask, type On, ok, type Reply } from '../ask.ts'
import { type Org, rowOf, text } from '../org.ts'
import type { Row } from '../store.ts'
import { OAuthError } from '../wire.ts'
import { list, scopesOf } from './authorize.ts'
import { authenticate, type Client } from './clients.ts'
import { issuerOf } from './servers.ts'

const DEVICES = '~devices'
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
const LIFETIME_S = 600
const INTERVAL_S = 5

/** RFC 8628: a device asks for a code that its user types in elsewhere. Source: https://developer.okta.com/docs/guides/device-authorization-grant/ (2026-11-26). */
function authorizeDevice(ask: Ask): Reply {
  const { org, base } = ask
  const form = new URLSearchParams(ask.rawBody)
  const client = authenticate(ask, form)
  if (!list(client.settings.grant_types).includes(DEVICE_GRANT))
    throw new OAuthError(400, 'unauthorized_client', 'The client is not authorized to use the provided grant type.')
  const issuer = issuerOf(ask)
  const scopes = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
  const known = scopesOf(ask, issuer)
  if (scopes.length === 0 || scopes.some((scope) => !known.includes(scope)))
    throw new OAuthError(
      400,
      'invalid_scope',
      'One or more scopes are not configured for the authorization server resource.',
    )
  const now = org.world.clock.now()
  const code = org.world.id('', 36)
  const user_code = org.world.draw('user code').text(8, 'BCDFGHJKLMNPQRSTVWXZ')
  org.store.put(DEVICES, {
    id: code,
    user_code,
    client: client.id,
    server: issuer.id ?? null,
    scopes,
    until: now + LIFETIME_S * 1000,
    status: 'pending',
  })
  return ok({
    device_code: code,
    user_code,
    verification_uri: `${base}/activate`,
    verification_uri_complete: `${base}/activate?user_code=${user_code}`,
    expires_in: LIFETIME_S,
    interval: INTERVAL_S,
  })
}

const refused = (code: string, words: string): OAuthError => new OAuthError(400, code, words)

/** What a device's code has come to; throws what the device is told until its user has decided. */
export function deviceOf(ask: Ask, form: URLSearchParams, client: Client, server: string | undefined): Row {
  const { org } = ask
  const row = org.store.get(DEVICES, form.get('device_code') ?? '')
  if (row === undefined || row.client !== client.id || (row.server ?? undefined) !== server)
    throw refused('invalid_grant', 'The device code is invalid or has expired.')
  const now = org.world.clock.now()
  if (Number(row.until) <= now) throw refused('expired_token', 'The device code is invalid or has expired.')
  const tooSoon = typeof row.asked === 'number' && now - row.asked < INTERVAL_S * 1000
  org.store.put(DEVICES, { ...row, asked: now })
  if (row.status === 'denied')
    throw refused('access_denied', 'The resource owner or authorization server denied the request.')
  if (row.status === 'pending')
    throw tooSoon
      ? refused('slow_down', 'The device is polling too frequently.')
      : refused('authorization_pending', 'The device authorization is pending. Please try again later.')
  org.store.remove(DEVICES, text(row.id))
  return row
}

/** The user types in the code of the device that asked last, or denies it; throws where none waits. */
export function decideDevice(org: Org, user: Row, approved: boolean): void {
  const now = org.world.clock.now()
  const waiting = org.store.rows(DEVICES).filter((row) => row.status === 'pending' && Number(row.until) > now)
  const row = waiting.at(-1)
  if (row === undefined)
    throw new Error(`okta: expected a device that waits for ${text(rowOf(user.profile).login)}, got none.`)
  const at = Math.floor(now / 1000)
  org.store.put(DEVICES, { ...row, status: approved ? 'approved' : 'denied', user: text(user.id), auth_time: at })
}

export function addDeviceRoutes(on: On): void {
  for (const [root, name] of [
    ['/oauth2/:server', 'oauth.custom'],
    ['/oauth2', 'oauth'],
  ] as const)
    on(`${name}.device_authorize`, `POST ${root}/v1/device/authorize`, authorizeDevice)
}
