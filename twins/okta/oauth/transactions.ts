import type { Json } from '../../trace.ts'
import { type Ask, type On, ok, type Reply } from '../ask.ts'
import { isChannel, sendCode } from '../codes.ts'
import { tell, userTarget } from '../events.ts'
import { factorsOf, methodOf, prove, push, resultOf } from '../factors.ts'
import { rowOf, text } from '../org.ts'
import { hinted } from '../resource.ts'
import { exchange } from '../routes/credentials.ts'
import type { Row } from '../store.ts'
import { iso, notFound, OktaError, view, without } from '../wire.ts'

const TRANSACTIONS = '~transactions'
const LIFETIME_MS = 5 * 60_000

type Step = 'MFA_REQUIRED' | 'MFA_CHALLENGE' | 'PASSWORD_EXPIRED'

function briefUser(user: Row): Row {
  const { login, firstName, lastName, locale, timezone } = rowOf(user.profile)
  return {
    id: user.id,
    passwordChanged: user.passwordChanged ?? null,
    profile: {
      login: text(login),
      firstName: text(firstName),
      lastName: text(lastName),
      locale: text(locale) || 'en_US',
      timeZone: text(timezone) || 'America/Los_Angeles',
    },
  }
}
const cancelLink = ({ base }: Ask): Json => hinted(`${base}/api/v1/authn/cancel`, 'POST')

/** The end of a sign-in: a session token, good once and for five minutes. */
export function succeed(ask: Ask, user: Row, methods: readonly string[]): Json {
  const { org } = ask
  const sessionToken = org.world.id('20111', 40)
  const until = org.world.clock.now() + LIFETIME_MS
  org.store.put('~session-tokens', { id: sessionToken, user: text(user.id), until, methods })
  tell(org, 'user.session.start', [userTarget(user)])
  const _embedded = { user: briefUser(user) as Json }
  return { expiresAt: iso(until), status: 'SUCCESS', sessionToken, _embedded, _links: { cancel: cancelLink(ask) } }
}

/** A sign-in that needs one more step before it ends. */
export function begin(ask: Ask, user: Row, status: Step): Json {
  const { org } = ask
  const row = org.store.put(TRANSACTIONS, {
    id: org.world.id('00', 38),
    user: text(user.id),
    status,
    until: org.world.clock.now() + LIFETIME_MS,
  })
  return transactionShown(ask, row)
}

const verifyUrl = ({ base }: Ask, factor: Row): string => `${base}/api/v1/authn/factors/${text(factor.id)}/verify`
const factorShown = (ask: Ask, factor: Row): Json =>
  view({
    ...without(factor, 'status', 'created', 'lastUpdated'),
    _links: { verify: hinted(verifyUrl(ask, factor), 'POST') },
  })

function transactionShown(ask: Ask, row: Row, factorResult?: string): Json {
  const { org, base } = ask
  const user = rowOf(org.store.get('users', text(row.user)))
  const mine = org.store.rows(factorsOf(user)).filter(({ status }) => status === 'ACTIVE')
  const factor = mine.find(({ id }) => id === row.factor)
  const common = { stateToken: text(row.id), expiresAt: iso(Number(row.until)), status: text(row.status) }
  const cancel = cancelLink(ask)
  const named = (name: string, href: string): Json => ({ name, ...rowOf(hinted(href, 'POST')) })
  switch (row.status) {
    case 'PASSWORD_EXPIRED': {
      const next = named('changePassword', `${base}/api/v1/authn/credentials/change_password`)
      return { ...common, _embedded: { user: briefUser(user) as Json }, _links: { next, cancel } }
    }
    case 'MFA_CHALLENGE': {
      const next = named(factor?.factorType === 'push' ? 'poll' : 'verify', verifyUrl(ask, factor ?? {}))
      const embedded = { user: briefUser(user) as Json, factor: factor === undefined ? null : factorShown(ask, factor) }
      return { ...common, factorResult: factorResult ?? 'CHALLENGE', _embedded: embedded, _links: { next, cancel } }
    }
    default: {
      const factors = mine.map((one) => factorShown(ask, one))
      return { ...common, _embedded: { user: briefUser(user) as Json, factors }, _links: { cancel } }
    }
  }
}

function find(ask: Ask): readonly [row: Row, user: Row] {
  const { org } = ask
  const row = org.store.get(TRANSACTIONS, text(ask.body().stateToken))
  const user = org.store.get('users', text(row?.user))
  if (row === undefined || user === undefined || Number(row.until) <= org.world.clock.now())
    throw new OktaError(401, 'E0000011', 'Invalid token provided')
  return [row, user]
}

function changeExpired(ask: Ask): Reply {
  const [row, user] = find(ask)
  const { oldPassword, newPassword } = ask.body()
  if (row.status !== 'PASSWORD_EXPIRED')
    throw new OktaError(403, 'E0000079', 'This operation is not allowed in the current authentication state.')
  const moved = exchange(ask, user, text(oldPassword), text(newPassword), false)
  ask.org.store.remove(TRANSACTIONS, text(row.id))
  return ok(succeed(ask, moved, ['pwd']))
}

/** Challenges a factor, or takes what proves it; a push is polled by asking again. */
function verify(ask: Ask): Reply {
  const { org } = ask
  const [row, user] = find(ask)
  const factor = org.store.get(factorsOf(user), ask.param('factorId'))
  if (factor === undefined || factor.status !== 'ACTIVE') throw notFound(ask.param('factorId'), 'UserFactor')
  const body = ask.body()
  const challenge = (more: Row, result: string): Reply =>
    ok(
      transactionShown(
        ask,
        org.store.put(TRANSACTIONS, { ...row, status: 'MFA_CHALLENGE', factor: factor.id, ...more }),
        result,
      ),
    )
  if (factor.factorType === 'push') {
    const open = org.store.get(`${factorsOf(user)}/${text(factor.id)}/transactions`, text(row.asked))
    const asked = open ?? push(org, user, factor)
    const result = resultOf(org, asked)
    if (result !== 'SUCCESS') return challenge({ asked: result === 'WAITING' ? asked.id : null }, result)
  } else if (isChannel(factor.factorType) && text(body.passCode) === '') {
    org.store.put(factorsOf(user), sendCode(org, user, factor))
    return challenge({}, 'CHALLENGE')
  } else if (body.passCode === undefined && body.answer === undefined) return challenge({}, 'CHALLENGE')
  else prove(org, user, factor, body)
  org.store.remove(TRANSACTIONS, text(row.id))
  return ok(succeed(ask, user, ['pwd', methodOf(factor), 'mfa']))
}

/** The steps of a sign-in after the first. Source: docs/reference/api/authn of okta/okta-developer-docs (2026-11-26). */
export function addTransactionRoutes(on: On): void {
  const root = '/api/v1/authn'
  on('authn.change_password', `POST ${root}/credentials/change_password`, changeExpired)
  on('authn.verify', `POST ${root}/factors/:factorId/verify`, verify)
  on('authn.cancel', `POST ${root}/cancel`, (ask) => {
    const [row] = find(ask)
    ask.org.store.remove(TRANSACTIONS, text(row.id))
    return ok({ relayState: ask.body().relayState ?? null })
  })
}
/** Where a sign-in stands. */
export const resume = (ask: Ask): Reply => ok(transactionShown(ask, find(ask)[0]))
