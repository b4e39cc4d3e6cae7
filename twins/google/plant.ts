import { documentOf } from './docs/document.ts'
import { revision } from './drive/files.ts'
import { done } from './routes/spreadsheets.ts'
import { DRIVE } from './scopes.ts'
import type { Seed, SeededFile } from './seed.ts'
import { newSheet } from './sheets/spreadsheet.ts'
import { typedSheet } from './sheets/values.ts'
import type { FileRow, Permission, Role } from './state.ts'
import { GoogleError } from './wire.ts'
import {
  account,
  blank,
  DOCUMENT,
  FOLDER,
  fileId,
  isGoogleType,
  openEditor,
  ownerOf,
  permissionIdOf,
  put,
  SHEET,
  type Workspace,
} from './workspace.ts'

const AUTH = 'https://www.googleapis.com/auth/'
const ALL: readonly string[] = [DRIVE, `${AUTH}documents`, `${AUTH}spreadsheets`]
/** Tokens of a seed do not run out in any story. */
const CENTURY_MS = 100 * 365 * 86_400_000

export const given = (email: string, role: Role): Permission => ({
  id: permissionIdOf(email),
  type: 'user',
  role,
  emailAddress: email,
})

/** Puts in what was there before the scenario starts. */
export function plant(ws: Workspace, seed: Seed): void {
  const { tables, world } = ws
  for (const { email, name, storage_limit } of seed.users ?? []) {
    const made = account(ws, email)
    tables.accounts.set(email, { ...made, name: name ?? made.name, limit: storage_limit ?? made.limit })
  }
  for (const { email, public_key, key_id, delegates, scopes } of seed.service_accounts ?? []) {
    const old = tables.service_accounts.get(email)
    const key = { id: key_id ?? null, publicKey: public_key }
    tables.service_accounts.set(email, {
      email,
      keys: [...(old?.keys ?? []), key],
      delegates: delegates ?? old?.delegates ?? [],
      scopes: scopes ?? old?.scopes ?? null,
    })
    account(ws, email)
  }
  for (const { email, refresh_token, client_id, client_secret, scopes } of seed.grants ?? []) {
    const grant = {
      refreshToken: refresh_token,
      email,
      clientId: client_id,
      clientSecret: client_secret,
      scopes: scopes ?? ALL,
      revoked: false,
    }
    tables.grants.set(refresh_token, grant)
    account(ws, email)
  }
  for (const { token, email, scopes } of seed.access_tokens ?? []) {
    tables.tokens.set(token, {
      token,
      email,
      client: email,
      scopes: scopes ?? ALL,
      expiresMs: world.clock.now() + CENTURY_MS,
    })
    account(ws, email)
  }
  for (const { id, name, members } of seed.drives ?? []) {
    const drive = id ?? world.id('0A', 17)
    tables.drives.set(drive, { id: drive, name, createdMs: world.clock.now(), hiddenFor: [] })
    const root: FileRow = {
      ...blank(ws, drive, name, FOLDER, members[0]?.email ?? ''),
      owner: null,
      driveId: drive,
      permissions: members.map(({ email, role }) => given(email, role)),
    }
    put(ws, root)
  }
  for (const file of seed.files ?? []) plantFile(ws, seed, file)
}

function plantFile(ws: Workspace, seed: Seed, file: SeededFile): void {
  const { tables } = ws
  const mimeType =
    file.mime_type ??
    (file.sheets !== undefined
      ? SHEET
      : file.text !== undefined
        ? DOCUMENT
        : file.content === undefined && file.bytes === undefined
          ? FOLDER
          : 'text/plain')
  const first = seed.users?.[0] ?? seed.service_accounts?.[0] ?? seed.grants?.[0] ?? seed.access_tokens?.[0]
  const owner = file.owner ?? first?.email ?? 'ada@example.com'
  const { root } = account(ws, owner)
  const id = file.id ?? fileId(ws, mimeType)
  if (tables.files.has(id)) throw new Error(`seed of google: expected each file once, got ${id} twice.`)
  const parent = file.parent ?? file.drive ?? root
  const above = tables.files.get(parent)
  if (above === undefined)
    throw new Error(`seed of google: expected the folder ${parent} before "${file.name}" in it, got none.`)
  const time = (text: string | undefined): number => (text === undefined ? ws.world.clock.now() : Date.parse(text))
  const shared: Permission[] = (file.shared ?? []).map(({ email, role }) => given(email, role))
  if (file.link !== undefined)
    shared.push({ id: 'anyoneWithLink', type: 'anyone', role: file.link, allowFileDiscovery: false })
  const bare: FileRow = {
    ...blank(ws, id, file.name, mimeType, owner),
    owner: above.driveId === null ? owner : null,
    driveId: above.driveId,
    parents: [parent],
    createdMs: time(file.created),
    modifiedMs: time(file.modified ?? file.created),
    permissions: above.driveId === null ? [ownerOf(owner), ...shared] : shared,
    clients: [],
  }
  const bytes = file.bytes === undefined ? Buffer.from(file.content ?? '') : Buffer.from(file.bytes, 'base64')
  const hasRevisions = mimeType !== FOLDER
  const row = hasRevisions
    ? {
        ...bare,
        revisions: [revision(ws, bare, owner, isGoogleType(mimeType) ? undefined : { type: mimeType, bytes })],
      }
    : bare
  put(ws, row)
  openEditor(ws, row)
  const spreadsheet = tables.spreadsheets.get(id)
  if (spreadsheet !== undefined) {
    const sheets = (file.sheets ?? []).map(({ title, id: sheetId, values, rows, columns }, n) =>
      values === undefined
        ? newSheet(sheetId ?? n, title, rows, columns)
        : typedSheet(sheetId ?? n, title, values, { rows, columns }),
    )
    const { locale = spreadsheet.locale, time_zone: timeZone = spreadsheet.timeZone } = file
    const bare = { ...spreadsheet, locale, timeZone, ...(sheets.length === 0 ? {} : { sheets }) }
    tables.spreadsheets.set(id, bare)
    if (file.requests !== undefined) prepare(ws, row, file.requests, owner)
  }
  if (mimeType === DOCUMENT && file.text !== undefined) tables.documents.set(id, documentOf(id, file.text))
}

/** Makes of a spreadsheet what a batch of requests would have made of it. */
function prepare(ws: Workspace, file: FileRow, requests: NonNullable<SeededFile['requests']>, owner: string): void {
  const spreadsheet = ws.tables.spreadsheets.get(file.id)
  if (spreadsheet === undefined) return
  try {
    const made = done(ws, { file, spreadsheet }, requests, owner)
    ws.tables.spreadsheets.set(file.id, made.spreadsheet)
    if (made.title !== file.name) put(ws, { ...file, name: made.title })
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error
    throw new Error(
      `seed of google: expected requests that Sheets does for "${file.name}", got its refusal: ${error.message}`,
    )
  }
}
