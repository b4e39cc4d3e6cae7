import { wikiOf } from '../adf.ts'
import { type Ask, askedIssue, nothingMore, type On, pageOf, Refusal } from '../ask.ts'
import { tellComment } from '../events.ts'
import { addComment, commentOf, onlyBody, store, visibilityOf } from '../issues.ts'
import { isFor, mayOnIssue, readable, seesIssue } from '../permissions.ts'
import { type Comment, type Issue, listOf, textOf } from '../state.ts'
import { commentBody, userBody } from '../wire.ts'

/** Comments, watchers and properties of an issue. */
export function addComments(on: On): void {
  const route = '/rest/api/:version/issue/:issue/comment'
  on('comments.list', `GET ${route}`, (ask) => {
    const { site, me, view, query } = ask
    nothingMore(ask)
    const order = query('orderBy') ?? 'created'
    if (!/^[+-]?created$/.test(order)) throw new Refusal(400, [`The value '${order}' for 'orderBy' is not valid.`])
    const issue = askedIssue(ask)
    const rows = readable(site, me.id, issue, site.store.comments.find(issue.id))
    const sorted = order.startsWith('-') ? rows.toReversed() : rows
    const { startAt, maxResults } = pageOf(ask, 100, 5_000)
    const comments = sorted.slice(startAt, startAt + maxResults).map((row) => commentBody(site, view, row))
    return Response.json({ startAt, maxResults, total: rows.length, comments })
  })
  on('comments.add', `POST ${route}`, (ask) => {
    const { site, me, view, body } = ask
    nothingMore(ask)
    const comment = addComment(site, me.id, view.version, askedIssue(ask), body)
    return Response.json(commentBody(site, view, comment), { status: 201 })
  })
  on('comments.get_many', 'POST /rest/api/:version/comment/list', (ask) => {
    const { site, me, view, body } = ask
    const ids = listOf(body.ids).map(textOf)
    if (ids.length === 0 || ids.length > 1000)
      throw new Refusal(400, ['The number of comment IDs must be between 1 and 1000.'])
    const rows = ids
      .flatMap((id) => site.store.comments.get(id) ?? [])
      .filter((row) => {
        const issue = site.store.issues.get(row.issue)
        return issue !== undefined && seesIssue(site, me, issue) && isFor(site, me.id, issue, row.visibility)
      })
    const values = rows.map((row) => commentBody(site, view, row))
    return Response.json({ maxResults: 1_048_576, startAt: 0, total: values.length, isLast: true, values })
  })
  on('comments.get', `GET ${route}/:id`, (ask) => {
    nothingMore(ask)
    return Response.json(commentBody(ask.site, ask.view, asked(ask)))
  })
  on('comments.update', `PUT ${route}/:id`, (ask) => {
    const { site, me, view, body } = ask
    const [issue, old] = [askedIssue(ask), asked(ask)]
    onlyBody(body)
    const document = commentOf(view.version, body.body)
    const visibility =
      body.visibility === undefined ? old.visibility : visibilityOf(site, me.id, issue, body.visibility)
    const comment = site.store.comments.put({
      ...old,
      body: document,
      visibility,
      update_author: me.id,
      updated_ms: site.now(),
    })
    site.note('comment.updated', { id: comment.id, issue: issue.key, author: me.id, text: wikiOf(document) })
    tellComment(site, me.id, 'updated', store(site, { ...issue, updated_ms: site.now() }), comment)
    return Response.json(commentBody(site, view, comment))
  })
  on('comments.delete', `DELETE ${route}/:id`, (ask) => {
    const { site, me } = ask
    const [issue, comment] = [askedIssue(ask), asked(ask)]
    site.store.comments.remove(comment.id)
    site.note('comment.deleted', { id: comment.id, issue: issue.key, by: me.id })
    tellComment(site, me.id, 'deleted', store(site, { ...issue, updated_ms: site.now() }), comment)
    return new Response(null, { status: 204 })
  })
}

function asked(ask: Ask): Comment {
  const [issue, id] = [askedIssue(ask), ask.part('id')]
  const comment = ask.site.store.comments.get(id)
  if (comment?.issue !== issue.id || !isFor(ask.site, ask.me.id, issue, comment.visibility))
    throw new Refusal(404, [`Can not find a comment for the id: ${id}.`])
  return comment
}

export function addWatchers(on: On): void {
  const route = '/rest/api/:version/issue/:issue/watchers'
  on('watchers.list', `GET ${route}`, (ask) => {
    const { site, me, view } = ask
    const issue = askedIssue(ask)
    const { key, watchers } = issue
    // Others than oneself are told of to those who may see them: the document.
    const all = mayOnIssue(site, me, 'VIEW_VOTERS_AND_WATCHERS', issue)
    return Response.json({
      self: `${view.base}/rest/api/${view.version}/issue/${key}/watchers`,
      isWatching: watchers.includes(me.id),
      watchCount: watchers.length,
      watchers: watchers.filter((id) => all || id === me.id).map((id) => userBody(view, site.user(id))),
    })
  })
  on('watchers.add', `POST ${route}`, (ask) => {
    const { site, me, json } = ask
    const issue = askedIssue(ask)
    const id = json === null ? me.id : textOf(json)
    ofOthers(ask, issue, id, 'add watchers to')
    if (site.store.users.get(id) === undefined)
      throw new Refusal(404, [`The user with account ID '${id}' does not exist.`])
    store(site, { ...issue, watchers: [...new Set([...issue.watchers, id])] })
    return new Response(null, { status: 204 })
  })
  on('watchers.remove', `DELETE ${route}`, (ask) => {
    const { site, query } = ask
    const issue = askedIssue(ask)
    const id = query('accountId')
    if (id === undefined) throw new Refusal(400, ["The 'accountId' query parameter needs to be provided"])
    ofOthers(ask, issue, id, 'remove watchers from')
    if (site.store.users.get(id) === undefined)
      throw new Refusal(404, [`The user with account ID '${id}' does not exist.`])
    store(site, { ...issue, watchers: issue.watchers.filter((one) => one !== id) })
    return new Response(null, { status: 204 })
  })
}

/** Status: Atlassian's OpenAPI document of version 3; wording: public tests of clients (2026-11-26). */
function ofOthers({ site, me }: Ask, issue: Issue, id: string, what: string): void {
  if (id !== me.id && !mayOnIssue(site, me, 'MANAGE_WATCHERS', issue))
    throw new Refusal(403, [`User '${me.display_name}' is not allowed to ${what} issue '${issue.key}'`])
}
