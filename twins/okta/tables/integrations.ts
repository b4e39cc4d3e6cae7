import type { Json } from '../../trace.ts'
import { PUBLIC_JWKS } from '../keys.ts'
import { type Org, rowOf, text } from '../org.ts'
import { hinted, type Links, type Resource } from '../resource.ts'
import type { Row } from '../store.ts'
import { invalid, notFound, without } from '../wire.ts'

const BLANK = 'The field cannot be left blank'
const uuid = (org: Org): string => {
  const hex = org.world.draw('uuid').text(32, '0123456789abcdef')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** The public half of a key that hooks are signed with. */
const publicKey = (kid: string): Json => {
  const { n = '', e = '' } = PUBLIC_JWKS[0] ?? {}
  return { kty: 'RSA', alg: 'RSA', kid, use: null, e, n }
}

const keyLinks = (row: Row, url: string): Links =>
  row.status === 'ACTIVE'
    ? { deactivate: hinted(`${url}/lifecycle/deactivate`, 'POST') }
    : { activate: hinted(`${url}/lifecycle/activate`, 'POST'), delete: hinted(url, 'DELETE') }

const SMS_TYPES = ['SMS_VERIFY_CODE']

/** What others are let in with, and what Okta sends through: keys, tokens, messages, integrations. */
export const INTEGRATIONS: readonly Resource[] = [
  {
    name: 'hook_keys',
    path: 'hook-keys',
    kind: 'HookKey',
    prefix: 'HKY',
    verbs: ['create', 'list', 'get', 'replace', 'delete'],
    required: { name: BLANK },
    keeps: ['keyId', 'isUsed', '_embedded'],
    shape(row, { org }, before) {
      const keyId = text(before?.keyId) || uuid(org)
      return { ...row, keyId, isUsed: before?.isUsed ?? false, _embedded: before?._embedded ?? publicKey(keyId) }
    },
    listed: { without: ['_embedded'] },
    replaced: (row) => without(row, '_embedded'),
  },
  {
    name: 'push_providers',
    path: 'push-providers',
    kind: 'PushProvider',
    prefix: 'ppc',
    verbs: ['create', 'list', 'get', 'replace', 'delete'],
    times: 'none',
    required: { name: BLANK, providerType: BLANK },
    keeps: ['providerType'],
    listed: { by: ['type'] },
    shape(row, { org }, before) {
      const { serviceAccountJson, tokenSigningKey, ...configuration } = {
        ...rowOf(before?.configuration),
        ...rowOf(row.configuration),
      }
      const account = rowOf(serviceAccountJson)
      const shown = account.project_id === undefined ? {} : { projectId: account.project_id }
      return {
        ...row,
        lastUpdatedDate: org.now(),
        configuration: { ...configuration, ...shown } as Json,
        _secret: tokenSigningKey ?? serviceAccountJson ?? before?._secret ?? null,
      }
    },
    links: (_, url) => ({ self: hinted(url, 'GET', 'PUT', 'DELETE') }),
  },
  {
    name: 'templates.sms',
    path: 'templates/sms',
    kind: 'SmsTemplate',
    prefix: 'cst',
    verbs: ['create', 'list', 'get', 'replace', 'update', 'delete'],
    required: { name: BLANK, type: BLANK, template: BLANK },
    shape(row) {
      if (!SMS_TYPES.includes(text(row.type))) throw invalid('type', 'type: The field has an invalid value')
      return row
    },
  },
  {
    name: 'api_services',
    root: '',
    path: 'integrations/api/v1/api-services',
    kind: 'OAuth2Client',
    prefix: '0oa',
    verbs: ['create', 'list', 'get', 'delete'],
    created: 201,
    times: 'none',
    required: { type: BLANK, grantedScopes: BLANK },
    shape: (row, { org }) => ({
      properties: {},
      configGuideUrl: `https://developer.okta.com/docs/guides/${text(row.type)}/`,
      ...row,
      name: row.name ?? row.type,
      createdAt: org.now(),
      createdBy: org.ids.admin,
    }),
    firstShown: ({ org }) => ({ clientSecret: org.world.id('', 64) }),
    links: (row, url, { base }) => ({
      self: hinted(url, 'GET', 'DELETE'),
      client: hinted(`${base}/oauth2/v1/clients/${text(row.id)}`, 'GET'),
      logo: { name: 'medium', href: 'https://ok14static.oktacdn.com/assets/img/logos/default.png' },
    }),
  },
  {
    name: 'api_tokens',
    path: 'api-tokens',
    kind: 'Token',
    prefix: '00T',
    verbs: ['list', 'get', 'replace'],
    keeps: ['userId', 'tokenWindow', 'expiresAt', 'clientName', 'name', '_link'],
  },
  {
    name: 'apps.jwks',
    path: 'apps/:appId/credentials/jwks',
    kind: 'OAuth2ClientJsonWebKey',
    prefix: 'pks',
    verbs: ['create', 'list', 'get', 'delete', 'activate', 'deactivate'],
    created: 201,
    status: 'as asked',
    inactiveFirst: true,
    parents: { appId: ['apps', 'AppInstance'] },
    required: { kty: BLANK },
    listed: { as: 'keys' },
    links: keyLinks,
  },
  {
    name: 'authorization_servers.resource_keys',
    path: 'authorizationServers/:serverId/resourceservercredentials/keys',
    kind: 'OAuth2ResourceServerJsonWebKey',
    prefix: 'apk',
    verbs: ['create', 'list', 'get', 'delete', 'activate', 'deactivate'],
    created: 201,
    status: 'as asked',
    inactiveFirst: true,
    parents: { serverId: ['authorizationServers', 'AuthorizationServer'] },
    required: { kty: BLANK },
    links: keyLinks,
  },
  {
    name: 'features',
    path: 'features',
    kind: 'Feature',
    prefix: 'ftr',
    verbs: ['list', 'get'],
    times: 'none',
  },
  {
    name: 'agent_pools',
    path: 'agentPools',
    kind: 'AgentPool',
    prefix: '0oa',
    verbs: ['list'],
    times: 'none',
  },
  {
    name: 'devices',
    path: 'devices',
    kind: 'UDDevice',
    prefix: 'guo',
    verbs: ['list', 'get', 'delete'],
    inactiveFirst: true,
    listed: { limit: 200 },
  },
]

/** A key by the name under which hooks send it. */
export function hookKeyOf(org: Org, keyId: string): Json {
  const key = org.store.rows('hook-keys').find((row) => row.keyId === keyId)
  if (key === undefined) throw notFound(keyId, 'HookKey')
  return key._embedded ?? null
}
