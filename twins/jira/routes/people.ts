import type { Json } from '../../trace.ts'
import { type Ask, issueFor, NO_ISSUE, type On, pageOf, projectFor, Refusal, valuesPage } from '../ask.ts'
import { tellUser } from '../events.ts'
import { mayBeAssigned, mayOnSite, seesIssue, seesProject } from '../permissions.ts'
import { newUser, uuid } from '../seed.ts'
import { type Fields, type Group, textOf, type User } from '../state.ts'
import { userBody } from '../wire.ts'
import { noProject } from './projects.ts'

const NO_USER = 'Specified user does not exist or you do not have required permissions'
const ONLY_ID = "'accountId' must be the only user identifying query parameter in GDPR strict mode."

/** People and groups. Source: Atlassian's OpenAPI document of version 3, "Users", "User search" and "Groups" (2026-11-26). */
export function addPeople(on: On): void {
  addUsers(on)
  addSearches(on)
  addGroups(on)
}

const groupsOf = ({ site }: Ask, id: string): readonly Group[] =>
  site.store.groups.all().filter(({ members }) => members.includes(id))

const groupBody = ({ view }: Ask, { id, name }: Group): Fields => ({
  name,
  groupId: id,
  self: `${view.base}/rest/api/${view.version}/group?groupId=${id}`,
})

/** Groups and roles of a person: how many, and which if that is asked for. */
function memberships(ask: Ask, id: string): Fields {
  const [groups, expand] = [groupsOf(ask, id), ask.queries('expand')]
  return {
    groups: {
      size: groups.length,
      items: expand.includes('groups') ? groups.map((group) => groupBody(ask, group)) : [],
    },
    applicationRoles: {
      size: 1,
      items: expand.includes('applicationRoles') ? [{ key: 'jira-software', name: 'Jira' }] : [],
    },
    expand: 'groups,applicationRoles',
  }
}

function asked({ site, query }: Ask): User {
  const id = query('accountId')
  if (id === undefined) throw new Refusal(400, [ONLY_ID])
  const user = site.store.users.get(id)
  if (user === undefined) throw new Refusal(404, [NO_USER])
  return user
}

function addUsers(on: On): void {
  on('myself.get', 'GET /rest/api/:version/myself', (ask) =>
    Response.json({ ...userBody(ask.view, ask.me), locale: 'en_US', ...memberships(ask, ask.me.id) }),
  )
  on('users.get', 'GET /rest/api/:version/user', (ask) => {
    const user = asked(ask)
    return Response.json({ ...userBody(ask.view, user), ...memberships(ask, user.id) })
  })
  on('users.create', 'POST /rest/api/:version/user', (ask) => {
    const { site, view, body } = ask
    const email = textOf(body.emailAddress)
    if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email))
      throw new Refusal(400, [], { emailAddress: 'You must specify a valid email address.' })
    const known = site.store.users.find(`email ${email.toLowerCase()}`)[0]
    const user = known ?? site.store.users.put(newUser(site, textOf(body.displayName) || email, email))
    if (known === undefined) {
      site.note('user.joined', { id: user.id, name: user.display_name, email })
      tellUser(site, 'created', user.id)
    }
    return Response.json({ ...userBody(view, user), ...memberships(ask, user.id) }, { status: 201 })
  })
  on('users.delete', 'DELETE /rest/api/:version/user', (ask) => {
    const { site } = ask
    const user = asked(ask)
    tellUser(site, 'deleted', user.id)
    // Whom issues name stays on record, as somebody who is not there any more.
    site.store.users.put({ ...user, active: false })
    for (const group of groupsOf(ask, user.id))
      site.store.groups.put({ ...group, members: group.members.filter((id) => id !== user.id) })
    site.note('user.deactivated', { id: user.id })
    return new Response(null, { status: 204 })
  })
  on('users.groups', 'GET /rest/api/:version/user/groups', (ask) =>
    Response.json(groupsOf(ask, asked(ask).id).map((group) => groupBody(ask, group))),
  )
  on('users.get_many', 'GET /rest/api/:version/user/bulk', (ask) => {
    const { site, view, queries } = ask
    const ids = queries('accountId')
    if (ids.length === 0) throw new Refusal(400, [ONLY_ID])
    const rows = ids.flatMap((id) => site.store.users.get(id) ?? [])
    return valuesPage(ask, 'user/bulk', rows, (user) => userBody(view, user), 10)
  })
}

function addSearches(on: On): void {
  const named = ({ query }: Ask): void => {
    if (query('query') === undefined && query('accountId') === undefined && query('property') === undefined)
      throw new Refusal(400, ["Either the 'query' or the 'accountId' query parameter needs to be provided"])
  }
  const isAsked =
    ({ query }: Ask) =>
    ({ id }: User): boolean =>
      query('accountId') === undefined || id === query('accountId')
  const works = ({ active, account_type }: User): boolean => active && account_type !== 'customer'
  on('users.search', 'GET /rest/api/:version/user/search', (ask) => {
    named(ask)
    return people(ask, isAsked(ask))
  })
  on('users.assignable', 'GET /rest/api/:version/user/assignable/search', (ask) => {
    const { site, query } = ask
    const [project, issue] = [query('project'), query('issueKey') ?? query('issueId')]
    if (project === undefined && issue === undefined)
      throw new Refusal(400, ["Either the 'project' or the 'issueKey' query parameter needs to be provided"])
    const about = issue === undefined ? undefined : issueFor(ask, issue)
    if (issue !== undefined && about === undefined) throw new Refusal(404, [NO_ISSUE])
    const place = about === undefined ? projectFor(ask, project ?? '') : site.project(about.project)
    if (place === undefined) throw noProject(project ?? '')
    return people(ask, (user) => mayBeAssigned(site, user, place, about) && isAsked(ask)(user), true)
  })
  on('users.assignable_everywhere', 'GET /rest/api/:version/user/assignable/multiProjectSearch', (ask) => {
    const keys = ask.queries('projectKeys')
    if (keys.length === 0) throw new Refusal(400, ["The 'projectKeys' query parameter needs to be provided"])
    const places = keys.map((key) => {
      const place = projectFor(ask, key)
      if (place === undefined) throw noProject(key)
      return place
    })
    const everywhere = (user: User): boolean => places.every((place) => mayBeAssigned(ask.site, user, place))
    return people(ask, (user) => everywhere(user) && isAsked(ask)(user), true)
  })
  on('users.viewers', 'GET /rest/api/:version/user/viewissue/search', (ask) => {
    const { site, query } = ask
    const [project, issue] = [query('projectKey'), query('issueKey')]
    const about = issue === undefined ? undefined : issueFor(ask, issue)
    if (issue !== undefined && about === undefined) throw new Refusal(404, [NO_ISSUE])
    const place = project === undefined ? undefined : projectFor(ask, project)
    if (project !== undefined && place === undefined) throw noProject(project)
    const sees = (user: User): boolean =>
      (about === undefined || seesIssue(site, user, about)) && (place === undefined || seesProject(site, user, place))
    return people(ask, (user) => works(user) && sees(user) && isAsked(ask)(user))
  })
  on('users.list', 'GET /rest/api/:version/users', (ask) => people(ask, () => true))
  on('users.list', 'GET /rest/api/:version/users/search', (ask) => people(ask, () => true))
  on('users.picker', 'GET /rest/api/:version/user/picker', (ask) => Response.json(pickedUsers(ask)))
  on('groups.picker', 'GET /rest/api/:version/groups/picker', (ask) => Response.json(pickedGroups(ask)))
  on('groups_and_users.picker', 'GET /rest/api/:version/groupuserpicker', (ask) => {
    if (ask.query('query') === undefined) throw new Refusal(400, ["The 'query' query parameter needs to be provided"])
    return Response.json({ users: pickedUsers(ask), groups: pickedGroups(ask) })
  })
}

/** Whether a name or mail address begins so, a word of the name included. */
function begins({ display_name, email }: User, text: string): boolean {
  const name = display_name.toLowerCase()
  return (
    name.startsWith(text) ||
    name.split(/\s+/).some((word) => word.startsWith(text)) ||
    (email ?? '').toLowerCase().startsWith(text)
  )
}

/** A plain list, a page of it: empty for who may not browse users, but for those who assign (the document). */
function people(ask: Ask, fits: (user: User) => boolean, assigning = false): Response {
  const { site, me, view, query } = ask
  if (!assigning && !mayOnSite(site, me, 'USER_PICKER')) return Response.json([])
  const text = (query('query') ?? '').toLowerCase()
  const { startAt, maxResults } = pageOf(ask, 50, 1_000)
  const found = site.store.users.all().filter((user) => fits(user) && begins(user, text))
  return Response.json(found.slice(startAt, startAt + maxResults).map((user) => userBody(view, user)))
}

/** What a picker shows, with what was typed made bold. */
function bold(name: string, text: string, tag: string): string {
  const at = name.toLowerCase().indexOf(text.toLowerCase())
  if (text === '' || at === -1) return name
  return `${name.slice(0, at)}<${tag}>${name.slice(at, at + text.length)}</${tag}>${name.slice(at + text.length)}`
}

function pickedUsers({ site, me, query, queries }: Ask): Json {
  const may = mayOnSite(site, me, 'USER_PICKER')
  const [text, excluded] = [query('query') ?? '', queries('excludeAccountIds')]
  const all = site.store.users
    .all()
    .filter((user) => may && user.active && begins(user, text.toLowerCase()) && !excluded.includes(user.id))
  const users = all.slice(0, Number(query('maxResults') ?? 50)).map(({ id, account_type, display_name }) => ({
    accountId: id,
    accountType: account_type,
    html: bold(display_name, text, 'strong'),
    displayName: display_name,
  }))
  return { users, total: all.length, header: `Showing ${users.length} of ${all.length} matching users` }
}

function pickedGroups({ site, me, query }: Ask): Json {
  const may = mayOnSite(site, me, 'USER_PICKER')
  const text = query('query') ?? ''
  const all = site.store.groups
    .all()
    .filter(({ name }) => may && name.toLowerCase().includes(text.toLowerCase()))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const groups = all
    .slice(0, Number(query('maxResults') ?? 20))
    .map(({ id, name }) => ({ name, html: bold(name, text, 'b'), labels: [], groupId: id }))
  return { header: `Showing ${groups.length} of ${all.length} matching groups`, total: all.length, groups }
}

/** The group that a query names, by name or by id. */
function askedGroup({ site, query }: Ask): Group {
  const [name, id] = [query('groupname'), query('groupId')]
  if (name === undefined && id === undefined) throw new Refusal(400, ['You must specify a group name or a group ID.'])
  const group = id === undefined ? site.store.groups.find((name ?? '').toLowerCase())[0] : site.store.groups.get(id)
  if (group === undefined)
    throw new Refusal(404, [
      id === undefined
        ? `The group named '${name ?? ''}' does not exist.`
        : `The group with the ID '${id}' does not exist.`,
    ])
  return group
}

function addGroups(on: On): void {
  const route = '/rest/api/:version/group'
  const full = (ask: Ask, group: Group): Fields => ({
    ...groupBody(ask, group),
    users: {
      size: group.members.length,
      items: ask.queries('expand').includes('users')
        ? group.members.slice(0, 50).map((id) => userBody(ask.view, ask.site.user(id)))
        : [],
      'max-results': 50,
      'start-index': 0,
      'end-index': Math.max(0, Math.min(50, group.members.length) - 1),
    },
    expand: 'users',
  })
  on('groups.get', `GET ${route}`, (ask) => Response.json(full(ask, askedGroup(ask))))
  on('groups.create', `POST ${route}`, (ask) => {
    const { site, body } = ask
    const name = textOf(body.name).trim()
    if (name === '') throw new Refusal(400, ['You must specify a group name.'])
    if (site.store.groups.find(name.toLowerCase()).length > 0)
      throw new Refusal(400, ['A group with this name already exists.'])
    return Response.json(full(ask, site.store.groups.put({ id: uuid(site), name, members: [] })), { status: 201 })
  })
  on('groups.delete', `DELETE ${route}`, (ask) => {
    ask.site.store.groups.remove(askedGroup(ask).id)
    return new Response(null, { status: 200 })
  })
  on('groups.list', `GET ${route}/bulk`, (ask) => {
    const [ids, names] = [ask.queries('groupId'), ask.queries('groupName')]
    const rows = ask.site.store.groups
      .all()
      .filter(({ id, name }) => (ids.length === 0 || ids.includes(id)) && (names.length === 0 || names.includes(name)))
    return valuesPage(ask, 'group/bulk', rows, ({ id, name }) => ({ name, groupId: id }))
  })
  on('groups.members', `GET ${route}/member`, (ask) => {
    const { site, view, query } = ask
    const group = askedGroup(ask)
    const rows = group.members
      .map((id) => site.user(id))
      .filter(({ active }) => active || query('includeInactiveUsers') === 'true')
    return valuesPage(ask, 'group/member', rows, (user) => userBody(view, user))
  })
  on('groups.add_member', `POST ${route}/user`, (ask) => {
    const { site, body } = ask
    const [group, id] = [askedGroup(ask), textOf(body.accountId)]
    if (id === '') throw new Refusal(400, ["The 'accountId' needs to be provided"])
    if (site.store.users.get(id) === undefined) throw new Refusal(404, [NO_USER])
    if (group.members.includes(id))
      throw new Refusal(400, [`Cannot add user. User is already a member of '${group.name}'.`])
    return Response.json(full(ask, site.store.groups.put({ ...group, members: [...group.members, id] })), {
      status: 201,
    })
  })
  on('groups.remove_member', `DELETE ${route}/user`, (ask) => {
    const [group, user] = [askedGroup(ask), asked(ask)]
    if (!group.members.includes(user.id))
      throw new Refusal(400, [
        `Cannot remove user '${user.display_name}' from group '${group.name}' since user is not a member of '${group.name}'.`,
      ])
    ask.site.store.groups.put({ ...group, members: group.members.filter((id) => id !== user.id) })
    return new Response(null, { status: 200 })
  })
}
