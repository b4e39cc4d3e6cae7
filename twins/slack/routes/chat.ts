import {
  type Ask,
  arg,
  channelOf,
  flag,
  type Handlers,
  has,
  isIn,
  json,
  limitOf,
  needed,
  requireScope,
  SlackError,
  TooMany,
} from '../ask.ts'
import { openDirect } from '../channels.ts'
import { countPost } from '../limits.ts'
import {
  type Author,
  type Content,
  compose,
  edit,
  isEmpty,
  post,
  publish,
  readContent,
  remove,
  threadOf,
} from '../messages.ts'
import { type Channel, type Fields, fieldsOf, isFields, type Message, type Scheduled, textOf } from '../state.ts'
import { cursorAt, cursorOf, messageBody, permalinkOf } from '../wire.ts'
import type { Workspace } from '../workspace.ts'

/** Where a message goes: a conversation by id or by name, or a person. Whoever posts has to be in it, or may post anywhere public. */
function target(ask: Ask): Channel {
  const { ws, actor } = ask
  const name = needed(ask, 'channel')
  const { store } = ws
  if (/^[UW][A-Z0-9]{6,}$/.test(name)) {
    const person = store.users.get(name)
    if (person === undefined || person.deleted) throw new SlackError('channel_not_found')
    return openDirect(ws, actor.user, [name]).channel
  }
  const channel = store.channels.get(name) ?? store.channelNamed(name.replace(/^#/, ''))
  if (channel === undefined || (channel.kind !== 'channel' && !isIn(ask, channel)))
    throw new SlackError('channel_not_found')
  if (!isIn(ask, channel) && !(actor.kind === 'bot' && actor.scopes.includes('chat:write.public')))
    throw new SlackError('not_in_channel')
  if (channel.is_archived) throw new SlackError('is_archived')
  return channel
}

/** Who is shown to have written it. https://docs.slack.dev/reference/methods/chat.postMessage#authorship (2026-11-26). */
function authorFor(ask: Ask): Author {
  const [username, emoji, url] = ['username', 'icon_emoji', 'icon_url'].map((name) => arg(ask, name))
  if (!username && !emoji && !url) return { kind: 'app', user: ask.actor.user }
  requireScope(ask, ['chat:write.customize'])
  const icons: Fields | undefined = emoji
    ? { emoji }
    : url
      ? { image_36: url, image_48: url, image_72: url }
      : undefined
  return {
    kind: 'app',
    user: ask.actor.user,
    ...(username ? { username } : {}),
    ...(icons === undefined ? {} : { icons }),
  }
}

function contentOf(ask: Ask): Content {
  const content = readContent(ask.ws, ask.args)
  if (isEmpty(content)) throw new SlackError('no_text')
  return content
}

function placeOf(ask: Ask, channel: Channel): { channel: Channel; thread_ts?: string; broadcast: boolean } {
  const thread = arg(ask, 'thread_ts')
  return { channel, ...(thread === '' ? {} : { thread_ts: thread }), broadcast: flag(ask, 'reply_broadcast') }
}

function postMessage(ask: Ask): Fields {
  const { ws } = ask
  const channel = target(ask)
  const content = contentOf(ask)
  const author = authorFor(ask)
  const place = placeOf(ask, channel)
  if (place.thread_ts !== undefined) threadOf(ws, channel, place.thread_ts)
  const waitMs = countPost(ws, channel.id)
  if (waitMs !== undefined) throw new TooMany(waitMs)
  const message = post(ws, author, content, place)
  return { channel: channel.id, ts: message.ts, message: messageBody(ws, message) }
}

/** The message of `channel` and `ts`, of the one who asks. */
function ownMessage(ask: Ask, refusal: 'cant_update_message' | 'cant_delete_message'): Message {
  const channel = channelOf(ask)
  const message = ask.ws.store.message(channel.id, needed(ask, 'ts'))
  if (message === undefined) throw new SlackError('message_not_found')
  const { actor, ws } = ask
  const own =
    actor.kind === 'bot'
      ? message.bot_id === ws.app.bot_id && (message.user ?? actor.user) === actor.user
      : message.user === actor.user
  // Who runs the workspace may delete what others wrote: https://docs.slack.dev/reference/methods/chat.delete (2026-11-26).
  const admin = actor.kind === 'user' && ws.user(actor.user).is_admin === true
  if (!own && !(admin && refusal === 'cant_delete_message')) throw new SlackError(refusal)
  return message
}

/** What a changed message says, without its place and what has become of it; keys as @slack/web-api 8.2 has them. */
function saidOf(message: Message): Fields {
  const { id: _, channel: __, ts: ___, thread_ts: ____, reactions: _____, broadcast: ______, ...said } = message
  const { parent_user_id: _______, ...body } = said
  return body
}

function update(ask: Ask): Fields {
  const { ws, actor } = ask
  const message = ownMessage(ask, 'cant_update_message')
  if (ws.channel(message.channel).is_archived) throw new SlackError('is_inactive')
  // No metadata keeps what was there; an empty one takes it away.
  const { metadata, ...rest } = ask.args
  const emptied = isFields(json(ask, 'metadata')) && Object.keys(fieldsOf(json(ask, 'metadata'))).length === 0
  const content = readContent(ws, emptied ? rest : { ...rest, metadata })
  if (!has(ask, 'text') && content.blocks === undefined && content.attachments === undefined)
    throw new SlackError('no_text')
  const changed = edit(ws, message, actor.user, {
    ...(has(ask, 'text') ? { text: content.text } : content.blocks === undefined ? {} : { text: message.text }),
    ...(content.blocks === undefined ? {} : { blocks: content.blocks }),
    ...(content.attachments === undefined ? {} : { attachments: content.attachments }),
    ...(emptied ? { metadata: {} } : content.metadata === undefined ? {} : { metadata: content.metadata }),
  })
  return { channel: message.channel, ts: message.ts, text: changed.text, message: saidOf(changed) }
}

function postEphemeral(ask: Ask): Fields {
  const { ws } = ask
  const channel = target(ask)
  const user = needed(ask, 'user')
  if (!channel.members.includes(user)) throw new SlackError('user_not_in_channel')
  const content = contentOf(ask)
  const message = compose(ws, authorFor(ask), content, placeOf(ask, channel), ws.nextTs())
  showTo(ws, message, user)
  return { message_ts: message.ts }
}

/** Keeps a message that one person sees: history does not have it. */
function showTo(ws: Workspace, message: Message, user: string): void {
  const { reactions: _, broadcast: __, ...body } = message
  ws.store.ephemerals.put({ ...body, user })
  ws.note('message.shown', { channel: message.channel, user, ts: message.ts, text: message.text })
}

const HORIZON_S = 120 * 24 * 3600
/** https://docs.slack.dev/reference/methods/chat.scheduleMessage (2026-11-26): at most 120 days ahead, and 30 in five minutes and a channel. */
const PER_WINDOW = { most: 30, seconds: 300 }

function schedule(ask: Ask): Fields {
  const { ws, actor } = ask
  const channel = target(ask)
  const postAt = Number(needed(ask, 'post_at'))
  if (!Number.isInteger(postAt)) throw new SlackError('invalid_time')
  if (postAt <= ws.nowS()) throw new SlackError('time_in_past')
  if (postAt > ws.nowS() + HORIZON_S) throw new SlackError('time_too_far')
  const content = contentOf(ask)
  const near = ws.store.scheduled_messages
    .all()
    .filter((one) => one.channel === channel.id && Math.abs(one.post_at - postAt) < PER_WINDOW.seconds)
  if (near.length >= PER_WINDOW.most) throw new SlackError('restricted_too_many')
  const place = placeOf(ask, channel)
  const message = compose(ws, authorFor(ask), content, place, '')
  const { id: _, ts: __, ...body } = message
  const row: Scheduled = {
    id: ws.newId('Q', ws.store.scheduled_messages),
    channel: channel.id,
    post_at: postAt,
    date_created: ws.nowS(),
    actor: actor.user,
    message: body as unknown as Fields,
  }
  keepSchedule(ws, ws.store.scheduled_messages.put(row))
  const { user: ___, reactions: ____, broadcast: _____, channel: ______, ...shown } = body
  return { scheduled_message_id: row.id, channel: channel.id, post_at: postAt, message: shown }
}

/** Puts a scheduled message on the clock; also after a restore. */
export function keepSchedule(ws: Workspace, row: Scheduled): void {
  ws.later(
    row.post_at * 1000 - ws.world.clock.now(),
    () => {
      if (ws.store.scheduled_messages.get(row.id) === undefined) return
      ws.store.scheduled_messages.remove(row.id)
      const channel = ws.store.channels.get(row.channel)
      if (channel === undefined || channel.is_archived) return
      const ts = ws.nextTs()
      publish(ws, { ...(row.message as unknown as Message), id: `${row.channel}:${ts}`, ts }, channel)
    },
    'scheduled message',
  )
}

function scheduledList(ask: Ask): Fields {
  const { ws } = ask
  const only = arg(ask, 'channel')
  const [oldest, latest] = [Number(arg(ask, 'oldest') || 0), Number(arg(ask, 'latest') || Number.POSITIVE_INFINITY)]
  const rows = ws.store.scheduled_messages
    .all()
    .filter((row) => (only === '' || row.channel === only) && row.post_at >= oldest && row.post_at <= latest)
    .sort((one, other) => one.post_at - other.post_at)
  const limit = limitOf(ask, 100, 1000)
  const after = cursorAt('scheduled', arg(ask, 'cursor'))
  const start =
    after === undefined
      ? 0
      : Math.max(
          0,
          rows.findIndex(({ id }) => id === after),
        )
  const next = rows[start + limit]
  return {
    scheduled_messages: rows.slice(start, start + limit).map(({ id, channel, post_at, date_created, message }) => ({
      id,
      channel_id: channel,
      post_at,
      date_created,
      text: textOf(message.text),
    })),
    response_metadata: { next_cursor: next === undefined ? '' : cursorOf('scheduled', next.id) },
  }
}

function deleteScheduled(ask: Ask): Fields {
  const { ws } = ask
  const channel = channelOf(ask)
  const row = ws.store.scheduled_messages.get(needed(ask, 'scheduled_message_id'))
  // Within a minute of its time it is as good as sent.
  if (row === undefined || row.channel !== channel.id || row.post_at - ws.nowS() < 60)
    throw new SlackError('invalid_scheduled_message_id')
  ws.store.scheduled_messages.remove(row.id)
  return {}
}

export const CHAT: Handlers = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.delete'(ask) {
    const message = ownMessage(ask, 'cant_delete_message')
    remove(ask.ws, message)
    return { channel: message.channel, ts: message.ts }
  },
  'chat.postEphemeral': postEphemeral,
  'chat.meMessage'(ask) {
    const channel = target(ask)
    const text = needed(ask, 'text')
    const content = readContent(ask.ws, { text })
    const message = post(ask.ws, { kind: 'app', user: ask.actor.user }, content, { channel }, { subtype: 'me_message' })
    return { channel: channel.id, ts: message.ts }
  },
  'chat.getPermalink'(ask) {
    const channel = channelOf(ask)
    const message = ask.ws.store.message(channel.id, needed(ask, 'message_ts'))
    if (message === undefined) throw new SlackError('message_not_found')
    return { channel: channel.id, permalink: permalinkOf(ask.ws, message) }
  },
  'chat.scheduleMessage': schedule,
  'chat.scheduledMessages.list': scheduledList,
  'chat.deleteScheduledMessage': deleteScheduled,
}
