import type { Json } from '../../trace.ts'
import { signingKey } from '../keys.ts'
import { type Org, text } from '../org.ts'
import { hinted, lifecycleLinks, type Resource } from '../resource.ts'
import { QUARTER_MS } from '../rotation.ts'
import type { Row } from '../store.ts'
import { invalid, iso, merged } from '../wire.ts'

const BLANK = 'The field cannot be left blank'

/** Claims that a new server has. Assumed: as on https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/, unconfirmed. */
const PROFILE =
  'name family_name given_name middle_name nickname preferred_username profile picture website gender birthdate zoneinfo locale updated_at'.split(
    ' ',
  )
const SYSTEM_CLAIMS: readonly (readonly [claim: string, scope: string])[] = [
  ...PROFILE.map((claim) => [claim, 'profile'] as const),
  ['email', 'email'],
  ['email_verified', 'email'],
  ['address', 'address'],
  ['phone_number', 'phone'],
]
const SYSTEM_SCOPES: readonly (readonly [name: string, title: string, consent: string, description: string])[] = [
  ['openid', 'openid', 'IMPLICIT', 'Signals that a request is an OpenID request.'],
  [
    'profile',
    'View your profile information.',
    'IMPLICIT',
    'The exact data varies based on what profile information you have provided, such as: name, time zone, picture, or birthday.',
  ],
  ['email', 'View your email address.', 'IMPLICIT', 'This allows the app to view your email address.'],
  [
    'address',
    'View your address.',
    'IMPLICIT',
    'This allows the app to view your address, such as: street address, city, state, and zip code.',
  ],
  ['phone', 'View your phone number.', 'IMPLICIT', 'This allows the app to view your phone number.'],
  [
    'offline_access',
    'Keep you signed in to the app.',
    'REQUIRED',
    'This keeps you signed in to the app, even when you are not using it.',
  ],
  ['device_sso', 'Use the device to sign in.', 'REQUIRED', 'This allows the app to use the device to sign in.'],
]

/** What comes with an authorization server by itself. */
export function furnish(org: Org, id: string): void {
  for (const [name, scope] of SYSTEM_CLAIMS)
    org.store.put(`authorizationServers/${id}/claims`, {
      id: org.id('ocl'),
      name,
      status: 'ACTIVE',
      claimType: 'IDENTITY',
      valueType: 'SYSTEM',
      conditions: { scopes: [scope] },
      system: true,
      alwaysIncludeInToken: false,
      apiResourceId: null,
    })
  for (const [name, displayName, consent, description] of SYSTEM_SCOPES)
    org.store.put(`authorizationServers/${id}/scopes`, {
      id: org.id('scp'),
      name,
      displayName,
      description,
      system: true,
      metadataPublish: 'ALL_CLIENTS',
      consent,
      optional: false,
      apiResourceId: null,
      default: false,
    })
}

export function signing(org: Org, mode: Json | undefined): Row {
  const now = org.world.clock.now()
  return {
    signing: {
      kid: signingKey(0).kid,
      rotationMode: mode ?? 'AUTO',
      lastRotated: iso(now),
      ...(mode === 'MANUAL' ? {} : { nextRotation: iso(now + QUARTER_MS) }),
    },
  }
}

const serverParent = { serverId: ['authorizationServers', 'AuthorizationServer'] } as const

/** Custom authorization servers, their scopes and claims. */
export const SERVERS: readonly Resource[] = [
  {
    name: 'authorization_servers',
    path: 'authorizationServers',
    kind: 'AuthorizationServer',
    prefix: 'aus',
    verbs: ['create', 'list', 'get', 'replace', 'delete', 'activate', 'deactivate'],
    created: 201,
    switched: 'nothing',
    status: 'ACTIVE',
    required: { name: BLANK },
    keeps: ['issuer', 'default'],
    defaults: { description: null, issuerMode: 'DYNAMIC' },
    shape(row, { org, base }, before) {
      if (!Array.isArray(row.audiences) || row.audiences.length !== 1)
        throw invalid('audiences', 'audiences: Exactly one audience must be specified.')
      // Whatever is asked for, a new server rotates its keys by itself; a replacement can change that.
      const asked = before === undefined || row.credentials === undefined ? undefined : signingOf(row).rotationMode
      const credentials =
        before === undefined || (asked !== undefined && asked !== signingOf(before).rotationMode)
          ? (signing(org, asked) as Json)
          : before.credentials
      return {
        ...row,
        issuer: row.issuer ?? `${base}/oauth2/${text(row.id)}`,
        credentials,
        default: row.default ?? false,
      }
    },
    listed: { q: 'name' },
    links: (row, url, { base }) => ({
      ...lifecycleLinks(row, url),
      rotateKey: hinted(`${url}/credentials/lifecycle/keyRotate`, 'POST'),
      metadata: ['oauth-authorization-server', 'openid-configuration'].map((name) => ({
        name,
        href: `${base}/oauth2/${text(row.id)}/.well-known/${name}`,
        hints: { allow: ['GET'] },
      })),
      keys: hinted(`${url}/credentials/keys`, 'GET'),
      claims: hinted(`${url}/claims`, 'GET', 'POST'),
      policies: hinted(`${url}/policies`, 'GET', 'POST'),
      scopes: hinted(`${url}/scopes`, 'GET', 'POST'),
    }),
    onCreate: (row, { org }) => furnish(org, text(row.id)),
  },
  {
    name: 'authorization_servers.scopes',
    path: 'authorizationServers/:serverId/scopes',
    kind: 'OAuth2Scope',
    prefix: 'scp',
    verbs: ['create', 'list', 'get', 'replace', 'delete'],
    created: 201,
    times: 'none',
    parents: serverParent,
    required: { name: BLANK },
    defaults: (_, body) => ({
      displayName: body.name,
      description: body.name,
      system: false,
      metadataPublish: 'NO_CLIENTS',
      consent: 'IMPLICIT',
      optional: false,
      apiResourceId: null,
      default: false,
    }),
    shape: (row, _, before) => (before === undefined ? row : { ...row, default: row.default ?? false }),
    links: (_, url) => ({ self: hinted(url, 'GET', 'PUT', 'DELETE') }),
  },
  {
    name: 'authorization_servers.claims',
    path: 'authorizationServers/:serverId/claims',
    kind: 'OAuth2Claim',
    prefix: 'ocl',
    verbs: ['create', 'list', 'get', 'replace', 'delete'],
    created: 201,
    times: 'none',
    parents: serverParent,
    required: { name: BLANK },
    status: 'as asked',
    defaults: { system: false, alwaysIncludeInToken: false, apiResourceId: null, conditions: { scopes: [] } },
    shape: (row, _, before) => merged(row, { system: before?.system ?? false }),
    links: (_, url) => ({ self: hinted(url, 'GET', 'PUT', 'DELETE') }),
  },
]

const signingOf = (row: Row): Row => {
  const credentials = row.credentials as Row | undefined
  return (credentials?.signing ?? {}) as Row
}
