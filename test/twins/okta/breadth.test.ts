import { expect, test } from 'vitest'
import { z } from 'zod'
import { openOrg, type Setup, user, withPassword } from './support.ts'

const made = z.looseObject({ id: z.string() })
const idOf = async (answer: Promise<Response>): Promise<string> => made.parse(await (await answer).json()).id
const bodyOf = async (answer: Promise<Response>): Promise<unknown> => (await answer).json()
const app = (org: Setup, more: object): Promise<string> =>
  idOf(org.send('POST', '/api/v1/apps', { label: 'Shop', ...more }))
const oidc = {
  name: 'oidc_client',
  signOnMode: 'OPENID_CONNECT',
  settings: { oauthClient: { redirect_uris: ['https://shop.test/cb'] } },
}

test.each([
  ['user/default', { title: 'Shoe size', type: 'integer', required: false }],
  ['group/default', { title: 'Floor', type: 'string', maxLength: 3 }],
])('the schema %s takes an attribute and gives it up', async (which, attribute) => {
  const org = openOrg()
  const path = `/api/v1/meta/schemas/${which}`
  const change = (properties: object) =>
    bodyOf(org.send('POST', path, { definitions: { custom: { id: '#custom', type: 'object', properties } } }))
  const { required: _, ...kept } = { required: false, ...attribute }
  expect(await change({ extra: attribute })).toMatchObject({
    definitions: { custom: { properties: { extra: { ...kept, master: { type: 'PROFILE_MASTER' } } } } },
  })
  expect(JSON.stringify(await change({ extra: null }))).not.toContain('"extra"')
  const gone = await org.send('POST', path, { definitions: { base: { properties: { nonsense: { type: 'string' } } } } })
  expect(gone.status).toBe(400)
})

test('an app knows its users by a schema of its own', async () => {
  const org = openOrg()
  const id = await app(org, oidc)
  const path = `/api/v1/meta/schemas/apps/${id}/default`
  const custom = { properties: { size: { title: 'Size', type: 'integer', enum: [1, 2], union: 'DISABLE' } } }
  const changed = await bodyOf(org.send('POST', path, { definitions: { custom } }))
  expect(changed).toMatchObject({ definitions: { base: { required: ['userName'] } }, title: 'Shop User' })
  expect(JSON.stringify(changed)).not.toContain('DISABLE')
  const wrong = { properties: { size: { type: 'string' } } }
  expect((await org.send('POST', path, { definitions: { custom: wrong } })).status).toBe(400)
})

test.each([
  ['bookmark', 'BOOKMARK', []],
  ['template_swa', 'BROWSER_PLUGIN', ['checkbox', 'loginUrlRegex', 'redirectUrl']],
  ['template_swa3field', 'BROWSER_PLUGIN', ['loginUrlRegex', 'redirectUrl']],
  ['template_sps', 'SECURE_PASSWORD_STORE', ['optionalField1', 'optionalField3Value']],
  ['template_basic_auth', 'BASIC_AUTH', ['loginUrlRegex']],
])('an app from %s has settings that nobody filled in', async (name, signOnMode, blanks) => {
  const org = openOrg()
  const fields = { usernameField: 'user', passwordField: 'word' }
  const needed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    template_swa: { ...fields, buttonField: 'go' },
    template_swa3field: { ...fields, buttonField: 'go' },
    template_sps: fields,
    template_basic_auth: { authURL: 'https://shop.test/auth' },
  }
  const app: Readonly<Record<string, string>> = { url: 'https://shop.test', ...needed[name] }
  const body = { label: 'Shop', name, signOnMode, settings: { app } }
  const row = z
    .object({ settings: z.object({ app: z.record(z.string(), z.unknown()) }) })
    .parse(await bodyOf(org.send('POST', '/api/v1/apps', body)))
  for (const blank of blanks) expect(row.settings.app[blank]).toBeNull()
  // What a template with a third field needs is not told apart in the document.
  for (const field of name === 'template_swa3field' ? [] : Object.keys(app)) {
    const { [field]: _, ...less } = app
    const refused = await org.send('POST', '/api/v1/apps', { ...body, settings: { app: less } })
    expect(refused.status).toBe(400)
  }
})

test('scopes are granted to an app, and taken back', async () => {
  const org = openOrg()
  const id = await app(org, oidc)
  const root = `/api/v1/apps/${id}/grants`
  const grant = await idOf(org.send('POST', root, { scopeId: 'okta.users.read', issuer: 'https://acme.okta.com' }))
  expect(await bodyOf(org.send('GET', root))).toMatchObject([{ id: grant, clientId: id, source: 'ADMIN' }])
  expect((await org.send('DELETE', `${root}/${grant}`)).status).toBe(204)
  expect(await bodyOf(org.send('GET', root))).toEqual([])
})

test('a client keeps one active secret, and has two at most', async () => {
  const org = openOrg()
  const root = `/api/v1/apps/${await app(org, oidc)}/credentials/secrets`
  const [first] = z.array(made).parse(await bodyOf(org.send('GET', root)))
  const off = `${root}/${first?.id}/lifecycle/deactivate`
  expect((await org.send('POST', off)).status).toBe(400)
  const second = await idOf(org.send('POST', root, {}))
  expect((await org.send('POST', root, {})).status).toBe(400)
  expect(await bodyOf(org.send('POST', off))).toMatchObject({ status: 'INACTIVE' })
  expect((await org.send('DELETE', `${root}/${second}`)).status).toBe(400)
  expect((await org.send('DELETE', `${root}/${first?.id}`)).status).toBe(204)
})

test('an app signs with keys that are made and copied', async () => {
  const org = openOrg()
  const saml = { signOnMode: 'SAML_2_0', settings: { signOn: { ssoAcsUrl: 'https://shop.test/acs' } } }
  const [one, other] = [await app(org, saml), await app(org, { ...saml, label: 'Other' })]
  const root = `/api/v1/apps/${one}/credentials/keys`
  const { kid } = z
    .object({ kid: z.string() })
    .parse(await bodyOf(org.send('POST', `${root}/generate?validityYears=3`)))
  expect(z.array(z.unknown()).parse(await bodyOf(org.send('GET', root)))).toHaveLength(2)
  expect((await org.send('POST', `${root}/${kid}/clone?targetAid=${other}`)).status).toBe(201)
  expect((await org.send('GET', `/api/v1/apps/${other}/credentials/keys/${kid}`)).status).toBe(200)
  expect((await org.send('POST', `${root}/generate?validityYears=1`)).status).toBe(400)
})

test.each(['users', 'groups', 'clients'] as const)('%s hold roles of one’s own over a resource set', async (kind) => {
  const org = openOrg()
  const role = { label: 'Readers', description: 'Read', permissions: ['okta.users.read'] }
  const roleId = await idOf(org.send('POST', '/api/v1/iam/roles', role))
  const set = { label: 'All', description: 'All', resources: ['https://acme.okta.com/api/v1/users'] }
  const setId = await idOf(org.send('POST', '/api/v1/iam/resource-sets', set))
  const who = {
    users: async () => `/api/v1/users/${await idOf(org.send('POST', '/api/v1/users', user('ada@acme.example')))}`,
    groups: async () => `/api/v1/groups/${await idOf(org.send('POST', '/api/v1/groups', { profile: { name: 'G' } }))}`,
    clients: async () => `/oauth2/v1/clients/${await app(org, oidc)}`,
  }
  const root = `${await who[kind]()}/roles`
  const assigned = await org.send('POST', root, { type: 'CUSTOM', role: roleId, 'resource-set': setId })
  expect(assigned.status).toBe(kind === 'clients' ? 200 : 201)
  const row = made.parse(await assigned.json())
  expect(row).toMatchObject({ label: 'Readers', role: roleId, 'resource-set': setId })
  expect((await org.send('POST', root, { type: 'CUSTOM', role: roleId, 'resource-set': setId })).status).toBe(409)
  expect((await org.send('DELETE', `${root}/${row.id}`)).status).toBe(204)
  const resources = await bodyOf(org.send('GET', `/api/v1/iam/resource-sets/${setId}/resources`))
  expect(resources).toMatchObject({ resources: [{ _links: { self: { href: set.resources[0] } } }] })
})

test('a resource set is bound to a role and its members', async () => {
  const org = openOrg()
  const role = { label: 'Readers', description: 'Read', permissions: ['okta.users.read'] }
  const roleId = await idOf(org.send('POST', '/api/v1/iam/roles', role))
  const setId = await idOf(org.send('POST', '/api/v1/iam/resource-sets', { label: 'All', description: 'All' }))
  const root = `/api/v1/iam/resource-sets/${setId}/bindings`
  const member = 'https://acme.okta.com/api/v1/users/00u1'
  await org.send('POST', root, { role: roleId, members: [member] })
  const members = z.object({ members: z.array(made) })
  const before = members.parse(await bodyOf(org.send('GET', `${root}/Readers/members`)))
  expect(before.members).toMatchObject([{ _links: { self: { href: member } } }])
  await org.send('PATCH', `${root}/${roleId}/members`, { additions: [`${member}2`] })
  await org.send('DELETE', `${root}/${roleId}/members/${before.members[0]?.id}`)
  const after = members.parse(await bodyOf(org.send('GET', `${root}/${roleId}/members`)))
  expect(after.members).toHaveLength(1)
  expect((await org.send('DELETE', `${root}/${roleId}`)).status).toBe(204)
  expect((await org.send('GET', `${root}/${roleId}`)).status).toBe(404)
})

test('pages of a brand are there once somebody put them', async () => {
  const org = openOrg()
  const brand = await idOf(org.send('POST', '/api/v1/brands', { name: 'Shop' }))
  for (const page of ['sign-in', 'error']) {
    const path = `/api/v1/brands/${brand}/pages/${page}/customized`
    expect((await org.send('GET', path)).status).toBe(404)
    expect((await org.send('PUT', path, { pageContent: '<html></html>' })).status).toBe(200)
    expect(await bodyOf(org.send('GET', path))).toMatchObject({ pageContent: '<html></html>' })
    expect((await org.send('DELETE', path)).status).toBe(204)
    expect((await org.send('GET', path)).status).toBe(404)
  }
  const settings = `/api/v1/brands/${brand}/templates/email/ForgotPassword/settings`
  expect(await bodyOf(org.send('GET', settings))).toMatchObject({ recipients: 'ALL_USERS' })
  expect((await org.send('PUT', settings, { recipients: 'NOBODY' })).status).toBe(400)
  expect(await bodyOf(org.send('PUT', settings, { recipients: 'NO_USERS' }))).toMatchObject({ recipients: 'NO_USERS' })
})

test.each([
  ['POST', 'threats/configuration', { action: 'block', excludeZones: [] }, { action: 'panic' }],
  ['PUT', 'rate-limit-settings/per-client', { defaultMode: 'PREVIEW' }, {}],
  ['PUT', 'org/captcha', { captchaId: null, enabledPages: null }, { captchaId: 'cap0' }],
  ['POST', 'org', { website: 'https://acme.example' }, { companyName: '' }],
])('%s %s changes a setting that exists once', async (method, path, good, bad) => {
  const org = openOrg()
  expect((await org.send(method, `/api/v1/${path}`, bad)).status).toBe(400)
  expect(await bodyOf(org.send(method, `/api/v1/${path}`, good))).toMatchObject(good)
  expect(await bodyOf(org.send('GET', `/api/v1/${path}`))).toMatchObject(good)
})

test('policies of each kind fill in what was not said', async () => {
  const org = openOrg()
  const policy = (type: string, more: object = {}) =>
    idOf(org.send('POST', '/api/v1/policies', { name: `New ${type}`, type, ...more }))
  const rules = async (id: string) => bodyOf(org.send('GET', `/api/v1/policies/${id}/rules`))
  expect(await rules(await policy('PROFILE_ENROLLMENT'))).toMatchObject([
    { system: true, actions: { profileEnrollment: { unknownUserAction: 'REGISTER', targetGroupIds: null } } },
  ])
  const factors = { type: 'FACTORS', factors: { okta_email: { enroll: { self: 'REQUIRED' } } } }
  const mfa = await policy('MFA_ENROLL', { settings: factors })
  expect(await bodyOf(org.send('GET', `/api/v1/policies/${mfa}`))).toMatchObject({
    settings: {
      factors: { okta_otp: { enroll: { self: 'NOT_ALLOWED' } }, okta_email: { enroll: { self: 'REQUIRED' } } },
    },
  })
  const signOn = await policy('OKTA_SIGN_ON')
  const rule = { name: 'Anyone', type: 'SIGN_ON', actions: { signon: { access: 'DENY' } } }
  expect(await bodyOf(org.send('POST', `/api/v1/policies/${signOn}/rules`, rule))).toMatchObject({
    conditions: { people: { users: { exclude: [] } }, network: { connection: 'ANYWHERE' } },
    actions: { signon: { access: 'DENY', primaryFactor: 'PASSWORD_IDP' } },
  })
  const clone = made.parse(await bodyOf(org.send('POST', `/api/v1/policies/${await policy('ACCESS_POLICY')}/clone`)))
  expect(clone.name).toBe('[cloned] New ACCESS_POLICY')
  const id = await app(org, oidc)
  await org.send('POST', `/api/v1/policies/${clone.id}/mappings`, { resourceId: id, resourceType: 'APP' })
  expect(await bodyOf(org.send('GET', `/api/v1/policies/${clone.id}/mappings`))).toMatchObject([{ id }])
})

test('a provider of identities has users, keys and metadata', async () => {
  const org = openOrg()
  const protocol = { type: 'SAML2', credentials: { trust: { issuer: 'https://idp.test', kid: 'k' } } }
  const idp = await idOf(org.send('POST', '/api/v1/idps', { name: 'Partner', type: 'SAML2', protocol }))
  const ada = await idOf(org.send('POST', '/api/v1/users?activate=true', user('ada@acme.example', withPassword)))
  const root = `/api/v1/idps/${idp}`
  expect(await bodyOf(org.send('POST', `${root}/users/${ada}`, { externalId: '1' }))).toMatchObject({ id: ada })
  expect((await org.send('DELETE', `${root}/users/${ada}`)).status).toBe(204)
  expect((await org.send('GET', `${root}/users/${ada}`)).status).toBe(404)
  expect(await (await org.send('GET', `${root}/metadata.xml`)).text()).toContain('SPSSODescriptor')
  expect(z.array(z.unknown()).parse(await bodyOf(org.send('GET', `${root}/credentials/keys/active`)))).toHaveLength(1)
})

test('authenticators are added once, or as often as their kind allows', async () => {
  const org = openOrg()
  const add = (key: string) => org.send('POST', '/api/v1/authenticators', { key, name: key })
  expect((await add('custom_otp')).status).toBe(200)
  expect((await add('custom_otp')).status).toBe(200)
  expect((await add('phone_number')).status).toBe(200)
  expect((await add('phone_number')).status).toBe(400)
  expect((await add('okta_email')).status).toBe(400)
})

test('what a user is asked before a lost password is given a new one', async () => {
  const org = openOrg()
  const secret = { password: { value: 'Abcd1234xyz' }, recovery_question: { question: 'Where?', answer: 'Nowhere' } }
  const ada = await idOf(
    org.send('POST', '/api/v1/users?activate=true', user('ada@acme.example', { credentials: secret })),
  )
  const ask = (answer: string) =>
    org.send('POST', `/api/v1/users/${ada}/credentials/forgot_password_recovery_question`, {
      password: { value: 'Wxyz9876abc' },
      recovery_question: { answer },
    })
  expect((await ask('Here')).status).toBe(403)
  expect((await ask('Nowhere')).status).toBe(200)
})

test('a key for hooks and an integration show their secrets once', async () => {
  const org = openOrg()
  const key = z.object({ id: z.string(), keyId: z.string() })
  const { id, keyId } = key.parse(await bodyOf(org.send('POST', '/api/v1/hook-keys', { name: 'K' })))
  expect(await bodyOf(org.send('GET', `/api/v1/hook-keys/public/${keyId}`))).toMatchObject({ kid: keyId, kty: 'RSA' })
  expect((await org.send('DELETE', `/api/v1/hook-keys/${id}`)).status).toBe(204)
  const root = '/integrations/api/v1/api-services'
  const created = await org.send('POST', root, { type: 'watcher', grantedScopes: ['okta.logs.read'] })
  const service = made.parse(await created.json())
  expect(service.clientSecret).toBeTypeOf('string')
  expect(await bodyOf(org.send('GET', `${root}/${service.id}`))).not.toHaveProperty('clientSecret')
})

test('what an org has not bought is refused, and nothing else', async () => {
  const org = openOrg({ lacks: ['POST /api/v1/authorizationServers', 'GET /api/v1/users/*/blocks'] })
  const server = await org.send('POST', '/api/v1/authorizationServers', { name: 'S', audiences: ['api://s'] })
  expect([server.status, await server.json()]).toMatchObject([401, { errorCode: 'E0000015' }])
  expect((await org.send('GET', '/api/v1/authorizationServers')).status).toBe(200)
  expect((await org.send('GET', '/api/v1/users/me/blocks')).status).toBe(401)
})

test('factors of an org are switched on and off as a whole', async () => {
  const org = openOrg()
  const path = '/api/v1/org/factors/google_otp'
  expect(await bodyOf(org.send('POST', `${path}/lifecycle/activate`))).toMatchObject({
    status: 'ACTIVE',
    provider: 'GOOGLE',
  })
  expect(await bodyOf(org.send('GET', path))).toMatchObject({ factorType: 'token:software:totp', status: 'ACTIVE' })
  expect((await org.send('GET', '/api/v1/org/factors/carrier_pigeon')).status).toBe(404)
})

test('a sign-in becomes a session, once', async () => {
  const org = openOrg({ users: [{ login: 'ada@acme.example', password: 'Abcd1234xyz' }] })
  const signIn = { username: 'ada@acme.example', password: 'Abcd1234xyz' }
  const { sessionToken } = z
    .looseObject({ sessionToken: z.string() })
    .parse(await bodyOf(org.send('POST', '/api/v1/authn', signIn)))
  const id = await idOf(org.send('POST', '/api/v1/sessions', { sessionToken }))
  expect((await org.send('POST', '/api/v1/sessions', { sessionToken })).status).toBe(401)
  await org.world.clock.advance(3_600_000)
  const later = z.looseObject({ expiresAt: z.string() })
  const before = later.parse(await bodyOf(org.send('GET', `/api/v1/sessions/${id}`)))
  const after = later.parse(await bodyOf(org.send('POST', `/api/v1/sessions/${id}/lifecycle/refresh`)))
  expect(Date.parse(after.expiresAt) - Date.parse(before.expiresAt)).toBe(3_600_000)
  expect((await org.send('DELETE', `/api/v1/sessions/${id}`)).status).toBe(204)
  expect((await org.send('GET', `/api/v1/sessions/${id}`)).status).toBe(404)
})

test('a theme takes pictures', async () => {
  const org = openOrg()
  const brand = await idOf(org.send('POST', '/api/v1/brands', { name: 'Shop' }))
  const [theme] = z.array(made).parse(await bodyOf(org.send('GET', `/api/v1/brands/${brand}/themes`)))
  const root = `/api/v1/brands/${brand}/themes/${theme?.id}`
  const { url } = z.object({ url: z.string() }).parse(await bodyOf(org.send('POST', `${root}/background-image`)))
  expect(await bodyOf(org.send('GET', root))).toMatchObject({ backgroundImage: url })
})
