import { type Ask, done, type On, page, type Reply, shown } from '../ask.ts'
import { groupTarget, tell } from '../events.ts'
import { parseExpression } from '../expression.ts'
import { dissolve, dropRule, expel, join, ruleAll } from '../memberships.ts'
import { type Org, one, rowOf, text } from '../org.ts'
import { checkAttributes } from '../profiles.ts'
import type { Row } from '../store.ts'
import { invalid, merged, notFound, OktaError, view, without } from '../wire.ts'
import { briefUser, findUser, groupShown } from './user-shape.ts'

export function findGroup(ask: Ask, id: string = ask.param('groupId')): Row {
  const group = ask.org.store.get('groups', id)
  if (group === undefined) throw notFound(id, 'UserGroup')
  return group
}

function checkName(org: Org, name: string, self: string | undefined): void {
  if (name === '') throw invalid('name', 'name: The field cannot be left blank')
  if (name.length > 255) throw invalid('name', 'name: Length must be between 1 and 255 characters')
  const other = org.store.get('~group-names', name.toLowerCase())
  if (other !== undefined && other.group !== self)
    throw invalid('name', 'name: An object with this field already exists in the current organization')
}

/** Stores a group; names are kept apart, for they are unique and groups many. */
export function putGroup(org: Org, group: Row): Row {
  const before = org.store.get('groups', text(group.id))
  if (before !== undefined) org.store.remove('~group-names', text(rowOf(before.profile).name).toLowerCase())
  org.store.put('~group-names', { _key: text(rowOf(group.profile).name).toLowerCase(), group: group.id })
  return org.store.put('groups', group)
}

function createGroup(ask: Ask): Reply {
  const { org } = ask
  const profile = rowOf(ask.body().profile)
  checkName(org, text(profile.name), undefined)
  checkAttributes(org, { kind: 'group' }, profile, 'New UserGroup')
  const now = org.now()
  const group = putGroup(org, {
    id: org.id('00g'),
    created: now,
    lastUpdated: now,
    lastMembershipUpdated: now,
    objectClass: ['okta:user_group'],
    type: 'OKTA_GROUP',
    profile: { description: null, ...profile } as never,
  })
  tell(org, 'group.lifecycle.create', [groupTarget(group)])
  return shown(groupShown(group, ask))
}

const changeable = (group: Row): void => {
  if (group.type !== 'OKTA_GROUP')
    throw new OktaError(400, 'E0000001', 'Api validation failed: userGroup', [
      'Only groups of type OKTA_GROUP can be changed.',
    ])
}

function replaceGroup(ask: Ask): Reply {
  const { org } = ask
  const before = findGroup(ask)
  changeable(before)
  const profile = rowOf(ask.body().profile)
  checkName(org, text(profile.name), text(before.id))
  checkAttributes(org, { kind: 'group' }, profile, 'UserGroup', rowOf(before.profile))
  const group = putGroup(org, {
    ...before,
    profile: { description: null, ...profile } as never,
    lastUpdated: org.now(),
  })
  tell(org, 'group.profile.update', [groupTarget(group)])
  return shown(groupShown(group, ask))
}

function deleteGroup(ask: Ask): Reply {
  const { org } = ask
  const group = findGroup(ask)
  changeable(group)
  const id = text(group.id)
  dissolve(org, id)
  org.store.remove('~group-names', text(rowOf(group.profile).name).toLowerCase())
  org.store.remove('groups', id)
  tell(org, 'group.lifecycle.delete', [groupTarget(group)])
  return done()
}

function listGroups(ask: Ask): Reply {
  let rows = ask.org.store.rows('groups')
  for (const name of ['filter', 'search']) {
    const expression = ask.query.get(name)
    if (expression !== null && expression !== '') rows = rows.filter(parseExpression(expression))
  }
  const q = ask.query.get('q')?.toLowerCase() ?? ''
  if (q !== '') rows = rows.filter((group) => text(rowOf(group.profile).name).toLowerCase().startsWith(q))
  return page(ask, rows, q === '' ? 10_000 : 300, 10_000, (row) => view(groupShown(row, ask)))
}

function member(ask: Ask, on: boolean): Reply {
  const group = findGroup(ask)
  const user = findUser(ask)
  changeable(group)
  if (on && user.status === 'DEPROVISIONED')
    throw new OktaError(403, 'E0000038', "This operation is not allowed in the user's current status.")
  const [groupId, userId] = [text(group.id), text(user.id)]
  if (on) join(ask.org, groupId, userId, true)
  else expel(ask.org, groupId, userId)
  return done()
}

const RULE = 'groups/rules'
const findRule = (ask: Ask): Row => {
  const rule = ask.org.store.get(RULE, ask.param('ruleId'))
  if (rule === undefined) throw notFound(ask.param('ruleId'), 'GroupRule')
  return rule
}
const filledRule = (body: Row): Row => {
  const conditions = rowOf(body.conditions)
  const people = rowOf(conditions.people)
  return {
    ...without(body, 'id', 'created', 'lastUpdated', 'status'),
    conditions: {
      ...conditions,
      people: { users: { exclude: [], ...rowOf(people.users) }, groups: { exclude: [], ...rowOf(people.groups) } },
    } as never,
  }
}

function createRule(ask: Ask): Reply {
  const { org } = ask
  const body = ask.body()
  if (text(body.name) === '') throw invalid('name', 'name: The field cannot be left blank')
  if (org.store.rows(RULE).some((rule) => rule.name === body.name))
    throw invalid('name', 'name: An object with this field already exists in the current organization')
  const now = org.now()
  const rule = {
    type: 'group_rule',
    id: org.id('0pr'),
    status: 'INACTIVE',
    ...filledRule(body),
    created: now,
    lastUpdated: now,
    allGroupsValid: true,
  }
  return shown(org.store.put(RULE, rule))
}

function turnRule(ask: Ask, status: 'ACTIVE' | 'INACTIVE'): Reply {
  const rule = ask.org.store.put(RULE, { ...findRule(ask), status, lastUpdated: ask.org.now() })
  if (status === 'ACTIVE') ruleAll(ask.org, rule)
  return done()
}

function owners(on: On): void {
  on('groups.owners.assign', 'POST /api/v1/groups/:groupId/owners', (ask) => {
    const group = findGroup(ask)
    const { id, type } = ask.body()
    if (type !== 'USER' && type !== 'GROUP') throw invalid('type', 'type: The field cannot be left blank')
    const owner = type === 'USER' ? findUser(ask, text(id)) : findGroup(ask, text(id))
    const profile = rowOf(owner.profile)
    const displayName = type === 'USER' ? `${text(profile.firstName)} ${text(profile.lastName)}` : text(profile.name)
    const row = {
      id: owner.id,
      type,
      resolved: true,
      originId: null,
      originType: 'OKTA_DIRECTORY',
      displayName,
      lastUpdated: ask.org.now(),
    }
    return shown(ask.org.store.put(`groups/${text(group.id)}/owners`, row), 201)
  })
  on('groups.owners.list', 'GET /api/v1/groups/:groupId/owners', (ask) =>
    page(ask, ask.org.store.rows(`groups/${text(findGroup(ask).id)}/owners`), 1000, 1000),
  )
  on('groups.owners.delete', 'DELETE /api/v1/groups/:groupId/owners/:ownerId', (ask) => {
    if (!ask.org.store.remove(`groups/${text(findGroup(ask).id)}/owners`, ask.param('ownerId')))
      throw notFound(ask.param('ownerId'), 'GroupOwner')
    return done()
  })
}

export function addGroupRoutes(on: On): void {
  on('groups.rules.create', 'POST /api/v1/groups/rules', createRule)
  on('groups.rules.list', 'GET /api/v1/groups/rules', (ask) => {
    const search = ask.query.get('search')?.toLowerCase() ?? ''
    const rules = ask.org.store.rows(RULE).filter(({ name }) => text(name).toLowerCase().includes(search))
    return page(ask, rules, 50, 200)
  })
  on('groups.rules.get', 'GET /api/v1/groups/rules/:ruleId', (ask) => shown(findRule(ask)))
  on('groups.rules.replace', 'PUT /api/v1/groups/rules/:ruleId', (ask) => {
    const before = findRule(ask)
    if (before.status === 'ACTIVE') throw invalid('status', 'Cannot update an active group rule.')
    const rule = merged(before, { ...filledRule(ask.body()), lastUpdated: ask.org.now() })
    return shown(ask.org.store.put(RULE, rule))
  })
  on('groups.rules.delete', 'DELETE /api/v1/groups/rules/:ruleId', (ask) => {
    const rule = findRule(ask)
    dropRule(ask.org, rule, ask.query.get('removeUsers') === 'true')
    ask.org.store.remove(RULE, text(rule.id))
    return { status: 202, body: {} }
  })
  on('groups.rules.activate', 'POST /api/v1/groups/rules/:ruleId/lifecycle/activate', (ask) => turnRule(ask, 'ACTIVE'))
  on('groups.rules.deactivate', 'POST /api/v1/groups/rules/:ruleId/lifecycle/deactivate', (ask) =>
    turnRule(ask, 'INACTIVE'),
  )
  on('groups.create', 'POST /api/v1/groups', createGroup)
  on('groups.list', 'GET /api/v1/groups', listGroups)
  on('groups.get', 'GET /api/v1/groups/:groupId', (ask) => shown(groupShown(findGroup(ask), ask)))
  on('groups.replace', 'PUT /api/v1/groups/:groupId', replaceGroup)
  on('groups.delete', 'DELETE /api/v1/groups/:groupId', deleteGroup)
  on('groups.members.list', 'GET /api/v1/groups/:groupId/users', (ask) => {
    const members = ask.org.store.rows(`groups/${text(findGroup(ask).id)}/members`)
    const users = members.flatMap(({ id }) => one(ask.org.store.get('users', text(id))))
    return page(ask, users, 1000, 1000, (row) => view(briefUser(row, ask)))
  })
  on('groups.members.add', 'PUT /api/v1/groups/:groupId/users/:userId', (ask) => member(ask, true))
  on('groups.members.remove', 'DELETE /api/v1/groups/:groupId/users/:userId', (ask) => member(ask, false))
  owners(on)
}
