import { expect, test } from 'vitest'
import { z } from 'zod'
import { openOrg, type Setup } from './support.ts'

const ada = { id: '00u00000000000000ada', login: 'ada@acme.example', password: 'Abcd1234xyz', groups: ['Staff'] }
const eve = { id: '00u00000000000000eve', login: 'eve@acme.example', profile: { department: 'Books' } }
const SEED = {
  users: [ada, eve],
  groups: [
    { id: '00g0000000000000staf', name: 'Staff' },
    { id: '00g0000000000000book', name: 'Book People' },
  ],
}
const [STAFF, BOOKS] = ['00g0000000000000staf', '00g0000000000000book']
const row = z.looseObject({ id: z.string(), scope: z.string().optional() })
type Row = z.infer<typeof row>

const json = async (org: Setup, method: string, path: string, body?: unknown): Promise<Row> =>
  row.parse(await (await org.send(method, `/api/v1/${path}`, body)).json())
const list = async (org: Setup, path: string): Promise<readonly Row[]> =>
  z.array(row).parse(await (await org.send('GET', `/api/v1/${path}`)).json())
const ids = async (org: Setup, path: string): Promise<readonly string[]> => (await list(org, path)).map(({ id }) => id)
const told = async (org: Setup, type: string): Promise<number> =>
  z.array(z.unknown()).parse(await (await org.send('GET', `/api/v1/logs?filter=eventType%20eq%20%22${type}%22`)).json())
    .length

async function wiki(org: Setup, more: object = {}): Promise<string> {
  const settings = { app: { url: 'https://wiki.test' } }
  return (await json(org, 'POST', 'apps', { name: 'bookmark', label: 'Wiki', settings, ...more })).id
}

test('a group that is assigned to an app brings its members, and takes them with it', async () => {
  const org = openOrg(SEED)
  const app = await wiki(org)
  await org.send('PUT', `/api/v1/apps/${app}/groups/${STAFF}`, { profile: { role: 'reader' } })
  const [user] = await list(org, `apps/${app}/users`)
  expect(user).toMatchObject({
    id: ada.id,
    scope: 'GROUP',
    status: 'ACTIVE',
    credentials: { userName: ada.login },
    profile: { role: 'reader' },
    _links: { group: { name: 'Staff' } },
  })
  await org.send('PUT', `/api/v1/groups/${STAFF}/users/${eve.id}`)
  expect(await ids(org, `apps/${app}/users`)).toEqual([ada.id, eve.id])
  await org.send('DELETE', `/api/v1/groups/${STAFF}/users/${eve.id}`)
  expect(await ids(org, `apps/${app}/users`)).toEqual([ada.id])
  await org.send('DELETE', `/api/v1/apps/${app}/groups/${STAFF}`)
  expect(await ids(org, `apps/${app}/users`)).toEqual([])
  expect(await told(org, 'application.user_membership.add')).toBe(2)
  expect(await told(org, 'application.user_membership.remove')).toBe(2)
})

test('of two groups the one of the first priority decides, and the other one takes its place', async () => {
  const org = openOrg({ ...SEED, users: [{ ...ada, groups: ['Staff', 'Book People'] }] })
  const app = await wiki(org)
  await org.send('PUT', `/api/v1/apps/${app}/groups/${STAFF}`, { priority: 1, profile: { role: 'staff' } })
  await org.send('PUT', `/api/v1/apps/${app}/groups/${BOOKS}`, { priority: 0, profile: { role: 'books' } })
  expect(await list(org, `apps/${app}/users`)).toMatchObject([{ profile: { role: 'books' } }])
  await org.send('DELETE', `/api/v1/groups/${BOOKS}`)
  expect(await list(org, `apps/${app}/users`)).toMatchObject([{ profile: { role: 'staff' } }])
})

test('whoever is assigned by itself stays when the group goes, and falls back on it when unassigned', async () => {
  const org = openOrg(SEED)
  const app = await wiki(org)
  await org.send('POST', `/api/v1/apps/${app}/users`, { id: ada.id, scope: 'USER' })
  await org.send('PUT', `/api/v1/apps/${app}/groups/${STAFF}`, {})
  expect(await list(org, `apps/${app}/users`)).toMatchObject([{ scope: 'USER' }])
  await org.send('DELETE', `/api/v1/apps/${app}/users/${ada.id}`)
  expect(await list(org, `apps/${app}/users`)).toMatchObject([{ scope: 'GROUP' }])
  await expect(org.send('DELETE', `/api/v1/apps/${app}/users/${ada.id}`)).rejects.toThrow('member of a group')
})

test('deactivation takes apps, sessions and tokens away; apps of groups come back with the user', async () => {
  const org = openOrg(SEED)
  const app = await wiki(org)
  await org.send('PUT', `/api/v1/apps/${app}/groups/${STAFF}`, {})
  const { sessionToken } = z
    .looseObject({ sessionToken: z.string() })
    .parse(await (await org.send('POST', '/api/v1/authn', { username: ada.login, password: ada.password })).json())
  const session = await json(org, 'POST', 'sessions', { sessionToken })
  await org.send('POST', `/api/v1/users/${ada.id}/lifecycle/deactivate`)
  expect(await ids(org, `apps/${app}/users`)).toEqual([])
  expect((await org.send('GET', `/api/v1/sessions/${session.id}`)).status).toBe(404)
  await org.send('POST', `/api/v1/users/${ada.id}/lifecycle/activate`)
  expect(await ids(org, `apps/${app}/users`)).toEqual([ada.id])
})

test('an app names its users by its template', async () => {
  const org = openOrg(SEED)
  const template = `\${fn:toUpperCase(fn:substringBefore(source.login, "@"))}`
  const app = await wiki(org, { credentials: { userNameTemplate: { template, type: 'CUSTOM' } } })
  const user = await json(org, 'POST', `apps/${app}/users`, { id: ada.id })
  expect(user).toMatchObject({ credentials: { userName: 'ADA' } })
})

const rule = (value: string, more: object = {}): object => ({
  type: 'group_rule',
  name: 'Books',
  conditions: { expression: { type: 'urn:okta:expression:1.0', value }, ...more },
  actions: { assignUserToGroups: { groupIds: [BOOKS] } },
})
const activate = async (org: Setup, value: string, more: object = {}): Promise<string> => {
  const { id } = await json(org, 'POST', 'groups/rules', rule(value, more))
  expect((await org.send('POST', `/api/v1/groups/rules/${id}/lifecycle/activate`)).status).toBe(204)
  return id
}
const members = (org: Setup): Promise<readonly string[]> => ids(org, `groups/${BOOKS}/users`)

test('an active rule follows profiles, and leaves alone whom somebody added', async () => {
  const org = openOrg(SEED)
  await org.send('PUT', `/api/v1/groups/${BOOKS}/users/${ada.id}`)
  await activate(org, 'user.department == "Books"')
  expect(await members(org)).toEqual([ada.id, eve.id])
  await org.send('POST', `/api/v1/users/${eve.id}`, { profile: { department: 'Music' } })
  expect(await members(org)).toEqual([ada.id])
  const profile = {
    login: 'new@acme.example',
    email: 'new@acme.example',
    firstName: 'N',
    lastName: 'W',
    department: 'Books',
  }
  const made = await json(org, 'POST', 'users', { profile })
  expect(await members(org)).toEqual([ada.id, made.id])
})

test('whom somebody takes out of a group that a rule fills is an exception of the rule', async () => {
  const org = openOrg(SEED)
  const id = await activate(org, 'user.department == "Books"')
  await org.send('DELETE', `/api/v1/groups/${BOOKS}/users/${eve.id}`)
  await org.send('POST', `/api/v1/users/${eve.id}`, { profile: { title: 'Editor' } })
  expect(await members(org)).toEqual([])
  expect(await json(org, 'GET', `groups/rules/${id}`)).toMatchObject({
    conditions: { people: { users: { exclude: [eve.id] } } },
  })
})

test.each([
  [false, 1],
  [true, 0],
])('a rule that is deleted with removeUsers=%s leaves %d behind', async (remove, left) => {
  const org = openOrg(SEED)
  const id = await activate(org, 'user.department == "Books"')
  await org.send('POST', `/api/v1/groups/rules/${id}/lifecycle/deactivate`)
  await org.send('DELETE', `/api/v1/groups/rules/${id}?removeUsers=${remove}`)
  expect(await members(org)).toHaveLength(left)
})

test('a rule whose group is gone is void', async () => {
  const org = openOrg(SEED)
  const id = await activate(org, 'user.department == "Books"')
  await org.send('DELETE', `/api/v1/groups/${BOOKS}`)
  expect(await json(org, 'GET', `groups/rules/${id}`)).toMatchObject({ status: 'INVALID', allGroupsValid: false })
})

test.each([
  ['isMemberOfGroupName("Staff")', [ada.id]],
  [`isMemberOfAnyGroup("${STAFF}", "nobody")`, [ada.id]],
  ['isMemberOfGroupNameStartsWith("St") AND !isMemberOfGroupNameContains("zz")', [ada.id]],
  ['isMemberOfGroupNameRegex("S.*f")', [ada.id]],
  ['String.stringContains(user.login, "ada") or user.department eq "Books"', [ada.id, eve.id]],
  ['String.len(user.department) > 4 ? true : false', [eve.id]],
  ["Arrays.contains({'Books', 'Music'}, user.department)", [eve.id]],
  ['user.department == null && String.startsWith(String.toUpperCase(user.firstName), "TE")', [ada.id]],
] as const)('the rule %s speaks of those it means', async (expression, expected) => {
  const org = openOrg(SEED)
  await activate(org, expression)
  expect(await members(org)).toEqual(expected)
})

test.each(['hasDirectoryUser()', 'user.department ==', 'user.department # 1', 'Time.now() > 1'])(
  'the rule %s is loud, for it assigns nobody that anybody knows',
  async (expression) => {
    const org = openOrg(SEED)
    await expect(activate(org, expression)).rejects.toThrow('expression language')
  },
)
