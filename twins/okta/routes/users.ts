import { type Ask, done, type On, ok, page, type Reply, shown } from '../ask.ts'
import { personOf } from '../evaluation.ts'
import { tell, userTarget } from '../events.ts'
import { parseExpression } from '../expression.ts'
import { changed, join, setMember } from '../memberships.ts'
import { defaultUserType, everyoneGroup, type Org, one, rowOf, text } from '../org.ts'
import { checkAttributes } from '../profiles.ts'
import { endSessions } from '../sessions.ts'
import type { Row } from '../store.ts'
import { invalid, merged, notFound, OktaError, view } from '../wire.ts'
import { secretsOf } from './credentials.ts'
import { deactivate, LIFECYCLE } from './user-life.ts'
import { briefUser, findUser, groupShown, type Status, unlocked, wholeUser } from './user-shape.ts'

const BLANK = 'The field cannot be left blank'
const notIn =
  (collection: string) =>
  (id: string, { store }: Org) =>
    store.get(collection, id) === undefined

function checkedProfile(org: Org, profile: Row, self: string | undefined): Row {
  const login = text(profile.login)
  for (const field of ['login', 'email', 'firstName', 'lastName'])
    if (text(profile[field]) === '') throw invalid(field, `${field}: ${BLANK}`)
  if (!/^[^@\s]+@[^@\s]+$/.test(login))
    throw invalid('login', 'login: Username must be in the form of an email address')
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text(profile.email)))
    throw invalid('email', 'email: Does not match required pattern')
  const other = org.store.userByLogin(login)
  if (other !== undefined && other.id !== self)
    throw invalid('login', 'login: An object with this field already exists in the current organization')
  const said = Object.entries(profile).filter(([, value]) => value !== null)
  return { firstName: '', lastName: '', mobilePhone: null, secondEmail: null, ...Object.fromEntries(said) }
}

function firstStatus(ask: Ask, withPassword: boolean): Status {
  if (ask.query.get('activate') === 'false') return 'STAGED'
  if (!withPassword) return 'PROVISIONED'
  return ask.query.get('nextLogin') === 'changePassword' ? 'PASSWORD_EXPIRED' : 'ACTIVE'
}

function createUser(ask: Ask): Reply {
  const { org } = ask
  const body = ask.body()
  const profile = checkedProfile(org, rowOf(body.profile), undefined)
  const groupIds = Array.isArray(body.groupIds) ? (body.groupIds as readonly string[]) : []
  for (const id of groupIds) if (notIn('groups')(id, org)) throw notFound(id, 'UserGroup')
  const type = text(rowOf(body.type).id) || defaultUserType(org)
  if (notIn('meta/types/user')(type, org)) throw notFound(type, 'UserType')
  checkAttributes(org, { kind: 'user', type }, profile, 'newUser')
  const groups = [everyoneGroup(org), ...groupIds]
  const person = { id: '', isIn: (group: string) => groups.includes(group) }
  const { known, kept, shownCredentials } = secretsOf(org, rowOf(body.credentials), profile, person)
  const status = firstStatus(ask, known)
  const now = org.now()
  const fresh: Row = {
    id: org.id('00u'),
    status,
    created: now,
    activated: status === 'STAGED' ? null : now,
    statusChanged: now,
    lastLogin: null,
    lastUpdated: now,
    passwordChanged: null,
    type: { id: type },
    ...(org.seed.features?.includes('REALMS') === true ? { realmId: body.realmId ?? 'guobacklot000default' } : {}),
    profile: profile as never,
    credentials: shownCredentials as never,
    _failures: 0,
  }
  const user = org.store.put('users', kept(fresh))
  setMember(org, everyoneGroup(org), text(user.id), true)
  tell(org, 'user.lifecycle.create', [userTarget(user)])
  for (const group of groupIds) join(org, group, text(user.id), true)
  changed(org, text(user.id))
  if (status !== 'STAGED') tell(org, 'user.lifecycle.activate', [userTarget(user)])
  return shown(wholeUser(user, ask))
}

function changeUser(ask: Ask, partial: boolean): Reply {
  const { org } = ask
  const before = findUser(ask)
  if (before.status === 'DEPROVISIONED')
    throw new OktaError(403, 'E0000038', "This operation is not allowed in the user's current status.")
  const body = ask.body()
  const asked = rowOf(body.profile)
  const profile = checkedProfile(org, partial ? merged(rowOf(before.profile), asked) : asked, text(before.id))
  const own = { kind: 'user', type: text(rowOf(body.type).id) || text(rowOf(before.type).id) } as const
  checkAttributes(org, own, profile, text(before.id), rowOf(before.profile))
  const given = rowOf(body.credentials)
  const secrets = body.credentials === undefined ? undefined : secretsOf(org, given, profile, personOf(org, before))
  const type = text(rowOf(body.type).id)
  if (type !== '' && notIn('meta/types/user')(type, org)) throw notFound(type, 'UserType')
  const user = org.store.put('users', {
    ...(secrets?.kept(before) ?? before),
    ...(type === '' ? {} : { type: { id: type } }),
    profile: profile as never,
    ...(secrets === undefined
      ? {}
      : { credentials: merged(rowOf(before.credentials), secrets.shownCredentials) as never }),
    lastUpdated: org.now(),
  })
  tell(org, 'user.account.update_profile', [userTarget(user)])
  changed(org, text(user.id))
  return shown(wholeUser(user, ask))
}

function deleteUser(ask: Ask): Reply {
  const { org } = ask
  const user = findUser(ask)
  if (user.id === org.ids.admin)
    throw new OktaError(403, 'E0000006', 'You do not have permission to perform the requested action')
  // The first time it is deactivated, and only the second time gone.
  if (user.status !== 'DEPROVISIONED') {
    deactivate(org, user)
    return done()
  }
  const id = text(user.id)
  for (const group of org.store.rows(`users/${id}/memberships`)) setMember(org, text(group.id), id, false)
  for (const { primary } of org.store.rows('meta/schemas/user/linkedObjects')) {
    const links = `linked/${text(rowOf(primary).name)}`
    for (const link of org.store.rows(links))
      if (link.id === id || link.to === id) org.store.remove(links, text(link.id))
  }
  org.store.remove('users', id)
  tell(org, 'user.lifecycle.delete.initiated', [userTarget(user)])
  return done()
}

function listUsers(ask: Ask): Reply {
  let rows: readonly Row[] = ask.org.store.rows('users').map((user) => unlocked(ask.org, user))
  const [q, filter, search] = ['q', 'filter', 'search'].map((name) => ask.query.get(name) ?? '')
  // Whoever is deprovisioned shows only where a filter or search asks for it.
  if (filter === '' && search === '') rows = rows.filter(({ status }) => status !== 'DEPROVISIONED')
  for (const expression of [filter, search])
    if (expression !== undefined && expression !== '') rows = rows.filter(parseExpression(expression))
  if (q !== undefined && q !== '') {
    const begins = (user: Row): boolean => {
      const { firstName, lastName, email } = rowOf(user.profile)
      return [firstName, lastName, email].some((value) => text(value).toLowerCase().startsWith(q.toLowerCase()))
    }
    rows = rows.filter(begins)
  }
  const sortBy = ask.query.get('sortBy')
  if (sortBy !== null && search !== '') {
    const value = (row: Row): string => text(sortBy.split('.').reduce<unknown>((at, part) => rowOf(at)[part], row))
    const sign = ask.query.get('sortOrder') === 'desc' ? -1 : 1
    rows = [...rows].sort((a, b) => sign * (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0))
  }
  return page(ask, rows, q === '' ? 200 : 10, 200, (row) => view(briefUser(row, ask)))
}

export function addUserRoutes(on: On): void {
  on('users.create', 'POST /api/v1/users', createUser)
  on('users.list', 'GET /api/v1/users', listUsers)
  on('users.get', 'GET /api/v1/users/:userId', (ask) => shown(wholeUser(findUser(ask), ask)))
  on('users.update', 'POST /api/v1/users/:userId', (ask) => changeUser(ask, true))
  on('users.replace', 'PUT /api/v1/users/:userId', (ask) => changeUser(ask, false))
  on('users.delete', 'DELETE /api/v1/users/:userId', deleteUser)
  for (const [step, act] of Object.entries(LIFECYCLE))
    on(`users.${step}`, `POST /api/v1/users/:userId/lifecycle/${step}`, (ask) => act(ask, findUser(ask)))
  on('users.groups', 'GET /api/v1/users/:userId/groups', (ask) => {
    const groups = ask.org.store.rows(`users/${text(findUser(ask).id)}/memberships`)
    const rows = groups.flatMap(({ id }) => one(ask.org.store.get('groups', text(id))))
    return page(ask, rows, 200, 200, (row) => view(groupShown(row, ask)))
  })
  on('users.clear_sessions', 'DELETE /api/v1/users/:userId/sessions', (ask) => {
    const user = findUser(ask)
    endSessions(ask.org, text(user.id), ask.query.get('oauthTokens') === 'true')
    tell(ask.org, 'user.session.clear', [userTarget(user)])
    return done()
  })
  on('users.app_links', 'GET /api/v1/users/:userId/appLinks', (ask) => ok(appLinks(ask)))
}

function appLinks(ask: Ask) {
  const user = findUser(ask)
  return ask.org.store.rows(`users/${text(user.id)}/apps`).flatMap(({ id }) => {
    const app = ask.org.store.get('apps', text(id))
    if (app === undefined || app.status !== 'ACTIVE') return []
    return [
      {
        id: `00ulink${text(id).slice(7)}`,
        label: text(app.label),
        linkUrl: `${ask.base}/home/${text(app.name)}/${text(id)}/1`,
        logoUrl: 'https://ok14static.oktacdn.com/assets/img/logos/default.png',
        appName: text(app.name),
        appInstanceId: text(id),
        appAssignmentId: text(id),
        credentialsSetup: false,
        hidden: false,
        sortOrder: 0,
      },
    ]
  })
}
