import { notModelled } from '../../twin.ts'
import { type Ask, type On, Refusal } from '../ask.ts'
import { GAPS } from '../gaps.ts'
import { isPermission } from '../permissions.ts'
import type { Site } from '../site.ts'
import {
  type Fields,
  fieldsOf,
  type Grant,
  HOLDERS,
  type Holder,
  listOf,
  type PermissionScheme,
  type SecurityScheme,
  textOf,
} from '../state.ts'
import { askedProject } from './projects.ts'

/** Who may do what, by scheme. Source: Atlassian's OpenAPI document of version 3, "Permission schemes" (2026-11-26). */
export function addSchemes(on: On): void {
  const route = '/rest/api/:version/permissionscheme'
  on('permission_schemes.list', `GET ${route}`, (ask) =>
    Response.json({ permissionSchemes: ask.site.store.permission_schemes.all().map((row) => schemeBody(ask, row)) }),
  )
  on('permission_schemes.create', `POST ${route}`, (ask) => {
    const { site, body } = ask
    const scheme = site.store.permission_schemes.put({
      id: site.next('permission scheme'),
      name: nameOf(ask),
      description: textOf(body.description),
      grants: listOf(body.permissions).map((one) => grantOf(site, fieldsOf(one))),
    })
    return Response.json(schemeBody(ask, scheme), { status: 201 })
  })
  on('permission_schemes.get', `GET ${route}/:scheme`, (ask) => Response.json(schemeBody(ask, asked(ask))))
  on('permission_schemes.update', `PUT ${route}/:scheme`, (ask) => {
    const { site, body } = ask
    const before = asked(ask)
    const scheme = site.store.permission_schemes.put({
      ...before,
      name: nameOf(ask, before.id),
      description: body.description === undefined ? before.description : textOf(body.description),
      grants:
        body.permissions === undefined
          ? before.grants
          : listOf(body.permissions).map((one) => grantOf(site, fieldsOf(one))),
    })
    return Response.json(schemeBody(ask, scheme))
  })
  on('permission_schemes.delete', `DELETE ${route}/:scheme`, (ask) => {
    const { id } = asked(ask)
    const { projects, permission_schemes } = ask.site.store
    if (projects.all().some((project) => project.permission_scheme === id))
      throw new Refusal(400, ['The permission scheme is used by projects and cannot be deleted.'])
    permission_schemes.remove(id)
    return new Response(null, { status: 204 })
  })
  addGrants(on, `${route}/:scheme/permission`)
  const ofProject = '/rest/api/:version/project/:project/permissionscheme'
  on('projects.permission_scheme', `GET ${ofProject}`, (ask) => {
    const scheme = ask.site.store.permission_schemes.get(askedProject(ask).permission_scheme)
    return Response.json(scheme === undefined ? {} : schemeBody(ask, scheme))
  })
  on('projects.set_permission_scheme', `PUT ${ofProject}`, (ask) => {
    const { site, body } = ask
    const project = askedProject(ask)
    const scheme = site.store.permission_schemes.get(textOf(body.id))
    if (scheme === undefined) throw noScheme(textOf(body.id))
    site.store.projects.put({ ...project, permission_scheme: scheme.id })
    return Response.json(schemeBody(ask, scheme))
  })
  addSecurity(on)
}

function addGrants(on: On, route: string): void {
  on('permission_schemes.grants', `GET ${route}`, (ask) => {
    const scheme = asked(ask)
    return Response.json({
      permissions: scheme.grants.map((grant) => grantBody(ask, scheme, grant)),
      expand: 'user,group,projectRole,field,all',
    })
  })
  on('permission_schemes.grant', `POST ${route}`, (ask) => {
    const scheme = asked(ask)
    const grant = grantOf(ask.site, ask.body)
    const same = ({ permission, holder: { type, value } }: Grant): boolean =>
      permission === grant.permission && type === grant.holder.type && value === grant.holder.value
    if (scheme.grants.some(same)) throw new Refusal(400, ['The permission grant already exists.'])
    const next = ask.site.store.permission_schemes.put({ ...scheme, grants: [...scheme.grants, grant] })
    return Response.json(grantBody(ask, next, grant), { status: 201 })
  })
  const one = (ask: Ask): Grant => {
    const grant = asked(ask).grants.find(({ id }) => id === ask.part('grant'))
    if (grant === undefined)
      throw new Refusal(404, [`The permission grant with id '${ask.part('grant')}' does not exist.`])
    return grant
  }
  on('permission_schemes.get_grant', `GET ${route}/:grant`, (ask) =>
    Response.json(grantBody(ask, asked(ask), one(ask))),
  )
  on('permission_schemes.revoke', `DELETE ${route}/:grant`, (ask) => {
    const [scheme, grant] = [asked(ask), one(ask)]
    ask.site.store.permission_schemes.put({ ...scheme, grants: scheme.grants.filter(({ id }) => id !== grant.id) })
    return new Response(null, { status: 204 })
  })
}

const noScheme = (id: string): Refusal => new Refusal(404, [`The permission scheme with id '${id}' does not exist.`])

function asked({ site, part }: Ask): PermissionScheme {
  const scheme = site.store.permission_schemes.get(part('scheme'))
  if (scheme === undefined) throw noScheme(part('scheme'))
  return scheme
}

function nameOf({ site, body }: Ask, mine?: string): string {
  const name = textOf(body.name).trim()
  if (name === '') throw new Refusal(400, [], { name: 'A permission scheme must have a name.' })
  if (site.store.permission_schemes.find(name.toLowerCase()).some(({ id }) => id !== mine))
    throw new Refusal(400, [], { name: 'A permission scheme with this name already exists.' })
  return name
}

function grantOf(site: Site, { permission, holder }: Fields): Grant {
  const key = textOf(permission)
  if (!isPermission(key, 'PROJECT')) throw new Refusal(400, [], { permission: `Unrecognized permission: ${key}` })
  return { id: site.next('grant'), permission: key, holder: holderOf(site, fieldsOf(holder)) }
}

/** The holder that a request names, by id or, of groups, by name. */
function holderOf({ store }: Site, { type, parameter, value }: Fields): Holder {
  const kind = HOLDERS.find((one) => one === type)
  if (kind === undefined) {
    if (type === 'groupCustomField' || type === 'sd.customer.portal.only')
      throw notModelled('jira', GAPS, 'grants to groups in fields, and to customers')
    throw new Refusal(400, [], { holder: `Unrecognized holder type: ${textOf(type)}` })
  }
  const wanted = textOf(value) || textOf(parameter)
  const wrong = (): Refusal => new Refusal(400, [], { holder: `The ${kind} '${wanted}' does not exist.` })
  switch (kind) {
    case 'group': {
      const group = store.groups.get(wanted) ?? store.groups.find(wanted.toLowerCase())[0]
      if (group === undefined) throw wrong()
      return { type: kind, value: group.id }
    }
    case 'projectRole':
      if (store.roles.get(wanted) === undefined) throw wrong()
      return { type: kind, value: wanted }
    case 'user':
      if (store.users.get(wanted) === undefined) throw wrong()
      return { type: kind, value: wanted }
    case 'userCustomField':
      if (store.fields.get(wanted)?.type !== 'user') throw wrong()
      return { type: kind, value: wanted }
    default:
      return { type: kind, value: null }
  }
}

function schemeBody(ask: Ask, scheme: PermissionScheme): Fields {
  const { view, queries } = ask
  const full = queries('expand').some((one) => ['permissions', 'all', 'user', 'group', 'projectRole'].includes(one))
  return {
    expand: 'permissions,user,group,projectRole,field,all',
    id: Number(scheme.id),
    self: `${view.base}/rest/api/${view.version}/permissionscheme/${scheme.id}`,
    name: scheme.name,
    description: scheme.description,
    ...(full ? { permissions: scheme.grants.map((grant) => grantBody(ask, scheme, grant)) } : {}),
  }
}

function grantBody({ site, view }: Ask, scheme: PermissionScheme, { id, permission, holder }: Grant): Fields {
  const { type, value } = holder
  const parameter = type === 'group' ? (site.store.groups.get(value ?? '')?.name ?? '') : value
  return {
    id: Number(id),
    self: `${view.base}/rest/api/${view.version}/permissionscheme/${scheme.id}/permission/${id}`,
    holder: { type, ...(value === null ? {} : { parameter, value }) },
    permission,
  }
}

/** Levels of security. Source: the same document, "Issue security schemes" and "Project permission schemes". */
function addSecurity(on: On): void {
  const selfOf = ({ view }: Ask, path: string): string => `${view.base}/rest/api/${view.version}/${path}`
  const levels = (ask: Ask, scheme: SecurityScheme): readonly Fields[] =>
    scheme.levels.map(({ id, name, description }) => ({
      self: selfOf(ask, `securitylevel/${id}`),
      id,
      name,
      description,
      isDefault: scheme.default_level === id,
      issueSecuritySchemeId: scheme.id,
    }))
  const body = (ask: Ask, scheme: SecurityScheme): Fields => ({
    self: selfOf(ask, `issuesecurityschemes/${scheme.id}`),
    id: Number(scheme.id),
    name: scheme.name,
    description: scheme.description,
    ...(scheme.default_level === null ? {} : { defaultSecurityLevelId: Number(scheme.default_level) }),
  })
  const one = ({ site }: Ask, id: string): SecurityScheme => {
    const scheme = site.store.security_schemes.get(id)
    if (scheme === undefined) throw new Refusal(404, [`The issue security scheme with id '${id}' does not exist.`])
    return scheme
  }
  on('security_schemes.list', 'GET /rest/api/:version/issuesecurityschemes', (ask) =>
    Response.json({ issueSecuritySchemes: ask.site.store.security_schemes.all().map((row) => body(ask, row)) }),
  )
  on('security_schemes.get', 'GET /rest/api/:version/issuesecurityschemes/:scheme', (ask) => {
    const scheme = one(ask, ask.part('scheme'))
    return Response.json({ ...body(ask, scheme), levels: levels(ask, scheme) })
  })
  on('projects.security_scheme', 'GET /rest/api/:version/project/:project/issuesecuritylevelscheme', (ask) => {
    const scheme = one(ask, askedProject(ask).security_scheme ?? '')
    return Response.json({ ...body(ask, scheme), levels: levels(ask, scheme) })
  })
  on('projects.security_levels', 'GET /rest/api/:version/project/:project/securitylevel', (ask) => {
    const scheme = ask.site.store.security_schemes.get(askedProject(ask).security_scheme ?? '')
    return Response.json({ levels: scheme === undefined ? [] : levels(ask, scheme) })
  })
  on('security_levels.get', 'GET /rest/api/:version/securitylevel/:level', (ask) => {
    const found = ask.site.store.security_schemes
      .all()
      .flatMap((scheme) => levels(ask, scheme))
      .find(({ id }) => id === ask.part('level'))
    if (found === undefined)
      throw new Refusal(404, [`The security level with id '${ask.part('level')}' does not exist.`])
    return Response.json(found)
  })
}
