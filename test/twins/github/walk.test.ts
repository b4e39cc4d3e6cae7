import { expect, test } from 'vitest'
import { APP_PUBLIC_KEY } from '../../../twins/github/keys.ts'
import type { Seed } from '../../../twins/github/state.ts'
import { APP, openHub } from './support.ts'
import { type Args, call, holdTo, type Resource, type Step, walk } from './walk.ts'

const ORG = { org: 'acme' }
/** The one key that this twin's secrets are sealed with. */
const KEY = '3380204578043523366'
const SEED: Seed = {
  viewer: 'ada',
  users: [{ login: 'ada', name: 'Ada', email: 'ada@acme.example' }, { login: 'bob' }, { login: 'eve' }],
  tokens: { a: { login: 'ada' }, b: { login: 'bob' }, app: { installation: 5 } },
  orgs: [
    {
      login: 'acme',
      members: { ada: 'admin', bob: 'member', eve: 'member' },
      teams: [{ id: 3, name: 'Core', members: ['bob'], repos: { 'acme/app': 'push' } }],
    },
  ],
  repos: [
    {
      full_name: 'acme/app',
      files: {
        'README.md': '# App\n',
        LICENSE: 'MIT',
        'src/main.ts': 'one\n',
        '.github/workflows/ci.yml': 'name: CI\non: [push, workflow_dispatch]\n',
      },
      branches: { more: { files: { 'README.md': '# App\n', 'src/main.ts': 'two\n' } } },
      tags: { v1: true },
      labels: ['bug'],
      milestones: [{ number: 1, title: 'One' }],
      issues: [{ number: 1, title: 'Broken', labels: ['bug'], milestone: 1 }],
      collaborators: { bob: 'push', eve: 'pull' },
      rows: { 'actions/caches': [{ id: 9, key: 'npm-1', ref: 'refs/heads/main', size_in_bytes: 10 }] },
    },
    { full_name: 'acme/other', private: true, files: { a: 'a' } },
  ],
  apps: [
    {
      id: 4,
      slug: 'robot',
      public_key: APP_PUBLIC_KEY,
      owner: 'acme',
      permissions: { checks: 'write', contents: 'write' },
      installations: [{ id: 5, account: 'acme' }],
    },
  ],
}
const open = (token = 'a') => {
  const hub = openHub(SEED)
  return { ...hub, octokit: hub.as(token) }
}
const byId =
  (name: string) =>
  ({ id }: Args): Args => ({ [name]: id })
const SSH = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1bUlIhsIaeQW2mnbpgCwGDZQdHkQ9c1n3B6kS1z6cM ada'
const HOOK = { name: 'web', config: { url: 'https://shop.test/h', content_type: 'json' }, events: ['push'] }
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

const BRANCH = { ...APP, branch: 'main' }
const PULL = { ...APP, pull_number: 2 }
const ISSUE = { ...APP, issue_number: 1 }
const OPEN = {
  required_status_checks: null,
  enforce_admins: null,
  required_pull_request_reviews: null,
  restrictions: null,
}

/** A switch: on, seen, off, seen. */
const turned = (name: string, at: Args, seen: readonly [number | object, number | object]): readonly Step[] => [
  [`repos.enable${name}`, at],
  [`repos.check${name}`, at, seen[0]],
  [`repos.disable${name}`, at],
  [`repos.check${name}`, at, seen[1]],
]

const WALKS: Readonly<Record<string, readonly Step[]>> = {
  'switches of a repository': [
    ...turned('VulnerabilityAlerts', APP, [204, 404]),
    ...turned('AutomatedSecurityFixes', APP, [{ enabled: true }, { enabled: false }]),
    ...turned('PrivateVulnerabilityReporting', APP, [{ enabled: true }, { enabled: false }]),
    ...turned('ImmutableReleases', APP, [{ enabled: true }, 404]),
    ['repos.replaceAllTopics', { ...APP, names: ['a'] }],
    ['repos.getAllTopics', APP, { names: ['a'] }],
    ['repos.createDispatchEvent', { ...APP, event_type: 'go' }, 204],
  ],
  people: [
    ['users.list', {}],
    ['users.getByUsername', { username: 'bob' }, { login: 'bob' }],
    ['users.follow', { username: 'bob' }, 204],
    ['users.checkPersonIsFollowedByAuthenticated', { username: 'bob' }, 204],
    ['users.checkFollowingForUser', { username: 'ada', target_user: 'bob' }, 204],
    ['users.listFollowedByAuthenticatedUser', {}, [{ login: 'bob' }]],
    ['users.listFollowingForUser', { username: 'ada' }, [{ login: 'bob' }]],
    ['users.listFollowersForAuthenticatedUser', {}, []],
    ['users.unfollow', { username: 'bob' }, 204],
    ['users.checkPersonIsFollowedByAuthenticated', { username: 'bob' }, 404],
    ['users.updateAuthenticated', { bio: 'b' }, { bio: 'b' }],
    ['users.addEmailForAuthenticatedUser', { emails: ['x@y.example'] }, 201],
    ['users.setPrimaryEmailVisibilityForAuthenticatedUser', { visibility: 'public' }, [{ visibility: 'public' }]],
    ['users.listPublicEmailsForAuthenticatedUser', {}, [{ email: 'ada@acme.example' }]],
    ['users.addSocialAccountForAuthenticatedUser', { account_urls: ['https://x.test/ada'] }],
    ['users.listSocialAccountsForAuthenticatedUser', {}, [{ url: 'https://x.test/ada' }]],
    ['users.deleteSocialAccountForAuthenticatedUser', { account_urls: ['https://x.test/ada'] }, 204],
    ['users.listSocialAccountsForAuthenticatedUser', {}, []],
    ['users.listPublicKeysForUser', { username: 'ada' }, []],
    ['users.listGpgKeysForAuthenticatedUser', {}, []],
    ['users.listGpgKeysForUser', { username: 'ada' }, []],
    ['users.getGpgKeyForAuthenticatedUser', { gpg_key_id: 1 }, 404],
    ['users.deleteGpgKeyForAuthenticatedUser', { gpg_key_id: 1 }, 404],
    ['users.block', { username: 'eve' }, 204],
    ['users.checkBlocked', { username: 'eve' }, 204],
    ['users.listBlockedByAuthenticatedUser', {}, [{ login: 'eve' }]],
    ['users.unblock', { username: 'eve' }, 204],
    ['interactions.setRestrictionsForYourPublicRepos', { limit: 'existing_users' }],
    ['interactions.getRestrictionsForYourPublicRepos', {}, { limit: 'existing_users' }],
    ['interactions.removeRestrictionsForYourPublicRepos', {}, 204],
  ],
  stars: [
    ['activity.starRepoForAuthenticatedUser', APP, 204],
    ['activity.checkRepoIsStarredByAuthenticatedUser', APP, 204],
    ['activity.listReposStarredByAuthenticatedUser', {}, [{ name: 'app' }]],
    ['activity.listReposStarredByUser', { username: 'ada' }, [{ name: 'app' }]],
    ['activity.unstarRepoForAuthenticatedUser', APP, 204],
    ['activity.checkRepoIsStarredByAuthenticatedUser', APP, 404],
    ['activity.setRepoSubscription', { ...APP, ignored: true }],
    ['activity.getRepoSubscription', APP, { ignored: true }],
    ['activity.deleteRepoSubscription', APP, 204],
    ['activity.getRepoSubscription', APP, 404],
  ],
  organisations: [
    ['orgs.get', ORG, { login: 'acme' }],
    ['orgs.list', {}, [{ login: 'acme' }]],
    ['orgs.update', { ...ORG, description: 'd' }, { description: 'd' }],
    ['orgs.listForUser', { username: 'bob' }, []],
    ['orgs.listMembershipsForAuthenticatedUser', {}, [{ role: 'admin' }]],
    ['orgs.getMembershipForAuthenticatedUser', ORG, { state: 'active' }],
    ['orgs.getMembershipForUser', { ...ORG, username: 'bob' }, { role: 'member' }],
    ['orgs.setPublicMembershipForAuthenticatedUser', { ...ORG, username: 'ada' }, 204],
    ['orgs.checkPublicMembershipForUser', { ...ORG, username: 'ada' }, 204],
    ['orgs.removePublicMembershipForAuthenticatedUser', { ...ORG, username: 'ada' }, 204],
    ['orgs.checkPublicMembershipForUser', { ...ORG, username: 'ada' }, 404],
    ['orgs.listFailedInvitations', ORG, []],
    ['orgs.blockUser', { ...ORG, username: 'eve' }, 204],
    ['orgs.checkBlockedUser', { ...ORG, username: 'eve' }, 204],
    ['orgs.listBlockedUsers', ORG, [{ login: 'eve' }]],
    ['orgs.unblockUser', { ...ORG, username: 'eve' }, 204],
    ['orgs.convertMemberToOutsideCollaborator', { ...ORG, username: 'eve' }],
    ['orgs.removeMembershipForUser', { ...ORG, username: 'bob' }, 204],
    ['orgs.getMembershipForUser', { ...ORG, username: 'bob' }, 404],
    ['interactions.setRestrictionsForOrg', { ...ORG, limit: 'existing_users' }],
    ['interactions.getRestrictionsForOrg', ORG, { limit: 'existing_users' }],
    ['interactions.removeRestrictionsForOrg', ORG, 204],
    ['interactions.setRestrictionsForRepo', { ...APP, limit: 'existing_users' }],
    ['interactions.removeRestrictionsForRepo', APP, 204],
    ['interactions.getRestrictionsForRepo', APP, {}],
    ['repos.listForOrg', ORG, [{ name: 'other' }, { name: 'app' }]],
    ['repos.listForUser', { username: 'ada' }, []],
    ['repos.createInOrg', { ...ORG, name: 'third' }, { full_name: 'acme/third' }],
    ['repos.listPublic', {}],
    ['repos.transfer', { owner: 'acme', repo: 'third', new_owner: 'ada' }, 202],
    ['repos.get', { owner: 'ada', repo: 'third' }, { full_name: 'ada/third' }],
  ],
  teams: [
    ['teams.getMembershipForUserInOrg', { ...ORG, team_slug: 'core', username: 'bob' }, { state: 'active' }],
    ['teams.checkPermissionsForRepoInOrg', { ...ORG, ...APP, team_slug: 'core' }],
    ['teams.listReposInOrg', { ...ORG, team_slug: 'core' }, [{ name: 'app' }]],
    ['teams.listPendingInvitationsInOrg', { ...ORG, team_slug: 'core' }, []],
    ['teams.create', { ...ORG, name: 'Child', parent_team_id: 3 }],
    ['teams.listChildInOrg', { ...ORG, team_slug: 'core' }, [{ slug: 'child' }]],
    ['teams.listForAuthenticatedUser', {}],
    ['teams.removeRepoInOrg', { ...ORG, ...APP, team_slug: 'core' }, 204],
    ['teams.checkPermissionsForRepoInOrg', { ...ORG, ...APP, team_slug: 'core' }, 404],
    ['teams.removeMembershipForUserInOrg', { ...ORG, team_slug: 'core', username: 'bob' }, 204],
    ['teams.getMembershipForUserInOrg', { ...ORG, team_slug: 'core', username: 'bob' }, 404],
  ],
  issues: [
    ['issues.listForRepo', APP, [{ number: 1 }]],
    ['issues.listForAuthenticatedUser', {}, []],
    ['issues.listForOrg', ORG, []],
    ['issues.checkUserCanBeAssigned', { ...APP, assignee: 'bob' }, 204],
    ['issues.checkUserCanBeAssignedToIssue', { ...ISSUE, assignee: 'bob' }, 204],
    ['issues.listAssignees', APP],
    ['issues.addAssignees', { ...ISSUE, assignees: ['bob'] }, { assignees: [{ login: 'bob' }] }],
    ['issues.removeAssignees', { ...ISSUE, assignees: ['bob'] }, { assignees: [] }],
    ['issues.lock', ISSUE, 204],
    ['issues.unlock', ISSUE, 204],
    ['issues.get', ISSUE, { locked: false }],
    ['issues.listLabelsForMilestone', { ...APP, milestone_number: 1 }, [{ name: 'bug' }]],
    ['issues.removeAllLabels', ISSUE, 204],
    ['issues.listLabelsOnIssue', ISSUE, []],
    ['issues.listEventsForRepo', { ...APP, per_page: 1 }, [{ event: 'unlabeled' }]],
    ['issues.listEvents', ISSUE, [{}, {}, {}, {}, { event: 'unlabeled' }]],
    ['issues.createComment', { ...ISSUE, body: 'x' }],
    ['issues.listCommentsForRepo', APP, [{ body: 'x' }]],
  ],
  'pull requests': [
    ['pulls.create', { ...APP, title: 'More', head: 'more', base: 'main' }],
    ['pulls.list', APP, [{ number: 2 }]],
    ['pulls.update', { ...PULL, title: 'New' }, { title: 'New' }],
    ['pulls.checkIfMerged', PULL, 404],
    ['pulls.requestReviewers', { ...PULL, reviewers: ['bob'] }, 201],
    ['pulls.listRequestedReviewers', PULL, { users: [{ login: 'bob' }] }],
    ['pulls.removeRequestedReviewers', { ...PULL, reviewers: ['bob'] }, { requested_reviewers: [] }],
    ['pulls.createReview', { ...PULL, body: 'draft' }, { state: 'PENDING' }],
    ['pulls.getReview', ({ id }) => ({ ...PULL, review_id: id }), { body: 'draft' }],
    ['pulls.updateReview', ({ id }) => ({ ...PULL, review_id: id, body: 'two' }), { body: 'two' }],
    ['pulls.deletePendingReview', ({ id }) => ({ ...PULL, review_id: id }), { body: 'two' }],
    ['repos.createOrUpdateFileContents', { ...APP, path: 'x', message: 'x', content: 'eA==', branch: 'main' }],
    ['pulls.updateBranch', PULL, 202],
    ['pulls.merge', PULL, { merged: true }],
    ['pulls.checkIfMerged', PULL, 204],
    ['repos.listPullRequestsAssociatedWithCommit', (_, all) => ({ ...APP, commit_sha: all.at(-1)?.sha }), 200],
    ['repos.getBranch', BRANCH],
    [
      'repos.listBranchesForHeadCommit',
      ({ commit }) => ({ ...APP, commit_sha: (commit as Args).sha }),
      [{ name: 'main' }],
    ],
  ],
  'branch protection': [
    ['repos.listBranches', APP, [{ name: 'main' }, { name: 'more' }]],
    [
      'repos.updateBranchProtection',
      {
        ...BRANCH,
        ...OPEN,
        required_status_checks: { strict: true, contexts: ['ci'] },
        required_pull_request_reviews: { required_approving_review_count: 1 },
        restrictions: { users: ['bob'], teams: ['core'], apps: ['robot'] },
      },
    ],
    ['repos.createCommitSignatureProtection', BRANCH, { enabled: true }],
    ['repos.getCommitSignatureProtection', BRANCH, { enabled: true }],
    ['repos.deleteCommitSignatureProtection', BRANCH, 204],
    ['repos.getPullRequestReviewProtection', BRANCH, { required_approving_review_count: 1 }],
    ['repos.getStatusChecksProtection', BRANCH, { strict: true }],
    ['repos.getAllStatusCheckContexts', BRANCH, ['ci']],
    ['repos.setStatusCheckContexts', { ...BRANCH, contexts: ['lint'] }, ['lint']],
    ['repos.getAccessRestrictions', BRANCH, { users: [{ login: 'bob' }] }],
    ['repos.getUsersWithAccessToProtectedBranch', BRANCH, [{ login: 'bob' }]],
    ['repos.setUserAccessRestrictions', { ...BRANCH, users: ['eve'] }, [{ login: 'eve' }]],
    ['repos.removeUserAccessRestrictions', { ...BRANCH, users: ['eve'] }, []],
    ['repos.getTeamsWithAccessToProtectedBranch', BRANCH, [{ slug: 'core' }]],
    ['repos.removeTeamAccessRestrictions', { ...BRANCH, teams: ['core'] }, []],
    ['repos.addTeamAccessRestrictions', { ...BRANCH, teams: ['core'] }, [{ slug: 'core' }]],
    ['repos.getAppsWithAccessToProtectedBranch', BRANCH, [{ slug: 'robot' }]],
    ['repos.removeAppAccessRestrictions', { ...BRANCH, apps: ['robot'] }, []],
    ['repos.addAppAccessRestrictions', { ...BRANCH, apps: ['robot'] }, [{ slug: 'robot' }]],
    ['repos.setAppAccessRestrictions', { ...BRANCH, apps: [] }, []],
  ],
  'files and git': [
    ['repos.getReadme', APP, { name: 'README.md' }],
    ['licenses.getForRepo', APP, { name: 'LICENSE' }],
    ['git.createBlob', { ...APP, content: 'x' }],
    ['git.getBlob', ({ sha }) => ({ ...APP, file_sha: sha }), { content: 'eA==\n' }],
    ['git.getRef', { ...APP, ref: 'heads/main' }],
    ['git.getCommit', ({ object }) => ({ ...APP, commit_sha: (object as Args).sha }), { message: 'Initial commit' }],
    ['git.createTag', ({ sha }) => ({ ...APP, tag: 't', message: 'm', object: sha, type: 'commit' })],
    ['git.getTag', ({ sha }) => ({ ...APP, tag_sha: sha }), { tag: 't' }],
    ['repos.createCommitStatus', ({ object }) => ({ ...APP, sha: (object as Args).sha, state: 'success' })],
    ['repos.listCommitStatusesForRef', { ...APP, ref: 'main' }, [{ state: 'success' }]],
    ['repos.getCombinedStatusForRef', { ...APP, ref: 'main' }, { state: 'success' }],
    ['repos.getReleaseByTag', { ...APP, tag: 'none' }, 404],
    ['repos.createFork', APP],
    ['repos.listForks', APP, [{ full_name: 'ada/app' }]],
    ['repos.listCollaborators', APP],
    ['repos.removeCollaborator', { ...APP, username: 'bob' }, 204],
    ['repos.checkCollaborator', { ...APP, username: 'bob' }, 204],
    ['search.repos', { q: 'app org:acme' }, { total_count: 1 }],
    ['search.users', { q: 'bob' }, { total_count: 1 }],
  ],
  workflows: [
    ['actions.listRepoWorkflows', APP, { total_count: 1 }],
    ['actions.getWorkflow', { ...APP, workflow_id: 'ci.yml' }, { name: 'CI', state: 'active' }],
    ['actions.disableWorkflow', { ...APP, workflow_id: 'ci.yml' }, 204],
    ['actions.getWorkflow', { ...APP, workflow_id: 'ci.yml' }, { state: 'disabled_manually' }],
    ['actions.enableWorkflow', { ...APP, workflow_id: 'ci.yml' }, 204],
    ['actions.createWorkflowDispatch', { ...APP, workflow_id: 'ci.yml', ref: 'main' }],
    ['actions.listWorkflowRuns', { ...APP, workflow_id: 'ci.yml' }, { total_count: 1 }],
    ['actions.getWorkflowUsage', { ...APP, workflow_id: 'ci.yml' }],
    ['actions.getActionsCacheList', APP, { total_count: 1 }],
    ['actions.getActionsCacheUsage', APP, { active_caches_count: 1 }],
    ['actions.deleteActionsCacheByKey', { ...APP, key: 'npm-1' }, { total_count: 1 }],
    ['actions.getActionsCacheList', APP, { total_count: 0 }],
    ['actions.getGithubActionsPermissionsRepository', APP, { enabled: true }],
    [
      'actions.setGithubActionsDefaultWorkflowPermissionsRepository',
      { ...APP, default_workflow_permissions: 'write' },
      204,
    ],
    ['actions.getGithubActionsDefaultWorkflowPermissionsRepository', APP, { default_workflow_permissions: 'write' }],
    ['actions.setWorkflowAccessToRepository', { ...APP, access_level: 'user' }, 204],
    ['actions.getWorkflowAccessToRepository', APP, { access_level: 'user' }],
    [
      'actions.setGithubActionsPermissionsOrganization',
      { ...ORG, enabled_repositories: 'all', allowed_actions: 'selected' },
      204,
    ],
    ['actions.getGithubActionsPermissionsOrganization', ORG, { enabled_repositories: 'all' }],
    ['actions.setAllowedActionsOrganization', { ...ORG, github_owned_allowed: false }, 204],
    ['actions.getAllowedActionsOrganization', ORG, { github_owned_allowed: false }],
    [
      'actions.setGithubActionsDefaultWorkflowPermissionsOrganization',
      { ...ORG, default_workflow_permissions: 'read' },
      204,
    ],
    ['actions.getGithubActionsDefaultWorkflowPermissionsOrganization', ORG, { default_workflow_permissions: 'read' }],
    ['actions.listSelfHostedRunnersForRepo', APP, { total_count: 0 }],
    ['actions.createRemoveTokenForRepo', APP, 201],
    ['actions.listSelfHostedRunnersForOrg', ORG, { total_count: 0 }],
    ['actions.createRegistrationTokenForOrg', ORG, 201],
    ['actions.createRemoveTokenForOrg', ORG, 201],
    ['actions.getSelfHostedRunnerForOrg', { ...ORG, runner_id: 1 }, 404],
    ['actions.listArtifactsForRepo', APP, { total_count: 0 }],
    ['actions.getArtifact', { ...APP, artifact_id: 1 }, 404],
  ],
  'chosen repositories of an organisation': [
    ['repos.get', { owner: 'acme', repo: 'other' }],
    ...(['actions', 'dependabot'] as const).flatMap((scope): readonly Step[] => [
      [
        `${scope}.createOrUpdateOrgSecret`,
        (_, all) => ({
          ...ORG,
          secret_name: 'S',
          encrypted_value: 'eA==',
          key_id: KEY,
          visibility: 'selected',
          selected_repository_ids: [all[0]?.id],
        }),
        201,
      ],
      [`${scope}.listSelectedReposForOrgSecret`, { ...ORG, secret_name: 'S' }, { total_count: 1 }],
      [
        `${scope}.removeSelectedRepoFromOrgSecret`,
        (_, all) => ({ ...ORG, secret_name: 'S', repository_id: all[0]?.id }),
        204,
      ],
      [
        `${scope}.addSelectedRepoToOrgSecret`,
        (_, all) => ({ ...ORG, secret_name: 'S', repository_id: all[0]?.id }),
        204,
      ],
      [`${scope}.setSelectedReposForOrgSecret`, { ...ORG, secret_name: 'S', selected_repository_ids: [] }, 204],
      [`${scope}.listSelectedReposForOrgSecret`, { ...ORG, secret_name: 'S' }, { total_count: 0 }],
    ]),
    [
      'actions.createOrgVariable',
      (_, all) => ({ ...ORG, name: 'V', value: 'v', visibility: 'selected', selected_repository_ids: [all[0]?.id] }),
    ],
    ['actions.listSelectedReposForOrgVariable', { ...ORG, name: 'V' }, { total_count: 1 }],
    ['actions.removeSelectedRepoFromOrgVariable', (_, all) => ({ ...ORG, name: 'V', repository_id: all[0]?.id }), 204],
    ['actions.addSelectedRepoToOrgVariable', (_, all) => ({ ...ORG, name: 'V', repository_id: all[0]?.id }), 204],
    ['actions.setSelectedReposForOrgVariable', { ...ORG, name: 'V', selected_repository_ids: [] }, 204],
    ['actions.listSelectedReposForOrgVariable', { ...ORG, name: 'V' }, { total_count: 0 }],
    ['codespaces.getRepoPublicKey', APP],
    ['dependabot.getRepoPublicKey', APP],
    ['dependabot.getOrgPublicKey', ORG],
  ],
  hooks: [
    ['repos.createWebhook', { ...APP, ...HOOK }],
    ['repos.pingWebhook', (_, all) => ({ ...APP, hook_id: all[0]?.id }), 204],
    ['repos.updateWebhookConfigForRepo', (_, all) => ({ ...APP, hook_id: all[0]?.id, content_type: 'form' })],
    ['repos.getWebhookConfigForRepo', (_, all) => ({ ...APP, hook_id: all[0]?.id }), { content_type: 'form' }],
    ['orgs.createWebhook', { ...ORG, ...HOOK }],
    ['orgs.pingWebhook', ({ id }) => ({ ...ORG, hook_id: id }), 204],
    ['orgs.listWebhookDeliveries', ({ id }) => ({ ...ORG, hook_id: id }), [{ event: 'ping' }, { event: 'ping' }]],
    ['orgs.updateWebhookConfigForOrg', ({ id }) => ({ ...ORG, hook_id: id, content_type: 'form' })],
  ],
  gists: [
    ['gists.create', { files: { a: { content: 'a' } }, public: true }],
    ['gists.star', ({ id }) => ({ gist_id: id }), 204],
    ['gists.checkIsStarred', ({ id }) => ({ gist_id: id }), 204],
    ['gists.listStarred', {}, [{}]],
    ['gists.listPublic', {}, [{}]],
    ['gists.listForUser', { username: 'ada' }, [{}]],
    ['gists.unstar', ({ id }) => ({ gist_id: id }), 204],
    ['gists.checkIsStarred', ({ id }) => ({ gist_id: id }), 404],
  ],
}

test.each(Object.entries(WALKS))('%s answer one after the other', async (_, steps) => {
  await walk(open().octokit, steps)
})

test('a run is followed, cancelled, run again and taken away', async () => {
  const { octokit, world } = open()
  await octokit.rest.actions.createWorkflowDispatch({ ...APP, workflow_id: 'ci.yml', ref: 'main' })
  const { data } = await octokit.rest.actions.listWorkflowRunsForRepo(APP)
  const run = { ...APP, run_id: data.workflow_runs[0]?.id ?? 0 }
  await walk(octokit, [
    ['actions.getWorkflowRun', run, { status: 'queued' }],
    ['actions.getPendingDeploymentsForRun', run, []],
    ['actions.getReviewsForRun', run, []],
    ['actions.cancelWorkflowRun', run, 202],
    ['actions.getWorkflowRun', run, { conclusion: 'cancelled' }],
    ['actions.reRunWorkflow', run, 201],
    ['actions.getWorkflowRun', run, { run_attempt: 2 }],
    ['actions.getWorkflowRunAttempt', { ...run, attempt_number: 2 }],
    ['actions.listJobsForWorkflowRun', run],
    ['actions.listJobsForWorkflowRunAttempt', { ...run, attempt_number: 2 }],
    ['actions.listWorkflowRunArtifacts', run, { total_count: 0 }],
    ['actions.getWorkflowRunUsage', run],
  ])
  await world.clock.advance(60_000)
  await walk(octokit, [
    ['actions.getWorkflowRun', run, { status: 'completed', conclusion: 'success' }],
    ['actions.deleteWorkflowRun', run, 204],
    ['actions.getWorkflowRun', run, 404],
  ])
})

test('an app sees its installations, and its checks go their way', async () => {
  const { as, octokit } = open('app')
  await walk(octokit, [
    [
      'checks.create',
      {
        ...APP,
        name: 'lint',
        head_sha: 'main',
        output: {
          title: 't',
          summary: 's',
          annotations: [{ path: 'a', start_line: 1, end_line: 1, annotation_level: 'notice', message: 'm' }],
        },
      },
    ],
    ['checks.get', ({ id }) => ({ ...APP, check_run_id: id }), { name: 'lint', status: 'queued' }],
    ['checks.listAnnotations', ({ id }) => ({ ...APP, check_run_id: id }), [{ message: 'm' }]],
    ['checks.update', ({ id }) => ({ ...APP, check_run_id: id, conclusion: 'success' }), { status: 'completed' }],
    [
      'checks.getSuite',
      ({ check_suite }) => ({ ...APP, check_suite_id: (check_suite as Args).id }),
      { conclusion: 'success' },
    ],
    ['checks.listForSuite', ({ id }) => ({ ...APP, check_suite_id: id }), { total_count: 1 }],
    ['checks.listSuitesForRef', { ...APP, ref: 'main' }, { total_count: 1 }],
    ['apps.listReposAccessibleToInstallation', {}, { total_count: 2 }],
    ['apps.revokeInstallationAccessToken', {}, 204],
  ])
  await walk(as('a'), [
    ['apps.getBySlug', { app_slug: 'robot' }, { id: 4 }],
    ['apps.listInstallationsForAuthenticatedUser', {}],
  ])
})

test('figures, feeds and catalogues are what a seed says', async () => {
  const paths: Readonly<Record<string, readonly [string, Args]>> = {
    '/repos/acme/app/traffic/popular/paths': ['repos.getTopPaths', APP],
    '/repos/acme/app/traffic/popular/referrers': ['repos.getTopReferrers', APP],
    '/repos/acme/app/traffic/clones': ['repos.getClones', APP],
    '/repos/acme/app/contributors': ['repos.listContributors', APP],
    '/repos/acme/app/languages': ['repos.listLanguages', APP],
    '/repos/acme/app/community/profile': ['repos.getCommunityProfileMetrics', APP],
    '/repos/acme/app/stats/contributors': ['repos.getContributorsStats', APP],
    '/repos/acme/app/stats/commit_activity': ['repos.getCommitActivityStats', APP],
    '/repos/acme/app/stats/code_frequency': ['repos.getCodeFrequencyStats', APP],
    '/repos/acme/app/stats/participation': ['repos.getParticipationStats', APP],
    '/repos/acme/app/stats/punch_card': ['repos.getPunchCardStats', APP],
    '/repos/acme/app/activity': ['repos.listActivities', APP],
    '/repos/acme/app/events': ['activity.listRepoEvents', APP],
    '/repos/acme/app/code-scanning/alerts': ['codeScanning.listAlertsForRepo', APP],
    '/repos/acme/app/code-scanning/alerts/1': ['codeScanning.getAlert', { ...APP, alert_number: 1 }],
    '/repos/acme/app/secret-scanning/alerts': ['secretScanning.listAlertsForRepo', APP],
    '/repos/acme/app/dependabot/alerts': ['dependabot.listAlertsForRepo', APP],
    '/repos/acme/app/dependabot/alerts/1': ['dependabot.getAlert', { ...APP, alert_number: 1 }],
    '/repos/acme/app/security-advisories': ['securityAdvisories.listRepositoryAdvisories', APP],
    '/repos/acme/app/pages': ['repos.getPages', APP],
    '/repos/acme/app/pages/builds': ['repos.listPagesBuilds', APP],
    '/repos/acme/app/pages/builds/latest': ['repos.getLatestPagesBuild', APP],
    '/events': ['activity.listPublicEvents', {}],
    '/orgs/acme/events': ['activity.listPublicOrgEvents', ORG],
    '/orgs/acme/installations': ['orgs.listAppInstallations', ORG],
    '/orgs/acme/dependabot/alerts': ['dependabot.listAlertsForOrg', ORG],
    '/users/bob/events': ['activity.listEventsForAuthenticatedUser', { username: 'bob' }],
    '/users/bob/events/public': ['activity.listPublicEventsForUser', { username: 'bob' }],
    '/users/bob/received_events': ['activity.listReceivedEventsForUser', { username: 'bob' }],
    '/users/bob/subscriptions': ['activity.listReposWatchedByUser', { username: 'bob' }],
    '/user/subscriptions': ['activity.listWatchedReposForAuthenticatedUser', {}],
    '/licenses': ['licenses.getAllCommonlyUsed', {}],
    '/licenses/mit': ['licenses.get', { license: 'mit' }],
    '/gitignore/templates': ['gitignore.getAllTemplates', {}],
    '/gitignore/templates/C': ['gitignore.getTemplate', { name: 'C' }],
    '/emojis': ['emojis.get', {}],
    '/meta': ['meta.get', {}],
    '/feeds': ['activity.getFeeds', {}],
    '/codes_of_conduct': ['codesOfConduct.getAllCodesOfConduct', {}],
    '/advisories': ['securityAdvisories.listGlobalAdvisories', {}],
    '/marketplace_listing/plans': ['apps.listPlans', {}],
    '/marketplace_listing/stubbed/plans': ['apps.listPlansStubbed', {}],
  }
  const documents = Object.fromEntries(Object.keys(paths).map((path) => [path, [{ path }]]))
  for (const [path, [name, args]] of Object.entries(paths)) {
    const { status, data } = await call(openHub({ ...SEED, tokens: undefined, documents }).octokit, name, args)
    expect([status, data], name).toEqual([200, [{ path }]])
  }
})
