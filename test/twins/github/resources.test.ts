import { expect, test } from 'vitest'
import { ACME, APP, openHub } from './support.ts'

const ORG = { org: 'acme' }

test('autolinks, keys and variables are made, read and taken away', async () => {
  const { octokit } = openHub(ACME)
  const { rest } = octokit
  const link = { ...APP, key_prefix: 'JIRA-', url_template: 'https://x.test/<num>' }
  const { data } = await rest.repos.createAutolink(link)
  await expect(rest.repos.createAutolink(link)).rejects.toMatchObject({ status: 422 })
  expect((await rest.repos.getAutolink({ ...APP, autolink_id: data.id })).data).toEqual(data)
  await rest.repos.deleteAutolink({ ...APP, autolink_id: data.id })
  expect((await rest.repos.listAutolinks(APP)).data).toEqual([])
  const key = await rest.repos.createDeployKey({ ...APP, title: 'ci', key: 'ssh-ed25519 AAAA ci' })
  expect(key.data).toMatchObject({ title: 'ci', read_only: false, added_by: 'ada' })
  expect((await rest.repos.listDeployKeys(APP)).data).toHaveLength(1)
  await rest.actions.createRepoVariable({ ...APP, name: 'mode', value: 'fast' })
  await rest.actions.updateRepoVariable({ ...APP, name: 'MODE', value: 'slow' })
  expect((await rest.actions.getRepoVariable({ ...APP, name: 'mode' })).data).toMatchObject({
    name: 'MODE',
    value: 'slow',
  })
  await expect(rest.actions.createRepoVariable({ ...APP, name: 'mode', value: 'x' })).rejects.toMatchObject({
    status: 409,
  })
  await rest.actions.deleteRepoVariable({ ...APP, name: 'mode' })
  expect((await rest.actions.listRepoVariables(APP)).data).toEqual({ total_count: 0, variables: [] })
})

test('secrets go in and do not come out', async () => {
  const { octokit } = openHub(ACME)
  const { data } = await octokit.rest.actions.getRepoPublicKey(APP)
  const secret = { ...APP, secret_name: 'TOKEN', encrypted_value: 'c2VhbGVk' }
  expect((await octokit.rest.actions.createOrUpdateRepoSecret({ ...secret, key_id: data.key_id })).status).toBe(201)
  expect((await octokit.rest.actions.createOrUpdateRepoSecret({ ...secret, key_id: data.key_id })).status).toBe(204)
  await expect(octokit.rest.actions.createOrUpdateRepoSecret({ ...secret, key_id: '1' })).rejects.toMatchObject({
    status: 422,
  })
  const listed = await octokit.rest.actions.listRepoSecrets(APP)
  expect(Object.keys(listed.data.secrets[0] ?? {}).sort()).toEqual(['created_at', 'name', 'updated_at'])
})

test('deployments have statuses', async () => {
  const { octokit } = openHub(ACME)
  const { data } = await octokit.rest.repos.createDeployment({ ...APP, ref: 'main', environment: 'staging' })
  if (!('id' in data)) throw new Error('expected a deployment')
  const one = { ...APP, deployment_id: data.id }
  await octokit.rest.repos.createDeploymentStatus({ ...one, state: 'in_progress' })
  await octokit.rest.repos.createDeploymentStatus({ ...one, state: 'success', environment_url: 'https://x.test' })
  const statuses = await octokit.rest.repos.listDeploymentStatuses(one)
  expect(statuses.data.map(({ state }) => state)).toEqual(['success', 'in_progress'])
  expect((await octokit.rest.repos.listDeployments(APP)).data).toMatchObject([
    { environment: 'staging', creator: { login: 'ada' } },
  ])
})

test('teams have members, repositories and discussions', async () => {
  const { octokit } = openHub(ACME)
  const { rest } = octokit
  const { data } = await rest.teams.create({ ...ORG, name: 'Core Team', privacy: 'closed' })
  expect(data).toMatchObject({ slug: 'core-team', members_count: 1, organization: { login: 'acme' } })
  const team = { ...ORG, team_slug: 'core-team' }
  await rest.teams.addOrUpdateMembershipForUserInOrg({ ...team, username: 'bob', role: 'maintainer' })
  expect((await rest.teams.listMembersInOrg(team)).data.map(({ login }) => login)).toEqual(['ada', 'bob'])
  await rest.teams.addOrUpdateRepoPermissionsInOrg({ ...team, ...APP, permission: 'push' })
  expect((await rest.repos.listTeams(APP)).data).toMatchObject([{ slug: 'core-team', permission: 'push' }])
  await rest.teams.updateInOrg({ ...team, name: 'Kernel' })
  const renamed = { ...ORG, team_slug: 'kernel' }
  expect((await rest.teams.getByName(renamed)).data).toMatchObject({ name: 'Kernel', repos_count: 1, members_count: 2 })
  await rest.teams.deleteInOrg(renamed)
  expect((await rest.teams.list(ORG)).data).toEqual([])
})

test('an organisation has members, and only its owners say who', async () => {
  const { octokit, as } = openHub({
    ...ACME,
    users: [{ login: 'ada' }, { login: 'bob' }, { login: 'eve' }],
    tokens: { a: { login: 'ada' }, b: { login: 'bob' } },
  })
  void octokit
  const [ada, bob] = [as('a').rest, as('b').rest]
  const invited = await ada.orgs.setMembershipForUser({ ...ORG, username: 'eve' })
  expect(invited.data).toMatchObject({ state: 'pending', role: 'member' })
  await expect(bob.orgs.setMembershipForUser({ ...ORG, username: 'eve', role: 'admin' })).rejects.toMatchObject({
    status: 403,
  })
  expect((await bob.orgs.listMembers(ORG)).data.map(({ login }) => login)).toEqual(['ada', 'bob'])
  await bob.orgs.setPublicMembershipForAuthenticatedUser({ ...ORG, username: 'bob' })
  expect((await ada.orgs.listPublicMembers(ORG)).data.map(({ login }) => login)).toEqual(['bob'])
  expect((await bob.orgs.listForAuthenticatedUser()).data.map(({ login }) => login)).toEqual(['acme'])
  await ada.orgs.removeMember({ ...ORG, username: 'bob' })
  await expect(ada.orgs.checkMembershipForUser({ ...ORG, username: 'bob' })).rejects.toMatchObject({ status: 404 })
})

test('hooks of an organisation hear of all its repositories', async () => {
  const { octokit, deliveries, world } = openHub(ACME)
  const { data } = await octokit.rest.orgs.createWebhook({
    ...ORG,
    name: 'web',
    config: { url: 'https://shop.test/org' },
    events: ['label'],
  })
  await octokit.rest.issues.createLabel({ ...APP, name: 'new' })
  await world.clock.advance(1_000)
  expect(deliveries).toHaveLength(2)
  // Without a content type it is a form.
  expect(new URLSearchParams(deliveries[1]?.body).get('payload')).toContain('"action":"created"')
  await octokit.rest.orgs.updateWebhook({ ...ORG, hook_id: data.id, active: false })
  await octokit.rest.issues.deleteLabel({ ...APP, name: 'new' })
  await octokit.rest.orgs.deleteWebhook({ ...ORG, hook_id: data.id })
  await world.clock.advance(1_000)
  expect(deliveries).toHaveLength(2)
})

test('a label that is renamed or gone is so on every issue', async () => {
  const { octokit } = openHub(ACME)
  const { rest } = octokit
  await rest.issues.create({ ...APP, title: 'a', labels: ['bug', 'ui'] })
  await rest.issues.updateLabel({ ...APP, name: 'bug', new_name: 'defect' })
  await rest.issues.deleteLabel({ ...APP, name: 'ui' })
  const one = { ...APP, issue_number: 1 }
  expect((await rest.issues.listLabelsOnIssue(one)).data.map(({ name }) => name)).toEqual(['defect'])
  await rest.issues.addLabels({ ...one, labels: ['x', 'y'] })
  await rest.issues.removeLabel({ ...one, name: 'x' })
  expect((await rest.issues.setLabels({ ...one, labels: ['z'] })).data.map(({ name }) => name)).toEqual(['z'])
  await expect(rest.issues.removeLabel({ ...one, name: 'x' })).rejects.toMatchObject({ status: 404 })
  await expect(rest.issues.createLabel({ ...APP, name: 'Z' })).rejects.toMatchObject({ status: 422 })
})

test('milestones are listed by when they are due and by how far they are', async () => {
  const { octokit } = openHub(ACME)
  const { rest } = octokit
  await rest.issues.createMilestone({ ...APP, title: 'late', due_on: '2031-01-01T00:00:00Z' })
  await rest.issues.createMilestone({ ...APP, title: 'soon', due_on: '2030-02-01T00:00:00Z' })
  await rest.issues.create({ ...APP, title: 'a', milestone: 1 })
  await rest.issues.update({ ...APP, issue_number: 1, state: 'closed' })
  const titles = async (sort: 'due_on' | 'completeness', direction: 'asc' | 'desc'): Promise<readonly string[]> =>
    (await rest.issues.listMilestones({ ...APP, sort, direction })).data.map(({ title }) => title)
  expect(await titles('due_on', 'asc')).toEqual(['soon', 'late'])
  expect(await titles('completeness', 'desc')).toEqual(['late', 'soon'])
  await rest.issues.updateMilestone({ ...APP, milestone_number: 1, state: 'closed' })
  expect(await titles('due_on', 'asc')).toEqual(['soon'])
  await rest.issues.deleteMilestone({ ...APP, milestone_number: 1 })
  expect((await rest.issues.get({ ...APP, issue_number: 1 })).data.milestone).toBeNull()
})

test('reviews are pending until they are handed in, and may be dismissed', async () => {
  const { octokit, as } = openHub({
    ...ACME,
    tokens: { a: { login: 'ada' }, b: { login: 'bob' } },
    repos: [
      {
        full_name: 'acme/app',
        files: { a: 'a\n' },
        branches: { more: { files: { a: 'b\n' } } },
        collaborators: { bob: 'push' },
      },
    ],
  })
  void octokit
  const [ada, bob] = [as('a').rest, as('b').rest]
  await ada.pulls.create({ ...APP, title: 'More', head: 'more', base: 'main' })
  const one = { ...APP, pull_number: 1 }
  await ada.pulls.requestReviewers({ ...one, reviewers: ['bob'] })
  const draft = await bob.pulls.createReview({ ...one, comments: [{ path: 'a', position: 1, body: 'why?' }] })
  expect(draft.data.state).toBe('PENDING')
  expect((await ada.pulls.listReviews(one)).data).toEqual([])
  const review = { ...one, review_id: draft.data.id }
  await bob.pulls.submitReview({ ...review, event: 'REQUEST_CHANGES', body: 'No.' })
  expect((await ada.pulls.get(one)).data.requested_reviewers).toEqual([])
  expect((await ada.pulls.listCommentsForReview(review)).data).toMatchObject([{ path: 'a', body: 'why?' }])
  const [comment] = (await ada.pulls.listReviewComments(one)).data
  const reply = await ada.pulls.createReplyForReviewComment({ ...one, comment_id: comment?.id ?? 0, body: 'because' })
  expect(reply.data.in_reply_to_id).toBe(comment?.id)
  expect((await ada.pulls.dismissReview({ ...review, message: 'done' })).data.state).toBe('DISMISSED')
  expect((await ada.pulls.listFiles(one)).data).toMatchObject([
    { filename: 'a', status: 'modified', additions: 1, deletions: 1 },
  ])
  expect((await ada.pulls.listCommits(one)).data).toHaveLength(1)
  const diff = await ada.pulls.get({ ...one, mediaType: { format: 'diff' } })
  expect(diff.data).toContain('--- a/a\n+++ b/a\n@@ -1 +1 @@\n-a\n+b\n')
})

test('a fork is brought up to its parent, and proposes changes to it', async () => {
  const { octokit, twin } = openHub(ACME)
  const { rest } = octokit
  await rest.repos.createFork(APP)
  twin.happen('push', { repo: 'acme/app', login: 'bob', files: { 'new.txt': 'new' } })
  const fork = { owner: 'ada', repo: 'app' }
  expect((await rest.repos.mergeUpstream({ ...fork, branch: 'main' })).data.merge_type).toBe('fast-forward')
  twin.happen('push', { repo: 'ada/app', login: 'ada', files: { 'mine.txt': 'mine' } })
  const pull = await rest.pulls.create({ ...APP, title: 'Mine', head: 'ada:main', base: 'main' })
  expect(pull.data).toMatchObject({ head: { label: 'ada:main', repo: { full_name: 'ada/app' } }, commits: 1 })
  await rest.pulls.merge({ ...APP, pull_number: pull.data.number, merge_method: 'squash' })
  const { data } = await rest.repos.listCommits(APP)
  // One commit keeps its words.
  expect(data[0]?.commit.message).toBe('Update files (#1)')
  expect(data[0]?.parents).toHaveLength(1)
})

test.each([
  ['merge', ['Merge pull request #2 from acme/more\n\nMore', 'two', 'one'], 2],
  ['squash', ['More (#2)\n\n* one\n\n* two'], 1],
  ['rebase', ['two', 'one'], 1],
] as const)(
  'by %s, a pull request of two commits comes into main, and closes what it fixes',
  async (merge_method, messages, parents) => {
    const { octokit, twin } = openHub(ACME)
    const { rest } = octokit
    await rest.issues.create({ ...APP, title: 'Broken' })
    const { data: main } = await rest.git.getRef({ ...APP, ref: 'heads/main' })
    await rest.git.createRef({ ...APP, ref: 'refs/heads/more', sha: main.object.sha })
    const step = { repo: 'acme/app', login: 'ada', branch: 'more' }
    twin.happen('push', { ...step, message: 'one', files: { a: 'a' } })
    twin.happen('push', { ...step, message: 'two', files: { b: 'b' } })
    twin.happen('push', { ...step, branch: 'main', message: 'meanwhile', files: { c: 'c' } })
    await rest.pulls.create({ ...APP, title: 'More', head: 'more', base: 'main', body: 'Fixes #1.' })
    await rest.pulls.merge({ ...APP, pull_number: 2, merge_method })
    const { data } = await rest.repos.listCommits(APP)
    expect(data.map(({ commit }) => commit.message).filter((one) => !/meanwhile|Initial/.test(one))).toEqual(messages)
    expect(data[0]?.parents).toHaveLength(parents)
    const tree = await rest.git.getTree({ ...APP, tree_sha: 'main' })
    expect(tree.data.tree.map(({ path }) => path)).toEqual(['README.md', 'a', 'b', 'c', 'src'])
    expect((await rest.issues.get({ ...APP, issue_number: 1 })).data).toMatchObject({
      state: 'closed',
      state_reason: 'completed',
    })
  },
)

test('a template gives its files to new repositories', async () => {
  const { octokit } = openHub({
    ...ACME,
    repos: [{ full_name: 'acme/app', is_template: true, files: { 'a.txt': 'a' } }],
  })
  const made = await octokit.rest.repos.createUsingTemplate({
    template_owner: 'acme',
    template_repo: 'app',
    owner: 'ada',
    name: 'copy',
  })
  expect(made.data).toMatchObject({ full_name: 'ada/copy', template_repository: { full_name: 'acme/app' } })
  const raw = await octokit.rest.repos.getContent({
    owner: 'ada',
    repo: 'copy',
    path: 'a.txt',
    mediaType: { format: 'raw' },
  })
  expect(raw.data).toBe('a')
})

test('protection is shown as it was asked for', async () => {
  const { octokit } = openHub(ACME)
  const main = { ...APP, branch: 'main' }
  await expect(octokit.rest.repos.getBranchProtection(main)).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining('Branch not protected'),
  })
  await octokit.rest.repos.updateBranchProtection({
    ...main,
    required_status_checks: { strict: true, contexts: ['ci'] },
    enforce_admins: true,
    required_pull_request_reviews: null,
    restrictions: null,
  })
  const { data } = await octokit.rest.repos.getBranchProtection(main)
  expect(data).toMatchObject({
    required_status_checks: { strict: true, contexts: ['ci'] },
    enforce_admins: { enabled: true },
  })
  await octokit.rest.repos.createCommitSignatureProtection(main)
  expect((await octokit.rest.repos.getBranch(main)).data.protected).toBe(true)
  await octokit.rest.repos.deleteBranchProtection(main)
  expect((await octokit.rest.repos.getBranch(main)).data.protected).toBe(false)
})

test('branches and tags are listed, renamed and found', async () => {
  const { octokit } = openHub({ ...ACME, repos: [{ full_name: 'acme/app', files: { a: 'a' }, tags: { v1: true } }] })
  const { rest } = octokit
  expect((await rest.repos.listTags(APP)).data).toMatchObject([{ name: 'v1' }])
  await rest.repos.renameBranch({ ...APP, branch: 'main', new_name: 'trunk' })
  expect((await rest.repos.get(APP)).data.default_branch).toBe('trunk')
  expect((await rest.git.listMatchingRefs({ ...APP, ref: 'heads/tr' })).data.map(({ ref }) => ref)).toEqual([
    'refs/heads/trunk',
  ])
  const { data: head } = await rest.repos.getCommit({ ...APP, ref: 'v1' })
  const tag = await rest.git.createTag({ ...APP, tag: 'v2', message: 'two', object: head.sha, type: 'commit' })
  await rest.git.createRef({ ...APP, ref: 'refs/tags/v2', sha: tag.data.sha })
  expect((await rest.repos.getCommit({ ...APP, ref: 'v2' })).data.sha).toBe(head.sha)
})

test('people are added, watched and counted', async () => {
  const orgs = [{ login: 'acme', members: { ada: 'admin', bob: 'member', eve: 'member' } }]
  const { octokit } = openHub({ ...ACME, orgs })
  const { rest } = octokit
  expect((await rest.repos.addCollaborator({ ...APP, username: 'eve', permission: 'maintain' })).status).toBe(204)
  const permission = await rest.repos.getCollaboratorPermissionLevel({ ...APP, username: 'eve' })
  expect(permission.data).toMatchObject({ permission: 'write', role_name: 'maintain' })
  await rest.activity.starRepoForAuthenticatedUser(APP)
  expect((await rest.repos.get(APP)).data.stargazers_count).toBe(1)
  const starred = await rest.activity.listStargazersForRepo({
    ...APP,
    headers: { accept: 'application/vnd.github.star+json' },
  })
  expect(starred.data).toMatchObject([{ starred_at: '2030-01-01T00:00:00Z', user: { login: 'ada' } }])
  await rest.activity.setRepoSubscription({ ...APP, subscribed: true })
  expect((await rest.activity.listWatchersForRepo(APP)).data.map(({ login }) => login)).toEqual(['ada'])
  await rest.users.follow({ username: 'bob' })
  expect((await rest.users.listFollowersForUser({ username: 'bob' })).data.map(({ login }) => login)).toEqual(['ada'])
})

test('topics, switches and archives are kept', async () => {
  const { octokit } = openHub(ACME)
  const { rest } = octokit
  await rest.repos.replaceAllTopics({ ...APP, names: ['Go', 'api'] })
  expect((await rest.repos.get(APP)).data.topics).toEqual(['go', 'api'])
  await expect(rest.repos.checkVulnerabilityAlerts(APP)).rejects.toMatchObject({ status: 404 })
  await rest.repos.enableVulnerabilityAlerts(APP)
  expect((await rest.repos.checkVulnerabilityAlerts(APP)).status).toBe(204)
  await rest.repos.update({ ...APP, archived: true })
  await expect(rest.issues.create({ ...APP, title: 'a' })).rejects.toMatchObject({
    status: 403,
    message: expect.stringContaining('archived'),
  })
  await rest.repos.update({ ...APP, archived: false })
  expect((await rest.issues.create({ ...APP, title: 'a' })).status).toBe(201)
})

test('figures of GitHub’s own come from the seed', async () => {
  const views = { count: 7, uniques: 3, views: [] }
  const { octokit } = openHub({ ...ACME, documents: { '/repos/acme/app/traffic/views': views } })
  expect((await octokit.rest.repos.getViews(APP)).data).toEqual(views)
})

test('comments on commits are kept with them', async () => {
  const { octokit } = openHub(ACME)
  const { data } = await octokit.rest.repos.getBranch({ ...APP, branch: 'main' })
  await octokit.rest.repos.createCommitComment({ ...APP, commit_sha: data.commit.sha, body: 'nice' })
  const listed = await octokit.rest.repos.listCommentsForCommit({ ...APP, commit_sha: data.commit.sha })
  expect(listed.data).toMatchObject([{ body: 'nice', commit_id: data.commit.sha, user: { login: 'ada' } }])
})

test('a release that is published while releases are immutable keeps its assets as they are', async () => {
  const { octokit } = openHub(ACME)
  const { repos } = octokit.rest
  await repos.enableImmutableReleases(APP)
  const { data } = await repos.createRelease({ ...APP, tag_name: 'v1', draft: true })
  const asset = { ...APP, release_id: data.id, name: 'a.txt', data: 'abc' }
  const kept = await repos.uploadReleaseAsset(asset)
  expect((await repos.updateRelease({ ...APP, release_id: data.id, draft: false })).data).toMatchObject({
    immutable: true,
  })
  const refused = { status: 422, message: expect.stringContaining('immutable release') }
  await expect(repos.uploadReleaseAsset({ ...asset, name: 'b.txt' })).rejects.toMatchObject(refused)
  await expect(repos.deleteReleaseAsset({ ...APP, asset_id: kept.data.id })).rejects.toMatchObject(refused)
  // Its words may change.
  await repos.updateRelease({ ...APP, release_id: data.id, body: 'Words' })
})
