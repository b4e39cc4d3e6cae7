import { type Ask, gap, type On, ok, type Reply } from '../ask.ts'
import { type Person, personOf, policyFor, ruleOf } from '../evaluation.ts'
import { type Org, rowOf, text } from '../org.ts'
import { isFresh, isPassword, passwordFault, passwordRules, usedBy, withPassword } from '../passwords.ts'
import { endSessions } from '../sessions.ts'
import type { Row } from '../store.ts'
import { invalid, OktaError } from '../wire.ts'
import { move, temporary, tokenReply } from './user-life.ts'
import { findUser } from './user-shape.ts'

/** What a request brings of credentials, as they are kept: secrets apart from what is shown. */
type Secrets = {
  /** Whether there is something to sign in with. */
  readonly known: boolean
  readonly kept: (user: Row) => Row
  readonly shownCredentials: Row
}

/** Reads credentials that an administrator gives a user; throws what the user's password policy refuses. */
export function secretsOf(org: Org, credentials: Row, profile: Row, person: Person): Secrets {
  const { value, hash, hook } = rowOf(credentials.password)
  const { question, answer } = rowOf(credentials.recovery_question)
  const password = typeof value === 'string' ? value : undefined
  if (password !== undefined) {
    const fault = passwordFault(passwordRules(org, person), password, profile)
    if (fault !== undefined) throw invalid('password', `password: ${fault}`)
  }
  const imported = hash ?? hook
  const known = password !== undefined || imported !== undefined
  const provider = rowOf(credentials.provider)
  return {
    known,
    kept(user) {
      const { _hash, ...rest } = user
      const base = password !== undefined ? withPassword(org, user, password) : imported === undefined ? user : rest
      return {
        ...base,
        ...(password === undefined && imported !== undefined ? { _hash: imported, passwordChanged: org.now() } : {}),
        ...(typeof answer === 'string' ? { _answer: answer } : {}),
      }
    },
    shownCredentials: {
      ...(known ? { password: {} } : {}),
      ...(typeof question === 'string' ? { recovery_question: { question } } : {}),
      provider: provider.type === undefined ? { type: 'OKTA', name: 'OKTA' } : (credentials.provider ?? null),
    },
  }
}

const refused = (cause: string): OktaError => new OktaError(403, 'E0000014', 'Update of credentials failed', [cause])
const notNow = (): OktaError =>
  new OktaError(403, 'E0000038', "This operation is not allowed in the user's current status.")

/** Checks the password that a user gives as the own one; of a user that was there before nobody knows it. */
function checkOwn(user: Row, password: string, field: string): void {
  const right = isPassword(user, password) ?? rowOf(user.credentials).password !== undefined
  if (!right) throw refused(`${field}: The credentials provided were incorrect.`)
}

/** Gives a user a password of the user's own choice; throws what the policy refuses. */
function choose(org: Org, user: Row, password: string): Row {
  const rules = passwordRules(org, personOf(org, user))
  const fault = passwordFault(rules, password, rowOf(user.profile), usedBy(user))
  if (fault !== undefined) throw refused(fault)
  return move(org, withPassword(org, user, password), 'ACTIVE', 'user.account.update_password', { _failures: 0 })
}

/** What the rule of a user's password policy says about an action of the user's. */
function access(org: Org, user: Row, action: string): boolean {
  const person = personOf(org, user)
  const rule = ruleOf(org, policyFor(org, 'PASSWORD', person), person)
  return rowOf(rowOf(rule?.actions)[action]).access !== 'DENY'
}

/** A user exchanges one password for another. */
export function exchange(ask: Ask, user: Row, old: string, fresh: string, strict: boolean): Row {
  const { org } = ask
  checkOwn(user, old, 'oldPassword')
  if (!access(org, user, 'passwordChange')) throw gap('password changes that a rule denies')
  if (strict && isFresh(org, passwordRules(org, personOf(org, user)), user))
    throw refused('Password requirements were not met. The minimum age of the password has not been reached.')
  return choose(org, user, fresh)
}

const CHANGEABLE: ReadonlySet<unknown> = new Set([
  'ACTIVE',
  'STAGED',
  'PROVISIONED',
  'PASSWORD_EXPIRED',
  'RECOVERY',
  'LOCKED_OUT',
])

function changePassword(ask: Ask): Reply {
  const user = findUser(ask)
  const { oldPassword, newPassword, revokeSessions } = ask.body()
  if (!CHANGEABLE.has(user.status)) throw notNow()
  const strict = ask.query.get('strict') === 'true'
  const moved = exchange(ask, user, text(rowOf(oldPassword).value), text(rowOf(newPassword).value), strict)
  if (revokeSessions === true) endSessions(ask.org, text(user.id), true)
  return ok(rowOf(moved.credentials) as never)
}

/** Source: https://developer.okta.com/docs/reference/error-codes/ (2026-11-26): E0000034. */
function checkReset(ask: Ask, user: Row): void {
  if (user.status !== 'ACTIVE') throw new OktaError(403, 'E0000017', 'Password reset failed')
  if (!access(ask.org, user, 'selfServicePasswordReset'))
    throw new OktaError(403, 'E0000034', 'Forgot password not allowed on specified user.')
}

function forgotPassword(ask: Ask): Reply {
  const user = findUser(ask)
  checkReset(ask, user)
  move(ask.org, user, 'RECOVERY', 'user.account.reset_password')
  return tokenReply(ask, 'resetPassword')
}

function forgotWithQuestion(ask: Ask): Reply {
  const user = findUser(ask)
  const body = ask.body()
  checkReset(ask, user)
  if (user._answer === undefined || rowOf(body.recovery_question).answer !== user._answer)
    throw new OktaError(403, 'E0000087', 'The recovery question answer did not match our records.')
  return ok(rowOf(choose(ask.org, user, text(rowOf(body.password).value)).credentials) as never)
}

function changeQuestion(ask: Ask): Reply {
  const { org } = ask
  const user = findUser(ask)
  const body = ask.body()
  const { question, answer } = rowOf(body.recovery_question)
  checkOwn(user, text(rowOf(body.password).value), 'password')
  if (text(question) === '' || text(answer).length < 4)
    throw invalid('recovery_question', 'The security question answer must be at least 4 characters in length')
  const credentials = { ...rowOf(user.credentials), recovery_question: { question: text(question) } }
  org.store.put('users', { ...user, credentials: credentials as never, _answer: answer, lastUpdated: org.now() })
  return ok(credentials as never)
}

/** What users prove themselves with, and how they change it. */
export function addCredentialRoutes(on: On): void {
  const root = '/api/v1/users/:userId'
  on('users.change_password', `POST ${root}/credentials/change_password`, changePassword)
  on('users.forgot_password', `POST ${root}/credentials/forgot_password`, forgotPassword)
  on('users.change_recovery_question', `POST ${root}/credentials/change_recovery_question`, changeQuestion)
  on('users.answer_recovery_question', `POST ${root}/credentials/forgot_password_recovery_question`, forgotWithQuestion)
  on('users.expire_with_temporary', `POST ${root}/lifecycle/expire_password_with_temp_password`, (ask) => {
    const user = findUser(ask)
    if (user.status === 'STAGED' || user.status === 'DEPROVISIONED') throw notNow()
    if (ask.query.get('revokeSessions') === 'true') endSessions(ask.org, text(user.id), false)
    return ok({ tempPassword: temporary(ask, user) })
  })
}
