import { createHash, X509Certificate } from 'node:crypto'
import type { Json } from '../../trace.ts'
import { rowOf, text } from '../org.ts'
import { hinted, lifecycleLinks, type Resource } from '../resource.ts'
import type { Row } from '../store.ts'
import { invalid, iso, merged, without } from '../wire.ts'

const CRUD = ['create', 'list', 'get', 'replace', 'delete'] as const
const SWITCH = ['activate', 'deactivate'] as const
const methodLinks = (row: Row, url: string) => {
  const other = row.status === 'ACTIVE' ? 'deactivate' : 'activate'
  return { self: { href: url, method: 'GET' }, [other]: { href: `${url}/lifecycle/${other}`, method: 'POST' } }
}
const relLinks = (_: Row, url: string) => ({ self: { rel: 'self', href: url, method: 'GET' } })
const hookLinks = (row: Row, url: string, middle: 'verify' | 'execute') => ({
  self: { href: url },
  ...(row.status === 'ACTIVE'
    ? {
        [middle]: hinted(middle === 'verify' ? `${url}/lifecycle/verify` : `${url}/execute`, 'POST'),
        deactivate: hinted(`${url}/lifecycle/deactivate`, 'POST'),
      }
    : {
        activate: hinted(`${url}/lifecycle/activate`, 'POST'),
        delete: hinted(url, 'DELETE'),
      }),
})
const channel = { channel: { type: 'HTTP', version: '1.0.0', config: { headers: [], method: 'POST' } } }

/** What stands before a session: zones, origins, behaviors, devices, hooks and streams. */
export const SECURITY: readonly Resource[] = [
  {
    name: 'zones',
    path: 'zones',
    kind: 'NetworkZone',
    prefix: 'nzo',
    verbs: [...CRUD, ...SWITCH],
    status: 'as asked',
    required: { name: 'The field cannot be left blank', type: 'The field cannot be left blank' },
    defaults: (_, body) => ({
      usage: 'POLICY',
      system: false,
      ...(body.type === 'IP' ? { gateways: null, proxies: null } : {}),
      ...(body.type === 'DYNAMIC' ? { locations: null, proxyType: null } : {}),
      ...(body.type === 'DYNAMIC_V2'
        ? Object.fromEntries(V2.map((field) => [field, { include: [], exclude: [] }]))
        : {}),
    }),
    shape: (row) => (row.locations === undefined ? row : { ...row, locations: places(row.locations) }),
    links: (row, url) => lifecycleLinks(row, url),
  },
  {
    name: 'trusted_origins',
    path: 'trustedOrigins',
    kind: 'TrustedOrigin',
    prefix: 'tos',
    verbs: [...CRUD, ...SWITCH],
    status: 'as asked',
    required: { name: 'The field cannot be left blank', origin: 'The field cannot be left blank' },
    shape: (row, { org }, before) => ({
      ...row,
      createdBy: before?.createdBy ?? org.ids.admin,
      lastUpdatedBy: org.ids.admin,
    }),
    links: (row, url) => lifecycleLinks(row, url),
  },
  {
    name: 'behaviors',
    path: 'behaviors',
    kind: 'BehaviorSettings',
    prefix: 'bhv',
    verbs: [...CRUD, ...SWITCH],
    // Whatever is asked for, a new rule is active; replacing one leaves its status.
    status: 'ACTIVE',
    times: 'sql',
    required: { name: 'The field cannot be left blank', type: 'The field cannot be left blank' },
    links: (row, url) => lifecycleLinks(row, url),
  },
  {
    name: 'captchas',
    path: 'captchas',
    kind: 'Captcha',
    prefix: 'cap',
    verbs: [...CRUD, 'update'],
    created: 201,
    times: 'none',
    hidden: ['secretKey'],
    required: { name: 'The field cannot be left blank' },
    links: (_, url) => ({ self: hinted(url, 'GET', 'POST', 'PUT', 'DELETE') }),
  },
  {
    name: 'device_assurances',
    path: 'device-assurances',
    kind: 'DeviceAssuranceEntity',
    prefix: 'dae',
    verbs: CRUD,
    times: 'createdDate',
    defaults: { displayRemediationMode: 'HIDE' },
    replaced: (row) => without(row, 'createdDate', 'createdBy'),
    required: { name: 'The field cannot be left blank', platform: 'The field cannot be left blank' },
    shape: (row) => ({
      ...row,
      resourceType: 'DeviceAssurancePolicyEntity',
      resourceDisplayName: { value: row.name ?? '', sensitive: false },
      resourceId: row.id,
    }),
    links: (_, url) => ({ self: hinted(url, 'GET', 'PUT', 'DELETE') }),
  },
  {
    name: 'log_streams',
    path: 'logStreams',
    kind: 'AppInstance',
    prefix: '0oa',
    verbs: [...CRUD, ...SWITCH],
    status: 'ACTIVE',
    switched: 'no body',
    hidden: ['settings.token'],
    required: { name: 'The field cannot be left blank', type: 'The field cannot be left blank' },
    links: methodLinks,
  },
  {
    name: 'inline_hooks',
    keeps: ['type'],
    path: 'inlineHooks',
    kind: 'Callback',
    prefix: 'cal',
    verbs: ['create', 'list', 'get', 'replace', 'update', 'delete', ...SWITCH],
    status: 'as asked',
    inactiveFirst: true,
    hidden: ['channel.config.authScheme.value', 'channel.config.clientSecret'],
    defaults: (_, body) =>
      rowOf(body.channel).type === 'OAUTH'
        ? { channel: { version: '1.0.0', config: { headers: [], method: 'POST', authScheme: null } } }
        : channel,
    required: { name: 'The field cannot be left blank', type: 'The field cannot be left blank' },
    listed: { by: ['type'] },
    links: (row, url) => hookLinks(row, url, 'execute'),
  },
  {
    name: 'event_hooks',
    path: 'eventHooks',
    kind: 'EventHook',
    prefix: 'who',
    verbs: [...CRUD, ...SWITCH],
    status: 'as asked',
    inactiveFirst: true,
    hidden: ['channel.config.authScheme.value'],
    defaults: { description: null, events: { filter: null }, ...channel },
    required: {
      name: 'The field cannot be left blank',
      channel: 'The field cannot be left blank',
      events: 'The field cannot be left blank',
    },
    shape: (row, { org }, before) => ({
      ...row,
      // A hook proves itself again when it moves.
      verificationStatus:
        before !== undefined && uriOf(before) === uriOf(row) ? before.verificationStatus : 'UNVERIFIED',
      createdBy: before?.createdBy ?? org.ids.admin,
    }),
    links: (row, url) => hookLinks(row, url, 'verify'),
  },
  {
    name: 'realms',
    path: 'realms',
    kind: 'Realm',
    required: { profile: 'The field cannot be left blank' },
    prefix: 'guo',
    verbs: CRUD,
    shape: (row, _, before) => {
      const profile = rowOf(row.profile)
      if (text(profile.name) === '') throw invalid('name', 'name: The field cannot be left blank')
      return { ...row, profile: { domains: [], ...profile } as Json, isDefault: before?.isDefault ?? false }
    },
    listed: { show: (row) => ({ ...row, profile: without(rowOf(row.profile), 'domains') as Json }) },
    links: relLinks,
  },
  {
    name: 'realm_assignments',
    path: 'realm-assignments',
    kind: 'RealmAssignment',
    prefix: 'rul',
    verbs: [...CRUD, ...SWITCH],
    status: 'INACTIVE',
    switched: 'nothing',
    defaults: { isDefault: false, priority: 0 },
    links: relLinks,
  },
  {
    name: 'security_events_providers',
    path: 'security-events-providers',
    kind: 'SecurityEventsProvider',
    prefix: 'sse',
    verbs: [...CRUD, ...SWITCH],
    status: 'ACTIVE',
    times: 'none',
    links: (row, url) => lifecycleLinks(row, url),
  },
  {
    name: 'principal_rate_limits',
    path: 'principal-rate-limits',
    kind: 'PrincipalRateLimit',
    prefix: 'prl',
    verbs: ['create', 'list', 'get', 'replace'],
    created: 201,
    times: 'createdDate',
    defaults: ({ org }) => ({ orgId: org.ids.org, defaultPercentage: 50, defaultConcurrencyPercentage: 50 }),
    shape(row, { org }, before) {
      const same = org.store
        .rows('principal-rate-limits')
        .some((one) => one.principalId === row.principalId && one.id !== row.id)
      if (before === undefined && same) throw invalid('principalRateLimitMediated')
      return row
    },
  },
  {
    name: 'authenticators',
    offOnce: 'api.authenticator.error.unsupported.active.deactivate',
    path: 'authenticators',
    kind: 'Authenticator',
    prefix: 'aut',
    verbs: ['list', 'get', 'replace', ...SWITCH],
    status: 'as asked',
    links: (row, url, { base }) => ({
      ...lifecycleLinks(row, url, ['GET', 'PUT']),
      methods: hinted(`${url}/methods`, 'GET'),
      ...(row.key === 'custom_app' ? { enroll: hinted(`${base}/idp/authenticators`, 'POST') } : {}),
    }),
    shape(asked, _, before) {
      const row = without(asked, 'agreeToTerms')
      const app = text(rowOf(row.settings).appInstanceId)
      const settings = app === '' ? {} : { settings: { ...rowOf(row.settings), oauthClientId: app } }
      return merged(before === undefined ? {} : without(before, '_links'), { ...row, ...settings })
    },
  },
  {
    name: 'identity_providers.keys',
    path: 'idps/credentials/keys',
    kind: 'IdpKeyCredential',
    prefix: '',
    verbs: ['create', 'list', 'get', 'delete'],
    shape(row, { org }) {
      if (!Array.isArray(row.x5c)) throw invalid('x5c', 'x5c: The field cannot be left blank')
      const kid = hexId(org.world.draw('kid').text(32, '0123456789abcdef'))
      return {
        ...without(row, 'id'),
        _key: kid,
        kid,
        kty: 'RSA',
        alg: 'RSA',
        use: 'sig',
        ...certified(String(row.x5c[0])),
      }
    },
  },
]

const V2 = ['locations', 'ipServiceCategories', 'asns']
/** Every place names its region, if only as none; places with a region come first. */
function places(value: Json): Json {
  if (Array.isArray(value)) {
    const all = (value as readonly Json[]).map((place) => ({ region: null, ...rowOf(place) }))
    return [...all.filter(({ region }) => region !== null), ...all.filter(({ region }) => region === null)] as Json
  }
  return value === null || typeof value !== 'object'
    ? value
    : (Object.fromEntries(Object.entries(value).map(([side, list]) => [side, places(list ?? null)])) as Json)
}

/** What a certificate says of itself. */
function certified(x5c: string): Row {
  const der = Buffer.from(x5c, 'base64')
  try {
    const certificate = new X509Certificate(der)
    const { n = '', e = '' } = certificate.publicKey.export({ format: 'jwk' })
    return {
      expiresAt: iso(Date.parse(certificate.validTo)),
      e,
      n,
      'x5t#S256': createHash('sha256').update(der).digest('base64url'),
    }
  } catch {
    throw invalid('x5c', 'x5c: The certificate is invalid.')
  }
}

const uriOf = (hook: Row): Json | undefined => rowOf(rowOf(hook.channel).config).uri
const hexId = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
