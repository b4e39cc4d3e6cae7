import { loginOf, type Viewer } from '../access.ts'
import { type Ask, below, ok, type Reply, repoOf } from '../ask.ts'
import { person as signs } from '../furnish-git.ts'
import { compared, filesAt, merged } from '../git/history.ts'
import { commitOf, parentsOf, personOf, putCommit, putFiles, refOf } from '../git/objects.ts'
import { canMerge, diffOf, pullOf } from '../git/pull.ts'
import { markMerged, push, removeRef } from '../git/push.ts'
import { findRepo, type GitHub, numberOf } from '../github.ts'
import { guard, isHeld } from '../rules/guard.ts'
import { isRow, type Row, rowOf, text } from '../store.ts'
import { GitHubError, invalid } from '../wire.ts'
import { note } from './issues.ts'
import { pullIn } from './pulls.ts'

const METHODS = { merge: 'allow_merge_commit', squash: 'allow_squash_merge', rebase: 'allow_rebase_merge' } as const

type Method = keyof typeof METHODS
/** Who merges, and how. */
export type Merge = {
  readonly github: GitHub
  readonly viewer: Viewer
  readonly method: Method
  readonly title: string
  readonly message: string
}

export function mergePull(ask: Ask): Reply {
  const repo = repoOf(ask, 'push')
  const issue = pullIn(ask, repo)
  const { sha, merge_method = 'merge', commit_title, commit_message } = ask.body()
  const method = text(merge_method) as Method
  if (METHODS[method] === undefined) throw invalid({ resource: 'PullRequest', field: 'merge_method', code: 'invalid' })
  if (sha !== undefined && sha !== null && sha !== rowOf(pullOf(issue).head).sha)
    throw new GitHubError(409, 'Head branch was modified. Review and try the merge again.')
  const { github, viewer } = ask
  const merge = { github, viewer, method, title: text(commit_title), message: text(commit_message) }
  const commit = mergeNow(merge, repo, issue)
  return ok({ sha: commit.sha ?? '', merged: true, message: 'Pull Request successfully merged' })
}

const refused = (message: string): GitHubError => new GitHubError(405, message)
const NAMES = { merge: 'Merge commits', squash: 'Squash merges', rebase: 'Rebase merges' } as const

/** Merges a pull request, or throws what GitHub refuses it with. Gives the commit the base ends in. */
export function mergeNow(merge: Merge, repo: Row, issue: Row): Row {
  const { github, viewer, method } = merge
  const pull = pullOf(issue)
  if (repo[METHODS[method]] === false) throw refused(`${NAMES[method]} are not allowed on this repository.`)
  if (issue.state !== 'open' || pull.draft === true)
    throw refused(pull.draft === true ? 'Pull Request is still a draft' : 'Pull Request is not mergeable')
  const head = rowOf(pull.head)
  const ref = `refs/heads/${text(rowOf(pull.base).ref)}`
  const { commits } = diffOf(github, repo, issue)
  const message = method === 'rebase' ? undefined : messageOf(merge, issue, method, commits)
  const before = text(rowOf(pull.base).sha)
  guard(github, viewer, repo, { ref, before, merging: { issue, method, message } }, { status: 405 })
  const commit = mergeCommit(merge, repo, issue)
  if (commit === undefined) throw refused('Pull Request is not mergeable')
  // Marked first: the push that follows would take it for one that was merged by hand.
  const done = markMerged(github, viewer, repo, issue, text(commit.sha))
  note(merge, repo, done, 'merged', { commit_id: commit.sha })
  note(merge, repo, done, 'closed')
  push(github, viewer, repo, ref, text(commit.sha))
  const from = findRepo(github, text(head.repo))
  const headRef = `refs/heads/${text(head.ref)}`
  if (repo.delete_branch_on_merge === true && from !== undefined && refOf(github, from, headRef) !== undefined)
    removeRef(github, viewer, from, headRef)
  return commit
}

/** GitHub merges by itself soon after nothing stands in the way any more. Assumed: after a second. */
const AUTO_MS = 1000

/** Sees to pull requests of a repository that are to be merged as soon as they can be. */
export function settleAutoMerges(github: GitHub, repo: Row): void {
  const path = below(repo, 'issues')
  const waiting = (): readonly Row[] =>
    github.store.rows(path).filter((one) => one.state === 'open' && isRow(pullOf(one).auto_merge))
  if (waiting().length === 0) return
  const settle = (): void => {
    for (const issue of waiting()) {
      const { auto_merge, base } = pullOf(issue)
      const { enabled_by, merge_method, commit_title, commit_message } = rowOf(auto_merge)
      if (isHeld(github, repo, issue, text(rowOf(base).ref)) || canMerge(github, repo, issue) !== true) continue
      const viewer: Viewer = { kind: 'user', key: `user ${text(enabled_by)}`, login: text(enabled_by), scopes: [] }
      const method = text(merge_method) as Method
      try {
        mergeNow({ github, viewer, method, title: text(commit_title), message: text(commit_message) }, repo, issue)
      } catch (error) {
        // What stands in the way still is seen to when the next thing happens.
        if (!(error instanceof GitHubError)) throw error
      }
    }
  }
  github.world.clock.schedule(AUTO_MS, settle, 'github auto-merge')
}

/** The commit that a merge ends in; undefined where the sides are at odds or one is gone. */
function mergeCommit(merge: Merge, repo: Row, issue: Row): Row | undefined {
  const { github, method } = merge
  const { base, head, commits } = diffOf(github, repo, issue)
  if (base === undefined || head === undefined) return undefined
  if (method === 'rebase') return rebased(merge, repo, base, commits)
  const { mergeBase } = compared(github, repo, base, head)
  const [old, ours, theirs] = [mergeBase, base, head].map((one) => filesAt(github, repo, one))
  const files = merged(github, repo, old ?? new Map(), ours ?? new Map(), theirs ?? new Map())
  if (files === undefined) return undefined
  const login = loginOf(merge.viewer)
  const author = signs(github, login)
  const parents = method === 'merge' ? [text(base.sha), text(head.sha)] : [text(base.sha)]
  const committer = { name: 'GitHub', email: 'noreply@github.com', date: author.date }
  const commit = {
    tree: putFiles(github, repo, files),
    parents,
    message: messageOf(merge, issue, method, commits),
    author,
    committer,
  }
  return putCommit(github, repo, commit, { author: login, committer: 'web-flow' })
}

/** Commits put anew on top of the base, one by one; merges among them are left out. */
function rebased({ github, viewer }: Merge, repo: Row, base: Row, commits: readonly Row[]): Row | undefined {
  const login = loginOf(viewer)
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
function messageOf(merge: Merge, issue: Row, method: 'merge' | 'squash', commits: readonly Row[]): string {
  const number = numberOf(issue)
  const [only] = commits.length === 1 ? commits : []
  const [first = '', ...rest] = text(only?.message).split('\n')
  const head = text(rowOf(pullOf(issue).head).label).replace(':', '/')
  const squashed = `${only === undefined ? text(issue.title) : first} (#${number})`
  const title = merge.title || (method === 'squash' ? squashed : `Merge pull request #${number} from ${head}`)
  const listed =
    only === undefined ? commits.map((one) => `* ${text(one.message)}`).join('\n\n') : rest.join('\n').trim()
  const message = merge.message || (method === 'squash' ? listed : text(issue.title))
  return message === '' ? title : `${title}\n\n${message}`
}
