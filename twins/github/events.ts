import { createHmac } from 'node:crypto'
import type { Json } from '../trace.ts'
import { deliverWithRetries } from '../webhooks.ts'
import { loginOf, type Viewer } from './access.ts'
import { account, type GitHub, idOf, ownerOf, repoPath } from './github.ts'
import { orgBrief, person } from './shapes/accounts.ts'
import { repoBrief } from './shapes/repos.ts'
import { listOf, type Row, rowOf, text } from './store.ts'

/** What happens at GitHub, by the event and its action: https://docs.github.com/webhooks/webhook-events-and-payloads (2026-11-26). */
// biome-ignore format: a list of words
export const EVENT_TYPES = [
  'ping', 'push', 'create', 'delete', 'fork',
  'status', 'public', 'commit_comment.created', 'star.created', 'star.deleted',
  'issues.opened', 'issues.edited', 'issues.closed', 'issues.reopened', 'issues.labeled',
  'issues.unlabeled', 'issues.assigned', 'issues.unassigned', 'issues.milestoned', 'issues.demilestoned',
  'issues.locked', 'issues.unlocked', 'issues.deleted', 'issue_comment.created', 'issue_comment.edited',
  'issue_comment.deleted', 'label.created', 'label.edited', 'label.deleted', 'milestone.created',
  'milestone.edited', 'milestone.closed', 'milestone.opened', 'milestone.deleted', 'member.added',
  'member.removed', 'pull_request.opened', 'pull_request.edited', 'pull_request.closed', 'pull_request.reopened',
  'pull_request.synchronize', 'pull_request.ready_for_review', 'pull_request.converted_to_draft', 'pull_request.labeled', 'pull_request.unlabeled',
  'pull_request.assigned', 'pull_request.unassigned', 'pull_request.review_requested', 'pull_request.review_request_removed', 'pull_request.milestoned',
  'pull_request.demilestoned', 'pull_request.locked', 'pull_request.unlocked', 'pull_request.auto_merge_enabled', 'pull_request.auto_merge_disabled',
  'pull_request_review.submitted', 'pull_request_review.dismissed', 'pull_request_review_comment.created', 'pull_request_review_comment.edited', 'pull_request_review_comment.deleted',
  'check_run.created', 'check_run.completed', 'check_suite.completed', 'release.published', 'release.created',
  'release.edited', 'release.deleted', 'repository.created', 'repository.deleted', 'repository.edited',
  'repository.renamed', 'repository.archived', 'repository.unarchived', 'repository.privatized', 'repository.publicized',
  'repository.transferred', 'deployment.created', 'deployment_status.created', 'workflow_dispatch', 'repository_dispatch',
  'workflow_run.requested', 'workflow_run.in_progress', 'workflow_run.completed', 'installation.suspend', 'installation.deleted',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** GitHub waits so long: https://docs.github.com/webhooks/using-webhooks/best-practices-for-using-webhooks (2026-11-26). */
const TIMEOUT_MS = 10_000

type Target = {
  readonly hook: Row
  readonly path: string
  readonly type: string
  readonly id: number
  readonly installation?: number
}

/** Tells whoever listens that something happened to a repository. `payload` is what the event adds to the common fields. */
export function emit(
  github: GitHub,
  viewer: Viewer,
  repo: Row,
  type: EventType,
  payload: { readonly [field: string]: Json | undefined },
): void {
  const [event = '', action] = type.split('.')
  const login = loginOf(viewer)
  github.record(type, { repository: repo.full_name, sender: login, ...summary(payload) })
  const targets = listeners(github, repo, event)
  if (targets.length === 0) return
  const body = whole(github, login, repo, type, payload)
  for (const target of targets) deliver(github, target, event, action ?? null, body, repo)
}

/** Sends a push to one hook of a repository, as a trial; the repository has seen it long ago. */
export function tryPush(github: GitHub, viewer: Viewer, repo: Row, hook: Row, payload: Row): void {
  const target = { hook, path: `${repoPath(repo)}/hooks`, type: 'repository', id: idOf(repo) }
  deliver(github, target, 'push', null, whole(github, loginOf(viewer), repo, 'push', payload), repo)
}

/** A payload with what all have in common. */
function whole(github: GitHub, login: string, repo: Row, type: EventType, payload: Row): Row {
  const [event = '', action] = type.split('.')
  const org = account(github, ownerOf(repo))
  return {
    ...(action === undefined ? {} : { action }),
    ...payload,
    repository: event === 'push' ? pushedRepo(github, repo) : repoBrief(github, repo),
    ...(org?.type === 'Organization' ? { organization: orgBrief(org) } : {}),
    sender: person(github, login),
  }
}

/** What an edit changed, as payloads tell it: what there was before. */
export function edits(old: Row, now: Row, ...fields: readonly string[]): Json {
  const changed = fields.filter((field) => (now[field] ?? null) !== (old[field] ?? null))
  return Object.fromEntries(changed.map((field) => [field, { from: old[field] ?? '' }]))
}

/** Pushes tell of the repository as they did before there were other events: times in seconds, and some names twice. */
function pushedRepo(github: GitHub, repo: Row): Json {
  const brief = repoBrief(github, repo) as Row
  const seconds = (at: Json | undefined): number => Math.floor(Date.parse(text(at)) / 1000)
  const { created_at, pushed_at, stargazers_count, default_branch } = brief
  const owner = {
    ...rowOf(brief.owner),
    name: ownerOf(repo),
    email: rowOf(account(github, ownerOf(repo))).email ?? null,
  }
  const more = { stargazers: stargazers_count, master_branch: default_branch }
  return { ...brief, owner, created_at: seconds(created_at), pushed_at: seconds(pushed_at), ...more } as Json
}

/** What of a payload rules may look at: numbers and names, not whole documents. */
function summary(payload: { readonly [field: string]: Json | undefined }): {
  readonly [field: string]: Json | undefined
} {
  const told: { [field: string]: Json | undefined } = {}
  for (const [field, value] of Object.entries(payload)) {
    if (value === null || typeof value !== 'object') told[field] = value
    else if (!Array.isArray(value)) {
      const { id, number, name, state, sha, conclusion, merged } = value as Row
      const known = { id, number, name, state, sha, conclusion, merged }
      told[field] = Object.fromEntries(Object.entries(known).filter(([, one]) => one !== undefined)) as Json
    }
  }
  return told
}

function listeners(github: GitHub, repo: Row, event: string): readonly Target[] {
  const wants = (hook: Row): boolean =>
    hook.active !== false && listOf(hook.events).some((one) => one === '*' || one === event || event === 'ping')
  const path = `${repoPath(repo)}/hooks`
  const org = ownerOf(repo).toLowerCase()
  const own = github.store
    .rows(path)
    .filter(wants)
    .map((hook) => ({ hook, path, type: 'repository', id: idOf(repo) }))
  const orgs = github.store
    .rows(`orgs/${org}/hooks`)
    .filter(wants)
    .map((hook) => ({ hook, path: `orgs/${org}/hooks`, type: 'organization', id: idOf(account(github, org)) }))
  const apps = github.store.rows('installations').flatMap((installation): readonly Target[] => {
    const app = github.store.get('apps', String(installation.app_id))
    // An app has no say in the form of its payloads where it is made: they are JSON.
    const config: Row = { content_type: 'json', ...rowOf(app?.webhook) }
    if (app === undefined || text(config.url) === '' || text(installation.account).toLowerCase() !== org) return []
    const events = installation.events ?? app.events
    if (!listOf(events).includes(event)) return []
    const hook = { id: app.id, config, events, active: true }
    return [{ hook, path: `apps/${app.id}/hook`, type: 'integration', id: idOf(app), installation: idOf(installation) }]
  })
  return [...own, ...orgs, ...apps]
}

const uuid = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-11ef-${hex.slice(16, 20)}-${hex.slice(20, 32)}`

/** A ping, which a new hook gets first. */
export function ping(github: GitHub, hook: Row, path: string, type: string, id: number, more: Row): void {
  const body = { zen: 'Keep it logically awesome.', hook_id: hook.id, ...more }
  github.record('ping', { hook: hook.id })
  deliver(github, { hook, path, type, id }, 'ping', null, body, undefined)
}
/** Secrets are shown as stars. */
export function withoutSecret(hook: Row): Json {
  const config = rowOf(hook.config)
  return { ...hook, config: { ...config, ...(config.secret === undefined ? {} : { secret: '********' }) } } as Json
}

/** `sha256=` and the HMAC of the body: https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries (2026-11-26). */
export const signature = (secret: string, body: string, hash: 'sha1' | 'sha256'): string =>
  `${hash}=${createHmac(hash, secret).update(body).digest('hex')}`

/** As payloads name one: its node id is of the old kind. */
const installationOf = (id: number): Json => ({
  id,
  node_id: Buffer.from(`023:IntegrationInstallation${id}`).toString('base64'),
})

function deliver(
  github: GitHub,
  target: Target,
  event: string,
  action: string | null,
  payload: Row,
  repo: Row | undefined,
): void {
  const whole =
    target.installation === undefined ? payload : { ...payload, installation: installationOf(target.installation) }
  const guid = uuid(github.draw('delivery').text(32, '0123456789abcdef'))
  send(
    github,
    target,
    { event, action, guid, payload: whole as Json, repository_id: repo === undefined ? null : idOf(repo) },
    false,
  )
}

type Parcel = {
  readonly event: string
  readonly action: string | null
  readonly guid: string
  readonly payload: Json
  readonly repository_id: number | null
}

function send(github: GitHub, target: Target, parcel: Parcel, redelivery: boolean): void {
  const { hook, path, type, id } = target
  const config = rowOf(hook.config)
  const json = JSON.stringify(parcel.payload)
  const form = config.content_type !== 'json'
  const body = form ? new URLSearchParams({ payload: json }).toString() : json
  const secret = text(config.secret)
  const headers: [string, string][] = [
    ['Accept', '*/*'],
    ['Content-Type', form ? 'application/x-www-form-urlencoded' : 'application/json'],
    ['User-Agent', 'GitHub-Hookshot/044aadd'],
    ['X-GitHub-Delivery', parcel.guid],
    ['X-GitHub-Event', parcel.event],
    ['X-GitHub-Hook-ID', String(hook.id)],
    ['X-GitHub-Hook-Installation-Target-ID', String(id)],
    ['X-GitHub-Hook-Installation-Target-Type', type],
    ...(secret === ''
      ? []
      : ([
          ['X-Hub-Signature', signature(secret, body, 'sha1')],
          ['X-Hub-Signature-256', signature(secret, body, 'sha256')],
        ] as [string, string][])),
  ]
  const deliveries = `${path}/${hook.id}/deliveries`
  const key = github.nextId()
  const row = {
    id: key,
    guid: parcel.guid,
    delivered_at: github.now(),
    redelivery,
    duration: 0,
    status: 'pending',
    status_code: 0,
    event: parcel.event,
    action: parcel.action,
    installation_id: target.installation ?? null,
    repository_id: parcel.repository_id,
    throttled_at: null,
    url: text(config.url),
    request: { headers: Object.fromEntries(headers), payload: parcel.payload },
    response: { headers: {}, payload: '' },
  }
  github.store.put(deliveries, key, row)
  const sentMs = github.world.clock.now()
  deliverWithRetries(
    github.world,
    // Never retried: https://docs.github.com/webhooks/using-webhooks/handling-failed-webhook-deliveries (2026-11-26).
    { delaysMs: [], taken: (status) => status >= 200 && status < 300 },
    () => ({
      twin: 'github',
      id: `${parcel.event} ${key}`,
      fields: { event: parcel.event, action: parcel.action },
      url: text(config.url),
      headers,
      body,
      timeoutMs: TIMEOUT_MS,
    }),
    (_, outcome, taken) => {
      if (github.store.get(deliveries, key) === undefined) return
      const answer =
        outcome.kind === 'answer' ? outcome : { status: outcome.reason === 'timeout' ? 504 : 502, body: '' }
      const words = taken
        ? 'OK'
        : outcome.kind === 'answer'
          ? `Invalid HTTP Response: ${answer.status}`
          : outcome.reason === 'timeout'
            ? 'timed out'
            : 'failed to connect to host'
      github.store.put(deliveries, key, {
        ...row,
        duration: (github.world.clock.now() - sentMs) / 1000,
        status: words,
        status_code: answer.status,
        response: { headers: {}, payload: answer.body },
      })
    },
  )
}

/** Sends a delivery again, as it was. */
export function redeliver(github: GitHub, hook: Row, path: string, old: Row): void {
  const headers = rowOf(rowOf(old.request).headers)
  send(
    github,
    {
      hook,
      path,
      type: text(headers['X-GitHub-Hook-Installation-Target-Type']),
      id: Number(headers['X-GitHub-Hook-Installation-Target-ID']),
      ...(typeof old.installation_id === 'number' ? { installation: old.installation_id } : {}),
    },
    {
      event: text(old.event),
      action: old.action === null ? null : text(old.action),
      guid: text(old.guid),
      payload: rowOf(old.request).payload ?? null,
      repository_id: typeof old.repository_id === 'number' ? old.repository_id : null,
    },
    true,
  )
}
