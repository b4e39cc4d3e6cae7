import { type Ask, done, type On, ok, page, type Reply, shown } from '../ask.ts'
import { rowOf, text } from '../org.ts'
import { hinted, type Resource, shownRow } from '../resource.ts'
import type { Row } from '../store.ts'
import { OTHERS } from '../tables/others.ts'
import { invalid, notFound, view } from '../wire.ts'
import { CERTIFICATE, drawnKid, newKey } from './app-keys.ts'
import { findUser } from './user-shape.ts'

function findIdp(ask: Ask, id: string = ask.param('idpId')): Row {
  const idp = ask.org.store.get('idps', id)
  if (idp === undefined) throw notFound(id, 'IdpAppInstance')
  return idp
}

/** How a SAML provider is told of the org. */
function metadata(idp: Row, { base }: Ask): string {
  const { audience } = rowOf(rowOf(rowOf(idp.protocol).credentials).trust)
  const key = (use: string): string =>
    `<md:KeyDescriptor use="${use}"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${CERTIFICATE}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`
  const service = `<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${base}/sso/saml2/${text(idp.id)}" index="0" isDefault="true"/>`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<md:EntityDescriptor entityID="${text(audience)}" xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"><md:SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${key('encryption')}${key('signing')}<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</md:NameIDFormat>${service}</md:SPSSODescriptor></md:EntityDescriptor>`
}

const NOBODY: Row = Object.fromEntries(
  [
    'profileUrl',
    'firstName',
    'lastName',
    'honorificSuffix',
    'displayName',
    'honorificPrefix',
    'middleName',
    'email',
  ].map((field) => [field, null]),
)

/** Users that are linked to an account at a provider. */
function users(on: On): void {
  const root = '/api/v1/idps/:idpId/users'
  const path = (idp: Row): string => `idps/${text(idp.id)}/users`
  const linkShown = (ask: Ask, idp: Row, link: Row): Row => {
    const url = `${ask.base}/api/v1/idps/${text(idp.id)}`
    return {
      ...link,
      _links: {
        idp: { href: url },
        self: hinted(`${url}/users/${text(link.id)}`, 'GET', 'DELETE'),
        user: { href: `${ask.base}/api/v1/users/${text(link.id)}` },
      },
    }
  }
  const find = (ask: Ask): readonly [idp: Row, link: Row] => {
    const idp = findIdp(ask)
    const link = ask.org.store.get(path(idp), ask.param('userId'))
    if (link === undefined) throw notFound(ask.param('userId'), 'IdpUser')
    return [idp, link]
  }
  on('identity_providers.users.list', `GET ${root}`, (ask) => {
    const idp = findIdp(ask)
    return page(ask, ask.org.store.rows(path(idp)), 20, 200, (link) => view(linkShown(ask, idp, link)))
  })
  on('identity_providers.users.link', `POST ${root}/:userId`, (ask) => {
    const idp = findIdp(ask)
    const user = findUser(ask)
    const { externalId } = ask.body()
    if (text(externalId) === '') throw invalid('externalId', 'externalId: The field cannot be left blank')
    const now = ask.org.now()
    const link = { id: user.id, externalId, created: now, lastUpdated: now, profile: NOBODY as never }
    return shown(linkShown(ask, idp, ask.org.store.put(path(idp), link)))
  })
  on('identity_providers.users.get', `GET ${root}/:userId`, (ask) => {
    const [idp, link] = find(ask)
    return shown(linkShown(ask, idp, link))
  })
  on('users.idps', 'GET /api/v1/users/:userId/idps', (ask) => {
    const { id } = findUser(ask)
    const linked = ask.org.store.rows('idps').filter((idp) => ask.org.store.get(path(idp), text(id)) !== undefined)
    const resource = OTHERS.find(({ name }) => name === 'identity_providers') as Resource
    return ok(linked.map((idp) => view(shownRow(resource, ask, idp))))
  })
  on('identity_providers.users.unlink', `DELETE ${root}/:userId`, (ask) => {
    const [idp, link] = find(ask)
    ask.org.store.remove(path(idp), text(link.id))
    return done()
  })
}

/** What the org signs its requests to a provider with. */
function signingKeys(on: On): void {
  const root = '/api/v1/idps/:idpId/credentials/keys'
  const path = (idp: Row): string => `idps/${text(idp.id)}/credentials/keys`
  const keysOf = (ask: Ask): readonly Row[] => {
    const idp = findIdp(ask)
    const kid = text(rowOf(rowOf(rowOf(idp.protocol).credentials).signing).kid)
    const kept = ask.org.store.rows(path(idp))
    return kid === '' || kept.some((key) => key.kid === kid) ? kept : [newKey(text(idp.created), kid, 10), ...kept]
  }
  const find = (ask: Ask): Row => {
    const key = keysOf(ask).find(({ kid }) => kid === ask.param('keyId'))
    if (key === undefined) throw notFound(ask.param('keyId'), 'IdpKeyCredential')
    return key
  }
  const active = (ask: Ask): Reply => {
    const kid = text(rowOf(rowOf(rowOf(findIdp(ask).protocol).credentials).signing).kid)
    return ok(
      keysOf(ask)
        .filter((key) => key.kid === kid)
        .map(view),
    )
  }
  on('identity_providers.signing_keys.active', `GET ${root}/active`, active)
  on('identity_providers.signing_keys.list', `GET ${root}`, (ask) => ok(keysOf(ask).map(view)))
  on('identity_providers.signing_keys.generate', `POST ${root}/generate`, (ask) => {
    const validity = Number(ask.query.get('validityYears') ?? 10)
    if (!Number.isInteger(validity) || validity < 2 || validity > 10)
      throw invalid('generateKey', 'validityYears: Validity years must be between 2 and 10.')
    const kid = drawnKid(ask.org)
    return shown(ask.org.store.put(path(findIdp(ask)), { _key: kid, ...newKey(ask.org.now(), kid, validity) }))
  })
  on('identity_providers.signing_keys.get', `GET ${root}/:keyId`, (ask) => shown(find(ask)))
  on('identity_providers.signing_keys.clone', `POST ${root}/:keyId/clone`, (ask) => {
    const target = findIdp(ask, ask.query.get('targetIdpId') ?? '')
    const key = find(ask)
    return shown(ask.org.store.put(path(target), { _key: text(key.kid), ...key }), 201)
  })
}

/** What hangs on an identity provider. */
export function addIdpRoutes(on: On): void {
  users(on)
  signingKeys(on)
  on('identity_providers.metadata', 'GET /api/v1/idps/:idpId/metadata.xml', (ask) => {
    const idp = findIdp(ask)
    if (idp.type !== 'SAML2') throw notFound(text(idp.id), 'IdpAppInstance')
    const headers = {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': 'attachment; filename=metadata.xml',
    }
    return new Response(metadata(idp, ask), { headers })
  })
}
