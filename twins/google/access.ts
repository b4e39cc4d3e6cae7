import { type Ask, flag } from './ask.ts'
import { isPerFile } from './scopes.ts'
import type { FileRow, Role } from './state.ts'
import { entityNotFound, fileNotFound, GoogleError, insufficientFilePermissions, notPermitted } from './wire.ts'
import { account, rankOf, roleOn } from './workspace.ts'

/** Whether a token's app may see a file at all. The root of a drive it may always put its files into. */
export const isOpenTo = ({ token }: Ask, file: FileRow): boolean =>
  !isPerFile(token.scopes) || file.clients.includes(token.client) || file.parents.length === 0

/** The file of an id; `root` is the caller's My Drive. Throws 404 where it is hidden from them, as if it were not there. */
export function fileFor(ask: Ask, id: string, least: Role = 'reader'): FileRow {
  const { ws, email, query } = ask
  const file = ws.tables.files.get(id === 'root' ? account(ws, email).root : id)
  const role = file === undefined ? undefined : roleOn(ws, file, email)
  if (file === undefined || role === undefined || !isOpenTo(ask, file)) throw fileNotFound(id)
  // Apps that do not say they know shared drives do not find what is in them.
  const drives = flag(query, 'supportsAllDrives') ?? flag(query, 'supportsTeamDrives') ?? false
  if (file.driveId !== null && !drives) throw fileNotFound(id)
  if (rankOf(role) < rankOf(least)) throw insufficientFilePermissions(file.id)
  return file
}

/** The file behind a spreadsheet or document. Sheets and Docs tell a file that is not shared from one that is not there. */
export function editorFile(ask: Ask, id: string, mimeType: string, least: Role = 'reader'): FileRow {
  const { ws, email } = ask
  const file = ws.tables.files.get(id)
  if (file === undefined || !isOpenTo(ask, file)) throw entityNotFound()
  const role = roleOn(ws, file, email)
  if (role === undefined || rankOf(role) < rankOf(least)) throw notPermitted()
  if (file.mimeType !== mimeType) throw wrongKind()
  return file
}

/** As Office files are answered: https://github.com/googleworkspace/php-samples/issues/65 (2026-11-26). */
const wrongKind = (): Error =>
  new GoogleError('This operation is not supported for this document', {
    status: 400,
    code: 'FAILED_PRECONDITION',
    reason: 'failedPrecondition',
  })
