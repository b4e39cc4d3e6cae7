import type { Json } from '../../../trace.ts'
import { type Ask, pageOf, Refusal } from '../../ask.ts'
import { issueBody } from '../../issue-answer.ts'
import { search } from '../../jql/index.ts'
import { seen, seesProject } from '../../permissions.ts'
import type { Site } from '../../site.ts'
import { type Board, type Fields, fieldsOf, type Issue, type Sprint } from '../../state.ts'
import { isoOf, projectBody } from '../../wire.ts'
import { tokenPage } from '../search.ts'

/** Two APIs list issues of boards: the old one by number of the page, the new one by token, and with the same paths. */
export const AGILE = '/rest/agile/1.0'
export const SOFTWARE = '/rest/software/1.0'

/** A page as lists of boards and sprints have it. */
export function agilePage<Row>(ask: Ask, rows: readonly Row[], body: (row: Row) => Json): Response {
  const { startAt, maxResults } = pageOf(ask, 50, 50)
  const values = rows.slice(startAt, startAt + maxResults)
  return Response.json({
    maxResults,
    startAt,
    total: rows.length,
    isLast: startAt + values.length >= rows.length,
    values: values.map(body),
  })
}

/** Rows of `issues` that the query of the request lets through, the highest first where it does not say. */
export function narrowed(ask: Ask, issues: readonly Issue[]): readonly Issue[] {
  const ranked = seen(ask.site, ask.me, issues).toSorted((a, b) => a.rank - b.rank)
  const jql = ask.query('jql') ?? ''
  if (jql === '') return ranked
  const found = search(ask.site, ask.me.id, jql, ranked)
  return /\border\s+by\b/i.test(jql) ? found : found.toSorted((a, b) => a.rank - b.rank)
}

/** Issues as boards show them: version 2 of their fields, and those of boards beside them. */
export function agileIssue(ask: Ask, issue: Issue): Fields {
  const { site, view, queries } = ask
  const [fields, expand] = [queries('fields'), queries('expand')]
  const { fields: usual, ...rest } = issueBody({ site, view }, issue, fields, expand)
  const extra = extrasOf(ask, issue)
  const all = fields.length === 0 || fields.some((one) => one === '*all' || one === '*navigable')
  return {
    ...rest,
    self: `${view.base}${AGILE}/issue/${issue.id}`,
    fields: {
      ...fieldsOf(usual),
      ...Object.fromEntries(Object.entries(extra).filter(([name]) => all || fields.includes(name))),
    },
  }
}

function extrasOf(ask: Ask, issue: Issue): Fields {
  const { site } = ask
  const sprints = issue.sprints.flatMap((id) => site.store.sprints.get(id) ?? [])
  const open = sprints.find(({ state }) => state !== 'closed')
  const closed = sprints.filter(({ state }) => state === 'closed')
  const epic = epicOf(site, issue)
  return {
    flagged: false,
    sprint: open === undefined ? null : sprintBody(ask, open),
    ...(closed.length === 0 ? {} : { closedSprints: closed.map((one) => sprintBody(ask, one)) }),
    epic: epic === undefined ? null : epicBody(ask, epic),
  }
}

/** The epic above an issue, be it the parent or the parent’s parent. */
export function epicOf(site: Site, { parent }: Issue): Issue | undefined {
  const above = parent === null ? undefined : site.store.issues.find(parent)[0]
  if (above === undefined) return undefined
  return site.type(above.type).level === 1 ? above : epicOf(site, above)
}

export const epicBody = ({ site, view }: Ask, issue: Issue): Fields => ({
  id: Number(issue.id),
  key: issue.key,
  self: `${view.base}${AGILE}/epic/${issue.id}`,
  name: issue.summary,
  summary: issue.summary,
  color: { key: 'color_1' },
  done: site.status(issue.status).category === 'done',
})

export const sprintBody = ({ view }: Pick<Ask, 'view'>, row: Sprint): Fields => ({
  id: Number(row.id),
  self: `${view.base}${AGILE}/sprint/${row.id}`,
  state: row.state,
  name: row.name,
  ...(row.start_ms === null ? {} : { startDate: isoOf(row.start_ms) }),
  ...(row.end_ms === null ? {} : { endDate: isoOf(row.end_ms) }),
  ...(row.completed_ms === null ? {} : { completeDate: isoOf(row.completed_ms) }),
  createdDate: isoOf(row.created_ms),
  originBoardId: Number(row.board),
  goal: row.goal,
})

export function boardBody({ site, view }: Pick<Ask, 'site' | 'view'>, { id, name, type, project: key }: Board): Fields {
  const project = site.project(key)
  const { avatarUrls } = projectBody(view, project)
  return {
    id: Number(id),
    self: `${view.base}${AGILE}/board/${id}`,
    name,
    type,
    location: {
      projectId: Number(project.id),
      displayName: `${project.name} (${key})`,
      projectName: project.name,
      projectKey: key,
      projectTypeKey: project.kind,
      avatarURI: String((avatarUrls as Fields)['48x48']),
      name: `${project.name} (${key})`,
    },
    isPrivate: false,
  }
}

/** A list of issues, by the paging of the API that was asked. */
export function issuesPage(ask: Ask, byToken: boolean, issues: readonly Issue[]): Response {
  const rows = narrowed(ask, issues)
  if (byToken) {
    const most = Number(ask.query('maxResults') ?? 50)
    if (!Number.isInteger(most) || most < 0) throw new Refusal(400, ['The value of maxResults is not valid.'])
    const key = `${ask.part('board')} ${ask.part('sprint')} ${ask.query('jql') ?? ''}`
    const { page, more } = tokenPage(key, ask.query('nextPageToken'), Math.min(most || 50, 100), rows)
    return Response.json({ issues: page.map((issue) => agileIssue(ask, issue)), ...more })
  }
  const { startAt, maxResults } = pageOf(ask, 50, 100)
  return Response.json({
    expand: 'schema,names',
    startAt,
    maxResults,
    total: rows.length,
    issues: rows.slice(startAt, startAt + maxResults).map((issue) => agileIssue(ask, issue)),
  })
}

/** Whether who asks sees the project that a board is of. */
export const seesBoard = ({ site, me }: Ask, board: Board): boolean =>
  seesProject(site, me, site.project(board.project))

export function askedBoard(ask: Ask): Board {
  const { site, part } = ask
  const board = site.store.boards.get(part('board'))
  if (board === undefined || !seesBoard(ask, board))
    throw new Refusal(404, [
      'Requested board cannot be viewed because it either does not exist or you do not have permission to view it.',
    ])
  return board
}

export function askedSprint(ask: Ask): Sprint {
  const { site, part } = ask
  const sprint = site.store.sprints.get(part('sprint'))
  const board = site.store.boards.get(sprint?.board ?? '')
  if (sprint === undefined || board === undefined || !seesBoard(ask, board))
    throw new Refusal(404, ['Sprint does not exist.'])
  return sprint
}

/** What a board shows: what its filter finds, and no epics where it has sprints. */
export function issuesOn({ site, me }: Ask, board: Board): readonly Issue[] {
  const filter = site.store.filters.get(board.filter)
  const found = filter === undefined ? [] : search(site, me.id, filter.jql, site.store.issues.all())
  return board.type === 'kanban' ? found : found.filter(({ type }) => site.type(type).level < 1)
}

/** Whether an issue waits for a sprint: it is not done, and in none that is open. */
export function waits(site: Site, { status, sprints }: Issue): boolean {
  const open = sprints.some((id) => ['active', 'future'].includes(site.store.sprints.get(id)?.state ?? ''))
  return !open && site.status(status).category !== 'done'
}
