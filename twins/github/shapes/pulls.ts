import type { Json } from '../../trace.ts'
import { diffOf, pullOf } from '../git/pull.ts'
import { findRepo, type GitHub, numberOf, ownerOf, repoPath } from '../github.ts'
import { isHeld } from '../rules/guard.ts'
import { listOf, type Row, rowOf, text } from '../store.ts'
import { person } from './accounts.ts'
import { tally } from './commits.ts'
import { commentsPath, shared } from './issues.ts'
import { repoBrief, urlOf, webOf } from './repos.ts'
import { teamBrief } from './teams.ts'

/** One side of a pull request, as it is now. What is merged or closed keeps the SHA it had. */
function side(github: GitHub, of: Row): Json {
  const repo = findRepo(github, text(of.repo))
  const user = repo === undefined ? (text(of.repo).split('/')[0] ?? '') : ownerOf(repo)
  return {
    label: of.label ?? `${user}:${text(of.ref)}`,
    ref: of.ref ?? '',
    sha: of.sha ?? '',
    user: person(github, user),
    repo: repo === undefined ? null : repoBrief(github, repo),
  } as Json
}

/** A pull request as lists show it. */
export function pullBrief(github: GitHub, repo: Row, issue: Row): Json {
  const pull = pullOf(issue)
  const number = numberOf(issue)
  const url = `${urlOf(repo)}/pulls/${number}`
  const web = `${webOf(repo)}/pull/${number}`
  const issueUrl = `${urlOf(repo)}/issues/${number}`
  const statuses = `${urlOf(repo)}/statuses/${text(rowOf(pull.head).sha)}`
  const reviewComment = `${urlOf(repo)}/pulls/comments{/number}`
  const href = (target: string): Json => ({ href: target })
  const { number: _, ...common } = shared(github, repo, issue)
  return {
    url,
    id: pull.id,
    node_id: issue.node_id,
    html_url: web,
    diff_url: `${web}.diff`,
    patch_url: `${web}.patch`,
    issue_url: issueUrl,
    number,
    ...common,
    merged_at: pull.merged_at ?? null,
    merge_commit_sha: pull.merge_commit_sha ?? null,
    requested_reviewers: listOf(pull.requested_reviewers).map((who) => person(github, who)),
    requested_teams: listOf(pull.requested_teams).map((slug) => teamBrief(github, ownerOf(repo), text(slug))),
    draft: pull.draft ?? false,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: reviewComment,
    comments_url: `${issueUrl}/comments`,
    statuses_url: statuses,
    head: side(github, rowOf(pull.head)),
    base: side(github, rowOf(pull.base)),
    _links: {
      self: href(url),
      html: href(web),
      issue: href(issueUrl),
      comments: href(`${issueUrl}/comments`),
      review_comments: href(`${url}/comments`),
      review_comment: href(reviewComment),
      commits: href(`${url}/commits`),
      statuses: href(statuses),
    },
    auto_merge: autoMerge(github, pull),
  } as Json
}

const autoMerge = (github: GitHub, pull: Row): Json => {
  if (pull.auto_merge === undefined || pull.auto_merge === null) return null
  const { enabled_by, ...rest } = rowOf(pull.auto_merge)
  return { enabled_by: person(github, enabled_by), ...rest } as Json
}

/** How a pull request without conflicts stands: https://docs.github.com/graphql/reference/enums#mergestatestatus (2026-11-26). */
function stateOf(github: GitHub, repo: Row, issue: Row): string {
  const pull = pullOf(issue)
  if (pull.draft === true) return 'draft'
  const base = text(rowOf(pull.base).ref)
  if (issue.state === 'open' && isHeld(github, repo, issue, base)) return 'blocked'
  return 'clean'
}

/**
 * A pull request by itself. Whether it can be merged is worked out behind the scenes and is null at first:
 * https://docs.github.com/rest/guides/using-the-rest-api-to-interact-with-your-git-database (2026-11-26).
 */
export function pullWhole(github: GitHub, repo: Row, issue: Row): Json {
  const pull = pullOf(issue)
  const { commits, changes } = diffOf(github, repo, issue)
  const { additions, deletions } = tally(changes)
  const known = rowOf(pull._stats)
  const merges = pull.merged === true ? null : (pull._mergeable ?? null)
  const state = merges === null ? 'unknown' : merges === false ? 'dirty' : stateOf(github, repo, issue)
  return {
    ...(pullBrief(github, repo, issue) as Row),
    merged: pull.merged ?? false,
    mergeable: merges,
    rebaseable: merges,
    mergeable_state: known.mergeable_state ?? state,
    merged_by: person(github, pull.merged_by),
    comments: issue._comments ?? github.store.size(commentsPath(repo, issue)),
    review_comments: github.store.size(`${repoPath(repo)}/pulls/${numberOf(issue)}/comments`),
    maintainer_can_modify: pull.maintainer_can_modify ?? false,
    commits: known.commits ?? commits.length,
    additions: known.additions ?? additions,
    deletions: known.deletions ?? deletions,
    changed_files: known.changed_files ?? changes.length,
  } as Json
}
