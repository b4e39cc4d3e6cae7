import type { Json } from '../trace.ts'
import { notModelled } from '../twin.ts'
import { SlackError } from './ask.ts'
import { readBlocks } from './block-kit/blocks.ts'
import { emit, emitMessage, hears } from './events.ts'
import { GAPS } from './gaps.ts'
import { escapeText, marksOf, richText } from './rich-text.ts'
import { type Channel, type Fields, fieldsOf, isFields, type Message, type Reaction, textOf } from './state.ts'
import { authorOf, botProfile, messageBody } from './wire.ts'
import type { Workspace } from './workspace.ts'

/** https://docs.slack.dev/reference/methods/chat.postMessage (2026-11-26): 40,000 characters, 100 attachments. */
const TEXT_MAX = 40_000
const ATTACHMENTS_MAX = 100
/** https://docs.slack.dev/messaging/message-metadata (2026-11-26). */
const METADATA_MAX = 8_000

/** https://docs.slack.dev/reference/methods/chat.postMessage (2026-11-26): of Markdown less. */
export const MARKDOWN_MAX = 12_000

/** The block that shows Markdown. Assumed, see gaps.ts: it is made as that of Slack's own marks is. */
export const fromMarkdown = (ws: Workspace, markdown: string): Fields =>
  richText(escapeText(marksOf(markdown)), ws.world.draw('block id').text(5))

/** What a message says. */
export type Content = {
  readonly text: string
  readonly blocks: readonly Fields[] | undefined
  readonly attachments: readonly Fields[] | undefined
  readonly metadata: Fields | undefined
}

const parsed = (value: Json | undefined): Json | undefined | 'malformed' => {
  if (typeof value !== 'string') return value ?? undefined
  if (value === '') return undefined
  try {
    return JSON.parse(value) as Json
  } catch {
    return 'malformed'
  }
}

/** The content of a request or of an answer that is a message; refuses what Slack refuses. */
export function readContent(ws: Workspace, source: Fields): Content {
  if (textOf(source.as_user) !== '') throw notModelled('slack', GAPS, 'acting as a user')
  if (['parse', 'link_names'].some((name) => !['', 'none', 'false', '0'].includes(textOf(source[name]))))
    throw notModelled('slack', GAPS, 'parse and link_names')
  const text = textOf(source.text)
  const blocks = blocksOf(ws, parsed(source.blocks))
  const attachments = attachmentsOf(ws, parsed(source.attachments))
  if (text.length > TEXT_MAX) throw new SlackError('msg_too_long')
  const markdown = textOf(source.markdown_text)
  if (markdown !== '') {
    if (text !== '' || blocks !== undefined) throw new SlackError('markdown_text_conflict')
    if (markdown.length > MARKDOWN_MAX) throw new SlackError('msg_too_long')
    const metadata = metadataOf(parsed(source.metadata))
    return { text: markdown, blocks: [fromMarkdown(ws, markdown)], attachments, metadata }
  }
  return { text: escapeText(text), blocks, attachments, metadata: metadataOf(parsed(source.metadata)) }
}

export const isEmpty = ({ text, blocks = [], attachments = [] }: Content): boolean =>
  text === '' && blocks.length === 0 && attachments.length === 0

function blocksOf(ws: Workspace, blocks: Json | undefined): readonly Fields[] | undefined {
  if (blocks === undefined) return undefined
  if (!Array.isArray(blocks)) throw new SlackError('invalid_blocks_format')
  const { value, messages } = readBlocks(ws, blocks as Json)
  if (messages.length === 0) return value
  throw new SlackError('invalid_blocks', {
    errors: messages,
    response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
  })
}

/** Attachments are legacy but for their colour; blocks in them are checked as those of messages are. */
function attachmentsOf(ws: Workspace, attachments: Json | undefined): readonly Fields[] | undefined {
  if (attachments === undefined) return undefined
  if (!Array.isArray(attachments)) throw new SlackError('invalid_attachments')
  const items = (attachments as readonly Json[]).filter(isFields)
  if (items.length > ATTACHMENTS_MAX) throw new SlackError('too_many_attachments')
  if (items.some(({ actions }) => actions !== undefined)) throw notModelled('slack', GAPS, 'buttons of old attachments')
  return items.map((item, n) => ({
    ...item,
    ...(item.blocks === undefined ? {} : { blocks: attachedBlocks(ws, item.blocks, n) }),
    id: n + 1,
    fallback: item.fallback ?? '[no preview available]',
  }))
}

function attachedBlocks(ws: Workspace, blocks: Json, n: number): readonly Fields[] {
  const { value, messages } = readBlocks(ws, blocks, `/attachments/${n}/blocks`)
  if (messages.length === 0) return value
  throw new SlackError('invalid_attachments', {
    response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
  })
}

function metadataOf(metadata: Json | undefined): Fields | undefined {
  if (metadata === undefined) return undefined
  if (!isFields(metadata)) throw new SlackError('invalid_metadata_format')
  if (typeof metadata.event_type !== 'string' || !isFields(metadata.event_payload))
    throw new SlackError('invalid_metadata_schema')
  if (JSON.stringify(metadata).length > METADATA_MAX) throw new SlackError('metadata_too_large')
  return { event_type: metadata.event_type, event_payload: metadata.event_payload }
}

/** Who is seen to have written a message: the app (in its own name, a made-up one or a person's), a webhook, or a person. */
export type Author =
  | { readonly kind: 'app'; readonly user: string; readonly username?: string; readonly icons?: Fields }
  | { readonly kind: 'webhook' }
  | { readonly kind: 'person'; readonly user: string }

const HEX = '0123456789abcdef'

function authored(ws: Workspace, author: Author, ts: string): Fields {
  const type = 'message'
  switch (author.kind) {
    case 'person': {
      const hex = ws.world.draw('client_msg_id').text(32, HEX)
      const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
      return { user: author.user, type, ts, client_msg_id: uuid, team: ws.team.id }
    }
    case 'webhook':
      return { type, subtype: 'bot_message', ts, bot_id: ws.app.bot_id }
    case 'app': {
      const app = { bot_id: ws.app.bot_id, app_id: ws.app.id }
      if (author.username === undefined && author.icons === undefined)
        return { user: author.user, type, ts, ...app, team: ws.team.id, bot_profile: botProfile(ws) }
      const { username = ws.app.name, icons } = author
      return { type, subtype: 'bot_message', ts, ...app, username, ...(icons === undefined ? {} : { icons }) }
    }
    default:
      return author satisfies never
  }
}

export type Place = {
  readonly channel: Channel
  readonly thread_ts?: string | undefined
  readonly broadcast?: boolean
}

/** The thread a reply goes into; a reply's own `ts` leads to its thread. Throws where there is no such message. */
export function threadOf(ws: Workspace, channel: Channel, threadTs: string): Message {
  const parent = ws.store.message(channel.id, threadTs)
  if (parent === undefined) throw notModelled('slack', GAPS, 'replies to messages that are not there')
  const top = parent.thread_ts === undefined ? parent : ws.store.message(channel.id, parent.thread_ts)
  return top ?? parent
}

/** What a message would look like, without posting it. */
export function compose(ws: Workspace, author: Author, content: Content, place: Place, ts: string): Message {
  const { channel, thread_ts, broadcast = false } = place
  const parent = thread_ts === undefined ? undefined : threadOf(ws, channel, thread_ts)
  const { text, blocks, attachments, metadata } = content
  // Slack makes blocks of a text that comes alone.
  const shown =
    blocks ??
    (text === '' || attachments !== undefined ? undefined : [richText(text, ws.world.draw('block id').text(5))])
  return {
    ...authored(ws, author, ts),
    id: `${channel.id}:${ts}`,
    channel: channel.id,
    type: 'message',
    ts,
    text,
    ...(parent === undefined ? {} : { thread_ts: parent.ts, parent_user_id: authorOf(parent) }),
    ...(broadcast && parent !== undefined ? { subtype: 'thread_broadcast' } : {}),
    ...(shown === undefined ? {} : { blocks: shown }),
    ...(attachments === undefined ? {} : { attachments }),
    ...(metadata === undefined ? {} : { metadata }),
    reactions: [],
    broadcast,
  }
}

/** Posts a message: it is kept, and the app hears of it. */
export function post(ws: Workspace, author: Author, content: Content, place: Place, more: Fields = {}): Message {
  return publish(ws, { ...compose(ws, author, content, place, ws.nextTs()), ...more }, place.channel)
}

export function publish(ws: Workspace, message: Message, channel: Channel): Message {
  ws.store.putMessage(message)
  const { ts, text, thread_ts = null, subtype = null } = message
  ws.note('message.posted', {
    channel: channel.id,
    name: channel.name,
    user: authorOf(message),
    ts,
    text,
    thread_ts,
    subtype,
  })
  const body = messageBody(ws, message)
  emitMessage(ws, channel, body, ts)
  const byItself = message.bot_id === ws.app.bot_id
  const assisted =
    byItself && thread_ts !== null ? ws.store.assistant_threads.get(`${channel.id}:${thread_ts}`) : undefined
  if (assisted !== undefined) ws.store.assistant_threads.put({ ...assisted, status: '' })
  if (!byItself) tellLinks(ws, message, channel)
  const told = channel.kind !== 'im' && hears(ws, channel) && !byItself && message.subtype === undefined
  if (told && text.includes(`<@${ws.app.bot_user}>`))
    emit(ws, 'app_mention', { ...body, type: 'app_mention', channel: channel.id, event_ts: ts })
  return message
}

/** Tells the app of links to its own domains: https://docs.slack.dev/reference/events/link_shared (2026-11-26). */
function tellLinks(ws: Workspace, message: Message, channel: Channel): void {
  const domains = ws.seed.app?.unfurl_domains ?? []
  const links = [...message.text.matchAll(/<(https?:\/\/[^|>]+)/g)].flatMap(([, url = '']) => {
    const { hostname } = new URL(url.replaceAll('&amp;', '&'))
    const domain = domains.find((one) => hostname === one || hostname.endsWith(`.${one}`))
    return domain === undefined ? [] : [{ url: url.replaceAll('&amp;', '&'), domain }]
  })
  if (links.length === 0) return
  emit(ws, 'link_shared', {
    type: 'link_shared',
    user: authorOf(message),
    channel: channel.id,
    message_ts: message.ts,
    links,
    source: 'conversations_history',
    unfurl_id: `${channel.id}-${message.ts}`,
    is_bot_user_member: hears(ws, channel),
    ...(message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts }),
    event_ts: ws.nextTs(),
  })
}

/** A line that Slack itself writes into a channel, such as who joined. */
export function announce(
  ws: Workspace,
  channel: Channel,
  user: string,
  subtype: string,
  text: string,
  more: Fields = {},
): Message {
  const ts = ws.nextTs()
  const message: Message = {
    subtype,
    user,
    text: `<@${user}> ${text}`,
    type: 'message',
    ts,
    ...more,
    id: `${channel.id}:${ts}`,
    channel: channel.id,
    reactions: [],
    broadcast: false,
  }
  ws.store.putMessage(message)
  emitMessage(ws, channel, { ...messageBody(ws, message), team: ws.team.id }, ts)
  return message
}

/** Changes what a message says; what `content` leaves open goes away or stays as `keep` says. */
export function edit(ws: Workspace, message: Message, user: string, content: Partial<Content>): Message {
  const channel = ws.channel(message.channel)
  const before = messageBody(ws, message)
  const ts = ws.nextTs()
  const { blocks: _, attachments: __, metadata: known, ...rest } = message
  const metadata = content.metadata ?? known
  const text = content.text ?? message.text
  const blocks =
    content.blocks ??
    (content.attachments === undefined && text !== '' ? [richText(text, ws.world.draw('block id').text(5))] : undefined)
  const changed: Message = {
    ...(rest as Message),
    text,
    ...(blocks === undefined || blocks.length === 0 ? {} : { blocks }),
    ...(content.attachments === undefined || content.attachments.length === 0
      ? {}
      : { attachments: content.attachments }),
    ...(Object.keys(fieldsOf(metadata)).length === 0 ? {} : { metadata }),
    edited: { user, ts },
  }
  ws.store.putMessage(changed)
  ws.note('message.changed', { channel: channel.id, ts: message.ts, text })
  emitMessage(
    ws,
    channel,
    {
      type: 'message',
      subtype: 'message_changed',
      message: messageBody(ws, changed),
      previous_message: before,
      hidden: true,
      ts,
    },
    ts,
  )
  return changed
}

/** Takes a message away. The head of a thread stays, emptied, while it has replies. */
export function remove(ws: Workspace, message: Message): void {
  const channel = ws.channel(message.channel)
  const before = messageBody(ws, message)
  const ts = ws.nextTs()
  if (ws.store.replies(message.channel, message.ts).length === 0) ws.store.removeMessage(message)
  else
    ws.store.putMessage({
      id: message.id,
      channel: message.channel,
      type: 'message',
      subtype: 'tombstone',
      text: 'This message was deleted.',
      user: 'USLACKBOT',
      hidden: true,
      ts: message.ts,
      reactions: [],
      broadcast: false,
    })
  ws.store.pins.remove(message.id)
  ws.note('message.deleted', { channel: channel.id, ts: message.ts })
  emitMessage(
    ws,
    channel,
    { type: 'message', subtype: 'message_deleted', previous_message: before, hidden: true, deleted_ts: message.ts, ts },
    ts,
  )
}

/** Puts a person's emoji on a message, or takes it off. False when there is nothing to change. */
export function react(ws: Workspace, message: Message, user: string, name: string, on: boolean): boolean {
  const known = message.reactions.find((one) => one.name === name)
  const there = known?.users.includes(user) ?? false
  if (there === on) return false
  const users = on ? [...(known?.users ?? []), user] : (known?.users ?? []).filter((one) => one !== user)
  const next: Reaction = { name, users, count: users.length }
  const reactions =
    known === undefined
      ? [...message.reactions, next]
      : message.reactions.map((one) => (one.name === name ? next : one)).filter(({ count }) => count > 0)
  ws.store.putMessage({ ...message, reactions })
  const event = on ? 'reaction_added' : 'reaction_removed'
  const channel = ws.channel(message.channel)
  ws.note(on ? 'reaction.added' : 'reaction.removed', { channel: channel.id, ts: message.ts, user, reaction: name })
  if (hears(ws, channel))
    emit(ws, event, {
      type: event,
      user,
      reaction: name,
      item: { type: 'message', channel: channel.id, ts: message.ts },
      item_user: authorOf(message),
      event_ts: ws.nextTs(),
    })
  return true
}
