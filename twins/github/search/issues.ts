import { loginOf } from '../access.ts'
import { type Ask, below, gap, type Reply } from '../ask.ts'
import { diffOf, pullOf } from '../git/pull.ts'
import { account, findRepo, numberOf, ownerOf } from '../github.ts'
import { found, sorted } from '../paging.ts'
import { visible } from '../routes/users.ts'
import { commentsPath, issueBrief } from '../shapes/issues.ts'
import { listOf, type Row, rowOf, text } from '../store.ts'
import { invalid } from '../wire.ts'
import { inNumbers, inTime, parseQuery, type Qualifier, type Query, unknownIn } from './query.ts'

export type Hit = { readonly repo: Row; readonly issue: Row }

/** Repositories that a query is about. Throws when it names some that are not to be seen. */
export function scope(ask: Ask, { qualifiers }: Query): readonly Row[] {
  const seen = visible(ask)
  const named = qualifiers.filter(({ key, not }) => ['repo', 'user', 'org'].includes(key) && !not)
  if (named.length === 0) return seen
  const repos = seen.filter((repo) =>
    named.some(({ key, value }) => {
      const name = value === '@me' ? loginOf(ask.viewer) : value
      const own = key === 'repo' ? text(repo.full_name) : ownerOf(repo)
      return own.toLowerCase() === name.toLowerCase()
    }),
  )
  const known = named.some(
    ({ key, value }) =>
      (key === 'repo' ? findRepo(ask.github, value) : account(ask.github, value)) !== undefined || value === '@me',
  )
  if (repos.length === 0 && !known)
    throw invalid({
      resource: 'Search',
      field: 'q',
      code: 'invalid',
      message:
        'The listed users and repositories cannot be searched either because the resources do not exist or you do not have permission to view them.',
    })
  return repos
}

const unreadable = (_: string): Error => gap('searches beyond the common qualifiers')

/** Whether an issue is what one qualifier asks for. */
function fits(ask: Ask, { repo, issue }: Hit, { key, value }: Qualifier): boolean {
  const who = value === '@me' ? loginOf(ask.viewer) : value
  const is = (login: unknown): boolean => String(login).toLowerCase() === who.toLowerCase()
  const pull = issue._pull === undefined ? undefined : pullOf(issue)
  const body = text(issue.body)
  const comments = ask.github.store.rows(commentsPath(repo, issue))
  const assignees = listOf(issue.assignees)
  const says = (login: string): boolean =>
    [body, ...comments.map((one) => text(one.body))].some((words) =>
      new RegExp(`@${login.replaceAll(/[^\w-]/g, '')}\\b`, 'i').test(words),
    )
  const time = (at: unknown): boolean => {
    const inside = inTime(typeof at === 'string' ? at : undefined, value)
    if (inside === undefined) throw unreadable(key)
    return inside
  }
  switch (key) {
    case 'repo':
    case 'user':
    case 'org':
    case 'in':
      return true
    case 'is':
    case 'type':
    case 'state':
      return hasState(issue, repo, pull, value.toLowerCase())
    case 'author':
      return is(issue.user)
    case 'assignee':
      return assignees.some(is)
    case 'mentions':
      return says(who)
    case 'commenter':
      return comments.some(({ user }) => is(user))
    case 'involves':
      return is(issue.user) || assignees.some(is) || says(who) || comments.some(({ user }) => is(user))
    case 'label':
      return listOf(issue.labels).some((name) =>
        value.split(',').some((one) => String(name).toLowerCase() === one.toLowerCase()),
      )
    case 'milestone': {
      const row = ask.github.store.get(below(repo, 'milestones'), String(issue.milestone))
      return text(row?.title).toLowerCase() === value.toLowerCase()
    }
    case 'no':
      return (
        { label: listOf(issue.labels).length, assignee: assignees.length, milestone: issue.milestone === null ? 0 : 1 }[
          value
        ] === 0
      )
    case 'draft':
      return pull !== undefined && String(pull.draft ?? false) === value
    case 'head':
      return pull !== undefined && rowOf(pull.head).ref === value
    case 'base':
      return pull !== undefined && rowOf(pull.base).ref === value
    case 'sha':
      return pull !== undefined && hasCommit(ask, repo, issue, value)
    case 'review-requested':
      return pull !== undefined && listOf(pull.requested_reviewers).some(is)
    case 'user-review-requested':
      return pull !== undefined && listOf(pull.requested_reviewers).some(is)
    case 'reviewed-by':
      return pull !== undefined && reviewsOf(ask, repo, issue).some(({ user }) => is(user))
    case 'review':
      return pull !== undefined && hasReview(ask, repo, issue, value.toLowerCase())
    case 'status':
      return pull !== undefined && statusOf(ask, repo, pull) === value.toLowerCase()
    case 'language':
      return text(repo.language).toLowerCase() === value.toLowerCase()
    case 'team-review-requested':
      return pull !== undefined && listOf(pull.requested_teams).some((slug) => value.endsWith(`/${String(slug)}`))
    case 'created':
      return time(issue.created_at)
    case 'updated':
      return time(issue.updated_at)
    case 'closed':
      return time(issue.closed_at)
    case 'merged':
      return time(pull?.merged_at)
    case 'comments': {
      const inside = inNumbers(comments.length, value)
      if (inside === undefined) throw unreadable(key)
      return inside
    }
    case 'archived':
      return String(repo.archived ?? false) === value
    case 'reason':
      return text(issue.state_reason).replace('_', ' ') === value.replace('_', ' ')
    default:
      throw unreadable(key)
  }
}

const reviewsOf = (ask: Ask, repo: Row, issue: Row): readonly Row[] =>
  ask.github.store.rows(below(repo, `pulls/${numberOf(issue)}/reviews`)).filter(({ state }) => state !== 'PENDING')

/** The last word of each reviewer counts; a comment is none. */
function hasReview(ask: Ask, repo: Row, issue: Row, wanted: string): boolean {
  const said = reviewsOf(ask, repo, issue).filter(({ state }) => state !== 'COMMENTED')
  const last = [...new Map(said.map(({ user, state }) => [String(user), text(state)])).values()]
  switch (wanted) {
    case 'none':
      return last.length === 0
    case 'approved':
      return last.includes('APPROVED') && !last.includes('CHANGES_REQUESTED')
    case 'changes_requested':
      return last.includes('CHANGES_REQUESTED')
    default:
      throw unreadable('review')
  }
}

/** How the newest statuses of its head come out together. */
function statusOf(ask: Ask, repo: Row, pull: Row): string | undefined {
  const { sha } = rowOf(pull.head)
  const rows = ask.github.store.rows(below(repo, 'statuses')).filter((row) => row.sha === sha)
  const states = [...new Map(rows.map((row) => [text(row.context), text(row.state)])).values()]
  if (states.length === 0) return undefined
  if (states.some((state) => state === 'failure' || state === 'error')) return 'failure'
  return states.includes('pending') ? 'pending' : 'success'
}

function hasState(issue: Row, repo: Row, pull: Row | undefined, word: string): boolean {
  switch (word) {
    case 'issue':
      return pull === undefined
    case 'pr':
    case 'pull-request':
      return pull !== undefined
    case 'open':
    case 'closed':
      return issue.state === word
    case 'merged':
      return pull?.merged === true
    case 'unmerged':
      return pull !== undefined && pull.merged !== true
    case 'draft':
      return pull?.draft === true
    case 'locked':
      return issue.locked === true
    case 'unlocked':
      return issue.locked !== true
    case 'public':
      return repo.private !== true
    case 'private':
      return repo.private === true
    default:
      throw gap('searches beyond the common qualifiers')
  }
}

/** A pull request is found by the commits of its head, and by what it was merged as. */
function hasCommit(ask: Ask, repo: Row, issue: Row, sha: string): boolean {
  const pull = pullOf(issue)
  const named = [rowOf(pull.head).sha, pull.merge_commit_sha].map((one) => text(one))
  if (named.some((one) => one.startsWith(sha))) return true
  return diffOf(ask.github, repo, issue).commits.some((commit) => text(commit.sha).startsWith(sha))
}

/** Words may be anywhere, or where `in` says. */
function mentions(ask: Ask, { repo, issue }: Hit, { terms, qualifiers }: Query): boolean {
  const places = qualifiers.filter(({ key }) => key === 'in').flatMap(({ value }) => value.split(','))
  const at = (place: string): boolean => places.length === 0 || places.includes(place)
  const words = [
    ...(at('title') ? [text(issue.title)] : []),
    ...(at('body') ? [text(issue.body)] : []),
    ...(at('comments') ? ask.github.store.rows(commentsPath(repo, issue)).map(({ body }) => text(body)) : []),
  ]
  return terms.every(({ value, not }) => words.some((one) => one.toLowerCase().includes(value.toLowerCase())) !== not)
}

const ORDERS = {
  created: ({ issue }: Hit): string => text(issue.created_at) + String(numberOf(issue)).padStart(9, '0'),
  updated: ({ issue }: Hit): string => text(issue.updated_at) + String(numberOf(issue)).padStart(9, '0'),
  comments: ({ issue }: Hit): number => Number(issue._comments ?? 0),
}

const KNOWN: ReadonlySet<string> = new Set(
  (
    'repo user org in is type state author assignee mentions commenter involves label milestone no draft head base sha ' +
    'review-requested user-review-requested team-review-requested reviewed-by review status language created updated closed merged ' +
    'comments archived reason'
  ).split(' '),
)
const STATES: ReadonlySet<string> = new Set(
  'issue pr pull-request open closed merged unmerged draft locked unlocked public private'.split(' '),
)

/** All issues and pull requests that a search finds. */
export function findIssues(ask: Ask, q: string): readonly Hit[] {
  const query = parseQuery(q)
  if (unknownIn(query, KNOWN, { is: STATES, type: STATES, state: STATES }) !== undefined) throw unreadable('')
  const hits = scope(ask, query).flatMap((repo) =>
    ask.github.store.rows(below(repo, 'issues')).map((issue) => ({ repo, issue })),
  )
  return hits.filter(
    (hit) =>
      hit.issue._deleted !== true &&
      query.qualifiers.every((one) => fits(ask, hit, one) !== one.not) &&
      mentions(ask, hit, query),
  )
}

export function searchIssues(ask: Ask): Reply {
  const q = ask.query.get('q') ?? ''
  if (q.trim() === '') throw invalid({ resource: 'Search', field: 'q', code: 'missing' })
  const hits = sorted(ask, findIssues(ask, q), ORDERS, { sort: 'created', direction: 'desc' })
  const reply = found(
    ask,
    hits,
    ({ repo, issue }) => ({ ...(issueBrief(ask.github, repo, issue) as Row), score: 1 }) as never,
  )
  // By words, not by meaning: https://docs.github.com/rest/search/search (2026-11-26).
  return { ...reply, body: { ...(reply.body as Row), search_type: 'lexical' } as never }
}
