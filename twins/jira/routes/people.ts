import type { Json } from '../../trace.ts'
import { type Ask, type On, pageOf, Refusal, valuesPage } from '../ask.ts'
import { tellUser } from '../events.ts'
import { newUser, uuid } from '../seed.ts'
import { issueOf, projectOf } from '../site.ts'
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
    if (project !== undefined && projectOf(site, project) === undefined) throw noProject(project)
    return people(ask, (user) => works(user) && isAsked(ask)(user))
  })
  on('users.assignable_everywhere', 'GET /rest/api/:version/user/assignable/multiProjectSearch', (ask) => {
    const keys = ask.queries('projectKeys')
    if (keys.length === 0) throw new Refusal(400, ["The 'projectKeys' query parameter needs to be provided"])
    const missing = keys.find((key) => projectOf(ask.site, key) === undefined)
    if (missing !== undefined) throw noProject(missing)
    return people(ask, (user) => works(user) && isAsked(ask)(user))
  })
  on('users.viewers', 'GET /rest/api/:version/user/viewissue/search', (ask) => {
    const { site, query } = ask
    const [project, issue] = [query('projectKey'), query('issueKey')]
    if (issue !== undefined && issueOf(site, issue) === undefined)
      throw new Refusal(404, ['The issue does not exist or you do not have permission to see it.'])
    if (project !== undefined && projectOf(site, project) === undefined) throw noProject(project)
    return people(ask, (user) => works(user) && isAsked(ask)(user))
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

/** A plain list, a page of it. */
function people(ask: Ask, fits: (user: User) => boolean): Response {
  const { site, view, query } = ask
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

function pickedUsers({ site, query, queries }: Ask): Json {
  const [text, excluded] = [query('query') ?? '', queries('excludeAccountIds')]
  const all = site.store.users
    .all()
    .filter((user) => user.active && begins(user, text.toLowerCase()) && !excluded.includes(user.id))
  const users = all.slice(0, Number(query('maxResults') ?? 50)).map(({ id, account_type, display_name }) => ({
    accountId: id,
    accountType: account_type,
    html: bold(display_name, text, 'strong'),
    displayName: display_name,
  }))
  return { users, total: all.length, header: `Showing ${users.length} of ${all.length} matching users` }
}

function pickedGroups({ site, query }: Ask): Json {
  const text = query('query') ?? ''
  const all = site.store.groups
    .all()
    .filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()))
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

/** Keys, ids and names: https://support.atlassian.com/jira-cloud-administration/docs/permissions-for-company-managed-projects (2026-11-26). */
const PERMISSIONS: readonly (readonly [key: string, id: string, name: string, type: 'GLOBAL' | 'PROJECT'])[] = [
  ['ADMINISTER', '0', 'Administer Jira', 'GLOBAL'],
  ['USER_PICKER', '27', 'Browse users and groups', 'GLOBAL'],
  ['CREATE_SHARED_OBJECTS', '22', 'Share dashboards and filters', 'GLOBAL'],
  ['MANAGE_GROUP_FILTER_SUBSCRIPTIONS', '24', 'Manage group filter subscriptions', 'GLOBAL'],
  ['BULK_CHANGE', '33', 'Make bulk changes', 'GLOBAL'],
  ['CREATE_PROJECT', '-1', 'Create team-managed projects', 'GLOBAL'],
  ['ADMINISTER_PROJECTS', '23', 'Administer Projects', 'PROJECT'],
  ['BROWSE_PROJECTS', '10', 'Browse Projects', 'PROJECT'],
  ['MANAGE_SPRINTS_PERMISSION', '-1', 'Manage sprints', 'PROJECT'],
  ['VIEW_READONLY_WORKFLOW', '45', 'View Read-Only Workflow', 'PROJECT'],
  ['CREATE_ISSUES', '11', 'Create Issues', 'PROJECT'],
  ['EDIT_ISSUES', '12', 'Edit Issues', 'PROJECT'],
  ['TRANSITION_ISSUES', '46', 'Transition Issues', 'PROJECT'],
  ['SCHEDULE_ISSUES', '28', 'Schedule Issues', 'PROJECT'],
  ['MOVE_ISSUES', '25', 'Move Issues', 'PROJECT'],
  ['ASSIGN_ISSUES', '13', 'Assign Issues', 'PROJECT'],
  ['ASSIGNABLE_USER', '17', 'Assignable User', 'PROJECT'],
  ['RESOLVE_ISSUES', '14', 'Resolve Issues', 'PROJECT'],
  ['CLOSE_ISSUES', '18', 'Close Issues', 'PROJECT'],
  ['MODIFY_REPORTER', '30', 'Modify Reporter', 'PROJECT'],
  ['DELETE_ISSUES', '16', 'Delete Issues', 'PROJECT'],
  ['LINK_ISSUES', '21', 'Link Issues', 'PROJECT'],
  ['SET_ISSUE_SECURITY', '26', 'Set Issue Security', 'PROJECT'],
  ['VIEW_VOTERS_AND_WATCHERS', '31', 'View Voters and Watchers', 'PROJECT'],
  ['MANAGE_WATCHERS', '32', 'Manage Watchers', 'PROJECT'],
  ['ADD_COMMENTS', '15', 'Add Comments', 'PROJECT'],
  ['EDIT_ALL_COMMENTS', '34', 'Edit All Comments', 'PROJECT'],
  ['EDIT_OWN_COMMENTS', '35', 'Edit Own Comments', 'PROJECT'],
  ['DELETE_ALL_COMMENTS', '36', 'Delete All Comments', 'PROJECT'],
  ['DELETE_OWN_COMMENTS', '37', 'Delete Own Comments', 'PROJECT'],
  ['CREATE_ATTACHMENTS', '19', 'Create Attachments', 'PROJECT'],
  ['DELETE_ALL_ATTACHMENTS', '38', 'Delete All Attachments', 'PROJECT'],
  ['DELETE_OWN_ATTACHMENTS', '39', 'Delete Own Attachments', 'PROJECT'],
  ['WORK_ON_ISSUES', '20', 'Work On Issues', 'PROJECT'],
  ['EDIT_ALL_WORKLOGS', '41', 'Edit All Worklogs', 'PROJECT'],
  ['EDIT_OWN_WORKLOGS', '40', 'Edit Own Worklogs', 'PROJECT'],
  ['DELETE_ALL_WORKLOGS', '43', 'Delete All Worklogs', 'PROJECT'],
  ['DELETE_OWN_WORKLOGS', '42', 'Delete Own Worklogs', 'PROJECT'],
]

/** Everybody may do everything here: see the gap about permissions. */
export function addPermissions(on: On): void {
  on('permissions.mine', 'GET /rest/api/:version/mypermissions', (ask) => {
    const { site, query, queries } = ask
    const wanted = queries('permissions')
    if (wanted.length === 0) throw new Refusal(400, ["The 'permissions' query parameter is required."])
    const unknown = wanted.find((key) => !PERMISSIONS.some(([known]) => known === key))
    if (unknown !== undefined) throw new Refusal(400, [`Unrecognized permission: ${unknown}`])
    const [project, issue] = [query('projectKey') ?? query('projectId'), query('issueKey') ?? query('issueId')]
    if (project !== undefined && projectOf(site, project) === undefined) throw noProject(project)
    if (issue !== undefined && issueOf(site, issue) === undefined)
      throw new Refusal(404, ['The issue does not exist or you do not have permission to see it.'])
    const rows = PERMISSIONS.filter(([key]) => wanted.includes(key))
    return Response.json({
      permissions: Object.fromEntries(
        rows.map(([key, id, name, type]) => [key, { id, key, name, type, description: '', havePermission: true }]),
      ),
    })
  })
  on('permissions.list', 'GET /rest/api/:version/permissions', () =>
    Response.json({
      permissions: Object.fromEntries(
        PERMISSIONS.map(([key, , name, type]) => [key, { key, name, type, description: '' }]),
      ),
    }),
  )
}
