import { type Ask, gap, ok, type Reply } from '../ask.ts'
import { personOf } from '../evaluation.ts'
import { tell, userTarget } from '../events.ts'
import { factorsOf } from '../factors.ts'
import { type Org, rowOf, text } from '../org.ts'
import { attemptsOf, isPassword, isStale, passwordRules, showsLocks } from '../passwords.ts'
import { move } from '../routes/user-life.ts'
import { unlocked } from '../routes/user-shape.ts'
import { signOnOf } from '../sign-on.ts'
import type { Row } from '../store.ts'
import { OAuthError, OktaError } from '../wire.ts'
import { isAssigned } from './authorize.ts'
import type { Client } from './clients.ts'
import { begin, succeed } from './transactions.ts'

const rulesOf = (org: Org, user: Row): Row => passwordRules(org, personOf(org, user))

/** Checks a password; as many wrong ones as the user's policy says lock the user out, and one that is too old is expired. */
function passwordOf(ask: Ask, login: string, password: string): Row | undefined {
  const { org } = ask
  const found = org.store.userByLogin(login)
  if (found === undefined) return undefined
  const user = unlocked(org, found)
  const right = isPassword(user, password)
  if (right === undefined) return undefined
  const rules = rulesOf(org, user)
  if (right) {
    if (user.status !== 'ACTIVE') return user
    if (isStale(org, rules, user)) return move(org, user, 'PASSWORD_EXPIRED', 'user.account.expire_password')
    return org.store.put('users', { ...user, _failures: 0, lastLogin: org.now() })
  }
  const failures = Number(user._failures ?? 0) + 1
  const attempts = attemptsOf(rules)
  if (attempts > 0 && failures >= attempts && user.status === 'ACTIVE')
    move(org, user, 'LOCKED_OUT', 'user.account.lock', { _failures: failures })
  else org.store.put('users', { ...user, _failures: failures })
  tell(org, 'user.session.start', [userTarget(user)], 'FAILURE')
  return undefined
}

/** Signs a user in by password alone, for an app that asks for tokens with it. */
export function signIn(ask: Ask, login: string, password: string, client: Client): Row {
  const user = passwordOf(ask, login, password)
  if (user === undefined || user.status !== 'ACTIVE')
    throw new OAuthError(400, 'invalid_grant', 'The credentials provided were invalid.')
  const { allowed, needsFactor } = signOnOf(ask.org, user)
  if (!allowed || needsFactor)
    throw new OAuthError(400, 'access_denied', 'The resource owner or authorization server denied the request.')
  if (!isAssigned(ask, client, user))
    throw new OAuthError(400, 'invalid_grant', 'User is not assigned to the client application.')
  return user
}

/** Who signs in at the hosted page: a user, nobody, or somebody who would have to take another step. */
export function claimant(ask: Ask, login: string, password: string): Row | 'more' | undefined {
  const user = passwordOf(ask, login, password)
  if (user?.status === 'PASSWORD_EXPIRED') return 'more'
  if (user?.status !== 'ACTIVE') return undefined
  const { allowed, needsFactor } = signOnOf(ask.org, user)
  if (!allowed) return undefined
  if (needsFactor || asksForCaptcha(ask.org)) return 'more'
  tell(ask.org, 'user.session.start', [userTarget(user)])
  return user
}

/** Whether the org's CAPTCHA stands on the sign-in page: nobody solves it here. */
function asksForCaptcha(org: Org): boolean {
  const { captchaId, enabledPages } = rowOf(org.store.get('~documents', '/api/v1/org/captcha'))
  return text(captchaId) !== '' && Array.isArray(enabledPages) && enabledPages.includes('SIGN_IN')
}

const failed = (): OktaError => new OktaError(401, 'E0000004', 'Authentication failed')

/**
 * Primary authentication (Classic): a session token, or the step that comes next.
 * Source: docs/reference/api/authn of okta/okta-developer-docs (2026-11-26). Assumed: a policy that denies answers as for a wrong permission.
 */
export function authn(ask: Ask): Reply {
  const { org } = ask
  const body = ask.body()
  const user = passwordOf(ask, text(body.username), text(body.password))
  if (user === undefined) throw failed()
  switch (user.status) {
    case 'LOCKED_OUT':
      if (!showsLocks(rulesOf(org, user))) throw failed()
      return ok({ status: 'LOCKED_OUT', _links: {} })
    case 'PASSWORD_EXPIRED':
      return ok(begin(ask, user, 'PASSWORD_EXPIRED'))
    case 'ACTIVE':
      break
    default:
      throw failed()
  }
  const { allowed, needsFactor } = signOnOf(org, user)
  if (!allowed) throw new OktaError(403, 'E0000006', 'You do not have permission to perform the requested action')
  if (!needsFactor) return ok(succeed(ask, user, ['pwd']))
  const ready = org.store.rows(factorsOf(user)).some(({ status }) => status === 'ACTIVE')
  if (!ready) throw gap('factors that are set up while signing in')
  return ok(begin(ask, user, 'MFA_REQUIRED'))
}
