import type { HolderWish, Seed } from './given.ts'
import { actorsId, DEFAULT_SCHEME, PERMISSIONS, ROLES } from './permissions.ts'
import { userId } from './seed.ts'
import type { Site } from './site.ts'
import type { Grant, Holder, Project } from './state.ts'

const PROJECT_PERMISSIONS = PERMISSIONS.filter(([, , , type]) => type === 'PROJECT').map(([key]) => key)

/** Roles, schemes and grants of a seed, over those of a site on which everybody may do everything. */
export function plantPermissions(site: Site, seed: Seed): void {
  const { roles, global_grants, security_schemes } = site.store
  for (const [id, name] of ROLES) roles.put({ id, name, description: '' })
  for (const { name, description = '' } of seed.roles ?? [])
    roles.put({ id: site.next('role', ROLE_FIRST), name, description })
  for (const [id, names] of Object.entries(seed.global_permissions ?? {}))
    global_grants.put({ id, groups: names.map((name) => groupId(site, name, `global permission ${id}`)) })
  plantScheme(site, { ...DEFAULT_SCHEME, description: '' }, { '*': ['logged-in'] })
  for (const { name, description = '', grants } of seed.permission_schemes ?? []) {
    const id = name === DEFAULT_SCHEME.name ? DEFAULT_SCHEME.id : site.next('permission scheme')
    plantScheme(site, { id, name, description }, grants)
  }
  for (const { name, description = '', levels: wishes, default: usual } of seed.security_schemes ?? []) {
    const where = `security scheme ${name}`
    const levels = wishes.map((wish) => ({
      id: site.next('security level'),
      name: wish.name,
      description: wish.description ?? '',
      members: wish.members.map((member) => holderOf(site, member, where)),
    }))
    const level = levels.find((one) => one.name === usual)
    if (usual !== undefined && level === undefined)
      throw new Error(`jira ${where}: expected one of its levels by default, got "${usual}".`)
    security_schemes.put({
      id: site.next('security scheme'),
      name,
      description,
      levels,
      default_level: level?.id ?? null,
    })
  }
}

/** Behind those that every site has. */
const ROLE_FIRST = 10_100

type Named = { readonly id: string; readonly name: string; readonly description: string }

function plantScheme(site: Site, named: Named, wishes: Readonly<Record<string, readonly HolderWish[]>>): void {
  const { '*': all = [], ...each } = wishes
  const pairs = [
    ...PROJECT_PERMISSIONS.flatMap((permission) => all.map((wish) => [permission, wish] as const)),
    ...Object.entries(each).flatMap(([permission, holders]) => holders.map((wish) => [permission, wish] as const)),
  ]
  const grants = pairs.map(
    ([permission, wish]): Grant => ({
      id: site.next('grant'),
      permission,
      holder: holderOf(site, wish, `permission scheme ${named.name}`),
    }),
  )
  site.store.permission_schemes.put({ ...named, grants })
}

const PLAIN: Readonly<Record<string, Holder['type']>> = {
  anyone: 'anyone',
  'logged-in': 'applicationRole',
  assignee: 'assignee',
  reporter: 'reporter',
  lead: 'projectLead',
}

function holderOf(site: Site, wish: HolderWish, where: string): Holder {
  const plain = PLAIN[wish]
  if (plain !== undefined) return { type: plain, value: null }
  const [kind = ''] = wish.split(':')
  const name = wish.slice(kind.length + 1)
  switch (kind) {
    case 'group':
      return { type: 'group', value: groupId(site, name, where) }
    case 'role':
      return { type: 'projectRole', value: roleId(site, name, where) }
    case 'user':
      return { type: 'user', value: userId(site, name, where) }
    default: {
      const field = site.store.fields.get(name) ?? site.store.fields.find(name.toLowerCase())[0]
      if (field?.type === 'user') return { type: 'userCustomField', value: field.id }
      throw new Error(
        `jira ${where}: expected a field of the site for one person, got "${name}". Add one under given.jira.fields.`,
      )
    }
  }
}

function groupId({ store }: Site, name: string, where: string): string {
  const group = store.groups.find(name.toLowerCase())[0]
  if (group !== undefined) return group.id
  throw new Error(`jira ${where}: expected a group of the site, got "${name}". Add one under given.jira.groups.`)
}

function roleId({ store }: Site, name: string, where: string): string {
  const role = store.roles.find(name.toLowerCase())[0]
  if (role !== undefined) return role.id
  const known = store.roles.all().map((one) => one.name)
  throw new Error(
    `jira ${where}: expected a role (${known.join(', ')}), got "${name}". Add one under given.jira.roles.`,
  )
}

/** Who acts in which role of a project; its lead administers it where nobody is named. */
export function plantActors(site: Site, project: Project, wishes: Readonly<Record<string, readonly string[]>>): void {
  const where = `project ${project.key}`
  const [[admins] = []] = ROLES
  const named = Object.entries(wishes).map(([role, names]) => [roleId(site, role, where), names] as const)
  for (const [role, names] of named)
    site.store.actors.put({
      id: actorsId(project.id, role),
      project: project.id,
      role,
      users: names.filter((name) => !name.startsWith('group:')).map((name) => userId(site, name, where)),
      groups: names.filter((name) => name.startsWith('group:')).map((name) => groupId(site, name.slice(6), where)),
    })
  if (admins !== undefined && named.every(([role]) => role !== admins))
    site.store.actors.put({
      id: actorsId(project.id, admins),
      project: project.id,
      role: admins,
      users: [project.lead],
      groups: [],
    })
}

/** The id of the scheme that a project names; null where it names none. */
export function schemeNamed(
  schemes: { find(name: string): readonly { readonly id: string }[] },
  name: string | undefined,
  kind: 'permission' | 'security',
  project: string,
): string | null {
  if (name === undefined) return null
  const scheme = schemes.find(name.toLowerCase())[0]
  if (scheme !== undefined) return scheme.id
  throw new Error(
    `given.jira.projects ${project}: expected a ${kind} scheme, got "${name}". Add one under given.jira.${kind}_schemes.`,
  )
}
