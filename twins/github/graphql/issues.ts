import { type Ask, below } from '../ask.ts'
import { commitOf, refOf } from '../git/objects.ts'
import { diffOf, pullOf } from '../git/pull.ts'
import { findRepo, numberOf, ownerOf } from '../github.ts'
import { settled } from '../routes/pulls.ts'
import { tally } from '../shapes/commits.ts'
import { association, commentsPath } from '../shapes/issues.ts'
import { webOf } from '../shapes/repos.ts'
import { teamsPath } from '../shapes/teams.ts'
import { listOf, type Row, rowOf, text } from '../store.ts'
import { nodeId } from '../wire.ts'
import { actor, type Node, small, teamNode } from './accounts.ts'
import { connection, type PageArgs } from './connection.ts'
import { commitNode, refNamed, repository } from './repository.ts'

export const labelNode = (repo: Row, row: Row): Node => ({
  __typename: 'Label',
  id: row.node_id,
  name: row.name,
  color: row.color,
  description: row.description ?? null,
  isDefault: row.default ?? false,
  url: `${webOf(repo)}/labels/${encodeURIComponent(text(row.name))}`,
})

export const milestoneNode = (repo: Row, row: Row): Node => ({
  __typename: 'Milestone',
  id: row.node_id,
  number: row.number,
  title: row.title,
  description: row.description ?? null,
  state: text(row.state).toUpperCase(),
  dueOn: row.due_on ?? null,
  url: `${webOf(repo)}/milestone/${numberOf(row)}`,
})

export const commentNode = (ask: Ask, repo: Row, issue: Row, row: Row): Node => ({
  __typename: 'IssueComment',
  id: row.node_id,
  databaseId: small(row.id),
  author: () => actor(ask, row.user),
  authorAssociation: row.author_association ?? association(ask.github, repo, text(row.user)),
  body: row.body,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  url: `${webOf(repo)}/${issue._pull === undefined ? 'issues' : 'pull'}/${numberOf(issue)}#issuecomment-${row.id}`,
})

/** What issues and pull requests have in common. */
function shared(ask: Ask, repo: Row, issue: Row): { readonly [field: string]: unknown } {
  const { github } = ask
  const set = github.store.get(below(repo, 'milestones'), String(issue.milestone))
  const path = `${issue._pull === undefined ? 'issues' : 'pull'}/${numberOf(issue)}`
  return {
    id: issue.node_id,
    databaseId: small(issue.id),
    number: numberOf(issue),
    title: issue.title,
    body: text(issue.body),
    closed: issue.state === 'closed',
    closedAt: issue.closed_at ?? null,
    locked: issue.locked ?? false,
    createdAt: issue.created_at,
    updatedAt: issue.updated_at,
    url: `${webOf(repo)}/${path}`,
    resourcePath: `/${text(repo.full_name)}/${path}`,
    author: () => actor(ask, issue.user),
    authorAssociation: issue.author_association ?? association(github, repo, text(issue.user)),
    repository: () => repository(ask, repo),
    milestone: () => (set === undefined ? null : milestoneNode(repo, set)),
    labels: (args: PageArgs) => {
      const rows = listOf(issue.labels)
        .map((name) => github.store.get(below(repo, 'labels'), String(name).toLowerCase()))
        .filter((row) => row !== undefined)
      return connection('labels', rows, args, (row) => labelNode(repo, row))
    },
    assignees: (args: PageArgs) => connection('assignees', listOf(issue.assignees), args, (login) => actor(ask, login)),
    comments: (args: PageArgs) =>
      connection('comments', github.store.rows(commentsPath(repo, issue)), args, (row) =>
        commentNode(ask, repo, issue, row),
      ),
  }
}

export const issueNode = (ask: Ask, repo: Row, issue: Row): Node => ({
  __typename: 'Issue',
  ...shared(ask, repo, issue),
  state: text(issue.state).toUpperCase(),
  stateReason:
    issue.state_reason === null || issue.state_reason === undefined ? null : text(issue.state_reason).toUpperCase(),
})

const reviewNode = (ask: Ask, repo: Row, issue: Row, row: Row): Node => ({
  __typename: 'PullRequestReview',
  id: row.node_id,
  databaseId: small(row.id),
  author: () => actor(ask, row.user),
  body: text(row.body),
  state: row.state,
  submittedAt: row.submitted_at ?? null,
  url: `${webOf(repo)}/pull/${numberOf(issue)}#pullrequestreview-${row.id}`,
})

export function pullNode(ask: Ask, repo: Row, given: Row): Node {
  const { github } = ask
  const issue = settled(github, repo, given)
  const pull = pullOf(issue)
  const [head, base] = [rowOf(pull.head), rowOf(pull.base)]
  const from = findRepo(github, text(head.repo))
  const reviews = github.store.rows(below(repo, `pulls/${numberOf(issue)}/reviews`))
  const known = rowOf(pull._stats)
  const of = (): ReturnType<typeof diffOf> => diffOf(github, repo, issue)
  const merge = pull.merged === true ? commitOf(github, repo, text(pull.merge_commit_sha)) : undefined
  const auto = rowOf(pull.auto_merge)
  return {
    __typename: 'PullRequest',
    ...shared(ask, repo, issue),
    databaseId: small(pull.id),
    state: pull.merged === true ? 'MERGED' : text(issue.state).toUpperCase(),
    merged: pull.merged ?? false,
    mergedAt: pull.merged_at ?? null,
    mergedBy: () => actor(ask, pull.merged_by),
    isDraft: pull.draft ?? false,
    baseRefName: base.ref,
    baseRefOid: base.sha,
    baseRef: () => refNamed(ask, repo, `refs/heads/${text(base.ref)}`),
    headRefName: head.ref,
    headRefOid: head.sha,
    headRef: () =>
      from === undefined || refOf(github, from, `refs/heads/${text(head.ref)}`) === undefined
        ? null
        : refNamed(ask, from, `refs/heads/${text(head.ref)}`),
    headRepository: () => (from === undefined ? null : repository(ask, from)),
    headRepositoryOwner: () => (from === undefined ? null : actor(ask, ownerOf(from))),
    isCrossRepository: from?.full_name !== repo.full_name,
    mergeable: pull._mergeable === true ? 'MERGEABLE' : pull._mergeable === false ? 'CONFLICTING' : 'UNKNOWN',
    mergeCommit: () => (merge === undefined ? null : commitNode(ask, repo, merge)),
    additions: () => known.additions ?? tally(of().changes).additions,
    deletions: () => known.deletions ?? tally(of().changes).deletions,
    changedFiles: () => known.changed_files ?? of().changes.length,
    maintainerCanModify: pull.maintainer_can_modify ?? false,
    reviewDecision: () => decision(ask, repo, pull, reviews),
    autoMergeRequest:
      pull.auto_merge === null || pull.auto_merge === undefined
        ? null
        : {
            enabledBy: () => actor(ask, auto.enabled_by),
            mergeMethod: text(auto.merge_method).toUpperCase(),
            commitHeadline: auto.commit_title ?? null,
            commitBody: auto.commit_message ?? null,
          },
    commits: (args: PageArgs) =>
      connection('commits', of().commits, args, (commit) => ({
        __typename: 'PullRequestCommit',
        id: nodeId('PURC', Number(pull.id), text(commit.sha)),
        commit: commitNode(ask, repo, commit),
        url: `${webOf(repo)}/pull/${numberOf(issue)}/commits/${text(commit.sha)}`,
      })),
    files: (args: PageArgs) =>
      connection('files', of().changes, args, ({ path, additions, deletions, status }) => ({
        path,
        additions,
        deletions,
        changeType: status === 'removed' ? 'DELETED' : status.toUpperCase(),
      })),
    reviews: (args: PageArgs & { readonly states?: readonly string[] | null }) =>
      connection(
        'reviews',
        reviews.filter(({ state }) => !args.states || args.states.includes(text(state))),
        args,
        (row) => reviewNode(ask, repo, issue, row),
      ),
    reviewRequests: (args: PageArgs) => {
      const people = listOf(pull.requested_reviewers).map((login) => actor(ask, login))
      const teams = listOf(pull.requested_teams)
        .map((slug) => github.store.get(teamsPath(ownerOf(repo)), text(slug)))
        .filter((team) => team !== undefined)
        .map((team) => teamNode(ownerOf(repo), team))
      return connection('reviewRequests', [...people, ...teams], args, (requestedReviewer) => ({ requestedReviewer }))
    },
  }
}

/** What reviews come to, where the branch asks for any. */
function decision(ask: Ask, repo: Row, pull: Row, reviews: readonly Row[]): string | null {
  const last = new Map(
    reviews
      .filter(({ state }) => state === 'APPROVED' || state === 'CHANGES_REQUESTED')
      .map((row) => [text(row.user), text(row.state)]),
  )
  if ([...last.values()].includes('CHANGES_REQUESTED')) return 'CHANGES_REQUESTED'
  const protection = ask.github.store.get(below(repo, 'protections'), text(rowOf(pull.base).ref))
  const asked = rowOf(protection?.required_pull_request_reviews)
  const wanted = Number(asked.required_approving_review_count ?? 0)
  if (last.size > 0 && last.size >= wanted) return 'APPROVED'
  return wanted > 0 ? 'REVIEW_REQUIRED' : null
}
