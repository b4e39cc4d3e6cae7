import { expect, test } from 'vitest'
import { ACME, APP, openHub } from './support.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

test('a change goes from a branch through a pull request into main', async () => {
  const { octokit, world } = openHub(ACME)
  const main = await octokit.rest.git.getRef({ ...APP, ref: 'heads/main' })
  await octokit.rest.git.createRef({ ...APP, ref: 'refs/heads/more', sha: main.data.object.sha })
  const file = { ...APP, path: 'src/more.ts', branch: 'more' }
  const content = base64('more\n')
  const put = await octokit.rest.repos.createOrUpdateFileContents({ ...file, message: 'Add more', content })
  expect(put.status).toBe(201)
  const pull = await octokit.rest.pulls.create({ ...APP, title: 'More', head: 'more', base: 'main' })
  expect(pull.data).toMatchObject({ number: 1, mergeable: null, commits: 1, additions: 1, changed_files: 1 })
  await world.clock.advance(2_000)
  const settled = await octokit.rest.pulls.get({ ...APP, pull_number: 1 })
  expect(settled.data).toMatchObject({ mergeable: true, mergeable_state: 'clean' })
  const merged = await octokit.rest.pulls.merge({ ...APP, pull_number: 1 })
  expect(merged.data.merged).toBe(true)
  const after = await octokit.rest.repos.getContent({ ...APP, path: 'src/more.ts' })
  expect(after.data).toMatchObject({ type: 'file', content: `${content}\n` })
  const closed = await octokit.rest.pulls.get({ ...APP, pull_number: 1 })
  expect(closed.data).toMatchObject({ merged: true, state: 'closed', merged_by: { login: 'ada' } })
  await expect(octokit.rest.pulls.merge({ ...APP, pull_number: 1 })).rejects.toMatchObject({ status: 405 })
})

test('blobs, trees and commits have the SHAs that git gives them', async () => {
  const { octokit } = openHub(ACME)
  const blob = await octokit.rest.git.createBlob({ ...APP, content: 'hello\n' })
  // `echo hello | git hash-object --stdin`
  expect(blob.data.sha).toBe('ce013625030ba8dba906f756967f9e9ca394464a')
  const entry = { path: 'a', mode: '100644', type: 'blob', sha: blob.data.sha } as const
  const tree = await octokit.rest.git.createTree({ ...APP, tree: [entry] })
  // `git mktree` of that one entry.
  expect(tree.data.sha).toBe('0976950c1fdbcb52435a433913017bf044b3a58f')
  const who = { name: 'Ada', email: 'ada@acme.example', date: '2020-01-01T00:00:00Z' }
  const commit = { ...APP, message: 'm', tree: tree.data.sha, parents: [], author: who, committer: who }
  // `git commit-tree` with the same names and times.
  expect((await octokit.rest.git.createCommit(commit)).data.sha).toBe('95ab103481a67e42395c511e0a85637b86ae1a8d')
})

test('a file is changed by its SHA only, and taken away by it', async () => {
  const { octokit } = openHub(ACME)
  const file = { ...APP, path: 'README.md' }
  const { data } = await octokit.rest.repos.getContent(file)
  if (Array.isArray(data) || data.type !== 'file') throw new Error('expected a file')
  const put = { ...file, message: 'm', content: base64('new\n') }
  await expect(octokit.rest.repos.createOrUpdateFileContents(put)).rejects.toMatchObject({ status: 422 })
  const stale = { ...put, sha: '0'.repeat(40) }
  await expect(octokit.rest.repos.createOrUpdateFileContents(stale)).rejects.toMatchObject({ status: 409 })
  expect((await octokit.rest.repos.createOrUpdateFileContents({ ...put, sha: data.sha })).status).toBe(200)
  await expect(octokit.rest.repos.deleteFile({ ...file, message: 'm', sha: data.sha })).rejects.toMatchObject({
    status: 409,
  })
  const raw = await octokit.rest.repos.getContent({ ...file, mediaType: { format: 'raw' } })
  expect(raw.data).toBe('new\n')
  const commits = await octokit.rest.repos.listCommits({ ...APP, path: 'README.md' })
  expect(commits.data.map(({ commit }) => commit.message)).toEqual(['m', 'Initial commit'])
})

test('a ref moves forward only, unless it is forced', async () => {
  const { octokit } = openHub(ACME)
  const { data: main } = await octokit.rest.repos.getBranch({ ...APP, branch: 'main' })
  const tree = main.commit.commit.tree.sha
  const lone = await octokit.rest.git.createCommit({ ...APP, message: 'alone', tree, parents: [] })
  const move = { ...APP, ref: 'heads/main', sha: lone.data.sha }
  await expect(octokit.rest.git.updateRef(move)).rejects.toMatchObject({
    status: 422,
    message: expect.stringContaining('not a fast forward'),
  })
  expect((await octokit.rest.git.updateRef({ ...move, force: true })).data.object.sha).toBe(lone.data.sha)
})

test('issues live their life, and tell it', async () => {
  const { octokit } = openHub(ACME)
  const issue = await octokit.rest.issues.create({
    ...APP,
    title: 'Broken',
    labels: ['bug', 'new'],
    assignees: ['bob'],
  })
  expect(issue.data).toMatchObject({ number: 1, state: 'open', user: { login: 'ada' }, assignee: { login: 'bob' } })
  const one = { ...APP, issue_number: 1 }
  await octokit.rest.issues.createComment({ ...one, body: 'Indeed, @bob' })
  await octokit.rest.issues.update({ ...one, title: 'Very broken', state: 'closed', state_reason: 'not_planned' })
  const { data } = await octokit.rest.issues.get(one)
  expect(data).toMatchObject({ title: 'Very broken', state: 'closed', state_reason: 'not_planned', comments: 1 })
  const events = await octokit.rest.issues.listEvents(one)
  expect(events.data.map(({ event }) => event)).toEqual(['labeled', 'labeled', 'assigned', 'renamed', 'closed'])
  await expect(octokit.rest.issues.create({ ...APP, title: '' })).rejects.toMatchObject({ status: 422 })
  await expect(octokit.rest.issues.get({ ...APP, issue_number: 9 })).rejects.toMatchObject({ status: 404 })
})

test('reactions, milestones and locks hang on issues', async () => {
  const { octokit } = openHub(ACME)
  const milestone = await octokit.rest.issues.createMilestone({ ...APP, title: 'One' })
  await octokit.rest.issues.create({ ...APP, title: 'a', milestone: milestone.data.number })
  const one = { ...APP, issue_number: 1 }
  expect((await octokit.rest.reactions.createForIssue({ ...one, content: 'heart' })).status).toBe(201)
  expect((await octokit.rest.reactions.createForIssue({ ...one, content: 'heart' })).status).toBe(200)
  await octokit.rest.issues.lock(one)
  const { data } = await octokit.rest.issues.get(one)
  expect(data).toMatchObject({ locked: true, reactions: { total_count: 1, heart: 1 }, milestone: { open_issues: 1 } })
})

test('lists lead through pages', async () => {
  const { octokit } = openHub({
    ...ACME,
    repos: [{ full_name: 'acme/app', issues: Array.from({ length: 7 }, (_, n) => ({ title: `t${n}` })) }],
  })
  const titles = await octokit.paginate(
    octokit.rest.issues.listForRepo,
    { ...APP, per_page: 3, direction: 'asc' },
    ({ data }) => data.map(({ title }) => title),
  )
  expect(titles).toEqual(['t0', 't1', 't2', 't3', 't4', 't5', 't6'])
  const first = await octokit.rest.issues.listForRepo({ ...APP, per_page: 3 })
  expect(first.headers.link).toMatch(/rel="next", .*page=3>; rel="last"/)
})

test('a pull request at odds with main cannot be merged', async () => {
  const { octokit, world } = openHub({
    ...ACME,
    repos: [{ full_name: 'acme/app', files: { a: 'one\n' }, branches: { left: { files: { a: 'two\n' } } } }],
  })
  const { data } = await octokit.rest.repos.getContent({ ...APP, path: 'a' })
  if (Array.isArray(data)) throw new Error('expected a file')
  await octokit.rest.repos.createOrUpdateFileContents({
    ...APP,
    path: 'a',
    message: 'm',
    content: base64('three\n'),
    sha: data.sha,
  })
  await octokit.rest.pulls.create({ ...APP, title: 'Left', head: 'left', base: 'main' })
  await world.clock.advance(2_000)
  const pull = await octokit.rest.pulls.get({ ...APP, pull_number: 1 })
  expect(pull.data).toMatchObject({ mergeable: false, mergeable_state: 'dirty' })
  await expect(octokit.rest.pulls.merge({ ...APP, pull_number: 1 })).rejects.toMatchObject({ status: 405 })
})

test('a protected branch asks for approval, and not of whoever opened the pull request', async () => {
  const { octokit, as } = openHub({
    ...ACME,
    tokens: { a: { login: 'ada' }, b: { login: 'bob' } },
    repos: [
      {
        full_name: 'acme/app',
        files: { a: 'a' },
        branches: { more: { files: { b: 'b' } } },
        collaborators: { bob: 'push' },
      },
    ],
  })
  void octokit
  const [ada, bob] = [as('a'), as('b')]
  const protection = { required_status_checks: null, enforce_admins: true, restrictions: null }
  const reviews = { required_approving_review_count: 1 }
  await ada.rest.repos.updateBranchProtection({
    ...APP,
    branch: 'main',
    ...protection,
    required_pull_request_reviews: reviews,
  })
  await ada.rest.pulls.create({ ...APP, title: 'More', head: 'more', base: 'main' })
  const one = { ...APP, pull_number: 1 }
  await expect(ada.rest.pulls.merge(one)).rejects.toMatchObject({ status: 405 })
  await expect(ada.rest.pulls.createReview({ ...one, event: 'APPROVE' })).rejects.toMatchObject({ status: 422 })
  await bob.rest.pulls.createReview({ ...one, event: 'APPROVE' })
  expect((await ada.rest.pulls.merge(one)).data.merged).toBe(true)
})

test('who may not see a repository does not find it, and who may not write is told so', async () => {
  const { as } = openHub({
    ...ACME,
    tokens: { a: { login: 'ada' }, e: { login: 'eve' } },
    repos: [
      { full_name: 'acme/secret', private: true },
      { full_name: 'acme/app', files: { a: 'a' } },
    ],
  })
  const eve = as('e')
  await expect(eve.rest.repos.get({ owner: 'acme', repo: 'secret' })).rejects.toMatchObject({ status: 404 })
  await expect(eve.rest.git.createBlob({ ...APP, content: 'x' })).rejects.toMatchObject({ status: 403 })
  await expect(eve.rest.repos.delete(APP)).rejects.toMatchObject({ status: 403 })
  await expect(as('nobody').rest.users.getAuthenticated()).rejects.toMatchObject({
    status: 401,
    message: expect.stringContaining('Bad credentials'),
  })
})

test('a repository is made, renamed, forked and deleted, and its old name leads on', async () => {
  const { octokit } = openHub(ACME)
  const made = await octokit.rest.repos.createForAuthenticatedUser({ name: 'tool', auto_init: true })
  expect(made.data).toMatchObject({ full_name: 'ada/tool', default_branch: 'main', permissions: { admin: true } })
  await octokit.rest.repos.update({ owner: 'ada', repo: 'tool', name: 'tools' })
  expect((await octokit.rest.repos.get({ owner: 'ada', repo: 'tool' })).data.full_name).toBe('ada/tools')
  const fork = await octokit.rest.repos.createFork(APP)
  expect(fork.status).toBe(202)
  const whole = await octokit.rest.repos.get({ owner: 'ada', repo: 'app' })
  expect(whole.data).toMatchObject({ fork: true, parent: { full_name: 'acme/app' }, source: { full_name: 'acme/app' } })
  await octokit.rest.repos.delete({ owner: 'ada', repo: 'app' })
  await expect(octokit.rest.repos.get({ owner: 'ada', repo: 'app' })).rejects.toMatchObject({ status: 404 })
})

test('releases tag what is there, and take files at another host', async () => {
  const { octokit } = openHub(ACME)
  const release = await octokit.rest.repos.createRelease({ ...APP, tag_name: 'v1', name: 'One' })
  const asset = { ...APP, release_id: release.data.id, name: 'a.txt', data: 'hello' }
  const uploaded = await octokit.rest.repos.uploadReleaseAsset(asset)
  expect(uploaded.data).toMatchObject({ name: 'a.txt', size: 5, state: 'uploaded' })
  expect((await octokit.rest.git.getRef({ ...APP, ref: 'tags/v1' })).status).toBe(200)
  expect((await octokit.rest.repos.getLatestRelease(APP)).data.assets).toHaveLength(1)
  await expect(octokit.rest.repos.createRelease({ ...APP, tag_name: 'v1' })).rejects.toMatchObject({ status: 422 })
})

test('statuses come together, the last of each context', async () => {
  const { octokit } = openHub(ACME)
  const { data } = await octokit.rest.repos.getBranch({ ...APP, branch: 'main' })
  const status = { ...APP, sha: data.commit.sha, context: 'ci' }
  await octokit.rest.repos.createCommitStatus({ ...status, state: 'pending' })
  await octokit.rest.repos.createCommitStatus({ ...status, state: 'success' })
  await octokit.rest.repos.createCommitStatus({ ...status, context: 'lint', state: 'failure' })
  const combined = await octokit.rest.repos.getCombinedStatusForRef({ ...APP, ref: 'main' })
  expect(combined.data).toMatchObject({ state: 'failure', total_count: 2 })
})

test('a search finds what its qualifiers say', async () => {
  const { octokit } = openHub(ACME)
  await octokit.rest.issues.create({ ...APP, title: 'Login is broken', labels: ['bug'] })
  await octokit.rest.issues.create({ ...APP, title: 'Add a button', assignees: ['bob'] })
  const find = async (q: string): Promise<readonly string[]> =>
    (await octokit.rest.search.issuesAndPullRequests({ q })).data.items.map(({ title }) => title)
  expect(await find('repo:acme/app is:open label:bug')).toEqual(['Login is broken'])
  expect(await find('org:acme assignee:bob')).toEqual(['Add a button'])
  expect(await find('repo:acme/app -label:bug author:@me')).toEqual(['Add a button'])
  expect(await find('repo:acme/app broken in:title')).toEqual(['Login is broken'])
  expect(await find('repo:acme/app created:>=2030-01-01 is:closed')).toEqual([])
  await expect(find('repo:acme/none')).rejects.toMatchObject({ status: 422 })
  const code = await octokit.rest.search.code({ q: 'three repo:acme/app extension:ts' })
  expect(code.data.items.map(({ path }) => path)).toEqual(['src/main.ts'])
})

test('a dispatched workflow runs in its own time', async () => {
  const { octokit, world } = openHub({
    ...ACME,
    repos: [{ full_name: 'acme/app', files: { '.github/workflows/ci.yml': 'name: CI\non: [workflow_dispatch]\n' } }],
  })
  const { data } = await octokit.rest.actions.listRepoWorkflows(APP)
  expect(data.workflows).toMatchObject([{ name: 'CI', state: 'active' }])
  await octokit.rest.actions.createWorkflowDispatch({ ...APP, workflow_id: 'ci.yml', ref: 'main' })
  const run = async (): Promise<unknown> =>
    (await octokit.rest.actions.listWorkflowRunsForRepo(APP)).data.workflow_runs[0]
  expect(await run()).toMatchObject({ status: 'queued', conclusion: null, event: 'workflow_dispatch' })
  await world.clock.advance(10_000)
  expect(await run()).toMatchObject({ status: 'in_progress' })
  await world.clock.advance(60_000)
  expect(await run()).toMatchObject({ status: 'completed', conclusion: 'success' })
})

test('gists keep their history', async () => {
  const { octokit } = openHub(ACME)
  const { data } = await octokit.rest.gists.create({ files: { 'a.txt': { content: 'a' } } })
  const gist_id = data.id ?? ''
  await octokit.rest.gists.update({ gist_id, files: { 'a.txt': { filename: 'b.txt', content: 'b' } } as never })
  const after = await octokit.rest.gists.get({ gist_id })
  expect(Object.keys(after.data.files ?? {})).toEqual(['b.txt'])
  expect(after.data.history).toHaveLength(2)
})

test('another version of the API is refused loudly', async () => {
  const { octokit } = openHub(ACME)
  const other = octokit.rest.repos.get({ ...APP, headers: { 'X-GitHub-Api-Version': '2026-03-10' } })
  await expect(other).rejects.toThrow('API versions other than 2022-11-28')
  const same = await octokit.rest.repos.get({ ...APP, headers: { 'X-GitHub-Api-Version': '2022-11-28' } })
  expect(same.status).toBe(200)
})
