import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import type { Json } from '../../trace.ts'
import { notModelled, type TwinApp } from '../../twin.ts'
import { type Ask, arg, type Handlers, isIn, isToken, json, many, needed, SlackError } from '../ask.ts'
import { emit, hears } from '../events.ts'
import { GAPS } from '../gaps.ts'
import { type Content, compose, publish, readContent, threadOf } from '../messages.ts'
import { pageOf } from '../pages.ts'
import { type Channel, type Fields, type File, fieldsOf, textOf } from '../state.ts'
import { plain } from '../wire.ts'
import type { Workspace } from '../workspace.ts'

const TITLE: Readonly<Record<string, readonly [string, string, string]>> = {
  csv: ['text/csv', 'csv', 'CSV'],
  gif: ['image/gif', 'gif', 'GIF'],
  html: ['text/html', 'html', 'HTML'],
  jpg: ['image/jpeg', 'jpg', 'JPEG'],
  jpeg: ['image/jpeg', 'jpg', 'JPEG'],
  json: ['application/json', 'json', 'JSON'],
  md: ['text/markdown', 'markdown', 'Markdown (raw)'],
  pdf: ['application/pdf', 'pdf', 'PDF'],
  png: ['image/png', 'png', 'PNG'],
  txt: ['text/plain', 'text', 'Plain Text'],
  zip: ['application/zip', 'zip', 'Zip'],
}
const UNKNOWN = ['application/octet-stream', 'binary', 'Binary'] as const
const kindOf = (name: string): readonly [string, string, string] =>
  TITLE[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? UNKNOWN

/** A file as the wire shows it; keys as recorded by github.com/slack-ruby/slack-ruby-client in 2025-02 and 2025-07. */
export function fileBody(ws: Workspace, file: File): Fields {
  const { id, name, title, created, user } = file
  const home = `https://${ws.team.domain}.slack.com/files/${user}/${id}/${encodeURIComponent(name)}`
  const at = `https://files.slack.com/files-pri/${ws.team.id}-${id}`
  const digest = createHash('sha256').update(`${ws.team.id}-${id}`).digest('hex').slice(0, 10)
  const where = file.shares.map((share) => ws.channel(share.split(':')[0] ?? ''))
  const of = (...kinds: readonly string[]): readonly string[] => [
    ...new Set(where.filter(({ kind }) => kinds.includes(kind)).map((channel) => channel.id)),
  ]
  return {
    id,
    created,
    timestamp: created,
    name,
    title,
    mimetype: file.mimetype,
    filetype: file.filetype,
    pretty_type: file.pretty_type,
    user,
    user_team: ws.team.id,
    editable: false,
    size: file.size,
    mode: file.external === undefined ? 'hosted' : 'external',
    is_external: file.external !== undefined,
    external_type: file.external === undefined ? '' : 'app',
    is_public: of('channel').length > 0,
    public_url_shared: file.public === true,
    display_as_bot: false,
    username: '',
    ...(file.external === undefined
      ? {
          url_private: `${at}/${encodeURIComponent(name)}`,
          url_private_download: `${at}/download/${encodeURIComponent(name)}`,
        }
      : {
          url_private: file.external.url,
          external_id: file.external.id,
          external_url: file.external.url,
          app_id: ws.app.id,
          app_name: ws.app.name,
        }),
    media_display_type: file.mimetype.startsWith('image/') ? 'image' : 'unknown',
    permalink: home,
    permalink_public: `https://slack-files.com/${ws.team.id}-${id}-${digest}`,
    ...(file.alt_txt === '' ? {} : { alt_txt: file.alt_txt }),
    comments_count: 0,
    is_starred: false,
    shares: sharesOf(ws, file),
    channels: of('channel'),
    groups: of('group', 'mpim'),
    ims: of('im'),
    has_more_shares: false,
    has_rich_preview: false,
    file_access: 'visible',
  }
}

function sharesOf(ws: Workspace, file: File): Fields {
  const shares: Record<'public' | 'private', Record<string, Json[]>> = { public: {}, private: {} }
  for (const share of file.shares) {
    const [id = '', ts = ''] = share.split(':')
    const channel = ws.channel(id)
    const side = shares[channel.kind === 'channel' ? 'public' : 'private']
    const replies = ws.store.replies(id, ts)
    side[id] = [
      ...(side[id] ?? []),
      {
        reply_users: [],
        reply_users_count: 0,
        reply_count: replies.length,
        ts,
        channel_name: channel.name,
        team_id: ws.team.id,
        share_user_id: file.user,
      },
    ]
  }
  return Object.fromEntries(Object.entries(shares).filter(([, rows]) => Object.keys(rows).length > 0))
}

/** https://docs.slack.dev/reference/methods/files.getUploadURLExternal (2026-11-26). */
function uploadAddress(ask: Ask): Fields {
  const { ws, actor } = ask
  const name = needed(ask, 'filename')
  const length = Number(arg(ask, 'length'))
  if (!Number.isInteger(length) || length <= 0) throw new SlackError('missing_argument')
  if (arg(ask, 'alt_txt').length > 1000) throw new SlackError('alt_txt_too_large')
  if (arg(ask, 'snippet_type') !== '' && length > 1_048_576) throw new SlackError('snippet_too_large')
  const file: File = {
    id: ws.newId('F', ws.store.files),
    name,
    title: name,
    user: actor.user,
    size: length,
    status: ws.seed.sent_elsewhere?.includes(name) === true ? 'sent' : 'awaited',
    upload: ws.world.draw('upload').text(44),
    bytes: '',
    created: ws.nowS(),
    mimetype: '',
    filetype: '',
    pretty_type: '',
    alt_txt: arg(ask, 'alt_txt'),
    shares: [],
    bound: null,
  }
  ws.store.files.put(file)
  return { upload_url: `https://files.slack.com/upload/v1/${file.upload}`, file_id: file.id }
}

/** Takes the bytes, raw or as a form. */
async function takeBytes(ws: Workspace, c: Context): Promise<Response> {
  const file = ws.store.files
    .all()
    .find((one) => one.upload === c.req.param('token') && /^(awaited|sent)$/.test(one.status))
  if (file === undefined) throw notModelled('slack', GAPS, 'upload addresses that lead nowhere')
  const bytes = await bytesOf(c.req.raw)
  ws.store.files.put({ ...file, bytes: bytes.toString('base64'), size: bytes.length, status: 'sent' })
  const answer = plain(ws, 200, `OK - ${bytes.length}`)
  answer.headers.set('Content-Type', 'text/plain; charset=utf-8')
  return answer
}

async function bytesOf(request: Request): Promise<Buffer> {
  if (!(request.headers.get('content-type') ?? '').includes('multipart/form-data'))
    return Buffer.from(await request.arrayBuffer())
  const parts = [...(await request.formData()).values()]
  const blob = parts.find((part) => typeof part !== 'string')
  return blob === undefined || typeof blob === 'string'
    ? Buffer.from(String(parts[0] ?? ''))
    : Buffer.from(await blob.arrayBuffer())
}

/** Where files go: https://docs.slack.dev/reference/methods/files.completeUploadExternal (2026-11-26). */
function destinations(ask: Ask): readonly Channel[] {
  const { ws } = ask
  const ids = [...(arg(ask, 'channel_id') === '' ? [] : [arg(ask, 'channel_id')]), ...many(ask, 'channels')]
  return ids.map((id) => {
    const channel = ws.store.channels.get(id)
    if (channel === undefined || (channel.kind !== 'channel' && !isIn(ask, channel)))
      throw new SlackError('invalid_channel')
    if (!isIn(ask, channel)) throw new SlackError('not_in_channel')
    if (channel.is_archived) throw new SlackError('posting_to_channel_denied')
    return channel
  })
}

const SHARED_AFTER_MS = { min: 1_000, max: 3_000 }

function complete(ask: Ask): Fields {
  const { ws } = ask
  const wishes = json(ask, 'files')
  if (!Array.isArray(wishes) || wishes.length === 0) throw new SlackError('invalid_arguments')
  const channels = destinations(ask)
  const thread_ts = arg(ask, 'thread_ts')
  if (thread_ts !== '') for (const channel of channels) threadOf(ws, channel, thread_ts)
  const { text, blocks } = readContent(ws, { text: ask.args.initial_comment, blocks: ask.args.blocks })
  const files = (wishes as readonly Json[]).map((wish): File => {
    const { id, title } = fieldsOf(wish)
    const file = ws.store.files.get(textOf(id))
    if (file === undefined || file.status !== 'sent') throw new SlackError('file_not_found')
    return { ...file, title: textOf(title) || file.name, status: 'complete', created: ws.nowS() }
  })
  const [first] = files
  const due_ms = ws.world.clock.now() + ws.delay(`share ${first?.id}`, SHARED_AFTER_MS.min, SHARED_AFTER_MS.max)
  const content: Fields = { text, ...(blocks === undefined ? {} : { blocks }) }
  const bound = channels.length === 0 ? null : { due_ms, channels: channels.map(({ id }) => id), content, thread_ts }
  for (const file of files) {
    ws.store.files.put({ ...file, bound })
    ws.note('file.uploaded', { id: file.id, name: file.name, user: file.user, size: file.size })
    emit(ws, 'file_created', {
      type: 'file_created',
      file_id: file.id,
      user_id: file.user,
      file: { id: file.id },
      event_ts: ws.nextTs(),
    })
  }
  // Its kind is looked at, and it is shared, only after the answer.
  keepSharing(
    ws,
    files.map(({ id }) => id),
    due_ms,
  )
  return { files: files.map((file) => fileBody(ws, file)) }
}

/** Puts the sharing of files that were completed together on the clock; also after a restore. */
function keepSharing(ws: Workspace, ids: readonly string[], dueMs: number): void {
  ws.later(dueMs - ws.world.clock.now(), () => share(ws, ids), 'files shared')
}

/** Files that are complete and not yet shared, by when they will be. */
export function keepAllSharing(ws: Workspace): void {
  const open = ws.store.files.all().filter(({ status }) => status === 'complete')
  for (const [dueMs, files] of Map.groupBy(open, ({ bound }) => bound?.due_ms ?? ws.world.clock.now()))
    keepSharing(
      ws,
      files.map(({ id }) => id),
      dueMs,
    )
}

function share(ws: Workspace, ids: readonly string[]): void {
  const before = ids.flatMap((id): readonly File[] => {
    const file = ws.store.files.get(id)
    return file === undefined || file.status !== 'complete' ? [] : [file]
  })
  const bound = before[0]?.bound
  const files = before.map((file) => {
    const [mimetype, filetype, pretty_type] = kindOf(file.name)
    return ws.store.files.put({ ...file, status: 'shared', mimetype, filetype, pretty_type, bound: null })
  })
  for (const id of bound?.channels ?? []) shareIn(ws, id, files, bound?.content ?? {}, bound?.thread_ts ?? '')
}

function shareIn(ws: Workspace, id: string, files: readonly File[], said: Fields, threadTs: string): void {
  const channel = ws.store.channels.get(id)
  const [first] = files
  if (channel === undefined || channel.is_archived || first === undefined) return
  const blocks = Array.isArray(said.blocks) ? (said.blocks as readonly Fields[]) : undefined
  const content: Content = { text: textOf(said.text), blocks, attachments: undefined, metadata: undefined }
  const place = { channel, ...(threadTs === '' ? {} : { thread_ts: threadTs }) }
  const ts = ws.nextTs()
  const kept = files.map((file) =>
    ws.store.files.put({ ...file, shares: [...(ws.store.files.get(file.id)?.shares ?? []), `${id}:${ts}`] }),
  )
  const more = {
    files: kept.map((file) => fileBody(ws, file)),
    upload: false,
    display_as_bot: false,
    subtype: 'file_share',
  }
  publish(ws, { ...compose(ws, { kind: 'app', user: first.user }, content, place, ts), ...more }, channel)
  for (const file of kept) {
    ws.note('file.shared', { id: file.id, name: file.name, channel: id, ts })
    if (hears(ws, channel))
      emit(ws, 'file_shared', {
        type: 'file_shared',
        file_id: file.id,
        user_id: file.user,
        file: { id: file.id },
        channel_id: id,
        event_ts: ws.nextTs(),
      })
  }
}

/** A file that the one who asks can see: their own, or one in a conversation of theirs. */
function fileOf(ask: Ask): File {
  if (ask.ws.store.canvases.get(arg(ask, 'file')) !== undefined) throw notModelled('slack', GAPS, 'canvases as files')
  const file = ask.ws.store.files.get(needed(ask, 'file'))
  if (file === undefined || !/^(complete|shared)$/.test(file.status) || !sees(ask, file))
    throw new SlackError('file_not_found')
  return file
}

const sees = (ask: Ask, { user, shares }: File): boolean =>
  user === ask.actor.user || shares.some((share) => isIn(ask, ask.ws.channel(share.split(':')[0] ?? '')))

/** https://docs.slack.dev/reference/methods/files.list (2026-11-26): by numbered pages. */
function list(ask: Ask): Fields {
  const { ws } = ask
  const [user, channel] = [arg(ask, 'user'), arg(ask, 'channel')]
  const [from, to] = [Number(arg(ask, 'ts_from') || 0), Number(arg(ask, 'ts_to') || Number.POSITIVE_INFINITY)]
  const all = ws.store.files
    .all()
    .filter((file) => /^(complete|shared)$/.test(file.status) && sees(ask, file))
    .filter((file) => user === '' || file.user === user)
    .filter((file) => channel === '' || file.shares.some((one) => one.startsWith(`${channel}:`)))
    .filter(({ created }) => created >= from && created <= to)
    .reverse()
  const { rows, paging } = pageOf(ask, all, 100, 1000)
  return { files: rows.map((file) => fileBody(ws, file)), paging }
}

export const FILES: Handlers = {
  'files.getUploadURLExternal': uploadAddress,
  'files.completeUploadExternal': complete,
  'files.info': (ask) => ({
    file: fileBody(ask.ws, fileOf(ask)),
    comments: [],
    response_metadata: { next_cursor: '' },
  }),
  'files.list': list,
  'files.sharedPublicURL'(ask) {
    const file = fileOf(ask)
    if (file.public === true) throw new SlackError('already_public')
    return { file: fileBody(ask.ws, ask.ws.store.files.put({ ...file, public: true })) }
  },
  'files.revokePublicURL': (ask) => ({
    file: fileBody(ask.ws, ask.ws.store.files.put({ ...fileOf(ask), public: false })),
  }),
  'files.delete'(ask) {
    const { ws, actor } = ask
    const file = fileOf(ask)
    if (file.user !== actor.user) throw new SlackError('cant_delete_file')
    ws.store.files.remove(file.id)
    ws.note('file.deleted', { id: file.id, name: file.name })
    const channel_ids = [...new Set(file.shares.map((share) => share.split(':')[0] ?? ''))]
    emit(ws, 'file_deleted', { type: 'file_deleted', file_id: file.id, channel_ids, event_ts: ws.nextTs() })
    return {}
  },
}

/** Bytes go in at one address and come out at another. */
export function addFiles(app: TwinApp, ws: Workspace): void {
  app.on('files.send', 'POST /upload/v1/:token', (c) => takeBytes(ws, c))
  const download = (c: Context): Response => giveBytes(ws, c)
  app.on('files.download', 'GET /files-pri/:id/:name', download)
  app.on('files.download', 'GET /files-pri/:id/download/:name', download)
}

/** Without a good token the way leads to the sign-in page. https://docs.slack.dev/reference/objects/file-object (2026-11-26). */
function giveBytes(ws: Workspace, c: Context): Response {
  const [, token = ''] = /^Bearer\s+(\S+)$/i.exec(c.req.header('Authorization') ?? '') ?? []
  if (!isToken(ws, token)) {
    const to = `https://${ws.team.domain}.slack.com/?redir=${encodeURIComponent(new URL(c.req.url).pathname)}`
    return new Response(null, { status: 302, headers: { Location: to } })
  }
  const id = (c.req.param('id') ?? '').split('-').at(-1) ?? ''
  const file = ws.store.files.get(id)
  if (file === undefined) throw notModelled('slack', GAPS, 'upload addresses that lead nowhere')
  const bytes = Buffer.from(file.bytes, 'base64')
  return new Response(bytes, { headers: { 'Content-Type': file.mimetype || 'application/octet-stream' } })
}
