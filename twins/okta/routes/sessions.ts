import type { Json } from '../../trace.ts'
import { type Ask, done, type On, ok, type Reply, shown } from '../ask.ts'
import { tell, userTarget } from '../events.ts'
import { rowOf, text } from '../org.ts'
import { hinted } from '../resource.ts'
import { signOnOf } from '../sign-on.ts'
import type { Row } from '../store.ts'
import { iso, notFound, OktaError, view } from '../wire.ts'
import { appAgain } from './app-shape.ts'
import { findGroup } from './groups.ts'

const multi = ({ methods }: Row): boolean => Array.isArray(methods) && methods.includes('mfa')
const idleMs = ({ org }: Ask, user: Json | undefined): number =>
  signOnOf(org, rowOf(org.store.get('users', text(user)))).idleMs

function sessionShown(ask: Ask, session: Row): Row {
  const { base, org } = ask
  const url = `${base}/api/v1/sessions/${text(session.id)}`
  const user = rowOf(org.store.get('users', text(session.user)))
  const name = `${text(rowOf(user.profile).firstName)} ${text(rowOf(user.profile).lastName)}`
  const _links = {
    self: hinted(url, 'GET', 'DELETE'),
    refresh: hinted(`${url}/lifecycle/refresh`, 'POST'),
    user: { name, ...rowOf(hinted(`${base}/api/v1/users/${text(user.id)}`, 'GET')) },
  }
  return {
    id: session.id,
    userId: text(user.id),
    login: text(rowOf(user.profile).login),
    createdAt: iso(Number(session.since)),
    expiresAt: iso(Number(session.until)),
    status: 'ACTIVE',
    lastPasswordVerification: iso(Number(session.since)),
    lastFactorVerification: multi(session) ? iso(Number(session.since)) : null,
    amr: (session.methods ?? ['pwd']) as Json,
    idp: { id: org.ids.org, type: 'OKTA' },
    mfaActive: multi(session),
    _links: _links as Json,
  }
}

function findSession(ask: Ask): Row {
  const session = ask.org.store.get('~api-sessions', ask.param('sessionId'))
  if (session === undefined || Number(session.until) <= ask.org.world.clock.now())
    throw notFound(ask.param('sessionId'), 'Session')
  return session
}

/** A session for whoever has just signed in: the token of a sign-in is good once. */
function createSession(ask: Ask): Reply {
  const { org } = ask
  const token = text(ask.body().sessionToken)
  const found = org.store.get('~session-tokens', token)
  const now = org.world.clock.now()
  if (found === undefined || Number(found.until) <= now) throw new OktaError(401, 'E0000004', 'Authentication failed')
  org.store.remove('~session-tokens', token)
  const row: Row = {
    id: org.world.id('102', 22),
    user: found.user,
    since: now,
    until: now + idleMs(ask, found.user),
    methods: found.methods ?? ['pwd'],
  }
  return shown(sessionShown(ask, org.store.put('~api-sessions', row)))
}

/** Sessions by API; those of browsers live in cookies. */
function sessions(on: On): void {
  const root = '/api/v1/sessions'
  on('sessions.create', `POST ${root}`, createSession)
  on('sessions.get', `GET ${root}/:sessionId`, (ask) => shown(sessionShown(ask, findSession(ask))))
  on('sessions.refresh', `POST ${root}/:sessionId/lifecycle/refresh`, (ask) => {
    const session = findSession(ask)
    const until = ask.org.world.clock.now() + idleMs(ask, session.user)
    return shown(sessionShown(ask, ask.org.store.put('~api-sessions', { ...session, until })))
  })
  on('sessions.close', `DELETE ${root}/:sessionId`, (ask) => {
    const session = findSession(ask)
    ask.org.store.remove('~api-sessions', text(session.id))
    tell(ask.org, 'user.session.clear', [userTarget(rowOf(ask.org.store.get('users', text(session.user))))])
    return done()
  })
}

/** Sessions, and what else of users, groups and apps hangs together. */
export function addSessionRoutes(on: On): void {
  sessions(on)
  on('groups.apps', 'GET /api/v1/groups/:groupId/apps', (ask) => {
    const ids = ask.org.store.rows(`groups/${text(findGroup(ask).id)}/apps`)
    const apps = ids.flatMap(({ id }) => {
      const app = ask.org.store.get('apps', text(id))
      return app === undefined ? [] : [view(appAgain(app, ask))]
    })
    return ok(apps)
  })
}
