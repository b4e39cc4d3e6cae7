import type { Ask } from '../ask.ts'
import { personOf } from '../evaluation.ts'
import { tell, userTarget } from '../events.ts'
import { type Org, rowOf, text } from '../org.ts'
import { isUnlockDue, passwordRules } from '../passwords.ts'
import type { Links } from '../resource.ts'
import type { Row } from '../store.ts'
import { notFound, without } from '../wire.ts'

export type Status =
  | 'STAGED'
  | 'PROVISIONED'
  | 'ACTIVE'
  | 'RECOVERY'
  | 'PASSWORD_EXPIRED'
  | 'LOCKED_OUT'
  | 'SUSPENDED'
  | 'DEPROVISIONED'

/** Steps from each status. Assumed: as on https://developer.okta.com/docs/api/openapi/okta-management/management/tags/userlifecycle, unconfirmed. */
const STEPS: Readonly<Record<Status, readonly string[]>> = {
  STAGED: ['activate'],
  PROVISIONED: ['suspend', 'resetPassword', 'reactivate', 'deactivate'],
  ACTIVE: [
    'suspend',
    'resetPassword',
    'forgotPassword',
    'expirePassword',
    'changeRecoveryQuestion',
    'changePassword',
    'deactivate',
  ],
  RECOVERY: ['suspend', 'resetPassword', 'deactivate'],
  PASSWORD_EXPIRED: ['suspend', 'resetPassword', 'changePassword', 'deactivate'],
  LOCKED_OUT: ['suspend', 'resetPassword', 'unlock', 'deactivate'],
  SUSPENDED: ['unsuspend', 'deactivate'],
  DEPROVISIONED: ['activate', 'delete'],
}
const UNDER_CREDENTIALS: Readonly<Record<string, string>> = {
  forgotPassword: 'forgot_password',
  changeRecoveryQuestion: 'change_recovery_question',
  changePassword: 'change_password',
}

function userLinks(user: Row, base: string): Links {
  const url = `${base}/api/v1/users/${text(user.id)}`
  const type = text(rowOf(user.type).id)
  const steps = (STEPS[user.status as Status] ?? []).map((step) => {
    const credential = UNDER_CREDENTIALS[step]
    const path =
      credential === undefined
        ? `lifecycle/${step.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`
        : `credentials/${credential}`
    return step === 'delete'
      ? [step, { href: url, method: 'DELETE' }]
      : [step, { href: `${url}/${path}`, method: 'POST' }]
  })
  return {
    ...Object.fromEntries(steps),
    resetFactors: { href: `${url}/lifecycle/reset_factors`, method: 'POST' },
    schema: { href: `${base}/api/v1/meta/schemas/user/${type.replace(/^oty/, 'osc')}` },
    self: { href: url },
    type: { href: `${base}/api/v1/meta/types/user/${type}` },
  }
}

export const wholeUser = (user: Row, { base }: Ask): Row => ({ ...user, _links: userLinks(user, base) })
/** Users in lists link to themselves only. */
export const briefUser = (user: Row, { base }: Ask): Row => ({
  ...user,
  _links: { self: { href: `${base}/api/v1/users/${text(user.id)}` } },
})

/** A user whose lock has run off by itself, as the password policy says. */
export function unlocked(org: Org, user: Row): Row {
  if (user.status !== 'LOCKED_OUT' || !isUnlockDue(org, passwordRules(org, personOf(org, user)), user)) return user
  const free = org.store.put('users', { ...user, status: 'ACTIVE', statusChanged: org.now(), _failures: 0 })
  tell(org, 'user.account.unlock', [userTarget(free)])
  return free
}

/** A user by id, by login, or by the part of the login before the @ where that is one user's. */
export function findUser(ask: Ask, name: string = ask.param('userId')): Row {
  const { store, ids } = ask.org
  const id = name === 'me' ? ids.admin : name
  const user = store.get('users', id) ?? store.userByLogin(id)
  if (user === undefined) throw notFound(name, 'User')
  return unlocked(ask.org, user)
}

const LOGO = 'https://ok14static.oktacdn.com/assets/img/logos/groups/odyssey/okta'
/** A group as the wire shows it. */
export function groupShown(group: Row, { base, org }: Ask): Row {
  const url = `${base}/api/v1/groups/${text(group.id)}`
  const logo = ['medium', 'large'].map((name) => ({ name, href: `${LOGO}-${name}.png`, type: 'image/png' }))
  const owners = org.seed.features?.includes('GROUP_OWNERS') === true ? { owners: { href: `${url}/owners` } } : {}
  return {
    ...without(group, '_links'),
    _links: { logo, ...owners, users: { href: `${url}/users` }, apps: { href: `${url}/apps` } },
  }
}
