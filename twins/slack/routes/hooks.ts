import type { Context } from 'hono'
import type { TwinApp } from '../../twin.ts'
import { SlackError } from '../ask.ts'
import { countPost } from '../limits.ts'
import { type Author, compose, edit, isEmpty, post, readContent, remove } from '../messages.ts'
import { channelNamed } from '../seed.ts'
import { type Delivery, type Fields, isFields, type ResponseUrl, textOf } from '../state.ts'
import { plain, rateLimited } from '../wire.ts'
import type { Workspace } from '../workspace.ts'

/** What was sent to a webhook: JSON, or JSON in a form's `payload`. */
async function payloadOf(request: Request): Promise<Fields | undefined> {
  const text = await request.text()
  const form = (request.headers.get('content-type') ?? '').includes('x-www-form-urlencoded')
  try {
    const value: unknown = JSON.parse(form ? (new URLSearchParams(text).get('payload') ?? '') : text)
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Answers in plain text: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks (2026-11-26), "handling errors". */
async function webhook(ws: Workspace, c: Context): Promise<Response> {
  const path = new URL(c.req.url).pathname.replace('/services/', '')
  const hook = ws.seed.webhooks?.find((one) => one.path === path)
  if (hook === undefined) return plain(ws, 404, 'no_service')
  const payload = await payloadOf(c.req.raw)
  if (payload === undefined) return plain(ws, 400, 'invalid_payload')
  const waitMs = countPost(ws, `webhook ${path}`)
  if (waitMs !== undefined) return rateLimited(ws, waitMs)
  const channel = channelNamed(ws, hook.channel, `webhook ${path}`)
  if (channel.is_archived) return plain(ws, 410, 'channel_is_archived')
  return told(ws, () => {
    const content = readContent(ws, payload)
    if (isEmpty(content)) throw new SlackError('no_text')
    const thread = textOf(payload.thread_ts)
    post(ws, { kind: 'webhook' }, content, { channel, ...(thread === '' ? {} : { thread_ts: thread }) })
  })
}

function told(ws: Workspace, act: () => void): Response {
  try {
    act()
    return plain(ws, 200, 'ok')
  } catch (error) {
    if (!(error instanceof SlackError)) throw error
    return plain(ws, 400, error.code)
  }
}

/** A later answer to an interaction. Assumed: how it is refused when it comes too late or too often. */
async function response(ws: Workspace, c: Context): Promise<Response> {
  const row = ws.store.response_urls.get(new URL(c.req.url).pathname)
  if (row === undefined || row.until_ms < ws.world.clock.now()) return plain(ws, 404, 'expired_url')
  if (row.uses <= 0) return plain(ws, 404, 'used_url')
  const payload = await payloadOf(c.req.raw)
  if (payload === undefined) return plain(ws, 400, 'invalid_payload')
  return told(ws, () => {
    respond(ws, row, payload)
    ws.store.response_urls.put({ ...row, uses: row.uses - 1 })
  })
}

/** https://docs.slack.dev/interactivity/handling-user-interaction#message_responses (2026-11-26): to the one person, unless it says otherwise. */
function respond(ws: Workspace, row: ResponseUrl, payload: Fields): void {
  const original = row.ts === '' ? undefined : ws.store.message(row.channel, row.ts)
  if (isTrue(payload.delete_original)) {
    if (original !== undefined) remove(ws, original)
    return
  }
  const content = readContent(ws, payload)
  if (isEmpty(content)) throw new SlackError('no_text')
  if (isTrue(payload.replace_original) && original !== undefined) {
    edit(ws, original, ws.app.bot_user, content)
    return
  }
  say(ws, row, payload)
}

const isTrue = (value: Fields[string]): boolean => value === true || value === 'true'

/** Says something where an interaction was: to everyone, or to the one person. */
function say(ws: Workspace, row: ResponseUrl, payload: Fields): void {
  const content = readContent(ws, payload)
  const channel = ws.channel(row.channel)
  const author: Author = { kind: 'app', user: ws.app.bot_user }
  const thread = textOf(payload.thread_ts)
  const place = { channel, ...(thread === '' ? {} : { thread_ts: thread }) }
  if (payload.response_type === 'in_channel') {
    post(ws, author, content, place)
    return
  }
  const { reactions: _, broadcast: __, ...body } = compose(ws, author, content, place, ws.nextTs())
  ws.store.ephemerals.put({ ...body, user: row.user })
  ws.note('message.shown', { channel: channel.id, user: row.user, ts: body.ts, text: body.text })
}

/** An answer to a slash command may be a message itself: text, or JSON. */
export function afterCommand(ws: Workspace, { about, type }: Delivery, body: string): void {
  const row = ws.store.response_urls.get(about)
  if (row === undefined || body.trim() === '') return
  let payload: Fields = { text: body }
  try {
    const value: unknown = JSON.parse(body)
    if (isFields(value)) payload = value
  } catch {
    // Text is text.
  }
  try {
    const content = readContent(ws, payload)
    if (!isEmpty(content)) say(ws, row, payload)
  } catch (error) {
    if (!(error instanceof SlackError)) throw error
    ws.note('command.refused', { command: type, user: row.user, reason: error.code })
  }
}

export function addHooks(app: TwinApp, ws: Workspace): void {
  app.on('webhooks.send', 'POST /services/:team/:bot/:token', (c) => webhook(ws, c))
  for (const kind of ['actions', 'commands', 'app'])
    app.on('responses.send', `POST /${kind}/:team/:number/:token`, (c) => response(ws, c))
}
