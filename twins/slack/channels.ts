import { emit, hears } from './events.ts'
import { announce } from './messages.ts'
import type { Channel, ChannelKind, Fields, Note } from './state.ts'
import type { Workspace } from './workspace.ts'

const NOTHING: Note = { value: '', creator: '', last_set: 0 }

/** A conversation that is not kept yet. */
export function newChannel(
  ws: Workspace,
  wish: {
    readonly id?: string | undefined
    readonly name: string
    readonly kind: ChannelKind
    readonly creator: string
    readonly members: readonly string[]
  },
): Channel {
  const letter = wish.kind === 'im' ? 'D' : 'C'
  return {
    id: wish.id ?? ws.newId(letter, ws.store.channels),
    name: wish.name,
    kind: wish.kind,
    created: ws.nowS(),
    updated_ms: ws.world.clock.now(),
    creator: wish.creator,
    is_archived: false,
    is_general: false,
    topic: NOTHING,
    purpose: NOTHING,
    previous_names: [],
    members: wish.members,
    others: 0,
    open: true,
    read: {},
    wire: null,
  }
}

const change = (ws: Workspace, channel: Channel, to: Partial<Channel>): Channel =>
  ws.store.channels.put({ ...channel, ...to, updated_ms: ws.world.clock.now() })

/** Lower case letters, digits, hyphens and underscores, at most 80. https://docs.slack.dev/reference/methods/conversations.create (2026-11-26). */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'invalid_name_required'
  if (name.length > 80) return 'invalid_name_maxlength'
  if (/^[-_]+$/.test(name)) return 'invalid_name_punctuation'
  if (/[\p{Lu}\s.]|[^\p{L}\p{N}\p{M}_-]/u.test(name)) return 'invalid_name_specials'
  return undefined
}

export function createChannel(ws: Workspace, name: string, isPrivate: boolean, creator: string): Channel {
  const kind = isPrivate ? 'group' : 'channel'
  const channel = ws.store.channels.put(newChannel(ws, { name, kind, creator, members: [creator] }))
  ws.note('channel.created', { channel: channel.id, name, creator, is_private: isPrivate })
  if (!isPrivate)
    emit(ws, 'channel_created', {
      type: 'channel_created',
      channel: {
        id: channel.id,
        is_channel: true,
        name,
        name_normalized: name,
        created: channel.created,
        creator,
        is_shared: false,
        is_org_shared: false,
        context_team_id: ws.team.id,
        is_archived: false,
        is_frozen: false,
        is_general: false,
        is_group: false,
        is_private: false,
        is_ext_shared: false,
        is_im: false,
        is_mpim: false,
        is_pending_ext_shared: false,
      },
      event_ts: ws.nextTs(),
    })
  announce(ws, channel, creator, 'channel_join', 'has joined the channel')
  return channel
}

const channelType = (channel: Channel): string => (channel.kind === 'channel' ? 'C' : 'G')

/** By their mail address people are known at other twins too: rules join what happens to one person by it. */
function addressOf(ws: Workspace, user: string): Fields {
  const email = ws.store.users.get(user)?.profile.email
  return email === undefined ? {} : { email }
}

/** Adds someone to a channel; `inviter` when it was not their own doing. */
export function join(ws: Workspace, channel: Channel, user: string, inviter?: string): Channel {
  const joined = change(ws, channel, { members: [...channel.members, user] })
  const invited = inviter === undefined ? {} : { inviter }
  ws.note('member.joined', { channel: channel.id, name: channel.name, user, ...addressOf(ws, user), ...invited })
  announce(ws, joined, user, 'channel_join', 'has joined the channel', invited)
  if (hears(ws, joined))
    emit(ws, 'member_joined_channel', {
      type: 'member_joined_channel',
      user,
      channel: channel.id,
      channel_type: channelType(channel),
      team: ws.team.id,
      ...invited,
      event_ts: ws.nextTs(),
    })
  return joined
}

export function leave(ws: Workspace, channel: Channel, user: string): Channel {
  const left = change(ws, channel, { members: channel.members.filter((member) => member !== user) })
  ws.note('member.left', { channel: channel.id, name: channel.name, user, ...addressOf(ws, user) })
  announce(ws, left, user, 'channel_leave', 'has left the channel')
  const told: Fields = { user, channel: channel.id, channel_type: channelType(channel), team: ws.team.id }
  if (hears(ws, left)) emit(ws, 'member_left_channel', { type: 'member_left_channel', ...told, event_ts: ws.nextTs() })
  if (user === ws.app.bot_user) {
    const type = channel.kind === 'channel' ? 'channel_left' : 'group_left'
    emit(ws, type, { type, channel: channel.id, actor_id: user, event_ts: ws.nextTs() })
  }
  return left
}

export function setArchived(ws: Workspace, channel: Channel, user: string, on: boolean): Channel {
  const word = on ? 'archive' : 'unarchive'
  const subtype = `channel_${word}`
  // Said while there still is someone to read it.
  if (on) announce(ws, channel, user, subtype, 'archived the channel')
  const changed = change(ws, channel, { is_archived: on })
  if (!on) announce(ws, changed, user, subtype, 'unarchived the channel')
  ws.note(`channel.${word}d`, { channel: channel.id, name: channel.name, user })
  const type = `${channel.kind === 'channel' ? 'channel' : 'group'}_${word}`
  if (channel.kind === 'channel' || hears(ws, channel))
    emit(ws, type, { type, channel: channel.id, user, ...(on ? { is_moved: 0 } : {}), event_ts: ws.nextTs() })
  return changed
}

export function rename(ws: Workspace, channel: Channel, user: string, name: string): Channel {
  const changed = change(ws, channel, { name, previous_names: [channel.name, ...channel.previous_names] })
  ws.note('channel.renamed', { channel: channel.id, name, old_name: channel.name, user })
  announce(ws, changed, user, 'channel_name', `has renamed the channel from "${channel.name}" to "${name}"`, {
    old_name: channel.name,
    name,
  })
  const type = channel.kind === 'channel' ? 'channel_rename' : 'group_rename'
  if (channel.kind === 'channel' || hears(ws, channel))
    emit(ws, type, {
      type,
      channel: {
        id: channel.id,
        name,
        name_normalized: name,
        created: channel.created,
        is_channel: channel.kind === 'channel',
        is_mpim: false,
      },
      event_ts: ws.nextTs(),
    })
  return changed
}

/** Sets the topic or the purpose. */
export function setNote(
  ws: Workspace,
  channel: Channel,
  user: string,
  which: 'topic' | 'purpose',
  value: string,
): Channel {
  const changed = change(ws, channel, { [which]: { value, creator: user, last_set: ws.nowS() } })
  ws.note(`channel.${which}_changed`, { channel: channel.id, name: channel.name, user, [which]: value })
  const said = which === 'topic' ? 'topic' : 'description'
  announce(
    ws,
    changed,
    user,
    `channel_${which}`,
    value === '' ? `cleared the channel ${said}` : `set the channel ${said}: ${value}`,
    {
      [which]: value,
    },
  )
  return changed
}

const directId = (members: readonly string[]): string => `direct ${[...members].sort().join()}`

/** Keeps that these people have a direct conversation already. */
export function keepDirect(ws: Workspace, channel: Channel): void {
  if (channel.kind === 'im' || channel.kind === 'mpim')
    ws.store.settings.put({ id: directId(channel.members), value: channel.id })
}

/** The direct conversation of these people, new or not. `opened` says that it was not there, or was closed. */
export function openDirect(
  ws: Workspace,
  creator: string,
  others: readonly string[],
): { readonly channel: Channel; readonly opened: boolean } {
  const members = [...new Set([creator, ...others])].sort()
  const known = ws.store.channels.get(String(ws.store.settings.get(directId(members))?.value ?? ''))
  if (known !== undefined) {
    const channel = known.open ? known : change(ws, known, { open: true })
    return { channel, opened: !known.open }
  }
  const kind = members.length <= 2 ? 'im' : 'mpim'
  const name = kind === 'im' ? '' : `mpdm-${members.map((member) => ws.user(member).name).join('--')}-1`
  const channel = ws.store.channels.put(newChannel(ws, { name, kind, creator, members }))
  keepDirect(ws, channel)
  ws.note('conversation.opened', { channel: channel.id, members })
  return { channel, opened: true }
}

export const closeDirect = (ws: Workspace, channel: Channel): Channel => change(ws, channel, { open: false })
export const markRead = (ws: Workspace, channel: Channel, user: string, ts: string): Channel =>
  ws.store.channels.put({ ...channel, read: { ...channel.read, [user]: ts } })
