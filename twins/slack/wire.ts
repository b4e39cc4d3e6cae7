import type { Json } from '../trace.ts'
import type { Channel, Fields, Message, Reaction, User } from './state.ts'
import { type Actor, found, type Workspace } from './workspace.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

const base = (ws: Workspace): Record<string, string> => ({
  'Content-Type': JSON_TYPE,
  Date: new Date(ws.world.clock.now()).toUTCString(),
  'Cache-Control': 'private, no-cache, no-store, must-revalidate',
  'X-Slack-Req-Id': ws.world.draw('request id').text(32, '0123456789abcdef'),
})

/** An answer of the Web API: status 200 whatever it says. Headers as recorded by github.com/slack-ruby/slack-ruby-client in 2021-12. */
export function answer(
  ws: Workspace,
  body: Fields,
  about: { readonly scopes?: readonly string[] | undefined; readonly accepted?: readonly string[] } = {},
): Response {
  const headers = base(ws)
  if (about.scopes !== undefined && about.scopes.length > 0) headers['X-OAuth-Scopes'] = about.scopes.join(',')
  if (about.accepted !== undefined && about.accepted.length > 0)
    headers['X-Accepted-OAuth-Scopes'] = about.accepted.join(',')
  return new Response(JSON.stringify(body), { headers })
}

const seconds = (waitMs: number): string => String(Math.max(1, Math.ceil(waitMs / 1000)))

/** https://docs.slack.dev/apis/web-api/rate-limits (2026-11-26): 429 with whole seconds in Retry-After. Rounded up. */
export const rateLimited = (ws: Workspace, waitMs: number): Response =>
  new Response(JSON.stringify({ ok: false, error: 'ratelimited' }), {
    status: 429,
    headers: { ...base(ws), 'Retry-After': seconds(waitMs) },
  })

/** https://docs.slack.dev/reference/methods (2026-11-26), common errors. Assumed: which one goes with which status. */
const FAILURES: Readonly<Record<number, string>> = { 429: 'ratelimited', 503: 'service_unavailable' }

/** What Slack says when it cannot serve. Webhooks are told in plain text. */
export function failure(ws: Workspace, status: number, retryAfterMs?: number, request?: Request): Response {
  const error = FAILURES[status] ?? 'internal_error'
  const plain = request !== undefined && new URL(request.url).hostname !== 'slack.com'
  const headers = {
    ...base(ws),
    ...(plain ? { 'Content-Type': 'text/html' } : {}),
    ...(retryAfterMs === undefined ? {} : { 'Retry-After': seconds(retryAfterMs) }),
  }
  const said = plain ? (status === 429 ? 'rate_limited' : error) : JSON.stringify({ ok: false, error })
  return new Response(said, { status, headers })
}

export const plain = (ws: Workspace, status: number, text: string): Response =>
  new Response(text, { status, headers: { ...base(ws), 'Content-Type': status === 200 ? 'text/html' : 'text/plain' } })

/** A cursor names what comes next: https://docs.slack.dev/apis/web-api/pagination (2026-11-26); the names as recorded in 2021-12. */
export const cursorOf = (kind: string, id: string): string => Buffer.from(`${kind}:${id}`).toString('base64')
/** What a cursor names; undefined when it is none of this kind. */
export function cursorAt(kind: string, cursor: string): string | undefined {
  const [name, ...id] = Buffer.from(cursor, 'base64').toString().split(':')
  return name === kind && id.length > 0 ? id.join(':') : undefined
}

const DAY_ONE = '0000000000.000000'

/** A conversation as `who` sees it in a list. https://docs.slack.dev/reference/objects/conversation-object (2026-11-26); keys as @slack/web-api 8.2 has them. */
export function channelBody(ws: Workspace, channel: Channel, who: Actor): Fields {
  const own = bodyOf(ws, channel, who)
  // A seed's own row decides which fields there are; what the twin knows decides what is in them.
  if (channel.wire === null) return own
  return Object.fromEntries(Object.entries(channel.wire).map(([key, value]) => [key, own[key] ?? value]))
}

function bodyOf(ws: Workspace, channel: Channel, who: Actor): Fields {
  const { id, kind, created, updated_ms: updated, creator, is_archived } = channel
  if (kind === 'im') {
    const other = partnerOf(channel, who.user)
    return {
      id,
      created,
      is_archived,
      is_im: true,
      is_org_shared: false,
      context_team_id: ws.team.id,
      updated,
      user: other,
      is_user_deleted: ws.store.users.get(other)?.deleted ?? false,
      priority: 0,
    }
  }
  return {
    id,
    name: channel.name,
    is_channel: kind === 'channel',
    is_group: kind !== 'channel',
    is_im: false,
    is_mpim: kind === 'mpim',
    is_private: kind !== 'channel',
    created,
    is_archived,
    is_general: channel.is_general,
    unlinked: 0,
    name_normalized: channel.name,
    is_shared: false,
    is_org_shared: false,
    is_pending_ext_shared: false,
    pending_shared: [],
    context_team_id: ws.team.id,
    updated,
    parent_conversation: null,
    creator,
    is_ext_shared: false,
    shared_team_ids: [ws.team.id],
    pending_connected_team_ids: [],
    is_member: channel.members.includes(who.user),
    topic: channel.topic,
    purpose: channel.purpose,
    previous_names: channel.previous_names,
    num_members: channel.members.length + channel.others,
  }
}

export const partnerOf = (channel: Channel, user: string): string =>
  channel.members.find((member) => member !== user) ?? user

/** A conversation on its own: without the count of its members, with what its reader has read. */
export function channelDetail(ws: Workspace, channel: Channel, who: Actor): Fields {
  const { num_members: _, ...body } = channelBody(ws, channel, who)
  const read = { last_read: channel.read[who.user] ?? DAY_ONE }
  if (channel.kind === 'channel' || channel.kind === 'group')
    return channel.members.includes(who.user) ? { ...body, ...read } : body
  const latest = lastMessage(ws, channel)
  const unread = ws.store.timeline(channel.id).filter((ts) => ts > String(read.last_read)).length
  return { ...body, is_open: channel.open, ...read, latest, unread_count: unread, unread_count_display: unread }
}

function lastMessage(ws: Workspace, { id }: Channel): Json {
  const ts = ws.store.timeline(id).at(-1)
  const message = ts === undefined ? undefined : ws.store.message(id, ts)
  return message === undefined ? null : messageBody(ws, message)
}

/** What a bot says of itself in its messages; keys as on the wire in 2026-05. */
export const botProfile = (ws: Workspace): Fields => ({
  id: ws.app.bot_id,
  app_id: ws.app.id,
  user_id: ws.app.bot_user,
  name: ws.app.name,
  icons: {
    image_36: 'https://a.slack-edge.com/80588/img/plugins/app/bot_36.png',
    image_48: 'https://a.slack-edge.com/80588/img/plugins/app/bot_48.png',
    image_72: 'https://a.slack-edge.com/80588/img/plugins/app/service_72.png',
  },
  deleted: false,
  updated: Math.floor(ws.world.startsAtMs / 1000),
  team_id: ws.team.id,
})

/** A message as history, events and answers show it, with what has become of it. */
export function messageBody(ws: Workspace, message: Message): Fields {
  const { id: _, channel, reactions, broadcast: __, ...body } = message
  const replies = ws.store.replies(channel, message.ts)
  const pin = ws.store.pins.get(message.id)
  return {
    ...body,
    ...(replies.length === 0 ? {} : threadOf(ws, message, replies)),
    ...(reactions.length === 0 ? {} : { reactions: reactions as readonly Reaction[] }),
    ...(pin === undefined ? {} : { pinned_to: [channel], pinned_info: pinnedInfo(pin) }),
  }
}

const pinnedInfo = ({ channel, user, created }: { channel: string; user: string; created: number }): Fields => ({
  channel,
  pinned_by: user,
  pinned_ts: created,
})

/** How many of a thread's authors are named. Assumed: five, as clients show faces. */
const FACES = 5

function threadOf(ws: Workspace, { channel, ts }: Message, replies: readonly string[]): Fields {
  const users = [
    ...new Set(replies.map((reply) => authorOf(found(ws.store.message(channel, reply), `reply ${reply}`)))),
  ]
  return {
    thread_ts: ts,
    reply_count: replies.length,
    reply_users_count: users.length,
    latest_reply: replies.at(-1) ?? ts,
    reply_users: users.slice(0, FACES),
    is_locked: false,
    subscribed: users.includes(ws.app.bot_user),
  }
}

export const authorOf = ({ user, bot_id }: Message): string => String(user ?? bot_id ?? '')

/** The answer about a user. Those who left have fewer fields. */
export function userBody(user: User, email: boolean): Fields {
  if (email) return user
  const { email: _, ...profile } = user.profile
  return { ...user, profile }
}

export const permalinkOf = (ws: Workspace, message: Message): string => {
  const thread =
    message.thread_ts === undefined || message.thread_ts === message.ts
      ? ''
      : `?thread_ts=${message.thread_ts}&cid=${message.channel}`
  return `https://${ws.team.domain}.slack.com/archives/${message.channel}/p${message.ts.replace('.', '')}${thread}`
}
