import type { Json } from '../../trace.ts'
import type { Ask } from '../ask.ts'
import { defaultUserType, rowOf, text } from '../org.ts'
import { hinted, lifecycleLinks, type Resource } from '../resource.ts'
import { settleResources } from '../routes/resource-sets.ts'
import type { Row } from '../store.ts'
import { invalid, merged } from '../wire.ts'

const BLANK = 'The field cannot be left blank'
const SOCIAL: Readonly<Record<string, readonly [authorize: string, token: string]>> = {
  GOOGLE: ['https://accounts.google.com/o/oauth2/auth', 'https://www.googleapis.com/oauth2/v3/token'],
  FACEBOOK: ['https://www.facebook.com/dialog/oauth', 'https://graph.facebook.com/v2.8/oauth/access_token'],
  APPLE: ['https://appleid.apple.com/auth/authorize', 'https://appleid.apple.com/auth/token'],
  LINKEDIN: ['https://www.linkedin.com/oauth/v2/authorization', 'https://www.linkedin.com/oauth/v2/accessToken'],
  MICROSOFT: [
    'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
    'https://login.microsoftonline.com/common/oauth2/v2.0/token',
  ],
}

const NAME_FORMAT = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'

/** Identity providers, administrators' roles, schemas' neighbours and mappings. */
export const OTHERS: readonly Resource[] = [
  {
    name: 'identity_providers',
    path: 'idps',
    kind: 'IdpAppInstance',
    prefix: '0oa',
    verbs: ['create', 'list', 'get', 'replace', 'delete', 'activate', 'deactivate'],
    status: 'as born',
    required: { name: BLANK, type: BLANK, protocol: BLANK },
    listed: { by: ['type'] },
    // Okta leaves the time of creation out of what a replacement answers.
    replaced: (row) => ({ ...row, created: null }),
    onCreate: mapProfile,
    onChange(row, { org }, verb) {
      if (verb !== 'delete') return
      for (const mapping of org.store.rows('mappings'))
        if (rowOf(mapping.source).id === row.id) org.store.remove('mappings', text(mapping.id))
    },
    defaults: {
      policy: {
        accountLink: { filter: null, action: 'AUTO' },
        subject: { filter: null, matchAttribute: null },
        maxClockSkew: 0,
        transformedUsernameMatchingEnabled: false,
      },
    },
    shape(row, { org }, before) {
      const protocol = rowOf(row.protocol)
      const credentials = rowOf(protocol.credentials)
      if (row.type === 'SAML2') {
        const old = rowOf(rowOf(rowOf(before?.protocol).credentials).trust)
        const audience =
          old.audience ??
          `https://www.okta.com/saml2/service-provider/${org.world.draw('sp').text(20, 'abcdefghijklmnopqrstuvwxyz')}`
        const settings = protocol.settings ?? { nameFormat: NAME_FORMAT, honorPersistentNameId: false }
        const trust = { audience, revocation: null, revocationCacheLifetime: 0, ...rowOf(credentials.trust) }
        const signing = {
          kid: text(rowOf(rowOf(rowOf(before?.protocol).credentials).signing).kid) || org.world.draw('kid').text(43),
        }
        const { issuerMode, ...shownRow } = row
        return merged(
          { ...shownRow, _issuerMode: issuerMode, policy: { trustClaims: false } },
          { protocol: { ...protocol, settings, credentials: { trust, signing } as Json } as Json, policy: row.policy },
        )
      }
      const { pkce_required, ...client } = rowOf(credentials.client)
      const known = SOCIAL[text(row.type)]
      const endpoints =
        known === undefined
          ? protocol.endpoints
          : {
              authorization: { url: known[0], binding: 'HTTP-REDIRECT' },
              token: { url: known[1], binding: 'HTTP-POST' },
            }
      const shownClient = { ...client, ...(typeof pkce_required === 'boolean' ? { pkce_required } : {}) }
      return {
        ...row,
        protocol: { ...protocol, endpoints, credentials: { ...credentials, client: shownClient } } as Json,
      }
    },
    links(row, url, { base }) {
      const { self: _, ...other } = lifecycleLinks(row, url)
      const keep = { ...other, users: hinted(`${url}/users`, 'GET') }
      if (row.type === 'SAML2')
        return {
          ...keep,
          metadata: { href: `${url}/metadata.xml`, type: 'application/xml', hints: { allow: ['GET'] } },
          acs: { href: `${base}/sso/saml2/${text(row.id)}`, type: 'application/xml', hints: { allow: ['POST'] } },
        }
      return {
        authorize: {
          href: `${base}/oauth2/v1/authorize?idp=${text(row.id)}&client_id={clientId}&response_type={responseType}&response_mode={responseMode}&scope={scopes}&redirect_uri={redirectUri}&state={state}&nonce={nonce}`,
          templated: true,
          hints: { allow: ['GET'] },
        },
        clientRedirectUri: hinted(`${base}/oauth2/v1/authorize/callback`, 'POST'),
      }
    },
  },
  {
    name: 'user_types',
    path: 'meta/types/user',
    kind: 'UserType',
    prefix: 'oty',
    verbs: ['create', 'list', 'get', 'replace', 'update', 'delete'],
    required: { name: BLANK, displayName: BLANK },
    defaults: { description: null, default: false },
    keeps: ['name'],
    nickname: (name, ask) => (name === 'default' ? defaultUserType(ask.org) : name),
    shape: (row, { org }, before) => ({
      ...row,
      createdBy: before?.createdBy ?? org.ids.admin,
      lastUpdatedBy: org.ids.admin,
      default: before?.default ?? row.default ?? false,
    }),
    links: (row, url, { base }) => ({
      schema: {
        rel: 'schema',
        href: `${base}/api/v1/meta/schemas/user/${text(row.id).replace(/^oty/, 'osc')}`,
        method: 'GET',
      },
      self: { rel: 'self', href: url, method: 'GET' },
    }),
  },
  {
    name: 'ui_schemas',
    deletedTwice: true,
    path: 'meta/uischemas',
    kind: 'UISchemaEntity',
    prefix: 'uis',
    verbs: ['create', 'list', 'get', 'replace', 'delete'],
    required: { uiSchema: BLANK },
    links: (_, url) => ({ self: hinted(url, 'GET', 'PUT', 'DELETE') }),
  },
  {
    name: 'profile_mappings',
    path: 'mappings',
    kind: 'ProfileMapping',
    prefix: 'prm',
    verbs: ['list', 'get', 'update'],
    times: 'none',
    listed: { without: ['properties'], by: ['sourceId', 'targetId'] },
    shape(row, _, before) {
      const fields = Object.keys(rowOf(before?.properties))
      for (const field of Object.keys(rowOf(row.properties)))
        if (before !== undefined && fields.length > 0 && !fields.includes(field))
          throw invalid('updateMapping', `Invalid target field ${field}`)
      return row
    },
    links: (_, url) => ({ self: { href: url } }),
  },
  {
    name: 'custom_roles',
    path: 'iam/roles',
    kind: 'CustomRole',
    prefix: 'cr0',
    verbs: ['create', 'get', 'replace', 'delete'],
    required: { label: 'Label must be specified' },
    alias: 'label',
    shape(row, ask, before) {
      const { permissions, ...role } = row
      if (before === undefined) {
        if (!Array.isArray(permissions) || permissions.length === 0)
          throw invalid('permissions', 'permissions: Permissions must be specified')
        for (const label of permissions as readonly string[]) grant(ask.org.store, text(role.id), label, ask.org.now())
      }
      return { isCloneable: false, ...role }
    },
    links: (row, _, { base, org }) => {
      // Administrators' resources live at a host of their own.
      const admin = org.home === base ? base.replace('.', '-admin.') : base
      return {
        permissions: { href: `${admin}/api/v1/iam/roles/${text(row.id)}/permissions` },
        self: { href: `${admin}/api/v1/iam/roles/${text(row.id)}` },
      }
    },
  },
  {
    name: 'resource_sets',
    path: 'iam/resource-sets',
    kind: 'IAMPolicy',
    prefix: 'iam',
    verbs: ['create', 'get', 'replace', 'delete'],
    required: { label: 'Label must be specified', description: 'Description must be specified' },
    hidden: ['resources'],
    alias: 'label',
    onCreate: settleResources,
    links: (_, url) => ({
      bindings: { href: `${url}/bindings` },
      self: { href: url },
      resources: { href: `${url}/resources` },
    }),
  },
  {
    name: 'apps.federated_claims',
    path: 'apps/:appId/federated-claims',
    kind: 'FederatedClaim',
    prefix: 'ofc',
    verbs: ['create', 'list', 'get', 'replace', 'delete'],
    created: 201,
    parents: { appId: ['apps', 'AppInstance'] },
    required: { name: BLANK, expression: BLANK },
  },
  {
    name: 'apps.group_push_mappings',
    path: 'apps/:appId/group-push/mappings',
    kind: 'GroupPushMapping',
    prefix: 'gPm',
    verbs: ['create', 'list', 'get', 'patch', 'delete'],
    deleted: 200,
    parents: { appId: ['apps', 'AppInstance'] },
    required: { sourceGroupId: BLANK },
    listed: { by: ['sourceGroupId', 'status'] },
    shape(row, { org }, before) {
      const { targetGroupName, ...mapping } = row
      const targetGroupId = mapping.targetGroupId ?? before?.targetGroupId ?? org.id('00g')
      return { status: 'ACTIVE', ...mapping, targetGroupId }
    },
    links: (row, _, { base, param }) => ({
      app: { href: `${base}/api/v1/apps/${param('appId')}` },
      sourceGroup: { href: `${base}/api/v1/groups/${text(row.sourceGroupId)}` },
      targetGroup: { href: `${base}/api/v1/groups/${text(row.targetGroupId)}` },
    }),
  },
]

const SAML_PROPERTIES: Row = Object.fromEntries(
  [['firstName'], ['lastName'], ['email'], ['mobilePhone'], ['login', 'userName']].map(([to = '', from = to]) => [
    to,
    { expression: `source.${from}`, pushStatus: 'DONT_PUSH' },
  ]),
)

/** A new identity provider has its users' fields mapped to those of each type of user. */
function mapProfile(row: Row, { org, base }: Ask): void {
  const name = row.type === 'SAML2' ? 'saml_idp' : row.type === 'OIDC' ? 'oidc_idp' : text(row.type).toLowerCase()
  const source = {
    id: row.id,
    name,
    type: 'appuser',
    _links: {
      self: { href: `${base}/api/v1/apps/${text(row.id)}` },
      schema: { href: `${base}/api/v1/meta/schemas/apps/${text(row.id)}/default` },
    },
  }
  for (const type of org.store.rows('meta/types/user')) {
    const id = text(type.id)
    const _links = {
      self: { href: `${base}/api/v1/meta/types/user/${id}` },
      schema: { href: `${base}/api/v1/meta/schemas/user/${id.replace(/^oty/, 'osc')}` },
    }
    org.store.put('mappings', {
      id: org.id('prm'),
      source,
      target: { id, name: text(type.name), type: 'user', _links },
      properties: SAML_PROPERTIES as Json,
    })
  }
}

type Puts = { put(collection: string, row: { readonly [field: string]: Json | undefined }): unknown }
export function grant(store: Puts, role: string, label: string, now: string): void {
  store.put(`iam/roles/${role}/permissions`, { _key: label, label, created: now, lastUpdated: now, conditions: null })
}
