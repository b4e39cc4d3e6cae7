import type { Json } from '../../trace.ts'
import { fileFor } from '../access.ts'
import { type Ask, flag, type On, whole } from '../ask.ts'
import { permissionJson } from '../drive/file-wire.ts'
import type { Obj } from '../fields.ts'
import { pageOf } from '../paging.ts'
import type { FileRow, Permission, Role } from '../state.ts'
import { GoogleError, insufficientFilePermissions } from '../wire.ts'
import { account, changed, gap, permissionIdOf, permissionsOn, put, rankOf, roleOn } from '../workspace.ts'

const ONE = 'kind,id,type,role'
const LIST = 'kind,nextPageToken,permissions(kind,id,type,role)'
const BASE = '/drive/v3/files/:fileId/permissions'
const TYPES = ['user', 'group', 'domain', 'anyone'] as const

const bad = (message: string, reason = 'invalid'): GoogleError => new GoogleError(message, { status: 400, reason })
const forbidden = (message: string, reason = 'forbidden'): GoogleError =>
  new GoogleError(message, { status: 403, reason })

export function addPermissions(on: On): void {
  on(
    'permissions.list',
    `GET ${BASE}`,
    { api: 'drive', meter: 'list', answer: 'PermissionList', fields: LIST },
    (ask) => {
      const file = fileFor(ask, ask.param('fileId'), 'writer')
      const size = whole(ask.query, 'pageSize', [1, 100]) ?? 100
      const page = pageOf(permissionsOn(ask.ws, file), { token: ask.query.get('pageToken'), size, about: file.id })
      return {
        kind: 'drive#permissionList',
        ...(page.next === undefined ? {} : { nextPageToken: page.next }),
        permissions: page.rows.map((one) => permissionJson(ask.ws, one)),
      }
    },
  )
  on('permissions.create', `POST ${BASE}`, { api: 'drive', meter: 'modify', answer: 'Permission', fields: ONE }, create)
  on(
    'permissions.get',
    `GET ${BASE}/:permissionId`,
    { api: 'drive', meter: 'read', answer: 'Permission', fields: ONE },
    (ask) => {
      const file = fileFor(ask, ask.param('fileId'), 'writer')
      return permissionJson(ask.ws, found(ask, file))
    },
  )
  on(
    'permissions.update',
    `PATCH ${BASE}/:permissionId`,
    { api: 'drive', meter: 'modify', answer: 'Permission', fields: ONE },
    update,
  )
  on('permissions.delete', `DELETE ${BASE}/:permissionId`, { api: 'drive', meter: 'modify' }, (ask) => {
    const file = fileFor(ask, ask.param('fileId'))
    const one = found(ask, file)
    // Anybody may give up what they were given.
    if (one.emailAddress !== ask.email) mayShare(ask, file)
    if (one.role === 'owner') throw insufficientFilePermissions(file.id)
    if (!file.permissions.some(({ id }) => id === one.id))
      throw forbidden('Cannot delete inherited permission.', 'cannotDeleteInheritedPermission')
    keep(
      ask,
      file,
      file.permissions.filter(({ id }) => id !== one.id),
      one,
      'deleted',
    )
    return undefined
  })
}

function found({ ws, param }: Ask, file: FileRow): Permission {
  const id = param('permissionId')
  const one = permissionsOn(ws, file).find((permission) => permission.id === id)
  if (one !== undefined) return one
  throw new GoogleError(`Permission not found: ${id}.`, {
    status: 404,
    reason: 'notFound',
    location: ['permissionId', 'parameter'],
  })
}

function mayShare({ ws, email }: Ask, file: FileRow): void {
  const rank = rankOf(roleOn(ws, file, email))
  if (rank >= rankOf('organizer') || (rank >= rankOf('writer') && file.writersCanShare && file.driveId === null)) return
  throw insufficientFilePermissions(file.id)
}

function roleIn(value: Json | undefined, file: FileRow): Role {
  const roles: readonly Role[] =
    file.driveId === null
      ? ['owner', 'writer', 'commenter', 'reader']
      : ['organizer', 'fileOrganizer', 'writer', 'commenter', 'reader']
  const role = roles.find((one) => one === value)
  if (role !== undefined) return role
  throw bad(
    value === undefined || value === null
      ? 'The permission role field is required.'
      : 'The specified role is invalid or not supported.',
  )
}

function expiryIn(ask: Ask, body: Obj): number | undefined {
  const { expirationTime } = body
  if (typeof expirationTime !== 'string') return undefined
  const ms = Date.parse(expirationTime)
  if (Number.isNaN(ms) || ms <= ask.ws.world.clock.now())
    throw bad('Expiration dates cannot be in the past.', 'expirationDateInPast')
  return ms
}

function create(ask: Ask): Json {
  const { ws, query } = ask
  const file = fileFor(ask, ask.param('fileId'))
  mayShare(ask, file)
  const body = ask.body()
  if (body.pendingOwner !== undefined) throw gap('owners who have to agree first')
  const type = TYPES.find((one) => one === body.type)
  if (type === undefined) throw bad('The permission type field is required.')
  const role = roleIn(body.role, file)
  const { emailAddress, domain } = body
  if (type === 'group') throw gap('groups and their members')
  if (type === 'user' && (typeof emailAddress !== 'string' || !/^[^@\s]+@[^@\s]+$/.test(emailAddress)))
    throw bad('The specified emailAddress is invalid or not applicable for the given permission type.')
  if (type === 'domain' && typeof domain !== 'string')
    throw bad('The specified domain is invalid or not applicable for the given permission type.')
  const expiresMs = expiryIn(ask, body)
  const subject = type === 'user' ? String(emailAddress) : type === 'domain' ? String(domain) : 'anyone'
  const one: Permission = {
    id: type === 'anyone' ? (body.allowFileDiscovery === true ? 'anyone' : 'anyoneWithLink') : permissionIdOf(subject),
    type,
    role,
    ...(type === 'user' ? { emailAddress: subject } : {}),
    ...(type === 'domain' ? { domain: subject } : {}),
    ...(type === 'anyone' || type === 'domain' ? { allowFileDiscovery: body.allowFileDiscovery === true } : {}),
    ...(expiresMs === undefined ? {} : { expiresMs }),
  }
  const next =
    role === 'owner'
      ? handedOver(ask, file, one, flag(query, 'transferOwnership') ?? false)
      : put_(file.permissions, one)
  keep(ask, file, next, one, 'created')
  return permissionJson(ws, one)
}

/** What somebody is given takes the place of what they had; an owner stays the owner. */
const put_ = (permissions: readonly Permission[], one: Permission): readonly Permission[] => {
  const old = permissions.find(({ id }) => id === one.id)
  if (old?.role === 'owner') return permissions
  return old === undefined ? [...permissions, one] : permissions.map((other) => (other === old ? one : other))
}

/** There is one owner; the one before may still write. */
function handedOver(ask: Ask, file: FileRow, one: Permission, transfer: boolean): readonly Permission[] {
  if (!transfer)
    throw forbidden("The transferOwnership parameter must be enabled when the permission role is 'owner'.", 'forbidden')
  if (file.owner !== ask.email || one.type !== 'user') throw insufficientFilePermissions(file.id)
  const before = file.permissions
    .filter(({ id }) => id !== one.id)
    .map((other): Permission => (other.role === 'owner' ? { ...other, role: 'writer' } : other))
  return [...before, one]
}

function update(ask: Ask): Json {
  const file = fileFor(ask, ask.param('fileId'))
  mayShare(ask, file)
  const old = found(ask, file)
  const body = ask.body()
  if (body.pendingOwner !== undefined) throw gap('owners who have to agree first')
  const other = Object.keys(body).find((name) => !['role', 'expirationTime'].includes(name))
  if (other !== undefined)
    throw forbidden('The resource body includes fields which are not directly writable.', 'fieldNotWritable')
  const role = body.role === undefined ? old.role : roleIn(body.role, file)
  const { expiresMs: before, ...rest } = old
  const expiresMs = flag(ask.query, 'removeExpiration') === true ? undefined : (expiryIn(ask, body) ?? before)
  const one: Permission = { ...rest, role, ...(expiresMs === undefined ? {} : { expiresMs }) }
  if (old.role === 'owner' && role !== 'owner') throw insufficientFilePermissions(file.id)
  const next =
    role === 'owner' && old.role !== 'owner'
      ? handedOver(ask, file, one, flag(ask.query, 'transferOwnership') ?? false)
      : put_(file.permissions, one)
  keep(ask, file, next, one, 'updated')
  return permissionJson(ask.ws, one)
}

function keep(ask: Ask, file: FileRow, permissions: readonly Permission[], one: Permission, what: string): void {
  const { ws } = ask
  const owner = permissions.find(({ role }) => role === 'owner')?.emailAddress ?? file.owner
  const moved = owner !== null && owner !== file.owner ? { owner, parents: [account(ws, owner).root] } : {}
  const next: FileRow = { ...file, ...moved, permissions, version: file.version + 1 }
  const before = permissionsOn(ws, file).flatMap(({ emailAddress }) => emailAddress ?? [])
  put(ws, next)
  ws.world.trace.record(`google.permission.${what}`, {
    file: file.id,
    type: one.type,
    role: one.role,
    email: one.emailAddress ?? null,
  })
  changed(ws, next, 'update', ['permissions'], before)
}
