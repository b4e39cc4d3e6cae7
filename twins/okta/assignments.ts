import type { Json } from '../trace.ts'
import { gap } from './ask.ts'
import { appTarget, tell, userTarget } from './events.ts'
import { evaluate, type Scope } from './language/evaluate.ts'
import { type Org, rowOf, text } from './org.ts'
import type { Row } from './store.ts'
import { toldOf } from './tables/attributes.ts'
import { merged } from './wire.ts'

/** Modes in which an app is signed in to with a password of the user's. */
export const PASSWORDS: ReadonlySet<string> = new Set([
  'BROWSER_PLUGIN',
  'AUTO_LOGIN',
  'BASIC_AUTH',
  'SECURE_PASSWORD_STORE',
])

/** What an app is told of a user by itself. */
export function profileFor(org: Org, app: Row, user: Row): Row {
  const schema = rowOf(org.store.get('~documents', `/api/v1/meta/schemas/apps/${text(app.id)}/default`)?.definitions)
  const custom = Object.keys(rowOf(rowOf(schema.custom).properties))
  return { ...toldOf(text(app.signOnMode), rowOf(user.profile), custom), ...mapped(org, app, user) }
}

/** What expressions of an app's user can see. */
const scopeFor = (user: Row): Scope => {
  const profile = rowOf(user.profile)
  return {
    names: { source: profile as Json, user: { ...profile, userName: profile.login } as Json },
    unknown: () => gap('names and functions of the expression language'),
  }
}

/** What the mapping from users to an app makes of a user, where the org has one. */
function mapped(org: Org, app: Row, user: Row): Row {
  const mapping = org.store
    .rows('mappings')
    .find(({ source, target }) => rowOf(source).type === 'user' && rowOf(target).id === app.id)
  return Object.fromEntries(
    Object.entries(rowOf(mapping?.properties)).flatMap(([field, property]) => {
      const expression = text(rowOf(property).expression)
      return expression === '' || field === 'userName' ? [] : [[field, evaluate(expression, scopeFor(user))]]
    }),
  )
}

/**
 * What a user is called in an app: by the app's template, which is text with `${…}` or one expression.
 * Source: https://developer.okta.com/docs/reference/okta-expression-language/#reference-application-and-organization-properties (2026-11-26).
 */
export function userNameFor(app: Row, user: Row): string {
  const { template, type } = rowOf(rowOf(app.credentials).userNameTemplate)
  const profile = rowOf(user.profile)
  if (template === undefined || type === 'NONE') return text(profile.login)
  const scope = scopeFor(user)
  const parts = /\$\{([^}]*)\}/g
  const made = parts.test(text(template))
    ? text(template).replaceAll(parts, (_, inner: string) => text(evaluate(inner, scope)))
    : text(evaluate(text(template), scope))
  return made === '' ? text(profile.login) : made
}

/** A user of an app as it is stored when it comes to be. */
export function newAppUser(org: Org, app: Row, user: Row, given: Row, scope: 'USER' | 'GROUP'): Row {
  const now = org.now()
  const userName = text(rowOf(given.credentials).userName) || userNameFor(app, user)
  return {
    id: user.id,
    externalId: null,
    created: now,
    lastUpdated: now,
    scope,
    status: user.status === 'STAGED' ? 'STAGED' : 'ACTIVE',
    statusChanged: now,
    passwordChanged: null,
    syncState: 'DISABLED',
    credentials: { userName, ...(PASSWORDS.has(text(app.signOnMode)) ? { password: {} } : {}) },
    profile: merged(profileFor(org, app, user), rowOf(given.profile)) as never,
  }
}

/** Gives a user an app; says so in the System Log, unless it was there from the first day. */
export function putAppUser(org: Org, app: Row, user: Row, row: Row, told = true): Row {
  const fresh = org.store.get(`users/${text(user.id)}/apps`, text(app.id)) === undefined
  const put = org.store.put(`apps/${text(app.id)}/users`, row)
  org.store.put(`users/${text(user.id)}/apps`, { id: app.id })
  if (told && fresh) tell(org, 'application.user_membership.add', [userTarget(user), appTarget(app)])
  return put
}

export function takeAppUser(org: Org, app: string, user: string): void {
  const known = rowOf(org.store.get('apps', app))
  org.store.remove(`apps/${app}/users`, user)
  org.store.remove(`users/${user}/apps`, app)
  tell(org, 'application.user_membership.remove', [
    userTarget(rowOf(org.store.get('users', user))),
    appTarget({ ...known, id: app }),
  ])
}

/** The assignment that decides for a user: of the groups it is in, the one of the first priority. */
function deciding(org: Org, app: string, user: string): Row | undefined {
  return org.store
    .rows(`apps/${app}/groups`)
    .filter(({ id }) => org.store.get(`groups/${text(id)}/members`, user) !== undefined)
    .sort((a, b) => Number(a.priority ?? 0) - Number(b.priority ?? 0))[0]
}

/**
 * Sees to it that a user has an app exactly while a group that is assigned to it has the user. Whoever is assigned by itself stays.
 * Source: https://developer.okta.com/docs/api/openapi/okta-management/management/tags/applicationusers (2026-11-26): `scope` is GROUP
 * for those whom a group brings. Assumed: the group of the first priority gives the whole profile.
 */
export function settle(org: Org, app: string, user: string, told = true): void {
  const before = org.store.get(`apps/${app}/users`, user)
  const known = org.store.get('apps', app)
  const person = org.store.get('users', user)
  if (before?.scope === 'USER' || known === undefined || (before !== undefined && !told)) return
  const gone = person === undefined || person.status === 'DEPROVISIONED'
  const group = gone ? undefined : deciding(org, app, user)
  if (group === undefined || person === undefined) {
    if (before !== undefined) takeAppUser(org, app, user)
    return
  }
  const fresh = newAppUser(org, known, person, { profile: group.profile ?? {} }, 'GROUP')
  if (before === undefined) {
    putAppUser(org, known, person, { ...fresh, _group: group.id }, told)
    return
  }
  const { credentials, profile, lastUpdated } = fresh
  const same = JSON.stringify([before._group, before.profile]) === JSON.stringify([group.id, profile])
  if (!same) org.store.put(`apps/${app}/users`, { ...before, _group: group.id, credentials, profile, lastUpdated })
}

/** The apps that a group brings. */
const appsOf = (org: Org, group: string): readonly string[] =>
  org.store.rows(`groups/${group}/apps`).map(({ id }) => text(id))

/** A user has joined or left a group. */
export function settleMember(org: Org, group: string, user: string, told = true): void {
  for (const app of appsOf(org, group)) settle(org, app, user, told)
}

/** A group has been assigned to an app, or no longer is. */
export function settleGroup(org: Org, app: string, group: string, told = true): void {
  for (const { id } of org.store.rows(`groups/${group}/members`)) settle(org, app, text(id), told)
}

/** A user's profile or status has changed: apps are told anew, those of its groups come back. */
export function settleUser(org: Org, user: string): void {
  const groups = org.store.rows(`users/${user}/memberships`)
  const apps = new Set(groups.flatMap(({ id }) => appsOf(org, text(id))))
  for (const app of apps) settle(org, app, user)
  for (const { id } of org.store.rows(`users/${user}/apps`)) tellApp(org, text(id), user)
}

/** What an app knows of a user that was assigned by itself follows the user's profile where nobody said otherwise. */
function tellApp(org: Org, app: string, user: string): void {
  const row = org.store.get(`apps/${app}/users`, user)
  const known = org.store.get('apps', app)
  const person = org.store.get('users', user)
  if (row === undefined || row.scope !== 'USER' || known === undefined || person === undefined) return
  if (row._given === undefined) return
  const profile = merged(profileFor(org, known, person), rowOf(row._given))
  if (JSON.stringify(profile) === JSON.stringify(row.profile)) return
  org.store.put(`apps/${app}/users`, { ...row, profile: profile as Json, lastUpdated: org.now() })
}
