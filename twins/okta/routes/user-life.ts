import { type Ask, ok, type Reply, shown } from '../ask.ts'
import { takeAppUser } from '../assignments.ts'
import { type EventType, tell, userTarget } from '../events.ts'
import { factorsOf } from '../factors.ts'
import { changed, ruled } from '../memberships.ts'
import { type Org, rowOf, text } from '../org.ts'
import { endSessions } from '../sessions.ts'
import type { Row } from '../store.ts'
import { invalid, OktaError } from '../wire.ts'
import { type Status, wholeUser } from './user-shape.ts'

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

/** A password that is good for one sign-in, after which the user chooses another. */
export function temporary(ask: Ask, user: Row): string {
  const password = ask.org.world.id('Tm9', 7)
  const { _hash, ...rest } = user
  move(ask.org, { ...rest, _password: password }, 'PASSWORD_EXPIRED', 'user.account.expire_password')
  return password
}

/** Activates a user: at once where there is a password to sign in with. */
export function activate(org: Org, user: Row): void {
  const known =
    user._password !== undefined || user._hash !== undefined || rowOf(user.credentials).password !== undefined
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

/** What an administrator gets who asks for a link instead of a mail. */
export const tokenReply = (ask: Ask, name: 'activation' | 'resetPassword'): Reply => {
  if (ask.query.get('sendEmail') !== 'false') return ok({})
  const token = ask.org.world.id('', 20)
  const url = name === 'activation' ? `${ask.base}/tokens/${token}/verify` : `${ask.base}/reset_password/${token}`
  return ok(name === 'activation' ? { activationUrl: url, activationToken: token } : { resetPasswordUrl: url })
}

/** Steps of a user's life, by their address. */
export const LIFECYCLE: Readonly<Record<string, (ask: Ask, user: Row) => Reply>> = {
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
    if (ask.query.get('tempPassword') === 'true') return ok({ tempPassword: temporary(ask, user) })
    return shown(wholeUser(move(ask.org, user, 'PASSWORD_EXPIRED', 'user.account.expire_password'), ask))
  },
  reset_password(ask, user) {
    if (user.status === 'STAGED' || user.status === 'DEPROVISIONED')
      throw new OktaError(403, 'E0000038', "This operation is not allowed in the user's current status.")
    move(ask.org, user, 'RECOVERY', 'user.account.reset_password')
    return tokenReply(ask, 'resetPassword')
  },
  reset_factors(ask, user) {
    for (const factor of ask.org.store.rows(factorsOf(user))) ask.org.store.remove(factorsOf(user), text(factor.id))
    tell(ask.org, 'user.mfa.factor.deactivate', [userTarget(user)])
    return ok({})
  },
}
