import { type Ask, askedIssue, nothingMore, type On, pageOf, Refusal } from '../ask.ts'
import { tellWorklog } from '../events.ts'
import { type Draft, richTextOf } from '../fields.ts'
import { change, onlyBody, visibilityOf } from '../issues.ts'
import { isFor, readable, seesIssue } from '../permissions.ts'
import type { Site } from '../site.ts'
import { type Fields, type Issue, listOf, textOf, type Worklog } from '../state.ts'
import { secondsOf, timeOf, worklogBody } from '../wire.ts'

export function addWorklogs(on: On): void {
  addCopies(on)
  const route = '/rest/api/:version/issue/:issue/worklog'
  on('worklogs.list', `GET ${route}`, (ask) => {
    const { site, me, view } = ask
    const issue = askedIssue(ask)
    const rows = readable(site, me.id, issue, site.store.worklogs.find(issue.id))
    const { startAt, maxResults } = pageOf(ask, 5_000, 5_000)
    const worklogs = rows.slice(startAt, startAt + maxResults).map((row) => worklogBody(site, view, row))
    return Response.json({ startAt, maxResults, total: rows.length, worklogs })
  })
  on('worklogs.add', `POST ${route}`, (ask) => {
    const { site, me, view, body } = ask
    nothingMore(ask)
    const issue = askedIssue(ask)
    const worklog = addWorklog(site, me.id, view.version, issue, body, (seconds) => leftAfter(ask, issue, seconds))
    return Response.json(worklogBody(site, view, worklog), { status: 201 })
  })
  on('worklogs.get', `GET ${route}/:id`, (ask) => Response.json(worklogBody(ask.site, ask.view, asked(ask))))
  on('worklogs.update', `PUT ${route}/:id`, (ask) => {
    const { site, me, view, body } = ask
    nothingMore(ask)
    const [issue, old] = [askedIssue(ask), asked(ask)]
    const spent_s = body.timeSpent === undefined && body.timeSpentSeconds === undefined ? old.spent_s : spentOf(body)
    const worklog = site.store.worklogs.put({
      ...old,
      spent_s,
      started_ms: body.started === undefined ? old.started_ms : startedOf(site, body),
      comment: body.comment === undefined ? old.comment : commentOf(view.version, body),
      visibility: body.visibility === undefined ? old.visibility : visibilityOf(site, me.id, issue, body.visibility),
      update_author: me.id,
      updated_ms: site.now(),
    })
    change(site, me.id, issue, leftAfter(ask, issue, spent_s - old.spent_s), 'issue_worklog_updated')
    tell(site, me.id, 'updated', issue, worklog)
    return Response.json(worklogBody(site, view, worklog))
  })
  on('worklogs.delete', `DELETE ${route}/:id`, (ask) => {
    const { site, me } = ask
    nothingMore(ask)
    const [issue, worklog] = [askedIssue(ask), asked(ask)]
    site.store.worklogs.remove(worklog.id)
    site.store.removed.put({ id: worklog.id, kind: 'worklog', at_ms: site.now() })
    change(site, me.id, issue, leftAfter(ask, issue, -worklog.spent_s), 'issue_worklog_deleted')
    tell(site, me.id, 'deleted', issue, worklog)
    return new Response(null, { status: 204 })
  })
}

/** What is left after more was spent, as `adjustEstimate` says: Atlassian's OpenAPI document of version 3 (2026-11-26). */
function leftAfter({ query }: Ask, issue: Issue, seconds: number): Draft {
  const how = query('adjustEstimate') ?? 'auto'
  const duration = (name: 'newEstimate' | 'reduceBy' | 'increaseBy'): number => {
    const found = secondsOf(query(name) ?? '')
    if (found === undefined) throw new Refusal(400, [], { [name]: `You must supply a valid value for '${name}'.` })
    return found
  }
  const { spent_s } = spentMore(issue, seconds)
  switch (how) {
    case 'auto':
      return spentMore(issue, seconds)
    case 'leave':
      return { spent_s: spent_s ?? null }
    case 'new':
      return { spent_s: spent_s ?? null, remaining_s: duration('newEstimate') }
    case 'manual': {
      const by = seconds < 0 ? duration('increaseBy') : -duration('reduceBy')
      return { spent_s: spent_s ?? null, remaining_s: Math.max(0, (issue.remaining_s ?? 0) + by) }
    }
    default:
      throw new Refusal(400, [`The value '${how}' for 'adjustEstimate' is not valid.`])
  }
}

/** Worklogs of all issues, for those who keep a copy of them. */
function addCopies(on: On): void {
  const changed = (
    ask: Ask,
    path: string,
    rows: readonly { readonly id: string; readonly at_ms: number }[],
  ): Response => {
    const since = Number(ask.query('since') ?? 0)
    const { base, version } = ask.view
    const self = `${base}/rest/api/${version}/worklog/${path}`
    const found = rows.filter(({ at_ms }) => at_ms >= since).toSorted((a, b) => a.at_ms - b.at_ms)
    const page = found.slice(0, COPY_PAGE)
    const until = page.at(-1)?.at_ms ?? since
    return Response.json({
      values: page.map(({ id, at_ms }) => ({ worklogId: Number(id), updatedTime: at_ms, properties: [] })),
      since,
      until,
      self: `${self}?since=${since}`,
      ...(page.length < found.length ? { nextPage: `${self}?since=${until}` } : {}),
      lastPage: page.length === found.length,
    })
  }
  on('worklogs.updated', 'GET /rest/api/:version/worklog/updated', (ask) =>
    changed(
      ask,
      'updated',
      ask.site.store.worklogs
        .all()
        .filter((row) => isRead(ask, row))
        .map(({ id, updated_ms }) => ({ id, at_ms: updated_ms })),
    ),
  )
  on('worklogs.deleted', 'GET /rest/api/:version/worklog/deleted', (ask) =>
    changed(ask, 'deleted', ask.site.store.removed.all()),
  )
  on('worklogs.get_many', 'POST /rest/api/:version/worklog/list', (ask) => {
    const { site, view, body } = ask
    const ids = listOf(body.ids).map(textOf)
    if (ids.length === 0 || ids.length > COPY_PAGE)
      throw new Refusal(400, [`The number of worklog IDs must be between 1 and ${COPY_PAGE}.`])
    const rows = ids.flatMap((id) => site.store.worklogs.get(id) ?? []).filter((row) => isRead(ask, row))
    return Response.json(rows.map((row) => worklogBody(site, view, row)))
  })
}
const COPY_PAGE = 1000

function isRead({ site, me }: Ask, { issue: id, visibility }: Worklog): boolean {
  const issue = site.store.issues.get(id)
  return issue !== undefined && seesIssue(site, me, issue) && isFor(site, me.id, issue, visibility)
}

function asked(ask: Ask): Worklog {
  const [issue, id] = [askedIssue(ask), ask.part('id')]
  const worklog = ask.site.store.worklogs.get(id)
  if (worklog?.issue !== issue.id || !isFor(ask.site, ask.me.id, issue, worklog.visibility))
    throw new Refusal(404, [`Cannot find worklog with id: '${id}'.`])
  return worklog
}

function spentOf({ timeSpent, timeSpentSeconds }: Fields): number {
  const seconds = typeof timeSpentSeconds === 'number' ? timeSpentSeconds : secondsOf(textOf(timeSpent))
  if (timeSpent === undefined && timeSpentSeconds === undefined)
    throw new Refusal(400, [], { timeLogged: 'You must indicate the time spent working.' })
  if (seconds === undefined || seconds < 60)
    throw new Refusal(400, [], { timeLogged: 'Invalid time duration entered.' })
  return seconds
}

function startedOf(site: Site, { started }: Fields): number {
  if (started === undefined || started === null) return site.now()
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}$/.test(textOf(started))
    ? Date.parse(textOf(started))
    : Number.NaN
  if (Number.isNaN(ms))
    throw new Refusal(400, [`Failed to parse date '${textOf(started)}'. Expected a value such as ${timeOf(0)}.`])
  return ms
}

function commentOf(version: 2 | 3, { comment }: Fields): Worklog['comment'] {
  if (comment === undefined || comment === '') return null
  const document = richTextOf(version, comment)
  if (document === undefined) throw new Refusal(400, [], { comment: 'Worklog comment is not valid!' })
  return document
}

/** What an issue has cost, and what is left of its estimate. */
const spentMore = ({ spent_s, remaining_s }: Issue, seconds: number): Draft => ({
  spent_s: Math.max(0, (spent_s ?? 0) + seconds),
  remaining_s: Math.max(0, (remaining_s ?? 0) - seconds),
})

export function addWorklog(
  site: Site,
  me: string,
  version: 2 | 3,
  issue: Issue,
  wish: Fields,
  left: (seconds: number) => Draft = (seconds) => spentMore(issue, seconds),
): Worklog {
  onlyBody(wish)
  const [spent_s, started_ms, comment] = [spentOf(wish), startedOf(site, wish), commentOf(version, wish)]
  const draft = left(spent_s)
  const nowMs = site.now()
  const worklog = site.store.worklogs.put({
    id: site.next('worklog'),
    issue: issue.id,
    author: me,
    update_author: me,
    comment,
    visibility: visibilityOf(site, me, issue, wish.visibility),
    started_ms,
    spent_s,
    created_ms: nowMs,
    updated_ms: nowMs,
  })
  change(site, me, issue, draft, 'issue_work_logged')
  tell(site, me, 'created', issue, worklog)
  return worklog
}

function tell(site: Site, me: string, what: 'created' | 'updated' | 'deleted', issue: Issue, worklog: Worklog): void {
  site.note(`worklog.${what}`, { id: worklog.id, issue: issue.key, author: worklog.author, seconds: worklog.spent_s })
  tellWorklog(site, me, what, issue, worklog)
}
