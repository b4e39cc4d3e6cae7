import type { Json } from '../../trace.ts'
import { type Ask, arg, type Handlers, has, invalid, json, needed, SlackError } from '../ask.ts'
import { readBlocks } from '../block-kit/blocks.ts'
import { edit } from '../messages.ts'
import { type AssistantThread, type Fields, fieldsOf, isFields, textOf } from '../state.ts'

/** https://docs.slack.dev/reference/methods/assistant.threads.setStatus (2026-11-26). */
const STATUS_MS = 120_000
const PROMPTS_MAX = 4
const LOADING_MAX = 10

/** The thread that is asked about; a thread of a channel becomes one when the app first shows itself there. */
function threadOf(ask: Ask): AssistantThread {
  const { ws } = ask
  const channel = ws.store.channels.get(needed(ask, 'channel_id'))
  if (channel === undefined || !channel.members.includes(ask.actor.user)) throw new SlackError('channel_not_found')
  const ts = needed(ask, 'thread_ts')
  const head = ws.store.message(channel.id, ts)
  if (head === undefined) throw new SlackError('invalid_thread_ts')
  const id = `${channel.id}:${ts}`
  const fresh = {
    id,
    channel: channel.id,
    thread_ts: ts,
    user: textOf(head.user),
    status: '',
    status_until_ms: 0,
    title: '',
    prompts: [],
  }
  return ws.store.assistant_threads.get(id) ?? fresh
}

function keep(ask: Ask, thread: AssistantThread, changes: Partial<AssistantThread>): Fields {
  ask.ws.store.assistant_threads.put({ ...thread, ...changes })
  ask.ws.note('assistant_thread.changed', { id: thread.id, ...changes })
  return {}
}

/** Shows the app's own view of links in a message: https://docs.slack.dev/reference/methods/chat.unfurl (2026-11-26). */
function unfurl(ask: Ask): Fields {
  const { ws } = ask
  const [fromChannel, ...fromTs] = arg(ask, 'unfurl_id').split('-')
  const channel = ws.store.channels.get(arg(ask, 'channel') || (fromChannel ?? ''))
  if (channel === undefined) throw new SlackError('cannot_find_channel')
  const message = ws.store.message(channel.id, arg(ask, 'ts') || fromTs.join('-'))
  if (message === undefined) throw new SlackError('cannot_unfurl_message')
  const unfurls = json(ask, 'unfurls')
  if (!isFields(unfurls)) throw new SlackError('missing_unfurls')
  const attachments = Object.entries(unfurls).map(([url, content], n): Fields => {
    if (!message.text.includes(`<${url.replaceAll('&', '&amp;')}`)) throw new SlackError('cannot_unfurl_url')
    return {
      ...shown(ask, content),
      id: n + 1,
      from_url: url,
      app_unfurl_url: url,
      is_app_unfurl: true,
      app_id: ws.app.id,
      bot_id: ws.app.bot_id,
    }
  })
  const blocks = Array.isArray(message.blocks) ? { blocks: message.blocks as readonly Fields[] } : {}
  edit(ws, message, textOf(message.user), { ...blocks, attachments })
  return {}
}

function shown(ask: Ask, content: Json | undefined): Fields {
  const { blocks, ...rest } = fieldsOf(content)
  if (blocks === undefined) return { fallback: '[no preview available]', ...rest }
  const { value, messages } = readBlocks(ask.ws, blocks)
  if (messages.length > 0) throw invalid(...messages)
  return { fallback: '[no preview available]', ...rest, blocks: value }
}

export const ASSISTANT: Handlers = {
  'assistant.threads.setStatus'(ask) {
    const thread = threadOf(ask)
    if (ask.args.status === undefined) throw invalid('missing required field: status')
    const loading = json(ask, 'loading_messages')
    if (Array.isArray(loading) && loading.length > LOADING_MAX)
      throw invalid(`no more than ${LOADING_MAX} items allowed [json-pointer:/loading_messages]`)
    return keep(ask, thread, { status: arg(ask, 'status'), status_until_ms: ask.ws.world.clock.now() + STATUS_MS })
  },
  'assistant.threads.setTitle': (ask) => keep(ask, threadOf(ask), { title: needed(ask, 'title') }),
  'assistant.threads.setSuggestedPrompts'(ask) {
    if (!has(ask, 'thread_ts')) throw invalid('missing required field: thread_ts')
    const thread = threadOf(ask)
    const prompts = json(ask, 'prompts')
    if (!Array.isArray(prompts)) throw invalid('must provide an array [json-pointer:/prompts]')
    const items = (prompts as readonly Json[]).map(fieldsOf)
    if (items.length > PROMPTS_MAX) throw invalid(`no more than ${PROMPTS_MAX} items allowed [json-pointer:/prompts]`)
    if (items.some(({ title, message }) => textOf(title) === '' || textOf(message) === ''))
      throw invalid('missing required field: title [json-pointer:/prompts]')
    return keep(ask, thread, { prompts: items })
  },
  'chat.unfurl': unfurl,
}
