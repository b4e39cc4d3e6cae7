import { type Ask, done, type On, ok, shown } from '../ask.ts'
import { tell, userTarget } from '../events.ts'
import { text } from '../org.ts'
import { endSessions } from '../sessions.ts'
import type { Row } from '../store.ts'
import { invalid, notFound, view } from '../wire.ts'
import { findUser } from './user-shape.ts'

/** What users consented to and which tokens they hold, by client. */
function grants(on: On): void {
  const root = '/api/v1/users/:userId'
  const tokens = (ask: Ask): readonly Row[] => {
    const user = findUser(ask)
    return ask.org.store.rows('~refresh').filter((row) => row.user === user.id)
  }
  on('users.grants.list', `GET ${root}/grants`, (ask) =>
    ok(ask.org.store.rows(`users/${text(findUser(ask).id)}/grants`).map(view)),
  )
  on('users.grants.get', `GET ${root}/grants/:grantId`, (ask) => {
    const grant = ask.org.store.get(`users/${text(findUser(ask).id)}/grants`, ask.param('grantId'))
    if (grant === undefined) throw notFound(ask.param('grantId'), 'OAuth2ScopeConsentGrant')
    return shown(grant)
  })
  on('users.grants.revoke', `DELETE ${root}/grants/:grantId`, (ask) => {
    if (!ask.org.store.remove(`users/${text(findUser(ask).id)}/grants`, ask.param('grantId')))
      throw notFound(ask.param('grantId'), 'OAuth2ScopeConsentGrant')
    return done()
  })
  on('users.grants.revoke_all', `DELETE ${root}/grants`, (ask) => {
    const path = `users/${text(findUser(ask).id)}/grants`
    for (const { id } of ask.org.store.rows(path)) ask.org.store.remove(path, text(id))
    return done()
  })
  on('users.clients.list', `GET ${root}/clients`, (ask) => {
    const ids = [...new Set(tokens(ask).map(({ client }) => text(client)))]
    const { base } = ask
    return ok(
      ids.map((id) => ({
        client_id: id,
        client_name: text(ask.org.store.get('apps', id)?.label),
        client_uri: null,
        logo_uri: null,
        _links: {
          grants: { href: `${base}/api/v1/users/${ask.param('userId')}/clients/${id}/grants` },
          tokens: { href: `${base}/api/v1/users/${ask.param('userId')}/clients/${id}/tokens` },
        },
      })),
    )
  })
}

/** Classic orgs sell two kinds of users; the others have one. */
function classification(on: On): void {
  const root = '/api/v1/users/:userId/classification'
  const at = (ask: Ask): string => `/api/v1/users/${text(findUser(ask).id)}/classification`
  on('users.classification.get', `GET ${root}`, (ask) => {
    const kept = ask.org.store.get('~documents', at(ask))
    return ok({ type: kept?.type ?? 'STANDARD', lastUpdated: kept?.lastUpdated ?? text(findUser(ask).created) })
  })
  on('users.classification.replace', `PUT ${root}`, (ask) => {
    const type = text(ask.body().type)
    if (type !== 'STANDARD' && type !== 'LITE') throw invalid('type', 'type: The field has an invalid value')
    const row = ask.org.store.put('~documents', { _key: at(ask), type, lastUpdated: ask.org.now() })
    return shown(row)
  })
}

/** What else can be asked of users and done to them. */
export function addMoreUserRoutes(on: On): void {
  const root = '/api/v1/users/:userId'
  on('users.delete_own_sessions', 'POST /api/v1/users/me/lifecycle/delete_sessions', (ask) => {
    const user = findUser(ask, 'me')
    endSessions(ask.org, text(user.id), false)
    tell(ask.org, 'user.session.clear', [userTarget(user)])
    return done(200)
  })
  on('users.blocks', `GET ${root}/blocks`, (ask) =>
    ok(ask.org.store.rows(`users/${text(findUser(ask).id)}/blocks`).map(view)),
  )
  on('users.devices', `GET ${root}/devices`, (ask) =>
    ok(ask.org.store.rows(`users/${text(findUser(ask).id)}/devices`).map(view)),
  )
  grants(on)
  classification(on)
}
