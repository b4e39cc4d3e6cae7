import { fileFor } from '../access.ts'
import type { Ask } from '../ask.ts'
import { documentOf } from '../docs/document.ts'
import { isObj, type Obj } from '../fields.ts'
import { typedSheet } from '../sheets/values.ts'
import type { FileRow, Revision } from '../state.ts'
import { GoogleError, insufficientFilePermissions } from '../wire.ts'
import {
  account,
  blank,
  changed,
  childrenOf,
  DOCUMENT,
  FOLDER,
  fileId,
  gap,
  isGoogleType,
  openEditor,
  ownerOf,
  put,
  rankOf,
  roleOn,
  SHEET,
  SHORTCUT,
  sizeOf,
  touched,
  usageOf,
  type Workspace,
} from '../workspace.ts'
import { parsedCsv } from './csv.ts'

/** Bytes that came with a request, and what they are said to be. */
export type Media = { readonly type: string; readonly bytes: Uint8Array }

const forbidden = (reason: string, message: string): GoogleError => new GoogleError(message, { status: 403, reason })

/** Fields of a file that a body may set: the SDK's own notes on `files.create` and `files.update` (@googleapis/drive 26.0). */
const WRITABLE = new Set(
  (
    'name mimeType description starred trashed properties appProperties parents id createdTime modifiedTime viewedByMeTime writersCanShare ' +
    'copyRequiresWriterPermission viewersCanCopyContent folderColorRgb originalFilename shortcutDetails contentHints'
  ).split(' '),
)
/** Fields that Drive works out. Names it does not know it passes over. */
const READ_ONLY = new Set(
  (
    'kind size md5Checksum sha1Checksum sha256Checksum owners permissions permissionIds shared ownedByMe version webViewLink webContentLink ' +
    'iconLink hasThumbnail thumbnailLink capabilities driveId teamDriveId headRevisionId lastModifyingUser quotaBytesUsed spaces trashedTime ' +
    'trashingUser explicitlyTrashed sharedWithMeTime sharingUser fullFileExtension fileExtension exportLinks isAppAuthorized'
  ).split(' '),
)
const UNMODELLED = new Set(
  'contentRestrictions indexableText labelInfo downloadRestrictions inheritedPermissionsDisabled imageMediaMetadata'.split(
    ' ',
  ),
)

function checkBody(body: Obj): void {
  for (const [name, value] of Object.entries(body)) {
    if (value === null || WRITABLE.has(name)) continue
    if (UNMODELLED.has(name)) throw gap('locks, labels and limits of files')
    if (READ_ONLY.has(name))
      throw forbidden('fieldNotWritable', 'The resource body includes fields which are not directly writable.')
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const textMap = (old: Readonly<Record<string, string>>, change: unknown): Readonly<Record<string, string>> => {
  const next: Record<string, string> = { ...old }
  for (const [key, value] of Object.entries(isObj(change as Obj) ? (change as Obj) : {})) {
    if (value === null) delete next[key]
    else next[key] = String(value)
  }
  return next
}

function timeIn(body: Obj, name: string): number | undefined {
  const given = text(body[name])
  if (given === undefined) return undefined
  const ms = Date.parse(given)
  if (Number.isNaN(ms))
    throw new GoogleError(`Invalid value for: Invalid format: "${given}"`, { status: 400, reason: 'invalid' })
  return ms
}

/** What a body says about a file, over what it was. */
function described(file: FileRow, body: Obj, { email, token }: Ask): FileRow {
  const { starred, shortcutDetails } = body
  const copy =
    body.copyRequiresWriterPermission ??
    (typeof body.viewersCanCopyContent === 'boolean' ? !body.viewersCanCopyContent : undefined)
  const starredBy =
    typeof starred === 'boolean'
      ? [...file.starredBy.filter((one) => one !== email), ...(starred ? [email] : [])]
      : file.starredBy
  return {
    ...file,
    name: text(body.name) ?? file.name,
    mimeType: text(body.mimeType) ?? file.mimeType,
    description: text(body.description) ?? file.description,
    starredBy,
    properties: textMap(file.properties, body.properties),
    appProperties: isObj(body.appProperties)
      ? { ...file.appProperties, [token.client]: textMap(file.appProperties[token.client] ?? {}, body.appProperties) }
      : file.appProperties,
    createdMs: timeIn(body, 'createdTime') ?? file.createdMs,
    modifiedMs: timeIn(body, 'modifiedTime') ?? file.modifiedMs,
    writersCanShare: typeof body.writersCanShare === 'boolean' ? body.writersCanShare : file.writersCanShare,
    copyRequiresWriterPermission: typeof copy === 'boolean' ? copy : file.copyRequiresWriterPermission,
    folderColorRgb: text(body.folderColorRgb) ?? file.folderColorRgb,
    target: isObj(shortcutDetails) ? (text(shortcutDetails.targetId) ?? file.target) : file.target,
  }
}

/** The folder a new file goes to; the caller's My Drive when none is named. */
function parentOf(ask: Ask, parents: unknown): FileRow {
  const ids = Array.isArray(parents) ? parents.filter((one) => typeof one === 'string') : []
  if (ids.includes('appDataFolder')) throw gap('the folder of app data')
  if (ids.length > 1) throw forbidden('cannotAddParent', 'Increasing the number of parents is not allowed')
  const parent = fileFor(ask, ids[0] ?? 'root')
  if (parent.mimeType !== FOLDER) throw forbidden('parentNotAFolder', 'The specified parent is not a folder.')
  if (rankOf(roleOn(ask.ws, parent, ask.email)) < rankOf('writer')) throw insufficientFilePermissions(parent.id)
  return parent
}

function idFor(ask: Ask, body: Obj, mimeType: string): string {
  const { ws } = ask
  const given = text(body.id)
  if (given === undefined) return fileId(ws, mimeType)
  if (ws.tables.files.has(given))
    throw new GoogleError('A file already exists with the provided ID.', { status: 409, reason: 'fileIdInUse' })
  if (!ws.tables.generated_ids.has(given) || isGoogleType(mimeType))
    throw new GoogleError('The provided file ID is not usable.', {
      status: 400,
      reason: 'invalid',
      location: ['file.id', 'other' as 'parameter'],
    })
  return given
}

export function revision(ws: Workspace, file: FileRow, by: string, media: Media | undefined): Revision {
  return {
    id: isGoogleType(file.mimeType) ? String(file.revisions.length + 1) : ws.world.id('0B', 42),
    mimeType: isGoogleType(file.mimeType) ? file.mimeType : (media?.type ?? file.mimeType),
    modifiedMs: ws.world.clock.now(),
    by,
    keepForever: false,
    content: isGoogleType(file.mimeType) ? null : Buffer.from(media?.bytes ?? []).toString('base64'),
    originalFilename: file.name,
  }
}

/** Storage is counted for whoever owns the file. Source: https://developers.google.com/workspace/drive/api/guides/handle-errors (2026-11-26). */
function checkStorage(ws: Workspace, owner: string | null, more: number): void {
  if (owner === null || more === 0) return
  const { limit } = account(ws, owner)
  if (limit !== null && usageOf(ws, owner) + more > limit)
    throw new GoogleError("The user's Drive storage quota has been exceeded.", {
      status: 403,
      reason: 'storageQuotaExceeded',
    })
}

/** A type without its charset. */
const bareType = (media: Media | undefined): string | undefined => media?.type.split(';')[0]?.trim()

/** Makes a file of metadata and bytes. */
export function createFile(ask: Ask, body: Obj, media: Media | undefined): FileRow {
  const { ws, email, token } = ask
  checkBody(body)
  const parent = parentOf(ask, body.parents)
  const mimeType = text(body.mimeType) ?? bareType(media) ?? 'application/octet-stream'
  if (isGoogleType(mimeType) && ![FOLDER, SHEET, DOCUMENT, SHORTCUT].includes(mimeType))
    throw gap('other editors of Google’s')
  const id = idFor(ask, body, mimeType)
  const owner = parent.driveId === null ? email : null
  const bare = described({ ...blank(ws, id, 'Untitled', mimeType, email), owner }, body, ask)
  if (bare.mimeType === SHORTCUT && (bare.target === null || ws.tables.files.get(bare.target) === undefined))
    throw new GoogleError('The shortcut target is invalid.', { status: 400, reason: 'shortcutTargetInvalid' })
  const made: FileRow = {
    ...bare,
    mimeType,
    driveId: parent.driveId,
    parents: [parent.id],
    permissions: owner === null ? [] : [ownerOf(email)],
    clients: [token.client],
    modifiedBy: email,
  }
  checkStorage(ws, owner, isGoogleType(mimeType) ? 0 : (media?.bytes.length ?? 0))
  const file: FileRow =
    mimeType === FOLDER || mimeType === SHORTCUT ? made : { ...made, revisions: [revision(ws, made, email, media)] }
  put(ws, file)
  openEditor(ws, file)
  if (media !== undefined && isGoogleType(mimeType)) convert(ws, file, media)
  changed(ws, file, 'add')
  return file
}

/** Turns what was uploaded into what an editor holds. */
function convert(ws: Workspace, { id, mimeType, name }: FileRow, { type, bytes }: Media): void {
  const words = Buffer.from(bytes).toString('utf8')
  const spreadsheet = ws.tables.spreadsheets.get(id)
  if (mimeType === SHEET && spreadsheet !== undefined && /^text\/(csv|tab-separated-values)/.test(type)) {
    const rows = parsedCsv(words, type.includes('csv') ? ',' : '\t')
    const sheet = typedSheet(0, name, rows, {})
    ws.tables.spreadsheets.set(id, { ...spreadsheet, sheets: [sheet] })
  } else if (mimeType === DOCUMENT && type.startsWith('text/plain')) {
    ws.tables.documents.set(id, documentOf(id, words))
  } else throw gap('converting other files than CSV and plain text')
}

/** Changes a file's metadata, its place and its bytes. */
export function updateFile(ask: Ask, file: FileRow, body: Obj, media: Media | undefined): FileRow {
  const { ws, email } = ask
  checkBody(body)
  if (body.parents !== undefined && body.parents !== null)
    throw forbidden(
      'fieldNotWritable',
      'The parents field is not directly writable in update requests. Use the addParents and removeParents parameters instead.',
    )
  if (body.id !== undefined)
    throw forbidden('fieldNotWritable', 'The resource body includes fields which are not directly writable.')
  const { starred, trashed, ...others } = body
  const changes = Object.keys(others).length > 0 || media !== undefined || moves(ask)
  if (changes && rankOf(roleOn(ws, file, email)) < rankOf('writer')) throw insufficientFilePermissions(file.id)
  const binned = typeof trashed === 'boolean' && trashed !== file.trashed
  if (binned) mayTrash(ask, file)
  const wanted = text(body.mimeType)
  if (wanted !== undefined && wanted !== file.mimeType && (isGoogleType(wanted) || isGoogleType(file.mimeType)))
    throw gap('converting other files than CSV and plain text')
  let next = described(file, body, ask)
  next = { ...moved(ask, next), version: file.version + 1, modifiedBy: changes ? email : file.modifiedBy }
  const edited = media !== undefined || Object.keys(others).length > 0
  if (edited && timeIn(body, 'modifiedTime') === undefined) next = { ...next, modifiedMs: ws.world.clock.now() }
  if (media !== undefined) {
    if (isGoogleType(file.mimeType)) {
      // What is sent takes the place of all that was in it.
      convert(ws, next, media)
      put(ws, next)
      changed(ws, next, 'update', ['content'])
      return next
    }
    checkStorage(ws, file.owner, media.bytes.length - sizeOf(file))
    const kept = { ...next, mimeType: text(body.mimeType) ?? bareType(media) ?? next.mimeType }
    next = { ...kept, revisions: [...file.revisions, revision(ws, kept, email, media)] }
  }
  put(ws, next)
  if (binned) return trash(ask, next, trashed)
  const details = [
    ...(media === undefined ? [] : ['content']),
    ...(next.parents === file.parents ? ['properties'] : ['parents']),
  ]
  changed(ws, next, 'update', details)
  return next
}

const listed = (query: URLSearchParams, name: string): readonly string[] =>
  (query.get(name) ?? '').split(',').filter((one) => one !== '')
const moves = ({ query }: Ask): boolean =>
  listed(query, 'addParents').length + listed(query, 'removeParents').length > 0

/** A file in another folder: `addParents` alone moves it as well, as a file has one place. */
function moved(ask: Ask, file: FileRow): FileRow {
  const [add, remove] = [listed(ask.query, 'addParents'), listed(ask.query, 'removeParents')]
  const [id] = add
  if (id === undefined) {
    if (remove.length === 0 || !remove.some((one) => file.parents.includes(one))) return file
    if (file.owner === null)
      throw forbidden('teamDrivesParentLimit', 'A shared drive item must have exactly one parent.')
    return { ...file, parents: [account(ask.ws, file.owner).root] }
  }
  if (add.length > 1 && remove.length < add.length)
    throw forbidden('cannotAddParent', 'Increasing the number of parents is not allowed')
  const parent = parentOf(ask, [id])
  for (
    let above: FileRow | undefined = parent;
    above !== undefined;
    above = ask.ws.tables.files.get(above.parents[0] ?? '')
  )
    if (above.id === file.id)
      throw new GoogleError('The specified parent would create a cycle.', { status: 403, reason: 'cyclicParent' })
  if (parent.driveId !== file.driveId) throw gap('moving files into and out of shared drives')
  return { ...file, parents: [parent.id] }
}

const THIRTY_DAYS_MS = 30 * 86_400_000

function mayTrash({ ws, email }: Ask, file: FileRow): void {
  const least = file.driveId === null ? 'owner' : 'fileOrganizer'
  if (rankOf(roleOn(ws, file, email)) < rankOf(least)) throw insufficientFilePermissions(file.id)
}

/** Into the trash with all that is in it, or out of it. */
function trash(ask: Ask, file: FileRow, into: boolean): FileRow {
  const { ws, email } = ask
  const now = ws.world.clock.now()
  const next: FileRow = {
    ...touched(ws, file, email),
    modifiedMs: file.modifiedMs,
    trashed: into,
    trashedMs: into ? now : null,
  }
  put(ws, next)
  for (const kid of childrenOf(ws, file.id)) trashBelow(ws, kid, into)
  if (into) emptyLater(ws, next)
  changed(ws, next, into ? 'trash' : 'untrash')
  return next
}
function trashBelow(ws: Workspace, file: FileRow, into: boolean): void {
  // What was put there by itself stays there by itself.
  if (file.trashedMs !== null) return
  put(ws, { ...file, trashed: into })
  for (const kid of childrenOf(ws, file.id)) trashBelow(ws, kid, into)
}

/** The trash is emptied of what has lain in it for 30 days: https://support.google.com/drive/answer/2375102 (as known; not opened). */
export function emptyLater(ws: Workspace, { id, trashedMs }: FileRow): void {
  if (trashedMs === null) return
  const leftMs = Math.max(trashedMs + THIRTY_DAYS_MS - ws.world.clock.now(), 0)
  ws.world.clock.schedule(
    leftMs,
    () => {
      const file = ws.tables.files.get(id)
      if (file?.trashedMs === trashedMs) remove(ws, file)
    },
    `trash of ${id}`,
  )
}

/** Takes a file away for good, and all that is in it. */
export function remove(ws: Workspace, file: FileRow): void {
  for (const kid of childrenOf(ws, file.id)) remove(ws, kid)
  changed(ws, file, 'remove')
  const { tables } = ws
  tables.files.delete(file.id)
  tables.spreadsheets.delete(file.id)
  tables.documents.delete(file.id)
  for (const parent of file.parents) ws.children.get(parent)?.delete(file.id)
  ws.children.delete(file.id)
  for (const [id, { fileId: of }] of tables.comments) if (of === file.id) tables.comments.delete(id)
}

/** A copy of a file, which belongs to whoever made it. */
export function copyFile(ask: Ask, file: FileRow, body: Obj): FileRow {
  const { ws, email } = ask
  checkBody(body)
  if (file.mimeType === FOLDER) throw forbidden('cannotCopyFile', 'This file cannot be copied by the user.')
  if (file.copyRequiresWriterPermission && rankOf(roleOn(ws, file, email)) < rankOf('writer'))
    throw forbidden('cannotCopyFile', 'This file cannot be copied by the user.')
  const wanted = text(body.mimeType)
  if (wanted !== undefined && wanted !== file.mimeType) throw gap('converting other files than CSV and plain text')
  const content = file.revisions.at(-1)?.content
  const media =
    content === null || content === undefined
      ? undefined
      : { type: file.mimeType, bytes: Buffer.from(content, 'base64') }
  const own = ws.tables.files.get(file.parents[0] ?? '')
  const mayAdd = own !== undefined && rankOf(roleOn(ws, own, email)) >= rankOf('writer')
  const kept: Obj = {
    ...(mayAdd ? { parents: [own.id] } : {}),
    ...(file.description === null ? {} : { description: file.description }),
    properties: file.properties,
    ...(file.target === null ? {} : { shortcutDetails: { targetId: file.target } }),
  }
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
  const made = createFile(ask, { ...kept, name: `Copy of ${file.name}`, ...given, mimeType: file.mimeType }, media)
  const spreadsheet = ws.tables.spreadsheets.get(file.id)
  const document = ws.tables.documents.get(file.id)
  if (spreadsheet !== undefined) ws.tables.spreadsheets.set(made.id, { ...spreadsheet, spreadsheetId: made.id })
  if (document !== undefined) ws.tables.documents.set(made.id, { ...document, documentId: made.id })
  return made
}
