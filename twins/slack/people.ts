import type { Fields, User } from './state.ts'
import type { Workspace } from './workspace.ts'

const COLORS = ['9f69e7', '4bbe2e', 'e7392d', '3c989f', '674b1b', 'e96699', 'e0a729', '684b6c']

type Wish = {
  readonly id?: string | undefined
  readonly name: string
  readonly real_name?: string | undefined
  readonly email?: string | undefined
  readonly is_bot?: boolean | undefined
  readonly is_admin?: boolean | undefined
  readonly is_owner?: boolean | undefined
  readonly deleted?: boolean | undefined
  readonly title?: string | undefined
  readonly tz?: string | undefined
  readonly bot_id?: string | undefined
}

/** Zones that names of time zones stand for; the twin keeps no table of them. */
const UTC = { tz: 'Etc/UTC', tz_label: 'Coordinated Universal Time', tz_offset: 0 }
const avatar = (id: string, size: number): string =>
  `https://secure.gravatar.com/avatar/${id.toLowerCase()}.jpg?s=${size}`

/** A user as Slack shows one: https://docs.slack.dev/reference/objects/user-object (2026-11-26). */
export function newUser(ws: Workspace, wish: Wish): User {
  const { name, is_bot = false, is_admin = false, is_owner = false, deleted = false, title = '' } = wish
  const id = wish.id ?? ws.newId('U', ws.store.users)
  const real = wish.real_name ?? name
  const [first = '', ...last] = real.split(' ')
  const images = Object.fromEntries([24, 32, 48, 72, 192, 512].map((size) => [`image_${size}`, avatar(id, size)]))
  const profile: Fields = {
    title,
    phone: '',
    skype: '',
    real_name: real,
    real_name_normalized: real,
    display_name: is_bot ? '' : name,
    display_name_normalized: is_bot ? '' : name,
    fields: null,
    status_text: '',
    status_emoji: '',
    status_emoji_display_info: [],
    status_expiration: 0,
    avatar_hash: `g${id.toLowerCase().slice(-11)}`,
    ...(is_bot
      ? { api_app_id: ws.app.id, always_active: false, bot_id: wish.bot_id ?? ws.newId('B', ws.store.users) }
      : {}),
    ...(wish.email === undefined ? {} : { email: wish.email }),
    first_name: first,
    last_name: last.join(' '),
    ...images,
    status_text_canonical: '',
    team: ws.team.id,
  }
  const user: User = {
    id,
    team_id: ws.team.id,
    name,
    deleted,
    color: COLORS[(id.charCodeAt(id.length - 1) + id.length) % COLORS.length] ?? '9f69e7',
    real_name: real,
    ...UTC,
    ...(wish.tz === undefined ? {} : { tz: wish.tz }),
    profile,
    is_admin,
    is_owner,
    is_primary_owner: is_owner,
    is_restricted: false,
    is_ultra_restricted: false,
    is_bot,
    is_app_user: false,
    updated: ws.nowS(),
    is_email_confirmed: !is_bot,
    who_can_share_contact_card: 'EVERYONE',
  }
  return deleted ? departed(user) : user
}

/** What is left of a user who was deactivated; as recorded by github.com/slack-ruby/slack-ruby-client in 2021-12. */
export function departed({ id, team_id, name, profile, is_bot, is_app_user = false, updated }: User): User {
  const { email: _, ...shown } = profile
  return { id, team_id, name, deleted: true, profile: { ...shown }, is_bot, is_app_user, updated }
}

/** A user with some of the profile changed. */
export function withProfile(ws: Workspace, user: User, changes: Fields): User {
  const profile: { [name: string]: Fields[string] } = { ...user.profile, ...changes }
  if (changes.real_name !== undefined) profile.real_name_normalized = changes.real_name
  if (changes.display_name !== undefined) profile.display_name_normalized = changes.display_name
  const real = changes.real_name === undefined ? {} : { real_name: changes.real_name }
  return ws.store.users.put({ ...user, ...real, profile, updated: ws.nowS() })
}
