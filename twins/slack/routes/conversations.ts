import {
  type Ask,
  arg,
  channelOf,
  flag,
  type Handlers,
  isIn,
  limitOf,
  many,
  needed,
  requireScope,
  SlackError,
} from '../ask.ts'
import {
  closeDirect,
  createChannel,
  join,
  leave,
  markRead,
  nameProblem,
  openDirect,
  rename,
  setArchived,
  setNote,
} from '../channels.ts'
import { scopeOf } from '../methods.ts'
import type { Channel, ChannelKind, Fields, Message } from '../state.ts'
import { channelBody, channelDetail, cursorAt, cursorOf, messageBody } from '../wire.ts'

const KINDS: Readonly<Record<string, ChannelKind>> = {
  public_channel: 'channel',
  private_channel: 'group',
  mpim: 'mpim',
  im: 'im',
}

function kindsOf(ask: Ask): readonly ChannelKind[] {
  const types = many(ask, 'types')
  const kinds = (types.length === 0 ? ['public_channel'] : types).map((type) => {
    const kind = KINDS[type]
    if (kind === undefined) throw new SlackError('invalid_types')
    return kind
  })
  for (const kind of kinds) requireScope(ask, scopeOf(kind, 'read'))
  return kinds
}

/** A page of conversations. Archived ones are left out after the page has been cut, so pages may be short: https://docs.slack.dev/reference/methods/conversations.list (2026-11-26). */
function pageOf(ask: Ask, channels: readonly Channel[], shape: (channel: Channel) => Fields): Fields {
  const limit = limitOf(ask, 100, 1000)
  const cursor = arg(ask, 'cursor')
  const from = cursorAt('team', cursor)
  const start = cursor === '' ? 0 : channels.findIndex(({ id }) => id === from)
  if (start < 0) throw new SlackError('invalid_cursor')
  const page = channels.slice(start, start + limit)
  const next = channels[start + limit]
  const shown = flag(ask, 'exclude_archived') ? page.filter(({ is_archived }) => !is_archived) : page
  return {
    channels: shown.map(shape),
    response_metadata: { next_cursor: next === undefined ? '' : cursorOf('team', next.id) },
  }
}

function list(ask: Ask): Fields {
  const { ws, actor } = ask
  const kinds = kindsOf(ask)
  const seen = ws.store.channels
    .all()
    .filter((channel) => kinds.includes(channel.kind) && (channel.kind === 'channel' || isIn(ask, channel)))
  return pageOf(ask, seen, (channel) => channelBody(ws, channel, actor))
}

/** Conversations of a person: https://docs.slack.dev/reference/methods/users.conversations (2026-11-26). */
function ofUser(ask: Ask): Fields {
  const { ws, actor } = ask
  const kinds = kindsOf(ask)
  const user = arg(ask, 'user') || actor.user
  if (ws.store.users.get(user) === undefined) throw new SlackError('user_not_found')
  const theirs = ws.store.channels
    .all()
    .filter(
      (channel) =>
        kinds.includes(channel.kind) &&
        channel.members.includes(user) &&
        (channel.kind === 'channel' || isIn(ask, channel)),
    )
  return pageOf(ask, theirs, (channel) => {
    const { is_member: _, num_members: __, ...body } = channelBody(ws, channel, actor)
    return body
  })
}

/** The conversation that is asked about, once the token may do this to its kind. */
function about(
  ask: Ask,
  act: 'read' | 'history' | 'write',
  more: (kind: ChannelKind) => readonly string[] = () => [],
): Channel {
  const channel = channelOf(ask)
  requireScope(ask, [...scopeOf(channel.kind, act), ...more(channel.kind)])
  return channel
}

function member(ask: Ask, channel: Channel): void {
  if (!isIn(ask, channel)) throw new SlackError('not_in_channel')
}
function unarchived(channel: Channel): void {
  if (channel.is_archived) throw new SlackError('is_archived')
}
function noDirect(channel: Channel): void {
  if (channel.kind === 'im' || channel.kind === 'mpim') throw new SlackError('method_not_supported_for_channel_type')
}

/** https://docs.slack.dev/reference/methods/conversations.history (2026-11-26): newest first; replies only where the channel shows them. */
function history(ask: Ask): Fields {
  const { ws } = ask
  const channel = about(ask, 'history')
  member(ask, channel)
  const shown = ws.store
    .timeline(channel.id)
    .map((ts) => ws.store.message(channel.id, ts))
    .filter((message): message is Message => message !== undefined)
    .filter(({ thread_ts, ts, broadcast }) => thread_ts === undefined || thread_ts === ts || broadcast)
  const { page, next } = window(ask, shown.reverse())
  const pins = ws.store.pins.all().filter((pin) => pin.channel === channel.id)
  return {
    ...(arg(ask, 'latest') === '' ? {} : { latest: arg(ask, 'latest') }),
    ...(arg(ask, 'oldest') === '' ? {} : { oldest: arg(ask, 'oldest') }),
    messages: page.map((message) => messageBody(ws, message)),
    has_more: next !== undefined,
    pin_count: pins.length,
    channel_actions_ts: null,
    channel_actions_count: 0,
    ...(next === undefined
      ? {}
      : { response_metadata: { next_cursor: cursorOf('next_ts', next.ts.replace('.', '')) } }),
  }
}

/** https://docs.slack.dev/reference/methods/conversations.replies (2026-11-26): the head of the thread first, then its replies, oldest first. */
function replies(ask: Ask): Fields {
  const { ws } = ask
  const channel = about(ask, 'history')
  member(ask, channel)
  const head = ws.store.message(channel.id, needed(ask, 'ts'))
  if (head === undefined) throw new SlackError('thread_not_found')
  const top = head.thread_ts === undefined ? head : (ws.store.message(channel.id, head.thread_ts) ?? head)
  const thread = [top.ts, ...ws.store.replies(channel.id, top.ts)]
    .map((ts) => ws.store.message(channel.id, ts))
    .filter((message): message is Message => message !== undefined)
  // The head comes with every page.
  const { page, next } = window(ask, thread.slice(1))
  const rows = [top, ...page]
  return {
    messages: rows.map((message) => messageBody(ws, message)),
    has_more: next !== undefined,
    ...(next === undefined
      ? {}
      : { response_metadata: { next_cursor: cursorOf('next_ts', next.ts.replace('.', '')) } }),
  }
}

/** Which messages fall between `oldest` and `latest`, as many as asked for. */
function window(
  ask: Ask,
  messages: readonly Message[],
): { readonly page: readonly Message[]; readonly next: Message | undefined } {
  for (const name of ['oldest', 'latest'])
    if (!/^(\d+(\.\d+)?)?$/.test(arg(ask, name))) throw new SlackError(`invalid_ts_${name}`)
  const [oldest, latest] = [arg(ask, 'oldest'), arg(ask, 'latest')]
  const inclusive = flag(ask, 'inclusive')
  const after = (ts: string, bound: string): boolean =>
    Number(ts) > Number(bound) || (inclusive && Number(ts) === Number(bound))
  const before = (ts: string, bound: string): boolean =>
    Number(ts) < Number(bound) || (inclusive && Number(ts) === Number(bound))
  const between = messages.filter(
    ({ ts }) => (oldest === '' || oldest === '0' || after(ts, oldest)) && (latest === '' || before(ts, latest)),
  )
  const commercial = ask.ws.seed.app?.distribution === 'commercial'
  const limit = commercial ? limitOf(ask, 15, 15) : limitOf(ask, 100, 999)
  const cursor = arg(ask, 'cursor')
  const from = cursorAt('next_ts', cursor)
  const start = cursor === '' ? 0 : between.findIndex(({ ts }) => ts.replace('.', '') === from)
  if (start < 0) throw new SlackError('invalid_cursor')
  return { page: between.slice(start, start + limit), next: between[start + limit] }
}

function create(ask: Ask): Fields {
  const { ws, actor } = ask
  const isPrivate = flag(ask, 'is_private')
  requireScope(ask, scopeOf(isPrivate ? 'group' : 'channel', 'write'))
  const name = arg(ask, 'name')
  const problem = nameProblem(name)
  if (problem !== undefined) throw new SlackError(problem)
  if (ws.store.channelNamed(name) !== undefined) throw new SlackError('name_taken')
  const channel = createChannel(ws, name, isPrivate, actor.user)
  return { channel: channelDetail(ws, channel, actor) }
}

/** https://docs.slack.dev/reference/methods/conversations.invite (2026-11-26): up to 1,000; all or, by default, none. */
function invite(ask: Ask): Fields {
  const { ws, actor } = ask
  const channel = about(ask, 'write', (kind) =>
    kind === 'channel' ? ['channels:write.invites'] : ['groups:write.invites'],
  )
  noDirect(channel)
  const users = many(ask, 'users')
  if (users.length === 0) throw new SlackError('no_user')
  if (users.length > 1000) throw new SlackError('too_many_users')
  member(ask, channel)
  unarchived(channel)
  const errors = users.flatMap((user): readonly Fields[] => {
    const known = ws.store.users.get(user)
    const error =
      known === undefined || known.deleted
        ? 'user_not_found'
        : user === actor.user
          ? 'cant_invite_self'
          : channel.members.includes(user)
            ? 'already_in_channel'
            : undefined
    return error === undefined ? [] : [{ user, ok: false, error }]
  })
  const [first] = errors
  if (first !== undefined && !(flag(ask, 'force') && errors.length < users.length))
    throw new SlackError(String(first.error), { errors })
  let joined = channel
  const bad = new Set(errors.map(({ user }) => user))
  for (const user of users)
    if (!bad.has(user) && !joined.members.includes(user)) joined = join(ws, joined, user, actor.user)
  return { channel: channelDetail(ws, joined, actor), ...(errors.length === 0 ? {} : { errors }) }
}

function kick(ask: Ask): Fields {
  const { ws, actor } = ask
  const channel = about(ask, 'write')
  noDirect(channel)
  const user = needed(ask, 'user')
  if (ws.store.users.get(user) === undefined) throw new SlackError('user_not_found')
  member(ask, channel)
  if (user === actor.user) throw new SlackError('cant_kick_self')
  if (channel.is_general) throw new SlackError('cant_kick_from_general')
  if (!channel.members.includes(user)) throw new SlackError('not_in_channel')
  leave(ws, channel, user)
  return { errors: {} }
}

function open(ask: Ask): Fields {
  const { ws, actor } = ask
  const id = arg(ask, 'channel')
  const users = many(ask, 'users')
  if (id === '' && users.length === 0) throw new SlackError('users_list_not_supplied')
  if (users.length > 8) throw new SlackError('too_many_users')
  for (const user of users) {
    const known = ws.store.users.get(user)
    if (known === undefined) throw new SlackError('user_not_found')
    if (known.deleted) throw new SlackError('user_disabled')
  }
  if (id === '') requireScope(ask, scopeOf(users.length === 1 ? 'im' : 'mpim', 'write'))
  const members = id === '' ? users : channelOf(ask).members.filter((one) => one !== actor.user)
  const { channel, opened } = openDirect(ws, actor.user, members)
  const body = flag(ask, 'return_im') ? channelDetail(ws, channel, actor) : { id: channel.id }
  return opened ? { channel: body } : { no_op: true, already_open: true, channel: body }
}

function note(which: 'topic' | 'purpose'): (ask: Ask) => Fields {
  return (ask) => {
    const { ws, actor } = ask
    const channel = about(ask, 'write', (kind) =>
      kind === 'channel' ? ['channels:write.topic'] : kind === 'group' ? ['groups:write.topic'] : [],
    )
    const value = arg(ask, which)
    member(ask, channel)
    unarchived(channel)
    if (value.length > 250) throw new SlackError('too_long')
    return { channel: channelDetail(ws, setNote(ws, channel, actor.user, which, value), actor) }
  }
}

function members(ask: Ask): Fields {
  const channel = about(ask, 'read')
  const limit = limitOf(ask, 100, 1000)
  const cursor = arg(ask, 'cursor')
  const from = cursorAt('user', cursor)
  const start = cursor === '' ? 0 : channel.members.indexOf(from ?? '')
  if (start < 0) throw new SlackError('invalid_cursor')
  const next = channel.members[start + limit]
  return {
    members: channel.members.slice(start, start + limit),
    response_metadata: { next_cursor: next === undefined ? '' : cursorOf('user', next) },
  }
}

export const CONVERSATIONS: Handlers = {
  'conversations.list': list,
  'users.conversations': ofUser,
  'conversations.info'(ask) {
    const { ws, actor } = ask
    const channel = about(ask, 'read')
    const count = flag(ask, 'include_num_members') ? { num_members: channel.members.length + channel.others } : {}
    return { channel: { ...channelDetail(ws, channel, actor), ...count } }
  },
  'conversations.history': history,
  'conversations.replies': replies,
  'conversations.create': create,
  'conversations.invite': invite,
  'conversations.kick': kick,
  'conversations.open': open,
  'conversations.members': members,
  'conversations.setTopic': note('topic'),
  'conversations.setPurpose': note('purpose'),
  'conversations.join'(ask) {
    const { ws, actor } = ask
    const channel = channelOf(ask)
    if (channel.kind !== 'channel') throw new SlackError('method_not_supported_for_channel_type')
    unarchived(channel)
    if (isIn(ask, channel))
      return {
        channel: channelDetail(ws, channel, actor),
        warning: 'already_in_channel',
        response_metadata: { warnings: ['already_in_channel'] },
      }
    return { channel: channelDetail(ws, join(ws, channel, actor.user), actor) }
  },
  'conversations.leave'(ask) {
    const channel = about(ask, 'write')
    noDirect(channel)
    unarchived(channel)
    if (channel.is_general) throw new SlackError('cant_leave_general')
    if (!isIn(ask, channel)) return { not_in_channel: true }
    leave(ask.ws, channel, ask.actor.user)
    return {}
  },
  'conversations.archive'(ask) {
    const channel = about(ask, 'write')
    noDirect(channel)
    member(ask, channel)
    if (channel.is_general) throw new SlackError('cant_archive_general')
    if (channel.is_archived) throw new SlackError('already_archived')
    setArchived(ask.ws, channel, ask.actor.user, true)
    return {}
  },
  'conversations.unarchive'(ask) {
    const channel = about(ask, 'write')
    noDirect(channel)
    if (!channel.is_archived) throw new SlackError('not_archived')
    setArchived(ask.ws, channel, ask.actor.user, false)
    return {}
  },
  'conversations.rename'(ask) {
    const { ws, actor } = ask
    const channel = about(ask, 'write')
    noDirect(channel)
    const name = arg(ask, 'name')
    member(ask, channel)
    unarchived(channel)
    const problem = nameProblem(name)
    if (problem !== undefined) throw new SlackError(problem)
    const other = ws.store.channelNamed(name)
    if (other !== undefined && other.id !== channel.id) throw new SlackError('name_taken')
    return { channel: channelDetail(ws, rename(ws, channel, actor.user, name), actor) }
  },
  'conversations.close'(ask) {
    const channel = about(ask, 'write')
    if (channel.kind !== 'im' && channel.kind !== 'mpim') throw new SlackError('method_not_supported_for_channel_type')
    if (!channel.open) return { no_op: true, already_closed: true }
    closeDirect(ask.ws, channel)
    return {}
  },
  'conversations.mark'(ask) {
    const channel = about(ask, 'write')
    member(ask, channel)
    const ts = needed(ask, 'ts')
    if (!/^\d+\.\d+$/.test(ts)) throw new SlackError('invalid_timestamp')
    markRead(ask.ws, channel, ask.actor.user, ts)
    return {}
  },
}
