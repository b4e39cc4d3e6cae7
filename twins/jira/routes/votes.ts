import { type Ask, askedIssue, type On, Refusal } from '../ask.ts'
import { store } from '../issues.ts'
import { mayOnIssue } from '../permissions.ts'
import { type Fields, fieldsOf, type RemoteLink, textOf } from '../state.ts'
import { userBody } from '../wire.ts'

/** Votes for an issue, and pages elsewhere that it points to. Source: Atlassian's OpenAPI document of version 3 (2026-11-26). */
export function addVotes(on: On): void {
  const route = '/rest/api/:version/issue/:issue/votes'
  on('votes.get', `GET ${route}`, (ask) => {
    const { site, me, view } = ask
    const issue = askedIssue(ask)
    const { key, voters } = issue
    const all = mayOnIssue(site, me, 'VIEW_VOTERS_AND_WATCHERS', issue)
    return Response.json({
      self: `${view.base}/rest/api/${view.version}/issue/${key}/votes`,
      votes: voters.length,
      hasVoted: voters.includes(me.id),
      voters: all ? voters.map((id) => userBody(view, site.user(id))) : [],
    })
  })
  on('votes.add', `POST ${route}`, (ask) => {
    const { site, me } = ask
    const issue = askedIssue(ask)
    if (issue.reporter === me.id) throw new Refusal(404, ['You cannot vote for an issue you have reported.'])
    if (issue.resolution !== null) throw new Refusal(404, ['You cannot vote for an issue that has been resolved.'])
    store(site, { ...issue, voters: [...new Set([...issue.voters, me.id])] })
    return new Response(null, { status: 204 })
  })
  on('votes.remove', `DELETE ${route}`, (ask) => {
    const { site, me } = ask
    const issue = askedIssue(ask)
    if (!issue.voters.includes(me.id))
      throw new Refusal(404, ['Cannot remove a vote for an issue that the user has not already voted for.'])
    store(site, { ...issue, voters: issue.voters.filter((id) => id !== me.id) })
    return new Response(null, { status: 204 })
  })
}

export function addRemoteLinks(on: On): void {
  const route = '/rest/api/:version/issue/:issue/remotelink'
  const selfOf = ({ view }: Ask, key: string, id: string): string =>
    `${view.base}/rest/api/${view.version}/issue/${key}/remotelink/${id}`
  const bodyOf = (ask: Ask, key: string, { id, global_id, of }: RemoteLink): Fields => ({
    id: Number(id),
    self: selfOf(ask, key, id),
    ...(global_id === null ? {} : { globalId: global_id }),
    application: of.application ?? {},
    ...(of.relationship === undefined ? {} : { relationship: of.relationship }),
    object: of.object ?? {},
  })
  on('remote_links.list', `GET ${route}`, (ask) => {
    const { id, key } = askedIssue(ask)
    const wanted = ask.query('globalId')
    const rows = ask.site.store.remote_links.find(id)
    if (wanted === undefined) return Response.json(rows.map((row) => bodyOf(ask, key, row)))
    return Response.json(bodyOf(ask, key, named(rows, wanted)))
  })
  on('remote_links.put', `POST ${route}`, (ask) => {
    const { site, body } = ask
    const { id: issue, key } = askedIssue(ask)
    check(body)
    const global_id = textOf(body.globalId) || null
    const known =
      global_id === null ? undefined : site.store.remote_links.find(issue).find((one) => one.global_id === global_id)
    const { id } = site.store.remote_links.put({
      id: known?.id ?? site.next('remote link'),
      issue,
      global_id,
      of: partsOf(body),
    })
    return Response.json({ id: Number(id), self: selfOf(ask, key, id) }, { status: known === undefined ? 201 : 200 })
  })
  on('remote_links.delete_by_global_id', `DELETE ${route}`, (ask) => {
    const { id } = askedIssue(ask)
    const wanted = ask.query('globalId')
    if (wanted === undefined) throw new Refusal(400, ["The 'globalId' query parameter needs to be provided"])
    ask.site.store.remote_links.remove(named(ask.site.store.remote_links.find(id), wanted).id)
    return new Response(null, { status: 204 })
  })
  on('remote_links.get', `GET ${route}/:link`, (ask) => {
    const { key } = askedIssue(ask)
    return Response.json(bodyOf(ask, key, asked(ask)))
  })
  on('remote_links.update', `PUT ${route}/:link`, (ask) => {
    const { site, body } = ask
    const link = asked(ask)
    check(body)
    site.store.remote_links.put({ ...link, global_id: textOf(body.globalId) || null, of: partsOf(body) })
    return new Response(null, { status: 204 })
  })
  on('remote_links.delete', `DELETE ${route}/:link`, (ask) => {
    ask.site.store.remote_links.remove(asked(ask).id)
    return new Response(null, { status: 204 })
  })
}

const partsOf = ({ application, relationship, object }: Fields): Fields => ({
  ...(application === undefined ? {} : { application }),
  ...(relationship === undefined ? {} : { relationship }),
  object: object ?? {},
})

function check({ object }: Fields): void {
  const { url, title } = fieldsOf(object)
  const errors = {
    ...(textOf(title) === '' ? { title: "'title' is required." } : {}),
    ...(textOf(url) === '' ? { url: "'url' is required." } : {}),
  }
  if (Object.keys(errors).length > 0) throw new Refusal(400, [], errors)
}

function named(rows: readonly RemoteLink[], globalId: string): RemoteLink {
  const found = rows.find((row) => row.global_id === globalId)
  if (found === undefined) throw new Refusal(404, [`No remote issue link with globalId '${globalId}' exists.`])
  return found
}

function asked(ask: Ask): RemoteLink {
  const link = ask.site.store.remote_links.get(ask.part('link'))
  if (link?.issue !== askedIssue(ask).id)
    throw new Refusal(404, [`No remote issue link with id '${ask.part('link')}' exists.`])
  return link
}
