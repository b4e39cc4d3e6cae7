import type { Json } from '../../trace.ts'
import { notModelled } from '../../twin.ts'
import { type Ask, arg, channelOf, type Handlers, has, isIn, json, needed, SlackError } from '../ask.ts'
import { emitMessage } from '../events.ts'
import { GAPS } from '../gaps.ts'
import { type Content, compose, fromMarkdown, MARKDOWN_MAX, publish, readContent, threadOf } from '../messages.ts'
import { type Fields, fieldsOf, listOf, type Message, textOf } from '../state.ts'
import { messageBody } from '../wire.ts'
import type { Workspace } from '../workspace.ts'

/** What has come of a stream so far. */
type Sofar = { readonly text: string; readonly blocks: readonly Fields[] }
const NOTHING: Sofar = { text: '', blocks: [] }
const rowOf = (channel: string, ts: string): string => `stream ${channel}:${ts}`

/** What a call brings: Markdown, or chunks of it and of blocks. https://docs.slack.dev/messaging/sending-and-scheduling-messages#text-streaming (2026-11-26). */
function brought(ask: Ask): Sofar {
  const chunks = json(ask, 'chunks')
  if (chunks !== undefined && !Array.isArray(chunks)) throw new SlackError('invalid_arguments')
  let sofar: Sofar = { text: arg(ask, 'markdown_text'), blocks: [] }
  if (sofar.text.length > MARKDOWN_MAX) throw new SlackError('msg_too_long')
  for (const chunk of (chunks ?? []) as readonly Json[]) {
    const { type, text, blocks } = fieldsOf(chunk)
    if (type === 'markdown_text') sofar = { ...sofar, text: sofar.text + textOf(text) }
    else if (type === 'blocks')
      sofar = { ...sofar, blocks: [...sofar.blocks, ...(readContent(ask.ws, { blocks }).blocks ?? [])] }
    else throw notModelled('slack', GAPS, 'newer blocks and elements')
  }
  return sofar
}

const joined = (one: Sofar, more: Sofar): Sofar => ({
  text: one.text + more.text,
  blocks: [...one.blocks, ...more.blocks],
})

const shownOf = (ws: Workspace, { text, blocks }: Sofar): Content => {
  const said = text === '' ? undefined : fromMarkdown(ws, text)
  return {
    text,
    blocks: [...(said === undefined ? [] : [said]), ...blocks],
    attachments: undefined,
    metadata: undefined,
  }
}

/** The stream that a call goes on with. */
function streaming(ask: Ask): { readonly message: Message; readonly sofar: Sofar } {
  const { ws } = ask
  const channel = channelOf(ask)
  const message = ws.store.message(channel.id, needed(ask, 'ts'))
  if (message === undefined) throw new SlackError('message_not_found')
  const row = ws.store.settings.get(rowOf(channel.id, message.ts))
  if (row === undefined) throw new SlackError('message_not_in_streaming_state')
  const { text, blocks } = fieldsOf(row.value)
  return { message, sofar: { text: textOf(text), blocks: listOf(blocks).map(fieldsOf) } }
}

function start(ask: Ask): Fields {
  const { ws, actor } = ask
  const channel = channelOf(ask)
  const thread_ts = needed(ask, 'thread_ts')
  if (!isIn(ask, channel)) throw new SlackError('not_in_channel')
  if (channel.is_archived) throw new SlackError('is_archived')
  if (channel.kind !== 'im') {
    if (!has(ask, 'recipient_user_id')) throw new SlackError('missing_recipient_user_id')
    if (!has(ask, 'recipient_team_id')) throw new SlackError('missing_recipient_team_id')
    if (ws.store.users.get(arg(ask, 'recipient_user_id')) === undefined) throw new SlackError('user_not_found')
  }
  threadOf(ws, channel, thread_ts)
  const sofar = joined(NOTHING, brought(ask))
  const place = { channel, thread_ts }
  const ts = ws.nextTs()
  const message = compose(ws, { kind: 'app', user: actor.user }, shownOf(ws, sofar), place, ts)
  ws.store.settings.put({ id: rowOf(channel.id, ts), value: sofar as unknown as Json })
  publish(ws, { ...message, streaming_state: 'in_progress' }, channel)
  return { channel: channel.id, ts }
}

/** Assumed: of what is appended nobody is told until the stream stops. */
function append(ask: Ask): Fields {
  const { ws } = ask
  const { message, sofar } = streaming(ask)
  const more = brought(ask)
  if (more.text === '' && more.blocks.length === 0) throw new SlackError('no_text')
  const next = joined(sofar, more)
  ws.store.settings.put({ id: rowOf(message.channel, message.ts), value: next as unknown as Json })
  const { text, blocks = [] } = shownOf(ws, next)
  ws.store.putMessage({ ...message, text, blocks })
  return { channel: message.channel, ts: message.ts }
}

function stop(ask: Ask): Fields {
  const { ws } = ask
  const { message, sofar } = streaming(ask)
  const { blocks: last, metadata } = readContent(ws, { blocks: ask.args.blocks, metadata: ask.args.metadata })
  const next = joined(joined(sofar, brought(ask)), { text: '', blocks: last ?? [] })
  const { text, blocks = [] } = shownOf(ws, next)
  const before = messageBody(ws, message)
  const more = metadata === undefined ? {} : { metadata }
  const stopped = ws.store.putMessage({ ...message, text, blocks, ...more, streaming_state: 'completed' })
  ws.store.settings.remove(rowOf(message.channel, message.ts))
  const channel = ws.channel(message.channel)
  const ts = ws.nextTs()
  ws.note('message.changed', { channel: channel.id, ts: message.ts, text })
  const change = { type: 'message', subtype: 'message_changed', previous_message: before, hidden: true, ts }
  emitMessage(ws, channel, { ...change, message: messageBody(ws, stopped) }, ts)
  return { channel: channel.id, ts: message.ts, message: messageBody(ws, stopped) }
}

/** Messages whose text comes bit by bit, as a language model's does. */
export const STREAMS: Handlers = { 'chat.startStream': start, 'chat.appendStream': append, 'chat.stopStream': stop }
