import { type Ask, arg, channelOf, type Handlers, has, isIn, limitOf, many, needed, SlackError } from '../ask.ts'
import { type Content, compose, publish } from '../messages.ts'
import { type Fields, type File, textOf } from '../state.ts'
import { cursorAt, cursorOf } from '../wire.ts'
import { fileBody } from './files.ts'

/** Files that stand elsewhere, and that Slack knows by their address: https://docs.slack.dev/messaging/working-with-files#remote (2026-11-26). */
const TITLE_MAX = 255

const remotes = ({ ws }: Ask): readonly File[] => ws.store.files.all().filter(({ external }) => external !== undefined)

/** A file by its id, or by the id of whoever added it: by one of them. */
function remoteOf(ask: Ask): File {
  if (has(ask, 'file') && has(ask, 'external_id')) throw new SlackError('too_many_ids')
  if (!has(ask, 'file') && !has(ask, 'external_id')) throw new SlackError('invalid_args')
  const file = has(ask, 'file')
    ? ask.ws.store.files.get(arg(ask, 'file'))
    : remotes(ask).find(({ external }) => external?.id === arg(ask, 'external_id'))
  if (file?.external === undefined) throw new SlackError('file_not_found')
  return file
}

function titled(ask: Ask, usual?: string): string {
  const title = usual === undefined ? needed(ask, 'title') : arg(ask, 'title') || usual
  if (title.length > TITLE_MAX) throw new SlackError('bad_title')
  return title
}

/** Adds a file, or changes the one that has its `external_id`. */
function add(ask: Ask): Fields {
  const { ws, actor } = ask
  const id = needed(ask, 'external_id')
  const url = needed(ask, 'external_url')
  const title = titled(ask)
  const filetype = arg(ask, 'filetype') || 'remote'
  const known = remotes(ask).find(({ external }) => external?.id === id)
  if (known !== undefined) return changed(ask, { ...known, name: title, title, filetype, external: { id, url } })
  const file: File = {
    id: ws.newId('F', ws.store.files),
    name: title,
    title,
    user: actor.user,
    size: 0,
    status: 'shared',
    upload: '',
    bytes: '',
    created: ws.nowS(),
    mimetype: 'application/vnd.slack-remote',
    filetype,
    pretty_type: filetype === 'remote' ? 'Remote' : filetype.toUpperCase(),
    alt_txt: '',
    shares: [],
    bound: null,
    external: { id, url },
  }
  ws.note('file.uploaded', { id: file.id, name: title, user: actor.user, size: 0 })
  return changed(ask, file)
}

const changed = ({ ws }: Ask, file: File): Fields => ({ file: fileBody(ws, ws.store.files.put(file)) })

/** Shows a file in conversations, at once: its bytes are not Slack's. */
function share(ask: Ask): Fields {
  const { ws, actor } = ask
  const file = remoteOf(ask)
  const channels = many(ask, 'channels').map((id) => channelOf({ ...ask, args: { channel: id } }))
  if (channels.length === 0) throw new SlackError('invalid_arguments')
  if (channels.some((channel) => !isIn(ask, channel))) throw new SlackError('channel_not_found')
  const content: Content = { text: '', blocks: undefined, attachments: undefined, metadata: undefined }
  for (const channel of channels) {
    const ts = ws.nextTs()
    const shares = [...(ws.store.files.get(file.id)?.shares ?? []), `${channel.id}:${ts}`]
    const kept = ws.store.files.put({ ...file, shares })
    const message = compose(ws, { kind: 'app', user: actor.user }, content, { channel }, ts)
    publish(ws, { ...message, files: [fileBody(ws, kept)], upload: false, display_as_bot: false }, channel)
    ws.note('file.shared', { id: file.id, name: file.name, channel: channel.id, ts })
  }
  return { file: fileBody(ws, ws.store.files.get(file.id) ?? file) }
}

function list(ask: Ask): Fields {
  const channel = arg(ask, 'channel')
  const [from, to] = [Number(arg(ask, 'ts_from') || 0), Number(arg(ask, 'ts_to') || Number.POSITIVE_INFINITY)]
  const rows = remotes(ask)
    .filter(({ shares }) => channel === '' || shares.some((one) => one.startsWith(`${channel}:`)))
    .filter(({ created }) => created >= from && created <= to)
  const limit = limitOf(ask, 20, 1000)
  const cursor = arg(ask, 'cursor')
  const start = cursor === '' ? 0 : rows.findIndex(({ id }) => id === cursorAt('file', cursor))
  if (start < 0) throw new SlackError('invalid_cursor')
  const next = rows[start + limit]
  return {
    files: rows.slice(start, start + limit).map((file) => fileBody(ask.ws, file)),
    response_metadata: { next_cursor: next === undefined ? '' : cursorOf('file', next.id) },
  }
}

export const REMOTE_FILES: Handlers = {
  'files.remote.add': add,
  'files.remote.info': (ask) => ({ file: fileBody(ask.ws, remoteOf(ask)) }),
  'files.remote.list': list,
  'files.remote.remove'(ask) {
    const { id, name } = remoteOf(ask)
    ask.ws.store.files.remove(id)
    ask.ws.note('file.deleted', { id, name })
    return {}
  },
  'files.remote.share': share,
  'files.remote.update'(ask) {
    const file = remoteOf(ask)
    const title = titled(ask, file.title)
    const url = arg(ask, 'external_url') || (file.external?.url ?? '')
    const filetype = arg(ask, 'filetype') || textOf(file.filetype)
    return changed(ask, { ...file, name: title, title, filetype, external: { id: file.external?.id ?? '', url } })
  },
}
