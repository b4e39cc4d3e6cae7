import type { Json } from '../trace.ts'
import { levelOf, readable, seesIssue } from './permissions.ts'
import { issueOf, type Site } from './site.ts'
import type { Field, Fields, Issue, Sprint } from './state.ts'
import {
  attachmentBody,
  briefBody,
  categoryBody,
  commentBody,
  componentBody,
  durationOf,
  isoOf,
  levelBody,
  linkBody,
  priorityBody,
  projectBody,
  resolutionBody,
  rest,
  richText,
  statusBody,
  timeOf,
  typeBody,
  userBody,
  type View,
  versionBody,
  worklogBody,
} from './wire.ts'

/** A sprint as the field of an issue has it: fewer keys than the sprint itself. */
const sprintValue = ({ id, name, state, board, goal, start_ms, end_ms, completed_ms }: Sprint): Fields => ({
  id: Number(id),
  name,
  state,
  boardId: Number(board),
  goal,
  ...(start_ms === null ? {} : { startDate: isoOf(start_ms) }),
  ...(end_ms === null ? {} : { endDate: isoOf(end_ms) }),
  ...(completed_ms === null ? {} : { completeDate: isoOf(completed_ms) }),
})

const customBody = (site: Site, view: View, field: Field, value: Json): Json => {
  if (value === null) return null
  const option = (id: Json): Json => {
    const found = field.options.find((one) => one.id === id)
    return { self: rest(view, `customFieldOption/${String(id)}`), value: found?.value ?? '', id: String(id) }
  }
  switch (field.type) {
    case 'textarea':
      return richText(view, value)
    case 'select':
      return option(value)
    case 'multiselect':
      return (value as readonly Json[]).map(option)
    case 'user':
      return userBody(view, site.user(String(value)))
    default:
      return value
  }
}

/** All fields of an issue. */
export function fieldsBody(site: Site, view: View, issue: Issue): Fields {
  const { store } = site
  const project = site.project(issue.project)
  const person = (id: string | null): Json => (id === null ? null : userBody(view, site.user(id)))
  const parent = issue.parent === null ? undefined : issueOf(site, issue.parent)
  const [comments, worklogs] = [
    readable(site, view.me, issue, store.comments.find(issue.id)),
    readable(site, view.me, issue, store.worklogs.find(issue.id)),
  ]
  const level = issue.security === null ? undefined : levelOf(site, issue.security)
  const time = timeTracking(issue)
  const me = site.user(view.me)
  const sees = (id: string): boolean => {
    const other = store.issues.get(id)
    return other !== undefined && seesIssue(site, me, other)
  }
  return {
    summary: issue.summary,
    description: richText(view, issue.description),
    environment: richText(view, issue.environment),
    issuetype: typeBody(view, site.type(issue.type)),
    project: projectBody(view, project),
    status: statusBody(view, site.status(issue.status)),
    statusCategory: categoryBody(view, site.status(issue.status).category),
    statuscategorychangedate: timeOf(issue.category_changed_ms),
    priority: priorityBody(view, issue.priority),
    resolution: resolutionBody(view, issue.resolution),
    resolutiondate: issue.resolved_ms === null ? null : timeOf(issue.resolved_ms),
    assignee: person(issue.assignee),
    reporter: person(issue.reporter),
    creator: person(issue.creator),
    labels: issue.labels,
    components: issue.components.map((name) => componentBody(view, project, name)),
    fixVersions: issue.fix_versions.map((name) => versionBody(view, project, name)),
    versions: issue.versions.map((name) => versionBody(view, project, name)),
    duedate: issue.duedate,
    ...(parent === undefined || !seesIssue(site, me, parent) ? {} : { parent: briefBody(site, view, parent) }),
    subtasks: store.issues
      .find(`in ${issue.key}`)
      .filter((child) => site.type(child.type).subtask && seesIssue(site, me, child))
      .map((child) => briefBody(site, view, child)),
    issuelinks: store.links
      .find(issue.id)
      .filter(({ source, target }) => sees(source === issue.id ? target : source))
      .map((link) => linkBody(site, view, link, issue.id)),
    attachment: store.attachments.find(issue.id).map((row) => attachmentBody(site, view, row)),
    comment: {
      comments: comments.map((comment) => commentBody(site, view, comment)),
      self: rest(view, `issue/${issue.id}/comment`),
      maxResults: comments.length,
      total: comments.length,
      startAt: 0,
    },
    worklog: {
      startAt: 0,
      maxResults: 20,
      total: worklogs.length,
      worklogs: worklogs.slice(0, 20).map((worklog) => worklogBody(site, view, worklog)),
    },
    watches: {
      self: rest(view, `issue/${issue.key}/watchers`),
      watchCount: issue.watchers.length,
      isWatching: issue.watchers.includes(view.me),
    },
    votes: {
      self: rest(view, `issue/${issue.key}/votes`),
      votes: issue.voters.length,
      hasVoted: issue.voters.includes(view.me),
    },
    timetracking: time,
    ...spentBody(site, issue),
    security: level === undefined ? null : levelBody(view, level),
    issuerestriction: { issuerestrictions: {}, shouldDisplay: false },
    created: timeOf(issue.created_ms),
    updated: timeOf(issue.updated_ms),
    lastViewed: null,
    ...Object.fromEntries(
      store.fields
        .all()
        .map((field) => [
          field.id,
          field.type === 'sprint'
            ? sprintsBody(site, issue)
            : customBody(site, view, field, issue.custom[field.id] ?? null),
        ]),
    ),
  }
}

function sprintsBody({ store }: Site, { sprints }: Issue): Json {
  const rows = sprints.flatMap((id) => store.sprints.get(id) ?? [])
  return rows.length === 0 ? null : rows.map(sprintValue)
}

/** Seconds of an issue and, as aggregates, of its sub-tasks with it. */
function spentBody({ store, type }: Site, issue: Issue): Fields {
  const all = [issue, ...store.issues.find(`in ${issue.key}`).filter((child) => type(child.type).subtask)]
  const sum = (of: (one: Issue) => number | null): number | null => {
    const known = all.map(of).filter((one) => one !== null)
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0)
  }
  const progress = (spent: number, left: number): Fields => {
    const total = spent + left
    return { progress: spent, total, ...(total === 0 ? {} : { percent: Math.floor((spent * 100) / total) }) }
  }
  const [spent, left] = [sum(({ spent_s }) => spent_s), sum(({ remaining_s }) => remaining_s)]
  const { original_s } = issue
  return {
    timeoriginalestimate: original_s,
    timeestimate: issue.remaining_s,
    timespent: issue.spent_s,
    aggregatetimeoriginalestimate: sum((one) => one.original_s),
    aggregatetimeestimate: left,
    aggregatetimespent: spent,
    progress: progress(issue.spent_s ?? 0, issue.remaining_s ?? 0),
    aggregateprogress: progress(spent ?? 0, left ?? 0),
    // What was spent of what was planned, in per cent; -1 where nothing was.
    workratio: original_s === null || original_s === 0 ? -1 : Math.floor(((issue.spent_s ?? 0) * 100) / original_s),
  }
}

function timeTracking({ original_s, remaining_s, spent_s }: Issue): Fields {
  const part = (name: string, seconds: number | null): Fields =>
    seconds === null ? {} : { [name]: durationOf(seconds), [`${name}Seconds`]: seconds }
  return {
    ...part('originalEstimate', original_s),
    ...part('remainingEstimate', remaining_s),
    ...part('timeSpent', spent_s),
  }
}
