import { expect, test } from 'vitest'
import type { Seed } from '../../../twins/github/state.ts'
import { ACME, APP, openHub } from './support.ts'

const MAIN = { ...APP, branch: 'main' }
const TEAMS: Seed = {
  ...ACME,
  orgs: [{ login: 'acme', members: { ada: 'admin', bob: 'member' }, teams: [{ name: 'Core', members: ['bob'] }] }],
}
const OPEN = {
  required_status_checks: null,
  enforce_admins: null,
  required_pull_request_reviews: null,
  restrictions: null,
}

test('people and teams of a protection are shown, and those who are not there left out', async () => {
  const { octokit } = openHub(TEAMS)
  const { data } = await octokit.rest.repos.updateBranchProtection({
    ...MAIN,
    ...OPEN,
    restrictions: { users: ['bob', 'nobody'], teams: ['core'] },
    required_pull_request_reviews: { dismissal_restrictions: { users: ['ada'] }, dismiss_stale_reviews: true },
  })
  expect(data.restrictions).toMatchObject({ users: [{ login: 'bob' }], teams: [{ slug: 'core' }], apps: [] })
  expect(data.required_pull_request_reviews).toMatchObject({
    dismiss_stale_reviews: true,
    required_approving_review_count: 1,
    dismissal_restrictions: { users: [{ login: 'ada' }], teams: [], apps: [] },
  })
})

test('each part of a protection is read, changed and lifted by itself', async () => {
  const { octokit } = openHub(TEAMS)
  const { repos } = octokit.rest
  await repos.updateBranchProtection({
    ...MAIN,
    ...OPEN,
    required_status_checks: { strict: false, contexts: ['ci'] },
    restrictions: { users: [], teams: [] },
  })
  expect((await repos.addStatusCheckContexts({ ...MAIN, contexts: ['lint', 'ci'] })).data).toEqual(['ci', 'lint'])
  expect((await repos.removeStatusCheckContexts({ ...MAIN, contexts: ['ci'] })).data).toEqual(['lint'])
  const checks = await repos.updateStatusCheckProtection({ ...MAIN, strict: true })
  expect(checks.data).toMatchObject({ strict: true, contexts: ['lint'], checks: [{ context: 'lint' }] })
  expect((await repos.addUserAccessRestrictions({ ...MAIN, users: ['bob'] })).data).toMatchObject([{ login: 'bob' }])
  expect((await repos.setTeamAccessRestrictions({ ...MAIN, teams: ['core'] })).data).toMatchObject([{ slug: 'core' }])
  expect((await repos.setAdminBranchProtection(MAIN)).data.enabled).toBe(true)
  expect((await repos.getAdminBranchProtection(MAIN)).data.enabled).toBe(true)
  const reviews = await repos.updatePullRequestReviewProtection({ ...MAIN, required_approving_review_count: 2 })
  expect(reviews.data.required_approving_review_count).toBe(2)
  await repos.deletePullRequestReviewProtection(MAIN)
  await repos.removeStatusCheckProtection(MAIN)
  await repos.deleteAccessRestrictions(MAIN)
  await repos.deleteAdminBranchProtection(MAIN)
  const { data } = await repos.getBranchProtection(MAIN)
  expect(data.enforce_admins?.enabled).toBe(false)
  expect(data).not.toHaveProperty('required_status_checks')
  expect(data).not.toHaveProperty('restrictions')
  await expect(repos.getStatusChecksProtection(MAIN)).rejects.toMatchObject({ status: 404 })
})

test('what is left out of a protection is asked for, and people cannot be named where nobody else is', async () => {
  const { raw } = openHub({ ...ACME, repos: [{ full_name: 'ada/own', files: { a: 'a' } }] })
  const path = '/repos/ada/own/branches/main/protection'
  const missing = await raw('PUT', path, { enforce_admins: null })
  expect([missing.status, ((await missing.json()) as { message: string }).message]).toEqual([
    422,
    expect.stringContaining('"restrictions" wasn\'t supplied.'),
  ])
  const alone = await raw('PUT', path, { ...OPEN, restrictions: { users: [], teams: [] } })
  expect(await alone.json()).toMatchObject({ errors: [expect.stringContaining('Only organization repositories')] })
})

test('rulesets are kept, and their rules are found by branch', async () => {
  const { octokit } = openHub(ACME)
  const { repos } = octokit.rest
  const made = await repos.createRepoRuleset({
    ...APP,
    name: 'trunk',
    enforcement: 'active',
    conditions: { ref_name: { include: ['~DEFAULT_BRANCH', 'refs/heads/release/*'], exclude: [] } },
    rules: [{ type: 'deletion' }, { type: 'required_linear_history' }],
  })
  expect(made.data).toMatchObject({
    target: 'branch',
    source_type: 'Repository',
    source: 'acme/app',
    bypass_actors: [],
  })
  const listed = await repos.getRepoRulesets(APP)
  expect(listed.data).toMatchObject([{ name: 'trunk' }])
  expect(listed.data[0]).not.toHaveProperty('rules')
  const rules = await repos.getBranchRules(MAIN)
  expect(rules.data).toMatchObject([
    { type: 'deletion', ruleset_source: 'acme/app', ruleset_id: made.data.id },
    { type: 'required_linear_history' },
  ])
  const off = await repos.updateRepoRuleset({ ...APP, ruleset_id: made.data.id, enforcement: 'disabled' })
  expect(off.data).toMatchObject({ name: 'trunk', enforcement: 'disabled', rules: [{}, {}] })
  expect((await repos.getBranchRules(MAIN)).data).toEqual([])
  await repos.deleteRepoRuleset({ ...APP, ruleset_id: made.data.id })
  await expect(repos.getRepoRuleset({ ...APP, ruleset_id: made.data.id })).rejects.toMatchObject({ status: 404 })
})

test('rules of an organisation reach the repositories they name', async () => {
  const { octokit } = openHub(ACME)
  const { repos } = octokit.rest
  await repos.createOrgRuleset({
    org: 'acme',
    name: 'all apps',
    enforcement: 'active',
    conditions: { ref_name: { include: ['~ALL'], exclude: [] }, repository_name: { include: ['a*'], exclude: ['b*'] } },
    rules: [{ type: 'creation' }],
  })
  expect((await repos.getBranchRules(MAIN)).data).toMatchObject([
    { type: 'creation', ruleset_source_type: 'Organization' },
  ])
})

test('environments hold rules, branches, variables and secrets of their own', async () => {
  const { octokit, raw } = openHub(ACME)
  const { repos, actions } = octokit.rest
  const at = { ...APP, environment_name: 'live' }
  const made = await repos.createOrUpdateEnvironment({
    ...at,
    wait_timer: 30,
    deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
  })
  expect(made.data.protection_rules).toMatchObject([{ type: 'wait_timer', wait_timer: 30 }, { type: 'branch_policy' }])
  const policy = await repos.createDeploymentBranchPolicy({ ...at, name: 'release/*' })
  expect(policy.status).toBe(200)
  expect((await repos.listDeploymentBranchPolicies(at)).data).toMatchObject({
    total_count: 1,
    branch_policies: [{ name: 'release/*', type: 'branch' }],
  })
  await actions.createEnvironmentVariable({ ...at, name: 'COLOUR', value: 'red' })
  expect((await actions.listEnvironmentVariables(at)).data.variables).toMatchObject([{ name: 'COLOUR', value: 'red' }])
  const { key_id } = (await actions.getEnvironmentPublicKey(at)).data
  const put = { ...at, secret_name: 'TOKEN', encrypted_value: 'c2VjcmV0', key_id }
  expect((await actions.createOrUpdateEnvironmentSecret(put)).status).toBe(201)
  expect((await actions.createOrUpdateEnvironmentSecret(put)).status).toBe(204)
  // Deploying to one makes it.
  await raw('POST', '/repos/acme/app/deployments', { ref: 'main', environment: 'canary', required_contexts: [] })
  expect((await repos.getAllEnvironments(APP)).data.environments?.map(({ name }) => name)).toEqual(['live', 'canary'])
  await repos.deleteAnEnvironment(at)
  await expect(repos.getEnvironment(at)).rejects.toMatchObject({ status: 404 })
})

test('an environment may have a slash in its name', async () => {
  const { octokit } = openHub(ACME)
  const at = { ...APP, environment_name: 'test/env' }
  const bob = (await octokit.rest.users.getByUsername({ username: 'bob' })).data.id
  const asked = { ...at, wait_timer: 5, reviewers: [{ type: 'User' as const, id: bob }] }
  const { data } = await octokit.rest.repos.createOrUpdateEnvironment(asked)
  expect(data).toMatchObject({ name: 'test/env', html_url: expect.stringContaining('=test%2Fenv') })
  expect(data.protection_rules).toMatchObject([
    { type: 'required_reviewers', reviewers: [{ type: 'User', reviewer: { login: 'bob' } }] },
    { type: 'wait_timer' },
  ])
  expect((await octokit.rest.repos.getEnvironment(at)).data.id).toBe(data.id)
})
