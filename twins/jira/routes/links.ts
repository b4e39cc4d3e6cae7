import type { Json } from '../../trace.ts'
import { type Ask, issueFor, type On, Refusal } from '../ask.ts'
import { tellLink } from '../events.ts'
import { LINK_TYPES } from '../fixed.ts'
import { addComment, fresh } from '../issues.ts'
import { demandOf } from '../needs.ts'
import { mayOnIssue, seesIssue } from '../permissions.ts'
import type { Site } from '../site.ts'
import { type Fields, fieldsOf, type Issue, isFields, type Link, textOf } from '../state.ts'
import { linkBody, linkTypeBody } from '../wire.ts'

export function addLinks(on: On): void {
  on('links.create', 'POST /rest/api/:version/issueLink', (ask) => {
    const { site, me, view, body } = ask
    const source = addLink(ask, body)
    if (isFields(body.comment)) addComment(site, me.id, view.version, fresh(site, source), body.comment)
    return new Response(null, { status: 201 })
  })
  on('links.get', 'GET /rest/api/:version/issueLink/:link', (ask) =>
    Response.json(linkBody(ask.site, ask.view, askedLink(ask))),
  )
  on('links.delete', 'DELETE /rest/api/:version/issueLink/:link', (ask) => {
    const { site } = ask
    const link = askedLink(ask)
    // Who may not is told that there is none: the document.
    const source = site.store.issues.get(link.source)
    if (source === undefined || !mayOnIssue(site, ask.me, 'LINK_ISSUES', source)) throw noLink(link.id)
    site.store.links.remove(link.id)
    tell(site, 'deleted', link)
    return new Response(null, { status: 204 })
  })
  on('link_types.list', 'GET /rest/api/:version/issueLinkType', ({ view }) =>
    Response.json({ issueLinkTypes: LINK_TYPES.map(({ name }) => linkTypeBody(view, name)) }),
  )
  on('link_types.get', 'GET /rest/api/:version/issueLinkType/:type', ({ view, part }) => {
    const type = LINK_TYPES.find(({ id }) => id === part('type'))
    if (type === undefined) throw new Refusal(404, [`No issue link type with id '${part('type')}' found.`])
    return Response.json(linkTypeBody(view, type.name))
  })
}

const noLink = (id: string): Refusal => new Refusal(404, [`No issue link with id '${id}' exists.`])

/** The link that the path names, if who asks sees both its ends. */
function askedLink({ site, me, part }: Ask): Link {
  const link = site.store.links.get(part('link'))
  const ends = link === undefined ? [] : [link.source, link.target].map((id) => site.store.issues.get(id))
  if (link === undefined || ends.some((end) => end === undefined || !seesIssue(site, me, end)))
    throw noLink(part('link'))
  return link
}

/** Links two issues; one and the same link twice is one. Gives the issue that does the outward act. */
export function addLink(ask: Pick<Ask, 'site' | 'me'>, { type, inwardIssue, outwardIssue }: Fields): Issue {
  const { site, me } = ask
  const { id, name } = fieldsOf(type)
  const kind = LINK_TYPES.find((row) => row.id === textOf(id) || row.name.toLowerCase() === textOf(name).toLowerCase())
  if (kind === undefined)
    throw new Refusal(404, [`No issue link type with name '${textOf(name) || textOf(id)}' found.`])
  const end = (value: Json | undefined): Issue => {
    const issue = issueFor(ask, textOf(fieldsOf(value).key) || textOf(fieldsOf(value).id))
    // Recorded at Jira Cloud as an answer of 401: public reports of clients (2026-11-26).
    const refusal = new Refusal(401, [`No Link Issue Permission for issue '${issue?.key ?? ''}'`])
    return demandOf(ask, issue, 'LINK_ISSUES', refusal)
  }
  const [source, target] = [end(inwardIssue), end(outwardIssue)]
  if (source.id === target.id) throw new Refusal(400, ['You cannot link an issue to itself.'])
  const known = site.store.links
    .find(source.id)
    .some((link) => link.type === kind.name && link.source === source.id && link.target === target.id)
  if (known) return source
  const link = site.store.links.put({ id: site.next('link'), type: kind.name, source: source.id, target: target.id })
  tell(site, 'created', link, me.id)
  return source
}

function tell(site: Site, what: 'created' | 'deleted', link: Link, by?: string): void {
  const key = (id: string): string => site.store.issues.get(id)?.key ?? id
  site.note(`link.${what}`, {
    id: link.id,
    type: link.type,
    source: key(link.source),
    target: key(link.target),
    ...(by === undefined ? {} : { by }),
  })
  tellLink(site, what, link, LINK_TYPES.find(({ name }) => name === link.type)?.id ?? '0')
}
