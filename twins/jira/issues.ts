import type { Json } from '../trace.ts'
import { notModelled } from '../twin.ts'
import { wikiOf } from './adf.ts'
import { Refusal } from './ask.ts'
import { tellComment, tellIssue, tellProperty } from './events.ts'
import { type Draft, richTextOf } from './fields.ts'
import { DEFAULT_PRIORITY, named, PRIORITIES, RESOLUTIONS } from './fixed.ts'
import { GAPS } from './gaps.ts'
import { actsIn, isMember, levelOf, mayOnIssue } from './permissions.ts'
import { issueOf, type Site } from './site.ts'
import {
  type Change,
  type Comment,
  type Fields,
  fieldsOf,
  type Issue,
  type Project,
  type Transition,
  textOf,
  type User,
  type Visibility,
} from './state.ts'

/** Stores an issue, and what searches will see of it. */
export function store(site: Site, issue: Issue): Issue {
  site.store.issues.put(issue)
  index(site, issue.id, issue)
  return issue
}

/** A search sees a change only after its lag. */
function index(site: Site, id: string, issue: Issue | null): void {
  const lagMs = site.seed.search?.lag_ms ?? 0
  if (lagMs === 0) return
  const known = site.store.indexed.get(id)?.versions ?? []
  const latest = known.filter(({ from_ms }) => from_ms <= site.now()).at(-1)
  const coming = known.filter(({ from_ms }) => from_ms > site.now())
  site.store.indexed.put({
    id,
    versions: [...(latest === undefined ? [] : [latest]), ...coming, { from_ms: site.now() + lagMs, issue }],
  })
}

/** An issue as a search sees it. */
export function searchable(site: Site, reconcile: readonly string[]): readonly Issue[] {
  const lagMs = site.seed.search?.lag_ms ?? 0
  if (lagMs === 0) return site.store.issues.all()
  return site.store.indexed.all().flatMap(({ id, versions }) => {
    const now = site.store.issues.get(id)
    const seen = reconcile.includes(id) ? now : versions.filter(({ from_ms }) => from_ms <= site.now()).at(-1)?.issue
    return seen ?? []
  })
}

export const noteOf = ({
  id,
  key,
  project,
  type,
  summary,
  status,
  assignee,
  reporter,
  labels,
  parent,
}: Issue): Fields => ({
  id,
  key,
  project,
  type,
  summary,
  status,
  assignee,
  reporter,
  labels,
  parent,
})

/** Makes an issue; `silent` when it was there before the scenario starts. */
export function create(site: Site, me: string, project: Project, draft: Draft, silent = false): Issue {
  const number = project.issues + 1
  site.store.projects.put({ ...project, issues: number })
  const nowMs = site.now()
  const reporter = draft.reporter ?? me
  const issue = store(site, {
    summary: '',
    type: 'Task',
    description: null,
    environment: null,
    status: project.statuses[0] ?? '',
    category_changed_ms: nowMs,
    priority: DEFAULT_PRIORITY,
    resolution: null,
    resolved_ms: null,
    assignee: null,
    reporter,
    labels: [],
    components: [],
    fix_versions: [],
    versions: [],
    duedate: null,
    parent: null,
    original_s: null,
    remaining_s: null,
    spent_s: null,
    properties: {},
    custom: {},
    sprints: [],
    security: levelOfNew(site, project, draft),
    ...draft,
    id: site.next('issue'),
    key: `${project.key}-${number}`,
    project: project.key,
    creator: me,
    // Who creates or comments watches: https://confluence.atlassian.com/jirakb/how-to-disable-automatic-watchers-on-jira-issues-1476624806.html (2026-11-26).
    watchers: [me],
    voters: [],
    rank: Number(site.next('rank', 1)),
    created_ms: nowMs,
    updated_ms: nowMs,
  })
  if (silent) return issue
  site.note('issue.created', noteOf(issue))
  tellIssue(site, me, { kind: 'created', name: 'issue_created' }, issue)
  return issue
}

/** A sub-task is as secret as its parent; of all else the project says it. */
function levelOfNew(site: Site, project: Project, { type, parent }: Draft): string | null {
  const above = type !== undefined && site.type(type).subtask ? issueOf(site, parent ?? '') : undefined
  if (above !== undefined) return above.security
  return site.store.security_schemes.get(project.security_scheme ?? '')?.default_level ?? null
}

const SIMPLE: Readonly<Record<string, keyof Issue>> = {
  summary: 'summary',
  duedate: 'duedate',
  Parent: 'parent',
}

/** What became of which field, as the history and webhooks tell it. */
function changesOf(site: Site, before: Issue, after: Issue): readonly Change[] {
  const changes: Change[] = []
  const add = (
    field: string,
    fieldId: string,
    from: readonly [string | null, string | null],
    to: readonly [string | null, string | null],
    custom = false,
  ): void => {
    if (from[0] === to[0] && from[1] === to[1]) return
    const fieldtype = custom ? 'custom' : 'jira'
    changes.push({ field, fieldtype, fieldId, from: from[0], fromString: from[1], to: to[0], toString: to[1] })
  }
  const plain = (value: string | null): readonly [null, string | null] => [null, value]
  const person = (id: string | null): readonly [string | null, string | null] =>
    id === null ? [null, null] : [id, site.store.users.get(id)?.display_name ?? '']
  const fixed = (
    list: readonly { readonly id: string; readonly name: string }[],
    name: string | null,
  ): readonly [string | null, string | null] => (name === null ? [null, null] : [named(list, name)?.id ?? null, name])
  const status = (name: string): readonly [string, string] => [site.status(name).id, name]
  const type = (name: string): readonly [string, string] => [site.type(name).id, name]
  const rich = (document: Json): readonly [null, string | null] => [null, document === null ? null : wikiOf(document)]
  const names = (list: readonly string[]): readonly [null, string | null] => [null, list.join(' ')]
  const level = (id: string | null): readonly [string | null, string | null] =>
    id === null ? [null, null] : [id, levelOf(site, id)?.name ?? '']
  add('security', 'security', level(before.security), level(after.security))
  add('status', 'status', status(before.status), status(after.status))
  add('resolution', 'resolution', fixed(RESOLUTIONS, before.resolution), fixed(RESOLUTIONS, after.resolution))
  add('assignee', 'assignee', person(before.assignee), person(after.assignee))
  add('reporter', 'reporter', person(before.reporter), person(after.reporter))
  add('priority', 'priority', fixed(PRIORITIES, before.priority), fixed(PRIORITIES, after.priority))
  add('issuetype', 'issuetype', type(before.type), type(after.type))
  add('description', 'description', rich(before.description), rich(after.description))
  add('environment', 'environment', rich(before.environment), rich(after.environment))
  add('labels', 'labels', names(before.labels), names(after.labels))
  /** One item for each that went and each that came. */
  const each = (
    field: string,
    fieldId: string,
    rows: readonly { readonly id: string; readonly name: string }[],
    [was, is]: readonly [readonly string[], readonly string[]],
  ): void => {
    const idOf = (name: string): string | null => rows.find((row) => row.name === name)?.id ?? null
    for (const name of was) if (!is.includes(name)) add(field, fieldId, [idOf(name), name], [null, null])
    for (const name of is) if (!was.includes(name)) add(field, fieldId, [null, null], [idOf(name), name])
  }
  const { components, versions } = site.project(after.project)
  each('Component', 'components', components, [before.components, after.components])
  each('Fix Version', 'fixVersions', versions, [before.fix_versions, after.fix_versions])
  each('Version', 'versions', versions, [before.versions, after.versions])
  for (const [field, key] of Object.entries(SIMPLE))
    add(field, String(key), plain(before[key] as string | null), plain(after[key] as string | null))
  const seconds = (value: number | null): readonly [string | null, string | null] =>
    value === null ? [null, null] : [String(value), String(value)]
  add('timeoriginalestimate', 'timeoriginalestimate', seconds(before.original_s), seconds(after.original_s))
  add('timeestimate', 'timeestimate', seconds(before.remaining_s), seconds(after.remaining_s))
  add('timespent', 'timespent', seconds(before.spent_s), seconds(after.spent_s))
  for (const { id, name, type } of site.store.fields.all()) {
    if (type === 'sprint') {
      add(name, id, sprints(site, before), sprints(site, after), true)
      continue
    }
    const tell = (value: Json | undefined): readonly [null, string | null] =>
      plain(value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value))
    add(name, id, tell(before.custom[id]), tell(after.custom[id]), true)
  }
  return changes
}

/** Ids and names of the sprints an issue is in, as its history tells them. */
function sprints(site: Site, { sprints: ids }: Issue): readonly [string, string] {
  return [ids.join(', '), ids.map((id) => site.store.sprints.get(id)?.name ?? '').join(', ')]
}

/** Changes an issue, and tells of it when anything is another now; `more` is what changed beside its fields. */
export function change(
  site: Site,
  me: string,
  before: Issue,
  draft: Draft,
  event = 'issue_updated',
  more: readonly Change[] = [],
): Issue {
  const next: Issue = { ...before, ...draft }
  const items = [...changesOf(site, before, next), ...more]
  for (const key of Object.keys(next.properties))
    if (JSON.stringify(next.properties[key]) !== JSON.stringify(before.properties[key]))
      tellProperty(site, me, 'set', next, key)
  if (items.length === 0) return store(site, next)
  const issue = store(site, { ...next, updated_ms: site.now() })
  if (issue.security !== before.security)
    for (const child of site.store.issues.find(`in ${issue.key}`))
      if (site.type(child.type).subtask) store(site, { ...child, security: issue.security })
  const id = site.next('history')
  site.store.histories.put({ id, issue: issue.id, author: me, created_ms: site.now(), items })
  const fields = items.map(({ fieldId }) => fieldId)
  site.note('issue.updated', { ...noteOf(issue), fields, by: me })
  tellIssue(site, me, { kind: 'updated', name: event }, issue, { id, items })
  return issue
}

/** Transitions that somebody may do: none without the permission. */
export const offeredTo = (site: Site, me: User, issue: Issue): readonly Transition[] =>
  mayOnIssue(site, me, 'TRANSITION_ISSUES', issue) ? offered(site, issue) : []

/** Transitions that the workflow offers an issue where it stands. */
export const offered = (site: Site, { project, status }: Issue): readonly Transition[] =>
  site.project(project).transitions.filter(({ from }) => from.length === 0 || from.includes(status))

/**
 * Moves an issue. Where the workflow does not say, a status of the category done sets a resolution, and leaving it takes it away: in
 * Jira a post function of each transition does either (https://support.atlassian.com/jira-cloud-administration/docs/configure-advanced-issue-workflows).
 */
export function transition(
  site: Site,
  me: string,
  before: Issue,
  { to, resolution: set }: Pick<Transition, 'to' | 'resolution'>,
  draft: Draft = {},
): Issue {
  const [was, is] = [site.status(before.status).category, site.status(to).category]
  const nowMs = site.now()
  const wanted = set === undefined ? (is === 'done' ? (before.resolution ?? 'Done') : null) : set
  const resolution: Draft =
    wanted === null
      ? { resolution: null, resolved_ms: null }
      : { resolution: wanted, resolved_ms: before.resolved_ms ?? nowMs }
  const moved: Draft = {
    ...resolution,
    ...draft,
    status: to,
    category_changed_ms: was === is ? before.category_changed_ms : nowMs,
  }
  const issue = change(site, me, before, moved, 'issue_generic')
  site.note('issue.transitioned', { ...noteOf(issue), from: before.status, to, by: me })
  return issue
}

/** Removes an issue, its parts and its sub-tasks. */
export function remove(site: Site, me: string, issue: Issue): void {
  for (const child of site.store.issues.find(`in ${issue.key}`)) {
    if (site.type(child.type).subtask) remove(site, me, child)
    else store(site, { ...child, parent: null })
  }
  const { comments, worklogs, histories, links, issues, attachments, remote_links } = site.store
  for (const comment of comments.find(issue.id)) {
    tellComment(site, me, 'deleted', issue, comment, 'Secondary')
    comments.remove(comment.id)
  }
  tellIssue(site, me, { kind: 'deleted', name: 'issue_deleted' }, issue)
  for (const worklog of worklogs.find(issue.id)) worklogs.remove(worklog.id)
  for (const history of histories.find(issue.id)) histories.remove(history.id)
  for (const link of links.find(issue.id)) links.remove(link.id)
  for (const attachment of attachments.find(issue.id)) attachments.remove(attachment.id)
  for (const link of remote_links.find(issue.id)) remote_links.remove(link.id)
  issues.remove(issue.id)
  index(site, issue.id, null)
  site.note('issue.deleted', noteOf(issue))
}

/** Adds a comment; `body` is as the request sent it. */
export function addComment(
  site: Site,
  me: string,
  version: 2 | 3,
  issue: Issue,
  wish: Fields,
  silent = false,
): Comment {
  onlyBody(wish)
  const visibility = visibilityOf(site, me, issue, wish.visibility)
  const body = commentOf(version, wish.body)
  const nowMs = site.now()
  const comment = site.store.comments.put({
    id: site.next('comment'),
    issue: issue.id,
    author: me,
    update_author: me,
    body,
    visibility,
    created_ms: nowMs,
    updated_ms: nowMs,
  })
  if (silent) return comment
  const updated = store(site, { ...issue, updated_ms: nowMs, watchers: [...new Set([...issue.watchers, me])] })
  site.note('comment.created', { id: comment.id, issue: issue.key, author: me, text: wikiOf(body) })
  tellComment(site, me, 'created', updated, comment)
  return comment
}

/** The document of a comment, or the refusal. */
export function commentOf(version: 2 | 3, body: Json | undefined): Json {
  if (body === undefined || body === null || body === '')
    throw new Refusal(400, [], { comment: 'Comment body can not be empty!' })
  const document = richTextOf(version, body)
  if (document === undefined) throw new Refusal(400, [], { comment: 'Comment body is not valid!' })
  return document
}

/** The issue with that id or key, as it now is. */
export function fresh(site: Site, { id }: Issue): Issue {
  const issue = issueOf(site, id)
  if (issue === undefined) throw new Error(`twins/jira: expected issue ${id} in the state, got none.`)
  return issue
}

/**
 * Whom a comment or worklog is for, as a request says it; who writes has to be one of them. Wording: the texts of Jira that
 * `comment.service.error` names in public copies of its source (2026-11-26).
 */
export function visibilityOf(site: Site, me: string, issue: Issue, wish: Json | undefined): Visibility | null {
  if (wish === undefined || wish === null) return null
  const { type, value, identifier } = fieldsOf(wish)
  const wanted = textOf(identifier) || textOf(value)
  const wrong = (message: string): Refusal => new Refusal(400, [], { commentLevel: message })
  if (type === 'group') {
    const group = site.store.groups.get(wanted) ?? site.store.groups.find(wanted.toLowerCase())[0]
    if (group === undefined) throw wrong(`Group: ${wanted} does not exist.`)
    if (!isMember(site, me, group.id)) throw wrong(`You are currently not a member of the group: ${group.name}.`)
    return { type: 'group', id: group.id }
  }
  if (type !== 'role') throw wrong('The visibility type must be role or group.')
  const role = site.store.roles.find(wanted.toLowerCase())[0] ?? site.store.roles.get(wanted)
  if (role === undefined) throw wrong(`Role: ${wanted} does not exist.`)
  if (!actsIn(site, me, site.project(issue.project), role.id))
    throw wrong(`You are currently not a member of the project role: ${role.name}.`)
  return { type: 'role', id: role.id }
}

/** Rejects what a comment or worklog may have beside its text. */
export function onlyBody({ properties }: Fields): void {
  if (properties !== undefined && properties !== null)
    throw notModelled('jira', GAPS, 'properties of anything but issues')
}
