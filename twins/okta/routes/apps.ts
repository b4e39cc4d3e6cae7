import { type Ask, done, gap, type On, ok, page, type Reply, shown } from '../ask.ts'
import { appTarget, tell } from '../events.ts'
import { parseExpression } from '../expression.ts'
import { text } from '../org.ts'
import { invalid, merged, OktaError, view, without } from '../wire.ts'
import { addAppParts } from './app-parts.ts'
import { appAgain, appShown, blankApp, checkSettings, findApp, laid, MODES, tidied, withClient } from './app-shape.ts'

const BLANK = 'The field cannot be left blank'

function createApp(ask: Ask): Reply {
  const { org } = ask
  const body = ask.body()
  const label = text(body.label)
  if (label === '') throw invalid('label', `label: ${BLANK}`)
  const given = text(body.name)
  checkSettings(given, body)
  const mode = text(body.signOnMode) || MODES[given] || ''
  if (given === '' && mode === '') throw invalid('signOnMode', `signOnMode: ${BLANK}`)
  // An app of one's own is named after the org and its label.
  const made = Number(org.store.get('~org', 'apps')?.made ?? org.seed.apps_made ?? 0) + 1
  if (given === '') org.store.put('~org', { id: 'apps', made })
  const own = `${org.seed.org ?? 'acme'}_${label.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}_${made}`
  const id = org.id('0oa')
  const app = tidied(laid(blankApp(org, id, given || own, mode), body))
  const now = org.now()
  const status = ask.query.get('activate') === 'false' ? 'INACTIVE' : 'ACTIVE'
  const row = org.store.put('apps', {
    ...(mode === 'OPENID_CONNECT' ? withClient(org, app, body) : app),
    label,
    status,
    created: now,
    lastUpdated: now,
    _accessPolicy: org.ids.access_policy,
    _enrollmentPolicy: org.ids.enrollment_policy,
    _externalKey: org.id('exk'),
    _aln: mode === 'SAML_2_0' || MODES[given] === undefined ? org.id('aln') : '2557',
  })
  tell(org, 'application.lifecycle.create', [appTarget(row)])
  if (status === 'ACTIVE') tell(org, 'application.lifecycle.activate', [appTarget(row)])
  return shown(appShown(row, ask))
}

function replaceApp(ask: Ask): Reply {
  const { org } = ask
  const before = findApp(ask)
  const body = ask.body()
  if (text(body.label) === '') throw invalid('label', `label: ${BLANK}`)
  const base = merged(blankApp(ask.org, text(before.id), text(before.name), text(before.signOnMode)), {
    credentials: before.credentials,
  })
  const app = tidied(laid(base, body))
  const kept = Object.fromEntries(Object.entries(before).filter(([field]) => field.startsWith('_')))
  const row = org.store.put('apps', {
    ...without(app, '_links'),
    ...kept,
    label: text(body.label),
    status: before.status,
    created: before.created,
    lastUpdated: org.now(),
  })
  tell(org, 'application.lifecycle.update', [appTarget(row)])
  return shown(appAgain(row, ask))
}

function turnApp(ask: Ask, status: 'ACTIVE' | 'INACTIVE'): Reply {
  const app = ask.org.store.put('apps', { ...findApp(ask), status, lastUpdated: ask.org.now() })
  tell(ask.org, status === 'ACTIVE' ? 'application.lifecycle.activate' : 'application.lifecycle.deactivate', [
    appTarget(app),
  ])
  return ok({})
}

function deleteApp(ask: Ask): Reply {
  const app = findApp(ask)
  if (app.status === 'ACTIVE')
    throw new OktaError(403, 'E0000056', 'Delete application forbidden.', [
      'The application must be deactivated before deletion.',
    ])
  for (const user of ask.org.store.rows(`apps/${text(app.id)}/users`))
    ask.org.store.remove(`users/${text(user.id)}/apps`, text(app.id))
  for (const group of ask.org.store.rows(`apps/${text(app.id)}/groups`))
    ask.org.store.remove(`groups/${text(group.id)}/apps`, text(app.id))
  ask.org.store.remove('apps', text(app.id))
  tell(ask.org, 'application.lifecycle.delete', [appTarget(app)])
  return done()
}

function listApps(ask: Ask): Reply {
  const expand = ask.query.get('expand')
  if (expand !== null) {
    if (!/^(user|group)\/[0-9A-Za-z]{20}$/.test(expand)) throw invalid('RequestParams', 'Expand query is malformed.')
    throw gap('expanded resources')
  }
  let rows = ask.org.store.rows('apps')
  const filter = ask.query.get('filter') ?? ''
  const [, kind = '', id = ''] = /^(user|group)\.id eq "(\w+)"$/.exec(filter) ?? []
  if (kind !== '') rows = rows.filter((app) => ask.org.store.get(`apps/${text(app.id)}/${kind}s`, id) !== undefined)
  else if (filter !== '') rows = rows.filter(parseExpression(filter))
  const q = ask.query.get('q')?.toLowerCase() ?? ''
  if (q !== '')
    rows = rows.filter(({ label, name }) => [label, name].some((value) => text(value).toLowerCase().startsWith(q)))
  return page(ask, rows, 20, 200, (row) => view(appAgain(row, ask)))
}

export function addAppRoutes(on: On): void {
  on('apps.create', 'POST /api/v1/apps', createApp)
  on('apps.list', 'GET /api/v1/apps', listApps)
  on('apps.get', 'GET /api/v1/apps/:appId', (ask) => shown(appAgain(findApp(ask), ask)))
  on('apps.replace', 'PUT /api/v1/apps/:appId', replaceApp)
  on('apps.delete', 'DELETE /api/v1/apps/:appId', deleteApp)
  on('apps.activate', 'POST /api/v1/apps/:appId/lifecycle/activate', (ask) => turnApp(ask, 'ACTIVE'))
  on('apps.deactivate', 'POST /api/v1/apps/:appId/lifecycle/deactivate', (ask) => turnApp(ask, 'INACTIVE'))
  addAppParts(on)
}
