import type { Json } from '../../trace.ts'
import { type Ask, done, gap, type On, ok, page, type Reply, shown } from '../ask.ts'
import { newAppUser, putAppUser, settle, settleGroup, takeAppUser } from '../assignments.ts'
import { type Org, rowOf, text } from '../org.ts'
import type { Row } from '../store.ts'
import { merged, notFound, OktaError, view } from '../wire.ts'
import { addAppKeys, CERTIFICATE } from './app-keys.ts'
import { addAppMore } from './app-more.ts'
import { appAgain, findApp } from './app-shape.ts'
import { findGroup } from './groups.ts'
import { findUser } from './user-shape.ts'

const assignedGroup = (app: Row, group: Row, { base }: Ask): Row => ({
  ...group,
  _links: {
    app: { href: `${base}/api/v1/apps/${text(app.id)}` },
    self: { href: `${base}/api/v1/apps/${text(app.id)}/groups/${text(group.id)}` },
    group: { href: `${base}/api/v1/groups/${text(group.id)}` },
  },
})
const groupLink = (org: Org, base: string, id: string): Json => ({
  name: text(rowOf(org.store.get('groups', id)?.profile).name),
  href: `${base}/api/v1/groups/${id}`,
})
const assignedUser = (app: Row, user: Row, { base, org }: Ask): Row => ({
  ...user,
  _links: {
    app: { href: `${base}/api/v1/apps/${text(app.id)}` },
    ...(user._group === undefined ? {} : { group: groupLink(org, base, text(user._group)) }),
    user: { href: `${base}/api/v1/users/${text(user.id)}` },
  },
})

function groupRoutes(on: On): void {
  const root = '/api/v1/apps/:appId/groups'
  const find = (ask: Ask): readonly [app: Row, row: Row] => {
    const app = findApp(ask)
    const row = ask.org.store.get(`apps/${text(app.id)}/groups`, ask.param('groupId'))
    if (row === undefined) throw notFound(ask.param('groupId'), 'ApplicationGroupAssignment')
    return [app, row]
  }
  on('apps.groups.list', `GET ${root}`, (ask) => {
    const app = findApp(ask)
    const q = ask.query.get('q')?.toLowerCase() ?? ''
    const begins = ({ id }: Row): boolean =>
      text(rowOf(ask.org.store.get('groups', text(id))?.profile).name)
        .toLowerCase()
        .startsWith(q)
    return page(ask, ask.org.store.rows(`apps/${text(app.id)}/groups`).filter(begins), 20, 200, (row) =>
      view(assignedGroup(app, row, ask)),
    )
  })
  on('apps.groups.assign', `PUT ${root}/:groupId`, (ask) => {
    const app = findApp(ask)
    const group = findGroup(ask)
    const path = `apps/${text(app.id)}/groups`
    const priority = ask.body().priority ?? ask.org.store.rows(path).length
    const row = ask.org.store.put(path, {
      id: group.id,
      lastUpdated: ask.org.now(),
      priority,
      profile: ask.body().profile ?? {},
    })
    ask.org.store.put(`groups/${text(group.id)}/apps`, { id: app.id })
    settleGroup(ask.org, text(app.id), text(group.id))
    return shown(assignedGroup(app, row, ask))
  })
  on('apps.groups.get', `GET ${root}/:groupId`, (ask) => {
    const [app, row] = find(ask)
    return shown(assignedGroup(app, row, ask))
  })
  on('apps.groups.unassign', `DELETE ${root}/:groupId`, (ask) => {
    const [app, row] = find(ask)
    ask.org.store.remove(`apps/${text(app.id)}/groups`, text(row.id))
    ask.org.store.remove(`groups/${text(row.id)}/apps`, text(app.id))
    settleGroup(ask.org, text(app.id), text(row.id))
    return done()
  })
}

function userRoutes(on: On): void {
  const root = '/api/v1/apps/:appId/users'
  const find = (ask: Ask): readonly [app: Row, row: Row] => {
    const app = findApp(ask)
    const row = ask.org.store.get(`apps/${text(app.id)}/users`, ask.param('userId'))
    if (row === undefined) throw notFound(ask.param('userId'), 'AppUser')
    return [app, row]
  }
  on('apps.users.list', `GET ${root}`, (ask) => {
    const app = findApp(ask)
    const q = ask.query.get('q')?.toLowerCase() ?? ''
    const begins = (row: Row): boolean => {
      const { login, email, firstName, lastName } = rowOf(ask.org.store.get('users', text(row.id))?.profile)
      const names = [rowOf(row.credentials).userName, login, email, firstName, lastName]
      return q === '' || names.some((name) => text(name).toLowerCase().startsWith(q))
    }
    return page(ask, ask.org.store.rows(`apps/${text(app.id)}/users`).filter(begins), 50, 500, (row) =>
      view(assignedUser(app, row, ask)),
    )
  })
  on('apps.users.assign', `POST ${root}`, (ask) => {
    const app = findApp(ask)
    const body = ask.body()
    const user = findUser(ask, text(body.id))
    if (user.status === 'DEPROVISIONED')
      throw new OktaError(403, 'E0000038', "This operation is not allowed in the user's current status.")
    const fresh = newAppUser(ask.org, app, user, body, 'USER')
    const row = putAppUser(ask.org, app, user, { ...fresh, _given: (body.profile ?? {}) as Json })
    return shown(assignedUser(app, row, ask))
  })
  on('apps.users.get', `GET ${root}/:userId`, (ask) => {
    const [app, row] = find(ask)
    return shown(assignedUser(app, row, ask))
  })
  on('apps.users.update', `POST ${root}/:userId`, (ask) => {
    const [app, before] = find(ask)
    const { profile, credentials } = ask.body()
    const name = text(rowOf(credentials).userName)
    const given = before._given === undefined ? {} : { _given: merged(rowOf(before._given), rowOf(profile)) as Json }
    const row = ask.org.store.put(`apps/${text(app.id)}/users`, {
      ...before,
      ...given,
      lastUpdated: ask.org.now(),
      profile: merged(rowOf(before.profile), rowOf(profile)) as never,
      credentials: (name === ''
        ? rowOf(before.credentials)
        : { ...rowOf(before.credentials), userName: name }) as never,
    })
    return shown(assignedUser(app, row, ask))
  })
  on('apps.users.unassign', `DELETE ${root}/:userId`, (ask) => {
    const [app, row] = find(ask)
    if (row.scope === 'GROUP') throw gap('taking an app from one member of a group')
    takeAppUser(ask.org, text(app.id), text(row.id))
    settle(ask.org, text(app.id), text(row.id))
    return done()
  })
}

const metadata = (app: Row, { base }: Ask): string => {
  const at = `${base}/app/${text(app.name)}/${text(app._externalKey)}/sso/saml`
  const service = (binding: string): string =>
    `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${at}"/>`
  const format = text(rowOf(rowOf(app.settings).signOn).subjectNameIdFormat)
  return `<?xml version="1.0" encoding="UTF-8"?><md:EntityDescriptor entityID="http://www.okta.com/${text(app._externalKey)}" xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"><md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${CERTIFICATE}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:NameIDFormat>${format}</md:NameIDFormat>${service('HTTP-POST')}${service('HTTP-Redirect')}</md:IDPSSODescriptor></md:EntityDescriptor>`
}

function credentialRoutes(on: On): void {
  on('apps.saml_metadata', 'GET /api/v1/apps/:appId/sso/saml/metadata', (ask) => {
    const app = findApp(ask)
    if (app.signOnMode !== 'SAML_2_0') throw notFound(text(app.id), 'AppInstance')
    return new Response(metadata(app, ask), { headers: { 'Content-Type': 'application/xml;charset=UTF-8' } })
  })
  on('apps.policies.assign', 'PUT /api/v1/apps/:appId/policies/:policyId', (ask) => {
    const app = findApp(ask)
    const policy = ask.param('policyId')
    const found = ask.org.store.get('policies', policy)
    if (found === undefined) throw notFound(policy, 'Policy')
    const field = found.type === 'PROFILE_ENROLLMENT' ? '_enrollmentPolicy' : '_accessPolicy'
    ask.org.store.put('apps', { ...app, [field]: policy })
    return done()
  })
  on('policies.apps', 'GET /api/v1/policies/:policyId/app', (ask) => {
    const id = ask.param('policyId')
    if (ask.org.store.get('policies', id) === undefined) throw notFound(id, 'Policy')
    return ok(
      ask.org.store
        .rows('apps')
        .filter((app) => app._accessPolicy === id || app._enrollmentPolicy === id)

        .map((app) => view(appAgain(app, ask))),
    )
  })
  on('apps.id_token_settings.get', 'GET /api/v1/internal/apps/:appId/settings/oauth/idToken', (ask) => {
    const app = findApp(ask)
    return ok({ ...idToken(app), issuer: ask.base, audience: clientIdOf(app) })
  })
  on('apps.id_token_settings.update', 'POST /api/v1/internal/apps/:appId/settings/oauth/idToken', (ask) => {
    const app = ask.org.store.put('apps', { ...findApp(ask), _issuerMode: ask.body().issuerMode ?? null })
    return ok(idToken(app))
  })
}
const clientIdOf = (app: Row): string => text(rowOf(rowOf(app.credentials).oauthClient).client_id)
const idToken = (app: Row): Row =>
  ({
    issuer: null,
    orgUrl: null,
    customUrl: null,
    audience: null,
    issuerMode: app._issuerMode ?? text(rowOf(rowOf(app.settings).oauthClient).issuer_mode),
  }) as never

function connectionRoutes(on: On): void {
  const unknown = { status: 'UNKNOWN', profile: { authScheme: 'UNKNOWN' } }
  const root = '/api/v1/apps/:appId/connections/default'
  const connection = (ask: Ask): Reply => {
    findApp(ask)
    return ok(unknown)
  }
  on('apps.connections.get', `GET ${root}`, connection)
  on('apps.connections.update', `POST ${root}`, (ask) => {
    if (rowOf(ask.body().profile).authScheme !== 'UNKNOWN') throw gap('provisioning connections')
    return connection(ask)
  })
  for (const step of ['activate', 'deactivate'])
    on(`apps.connections.${step}`, `POST ${root}/lifecycle/${step}`, (ask) => {
      findApp(ask)
      return done()
    })
}

/** What hangs on an app: who is assigned to it, its policy, keys, tokens and connection. */
export function addAppParts(on: On): void {
  groupRoutes(on)
  userRoutes(on)
  credentialRoutes(on)
  connectionRoutes(on)
  addAppKeys(on)
  addAppMore(on)
}
