import type { Json } from '../../trace.ts'
import type { Ask } from '../ask.ts'
import { rowOf, text } from '../org.ts'
import { hinted, type Links, lifecycleLinks, type Resource } from '../resource.ts'
import type { Row } from '../store.ts'
import { merged, without } from '../wire.ts'

const BLANK = 'The field cannot be left blank'
const ALL = ['create', 'list', 'get', 'replace', 'delete', 'activate', 'deactivate'] as const

function policyLinks(row: Row, url: string): Links {
  if (row.system === true) return { self: hinted(url, 'GET', 'PUT'), rules: hinted(`${url}/rules`, 'GET', 'POST') }
  return {
    mappings: hinted(`${url}/mappings`, 'GET', 'POST'),
    rules: hinted(`${url}/rules`, 'GET', 'POST'),
    ...lifecycleLinks(row, url),
  }
}
const ruleLinks = (row: Row, url: string): Links =>
  row.system === true ? { self: hinted(url, 'GET', 'PUT') } : lifecycleLinks(row, url)

/** The priority a new one gets: as asked, or behind those that are there (the catch-all at 99 does not count). */
const nextPriority = (rows: readonly Row[]): number =>
  1 + rows.filter((row) => row.system !== true).reduce((most, row) => Math.max(most, Number(row.priority ?? 0)), 0)

/** What the rule of a profile enrollment does where nothing was said. */
const ENROLLMENT: Row = { access: 'ALLOW', preRegistrationInlineHooks: null, targetGroupIds: null }

/** Actions with what was not said of them, each kind in its own way. */
function filledActions(row: Row): Row {
  const actions = rowOf(row.actions)
  switch (row.type) {
    case 'SIGN_ON':
      return merged({ signon: { access: 'ALLOW', requireFactor: false, primaryFactor: 'PASSWORD_IDP' } }, actions)
    case 'PROFILE_ENROLLMENT':
      return merged({ profileEnrollment: ENROLLMENT as Json }, actions)
    case 'IDP_DISCOVERY':
      return merged({ idp: { idpSelectionType: 'SPECIFIC' } }, actions)
    case 'ACCESS_POLICY':
      return merged(
        {
          appSignOn: {
            access: 'ALLOW',
            verificationMethod: verification(row),
            keepMeSignedIn: { postAuth: 'NOT_ALLOWED' },
          },
        },
        actions,
      )
    default:
      return actions
  }
}

const ANYWHERE: ReadonlySet<unknown> = new Set(['ACCESS_POLICY', 'PASSWORD', 'SIGN_ON', 'MFA_ENROLL'])

/** Rules fill in what was not said, each kind in its own way. */
function filledRule(row: Row): Row {
  const actions = filledActions(row) as Json
  // Who signs in is not known yet where the provider is looked for; an enrollment has one rule for all.
  if (row.type === 'IDP_DISCOVERY') return { ...row, actions }
  if (row.type === 'PROFILE_ENROLLMENT') return { ...row, conditions: row.conditions ?? null, actions }
  const conditions = rowOf(row.conditions)
  const people = rowOf(conditions.people)
  const isAccess = row.type === 'ACCESS_POLICY'
  const users: Row = { exclude: [], ...rowOf(people.users) }
  const filled: Row = {
    ...conditions,
    people: { ...people, users } as Json,
    ...(conditions.network === undefined && ANYWHERE.has(row.type) ? { network: { connection: 'ANYWHERE' } } : {}),
    ...(isAccess
      ? {
          riskScore: conditions.riskScore ?? { level: 'ANY' },
          userType: conditions.userType ?? { include: [], exclude: [] },
        }
      : {}),
  }
  return { ...row, conditions: filled as Json, actions }
}

const verification = (row: Row): Json => {
  const asked = rowOf(rowOf(rowOf(row.actions).appSignOn).verificationMethod)
  return asked.type === undefined || asked.type === 'ASSURANCE'
    ? { factorMode: '2FA', type: 'ASSURANCE', reauthenticateIn: 'PT12H' }
    : {}
}

const CATCH_ALL: Row = {
  status: 'ACTIVE',
  name: 'Catch-all Rule',
  priority: 99,
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
}

/** The one rule of a new enrollment policy: who is not known may register. */
const REGISTER: Row = {
  ...CATCH_ALL,
  actions: {
    profileEnrollment: {
      ...ENROLLMENT,
      profileAttributes: [{ name: 'email', label: 'Primary email', required: true }],
      unknownUserAction: 'REGISTER',
      activationRequirements: { emailVerification: true },
    },
  },
  type: 'PROFILE_ENROLLMENT',
}
const FIRST_RULES: Readonly<Record<string, Row>> = { ACCESS_POLICY: CATCH_ALL, PROFILE_ENROLLMENT: REGISTER }

const FACTORS = ['okta_otp', 'okta_sms', 'okta_push', 'google_otp', 'hotp', 'okta_password', 'okta_email']
/** Factors that were not spoken of cannot be enrolled. Which there are, a policy that is there already tells. */
function factorSettings(row: Row, { org }: Ask): Row {
  const settings = rowOf(row.settings)
  if (row.type !== 'MFA_ENROLL' || settings.factors === undefined) return row
  const known = org.store
    .rows('policies')
    .map((policy) => Object.keys(rowOf(rowOf(policy.settings).factors)))
    .find((names) => names.length > 0)
  const asked = rowOf(settings.factors)
  const names = [...new Set([...(known ?? FACTORS), ...Object.keys(asked)])]
  const factors = names.map((name) => [
    name,
    merged({ enroll: { self: 'NOT_ALLOWED' }, consent: { type: 'NONE' } }, rowOf(asked[name])),
  ])
  return { ...row, settings: { type: 'FACTORS', ...settings, factors: Object.fromEntries(factors) } as Json }
}

/** Rules that hold where no other does. */
export const PASSWORD_RULE: Row = {
  type: 'PASSWORD',
  actions: {
    passwordChange: { access: 'ALLOW' },
    selfServicePasswordReset: { access: 'ALLOW' },
    selfServiceUnlock: { access: 'DENY' },
  },
}
export const SIGN_ON_RULE: Row = {
  type: 'SIGN_ON',
  actions: {
    signon: {
      access: 'ALLOW',
      requireFactor: false,
      primaryFactor: 'PASSWORD_IDP',
      rememberDeviceByDefault: false,
      session: { usePersistentCookie: false, maxSessionIdleMinutes: 120, maxSessionLifetimeMinutes: 0 },
    },
  },
}
export const DISCOVERY_RULE: Row = {
  type: 'IDP_DISCOVERY',
  actions: { idp: { providers: [{ type: 'OKTA' }], idpSelectionType: 'SPECIFIC' } },
}

export const PASSWORD_SETTINGS: Row = {
  password: {
    complexity: {
      minLength: 8,
      minLowerCase: 1,
      minUpperCase: 1,
      minNumber: 1,
      minSymbol: 0,
      excludeUsername: true,
      dictionary: { common: { exclude: false } },
      excludeAttributes: [],
    },
    age: { maxAgeDays: 0, expireWarnDays: 0, minAgeMinutes: 0, historyCount: 4 },
    lockout: { maxAttempts: 10, autoUnlockMinutes: 0, userLockoutNotificationChannels: [], showLockoutFailures: false },
    breachedProtection: { expireAfterDays: null, logoutEnabled: false, delegatedWorkflowId: null },
  },
  recovery: {
    factors: {
      recovery_question: { status: 'ACTIVE', properties: { complexity: { minLength: 4 } } },
      okta_email: { status: 'ACTIVE', properties: { recoveryToken: { tokenLifetimeMinutes: 60 } } },
      okta_sms: { status: 'INACTIVE' },
      okta_call: { status: 'INACTIVE' },
    },
  },
  delegation: { options: { skipUnlock: false } },
}

export const POLICIES: readonly Resource[] = [
  {
    name: 'policies',
    path: 'policies',
    kind: 'Policy',
    prefix: 'rst',
    verbs: ALL,
    switched: 'nothing',
    status: 'as born',
    required: { name: BLANK, type: BLANK },
    keeps: ['type'],
    defaults: (_, body) => ({
      system: false,
      status: 'ACTIVE',
      conditions: null,
      ...(body.type === 'PASSWORD'
        ? { settings: PASSWORD_SETTINGS, conditions: { authProvider: { provider: 'OKTA' } } }
        : {}),
    }),
    shape(asked, ask, before) {
      const { org } = ask
      const row = factorSettings(asked, ask)
      // Every access policy has the priority 1: an app has one of them.
      const ranked = org.store.rows('policies').filter(({ type }) => type === row.type && row.type !== 'ACCESS_POLICY')
      return { ...row, priority: row.priority ?? before?.priority ?? nextPriority(ranked) }
    },
    listed: {
      by: ['type', 'status'],
      show: (row) => (row.type === 'ACCESS_POLICY' ? { ...row, _embedded: { resourceType: 'APP' } } : row),
    },
    links: policyLinks,
    onCreate(row, { org }) {
      const first = FIRST_RULES[text(row.type)]
      if (first !== undefined)
        org.store.put(`policies/${text(row.id)}/rules`, {
          id: org.id('rul'),
          ...first,
          created: org.now(),
          lastUpdated: org.now(),
        })
    },
  },
  {
    name: 'policies.rules',
    path: 'policies/:policyId/rules',
    kind: 'PolicyRule',
    prefix: '0pr',
    verbs: ALL,
    switched: 'nothing',
    status: 'as born',
    required: { name: BLANK },
    parents: { policyId: ['policies', 'Policy'] },
    keeps: ['type'],
    defaults: { system: false },
    shape(row, ask, before) {
      const type = row.type ?? before?.type ?? ask.org.store.get('policies', ask.param('policyId'))?.type
      const others = ask.org.store.rows(`policies/${ask.param('policyId')}/rules`).filter(({ id }) => id !== row.id)
      const priority = row.priority ?? before?.priority ?? nextPriority(others)
      const whole =
        row.system === true
          ? { ...row, actions: filledActions({ ...row, type }) as Json }
          : filledRule({ ...row, type })
      return { ...whole, priority }
    },
    links: ruleLinks,
    onCreate: shiftOthers,
  },
  {
    name: 'authorization_servers.policies',
    path: 'authorizationServers/:serverId/policies',
    kind: 'Policy',
    prefix: '00p',
    verbs: ALL,
    created: 201,
    switched: 'nothing',
    status: 'as born',
    required: { name: BLANK },
    parents: { serverId: ['authorizationServers', 'AuthorizationServer'] },
    defaults: {
      system: false,
      conditions: { clients: { include: ['ALL_CLIENTS'] } },
      type: 'OAUTH_AUTHORIZATION_POLICY',
    },
    shape: (row, ask, before) => ({
      ...row,
      priority:
        row.priority ??
        before?.priority ??
        nextPriority(ask.org.store.rows(`authorizationServers/${ask.param('serverId')}/policies`)),
    }),
    links: (row, url) => ({ rules: hinted(`${url}/rules`, 'GET'), ...lifecycleLinks(row, url) }),
  },
  {
    name: 'authorization_servers.policies.rules',
    path: 'authorizationServers/:serverId/policies/:policyId/rules',
    kind: 'PolicyRule',
    prefix: '0pr',
    verbs: ALL,
    created: 201,
    switched: 'nothing',
    status: 'as born',
    required: { name: BLANK },
    parents: {
      serverId: ['authorizationServers', 'AuthorizationServer'],
      policyId: ['authorizationServers/:serverId/policies', 'Policy'],
    },
    defaults: {
      system: false,
      type: 'RESOURCE_ACCESS',
      actions: {
        token: { accessTokenLifetimeMinutes: 60, refreshTokenLifetimeMinutes: 0, refreshTokenWindowMinutes: 10080 },
      },
    },
    shape(row, ask, before) {
      const path = `authorizationServers/${ask.param('serverId')}/policies/${ask.param('policyId')}/rules`
      const conditions = rowOf(row.conditions)
      const people = rowOf(conditions.people)
      const filled: Row = {
        ...conditions,
        people: { ...people, users: { exclude: [], ...rowOf(people.users) } } as Json,
        scopes: { include: [], ...rowOf(conditions.scopes) },
      }
      return {
        ...row,
        conditions: filled as Json,
        priority: row.priority ?? before?.priority ?? nextPriority(ask.org.store.rows(path)),
      }
    },
    links: ruleLinks,
  },
]

/** A rule that takes a priority pushes the others down. */
function shiftOthers(row: Row, ask: Ask): void {
  const path = `policies/${ask.param('policyId')}/rules`
  const others = ask.org.store.rows(path).filter((one) => one.id !== row.id && one.system !== true)
  if (!others.some((one) => one.priority === row.priority)) return
  for (const one of others)
    if (Number(one.priority) >= Number(row.priority))
      ask.org.store.put(path, { ...without(one, '_links'), priority: Number(one.priority) + 1 })
}
