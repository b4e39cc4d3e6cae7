import type { Json } from '../../trace.ts'
import { type Ask, done, type On, ok, type Reply, shown } from '../ask.ts'
import { PUBLIC_JWKS, signingKey } from '../keys.ts'
import { type Org, rowOf, text } from '../org.ts'
import { hinted } from '../resource.ts'
import type { Row } from '../store.ts'
import { invalid, notFound, OktaError, view } from '../wire.ts'
import { findApp } from './app-shape.ts'

/** The certificate is no certificate: nobody can verify SAML assertions that the twin never makes. */
export const CERTIFICATE: string = Buffer.from('backlot: no certificate, SAML assertions are not modelled').toString(
  'base64',
)

/** A time some years later, with the same day. */
const years = (iso: string, more: number): string => `${Number(iso.slice(0, 4)) + more}${iso.slice(4)}`

/** A signing key as the wire shows it. */
export function newKey(created: string, kid: string, validityYears: number): Row {
  const { n = '', e = '' } = PUBLIC_JWKS[0] ?? {}
  return {
    kty: 'RSA',
    created,
    lastUpdated: created,
    expiresAt: years(created, validityYears),
    kid,
    use: 'sig',
    x5c: [CERTIFICATE],
    'x5t#S256': signingKey(0).kid,
    e,
    n,
  }
}

export const drawnKid = (org: Org): string => org.world.draw('kid').text(43)

/** The first key of an app stands only where others were made; it is told from the app. */
function keysOf(ask: Ask): readonly Row[] {
  const app = findApp(ask)
  const kept = ask.org.store.rows(`apps/${text(app.id)}/credentials/keys`)
  const { kid } = rowOf(rowOf(app.credentials).signing)
  const current = text(kid) || signingKey(0).kid
  if (kept.some((key) => key.kid === current)) return kept
  return [newKey(text(app.created) || ask.org.now(), current, 10), ...kept]
}

function findKey(ask: Ask): Row {
  const key = keysOf(ask).find(({ kid }) => kid === ask.param('keyId'))
  if (key === undefined) throw notFound(ask.param('keyId'), 'JsonWebKey')
  return key
}

function keyRoutes(on: On): void {
  const root = '/api/v1/apps/:appId/credentials/keys'
  on('apps.keys.list', `GET ${root}`, (ask) => ok(keysOf(ask).map(view)))
  on('apps.keys.generate', `POST ${root}/generate`, (ask) => {
    const validity = Number(ask.query.get('validityYears') ?? 10)
    if (!Number.isInteger(validity) || validity < 2 || validity > 10)
      throw invalid('generateKey', 'validityYears: Validity years must be between 2 and 10.')
    const path = `apps/${text(findApp(ask).id)}/credentials/keys`
    const kid = drawnKid(ask.org)
    return shown(ask.org.store.put(path, { _key: kid, ...newKey(ask.org.now(), kid, validity) }), 201)
  })
  on('apps.keys.get', `GET ${root}/:keyId`, (ask) => shown(findKey(ask)))
  on('apps.keys.clone', `POST ${root}/:keyId/clone`, (ask) => {
    const target = findApp(ask, ask.query.get('targetAid') ?? '')
    const key = findKey(ask)
    return shown(ask.org.store.put(`apps/${text(target.id)}/credentials/keys`, { _key: text(key.kid), ...key }), 201)
  })
}

const SECRETS = 2
/** The first secret of a client is the one it was made with. */
function secretsOf(ask: Ask): readonly Row[] {
  const { org } = ask
  const app = findApp(ask)
  const path = `apps/${text(app.id)}/credentials/secrets`
  const { client_secret } = rowOf(rowOf(app.credentials).oauthClient)
  if (!org.store.has(path) && text(client_secret) !== '')
    org.store.put(path, newSecret(org, text(client_secret), text(app.created) || org.now()))
  return org.store.rows(path)
}

function newSecret(org: Org, secret: string, created: string): Row {
  return {
    id: org.id('ocs'),
    created,
    lastUpdated: created,
    status: 'ACTIVE',
    client_secret: secret,
    secret_hash: org.world.draw('hash').text(22),
  }
}

function secretShown(ask: Ask, secret: Row): Row {
  const url = `${ask.base}/api/v1/apps/${ask.param('appId')}/credentials/secrets/${text(secret.id)}`
  const active = secret.status === 'ACTIVE'
  const _links: Json = active
    ? { deactivate: hinted(`${url}/lifecycle/deactivate`, 'POST') }
    : { activate: hinted(`${url}/lifecycle/activate`, 'POST'), delete: hinted(url, 'DELETE') }
  return { ...secret, _links }
}

function findSecret(ask: Ask): Row {
  const secret = secretsOf(ask).find(({ id }) => id === ask.param('secretId'))
  if (secret === undefined) throw notFound(ask.param('secretId'), 'OAuth2ClientSecretMediated')
  return secret
}

function secretRoutes(on: On): void {
  const root = '/api/v1/apps/:appId/credentials/secrets'
  const path = (ask: Ask): string => `apps/${text(findApp(ask).id)}/credentials/secrets`
  on('apps.secrets.list', `GET ${root}`, (ask) => ok(secretsOf(ask).map((secret) => view(secretShown(ask, secret)))))
  on('apps.secrets.create', `POST ${root}`, (ask) => {
    if (secretsOf(ask).length >= SECRETS)
      throw invalid('client_secret', 'client_secret: You have reached the maximum number of client secrets per client.')
    const asked = text(ask.body().client_secret)
    const secret = newSecret(ask.org, asked || ask.org.world.id('', 64), ask.org.now())
    const status = ask.body().status ?? 'ACTIVE'
    return shown(secretShown(ask, ask.org.store.put(path(ask), { ...secret, status })), 201)
  })
  on('apps.secrets.get', `GET ${root}/:secretId`, (ask) => shown(secretShown(ask, findSecret(ask))))
  on('apps.secrets.delete', `DELETE ${root}/:secretId`, (ask) => {
    const secret = findSecret(ask)
    if (secret.status === 'ACTIVE') throw invalid('client_secret', 'client_secret: You cannot delete an active secret.')
    ask.org.store.remove(path(ask), text(secret.id))
    return done()
  })
  const turn =
    (status: 'ACTIVE' | 'INACTIVE') =>
    (ask: Ask): Reply => {
      const secret = findSecret(ask)
      const others = secretsOf(ask).filter((one) => one.id !== secret.id && one.status === 'ACTIVE')
      if (status === 'INACTIVE' && others.length === 0)
        throw new OktaError(400, 'E0000001', 'Api validation failed: client_secret', [
          'client_secret: You must have at least one active secret.',
        ])
      return shown(secretShown(ask, ask.org.store.put(path(ask), { ...secret, status, lastUpdated: ask.org.now() })))
    }
  on('apps.secrets.activate', `POST ${root}/:secretId/lifecycle/activate`, turn('ACTIVE'))
  on('apps.secrets.deactivate', `POST ${root}/:secretId/lifecycle/deactivate`, turn('INACTIVE'))
}

/** Keys and secrets of an app. */
export function addAppKeys(on: On): void {
  keyRoutes(on)
  secretRoutes(on)
}
