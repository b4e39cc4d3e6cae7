import { type Ask, arg, channelOf, type Handlers, isIn, needed, SlackError } from '../ask.ts'
import { emit, hears } from '../events.ts'
import { react } from '../messages.ts'
import { pageOf } from '../pages.ts'
import type { Bookmark, Fields, Message, Pin } from '../state.ts'
import { authorOf, messageBody, permalinkOf } from '../wire.ts'

/** The message of `channel` and `timestamp`. */
function messageOf(ask: Ask): Message {
  const channel = channelOf(ask)
  const ts = arg(ask, 'timestamp')
  if (ts === '') throw new SlackError('no_item_specified')
  if (!/^\d+\.\d+$/.test(ts)) throw new SlackError('bad_timestamp')
  const message = ask.ws.store.message(channel.id, ts)
  if (message === undefined) throw new SlackError('message_not_found')
  return message
}

/** https://docs.slack.dev/reference/methods/reactions.add (2026-11-26): 23 kinds by one person and 50 in all. Assumed: every name is an emoji but one that cannot be. */
function addReaction(ask: Ask): Fields {
  const { ws, actor } = ask
  const name = arg(ask, 'name').replace(/^:|:$/g, '')
  if (!/^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(name)) throw new SlackError('invalid_name')
  const message = messageOf(ask)
  const channel = ws.channel(message.channel)
  if (channel.is_archived) throw new SlackError('is_archived')
  if (!isIn(ask, channel)) throw new SlackError('not_in_channel')
  const own = message.reactions.filter(({ users }) => users.includes(actor.user))
  if (own.length >= 23) throw new SlackError('too_many_reactions')
  if (message.reactions.length >= 50 && !message.reactions.some((one) => one.name === name))
    throw new SlackError('too_many_emoji')
  if (!react(ws, message, actor.user, name, true)) throw new SlackError('already_reacted')
  return {}
}

function listReactions(ask: Ask): Fields {
  const { ws, actor } = ask
  const user = arg(ask, 'user') || actor.user
  const items = ws.store.messages
    .all()
    .filter(
      ({ reactions, channel }) => reactions.some(({ users }) => users.includes(user)) && isIn(ask, ws.channel(channel)),
    )
    .reverse()
  const { rows, paging, next } = pageOf(ask, items, 100, 1000)
  return {
    items: rows.map((message) => ({ type: 'message', channel: message.channel, message: withLink(ask, message) })),
    ...(arg(ask, 'limit') === '' && arg(ask, 'cursor') === '' ? { paging } : {}),
    response_metadata: { next_cursor: next },
  }
}

const withLink = ({ ws }: Ask, message: Message): Fields => ({
  ...messageBody(ws, message),
  permalink: permalinkOf(ws, message),
})

function pinOf(ask: Ask): Message {
  const message = messageOf(ask)
  if (!isIn(ask, ask.ws.channel(message.channel))) throw new SlackError('not_in_channel')
  return message
}

function tellPin(ask: Ask, message: Message, pin: Pin, type: 'pin_added' | 'pin_removed'): void {
  const { ws, actor } = ask
  const pins = ws.store.pins.all().filter(({ channel }) => channel === message.channel)
  ws.note(type === 'pin_added' ? 'pin.added' : 'pin.removed', {
    channel: message.channel,
    ts: message.ts,
    user: actor.user,
  })
  if (!hears(ws, ws.channel(message.channel))) return
  emit(ws, type, {
    type,
    user: actor.user,
    channel_id: message.channel,
    item: {
      type: 'message',
      created: pin.created,
      created_by: pin.user,
      channel: message.channel,
      message: pinned(ask, message),
    },
    item_user: authorOf(message),
    pin_count: pins.length,
    pinned_info: { channel: message.channel, pinned_by: pin.user, pinned_ts: pin.created },
    ...(type === 'pin_added' ? {} : { has_pins: pins.length > 0 }),
    event_ts: ws.nextTs(),
  })
}

/** A list of pins says of each pin who made it, not of its message. */
function pinned(ask: Ask, message: Message): Fields {
  const { pinned_info: _, ...body } = withLink(ask, message)
  return body
}

function bookmarkOf(ask: Ask): Bookmark {
  const channel = channelOf(ask, 'channel_id')
  const bookmark = ask.ws.store.bookmarks.get(needed(ask, 'bookmark_id'))
  if (bookmark === undefined || bookmark.channel_id !== channel.id) throw new SlackError('not_found')
  return bookmark
}

function link(ask: Ask): string {
  const value = needed(ask, 'link')
  if (!/^https?:\/\/\S+$/.test(value)) throw new SlackError('invalid_link')
  return value
}

/** https://docs.slack.dev/reference/methods/bookmarks.add (2026-11-26): links only, 100 to a channel. */
function addBookmark(ask: Ask): Fields {
  const { ws, actor } = ask
  const channel = channelOf(ask, 'channel_id')
  const title = needed(ask, 'title')
  const type = needed(ask, 'type')
  if (type !== 'link') throw new SlackError('invalid_bookmark_type')
  const there = ws.store.bookmarks.all().filter(({ channel_id }) => channel_id === channel.id)
  if (there.length >= 100) throw new SlackError('too_many_bookmarks')
  const bookmark: Bookmark = {
    id: ws.newId('Bk', ws.store.bookmarks),
    channel_id: channel.id,
    title,
    link: link(ask),
    emoji: arg(ask, 'emoji'),
    icon_url: '',
    type,
    entity_id: null,
    date_created: ws.nowS(),
    date_updated: 0,
    rank: there.length.toString(36),
    last_updated_by_user_id: actor.user,
    last_updated_by_team_id: ws.team.id,
    shortcut_id: null,
    app_id: actor.kind === 'bot' ? ws.app.id : null,
  }
  ws.note('bookmark.added', { channel: channel.id, id: bookmark.id, link: bookmark.link })
  return { bookmark: ws.store.bookmarks.put(bookmark) }
}

export const MARKS: Handlers = {
  'reactions.add': addReaction,
  'reactions.remove'(ask) {
    const name = arg(ask, 'name').replace(/^:|:$/g, '')
    if (name === '') throw new SlackError('invalid_name')
    if (!react(ask.ws, messageOf(ask), ask.actor.user, name, false)) throw new SlackError('no_reaction')
    return {}
  },
  'reactions.get'(ask) {
    const message = messageOf(ask)
    return { type: 'message', channel: message.channel, message: withLink(ask, message) }
  },
  'reactions.list': listReactions,
  'pins.add'(ask) {
    const message = pinOf(ask)
    const { ws, actor } = ask
    if (ws.store.pins.get(message.id) !== undefined) throw new SlackError('already_pinned')
    const pin = { id: message.id, channel: message.channel, ts: message.ts, user: actor.user, created: ws.nowS() }
    ws.store.pins.put(pin)
    tellPin(ask, message, pin, 'pin_added')
    return {}
  },
  'pins.remove'(ask) {
    const message = pinOf(ask)
    const pin = ask.ws.store.pins.get(message.id)
    if (pin === undefined) throw new SlackError('no_pin')
    ask.ws.store.pins.remove(message.id)
    tellPin(ask, message, pin, 'pin_removed')
    return {}
  },
  'pins.list'(ask) {
    const channel = channelOf(ask)
    const { ws } = ask
    const items = ws.store.pins
      .all()
      .filter((pin) => pin.channel === channel.id)
      .reverse()
      .flatMap((pin): readonly Fields[] => {
        const message = ws.store.message(pin.channel, pin.ts)
        if (message === undefined) return []
        return [
          {
            type: 'message',
            created: pin.created,
            created_by: pin.user,
            channel: pin.channel,
            message: pinned(ask, message),
          },
        ]
      })
    return { items }
  },
  'bookmarks.add': addBookmark,
  'bookmarks.edit'(ask) {
    const bookmark = bookmarkOf(ask)
    const { ws, actor } = ask
    const changes: Fields = {
      ...(arg(ask, 'title') === '' ? {} : { title: arg(ask, 'title') }),
      ...(arg(ask, 'emoji') === '' ? {} : { emoji: arg(ask, 'emoji') }),
      ...(arg(ask, 'link') === '' ? {} : { link: link(ask) }),
    }
    const stamp = { date_updated: ws.nowS(), last_updated_by_user_id: actor.user }
    return { bookmark: ws.store.bookmarks.put({ ...bookmark, ...changes, ...stamp }) }
  },
  'bookmarks.list'(ask) {
    const channel = channelOf(ask, 'channel_id')
    return { bookmarks: ask.ws.store.bookmarks.all().filter(({ channel_id }) => channel_id === channel.id) }
  },
  'bookmarks.remove'(ask) {
    ask.ws.store.bookmarks.remove(bookmarkOf(ask).id)
    return {}
  },
}
