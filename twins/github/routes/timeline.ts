import type { Json } from '../../trace.ts'
import { type Ask, below, type On, type Reply, repoOf } from '../ask.ts'
import { diffOf, pullOf } from '../git/pull.ts'
import { numberOf } from '../github.ts'
import { page } from '../paging.ts'
import { reviewsPath } from '../rules/approvals.ts'
import { person } from '../shapes/accounts.ts'
import { gitCommit } from '../shapes/commits.ts'
import { comment, commentsPath, issueEvent } from '../shapes/issues.ts'
import { reviewTold } from '../shapes/reviews.ts'
import { count, isRow, type Row, rowOf, text } from '../store.ts'
import { issueIn } from './issues.ts'

type Moment = { readonly at: number; readonly id: number; readonly doc: Json }

const moment = (at: Json | undefined, id: Json | undefined, doc: Json): Moment => ({
  at: Date.parse(text(at)) || 0,
  id: count(id),
  doc,
})

/** All that happened to an issue, oldest first: https://docs.github.com/rest/issues/timeline (2026-11-26). */
function list(ask: Ask): Reply {
  const { github } = ask
  const repo = repoOf(ask)
  const issue = issueIn(ask, repo)
  const events = github.store
    .rows(below(repo, 'issue-events'))
    .filter((row) => row.issue === numberOf(issue))
    .map((row) => moment(row.created_at, row.id, issueEvent(github, repo, row)))
  const comments = github.store.rows(commentsPath(repo, issue)).map((row) => {
    const doc = { ...rowOf(comment(github, repo, issue, row)), actor: person(github, row.user), event: 'commented' }
    return moment(row.created_at, row.id, doc as Json)
  })
  const moments = [...events, ...comments, ...(isRow(issue._pull) ? ofPull(ask, repo, issue) : [])]
  moments.sort((one, other) => one.at - other.at || one.id - other.id)
  return page(ask, moments, ({ doc }) => doc)
}

/** Commits have no number of their own, and come before what was done in the same second. */
function ofPull({ github }: Ask, repo: Row, issue: Row): readonly Moment[] {
  const reviews = github.store
    .rows(reviewsPath(repo, issue))
    .filter((row) => row.state !== 'PENDING')
    .map((row) => {
      const doc = { ...rowOf(reviewTold(github, repo, issue, row)), event: 'reviewed' }
      return moment(row.submitted_at, row.id, doc as Json)
    })
  const commits = diffOf(github, repo, issue).commits.map((commit) => {
    const doc = { ...rowOf(gitCommit(github, repo, commit)), event: 'committed' }
    return moment(rowOf(rowOf(doc as Json).committer).date, 0, doc as Json)
  })
  return pullOf(issue).head === undefined ? reviews : [...commits, ...reviews]
}

export function addTimelineRoutes(on: On): void {
  on('issues.timeline', 'GET /repos/:owner/:repo/issues/:number/timeline', list)
}
