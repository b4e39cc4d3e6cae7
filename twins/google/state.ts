import { Rows } from '../rows.ts'
import type { Json } from '../trace.ts'
import type { Document } from './docs/document.ts'
import type { Spreadsheet } from './sheets/spreadsheet.ts'

/** A person or a service account. */
export type Account = {
  readonly email: string
  readonly name: string
  readonly service: boolean
  readonly permissionId: string
  /** The folder "My Drive". */
  readonly root: string
  /** Bytes it may store; null without limit. */
  readonly limit: number | null
}

/** An access token. `client` names the app that files are opened with; it is what `drive.file` is about. */
export type Token = {
  readonly token: string
  readonly email: string
  readonly client: string
  readonly scopes: readonly string[]
  readonly expiresMs: number
}

export type Role = 'owner' | 'organizer' | 'fileOrganizer' | 'writer' | 'commenter' | 'reader'
export type Permission = {
  readonly id: string
  readonly type: 'user' | 'group' | 'domain' | 'anyone'
  readonly role: Role
  readonly emailAddress?: string
  readonly domain?: string
  readonly allowFileDiscovery?: boolean
  readonly expiresMs?: number
}

export type Revision = {
  readonly id: string
  readonly mimeType: string
  readonly modifiedMs: number
  readonly by: string
  readonly keepForever: boolean
  /** Base64; null for what Google's editors hold. */
  readonly content: string | null
  readonly originalFilename: string
}

/** A file, a folder, a shortcut or the root of a drive. Rows are never changed, only replaced. */
export type FileRow = {
  readonly id: string
  readonly name: string
  readonly mimeType: string
  readonly description: string | null
  readonly parents: readonly string[]
  /** Null in a shared drive. */
  readonly owner: string | null
  readonly driveId: string | null
  readonly createdMs: number
  readonly modifiedMs: number
  readonly modifiedBy: string
  readonly trashed: boolean
  readonly trashedMs: number | null
  readonly starredBy: readonly string[]
  readonly properties: Readonly<Record<string, string>>
  readonly appProperties: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly version: number
  readonly permissions: readonly Permission[]
  readonly revisions: readonly Revision[]
  readonly target: string | null
  readonly writersCanShare: boolean
  readonly copyRequiresWriterPermission: boolean
  readonly folderColorRgb: string | null
  /** The apps that made or opened it. */
  readonly clients: readonly string[]
}

export type Drive = {
  readonly id: string
  readonly name: string
  readonly createdMs: number
  readonly hiddenFor: readonly string[]
}
export type Reply = {
  readonly id: string
  readonly content: string
  readonly author: string
  readonly action: 'resolve' | 'reopen' | null
  readonly createdMs: number
  readonly modifiedMs: number
  readonly deleted: boolean
}
export type Comment = {
  readonly id: string
  readonly fileId: string
  readonly content: string
  readonly anchor: string | null
  readonly quoted: Json
  readonly author: string
  readonly createdMs: number
  readonly modifiedMs: number
  readonly resolved: boolean
  readonly deleted: boolean
  readonly replies: readonly Reply[]
}
/** What `changes.list` tells; `seq` is its page token. */
export type Change = {
  readonly seq: number
  readonly fileId: string
  readonly atMs: number
  readonly removed: boolean
  /** Who could see the file when it went; they hear of its end. */
  readonly readers: readonly string[]
}
/** A channel that is notified of changes. */
export type Channel = {
  readonly id: string
  readonly resourceId: string
  readonly resourceUri: string
  readonly address: string
  readonly token: string | null
  readonly expiresMs: number
  readonly email: string
  /** The file it watches; null for the log of changes. */
  readonly fileId: string | null
  readonly messages: number
}
/** A message to a channel. */
export type Notification = {
  readonly id: string
  readonly channelId: string
  readonly number: number
  readonly state: string
  readonly details: readonly string[]
  readonly attempts: number
  readonly status: 'open' | 'taken' | 'lost'
}
/** A resumable upload under way. */
export type Upload = {
  readonly id: string
  readonly fileId: string | null
  readonly email: string
  readonly client: string
  readonly metadata: Json
  readonly query: string
  readonly mimeType: string
  readonly size: number | null
  /** Base64 of what has arrived. */
  readonly received: string
  readonly startedMs: number
}
/** A refresh token of an app that a person let in. */
export type Grant = {
  readonly refreshToken: string
  readonly email: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes: readonly string[]
  /** Taken back: the app is known, and opens nothing. */
  readonly revoked: boolean
}
export type ServiceAccount = {
  readonly email: string
  readonly keys: readonly { readonly id: string | null; readonly publicKey: string }[]
  /** Whose name it may act in, by domain-wide delegation. */
  readonly delegates: readonly string[]
  readonly scopes: readonly string[] | null
}
/** Requests counted against a quota in the minute that began at `sinceMs`. */
export type Count = { readonly key: string; readonly sinceMs: number; readonly used: number }

/** Collections, each by its key, oldest first. */
export type Tables = {
  readonly accounts: Map<string, Account>
  readonly service_accounts: Map<string, ServiceAccount>
  readonly grants: Map<string, Grant>
  readonly tokens: Map<string, Token>
  readonly files: Map<string, FileRow>
  readonly drives: Map<string, Drive>
  readonly spreadsheets: Map<string, Spreadsheet>
  readonly documents: Map<string, Document>
  readonly comments: Map<string, Comment>
  readonly changes: Map<number, Change>
  readonly channels: Map<string, Channel>
  readonly notifications: Map<string, Notification>
  readonly uploads: Map<string, Upload>
  readonly generated_ids: Map<string, { readonly id: string }>
  readonly quotas: Map<string, Count>
}

const KEYS: Readonly<Record<keyof Tables, string>> = {
  accounts: 'email',
  service_accounts: 'email',
  grants: 'refreshToken',
  tokens: 'token',
  files: 'id',
  drives: 'id',
  spreadsheets: 'spreadsheetId',
  documents: 'documentId',
  comments: 'id',
  changes: 'seq',
  channels: 'id',
  notifications: 'id',
  uploads: 'id',
  generated_ids: 'id',
  quotas: 'key',
}
const NAMES = Object.keys(KEYS) as readonly (keyof Tables)[]

export function emptyTables(): Tables {
  const keyed = (name: keyof Tables): Rows<unknown, Record<string, unknown>> => new Rows((row) => row[KEYS[name]])
  return Object.fromEntries(NAMES.map((name) => [name, keyed(name)])) as unknown as Tables
}

/** Rows are replaced and never changed, so that a list of them is a copy. */
export const toSnapshot = (tables: Tables): Json =>
  Object.fromEntries(NAMES.map((name) => [name, rowsOf(tables, name).list().slice() as unknown as Json]))

/** As `emptyTables` made them. */
const rowsOf = (tables: Tables, name: keyof Tables): Rows<unknown, object> =>
  tables[name] as unknown as Rows<unknown, object>

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** By hand rather than by schema: rows may be a hundred thousand. Throws on what is no snapshot of this twin, and changes nothing then. */
export function fromSnapshot(tables: Tables, json: Json): void {
  const names = isObject(json) ? Object.keys(json) : []
  const strange = names.find((name) => !Object.hasOwn(KEYS, name)) ?? NAMES.find((name) => !names.includes(name))
  if (!isObject(json) || strange !== undefined)
    throw new Error(`snapshot: expected the tables of this twin, got others (${strange ?? 'none'}).`)
  for (const name of NAMES) {
    const rows = json[name]
    if (!Array.isArray(rows)) throw new Error(`snapshot: expected a list of ${name}, got something else.`)
    for (const row of rows as readonly unknown[]) {
      const key = isObject(row) ? row[KEYS[name]] : undefined
      if (typeof key !== 'string' && typeof key !== 'number')
        throw new Error(`snapshot: expected a row of ${name} with "${KEYS[name]}", got ${JSON.stringify(row)}.`)
    }
  }
  for (const name of NAMES) rowsOf(tables, name).fill(json[name] as readonly object[])
}
