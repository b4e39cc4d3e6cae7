import { expect, test } from 'vitest'
import { ACME, APP, openHub } from './support.ts'

const ISSUES = {
  ...ACME,
  repos: [{ full_name: 'acme/app', files: { a: 'a' }, issues: [1, 2, 3].map((n) => ({ title: `T${n}` })) }],
}

test('issues stand below issues, in an order', async () => {
  const { octokit } = openHub(ISSUES)
  const { issues } = octokit.rest
  const ids = await Promise.all([1, 2, 3].map(async (n) => (await issues.get({ ...APP, issue_number: n })).data.id))
  const [, two = 0, three = 0] = ids
  const parent = { ...APP, issue_number: 1 }
  await issues.addSubIssue({ ...parent, sub_issue_id: two })
  await issues.addSubIssue({ ...parent, sub_issue_id: three })
  await issues.update({ ...APP, issue_number: 2, state: 'closed' })
  expect((await issues.get(parent)).data.sub_issues_summary).toEqual({ total: 2, completed: 1, percent_completed: 50 })
  await issues.reprioritizeSubIssue({ ...parent, sub_issue_id: three, before_id: two })
  expect((await issues.listSubIssues(parent)).data.map(({ number }) => number)).toEqual([3, 2])
  expect((await issues.getParent({ ...APP, issue_number: 3 })).data.number).toBe(1)
  await expect(issues.addSubIssue({ ...APP, issue_number: 2, sub_issue_id: three })).rejects.toMatchObject({
    status: 422,
  })
  await issues.removeSubIssue({ ...parent, sub_issue_id: three })
  await expect(issues.getParent({ ...APP, issue_number: 3 })).rejects.toMatchObject({ status: 404 })
})

test('issues wait for each other', async () => {
  const { octokit } = openHub(ISSUES)
  const { issues } = octokit.rest
  const blocker = (await issues.get({ ...APP, issue_number: 2 })).data.id
  await issues.addBlockedByDependency({ ...APP, issue_number: 1, issue_id: blocker })
  expect((await issues.listDependenciesBlocking({ ...APP, issue_number: 2 })).data).toMatchObject([{ number: 1 }])
  const { data } = await issues.get({ ...APP, issue_number: 1 })
  expect(data.issue_dependencies_summary).toMatchObject({ blocked_by: 1, total_blocked_by: 1 })
  await issues.removeDependencyBlockedBy({ ...APP, issue_number: 1, issue_id: blocker })
  expect((await issues.listDependenciesBlockedBy({ ...APP, issue_number: 1 })).data).toEqual([])
})

test('commits and labels are searched', async () => {
  const { octokit } = openHub(ACME)
  const { search } = octokit.rest
  await octokit.rest.repos.createOrUpdateFileContents({ ...APP, path: 'b', message: 'Add b', content: 'Yg==' })
  const commits = await search.commits({ q: 'repo:acme/app author:ada Add' })
  expect(commits.data.items).toMatchObject([{ commit: { message: 'Add b' }, repository: { full_name: 'acme/app' } }])
  const { id } = (await octokit.rest.repos.get(APP)).data
  expect((await search.labels({ q: 'bug', repository_id: id })).data.items).toMatchObject([{ name: 'bug' }])
})

test('secrets of an organisation are for chosen repositories', async () => {
  const { octokit } = openHub(ACME)
  const { actions } = octokit.rest
  const { key_id } = (await actions.getOrgPublicKey({ org: 'acme' })).data
  const { id } = (await octokit.rest.repos.get(APP)).data
  const secret = { org: 'acme', secret_name: 'TOKEN' }
  await actions.createOrUpdateOrgSecret({ ...secret, key_id, encrypted_value: 'eA==', visibility: 'selected' })
  await actions.addSelectedRepoToOrgSecret({ ...secret, repository_id: id })
  const chosen = await actions.listSelectedReposForOrgSecret(secret)
  expect(chosen.data).toMatchObject({ total_count: 1, repositories: [{ name: 'app' }] })
  expect((await actions.getOrgSecret(secret)).data).toMatchObject({
    visibility: 'selected',
    selected_repositories_url: 'https://api.github.com/orgs/acme/actions/secrets/TOKEN/repositories',
  })
  await actions.deleteOrgSecret(secret)
  expect((await actions.listOrgSecrets({ org: 'acme' })).data.secrets).toEqual([])
})

test('Actions are allowed, and runners are let in and named', async () => {
  const runner = {
    id: 5,
    name: 'box',
    os: 'linux',
    status: 'online',
    busy: false,
    labels: [{ id: 1, name: 'self-hosted', type: 'read-only' }],
  }
  const { octokit } = openHub({ ...ACME, repos: [{ full_name: 'acme/app', rows: { 'actions/runners': [runner] } }] })
  const { actions } = octokit.rest
  await actions.setGithubActionsPermissionsRepository({ ...APP, enabled: true, allowed_actions: 'selected' })
  await actions.setAllowedActionsRepository({ ...APP, patterns_allowed: ['acme/*'] })
  expect((await actions.getAllowedActionsRepository(APP)).data).toMatchObject({ patterns_allowed: ['acme/*'] })
  expect((await actions.createRegistrationTokenForRepo(APP)).data.token).toMatch(/^[A-Z2-7]{29}$/)
  const labels = await actions.addCustomLabelsToSelfHostedRunnerForRepo({ ...APP, runner_id: 5, labels: ['gpu'] })
  expect(labels.data.labels.map(({ name }) => name)).toEqual(['self-hosted', 'gpu'])
  await actions.deleteSelfHostedRunnerFromRepo({ ...APP, runner_id: 5 })
  expect((await actions.listSelfHostedRunnersForRepo(APP)).data.total_count).toBe(0)
})

test('a moved repository says where it is, in the body too', async () => {
  const { octokit, raw } = openHub(ACME)
  const { id } = (await octokit.rest.repos.get(APP)).data
  await octokit.rest.repos.update({ ...APP, name: 'app2' })
  const answer = await raw('PATCH', '/repos/acme/app', { description: 'x' })
  const url = `https://api.github.com/repositories/${id}`
  expect([answer.status, await answer.json()]).toMatchObject([307, { message: 'Moved Permanently', url }])
})
