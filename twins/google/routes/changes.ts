import { createHash } from 'node:crypto'
import type { Json } from '../../trace.ts'
import { fileFor } from '../access.ts'
import { type Ask, flag, type On, whole } from '../ask.ts'
import { fileJson } from '../drive/file-wire.ts'
import { notify } from '../drive/push.ts'
import type { Change, Channel } from '../state.ts'
import { badRequest, GoogleError, invalidParameter, rfc3339 } from '../wire.ts'
import { gap, roleOn } from '../workspace.ts'

const LIST =
  'kind,nextPageToken,newStartPageToken,changes(kind,type,changeType,time,removed,fileId,file(kind,id,name,mimeType))'
const HOUR_MS = 3_600_000

export function addChanges(on: On): void {
  on(
    'changes.get_start_page_token',
    'GET /drive/v3/changes/startPageToken',
    { api: 'drive', meter: 'read', answer: 'StartPageToken' },
    (ask) => ({
      kind: 'drive#startPageToken',
      startPageToken: String(ask.ws.tables.changes.size + 1),
    }),
  )
  on('changes.list', 'GET /drive/v3/changes', { api: 'drive', meter: 'list', answer: 'ChangeList', fields: LIST }, list)
  on('changes.watch', 'POST /drive/v3/changes/watch', { api: 'drive', meter: 'other', answer: 'Channel' }, (ask) => {
    tokenIn(ask)
    return watch(ask, null, 'https://www.googleapis.com/drive/v3/changes?alt=json', 7 * 24 * HOUR_MS)
  })
  on(
    'files.watch',
    'POST /drive/v3/files/:fileId/watch',
    { api: 'drive', meter: 'other', answer: 'Channel' },
    (ask) => {
      const { id } = fileFor(ask, ask.param('fileId'))
      return watch(ask, id, `https://www.googleapis.com/drive/v3/files/${id}?alt=json`, 24 * HOUR_MS)
    },
  )
  on('channels.stop', 'POST /drive/v3/channels/stop', { api: 'drive', meter: 'other' }, (ask) => {
    const { id, resourceId } = ask.body()
    const { channels } = ask.ws.tables
    const channel = channels.get(typeof id === 'string' ? id : '')
    if (channel === undefined || channel.resourceId !== resourceId || channel.email !== ask.email)
      throw new GoogleError(`Channel '${String(id)}' not found for project '123456789012'`, {
        status: 404,
        reason: 'notFound',
      })
    channels.delete(channel.id)
    return undefined
  })
}

function tokenIn({ query, ws }: Ask): number {
  const token = query.get('pageToken')
  if (token === null)
    throw new GoogleError('Required parameter: pageToken', {
      status: 400,
      reason: 'required',
      location: ['pageToken', 'parameter'],
    })
  const from = Number(token)
  if (!Number.isInteger(from) || from < 1 || from > ws.tables.changes.size + 1)
    throw invalidParameter('pageToken', 'Invalid Value')
  return from
}

/** The log from a token on; a file that changed often is told of once, at its last change. */
function list(ask: Ask): Json {
  const { ws, query, email } = ask
  const { changes } = ws.tables
  if (query.has('driveId') || query.has('teamDriveId')) throw gap('the changes of one shared drive')
  const from = tokenIn(ask)
  const size = whole(query, 'pageSize', [1, 1000]) ?? 100
  const removed = flag(query, 'includeRemoved') ?? true
  const drives = flag(query, 'includeItemsFromAllDrives') ?? flag(query, 'includeTeamDriveItems') ?? false
  const last = new Map<string, number>()
  for (const { fileId, seq } of changes.values()) last.set(fileId, seq)
  const found: Json[] = []
  let at = from
  for (; at <= changes.size && found.length < size; at += 1) {
    const change = changes.get(at)
    if (change === undefined || last.get(change.fileId) !== at) continue
    const json = changeJson(ask, change, drives)
    if (json === undefined || (!removed && change.removed)) continue
    found.push(json)
  }
  return {
    kind: 'drive#changeList',
    ...(at <= changes.size ? { nextPageToken: String(at) } : { newStartPageToken: String(changes.size + 1) }),
    changes: found,
  }

  function changeJson(of: Ask, change: Change, all: boolean): Json | undefined {
    const file = ws.tables.files.get(change.fileId)
    if (file !== undefined && file.driveId !== null && !all) return undefined
    const seen = file !== undefined && roleOn(ws, file, email) !== undefined
    if (!seen && !change.readers.includes(email)) return undefined
    return {
      kind: 'drive#change',
      type: 'file',
      changeType: 'file',
      time: rfc3339(change.atMs),
      removed: !seen,
      fileId: change.fileId,
      ...(seen && file !== undefined ? { file: fileJson(of, file) } : {}),
    }
  }
}

const text = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined)

/** Opens a channel, and sends its first message: https://developers.google.com/workspace/drive/api/guides/push (as known; not opened). */
function watch(ask: Ask, fileId: string | null, resourceUri: string, longestMs: number): Json {
  const { ws, email } = ask
  const body = ask.body()
  const [id, address, token] = [text(body.id), text(body.address), text(body.token)]
  const now = ws.world.clock.now()
  if (id === undefined || id === '' || id.length > 64)
    throw badRequest('Channel id must be set and at most 64 characters long.')
  if (body.type !== 'web_hook' && body.type !== 'webhook')
    throw badRequest(`Unknown channel type: ${String(body.type)}`)
  if (address === undefined || !address.startsWith('https://'))
    throw new GoogleError(`WebHook callback must be HTTPS: ${address ?? ''}`, {
      status: 400,
      reason: 'push.webhookUrlNotHttps',
    })
  if (ws.tables.channels.has(id))
    throw new GoogleError(`Channel id ${id} not unique`, { status: 400, reason: 'channelIdNotUnique' })
  const asked = Number(body.expiration ?? now + HOUR_MS)
  const channel: Channel = {
    id,
    resourceId: createHash('sha256').update(`${email} ${resourceUri}`).digest('base64url').slice(0, 27),
    resourceUri,
    address,
    token: token ?? null,
    expiresMs: Math.min(Number.isFinite(asked) ? Math.trunc(asked) : now + HOUR_MS, now + longestMs),
    email,
    fileId,
    messages: 0,
  }
  ws.tables.channels.set(id, channel)
  notify(ws, id, 'sync', [])
  return {
    kind: 'api#channel',
    id,
    resourceId: channel.resourceId,
    resourceUri,
    ...(token === undefined ? {} : { token }),
    expiration: String(channel.expiresMs),
  }
}
