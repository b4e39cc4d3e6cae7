import { notModelled } from '../../../twin.ts'
import { type Ask, issueFor, type On, Refusal } from '../../ask.ts'
import { tellSprint } from '../../events.ts'
import { sprintsWith } from '../../fields.ts'
import { GAPS } from '../../gaps.ts'
import { change } from '../../issues.ts'
import { mayOnIssue } from '../../permissions.ts'
import { issueOf, type Site } from '../../site.ts'
import { type Fields, fieldsOf, type Issue, listOf, type Sprint, textOf } from '../../state.ts'
import { sprinting } from './boards.ts'
import { AGILE, agileIssue, askedSprint, epicBody, epicOf, issuesPage, SOFTWARE, sprintBody } from './page.ts'

/** So many issues may be moved at once. */
const MOVES_MAX = 50
const NAME_MAX = 30

/** Source: https://developer.atlassian.com/cloud/jira/software/rest/api-group-sprint, by its client jira.js 6.2 (2026-11-26). */
export function addSprints(on: On): void {
  const route = `${AGILE}/sprint`
  on('sprints.create', `POST ${route}`, (ask) => {
    const { site, body } = ask
    const board = site.store.boards.get(textOf(body.originBoardId))
    if (board === undefined)
      throw new Refusal(400, [], {
        originBoardId: 'The board does not exist or you do not have permission to view it.',
      })
    sprinting(board)
    const { from, to } = datesOf(body, { start_ms: null, end_ms: null })
    const sprint = site.store.sprints.put({
      id: site.next('sprint', 1),
      board: board.id,
      name: nameOf(body.name),
      state: 'future',
      goal: textOf(body.goal),
      start_ms: from,
      end_ms: to,
      completed_ms: null,
      created_ms: site.now(),
    })
    told(ask, 'created', sprint)
    return Response.json(sprintBody(ask, sprint), { status: 201 })
  })
  on('sprints.get', `GET ${route}/:sprint`, (ask) => Response.json(sprintBody(ask, askedSprint(ask))))
  on('sprints.update_partly', `POST ${route}/:sprint`, (ask) => update(ask, 'partly'))
  on('sprints.update', `PUT ${route}/:sprint`, (ask) => update(ask, 'wholly'))
  on('sprints.delete', `DELETE ${route}/:sprint`, (ask) => {
    const { site, me } = ask
    const sprint = askedSprint(ask)
    for (const issue of site.store.issues.find(`sprint ${sprint.id}`))
      change(site, me.id, issue, { sprints: issue.sprints.filter((id) => id !== sprint.id) })
    site.store.sprints.remove(sprint.id)
    told(ask, 'deleted', sprint)
    return new Response(null, { status: 204 })
  })
  on('sprints.move_issues', `POST ${route}/:sprint/issue`, (ask) => {
    const { site, me, body } = ask
    const sprint = askedSprint(ask)
    if (sprint.state === 'closed') throw new Refusal(400, ['Issues can only be moved to open or active sprints.'])
    const issues = namedIssues(ask)
    for (const issue of issues) {
      const draft = sprintsWith(site, issue, Number(sprint.id))
      if (typeof draft !== 'string') change(site, me.id, issue, draft)
    }
    if (body.rankBeforeIssue !== undefined || body.rankAfterIssue !== undefined) rank(ask, issues)
    return new Response(null, { status: 204 })
  })
  for (const api of [AGILE, SOFTWARE])
    on('sprints.issues', `GET ${api}/sprint/:sprint/issue`, (ask) =>
      issuesPage(ask, api === SOFTWARE, ask.site.store.issues.find(`sprint ${askedSprint(ask).id}`)),
    )
  on('backlog.move_issues', `POST ${AGILE}/backlog/issue`, (ask) => {
    for (const issue of namedIssues(ask)) {
      const draft = sprintsWith(ask.site, issue, null)
      if (typeof draft !== 'string') change(ask.site, ask.me.id, issue, draft)
    }
    return new Response(null, { status: 204 })
  })
  addEpics(on)
  addRanks(on)
}

function told(ask: Ask, kind: Parameters<typeof tellSprint>[1], sprint: Sprint): void {
  const { site, me } = ask
  site.note('sprint.changed', { id: sprint.id, name: sprint.name, state: sprint.state, what: kind, by: me.id })
  tellSprint(site, kind, sprintBody({ view: { ...ask.view, base: site.url } }, sprint))
}

function nameOf(value: unknown): string {
  const name = textOf(value).trim()
  if (name === '') throw new Refusal(400, [], { name: 'The sprint name must not be empty.' })
  if (name.length > NAME_MAX)
    throw new Refusal(400, [], { name: `The sprint name must be shorter than ${NAME_MAX} characters.` })
  return name
}

type Dates = { readonly from: number | null; readonly to: number | null }

function datesOf(body: Fields, before: Pick<Sprint, 'start_ms' | 'end_ms'>): Dates {
  const time = (name: 'startDate' | 'endDate', otherwise: number | null): number | null => {
    const value = body[name]
    if (value === undefined) return otherwise
    if (value === null || value === '') return null
    const ms = Date.parse(textOf(value))
    if (Number.isNaN(ms)) throw new Refusal(400, [], { [name]: 'The date is not in the ISO 8601 format.' })
    return ms
  }
  const [from, to] = [time('startDate', before.start_ms), time('endDate', before.end_ms)]
  if (from !== null && to !== null && from >= to)
    throw new Refusal(400, [], { endDate: 'The end date of a sprint must be after its start date.' })
  return { from, to }
}

/** The states a sprint goes through, one way: of a closed one only name and goal still change. */
function update(ask: Ask, how: 'partly' | 'wholly'): Response {
  const { site, body } = ask
  const before = askedSprint(ask)
  const blank = how === 'wholly' ? { ...before, goal: '', start_ms: null, end_ms: null } : before
  const name = body.name === undefined && how === 'partly' ? before.name : nameOf(body.name)
  const goal = body.goal === undefined ? blank.goal : textOf(body.goal)
  if (before.state === 'closed') {
    const sprint = site.store.sprints.put({ ...before, name, goal })
    told(ask, 'updated', sprint)
    return Response.json(sprintBody(ask, sprint))
  }
  const { from, to } = datesOf(body, blank)
  const state = body.state === undefined ? before.state : textOf(body.state).toLowerCase()
  const next: Sprint = { ...before, name, goal, start_ms: from, end_ms: to }
  if (state === before.state) {
    const sprint = site.store.sprints.put(next)
    told(ask, 'updated', sprint)
    return Response.json(sprintBody(ask, sprint))
  }
  if (before.state === 'future' && state === 'active') {
    if (from === null || to === null)
      throw new Refusal(400, ['A sprint needs a start date and an end date before it can be started.'])
    if (site.store.sprints.find(`on ${before.board}`).some((one) => one.state === 'active'))
      throw notModelled('jira', GAPS, 'two active sprints on a board')
    const sprint = site.store.sprints.put({ ...next, state: 'active' })
    told(ask, 'started', sprint)
    return Response.json(sprintBody(ask, sprint))
  }
  if (before.state === 'active' && state === 'closed') {
    const sprint = site.store.sprints.put({ ...next, state: 'closed', completed_ms: site.now() })
    told(ask, 'closed', sprint)
    return Response.json(sprintBody(ask, sprint))
  }
  throw new Refusal(400, [`The state of a sprint cannot be changed from ${before.state} to ${state}.`])
}

/** The issues that a body names. */
function namedIssues(ask: Ask): readonly Issue[] {
  const { site, me, body } = ask
  const names = listOf(body.issues).map(textOf)
  if (names.length === 0) throw new Refusal(400, ['No issues were given.'])
  if (names.length > MOVES_MAX)
    throw new Refusal(400, [`The maximum number of issues that can be moved in one operation is ${MOVES_MAX}.`])
  return names.map((name) => {
    const issue = issueFor(ask, name)
    if (issue === undefined)
      throw new Refusal(404, [`Issue '${name}' does not exist or you do not have permission to see it.`])
    // Both permissions: https://developer.atlassian.com/cloud/jira/software/rest/api-group-backlog, by jira.js 6.2 (2026-11-26).
    if (['SCHEDULE_ISSUES', 'EDIT_ISSUES'].some((permission) => !mayOnIssue(site, me, permission, issue)))
      throw new Refusal(403, [`You do not have permission to move the issue '${issue.key}'.`])
    return issue
  })
}

function askedEpic(ask: Ask): Issue {
  const { site, part } = ask
  const issue = issueFor(ask, part('epic'))
  if (issue === undefined || site.type(issue.type).level !== 1)
    throw new Refusal(404, ['The requested epic does not exist or you do not have permission to view it.'])
  return issue
}

function addEpics(on: On): void {
  const route = `${AGILE}/epic`
  on('epics.remove_issues', `POST ${route}/none/issue`, (ask) => {
    for (const issue of namedIssues(ask)) change(ask.site, ask.me.id, issue, { parent: null })
    return new Response(null, { status: 204 })
  })
  on('epics.get', `GET ${route}/:epic`, (ask) => Response.json(epicBody(ask, askedEpic(ask))))
  on('epics.move_issues', `POST ${route}/:epic/issue`, (ask) => {
    const epic = askedEpic(ask)
    const issues = namedIssues(ask)
    if (issues.some(({ type }) => ask.site.type(type).level !== 0))
      throw new Refusal(400, ['Only issues that are neither epics nor sub-tasks can be moved to an epic.'])
    for (const issue of issues) change(ask.site, ask.me.id, issue, { parent: epic.key })
    return new Response(null, { status: 204 })
  })
  for (const api of [AGILE, SOFTWARE]) {
    on('epics.issues_without', `GET ${api}/epic/none/issue`, (ask) =>
      issuesPage(
        ask,
        api === SOFTWARE,
        ask.site.store.issues
          .all()
          .filter((issue) => ask.site.type(issue.type).level === 0 && epicOf(ask.site, issue) === undefined),
      ),
    )
    on('epics.issues', `GET ${api}/epic/:epic/issue`, (ask) => {
      const epic = askedEpic(ask)
      const issues = ask.site.store.issues.all().filter((issue) => epicOf(ask.site, issue)?.id === epic.id)
      return issuesPage(ask, api === SOFTWARE, issues)
    })
  }
}

/** Puts issues right before or after another, in the order in which they are named. */
function rank({ site, body }: Ask, issues: readonly Issue[]): void {
  const [before, after] = [textOf(body.rankBeforeIssue), textOf(body.rankAfterIssue)]
  const mark = issueOf(site, before || after)
  if (mark === undefined || (before !== '') === (after !== ''))
    throw new Refusal(400, ["You must provide either 'rankBeforeIssue' or 'rankAfterIssue'."])
  const moved = new Set(issues.map(({ id }) => id))
  const rest = site.store.issues
    .all()
    .filter(({ id }) => !moved.has(id) && id !== mark.id)
    .toSorted((a, b) => a.rank - b.rank)
  const at = rest.filter((one) => one.rank < mark.rank).length
  const fresh = issues.flatMap(({ id }) => (id === mark.id ? [] : (site.store.issues.get(id) ?? [])))
  const middle = before === '' ? [mark, ...fresh] : [...fresh, mark]
  renumber(site, rest.toSpliced(at, 0, ...middle))
}

const renumber = (site: Site, order: readonly Issue[]): void =>
  order.forEach((issue, at) => {
    if (issue.rank !== at + 1) site.store.issues.put({ ...issue, rank: at + 1 })
  })

function addRanks(on: On): void {
  on('ranks.put', `PUT ${AGILE}/issue/rank`, (ask) => {
    rank(ask, namedIssues(ask))
    return new Response(null, { status: 204 })
  })
  const asked = (ask: Ask): Issue => {
    const issue = issueFor(ask, ask.part('issue'))
    if (issue === undefined) throw new Refusal(404, ['Issue does not exist or you do not have permission to see it.'])
    return issue
  }
  on('agile_issues.get', `GET ${AGILE}/issue/:issue`, (ask) => Response.json(agileIssue(ask, asked(ask))))
  const estimate = ({ site }: Ask, issue: Issue): Fields => {
    const field = site.store.fields.all().find(({ name }) => /^story point/i.test(name))
    if (field === undefined) throw new Refusal(400, ['The board has no estimation field.'])
    const value = issue.custom[field.id] ?? null
    return { fieldId: field.id, ...(value === null ? {} : { value }) }
  }
  on('estimations.get', `GET ${AGILE}/issue/:issue/estimation`, (ask) => Response.json(estimate(ask, asked(ask))))
  on('estimations.put', `PUT ${AGILE}/issue/:issue/estimation`, (ask) => {
    const { site, me, body } = ask
    const issue = asked(ask)
    const id = textOf(estimate(ask, issue).fieldId)
    const value = fieldsOf(body).value ?? null
    const points = value === null ? null : Number(value)
    if (Number.isNaN(points)) throw new Refusal(400, ['The estimate is not a number.'])
    const next = change(site, me.id, issue, { custom: { ...issue.custom, [id]: points } })
    return Response.json(estimate(ask, next))
  })
}
