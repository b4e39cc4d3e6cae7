import { type Ask, done, type On, ok, page, type Reply, shown } from '../ask.ts'
import { takeAppUser } from '../assignments.ts'
import { type EventType, tell, userTarget } from '../events.ts'
import { parseExpression } from '../expression.ts'
import { changed, join, ruled, setMember } from '../memberships.ts'
import { defaultUserType, everyoneGroup, type Org, one, rowOf, text } from '../org.ts'
import { endSessions } from '../sessions.ts'
import type { Row } from '../store.ts'
import { invalid, merged, notFound, OktaError, view } from '../wire.ts'
import { briefUser, findUser, groupShown, type Status, wholeUser } from './user-shape.ts'

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

const RULES =
  'Password requirements: at least 8 characters, a lowercase letter, an uppercase letter, a number, no parts of your username.'
/** The default policy of every org. Assumed: as on https://help.okta.com/en-us/content/topics/security/policies/configure-password-policies.htm, unconfirmed. */
export function checkPassword(password: string, login: string): void {
  const strong = password.length >= 8 && /[a-z]/.test(password) && /[A-Z]/.test(password) && /\d/.test(password)
  const parts = login
    .toLowerCase()
    .split(/[@._-]/)
    .filter((part) => part.length >= 4)
  if (!strong || parts.some((part) => password.toLowerCase().includes(part)))
    throw invalid('password', `password: Password requirements were not met. ${RULES}`)
}

type Secrets = {
  readonly password: string | undefined
  readonly hashed: boolean
  readonly answer: string | undefined
  readonly shownCredentials: Row
}
function secretsOf(credentials: Row, login: string): Secrets {
  const password = rowOf(credentials.password)
  const question = rowOf(credentials.recovery_question)
  const value = typeof password.value === 'string' ? password.value : undefined
  if (value !== undefined) checkPassword(value, login)
  const hashed = password.hash !== undefined || password.hook !== undefined
  return {
    password: value,
    hashed,
    answer: typeof question.answer === 'string' ? question.answer : undefined,
    shownCredentials: {
      ...(value === undefined && !hashed ? {} : { password: {} }),
      ...(typeof question.question === 'string' ? { recovery_question: { question: question.question } } : {}),
      provider:
        rowOf(credentials.provider).type === undefined
          ? { type: 'OKTA', name: 'OKTA' }
          : (credentials.provider ?? null),
    },
  }
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
  const { password, hashed, answer, shownCredentials } = secretsOf(rowOf(body.credentials), text(profile.login))
  const status = firstStatus(ask, password !== undefined || hashed)
  const groupIds = Array.isArray(body.groupIds) ? (body.groupIds as readonly string[]) : []
  for (const id of groupIds) if (notIn('groups')(id, org)) throw notFound(id, 'UserGroup')
  const type = text(rowOf(body.type).id) || defaultUserType(org)
  if (notIn('meta/types/user')(type, org)) throw notFound(type, 'UserType')
  const now = org.now()
  const user = org.store.put('users', {
    id: org.id('00u'),
    status,
    created: now,
    activated: status === 'STAGED' ? null : now,
    statusChanged: now,
    lastLogin: null,
    lastUpdated: now,
    passwordChanged: password === undefined && !hashed ? null : now,
    type: { id: type },
    ...(org.seed.features?.includes('REALMS') === true ? { realmId: body.realmId ?? 'guobacklot000default' } : {}),
    profile: profile as never,
    credentials: shownCredentials as never,
    ...(password === undefined ? {} : { _password: password }),
    ...(answer === undefined ? {} : { _answer: answer }),
    _failures: 0,
  })
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
  const secrets = body.credentials === undefined ? undefined : secretsOf(rowOf(body.credentials), text(profile.login))
  const now = org.now()
  const newPassword = secrets?.password === undefined ? {} : { _password: secrets.password, passwordChanged: now }
  const type = text(rowOf(body.type).id)
  if (type !== '' && notIn('meta/types/user')(type, org)) throw notFound(type, 'UserType')
  const user = org.store.put('users', {
    ...before,
    ...newPassword,
    ...(type === '' ? {} : { type: { id: type } }),
    profile: profile as never,
    ...(secrets === undefined
      ? {}
      : { credentials: merged(rowOf(before.credentials), secrets.shownCredentials) as never }),
    ...(secrets?.answer === undefined ? {} : { _answer: secrets.answer }),
    lastUpdated: now,
  })
  tell(org, 'user.account.update_profile', [userTarget(user)])
  changed(org, text(user.id))
  return shown(wholeUser(user, ask))
}

/** Moves a user on and tells of it. */
export function move(org: Org, user: Row, status: Status, event: EventType, more: Row = {}): Row {
  const now = org.now()
  const moved = org.store.put('users', { ...user, status, statusChanged: now, lastUpdated: now, ...more })
  tell(org, event, [userTarget(moved)])
  return moved
}

const onlyFrom = (user: Row, what: string, ...from: readonly Status[]): void => {
  if (!from.includes(user.status as Status))
    throw invalid(what, `Cannot ${what} a user whose status is ${text(user.status)}.`)
}

/** Activates a user: at once where there is a password to sign in with. */
export function activate(org: Org, user: Row): void {
  const known = user._password !== undefined || rowOf(user.credentials).password !== undefined
  move(org, user, known ? 'ACTIVE' : 'PROVISIONED', 'user.lifecycle.activate', { activated: org.now() })
  for (const { id } of org.store.rows(`users/${text(user.id)}/apps`)) {
    const row = org.store.get(`apps/${text(id)}/users`, text(user.id))
    if (row?.status === 'STAGED')
      org.store.put(`apps/${text(id)}/users`, { ...row, status: 'ACTIVE', statusChanged: org.now() })
  }
  changed(org, text(user.id))
}

/** Deactivates a user, who loses all apps with it. */
export function deactivate(org: Org, user: Row): void {
  const id = text(user.id)
  for (const app of org.store.rows(`users/${id}/apps`)) takeAppUser(org, text(app.id), id)
  endSessions(org, id, true)
  move(org, user, 'DEPROVISIONED', 'user.lifecycle.deactivate')
  ruled(org, id)
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

const tokenReply = (ask: Ask, name: 'activation' | 'resetPassword'): Reply => {
  if (ask.query.get('sendEmail') !== 'false') return ok({})
  const token = ask.org.world.id('', 20)
  const url = name === 'activation' ? `${ask.base}/tokens/${token}/verify` : `${ask.base}/reset_password/${token}`
  return ok(name === 'activation' ? { activationUrl: url, activationToken: token } : { resetPasswordUrl: url })
}

const LIFECYCLE: Readonly<Record<string, (ask: Ask, user: Row) => Reply>> = {
  activate(ask, user) {
    if (user.status !== 'STAGED' && user.status !== 'DEPROVISIONED')
      throw new OktaError(403, 'E0000016', 'Activation failed because the user is already active')
    activate(ask.org, user)
    return tokenReply(ask, 'activation')
  },
  reactivate(ask, user) {
    onlyFrom(user, 'reactivate', 'PROVISIONED', 'RECOVERY')
    move(ask.org, user, 'PROVISIONED', 'user.lifecycle.reactivate')
    return tokenReply(ask, 'activation')
  },
  deactivate(ask, user) {
    if (user.status === 'DEPROVISIONED') throw invalid('deactivate', 'The user is already deactivated.')
    deactivate(ask.org, user)
    return ok({})
  },
  suspend(ask, user) {
    if (user.status !== 'ACTIVE') throw invalid('suspend', 'Cannot suspend a user that is not active')
    move(ask.org, user, 'SUSPENDED', 'user.lifecycle.suspend')
    return ok({})
  },
  unsuspend(ask, user) {
    onlyFrom(user, 'unsuspend', 'SUSPENDED')
    move(ask.org, user, 'ACTIVE', 'user.lifecycle.unsuspend')
    return ok({})
  },
  unlock(ask, user) {
    if (user.status !== 'LOCKED_OUT')
      throw new OktaError(403, 'E0000032', 'Unlock is not allowed for this user.', ['The user is not locked out.'])
    move(ask.org, user, 'ACTIVE', 'user.account.unlock_by_admin', { _failures: 0 })
    return ok({})
  },
  expire_password(ask, user) {
    onlyFrom(user, 'expire the password of', 'ACTIVE', 'PASSWORD_EXPIRED', 'RECOVERY', 'LOCKED_OUT')
    const temporary = ask.query.get('tempPassword') === 'true' ? ask.org.world.id('Tm9', 7) : undefined
    const moved = move(
      ask.org,
      user,
      'PASSWORD_EXPIRED',
      'user.account.expire_password',
      temporary === undefined ? {} : { _password: temporary },
    )
    return temporary === undefined ? shown(wholeUser(moved, ask)) : ok({ tempPassword: temporary })
  },
  reset_password(ask, user) {
    if (user.status === 'STAGED' || user.status === 'DEPROVISIONED')
      throw new OktaError(403, 'E0000038', "This operation is not allowed in the user's current status.")
    move(ask.org, user, 'RECOVERY', 'user.account.reset_password')
    return tokenReply(ask, 'resetPassword')
  },
  reset_factors(ask, user) {
    for (const factor of ask.org.store.rows(`users/${text(user.id)}/factors`))
      ask.org.store.remove(`users/${text(user.id)}/factors`, text(factor.id))
    tell(ask.org, 'user.mfa.factor.deactivate', [userTarget(user)])
    return ok({})
  },
}

function changePassword(ask: Ask): Reply {
  const { org } = ask
  const user = findUser(ask)
  const body = ask.body()
  const [old, fresh] = [text(rowOf(body.oldPassword).value), text(rowOf(body.newPassword).value)]
  if (user._password !== old)
    throw new OktaError(403, 'E0000014', 'Update of credentials failed', [
      'oldPassword: The credentials provided were incorrect.',
    ])
  checkPassword(fresh, text(rowOf(user.profile).login))
  const moved = move(org, user, 'ACTIVE', 'user.account.update_password', {
    _password: fresh,
    passwordChanged: org.now(),
    _failures: 0,
  })
  return ok(rowOf(moved.credentials) as never)
}

function forgotPassword(ask: Ask): Reply {
  const user = findUser(ask)
  if (user.status !== 'ACTIVE') throw new OktaError(403, 'E0000017', 'Password reset failed')
  move(ask.org, user, 'RECOVERY', 'user.account.reset_password')
  return tokenReply(ask, 'resetPassword')
}

function listUsers(ask: Ask): Reply {
  let rows = ask.org.store.rows('users')
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
  on('users.change_password', 'POST /api/v1/users/:userId/credentials/change_password', changePassword)
  on('users.forgot_password', 'POST /api/v1/users/:userId/credentials/forgot_password', forgotPassword)
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
  on('users.idps', 'GET /api/v1/users/:userId/idps', (ask) => {
    findUser(ask)
    return ok([])
  })
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
