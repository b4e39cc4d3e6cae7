import { expect, test } from 'vitest'
import { z } from 'zod'
import { openOrg } from './support.ts'

const made = z.looseObject({ id: z.string() })
const BODIES: readonly (readonly [path: string, body: object])[] = [
  ['zones', { type: 'IP', name: 'Office', gateways: [{ type: 'CIDR', value: '203.0.113.0/24' }] }],
  ['trustedOrigins', { name: 'Shop', origin: 'https://shop.test', scopes: [{ type: 'CORS' }] }],
  ['behaviors', { name: 'Fast', type: 'VELOCITY', settings: { velocityKph: 805 } }],
  ['device-assurances', { name: 'Windows', platform: 'WINDOWS', osVersion: { minimum: '10.0' } }],
  [
    'logStreams',
    {
      name: 'Logs',
      type: 'aws_eventbridge',
      settings: { accountId: '123456789012', eventSourceName: 'a', region: 'eu-west-3' },
    },
  ],
  [
    'inlineHooks',
    {
      name: 'Claims',
      type: 'com.okta.oauth2.tokens.transform',
      version: '1.0.1',
      channel: { type: 'HTTP', version: '1.0.0', config: { uri: 'https://shop.test/hook' } },
    },
  ],
  ['policies', { name: 'Strict', type: 'PASSWORD' }],
  ['authorizationServers', { name: 'Shop', audiences: ['api://shop'] }],
  ['brands', { name: 'Shop' }],
  ['email-domains', { domain: 'mail.test', displayName: 'Mail', userName: 'noreply', brandId: 'bnd1' }],
  ['realms', { profile: { name: 'Partners' } }],
  ['meta/types/user', { name: 'contractor', displayName: 'Contractor' }],
  ['meta/uischemas', { uiSchema: { type: 'Group', label: 'Sign up', elements: [] } }],
  ['iam/roles', { label: 'Readers', description: 'Read', permissions: ['okta.users.read'] }],
  ['captchas', { name: 'Robots', type: 'HCAPTCHA', siteKey: 'site', secretKey: 'secret' }],
]

test.each(BODIES)('%s are made, read, taken away, and then not found', async (path, body) => {
  const org = openOrg()
  const answer = await org.send('POST', `/api/v1/${path}`, body)
  expect(answer.status).toBeLessThan(300)
  const row = made.parse(await answer.json())
  const read = await org.send('GET', `/api/v1/${path}/${row.id}`)
  expect(await read.json()).toMatchObject({ id: row.id })
  if (row.status === 'ACTIVE') await org.send('POST', `/api/v1/${path}/${row.id}/lifecycle/deactivate`)
  const gone = await org.send('DELETE', `/api/v1/${path}/${row.id}`)
  expect(gone.status).toBeLessThan(300)
  const after = await org.send('GET', `/api/v1/${path}/${row.id}`)
  expect(after.status).toBe(404)
  expect(await after.json()).toMatchObject({ errorCode: 'E0000007' })
})

test('secrets are never shown again', async () => {
  const org = openOrg()
  const body = { name: 'Robots', type: 'HCAPTCHA', siteKey: 'site', secretKey: 's3cret' }
  const { id } = made.parse(await (await org.send('POST', '/api/v1/captchas', body)).json())
  expect(await (await org.send('GET', `/api/v1/captchas/${id}`)).text()).not.toContain('s3cret')
})

test('a body that is no JSON object is refused in Okta’s words', async () => {
  const answer = await openOrg().send('POST', '/api/v1/zones', 'no JSON')
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({
    errorCode: 'E0000003',
    errorSummary: 'The request body was not well-formed.',
  })
})

test('rules of a policy make room for one that takes their priority', async () => {
  const org = openOrg()
  const policy = made.parse(
    await (await org.send('POST', '/api/v1/policies', { name: 'Apps', type: 'ACCESS_POLICY' })).json(),
  )
  for (const name of ['first', 'second'])
    await org.send('POST', `/api/v1/policies/${policy.id}/rules`, { name, type: 'ACCESS_POLICY', priority: 1 })
  const rules = (await (await org.send('GET', `/api/v1/policies/${policy.id}/rules`)).json()) as {
    name: string
    priority: number
  }[]
  expect(Object.fromEntries(rules.map(({ name, priority }) => [name, priority]))).toEqual({
    'Catch-all Rule': 99,
    first: 2,
    second: 1,
  })
})

test('a group rule puts the members of one group into another', async () => {
  const org = openOrg({
    groups: [
      { id: '00g00000000000000one', name: 'One' },
      { id: '00g00000000000000two', name: 'Two' },
    ],
    users: [{ login: 'ada@acme.example', groups: ['One'] }],
  })
  const rule = made.parse(
    await (
      await org.send('POST', '/api/v1/groups/rules', {
        type: 'group_rule',
        name: 'One to Two',
        conditions: {
          expression: { type: 'urn:okta:expression:1.0', value: 'isMemberOfAnyGroup("00g00000000000000one")' },
        },
        actions: { assignUserToGroups: { groupIds: ['00g00000000000000two'] } },
      })
    ).json(),
  )
  const members = async (): Promise<number> =>
    ((await (await org.send('GET', '/api/v1/groups/00g00000000000000two/users')).json()) as unknown[]).length
  expect(await members()).toBe(0)
  await org.send('POST', `/api/v1/groups/rules/${rule.id}/lifecycle/activate`)
  expect(await members()).toBe(1)
})
