import { type Ask, arg, type Handlers, needed, SlackError } from '../ask.ts'
import { emit } from '../events.ts'
import { departed } from '../people.ts'
import { type Fields, textOf } from '../state.ts'

/** https://docs.slack.dev/reference/methods/auth.test (2026-11-26); keys as recorded in 2021-12. */
function authTest({ ws, actor }: Ask): Fields {
  if (actor.kind === 'app')
    return { app_name: ws.app.name, app_id: ws.app.id, url: urlOf(ws), team: ws.team.name, team_id: ws.team.id }
  return {
    url: urlOf(ws),
    team: ws.team.name,
    user: ws.user(actor.user).name,
    team_id: ws.team.id,
    user_id: actor.user,
    ...(actor.kind === 'bot' ? { bot_id: ws.app.bot_id } : {}),
    is_enterprise_install: false,
  }
}

const urlOf = (ws: Ask['ws']): string => `https://${ws.team.domain}.slack.com/`

function revoke(ask: Ask): Fields {
  const { ws, actor } = ask
  if (arg(ask, 'test') === 'true' || arg(ask, 'test') === '1') return { revoked: false }
  const kind = actor.kind === 'bot' ? 'bot' : 'user'
  ws.store.tokens.put({ id: actor.token, kind, user: actor.user, scopes: actor.scopes, revoked: true })
  ws.note('token.revoked', { kind, user: actor.user })
  return { revoked: true }
}

/** The app is taken out of the workspace: its tokens are no good any more, and it is told. */
export function uninstall(ws: Ask['ws']): void {
  const tokens = ws.store.tokens.all().filter(({ kind }) => kind === 'user')
  emit(ws, 'app_uninstalled', { type: 'app_uninstalled', event_ts: ws.nextTs() })
  emit(ws, 'tokens_revoked', {
    type: 'tokens_revoked',
    tokens: { oauth: tokens.map(({ user }) => user), bot: [ws.app.bot_user] },
    event_ts: ws.nextTs(),
  })
  ws.store.users.put(departed(ws.user(ws.app.bot_user)))
  for (const token of ws.store.tokens.all()) ws.store.tokens.put({ ...token, revoked: true })
  ws.note('app.uninstalled', {})
}

function authorizations(ask: Ask): Fields {
  const { ws } = ask
  const context = needed(ask, 'event_context')
  if (!/^\d-/.test(context)) throw new SlackError('invalid_event_context')
  const row = {
    enterprise_id: null,
    team_id: ws.team.id,
    user_id: ws.app.bot_user,
    is_bot: true,
    is_enterprise_install: false,
  }
  return { authorizations: [row] }
}

/** https://docs.slack.dev/reference/methods/rtm.connect (2026-11-26). The socket itself is a gap. */
function connect({ ws, actor }: Ask): Fields {
  const ticket = ws.world.draw('rtm').text(60)
  return {
    url: `wss://wss-primary.slack.com/websocket/${ticket}/2`,
    team: { id: ws.team.id, name: ws.team.name, domain: ws.team.domain },
    self: { id: actor.user, name: ws.user(actor.user).name },
  }
}

export const AUTH: Handlers = {
  'api.test'(ask) {
    const error = arg(ask, 'error')
    const { token: _, ...args } = ask.args
    if (error !== '') throw new SlackError(error, { args })
    return Object.keys(args).length === 0 ? {} : { args }
  },
  'auth.test': authTest,
  'auth.revoke': revoke,
  'auth.teams.list'({ ws }) {
    const team = { id: ws.team.id, name: ws.team.name, icon: { image_default: true, ...icons() } }
    return { teams: [team], response_metadata: { next_cursor: '' } }
  },
  'apps.uninstall'(ask) {
    const { client_id, client_secret } = ask.ws.seed.app ?? {}
    if (needed(ask, 'client_id') !== (client_id ?? arg(ask, 'client_id'))) throw new SlackError('bad_client_id')
    if (needed(ask, 'client_secret') !== (client_secret ?? arg(ask, 'client_secret')))
      throw new SlackError('bad_client_secret')
    uninstall(ask.ws)
    return {}
  },
  'apps.event.authorizations.list': authorizations,
  'rtm.connect': connect,
  'team.info'(ask) {
    const { ws } = ask
    const team = arg(ask, 'team')
    if (team !== '' && team !== ws.team.id) throw new SlackError('team_not_found')
    return {
      team: {
        id: ws.team.id,
        name: ws.team.name,
        url: urlOf(ws),
        domain: ws.team.domain,
        email_domain: '',
        icon: { image_default: true, ...icons() },
        avatar_base_url: 'https://ca.slack-edge.com/',
        is_verified: false,
      },
    }
  },
  'bots.info'(ask) {
    const { ws } = ask
    const bot = arg(ask, 'bot')
    if (bot === '') return {}
    const user = ws.store.users.all().find(({ profile }) => textOf(profile.bot_id) === bot)
    if (user === undefined) throw new SlackError('bot_not_found')
    const { image_32: small, image_48: middle, image_72: large } = user.profile
    return {
      bot: {
        id: bot,
        deleted: user.deleted,
        name: textOf(user.profile.real_name),
        updated: user.updated,
        app_id: user.profile.api_app_id ?? ws.app.id,
        user_id: user.id,
        icons: { image_36: small, image_48: middle, image_72: large },
      },
    }
  },
  'emoji.list': ({ ws }) => ({ emoji: ws.seed.emoji ?? {}, cache_ts: '0.000000' }),
}

/** What a workspace looks like while nobody has drawn anything. */
export const icons = (): Fields =>
  Object.fromEntries(
    [34, 44, 68, 88, 102, 132, 230].map((size) => [
      `image_${size}`,
      `https://a.slack-edge.com/80588/img/avatars-teams/ava_0001-${size}.png`,
    ]),
  )
