import { expect, test } from 'vitest'
import { openOrg, type Setup, user } from './support.ts'

const custom = (properties: object): object => ({
  definitions: { custom: { id: '#custom', type: 'object', properties } },
})
const SIZE = { title: 'Shoe size', type: 'integer', minimum: 30, maximum: 50 }
const COLOUR = { title: 'Colour', type: 'string', enum: ['red', 'blue'], oneOf: [] }
const CODE = { title: 'Code', type: 'string', minLength: 2, maxLength: 4 }

const make = async (org: Setup, profile: object): Promise<Record<string, unknown>> => {
  const login = 'ada@acme.example'
  const body = { profile: { login, email: login, firstName: 'Ada', lastName: 'Lovelace', ...profile } }
  return (await (await org.send('POST', '/api/v1/users', body)).json()) as Record<string, unknown>
}

test.each([
  [{ size: 38, colour: 'red', code: 'abc' }, undefined],
  [{ size: '38' }, 'size: The value is not of the type integer'],
  [{ size: 29 }, 'size: The value must be between 30 and 50'],
  [{ colour: 'green' }, 'colour: The value is not one of those allowed'],
  [{ code: 'a' }, 'code: The length must be between 2 and 4'],
  [{ shirt: 'L' }, "Property name 'shirt' is not defined in profile"],
  [{ department: 'Books' }, undefined],
])('a profile with %j is held against its schema', async (profile, words) => {
  const org = openOrg()
  await org.send('POST', '/api/v1/meta/schemas/user/default', custom({ size: SIZE, colour: COLOUR, code: CODE }))
  const made = await make(org, profile)
  if (words === undefined) expect(made).toMatchObject({ profile })
  else expect(made).toMatchObject({ errorCode: 'E0000001', errorCauses: [{ errorSummary: words }] })
})

test('an attribute that must be there must be there, and what a profile has it keeps', async () => {
  const org = openOrg({ users: [{ login: 'eve@acme.example', profile: { legacy: 'x' } }] })
  const eve = '/api/v1/users/eve@acme.example'
  expect((await org.send('POST', eve, { profile: { title: 'Editor' } })).status).toBe(200)
  await org.send('POST', '/api/v1/meta/schemas/user/default', custom({ size: { ...SIZE, required: true } }))
  expect(await make(org, {})).toMatchObject({ errorCauses: [{ errorSummary: 'size: The field cannot be left blank' }] })
})

test('groups have a schema of their own', async () => {
  const org = openOrg()
  const post = (profile: object) => org.send('POST', '/api/v1/groups', { profile })
  expect(await (await post({ name: 'A', cost: '1' })).json()).toMatchObject({
    errorSummary: 'Api validation failed: New UserGroup',
    errorCauses: [{ errorSummary: "Property name 'cost' is not defined in profile" }],
  })
  await org.send('POST', '/api/v1/meta/schemas/group/default', custom({ cost: { title: 'Cost', type: 'string' } }))
  expect((await post({ name: 'A', cost: '1' })).status).toBe(200)
})

test('a seed can name attributes that an org knows', async () => {
  const org = openOrg({ attributes: { user: ['badge'] } })
  expect(await make(org, { badge: '7' })).toMatchObject({ profile: { badge: '7' } })
  expect((await org.send('POST', '/api/v1/users', user('eve@acme.example'))).status).toBe(200)
})
