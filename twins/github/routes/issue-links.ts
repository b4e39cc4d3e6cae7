import type { Json } from '../../trace.ts'
import { type Ask, below, done, type On, ok, type Reply, repoOf } from '../ask.ts'
import { keepIssue } from '../git/push.ts'
import { numberOf } from '../github.ts'
import { page } from '../paging.ts'
import { issueBrief } from '../shapes/issues.ts'
import { listOf, type Row, text } from '../store.ts'
import { GitHubError, notFound } from '../wire.ts'
import { issueIn } from './issues.ts'
import { workers } from './people.ts'

const path = '/repos/:owner/:repo/issues/:number'

/** An issue of the same repository by its database id. Those of other repositories are not looked for. */
function issueById(ask: Ask, repo: Row, id: Json | undefined): Row {
  const row = ask.github.store.rows(below(repo, 'issues')).find((one) => one.id === id)
  if (row === undefined) throw notFound('The provided issue does not exist')
  return row
}
const byNumber = (ask: Ask, repo: Row, number: Json): Row | undefined =>
  ask.github.store.get(below(repo, 'issues'), String(number))

const found = (ask: Ask, repo: Row, number: Json): readonly Row[] => {
  const row = byNumber(ask, repo, number)
  return row === undefined ? [] : [row]
}

/** Issues below issues: https://docs.github.com/rest/issues/sub-issues (2026-11-26). */
function addSubIssues(on: On): void {
  const children = (issue: Row): readonly Json[] => listOf(issue._sub_issues)
  const rowsOf = (ask: Ask, repo: Row, issue: Row): readonly Row[] =>
    children(issue).flatMap((number) => found(ask, repo, number))
  on('issues.sub_issues.list', `GET ${path}/sub_issues`, (ask) => {
    const repo = repoOf(ask)
    return page(ask, rowsOf(ask, repo, issueIn(ask, repo)), (row) => issueBrief(ask.github, repo, row))
  })
  on(
    'issues.sub_issues.add',
    `POST ${path}/sub_issues`,
    (ask) => {
      const repo = repoOf(ask, 'triage')
      const parent = issueIn(ask, repo)
      const { sub_issue_id, replace_parent } = ask.body()
      const child = issueById(ask, repo, sub_issue_id)
      const old = child._parent === undefined ? undefined : byNumber(ask, repo, child._parent)
      if (old !== undefined && replace_parent !== true)
        throw new GitHubError(
          422,
          'An error occurred while adding the sub-issue to the parent issue. Sub issue may only have one parent',
        )
      if (old !== undefined) without(ask, repo, old, child)
      keepIssue(ask.github, repo, { ...child, _parent: numberOf(parent) })
      const fresh = byNumber(ask, repo, numberOf(parent)) ?? parent
      const kept = keepIssue(ask.github, repo, { ...fresh, _sub_issues: [...children(fresh), numberOf(child)] as Json })
      return { status: 201, body: issueBrief(ask.github, repo, kept) }
    },
    'user',
  )
  const without = (ask: Ask, repo: Row, parent: Row, child: Row): Row => {
    const { _parent: _, ...free } = child
    keepIssue(ask.github, repo, free)
    const left = children(parent).filter((number) => number !== numberOf(child))
    return keepIssue(ask.github, repo, { ...parent, _sub_issues: left as Json })
  }
  on(
    'issues.sub_issues.remove',
    `DELETE ${path}/sub_issue`,
    (ask) => {
      const repo = repoOf(ask, 'triage')
      const parent = issueIn(ask, repo)
      const child = issueById(ask, repo, ask.body().sub_issue_id)
      if (!children(parent).includes(numberOf(child))) throw notFound()
      return ok(issueBrief(ask.github, repo, without(ask, repo, parent, child)))
    },
    'user',
  )
  on('issues.sub_issues.reprioritize', `PATCH ${path}/sub_issues/priority`, reprioritize, 'user')
  on('issues.parent', `GET ${path}/parent`, (ask) => {
    const repo = repoOf(ask)
    const parent = byNumber(ask, repo, issueIn(ask, repo)._parent ?? null)
    if (parent === undefined) throw notFound()
    return ok(issueBrief(ask.github, repo, parent))
  })
}

function reprioritize(ask: Ask): Reply {
  const repo = repoOf(ask, 'triage')
  const parent = issueIn(ask, repo)
  const { sub_issue_id, after_id, before_id } = ask.body()
  if ((after_id === undefined) === (before_id === undefined))
    throw new GitHubError(422, 'Only one of after_id or before_id may be specified')
  const number = numberOf(issueById(ask, repo, sub_issue_id))
  const mark = numberOf(issueById(ask, repo, after_id ?? before_id))
  const rest = listOf(parent._sub_issues).filter((one) => one !== number)
  const at = rest.indexOf(mark)
  if (at < 0) throw notFound()
  rest.splice(after_id === undefined ? at : at + 1, 0, number)
  return ok(issueBrief(ask.github, repo, keepIssue(ask.github, repo, { ...parent, _sub_issues: rest as Json })))
}

/** What waits for what: https://docs.github.com/rest/issues/issue-dependencies (2026-11-26). */
function addDependencies(on: On): void {
  const blockers = (issue: Row): readonly Json[] => listOf(issue._blocked_by)
  on('issues.blocked_by.list', `GET ${path}/dependencies/blocked_by`, (ask) => {
    const repo = repoOf(ask)
    const rows = blockers(issueIn(ask, repo)).flatMap((number) => found(ask, repo, number))
    return page(ask, rows, (row) => issueBrief(ask.github, repo, row))
  })
  on('issues.blocking.list', `GET ${path}/dependencies/blocking`, (ask) => {
    const repo = repoOf(ask)
    const rows = listOf(issueIn(ask, repo)._blocks).flatMap((number) => found(ask, repo, number))
    return page(ask, rows, (row) => issueBrief(ask.github, repo, row))
  })
  on(
    'issues.blocked_by.add',
    `POST ${path}/dependencies/blocked_by`,
    (ask) => {
      const repo = repoOf(ask, 'triage')
      const issue = issueIn(ask, repo)
      const blocker = issueById(ask, repo, ask.body().issue_id)
      if (blockers(issue).includes(numberOf(blocker)) || numberOf(blocker) === numberOf(issue))
        throw new GitHubError(422, 'An error occurred while adding the dependency')
      const list = [...blockers(issue), numberOf(blocker)]
      keepIssue(ask.github, repo, { ...blocker, _blocks: [...listOf(blocker._blocks), numberOf(issue)] as Json })
      const kept = keepIssue(ask.github, repo, { ...issue, _blocked_by: list as Json })
      return { status: 201, body: issueBrief(ask.github, repo, kept) }
    },
    'user',
  )
  on(
    'issues.blocked_by.remove',
    `DELETE ${path}/dependencies/blocked_by/:blocker`,
    (ask) => {
      const repo = repoOf(ask, 'triage')
      const issue = issueIn(ask, repo)
      const blocker = issueById(ask, repo, Number(ask.param('blocker')))
      const number = numberOf(blocker)
      if (!blockers(issue).includes(number)) throw notFound()
      const left = blockers(issue).filter((one) => one !== number)
      const holds = listOf(blocker._blocks).filter((one) => one !== numberOf(issue))
      keepIssue(ask.github, repo, { ...blocker, _blocks: holds as Json })
      return ok(issueBrief(ask.github, repo, keepIssue(ask.github, repo, { ...issue, _blocked_by: left as Json })))
    },
    'user',
  )
}

export function addIssueLinkRoutes(on: On): void {
  addSubIssues(on)
  addDependencies(on)
  on('issues.assignees.check', `GET ${path}/assignees/:assignee`, (ask) => {
    const repo = repoOf(ask)
    issueIn(ask, repo)
    const found = workers(ask, repo).some((login) => text(login).toLowerCase() === ask.param('assignee').toLowerCase())
    if (!found) throw notFound()
    return done()
  })
}
