import { expect, test } from 'vitest'
import type { Seed } from '../../../twins/github/state.ts'
import { APP, openHub } from './support.ts'

const SEED: Seed = {
  viewer: 'ada',
  users: [
    { login: 'ada' },
    { login: 'bob' },
    { login: 'eve', created_at: '2020-01-01T00:00:00Z' },
    { login: 'new', created_at: '2029-12-31T23:00:00Z' },
    { login: 'out', suspended_at: '2029-01-01T00:00:00Z' },
  ],
  tokens: {
    a: { login: 'ada' },
    b: { login: 'bob' },
    e: { login: 'eve' },
    n: { login: 'new' },
    o: { login: 'out' },
    none: { login: 'ada', scopes: [] },
    open: { login: 'ada', scopes: ['public_repo', 'read:org'] },
  },
  orgs: [{ login: 'acme', members: { ada: 'admin' } }],
  repos: [
    {
      full_name: 'acme/app',
      files: { a: 'a\n' },
      branches: { more: { files: { a: 'b\n' } } },
      collaborators: { bob: 'push' },
      issues: [{ number: 1, title: 'Old' }],
    },
    { full_name: 'acme/secret', private: true, files: { a: 'a' } },
  ],
}

test('a token does what its scopes say, and what is private takes `repo`', async () => {
  const { as } = openHub(SEED)
  const [none, open, all] = ['none', 'open', 'a'].map((token) => as(token).rest)
  const secret = { owner: 'acme', repo: 'secret' }
  await none?.repos.get(APP)
  await expect(none?.issues.create({ ...APP, title: 'x' })).rejects.toMatchObject({
    status: 404,
    response: { headers: { 'x-accepted-oauth-scopes': 'public_repo' } },
  })
  await expect(none?.teams.list({ org: 'acme' })).rejects.toMatchObject({ status: 404 })
  await expect(none?.gists.create({ files: { a: { content: 'a' } } })).rejects.toMatchObject({ status: 404 })
  await open?.issues.create({ ...APP, title: 'x' })
  await open?.teams.list({ org: 'acme' })
  await expect(open?.repos.get(secret)).rejects.toMatchObject({ status: 404 })
  await expect(open?.repos.delete(APP)).rejects.toMatchObject({ status: 404 })
  await all?.repos.get(secret)
  await all?.repos.delete(secret)
})

test('whoever is suspended is told so, and whoever may not see a repository finds none', async () => {
  const { as } = openHub(SEED)
  await expect(as('o').rest.users.getAuthenticated()).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('Your account was suspended'),
  })
  await expect(as('b').rest.repos.get({ owner: 'acme', repo: 'secret' })).rejects.toMatchObject({ status: 404 })
  await expect(as('e').rest.git.createBlob({ ...APP, content: 'x' })).rejects.toMatchObject({ status: 403 })
})

test('an archived repository is read, starred and forked, and nothing else is done to it', async () => {
  const { as } = openHub(SEED)
  const [ada, bob] = [as('a').rest, as('b').rest]
  await ada.pulls.create({ ...APP, title: 'More', head: 'more', base: 'main' })
  const pull = { ...APP, pull_number: 2 }
  const { data } = await bob.pulls.createReview({ ...pull, event: 'COMMENT', body: 'Hm' })
  await ada.repos.update({ ...APP, archived: true })
  const archived = { status: 403, message: expect.stringContaining('Repository was archived so is read-only.') }
  for (const act of [
    () => bob.pulls.updateReview({ ...pull, review_id: data.id, body: 'x' }),
    () => bob.reactions.createForIssue({ ...APP, issue_number: 1, content: '+1' }),
    () => bob.issues.addLabels({ ...APP, issue_number: 1, labels: ['x'] }),
    () => ada.repos.createDispatchEvent({ ...APP, event_type: 'x' }),
    () => ada.repos.replaceAllTopics({ ...APP, names: ['x'] }),
  ])
    await expect(act()).rejects.toMatchObject(archived)
  expect((await bob.issues.get({ ...APP, issue_number: 1 })).status).toBe(200)
  expect((await ada.repos.listWebhooks(APP)).status).toBe(200)
  await bob.activity.starRepoForAuthenticatedUser(APP)
  await bob.repos.createFork(APP)
  await ada.repos.update({ ...APP, archived: false })
})

test('whom an owner blocks, and whom a limit leaves out, say nothing until it is over', async () => {
  const { as, world } = openHub(SEED)
  const [ada, bob, eve, fresh] = ['a', 'b', 'e', 'n'].map((token) => as(token).rest)
  const say = (rest: typeof ada): Promise<unknown> | undefined =>
    rest?.issues.createComment({ ...APP, issue_number: 1, body: 'Hi' })
  await ada?.orgs.blockUser({ org: 'acme', username: 'eve' })
  await expect(say(eve)).rejects.toMatchObject({ status: 403 })
  await ada?.orgs.unblockUser({ org: 'acme', username: 'eve' })
  await say(eve)
  await ada?.interactions.setRestrictionsForRepo({ ...APP, limit: 'existing_users', expiry: 'one_day' })
  await say(eve)
  await expect(say(fresh)).rejects.toMatchObject({ status: 403 })
  await ada?.interactions.setRestrictionsForRepo({ ...APP, limit: 'collaborators_only', expiry: 'one_day' })
  await expect(say(eve)).rejects.toMatchObject({ status: 403 })
  await say(bob)
  await world.clock.advance(25 * 3_600_000)
  await say(eve)
})

test('on what is locked only those say something who may triage', async () => {
  const { as } = openHub(SEED)
  const [ada, bob, eve] = ['a', 'b', 'e'].map((token) => as(token).rest)
  await ada?.pulls.create({ ...APP, title: 'More', head: 'more', base: 'main' })
  await ada?.issues.lock({ ...APP, issue_number: 2 })
  const comment = { ...APP, pull_number: 2, event: 'COMMENT' as const, body: 'Hm' }
  await expect(eve?.pulls.createReview(comment)).rejects.toMatchObject({ status: 403 })
  const { data } = (await bob?.pulls.createReview(comment)) ?? {}
  // What somebody wrote is changed by nobody else.
  const review = { ...APP, pull_number: 2, review_id: data?.id ?? 0, body: 'x' }
  await expect(ada?.pulls.updateReview(review)).rejects.toMatchObject({ status: 403 })
  await bob?.pulls.updateReview(review)
})
