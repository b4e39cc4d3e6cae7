import { type Ask, done, type On, ok, page, type Reply, shown } from '../ask.ts'
import { appTarget, groupTarget, tell, userTarget } from '../events.ts'
import { one, text } from '../org.ts'
import type { Row } from '../store.ts'
import { grant } from '../tables/others.ts'
import { invalid, notFound, OktaError, view } from '../wire.ts'
import { findApp } from './app-shape.ts'
import { findGroup } from './groups.ts'
import { findUser, groupShown } from './user-shape.ts'

/** Standard roles. Assumed: as on https://developer.okta.com/docs/api/openapi/okta-management/guides/roles/, unconfirmed. */
const LABELS: Readonly<Record<string, string>> = {
  SUPER_ADMIN: 'Super Administrator',
  ORG_ADMIN: 'Organization Administrator',
  APP_ADMIN: 'Application Administrator',
  USER_ADMIN: 'Group Administrator',
  HELP_DESK_ADMIN: 'Help Desk Administrator',
  READ_ONLY_ADMIN: 'Read Only Administrator',
  REPORT_ADMIN: 'Report Administrator',
  MOBILE_ADMIN: 'Mobile Administrator',
  API_ACCESS_MANAGEMENT_ADMIN: 'API Access Management Administrator',
  GROUP_MEMBERSHIP_ADMIN: 'Group Membership Administrator',
  WORKFLOWS_ADMIN: 'Workflows Administrator',
}
/** Roles that can be held to some things have an id that spells their type in base 32; the others get one each. */
const TARGETED = new Set(['APP_ADMIN', 'USER_ADMIN', 'HELP_DESK_ADMIN', 'GROUP_MEMBERSHIP_ADMIN'])
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
export function base32(word: string): string {
  const bits = [...Buffer.from(word)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32.charAt(Number.parseInt(five.padEnd(5, '0'), 2))).join('')
}

type Assignee = { readonly kind: 'users' | 'groups' | 'clients'; readonly row: Row }
const KINDS = {
  users: { root: '/api/v1/users/:userId/roles', at: '/api/v1/users', type: 'USER', prefix: 'ra1', find: findUser },
  groups: {
    root: '/api/v1/groups/:groupId/roles',
    at: '/api/v1/groups',
    type: 'GROUP',
    prefix: 'gra',
    find: findGroup,
  },
  clients: {
    root: '/oauth2/v1/clients/:clientId/roles',
    at: '/oauth2/v1/clients',
    type: 'CLIENT',
    prefix: 'ca0',
    find: (ask: Ask) => findApp(ask, ask.param('clientId')),
  },
} as const
const assigneeOf = (ask: Ask, kind: Assignee['kind']): Assignee => ({ kind, row: KINDS[kind].find(ask) })
const pathOf = ({ kind, row }: Assignee): string => `${kind}/${text(row.id)}/roles`
function shownRole(role: Row, { kind, row }: Assignee, { base }: Ask): Row {
  const assignee = { href: `${base}${KINDS[kind].at}/${text(row.id)}` }
  if (role.type !== 'CUSTOM') return { ...role, _links: { assignee } }
  const iam = `${base}/api/v1/iam`
  const [href, set] = [`${iam}/roles/${text(role.role)}`, `${iam}/resource-sets/${text(role['resource-set'])}`]
  return {
    ...role,
    _links: {
      assignee,
      role: { href },
      permissions: { href: `${href}/permissions` },
      'resource-set': { href: set },
      member: { href: `${set}/bindings/${text(role.role)}/members/${text(role.id)}` },
    },
  }
}

const targetOf = ({ kind, row }: Assignee) =>
  kind === 'users' ? userTarget(row) : kind === 'groups' ? groupTarget(row) : appTarget(row)

/** A role of one's own, held to a resource set. */
function assignCustom(ask: Ask, who: Assignee, body: Row): Row {
  const { store } = ask.org
  const [role, set] = [text(body.role), text(body['resource-set'])]
  const found = findCustom(ask, role)
  if (store.get('iam/resource-sets', set) === undefined) throw notFound(set, 'IAMPolicy')
  const same = store.rows(pathOf(who)).some((one) => one.role === found.id && one['resource-set'] === set)
  if (same) throw new OktaError(409, 'E0000090', 'Duplicate role assignment exception.')
  return { id: ask.org.id('irb'), role: found.id, label: found.label, type: 'CUSTOM', 'resource-set': set }
}

function assign(ask: Ask, kind: Assignee['kind']): Reply {
  const { org } = ask
  const who = assigneeOf(ask, kind)
  const body = ask.body()
  const type = text(body.type)
  const label = LABELS[type]
  if (type !== 'CUSTOM' && label === undefined) throw invalid('type', `type: '${type}' is not a valid role type`)
  const path = pathOf(who)
  if (type !== 'CUSTOM' && org.store.rows(path).some((role) => role.type === type))
    throw new OktaError(409, 'E0000090', `Duplicate role assignment exception.`)
  const now = org.now()
  const base: Row =
    type === 'CUSTOM'
      ? assignCustom(ask, who, body)
      : { id: TARGETED.has(type) ? base32(type) : org.id(KINDS[kind].prefix), label, type }
  const role = {
    ...base,
    status: 'ACTIVE',
    created: now,
    lastUpdated: now,
    assignmentType: KINDS[kind].type,
  }
  org.store.put(path, role)
  tell(org, 'user.account.privilege.grant', [targetOf(who)])
  return shown(shownRole(role, who, ask), kind === 'clients' ? 200 : 201)
}

function findRole(ask: Ask, who: Assignee): Row {
  const role = ask.org.store.get(pathOf(who), ask.param('roleId'))
  if (role === undefined) throw notFound(ask.param('roleId'), 'RoleAssignment')
  return role
}

/** What a role is held to: apps of the catalogue or single ones, and groups. */
function addTargets(on: On, kind: Assignee['kind'], root: string): void {
  const at = `${root}/:roleId/targets`
  const path = (ask: Ask, what: 'apps' | 'groups'): string => {
    const who = assigneeOf(ask, kind)
    return `${pathOf(who)}/${text(findRole(ask, who).id)}/${what}`
  }
  on(`${kind}.roles.app_targets.list`, `GET ${at}/catalog/apps`, (ask) =>
    page(ask, ask.org.store.rows(path(ask, 'apps')), 200, 200, (row) => view(shownTarget(row, ask))),
  )
  on(`${kind}.roles.app_targets.add`, `PUT ${at}/catalog/apps/:appName`, (ask) => {
    ask.org.store.put(path(ask, 'apps'), {
      _key: ask.param('appName'),
      name: ask.param('appName'),
      displayName: ask.param('appName'),
      status: 'ACTIVE',
    })
    return done()
  })
  if (kind === 'users')
    on('users.roles.app_targets.all', `PUT ${at}/catalog/apps`, (ask) => {
      for (const row of ask.org.store.rows(path(ask, 'apps')))
        ask.org.store.remove(path(ask, 'apps'), text(row._key) || text(row.id))
      return done(200)
    })
  on(`${kind}.roles.app_targets.remove`, `DELETE ${at}/catalog/apps/:appName`, (ask) => {
    if (!ask.org.store.remove(path(ask, 'apps'), ask.param('appName')))
      throw notFound(ask.param('appName'), 'AppTarget')
    return done()
  })
  on(`${kind}.roles.app_instance_targets.add`, `PUT ${at}/catalog/apps/:appName/:appId`, (ask) => {
    const app = ask.org.store.get('apps', ask.param('appId'))
    if (app === undefined) throw notFound(ask.param('appId'), 'AppInstance')
    ask.org.store.put(path(ask, 'apps'), { id: app.id, name: app.label, status: 'ACTIVE' })
    return done()
  })
  on(`${kind}.roles.app_instance_targets.remove`, `DELETE ${at}/catalog/apps/:appName/:appId`, (ask) => {
    if (!ask.org.store.remove(path(ask, 'apps'), ask.param('appId'))) throw notFound(ask.param('appId'), 'AppInstance')
    return done()
  })
  on(`${kind}.roles.group_targets.list`, `GET ${at}/groups`, (ask) => {
    const groups = ask.org.store
      .rows(path(ask, 'groups'))
      .flatMap(({ id }) => one(ask.org.store.get('groups', text(id))))
    return page(ask, groups, 200, 200, (row) => view(groupShown(row, ask)))
  })
  on(`${kind}.roles.group_targets.add`, `PUT ${at}/groups/:targetId`, (ask) => {
    ask.org.store.put(path(ask, 'groups'), { id: text(findGroup(ask, ask.param('targetId')).id) })
    return done()
  })
  on(`${kind}.roles.group_targets.remove`, `DELETE ${at}/groups/:targetId`, (ask) => {
    if (!ask.org.store.remove(path(ask, 'groups'), ask.param('targetId')))
      throw notFound(ask.param('targetId'), 'UserGroup')
    return done()
  })
}

/** An app of the catalogue, of which the twin knows the name alone. */
const shownTarget = (target: Row, { base }: Ask): Row => {
  if (target.id !== undefined)
    return { ...target, _links: { self: { href: `${base}/api/v1/apps/${text(target.id)}` } } }
  const href = `${base}/api/v1/catalog/apps/${text(target.name)}`
  const logo = [{ name: 'medium', href: 'https://ok14static.oktacdn.com/assets/img/logos/default.png' }]
  return {
    ...target,
    description: '',
    lastUpdated: '2021-03-18T17:37:56.000Z',
    category: 'UNKNOWN',
    verificationStatus: 'OKTA_VERIFIED',
    website: `https://${text(target.name)}.example`,
    signOnModes: ['BROWSER_PLUGIN'],
    _links: { logo, self: { href } },
  }
}

/** A role of one's own, by id or by label. */
function findCustom(ask: Ask, id: string = ask.param('roleId')): Row {
  const role = ask.org.store.get('iam/roles', id) ?? ask.org.store.rows('iam/roles').find(({ label }) => label === id)
  if (role === undefined) throw notFound(id, 'CustomRole')
  return role
}

function customRoles(on: On): void {
  const root = 'iam/roles/:roleId/permissions'
  const permission = (row: Row, role: Row, { base }: Ask): Row => {
    const href = `${base}/api/v1/iam/roles/${text(role.id)}`
    return { ...row, _links: { role: { href }, self: { href: `${href}/permissions/${text(row.label)}` } } }
  }
  const rows = (role: Row): string => `iam/roles/${text(role.id)}/permissions`
  on('custom_roles.permissions.list', `GET /api/v1/${root}`, (ask) => {
    const role = findCustom(ask)
    return ok({ permissions: ask.org.store.rows(rows(role)).map((row) => view(permission(row, role, ask))) })
  })
  on('custom_roles.permissions.get', `GET /api/v1/${root}/:permission`, (ask) => {
    const role = findCustom(ask)
    const row = ask.org.store.get(rows(role), ask.param('permission'))
    if (row === undefined) throw notFound(ask.param('permission'), 'Permission')
    return shown(permission(row, role, ask))
  })
  on('custom_roles.permissions.add', `POST /api/v1/${root}/:permission`, (ask) => {
    grant(ask.org.store, text(findCustom(ask).id), ask.param('permission'), ask.org.now())
    return done()
  })
  on('custom_roles.permissions.remove', `DELETE /api/v1/${root}/:permission`, (ask) => {
    if (!ask.org.store.remove(rows(findCustom(ask)), ask.param('permission')))
      throw notFound(ask.param('permission'), 'Permission')
    return done()
  })
}

export function addRoleRoutes(on: On): void {
  for (const kind of ['users', 'groups', 'clients'] as const) {
    const { root } = KINDS[kind]
    on(`${kind}.roles.assign`, `POST ${root}`, (ask) => assign(ask, kind))
    on(`${kind}.roles.list`, `GET ${root}`, (ask) => {
      const who = assigneeOf(ask, kind)
      return ok(ask.org.store.rows(pathOf(who)).map((role) => view(shownRole(role, who, ask))))
    })
    on(`${kind}.roles.get`, `GET ${root}/:roleId`, (ask) => {
      const who = assigneeOf(ask, kind)
      return shown(shownRole(findRole(ask, who), who, ask))
    })
    on(`${kind}.roles.unassign`, `DELETE ${root}/:roleId`, (ask) => {
      const who = assigneeOf(ask, kind)
      ask.org.store.remove(pathOf(who), text(findRole(ask, who).id))
      tell(ask.org, 'user.account.privilege.revoke', [targetOf(who)])
      return done()
    })
    addTargets(on, kind, root)
  }
  customRoles(on)
}
