import type { Json } from '../../trace.ts'
import { loginOf } from '../access.ts'
import { type Ask, below, done, made, needSomebody, numberIn, type On, ok, type Reply, repoOf } from '../ask.ts'
import { type EventType, edits, emit } from '../events.ts'
import { keepIssue, tellPull } from '../git/push.ts'
import { account, findRepo, type GitHub, numberOf } from '../github.ts'
import { page, sorted } from '../paging.ts'
import { person } from '../shapes/accounts.ts'
import { issueBrief, issueEvent, issueWhole, label, mayTriage, milestone } from '../shapes/issues.ts'
import { count, listOf, type Row, rowOf, text } from '../store.ts'
import { forbidden, GitHubError, invalid, missingField, nodeId, notFound } from '../wire.ts'
import { labelNamed } from './labels.ts'
import { workers } from './people.ts'
import { me, visible } from './users.ts'

export function issueIn(ask: Ask, repo: Row, name = 'number'): Row {
  const issue = ask.github.store.get(below(repo, 'issues'), numberIn(ask, name))
  if (issue === undefined) throw notFound()
  if (issue._deleted === true) throw new GitHubError(410, 'This issue was deleted')
  return issue
}

/** Issues and pull requests count together. */
export function takeNumber(github: GitHub, repo: Row): number {
  const now = findRepo(github, text(repo.full_name)) ?? repo
  const number = count(now._last_number) + 1
  github.store.put('repos', text(now.full_name).toLowerCase(), { ...now, _last_number: number })
  return number
}

/** Tells of an issue, or of the pull request that it is. */
export function tell(
  ask: Ask,
  repo: Row,
  issue: Row,
  action: string,
  more: { readonly [field: string]: Json | undefined } = {},
): void {
  if (issue._pull !== undefined)
    tellPull(ask.github, ask.viewer, repo, issue, `pull_request.${action}` as EventType, more)
  else
    emit(ask.github, ask.viewer, repo, `issues.${action}` as EventType, {
      issue: issueBrief(ask.github, repo, issue),
      ...more,
    })
}

/** Keeps what happened to an issue. */
export function note(ask: Pick<Ask, 'github' | 'viewer'>, repo: Row, issue: Row, event: string, more: Row = {}): void {
  const id = ask.github.nextId()
  const row = {
    id,
    node_id: nodeId('E', Number(repo.id), id),
    actor: loginOf(ask.viewer),
    event,
    issue: numberOf(issue),
    created_at: ask.github.now(),
    ...more,
  }
  ask.github.store.put(below(repo, 'issue-events'), id, row)
}

const namesIn = (given: Json | undefined): readonly string[] =>
  listOf(given).map((one) => (typeof one === 'string' ? one : text(rowOf(one).name)))

function assigneesIn(ask: Ask, repo: Row, given: Json | undefined): readonly string[] {
  const able = new Map(workers(ask, repo).map((login) => [login.toLowerCase(), login]))
  return [...new Set(listOf(given).map(String))].flatMap((login) => {
    const found = able.get(login.toLowerCase())
    if (found !== undefined) return [found]
    // Assumed of a repository whose people a seed does not name: whoever exists may be assigned.
    const known = account(ask.github, login)
    if (known === undefined || able.size > 1)
      throw invalid({ resource: 'Issue', field: 'assignees', code: 'invalid', value: login })
    return [text(known.login)]
  })
}

function milestoneIn(ask: Ask, repo: Row, given: Json | undefined): number | null {
  if (given === null || given === undefined || given === '') return null
  if (ask.github.store.get(below(repo, 'milestones'), String(given)) === undefined)
    throw invalid({ resource: 'Issue', field: 'milestone', code: 'invalid', value: given })
  return Number(given)
}

export function createIssue(ask: Ask): Reply {
  const repo = repoOf(ask)
  const login = needSomebody(ask, repo)
  if (repo.has_issues === false) throw new GitHubError(410, 'Issues are disabled for this repo')
  const body = ask.body()
  if (text(body.title).trim() === '') throw missingField('Issue', 'title')
  const triage = mayTriage(ask.github, ask.viewer, repo)
  const labels = triage ? namesIn(body.labels) : []
  for (const name of labels) labelNamed(ask.github, repo, name)
  const asked = body.assignees ?? (text(body.assignee) === '' ? [] : [text(body.assignee)])
  const assignees = triage ? assigneesIn(ask, repo, asked) : []
  const set = triage ? milestoneIn(ask, repo, body.milestone) : null
  const number = takeNumber(ask.github, repo)
  const id = ask.github.nextId()
  const now = ask.github.now()
  const issue = keepIssue(ask.github, repo, {
    ...{
      id,
      node_id: nodeId('I', Number(repo.id), id),
      number,
      title: body.title,
      body: body.body ?? null,
      user: login,
    },
    ...{
      labels,
      assignees,
      milestone: set,
      state: 'open',
      state_reason: null,
      locked: false,
      active_lock_reason: null,
    },
    ...{ created_at: now, updated_at: now, closed_at: null, closed_by: null },
  })
  tell(ask, repo, issue, 'opened')
  follow(ask, repo, issue, { ...issue, labels: [], assignees: [], milestone: null })
  return made(issueWhole(ask.github, repo, issue))
}

/** Tells and keeps what is different from before. */
function follow(ask: Ask, repo: Row, issue: Row, old: Row): void {
  const { github } = ask
  const [before, after] = [old, issue].map((one) => new Set(namesIn(one.labels)))
  for (const name of after ?? [])
    if (before?.has(name) !== true) {
      const row = labelNamed(github, repo, name)
      note(ask, repo, issue, 'labeled', { label: { name, color: row.color } })
      tell(ask, repo, issue, 'labeled', { label: label(repo, row) })
    }
  for (const name of before ?? [])
    if (after?.has(name) !== true) {
      const row = labelNamed(github, repo, name)
      note(ask, repo, issue, 'unlabeled', { label: { name, color: row.color } })
      tell(ask, repo, issue, 'unlabeled', { label: label(repo, row) })
    }
  const [had, has] = [old, issue].map((one) => new Set(listOf(one.assignees).map(String)))
  for (const login of has ?? []) if (had?.has(login) !== true) assigned(ask, repo, issue, 'assigned', login)
  for (const login of had ?? []) if (has?.has(login) !== true) assigned(ask, repo, issue, 'unassigned', login)
  if (old.milestone !== issue.milestone) {
    const row = github.store.get(below(repo, 'milestones'), String(issue.milestone ?? old.milestone)) ?? {}
    const event = issue.milestone === null ? 'demilestoned' : 'milestoned'
    note(ask, repo, issue, event, { milestone: { title: row.title } })
    tell(ask, repo, issue, event, { milestone: milestone(github, repo, row) })
  }
  if (old.title !== issue.title) note(ask, repo, issue, 'renamed', { rename: { from: old.title, to: issue.title } })
  if (old.title !== issue.title || old.body !== issue.body)
    tell(ask, repo, issue, 'edited', { changes: edits(old, issue, 'title', 'body') })
}

function assigned(ask: Ask, repo: Row, issue: Row, event: 'assigned' | 'unassigned', login: string): void {
  note(ask, repo, issue, event, { assignee: login, assigner: loginOf(ask.viewer) })
  tell(ask, repo, issue, event, { assignee: person(ask.github, login) })
}

const isMine = (ask: Ask, issue: Row): boolean => issue.user === loginOf(ask.viewer)

/** Changes an issue as a body says; what it leaves out stays. Pull requests are changed by it as well. */
export function changed(ask: Ask, repo: Row, old: Row, body: Row): Row {
  needSomebody(ask, repo)
  const triage = mayTriage(ask.github, ask.viewer, repo)
  if (!triage && !isMine(ask, old)) throw forbidden('Must have triage access to Repository.')
  const state = body.state === undefined ? text(old.state) : text(body.state)
  if (state !== 'open' && state !== 'closed')
    throw invalid({ resource: 'Issue', field: 'state', code: 'invalid', value: body.state ?? null })
  if (state === 'open' && rowOf(old._pull).merged === true)
    throw invalid({
      resource: 'PullRequest',
      field: 'state',
      code: 'custom',
      message: 'state cannot be changed. The pull request was merged.',
    })
  if (triage) for (const name of namesIn(body.labels)) labelNamed(ask.github, repo, name)
  const now = ask.github.now()
  const turned = state !== old.state
  const issue = {
    ...old,
    ...(body.title === undefined || body.title === null ? {} : { title: body.title }),
    ...(body.body === undefined ? {} : { body: body.body }),
    ...(triage && body.labels !== undefined ? { labels: namesIn(body.labels) } : {}),
    ...(triage && body.assignees !== undefined ? { assignees: assigneesIn(ask, repo, body.assignees) } : {}),
    ...(triage && body.assignees === undefined && body.assignee !== undefined
      ? { assignees: text(body.assignee) === '' ? [] : assigneesIn(ask, repo, [body.assignee]) }
      : {}),
    ...(triage && body.milestone !== undefined ? { milestone: milestoneIn(ask, repo, body.milestone) } : {}),
    state,
    ...(turned || body.state_reason !== undefined
      ? { state_reason: old._pull !== undefined ? null : reasonOf(state, body.state_reason) }
      : {}),
    ...(turned
      ? { closed_at: state === 'closed' ? now : null, closed_by: state === 'closed' ? loginOf(ask.viewer) : null }
      : {}),
    updated_at: now,
  }
  const kept = keepIssue(ask.github, repo, issue)
  follow(ask, repo, kept, old)
  if (turned) {
    note(
      ask,
      repo,
      kept,
      state === 'closed' ? 'closed' : 'reopened',
      state === 'closed' ? { state_reason: kept.state_reason } : {},
    )
    tell(ask, repo, kept, state === 'closed' ? 'closed' : 'reopened')
  }
  return kept
}

function reasonOf(state: string, asked: Json | undefined): Json {
  if (state === 'open') return 'reopened'
  const reason = text(asked)
  if (!['', 'completed', 'not_planned', 'duplicate'].includes(reason))
    throw invalid({ resource: 'Issue', field: 'state_reason', code: 'invalid', value: reason })
  return reason === '' ? 'completed' : reason
}

const ORDERS = {
  created: (issue: Row): string => text(issue.created_at) + String(numberOf(issue)).padStart(9, '0'),
  updated: (issue: Row): string => text(issue.updated_at) + String(numberOf(issue)).padStart(9, '0'),
  comments: (issue: Row): number => count(issue._comments),
}

/** Issues that a list's query lets through. */
function filtered(ask: Ask, repo: Row, rows: readonly Row[]): readonly Row[] {
  const { query } = ask
  const state = query.get('state') ?? 'open'
  const labels =
    query
      .get('labels')
      ?.split(',')
      .filter((one) => one !== '') ?? []
  const [set, assignee, creator, mentioned, since] = ['milestone', 'assignee', 'creator', 'mentioned', 'since'].map(
    (name) => query.get(name),
  )
  const title = ask.github.store.rows(below(repo, 'milestones'))
  return rows.filter((issue) => {
    if (issue._deleted === true || (state !== 'all' && issue.state !== state)) return false
    const names = namesIn(issue.labels).map((one) => one.toLowerCase())
    if (!labels.every((one) => names.includes(one.toLowerCase()))) return false
    const people = listOf(issue.assignees).map(String)
    if (
      assignee === 'none'
        ? people.length > 0
        : assignee === '*'
          ? people.length === 0
          : assignee && !people.includes(assignee)
    )
      return false
    if (creator && issue.user !== creator) return false
    if (mentioned && !text(issue.body).includes(`@${mentioned}`)) return false
    if (since && Date.parse(text(issue.updated_at)) < Date.parse(since)) return false
    if (set === 'none') return issue.milestone === null
    if (set === '*') return issue.milestone !== null
    return (
      !set ||
      String(issue.milestone) === set ||
      title.some((one) => one.title === set && one.number === issue.milestone)
    )
  })
}

function list(ask: Ask): Reply {
  const repo = repoOf(ask)
  const rows = filtered(ask, repo, ask.github.store.rows(below(repo, 'issues')))
  return page(ask, sorted(ask, rows, ORDERS, { sort: 'created', direction: 'desc' }), (issue) =>
    issueBrief(ask.github, repo, issue),
  )
}

/** Issues of all repositories that have to do with the viewer. */
export function listMine(ask: Ask, org?: string): Reply {
  const login = text(me(ask).login)
  const filter = ask.query.get('filter') ?? 'assigned'
  const fits = (issue: Row): boolean => {
    if (filter === 'created') return issue.user === login
    if (filter === 'mentioned') return text(issue.body).includes(`@${login}`)
    return filter !== 'assigned' || listOf(issue.assignees).includes(login)
  }
  const rows = visible(ask, org).flatMap((repo) =>
    filtered(ask, repo, ask.github.store.rows(below(repo, 'issues')))
      .filter(fits)
      .map((issue) => ({ repo, issue })),
  )
  const newest = [...rows].sort((a, b) => (text(a.issue.created_at) < text(b.issue.created_at) ? 1 : -1))
  return page(ask, newest, ({ repo, issue }) => issueBrief(ask.github, repo, issue))
}

export function addIssueRoutes(on: On): void {
  const repo = '/repos/:owner/:repo'
  addEventRoutes(on, repo)
  on('issues.create', `POST ${repo}/issues`, createIssue, 'user')
  on('issues.list', `GET ${repo}/issues`, list)
  on('issues.list_mine', 'GET /issues', (ask) => listMine(ask), 'user')
  on('issues.list_for_user', 'GET /user/issues', (ask) => listMine(ask), 'user')
  on('issues.get', `GET ${repo}/issues/:number`, (ask) => {
    const of = repoOf(ask)
    return ok(issueWhole(ask.github, of, issueIn(ask, of)))
  })
  on(
    'issues.update',
    `PATCH ${repo}/issues/:number`,
    (ask) => {
      const of = repoOf(ask)
      return ok(issueWhole(ask.github, of, changed(ask, of, issueIn(ask, of), ask.body())))
    },
    'user',
  )
  on('issues.lock', `PUT ${repo}/issues/:number/lock`, (ask) => locked(ask, true), 'user')
  on('issues.unlock', `DELETE ${repo}/issues/:number/lock`, (ask) => locked(ask, false), 'user')
  addLabelRoutes(on, repo)
  addAssigneeRoutes(on, repo)
}

function locked(ask: Ask, on: boolean): Reply {
  const repo = repoOf(ask, 'push')
  const issue = issueIn(ask, repo)
  const reason = on ? (ask.body().lock_reason ?? null) : null
  const kept = keepIssue(ask.github, repo, {
    ...issue,
    locked: on,
    active_lock_reason: reason,
    updated_at: ask.github.now(),
  })
  note(ask, repo, kept, on ? 'locked' : 'unlocked', on ? { lock_reason: reason } : {})
  tell(ask, repo, kept, on ? 'locked' : 'unlocked')
  return done()
}

function addLabelRoutes(on: On, repo: string): void {
  const issue = `${repo}/issues/:number/labels`
  const shown = (ask: Ask, of: Row, row: Row): Reply =>
    page(ask, [...namesIn(row.labels)].sort(), (name) => label(of, labelNamed(ask.github, of, name)))
  const asked = (ask: Ask): readonly string[] => {
    const body = ask.body()
    return namesIn(body._list ?? body.labels)
  }
  const set = (ask: Ask, pick: (old: readonly string[]) => readonly string[]): Reply => {
    const of = repoOf(ask, 'triage')
    const old = issueIn(ask, of)
    const labels = [...new Set(pick(namesIn(old.labels)))]
    return shown(ask, of, changed(ask, of, old, { labels }))
  }
  on('issues.labels.list', `GET ${issue}`, (ask) => {
    const of = repoOf(ask)
    return shown(ask, of, issueIn(ask, of))
  })
  on('issues.labels.add', `POST ${issue}`, (ask) => set(ask, (old) => [...old, ...asked(ask)]), 'user')
  on('issues.labels.replace', `PUT ${issue}`, (ask) => set(ask, () => asked(ask)), 'user')
  on(
    'issues.labels.clear',
    `DELETE ${issue}`,
    (ask) => {
      set(ask, () => [])
      return done()
    },
    'user',
  )
  on(
    'issues.labels.remove',
    `DELETE ${issue}/:name`,
    (ask) => {
      const name = ask.param('name')
      return set(ask, (old) => {
        if (!old.some((one) => one.toLowerCase() === name.toLowerCase())) throw notFound('Label does not exist')
        return old.filter((one) => one.toLowerCase() !== name.toLowerCase())
      })
    },
    'user',
  )
}

function addAssigneeRoutes(on: On, repo: string): void {
  const path = `${repo}/issues/:number/assignees`
  on(
    'issues.assignees.add',
    `POST ${path}`,
    (ask) => {
      const of = repoOf(ask, 'push')
      const old = issueIn(ask, of)
      // Whoever cannot be assigned is left out, and nobody is told.
      const able = new Set(workers(ask, of))
      const asked = listOf(ask.body().assignees).filter((login) => able.has(String(login)))
      const assignees = [...new Set([...listOf(old.assignees), ...asked])]
      return { status: 201, body: issueWhole(ask.github, of, changed(ask, of, old, { assignees })) }
    },
    'user',
  )
  on(
    'issues.assignees.remove',
    `DELETE ${path}`,
    (ask) => {
      const of = repoOf(ask, 'push')
      const old = issueIn(ask, of)
      const gone = new Set(listOf(ask.body().assignees))
      return ok(
        issueWhole(
          ask.github,
          of,
          changed(ask, of, old, { assignees: listOf(old.assignees).filter((one) => !gone.has(one)) }),
        ),
      )
    },
    'user',
  )
}

function addEventRoutes(on: On, repo: string): void {
  const path = (of: Row): string => below(of, 'issue-events')
  const withIssue = (ask: Ask, of: Row, row: Row): Json => {
    const issue = ask.github.store.get(below(of, 'issues'), String(row.issue))
    return {
      ...(issueEvent(ask.github, of, row) as Row),
      issue: issue === undefined ? null : issueBrief(ask.github, of, issue),
    } as Json
  }
  on('issues.events.list_for_repo', `GET ${repo}/issues/events`, (ask) => {
    const of = repoOf(ask)
    return page(ask, [...ask.github.store.rows(path(of))].reverse(), (row) => withIssue(ask, of, row))
  })
  on('issues.events.get', `GET ${repo}/issues/events/:id`, (ask) => {
    const of = repoOf(ask)
    const row = ask.github.store.get(path(of), numberIn(ask, 'id'))
    if (row === undefined) throw notFound()
    return ok(withIssue(ask, of, row))
  })
  on('issues.events.list', `GET ${repo}/issues/:number/events`, (ask) => {
    const of = repoOf(ask)
    const number = numberOf(issueIn(ask, of))
    const rows = ask.github.store.rows(path(of)).filter(({ issue }) => issue === number)
    return page(ask, rows, (row) => issueEvent(ask.github, of, row))
  })
}
