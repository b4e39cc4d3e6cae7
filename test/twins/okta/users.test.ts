import { expect, test } from 'vitest'
import { z } from 'zod'
import { openOrg, type Setup, user, withPassword } from './support.ts'

const idOf = async (answer: Response): Promise<string> => z.object({ id: z.string() }).parse(await answer.json()).id
const json = async (answer: Response): Promise<Record<string, unknown>> =>
  (await answer.json()) as Record<string, unknown>
const create = async ({ send }: Setup, login: string, more: object = withPassword, query = ''): Promise<string> =>
  idOf(await send('POST', `/api/v1/users${query}`, user(login, more)))

test.each([
  ['', withPassword, 'ACTIVE'],
  ['', {}, 'PROVISIONED'],
  ['?activate=false', withPassword, 'STAGED'],
  ['?nextLogin=changePassword', withPassword, 'PASSWORD_EXPIRED'],
])('a user made with "%s" begins in its status', async (query, more, status) => {
  const org = openOrg()
  const id = await create(org, 'ada@acme.example', more, query)
  expect(await json(await org.send('GET', `/api/v1/users/${id}`))).toMatchObject({ status })
})

test('the first DELETE deactivates a user, the second deletes', async () => {
  const org = openOrg()
  const id = await create(org, 'ada@acme.example')
  expect((await org.send('DELETE', `/api/v1/users/${id}`)).status).toBe(204)
  expect(await json(await org.send('GET', `/api/v1/users/${id}`))).toMatchObject({ status: 'DEPROVISIONED' })
  const listed = (await (await org.send('GET', '/api/v1/users')).json()) as { id: string }[]
  expect(listed.map((one) => one.id)).not.toContain(id)
  expect((await org.send('DELETE', `/api/v1/users/${id}`)).status).toBe(204)
  const gone = await org.send('GET', `/api/v1/users/${id}`)
  expect(gone.status).toBe(404)
  expect(await json(gone)).toMatchObject({
    errorCode: 'E0000007',
    errorSummary: `Not found: Resource not found: ${id} (User)`,
  })
})

test.each([
  [
    { profile: { login: 'x', email: 'x@x.io', firstName: 'X', lastName: 'Y' } },
    'login: Username must be in the form of an email address',
  ],
  [
    { profile: { login: 'taken@acme.example', email: 'x@x.io', firstName: 'X', lastName: 'Y' } },
    'login: An object with this field already exists in the current organization',
  ],
  [{ profile: { login: 'x@x.io', email: 'x@x.io', lastName: 'Y' } }, 'firstName: The field cannot be left blank'],
])('a profile that is not valid is refused: %j', async (body, cause) => {
  const org = openOrg({ users: [{ login: 'taken@acme.example' }] })
  const answer = await org.send('POST', '/api/v1/users', body)
  expect(answer.status).toBe(400)
  expect(await json(answer)).toMatchObject({ errorCode: 'E0000001', errorCauses: [{ errorSummary: cause }] })
})

test('a weak password is refused', async () => {
  const answer = await openOrg().send(
    'POST',
    '/api/v1/users',
    user('ada@acme.example', { credentials: { password: { value: 'short' } } }),
  )
  expect(await json(answer)).toMatchObject({ errorCode: 'E0000001', errorSummary: 'Api validation failed: password' })
})

test('suspending goes from ACTIVE only, and back', async () => {
  const org = openOrg()
  const id = await create(org, 'ada@acme.example', {})
  expect((await org.send('POST', `/api/v1/users/${id}/lifecycle/suspend`)).status).toBe(400)
  const active = await create(org, 'grace@acme.example')
  expect((await org.send('POST', `/api/v1/users/${active}/lifecycle/suspend`)).status).toBe(200)
  expect((await org.send('POST', `/api/v1/users/${active}/lifecycle/suspend`)).status).toBe(400)
  expect((await org.send('POST', `/api/v1/users/${active}/lifecycle/unsuspend`)).status).toBe(200)
  expect((await org.send('POST', `/api/v1/users/${active}/lifecycle/unlock`)).status).toBe(403)
})

test('POST keeps what it does not say, PUT drops it', async () => {
  const org = openOrg()
  const id = await create(org, 'ada@acme.example')
  await org.send('POST', `/api/v1/users/${id}`, { profile: { nickName: 'Countess' } })
  expect(await json(await org.send('GET', `/api/v1/users/${id}`))).toMatchObject({
    profile: { nickName: 'Countess', firstName: 'Ada' },
  })
  const put = await json(await org.send('PUT', `/api/v1/users/${id}`, user('ada@acme.example')))
  expect(put.profile).not.toHaveProperty('nickName')
})

test('lists come in pages that the Link header leads through', async () => {
  const org = openOrg({ users: ['a', 'b', 'c'].map((name) => ({ login: `${name}@acme.example` })) })
  const seen: string[] = []
  let next: string | undefined = '/api/v1/users?limit=2'
  while (next !== undefined) {
    const answer: Response = await org.send('GET', next)
    const rows = (await answer.json()) as { profile: { login: string } }[]
    expect(rows.length).toBeLessThanOrEqual(2)
    seen.push(...rows.map(({ profile }) => profile.login))
    next = /<([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
  }
  expect(seen).toEqual(['admin@acme.example', 'a@acme.example', 'b@acme.example', 'c@acme.example'])
})

test.each([
  ['profile.lastName eq "Lovelace" and status eq "ACTIVE"', ['ada@acme.example']],
  ['profile.login sw "grace" or profile.login sw "ada"', ['ada@acme.example', 'grace@acme.example']],
  ['(profile.login co "acme") and (profile.login sw "gr")', ['grace@acme.example']],
  ['created gt "2040-01-01T00:00:00.000Z"', []],
])('a search finds what it says: %s', async (search, logins) => {
  const org = openOrg({
    users: [
      { login: 'ada@acme.example', last_name: 'Lovelace', password: 'Abcd1234' },
      { login: 'grace@acme.example', last_name: 'Hopper' },
    ],
  })
  const answer = await org.send('GET', `/api/v1/users?${new URLSearchParams({ search })}`)
  expect(((await answer.json()) as { profile: { login: string } }[]).map(({ profile }) => profile.login)).toEqual(
    logins,
  )
})

test('a search with an operator that does not exist is refused', async () => {
  const answer = await openOrg().send('GET', `/api/v1/users?${new URLSearchParams({ search: 'status ne "ACTIVE"' })}`)
  expect(await json(answer)).toMatchObject({ errorCode: 'E0000031' })
})

test('without a valid token nobody gets in', async () => {
  const org = openOrg({ tokens: ['good'] })
  const refused = await org.send('GET', '/api/v1/users')
  expect(refused.status).toBe(401)
  expect(await json(refused)).toMatchObject({ errorCode: 'E0000011', errorSummary: 'Invalid token provided' })
  expect((await org.send('GET', '/api/v1/users', undefined, { Authorization: 'SSWS good' })).status).toBe(200)
})

test('a bucket that is used up answers 429 until its minute is over', async () => {
  const org = openOrg({ rate_limit: 2 })
  const get = () => org.send('GET', '/api/v1/users')
  expect((await get()).headers.get('x-rate-limit-remaining')).toBe('1')
  await get()
  const over = await get()
  expect(over.status).toBe(429)
  expect(await json(over)).toMatchObject({ errorCode: 'E0000047' })
  const reset = Number(over.headers.get('x-rate-limit-reset')) * 1000
  expect(reset).toBeGreaterThan(org.world.clock.now())
  // Other buckets are untouched.
  expect((await org.send('GET', '/api/v1/groups')).status).toBe(200)
  await org.world.clock.advance(60_000)
  expect((await get()).status).toBe(200)
})

test('ten wrong passwords lock a user out, until an administrator unlocks', async () => {
  const org = openOrg({ users: [{ login: 'ada@acme.example', password: 'Abcd1234' }] })
  const sign = (password: string) => org.send('POST', '/api/v1/authn', { username: 'ada@acme.example', password })
  for (let n = 0; n < 10; n++) expect((await sign('wrong')).status).toBe(401)
  // The default policy does not say that it is a lock.
  expect((await sign('Abcd1234')).status).toBe(401)
  expect(await json(await org.send('GET', '/api/v1/users/ada@acme.example'))).toMatchObject({ status: 'LOCKED_OUT' })
  await org.send('POST', '/api/v1/users/ada@acme.example/lifecycle/unlock')
  expect(await json(await sign('Abcd1234'))).toMatchObject({ status: 'SUCCESS' })
})
