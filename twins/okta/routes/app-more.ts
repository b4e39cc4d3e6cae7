import { type Ask, done, gap, type On, ok, type Reply, shown } from '../ask.ts'
import { settleGroup } from '../assignments.ts'
import { rowOf, text } from '../org.ts'
import { hinted } from '../resource.ts'
import type { Row } from '../store.ts'
import { invalid, malformed, merged, notFound, view } from '../wire.ts'
import { findApp } from './app-shape.ts'

function grantShown(ask: Ask, app: Row, grant: Row): Row {
  const { base } = ask
  const url = `${base}/api/v1/apps/${text(app.id)}`
  return {
    ...grant,
    _links: {
      app: { href: url, title: text(app.label) },
      self: hinted(`${url}/grants/${text(grant.id)}`, 'GET', 'DELETE'),
      client: { href: `${base}/oauth2/v1/clients/${text(app.id)}`, title: text(app.label) },
    },
  }
}

/** Scopes of the org's own API that an administrator grants to an app. */
function grantRoutes(on: On): void {
  const root = '/api/v1/apps/:appId/grants'
  const path = (app: Row): string => `apps/${text(app.id)}/grants`
  const find = (ask: Ask): readonly [app: Row, grant: Row] => {
    const app = findApp(ask)
    const grant = ask.org.store.get(path(app), ask.param('grantId'))
    if (grant === undefined) throw notFound(ask.param('grantId'), 'OAuth2ScopeConsentGrant')
    return [app, grant]
  }
  on('apps.grants.list', `GET ${root}`, (ask) => {
    const app = findApp(ask)
    return ok(ask.org.store.rows(path(app)).map((grant) => view(grantShown(ask, app, grant))))
  })
  on('apps.grants.create', `POST ${root}`, (ask) => {
    const { org } = ask
    const app = findApp(ask)
    const { scopeId, issuer } = ask.body()
    if (text(scopeId) === '') throw invalid('scopeId', 'scopeId: The field cannot be left blank')
    if (text(issuer) === '') throw invalid('issuer', 'issuer: The field cannot be left blank')
    const now = org.now()
    const same = org.store.rows(path(app)).find((grant) => grant.scopeId === scopeId)
    const grant = org.store.put(path(app), {
      id: same?.id ?? org.id('oag'),
      status: 'ACTIVE',
      created: same?.created ?? now,
      createdBy: { id: org.ids.admin, type: 'User' },
      lastUpdated: now,
      issuer,
      clientId: text(rowOf(rowOf(app.credentials).oauthClient).client_id) || text(app.id),
      scopeId,
      source: 'ADMIN',
    })
    return shown(grantShown(ask, app, grant), 201)
  })
  on('apps.grants.get', `GET ${root}/:grantId`, (ask) => {
    const [app, grant] = find(ask)
    return shown(grantShown(ask, app, grant))
  })
  on('apps.grants.revoke', `DELETE ${root}/:grantId`, (ask) => {
    const [app, grant] = find(ask)
    ask.org.store.remove(path(app), text(grant.id))
    return done()
  })
}

/** Provisioning features exist where the seed says so: an app of the twin's own has none that could be switched on. */
function featureRoutes(on: On): void {
  const root = '/api/v1/apps/:appId/features'
  const path = (ask: Ask): string => `apps/${text(findApp(ask).id)}/features`
  const find = (ask: Ask): Row => {
    if (!ask.org.store.has(path(ask))) throw gap('provisioning connections')
    const feature = ask.org.store.get(path(ask), ask.param('name'))
    if (feature === undefined) throw notFound(ask.param('name'), 'ApplicationFeature')
    return feature
  }
  on('apps.features.list', `GET ${root}`, (ask) => {
    if (!ask.org.store.has(path(ask))) throw gap('provisioning connections')
    return ok(ask.org.store.rows(path(ask)).map(view))
  })
  on('apps.features.get', `GET ${root}/:name`, (ask) => shown(find(ask)))
  on('apps.features.update', `PUT ${root}/:name`, (ask) => {
    const feature = find(ask)
    const capabilities = merged(rowOf(feature.capabilities), ask.body())
    return shown(ask.org.store.put(path(ask), { ...feature, capabilities: capabilities as never }))
  })
}

/** JSON Patch (RFC 6902) on the fields of a group's assignment: `add`, `replace` and `remove` of one field. */
function patched(row: Row, patch: readonly unknown[]): Row {
  let result = row
  for (const step of patch.map(rowOf)) {
    const [field = '', inner] = text(step.path).replace(/^\//, '').split('/')
    if (!['add', 'replace', 'remove'].includes(text(step.op)) || field === '') throw malformed()
    const value = step.op === 'remove' ? null : (step.value ?? null)
    result = {
      ...result,
      [field]: inner === undefined ? value : ({ ...rowOf(result[field]), [inner]: value } as never),
    }
  }
  return result
}

function updateGroup(ask: Ask): Reply {
  const app = findApp(ask)
  const path = `apps/${text(app.id)}/groups`
  const row = ask.org.store.get(path, ask.param('groupId'))
  if (row === undefined) throw notFound(ask.param('groupId'), 'ApplicationGroupAssignment')
  const patch = ask.json()
  if (!Array.isArray(patch)) throw malformed()
  const changed = ask.org.store.put(path, { ...patched(row, patch), lastUpdated: ask.org.now() })
  settleGroup(ask.org, text(app.id), text(row.id))
  const url = `${ask.base}/api/v1/apps/${text(app.id)}`
  return shown({
    ...changed,
    _links: {
      app: { href: url },
      self: { href: `${url}/groups/${text(row.id)}` },
      group: { href: `${ask.base}/api/v1/groups/${text(row.id)}` },
    },
  })
}

/** What an app may do: scopes granted to it, its features, and the rest of what hangs on it. */
export function addAppMore(on: On): void {
  grantRoutes(on)
  featureRoutes(on)
  on('apps.groups.update', 'PATCH /api/v1/apps/:appId/groups/:groupId', updateGroup)
  on('apps.logo.upload', 'POST /api/v1/apps/:appId/logo', (ask) => {
    findApp(ask)
    return done(201)
  })
}
