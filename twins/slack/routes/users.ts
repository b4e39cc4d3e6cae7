import type { Json } from '../../trace.ts'
import { type Ask, arg, flag, type Handlers, json, limitOf, many, needed, SlackError } from '../ask.ts'
import { emit } from '../events.ts'
import { withProfile } from '../people.ts'
import { type Fields, fieldsOf, isFields, textOf, type User, type UserGroup } from '../state.ts'
import { cursorAt, cursorOf, userBody } from '../wire.ts'
import type { Workspace } from '../workspace.ts'

const mayMail = ({ actor }: Ask): boolean => actor.scopes.includes('users:read.email')

function userOf(ask: Ask, name = 'user'): User {
  const id = arg(ask, name)
  const user = id === '' ? undefined : ask.ws.store.users.get(id)
  if (user === undefined) throw new SlackError('user_not_found')
  return user
}

/** https://docs.slack.dev/reference/methods/users.list (2026-11-26). `offset` stands beside the cursor as recorded in 2021-12. */
function list(ask: Ask): Fields {
  const { ws } = ask
  const users = ws.store.users.all()
  // Without a limit everybody comes at once, until there are too many.
  const limit = limitOf(ask, 1000, 1000)
  const cursor = arg(ask, 'cursor')
  const from = cursorAt('user', cursor)
  const start = cursor === '' ? 0 : users.findIndex(({ id }) => id === from)
  if (start < 0) throw new SlackError('invalid_cursor')
  const next = users[start + limit]
  return {
    ...(next === undefined ? {} : { offset: next.id }),
    members: users.slice(start, start + limit).map((user) => userBody(user, mayMail(ask))),
    cache_ts: ws.nowS(),
    response_metadata: { next_cursor: next === undefined ? '' : cursorOf('user', next.id) },
  }
}

/** What a person may say of themselves. */
const OWN = [
  'first_name',
  'last_name',
  'real_name',
  'display_name',
  'title',
  'phone',
  'status_text',
  'status_emoji',
  'status_expiration',
  'pronouns',
  'email',
]

function setProfile(ask: Ask): Fields {
  const { ws, actor } = ask
  const user = arg(ask, 'user') === '' ? ws.user(actor.user) : userOf(ask)
  const admin = ws.user(actor.user).is_admin === true
  if (user.id !== actor.user && !admin) throw new SlackError('not_admin')
  const profile = json(ask, 'profile')
  const name = arg(ask, 'name')
  if (profile === 'malformed' || (profile === undefined && name === '')) throw new SlackError('invalid_profile')
  const changes: Fields = profile === undefined ? { [name]: arg(ask, 'value') } : isFields(profile) ? profile : {}
  for (const key of Object.keys(changes)) if (!OWN.includes(key)) throw new SlackError('profile_set_failed')
  if (textOf(changes.status_text).length > 100) throw new SlackError('too_long')
  const changed = withProfile(ws, user, changes)
  tellChanged(ws, changed)
  return { username: changed.name, profile: ownProfile(changed.profile) }
}

/** A profile on its own does not say whose workspace it is of; keys as @slack/web-api 8.2 has them. */
function ownProfile(profile: Json | undefined): Fields {
  const { team: _, ...own } = fieldsOf(profile)
  return own
}

/** Tells that a user is not who they were. */
export function tellChanged(ws: Workspace, user: User): void {
  ws.note('user.changed', { id: user.id, name: user.name, deleted: user.deleted })
  emit(ws, 'user_change', {
    type: 'user_change',
    user: { ...user, locale: 'en-US' },
    cache_ts: ws.nowS(),
    event_ts: ws.nextTs(),
  })
}

const groupBody = (ws: Workspace, group: UserGroup, users: boolean, count = false): Fields => ({
  id: group.id,
  team_id: ws.team.id,
  is_usergroup: true,
  is_subteam: true,
  name: group.name,
  description: group.description,
  handle: group.handle,
  is_external: false,
  date_create: group.date_create,
  date_update: group.date_update,
  date_delete: group.date_delete,
  auto_type: null,
  auto_provision: false,
  enterprise_subteam_id: '',
  created_by: group.created_by,
  updated_by: group.updated_by,
  deleted_by: group.deleted_by,
  prefs: { channels: group.channels, groups: [] },
  ...(users ? { users: group.users } : {}),
  ...(count ? { user_count: group.users.length } : {}),
  channel_count: group.channels.length,
})

function groupOf(ask: Ask): UserGroup {
  const group = ask.ws.store.usergroups.get(needed(ask, 'usergroup'))
  if (group === undefined) throw new SlackError('no_such_subteam')
  return group
}

/** Keeps a group as it is now, and tells of it. */
function keepGroup(ask: Ask, group: UserGroup, event: 'subteam_created' | 'subteam_updated'): Fields {
  const { ws, actor } = ask
  const kept = ws.store.usergroups.put({ ...group, date_update: ws.nowS(), updated_by: actor.user })
  const body = groupBody(ws, kept, true, true)
  ws.note(event === 'subteam_created' ? 'usergroup.created' : 'usergroup.updated', {
    id: kept.id,
    handle: kept.handle,
    users: kept.users,
  })
  emit(ws, event, { type: event, subteam: body, event_ts: ws.nextTs() })
  const users = flag(ask, 'include_users', event === 'subteam_updated')
  return { usergroup: groupBody(ws, kept, users, flag(ask, 'include_count')) }
}

function namesFree(ask: Ask, name: string, handle: string, but?: string): void {
  for (const other of ask.ws.store.usergroups.all()) {
    if (other.id === but) continue
    if (other.name === name) throw new SlackError('name_already_exists')
    if (handle !== '' && other.handle === handle) throw new SlackError('handle_already_exists')
  }
}

function createGroup(ask: Ask): Fields {
  const { ws, actor } = ask
  const name = needed(ask, 'name')
  const handle = arg(ask, 'handle') || name.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, '-')
  namesFree(ask, name, handle)
  const group: UserGroup = {
    id: ws.newId('S', ws.store.usergroups),
    name,
    handle,
    description: arg(ask, 'description'),
    users: [],
    channels: many(ask, 'channels'),
    date_create: ws.nowS(),
    date_update: ws.nowS(),
    date_delete: 0,
    created_by: actor.user,
    updated_by: actor.user,
    deleted_by: null,
  }
  return keepGroup(ask, group, 'subteam_created')
}

export const USERS: Handlers = {
  'users.list': list,
  'users.info': (ask) => ({ user: userBody(userOf(ask), mayMail(ask)) }),
  'users.lookupByEmail'(ask) {
    const user = ask.ws.store.userByEmail(needed(ask, 'email'))
    if (user === undefined) throw new SlackError('users_not_found')
    return { user: userBody(user, true) }
  },
  'users.getPresence'(ask) {
    const user = arg(ask, 'user') === '' ? ask.ws.user(ask.actor.user) : userOf(ask)
    const presence = ask.ws.store.settings.get(`presence ${user.id}`)?.value
    return { presence: presence === 'away' ? 'away' : 'active' }
  },
  'users.setPresence'(ask) {
    const presence = needed(ask, 'presence')
    if (presence !== 'auto' && presence !== 'away') throw new SlackError('invalid_presence')
    ask.ws.store.settings.put({ id: `presence ${ask.actor.user}`, value: presence })
    return {}
  },
  'users.profile.get'(ask) {
    const user = arg(ask, 'user') === '' ? ask.ws.user(ask.actor.user) : userOf(ask)
    return { profile: ownProfile(userBody(user, mayMail(ask)).profile) }
  },
  'users.profile.set': setProfile,
  'usergroups.create': createGroup,
  'usergroups.list'(ask) {
    const groups = ask.ws.store.usergroups
      .all()
      .filter(({ date_delete }) => date_delete === 0 || flag(ask, 'include_disabled'))
    const [users, count] = [flag(ask, 'include_users'), flag(ask, 'include_count')]
    return { usergroups: groups.map((group) => groupBody(ask.ws, group, users, count)) }
  },
  'usergroups.update'(ask) {
    const group = groupOf(ask)
    const name = arg(ask, 'name') || group.name
    const handle = arg(ask, 'handle') || group.handle
    namesFree(ask, name, handle, group.id)
    const { description = group.description, channels } = ask.args
    const next = {
      name,
      handle,
      description: textOf(description),
      channels: channels === undefined ? group.channels : many(ask, 'channels'),
    }
    return keepGroup(ask, { ...group, ...next }, 'subteam_updated')
  },
  'usergroups.disable'(ask) {
    const group = groupOf(ask)
    if (group.date_delete !== 0) throw new SlackError('already_disabled')
    return keepGroup(ask, { ...group, date_delete: ask.ws.nowS(), deleted_by: ask.actor.user }, 'subteam_updated')
  },
  'usergroups.enable'(ask) {
    const group = groupOf(ask)
    if (group.date_delete === 0) throw new SlackError('already_enabled')
    return keepGroup(ask, { ...group, date_delete: 0, deleted_by: null }, 'subteam_updated')
  },
  'usergroups.users.list': (ask) => ({ users: groupOf(ask).users }),
  'usergroups.users.update'(ask) {
    const group = groupOf(ask)
    const users = many(ask, 'users')
    if (users.length === 0) throw new SlackError('no_users_provided')
    if (users.some((user) => ask.ws.store.users.get(user) === undefined)) throw new SlackError('invalid_users')
    return keepGroup(ask, { ...group, users: [...new Set(users)] }, 'subteam_updated')
  },
}
