import type { Json } from '../../trace.ts'
import { loginOf } from '../access.ts'
import { type Ask, done, made, numberIn, type On, ok, type Reply, repoOf } from '../ask.ts'
import { ping, redeliver, tryPush, withoutSecret } from '../events.ts'
import { lastPush } from '../git/push.ts'
import { idOf, repoPath } from '../github.ts'
import { page } from '../paging.ts'
import { orgBrief, person } from '../shapes/accounts.ts'
import { repoBrief, urlOf } from '../shapes/repos.ts'
import { listOf, type Row, rowOf, text } from '../store.ts'
import { API, invalid, missingField, notFound, without } from '../wire.ts'
import { ownedOrg } from './orgs.ts'

/** Where hooks hang: at a repository or at an organisation. */
type Place = {
  readonly type: 'Repository' | 'Organization'
  readonly path: string
  readonly url: string
  readonly id: number
  readonly payload: Row
}
/** Deliveries are kept so long: https://docs.github.com/webhooks/testing-and-troubleshooting-webhooks/viewing-webhook-deliveries (2026-11-26). */
const KEPT_MS = 3 * 24 * 3_600_000

function atRepo(ask: Ask): Place {
  const repo = repoOf(ask, 'admin')
  return {
    type: 'Repository',
    path: `${repoPath(repo)}/hooks`,
    url: `${urlOf(repo)}/hooks`,
    id: idOf(repo),
    payload: { repository: repoBrief(ask.github, repo) },
  }
}
function atOrg(ask: Ask): Place {
  const org = ownedOrg(ask)
  const login = text(org.login)
  return {
    type: 'Organization',
    path: `orgs/${login.toLowerCase()}/hooks`,
    url: `${API}/orgs/${login}/hooks`,
    id: idOf(org),
    payload: { organization: orgBrief(org) },
  }
}

function hookDoc(ask: Ask, place: Place, row: Row): Json {
  const url = `${place.url}/${row.id}`
  const last = ask.github.store.rows(`${place.path}/${row.id}/deliveries`).at(-1)
  const answer =
    last === undefined
      ? { code: null, status: 'unused', message: null }
      : { code: last.status_code, status: 'active', message: last.status }
  return {
    ...(withoutSecret({
      type: place.type,
      id: row.id,
      name: 'web',
      active: row.active ?? true,
      events: row.events ?? ['push'],
      config: row.config ?? {},
    }) as Row),
    updated_at: row.updated_at,
    created_at: row.created_at,
    url,
    ...(place.type === 'Repository' ? { test_url: `${url}/test` } : {}),
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
    ...(place.type === 'Repository' ? { last_response: row.last_response ?? answer } : {}),
  } as Json
}

function configOf(given: Row, old: Row): Row {
  const {
    url = old.url,
    content_type = old.content_type ?? 'form',
    secret = old.secret,
    insecure_ssl = old.insecure_ssl ?? '0',
  } = given
  if (!URL.canParse(text(url)))
    throw invalid({ resource: 'Hook', code: 'custom', field: 'url', message: 'url is missing a scheme' })
  return { url, content_type, insecure_ssl: String(insecure_ssl), ...(secret === undefined ? {} : { secret }) }
}

function create(ask: Ask, place: Place): Reply {
  const body = ask.body()
  if (body.config === undefined) throw missingField('Hook', 'config')
  const config = configOf(rowOf(body.config), {})
  const rows = ask.github.store.rows(place.path)
  const events = body.events ?? ['push']
  const same = rows.find(
    (row) => rowOf(row.config).url === config.url && JSON.stringify(row.events) === JSON.stringify(events),
  )
  if (same !== undefined)
    throw invalid({ resource: 'Hook', code: 'custom', message: 'Hook already exists on this repository' })
  const id = ask.github.nextId()
  const now = ask.github.now()
  const row = ask.github.store.put(place.path, id, {
    id,
    active: body.active ?? true,
    events,
    config: config as Json,
    created_at: now,
    updated_at: now,
  })
  send(ask, place, row)
  return made(hookDoc(ask, place, row))
}

const send = (ask: Ask, place: Place, row: Row): void =>
  ping(ask.github, row, place.path, place.type.toLowerCase(), place.id, {
    hook: hookDoc(ask, place, row),
    ...place.payload,
    sender: person(ask.github, loginOf(ask.viewer)),
  })

function hookIn(ask: Ask, place: Place): Row {
  const row = ask.github.store.get(place.path, numberIn(ask, 'hook'))
  if (row === undefined) throw notFound()
  return row
}

function update(ask: Ask, place: Place): Reply {
  const old = hookIn(ask, place)
  const body = ask.body()
  const events = new Set([...listOf(body.events ?? old.events), ...listOf(body.add_events)])
  for (const gone of listOf(body.remove_events)) events.delete(gone)
  const config =
    body.config === undefined ? rowOf(old.config) : configOf(rowOf(body.config), without(rowOf(old.config), 'secret'))
  const row = {
    ...old,
    active: body.active ?? old.active,
    events: [...events],
    config: config as Json,
    updated_at: ask.github.now(),
  }
  return ok(hookDoc(ask, place, ask.github.store.put(place.path, Number(old.id), row)))
}

function deliveriesOf(ask: Ask, place: Place): readonly Row[] {
  const since = ask.github.world.clock.now() - KEPT_MS
  const rows = ask.github.store.rows(`${place.path}/${hookIn(ask, place).id}/deliveries`)
  return [...rows].reverse().filter(({ delivered_at }) => Date.parse(text(delivered_at)) >= since)
}
function deliveryIn(ask: Ask, place: Place): Row {
  const row = deliveriesOf(ask, place).find(({ id }) => id === numberIn(ask, 'delivery'))
  if (row === undefined) throw notFound()
  return row
}

/** Has the last push sent once more, to a hook that hears of pushes: https://docs.github.com/rest/repos/webhooks (2026-11-26). */
function tried(ask: Ask): Reply {
  const place = atRepo(ask)
  const hook = hookIn(ask, place)
  const repo = repoOf(ask, 'admin')
  const hears = listOf(hook.events ?? ['push']).some((one) => one === 'push' || one === '*')
  const payload = hears ? lastPush(ask.github, ask.viewer, repo) : undefined
  if (payload !== undefined) tryPush(ask.github, ask.viewer, repo, hook, payload)
  return done()
}

export function addHookRoutes(on: On): void {
  on('repos.hooks.test', 'POST /repos/:owner/:repo/hooks/:hook/tests', tried, 'user')
  for (const [name, base, at] of [
    ['repos.hooks', '/repos/:owner/:repo/hooks', atRepo],
    ['orgs.hooks', '/orgs/:org/hooks', atOrg],
  ] as const) {
    const one = `${base}/:hook`
    on(
      `${name}.list`,
      `GET ${base}`,
      (ask) => {
        const place = at(ask)
        return page(ask, ask.github.store.rows(place.path), (row) => hookDoc(ask, place, row))
      },
      'user',
    )
    on(`${name}.create`, `POST ${base}`, (ask) => create(ask, at(ask)), 'user')
    on(`${name}.get`, `GET ${one}`, (ask) => ok(hookDoc(ask, at(ask), hookIn(ask, at(ask)))), 'user')
    on(`${name}.update`, `PATCH ${one}`, (ask) => update(ask, at(ask)), 'user')
    on(
      `${name}.delete`,
      `DELETE ${one}`,
      (ask) => {
        const place = at(ask)
        ask.github.store.remove(place.path, Number(hookIn(ask, place).id))
        return done()
      },
      'user',
    )
    on(
      `${name}.ping`,
      `POST ${one}/pings`,
      (ask) => {
        send(ask, at(ask), hookIn(ask, at(ask)))
        return done()
      },
      'user',
    )
    on(
      `${name}.config.get`,
      `GET ${one}/config`,
      (ask) => ok(rowOf((hookDoc(ask, at(ask), hookIn(ask, at(ask))) as Row).config) as Json),
      'user',
    )
    on(
      `${name}.config.update`,
      `PATCH ${one}/config`,
      (ask) => {
        const place = at(ask)
        const old = hookIn(ask, place)
        const config = configOf(ask.body(), rowOf(old.config)) as Json
        const row = { ...old, config, updated_at: ask.github.now() }
        return ok(
          rowOf((hookDoc(ask, place, ask.github.store.put(place.path, Number(old.id), row)) as Row).config) as Json,
        )
      },
      'user',
    )
    on(
      `${name}.deliveries.list`,
      `GET ${one}/deliveries`,
      (ask) => page(ask, deliveriesOf(ask, at(ask)), (row) => without(row, 'url', 'request', 'response') as Json),
      'user',
    )
    on(
      `${name}.deliveries.get`,
      `GET ${one}/deliveries/:delivery`,
      (ask) => ok(deliveryIn(ask, at(ask)) as Json),
      'user',
    )
    on(
      `${name}.deliveries.redeliver`,
      `POST ${one}/deliveries/:delivery/attempts`,
      (ask) => {
        const place = at(ask)
        redeliver(ask.github, hookIn(ask, place), place.path, deliveryIn(ask, place))
        return { status: 202, body: {} }
      },
      'user',
    )
  }
}
