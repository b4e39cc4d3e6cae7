import type { Json } from '../../trace.ts'
import { loginOf, roleOn } from '../access.ts'
import { type Ask, below, done, made, needSomebody, numberIn, type On, ok, type Reply, repoOf } from '../ask.ts'
import { edits, emit } from '../events.ts'
import { pullOf } from '../git/pull.ts'
import { keepIssue } from '../git/push.ts'
import { numberOf, repoPath } from '../github.ts'
import { page, sorted } from '../paging.ts'
import { reviewsPath } from '../rules/approvals.ts'
import { isNamed, protectionFor } from '../rules/in-force.ts'
import { person } from '../shapes/accounts.ts'
import { association, mayTriage, reactions } from '../shapes/issues.ts'
import { pullBrief } from '../shapes/pulls.ts'
import { urlOf, webOf } from '../shapes/repos.ts'
import { reviewDoc, reviewTold } from '../shapes/reviews.ts'
import { listOf, type Row, rowOf, text } from '../store.ts'
import { asSeen, forbidden, GitHubError, invalid, missingField, nodeId, notFound } from '../wire.ts'
import { mine } from './comments.ts'
import { settleAutoMerges } from './merge.ts'
import { pullIn } from './pulls.ts'

const commentsPath = (repo: Row): string => below(repo, 'pulls/comments')

/** A comment on a line of a change. */
const commentDoc = (ask: Ask, repo: Row, row: Row): Json => asSeen(row, freshCommentDoc(ask, repo, row))

function freshCommentDoc(ask: Ask, repo: Row, row: Row): Json {
  const url = `${urlOf(repo)}/pulls/comments/${row.id}`
  const pull = `${urlOf(repo)}/pulls/${row._pull}`
  const html = `${webOf(repo)}/pull/${row._pull}#discussion_r${row.id}`
  const { start_line = null, start_side = null } = row
  return {
    url,
    pull_request_review_id: row.pull_request_review_id ?? null,
    id: row.id,
    node_id: row.node_id,
    diff_hunk: row.diff_hunk ?? '',
    path: row.path,
    commit_id: row.commit_id,
    original_commit_id: row.original_commit_id ?? row.commit_id,
    user: person(ask.github, row.user),
    body: row.body,
    created_at: row.created_at,
    updated_at: row.updated_at,
    html_url: html,
    pull_request_url: pull,
    author_association: row.author_association ?? association(ask.github, repo, text(row.user)),
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pull } },
    reactions: reactions(ask.github, `${repoPath(repo)}/pulls/comments/${row.id}/reactions`, url),
    start_line,
    original_start_line: start_line,
    start_side,
    // Assumed: a position counts lines.
    line: row.line ?? row.position ?? null,
    original_line: row.original_line ?? row.line ?? row.position ?? null,
    side: row.side ?? 'RIGHT',
    ...(row.in_reply_to_id === undefined ? {} : { in_reply_to_id: row.in_reply_to_id }),
    original_position: row.original_position ?? row.position ?? 1,
    position: row.position === undefined ? 1 : row.position,
    subject_type: row.subject_type ?? 'line',
  } as Json
}

const STATES = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const

/** The state an event leads to; none leaves the review pending. */
function stateOf(ask: Ask, issue: Row, event: Json | undefined, body: Json | undefined): string {
  if (event === undefined || event === null || event === '') return 'PENDING'
  const state = STATES[text(event) as keyof typeof STATES]
  if (state === undefined)
    throw new GitHubError(422, 'Variable $event of type PullRequestReviewEvent was provided invalid value')
  const own = text(issue.user) === loginOf(ask.viewer)
  if (own && state === 'APPROVED')
    throw new GitHubError(422, 'Unprocessable Entity', ['Review Can not approve your own pull request'])
  if (own && state === 'CHANGES_REQUESTED')
    throw new GitHubError(422, 'Unprocessable Entity', ['Review Can not request changes on your own pull request'])
  if (state !== 'APPROVED' && text(body) === '')
    throw new GitHubError(422, 'Unprocessable Entity', ['Review Body is too short (minimum is 1 character)'])
  return state
}

function submitted(ask: Ask, repo: Row, issue: Row, row: Row): void {
  const login = text(row.user)
  const pull = pullOf(issue)
  // Whoever has reviewed is asked no longer.
  const waiting = listOf(pull.requested_reviewers).filter((one) => one !== login)
  const kept = keepIssue(ask.github, repo, {
    ...issue,
    updated_at: ask.github.now(),
    _pull: { ...pull, requested_reviewers: waiting } as Json,
  })
  emit(ask.github, ask.viewer, repo, 'pull_request_review.submitted', {
    review: reviewTold(ask.github, repo, kept, row),
    pull_request: pullBrief(ask.github, repo, kept),
  })
  settleAutoMerges(ask.github, repo)
}

/** Whoever may not triage says nothing on what is locked. */
function unlocked(ask: Ask, repo: Row, issue: Row): void {
  if (issue.locked === true && !mayTriage(ask.github, ask.viewer, repo))
    throw forbidden('Unable to create comment because issue is locked.')
}

export function createReview(ask: Ask): Reply {
  const repo = repoOf(ask)
  const user = needSomebody(ask, repo)
  const issue = pullIn(ask, repo)
  unlocked(ask, repo, issue)
  const { body = '', event, commit_id, comments } = ask.body()
  const state = stateOf(ask, issue, event, listOf(comments).length > 0 ? 'comments' : body)
  const mine = ask.github.store
    .rows(reviewsPath(repo, issue))
    .find((row) => row.user === user && row.state === 'PENDING')
  if (state === 'PENDING' && mine !== undefined)
    throw new GitHubError(422, 'Unprocessable Entity', ['User can only have one pending review per pull request'])
  const id = ask.github.nextId()
  const now = ask.github.now()
  const row = ask.github.store.put(reviewsPath(repo, issue), id, {
    id,
    node_id: nodeId('PRR', Number(repo.id), id),
    user,
    body,
    state,
    commit_id: commit_id ?? rowOf(pullOf(issue).head).sha,
    submitted_at: now,
  })
  for (const one of listOf(comments)) newComment(ask, repo, issue, { ...rowOf(one), pull_request_review_id: id })
  if (state !== 'PENDING') submitted(ask, repo, issue, row)
  return ok(reviewDoc(ask.github, repo, issue, row))
}

function reviewIn(ask: Ask, repo: Row, issue: Row): Row {
  const row = ask.github.store.get(reviewsPath(repo, issue), numberIn(ask, 'review'))
  if (row === undefined) throw notFound()
  return row
}

function newComment(ask: Ask, repo: Row, issue: Row, fields: Row): Row {
  const { body, path } = fields
  if (text(body) === '') throw missingField('PullRequestReviewComment', 'body')
  if (text(path) === '') throw missingField('PullRequestReviewComment', 'path')
  const id = ask.github.nextId()
  const now = ask.github.now()
  const head = rowOf(pullOf(issue).head).sha
  const names = [
    'path',
    'line',
    'side',
    'start_line',
    'start_side',
    'position',
    'in_reply_to_id',
    'subject_type',
    'pull_request_review_id',
    'diff_hunk',
  ]
  const picked = names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]]))
  const row = {
    id,
    node_id: nodeId('PRRC', Number(repo.id), id),
    user: loginOf(ask.viewer),
    body,
    commit_id: fields.commit_id ?? head,
    created_at: now,
    updated_at: now,
    _pull: numberOf(issue),
    ...Object.fromEntries(picked),
  }
  return ask.github.store.put(commentsPath(repo), id, row)
}

function comment(ask: Ask, more: Row = {}): Reply {
  const repo = repoOf(ask)
  needSomebody(ask, repo)
  const issue = pullIn(ask, repo)
  unlocked(ask, repo, issue)
  const body = { ...ask.body(), ...more }
  const replied = body.in_reply_to === undefined ? body.in_reply_to_id : body.in_reply_to
  const parent = replied === undefined ? undefined : ask.github.store.get(commentsPath(repo), String(replied))
  if (replied !== undefined && parent === undefined)
    throw invalid({ resource: 'PullRequestReviewComment', field: 'in_reply_to', code: 'invalid' })
  const { line, side, path, position, diff_hunk, subject_type } = parent ?? {}
  const place = { line, side, path, position, diff_hunk, subject_type }
  const basis = parent === undefined ? {} : { ...place, in_reply_to_id: parent.in_reply_to_id ?? parent.id }
  const row = newComment(ask, repo, issue, { ...basis, ...body })
  tellOf(ask, repo, row, 'created')
  return made(commentDoc(ask, repo, row))
}

function tellOf(ask: Ask, repo: Row, row: Row, action: 'created' | 'edited' | 'deleted', more: Row = {}): void {
  const issue = ask.github.store.get(below(repo, 'issues'), String(row._pull))
  emit(ask.github, ask.viewer, repo, `pull_request_review_comment.${action}`, {
    ...more,
    comment: commentDoc(ask, repo, row),
    pull_request: issue === undefined ? null : pullBrief(ask.github, repo, issue),
  })
}

const ORDERS = {
  created: (row: Row): string => text(row.created_at),
  updated: (row: Row): string => text(row.updated_at),
}

/** Branch protection may say who dismisses reviews: https://docs.github.com/rest/branches/branch-protection (2026-11-26). */
function mayDismiss(ask: Ask, repo: Row): void {
  const base = text(rowOf(pullOf(pullIn(ask, repo)).base).ref)
  const reviews = rowOf(protectionFor(ask.github, repo, `refs/heads/${base}`)?.required_pull_request_reviews)
  const only = rowOf(reviews.dismissal_restrictions)
  if (Object.keys(only).length === 0 || roleOn(ask.github, ask.viewer, repo) === 'admin') return
  if (!isNamed(ask.github, ask.viewer, repo, only)) throw forbidden('Must be allowed to dismiss reviews.')
}

export function addReviewRoutes(on: On): void {
  const repo = '/repos/:owner/:repo'
  const pull = `${repo}/pulls/:number`
  on('pulls.reviews.create', `POST ${pull}/reviews`, createReview, 'user')
  on('pulls.reviews.list', `GET ${pull}/reviews`, (ask) => {
    const of = repoOf(ask)
    const issue = pullIn(ask, of)
    const rows = ask.github.store
      .rows(reviewsPath(of, issue))
      .filter((row) => row.state !== 'PENDING' || row.user === loginOf(ask.viewer))
    return page(ask, rows, (row) => reviewDoc(ask.github, of, issue, row))
  })
  on('pulls.reviews.get', `GET ${pull}/reviews/:review`, (ask) => {
    const of = repoOf(ask)
    const issue = pullIn(ask, of)
    return ok(reviewDoc(ask.github, of, issue, reviewIn(ask, of, issue)))
  })
  const change = (
    ask: Ask,
    fields: (row: Row, issue: Row) => Row,
  ): { readonly of: Row; readonly issue: Row; readonly row: Row } => {
    const of = repoOf(ask)
    const issue = pullIn(ask, of)
    const old = reviewIn(ask, of, issue)
    return {
      of,
      issue,
      row: ask.github.store.put(reviewsPath(of, issue), numberIn(ask, 'review'), { ...old, ...fields(old, issue) }),
    }
  }
  on(
    'pulls.reviews.update',
    `PUT ${pull}/reviews/:review`,
    (ask) => {
      const { of, issue, row } = change(ask, (old) => {
        if (old.user !== loginOf(ask.viewer)) throw forbidden('Must be the author of the review.')
        return { body: ask.body().body ?? '' }
      })
      return ok(reviewDoc(ask.github, of, issue, row))
    },
    'user',
  )
  on(
    'pulls.reviews.submit',
    `POST ${pull}/reviews/:review/events`,
    (ask) => {
      const { of, issue, row } = change(ask, (old, on) => {
        const body = ask.body().body ?? old.body
        return { body, state: stateOf(ask, on, ask.body().event, body), submitted_at: ask.github.now() }
      })
      submitted(ask, of, issue, row)
      return ok(reviewDoc(ask.github, of, issue, row))
    },
    'user',
  )
  on(
    'pulls.reviews.dismiss',
    `PUT ${pull}/reviews/:review/dismissals`,
    (ask) => {
      mayDismiss(ask, repoOf(ask, 'push'))
      if (text(ask.body().message) === '') throw missingField('PullRequestReview', 'message')
      const { of, issue, row } = change(ask, () => ({ state: 'DISMISSED' }))
      emit(ask.github, ask.viewer, of, 'pull_request_review.dismissed', {
        review: reviewTold(ask.github, of, issue, row),
        pull_request: pullBrief(ask.github, of, issue),
      })
      return ok(reviewDoc(ask.github, of, issue, row))
    },
    'user',
  )
  on(
    'pulls.reviews.delete',
    `DELETE ${pull}/reviews/:review`,
    (ask) => {
      const of = repoOf(ask)
      const issue = pullIn(ask, of)
      const row = reviewIn(ask, of, issue)
      if (row.state !== 'PENDING') throw new GitHubError(422, 'Can not delete a non-pending pull request review')
      ask.github.store.remove(reviewsPath(of, issue), numberIn(ask, 'review'))
      return ok(reviewDoc(ask.github, of, issue, row))
    },
    'user',
  )
  on('pulls.reviews.comments.list', `GET ${pull}/reviews/:review/comments`, (ask) => {
    const of = repoOf(ask)
    const { id } = reviewIn(ask, of, pullIn(ask, of))
    return page(
      ask,
      ask.github.store.rows(commentsPath(of)).filter((row) => row.pull_request_review_id === id),
      (row) => commentDoc(ask, of, row),
    )
  })
  addCommentRoutes(on, repo, pull)
}

function addCommentRoutes(on: On, repo: string, pull: string): void {
  const find = (ask: Ask, of: Row): Row => {
    const row = ask.github.store.get(commentsPath(of), numberIn(ask, 'id'))
    if (row === undefined) throw notFound()
    return row
  }
  on('pulls.comments.list_for_repo', `GET ${repo}/pulls/comments`, (ask) => {
    const of = repoOf(ask)
    return page(
      ask,
      sorted(ask, ask.github.store.rows(commentsPath(of)), ORDERS, { sort: 'created', direction: 'asc' }),
      (row) => commentDoc(ask, of, row),
    )
  })
  on('pulls.comments.get', `GET ${repo}/pulls/comments/:id`, (ask) => {
    const of = repoOf(ask)
    return ok(commentDoc(ask, of, find(ask, of)))
  })
  on(
    'pulls.comments.update',
    `PATCH ${repo}/pulls/comments/:id`,
    (ask) => {
      const of = repoOf(ask)
      const old = find(ask, of)
      mine(ask, of, old)
      const row = ask.github.store.put(commentsPath(of), numberIn(ask, 'id'), {
        ...old,
        body: ask.body().body,
        updated_at: ask.github.now(),
      })
      tellOf(ask, of, row, 'edited', { changes: edits(old, row, 'body') })
      return ok(commentDoc(ask, of, row))
    },
    'user',
  )
  on(
    'pulls.comments.delete',
    `DELETE ${repo}/pulls/comments/:id`,
    (ask) => {
      const of = repoOf(ask)
      const row = find(ask, of)
      mine(ask, of, row)
      ask.github.store.remove(commentsPath(of), numberIn(ask, 'id'))
      tellOf(ask, of, row, 'deleted')
      return done()
    },
    'user',
  )
  on('pulls.comments.list', `GET ${pull}/comments`, (ask) => {
    const of = repoOf(ask)
    const number = numberOf(pullIn(ask, of))
    return page(
      ask,
      ask.github.store.rows(commentsPath(of)).filter((row) => row._pull === number),
      (row) => commentDoc(ask, of, row),
    )
  })
  on('pulls.comments.create', `POST ${pull}/comments`, (ask) => comment(ask), 'user')
  on(
    'pulls.comments.reply',
    `POST ${pull}/comments/:id/replies`,
    (ask) => comment(ask, { in_reply_to: numberIn(ask, 'id') }),
    'user',
  )
}
