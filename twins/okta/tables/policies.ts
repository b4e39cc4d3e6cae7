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

/** Rules fill in what was not said, each kind in its own way. */
function filledRule(row: Row): Row {
  const conditions = rowOf(row.conditions)
  const people = rowOf(conditions.people)
  const isAccess = row.type === 'ACCESS_POLICY'
  const users: Row = { exclude: [], ...rowOf(people.users) }
  const filled: Row = {
    ...conditions,
    people: { ...people, users } as Json,
    ...(conditions.network === undefined && (isAccess || row.type === 'PASSWORD' || row.type === 'SIGN_ON')
      ? { network: { connection: 'ANYWHERE' } }
      : {}),
    ...(isAccess
      ? {
          riskScore: conditions.riskScore ?? { level: 'ANY' },
          userType: conditions.userType ?? { include: [], exclude: [] },
        }
      : {}),
  }
  const actions = isAccess
    ? merged(
        {
          appSignOn: {
            access: 'ALLOW',
            verificationMethod: verification(row),
            keepMeSignedIn: { postAuth: 'NOT_ALLOWED' },
          },
        },
        rowOf(row.actions),
      )
    : rowOf(row.actions)
  return { ...row, conditions: filled as Json, actions: actions as Json }
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

const PASSWORD_SETTINGS: Row = {
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
    status: 'as asked',
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
    shape(row, { org }, before) {
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
      if (row.type === 'ACCESS_POLICY')
        org.store.put(`policies/${text(row.id)}/rules`, {
          id: org.id('rul'),
          ...CATCH_ALL,
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
    status: 'as asked',
    required: { name: BLANK },
    parents: { policyId: ['policies', 'Policy'] },
    keeps: ['type'],
    defaults: { system: false },
    shape(row, ask, before) {
      const type = row.type ?? before?.type ?? ask.org.store.get('policies', ask.param('policyId'))?.type
      const others = ask.org.store.rows(`policies/${ask.param('policyId')}/rules`).filter(({ id }) => id !== row.id)
      const priority = row.priority ?? before?.priority ?? nextPriority(others)
      const whole = row.system === true ? row : filledRule({ ...row, type })
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
    status: 'as asked',
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
    status: 'as asked',
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
