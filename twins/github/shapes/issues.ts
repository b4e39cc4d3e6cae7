import type { Json } from '../../trace.ts'
import { isMember, loginOf, roleOfUser, type Viewer } from '../access.ts'
import { type GitHub, numberOf, ownerOf, repoPath } from '../github.ts'
import { isRow, listOf, type Row, rowOf, text } from '../store.ts'
import { asSeen, without } from '../wire.ts'
import { person } from './accounts.ts'
import { urlOf, webOf } from './repos.ts'

export const REACTIONS = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'] as const

/** How often each reaction was given below a thing. */
export function reactions(github: GitHub, collection: string, url: string): Json {
  const given = github.store.rows(collection)
  const tally = REACTIONS.map((word) => [word, given.filter(({ content }) => content === word).length])
  return { url: `${url}/reactions`, total_count: given.length, ...Object.fromEntries(tally) }
}

/** What somebody is to a repository: https://docs.github.com/graphql/reference/enums#commentauthorassociation (2026-11-26). */
export function association(github: GitHub, repo: Row, login: string): string {
  const owner = ownerOf(repo)
  if (owner.toLowerCase() === login.toLowerCase()) return 'OWNER'
  if (isMember(github, owner, login)) return 'MEMBER'
  if (github.store.get(`${repoPath(repo)}/collaborators`, login.toLowerCase()) !== undefined) return 'COLLABORATOR'
  return 'NONE'
}

export function label(repo: Row, row: Row): Json {
  const { id, node_id, name } = row
  const url = `${urlOf(repo)}/labels/${encodeURIComponent(text(name))}`
  const { color = 'ededed', description = null } = row
  return { id, node_id, url, name, color, default: row.default ?? false, description } as Json
}

export function milestone(github: GitHub, repo: Row, row: Row): Json {
  const of = github.store.rows(`${repoPath(repo)}/issues`).filter((issue) => issue.milestone === row.number)
  const url = `${urlOf(repo)}/milestones/${numberOf(row)}`
  const open = of.filter(({ state }) => state === 'open').length
  return {
    url,
    html_url: `${webOf(repo)}/milestone/${numberOf(row)}`,
    labels_url: `${url}/labels`,
    id: row.id,
    node_id: row.node_id,
    number: row.number,
    title: row.title,
    description: row.description ?? null,
    creator: person(github, row.creator),
    open_issues: open,
    closed_issues: of.length - open,
    state: row.state,
    created_at: row.created_at,
    updated_at: row.updated_at,
    due_on: row.due_on ?? null,
    closed_at: row.closed_at ?? null,
  } as Json
}

/** By name, as recorded. */
const labelsOf = (github: GitHub, repo: Row, issue: Row): readonly Json[] =>
  [...listOf(issue.labels)].sort().flatMap((name) => {
    if (isRow(name)) return [name as Json]
    const row = github.store.get(`${repoPath(repo)}/labels`, String(name).toLowerCase())
    return row === undefined ? [] : [label(repo, row)]
  })

/** What issues and pull requests show alike. */
export function shared(github: GitHub, repo: Row, issue: Row): Row {
  const assignees = listOf(issue.assignees).map((who) => person(github, who))
  const set = github.store.get(`${repoPath(repo)}/milestones`, String(issue.milestone))
  return {
    number: issue.number,
    title: issue.title,
    user: person(github, issue.user),
    labels: labelsOf(github, repo, issue),
    state: issue.state,
    locked: issue.locked ?? false,
    assignee: assignees[0] ?? null,
    assignees,
    milestone: set === undefined ? null : milestone(github, repo, set),
    created_at: issue.created_at,
    updated_at: issue.updated_at,
    closed_at: issue.closed_at ?? null,
    author_association: issue.author_association ?? association(github, repo, text(issue.user)),
    active_lock_reason: issue.active_lock_reason ?? null,
    body: issue.body ?? null,
  }
}

export const commentsPath = (repo: Row, issue: Row): string => `${repoPath(repo)}/issues/${numberOf(issue)}/comments`
const webOfIssue = (repo: Row, issue: Row): string =>
  `${webOf(repo)}/${issue._pull === undefined ? 'issues' : 'pull'}/${numberOf(issue)}`

/** An issue as lists and searches show it. A pull request is one too. */
export function issueBrief(github: GitHub, repo: Row, issue: Row): Json {
  const url = `${urlOf(repo)}/issues/${numberOf(issue)}`
  const pull = isRow(issue._pull) ? issue._pull : undefined
  const web = webOfIssue(repo, issue)
  return {
    url,
    repository_url: urlOf(repo),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: web,
    id: issue.id,
    node_id: issue.node_id,
    ...without(shared(github, repo, issue), 'body'),
    comments: issue._comments ?? github.store.size(commentsPath(repo, issue)),
    ...(pull === undefined
      ? onlyIssues(github, repo, issue)
      : { draft: pull.draft ?? false, pull_request: pullLinks(repo, issue, pull, web) }),
    body: issue.body ?? null,
    reactions: reactions(github, `${repoPath(repo)}/issues/${numberOf(issue)}/reactions`, url),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: issue.performed_via_github_app ?? null,
    state_reason: issue.state_reason ?? null,
  } as Json
}

/** Since 2025; pull requests have none of it. */
function onlyIssues(github: GitHub, repo: Row, issue: Row): Row {
  const closed = (numbers: readonly Json[]): number =>
    numbers.filter((number) => github.store.get(`${repoPath(repo)}/issues`, String(number))?.state === 'closed').length
  const [below, blockers, blocked] = [issue._sub_issues, issue._blocked_by, issue._blocks].map(listOf)
  const [total, waits, holds] = [below, blockers, blocked].map((list) => list?.length ?? 0)
  const completed = closed(below ?? [])
  return {
    type: null,
    issue_field_values: [],
    sub_issues_summary: {
      total: total ?? 0,
      completed,
      percent_completed: total ? Math.floor((100 * completed) / total) : 0,
    },
    issue_dependencies_summary: {
      blocked_by: (waits ?? 0) - closed(blockers ?? []),
      total_blocked_by: waits ?? 0,
      blocking: issue.state === 'closed' ? 0 : (holds ?? 0),
      total_blocking: holds ?? 0,
    },
    ...(issue._parent === undefined ? {} : { parent_issue_url: `${urlOf(repo)}/issues/${String(issue._parent)}` }),
  }
}

const pullLinks = (repo: Row, issue: Row, pull: Row, web: string): Json => ({
  url: `${urlOf(repo)}/pulls/${numberOf(issue)}`,
  html_url: web,
  diff_url: `${web}.diff`,
  patch_url: `${web}.patch`,
  merged_at: pull.merged_at ?? null,
})

/** An issue by itself. */
export const issueWhole = (github: GitHub, repo: Row, issue: Row): Json =>
  ({
    ...(issueBrief(github, repo, issue) as Row),
    closed_by: person(github, issue.closed_by),
    pinned_comment: null,
  }) as Json

export const comment = (github: GitHub, repo: Row, issue: Row, row: Row): Json =>
  asSeen(row, freshComment(github, repo, issue, row))

function freshComment(github: GitHub, repo: Row, issue: Row, row: Row): Json {
  const url = `${urlOf(repo)}/issues/comments/${row.id}`
  return {
    url,
    html_url: `${webOfIssue(repo, issue)}#issuecomment-${row.id}`,
    issue_url: `${urlOf(repo)}/issues/${numberOf(issue)}`,
    id: row.id,
    node_id: row.node_id,
    user: person(github, row.user),
    created_at: row.created_at,
    updated_at: row.updated_at,
    author_association: row.author_association ?? association(github, repo, text(row.user)),
    body: row.body ?? '',
    reactions: reactions(github, `${repoPath(repo)}/issues/comments/${row.id}/reactions`, url),
    performed_via_github_app: row.performed_via_github_app ?? null,
  } as Json
}

/** Something that happened to an issue, without the issue. */
export function issueEvent(github: GitHub, repo: Row, row: Row): Json {
  const people = ['assignee', 'assigner', 'review_requester', 'requested_reviewer'].flatMap((field) =>
    row[field] === undefined ? [] : [[field, person(github, row[field])]],
  )
  const more = ['label', 'milestone', 'rename', 'lock_reason', 'state_reason', 'dismissed_review'].flatMap((field) =>
    row[field] === undefined ? [] : [[field, row[field]]],
  )
  return {
    id: row.id,
    node_id: row.node_id,
    url: `${urlOf(repo)}/issues/events/${row.id}`,
    actor: person(github, row.actor),
    event: row.event,
    commit_id: row.commit_id ?? null,
    commit_url:
      row.commit_id === undefined || row.commit_id === null ? null : `${urlOf(repo)}/commits/${row.commit_id}`,
    created_at: row.created_at,
    ...Object.fromEntries(people),
    ...Object.fromEntries(more),
    performed_via_github_app: null,
  } as Json
}

/** Who may change labels, assignees and states of others' issues. */
export function mayTriage(github: GitHub, viewer: Viewer, repo: Row): boolean {
  if (viewer.kind === 'installation')
    return (
      rowOf(viewer.grant.permissions).issues === 'write' || rowOf(viewer.grant.permissions).pull_requests === 'write'
    )
  return !['none', 'pull'].includes(roleOfUser(github, repo, loginOf(viewer)))
}
