import { type Ask, done, type On, ok, type Reply, shown } from '../ask.ts'
import { tell, userTarget } from '../events.ts'
import { rowOf, text } from '../org.ts'
import { endSessions } from '../sessions.ts'
import type { Row } from '../store.ts'
import { invalid, notFound, OktaError, view } from '../wire.ts'
import { findUser } from './user-shape.ts'
import { checkPassword, move } from './users.ts'

const badAnswer = (): OktaError =>
  new OktaError(403, 'E0000087', 'The recovery question answer did not match our records.')

function changeQuestion(ask: Ask): Reply {
  const { org } = ask
  const user = findUser(ask)
  const body = ask.body()
  const { question, answer } = rowOf(body.recovery_question)
  if (user._password !== rowOf(body.password).value)
    throw new OktaError(403, 'E0000014', 'Update of credentials failed', [
      'password: The credentials provided were incorrect.',
    ])
  if (text(question) === '' || text(answer).length < 4)
    throw invalid('recovery_question', 'The security question answer must be at least 4 characters in length')
  const credentials = { ...rowOf(user.credentials), recovery_question: { question: text(question) } }
  org.store.put('users', { ...user, credentials: credentials as never, _answer: answer, lastUpdated: org.now() })
  return ok(credentials as never)
}

function forgotWithQuestion(ask: Ask): Reply {
  const user = findUser(ask)
  const body = ask.body()
  if (user.status !== 'ACTIVE') throw new OktaError(403, 'E0000017', 'Password reset failed')
  if (user._answer === undefined || rowOf(body.recovery_question).answer !== user._answer) throw badAnswer()
  const fresh = text(rowOf(body.password).value)
  checkPassword(fresh, text(rowOf(user.profile).login))
  const moved = move(ask.org, user, 'ACTIVE', 'user.account.update_password', {
    _password: fresh,
    passwordChanged: ask.org.now(),
  })
  return ok(rowOf(moved.credentials) as never)
}

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
  on('users.clients.revoke_tokens', `DELETE ${root}/clients/:clientId/tokens`, (ask) => {
    for (const token of tokens(ask))
      if (token.client === ask.param('clientId')) ask.org.store.remove('~refresh', text(token._key))
    return done()
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
  on('users.change_recovery_question', `POST ${root}/credentials/change_recovery_question`, changeQuestion)
  on('users.answer_recovery_question', `POST ${root}/credentials/forgot_password_recovery_question`, forgotWithQuestion)
  on('users.expire_with_temporary', `POST ${root}/lifecycle/expire_password_with_temp_password`, (ask) => {
    const user = findUser(ask)
    if (user.status === 'STAGED' || user.status === 'DEPROVISIONED')
      throw new OktaError(403, 'E0000038', "This operation is not allowed in the user's current status.")
    const tempPassword = ask.org.world.id('Tm9', 7)
    move(ask.org, user, 'PASSWORD_EXPIRED', 'user.account.expire_password', { _password: tempPassword })
    return ok({ tempPassword })
  })
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
