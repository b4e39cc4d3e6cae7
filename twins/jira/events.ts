import { createHmac } from 'node:crypto'
import type { Json } from '../trace.ts'
import type { DeliveryOutcome } from '../world.ts'
import { fieldsBody } from './issue-wire.ts'
import { matches } from './jql/index.ts'
import { seesIssue } from './permissions.ts'
import type { Site } from './site.ts'
import type { Attachment, Change, Comment, Delivery, Fields, Issue, Link, Project, Worklog } from './state.ts'
import { attachmentBody, commentBody, userBody, type View, worklogBody } from './wire.ts'

/**
 * Up to five retries, 5 to 15 minutes apart, after 408, 409, 425, 429, 5xx and broken connections:
 * https://developer.atlassian.com/cloud/jira/platform/webhooks (2026-11-26).
 */
const RETRIES_MAX = 5
const RETRY_MS = { min: 300_000, max: 900_000 }
const retried = (status: number): boolean => [408, 409, 425, 429].includes(status) || status >= 500
const TIMEOUT_MS = 20_000
/** Within 30 seconds; the fallout of a change that takes others along, within 15 minutes. */
const FLOWS = { Primary: { min: 300, max: 3_000 }, Secondary: { min: 1_000, max: 60_000 } }

export const EVENTS: readonly string[] = [
  'jira:issue_created',
  'jira:issue_updated',
  'jira:issue_deleted',
  'comment_created',
  'comment_updated',
  'comment_deleted',
  'worklog_created',
  'worklog_updated',
  'worklog_deleted',
  'issuelink_created',
  'issuelink_deleted',
  'issue_property_set',
  'issue_property_deleted',
  'attachment_created',
  'attachment_deleted',
  'user_created',
  'user_updated',
  'user_deleted',
  'jira:version_created',
  'jira:version_updated',
  'jira:version_released',
  'jira:version_unreleased',
  'jira:version_deleted',
  'project_created',
  'project_updated',
  'project_deleted',
  'board_created',
  'board_updated',
  'board_deleted',
  'sprint_created',
  'sprint_updated',
  'sprint_started',
  'sprint_closed',
  'sprint_deleted',
]
/** What apps can listen to: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks (2026-11-26). */
export const APP_EVENTS: readonly string[] = EVENTS.filter((event) =>
  /^(jira:issue_|comment_|issue_property_|sprint_|jira:version_)/.test(event),
)

/** https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks (2026-11-26): WebSub's way. */
export const signatureOf = (secret: string, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

/** Of what an app registered, by its secret: https://developer.atlassian.com/cloud/jira/platform/webhooks/#webhooks-authentication-for-oauth-2-0-apps (2026-11-26). */
function bearerOf(site: Site, { webhook }: Delivery): readonly (readonly [string, string])[] {
  const client = site.seed.oauth
  if (client === undefined || site.store.webhooks.get(webhook)?.kind !== 'app') return []
  const coded = (part: Json): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const iat = Math.floor(site.now() / 1000)
  const said = `${coded({ alg: 'HS256', typ: 'JWT' })}.${coded({ iss: client.client_id, iat, exp: iat + 180 })}`
  const signature = createHmac('sha256', client.client_secret).update(said).digest('base64url')
  return [['Authorization', `Bearer ${said}.${signature}`]]
}

const viewOf = (site: Site, me: string): View => ({ base: site.url, version: 2, me })

type Named = {
  readonly issue: Issue | undefined
  readonly project: Project | undefined
  readonly property: string | undefined
}
/** What an address may have of an event: https://developer.atlassian.com/cloud/jira/platform/webhooks/#variable-substitution (2026-11-26). */
const VARIABLES: Readonly<Record<string, (named: Named) => string | undefined>> = {
  'issue.id': ({ issue }) => issue?.id,
  'issue.key': ({ issue }) => issue?.key,
  'project.id': ({ project }) => project?.id,
  'project.key': ({ project }) => project?.key,
  'property.key': ({ property }) => property,
}
const VARIABLE = /[$]\{([^}]*)\}|%24%7B(.*?)%7D/gi

/** Variables of an address that are not modelled. */
export const strange = (url: string): readonly string[] =>
  [...url.matchAll(VARIABLE)].map(([, raw, coded]) => raw ?? coded ?? '').filter((name) => !(name in VARIABLES))

const addressOf = (url: string, named: Named): string =>
  url.replace(VARIABLE, (all, raw, coded) => VARIABLES[raw ?? coded ?? '']?.(named) ?? all)

type Telling = {
  readonly event: string
  readonly issue?: Issue | undefined
  /** Ids of fields that changed. */
  readonly changed?: readonly string[]
  /** The key of the property that changed. */
  readonly property?: string
  readonly flow?: 'Primary' | 'Secondary'
  readonly more: Fields
}

/** Tells every webhook that listens for it. */
function tell(site: Site, { event, issue, changed, property, flow = 'Primary', more }: Telling): void {
  for (const webhook of site.store.webhooks.all()) {
    if (!webhook.enabled || !webhook.events.includes(event) || (webhook.expires_ms ?? Infinity) <= site.now()) continue
    // What an app registered hears of what the person sees for whom it did.
    if (webhook.kind === 'app' && issue !== undefined && !seesIssue(site, site.user(webhook.owner), issue)) continue
    if (issue !== undefined && webhook.jql !== '' && !matches(site, webhook.owner, webhook.jql, issue)) continue
    if (property !== undefined && webhook.properties.length > 0 && !webhook.properties.includes(property)) continue
    if (changed !== undefined && webhook.fields.length > 0 && !webhook.fields.some((id) => changed.includes(id)))
      continue
    const body: Fields = {
      timestamp: site.now(),
      webhookEvent: event,
      ...more,
      ...(webhook.kind === 'app' ? { matchedWebhookIds: [Number(webhook.id)] } : {}),
    }
    const id = site.world.draw('webhook').text(32, '0123456789abcdef')
    const delayMs = site.delay(`webhook ${id}`, FLOWS[flow].min, FLOWS[flow].max)
    const delivery: Delivery = {
      id,
      webhook: webhook.id,
      url: addressOf(webhook.url, { issue, property, project: issue && site.project(issue.project) }),
      event,
      issue: issue?.key ?? '',
      flow,
      secret: webhook.kind === 'admin' ? webhook.secret : null,
      body: webhook.exclude_body ? '' : JSON.stringify(body),
      attempt: 1,
      due_ms: site.now() + delayMs,
    }
    schedule(site, site.store.deliveries.put(delivery))
  }
}

const issueBody = (site: Site, me: string, issue: Issue): Fields => ({
  id: issue.id,
  self: `${site.url}/rest/api/2/${issue.id}`,
  key: issue.key,
  fields: fieldsBody(site, viewOf(site, me), issue),
})
/** Of the issue, an event about a part of it says only this. */
const partBody = (site: Site, me: string, issue: Issue): Fields => {
  const { summary, issuetype, project, assignee, priority, status } = fieldsBody(site, viewOf(site, me), issue)
  return {
    id: issue.id,
    self: `${site.url}/rest/api/2/${issue.id}`,
    key: issue.key,
    fields: {
      summary: summary ?? null,
      issuetype: issuetype ?? null,
      project: project ?? null,
      assignee: assignee ?? null,
      priority: priority ?? null,
      status: status ?? null,
    },
  }
}

type IssueEvent = { readonly kind: 'created' | 'updated' | 'deleted'; readonly name: string }

export function tellIssue(
  site: Site,
  me: string,
  { kind, name }: IssueEvent,
  issue: Issue,
  change?: { readonly id: string; readonly items: readonly Change[] },
): void {
  tell(site, {
    event: `jira:issue_${kind}`,
    issue,
    ...(change === undefined ? {} : { changed: change.items.map(({ fieldId }) => fieldId) }),
    more: {
      ...(kind === 'deleted' ? {} : { issue_event_type_name: name }),
      user: userBody(viewOf(site, me), site.user(me)),
      issue: issueBody(site, me, issue),
      ...(change === undefined ? {} : { changelog: { id: change.id, items: change.items.map((one) => ({ ...one })) } }),
    },
  })
}

export function tellComment(
  site: Site,
  me: string,
  kind: 'created' | 'updated' | 'deleted',
  issue: Issue,
  comment: Comment,
  flow: 'Primary' | 'Secondary' = 'Primary',
): void {
  tell(site, {
    event: `comment_${kind}`,
    issue,
    flow,
    more: {
      comment: commentBody(site, viewOf(site, me), comment),
      issue: partBody(site, me, issue),
      eventType: 'primaryAction',
    },
  })
}

export function tellWorklog(
  site: Site,
  me: string,
  kind: 'created' | 'updated' | 'deleted',
  issue: Issue,
  worklog: Worklog,
): void {
  const body = worklogBody(site, viewOf(site, me), worklog)
  tell(site, { event: `worklog_${kind}`, issue, more: { worklog: body } })
}

export function tellLink(site: Site, kind: 'created' | 'deleted', link: Link, typeId: string): void {
  const issueLink = {
    id: Number(link.id),
    sourceIssueId: Number(link.source),
    destinationIssueId: Number(link.target),
    issueLinkType: { id: Number(typeId), name: link.type },
    systemLink: false,
  }
  tell(site, { event: `issuelink_${kind}`, more: { issueLink } })
}

export const tellProperty = (site: Site, me: string, kind: 'set' | 'deleted', issue: Issue, key: string): void =>
  tell(site, {
    event: `issue_property_${kind}`,
    issue,
    property: key,
    more: { user: userBody(viewOf(site, me), site.user(me)), property: { key }, issue: partBody(site, me, issue) },
  })

export const tellAttachment = (site: Site, kind: 'created' | 'deleted', attachment: Attachment): void =>
  tell(site, {
    event: `attachment_${kind}`,
    more: { attachment: attachmentBody(site, viewOf(site, attachment.author), attachment) },
  })

export const tellVersion = (
  site: Site,
  kind: 'created' | 'updated' | 'released' | 'unreleased' | 'deleted',
  version: Fields,
): void => tell(site, { event: `jira:version_${kind}`, more: { version } })

export const tellProject = (site: Site, kind: 'created' | 'updated' | 'deleted', project: Fields): void =>
  tell(site, { event: `project_${kind}`, more: { project } })

export const tellBoard = (site: Site, kind: 'created' | 'updated' | 'deleted', board: Fields): void =>
  tell(site, { event: `board_${kind}`, more: { board } })

export const tellSprint = (
  site: Site,
  kind: 'created' | 'updated' | 'started' | 'closed' | 'deleted',
  sprint: Fields,
): void => tell(site, { event: `sprint_${kind}`, more: { sprint } })

export const tellUser = (site: Site, kind: 'created' | 'updated' | 'deleted', id: string): void =>
  tell(site, { event: `user_${kind}`, more: { user: userBody(viewOf(site, id), site.user(id)) } })

/** Puts an open delivery on the clock; also after a restore, where one under way is made again. */
export function schedule(site: Site, delivery: Delivery): void {
  site.later(delivery.due_ms - site.now(), () => attempt(site, delivery), `webhook ${delivery.event}`)
}

const noteOf = ({ id, event, issue, attempt: nth, url }: Delivery): Fields => ({ id, event, issue, attempt: nth, url })

function attempt(site: Site, delivery: Delivery): void {
  const { id, url, body, attempt: nth, flow, secret, event, issue } = delivery
  site.note('webhook.sent', noteOf(delivery))
  // Whoever reports the outcome does so on its own account; what comes of it is on that of the first attempt.
  const { cause } = site.world
  let settled = false
  site.world.deliver(
    {
      twin: 'jira',
      id: `${id}#${nth}`,
      fields: { event, issue, webhook: delivery.webhook } satisfies Json,
      url,
      headers: [
        ['Content-Type', 'application/json; charset=UTF-8'],
        ['User-Agent', 'Atlassian Webhook HTTP Client'],
        ['X-Atlassian-Webhook-Identifier', id],
        ['X-Atlassian-Webhook-Flow', flow],
        ...(nth === 1 ? [] : [['X-Atlassian-Webhook-Retry', String(nth - 1)] as const]),
        ...(secret === null ? [] : [['X-Hub-Signature', signatureOf(secret, body)] as const]),
        ...bearerOf(site, delivery),
      ],
      body,
      timeoutMs: TIMEOUT_MS,
    },
    (outcome) => {
      // A restore in between has made the delivery another one's.
      if (settled || site.store.deliveries.get(id) !== delivery) return
      settled = true
      site.world.clock.schedule(
        0,
        () => site.world.within(cause, () => settle(site, delivery, outcome)),
        'webhook answered',
      )
    },
  )
}

function settle(site: Site, delivery: Delivery, outcome: DeliveryOutcome): void {
  if (site.store.deliveries.get(delivery.id) !== delivery) return
  const again = outcome.kind === 'answer' ? retried(outcome.status) : true
  const reason = outcome.kind === 'answer' ? String(outcome.status) : outcome.reason
  if (!again || delivery.attempt > RETRIES_MAX) {
    const taken = outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300
    site.store.deliveries.remove(delivery.id)
    site.note(taken ? 'webhook.taken' : 'webhook.given_up', { ...noteOf(delivery), ...(taken ? {} : { reason }) })
    return
  }
  site.note('webhook.failed', { ...noteOf(delivery), reason })
  const waitMs = site.delay(`webhook ${delivery.id} retry ${delivery.attempt}`, RETRY_MS.min, RETRY_MS.max)
  const next = { ...delivery, attempt: delivery.attempt + 1, due_ms: site.now() + waitMs }
  schedule(site, site.store.deliveries.put(next))
}
