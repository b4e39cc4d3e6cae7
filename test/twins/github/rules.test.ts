import type { Octokit } from '@octokit/rest'
import { expect, test } from 'vitest'
import type { Seed } from '../../../twins/github/state.ts'
import { APP, type Hub, openHub } from './support.ts'

const SEED: Seed = {
  viewer: 'ada',
  users: [{ login: 'ada' }, { login: 'bob' }, { login: 'eve' }],
  tokens: { a: { login: 'ada' }, b: { login: 'bob' }, e: { login: 'eve' } },
  orgs: [
    {
      login: 'acme',
      members: { ada: 'admin', bob: 'member', eve: 'member' },
      teams: [{ id: 77, name: 'Core', members: ['eve'] }],
    },
  ],
  repos: [
    {
      full_name: 'acme/app',
      files: { 'README.md': '# App\n', 'src/main.ts': 'one\n' },
      branches: { more: { files: { 'README.md': '# App\n', 'src/main.ts': 'two\n' } }, 'release/1': true },
      tags: { v1: true },
      collaborators: { bob: 'push', eve: 'push' },
    },
  ],
}
type Actors = {
  readonly hub: Hub
  readonly ada: Octokit['rest']
  readonly bob: Octokit['rest']
  readonly eve: Octokit['rest']
}
const open = (more: Partial<Seed> = {}): Actors => {
  const hub = openHub({ ...SEED, ...more })
  const [ada, bob, eve] = ['a', 'b', 'e'].map((token) => hub.as(token).rest) as [
    Octokit['rest'],
    Octokit['rest'],
    Octokit['rest'],
  ]
  return { hub, ada, bob, eve }
}

type Rule = { readonly type: string; readonly parameters?: Readonly<Record<string, unknown>> }
/** A ruleset in force for the default branch. */
const ruled = async (rest: Octokit['rest'], rules: readonly Rule[], more: object = {}): Promise<number> => {
  const { data } = await rest.repos.createRepoRuleset({
    ...APP,
    name: 'trunk',
    enforcement: 'active',
    conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
    rules: rules as never,
    ...more,
  })
  return data.id
}
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const write = (rest: Octokit['rest'], branch = 'main', message = 'Add', path = 'new.txt'): Promise<unknown> =>
  rest.repos.createOrUpdateFileContents({ ...APP, path, branch, message, content: base64(message) })
const tip = async (rest: Octokit['rest'], branch: string): Promise<string> =>
  (await rest.git.getRef({ ...APP, ref: `heads/${branch}` })).data.object.sha
const lone = async (rest: Octokit['rest']): Promise<string> => {
  const { data } = await rest.git.getCommit({ ...APP, commit_sha: await tip(rest, 'main') })
  return (await rest.git.createCommit({ ...APP, message: 'alone', tree: data.tree.sha, parents: [] })).data.sha
}
const held = (says: string, status?: number): object => ({
  ...(status === undefined ? {} : { status }),
  message: expect.stringContaining(says),
})
const PULLED = {
  dismiss_stale_reviews_on_push: false,
  require_code_owner_review: false,
  require_last_push_approval: false,
  required_approving_review_count: 0,
  required_review_thread_resolution: false,
}

test.each<[string, Rule, (rest: Octokit['rest']) => Promise<unknown>, string, number]>([
  ['update', { type: 'update' }, (rest) => write(rest), 'Cannot update this protected ref.', 409],
  [
    'non_fast_forward',
    { type: 'non_fast_forward' },
    async (rest) => rest.git.updateRef({ ...APP, ref: 'heads/main', sha: await lone(rest), force: true }),
    'Cannot force-push to this branch',
    422,
  ],
  ['deletion', { type: 'deletion' }, (rest) => rest.git.deleteRef({ ...APP, ref: 'heads/main' }), 'Cannot delete', 422],
  [
    'pull_request',
    { type: 'pull_request', parameters: PULLED },
    (rest) => write(rest),
    'Changes must be made through a pull request.',
    409,
  ],
  [
    'required_status_checks',
    {
      type: 'required_status_checks',
      parameters: { strict_required_status_checks_policy: false, required_status_checks: [{ context: 'ci' }] },
    },
    async (rest) => rest.git.updateRef({ ...APP, ref: 'heads/main', sha: await tip(rest, 'more'), force: true }),
    'Required status check "ci" is expected.',
    422,
  ],
  [
    'required_linear_history',
    { type: 'required_linear_history' },
    (rest) => rest.repos.merge({ ...APP, base: 'main', head: 'more' }),
    'must not contain merge commits',
    409,
  ],
  ['required_signatures', { type: 'required_signatures' }, (rest) => write(rest), 'verified signatures', 409],
  [
    'commit_message_pattern',
    { type: 'commit_message_pattern', parameters: { operator: 'regex', pattern: '^\\w+: ' } },
    (rest) => write(rest),
    'Commit message must match',
    409,
  ],
  [
    'commit_author_email_pattern',
    { type: 'commit_author_email_pattern', parameters: { operator: 'ends_with', pattern: '@acme.example' } },
    (rest) => write(rest),
    'Commit author email must end with',
    409,
  ],
  [
    'committer_email_pattern',
    { type: 'committer_email_pattern', parameters: { operator: 'contains', pattern: '@', negate: true } },
    (rest) => write(rest),
    'Committer email must not contain',
    409,
  ],
])('%s holds a change of the default branch back, and no other', async (_, rule, act, says, status) => {
  const { ada, bob } = open()
  await ruled(ada, [rule])
  const before = await tip(ada, 'main')
  // Whoever owns all of it is held back as well.
  for (const rest of [ada, bob]) {
    const refusal = await act(rest).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ status, message: expect.stringMatching(/^Repository rule violations found/) })
    expect(refusal).toMatchObject(held(says))
  }
  expect(await tip(ada, 'main')).toBe(before)
  await write(bob, 'more', 'Elsewhere')
})

test.each<[string, Rule, string]>([
  ['creation', { type: 'creation' }, 'Cannot create ref due to creations being restricted.'],
  [
    'branch_name_pattern',
    { type: 'branch_name_pattern', parameters: { operator: 'starts_with', pattern: 'ok/' } },
    'Branch name',
  ],
])('%s holds new branches back', async (_, rule, says) => {
  const { ada } = open()
  await ruled(ada, [rule], { conditions: { ref_name: { include: ['refs/heads/**'], exclude: ['refs/heads/free/*'] } } })
  const sha = await tip(ada, 'main')
  await expect(ada.git.createRef({ ...APP, ref: 'refs/heads/new', sha })).rejects.toMatchObject(held(says, 422))
  await ada.git.createRef({ ...APP, ref: 'refs/heads/free/new', sha })
})

test('rules of tags hold tags back, and releases that would make them', async () => {
  const { ada } = open()
  const conditions = { ref_name: { include: ['refs/tags/v*'], exclude: [] } }
  await ruled(ada, [{ type: 'creation' }, { type: 'deletion' }], { target: 'tag', conditions })
  const sha = await tip(ada, 'main')
  const says = held('Repository rule violations found', 422)
  await expect(ada.git.createRef({ ...APP, ref: 'refs/tags/v2', sha })).rejects.toMatchObject(says)
  await expect(ada.git.deleteRef({ ...APP, ref: 'tags/v1' })).rejects.toMatchObject(held('Cannot delete this tag'))
  await expect(ada.repos.createRelease({ ...APP, tag_name: 'v2' })).rejects.toMatchObject(says)
  await ada.git.createRef({ ...APP, ref: 'refs/tags/x2', sha })
})

test.each<[string, Rule, string]>([
  [
    'paths',
    { type: 'file_path_restriction', parameters: { restricted_file_paths: ['.github/**/*'] } },
    '.github/a/b.exe',
  ],
  [
    'extensions',
    { type: 'file_extension_restriction', parameters: { restricted_file_extensions: ['*.exe'] } },
    'b.exe',
  ],
  ['long paths', { type: 'max_file_path_length', parameters: { max_file_path_length: 5 } }, 'long.txt'],
])('rules of pushes hold %s back on every branch', async (_, rule, path) => {
  const { ada } = open()
  await ruled(ada, [rule], { target: 'push', conditions: null })
  await expect(write(ada, 'more', 'm', path)).rejects.toMatchObject(held(path, 409))
  await write(ada, 'more', 'm', 'a')
})

test('a pull request is held back until its reviews and checks are there', async () => {
  const { hub, ada, bob, eve } = open()
  await ruled(ada, [
    {
      type: 'pull_request',
      parameters: { ...PULLED, required_approving_review_count: 1, allowed_merge_methods: ['squash'] },
    },
    {
      type: 'required_status_checks',
      parameters: {
        strict_required_status_checks_policy: true,
        required_status_checks: [{ context: 'ci' }, { context: 'lint' }],
      },
    },
  ])
  await bob.pulls.create({ ...APP, title: 'More', head: 'more', base: 'main' })
  const one = { ...APP, pull_number: 1 }
  const merge = (): Promise<unknown> => bob.pulls.merge({ ...one, merge_method: 'squash' })
  await hub.world.clock.advance(2_000)
  expect((await ada.pulls.get(one)).data.mergeable_state).toBe('blocked')
  await expect(bob.pulls.merge(one)).rejects.toMatchObject(held('must be merged by squash', 405))
  await expect(merge()).rejects.toMatchObject(held('At least 1 approving review is required', 405))
  await expect(merge()).rejects.toMatchObject(held('2 of 2 required status checks are expected.'))
  await eve.pulls.createReview({ ...one, event: 'REQUEST_CHANGES', body: 'No.' })
  await ada.pulls.createReview({ ...one, event: 'APPROVE' })
  await expect(merge()).rejects.toMatchObject(held('1 review requesting changes'))
  await eve.pulls.createReview({ ...one, event: 'APPROVE' })
  const sha = await tip(ada, 'more')
  await ada.repos.createCommitStatus({ ...APP, sha, context: 'ci', state: 'failure' })
  await expect(merge()).rejects.toMatchObject(held('have not succeeded: 1 expected and 1 failing.'))
  for (const context of ['ci', 'lint']) await ada.repos.createCommitStatus({ ...APP, sha, context, state: 'success' })
  expect((await ada.pulls.get(one)).data.mergeable_state).toBe('clean')
  await merge()
})

test('a pull request that is behind, pushed to anew or owned by others waits for it', async () => {
  const { ada, bob, eve } = open({
    repos: [
      {
        full_name: 'acme/app',
        files: { CODEOWNERS: '*.md @ada\n/src/ @acme/core\n', 'src/main.ts': 'one\n' },
        branches: { more: { files: { CODEOWNERS: '*.md @ada\n/src/ @acme/core\n', 'src/main.ts': 'two\n' } } },
        collaborators: { bob: 'push', eve: 'push', zoe: 'push' },
      },
    ],
    users: [...(SEED.users ?? []), { login: 'zoe' }],
  })
  await ruled(ada, [
    {
      type: 'pull_request',
      parameters: {
        ...PULLED,
        required_approving_review_count: 1,
        dismiss_stale_reviews_on_push: true,
        require_code_owner_review: true,
        require_last_push_approval: true,
      },
    },
  ])
  const made = await bob.pulls.create({ ...APP, title: 'More', head: 'more', base: 'main' })
  expect(made.data.requested_teams?.map(({ slug }) => slug)).toEqual(['core'])
  const one = { ...APP, pull_number: 1 }
  await ada.pulls.createReview({ ...one, event: 'APPROVE' })
  await expect(bob.pulls.merge(one)).rejects.toMatchObject(held('Waiting on code owner review from acme/core.', 405))
  await eve.pulls.createReview({ ...one, event: 'APPROVE' })
  await write(bob, 'more', 'Again')
  const states = (await ada.pulls.listReviews(one)).data.map(({ state }) => state)
  expect(states).toEqual(['DISMISSED', 'DISMISSED'])
  await expect(bob.pulls.merge(one)).rejects.toMatchObject(held('At least 1 approving review'))
  await write(eve, 'more', 'Mine', 'more.txt')
  await eve.pulls.createReview({ ...one, event: 'APPROVE' })
  await expect(bob.pulls.merge(one)).rejects.toMatchObject(held('someone other than eve'))
  await ada.pulls.createReview({ ...one, event: 'APPROVE' })
  await bob.pulls.merge(one)
})

test('who may go past a ruleset does, and the suites tell', async () => {
  const { ada, bob, eve } = open()
  const actors = [
    { actor_id: 77, actor_type: 'Team', bypass_mode: 'always' },
    { actor_id: 5, actor_type: 'RepositoryRole', bypass_mode: 'pull_request' },
  ]
  const id = await ruled(
    ada,
    [{ type: 'pull_request', parameters: { ...PULLED, required_approving_review_count: 1 } }],
    {
      bypass_actors: actors,
    },
  )
  const can = async (rest: Octokit['rest']): Promise<unknown> =>
    (await rest.repos.getRepoRuleset({ ...APP, ruleset_id: id })).data.current_user_can_bypass
  expect(await Promise.all([ada, bob, eve].map(can))).toEqual(['pull_requests_only', 'never', 'always'])
  await write(eve)
  await expect(write(ada, 'main', 'm', 'other')).rejects.toMatchObject(held('through a pull request'))
  await write(bob, 'more', 'Newer', 'newer')
  await bob.pulls.create({ ...APP, title: 'More', head: 'more', base: 'main' })
  await expect(bob.pulls.merge({ ...APP, pull_number: 1 })).rejects.toMatchObject(held('At least 1'))
  await ada.pulls.merge({ ...APP, pull_number: 1 })
  const { data } = await ada.repos.getRepoRuleSuites(APP)
  expect(data.map(({ result, actor_name }) => [result, actor_name])).toEqual([
    ['bypass', 'ada'],
    ['fail', 'bob'],
    ['fail', 'ada'],
    ['bypass', 'eve'],
  ])
  const suite = await ada.repos.getRepoRuleSuite({ ...APP, rule_suite_id: data[1]?.id ?? 0 })
  expect(suite.data.rule_evaluations).toMatchObject([
    { rule_source: { type: 'ruleset', id, name: 'trunk' }, result: 'fail', rule_type: 'pull_request' },
  ])
  expect(
    (await ada.repos.getRepoRuleSuites({ ...APP, rule_suite_result: 'fail', actor_name: 'bob' })).data,
  ).toHaveLength(1)
  expect((await ada.repos.getOrgRuleSuites({ org: 'acme', repository_name: 'app' })).data).toHaveLength(4)
})

test('what is only evaluated holds nothing back, and what is disabled is not looked at', async () => {
  const { ada } = open()
  await ruled(ada, [{ type: 'update' }], { enforcement: 'evaluate' })
  await ruled(ada, [{ type: 'update' }], { enforcement: 'disabled', name: 'off' })
  await write(ada)
  const { data } = await ada.repos.getRepoRuleSuites(APP)
  expect(data).toMatchObject([{ result: 'pass', evaluation_result: 'fail' }])
  expect((await ada.repos.getBranchRules({ ...APP, branch: 'main' })).data).toEqual([])
})

test('rules of an organisation hold its repositories back, and are listed with theirs', async () => {
  const { ada, bob } = open()
  await ada.repos.createOrgRuleset({
    org: 'acme',
    name: 'all',
    enforcement: 'active',
    conditions: { ref_name: { include: ['~ALL'], exclude: [] }, repository_name: { include: ['~ALL'], exclude: [] } },
    rules: [{ type: 'update' }],
  })
  await expect(write(bob)).rejects.toMatchObject(held('Cannot update this protected ref.', 409))
  expect((await bob.repos.getRepoRulesets(APP)).data).toMatchObject([{ name: 'all', source_type: 'Organization' }])
  expect((await bob.repos.getRepoRulesets({ ...APP, includes_parents: false })).data).toEqual([])
  // The branch need not be there.
  expect((await bob.repos.getBranchRules({ ...APP, branch: 'not/there' })).data).toMatchObject([{ type: 'update' }])
})

const OPEN = {
  required_status_checks: null,
  enforce_admins: true,
  required_pull_request_reviews: null,
  restrictions: null,
}
const protect = (rest: Octokit['rest'], parts: object): Promise<unknown> =>
  rest.repos.updateBranchProtection({ ...APP, branch: 'main', ...OPEN, ...parts })

test.each<[string, object, (rest: Octokit['rest']) => Promise<unknown>, string, number]>([
  [
    'checks',
    { required_status_checks: { strict: false, contexts: ['ci', 'lint'] } },
    (rest) => write(rest),
    'Could not create file: 2 of 2 required status checks are expected.',
    409,
  ],
  [
    'reviews',
    { required_pull_request_reviews: { required_approving_review_count: 2 } },
    (rest) => write(rest),
    'Could not create file: At least 2 approving reviews are required',
    409,
  ],
  [
    'restrictions',
    { restrictions: { users: ['eve'], teams: [] } },
    (rest) => write(rest),
    'not authorized to push',
    409,
  ],
  ['lock_branch', { lock_branch: true }, (rest) => write(rest), 'Cannot change this locked branch', 409],
  [
    'force pushes',
    {},
    async (rest) => rest.git.updateRef({ ...APP, ref: 'heads/main', sha: await lone(rest), force: true }),
    'Cannot force-push to this protected branch',
    422,
  ],
  [
    'deletions',
    {},
    (rest) => rest.git.deleteRef({ ...APP, ref: 'heads/main' }),
    'Cannot delete this protected branch',
    422,
  ],
  [
    'linear history',
    { required_linear_history: true },
    (rest) => rest.repos.merge({ ...APP, base: 'main', head: 'more' }),
    'must not contain merge commits',
    409,
  ],
])('branch protection holds back by %s', async (_, parts, act, says, status) => {
  const { ada, bob } = open()
  await protect(ada, parts)
  await expect(act(bob)).rejects.toMatchObject(held(says, status))
})

test('administrators go past branch protection unless it is enforced on them, and so do those it names', async () => {
  const { ada, bob, eve } = open()
  const reviews = { required_approving_review_count: 1, bypass_pull_request_allowances: { users: ['eve'] } }
  await protect(ada, { enforce_admins: false, required_pull_request_reviews: reviews })
  await write(ada, 'main', 'a', 'a')
  await write(eve, 'main', 'b', 'b')
  await expect(write(bob, 'main', 'c', 'c')).rejects.toMatchObject({ status: 409 })
  await ada.repos.setAdminBranchProtection({ ...APP, branch: 'main' })
  await expect(write(ada, 'main', 'd', 'd')).rejects.toMatchObject({ status: 409 })
  // Nobody goes past these.
  await ada.repos.deleteAdminBranchProtection({ ...APP, branch: 'main' })
  await expect(ada.git.deleteRef({ ...APP, ref: 'heads/main' })).rejects.toMatchObject({ status: 422 })
})

test('reviews are dismissed by those whom branch protection names', async () => {
  const { ada, bob, eve } = open()
  const reviews = { required_approving_review_count: 1, dismissal_restrictions: { users: ['eve'] } }
  await protect(ada, { required_pull_request_reviews: reviews })
  await bob.pulls.create({ ...APP, title: 'More', head: 'more', base: 'main' })
  const { data } = await ada.pulls.createReview({ ...APP, pull_number: 1, event: 'APPROVE' })
  const dismissal = { ...APP, pull_number: 1, review_id: data.id, message: 'Stale' }
  await expect(bob.pulls.dismissReview(dismissal)).rejects.toMatchObject({ status: 403 })
  expect((await eve.pulls.dismissReview(dismissal)).data.state).toBe('DISMISSED')
})

test('what is to be merged as soon as it can be is, once its checks are there', async () => {
  const { hub, ada, bob } = open()
  await ada.repos.update({ ...APP, allow_auto_merge: true })
  await protect(ada, { required_status_checks: { strict: false, contexts: ['ci'] } })
  const { data } = await bob.pulls.create({ ...APP, title: 'More', head: 'more', base: 'main' })
  await hub
    .as('b')
    .graphql(
      'mutation($id: ID!) { enablePullRequestAutoMerge(input: { pullRequestId: $id, mergeMethod: SQUASH }) { clientMutationId } }',
      { id: data.node_id },
    )
  const one = { ...APP, pull_number: 1 }
  await hub.world.clock.advance(10_000)
  expect((await bob.pulls.get(one)).data.merged).toBe(false)
  await ada.repos.createCommitStatus({ ...APP, sha: await tip(ada, 'more'), context: 'ci', state: 'success' })
  const due = hub.twin.snapshot()
  await hub.world.clock.advance(10_000)
  const other = openHub(SEED, '2')
  other.twin.restore(due)
  await other.world.clock.advance(10_000)
  expect((await other.as('b').rest.pulls.get(one)).data.merged).toBe(true)
  expect((await bob.pulls.get(one)).data).toMatchObject({ merged: true, merged_by: { login: 'bob' }, auto_merge: null })
  const [commit] = (await bob.repos.listCommits(APP)).data
  expect(commit?.commit.message).toContain('(#1)')
})
