import type { Json } from '../../trace.ts'
import { type Ask, done, type On, ok, page, type Reply, shown } from '../ask.ts'
import { rowOf, text } from '../org.ts'
import { hinted, type Resource, shownRow } from '../resource.ts'
import type { Row } from '../store.ts'
import { SECURITY } from '../tables/security.ts'
import { invalid, merged, notFound, OktaError, view, without } from '../wire.ts'

/** Kinds of authenticators by key, and whether an org can have several. */
const KINDS: Readonly<Record<string, readonly [type: string, several?: true]>> = {
  custom_app: ['app', true],
  custom_otp: ['security_key', true],
  duo: ['app'],
  external_idp: ['federated', true],
  google_otp: ['app'],
  onprem_mfa: ['security_key'],
  phone_number: ['phone'],
  rsa_token: ['security_key'],
  security_question: ['security_question'],
  smart_card_idp: ['federated'],
  symantec_vip: ['app'],
  tac: ['tac'],
  webauthn: ['security_key'],
  yubikey_token: ['security_key'],
}

const wrong = (): OktaError =>
  new OktaError(400, 'E0000001', 'Api validation failed: com.okta.services.factors.iface.dto.AuthenticatorCatalog', [
    'The field has an invalid value',
  ])

/** Keys of a provider that are never shown. */
const SECRETS = ['secretKey', 'sharedSecret', 'integrationKeySecret']
const hidden = (provider: Row): Row =>
  provider.configuration === undefined
    ? provider
    : { ...provider, configuration: without(rowOf(provider.configuration), ...SECRETS) as Json }

function createAuthenticator(ask: Ask): Reply {
  const { org } = ask
  const body = ask.body()
  const key = text(body.key)
  const [type, several] = KINDS[key] ?? []
  if (type === undefined) throw wrong()
  if (several === undefined && org.store.rows('authenticators').some((row) => row.key === key)) throw wrong()
  if (text(body.name) === '') throw invalid('name', 'name: The field cannot be left blank')
  const now = org.now()
  const settings = rowOf(body.settings)
  const app = text(settings.appInstanceId)
  const row = org.store.put('authenticators', {
    type,
    id: org.id('aut'),
    key,
    status: ask.query.get('activate') === 'false' ? 'INACTIVE' : 'ACTIVE',
    name: body.name,
    created: now,
    lastUpdated: now,
    // An app that asks for itself does so as its own client.
    ...(body.settings === undefined ? {} : { settings: app === '' ? settings : { ...settings, oauthClientId: app } }),
    ...(body.provider === undefined ? {} : { provider: hidden(rowOf(body.provider)) }),
  } as Row)
  return shown(shownRow(resource(), ask, row))
}

const resource = (): Resource => SECURITY.find(({ name }) => name === 'authenticators') as Resource

function methods(on: On): void {
  const root = '/api/v1/authenticators/:id/methods'
  const path = (ask: Ask): string => `authenticators/${ask.param('id')}/methods`
  const all = (ask: Ask): readonly Row[] => {
    const authenticator = ask.org.store.get('authenticators', ask.param('id'))
    if (authenticator === undefined) throw notFound(ask.param('id'), 'Authenticator')
    return ask.org.store.rows(path(ask))
  }
  const find = (ask: Ask): Row => {
    const method = all(ask).find(({ type }) => type === ask.param('type'))
    if (method === undefined) throw notFound(ask.param('type'), 'AuthenticatorMethod')
    return method
  }
  on('authenticators.methods.list', `GET ${root}`, (ask) => page(ask, all(ask), 200, 200))
  on('authenticators.methods.get', `GET ${root}/:type`, (ask) => shown(find(ask)))
  on('authenticators.methods.replace', `PUT ${root}/:type`, (ask) => {
    const before = find(ask)
    return shown(ask.org.store.put(path(ask), merged(before, without(ask.body(), '_links', 'type', 'status'))))
  })
  for (const [step, status] of [
    ['activate', 'ACTIVE'],
    ['deactivate', 'INACTIVE'],
  ] as const)
    on(`authenticators.methods.${step}`, `POST ${root}/:type/lifecycle/${step}`, (ask) => {
      const url = `${ask.base}/api/v1/authenticators/${ask.param('id')}/methods/${ask.param('type')}`
      const other = status === 'ACTIVE' ? 'deactivate' : 'activate'
      const links = without(rowOf(find(ask)._links), 'activate', 'deactivate')
      const _links = { ...links, [other]: hinted(`${url}/lifecycle/${other}`, 'POST') } as Json
      return shown(ask.org.store.put(path(ask), { ...find(ask), status, _links }))
    })
}

/** Attestation GUIDs that one's own security keys have. */
function aaguids(on: On): void {
  const root = '/api/v1/authenticators/:id/aaguids'
  const path = (ask: Ask): string => {
    if (ask.org.store.get('authenticators', ask.param('id')) === undefined)
      throw notFound(ask.param('id'), 'Authenticator')
    return `authenticators/${ask.param('id')}/aaguids`
  }
  on('authenticators.aaguids.list', `GET ${root}`, (ask) => ok(ask.org.store.rows(path(ask)).map(view)))
  on('authenticators.aaguids.delete', `DELETE ${root}/:aaguid`, (ask) => {
    if (!ask.org.store.remove(path(ask), ask.param('aaguid'))) throw notFound(ask.param('aaguid'), 'CustomAAGUID')
    return done()
  })
}

/** Authenticators that are added, and their methods; which methods an authenticator has, the seed says. */
export function addAuthenticatorRoutes(on: On): void {
  on('authenticators.create', 'POST /api/v1/authenticators', createAuthenticator)
  methods(on)
  aaguids(on)
}
