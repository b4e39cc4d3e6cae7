import { notModelled } from '../../twin.ts'
import { type Ask, type On, Refusal } from '../ask.ts'
import { GAPS } from '../gaps.ts'
import { actorsId, actsIn, ROLES } from '../permissions.ts'
import { type Actors, type Fields, fieldsOf, type Group, listOf, type Project, type Role, textOf } from '../state.ts'
import { askedProject } from './projects.ts'

export const roleUrl = ({ view }: Ask, { id: project }: Project, id: string): string =>
  `${view.base}/rest/api/${view.version}/project/${project}/role/${id}`

/** Links to the roles of a project, by name. */
export const roleLinks = (ask: Ask, project: Project): Fields =>
  Object.fromEntries(ask.site.store.roles.all().map(({ id, name }) => [name, roleUrl(ask, project, id)]))

/** Roles, and who acts in them. Source: Atlassian's OpenAPI document of version 3, "Project roles" and "Project role actors" (2026-11-26). */
export function addRoles(on: On): void {
  const ofProject = '/rest/api/:version/project/:project/role'
  on('project_roles.list', `GET ${ofProject}`, (ask) => Response.json(roleLinks(ask, askedProject(ask))))
  on('project_roles.details', 'GET /rest/api/:version/project/:project/roledetails', (ask) => {
    const { site, me, query } = ask
    const project = askedProject(ask)
    const mine = query('currentMember') === 'true'
    const rows = site.store.roles.all().filter(({ id }) => !mine || actsIn(site, me.id, project, id))
    return Response.json(
      rows.map((role) => ({ self: roleUrl(ask, project, role.id), ...bodyOf(role), type: 'DEFAULT' })),
    )
  })
  on('project_roles.get', `GET ${ofProject}/:role`, (ask) => Response.json(acted(ask, askedProject(ask), asked(ask))))
  on('project_roles.add_actors', `POST ${ofProject}/:role`, (ask) => {
    const [project, role] = [askedProject(ask), asked(ask)]
    const before = actorsOf(ask, project, role)
    const { user, group, groupId } = ask.body
    const wish = wishOf(ask, listOf(user), [...listOf(group), ...listOf(groupId)])
    if (wish.users.length + wish.groups.length === 0)
      throw new Refusal(400, ['You must specify at least one user or group to add to the role.'])
    const taken = wish.users.find((id) => before.users.includes(id))
    if (taken !== undefined) throw new Refusal(400, [`User '${taken}' is already a member of the project role.`])
    ask.site.store.actors.put({
      ...before,
      users: [...before.users, ...wish.users],
      groups: [...new Set([...before.groups, ...wish.groups])],
    })
    return Response.json(acted(ask, project, role))
  })
  on('project_roles.set_actors', `PUT ${ofProject}/:role`, (ask) => {
    const [project, role] = [askedProject(ask), asked(ask)]
    const by = fieldsOf(ask.body.categorisedActors)
    const wish = wishOf(ask, listOf(by['atlassian-user-role-actor']), [
      ...listOf(by['atlassian-group-role-actor']),
      ...listOf(by['atlassian-group-role-actor-id']),
    ])
    ask.site.store.actors.put({ ...actorsOf(ask, project, role), ...wish })
    return Response.json(acted(ask, project, role))
  })
  on('project_roles.remove_actors', `DELETE ${ofProject}/:role`, (ask) => {
    const { query, site } = ask
    const [project, role] = [askedProject(ask), asked(ask)]
    const before = actorsOf(ask, project, role)
    const [user, group] = [query('user'), query('groupId') ?? query('group')]
    if ((user === undefined) === (group === undefined))
      throw new Refusal(400, ['You must specify either a user or a group to remove from the role.'])
    const gone = user ?? groupOf(ask, group ?? '').id
    if (![...before.users, ...before.groups].includes(gone))
      throw new Refusal(404, [`'${gone}' is not a member of the project role.`])
    site.store.actors.put({
      ...before,
      users: before.users.filter((id) => id !== gone),
      groups: before.groups.filter((id) => id !== gone),
    })
    return new Response(null, { status: 204 })
  })
  addDefinitions(on)
}

function addDefinitions(on: On): void {
  const route = '/rest/api/:version/role'
  const selfOf = ({ view }: Ask, { id }: Role): Fields => ({ self: `${view.base}/rest/api/${view.version}/role/${id}` })
  const full = (ask: Ask, role: Role): Fields => ({ ...selfOf(ask, role), ...bodyOf(role), actors: [] })
  on('roles.list', `GET ${route}`, (ask) => Response.json(ask.site.store.roles.all().map((role) => full(ask, role))))
  on('roles.create', `POST ${route}`, (ask) => {
    const { site, body } = ask
    const role = { id: site.next('role', 10_100), name: nameOf(ask), description: textOf(body.description) }
    return Response.json(full(ask, site.store.roles.put(role)))
  })
  on('roles.get', `GET ${route}/:role`, (ask) => Response.json(full(ask, asked(ask))))
  const update =
    (whole: boolean) =>
    (ask: Ask): Response => {
      const { site, body } = ask
      const before = asked(ask)
      const name = body.name === undefined && !whole ? before.name : nameOf(ask, before.id)
      const description = body.description === undefined && !whole ? before.description : textOf(body.description)
      return Response.json(full(ask, site.store.roles.put({ ...before, name, description })))
    }
  on('roles.update', `POST ${route}/:role`, update(false))
  on('roles.replace', `PUT ${route}/:role`, update(true))
  on('roles.delete', `DELETE ${route}/:role`, (ask) => {
    const { site } = ask
    const role = asked(ask)
    const isIn = ({ holder }: { readonly holder: { readonly type: string; readonly value: string | null } }): boolean =>
      holder.type === 'projectRole' && holder.value === role.id
    if (ask.query('swap') !== undefined) throw notModelled('jira', GAPS, 'default actors of roles, and roles that swap')
    if (site.store.permission_schemes.all().some(({ grants }) => grants.some(isIn)))
      throw new Refusal(409, ['The project role is in use.'])
    site.store.roles.remove(role.id)
    for (const row of site.store.actors.all()) if (row.role === role.id) site.store.actors.remove(row.id)
    return new Response(null, { status: 204 })
  })
  for (const method of ['GET', 'POST', 'DELETE'])
    on('roles.default_actors', `${method} ${route}/:role/actors`, () => {
      throw notModelled('jira', GAPS, 'default actors of roles, and roles that swap')
    })
}

/** Wording: Jira’s own, https://github.com/search?q=%22null+project+role%22 (2026-11-26). */
function asked({ site, part }: Ask): Role {
  const role = site.store.roles.get(part('role'))
  if (role === undefined) throw new Refusal(404, ['Can not retrieve a role actor for a null project role.'])
  return role
}

function nameOf({ site, body }: Ask, mine?: string): string {
  const name = textOf(body.name).trim()
  if (name === '') throw new Refusal(400, ['A role name must be specified.'])
  if (site.store.roles.find(name.toLowerCase()).some(({ id }) => id !== mine))
    throw new Refusal(409, [`A project role with name '${name}' already exists.`])
  return name
}

const actorsOf = ({ site }: Ask, project: Project, role: Role): Actors => {
  const id = actorsId(project.id, role.id)
  return site.store.actors.get(id) ?? { id, project: project.id, role: role.id, users: [], groups: [] }
}

function groupOf({ site }: Ask, named: string): Group {
  const group = site.store.groups.get(named) ?? site.store.groups.find(named.toLowerCase())[0]
  if (group === undefined) throw new Refusal(404, [`The group '${named}' does not exist.`])
  return group
}

function wishOf(ask: Ask, users: readonly unknown[], groups: readonly unknown[]): Pick<Actors, 'users' | 'groups'> {
  const missing = users.map(textOf).find((id) => ask.site.store.users.get(id) === undefined)
  if (missing !== undefined) throw new Refusal(404, [`We can't find '${missing}' in any accessible user directory.`])
  return { users: users.map(textOf), groups: groups.map((one) => groupOf(ask, textOf(one)).id) }
}

const bodyOf = ({ id, name, description }: Role): Fields => ({
  name,
  id: Number(id),
  description,
  admin: id === ROLES[0]?.[0],
  default: id === ROLES[1]?.[0],
  roleConfigurable: true,
  translatedName: name,
})

/** A role of a project with those who act in it, by name. */
function acted(ask: Ask, project: Project, role: Role): Fields {
  const { site, me, query } = ask
  const { users, groups } = actorsOf(ask, project, role)
  const people = users
    .map((id) => site.user(id))
    .filter(({ active }) => active || query('excludeInactiveUsers') !== 'true')
    .map(({ id, display_name }) => ({
      displayName: display_name,
      type: 'atlassian-user-role-actor',
      actorUser: { accountId: id },
    }))
  const groupsOf = groups.flatMap((id) => {
    const name = site.store.groups.get(id)?.name
    if (name === undefined) return []
    const actorGroup = { name, displayName: name, groupId: id }
    return [{ displayName: name, type: 'atlassian-group-role-actor', name, actorGroup }]
  })
  const actors = [...people, ...groupsOf].sort((a, b) => (a.displayName < b.displayName ? -1 : 1))
  const first = 10_000 + 100 * Number(project.id)
  return {
    self: roleUrl(ask, project, role.id),
    ...bodyOf(role),
    currentUserRole: actsIn(site, me.id, project, role.id),
    actors: actors.map((actor, at) => ({ id: first + at, ...actor })),
  }
}
