import type { Json } from '../../trace.ts'
import { notModelled } from '../../twin.ts'
import { type Ask, askedIssue, issueFor, type On, Refusal, valuesPage } from '../ask.ts'
import { fieldBodies } from '../field-answer.ts'
import { notOnScreen, projectOfBody, SCREEN, type Wish, wishOf } from '../fields.ts'
import { GAPS } from '../gaps.ts'
import { issueBody, transitionBody } from '../issue-answer.ts'
import { fieldsBody } from '../issue-wire.ts'
import { addComment, change, create, fresh, offeredTo, remove, transition } from '../issues.ts'
import { unset } from '../needs.ts'
import { mayBeAssigned, mayInProject } from '../permissions.ts'
import type { Site } from '../site.ts'
import { type Fields, fieldsOf, type Issue, listOf, textOf, type User } from '../state.ts'
import { historyBody, type View } from '../wire.ts'
import { createMeta, editMeta, metaOf } from './fields.ts'
import { addLink } from './links.ts'
import { tokenPage } from './search.ts'
import { addWorklog } from './worklogs.ts'

const BULK_MAX = 50
const FETCH_MAX = 100

export function addIssues(on: On): void {
  on('issues.create', 'POST /rest/api/:version/issue', (ask) =>
    Response.json(createOne(ask, ask.body), { status: 201 }),
  )
  on('issues.create_bulk', 'POST /rest/api/:version/issue/bulk', createBulk)
  on('issues.fetch_bulk', 'POST /rest/api/:version/issue/bulkfetch', fetchBulk)
  on('issues.create_meta_of_all', 'GET /rest/api/:version/issue/createmeta', createMeta)
  on('issues.edit_meta', 'GET /rest/api/:version/issue/:issue/editmeta', editMeta)
  on('issues.create_meta_types', 'GET /rest/api/:version/issue/createmeta/:project/issuetypes', metaOf('types'))
  on('issues.create_meta', 'GET /rest/api/:version/issue/createmeta/:project/issuetypes/:type', metaOf('fields'))
  on('issues.get', 'GET /rest/api/:version/issue/:issue', (ask) => {
    const issue = askedIssue(ask)
    return Response.json(issueBody(ask, issue, ask.queries('fields'), ask.queries('expand'), ask.queries('properties')))
  })
  on('issues.edit', 'PUT /rest/api/:version/issue/:issue', edit)
  on('issues.delete', 'DELETE /rest/api/:version/issue/:issue', (ask) => {
    const { site, me, query } = ask
    const issue = askedIssue(ask)
    const children = site.store.issues.find(`in ${issue.key}`).filter(({ type }) => site.type(type).subtask)
    if (children.length > 0 && query('deleteSubtasks') !== 'true')
      throw new Refusal(400, [
        `The issue '${issue.key}' has subtasks.  You must specify the 'deleteSubtasks' parameter to delete this issue and all its subtasks.`,
      ])
    remove(site, me.id, issue)
    return new Response(null, { status: 204 })
  })
  on('issues.assign', 'PUT /rest/api/:version/issue/:issue/assignee', assign)
  on('issues.changelog', 'GET /rest/api/:version/issue/:issue/changelog', (ask) => {
    const { site, view } = ask
    const issue = askedIssue(ask)
    const rows = site.store.histories.find(issue.id)
    return valuesPage(ask, `issue/${issue.key}/changelog`, rows, (row) => historyBody(site, view, row), 100)
  })
  on('issues.changelog_by_ids', 'POST /rest/api/:version/issue/:issue/changelog/list', (ask) => {
    const { site, view, body } = ask
    const issue = askedIssue(ask)
    const wanted = listOf(body.changelogIds).map(textOf)
    if (wanted.length === 0) throw new Refusal(400, ['The list of changelog IDs is empty.'])
    const rows = site.store.histories.find(issue.id).filter(({ id }) => wanted.includes(id))
    const histories = rows.map((row) => historyBody(site, view, row))
    return Response.json({ startAt: 0, maxResults: rows.length, total: rows.length, histories })
  })
  on('changelogs.fetch_bulk', 'POST /rest/api/:version/changelog/bulkfetch', fetchChangelogs)
  on('transitions.list', 'GET /rest/api/:version/issue/:issue/transitions', (ask) => {
    const { site, me, query, queries } = ask
    const issue = askedIssue(ask)
    const wanted = query('transitionId')
    const transitions = offeredTo(site, me, issue).filter(({ id }) => wanted === undefined || id === wanted)
    const full = queries('expand').includes('transitions.fields')
    return Response.json({
      expand: 'transitions',
      transitions: transitions.map((one) => transitionBody(ask, one, full)),
    })
  })
  on('transitions.do', 'POST /rest/api/:version/issue/:issue/transitions', doTransition)
}

function createOne({ site, me, view }: Ask, body: Fields): Json {
  if (body.transition !== undefined) throw notModelled('jira', GAPS, 'transitions while creating')
  const project = projectOfBody(site, me, body)
  if (!mayInProject(site, me, 'CREATE_ISSUES', project))
    throw unset({ body }, 'You do not have permission to create issues in this project.', ['project', 'issuetype'])
  const wish = wishOf({ site, me, project, version: view.version, issue: undefined }, body, SCREEN)
  const issue = create(site, me.id, project, wish.draft)
  addParts({ site, me, view }, issue, wish)
  return { id: issue.id, key: issue.key, self: `${view.base}/rest/api/${view.version}/issue/${issue.id}` }
}

type Place = { readonly site: Site; readonly me: User; readonly view: View }

function addParts({ site, me, view }: Place, issue: Issue, { parts }: Wish): void {
  for (const one of parts.comment ?? []) addComment(site, me.id, view.version, fresh(site, issue), fieldsOf(one))
  for (const one of parts.worklog ?? []) addWorklog(site, me.id, view.version, fresh(site, issue), fieldsOf(one))
  for (const one of parts.issuelinks ?? []) {
    const { type, inwardIssue, outwardIssue } = fieldsOf(one)
    const end = { key: issue.key }
    addLink({ site, me }, { type: type ?? null, inwardIssue: inwardIssue ?? end, outwardIssue: outwardIssue ?? end })
  }
}

/** Makes what can be made: Atlassian's OpenAPI document of version 3 (2026-11-26). */
function createBulk(ask: Ask): Response {
  const updates = listOf(ask.body.issueUpdates)
  if (updates.length === 0) throw new Refusal(400, ['No issues to create.'])
  if (updates.length > BULK_MAX)
    throw new Refusal(400, [`The number of issues to create exceeds the limit of ${BULK_MAX}.`])
  const [issues, errors]: [Json[], Json[]] = [[], []]
  updates.forEach((update, failedElementNumber) => {
    try {
      issues.push(createOne(ask, fieldsOf(update)))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      errors.push({ status: error.status, elementErrors: error.body, failedElementNumber })
    }
  })
  return Response.json({ issues, errors }, { status: issues.length === 0 ? 400 : 201 })
}

function fetchBulk(ask: Ask): Response {
  const { body } = ask
  const wanted = listOf(body.issueIdsOrKeys).map(textOf)
  if (wanted.length === 0 || wanted.length > FETCH_MAX)
    throw new Refusal(400, [`The number of issues to fetch must be between 1 and ${FETCH_MAX}.`])
  const found = new Set(wanted.flatMap((idOrKey) => issueFor(ask, idOrKey) ?? []))
  const missing = wanted.filter((idOrKey) => issueFor(ask, idOrKey) === undefined)
  const fields = listOf(body.fields).map(textOf)
  return Response.json({
    issues: [...found].map((issue) =>
      issueBody(
        ask,
        issue,
        fields.length === 0 ? ['*navigable'] : fields,
        listOf(body.expand).map(textOf),
        listOf(body.properties).map(textOf),
      ),
    ),
    issueErrors: missing.map((id) => ({
      id,
      errorMessage: 'Issue does not exist or you do not have permission to see it.',
    })),
  })
}

/** Source: Atlassian's OpenAPI document of version 3, "Bulk fetch changelogs" (2026-11-26). */
const CHANGELOG_ISSUES_MAX = 1000

function fetchChangelogs(ask: Ask): Response {
  const { site, view, body } = ask
  const [wanted, only] = [listOf(body.issueIdsOrKeys).map(textOf), listOf(body.fieldIds).map(textOf)]
  if (wanted.length === 0 || wanted.length > CHANGELOG_ISSUES_MAX)
    throw new Refusal(400, [`The number of issues must be between 1 and ${CHANGELOG_ISSUES_MAX}.`])
  const issues = [...new Set(wanted.flatMap((idOrKey) => issueFor(ask, idOrKey) ?? []))]
  const rows = issues.flatMap(({ id }) =>
    site.store.histories
      .find(id)
      .filter(({ items }) => only.length === 0 || items.some(({ fieldId }) => only.includes(fieldId))),
  )
  const token = textOf(body.nextPageToken) || undefined
  const { page, more } = tokenPage(JSON.stringify([wanted, only]), token, Number(body.maxResults ?? 1000), rows)
  const { isLast: _, ...next } = more
  return Response.json({
    issueChangeLogs: issues.flatMap(({ id }) => {
      const mine = page.filter(({ issue }) => issue === id)
      return mine.length === 0
        ? []
        : [{ issueId: id, changeHistories: mine.map((row) => historyBody(site, view, row)) }]
    }),
    ...next,
  })
}

function edit(ask: Ask): Response {
  const { site, me, view, body, query } = ask
  const issue = askedIssue(ask)
  if (body.transition !== undefined) throw notModelled('jira', GAPS, 'transitions while creating')
  const wish = wishOf({ site, me, project: site.project(issue.project), version: view.version, issue }, body, SCREEN)
  change(site, me.id, issue, wish.draft)
  addParts({ site, me, view }, issue, wish)
  if (query('returnIssue') !== 'true') return new Response(null, { status: 204 })
  return Response.json(issueBody(ask, fresh(site, issue), [], ask.queries('expand')))
}

function assign(ask: Ask): Response {
  const { site, me, body } = ask
  const issue = askedIssue(ask)
  const { accountId } = body
  // -1 is the default assignee of the project, and that is nobody.
  const id = accountId === null || accountId === '-1' ? null : textOf(accountId)
  if (id === '' || accountId === undefined)
    throw new Refusal(400, ["'accountId' must be the only user identifying query parameter in GDPR strict mode."])
  if (id !== null && !mayBeAssigned(site, site.store.users.get(id), site.project(issue.project), issue))
    throw new Refusal(400, [], { assignee: `User '${id}' cannot be assigned issues.` })
  change(site, me.id, issue, { assignee: id }, 'issue_assigned')
  return new Response(null, { status: 204 })
}

function doTransition(ask: Ask): Response {
  const { site, me, view, body } = ask
  const issue = askedIssue(ask)
  const id = textOf(fieldsOf(body.transition).id)
  if (id === '') throw new Refusal(400, ["Missing 'transition' identifier"])
  const one = offeredTo(site, me, issue).find((row) => row.id === id)
  if (one === undefined) throw new Refusal(400, [`Transition id '${id}' is not valid for this issue.`])
  const { comment, worklog, issuelinks } = fieldsOf(body.update)
  if ([comment, worklog, issuelinks].some((part) => part !== undefined))
    throw notModelled('jira', GAPS, 'comments and links with a transition')
  for (const field of [...Object.keys(fieldsOf(body.fields)), ...Object.keys(fieldsOf(body.update))])
    if (!one.screen.includes(field)) throw new Refusal(400, [], { [field]: notOnScreen(field) })
  const project = site.project(issue.project)
  const { draft } = wishOf({ site, me, project, version: view.version, issue }, body, one.screen)
  for (const field of one.required) {
    const given = { ...fieldsOf(body.fields), ...fieldsOf(body.update) }[field] ?? fieldsBody(site, view, issue)[field]
    if (given === null || given === undefined || given === '')
      throw new Refusal(400, [], { [field]: `${nameOf(site, field)} is required.` })
  }
  transition(site, me.id, issue, one, draft)
  return new Response(null, { status: 204 })
}

const nameOf = (site: Site, id: string): string => textOf(fieldBodies(site).find((row) => row.id === id)?.name) || id
