import { type Ask, arg, type Handlers, needed, SlackError } from '../ask.ts'
import type { Fields, Seed, Token } from '../state.ts'
import type { Workspace } from '../workspace.ts'

/** Tokens that are rotated live twelve hours: https://docs.slack.dev/authentication/using-token-rotation (2026-11-26). */
const LIFE_S = 43_200

/** Holds the app to its id and secret, which come as arguments or by Basic. */
function client(ask: Ask): void {
  const basic = /^Basic (.+)$/.exec(ask.headers.get('authorization') ?? '')?.[1]
  const [basicId = '', basicSecret = ''] = Buffer.from(basic ?? '', 'base64')
    .toString()
    .split(':')
  const id = arg(ask, 'client_id') || basicId
  const secret = arg(ask, 'client_secret') || basicSecret
  const { client_id, client_secret } = ask.ws.seed.app ?? {}
  if (id === '' || (client_id !== undefined && id !== client_id)) throw new SlackError('invalid_client_id')
  if (secret === '' || (client_secret !== undefined && secret !== client_secret))
    throw new SlackError('bad_client_secret')
}

const rotates = (ws: Workspace): boolean => ws.seed.app?.token_rotation === true

/** A new token; with one to refresh it by, where the app rotates its tokens. */
function issue(ws: Workspace, kind: Token['kind'], user: string, scopes: readonly string[]): Token {
  const chance = ws.world.draw('token')
  const plain = `${kind === 'bot' ? 'xoxb' : 'xoxp'}-${chance.text(12, '0123456789')}-${ws.world.draw('token').text(24)}`
  if (!rotates(ws)) return ws.store.tokens.put({ id: plain, kind, user, scopes, revoked: false })
  return ws.store.tokens.put({
    id: `xoxe.${kind === 'bot' ? 'xoxb' : 'xoxp'}-1-${ws.world.draw('token').text(48)}`,
    kind,
    user,
    scopes,
    revoked: false,
    until_s: ws.nowS() + LIFE_S,
    refresh: `xoxe-1-${ws.world.draw('refresh token').text(48)}`,
  })
}

/** How a token is told to the app that it is for. */
const told = (token: Token, scope: string): Fields => ({
  [scope]: token.scopes.join(','),
  access_token: token.id,
  token_type: token.kind,
  ...(token.refresh === undefined ? {} : { expires_in: LIFE_S, refresh_token: token.refresh }),
})

const place = (ws: Workspace): Fields => ({
  team: { id: ws.team.id, name: ws.team.name },
  enterprise: null,
  is_enterprise_install: false,
})

/** Exchanges a code once: https://docs.slack.dev/reference/methods/oauth.v2.access (2026-11-26). */
function access(ask: Ask): Fields {
  const { ws } = ask
  client(ask)
  const refresh = arg(ask, 'refresh_token')
  if (arg(ask, 'grant_type') === 'refresh_token' || refresh !== '') return refreshed(ask, refresh)
  const code = needed(ask, 'code')
  const wish = ws.seed.codes?.find((one) => one.code === code)
  if (wish === undefined) throw new SlackError('invalid_code')
  const used = `code ${code}`
  if (ws.store.settings.get(used) !== undefined) throw new SlackError('code_already_used')
  const redirect = arg(ask, 'redirect_uri')
  if (wish.redirect_uri !== undefined && redirect !== wish.redirect_uri) throw new SlackError('bad_redirect_uri')
  ws.store.settings.put({ id: used, value: true })
  return granted(ws, wish)
}

function granted(ws: Workspace, wish: NonNullable<Seed['codes']>[number]): Fields {
  const { scopes = ['chat:write'], user_scopes = [] } = wish
  const person = wish.user === undefined ? undefined : (ws.store.users.get(wish.user) ?? ws.store.userNamed(wish.user))
  const user = person ?? ws.store.users.all().find(({ is_bot, id }) => !is_bot && id !== 'USLACKBOT')
  const bot = issue(ws, 'bot', ws.app.bot_user, scopes)
  const own = user_scopes.length === 0 ? undefined : issue(ws, 'user', user?.id ?? '', user_scopes)
  ws.note('app.installed', { user: user?.id ?? '', scopes })
  return {
    app_id: ws.app.id,
    authed_user: { id: user?.id ?? '', ...(own === undefined ? {} : told(own, 'scope')) },
    ...told(bot, 'scope'),
    bot_user_id: ws.app.bot_user,
    ...place(ws),
  }
}

/** A refresh token is good once. The access token it came with lives on until its time is over. */
function refreshed({ ws }: Ask, refresh: string): Fields {
  const old = refresh === '' ? undefined : ws.store.tokens.all().find((token) => token.refresh === refresh)
  if (old === undefined || old.revoked || !rotates(ws)) throw new SlackError('invalid_refresh_token')
  const { refresh: _, ...kept } = old
  ws.store.tokens.put(kept)
  const token = issue(ws, old.kind, old.user, old.scopes)
  return {
    app_id: ws.app.id,
    ...told(token, 'scope'),
    ...(token.kind === 'bot' ? { bot_user_id: ws.app.bot_user } : { user_id: token.user }),
    ...place(ws),
  }
}

/** Exchanges a token without an end for one that is rotated: https://docs.slack.dev/reference/methods/oauth.v2.exchange (2026-11-26). */
function exchange(ask: Ask): Fields {
  const { ws } = ask
  client(ask)
  if (!rotates(ws)) throw new SlackError('token_rotation_not_enabled')
  const id = ask.actor.token
  const known = ws.store.tokens.get(id)
  const listed = ws.seed.tokens?.find((one) => one.token === id)
  if (known?.until_s !== undefined || (known === undefined && listed === undefined))
    throw new SlackError('invalid_token')
  const done = `exchanged ${id}`
  if (ws.store.settings.get(done) !== undefined) throw new SlackError('token_already_exchanged')
  if (known?.revoked === true) throw new SlackError('authorization_not_found')
  ws.store.settings.put({ id: done, value: true })
  const kind = known?.kind ?? (listed?.type === 'user' ? 'user' : 'bot')
  const named =
    listed?.user === undefined ? undefined : (ws.store.users.get(listed.user) ?? ws.store.userNamed(listed.user))
  const user = known?.user ?? (kind === 'bot' ? ws.app.bot_user : (named?.id ?? ''))
  const scopes = known?.scopes ?? listed?.scopes ?? []
  // The old one is no good any more.
  ws.store.tokens.put({ id, kind, user, scopes, revoked: true })
  const token = issue(ws, kind, user, scopes)
  return { app_id: ws.app.id, ...told(token, 'scope'), ...place(ws) }
}

export const OAUTH: Handlers = { 'oauth.v2.access': access, 'oauth.v2.exchange': exchange }
