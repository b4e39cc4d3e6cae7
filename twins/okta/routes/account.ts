import type { Json } from '../../trace.ts'
import { type Ask, done, gap, type On, ok, page, type Reply, shown } from '../ask.ts'
import { rowOf, text } from '../org.ts'
import { hinted } from '../resource.ts'
import type { Row } from '../store.ts'
import { invalid, iso, notFound, view } from '../wire.ts'
import { addFactorRoutes } from './factors.ts'
import { findUser } from './user-shape.ts'

const DEFINITIONS = 'meta/schemas/user/linkedObjects'
const definitionOf = (ask: Ask, name: string): Row => {
  const found = ask.org.store
    .rows(DEFINITIONS)
    .find((row) => rowOf(row.primary).name === name || rowOf(row.associated).name === name)
  if (found === undefined) throw notFound(name, 'LinkedObjectDefinition')
  return found
}
const definitionShown = (row: Row, { base }: Ask): Row => ({
  primary: row.primary,
  associated: row.associated,
  _links: { self: { href: `${base}/api/v1/${DEFINITIONS}/${text(rowOf(row.primary).name)}` } },
})

function linkedObjects(on: On): void {
  on('linked_objects.create', `POST /api/v1/${DEFINITIONS}`, (ask) => {
    const { primary, associated } = ask.body()
    const name = text(rowOf(primary).name)
    if (name === '' || text(rowOf(associated).name) === '')
      throw invalid('name', 'name: The field cannot be left blank')
    const row = ask.org.store.put(DEFINITIONS, { _key: name, primary: primary ?? null, associated: associated ?? null })
    return shown(definitionShown(row, ask), 201)
  })
  on('linked_objects.list', `GET /api/v1/${DEFINITIONS}`, (ask) =>
    ok(ask.org.store.rows(DEFINITIONS).map((row) => view(definitionShown(row, ask)))),
  )
  on('linked_objects.get', `GET /api/v1/${DEFINITIONS}/:name`, (ask) =>
    shown(definitionShown(definitionOf(ask, ask.param('name')), ask)),
  )
  on('linked_objects.delete', `DELETE /api/v1/${DEFINITIONS}/:name`, (ask) => {
    ask.org.store.remove(DEFINITIONS, text(definitionOf(ask, ask.param('name'))._key))
    return done()
  })
  const root = '/api/v1/users/:userId/linkedObjects/:name'
  const links = (primary: string): string => `linked/${primary}`
  on('users.linked_objects.set', `PUT ${root}/:primaryId`, (ask) => {
    const user = findUser(ask)
    const name = text(rowOf(definitionOf(ask, ask.param('name')).primary).name)
    ask.org.store.put(links(name), { id: user.id, to: findUser(ask, ask.param('primaryId')).id })
    return done()
  })
  on('users.linked_objects.get', `GET ${root}`, (ask) => {
    const user = findUser(ask)
    const definition = definitionOf(ask, ask.param('name'))
    const primary = text(rowOf(definition.primary).name)
    const rows = ask.org.store.rows(links(primary))
    const ids =
      primary === ask.param('name')
        ? rows.filter(({ id }) => id === user.id).map(({ to }) => text(to))
        : rows.filter(({ to }) => to === user.id).map(({ id }) => text(id))
    return ok(ids.map((id) => ({ _links: { self: { href: `${ask.base}/api/v1/users/${id}` } } })))
  })
  on('users.linked_objects.delete', `DELETE ${root}`, (ask) => {
    const user = findUser(ask)
    ask.org.store.remove(links(text(rowOf(definitionOf(ask, ask.param('name')).primary).name)), text(user.id))
    return done()
  })
}

function risk(on: On): void {
  const body = (ask: Ask, user: Row, level: Row | undefined): Json => {
    const url = `${ask.base}/api/v1/users/${text(user.id)}`
    const _links = { user: hinted(url, 'GET'), self: hinted(`${url}/risk`, 'GET', 'PUT') }
    return level === undefined
      ? { riskLevel: 'NONE', _links }
      : { riskLevel: level.level ?? 'NONE', reason: 'Admin override risk', _links }
  }
  on('users.risk.get', 'GET /api/v1/users/:userId/risk', (ask) => {
    const user = findUser(ask)
    return ok(body(ask, user, ask.org.store.get('~risk', text(user.id))))
  })
  on('users.risk.replace', 'PUT /api/v1/users/:userId/risk', (ask) => {
    const user = findUser(ask)
    const { riskLevel } = ask.body()
    if (riskLevel !== 'HIGH' && riskLevel !== 'LOW')
      throw invalid('riskLevel', 'riskLevel: The field has an invalid value')
    const fresh = ask.org.store.get('~risk', text(user.id)) === undefined
    const level = ask.org.store.put('~risk', { id: user.id, level: riskLevel })
    return { status: fresh ? 201 : 200, body: body(ask, user, level) }
  })
}

const DAY_MS = 86_400_000
function orgRoutes(on: On): void {
  for (const step of ['grant', 'extend', 'revoke'] as const)
    on(`org.support.${step}`, `POST /api/v1/org/privacy/oktaSupport/${step}`, (ask) => {
      const before = ask.org.store.get('~support', 'support')
      const from = step === 'extend' && before !== undefined ? Number(before.until) : ask.org.world.clock.now()
      const until = step === 'revoke' ? 0 : from + (step === 'grant' ? 8 * 3_600_000 : DAY_MS)
      ask.org.store.put('~support', { id: 'support', until })
      const root = `${ask.base}/api/v1/org/privacy/oktaSupport`
      if (step === 'revoke')
        return ok({ support: 'DISABLED', expiration: null, _links: { grant: hinted(`${root}/grant`, 'POST') } })
      return ok({
        support: 'ENABLED',
        expiration: iso(until),
        _links: { extend: hinted(`${root}/extend`, 'POST'), revoke: hinted(`${root}/revoke`, 'POST') },
      })
    })
}

/** What of a brand's look can be taken back. */
function themeRoutes(on: On): void {
  for (const [name, field] of [
    ['logo', 'logo'],
    ['favicon', 'favicon'],
    ['background-image', 'backgroundImage'],
  ] as const)
    on(
      `brands.themes.delete_${field === 'backgroundImage' ? 'background_image' : field}`,
      `DELETE /api/v1/brands/:brandId/themes/:themeId/${name}`,
      (ask) => {
        const path = `brands/${ask.param('brandId')}/themes`
        const theme = ask.org.store.get(path, ask.param('themeId'))
        if (theme === undefined) throw notFound(ask.param('themeId'), 'Theme')
        ask.org.store.put(path, {
          ...theme,
          [field]: field === 'backgroundImage' ? null : `https://ok14static.oktacdn.com/${field}.png`,
        })
        return done()
      },
    )
  on(
    'brands.email_customizations.delete_all',
    'DELETE /api/v1/brands/:brandId/templates/email/:template/customizations',
    (ask) => {
      const path = `brands/${ask.param('brandId')}/templates/email/${ask.param('template')}/customizations`
      for (const row of ask.org.store.rows(path)) ask.org.store.remove(path, text(row.id))
      return done()
    },
  )
  on('api_tokens.revoke', 'DELETE /api/v1/api-tokens/:tokenId', (ask) => {
    const id = ask.param('tokenId')
    if (!ask.org.store.remove('api-tokens', id)) throw notFound(id, 'Token')
    return done()
  })
  on('logs.list', 'GET /api/v1/logs', logs)
}

function logs(ask: Ask): Reply {
  const { org, query } = ask
  const [since, until] = ['since', 'until'].map((name) => query.get(name))
  for (const time of [since, until])
    if (typeof time === 'string' && Number.isNaN(Date.parse(time)))
      throw invalid(
        'since',
        'since: The date format in your query is not recognized. Please enter dates using ISO8601 string format.',
      )
  const from = typeof since === 'string' ? Date.parse(since) : org.world.clock.now() - 7 * DAY_MS
  const to = typeof until === 'string' ? Date.parse(until) : Number.POSITIVE_INFINITY
  const filter = query.get('filter')
  let rows = org.store
    .rows('logs')
    .filter(({ published }) => Date.parse(text(published)) >= from && Date.parse(text(published)) < to)
  if (filter !== null && filter !== '') {
    const wanted = /^eventType eq "([^"]+)"$/.exec(filter)?.[1]
    if (wanted === undefined) throw gap('filters over lists and objects')
    rows = rows.filter(({ eventType }) => eventType === wanted)
  }
  const q = query.get('q')?.toLowerCase()
  if (q !== undefined) rows = rows.filter((row) => JSON.stringify(view(row)).toLowerCase().includes(q))
  if (query.get('sortOrder') === 'DESCENDING') rows = [...rows].reverse()
  return page(ask, rows, 100, 1000)
}

export function addAccountRoutes(on: On): void {
  addFactorRoutes(on)
  linkedObjects(on)
  risk(on)
  orgRoutes(on)
  themeRoutes(on)
}
