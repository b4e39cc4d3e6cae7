import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import { type Ask, claimsOf } from '../ask.ts'
import { rowOf, text } from '../org.ts'
import { isRow, type Row } from '../store.ts'
import { OAuthError } from '../wire.ts'

export type Client = { readonly id: string; readonly app: Row; readonly settings: Row; readonly method: string }

const bad = (words: string): OAuthError => new OAuthError(401, 'invalid_client', words)

export function findClient(ask: Ask, id: string): Client | undefined {
  const app = ask.org.store.get('apps', id)
  if (app === undefined || app.signOnMode !== 'OPENID_CONNECT' || app.status !== 'ACTIVE') return undefined
  const oauth = rowOf(rowOf(app.credentials).oauthClient)
  return {
    id: text(oauth.client_id),
    app,
    settings: rowOf(rowOf(app.settings).oauthClient),
    method: text(oauth.token_endpoint_auth_method),
  }
}

/** Who sends a request, proven the way the client is set up for. */
export function authenticate(ask: Ask, form: URLSearchParams): Client {
  const [scheme = '', encoded = ''] = (ask.headers.get('authorization') ?? '').split(' ')
  const basic =
    scheme === 'Basic' ? Buffer.from(encoded, 'base64').toString().split(':').map(decodeURIComponent) : undefined
  const assertion = form.get('client_assertion')
  const id = basic?.[0] ?? form.get('client_id') ?? (assertion === null ? '' : text(claimsOf(assertion).sub))
  if (id === '') throw bad('A client_id must be provided in the request.')
  const client = findClient(ask, id)
  if (client === undefined) throw bad("Invalid value for 'client_id' parameter.")
  const secret = text(rowOf(rowOf(client.app.credentials).oauthClient).client_secret)
  const used =
    basic !== undefined
      ? 'client_secret_basic'
      : assertion !== null
        ? 'private_key_jwt'
        : form.has('client_secret')
          ? 'client_secret_post'
          : 'none'
  // Okta takes a secret either way, whichever of the two the client names.
  const agrees =
    used === client.method || (used.startsWith('client_secret') && client.method.startsWith('client_secret'))
  if (!agrees) throw bad('The client authentication method is not supported for this client.')
  const sent = basic?.[1] ?? form.get('client_secret') ?? ''
  if (used.startsWith('client_secret') && sent !== secret)
    throw bad('The client secret supplied for a confidential client is invalid.')
  if (assertion !== null) checkAssertion(ask, client, assertion)
  return client
}

/** RFC 7523 as Okta reads it: signed by a key of the client, for this endpoint, not expired, used once. */
function checkAssertion(ask: Ask, client: Client, assertion: string): void {
  const [head = '', body = '', signature = ''] = assertion.split('.')
  const claims = claimsOf(assertion)
  const keys = rowOf(client.settings.jwks).keys
  const jwks = Array.isArray(keys) ? keys.filter(isRow) : []
  const signed = jwks.some((jwk) => {
    const key = createPublicKey({ key: jwk as unknown as JsonWebKey, format: 'jwk' })
    return (
      key.asymmetricKeyType === 'rsa' &&
      verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))
    )
  })
  if (!signed) throw bad('The client_assertion signature is invalid.')
  if (claims.iss !== client.id || claims.sub !== client.id)
    throw bad("The 'iss' and 'sub' of the client_assertion must be the client_id.")
  if (!text(claims.aud).startsWith(ask.base))
    throw bad('The audience claim for client_assertion must be the endpoint invoked for the request.')
  const now = ask.org.world.clock.now() / 1000
  if (typeof claims.exp !== 'number' || claims.exp <= now) throw bad('The client_assertion token is expired.')
  const jti = text(claims.jti)
  if (jti === '') return
  if (ask.org.store.get('~assertions', jti) !== undefined)
    throw bad('The client_assertion token has already been used.')
  ask.org.store.put('~assertions', { id: jti })
}

export function checkVerifier(challenge: string, verifier: string | null): void {
  if (challenge === '') return
  if (verifier === null || createHash('sha256').update(verifier).digest('base64url') !== challenge)
    throw new OAuthError(400, 'invalid_grant', 'PKCE verification failed.')
}
