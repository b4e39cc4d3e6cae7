import { createHash } from 'node:crypto'
import type { Ask } from '../ask.ts'
import type { Obj } from '../fields.ts'
import type { FileRow } from '../state.ts'
import { rfc3339 } from '../wire.ts'
import { FOLDER, rankOf, roleOn, sizeOf } from '../workspace.ts'
import { EXPORTS, linkOf, userJson } from './file-wire.ts'

const V2 = 'https://www.googleapis.com/drive/v2/files'
const etag = (text: string): string => `"${createHash('sha1').update(text).digest('base64url')}"`

/**
 * A file as version 2 of Drive shows it, which older clients still send CSV to. Fields and their order as in an answer of 2022 that
 * https://github.com/simone-viozzi/my-drive quotes (read 2026-11-26). Assumed: accounts of programs have no picture.
 */
export function fileV2({ ws, email }: Pick<Ask, 'ws' | 'email'>, file: FileRow): Obj {
  const self = `${V2}/${file.id}`
  const rank = rankOf(roleOn(ws, file, email))
  const edits = rank >= rankOf('writer')
  const user = (of: string): Obj => {
    const { kind, displayName, me, permissionId, emailAddress } = userJson(ws, of, email)
    return { kind, displayName, isAuthenticatedUser: me, permissionId, emailAddress } as Obj
  }
  const time = rfc3339(file.modifiedMs)
  const mine = file.modifiedBy === email
  const link = linkOf(file)
  const exports = EXPORTS[file.mimeType]
  const owners = file.owner === null ? [] : [user(file.owner)]
  const trashed = file.trashed
  return {
    kind: 'drive#file',
    id: file.id,
    etag: etag(`${file.id} ${file.modifiedMs}`),
    selfLink: self,
    alternateLink: link,
    embedLink:
      file.mimeType === FOLDER
        ? `https://drive.google.com/embeddedfolderview?id=${file.id}`
        : link.replace(/\/(edit|view)\b.*$/, file.mimeType.endsWith('.spreadsheet') ? '/htmlembed' : '/preview'),
    iconLink: `https://drive-thirdparty.googleusercontent.com/16/type/${file.mimeType}`,
    title: file.name,
    mimeType: file.mimeType,
    labels: { starred: file.starredBy.includes(email), hidden: false, trashed, restricted: false, viewed: mine },
    copyRequiresWriterPermission: file.copyRequiresWriterPermission,
    createdDate: rfc3339(file.createdMs),
    modifiedDate: time,
    ...(mine ? { modifiedByMeDate: time, lastViewedByMeDate: time } : {}),
    markedViewedByMeDate: rfc3339(0),
    version: String(file.version),
    parents: file.parents.map((id) => ({
      kind: 'drive#parentReference',
      id,
      selfLink: `${self}/parents/${id}`,
      parentLink: `${V2}/${id}`,
      isRoot: ws.tables.files.get(id)?.parents.length === 0,
    })),
    ...(exports === undefined
      ? {}
      : {
          exportLinks: Object.fromEntries(
            exports.map((type) => [
              type,
              `https://docs.google.com/feeds/download/documents/export/Export?id=${file.id}&exportFormat=${type}`,
            ]),
          ),
        }),
    userPermission: {
      kind: 'drive#permission',
      etag: etag(`${file.id} ${email}`),
      id: 'me',
      selfLink: `${self}/permissions/me`,
      role: roleOn(ws, file, email) ?? 'reader',
      type: 'user',
      pendingOwner: false,
    },
    quotaBytesUsed: String(sizeOf(file)),
    ownerNames: owners.map(({ displayName = '' }) => displayName),
    owners,
    lastModifyingUserName: user(file.modifiedBy).displayName ?? '',
    lastModifyingUser: user(file.modifiedBy),
    capabilities: { canCopy: file.mimeType !== FOLDER, canEdit: edits },
    editable: edits,
    copyable: file.mimeType !== FOLDER,
    writersCanShare: file.writersCanShare,
    shared: file.permissions.length > 1 || file.driveId !== null,
    explicitlyTrashed: trashed && file.trashedMs !== null,
    appDataContents: false,
    spaces: ['drive'],
  }
}
