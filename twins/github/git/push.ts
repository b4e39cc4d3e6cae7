import type { Json } from '../../trace.ts'
import { loginOf, type Viewer } from '../access.ts'
import { type EventType, emit } from '../events.ts'
import { findRepo, type GitHub, repoPath } from '../github.ts'
import { staleApprovals } from '../rules/approvals.ts'
import { asks } from '../rules/guard.ts'
import { person } from '../shapes/accounts.ts'
import { changesOf } from '../shapes/commits.ts'
import { pullBrief, pullWhole } from '../shapes/pulls.ts'
import { webOf } from '../shapes/repos.ts'
import { reviewTold } from '../shapes/reviews.ts'
import { type Row, rowOf, text } from '../store.ts'
import { closeMentioned } from './closing.ts'
import { ancestors } from './history.ts'
import { commitOf, parentsOf, personOf, putRef, refOf, refsPath, resolve } from './objects.ts'
import { pullOf } from './pull.ts'

const NOTHING = '0'.repeat(40)

/** Points a ref at a commit and tells everyone; pull requests of the branch follow. */
export function push(
  github: GitHub,
  viewer: Viewer,
  repo: Row,
  ref: string,
  sha: string,
  forced = false,
  type = 'commit',
): Row {
  const before = refOf(github, repo, ref)
  const row = putRef(github, repo, ref, sha, type)
  if (before?.sha === sha) return row
  const touched = github.store.put('repos', text(repo.full_name).toLowerCase(), {
    ...(findRepo(github, text(repo.full_name)) ?? repo),
    pushed_at: github.now(),
  })
  const [, kind = '', ...name] = ref.split('/')
  if (before === undefined && (kind === 'heads' || kind === 'tags')) {
    const what = kind === 'heads' ? 'branch' : 'tag'
    emit(github, viewer, touched, 'create', {
      ref: name.join('/'),
      ref_type: what,
      master_branch: text(repo.default_branch),
      description: repo.description ?? null,
      pusher_type: 'user',
    })
  }
  emit(
    github,
    viewer,
    touched,
    'push',
    pushPayload(github, viewer, touched, ref, text(before?.sha) || NOTHING, sha, forced),
  )
  if (kind !== 'heads') return row
  followBranch(github, viewer, touched, name.join('/'), sha)
  if (name.join('/') === repo.default_branch && before !== undefined) {
    const messages = freshCommits(github, touched, text(before.sha), sha).map(({ message }) => text(message))
    closeMentioned(github, viewer, touched, messages, sha)
  }
  return row
}

export function removeRef(github: GitHub, viewer: Viewer, repo: Row, ref: string): void {
  const before = refOf(github, repo, ref)
  github.store.remove(refsPath(repo), ref)
  const [, kind = '', ...name] = ref.split('/')
  emit(github, viewer, repo, 'delete', {
    ref: name.join('/'),
    ref_type: kind === 'heads' ? 'branch' : 'tag',
    pusher_type: 'user',
  })
  emit(github, viewer, repo, 'push', pushPayload(github, viewer, repo, ref, text(before?.sha), NOTHING, false))
  if (kind !== 'heads') return
  // Without its head or its base a pull request is closed.
  for (const { home, issue } of pullsOn(github, repo, name.join('/'))) closePull(github, viewer, home, issue)
}

/** What a push brings that was not there, newest first; only the last where there was nothing. */
function freshCommits(github: GitHub, repo: Row, before: string, after: string): readonly Row[] {
  const [old, head] = [before, after].map((sha) => commitOf(github, repo, sha))
  if (head === undefined) return []
  if (old === undefined) return [head]
  const known = new Set(ancestors(github, repo, old).map(({ sha }) => sha))
  return ancestors(github, repo, head).filter(({ sha }) => !known.has(sha))
}

/** The last push to the default branch, as far as its head tells; nothing where there is none. */
export function lastPush(github: GitHub, viewer: Viewer, repo: Row): Row | undefined {
  const branch = text(repo.default_branch)
  const head = resolve(github, repo, branch)
  if (head === undefined) return undefined
  const [before = NOTHING] = parentsOf(head)
  return pushPayload(github, viewer, repo, `refs/heads/${branch}`, before, text(head.sha), false)
}

function pushPayload(
  github: GitHub,
  viewer: Viewer,
  repo: Row,
  ref: string,
  before: string,
  after: string,
  forced: boolean,
): Row {
  const head = commitOf(github, repo, after)
  const fresh = freshCommits(github, repo, before, after)
  const login = loginOf(viewer)
  return {
    ref,
    before,
    after,
    created: before === NOTHING,
    deleted: after === NOTHING,
    forced,
    base_ref: null,
    compare: `${webOf(repo)}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits: fresh
      .slice(0, 20)
      .reverse()
      .map((commit) => pushed(github, repo, commit)),
    head_commit: head === undefined ? null : pushed(github, repo, head),
    pusher: { name: login, email: text(rowOf(person(github, login)).email) || `${login}@users.noreply.github.com` },
  }
}

/** A commit as pushes tell of it. */
export function pushed(github: GitHub, repo: Row, commit: Row): Json {
  const changes = changesOf(github, repo, commit)
  const paths = (status: string): readonly string[] =>
    changes.filter((one) => one.status === status).map(({ path }) => path)
  const { date: _, ...author } = personOf(commit, 'author')
  const { date, ...committer } = personOf(commit, 'committer')
  return {
    id: text(commit.sha),
    tree_id: text(commit.tree),
    distinct: true,
    message: text(commit.message),
    timestamp: date,
    url: `${webOf(repo)}/commit/${text(commit.sha)}`,
    author: { ...author, ...(commit._author === null ? {} : { username: text(commit._author) }) },
    committer: { ...committer, ...(commit._committer === null ? {} : { username: text(commit._committer) }) },
    added: paths('added'),
    removed: paths('removed'),
    modified: paths('modified'),
  }
}

type Pull = { readonly home: Row; readonly issue: Row; readonly as: 'head' | 'base' }

/** Open pull requests that a branch is a side of, in this repository and those it was forked from. */
function pullsOn(github: GitHub, repo: Row, branch: string): readonly Pull[] {
  const homes = github.store.rows('repos').filter((one) => one._network === repo._network)
  return homes.flatMap((home) =>
    github.store.rows(`${repoPath(home)}/issues`).flatMap((issue): readonly Pull[] => {
      if (issue._pull === undefined || issue.state !== 'open') return []
      const is = (side: 'head' | 'base'): boolean => {
        const of = rowOf(pullOf(issue)[side])
        return text(of.repo).toLowerCase() === text(repo.full_name).toLowerCase() && of.ref === branch
      }
      return is('head') ? [{ home, issue, as: 'head' }] : is('base') ? [{ home, issue, as: 'base' }] : []
    }),
  )
}

export const keepIssue = (github: GitHub, repo: Row, issue: Row): Row =>
  github.store.put(`${repoPath(repo)}/issues`, String(issue.number), issue)

function followBranch(github: GitHub, viewer: Viewer, repo: Row, branch: string, sha: string): void {
  for (const { home, issue, as } of pullsOn(github, repo, branch)) {
    const pull = pullOf(issue)
    const side = rowOf(pull[as])
    const unknown = {
      _mergeable: null,
      _dueMs: github.world.clock.now() + CHECK_MS,
      merge_commit_sha: as === 'head' ? null : (pull.merge_commit_sha ?? null),
    }
    const pushed = as === 'head' ? { _pushed_by: loginOf(viewer) } : {}
    const next = { ...pull, ...unknown, ...pushed, [as]: { ...side, sha } }
    const kept = keepIssue(github, home, {
      ...issue,
      _pull: next as Json,
      ...(as === 'head' ? { updated_at: github.now() } : {}),
    })
    if (as === 'head') {
      tellPull(github, viewer, home, kept, 'pull_request.synchronize', { before: text(side.sha), after: sha })
      dismissStale(github, viewer, home, kept)
    } else if (contains(github, repo, sha, text(rowOf(pull.head).sha))) markMerged(github, viewer, home, kept, sha)
  }
}

/** What was approved is another thing now, where a rule says so. */
function dismissStale(github: GitHub, viewer: Viewer, repo: Row, issue: Row): void {
  if (!asks(github, repo, text(rowOf(pullOf(issue).base).ref), 'dismiss_stale_reviews_on_push')) return
  for (const row of staleApprovals(github, repo, issue))
    emit(github, viewer, repo, 'pull_request_review.dismissed', {
      review: reviewTold(github, repo, issue, row),
      pull_request: pullBrief(github, repo, issue),
    })
}

/** GitHub works out in the background whether a pull request can be merged. Assumed: in a second. */
export const CHECK_MS = 1000

const contains = (github: GitHub, repo: Row, branch: string, sha: string): boolean => {
  const tip = commitOf(github, repo, branch)
  return tip !== undefined && parentsOf(tip).length > 0 && ancestors(github, repo, tip).some((one) => one.sha === sha)
}

export const tellPull = (
  github: GitHub,
  viewer: Viewer,
  repo: Row,
  issue: Row,
  type: EventType,
  more: { readonly [field: string]: Json | undefined } = {},
): void =>
  emit(github, viewer, repo, type, {
    number: Number(issue.number),
    pull_request: pullWhole(github, repo, issue),
    ...more,
  })

function closePull(github: GitHub, viewer: Viewer, repo: Row, issue: Row): void {
  const now = github.now()
  const kept = keepIssue(github, repo, {
    ...issue,
    state: 'closed',
    closed_at: now,
    updated_at: now,
    closed_by: loginOf(viewer),
  })
  tellPull(github, viewer, repo, kept, 'pull_request.closed')
}

/** Closes a pull request as merged. */
export function markMerged(github: GitHub, viewer: Viewer, repo: Row, issue: Row, sha: string): Row {
  const now = github.now()
  const login = loginOf(viewer)
  const pull = {
    ...pullOf(issue),
    merged: true,
    merged_at: now,
    merged_by: login,
    merge_commit_sha: sha,
    mergeable: null,
    auto_merge: null,
  }
  const kept = keepIssue(github, repo, {
    ...issue,
    _pull: pull as Json,
    state: 'closed',
    closed_at: now,
    closed_by: login,
    updated_at: now,
  })
  tellPull(github, viewer, repo, kept, 'pull_request.closed')
  if (rowOf(pullOf(issue).base).ref === repo.default_branch)
    closeMentioned(github, viewer, repo, [text(issue.body)], sha)
  return kept
}
