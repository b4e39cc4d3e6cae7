import { createSign, generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { HOME, openOrg, type Setup } from './support.ts'

const CALLBACK = 'https://shop.test/callback'
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'
const ADA = {
  id: '00u00000000000000ada',
  login: 'ada@acme.example',
  password: 'Abcd1234xyz',
  groups: ['Staff', 'Books'],
  profile: { department: 'Books', nickName: 'A' },
}
const SEED = {
  users: [ADA],
  groups: [{ name: 'Staff' }, { name: 'Books' }],
  clients: [
    {
      id: 'shop',
      secret: 's3cret',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'implicit', 'refresh_token', 'password', DEVICE],
    },
  ],
}
const BASIC = { Authorization: `Basic ${Buffer.from('shop:s3cret').toString('base64')}` }
type Body = Record<string, unknown>
const json = async (answer: Response | Promise<Response>): Promise<Body> => (await (await answer).json()) as Body
const claims = (jwt: unknown): Body =>
  JSON.parse(Buffer.from(String(jwt).split('.')[1] ?? '', 'base64url').toString()) as Body
const token = (
  org: Setup,
  fields: Record<string, string>,
  headers: Record<string, string> = BASIC,
  server = '/default',
): Promise<Body> => json(org.send('POST', `/oauth2${server}/v1/token`, `${new URLSearchParams(fields)}`, headers))
const byPassword = (org: Setup, scope: string): Promise<Body> =>
  token(org, { grant_type: 'password', username: ADA.login, password: ADA.password, scope })
const userinfo = (org: Setup, access: unknown): Promise<Body> =>
  json(org.send('GET', '/oauth2/default/v1/userinfo', undefined, { Authorization: `Bearer ${String(access)}` }))

test('an ID token beside an access token is thin; userinfo tells the rest, by scope', async () => {
  const org = openOrg(SEED)
  const tokens = await byPassword(org, 'openid profile email address')
  const id = claims(tokens.id_token)
  expect(id).toMatchObject({ name: 'Test User', preferred_username: ADA.login, email: ADA.login })
  for (const left of ['given_name', 'nickname', 'email_verified', 'zoneinfo']) expect(id).not.toHaveProperty(left)
  const info = await userinfo(org, tokens.access_token)
  expect(info).toMatchObject({ sub: ADA.id, given_name: 'Test', nickname: 'A', email_verified: true, address: {} })
  expect(await userinfo(org, (await byPassword(org, 'openid email')).access_token)).not.toHaveProperty('given_name')
})

test('claims that were added to a server are worked out, in the tokens they are for', async () => {
  const org = openOrg(SEED)
  const add = (claim: object): Promise<Body> =>
    json(
      org.send('POST', '/api/v1/authorizationServers/default/claims', {
        status: 'ACTIVE',
        valueType: 'EXPRESSION',
        ...claim,
      }),
    )
  await add({ name: 'dept', claimType: 'RESOURCE', value: 'String.toUpperCase(user.department)' })
  await add({ name: 'role', claimType: 'RESOURCE', value: 'isMemberOfGroupName("Staff") ? "staff" : "guest"' })
  await add({ name: 'none', claimType: 'RESOURCE', value: 'user.costCenter' })
  await add({ name: 'off', claimType: 'RESOURCE', value: '"x"', status: 'INACTIVE' })
  await add({ name: 'mail', claimType: 'RESOURCE', value: 'user.email', conditions: { scopes: ['email'] } })
  await add({
    name: 'teams',
    claimType: 'IDENTITY',
    valueType: 'GROUPS',
    group_filter_type: 'STARTS_WITH',
    value: 'St',
    alwaysIncludeInToken: true,
  })
  await add({ name: 'rare', claimType: 'IDENTITY', value: 'appuser.userName' })
  await add({
    name: 'all',
    claimType: 'IDENTITY',
    value: 'Groups.contains("OKTA", "oo", 10)',
    alwaysIncludeInToken: true,
  })
  const tokens = await byPassword(org, 'openid')
  const access = claims(tokens.access_token)
  expect(access).toMatchObject({ dept: 'BOOKS', role: 'staff', sub: ADA.login })
  for (const left of ['none', 'off', 'mail', 'teams']) expect(access).not.toHaveProperty(left)
  const id = claims(tokens.id_token)
  expect(id).toMatchObject({ teams: ['Staff'], all: ['Books'] })
  expect(id).not.toHaveProperty('rare')
  expect(await userinfo(org, tokens.access_token)).toMatchObject({ rare: ADA.login, teams: ['Staff'] })
  expect(claims((await byPassword(org, 'openid email')).access_token)).toMatchObject({ mail: ADA.login })
})

const app = (more: object, auth: object = {}): object => ({
  name: 'oidc_client',
  label: 'Store',
  signOnMode: 'OPENID_CONNECT',
  credentials: {
    oauthClient: {
      client_id: 'store',
      client_secret: 's3cret',
      token_endpoint_auth_method: 'client_secret_basic',
      ...auth,
    },
  },
  settings: {
    oauthClient: {
      application_type: 'web',
      redirect_uris: [CALLBACK],
      grant_types: ['password', 'refresh_token', 'client_credentials'],
      ...more,
    },
  },
})

/** A client made by the API, whose id is that of its app. */
async function store(
  org: Setup,
  more: object = {},
): Promise<{ readonly id: string; readonly basic: Record<string, string> }> {
  const made = await json(org.send('POST', '/api/v1/apps', app(more, { client_id: undefined })))
  await org.send('POST', `/api/v1/apps/${String(made.id)}/users`, { id: ADA.id })
  return {
    id: String(made.id),
    basic: { Authorization: `Basic ${Buffer.from(`${String(made.id)}:s3cret`).toString('base64')}` },
  }
}
const OFFLINE = { grant_type: 'password', username: ADA.login, password: ADA.password, scope: 'openid offline_access' }
const refresh = (org: Setup, refresh_token: unknown, basic: Record<string, string>): Promise<Body> =>
  token(org, { grant_type: 'refresh_token', refresh_token: String(refresh_token) }, basic)

test('refresh tokens of a web app stay, unless its settings say that they rotate', async () => {
  const org = openOrg(SEED)
  const { basic } = await store(org)
  const first = await token(org, OFFLINE, basic)
  expect((await refresh(org, first.refresh_token, basic)).refresh_token).toBe(first.refresh_token)
  const { basic: other } = await store(org, { refresh_token: { rotation_type: 'ROTATE', leeway: 10 } })
  const before = (await token(org, OFFLINE, other)).refresh_token
  expect((await refresh(org, before, other)).refresh_token).not.toBe(before)
  // Within the leeway a retry is let through; after it, it is a theft.
  await org.world.clock.advance(9_000)
  expect(await refresh(org, before, other)).toHaveProperty('refresh_token')
  await org.world.clock.advance(1_000)
  expect(await refresh(org, before, other)).toMatchObject({ error: 'invalid_grant' })
})

test('a refresh token that lies unused for a week is no longer one', async () => {
  const org = openOrg(SEED)
  const { basic } = await store(org)
  const { refresh_token } = await token(org, OFFLINE, basic)
  await org.world.clock.advance(6 * 86_400_000)
  expect(await refresh(org, refresh_token, basic)).toHaveProperty('access_token')
  await org.world.clock.advance(7 * 86_400_000)
  expect(await refresh(org, refresh_token, basic)).toMatchObject({ error: 'invalid_grant' })
})

test('whoever is deactivated holds no tokens', async () => {
  const org = openOrg(SEED)
  const { access_token, refresh_token } = await byPassword(org, 'openid offline_access')
  org.twin.happen('user.deactivated', { login: ADA.login })
  const introspect = (value: unknown): Promise<Body> =>
    json(org.send('POST', '/oauth2/default/v1/introspect', `token=${String(value)}`, BASIC))
  expect(await introspect(access_token)).toEqual({ active: false })
  expect(await introspect(refresh_token)).toEqual({ active: false })
})

test('a device waits until its user has decided', async () => {
  const org = openOrg(SEED)
  const ask = () => json(org.send('POST', '/oauth2/default/v1/device/authorize', 'scope=openid', BASIC))
  const begun = await ask()
  expect(begun).toMatchObject({ interval: 5, expires_in: 600, verification_uri: `${HOME}/activate` })
  const poll = (code: unknown): Promise<Body> => token(org, { grant_type: DEVICE, device_code: String(code) })
  expect(await poll(begun.device_code)).toMatchObject({ error: 'authorization_pending' })
  expect(await poll(begun.device_code)).toMatchObject({ error: 'slow_down' })
  await org.world.clock.advance(5_000)
  org.twin.happen('device.approved', { login: ADA.login })
  const tokens = await poll(begun.device_code)
  expect(claims(tokens.id_token)).toMatchObject({ sub: ADA.id })
  expect(await poll(begun.device_code)).toMatchObject({ error: 'invalid_grant' })
  const denied = await ask()
  org.twin.happen('device.denied', { login: ADA.login })
  expect(await poll(denied.device_code)).toMatchObject({ error: 'access_denied' })
  const late = await ask()
  await org.world.clock.advance(600_000)
  expect(await poll(late.device_code)).toMatchObject({ error: 'expired_token' })
  expect(() => org.twin.happen('device.approved', { login: ADA.login })).toThrow('expected a device that waits')
})

const authorizeUrl = (more: Record<string, string>): string =>
  `/oauth2/default/v1/authorize?${new URLSearchParams({ client_id: 'shop', redirect_uri: CALLBACK, scope: 'openid profile', state: 's', nonce: 'n', response_type: 'code', ...more })}`

test('a browser without a session gets a page to sign in, and is led back', async () => {
  const org = openOrg(SEED)
  const page = await org.send('GET', authorizeUrl({}))
  const html = await page.text()
  const from = (/name="fromURI" value="([^"]+)"/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&')
  const submit = (password: string) =>
    org.send('POST', '/login/login.htm', `${new URLSearchParams({ fromURI: from, username: ADA.login, password })}`)
  expect(await (await submit('wrong')).text()).toContain('Unable to sign in')
  const signedIn = await submit(ADA.password)
  expect(signedIn.status).toBe(302)
  const Cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  const back = await org.send('GET', signedIn.headers.get('location') ?? '', undefined, { Cookie })
  expect(back.headers.get('location')).toMatch(/^https:\/\/shop\.test\/callback\?code=.+&state=s$/)
  const stranger = await org.send(
    'POST',
    '/login/login.htm',
    `${new URLSearchParams({ fromURI: 'https://evil.test/', username: ADA.login, password: ADA.password })}`,
  )
  expect(stranger.headers.get('location')).toBeNull()
  // Two hours later the session is over.
  await org.world.clock.advance(2 * 3_600_000)
  expect((await org.send('GET', authorizeUrl({}), undefined, { Cookie })).status).toBe(200)
})

const sessionToken = async (org: Setup): Promise<string> =>
  z
    .looseObject({ sessionToken: z.string() })
    .parse(await json(org.send('POST', '/api/v1/authn', { username: ADA.login, password: ADA.password }))).sessionToken

test.each([
  ['id_token', ['id_token', 'state']],
  ['token', ['access_token', 'token_type', 'expires_in', 'scope', 'state']],
  ['id_token token', ['access_token', 'token_type', 'expires_in', 'scope', 'id_token', 'state']],
])('the implicit flow for %s comes back in the fragment', async (response_type, names) => {
  const org = openOrg(SEED)
  const answer = await org.send('GET', authorizeUrl({ response_type, sessionToken: await sessionToken(org) }))
  const fields = new URLSearchParams(new URL(answer.headers.get('location') ?? '').hash.slice(1))
  expect([...fields.keys()]).toEqual(names)
  const id = fields.get('id_token')
  if (id === null) return
  // Alone it says all.
  expect('given_name' in claims(id)).toBe(response_type === 'id_token')
  expect(claims(id)).toMatchObject({ nonce: 'n', aud: 'shop' })
})

test('a code can come back as a form', async () => {
  const org = openOrg(SEED)
  const answer = await org.send(
    'GET',
    authorizeUrl({ response_mode: 'form_post', sessionToken: await sessionToken(org) }),
  )
  const html = await answer.text()
  expect(html).toContain(`action="${CALLBACK}"`)
  expect(html).toMatch(/name="code" value="[^"]{43}"/)
})

test('the policy of an app can deny', async () => {
  const org = openOrg(SEED)
  const policy = await json(org.send('POST', '/api/v1/policies', { type: 'ACCESS_POLICY', name: 'Closed' }))
  const rule = { name: 'Nobody', priority: 1, actions: { appSignOn: { access: 'DENY' } } }
  await org.send('POST', `/api/v1/policies/${String(policy.id)}/rules`, rule)
  await org.send('PUT', `/api/v1/apps/shop/policies/${String(policy.id)}`)
  const answer = await org.send('GET', authorizeUrl({ sessionToken: await sessionToken(org) }))
  expect(answer.headers.get('location')).toContain('error=access_denied')
})

test('a service gets those scopes of the org’s API that it has been granted', async () => {
  const org = openOrg(SEED)
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' }
  const settings = { grant_types: ['client_credentials'], application_type: 'service', jwks: { keys: [jwk] } }
  const made = await json(
    org.send(
      'POST',
      '/api/v1/apps',
      app(settings, { client_id: undefined, token_endpoint_auth_method: 'private_key_jwt' }),
    ),
  )
  const id = String(made.id)
  let jti = 0
  const ask = (scope: string): Promise<Body> => {
    const now = Math.floor(org.world.clock.now() / 1000)
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const head = `${part({ alg: 'RS256', kid: 'k1' })}.${part({ iss: id, sub: id, aud: `${HOME}/oauth2/v1/token`, exp: now + 300, iat: now, jti: `j${++jti}` })}`
    const client_assertion = `${head}.${createSign('RSA-SHA256').update(head).sign(privateKey, 'base64url')}`
    const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    return token(
      org,
      { grant_type: 'client_credentials', scope, client_assertion_type, client_assertion },
      { Authorization: '' },
      '',
    )
  }
  expect(await ask('okta.users.read')).toEqual({
    error: 'consent_required',
    error_description: 'You are not allowed any of the requested scopes.',
  })
  await org.send('POST', `/api/v1/apps/${id}/grants`, { scopeId: 'okta.users.read', issuer: HOME })
  const granted = await ask('okta.users.read okta.groups.manage')
  expect(granted).toMatchObject({ scope: 'okta.users.read' })
  const as = { Authorization: `Bearer ${String(granted.access_token)}` }
  expect((await org.send('GET', '/api/v1/users', undefined, as)).status).toBe(200)
  expect((await org.send('GET', '/api/v1/groups', undefined, as)).status).toBe(403)
})
