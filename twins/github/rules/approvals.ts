import { atLeast, roleOfUser } from '../access.ts'
import { diffOf, pullOf } from '../git/pull.ts'
import { type GitHub, numberOf, ownerOf, repoPath } from '../github.ts'
import { count, listOf, type Row, rowOf, text } from '../store.ts'
import { inTeam } from './in-force.ts'
import { isOwnerOf, ownersOf } from './owners.ts'
import { ignores } from './patterns.ts'

export const reviewsPath = (repo: Row, issue: Row): string => `${repoPath(repo)}/pulls/${numberOf(issue)}/reviews`

/** The newest word of each reviewer with write access; comments are none. */
function verdicts(github: GitHub, repo: Row, issue: Row): readonly Row[] {
  const last = new Map(
    github.store
      .rows(reviewsPath(repo, issue))
      .filter(({ state }) => state !== 'COMMENTED' && state !== 'PENDING')
      .map((row) => [text(row.user), row]),
  )
  return [...last.values()].filter((row) => atLeast(roleOfUser(github, repo, text(row.user)), 'push'))
}

const reviews = (many: number): string => `${many} approving review${many === 1 ? ' is' : 's are'} required`

/**
 * What is missing of the reviews that a rule wants, in GitHub's words; undefined where nothing is:
 * https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository (about protected branches, 2026-11-26).
 */
export function missingReviews(github: GitHub, repo: Row, issue: Row, parameters: Row): string | undefined {
  const words = verdicts(github, repo, issue)
  const approvals = words.filter(({ state }) => state === 'APPROVED')
  const against = words.filter(({ state }) => state === 'CHANGES_REQUESTED').length
  const wanted = count(parameters.required_approving_review_count)
  if (wanted > 0 && against > 0)
    return `${against} review${against === 1 ? '' : 's'} requesting changes by reviewers with write access.`
  if (approvals.length < wanted) return `At least ${reviews(wanted)} by reviewers with write access.`
  const pull = pullOf(issue)
  const head = rowOf(pull.head)
  const pusher = text(pull._pushed_by) || text(issue.user)
  if (
    parameters.require_last_push_approval === true &&
    !approvals.some(({ user, commit_id }) => user !== pusher && commit_id === head.sha)
  )
    return `New changes require approval from someone other than ${pusher} because they were the last pusher.`
  const paths = diffOf(github, repo, issue).changes.map(({ path }) => path)
  const approvers = approvals.map(({ user }) => text(user))
  if (parameters.require_code_owner_review === true) {
    const waiting = ownersOf(github, repo, text(rowOf(pull.base).sha), paths).find(
      (owners) => !approvers.some((login) => isOwnerOf(github, repo, login, owners)),
    )
    if (waiting !== undefined)
      return `Waiting on code owner review from ${waiting.map((one) => one.replace(/^@/, '')).join(' and/or ')}.`
  }
  for (const one of listOf(parameters.required_reviewers).map(rowOf)) {
    const patterns = listOf(one.file_patterns).map(String)
    const team = count(rowOf(one.reviewer).id)
    const least = count(one.minimum_approvals)
    if (!paths.some((path) => patterns.some((pattern) => ignores(pattern, path)))) continue
    if (approvers.filter((login) => inTeam(github, ownerOf(repo), team, login)).length < least)
      return `At least ${reviews(least)} by the team that is asked for.`
  }
  return undefined
}

/** Approvals that a push makes stale are dismissed, where a rule says so. */
export function staleApprovals(github: GitHub, repo: Row, issue: Row): readonly Row[] {
  const path = reviewsPath(repo, issue)
  return github.store
    .rows(path)
    .filter(({ state }) => state === 'APPROVED')
    .map((row) => github.store.put(path, String(row.id), { ...row, state: 'DISMISSED' }))
}
