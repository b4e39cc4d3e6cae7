import type { Json } from '../../trace.ts'
import { fileFor, isOpenTo } from '../access.ts'
import { type Ask, flag, type On, whole } from '../ask.ts'
import { exported } from '../drive/export.ts'
import { fileJson } from '../drive/file-wire.ts'
import { copyFile, createFile, type Media, remove, updateFile } from '../drive/files.ts'
import { fileV2 } from '../drive/legacy.ts'
import { parseQuery } from '../drive/query.ts'
import { sight } from '../drive/sight.ts'
import { multipart, received } from '../drive/upload.ts'
import { isObj, type Obj } from '../fields.ts'
import { pageOf } from '../paging.ts'
import type { FileRow, Upload } from '../state.ts'
import { badRequest, GoogleError, insufficientFilePermissions, invalidParameter } from '../wire.ts'
import { fileId, fresh, gap, headOf, isGoogleType, isListed, rankOf, roleOn } from '../workspace.ts'

const ONE = 'kind,id,name,mimeType'
const LIST = 'kind,nextPageToken,incompleteSearch,files(kind,id,name,mimeType)'

export function addFiles(on: On): void {
  on('files.list', 'GET /drive/v3/files', { api: 'drive', meter: 'list', answer: 'FileList', fields: LIST }, list)
  on('files.create', 'POST /drive/v3/files', { api: 'drive', meter: 'modify', answer: 'File', fields: ONE }, (ask) =>
    fileJson(ask, createFile(ask, ask.body(), undefined)),
  )
  on(
    'files.generate_ids',
    'GET /drive/v3/files/generateIds',
    { api: 'drive', meter: 'other', answer: 'GeneratedIds' },
    generateIds,
  )
  on('files.empty_trash', 'DELETE /drive/v3/files/trash', { api: 'drive', meter: 'modify' }, (ask) => {
    const { ws, email } = ask
    for (const file of [...ws.tables.files.values()])
      if (file.owner === email && file.trashedMs !== null && ws.tables.files.has(file.id)) remove(ws, file)
    return undefined
  })
  on(
    'files.get',
    'GET /drive/v3/files/:fileId',
    { api: 'drive', meter: 'read', answer: 'File', fields: ONE },
    (ask) => {
      const file = fileFor(ask, ask.param('fileId'))
      return ask.query.get('alt') === 'media' ? download(ask, file) : fileJson(ask, file)
    },
  )
  on(
    'files.update',
    'PATCH /drive/v3/files/:fileId',
    { api: 'drive', meter: 'modify', answer: 'File', fields: ONE },
    (ask) => fileJson(ask, updateFile(ask, fileFor(ask, ask.param('fileId')), ask.body(), undefined)),
  )
  on('files.delete', 'DELETE /drive/v3/files/:fileId', { api: 'drive', meter: 'modify' }, (ask) => {
    const file = fileFor(ask, ask.param('fileId'))
    const least = file.driveId === null ? 'owner' : 'organizer'
    if (rankOf(roleOn(ask.ws, file, ask.email)) < rankOf(least)) throw insufficientFilePermissions(file.id)
    if (file.parents.length === 0)
      throw new GoogleError('The root folder cannot be deleted.', { status: 403, reason: 'forbidden' })
    remove(ask.ws, file)
    return undefined
  })
  on(
    'files.copy',
    'POST /drive/v3/files/:fileId/copy',
    { api: 'drive', meter: 'modify', answer: 'File', fields: ONE },
    (ask) => fileJson(ask, copyFile(ask, fileFor(ask, ask.param('fileId')), ask.body())),
  )
  on('files.export', 'GET /drive/v3/files/:fileId/export', { api: 'drive', meter: 'download' }, (ask) => {
    const type = ask.query.get('mimeType')
    if (type === null)
      throw new GoogleError('Required parameter: mimeType', {
        status: 400,
        reason: 'required',
        location: ['mimeType', 'parameter'],
      })
    return exported(ask, fileFor(ask, ask.param('fileId')), type)
  })
  on(
    'files.create',
    'POST /upload/drive/v3/files',
    { api: 'drive', meter: 'modify', answer: 'File', fields: ONE },
    (ask) => uploaded(ask, undefined),
  )
  on(
    'files.update',
    'PATCH /upload/drive/v3/files/:fileId',
    { api: 'drive', meter: 'modify', answer: 'File', fields: ONE },
    (ask) => uploaded(ask, fileFor(ask, ask.param('fileId'))),
  )
  // Version 2 by itself is not modelled; some clients send CSV to spreadsheets by it.
  on('files.update_v2', 'PUT /upload/drive/v2/files/:fileId', { api: 'drive', meter: 'modify' }, (ask) => {
    if (ask.query.get('uploadType') !== 'media') throw gap('other hosts and versions')
    const media = { type: ask.headers.get('content-type') ?? 'application/octet-stream', bytes: ask.bytes }
    return fileV2(ask, updateFile(ask, fileFor(ask, ask.param('fileId')), {}, media))
  })
  on(
    'files.upload',
    'PUT /upload/drive/v3/files',
    { api: 'drive', meter: 'modify', answer: 'File', fields: ONE },
    piece,
  )
  on(
    'files.upload',
    'PUT /upload/drive/v3/files/:fileId',
    { api: 'drive', meter: 'modify', answer: 'File', fields: ONE },
    piece,
  )
}

/** Newest first, when nobody asks for another order (as recorded). */
const ORDERS: Readonly<Record<string, (file: FileRow, ask: Ask) => string | number>> = {
  createdTime: ({ createdMs }) => createdMs,
  modifiedTime: ({ modifiedMs }) => modifiedMs,
  recency: ({ modifiedMs }) => modifiedMs,
  modifiedByMeTime: ({ modifiedMs, modifiedBy }, { email }) => (modifiedBy === email ? modifiedMs : 0),
  name: ({ name }) => name.toLowerCase(),
  name_natural: ({ name }) => name.toLowerCase().replaceAll(/\d+/g, (digits) => digits.padStart(12, '0')),
  folder: ({ mimeType }) => (mimeType.endsWith('.folder') ? 0 : 1),
  quotaBytesUsed: (file) => Buffer.byteLength(headOf(file)?.content ?? '', 'base64'),
  starred: ({ starredBy }, { email }) => (starredBy.includes(email) ? 0 : 1),
}

function sorted(ask: Ask, files: FileRow[]): readonly FileRow[] {
  const keys = (ask.query.get('orderBy') ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => {
      const [name = '', down] = one.split(/\s+/)
      const read = ORDERS[name]
      if (name === 'viewedByMeTime' || name === 'sharedWithMeTime') throw gap('when files were looked at and shared')
      if (read === undefined || (down !== undefined && down !== 'desc'))
        throw invalidParameter('orderBy', `Invalid Value`)
      return { read, down: down === 'desc' }
    })
  if (keys.length === 0) keys.push({ read: ({ modifiedMs }) => modifiedMs, down: true })
  return files.sort((a, b) => {
    for (const { read, down } of keys) {
      const [one, other] = [read(a, ask), read(b, ask)]
      if (one !== other) return one < other === down ? 1 : -1
    }
    return 0
  })
}

function list(ask: Ask): Json {
  const { ws, query, email } = ask
  const spaces = query.get('spaces')
  if (spaces !== null && spaces !== 'drive') throw gap('the folder of app data')
  const corpora = query.get('corpora') ?? query.get('corpus') ?? 'user'
  if (corpora === 'domain') throw gap('searching a whole domain')
  const drive = query.get('driveId') ?? query.get('teamDriveId')
  const drives = flag(query, 'includeItemsFromAllDrives') ?? flag(query, 'includeTeamDriveItems') ?? false
  if ((corpora === 'drive') !== (drive !== null))
    throw invalidParameter('driveId', 'The driveId parameter must be specified if and only if corpora is set to drive.')
  if (drives && !(flag(query, 'supportsAllDrives') ?? flag(query, 'supportsTeamDrives') ?? false))
    throw new GoogleError('The supportsAllDrives parameter must be set to true to use includeItemsFromAllDrives.', {
      status: 403,
      reason: 'teamDrivesNotSupported',
    })
  const q = query.get('q') ?? ''
  const term = q.trim() === '' ? () => true : parseQuery(q)
  const view = sight(ask)
  // Newest last in the table: equal times keep the newest first.
  const found = [...ws.tables.files.values()].reverse().filter((file) => {
    if (file.parents.length === 0 || (file.driveId !== null && !drives)) return false
    if (drive !== null && file.driveId !== drive) return false
    return term(file, view) && isOpenTo(ask, file) && isListed(ws, file, email)
  })
  if (/fullText/.test(q) && query.get('orderBy') !== null)
    throw badRequest(
      'Sorting is not supported for queries with fullText terms. Results are always in descending relevance order.',
    )
  const size = whole(query, 'pageSize', [1, 1000]) ?? 100
  const page = pageOf(sorted(ask, found), { token: query.get('pageToken'), size, about: q })
  return {
    kind: 'drive#fileList',
    incompleteSearch: false,
    ...(page.next === undefined ? {} : { nextPageToken: page.next }),
    files: page.rows.map((file) => fileJson(ask, file)),
  }
}

function generateIds({ ws, query }: Ask): Json {
  const count = whole(query, 'count', [1, 1000]) ?? 10
  const space = query.get('space') ?? 'drive'
  if (space !== 'drive') throw gap('the folder of app data')
  const ids = Array.from({ length: count }, () => fileId(ws, 'application/octet-stream'))
  for (const id of ids) ws.tables.generated_ids.set(id, { id })
  return { kind: 'drive#generatedIds', space, ids }
}

function download(ask: Ask, file: FileRow): Response {
  const head = headOf(file)
  if (isGoogleType(file.mimeType) || head?.content === null || head === undefined)
    throw new GoogleError('Only files with binary content can be downloaded. Use Export with Docs Editors files.', {
      status: 403,
      reason: 'fileNotDownloadable',
      location: ['alt', 'parameter'],
    })
  const bytes = Buffer.from(head.content, 'base64')
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(ask.headers.get('range') ?? '') ?? []
  const headers = {
    'Content-Type': head.mimeType,
    'Cache-Control': 'private, max-age=0, must-revalidate',
    'Content-Disposition': 'attachment',
  }
  if (from === undefined) return new Response(bytes, { headers })
  const [start, end] = [
    Number(from),
    to === '' || to === undefined ? bytes.length : Math.min(Number(to) + 1, bytes.length),
  ]
  if (start >= bytes.length)
    return new Response('Request range not satisfiable', {
      status: 416,
      headers: { 'Content-Range': `bytes */${bytes.length}` },
    })
  return new Response(bytes.subarray(start, end), {
    status: 206,
    headers: { ...headers, 'Content-Range': `bytes ${start}-${end - 1}/${bytes.length}` },
  })
}

/** The ways to send bytes: https://developers.google.com/workspace/drive/api/guides/manage-uploads (as known; not opened). */
function uploaded(ask: Ask, file: FileRow | undefined): Json | Response {
  const done = (metadata: Obj, media: Media | undefined): Json =>
    fileJson(ask, file === undefined ? createFile(ask, metadata, media) : updateFile(ask, file, metadata, media))
  switch (ask.query.get('uploadType')) {
    case 'media':
      return done({}, { type: ask.headers.get('content-type') ?? 'application/octet-stream', bytes: ask.bytes })
    case 'multipart': {
      const { metadata, media } = multipart(ask)
      return done(metadata, media)
    }
    case 'resumable':
      return begin(ask, file)
    default:
      throw badRequest('Invalid Upload Request')
  }
}

function begin(ask: Ask, file: FileRow | undefined): Response {
  const { ws, headers, email, token } = ask
  const size = headers.get('x-upload-content-length')
  const upload: Upload = {
    id: fresh(
      () => ws.world.id('', 60),
      (one) => ws.tables.uploads.has(one),
    ),
    fileId: file?.id ?? null,
    email,
    client: token.client,
    metadata: ask.body(),
    query: ask.query.toString(),
    mimeType: headers.get('x-upload-content-type') ?? 'application/octet-stream',
    size: size === null ? null : Number(size),
    received: '',
    startedMs: ws.world.clock.now(),
  }
  ws.tables.uploads.set(upload.id, upload)
  const query = new URLSearchParams(upload.query)
  query.set('upload_id', upload.id)
  const path = file === undefined ? '/upload/drive/v3/files' : `/upload/drive/v3/files/${file.id}`
  return new Response(null, {
    status: 200,
    headers: {
      Location: `https://www.googleapis.com${path}?${query}`,
      'X-GUploader-UploadID': upload.id,
      'Content-Length': '0',
    },
  })
}

/** An upload may go on for a week. */
const WEEK_MS = 7 * 86_400_000

function piece(ask: Ask): Json | Response {
  const { ws } = ask
  const held = ws.tables.uploads.get(ask.query.get('upload_id') ?? '')
  if (held === undefined || ws.world.clock.now() - held.startedMs > WEEK_MS)
    throw new GoogleError('Upload not found.', { status: 404, reason: 'notFound' })
  const { upload, done } = received(held, ask)
  if (!done) {
    ws.tables.uploads.set(upload.id, upload)
    const size = Buffer.byteLength(upload.received, 'base64')
    return new Response(null, { status: 308, headers: size === 0 ? {} : { Range: `bytes=0-${size - 1}` } })
  }
  ws.tables.uploads.delete(upload.id)
  const media = { type: upload.mimeType, bytes: Buffer.from(upload.received, 'base64') }
  const metadata = isObj(upload.metadata) ? upload.metadata : {}
  const file =
    upload.fileId === null
      ? createFile(ask, metadata, media)
      : updateFile(ask, fileFor(ask, upload.fileId), metadata, media)
  return fileJson(ask, file)
}
