import { createHash } from 'node:crypto'
import type { Json } from '../../trace.ts'
import type { Ask } from '../ask.ts'
import type { Obj } from '../fields.ts'
import type { FileRow, Permission, Revision } from '../state.ts'
import { rfc3339 } from '../wire.ts'
import {
  DOCUMENT,
  FOLDER,
  headOf,
  isGoogleType,
  permissionsOn,
  rankOf,
  roleOn,
  SHEET,
  SHORTCUT,
  sizeOf,
  type Workspace,
} from '../workspace.ts'

export function userJson({ tables }: Workspace, email: string, me: string): Obj {
  const known = tables.accounts.get(email)
  return {
    kind: 'drive#user',
    displayName: known?.name ?? email,
    me: email === me,
    ...(known === undefined ? {} : { permissionId: known.permissionId }),
    emailAddress: email,
  }
}

export function permissionJson({ tables }: Workspace, one: Permission): Obj {
  const { id, type, role, emailAddress, domain, allowFileDiscovery, expiresMs } = one
  const known = emailAddress === undefined ? undefined : tables.accounts.get(emailAddress)
  return {
    kind: 'drive#permission',
    id,
    type,
    role,
    ...(emailAddress === undefined
      ? {}
      : { emailAddress, displayName: known?.name ?? emailAddress, deleted: false, pendingOwner: false }),
    ...(domain === undefined ? {} : { domain, displayName: domain }),
    ...(type === 'anyone' || type === 'domain' ? { allowFileDiscovery: allowFileDiscovery ?? false } : {}),
    ...(expiresMs === undefined ? {} : { expirationTime: rfc3339(expiresMs) }),
  }
}

const extensionOf = (name: string): string | undefined => /\.([A-Za-z0-9]+)$/.exec(name)?.[1]

/** What `exportLinks` lists, by kind: https://developers.google.com/workspace/drive/api/guides/ref-export-formats (as known; not opened). */
export const EXPORTS: Readonly<Record<string, readonly string[]>> = {
  [SHEET]: [
    'application/x-vnd.oasis.opendocument.spreadsheet',
    'text/tab-separated-values',
    'application/pdf',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    'text/csv',
    'application/zip',
    'application/vnd.oasis.opendocument.spreadsheet',
  ],
  [DOCUMENT]: [
    'application/rtf',
    'application/vnd.oasis.opendocument.text',
    'text/html',
    'application/pdf',
    'text/x-markdown',
    'text/markdown',
    'application/epub+zip',
    'application/zip',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'text/plain',
  ],
}

export function linkOf({ id, mimeType }: FileRow): string {
  if (mimeType === SHEET) return `https://docs.google.com/spreadsheets/d/${id}/edit?usp=drivesdk`
  if (mimeType === DOCUMENT) return `https://docs.google.com/document/d/${id}/edit?usp=drivesdk`
  if (mimeType === FOLDER) return `https://drive.google.com/drive/folders/${id}`
  return `https://drive.google.com/file/d/${id}/view?usp=drivesdk`
}

function capabilities(rank: number, file: FileRow): Obj {
  const [read, comment, write, own] = ['reader', 'commenter', 'writer', 'owner'].map(
    (role) => rank >= rankOf(role as 'reader'),
  )
  const folder = file.mimeType === FOLDER
  const manage = own === true || rank >= rankOf('organizer')
  return {
    canAcceptOwnership: false,
    canAddChildren: write === true && folder,
    canAddMyDriveParent: false,
    canChangeCopyRequiresWriterPermission: write === true,
    canChangeViewersCanCopyContent: write === true,
    canComment: comment === true,
    canCopy: read === true && !folder,
    canDelete: manage,
    canDownload: read === true && !folder,
    canEdit: write === true,
    canListChildren: read === true && folder,
    canModifyContent: write === true,
    canMoveItemWithinDrive: write === true,
    canReadRevisions: write === true && !folder,
    canRemoveChildren: write === true && folder,
    canRename: write === true,
    canShare: manage || (write === true && file.writersCanShare),
    canTrash: manage,
    canUntrash: manage,
  }
}

function contentJson(file: FileRow): Obj {
  const head = headOf(file)
  if (isGoogleType(file.mimeType) || head?.content === null || head === undefined) return {}
  const bytes = Buffer.from(head.content, 'base64')
  const hash = (kind: string): string => createHash(kind).update(bytes).digest('hex')
  const extension = extensionOf(file.name)
  return {
    originalFilename: head.originalFilename,
    fullFileExtension: extension ?? '',
    fileExtension: extension ?? '',
    md5Checksum: hash('md5'),
    sha1Checksum: hash('sha1'),
    sha256Checksum: hash('sha256'),
    size: String(bytes.length),
    headRevisionId: head.id,
    webContentLink: `https://drive.google.com/uc?id=${file.id}&export=download`,
  }
}

/** A file as its reader sees it, with all its fields; `fields` of the request leaves what is wanted. */
export function fileJson(
  ask: Pick<Ask, 'ws' | 'email'> & { readonly token: { readonly client: string } },
  file: FileRow,
): Obj {
  const { ws, email, token } = ask
  const permissions = permissionsOn(ws, file)
  const rank = rankOf(roleOn(ws, file, email))
  const user = (of: string): Obj => userJson(ws, of, email)
  const app = file.appProperties[token.client] ?? {}
  const target = file.target === null ? undefined : ws.tables.files.get(file.target)
  const exports = EXPORTS[file.mimeType]
  const shared = permissions.length > 1 || file.driveId !== null
  const mine = file.owner === email
  return {
    kind: 'drive#file',
    id: file.id,
    name: file.name,
    mimeType: file.mimeType,
    ...(file.description === null ? {} : { description: file.description }),
    starred: file.starredBy.includes(email),
    trashed: file.trashed,
    explicitlyTrashed: file.trashed && file.trashedMs !== null,
    ...(file.parents.length === 0 ? {} : { parents: [...file.parents] }),
    ...(Object.keys(file.properties).length === 0 ? {} : { properties: file.properties }),
    ...(Object.keys(app).length === 0 ? {} : { appProperties: app }),
    spaces: ['drive'],
    version: String(file.version),
    webViewLink: linkOf(file),
    iconLink: `https://drive-thirdparty.googleusercontent.com/16/type/${file.mimeType}`,
    hasThumbnail: false,
    thumbnailVersion: '0',
    viewedByMe: file.modifiedBy === email,
    createdTime: rfc3339(file.createdMs),
    modifiedTime: rfc3339(file.modifiedMs),
    ...(file.trashedMs === null ? {} : { trashedTime: rfc3339(file.trashedMs) }),
    modifiedByMe: file.modifiedBy === email,
    ...(file.modifiedBy === email
      ? { modifiedByMeTime: rfc3339(file.modifiedMs), viewedByMeTime: rfc3339(file.modifiedMs) }
      : {}),
    ...(file.owner === null ? { driveId: file.driveId, teamDriveId: file.driveId } : { owners: [user(file.owner)] }),
    ...(mine || file.owner === null ? {} : { sharedWithMeTime: rfc3339(file.createdMs) }),
    lastModifyingUser: user(file.modifiedBy),
    shared,
    ownedByMe: mine,
    capabilities: capabilities(rank, file),
    viewersCanCopyContent: !file.copyRequiresWriterPermission,
    copyRequiresWriterPermission: file.copyRequiresWriterPermission,
    writersCanShare: file.writersCanShare,
    // Who has access is told to those who may edit.
    ...(rank >= rankOf('writer')
      ? {
          permissions: permissions.map((one) => permissionJson(ws, one)),
          permissionIds: permissions.map(({ id }) => id),
        }
      : {}),
    quotaBytesUsed: String(sizeOf(file)),
    isAppAuthorized: file.clients.includes(token.client),
    ...contentJson(file),
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
    ...(file.folderColorRgb === null ? {} : { folderColorRgb: file.folderColorRgb }),
    ...(file.mimeType === SHORTCUT && file.target !== null
      ? {
          shortcutDetails: {
            targetId: file.target,
            ...(target === undefined ? {} : { targetMimeType: target.mimeType }),
          },
        }
      : {}),
  } as Record<string, Json>
}

export function revisionJson(ask: Pick<Ask, 'ws' | 'email'>, file: FileRow, one: Revision): Obj {
  const bytes = one.content === null ? undefined : Buffer.from(one.content, 'base64')
  return {
    kind: 'drive#revision',
    id: one.id,
    mimeType: one.mimeType,
    modifiedTime: rfc3339(one.modifiedMs),
    published: false,
    lastModifyingUser: userJson(ask.ws, one.by, ask.email),
    ...(bytes === undefined
      ? {
          exportLinks: Object.fromEntries(
            (EXPORTS[file.mimeType] ?? []).map((type) => [
              type,
              `https://docs.google.com/feeds/download/documents/export/Export?id=${file.id}&revision=${one.id}&exportFormat=${type}`,
            ]),
          ),
        }
      : {
          keepForever: one.keepForever,
          originalFilename: one.originalFilename,
          md5Checksum: createHash('md5').update(bytes).digest('hex'),
          size: String(bytes.length),
        }),
  }
}
