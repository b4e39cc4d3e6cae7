import { expect, test } from 'vitest'
import { z } from 'zod'
import { openClient, walk } from './sdk.ts'
import type { Setup } from './support.ts'

const ADA = '00u00000000000000ada'
const GRANT = {
  grant_type: 'password',
  username: 'ada@acme.example',
  password: 'Abcd1234xyz',
  scope: 'openid offline_access',
}
const BASIC = { Authorization: `Basic ${Buffer.from('shop:s3cret').toString('base64')}` }
const SEED = {
  users: [{ id: ADA, login: GRANT.username, password: GRANT.password, profile: { department: 'Books' } }],
  clients: [{ id: 'shop', secret: 's3cret', grant_types: ['password', 'refresh_token'] }],
  rows: {
    [`users/${ADA}/grants`]: [
      { id: 'oag1', clientId: 'shop', scopeId: 'email', status: 'ACTIVE', issuer: 'https://acme.okta.com' },
    ],
    mappings: [
      {
        id: 'prm1',
        source: { id: 'oty1', name: 'user', type: 'user' },
        target: { id: 'shop', name: 'oidc_client', type: 'appuser' },
        properties: { nickname: { expression: 'user.firstName + "@" + user.department', pushStatus: 'PUSH' } },
      },
    ],
  },
}
const tokens = z.looseObject({ refresh_token: z.string() })
const signIn = async (org: Setup): Promise<string> =>
  tokens.parse(
    await (await org.send('POST', '/oauth2/default/v1/token', `${new URLSearchParams(GRANT)}`, BASIC)).json(),
  ).refresh_token
const refresh = (org: Setup, refresh_token: string): Promise<Response> =>
  org.send(
    'POST',
    '/oauth2/default/v1/token',
    `${new URLSearchParams({ grant_type: 'refresh_token', refresh_token })}`,
    BASIC,
  )

test.each([
  [
    'an app',
    'applicationApi.listOAuth2TokensForApplication',
    'applicationApi.getOAuth2TokenForApplication',
    'applicationApi.revokeOAuth2TokenForApplication',
  ],
  [
    'a user and its client',
    'userApi.listRefreshTokensForUserAndClient',
    'userApi.getRefreshTokenForUserAndClient',
    'userApi.revokeTokenForUserAndClient',
  ],
  [
    'a server and its client',
    'authorizationServerApi.listRefreshTokensForAuthorizationServerAndClient',
    'authorizationServerApi.getRefreshTokenForAuthorizationServerAndClient',
    'authorizationServerApi.revokeRefreshTokenForAuthorizationServerAndClient',
  ],
] as const)('the tokens of %s are listed, read and taken back', async (_, list, get, revoke) => {
  const org = await openClient(SEED)
  const kept = await signIn(org)
  const known = { appId: 'shop', userId: ADA, clientId: 'shop', authServerId: 'default' }
  const shown = { status: 'ACTIVE', clientId: 'shop', userId: ADA, scopes: ['openid', 'offline_access'] }
  await walk(
    org.client,
    [
      [list, {}, { keep: 'tokenId', is: [shown] }],
      [get, {}, { is: shown }],
      [revoke],
      [get, {}, { fails: 404 }],
      [list, {}, { is: [] }],
    ],
    known,
  )
  expect((await refresh(org, kept)).status).toBe(400)
})

test('grants of a user are listed and taken back by client, and keys are read', async () => {
  const org = await openClient(SEED)
  const known = { userId: ADA, clientId: 'shop', grantId: 'oag1', authServerId: 'default' }
  await walk(
    org.client,
    [
      ['userApi.getUserGrant', {}, { is: { scopeId: 'email' } }],
      ['userApi.listGrantsForUserAndClient', {}, { is: [{ id: 'oag1' }] }],
      ['userApi.revokeGrantsForUserAndClient'],
      ['userApi.listGrantsForUserAndClient', {}, { is: [] }],
      ['authorizationServerApi.listAuthorizationServerKeys', {}, { keep: 'keyId', keyed: 'kid' }],
      ['authorizationServerApi.getAuthorizationServerKey', {}, { is: { status: 'ACTIVE', kty: 'RSA' } }],
    ],
    known,
  )
})

test('whoever no longer has an app gets no new tokens for it', async () => {
  const org = await openClient(SEED)
  const token = await signIn(org)
  const [everyone] = (await (await org.send('GET', '/api/v1/groups?q=Everyone')).json()) as { id: string }[]
  await org.send('DELETE', `/api/v1/apps/shop/groups/${everyone?.id}`)
  expect(await (await refresh(org, token)).json()).toMatchObject({ error: 'invalid_grant' })
})

test('an app is told of a user what its mapping says, and its users are found by name', async () => {
  const org = await openClient(SEED)
  const found = async (q: string): Promise<unknown> => (await org.send('GET', `/api/v1/apps/shop/users?q=${q}`)).json()
  expect(await found('ada')).toMatchObject([{ id: ADA, profile: { nickname: 'Test@Books' } }])
  expect(await found('nobody')).toEqual([])
})
