import { expect, test } from 'vitest'
import { ACME, APP, openHub } from './support.ts'

test('what has not changed is not sent again, and costs nothing', async () => {
  const { octokit } = openHub(ACME)
  const first = await octokit.rest.repos.get(APP)
  expect(first.headers['x-ratelimit-used']).toBe('1')
  const again = octokit.rest.repos.get({ ...APP, headers: { 'If-None-Match': first.headers.etag ?? '' } })
  await expect(again).rejects.toMatchObject({ status: 304, response: { headers: { 'x-ratelimit-used': '1' } } })
  await octokit.rest.repos.update({ ...APP, description: 'New' })
  const changed = await octokit.rest.repos.get({ ...APP, headers: { 'If-None-Match': first.headers.etag ?? '' } })
  expect(changed.status).toBe(200)
})

test('what has not changed since a time is not sent again either', async () => {
  const { octokit, world } = openHub(ACME)
  const { headers } = await octokit.rest.users.getByUsername({ username: 'ada' })
  expect(headers['last-modified']).toBe('Tue, 01 Jan 2030 00:00:00 GMT')
  const since = { 'If-Modified-Since': headers['last-modified'] ?? '' }
  await expect(octokit.rest.users.getByUsername({ username: 'ada', headers: since })).rejects.toMatchObject({
    status: 304,
  })
  await world.clock.advance(1_000)
  await octokit.rest.users.updateAuthenticated({ bio: 'new' })
  expect((await octokit.rest.users.getByUsername({ username: 'ada', headers: since })).status).toBe(200)
})

test('the hour’s requests run out, and come back with the next', async () => {
  const { octokit, world } = openHub({ ...ACME, rate_limit: 2 })
  await octokit.rest.repos.get(APP)
  await octokit.rest.repos.get(APP)
  const refused = octokit.rest.repos.get(APP)
  await expect(refused).rejects.toMatchObject({
    status: 403,
    response: { headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-resource': 'core' } },
  })
  expect((await octokit.rest.rateLimit.get()).data.rate).toMatchObject({ limit: 2, remaining: 0, used: 2 })
  await world.clock.advance(3_600_000)
  expect((await octokit.rest.repos.get(APP)).headers['x-ratelimit-used']).toBe('1')
})

test('searches have a limit of their own', async () => {
  const { octokit } = openHub(ACME)
  const search = await octokit.rest.search.issuesAndPullRequests({ q: 'repo:acme/app' })
  expect(search.headers).toMatchObject({
    'x-ratelimit-limit': '30',
    'x-ratelimit-resource': 'search',
    'x-ratelimit-used': '1',
  })
})

test('too many new things in a minute are too many, however many requests are left', async () => {
  const { octokit, world } = openHub(ACME)
  for (let n = 0; n < 80; n++) await octokit.rest.issues.create({ ...APP, title: `t${n}` })
  const refused = octokit.rest.issues.create({ ...APP, title: 'one more' })
  await expect(refused).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('secondary rate limit'),
    response: { headers: { 'retry-after': '60' } },
  })
  expect((await octokit.rest.issues.list({ filter: 'created', per_page: 1 })).status).toBe(200)
  await world.clock.advance(60_000)
  expect((await octokit.rest.issues.create({ ...APP, title: 'later' })).status).toBe(201)
})

test('who does not say who they are has sixty requests', async () => {
  const { raw } = openHub(ACME)
  const anonymous = await raw('GET', '/repos/acme/app', undefined, { Authorization: '' })
  expect([anonymous.status, anonymous.headers.get('x-ratelimit-limit')]).toEqual([200, '60'])
  const writes = await raw('POST', '/repos/acme/app/issues', { title: 'a' }, { Authorization: '' })
  expect(writes.status).toBe(401)
})
