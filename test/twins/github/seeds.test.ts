import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { given } from '../../../twins/github/given/index.ts'
import { github } from '../../../twins/github/index.ts'
import { APP_PUBLIC_KEY } from '../../../twins/github/keys.ts'
import type { Seed } from '../../../twins/github/state.ts'
import type { Exchange } from '../../../twins/har.ts'
import type { Json } from '../../../twins/trace.ts'
import { APP, openHub } from './support.ts'

/** The seed that the guide shows. */
function guided(nth = 0): Seed {
  const guide = readFileSync(join(import.meta.dirname, '../../../docs/guides/github.md'), 'utf8')
  const block = [...guide.matchAll(/```yaml\n(given:.*?)```/gs)][nth]?.[1] ?? ''
  return (parse(block) as { readonly given: { readonly github: Seed } }).given.github
}

test('what the guide says is held back is', async () => {
  const { as, world } = openHub(guided(1))
  const [ada, bob] = [as('a').rest, as('b').rest]
  const of = { owner: 'ada', repo: 'app' }
  const { data: main } = await bob.git.getRef({ ...of, ref: 'heads/main' })
  const file = { ...of, path: 'more.md', message: 'More', content: 'eA==' }
  await expect(bob.repos.createOrUpdateFileContents(file)).rejects.toMatchObject({
    status: 409,
    message: expect.stringContaining('Repository rule violations found'),
  })
  await bob.git.createRef({ ...of, ref: 'refs/heads/more', sha: main.object.sha })
  const { data: put } = await bob.repos.createOrUpdateFileContents({ ...file, branch: 'more' })
  const { data: pull } = await bob.pulls.create({ ...of, title: 'More', head: 'more', base: 'main' })
  expect(pull.requested_reviewers).toMatchObject([{ login: 'ada' }])
  const one = { ...of, pull_number: pull.number }
  await world.clock.advance(2_000)
  const state = async (): Promise<string> => (await bob.pulls.get(one)).data.mergeable_state
  expect(await state()).toBe('blocked')
  await expect(bob.pulls.merge(one)).rejects.toMatchObject({ status: 405 })
  await ada.pulls.createReview({ ...one, event: 'APPROVE' })
  await ada.repos.createCommitStatus({ ...of, sha: put.commit.sha ?? '', context: 'ci', state: 'success' })
  expect(await state()).toBe('clean')
  await bob.pulls.merge(one)
})

test('the seed of the guide is what it says', async () => {
  const { octokit } = openHub(guided())
  const { rest } = octokit
  expect((await rest.users.getAuthenticated()).data.login).toBe('robot')
  const repo = await rest.repos.get(APP)
  expect(repo.data).toMatchObject({ private: true, organization: { login: 'acme' }, permissions: { admin: true } })
  expect(repo.headers['x-ratelimit-limit']).toBe('100')
  const issues = await rest.issues.listForRepo({ ...APP, direction: 'asc' })
  expect(issues.data.map(({ title, user }) => [title, user?.login])).toEqual([
    ['Broken', 'ada'],
    ['More', 'acme'],
  ])
  expect((await rest.pulls.listFiles({ ...APP, pull_number: 2 })).data).toMatchObject([
    { filename: 'a.txt', status: 'added' },
  ])
  expect((await rest.repos.listWebhooks(APP)).data).toMatchObject([{ id: 5, config: { secret: '********' } }])
  expect((await rest.actions.listRepoWorkflows(APP)).data.workflows).toMatchObject([{ name: 'CI' }])
  expect((await rest.teams.listReposInOrg({ org: 'acme', team_slug: 'core' })).data).toMatchObject([
    { full_name: 'acme/app' },
  ])
})

test('an empty seed has somebody in it', async () => {
  const { octokit } = openHub()
  expect((await octokit.rest.users.getAuthenticated()).data).toMatchObject({ login: 'octocat', type: 'User' })
  expect((await octokit.rest.repos.listForAuthenticatedUser()).data).toEqual([])
})

test('who belongs to a team may do what the team may', async () => {
  const { as } = openHub({
    ...guided(),
    viewer: undefined,
    users: [{ login: 'eve' }, { login: 'ada' }, { login: 'mallory' }],
    tokens: { a: { login: 'ada' }, e: { login: 'eve' }, m: { login: 'mallory' } },
  })
  const permissions = async (token: string): Promise<unknown> => (await as(token).rest.repos.get(APP)).data.permissions
  expect(await permissions('a')).toMatchObject({ push: true, maintain: false })
  expect(await permissions('e')).toMatchObject({ push: true, admin: false })
  await expect(permissions('m')).rejects.toMatchObject({ status: 404 })
})

test.each([
  [{ repos: [{ full_name: 'app' }] }, /owner\/name/],
  [{ tokens: { a: {} } }, /a login or an installation/],
  [{ repo: [] }, /[Uu]nrecognized/],
])('a seed that makes no sense is refused: %j', (seed, message) => {
  expect(() => openHub(seed as never)).toThrow(message)
})

test('an app hears of what its installations see', async () => {
  const webhook = { url: 'https://robot.test/hook', secret: 's' }
  const app = { id: 12, slug: 'robot-app', public_key: APP_PUBLIC_KEY, webhook, events: ['issues'] }
  const installation = { id: 77, account: 'acme', permissions: { issues: 'read' } }
  const { octokit, deliveries, world } = openHub({ ...guided(), apps: [{ ...app, installations: [installation] }] })
  await octokit.rest.issues.create({ ...APP, title: 'New' })
  await world.clock.advance(1_000)
  const mine = deliveries.filter(({ url }) => url === webhook.url)
  expect(mine.map(({ body }) => JSON.parse(body))).toMatchObject([{ action: 'opened', installation: { id: 77 } }])
})

const exchange = (method: string, path: string, status: number, body: Json, sent?: Json): Exchange => ({
  method,
  url: `https://api.github.com${path}`,
  requestHeaders: [],
  requestBody: Buffer.from(sent === undefined ? '' : JSON.stringify(sent)),
  status,
  responseHeaders: [],
  responseBody: Buffer.from(JSON.stringify(body)),
  atMs: 0,
})

test('a recording that begins in the middle tells of what it names and never made', () => {
  const seed = github.seed.parse(
    given([
      exchange('PATCH', '/repos/acme/old', 200, { full_name: 'acme/new', id: 5, forks_url: '' }, { name: 'new' }),
      exchange('PUT', '/orgs/acme/teams/core/repos/acme/old', 204, null),
      exchange('POST', '/repos/acme/old/issues', 201, { number: 4, id: 9 }, { title: 'T', milestone: 2 }),
      exchange('GET', '/repos/acme/old/actions/runs/77/jobs', 200, { total_count: 0, jobs: [] }),
      exchange('PUT', '/repos/acme/old/actions/workflows/ci.yml/enable', 204, null),
    ]),
  )
  const names = seed.repos?.map(({ full_name }) => full_name)
  expect(names).toEqual(['acme/old'])
  expect(seed.orgs).toMatchObject([{ login: 'acme', teams: [{ slug: 'core' }] }])
  expect(seed.repos?.[0]).toMatchObject({
    last_number: 3,
    milestones: [{ number: 2 }],
    rows: { 'actions/runs': [{ id: 77 }], 'actions/workflows': [{ path: '.github/workflows/ci.yml' }] },
  })
})
