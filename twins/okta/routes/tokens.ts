import type { Json } from '../../trace.ts'
import { type Ask, done, type On, ok, page, type Reply, shown } from '../ask.ts'
import { appTarget, tell } from '../events.ts'
import { PUBLIC_JWKS, signingKey } from '../keys.ts'
import { type Org, rowOf, text } from '../org.ts'
import { hinted } from '../resource.ts'
import type { Row } from '../store.ts'
import { iso, notFound, view } from '../wire.ts'
import { findApp } from './app-shape.ts'
import { findUser } from './user-shape.ts'

const SERVERS = 'authorizationServers'
const issuerOf = (ask: Ask, { server }: Row): string =>
  typeof server === 'string' ? `${ask.base}/oauth2/${server}` : ask.base

/** A refresh token as the wire shows it. Source: https://developer.okta.com/docs/api/openapi/okta-management/management/tags/userresources (2026-11-26). */
function tokenShown(ask: Ask, url: string, token: Row): Json {
  const { base } = ask
  const expires = typeof token.expires === 'number' ? token.expires : token.idle
  return view({
    id: token.id,
    status: 'ACTIVE',
    created: token.created ?? null,
    lastUpdated: token.created ?? null,
    expiresAt: typeof expires === 'number' ? iso(expires * 1000) : null,
    issuer: issuerOf(ask, token),
    clientId: token.client,
    userId: token.user,
    scopes: token.scopes ?? [],
    _links: {
      app: { href: `${base}/api/v1/apps/${text(token.client)}` },
      self: hinted(`${url}/${text(token.id)}`, 'GET', 'DELETE'),
      revoke: hinted(`${url}/${text(token.id)}`, 'DELETE'),
      client: { href: `${base}/oauth2/v1/clients/${text(token.client)}` },
      user: { href: `${base}/api/v1/users/${text(token.user)}` },
    } as Json,
  })
}

/** Those that are good: spent ones are gone to the world. */
const live = ({ store, world }: Org): readonly Row[] => {
  const now = world.clock.now() / 1000
  const over = (at: unknown): boolean => typeof at === 'number' && at <= now
  return store.rows('~refresh').filter(({ spent, expires, idle }) => spent !== true && !over(expires) && !over(idle))
}

/** Takes refresh tokens back. */
function revoke(org: Org, tokens: readonly Row[]): Reply {
  for (const token of tokens) {
    org.store.remove('~refresh', text(token._key))
    tell(org, 'app.oauth2.token.revoke', [appTarget(rowOf(org.store.get('apps', text(token.client))))])
  }
  return done()
}

type Names = { readonly list: string; readonly get: string; readonly revoke: string; readonly revokeOne: string }

/** Lists, reads and takes back the refresh tokens below an address. */
function family(on: On, names: Names, root: string, of: (ask: Ask) => (token: Row) => boolean): void {
  const path = (ask: Ask): string => `${ask.base}${ask.path.replace(/(\/tokens)\/.*$/, '$1')}`
  const find = (ask: Ask): Row => {
    const token = live(ask.org)
      .filter(of(ask))
      .find(({ id }) => id === ask.param('tokenId'))
    if (token === undefined) throw notFound(ask.param('tokenId'), 'OAuth2RefreshToken')
    return token
  }
  on(names.list, `GET ${root}`, (ask) =>
    page(ask, live(ask.org).filter(of(ask)), 20, 200, (token) => tokenShown(ask, path(ask), token)),
  )
  on(names.get, `GET ${root}/:tokenId`, (ask) => ok(tokenShown(ask, path(ask), find(ask))))
  on(names.revokeOne, `DELETE ${root}/:tokenId`, (ask) => revoke(ask.org, [find(ask)]))
  on(names.revoke, `DELETE ${root}`, (ask) => revoke(ask.org, live(ask.org).filter(of(ask))))
}

/** Who holds which refresh tokens, and what users have consented to, by client. */
export function addTokenRoutes(on: On): void {
  const byApp: Names = {
    list: 'apps.tokens.list',
    get: 'apps.tokens.get',
    revoke: 'apps.tokens.revoke',
    revokeOne: 'apps.tokens.revoke_one',
  }
  family(on, byApp, '/api/v1/apps/:appId/tokens', (ask) => {
    const app = findApp(ask)
    return ({ client }) => client === app.id
  })
  const byClient = (of: string, list: string): Names => ({
    list,
    get: `${of}.clients.token`,
    revoke: `${of}.clients.revoke_tokens`,
    revokeOne: `${of}.clients.revoke_token`,
  })
  family(
    on,
    byClient('users', 'users.clients.list_tokens'),
    '/api/v1/users/:userId/clients/:clientId/tokens',
    (ask) => {
      const user = findUser(ask)
      return (token) => token.user === user.id && token.client === ask.param('clientId')
    },
  )
  family(
    on,
    byClient('authorization_servers', 'authorization_servers.clients.tokens'),
    `/api/v1/${SERVERS}/:serverId/clients/:clientId/tokens`,
    (ask) => {
      const id = ask.param('serverId')
      if (ask.org.store.get(SERVERS, id) === undefined) throw notFound(id, 'AuthorizationServer')
      if (ask.org.store.get('apps', ask.param('clientId')) === undefined)
        throw notFound(ask.param('clientId'), 'PublicClientApp')
      return ({ server, client }) => server === id && client === ask.param('clientId')
    },
  )
  const grants = '/api/v1/users/:userId/clients/:clientId/grants'
  const held = (ask: Ask): readonly [path: string, rows: readonly Row[]] => {
    const path = `users/${text(findUser(ask).id)}/grants`
    return [path, ask.org.store.rows(path).filter(({ clientId }) => clientId === ask.param('clientId'))]
  }
  on('users.clients.grants.list', `GET ${grants}`, (ask) => ok(held(ask)[1].map(view)))
  on('users.clients.grants.revoke', `DELETE ${grants}`, (ask) => {
    const [path, rows] = held(ask)
    for (const { id } of rows) ask.org.store.remove(path, text(id))
    return done()
  })
  on('authorization_servers.keys.get', `GET /api/v1/${SERVERS}/:serverId/credentials/keys/:keyId`, (ask) => {
    const server = ask.org.store.get(SERVERS, ask.param('serverId'))
    if (server === undefined) throw notFound(ask.param('serverId'), 'AuthorizationServer')
    const jwk = PUBLIC_JWKS.find(({ kid }) => kid === ask.param('keyId'))
    if (jwk === undefined) throw notFound(ask.param('keyId'), 'AuthorizationServerKey')
    const active = jwk.kid === signingKey(Number(server._rotations ?? 0)).kid
    return shown({ status: active ? 'ACTIVE' : 'NEXT', ...(jwk as Row) })
  })
}
