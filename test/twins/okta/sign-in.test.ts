import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { stepAt, totp } from '../../../twins/okta/otp.ts'
import { openOrg, type Setup, user } from './support.ts'

const LOGIN = 'ada@acme.example'
const PASSWORD = 'Abcd1234xyz'
const STAFF = '00g0000000000000staf'
const SEED = {
  users: [{ login: LOGIN, password: PASSWORD, groups: ['Staff'] }],
  groups: [{ id: STAFF, name: 'Staff' }],
}
type Body = Record<string, unknown>
const body = async (answer: Response): Promise<Body> => (await answer.json()) as Body
const post = async (org: Setup, path: string, sent?: unknown): Promise<Body> => body(await org.send('POST', path, sent))
const signIn = (org: Setup, password = PASSWORD, username = LOGIN): Promise<Response> =>
  org.send('POST', '/api/v1/authn', { username, password })
const statusOf = async (org: Setup): Promise<unknown> =>
  (await body(await org.send('GET', `/api/v1/users/${LOGIN}`))).status

/** A policy for the group Staff. */
async function policy(org: Setup, type: string, more: object, rule?: object): Promise<void> {
  const conditions = { people: { groups: { include: [STAFF] } } }
  const made = await post(org, '/api/v1/policies', { type, name: `${type} of staff`, conditions, ...more })
  if (rule !== undefined) await post(org, `/api/v1/policies/${String(made.id)}/rules`, { name: 'Rule', ...rule })
}
const password = (settings: object): object => ({ settings: { password: settings } })

test.each([
  ['Abcd1234', 'at least 12 characters'],
  ['Abcdefgh1234', 'a symbol'],
  ['Ada!Abcdefgh1234', 'does not include your first name'],
])('a password policy of a group refuses %s, for it asks: %s', async (value, words) => {
  const org = openOrg(SEED)
  await policy(
    org,
    'PASSWORD',
    password({ complexity: { minLength: 12, minSymbol: 1, excludeAttributes: ['firstName'] } }),
  )
  const made = { ...user('new@acme.example', { credentials: { password: { value } } }) }
  expect(await post(org, '/api/v1/users', { ...made, groupIds: [STAFF] })).toMatchObject({
    errorSummary: 'Api validation failed: password',
    errorCauses: [{ errorSummary: expect.stringContaining(words) as string }],
  })
  // Whoever is not in the group has the policy of all.
  const weaker = user('other@acme.example', { credentials: { password: { value: 'Abcd1234' } } })
  expect(await post(org, '/api/v1/users', weaker)).toMatchObject({ status: 'ACTIVE' })
})

const change = (org: Setup, old: string, fresh: string, query = ''): Promise<Body> =>
  post(org, `/api/v1/users/${LOGIN}/credentials/change_password${query}`, {
    oldPassword: { value: old },
    newPassword: { value: fresh },
  })

test('a password that was used lately is refused', async () => {
  const org = openOrg(SEED)
  await change(org, PASSWORD, 'Efgh5678xyz')
  expect(await change(org, 'Efgh5678xyz', PASSWORD)).toMatchObject({
    errorCode: 'E0000014',
    errorCauses: [{ errorSummary: expect.stringContaining('any of your last 4 passwords') as string }],
  })
})

test('a password must have its age to be changed, where that is asked for', async () => {
  const org = openOrg(SEED)
  await policy(org, 'PASSWORD', password({ age: { minAgeMinutes: 60 } }))
  expect(await change(org, PASSWORD, 'Efgh5678xyz', '?strict=true')).toMatchObject({ errorCode: 'E0000014' })
  await org.world.clock.advance(3_600_000)
  expect(await change(org, PASSWORD, 'Efgh5678xyz', '?strict=true')).toMatchObject({ password: {} })
})

test('a password that is too old is expired at sign-in, and exchanged there', async () => {
  const org = openOrg(SEED)
  await policy(org, 'PASSWORD', password({ age: { maxAgeDays: 30 } }))
  await org.world.clock.advance(30 * 86_400_000)
  const begun = await body(await signIn(org))
  expect(begun).toMatchObject({ status: 'PASSWORD_EXPIRED', _links: { next: { name: 'changePassword' } } })
  expect(await statusOf(org)).toBe('PASSWORD_EXPIRED')
  const passwords = { stateToken: begun.stateToken, oldPassword: PASSWORD, newPassword: 'Efgh5678xyz' }
  const next = await post(org, '/api/v1/authn/credentials/change_password', passwords)
  expect(next).toMatchObject({ status: 'SUCCESS' })
  expect(await statusOf(org)).toBe('ACTIVE')
  expect((await org.send('POST', '/api/v1/authn', { stateToken: begun.stateToken })).status).toBe(401)
})

test('a lock comes after as many attempts as the policy says, shows where it says so, and runs off', async () => {
  const org = openOrg(SEED)
  await policy(
    org,
    'PASSWORD',
    password({ lockout: { maxAttempts: 2, autoUnlockMinutes: 5, showLockoutFailures: true } }),
  )
  for (let n = 0; n < 2; n++) expect((await signIn(org, 'wrong')).status).toBe(401)
  expect(await body(await signIn(org))).toMatchObject({ status: 'LOCKED_OUT' })
  await org.world.clock.advance(5 * 60_000)
  expect(await statusOf(org)).toBe('ACTIVE')
  expect(await body(await signIn(org))).toMatchObject({ status: 'SUCCESS' })
})

test('a rule can deny the reset of passwords', async () => {
  const org = openOrg(SEED)
  await policy(org, 'PASSWORD', {}, { actions: { selfServicePasswordReset: { access: 'DENY' } } })
  const refused = await org.send('POST', `/api/v1/users/${LOGIN}/credentials/forgot_password`)
  expect([refused.status, await body(refused)]).toMatchObject([403, { errorCode: 'E0000034' }])
})

test.each([
  ['SHA-256', { algorithm: 'SHA-256', salt: Buffer.from('salt').toString('base64'), saltOrder: 'PREFIX' }, 'sha256'],
  ['SHA-512', { algorithm: 'SHA-512', salt: Buffer.from('salt').toString('base64'), saltOrder: 'PREFIX' }, 'sha512'],
])('a password that came as a %s is good to sign in', async (_, hash, digest) => {
  const org = openOrg()
  const value = createHash(digest).update(`salt${PASSWORD}`).digest('base64')
  await post(org, '/api/v1/users', user(LOGIN, { credentials: { password: { hash: { ...hash, value } } } }))
  expect((await signIn(org, 'wrong')).status).toBe(401)
  expect(await body(await signIn(org))).toMatchObject({ status: 'SUCCESS' })
})

test('a sign-on rule can deny', async () => {
  const org = openOrg(SEED)
  await policy(org, 'OKTA_SIGN_ON', {}, { type: 'SIGN_ON', actions: { signon: { access: 'DENY' } } })
  expect((await signIn(org)).status).toBe(403)
})

const NEEDS_FACTOR = { type: 'SIGN_ON', actions: { signon: { access: 'ALLOW', requireFactor: true } } }
const sessionOf = (org: Setup, sessionToken: unknown): Promise<Body> => post(org, '/api/v1/sessions', { sessionToken })

test('a second factor is asked for: an authenticator app', async () => {
  const org = openOrg(SEED)
  await policy(org, 'OKTA_SIGN_ON', {}, NEEDS_FACTOR)
  const made = await post(org, `/api/v1/users/${LOGIN}/factors`, {
    factorType: 'token:software:totp',
    provider: 'GOOGLE',
  })
  const { activation } = z.object({ activation: z.object({ sharedSecret: z.string() }) }).parse(made._embedded)
  const code = (): string => totp(activation.sharedSecret, stepAt(org.world.clock.now()))
  await post(org, `/api/v1/users/${LOGIN}/factors/${String(made.id)}/lifecycle/activate`, { passCode: code() })
  const { stateToken, ...begun } = await body(await signIn(org))
  expect(begun).toMatchObject({
    status: 'MFA_REQUIRED',
    _embedded: { factors: [{ factorType: 'token:software:totp' }] },
  })
  const verify = (passCode: string): Promise<Body> =>
    post(org, `/api/v1/authn/factors/${String(made.id)}/verify`, { stateToken, passCode })
  expect(await verify('no')).toMatchObject({ errorCode: 'E0000068' })
  await org.world.clock.advance(30_000)
  const done = await verify(code())
  expect(done).toMatchObject({ status: 'SUCCESS' })
  expect(await sessionOf(org, done.sessionToken)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], mfaActive: true })
})

test('a second factor is asked for: a text message', async () => {
  const org = openOrg(SEED)
  await policy(org, 'OKTA_SIGN_ON', {}, NEEDS_FACTOR)
  const phone = { factorType: 'sms', provider: 'OKTA', profile: { phoneNumber: '+15554151337' } }
  const { id } = await post(org, `/api/v1/users/${LOGIN}/factors?activate=true`, phone)
  const { stateToken } = await body(await signIn(org))
  const path = `/api/v1/authn/factors/${String(id)}/verify`
  expect(await post(org, path, { stateToken })).toMatchObject({ status: 'MFA_CHALLENGE', factorResult: 'CHALLENGE' })
  expect(await post(org, '/api/v1/authn', { stateToken })).toMatchObject({ status: 'MFA_CHALLENGE' })
  const sent = org.world.trace.events.find(({ type }) => type === 'okta.code.sent')
  const { code } = z.looseObject({ code: z.string() }).parse(sent?.fields)
  expect(await post(org, path, { stateToken, passCode: code })).toMatchObject({ status: 'SUCCESS' })
})

test('a second factor is asked for: a push, which is polled', async () => {
  const org = openOrg(SEED)
  await policy(org, 'OKTA_SIGN_ON', {}, NEEDS_FACTOR)
  const { id } = await post(org, `/api/v1/users/${LOGIN}/factors`, { factorType: 'push', provider: 'OKTA' })
  org.twin.happen('push.approved', { login: LOGIN })
  const { stateToken } = await body(await signIn(org))
  const poll = (): Promise<Body> => post(org, `/api/v1/authn/factors/${String(id)}/verify`, { stateToken })
  expect(await poll()).toMatchObject({ status: 'MFA_CHALLENGE', factorResult: 'WAITING' })
  expect(await poll()).toMatchObject({ factorResult: 'WAITING' })
  org.twin.happen('push.rejected', { login: LOGIN })
  expect(await poll()).toMatchObject({ factorResult: 'REJECTED' })
  expect(await poll()).toMatchObject({ factorResult: 'WAITING' })
  org.twin.happen('push.approved', { login: LOGIN })
  expect(await poll()).toMatchObject({ status: 'SUCCESS' })
  expect((await org.send('POST', '/api/v1/authn/cancel', { stateToken })).status).toBe(401)
})

test('a session lives as long as the policy says, from when it was used last', async () => {
  const org = openOrg(SEED)
  const session = { maxSessionIdleMinutes: 10, maxSessionLifetimeMinutes: 60 }
  await policy(org, 'OKTA_SIGN_ON', {}, { type: 'SIGN_ON', actions: { signon: { access: 'ALLOW', session } } })
  const { id } = await sessionOf(org, (await body(await signIn(org))).sessionToken)
  const path = `/api/v1/sessions/${String(id)}`
  await org.world.clock.advance(9 * 60_000)
  expect((await org.send('POST', `${path}/lifecycle/refresh`)).status).toBe(200)
  await org.world.clock.advance(9 * 60_000)
  expect((await org.send('GET', path)).status).toBe(200)
  await org.world.clock.advance(60_000)
  expect((await org.send('GET', path)).status).toBe(404)
})

test('a CAPTCHA on the sign-in page is a step that nobody takes here', async () => {
  const org = openOrg({ users: [{ login: 'ada@acme.example', password: 'Abcd1234xyz' }] })
  const page = (): Promise<Response> =>
    org.send('POST', '/login/login.htm', 'username=ada%40acme.example&password=Abcd1234xyz')
  expect((await page()).status).toBeLessThan(400)
  const captcha = { name: 'Human?', type: 'HCAPTCHA', siteKey: 'site', secretKey: 'secret' }
  const { id } = (await (await org.send('POST', '/api/v1/captchas', captcha)).json()) as { id: string }
  await org.send('PUT', '/api/v1/org/captcha', { captchaId: id, enabledPages: ['SSPR'] })
  expect((await page()).status).toBeLessThan(400)
  await org.send('PUT', '/api/v1/org/captcha', { captchaId: id, enabledPages: ['SIGN_IN'] })
  await expect(page()).rejects.toThrow('further steps on the sign-in page')
})
