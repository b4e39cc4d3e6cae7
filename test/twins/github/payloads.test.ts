import { expect, test } from 'vitest'
import { ACME, APP, HOOK, type Hub, openHub } from './support.ts'

// What arrives is held against GitHub's own description of it by support.ts.

const SEED = {
  ...ACME,
  users: [...(ACME.users ?? []), { login: 'eve' }],
  tokens: { ghp_test: { login: 'ada' }, bob: { login: 'bob' } },
}

/** A repository whose every event is heard, and the names of those that were. */
async function heard(): Promise<Hub & { readonly names: () => Promise<readonly string[]> }> {
  const hub = openHub(SEED)
  const config = { url: HOOK, content_type: 'json' }
  await hub.octokit.rest.repos.createWebhook({ ...APP, config, events: ['*'] })
  await hub.octokit.rest.orgs.createWebhook({ org: 'acme', name: 'web', config, events: ['repository'] })
  return {
    ...hub,
    async names() {
      await hub.world.clock.advance(60_000)
      const names = hub.deliveries.map(({ headers, body }) => {
        const { action } = JSON.parse(body) as { action?: string }
        const event = headers.find(([name]) => name === 'X-GitHub-Event')?.[1]
        return action === undefined ? `${event}` : `${event}.${action}`
      })
      return [...new Set(names)].sort()
    },
  }
}
const content = Buffer.from('x').toString('base64')

test('of issues and their labels, milestones and comments everything is told', async () => {
  const { octokit, names } = await heard()
  const { issues } = octokit.rest
  const one = { ...APP, issue_number: 1 }
  await issues.createMilestone({ ...APP, title: 'v1', due_on: '2030-02-01T00:00:00Z' })
  await issues.updateMilestone({ ...APP, milestone_number: 1, title: 'v2' })
  await issues.updateMilestone({ ...APP, milestone_number: 1, state: 'closed' })
  await issues.updateMilestone({ ...APP, milestone_number: 1, state: 'open' })
  await issues.create({ ...APP, title: 'Broken', body: 'Very', labels: ['bug'], assignees: ['bob'], milestone: 1 })
  await issues.update({ ...one, title: 'Really broken', body: 'Very much' })
  await issues.update({ ...one, milestone: null })
  await issues.removeAssignees({ ...one, assignees: ['bob'] })
  await issues.removeLabel({ ...one, name: 'bug' })
  await issues.lock(one)
  await issues.unlock(one)
  const { data: comment } = await issues.createComment({ ...one, body: 'Indeed' })
  await issues.updateComment({ ...APP, comment_id: comment.id, body: 'Indeed!' })
  await issues.deleteComment({ ...APP, comment_id: comment.id })
  await issues.update({ ...one, state: 'closed', state_reason: 'not_planned' })
  await issues.update({ ...one, state: 'open' })
  await issues.createLabel({ ...APP, name: 'late', color: 'ff0000' })
  await issues.updateLabel({ ...APP, name: 'late', new_name: 'later', description: 'Not now' })
  await issues.deleteLabel({ ...APP, name: 'later' })
  await issues.deleteMilestone({ ...APP, milestone_number: 1 })
  expect(await names()).toEqual([
    ...['issue_comment.created', 'issue_comment.deleted', 'issue_comment.edited'],
    ...['issues.assigned', 'issues.closed', 'issues.demilestoned', 'issues.edited', 'issues.labeled', 'issues.locked'],
    ...['issues.milestoned', 'issues.opened', 'issues.reopened', 'issues.unassigned', 'issues.unlabeled'],
    ...['issues.unlocked', 'label.created', 'label.deleted', 'label.edited'],
    ...['milestone.closed', 'milestone.created', 'milestone.deleted', 'milestone.edited', 'milestone.opened', 'ping'],
  ])
})

test('of a pull request everything is told, from its branch to its merge', async () => {
  const { octokit, as, names, twin } = await heard()
  const { pulls, issues, git, repos } = octokit.rest
  const bob = as('bob').rest
  const one = { ...APP, pull_number: 1 }
  const issue = { ...APP, issue_number: 1 }
  const { data: main } = await git.getRef({ ...APP, ref: 'heads/main' })
  await git.createRef({ ...APP, ref: 'refs/heads/more', sha: main.object.sha })
  await repos.createOrUpdateFileContents({ ...APP, path: 'x', message: 'Add x', content, branch: 'more' })
  await pulls.create({ ...APP, title: 'More', head: 'more', base: 'main', body: 'x', draft: true })
  await octokit.graphql(
    'mutation($id:ID!){markPullRequestReadyForReview(input:{pullRequestId:$id}){clientMutationId}}',
    {
      id: (await pulls.get(one)).data.node_id,
    },
  )
  await pulls.update({ ...one, title: 'Much more', body: 'y' })
  await repos.createOrUpdateFileContents({ ...APP, path: 'y', message: 'Add y', content, branch: 'more' })
  await issues.addLabels({ ...issue, labels: ['bug'] })
  await issues.removeLabel({ ...issue, name: 'bug' })
  await issues.addAssignees({ ...issue, assignees: ['bob'] })
  await issues.removeAssignees({ ...issue, assignees: ['bob'] })
  await issues.lock(issue)
  await issues.unlock(issue)
  await pulls.requestReviewers({ ...one, reviewers: ['bob'] })
  await pulls.removeRequestedReviewers({ ...one, reviewers: ['bob'] })
  const { data: comment } = await bob.pulls.createReviewComment({
    ...{ ...one, body: 'Why?', path: 'x', line: 1, commit_id: (await pulls.get(one)).data.head.sha },
  })
  await bob.pulls.updateReviewComment({ ...APP, comment_id: comment.id, body: 'Why not?' })
  await bob.pulls.deleteReviewComment({ ...APP, comment_id: comment.id })
  const { data: review } = await bob.pulls.createReview({ ...one, event: 'REQUEST_CHANGES', body: 'No.' })
  await pulls.dismissReview({ ...one, review_id: review.id, message: 'Done' })
  await pulls.update({ ...one, state: 'closed' })
  await pulls.update({ ...one, state: 'open' })
  twin.happen('check_run.completed', { repo: 'acme/app', ref: 'more', name: 'ci', conclusion: 'success' })
  await pulls.merge(one)
  await git.deleteRef({ ...APP, ref: 'heads/more' })
  const of = (event: string, actions: string): readonly string[] => actions.split(' ').map((one) => `${event}.${one}`)
  expect(await names()).toEqual([
    'check_run.completed',
    'create',
    'delete',
    'ping',
    ...of('pull_request', 'assigned closed edited labeled locked opened ready_for_review reopened'),
    ...of('pull_request', 'review_request_removed review_requested synchronize unassigned unlabeled unlocked'),
    ...of('pull_request_review', 'dismissed submitted'),
    ...of('pull_request_review_comment', 'created deleted edited'),
    'push',
  ])
})

test('of a repository everything is told, and of what runs on it', async () => {
  const { octokit, as, names } = await heard()
  const { activity, issues, repos, actions } = octokit.rest
  const path = '.github/workflows/ci.yml'
  const yaml = Buffer.from('name: CI\non: workflow_dispatch\n').toString('base64')
  const { data: put } = await repos.createOrUpdateFileContents({ ...APP, path, message: 'Add CI', content: yaml })
  await actions.createWorkflowDispatch({ ...APP, workflow_id: 'ci.yml', ref: 'main', inputs: { level: '1' } })
  await repos.createCommitStatus({ ...APP, sha: put.commit.sha ?? '', state: 'success', context: 'ci' })
  await repos.createCommitComment({ ...APP, commit_sha: put.commit.sha ?? '', body: 'Nice' })
  await repos.createDispatchEvent({ ...APP, event_type: 'go', client_payload: { a: 1 } })
  const { data: deployment } = await repos.createDeployment({ ...APP, ref: 'main', required_contexts: [] })
  if (!('id' in deployment)) throw new Error('expected a deployment')
  await repos.createDeploymentStatus({ ...APP, deployment_id: deployment.id, state: 'success' })
  const { data: release } = await repos.createRelease({ ...APP, tag_name: 'v1', body: 'First' })
  await repos.updateRelease({ ...APP, release_id: release.id, name: 'One' })
  await repos.deleteRelease({ ...APP, release_id: release.id })
  await activity.starRepoForAuthenticatedUser(APP)
  await activity.unstarRepoForAuthenticatedUser(APP)
  await as('bob').rest.repos.createFork(APP)
  await repos.addCollaborator({ ...APP, username: 'eve', permission: 'push' })
  await repos.removeCollaborator({ ...APP, username: 'bob' })
  await repos.update({ ...APP, description: 'An app', homepage: 'https://app.example' })
  await repos.update({ ...APP, private: true })
  await repos.update({ ...APP, private: false })
  await repos.update({ ...APP, archived: true })
  await repos.update({ ...APP, archived: false })
  await issues.create({ ...APP, title: 'Broken' })
  await issues.deleteLabel({ ...APP, name: 'bug' })
  await repos.createInOrg({ org: 'acme', name: 'other' })
  await repos.update({ owner: 'acme', repo: 'other', name: 'another' })
  await repos.delete({ owner: 'acme', repo: 'another' })
  expect(await names()).toEqual([
    ...['commit_comment.created', 'create', 'deployment.created', 'deployment_status.created', 'fork'],
    ...['issues.opened', 'label.deleted', 'member.removed', 'ping', 'push', 'release.created', 'release.deleted'],
    ...['release.edited', 'release.published', 'repository.archived', 'repository.created', 'repository.deleted'],
    ...['repository.edited', 'repository.privatized', 'repository.publicized', 'repository.renamed'],
    ...['repository.unarchived', 'repository_dispatch.go', 'star.created', 'star.deleted', 'status'],
    ...['workflow_dispatch', 'workflow_run.completed', 'workflow_run.in_progress', 'workflow_run.requested'],
  ])
})
