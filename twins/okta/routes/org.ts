import { type Ask, done, type On, ok, type Reply, shown } from '../ask.ts'
import { rowOf, text } from '../org.ts'
import { hinted } from '../resource.ts'
import type { Row } from '../store.ts'
import { hookKeyOf } from '../tables/integrations.ts'
import { invalid, malformed, notFound, view } from '../wire.ts'
import { findUser } from './user-shape.ts'

/** Two settings that answer with the way to their other side. */
function switches(on: On): void {
  const preferences = (ask: Ask, value?: boolean): Reply => {
    const kept = ask.org.store.get('~documents', '/api/v1/org/preferences')?.showEndUserFooter
    const showEndUserFooter = value ?? kept !== false
    ask.org.store.put('~documents', { _key: '/api/v1/org/preferences', showEndUserFooter })
    const other = showEndUserFooter ? 'hideEndUserFooter' : 'showEndUserFooter'
    const href = `${ask.base}/api/v1/org/preferences/${other}`
    return ok({ showEndUserFooter, _links: { [other]: hinted(href, 'POST') } })
  }
  on('org.preferences.get', 'GET /api/v1/org/preferences', (ask) => preferences(ask))
  on('org.preferences.show_footer', 'POST /api/v1/org/preferences/showEndUserFooter', (ask) => preferences(ask, true))
  on('org.preferences.hide_footer', 'POST /api/v1/org/preferences/hideEndUserFooter', (ask) => preferences(ask, false))
  const root = '/api/v1/org/privacy/oktaCommunication'
  const communication = (ask: Ask, value?: boolean): Reply => {
    const optOutEmailUsers = value ?? ask.org.store.get('~documents', root)?.optOutEmailUsers === true
    ask.org.store.put('~documents', { _key: root, optOutEmailUsers })
    const other = optOutEmailUsers ? 'optIn' : 'optOut'
    return ok({ optOutEmailUsers, _links: { [other]: hinted(`${ask.base}${root}/${other}`, 'POST') } })
  }
  on('org.communication.get', `GET ${root}`, (ask) => communication(ask))
  on('org.communication.opt_in', `POST ${root}/optIn`, (ask) => communication(ask, false))
  on('org.communication.opt_out', `POST ${root}/optOut`, (ask) => communication(ask, true))
}

const NOTIFICATIONS = [
  'CONNECTOR_AGENT',
  'USER_LOCKED_OUT',
  'APP_IMPORT',
  'LDAP_AGENT',
  'AD_AGENT',
  'OKTA_ANNOUNCEMENT',
  'OKTA_UPDATE',
  'IWA_AGENT',
  'USER_DEPROVISION',
  'REPORT_SUSPICIOUS_ACTIVITY',
  'RATELIMIT_NOTIFICATION',
  'AGENT_AUTO_UPDATE_NOTIFICATION',
  'AGENT_AUTO_UPDATE_NOTIFICATION_LDAP',
]

/** Who is told of what by mail: a role, or a user. */
function subscriptions(on: On): void {
  for (const [kind, root, at] of [
    ['roles', '/api/v1/roles/:who/subscriptions', 'roles'],
    ['users', '/api/v1/users/:who/subscriptions', 'users'],
  ] as const) {
    const whoOf = (ask: Ask): string => (kind === 'users' ? text(findUser(ask, ask.param('who')).id) : ask.param('who'))
    const one = (ask: Ask, type: string): Row => {
      const who = whoOf(ask)
      const kept = ask.org.store.get('~subscriptions', `${who}/${type}`)
      const status = text(kept?.status) || 'subscribed'
      const url = `${ask.base}/api/v1/${at}/${who}/subscriptions/${type}`
      const other = status === 'subscribed' ? 'unsubscribe' : 'subscribe'
      return {
        notificationType: type,
        channels: ['email'],
        status,
        _links: { [other]: hinted(`${url}/${other}`, 'POST'), self: { href: url } },
      }
    }
    on(`${kind}.subscriptions.list`, `GET ${root}`, (ask) => ok(NOTIFICATIONS.map((type) => view(one(ask, type)))))
    on(`${kind}.subscriptions.get`, `GET ${root}/:type`, (ask) => shown(one(ask, ask.param('type'))))
    for (const [step, status] of [
      ['subscribe', 'subscribed'],
      ['unsubscribe', 'unsubscribed'],
    ] as const)
      on(`${kind}.subscriptions.${step}`, `POST ${root}/:type/${step}`, (ask) => {
        ask.org.store.put('~subscriptions', { _key: `${whoOf(ask)}/${ask.param('type')}`, status })
        return done(200)
      })
  }
}

/** Features that administrators switch on themselves; which there are, the seed says. */
function features(on: On): void {
  const find = (ask: Ask): Row => {
    const feature = ask.org.store.get('features', ask.param('featureId'))
    if (feature === undefined) throw notFound(ask.param('featureId'), 'Feature')
    return feature
  }
  for (const way of ['dependencies', 'dependents'])
    on(`features.${way}`, `GET /api/v1/features/:featureId/${way}`, (ask) =>
      ok(ask.org.store.rows(`features/${text(find(ask).id)}/${way}`).map(view)),
    )
  on('features.switch', 'POST /api/v1/features/:featureId/:lifecycle', (ask) => {
    const step = ask.param('lifecycle').toUpperCase()
    if (step !== 'ENABLE' && step !== 'DISABLE') throw invalid('lifecycle', 'lifecycle: The field has an invalid value')
    return shown(ask.org.store.put('features', { ...find(ask), status: step === 'ENABLE' ? 'ENABLED' : 'DISABLED' }))
  })
}

const DEVICE_STEPS: Readonly<Record<string, readonly [from: readonly string[], to: string]>> = {
  activate: [['CREATED', 'DEACTIVATED', 'INACTIVE'], 'ACTIVE'],
  deactivate: [['ACTIVE', 'SUSPENDED', 'CREATED'], 'DEACTIVATED'],
  suspend: [['ACTIVE'], 'SUSPENDED'],
  unsuspend: [['SUSPENDED'], 'ACTIVE'],
}

/** Devices come from the seed: they enrol themselves, and nobody stands in for them. */
function devices(on: On): void {
  const find = (ask: Ask): Row => {
    const device = ask.org.store.get('devices', ask.param('id'))
    if (device === undefined) throw notFound(ask.param('id'), 'UDDevice')
    return device
  }
  on('devices.users', 'GET /api/v1/devices/:id/users', (ask) =>
    ok(ask.org.store.rows(`devices/${text(find(ask).id)}/users`).map(view)),
  )
  for (const [step, [from, to]] of Object.entries(DEVICE_STEPS))
    on(`devices.${step}`, `POST /api/v1/devices/:id/lifecycle/${step}`, (ask) => {
      const device = find(ask)
      if (!from.includes(text(device.status)))
        throw invalid('device', `The device is ${text(device.status)}: it cannot ${step}.`)
      ask.org.store.put('devices', { ...device, status: to, lastUpdated: ask.org.now() })
      return done()
    })
}

export function addOrgRoutes(on: On): void {
  switches(on)
  subscriptions(on)
  features(on)
  devices(on)
  on('org.contacts.list', 'GET /api/v1/org/contacts', (ask) =>
    ok(
      ['BILLING', 'TECHNICAL'].map((contactType) => ({
        contactType,
        _links: { [contactType.toLowerCase()]: { href: `${ask.base}/api/v1/org/contacts/${contactType}` } },
      })),
    ),
  )
  on('org.logo.upload', 'POST /api/v1/org/logo', () => done(201))
  on('org.bounces.remove', 'POST /api/v1/org/email/bounces/remove-list', (ask) => {
    const { emailAddresses } = ask.body()
    if (!Array.isArray(emailAddresses)) throw malformed()
    const wrong = emailAddresses.filter((one) => !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(String(one)))
    return ok({
      errors: wrong.map((emailAddress) => ({
        emailAddress,
        reason: 'Invalid email address. The email address must be valid.',
      })),
    })
  })
  on('hook_keys.public', 'GET /api/v1/hook-keys/public/:keyId', (ask) => ok(hookKeyOf(ask.org, ask.param('keyId'))))
  on('org.support.get', 'GET /api/v1/org/privacy/oktaSupport', (ask) => {
    const until = Number(rowOf(ask.org.store.get('~support', 'support')).until ?? 0)
    const root = `${ask.base}/api/v1/org/privacy/oktaSupport`
    const open = until > ask.org.world.clock.now()
    return ok({
      support: open ? 'ENABLED' : 'DISABLED',
      expiration: open ? new Date(until).toISOString() : null,
      caseNumber: null,
      _links: open
        ? { extend: hinted(`${root}/extend`, 'POST'), revoke: hinted(`${root}/revoke`, 'POST') }
        : { grant: hinted(`${root}/grant`, 'POST') },
    })
  })
}
