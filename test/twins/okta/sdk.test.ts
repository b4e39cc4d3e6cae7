import { expect, test } from 'vitest'
import { openClient } from './sdk.ts'

const profile = { login: 'ada@acme.example', email: 'ada@acme.example', firstName: 'Ada', lastName: 'Lovelace' }

test('users live their life', async () => {
  const { client } = await openClient()
  const made = await client.userApi.createUser({
    body: { profile, credentials: { password: { value: 'Abcd1234xyz' } } },
  })
  expect(made).toMatchObject({ status: 'ACTIVE', profile: { login: 'ada@acme.example' } })
  const id = made.id ?? ''
  expect((await client.userApi.getUser({ userId: 'ada@acme.example' })).id).toBe(id)
  await client.userApi.suspendUser({ userId: id })
  expect((await client.userApi.getUser({ userId: id })).status).toBe('SUSPENDED')
  await client.userApi.unsuspendUser({ userId: id })
  await client.userApi.deleteUser({ userId: id })
  await client.userApi.deleteUser({ userId: id })
  await expect(client.userApi.getUser({ userId: id })).rejects.toMatchObject({ status: 404, errorCode: 'E0000007' })
})

test('groups take members, and collections lead through pages', async () => {
  const { client } = await openClient()
  const group = await client.groupApi.createGroup({ group: { profile: { name: 'Engineers' } } })
  const groupId = group.id ?? ''
  for (const name of ['a', 'b', 'c']) {
    const login = `${name}@acme.example`
    const made = await client.userApi.createUser({ body: { profile: { ...profile, login, email: login } } })
    await client.groupApi.assignUserToGroup({ groupId, userId: made.id ?? '' })
  }
  const logins: string[] = []
  const members = await client.groupApi.listGroupUsers({ groupId, limit: 2 })
  await members.each((user) => {
    logins.push(user?.profile?.login ?? '')
  })
  expect(logins).toEqual(['a@acme.example', 'b@acme.example', 'c@acme.example'])
})

test('a taken name is an error as the SDK knows it', async () => {
  const { client } = await openClient()
  const group = { group: { profile: { name: 'Engineers' } } }
  await client.groupApi.createGroup(group)
  await expect(client.groupApi.createGroup(group)).rejects.toMatchObject({ status: 400, errorCode: 'E0000001' })
})

test('apps are made, assigned, switched off and deleted', async () => {
  const { client } = await openClient({ users: [{ id: '00u00000000000000ada', login: 'ada@acme.example' }] })
  const app = await client.applicationApi.createApplication({
    application: {
      name: 'bookmark',
      label: 'Wiki',
      signOnMode: 'BOOKMARK',
      settings: { app: { url: 'https://wiki.test' } },
    } as never,
  })
  const appId = app.id ?? ''
  await client.applicationApi.assignUserToApplication({ appId, appUser: { id: '00u00000000000000ada' } as never })
  await expect(client.applicationApi.deleteApplication({ appId })).rejects.toMatchObject({ status: 403 })
  await client.applicationApi.deactivateApplication({ appId })
  await client.applicationApi.deleteApplication({ appId })
  await expect(client.applicationApi.getApplication({ appId })).rejects.toMatchObject({ status: 404 })
})

test('policies, zones and authorization servers are made and found', async () => {
  const { client } = await openClient()
  const zone = await client.networkZoneApi.createNetworkZone({
    zone: { type: 'IP', name: 'Office', gateways: [{ type: 'CIDR', value: '203.0.113.0/24' }] } as never,
  })
  expect(await client.networkZoneApi.getNetworkZone({ zoneId: zone.id ?? '' })).toMatchObject({
    name: 'Office',
    status: 'ACTIVE',
  })
  const policy = await client.policyApi.createPolicy({ policy: { type: 'PASSWORD', name: 'Strict' } as never })
  expect(policy).toMatchObject({ status: 'ACTIVE', priority: 1 })
  const server = await client.authorizationServerApi.createAuthorizationServer({
    authorizationServer: { name: 'shop', audiences: ['api://shop'] },
  })
  expect(server.issuer).toMatch(/\/oauth2\/aus/)
})

test('a rate limit is waited out by the clock of the answers', async () => {
  const setup = await openClient()
  setup.fail = 1
  const users = await setup.client.userApi.listUsers()
  expect(await users.next()).toMatchObject({ done: false })
  expect(setup.fail).toBeLessThan(0)
})

test('what else an org holds is read and changed', async () => {
  const { client } = await openClient()
  const size = { title: 'Shoe size', type: 'integer' }
  const userSchema = { definitions: { custom: { id: '#custom', type: 'object', properties: { size } } } }
  await client.schemaApi.updateUserProfile({ schemaId: 'default', userSchema: userSchema as never })
  const schema = await client.schemaApi.getUserSchema({ schemaId: 'default' })
  expect(JSON.stringify(schema.definitions?.custom)).toContain('Shoe size')
  const brand = await client.customizationApi.createBrand({ CreateBrandRequest: { name: 'Shop' } })
  const brandId = brand.id ?? ''
  await client.customizationApi.replaceCustomizedErrorPage({ brandId, ErrorPage: { pageContent: '<html></html>' } })
  expect((await client.customizationApi.getCustomizedErrorPage({ brandId })).pageContent).toBe('<html></html>')
  const key = await client.hookKeyApi.createHookKey({ keyRequest: { name: 'K' } })
  expect(key.keyId).toMatch(/^[0-9a-f-]{36}$/)
  const threatInsightConfiguration = { action: 'block', excludeZones: [] } as never
  await client.threatInsightApi.updateConfiguration({ threatInsightConfiguration })
  expect((await client.threatInsightApi.getCurrentConfiguration()).action).toBe('block')
  expect((await client.orgSettingApi.getOrgSettings()).subdomain).toBe('acme')
  const smsTemplate = { name: 'Custom', type: 'SMS_VERIFY_CODE', template: 'Your code is 1' } as never
  expect((await client.templateApi.createSmsTemplate({ smsTemplate })).id).toMatch(/^cst/)
})

test('an app is granted scopes, and a role of one’s own is held to a resource set', async () => {
  const { client } = await openClient()
  const app = await client.applicationApi.createApplication({
    application: {
      name: 'oidc_client',
      label: 'Shop',
      signOnMode: 'OPENID_CONNECT',
      credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic' } },
      settings: { oauthClient: { application_type: 'web', redirect_uris: ['https://shop.test/cb'], grant_types: [] } },
    } as never,
  })
  const appId = app.id ?? ''
  const oAuth2ScopeConsentGrant = { scopeId: 'okta.users.read', issuer: 'https://acme.okta.com' } as never
  await client.applicationApi.grantConsentToScope({ appId, oAuth2ScopeConsentGrant })
  const grants = await client.applicationApi.listScopeConsentGrants({ appId })
  expect(await grants.next()).toMatchObject({ value: { scopeId: 'okta.users.read', source: 'ADMIN' } })
  const instance = { label: 'Readers', description: 'Read', permissions: ['okta.users.read'] } as never
  expect((await client.customRoleApi.createRole({ instance })).label).toBe('Readers')
  const set = await client.resourceSetApi.createResourceSet({
    instance: { label: 'All', description: 'All', resources: ['https://acme.okta.com/api/v1/users'] },
  })
  expect(set.id).toMatch(/^iam/)
})
