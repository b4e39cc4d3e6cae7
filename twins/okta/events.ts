import type { Json } from '../trace.ts'
import { deliverWithRetries } from '../webhooks.ts'
import { passes } from './event-filters.ts'
import type { Org } from './org.ts'
import { rowOf, text } from './org.ts'
import { isRow, type Row } from './store.ts'

/** System Log event types this twin writes. Assumed: as on https://developer.okta.com/docs/reference/api/event-types/, unconfirmed. */
export const EVENT_TYPES = [
  'user.lifecycle.create',
  'user.lifecycle.activate',
  'user.lifecycle.reactivate',
  'user.lifecycle.deactivate',
  'user.lifecycle.suspend',
  'user.lifecycle.unsuspend',
  'user.lifecycle.delete.initiated',
  'user.account.update_profile',
  'user.account.update_password',
  'user.account.reset_password',
  'user.account.expire_password',
  'user.account.lock',
  'user.account.unlock',
  'user.account.unlock_by_admin',
  'user.account.privilege.grant',
  'user.account.privilege.revoke',
  'user.mfa.factor.activate',
  'user.mfa.factor.deactivate',
  'user.session.start',
  'user.session.clear',
  'user.authentication.sso',
  'group.lifecycle.create',
  'group.lifecycle.delete',
  'group.profile.update',
  'group.user_membership.add',
  'group.user_membership.remove',
  'group.user_membership.rule.add_exclusion',
  'application.lifecycle.create',
  'application.lifecycle.update',
  'application.lifecycle.activate',
  'application.lifecycle.deactivate',
  'application.lifecycle.delete',
  'application.user_membership.add',
  'application.user_membership.remove',
  'app.oauth2.token.grant.access_token',
  'app.oauth2.token.grant.id_token',
  'app.oauth2.token.grant.refresh_token',
  'app.oauth2.token.revoke',
  'event_hook.verified',
  'security.authenticator.lifecycle.deactivate',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

type Target = {
  readonly id: string
  readonly type: 'User' | 'UserGroup' | 'AppInstance' | 'PublicClientApp'
  readonly name: string
  readonly alternate?: string
}

export const userTarget = (user: Row): Target => {
  const profile = rowOf(user.profile)
  return {
    id: text(user.id),
    type: 'User',
    name: `${text(profile.firstName)} ${text(profile.lastName)}`.trim(),
    alternate: text(profile.login),
  }
}
export const groupTarget = (group: Row): Target => ({
  id: text(group.id),
  type: 'UserGroup',
  name: text(rowOf(group.profile).name),
})
export const appTarget = (app: Row): Target => ({ id: text(app.id), type: 'AppInstance', name: text(app.label) })

const LOG = 'logs'

/** Writes an event to the System Log and the trace, and sends it to the event hooks that want it. */
export function tell(
  org: Org,
  type: EventType,
  targets: readonly Target[],
  outcome: 'SUCCESS' | 'FAILURE' = 'SUCCESS',
): void {
  const target = targets.map(({ id, type: kind, name, alternate }) => ({
    id,
    type: kind,
    alternateId: alternate ?? 'unknown',
    displayName: name,
    detailEntry: null,
  }))
  const admin = rowOf(org.store.get('users', org.ids.admin))
  const actor = {
    id: org.ids.admin,
    type: 'User',
    alternateId: text(rowOf(admin.profile).login),
    displayName: 'Org Admin',
    detailEntry: null,
  }
  const uuid = uuidOf(org)
  const event: Row = {
    actor,
    client: { userAgent: null, zone: null, device: null, id: null, ipAddress: null, geographicalContext: null },
    device: null,
    authenticationContext: {
      authenticationProvider: null,
      credentialProvider: null,
      credentialType: null,
      issuer: null,
      interface: null,
      authenticationStep: 0,
      externalSessionId: 'unknown',
    },
    displayMessage: type.replaceAll(/[._]/g, ' '),
    eventType: type,
    outcome: { result: outcome, reason: null },
    published: new Date(org.world.clock.now()).toISOString(),
    securityContext: { asNumber: null, asOrg: null, isp: null, domain: null, isProxy: null },
    severity: outcome === 'SUCCESS' ? 'INFO' : 'WARN',
    debugContext: { debugData: {} },
    legacyEventType: null,
    transaction: { type: 'WEB', id: org.world.id('', 26), detail: {} },
    uuid,
    version: '0',
    request: { ipChain: [] },
    target,
  }
  org.store.put(LOG, { _key: uuid, ...event })
  org.world.trace.record(`okta.${type}`, {
    id: uuid,
    outcome,
    target: target.map(({ id, alternateId }) => ({ id, alternateId })),
  })
  for (const hook of org.store.rows('eventHooks')) if (listens(hook, type, event)) send(org, hook, uuid, event)
}

function listens(hook: Row, type: string, event: Row): boolean {
  const { items, filter } = rowOf(hook.events)
  const awake = hook.status === 'ACTIVE' && hook.verificationStatus === 'VERIFIED'
  return awake && Array.isArray(items) && items.includes(type) && passes(filter, type, event)
}

/**
 * 3 s, one retry, none after a 4xx. When it is tried again is not published: assumed one second later.
 * Assumed: as on https://developer.okta.com/docs/concepts/event-hooks/, unconfirmed.
 */
const RETRY = { delaysMs: [1_000], taken: (status: number) => status >= 200 && status < 500 }

/** The headers a hook's owner asked for: its secret is static, there is no signature. */
export function hookHeaders(hook: Row): readonly (readonly [string, string])[] {
  const config = rowOf(rowOf(hook.channel).config)
  const scheme = rowOf(config.authScheme)
  const own = Array.isArray(config.headers) ? (config.headers as readonly Json[]).filter(isRow) : []
  return [
    ...(typeof scheme.key === 'string' ? [[scheme.key, text(hook._secret)] as const] : []),
    ...own.map((header) => [text(header.key), text(header.value)] as const),
  ]
}

function send(org: Org, hook: Row, uuid: string, event: Row): void {
  const config = rowOf(rowOf(hook.channel).config)
  const body = JSON.stringify({
    eventType: 'com.okta.event_hook',
    eventTypeVersion: '1.0',
    cloudEventsVersion: '0.1',
    source: `${org.home}/api/v1/eventHooks/${text(hook.id)}`,
    eventId: uuidOf(org),
    data: { events: [event] },
    eventTime: new Date(org.world.clock.now()).toISOString(),
    contentType: 'application/json',
  })
  deliverWithRetries(org.world, RETRY, (attempt) => ({
    twin: 'okta',
    id: `${uuid}#${attempt}`,
    fields: { eventType: event.eventType ?? null, hook: text(hook.id) },
    url: text(config.uri),
    headers: [
      ['Content-Type', 'application/json'],
      ['Accept', 'application/json'],
      ['User-Agent', 'okta-event-hook'],
      ...hookHeaders(hook),
    ],
    body,
    timeoutMs: 3_000,
  }))
}

function uuidOf(org: Org): string {
  const hex = org.world.draw('uuid').text(32, '0123456789abcdef')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}
