import { type Ask, type On, ok, type Reply } from '../ask.ts'
import { hinted } from '../resource.ts'
import { notFound } from '../wire.ts'

/** Factors that Classic orgs switch on and off as a whole. Source: okta_factor of Okta's provider for Terraform (2026-11-26). */
const FACTORS: Readonly<Record<string, readonly [provider: string, type: string]>> = {
  duo: ['DUO', 'web'],
  fido_u2f: ['FIDO', 'u2f'],
  fido_webauthn: ['FIDO', 'webauthn'],
  google_otp: ['GOOGLE', 'token:software:totp'],
  hotp: ['CUSTOM', 'token:hotp'],
  okta_call: ['OKTA', 'call'],
  okta_email: ['OKTA', 'email'],
  okta_otp: ['OKTA', 'token:software:totp'],
  okta_password: ['OKTA', 'password'],
  okta_push: ['OKTA', 'push'],
  okta_question: ['OKTA', 'question'],
  okta_sms: ['OKTA', 'sms'],
  rsa_token: ['RSA', 'token'],
  symantec_vip: ['SYMANTEC', 'token'],
  yubikey_token: ['YUBICO', 'token:hardware'],
}

function factor(ask: Ask, id: string, status?: string): Reply {
  const [provider, factorType] = FACTORS[id] ?? []
  if (provider === undefined) throw notFound(id, 'Factor')
  const before = ask.org.store.get('org/factors', id)
  const row = { id, provider, factorType, status: status ?? before?.status ?? 'INACTIVE' }
  if (status !== undefined) ask.org.store.put('org/factors', row)
  const other = row.status === 'ACTIVE' ? 'deactivate' : 'activate'
  return ok({
    ...row,
    _links: {
      self: hinted(`${ask.base}/api/v1/org/factors/${id}`, 'GET'),
      [other]: hinted(`${ask.base}/api/v1/org/factors/${id}/lifecycle/${other}`, 'POST'),
    },
  } as never)
}

export function addOrgFactorRoutes(on: On): void {
  const root = '/api/v1/org/factors/:factor'
  on('org.factors.get', `GET ${root}`, (ask) => factor(ask, ask.param('factor')))
  on('org.factors.activate', `POST ${root}/lifecycle/activate`, (ask) => factor(ask, ask.param('factor'), 'ACTIVE'))
  on('org.factors.deactivate', `POST ${root}/lifecycle/deactivate`, (ask) =>
    factor(ask, ask.param('factor'), 'INACTIVE'),
  )
}
