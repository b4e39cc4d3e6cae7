import { type Ask, gap, ok, type Reply } from '../ask.ts'
import { tell, userTarget } from '../events.ts'
import { rowOf, text } from '../org.ts'
import { move } from '../routes/users.ts'
import type { Row } from '../store.ts'
import { iso, OAuthError, OktaError } from '../wire.ts'
import { isAssigned } from './authorize.ts'
import type { Client } from './clients.ts'

const MAX_ATTEMPTS = 10
/** Signs a user in by password; ten wrong ones lock the user out, as the default policy has it. */
function passwordOf(ask: Ask, login: string, password: string): Row | undefined {
  const { org } = ask
  const user = org.store.userByLogin(login)
  if (user === undefined || user._password === undefined) return undefined
  if (user._password === password)
    return user.status === 'ACTIVE' ? org.store.put('users', { ...user, _failures: 0, lastLogin: org.now() }) : user
  const failures = Number(user._failures ?? 0) + 1
  if (failures >= MAX_ATTEMPTS && user.status === 'ACTIVE')
    move(org, user, 'LOCKED_OUT', 'user.account.lock', { _failures: failures })
  else org.store.put('users', { ...user, _failures: failures })
  tell(org, 'user.session.start', [userTarget(user)], 'FAILURE')
  return undefined
}

export function signIn(ask: Ask, login: string, password: string, client: Client): Row {
  const user = passwordOf(ask, login, password)
  if (user === undefined || user.status !== 'ACTIVE')
    throw new OAuthError(400, 'invalid_grant', 'The credentials provided were invalid.')
  if (!isAssigned(ask, client, user))
    throw new OAuthError(400, 'invalid_grant', 'User is not assigned to the client application.')
  return user
}

/** Primary authentication (Classic). Assumed: as on https://developer.okta.com/docs/reference/api/authn/, unconfirmed. */
export function authn(ask: Ask): Reply {
  const { org } = ask
  const body = ask.body()
  const user = passwordOf(ask, text(body.username), text(body.password))
  if (user === undefined || !['ACTIVE', 'PASSWORD_EXPIRED', 'LOCKED_OUT'].includes(text(user.status)))
    throw new OktaError(401, 'E0000004', 'Authentication failed')
  if (user.status === 'LOCKED_OUT') return ok({ status: 'LOCKED_OUT', _links: {} })
  if (user.status === 'PASSWORD_EXPIRED') throw gap('sign-in with further steps')
  const sessionToken = org.world.id('20111', 40)
  const until = org.world.clock.now() + 5 * 60_000
  org.store.put('~session-tokens', { id: sessionToken, user: text(user.id), until })
  tell(org, 'user.session.start', [userTarget(user)])
  const profile = rowOf(user.profile)
  return ok({
    expiresAt: iso(until),
    status: 'SUCCESS',
    sessionToken,
    _embedded: {
      user: {
        id: text(user.id),
        passwordChanged: user.passwordChanged ?? null,
        profile: {
          login: text(profile.login),
          firstName: text(profile.firstName),
          lastName: text(profile.lastName),
          locale: 'en_US',
          timeZone: 'America/Los_Angeles',
        },
      },
    },
    _links: { cancel: { href: `${ask.base}/api/v1/authn/cancel`, hints: { allow: ['POST'] } } },
  })
}
