import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
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

test('access tokens verify against the published keys, also after a rotation', async () => {
  const org = openOrg(SEED)
  const { config, tokens } = await signIn(org)
  const keys = async () =>
    createLocalJWKSet((await (await org.send('GET', '/oauth2/default/v1/keys')).json()) as JSONWebKeySet)
  const check = {
    issuer: `${HOME}/oauth2/default`,
    audience: 'api://default',
    currentDate: new Date(org.world.clock.now()),
  }
  const { payload, protectedHeader } = await jwtVerify(tokens.access_token, await keys(), check)
  expect(payload).toMatchObject({ cid: 'shop', sub: ADA.login, scp: SCOPE.split(' ') })
  org.twin.happen('keys.rotated', {})
  const fresh = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  const after = await jwtVerify(fresh.access_token, await keys(), check)
  expect(after.protectedHeader.kid).not.toBe(protectedHeader.kid)
  // What the old key signed still verifies.
  await jwtVerify(tokens.access_token, await keys(), check)
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
