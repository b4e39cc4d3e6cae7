import { UserRefreshClient } from 'google-auth-library'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { assertion } from './assertion.ts'
import { PUBLIC_KEY } from './keys.ts'
import { ADA, AUTH, clientsOf, FILES, type Office, openOffice, ROBOT, SEED, transport } from './support.ts'

const GRANT = {
  email: ADA,
  refresh_token: '1//refresh',
  client_id: 'shop',
  client_secret: 'secret',
  scopes: [`${AUTH}drive`],
}
const post = async (
  office: Office,
  path: string,
  fields: Record<string, string>,
): Promise<readonly [number, Record<string, unknown>]> => {
  const answer = await office.raw(
    'POST',
    `https://oauth2.googleapis.com${path}`,
    new URLSearchParams(fields).toString(),
    {
      'Content-Type': 'application/x-www-form-urlencoded',
    },
  )
  return [answer.status, z.record(z.string(), z.unknown()).parse(await answer.json())]
}
const refresh = { grant_type: 'refresh_token', refresh_token: '1//refresh', client_id: 'shop', client_secret: 'secret' }

test('an app that a person let in gets tokens, until they take it back', async () => {
  const office = openOffice({ grants: [GRANT] })
  const client = new UserRefreshClient({
    clientId: 'shop',
    clientSecret: 'secret',
    refreshToken: '1//refresh',
    transporterOptions: { fetchImplementation: transport(office.network, office.world) },
  })
  const { token } = await client.getAccessToken()
  const seen = await office.raw('GET', FILES, undefined, { Authorization: `Bearer ${token}` })
  expect(seen.status).toBe(200)
  const [, info] = await post(office, '/tokeninfo', { access_token: token ?? '' })
  expect(info).toMatchObject({ aud: 'shop', email: ADA, scope: `${AUTH}drive` })
  await client.revokeToken(token ?? '')
  const after = await office.raw('GET', FILES, undefined, { Authorization: `Bearer ${token}` })
  expect(after.status).toBe(401)
  expect(await post(office, '/token', refresh)).toEqual([
    400,
    { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
  ])
})

test.each([
  [{ ...refresh, client_id: 'other' }, 401, 'invalid_client'],
  [{ ...refresh, client_secret: 'wrong' }, 401, 'invalid_client'],
  [{ ...refresh, refresh_token: 'x' }, 400, 'invalid_grant'],
  [{ grant_type: 'password' }, 400, 'unsupported_grant_type'],
  [{}, 400, 'invalid_request'],
  [{ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'a.b.c' }, 400, 'invalid_grant'],
])('the token endpoint refuses %j', async (fields, status, error) => {
  expect(await post(openOffice({ grants: [GRANT] }), '/token', fields as Record<string, string>)).toMatchObject([
    status,
    { error },
  ])
})

test('a clock that is two hours behind signs in vain', async () => {
  const office = openOffice()
  const { auth } = clientsOf(office)
  await office.world.clock.advance(2 * 3_600_000)
  // The program's own clock stands still.
  await expect(auth.authorize()).rejects.toThrow(/Invalid JWT: Token must be a short-lived token/)
})

test('keys are told apart by their id', async () => {
  const office = openOffice({ service_accounts: [{ email: ROBOT, public_key: PUBLIC_KEY, key_id: 'k1' }] })
  const signIn = (kid: string): Promise<readonly [number, Record<string, unknown>]> =>
    post(office, '/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: assertion(ROBOT, { scope: `${AUTH}drive` }, { kid }),
    })
  expect(await signIn('k1')).toMatchObject([200, { token_type: 'Bearer', expires_in: 3599 }])
  expect(await signIn('k2')).toMatchObject([400, { error_description: 'Invalid JWT Signature.' }])
})

test('what is no key is refused in the seed', () => {
  expect(() => openOffice({ service_accounts: [{ email: ROBOT, public_key: '-----BEGIN PUBLIC KEY-----' }] })).toThrow(
    /RSA public key/,
  )
})

test('a scope that an administrator did not allow is not delegated', async () => {
  const [robot] = SEED.service_accounts ?? []
  const office = openOffice({
    service_accounts: robot === undefined ? [] : [{ ...robot, scopes: [`${AUTH}documents`] }],
  })
  await expect(clientsOf(office, { subject: ADA }).auth.authorize()).rejects.toThrow(/unauthorized_client/)
  await clientsOf(office, { subject: ADA, scopes: [`${AUTH}documents`] }).auth.authorize()
})
