import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { HOME, openOrg, type Setup } from './support.ts'

const CALLBACK = 'https://shop.test/callback'
const ADA = { login: 'ada@acme.example', password: 'Abcd1234', groups: ['Staff'] }
const SEED = {
  users: [ADA],
  groups: [{ name: 'Staff' }],
  clients: [
    {
      id: 'shop',
      secret: 'a-secret',
      redirect_uris: [CALLBACK],
      post_logout_redirect_uris: ['https://shop.test/bye'],
      grant_types: ['authorization_code', 'refresh_token', 'password', 'client_credentials'],
    },
    { id: 'page', redirect_uris: [CALLBACK] },
  ],
}
const SCOPE = 'openid profile email offline_access'

/** openid-client, unmodified, at the real issuer; its fetch leads to the twin. */
async function discover(org: Setup, id = 'shop', secret: string | null = 'a-secret'): Promise<client.Configuration> {
  const reach = async (url: string, options: client.CustomFetchOptions): Promise<Response> => {
    const key = `oidc ${url} ${org.world.trace.events.length}`
    const { body, headers, method } = options
    return org.world.within({ step: key, key }, async () =>
      org.twin.fetch(
        new Request(url, {
          method,
          headers,
          ...(body === null || body === undefined ? {} : { body: String(body) }),
        }),
      ),
    )
  }
  return client.discovery(
    new URL(`${HOME}/oauth2/default`),
    id,
    undefined,
    secret === null ? client.None() : client.ClientSecretPost(secret),
    {
      [client.customFetch]: reach,
    },
  )
}

async function sessionToken(org: Setup): Promise<string> {
  const answer = await org.send('POST', '/api/v1/authn', { username: ADA.login, password: ADA.password })
  return z.object({ status: z.literal('SUCCESS'), sessionToken: z.string() }).parse(await answer.json()).sessionToken
}

type SignedIn = {
  readonly config: client.Configuration
  readonly tokens: Awaited<ReturnType<typeof client.authorizationCodeGrant>>
  readonly callback: URL
  readonly verifier: string
}
async function signIn(org: Setup, id = 'shop', secret: string | null = 'a-secret'): Promise<SignedIn> {
  const config = await discover(org, id, secret)
  const verifier = 'v'.repeat(43)
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: SCOPE,
    state: 'state-1',
    nonce: 'nonce-1',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    sessionToken: await sessionToken(org),
  })
  const answer = await org.send('GET', url.href)
  expect(answer.status).toBe(302)
  const callback = new URL(answer.headers.get('location') ?? '')
  const tokens = await client.authorizationCodeGrant(config, callback, {
    pkceCodeVerifier: verifier,
    expectedState: 'state-1',
    expectedNonce: 'nonce-1',
  })
  return { config, tokens, callback, verifier }
}

test.each([
  ['a confidential client', 'shop', 'a-secret'],
  ['a public client', 'page', null],
])('%s signs a user in, and reads who it is', async (_, id, secret) => {
  const org = openOrg(SEED)
  const { config, tokens } = await signIn(org, id, secret)
  expect(tokens.claims()).toMatchObject({
    iss: `${HOME}/oauth2/default`,
    aud: id,
    nonce: 'nonce-1',
    email: ADA.login,
    amr: ['pwd'],
  })
  const info = await client.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '')
  expect(info).toMatchObject({ email: ADA.login, preferred_username: ADA.login })
})

/** Verifies a token as a resource server does: by the published key that it names. */
async function verified(
  org: Setup,
  jwt: string,
): Promise<{ readonly kid: string; readonly claims: Readonly<Record<string, unknown>> }> {
  const [head = '', body = '', signature = ''] = jwt.split('.')
  const parse = (part: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  const { kid, alg } = z.object({ kid: z.string(), alg: z.literal('RS256') }).parse(parse(head))
  const { keys } = (await (await org.send('GET', '/oauth2/default/v1/keys')).json()) as { keys: JsonWebKey[] }
  const jwk = keys.find((key) => key.kid === kid)
  if (jwk === undefined) throw new Error(`expected a published ${alg} key ${kid}, got none`)
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  expect(verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))).toBe(true)
  return { kid, claims: parse(body) }
}

test('access tokens verify against the published keys, also after a rotation', async () => {
  const org = openOrg(SEED)
  const { config, tokens } = await signIn(org)
  const before = await verified(org, tokens.access_token)
  const at = Math.floor(org.world.clock.now() / 1000)
  expect(before.claims).toMatchObject({
    iss: `${HOME}/oauth2/default`,
    aud: 'api://default',
    cid: 'shop',
    sub: ADA.login,
    scp: SCOPE.split(' '),
    iat: at,
    exp: at + 3600,
  })
  org.twin.happen('keys.rotated', {})
  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  const after = await verified(org, fresh.access_token)
  expect(after.kid).not.toBe(before.kid)
  // What the old key signed still verifies.
  await verified(org, tokens.access_token)
})

test('the same world signs the same tokens', async () => {
  const [one, other] = [await signIn(openOrg(SEED)), await signIn(openOrg(SEED))]
  expect(one.tokens.access_token).toBe(other.tokens.access_token)
})

test('a code works once, for its verifier, within its minute', async () => {
  const org = openOrg(SEED)
  const { config, callback, verifier } = await signIn(org)
  const again = client.authorizationCodeGrant(config, callback, {
    pkceCodeVerifier: verifier,
    expectedState: 'state-1',
    expectedNonce: 'nonce-1',
  })
  await expect(again).rejects.toMatchObject({ error: 'invalid_grant' })
})

test('a refresh token is spent by its use, and using it again ends its family', async () => {
  const org = openOrg(SEED)
  const { config, tokens } = await signIn(org)
  const first = tokens.refresh_token ?? ''
  const second = (await client.refreshTokenGrant(config, first)).refresh_token ?? ''
  expect(second).not.toBe(first)
  await expect(client.refreshTokenGrant(config, first)).rejects.toMatchObject({ error: 'invalid_grant' })
  await expect(client.refreshTokenGrant(config, second)).rejects.toMatchObject({ error: 'invalid_grant' })
})

test('a suspended user gets no new tokens', async () => {
  const org = openOrg(SEED)
  const { config, tokens } = await signIn(org)
  org.twin.happen('user.suspended', { login: ADA.login })
  await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

test('introspection tells of a token until it is revoked or expires', async () => {
  const org = openOrg(SEED)
  const { config, tokens } = await signIn(org)
  expect(await client.tokenIntrospection(config, tokens.access_token)).toMatchObject({
    active: true,
    client_id: 'shop',
    username: ADA.login,
  })
  await client.tokenRevocation(config, tokens.access_token)
  expect(await client.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false })
  // Whatever it was that came in.
  await client.tokenRevocation(config, 'no such token')
  const { tokens: others } = await signIn(org)
  await org.world.clock.advance(3_601_000)
  expect(await client.tokenIntrospection(config, others.access_token)).toEqual({ active: false })
})

test('machines get tokens for scopes that the server knows, and its policy admits', async () => {
  const org = openOrg(SEED)
  const config = await discover(org)
  await expect(client.clientCredentialsGrant(config, { scope: 'orders' })).rejects.toMatchObject({
    error: 'invalid_scope',
  })
  await org.send('POST', '/api/v1/authorizationServers/default/scopes', { name: 'orders' })
  expect(await client.clientCredentialsGrant(config, { scope: 'orders' })).toMatchObject({
    token_type: 'bearer',
    scope: 'orders',
    expires_in: 3600,
  })
  const [policy] = (await (await org.send('GET', '/api/v1/authorizationServers/default/policies')).json()) as {
    id: string
  }[]
  await org.send('POST', `/api/v1/authorizationServers/default/policies/${policy?.id}/lifecycle/deactivate`)
  await expect(client.clientCredentialsGrant(config, { scope: 'orders' })).rejects.toMatchObject({
    error: 'access_denied',
  })
})

test('a wrong secret is refused', async () => {
  const org = openOrg(SEED)
  const config = await discover(org, 'shop', 'wrong')
  await expect(client.clientCredentialsGrant(config, { scope: 'orders' })).rejects.toMatchObject({
    error: 'invalid_client',
  })
})

test('logging out ends the session and leads back', async () => {
  const org = openOrg(SEED)
  const { config, tokens } = await signIn(org)
  const url = client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token ?? '',
    post_logout_redirect_uri: 'https://shop.test/bye',
    state: 'x',
  })
  const answer = await org.send('GET', url.href)
  expect(answer.headers.get('location')).toBe('https://shop.test/bye?state=x')
  expect((org.twin.snapshot() as Record<string, unknown>)['~sessions']).toBeUndefined()
})

test.each([
  ['client_id=nobody', 400],
  ['client_id=shop&redirect_uri=https%3A%2F%2Fevil.test', 400],
])('nobody is led away for %s', async (query, status) => {
  const answer = await openOrg(SEED).send('GET', `/oauth2/default/v1/authorize?response_type=code&${query}`)
  expect(answer.status).toBe(status)
  expect(answer.headers.get('location')).toBeNull()
})
