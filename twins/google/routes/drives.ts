import type { Json } from '../../trace.ts'
import { type Ask, type On, whole } from '../ask.ts'
import { EXPORTS, userJson } from '../drive/file-wire.ts'
import { pageOf } from '../paging.ts'
import { given } from '../plant.ts'
import type { Drive, Role } from '../state.ts'
import { GoogleError, rfc3339 } from '../wire.ts'
import { account, blank, childrenOf, FOLDER, fresh, gap, put, rankOf, roleOn, usageOf } from '../workspace.ts'
import { needFields } from './comments.ts'

const ONE = 'kind,id,name'

export function addDrives(on: On): void {
  on('about.get', 'GET /drive/v3/about', { api: 'drive', meter: 'read', answer: 'About' }, about)
  const list = {
    api: 'drive',
    meter: 'list',
    answer: 'DriveList',
    fields: `kind,nextPageToken,drives(${ONE})`,
  } as const
  on('drives.list', 'GET /drive/v3/drives', list, (ask) => {
    if (ask.query.has('q') || ask.query.get('useDomainAdminAccess') === 'true')
      throw gap('administration of shared drives')
    const mine = [...ask.ws.tables.drives.values()].filter((drive) => roleIn(ask, drive) !== undefined)
    const size = whole(ask.query, 'pageSize', [1, 100]) ?? 10
    const page = pageOf(mine, { token: ask.query.get('pageToken'), size, about: 'drives' })
    return {
      kind: 'drive#driveList',
      ...(page.next === undefined ? {} : { nextPageToken: page.next }),
      drives: page.rows.map((drive) => driveJson(ask, drive)),
    }
  })
  on('drives.create', 'POST /drive/v3/drives', { api: 'drive', meter: 'modify', answer: 'Drive', fields: ONE }, create)
  on(
    'drives.get',
    'GET /drive/v3/drives/:driveId',
    { api: 'drive', meter: 'read', answer: 'Drive', fields: ONE },
    (ask) => driveJson(ask, found(ask, 'reader')),
  )
  on(
    'drives.update',
    'PATCH /drive/v3/drives/:driveId',
    { api: 'drive', meter: 'modify', answer: 'Drive', fields: ONE },
    (ask) => {
      const drive = found(ask, 'organizer')
      const body = ask.body()
      if (Object.keys(body).some((name) => name !== 'name')) throw gap('administration of shared drives')
      return keep(ask, { ...drive, name: typeof body.name === 'string' ? body.name : drive.name })
    },
  )
  on('drives.delete', 'DELETE /drive/v3/drives/:driveId', { api: 'drive', meter: 'modify' }, (ask) => {
    const { id } = found(ask, 'organizer')
    if (childrenOf(ask.ws, id).some(({ trashed }) => !trashed))
      throw new GoogleError('A shared drive cannot be deleted if it contains items.', {
        status: 403,
        reason: 'cannotDeleteNonEmptyDrive',
      })
    ask.ws.tables.drives.delete(id)
    ask.ws.tables.files.delete(id)
    return undefined
  })
  for (const hides of [true, false]) {
    const verb = hides ? 'hide' : 'unhide'
    on(
      `drives.${verb}`,
      `POST /drive/v3/drives/:driveId/${verb}`,
      { api: 'drive', meter: 'modify', fields: ONE },
      (ask) => {
        const drive = found(ask, 'reader')
        const others = drive.hiddenFor.filter((one) => one !== ask.email)
        return keep(ask, { ...drive, hiddenFor: hides ? [...others, ask.email] : others })
      },
    )
  }
}

function roleIn({ ws, email }: Ask, { id }: Drive): Role | undefined {
  const root = ws.tables.files.get(id)
  return root === undefined ? undefined : roleOn(ws, root, email)
}

function found(ask: Ask, least: Role): Drive {
  const id = ask.param('driveId')
  const drive = ask.ws.tables.drives.get(id)
  const role = drive === undefined ? undefined : roleIn(ask, drive)
  if (drive === undefined || role === undefined)
    throw new GoogleError(`Shared drive not found: ${id}`, {
      status: 404,
      reason: 'notFound',
      location: ['driveId', 'parameter'],
    })
  if (rankOf(role) < rankOf(least))
    throw new GoogleError('The user does not have sufficient permissions for this shared drive.', {
      status: 403,
      reason: 'insufficientFilePermissions',
    })
  return drive
}

function keep(ask: Ask, drive: Drive): Json {
  ask.ws.tables.drives.set(drive.id, drive)
  const root = ask.ws.tables.files.get(drive.id)
  if (root !== undefined && root.name !== drive.name) put(ask.ws, { ...root, name: drive.name })
  return driveJson(ask, drive)
}

/** A request that is sent again has the same `requestId`; the second is refused. */
function create(ask: Ask): Json {
  const { ws, email, query } = ask
  const request = query.get('requestId')
  if (request === null)
    throw new GoogleError('Required parameter: requestId', {
      status: 400,
      reason: 'required',
      location: ['requestId', 'parameter'],
    })
  const { name } = ask.body()
  if (typeof name !== 'string' || name === '')
    throw new GoogleError('The name of a shared drive cannot be empty.', { status: 400, reason: 'invalid' })
  const mark = `requestId ${email} ${request}`
  if (ws.tables.generated_ids.has(mark))
    throw new GoogleError('A shared drive with the same request ID already exists.', {
      status: 409,
      reason: 'conflict',
    })
  ws.tables.generated_ids.set(mark, { id: mark })
  const id = fresh(
    () => ws.world.id('0A', 17),
    (one) => ws.tables.drives.has(one),
  )
  put(ws, { ...blank(ws, id, name, FOLDER, email), owner: null, driveId: id, permissions: [given(email, 'organizer')] })
  return keep(ask, { id, name, createdMs: ws.world.clock.now(), hiddenFor: [] })
}

function driveJson(ask: Ask, drive: Drive): Json {
  const rank = rankOf(roleIn(ask, drive))
  const [manage, write] = [rank >= rankOf('organizer'), rank >= rankOf('writer')]
  return {
    kind: 'drive#drive',
    id: drive.id,
    name: drive.name,
    colorRgb: '#0f9d58',
    createdTime: rfc3339(drive.createdMs),
    hidden: drive.hiddenFor.includes(ask.email),
    capabilities: {
      canAddChildren: write,
      canComment: rank >= rankOf('commenter'),
      canCopy: true,
      canDeleteChildren: manage,
      canDeleteDrive: manage,
      canDownload: true,
      canEdit: write,
      canListChildren: true,
      canManageMembers: manage,
      canReadRevisions: write,
      canRename: write,
      canRenameDrive: manage,
      canShare: manage,
      canTrashChildren: rank >= rankOf('fileOrganizer'),
    },
    restrictions: {
      adminManagedRestrictions: false,
      copyRequiresWriterPermission: false,
      domainUsersOnly: false,
      driveMembersOnly: false,
    },
  }
}

function about(ask: Ask): Json {
  needFields(ask)
  const { ws, email } = ask
  const { limit } = account(ws, email)
  const usage = String(usageOf(ws, email))
  let trash = 0
  for (const file of ws.tables.files.values())
    if (file.owner === email && file.trashed) trash += Buffer.byteLength(file.revisions.at(-1)?.content ?? '', 'base64')
  return {
    kind: 'drive#about',
    user: userJson(ws, email, email),
    storageQuota: {
      ...(limit === null ? {} : { limit: String(limit) }),
      usage,
      usageInDrive: usage,
      usageInDriveTrash: String(trash),
    },
    importFormats: {
      'text/csv': ['application/vnd.google-apps.spreadsheet'],
      'text/plain': ['application/vnd.google-apps.document'],
    },
    exportFormats: Object.fromEntries(Object.entries(EXPORTS).map(([type, to]) => [type, [...to]])),
    maxImportSizes: {
      'application/vnd.google-apps.document': '10485760',
      'application/vnd.google-apps.spreadsheet': '104857600',
    },
    maxUploadSize: '5242880000000',
    appInstalled: true,
    canCreateDrives: true,
    canCreateTeamDrives: true,
  }
}
