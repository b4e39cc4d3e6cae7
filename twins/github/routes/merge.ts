import { loginOf, roleOn } from '../access.ts'
import { type Ask, below, ok, type Reply, repoOf } from '../ask.ts'
import { person as signs } from '../furnish-git.ts'
import { compared, filesAt, merged } from '../git/history.ts'
import { commitOf, parentsOf, personOf, putCommit, putFiles, refOf } from '../git/objects.ts'
import { markMerged, push, removeRef } from '../git/push.ts'
import { findRepo, numberOf } from '../github.ts'
import { diffOf, pullOf } from '../shapes/pulls.ts'
import { count, listOf, type Row, rowOf, text } from '../store.ts'
import { GitHubError, invalid } from '../wire.ts'
import { note } from './issues.ts'
import { pullIn } from './pulls.ts'

/** What stands in the way of a merge, beside conflicts: reviews and checks that the branch's protection asks for. */
function blocked(ask: Ask, repo: Row, issue: Row): string | undefined {
  const pull = pullOf(issue)
  const protection = ask.github.store.get(below(repo, 'protections'), text(rowOf(pull.base).ref))
  if (protection === undefined) return undefined
  if (protection.enforce_admins !== true && roleOn(ask.github, ask.viewer, repo) === 'admin') return undefined
  const reviews = rowOf(protection.required_pull_request_reviews)
  const wanted =
    protection.required_pull_request_reviews === null || protection.required_pull_request_reviews === undefined
      ? 0
      : count(reviews.required_approving_review_count ?? 1)
  const last = new Map(
    ask.github.store
      .rows(below(repo, `pulls/${numberOf(issue)}/reviews`))
      .filter(({ state }) => state !== 'COMMENTED' && state !== 'PENDING')
      .map((row) => [text(row.user), text(row.state)]),
  )
  const approvals = [...last.values()].filter((state) => state === 'APPROVED').length
  if (approvals < wanted)
    return `At least ${wanted} approving review${wanted === 1 ? ' is' : 's are'} required by reviewers with write access.`
  const sha = text(rowOf(pull.head).sha)
  const contexts = listOf(rowOf(protection.required_status_checks).contexts).map(String)
  const good = (context: string): boolean =>
    ask.github.store
      .rows(below(repo, 'statuses'))
      .filter((row) => row.sha === sha && row.context === context)
      .at(-1)?.state === 'success' ||
    ask.github.store
      .rows(below(repo, 'check-runs'))
      .some((row) => row.head_sha === sha && row.name === context && row.conclusion === 'success')
  const missing = contexts.filter((context) => !good(context))
  return missing.length === 0 ? undefined : `Required status check "${missing[0]}" is expected.`
}

const METHODS = { merge: 'allow_merge_commit', squash: 'allow_squash_merge', rebase: 'allow_rebase_merge' } as const

export function mergePull(ask: Ask): Reply {
  const { github } = ask
  const repo = repoOf(ask, 'push')
  const issue = pullIn(ask, repo)
  const pull = pullOf(issue)
  const { sha, merge_method = 'merge' } = ask.body()
  const method = text(merge_method) as keyof typeof METHODS
  const refused = (message: string): GitHubError => new GitHubError(405, message)
  if (METHODS[method] === undefined) throw invalid({ resource: 'PullRequest', field: 'merge_method', code: 'invalid' })
  if (repo[METHODS[method]] === false)
    throw refused(
      `${method === 'merge' ? 'Merge commits' : method === 'squash' ? 'Squash merges' : 'Rebase merges'} are not allowed on this repository.`,
    )
  if (issue.state !== 'open' || pull.draft === true)
    throw refused(pull.draft === true ? 'Pull Request is still a draft' : 'Pull Request is not mergeable')
  const head = rowOf(pull.head)
  if (sha !== undefined && sha !== null && sha !== head.sha)
    throw new GitHubError(409, 'Head branch was modified. Review and try the merge again.')
  const why = blocked(ask, repo, issue)
  if (why !== undefined) throw refused(why)
  const commit = mergeCommit(ask, repo, issue, method)
  if (commit === undefined) throw refused('Pull Request is not mergeable')
  // Marked first: the push that follows would take it for one that was merged by hand.
  const done = markMerged(github, ask.viewer, repo, issue, text(commit.sha))
  note(ask, repo, done, 'merged', { commit_id: commit.sha })
  note(ask, repo, done, 'closed')
  push(github, ask.viewer, repo, `refs/heads/${text(rowOf(pull.base).ref)}`, text(commit.sha))
  const from = findRepo(github, text(head.repo))
  if (
    repo.delete_branch_on_merge === true &&
    from !== undefined &&
    refOf(github, from, `refs/heads/${text(head.ref)}`) !== undefined
  )
    removeRef(github, ask.viewer, from, `refs/heads/${text(head.ref)}`)
  return ok({ sha: commit.sha ?? '', merged: true, message: 'Pull Request successfully merged' })
}

/** The commit that a merge ends in; undefined where the sides are at odds or one is gone. */
function mergeCommit(ask: Ask, repo: Row, issue: Row, method: keyof typeof METHODS): Row | undefined {
  const { github } = ask
  const { base, head, commits } = diffOf(github, repo, issue)
  if (base === undefined || head === undefined) return undefined
  if (method === 'rebase') return rebased(ask, repo, base, commits)
  const { mergeBase } = compared(github, repo, base, head)
  const [old, ours, theirs] = [mergeBase, base, head].map((one) => filesAt(github, repo, one))
  const files = merged(github, repo, old ?? new Map(), ours ?? new Map(), theirs ?? new Map())
  if (files === undefined) return undefined
  const login = loginOf(ask.viewer)
  const author = signs(github, login)
  const parents = method === 'merge' ? [text(base.sha), text(head.sha)] : [text(base.sha)]
  const committer = { name: 'GitHub', email: 'noreply@github.com', date: author.date }
  const commit = {
    tree: putFiles(github, repo, files),
    parents,
    message: messageOf(ask, issue, method, commits),
    author,
    committer,
  }
  return putCommit(github, repo, commit, { author: login, committer: 'web-flow' })
}

/** Commits put anew on top of the base, one by one; merges among them are left out. */
function rebased(ask: Ask, repo: Row, base: Row, commits: readonly Row[]): Row | undefined {
  const { github } = ask
  const login = loginOf(ask.viewer)
  const committer = signs(github, login)
  let tip = base
  for (const commit of commits) {
    const [parent, ...more] = parentsOf(commit)
    if (more.length > 0) continue
    const old = filesAt(github, repo, parent === undefined ? undefined : commitOf(github, repo, parent))
    const files = merged(github, repo, old, filesAt(github, repo, tip), filesAt(github, repo, commit))
    if (files === undefined) return undefined
    const anew = {
      tree: putFiles(github, repo, files),
      parents: [text(tip.sha)],
      message: text(commit.message),
      author: personOf(commit, 'author'),
      committer,
    }
    const author = typeof commit._author === 'string' ? commit._author : undefined
    tip = putCommit(github, repo, anew, { author, committer: login })
  }
  return tip
}

/**
 * What GitHub writes where the request says nothing: https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository
 * (about merge methods, 2026-11-26). A squash of one commit keeps its words.
 */
function messageOf(ask: Ask, issue: Row, method: 'merge' | 'squash', commits: readonly Row[]): string {
  const { commit_title, commit_message } = ask.body()
  const number = numberOf(issue)
  const [only] = commits.length === 1 ? commits : []
  const [first = '', ...rest] = text(only?.message).split('\n')
  const head = text(rowOf(pullOf(issue).head).label).replace(':', '/')
  const squashed = `${only === undefined ? text(issue.title) : first} (#${number})`
  const title = text(commit_title) || (method === 'squash' ? squashed : `Merge pull request #${number} from ${head}`)
  const listed =
    only === undefined ? commits.map((one) => `* ${text(one.message)}`).join('\n\n') : rest.join('\n').trim()
  const message = text(commit_message) || (method === 'squash' ? listed : text(issue.title))
  return message === '' ? title : `${title}\n\n${message}`
}
