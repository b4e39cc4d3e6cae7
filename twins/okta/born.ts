import type { Json } from '../trace.ts'
import { furnishMembers, setMember } from './memberships.ts'
import { DEVICE_GRANT } from './oauth/devices.ts'
import { type Org, text } from './org.ts'
import { placeRow } from './placed.ts'
import { blankApp } from './routes/app-shape.ts'
import { putGroup } from './routes/groups.ts'
import { isRow, type Row } from './store.ts'
import { FIRST_THEME } from './tables/customization.ts'
import { DISCOVERY_RULE, PASSWORD_RULE, PASSWORD_SETTINGS, SIGN_ON_RULE } from './tables/policies.ts'
import { furnish, signing } from './tables/servers.ts'
import { EXPRESSIONS } from './wire.ts'

/** What every org has from its first day, and what the seed says was there besides. */
export function furnishOrg(org: Org): void {
  const { seed, store } = org
  const now = org.now()
  const types = seed.rows?.['meta/types/user'] ?? []
  for (const row of types) placeRow(org, 'meta/types/user', row)
  const type = firstOr(
    org,
    'meta/types/user',
    (row) => row.default === true,
    () =>
      store.put('meta/types/user', {
        id: org.id('oty'),
        displayName: 'User',
        name: 'user',
        description: 'Okta user profile template with default permission settings',
        createdBy: org.ids.admin,
        lastUpdatedBy: org.ids.admin,
        created: now,
        lastUpdated: now,
        default: true,
      }),
  )
  store.put('~org', { id: 'born', type: type.id })
  const own = `/api/v1/meta/schemas/user/${text(type.id).replace(/^oty/, 'osc')}`
  for (const [path, body] of Object.entries(seed.documents ?? {}))
    store.put('~documents', { ...body, _key: path === own ? own.replace(/osc\w+$/, 'default') : path })
  // Shorter paths first: what stands below a thing comes after it.
  const before = Object.entries(seed.rows ?? {}).sort(([a], [b]) => a.split('/').length - b.split('/').length)
  for (const [collection, rows] of before) for (const row of rows) placeRow(org, collection, row)
  const everyone = firstOr(
    org,
    'groups',
    (row) => row.type === 'BUILT_IN' && isRow(row.profile) && row.profile.name === 'Everyone',
    () =>
      putGroup(org, {
        id: org.id('00g'),
        created: now,
        lastUpdated: now,
        lastMembershipUpdated: now,
        objectClass: ['okta:user_group'],
        type: 'BUILT_IN',
        profile: { name: 'Everyone', description: 'All users in your organization' },
      }),
  )
  store.put('~org', { id: 'born', everyone: everyone.id, type: type.id })
  defaultPolicies(org, now)
  systemPolicies(org, now)
  brand(org)
  defaultServer(org, now)
  people(org, now)
  clients(org, now)
  hooks(org, now)
  furnishMembers(org)
}

function firstOr(org: Org, collection: string, test: (row: Row) => boolean, make: () => Row): Row {
  return org.store.rows(collection).find(test) ?? make()
}

function defaultPolicies(org: Org, now: string): void {
  const base = { status: 'ACTIVE', priority: 1, system: true, conditions: null, created: now, lastUpdated: now }
  const { access_policy, enrollment_policy } = org.ids
  if (org.store.get('policies', access_policy) === undefined) {
    org.store.put('policies', {
      ...base,
      id: access_policy,
      name: 'Any two factors',
      description: 'Require two factors to access.',
      type: 'ACCESS_POLICY',
    })
    org.store.put(`policies/${access_policy}/rules`, {
      id: org.id('rul'),
      status: 'ACTIVE',
      name: 'Catch-all Rule',
      priority: 99,
      created: now,
      lastUpdated: now,
      system: true,
      conditions: null,
      actions: {
        appSignOn: {
          access: 'ALLOW',
          verificationMethod: { factorMode: '2FA', type: 'ASSURANCE', reauthenticateIn: 'PT12H' },
          keepMeSignedIn: { postAuth: 'NOT_ALLOWED' },
        },
      },
      type: 'ACCESS_POLICY',
    })
  }
  if (org.store.get('policies', enrollment_policy) === undefined)
    org.store.put('policies', {
      ...base,
      id: enrollment_policy,
      name: 'Default Policy',
      description: 'Default policy for profile enrollment',
      type: 'PROFILE_ENROLLMENT',
    })
}

const APPLIES = 'The default policy applies in all situations if no other policy applies.'
/** Policies that every org has, with the rule that holds where no other does. */
const SYSTEM: readonly (readonly [type: string, name: string, description: string, rule: Row])[] = [
  ['PASSWORD', 'Default Policy', APPLIES, PASSWORD_RULE],
  ['OKTA_SIGN_ON', 'Default Policy', APPLIES, SIGN_ON_RULE],
  ['MFA_ENROLL', 'Default Policy', APPLIES, { type: 'MFA_ENROLL', actions: { enroll: { self: 'CHALLENGE' } } }],
  ['IDP_DISCOVERY', 'Idp Discovery Policy', 'The default IdP Discovery Policy', DISCOVERY_RULE],
]

function systemPolicies(org: Org, now: string): void {
  const there = new Set(org.store.rows('policies').flatMap((row) => (row.system === true ? [row.type] : [])))
  for (const [type, name, description, rule] of SYSTEM) {
    if (there.has(type)) continue
    const base = { status: 'ACTIVE', priority: 1, system: true, created: now, lastUpdated: now }
    const policy = org.store.put('policies', {
      ...base,
      id: org.id('00p'),
      name,
      description,
      type,
      conditions: null,
      ...(type === 'PASSWORD' ? { settings: PASSWORD_SETTINGS as Json } : {}),
    })
    org.store.put(`policies/${text(policy.id)}/rules`, {
      ...base,
      id: org.id('0pr'),
      name: 'Default Rule',
      conditions: null,
      ...rule,
    })
  }
}

function brand(org: Org): void {
  if (org.store.has('brands')) return
  const row = org.store.put('brands', {
    id: org.id('bnd'),
    name: org.seed.org ?? 'acme',
    removePoweredByOkta: false,
    customPrivacyPolicyUrl: null,
    agreeToCustomPrivacyPolicy: false,
    isDefault: true,
    locale: 'en',
    defaultApp: { appInstanceId: null, appLinkName: null, classicApplicationUri: null },
  })
  org.store.put(`brands/${text(row.id)}/themes`, { id: org.id('the'), ...FIRST_THEME })
}

function defaultServer(org: Org, now: string): void {
  if (org.store.get('authorizationServers', 'default') !== undefined) return
  org.store.put('authorizationServers', {
    id: 'default',
    name: 'default',
    description: 'Default Authorization Server for your Applications',
    audiences: ['api://default'],
    issuer: `${org.home}/oauth2/default`,
    issuerMode: 'ORG_URL',
    status: 'ACTIVE',
    created: now,
    lastUpdated: now,
    credentials: signing(org, 'AUTO') as Json,
    default: true,
  })
  furnish(org, 'default')
  const root = 'authorizationServers/default/policies'
  const base = { status: 'ACTIVE', priority: 1, system: false, created: now, lastUpdated: now }
  const policy = org.store.put(root, {
    ...base,
    id: org.id('00p'),
    name: 'Default Policy',
    description: 'Default policy for the default authorization server.',
    conditions: { clients: { include: ['ALL_CLIENTS'] } },
    type: 'OAUTH_AUTHORIZATION_POLICY',
  })
  org.store.put(`${root}/${text(policy.id)}/rules`, {
    ...base,
    id: org.id('0pr'),
    name: 'Default Policy Rule',
    conditions: {
      people: { users: { include: [], exclude: [] }, groups: { include: ['EVERYONE'] } },
      grantTypes: {
        include: ['implicit', 'client_credentials', 'password', 'authorization_code', DEVICE_GRANT],
      },
      scopes: { include: ['*'] },
    },
    actions: {
      token: { accessTokenLifetimeMinutes: 60, refreshTokenLifetimeMinutes: 0, refreshTokenWindowMinutes: 10080 },
    },
    type: 'RESOURCE_ACCESS',
  })
}

/** Apps of the seed that sign people in, open to everyone. */
function clients(org: Org, now: string): void {
  for (const client of org.seed.clients ?? []) {
    const { id, secret, label = id, auth_method = secret === undefined ? 'none' : 'client_secret_basic' } = client
    org.store.put('apps', {
      ...blankApp(org, id, 'oidc_client', 'OPENID_CONNECT'),
      label,
      status: 'ACTIVE',
      created: now,
      lastUpdated: now,
      credentials: {
        userNameTemplate: { template: EXPRESSIONS.login, type: 'BUILT_IN' },
        signing: {},
        oauthClient: {
          autoKeyRotation: true,
          client_id: id,
          ...(secret === undefined ? {} : { client_secret: secret }),
          token_endpoint_auth_method: auth_method,
          pkce_required: auth_method === 'none',
        },
      },
      settings: {
        app: {},
        oauthClient: {
          redirect_uris: client.redirect_uris ?? [],
          post_logout_redirect_uris: client.post_logout_redirect_uris ?? [],
          response_types: ['code'],
          grant_types: client.grant_types ?? ['authorization_code', 'refresh_token'],
          application_type: auth_method === 'none' ? 'browser' : 'web',
          refresh_token: { rotation_type: 'ROTATE', leeway: 0 },
          ...(client.jwks === undefined ? {} : { jwks: { keys: client.jwks } }),
        },
      },
    })
    const everyone = text(org.store.get('~org', 'born')?.everyone)
    org.store.put(`apps/${id}/groups`, { id: everyone, lastUpdated: now, priority: 0, profile: {} })
    org.store.put(`groups/${everyone}/apps`, { id })
  }
}

function people(org: Org, now: string): void {
  const { seed, store, ids } = org
  const base = {
    created: now,
    statusChanged: now,
    lastLogin: null,
    lastUpdated: now,
    type: { id: store.get('~org', 'born')?.type ?? '' },
    _failures: 0,
  }
  const provider = { type: 'OKTA', name: 'OKTA' }
  const everyone = text(store.get('~org', 'born')?.everyone)
  const named = new Map<string, string>()
  for (const group of seed.groups ?? []) {
    const id = group.id ?? org.id('00g')
    named.set(group.name, id)
    putGroup(org, {
      id,
      created: now,
      lastUpdated: now,
      lastMembershipUpdated: now,
      objectClass: ['okta:user_group'],
      type: 'OKTA_GROUP',
      profile: { name: group.name, description: group.description ?? null },
    })
  }
  if (store.get('users', ids.admin) === undefined) {
    const login = `admin@${seed.org ?? 'acme'}.example`
    store.put('users', {
      ...base,
      id: ids.admin,
      status: 'ACTIVE',
      activated: now,
      passwordChanged: now,
      profile: { firstName: 'Org', lastName: 'Admin', mobilePhone: null, secondEmail: null, login, email: login },
      credentials: { password: {}, provider },
    })
    setMember(org, everyone, ids.admin, true)
  }
  for (const user of seed.users ?? []) {
    const status = user.status ?? (user.password === undefined ? 'PROVISIONED' : 'ACTIVE')
    const { login, first_name = 'Test', last_name = 'User', email = login } = user
    const row = store.put('users', {
      ...base,
      id: user.id ?? org.id('00u'),
      status,
      activated: status === 'STAGED' ? null : now,
      passwordChanged: user.password === undefined ? null : now,
      profile: {
        firstName: first_name,
        lastName: last_name,
        mobilePhone: null,
        secondEmail: null,
        login,
        email,
        ...user.profile,
      },
      credentials: { ...(user.password === undefined ? {} : { password: {} }), provider },
      ...(user.password === undefined ? {} : { _password: user.password }),
    })
    setMember(org, everyone, text(row.id), true)
    for (const name of user.groups ?? []) {
      const id = named.get(name)
      if (id === undefined)
        throw new Error(`okta: expected a group "${name}" in the seed, got none. Name it under "groups".`)
      setMember(org, id, text(row.id), true)
    }
  }
}

function hooks(org: Org, now: string): void {
  for (const [at, { url, events, header }] of (org.seed.event_hooks ?? []).entries())
    org.store.put('eventHooks', {
      id: org.id('who'),
      status: 'ACTIVE',
      verificationStatus: 'VERIFIED',
      name: `hook ${at + 1}`,
      description: null,
      created: now,
      createdBy: org.ids.admin,
      lastUpdated: now,
      events: { type: 'EVENT_TYPE', items: events, filter: null },
      channel: {
        type: 'HTTP',
        version: '1.0.0',
        config: {
          uri: url,
          headers: [],
          method: 'POST',
          ...(header === undefined ? {} : { authScheme: { type: 'HEADER', key: header.key } }),
        },
      },
      ...(header === undefined ? {} : { _secret: header.value }),
    })
}
