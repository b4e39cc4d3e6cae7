import { type Ask, done, type On, ok, shown } from '../ask.ts'
import { hookHeaders, tell } from '../events.ts'
import { PUBLIC_JWKS, signingKey } from '../keys.ts'
import { rowOf, text } from '../org.ts'
import { type Resource, shownRow } from '../resource.ts'
import type { Row } from '../store.ts'
import { SECURITY } from '../tables/security.ts'
import { signing } from '../tables/servers.ts'
import { invalid, notFound, view, without } from '../wire.ts'

const SERVERS = 'authorizationServers'
function findServer(ask: Ask): Row {
  const server = ask.org.store.get(SERVERS, ask.param('serverId'))
  if (server === undefined) throw notFound(ask.param('serverId'), 'AuthorizationServer')
  return server
}
const path = (ask: Ask): string => `${SERVERS}/${text(findServer(ask).id)}/associated`
const associated = (ask: Ask) =>
  ask.org.store.rows(path(ask)).flatMap(({ id }) => {
    const server = ask.org.store.get(SERVERS, text(id))
    return server === undefined ? [] : [view({ ...without(server, '_links'), _links: null })]
  })

export function addServerRoutes(on: On): void {
  const root = `/api/v1/${SERVERS}/:serverId`
  on('authorization_servers.associated.list', `GET ${root}/associatedServers`, (ask) => ok(associated(ask)))
  on('authorization_servers.associated.create', `POST ${root}/associatedServers`, (ask) => {
    const { trusted } = ask.body()
    if (!Array.isArray(trusted)) throw invalid('trusted', 'trusted: The field cannot be left blank')
    for (const id of trusted.map(String)) {
      if (ask.org.store.get(SERVERS, id) === undefined) throw notFound(id, 'AuthorizationServer')
      ask.org.store.put(path(ask), { id })
    }
    return ok(associated(ask))
  })
  on('authorization_servers.associated.delete', `DELETE ${root}/associatedServers/:associatedId`, (ask) => {
    if (!ask.org.store.remove(path(ask), ask.param('associatedId')))
      throw notFound(ask.param('associatedId'), 'AuthorizationServer')
    return done()
  })
  const issued = (ask: Ask) => ask.org.store.rows('~refresh').filter(({ server }) => server === findServer(ask).id)
  on('authorization_servers.clients.list', `GET ${root}/clients`, (ask) => {
    const ids = [...new Set(issued(ask).map(({ client }) => text(client)))]
    return ok(
      ids.map((id) => ({
        client_id: id,
        client_name: text(ask.org.store.get('apps', id)?.label),
        client_uri: null,
        logo_uri: null,
      })),
    )
  })
  on('authorization_servers.keys', `GET ${root}/credentials/keys`, (ask) => {
    const rotations = Number(findServer(ask)._rotations ?? 0)
    return ok(keysOf(rotations))
  })
  on('authorization_servers.rotate', `POST ${root}/credentials/lifecycle/keyRotate`, (ask) => {
    const server = findServer(ask)
    const rotations = Number(server._rotations ?? 0) + 1
    const { rotationMode } = rowOf(rowOf(server.credentials).signing)
    const credentials = {
      signing: { ...rowOf(signing(ask.org, rotationMode).signing), kid: signingKey(rotations).kid },
    }
    ask.org.store.put(SERVERS, { ...server, _rotations: rotations, credentials: credentials as never })
    return ok(keysOf(rotations))
  })
  hooks(on)
}

/** The active key and the one that comes next. */
const keysOf = (rotations: number) =>
  PUBLIC_JWKS.map((jwk) => ({
    status: jwk.kid === signingKey(rotations).kid ? 'ACTIVE' : 'NEXT',
    ...(jwk as Row),
  })) as never

/**
 * A hook proves that it is wanted: it gets its challenge once, by GET, and says it back. The answer to `verify` does not wait for
 * that (a stated assumption): the hook is VERIFIED as soon as the challenge has come back.
 * Assumed: as on https://developer.okta.com/docs/concepts/event-hooks/#one-time-verification-request, unconfirmed.
 */
function hooks(on: On): void {
  on('event_hooks.verify', 'POST /api/v1/eventHooks/:id/lifecycle/verify', (ask) => {
    const { org } = ask
    const hook = org.store.get('eventHooks', ask.param('id'))
    if (hook === undefined) throw notFound(ask.param('id'), 'EventHook')
    const challenge = org.world.id('', 40)
    org.world.deliver(
      {
        twin: 'okta',
        id: `verify ${text(hook.id)}`,
        fields: { hook: text(hook.id) },
        method: 'GET',
        url: text(rowOf(rowOf(hook.channel).config).uri),
        headers: [['X-Okta-Verification-Challenge', challenge], ['Accept', 'application/json'], ...hookHeaders(hook)],
        body: '',
        timeoutMs: 3_000,
      },
      (outcome) => {
        const now = org.store.get('eventHooks', text(hook.id))
        if (
          now === undefined ||
          outcome.kind !== 'answer' ||
          outcome.status >= 300 ||
          echoed(outcome.body) !== challenge
        )
          return
        org.store.put('eventHooks', { ...now, verificationStatus: 'VERIFIED', lastUpdated: org.now() })
        tell(org, 'event_hook.verified', [])
      },
    )
    const resource = SECURITY.find(({ name }) => name === 'event_hooks') as Resource
    return shown(shownRow(resource, ask, hook))
  })
}

function echoed(body: string): unknown {
  try {
    return rowOf(JSON.parse(body)).verification
  } catch {
    return undefined
  }
}
