import type { Json } from '../../trace.ts'
import { type Ask, done, type On, ok, type Reply, shown } from '../ask.ts'
import { rowOf, text } from '../org.ts'
import type { Row } from '../store.ts'
import { invalid, notFound, view, without } from '../wire.ts'

const SETS = 'iam/resource-sets'

function findSet(ask: Ask): Row {
  const id = ask.param('setId')
  const set = ask.org.store.get(SETS, id) ?? ask.org.store.rows(SETS).find(({ label }) => label === id)
  if (set === undefined) throw notFound(id, 'IAMPolicy')
  return set
}
const home = (ask: Ask, set: Row): string => `${ask.base}/api/v1/${SETS}/${text(set.id)}`

/** Texts of a list in a body, such as `additions`. */
function texts(body: Row, field: string): readonly string[] {
  const value = body[field]
  if (!Array.isArray(value) || value.length === 0) throw invalid(field, `${field}: The field cannot be left blank`)
  return value.map(String)
}

/** The address behind an ORN: of an app, a group, a user; another's stays as it is. */
function addressOf(orn: string, base: string): string {
  if (orn.startsWith('http')) return orn
  const parts = orn.split(':')
  const [kind = '', id] = [parts[4], parts.at(-1)]
  return parts.length > 5 ? `${base}/api/v1/${kind}/${id ?? ''}` : `${base}/api/v1/${kind}`
}

function addResources(ask: Ask, set: Row, resources: readonly string[]): void {
  const path = `${SETS}/${text(set.id)}/resources`
  const now = ask.org.now()
  for (const resource of resources) {
    if (ask.org.store.rows(path).some((row) => row._what === resource)) continue
    const orn = resource.startsWith('http')
      ? `orn:okta:directory:${ask.org.ids.org}:${resource.split('/api/v1/')[1]?.replaceAll('/', ':') ?? ''}`
      : resource
    ask.org.store.put(path, { id: ask.org.id('ire'), orn, created: now, lastUpdated: now, _what: resource })
  }
}

/** What a set was made with becomes its resources. */
export function settleResources(row: Row, ask: Ask): void {
  const resources = row._secret
  if (Array.isArray(resources)) addResources(ask, row, resources.map(String))
}

function resourceRoutes(on: On): void {
  const root = `/api/v1/${SETS}/:setId/resources`
  const path = (ask: Ask): string => `${SETS}/${text(findSet(ask).id)}/resources`
  const shownResource = (ask: Ask, row: Row): Row => ({
    ...row,
    _links: { self: { href: addressOf(text(row._what) || text(row.orn), ask.base) } },
  })
  const find = (ask: Ask): Row => {
    const row = ask.org.store.get(path(ask), ask.param('resourceId'))
    if (row === undefined) throw notFound(ask.param('resourceId'), 'ResourceSetResource')
    return row
  }
  on('resource_sets.resources.list', `GET ${root}`, (ask) => {
    const href = home(ask, findSet(ask))
    const resources = ask.org.store.rows(path(ask)).map((row) => view(shownResource(ask, row)))
    return ok({ resources, _links: { 'resource-set': { href } } })
  })
  on('resource_sets.resources.add', `PATCH ${root}`, (ask) => {
    const set = findSet(ask)
    addResources(ask, set, texts(ask.body(), 'additions'))
    return shown(setShown(ask, set))
  })
  on('resource_sets.resources.get', `GET ${root}/:resourceId`, (ask) => shown(shownResource(ask, find(ask))))
  on('resource_sets.resources.delete', `DELETE ${root}/:resourceId`, (ask) => {
    ask.org.store.remove(path(ask), text(find(ask).id))
    return done()
  })
}

const setShown = (ask: Ask, set: Row): Row => ({
  ...without(set, '_links'),
  _links: {
    bindings: { href: `${home(ask, set)}/bindings` },
    self: { href: home(ask, set) },
    resources: { href: `${home(ask, set)}/resources` },
  },
})

/** Who holds a role over a set: users and groups, by their addresses. */
function memberRoutes(on: On): void {
  const root = `/api/v1/${SETS}/:setId/bindings/:roleId/members`
  const path = (ask: Ask): string => `${SETS}/${text(findSet(ask).id)}/bindings/${text(findBinding(ask).id)}/members`
  const address = (ask: Ask): string => `${home(ask, findSet(ask))}/bindings/${ask.param('roleId')}`
  const shownMember = (ask: Ask, row: Row): Row => ({
    ...row,
    _links: { self: { href: text(row._what) || `${address(ask)}/members/${text(row.id)}` } },
  })
  const find = (ask: Ask): Row => {
    const row = ask.org.store.get(path(ask), ask.param('memberId'))
    if (row === undefined) throw notFound(ask.param('memberId'), 'ResourceSetBindingMember')
    return row
  }
  on('resource_sets.members.list', `GET ${root}`, (ask) => {
    const members = ask.org.store.rows(path(ask)).map((row) => view(shownMember(ask, row)))
    return ok({ members, _links: { binding: { href: address(ask) }, self: { href: `${address(ask)}/members` } } })
  })
  on('resource_sets.members.add', `PATCH ${root}`, (ask) => {
    addMembers(ask, path(ask), texts(ask.body(), 'additions'))
    const [set, self] = [home(ask, findSet(ask)), address(ask)]
    return ok({
      _links: { self: { href: self }, 'resource-set': { href: set }, bindings: { href: `${set}/bindings` } },
    })
  })
  on('resource_sets.members.get', `GET ${root}/:memberId`, (ask) => shown(shownMember(ask, find(ask))))
  on('resource_sets.members.remove', `DELETE ${root}/:memberId`, (ask) => {
    ask.org.store.remove(path(ask), text(find(ask).id))
    return done()
  })
}

function addMembers(ask: Ask, path: string, members: readonly string[]): void {
  const now = ask.org.now()
  for (const member of members)
    if (!ask.org.store.rows(path).some((row) => row._what === member))
      ask.org.store.put(path, { id: ask.org.id('irb'), created: now, lastUpdated: now, _what: member })
}

function findBinding(ask: Ask): Row {
  const asked = ask.param('roleId')
  const role =
    ask.org.store.get('iam/roles', asked) ?? ask.org.store.rows('iam/roles').find((one) => one.label === asked)
  const id = text(role?.id) || asked
  const binding = ask.org.store.get(`${SETS}/${text(findSet(ask).id)}/bindings`, id)
  if (binding === undefined) throw notFound(asked, 'ResourceSetBinding')
  return binding
}

function bindingLinks(ask: Ask, binding: Row): Json {
  const href = home(ask, findSet(ask))
  const self = `${href}/bindings/${text(binding.id)}`
  return { _links: { self: { href: self }, 'resource-set': { href }, members: { href: `${self}/members` } } }
}

function createBinding(ask: Ask): Reply {
  const set = findSet(ask)
  const body = ask.body()
  const asked = text(body.role)
  const role =
    ask.org.store.get('iam/roles', asked) ?? ask.org.store.rows('iam/roles').find((one) => one.label === asked)
  if (role === undefined) throw notFound(asked, 'CustomRole')
  const id = text(role.id)
  ask.org.store.put(`${SETS}/${text(set.id)}/bindings`, { id })
  const { members } = body
  if (Array.isArray(members)) addMembers(ask, `${SETS}/${text(set.id)}/bindings/${id}/members`, members.map(String))
  const href = home(ask, set)
  return ok({
    id,
    _links: {
      self: { href: `${href}/bindings/${id}` },
      'resource-set': { href },
      bindings: { href: `${href}/bindings` },
    },
  })
}

/** What administrators with roles of one's own are held to, and who they are. */
export function addResourceSetRoutes(on: On): void {
  const root = `/api/v1/${SETS}/:setId/bindings`
  on('resource_sets.bindings.list', `GET ${root}`, (ask) => {
    const href = home(ask, findSet(ask))
    const roles = ask.org.store.rows(`${SETS}/${text(findSet(ask).id)}/bindings`).map(({ id }) => ({
      id: text(id),
      _links: {
        self: { href: `${href}/bindings/${text(id)}` },
        members: { href: `${href}/bindings/${text(id)}/members` },
      },
    }))
    return ok({ roles, _links: { 'resource-set': { href }, self: { href: `${href}/bindings` } } })
  })
  on('resource_sets.bindings.create', `POST ${root}`, createBinding)
  on('resource_sets.bindings.get', `GET ${root}/:roleId`, (ask) => {
    const binding = findBinding(ask)
    return ok({ id: text(binding.id), ...rowOf(bindingLinks(ask, binding)) } as Json)
  })
  on('resource_sets.bindings.delete', `DELETE ${root}/:roleId`, (ask) => {
    ask.org.store.remove(`${SETS}/${text(findSet(ask).id)}/bindings`, text(findBinding(ask).id))
    return done()
  })
  memberRoutes(on)
  resourceRoutes(on)
  on('resource_sets.list', `GET /api/v1/${SETS}`, (ask) => {
    const sets = ask.org.store.rows(SETS).map((set) => view(setShown(ask, set)))
    return ok({ 'resource-sets': sets, _links: {} })
  })
  on('custom_roles.list', 'GET /api/v1/iam/roles', (ask) => {
    const roles = ask.org.store.rows('iam/roles').map((role) => {
      const href = `${ask.base}/api/v1/iam/roles/${text(role.id)}`
      return view({ ...role, _links: { permissions: { href: `${href}/permissions` }, self: { href } } })
    })
    return ok({ roles, _links: {} })
  })
}
