import { test } from 'vitest'
import { HOOK, KEY, ORG, open } from './acme.ts'
import { APP } from './support.ts'
import { type Args, holdTo, type Resource } from './walk.ts'

const byId =
  (name: string) =>
  ({ id }: Args): Args => ({ [name]: id })
const SSH = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1bUlIhsIaeQW2mnbpgCwGDZQdHkQ9c1n3B6kS1z6cM ada'
const secret = (scope: string, kind: 'Repo' | 'Org' | 'Environment', at: Args): Resource => ({
  create: [
    `${scope}.createOrUpdate${kind}Secret`,
    {
      secret_name: 'TOKEN',
      encrypted_value: 'c2VjcmV0',
      key_id: KEY,
      ...(kind === 'Org' ? { visibility: 'all' } : {}),
    },
  ],
  id: () => ({ secret_name: 'TOKEN' }),
  list: [`${scope}.list${kind}Secrets`, {}],
  rows: 'secrets',
  get: `${scope}.get${kind}Secret`,
  remove: `${scope}.delete${kind}Secret`,
  at,
})
const variable = (kind: 'Repo' | 'Org' | 'Environment', at: Args): Resource => ({
  create: [
    `actions.create${kind}Variable`,
    { name: 'MODE', value: 'a', ...(kind === 'Org' ? { visibility: 'all' } : {}) },
  ],
  id: () => ({ name: 'MODE' }),
  list: [`actions.list${kind}Variables`, {}],
  rows: 'variables',
  get: `actions.get${kind}Variable`,
  update: [`actions.update${kind}Variable`, { value: 'b' }],
  remove: `actions.delete${kind}Variable`,
  at,
})
const reaction = (what: string, at: Args, remove = what): Resource => ({
  create: [`reactions.createFor${what}`, { content: 'heart' }],
  id: byId('reaction_id'),
  list: [`reactions.listFor${what}`, {}],
  remove: `reactions.deleteFor${remove}`,
  at,
})

const RESOURCES: Readonly<Record<string, Resource>> = {
  'keys of a person': {
    create: ['users.createPublicSshKeyForAuthenticatedUser', { title: 'k', key: SSH }],
    id: byId('key_id'),
    list: ['users.listPublicSshKeysForAuthenticatedUser', {}],
    get: 'users.getPublicSshKeyForAuthenticatedUser',
    remove: 'users.deletePublicSshKeyForAuthenticatedUser',
    shows: { title: 'k' },
  },
  'signing keys': {
    create: ['users.createSshSigningKeyForAuthenticatedUser', { title: 's', key: SSH }],
    id: byId('ssh_signing_key_id'),
    list: ['users.listSshSigningKeysForAuthenticatedUser', {}],
    get: 'users.getSshSigningKeyForAuthenticatedUser',
    remove: 'users.deleteSshSigningKeyForAuthenticatedUser',
  },
  'deploy keys': {
    create: ['repos.createDeployKey', { title: 'd', key: SSH, read_only: true }],
    id: byId('key_id'),
    list: ['repos.listDeployKeys', {}],
    get: 'repos.getDeployKey',
    remove: 'repos.deleteDeployKey',
    at: APP,
    shows: { title: 'd', read_only: true },
  },
  labels: {
    create: ['issues.createLabel', { name: 'new', color: 'aabbcc' }],
    id: () => ({ name: 'new' }),
    list: ['issues.listLabelsForRepo', {}],
    get: 'issues.getLabel',
    update: ['issues.updateLabel', { color: '000000' }],
    remove: 'issues.deleteLabel',
    at: APP,
    shows: { name: 'new', default: false },
  },
  milestones: {
    create: ['issues.createMilestone', { title: 'Two' }],
    id: ({ number }) => ({ milestone_number: number }),
    list: ['issues.listMilestones', {}],
    get: 'issues.getMilestone',
    update: ['issues.updateMilestone', { description: 'd' }],
    remove: 'issues.deleteMilestone',
    at: APP,
  },
  'comments on issues': {
    create: ['issues.createComment', { issue_number: 1, body: 'Hi' }],
    id: byId('comment_id'),
    list: ['issues.listComments', { issue_number: 1 }],
    get: 'issues.getComment',
    update: ['issues.updateComment', { body: 'Hello' }],
    remove: 'issues.deleteComment',
    at: APP,
  },
  'reactions to issues': reaction('Issue', { ...APP, issue_number: 1 }),
  'hooks of a repository': {
    create: ['repos.createWebhook', HOOK],
    id: byId('hook_id'),
    list: ['repos.listWebhooks', {}],
    get: 'repos.getWebhook',
    update: ['repos.updateWebhook', { active: false }],
    remove: 'repos.deleteWebhook',
    at: APP,
  },
  'hooks of an organisation': {
    create: ['orgs.createWebhook', HOOK],
    id: byId('hook_id'),
    list: ['orgs.listWebhooks', {}],
    get: 'orgs.getWebhook',
    update: ['orgs.updateWebhook', { active: false }],
    remove: 'orgs.deleteWebhook',
    at: ORG,
  },
  releases: {
    create: ['repos.createRelease', { tag_name: 'v2', name: 'Two' }],
    id: byId('release_id'),
    list: ['repos.listReleases', {}],
    get: 'repos.getRelease',
    update: ['repos.updateRelease', { body: 'Words' }],
    remove: 'repos.deleteRelease',
    at: APP,
    shows: { tag_name: 'v2', draft: false },
  },
  'secrets of a repository': secret('actions', 'Repo', APP),
  'secrets for Dependabot': secret('dependabot', 'Repo', APP),
  'secrets for codespaces': secret('codespaces', 'Repo', APP),
  'secrets of an organisation': secret('actions', 'Org', ORG),
  'secrets of an organisation for Dependabot': secret('dependabot', 'Org', ORG),
  'variables of a repository': variable('Repo', APP),
  'variables of an organisation': variable('Org', ORG),
  gists: {
    create: ['gists.create', { files: { 'a.txt': { content: 'a' } }, public: true }],
    id: byId('gist_id'),
    list: ['gists.list', {}],
    get: 'gists.get',
    update: ['gists.update', { description: 'd' }],
    remove: 'gists.delete',
  },
  teams: {
    create: ['teams.create', { name: 'New', privacy: 'closed' }],
    id: ({ slug }) => ({ team_slug: slug }),
    list: ['teams.list', {}],
    get: 'teams.getByName',
    update: ['teams.updateInOrg', { description: 'd' }],
    remove: 'teams.deleteInOrg',
    at: ORG,
  },
  'rulesets of a repository': {
    create: ['repos.createRepoRuleset', { name: 'r', enforcement: 'active', rules: [{ type: 'deletion' }] }],
    id: byId('ruleset_id'),
    list: ['repos.getRepoRulesets', {}],
    get: 'repos.getRepoRuleset',
    update: ['repos.updateRepoRuleset', { enforcement: 'disabled' }],
    remove: 'repos.deleteRepoRuleset',
    at: APP,
  },
  'rulesets of an organisation': {
    create: ['repos.createOrgRuleset', { name: 'r', enforcement: 'evaluate', rules: [] }],
    id: byId('ruleset_id'),
    list: ['repos.getOrgRulesets', {}],
    get: 'repos.getOrgRuleset',
    update: ['repos.updateOrgRuleset', { enforcement: 'active' }],
    remove: 'repos.deleteOrgRuleset',
    at: ORG,
  },
  autolinks: {
    create: ['repos.createAutolink', { key_prefix: 'T-', url_template: 'https://t.test/<num>' }],
    id: byId('autolink_id'),
    list: ['repos.listAutolinks', {}],
    get: 'repos.getAutolink',
    remove: 'repos.deleteAutolink',
    at: APP,
  },
  deployments: {
    create: ['repos.createDeployment', { ref: 'main', environment: 'live', required_contexts: [] }],
    id: byId('deployment_id'),
    list: ['repos.listDeployments', {}],
    get: 'repos.getDeployment',
    remove: 'repos.deleteDeployment',
    at: APP,
  },
  environments: {
    create: ['repos.createOrUpdateEnvironment', { environment_name: 'live' }],
    id: () => ({ environment_name: 'live' }),
    list: ['repos.getAllEnvironments', {}],
    rows: 'environments',
    get: 'repos.getEnvironment',
    remove: 'repos.deleteAnEnvironment',
    at: APP,
  },
  'custom properties': {
    create: [
      'orgs.customPropertiesForReposCreateOrUpdateOrganizationDefinition',
      { custom_property_name: 'tier', value_type: 'string' },
    ],
    id: () => ({ custom_property_name: 'tier' }),
    list: ['orgs.customPropertiesForReposGetOrganizationDefinitions', {}],
    get: 'orgs.customPropertiesForReposGetOrganizationDefinition',
    remove: 'orgs.customPropertiesForReposDeleteOrganizationDefinition',
    at: ORG,
  },
}

test.each(Object.entries(RESOURCES))('%s are made, listed, read, changed and taken away', async (_, resource) => {
  await holdTo(open().octokit, resource)
})

test('what hangs on an environment goes the same way', async () => {
  const { octokit } = open()
  const at = { ...APP, environment_name: 'live' }
  await octokit.rest.repos.createOrUpdateEnvironment({
    ...at,
    deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
  })
  await holdTo(octokit, secret('actions', 'Environment', at))
  await holdTo(octokit, variable('Environment', at))
  await holdTo(octokit, {
    create: ['repos.createDeploymentBranchPolicy', { name: 'r/*' }],
    id: byId('branch_policy_id'),
    list: ['repos.listDeploymentBranchPolicies', {}],
    rows: 'branch_policies',
    get: 'repos.getDeploymentBranchPolicy',
    update: ['repos.updateDeploymentBranchPolicy', { name: 's/*' }],
    remove: 'repos.deleteDeploymentBranchPolicy',
    at,
  })
})

test('what hangs on commits, pull requests, releases and gists goes the same way', async () => {
  const { octokit } = open()
  const { rest } = octokit
  const { data: main } = await rest.repos.getBranch({ ...APP, branch: 'main' })
  await holdTo(octokit, {
    create: ['repos.createCommitComment', { commit_sha: main.commit.sha, body: 'a' }],
    id: byId('comment_id'),
    list: ['repos.listCommitCommentsForRepo', {}],
    get: 'repos.getCommitComment',
    update: ['repos.updateCommitComment', { body: 'b' }],
    remove: 'repos.deleteCommitComment',
    at: APP,
  })
  const said = await rest.repos.createCommitComment({ ...APP, commit_sha: main.commit.sha, body: 'a' })
  await holdTo(octokit, reaction('CommitComment', { ...APP, comment_id: said.data.id }))
  await rest.pulls.create({ ...APP, title: 'More', head: 'more', base: 'main' })
  const pull = { ...APP, pull_number: 2 }
  const line = { body: 'a', path: 'src/main.ts', line: 1, commit_id: main.commit.sha }
  await holdTo(octokit, {
    create: ['pulls.createReviewComment', { pull_number: 2, ...line }],
    id: byId('comment_id'),
    list: ['pulls.listReviewCommentsForRepo', {}],
    get: 'pulls.getReviewComment',
    update: ['pulls.updateReviewComment', { body: 'b' }],
    remove: 'pulls.deleteReviewComment',
    at: APP,
  })
  const remark = await rest.pulls.createReviewComment({ ...pull, ...line })
  await holdTo(
    octokit,
    reaction('PullRequestReviewComment', { ...APP, comment_id: remark.data.id }, 'PullRequestComment'),
  )
  const comment = await rest.issues.createComment({ ...APP, issue_number: 1, body: 'x' })
  await holdTo(octokit, reaction('IssueComment', { ...APP, comment_id: comment.data.id }))
  const release = await rest.repos.createRelease({ ...APP, tag_name: 'v1' })
  await holdTo(octokit, reaction('Release', { ...APP, release_id: release.data.id }))
  await holdTo(octokit, {
    create: ['repos.uploadReleaseAsset', { release_id: release.data.id, name: 'a.txt', data: 'abc' }],
    id: byId('asset_id'),
    list: ['repos.listReleaseAssets', { release_id: release.data.id }],
    get: 'repos.getReleaseAsset',
    update: ['repos.updateReleaseAsset', { label: 'l' }],
    remove: 'repos.deleteReleaseAsset',
    at: APP,
  })
  const gist = await rest.gists.create({ files: { a: { content: 'a' } } })
  await holdTo(octokit, {
    create: ['gists.createComment', { body: 'a' }],
    id: byId('comment_id'),
    list: ['gists.listComments', {}],
    get: 'gists.getComment',
    update: ['gists.updateComment', { body: 'b' }],
    remove: 'gists.deleteComment',
    at: { gist_id: gist.data.id },
  })
})
