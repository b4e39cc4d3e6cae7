import { type Handlers, many, SlackError } from '../ask.ts'
import type { Fields } from '../state.ts'

/** What a workspace says of itself and of its people. */
export const TEAM: Handlers = {
  /** A workspace has no profile fields of its own until somebody adds some. */
  'team.profile.get': () => ({ profile: { fields: [], sections: [] } }),
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
