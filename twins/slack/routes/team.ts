import { notModelled } from '../../twin.ts'
import { type Ask, type Handlers, many, SlackError } from '../ask.ts'
import { GAPS } from '../gaps.ts'
import { type Fields, textOf } from '../state.ts'
import { icons } from './auth.ts'

/** Who somebody is, as OpenID Connect says it: https://docs.slack.dev/reference/methods/openid.connect.userInfo (2026-11-26). */
function userInfo({ ws, actor }: Ask): Fields {
  const { id, profile, is_email_confirmed } = ws.user(actor.user)
  const slack = (name: string): string => `https://slack.com/${name}`
  const images = Object.entries(profile).filter(([name]) => /^image_\d+$/.test(name))
  return {
    sub: id,
    [slack('user_id')]: id,
    [slack('team_id')]: ws.team.id,
    ...(actor.scopes.includes('email')
      ? { email: textOf(profile.email), email_verified: is_email_confirmed === true, date_email_verified: 0 }
      : {}),
    ...(actor.scopes.includes('profile')
      ? {
          name: textOf(profile.real_name),
          picture: textOf(profile.image_512),
          given_name: textOf(profile.first_name),
          family_name: textOf(profile.last_name),
          locale: 'en-US',
        }
      : {}),
    [slack('team_name')]: ws.team.name,
    [slack('team_domain')]: ws.team.domain,
    ...Object.fromEntries(images.map(([name, url]) => [slack(`user_${name}`), url])),
    ...Object.fromEntries(Object.entries(icons()).map(([name, url]) => [slack(`team_${name}`), url])),
  }
}

/** Who runs the workspace alone may see what it pays for. */
function admin({ ws, actor }: Ask): void {
  if (ws.user(actor.user).is_admin !== true) throw new SlackError('not_an_admin')
}

/** What a workspace says of itself and of its people. */
export const TEAM: Handlers = {
  /** A workspace has no profile fields of its own until somebody adds some. */
  'team.profile.get': () => ({ profile: { fields: [], sections: [] } }),
  'team.billing.info': ({ ws }) => ({ plan: ws.team.plan }),
  'team.billableInfo'(ask) {
    admin(ask)
    const people = ask.ws.store.users
      .all()
      .filter(({ is_bot, deleted, id }) => !is_bot && !deleted && id !== 'USLACKBOT')
    const info = people.map(({ id }) => [id, { billing_active: true }])
    return { billable_info: Object.fromEntries(info), response_metadata: { next_cursor: '' } }
  },
  'team.accessLogs'(ask) {
    admin(ask)
    if (ask.ws.team.plan === 'free') throw new SlackError('paid_only')
    throw notModelled('slack', GAPS, 'logs of a workspace')
  },
  /** What nobody has changed: https://docs.slack.dev/reference/methods/team.preferences.list (2026-11-26). */
  'team.preferences.list': () => ({
    allow_message_deletion: true,
    display_real_names: false,
    disable_file_uploads: 'allow_all',
    msg_edit_window_mins: -1,
    who_can_post_general: 'ra',
  }),
  'openid.connect.userInfo': userInfo,
  /** Nobody was migrated: https://docs.slack.dev/reference/methods/migration.exchange (2026-11-26). */
  'migration.exchange'(ask) {
    const users = many(ask, 'users')
    if (users.length === 0) throw new SlackError('not_enough_users')
    if (users.length > 400) throw new SlackError('too_many_users')
    const unknown = users.filter((id) => ask.ws.store.users.get(id) === undefined)
    const known: Fields = Object.fromEntries(users.filter((id) => !unknown.includes(id)).map((id) => [id, id]))
    return { team_id: ask.ws.team.id, user_id_map: known, invalid_user_ids: unknown }
  },
}
