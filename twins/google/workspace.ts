import { createHash } from 'node:crypto'
import type { Json } from '../trace.ts'
import { notModelled } from '../twin.ts'
import type { World } from '../world.ts'
import { newDocument } from './docs/document.ts'
import { GAPS } from './gaps.ts'
import type { Seed } from './seed.ts'
import { newSpreadsheet } from './sheets/spreadsheet.ts'
import type { Account, FileRow, Permission, Revision, Role, Tables } from './state.ts'

export const gap = (what: string): Error => notModelled('google', GAPS, what)

/** Everything there is, and who is told when some of it changes. */
export type Workspace = {
  readonly world: World
  readonly seed: Seed
  readonly tables: Tables
  /** Ids of files by the id of the folder they are in. Follows from the files. */
  readonly children: Map<string, Set<string>>
  /** Counts restores: what was on its way before one does not arrive after it. */
  epoch: number
  /** Hears of each change to a file; channels are notified from here. */
  onChange: (file: FileRow, what: Event, details: readonly string[]) => void
}

export const FOLDER = 'application/vnd.google-apps.folder'
export const SHEET = 'application/vnd.google-apps.spreadsheet'
export const DOCUMENT = 'application/vnd.google-apps.document'
export const SHORTCUT = 'application/vnd.google-apps.shortcut'
export const isGoogleType = (mimeType: string): boolean => mimeType.startsWith('application/vnd.google-apps.')

/** What is made and nobody has: after a restore into another world, chance may repeat itself. */
export function fresh<T>(make: () => T, isTaken: (one: T) => boolean): T {
  for (;;) {
    const one = make()
    if (!isTaken(one)) return one
  }
}

/** 44 characters for what Google's editors hold, 33 for other files (the first as recorded). */
export const fileId = ({ world, tables }: Pick<Workspace, 'world' | 'tables'>, mimeType: string): string =>
  fresh(
    () => world.id('1', isGoogleType(mimeType) && mimeType !== FOLDER ? 43 : 32),
    (id) => tables.files.has(id),
  )

/** The id of what is given to somebody: the same for a person on all files. */
export function permissionIdOf(subject: string): string {
  const digits = BigInt(`0x${createHash('sha256').update(subject).digest('hex').slice(0, 16)}`)
  return `1${String(digits).padStart(19, '0').slice(0, 19)}`
}

/** The account of an address, made when it is first heard of: anybody may have one. */
export function account(ws: Workspace, email: string): Account {
  const known = ws.tables.accounts.get(email)
  if (known !== undefined) return known
  const service = email.endsWith('.gserviceaccount.com')
  const fresh: Account = {
    email,
    name: service ? email : (email.split('@')[0] ?? email),
    service,
    permissionId: permissionIdOf(email),
    root: `0A${createHash('sha256').update(`root ${email}`).digest('base64url').slice(0, 17)}`,
    limit: 15 * 1024 ** 3,
  }
  ws.tables.accounts.set(email, fresh)
  plantFolder(ws, fresh)
  return fresh
}

function plantFolder(ws: Workspace, { email, root }: Account): void {
  put(ws, { ...blank(ws, root, 'My Drive', FOLDER, email), parents: [], permissions: [ownerOf(email)] })
}

export const ownerOf = (email: string): Permission => ({
  id: permissionIdOf(email),
  type: 'user',
  role: 'owner',
  emailAddress: email,
})

/** A file with nothing in it. */
export function blank(ws: Workspace, id: string, name: string, mimeType: string, owner: string): FileRow {
  const now = ws.world.clock.now()
  return {
    id,
    name,
    mimeType,
    description: null,
    parents: [],
    owner,
    driveId: null,
    createdMs: now,
    modifiedMs: now,
    modifiedBy: owner,
    trashed: false,
    trashedMs: null,
    starredBy: [],
    properties: {},
    appProperties: {},
    version: 1,
    permissions: [],
    revisions: [],
    target: null,
    writersCanShare: true,
    copyRequiresWriterPermission: false,
    folderColorRgb: null,
    clients: [],
  }
}

/** Puts a row in, or in the place of the one before it. */
export function put(ws: Workspace, file: FileRow): void {
  const old = ws.tables.files.get(file.id)
  ws.tables.files.set(file.id, file)
  if (old?.parents === file.parents) return
  for (const parent of old?.parents ?? []) ws.children.get(parent)?.delete(file.id)
  for (const parent of file.parents) {
    const kids = ws.children.get(parent)
    if (kids === undefined) ws.children.set(parent, new Set([file.id]))
    else kids.add(file.id)
  }
}

/** What follows from the files, worked out anew. */
export function index(ws: Workspace): void {
  ws.children.clear()
  for (const { id, parents } of ws.tables.files.values()) {
    for (const parent of parents) {
      const kids = ws.children.get(parent)
      if (kids === undefined) ws.children.set(parent, new Set([id]))
      else kids.add(id)
    }
  }
}

/** What an editor's file holds when it is new. */
export function openEditor(ws: Workspace, { id, mimeType }: FileRow): void {
  if (mimeType === SHEET) ws.tables.spreadsheets.set(id, newSpreadsheet(id))
  if (mimeType === DOCUMENT) ws.tables.documents.set(id, newDocument(id))
}

export const childrenOf = (ws: Workspace, id: string): readonly FileRow[] =>
  [...(ws.children.get(id) ?? [])].flatMap((kid) => ws.tables.files.get(kid) ?? [])

const RANKS: readonly Role[] = ['reader', 'commenter', 'writer', 'fileOrganizer', 'organizer', 'owner']
export const rankOf = (role: Role | undefined): number => (role === undefined ? -1 : RANKS.indexOf(role))

/** Permissions of a file, its own and those of the folders it is in. */
export function permissionsOn(ws: Workspace, file: FileRow): readonly Permission[] {
  const found = new Map<string, Permission>()
  const seen = new Set<string>()
  const add = (one: FileRow): void => {
    if (seen.has(one.id)) return
    seen.add(one.id)
    for (const permission of one.permissions) {
      const known = found.get(permission.id)
      // Who owns a folder owns what others put there no less and no more than they share it.
      const role = permission.role === 'owner' && one !== file ? 'writer' : permission.role
      if (known === undefined || rankOf(role) > rankOf(known.role)) found.set(permission.id, { ...permission, role })
    }
    for (const parent of one.parents) {
      const above = ws.tables.files.get(parent)
      if (above !== undefined) add(above)
    }
  }
  add(file)
  const now = ws.world.clock.now()
  return [...found.values()].filter(({ expiresMs }) => expiresMs === undefined || expiresMs > now)
}

/** What somebody may do with a file; undefined when it is hidden from them. */
export function roleOn(ws: Workspace, file: FileRow, email: string): Role | undefined {
  const domain = email.split('@')[1]
  const roles = permissionsOn(ws, file).filter(
    ({ type, emailAddress, domain: of }) =>
      type === 'anyone' || (type === 'domain' && of === domain) || emailAddress === email,
  )
  return roles.map(({ role }) => role).toSorted((a, b) => rankOf(b) - rankOf(a))[0]
}

/** Files that are listed: what is shared by link alone is found only by its id. */
export const isListed = (ws: Workspace, file: FileRow, email: string): boolean => {
  const domain = email.split('@')[1]
  return permissionsOn(ws, file).some(
    ({ type, emailAddress, domain: of, allowFileDiscovery }) =>
      emailAddress === email ||
      (allowFileDiscovery === true && (type === 'anyone' || (type === 'domain' && of === domain))),
  )
}

export const headOf = ({ revisions }: FileRow): Revision | undefined => revisions.at(-1)
export const sizeOf = (file: FileRow): number => {
  const content = headOf(file)?.content
  return content === null || content === undefined ? 0 : Buffer.byteLength(content, 'base64')
}

/** Bytes an account's own files take. */
export function usageOf(ws: Workspace, email: string): number {
  let bytes = 0
  for (const file of ws.tables.files.values()) if (file.owner === email) bytes += sizeOf(file)
  return bytes
}

export type Event = 'update' | 'add' | 'trash' | 'untrash' | 'remove'

/** Writes a change down, with who could see the file `before` and may not any more, in the log of changes and in the trace. */
export function changed(
  ws: Workspace,
  file: FileRow,
  what: Event,
  details: readonly string[] = [],
  before: readonly string[] = [],
): void {
  const now = permissionsOn(ws, file).flatMap(({ emailAddress }) => emailAddress ?? [])
  const readers = [...new Set([...now, ...before])]
  const { changes } = ws.tables
  const seq = changes.size + 1
  changes.set(seq, { seq, fileId: file.id, atMs: ws.world.clock.now(), removed: what === 'remove', readers })
  const fields: Record<string, Json> = { id: file.id, name: file.name, mimeType: file.mimeType, by: file.modifiedBy }
  ws.world.trace.record(`google.file.${NAMED[what]}`, fields)
  ws.onChange(file, what, details)
}
const NAMED: Readonly<Record<Event, string>> = {
  add: 'created',
  update: 'updated',
  trash: 'trashed',
  untrash: 'untrashed',
  remove: 'deleted',
}

/** A file that somebody changed just now. */
export function touched(ws: Workspace, file: FileRow, by: string): FileRow {
  return { ...file, modifiedMs: ws.world.clock.now(), modifiedBy: by, version: file.version + 1 }
}
