import type { Json } from '../../trace.ts'
import { type Ask, done, gap, type On, ok, type Reply, shown } from '../ask.ts'
import { isChannel, sendCode } from '../codes.ts'
import { tell, userTarget } from '../events.ts'
import {
  activated,
  activationOf,
  enroll,
  factorsOf,
  lifetimeOf,
  prove,
  push,
  QUESTIONS,
  resultOf,
  SUPPORTED,
} from '../factors.ts'
import { rowOf, text } from '../org.ts'
import { hinted } from '../resource.ts'
import type { Row } from '../store.ts'
import { invalid, iso, notFound, view } from '../wire.ts'
import { findUser } from './user-shape.ts'

const urlOf = ({ base }: Ask, user: Row, factor: Row): string =>
  `${base}/api/v1/users/${text(user.id)}/factors/${text(factor.id)}`

/** A factor as the wire shows it. Source: docs/reference/api/factors of okta/okta-developer-docs (2026-11-26). */
export function factorShown(factor: Row, user: Row, ask: Ask): Row {
  const url = urlOf(ask, user, factor)
  const root = `${ask.base}/api/v1/users/${text(user.id)}`
  const pending = factor.status === 'PENDING_ACTIVATION'
  const type = text(factor.factorType)
  const channel = isChannel(type)
  const next = pending
    ? {
        [type === 'push' ? 'poll' : 'activate']: hinted(`${url}/lifecycle/activate`, 'POST'),
        ...(channel ? { resend: [{ name: type, ...rowOf(hinted(`${url}/resend`, 'POST')) }] } : {}),
      }
    : type === 'question'
      ? { questions: hinted(`${root}/factors/questions`, 'GET') }
      : { verify: hinted(`${url}/verify`, 'POST') }
  return {
    ...factor,
    _links: { ...next, self: hinted(url, 'GET', 'DELETE'), user: hinted(root, 'GET') } as Json,
    ...(pending && !channel ? { _embedded: { activation: activationOf(factor, url) as Json } } : {}),
  }
}

function find(ask: Ask): readonly [user: Row, factor: Row] {
  const user = findUser(ask)
  const factor = ask.org.store.get(factorsOf(user), ask.param('factorId'))
  if (factor === undefined) throw notFound(ask.param('factorId'), 'UserFactor')
  return [user, factor]
}

/** Activates what waits to be: by a code, or once the user's device has said yes. */
function activate(ask: Ask): Reply {
  const { org } = ask
  const [user, factor] = find(ask)
  if (factor.status !== 'PENDING_ACTIVATION') throw invalid('factorActivateRequest', 'The factor is already active.')
  if (factor.factorType === 'push') {
    const over = Number(factor._until) <= org.world.clock.now()
    const activation = activationOf(factor, urlOf(ask, user, factor))
    return ok({ ...activation, factorResult: over ? 'TIMEOUT' : 'WAITING' } as Json)
  }
  return shown(factorShown(activated(org, user, prove(org, user, factor, ask.body())), user, ask))
}

function result(ask: Ask, user: Row, factor: Row, factorResult: string, more: Row = {}): Row {
  const url = urlOf(ask, user, factor)
  const _links = { verify: hinted(`${url}/verify`, 'POST'), factor: hinted(url, 'GET', 'DELETE') }
  return { factorResult, ...more, ...(factorResult === 'SUCCESS' ? {} : { _links: _links as Json }) }
}

function transactionShown(ask: Ask, user: Row, factor: Row, transaction: Row): Row {
  const factorResult = resultOf(ask.org, transaction)
  if (factorResult !== 'WAITING') return result(ask, user, factor, factorResult)
  const url = `${urlOf(ask, user, factor)}/transactions/${text(transaction.id)}`
  const _links = { poll: hinted(url, 'GET'), cancel: hinted(url, 'DELETE') }
  return { expiresAt: iso(Number(transaction.until)), factorResult, _links: _links as Json }
}

function verify(ask: Ask): Reply {
  const { org } = ask
  const [user, factor] = find(ask)
  if (factor.status !== 'ACTIVE') throw invalid('factorVerifyRequest', 'The factor is not active.')
  const sent = ask.body()
  if (factor.factorType === 'push') return shown(transactionShown(ask, user, factor, push(org, user, factor)), 201)
  if (isChannel(factor.factorType) && text(sent.passCode) === '') {
    const lifetime = ask.query.get('tokenLifetimeSeconds')
    org.store.put(factorsOf(user), sendCode(org, user, factor, lifetime === null ? 300_000 : Number(lifetime) * 1000))
    const profile = factor.factorType === 'email' ? {} : { profile: factor.profile ?? {} }
    return shown(result(ask, user, factor, 'CHALLENGE', profile))
  }
  prove(org, user, factor, sent)
  return shown(result(ask, user, factor, 'SUCCESS'))
}

/** What a user could set up, and has. */
function catalog(ask: Ask): Reply {
  const user = findUser(ask)
  const mine = ask.org.store.rows(factorsOf(user))
  const enrollUrl = `${ask.base}/api/v1/users/${text(user.id)}/factors`
  return ok(
    SUPPORTED.map(([factorType, provider]) => ({
      factorType,
      provider,
      vendorName: provider,
      status: text(
        mine.find((one) => one.factorType === factorType && one.provider === provider)?.status ?? 'NOT_SETUP',
      ),
      enrollment: 'OPTIONAL',
      _links: { enroll: hinted(enrollUrl, 'POST') },
    })),
  )
}

function resend(ask: Ask): Reply {
  const [user, factor] = find(ask)
  if (!isChannel(factor.factorType) || factor.status !== 'PENDING_ACTIVATION')
    throw invalid('factorResendRequest', 'Nothing can be sent again for this factor.')
  const sent = ask.org.store.put(factorsOf(user), sendCode(ask.org, user, factor, lifetimeOf(factor)))
  return shown(factorShown(sent, user, ask))
}

function transactions(on: On, root: string): void {
  const findOne = (ask: Ask): readonly [user: Row, factor: Row, transaction: Row] => {
    const [user, factor] = find(ask)
    const found = ask.org.store.get(`${factorsOf(user)}/${text(factor.id)}/transactions`, ask.param('transactionId'))
    if (found === undefined) throw notFound(ask.param('transactionId'), 'FactorTransaction')
    return [user, factor, found]
  }
  on('factors.transactions.get', `GET ${root}/:factorId/transactions/:transactionId`, (ask) =>
    shown(transactionShown(ask, ...findOne(ask))),
  )
  on('factors.transactions.cancel', `DELETE ${root}/:factorId/transactions/:transactionId`, (ask) => {
    const [user, factor, transaction] = findOne(ask)
    ask.org.store.remove(`${factorsOf(user)}/${text(factor.id)}/transactions`, text(transaction.id))
    return done()
  })
}

/** What users prove themselves with beside a password. */
export function addFactorRoutes(on: On): void {
  const root = '/api/v1/users/:userId/factors'
  on('factors.questions', `GET ${root}/questions`, (ask) => {
    findUser(ask)
    return ok(Object.entries(QUESTIONS).map(([question, questionText]) => ({ question, questionText })))
  })
  on('factors.catalog', `GET ${root}/catalog`, catalog)
  on('factors.enroll', `POST ${root}`, (ask) => {
    const user = findUser(ask)
    return shown(factorShown(enroll(ask, user), user, ask))
  })
  on('factors.list', `GET ${root}`, (ask) => {
    const user = findUser(ask)
    return ok(ask.org.store.rows(factorsOf(user)).map((row) => view(factorShown(row, user, ask))))
  })
  on('factors.get', `GET ${root}/:factorId`, (ask) => {
    const [user, factor] = find(ask)
    return shown(factorShown(factor, user, ask))
  })
  on('factors.replace', `PUT ${root}/:factorId`, (ask) => {
    const [user, factor] = find(ask)
    if (factor.factorType !== 'question') throw gap('factors on devices of their own')
    return shown(factorShown(enroll(ask, user, factor), user, ask))
  })
  on('factors.unenroll', `DELETE ${root}/:factorId`, (ask) => {
    const [user, factor] = find(ask)
    ask.org.store.remove(factorsOf(user), text(factor.id))
    tell(ask.org, 'user.mfa.factor.deactivate', [userTarget(user)])
    return done()
  })
  on('factors.activate', `POST ${root}/:factorId/lifecycle/activate`, activate)
  on('factors.resend', `POST ${root}/:factorId/resend`, resend)
  on('factors.verify', `POST ${root}/:factorId/verify`, verify)
  transactions(on, root)
}
