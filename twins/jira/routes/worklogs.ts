import { notModelled } from '../../twin.ts'
import { type Ask, askedIssue, nothingMore, type On, pageOf, Refusal } from '../ask.ts'
import { tellWorklog } from '../events.ts'
import { type Draft, richTextOf } from '../fields.ts'
import { GAPS } from '../gaps.ts'
import { change, onlyBody } from '../issues.ts'
import type { Site } from '../site.ts'
import { type Fields, type Issue, textOf, type Worklog } from '../state.ts'
import { secondsOf, timeOf, worklogBody } from '../wire.ts'

export function addWorklogs(on: On): void {
  const route = '/rest/api/:version/issue/:issue/worklog'
  on('worklogs.list', `GET ${route}`, (ask) => {
    const { site, view } = ask
    const rows = site.store.worklogs.find(askedIssue(ask).id)
    const { startAt, maxResults } = pageOf(ask, 5_000, 5_000)
    const worklogs = rows.slice(startAt, startAt + maxResults).map((row) => worklogBody(site, view, row))
    return Response.json({ startAt, maxResults, total: rows.length, worklogs })
  })
  on('worklogs.add', `POST ${route}`, (ask) => {
    const { site, me, view, body } = ask
    onlyAuto(ask)
    const worklog = addWorklog(site, me.id, view.version, askedIssue(ask), body)
    return Response.json(worklogBody(site, view, worklog), { status: 201 })
  })
  on('worklogs.get', `GET ${route}/:id`, (ask) => Response.json(worklogBody(ask.site, ask.view, asked(ask))))
  on('worklogs.update', `PUT ${route}/:id`, (ask) => {
    const { site, me, view, body } = ask
    onlyAuto(ask)
    const [issue, old] = [askedIssue(ask), asked(ask)]
    const spent_s = body.timeSpent === undefined && body.timeSpentSeconds === undefined ? old.spent_s : spentOf(body)
    const worklog = site.store.worklogs.put({
      ...old,
      spent_s,
      started_ms: body.started === undefined ? old.started_ms : startedOf(site, body),
      comment: body.comment === undefined ? old.comment : commentOf(view.version, body),
      update_author: me.id,
      updated_ms: site.now(),
    })
    change(site, me.id, issue, spentMore(issue, spent_s - old.spent_s), 'issue_worklog_updated')
    tell(site, me.id, 'updated', issue, worklog)
    return Response.json(worklogBody(site, view, worklog))
  })
  on('worklogs.delete', `DELETE ${route}/:id`, (ask) => {
    const { site, me } = ask
    onlyAuto(ask)
    const [issue, worklog] = [askedIssue(ask), asked(ask)]
    site.store.worklogs.remove(worklog.id)
    change(site, me.id, issue, spentMore(issue, -worklog.spent_s), 'issue_worklog_deleted')
    tell(site, me.id, 'deleted', issue, worklog)
    return new Response(null, { status: 204 })
  })
}

function onlyAuto(ask: Ask): void {
  nothingMore(ask)
  if ((ask.query('adjustEstimate') ?? 'auto') !== 'auto')
    throw notModelled('jira', GAPS, 'estimates other than adjusted by themselves')
}

function asked(ask: Ask): Worklog {
  const [issue, id] = [askedIssue(ask), ask.part('id')]
  const worklog = ask.site.store.worklogs.get(id)
  if (worklog?.issue !== issue.id) throw new Refusal(404, [`Cannot find worklog with id: '${id}'.`])
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

export function addWorklog(site: Site, me: string, version: 2 | 3, issue: Issue, wish: Fields): Worklog {
  onlyBody(wish)
  const [spent_s, started_ms, comment] = [spentOf(wish), startedOf(site, wish), commentOf(version, wish)]
  const nowMs = site.now()
  const worklog = site.store.worklogs.put({
    id: site.next('worklog'),
    issue: issue.id,
    author: me,
    update_author: me,
    comment,
    started_ms,
    spent_s,
    created_ms: nowMs,
    updated_ms: nowMs,
  })
  change(site, me, issue, spentMore(issue, spent_s), 'issue_work_logged')
  tell(site, me, 'created', issue, worklog)
  return worklog
}

function tell(site: Site, me: string, what: 'created' | 'updated' | 'deleted', issue: Issue, worklog: Worklog): void {
  site.note(`worklog.${what}`, { id: worklog.id, issue: issue.key, author: worklog.author, seconds: worklog.spent_s })
  tellWorklog(site, me, what, issue, worklog)
}
