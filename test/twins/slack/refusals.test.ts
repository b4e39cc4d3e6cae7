import { expect, test } from 'vitest'
import { fieldsOf, type Seed } from '../../../twins/slack/state.ts'
import { call, openWorkspace, refusal, SEED, type Setup } from './support.ts'

const OPS = 'C0OPS000001'
const answer = async ({ fetch }: Setup, method: string, args: Readonly<Record<string, string>>, token?: string) => {
  const response = await fetch(call(method, args, token))
  return { status: response.status, headers: response.headers, body: fieldsOf(await response.json()) }
}

test.each<[string, string, Readonly<Record<string, string>>]>([
  ['chat.postMessage', 'channel_not_found', { channel: 'C0NOWHERE00', text: 'x' }],
  ['chat.postMessage', 'channel_not_found', { channel: 'G0SECRET001', text: 'x' }],
  ['chat.postMessage', 'no_text', { channel: OPS }],
  ['chat.postMessage', 'msg_too_long', { channel: OPS, text: 'x'.repeat(40_001) }],
  ['chat.postMessage', 'invalid_blocks_format', { channel: OPS, blocks: '{"blocks":[]}' }],
  ['chat.postMessage', 'invalid_metadata_schema', { channel: OPS, text: 'x', metadata: '{"event_type":1}' }],
  ['chat.postMessage', 'invalid_arguments', { text: 'x' }],
  ['chat.postEphemeral', 'user_not_in_channel', { channel: OPS, user: 'U0GRACE0001', text: 'x' }],
  ['chat.update', 'message_not_found', { channel: OPS, ts: '1.000000', text: 'x' }],
  ['chat.scheduleMessage', 'time_in_past', { channel: OPS, text: 'x', post_at: '1' }],
  ['chat.scheduleMessage', 'time_too_far', { channel: OPS, text: 'x', post_at: '1999999999' }],
  ['chat.deleteScheduledMessage', 'invalid_scheduled_message_id', { channel: OPS, scheduled_message_id: 'Q1' }],
  ['conversations.create', 'invalid_name_specials', { name: 'General Stuff' }],
  ['conversations.create', 'invalid_name_required', { name: '' }],
  ['conversations.create', 'name_taken', { name: 'ops' }],
  ['conversations.history', 'not_in_channel', { channel: 'C0RANDOM001' }],
  ['conversations.history', 'invalid_cursor', { channel: OPS, cursor: 'bad' }],
  ['conversations.history', 'invalid_ts_oldest', { channel: OPS, oldest: 'yesterday' }],
  ['conversations.replies', 'thread_not_found', { channel: OPS, ts: '1.000000' }],
  ['conversations.invite', 'user_not_found', { channel: OPS, users: 'U0NOBODY001' }],
  ['conversations.kick', 'cant_kick_from_general', { channel: 'C0GENERAL01', user: 'U0ADA000001' }],
  ['conversations.archive', 'cant_archive_general', { channel: 'C0GENERAL01' }],
  ['conversations.list', 'invalid_types', { types: 'everything' }],
  ['conversations.open', 'users_list_not_supplied', {}],
  ['conversations.unarchive', 'not_allowed_token_type', { channel: OPS }],
  ['users.info', 'user_not_found', { user: 'U0NOBODY001' }],
  ['users.lookupByEmail', 'users_not_found', { email: 'nobody@acme.test' }],
  ['reactions.add', 'message_not_found', { channel: OPS, timestamp: '1.000000', name: 'eyes' }],
  ['reactions.add', 'invalid_name', { channel: OPS, timestamp: '1.000000', name: 'no such emoji' }],
  ['pins.remove', 'bad_timestamp', { channel: OPS, timestamp: 'now' }],
  ['bookmarks.add', 'invalid_link', { channel_id: OPS, title: 'x', type: 'link', link: 'ftp://x' }],
  ['usergroups.users.list', 'no_such_subteam', { usergroup: 'S1' }],
  ['views.open', 'invalid_arguments', { trigger_id: 'x', view: '{}' }],
  ['views.update', 'not_found', { view_id: 'V1', view: '{"type":"home","blocks":[]}' }],
  ['oauth.v2.access', 'invalid_code', { client_id: '1', client_secret: '2', code: 'unknown' }],
])('%s is refused as %s', async (method, error, args) => {
  const { status, body } = await answer(openWorkspace(), method, args)
  expect([status, body.ok, body.error]).toEqual([200, false, error])
})

test.each<[string, string, string, string, Seed]>([
  ['none', '', 'auth.test', 'not_authed', {}],
  ['one of another kind', 'sk_live', 'auth.test', 'invalid_auth', {}],
  ['one that is not listed', 'xoxb-2', 'auth.test', 'invalid_auth', { tokens: [{ token: 'xoxb-1' }] }],
  ['one of the app', 'xapp-1', 'users.list', 'not_allowed_token_type', {}],
])('a token is refused: %s', async (_, token, method, error, seed) => {
  expect((await answer(openWorkspace({ ...SEED, ...seed }), method, {}, token)).body).toMatchObject({
    ok: false,
    error,
  })
})

test('a scope that is missing is named, with those that are there', async () => {
  const setup = openWorkspace({ ...SEED, tokens: [{ token: 'xoxb-1', scopes: ['chat:write', 'channels:read'] }] })
  const refused = await answer(setup, 'users.list', {}, 'xoxb-1')
  expect(refused.body).toEqual({
    ok: false,
    error: 'missing_scope',
    needed: 'users:read',
    provided: 'chat:write,channels:read',
  })
  expect(refused.headers.get('X-Accepted-OAuth-Scopes')).toBe('users:read')
  expect((await answer(setup, 'conversations.list', {}, 'xoxb-1')).body.ok).toBe(true)
  // The same method asks for more where more is asked of it.
  expect((await answer(setup, 'conversations.list', { types: 'private_channel' }, 'xoxb-1')).body).toMatchObject({
    error: 'missing_scope',
    needed: 'groups:read',
  })
  expect((await answer(setup, 'chat.postMessage', { channel: 'random', text: 'x' }, 'xoxb-1')).body.error).toBe(
    'not_in_channel',
  )
  expect(
    (await answer(setup, 'chat.postMessage', { channel: 'ops', text: 'x', username: 'Bob' }, 'xoxb-1')).body.needed,
  ).toBe('chat:write.customize')
})

test('mail addresses are shown to those who may see them', async () => {
  const setup = openWorkspace({ ...SEED, tokens: [{ token: 'xoxb-1', scopes: ['users:read'] }] })
  const shown = await answer(setup, 'users.info', { user: 'U0ADA000001' }, 'xoxb-1')
  expect(fieldsOf(fieldsOf(shown.body.user).profile)).not.toHaveProperty('email')
  expect(
    fieldsOf(fieldsOf((await answer(openWorkspace(), 'users.info', { user: 'U0ADA000001' })).body.user).profile).email,
  ).toBe('ada@acme.test')
})

test.each([0, 1, 999])(
  'a second message after %d ms is refused, and a client that obeys Retry-After gets through',
  async (earlyMs) => {
    const setup = openWorkspace()
    const post = () => answer(setup, 'chat.postMessage', { channel: OPS, text: 'x' })
    expect((await post()).status).toBe(200)
    await setup.world.clock.advance(earlyMs)
    const refused = await post()
    expect([refused.status, refused.headers.get('Retry-After'), refused.body]).toEqual([
      429,
      '1',
      { ok: false, error: 'ratelimited' },
    ])
    expect((await answer(setup, 'chat.postMessage', { channel: 'general', text: 'x' })).status).toBe(200)
    await setup.world.clock.advance(1_000)
    expect((await post()).status).toBe(200)
  },
)

test.each<[string, Seed, number]>([
  ['users.list', {}, 20],
  ['users.info', {}, 100],
  ['conversations.history', {}, 50],
  ['conversations.history', { app: { ...SEED.app, distribution: 'commercial' } }, 1],
  ['conversations.info', { limits: { tier3: 3 } }, 3],
])('%s under %j may be called %d times a minute', async (method, seed, times) => {
  const setup = openWorkspace({ ...SEED, ...seed })
  const args = { channel: OPS, user: 'U0ADA000001' }
  for (let nth = 0; nth < times; nth++) expect((await answer(setup, method, args)).status).toBe(200)
  await setup.world.clock.advance(20_000)
  const refused = await answer(setup, method, args)
  expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '40'])
  await setup.world.clock.advance(40_000)
  expect((await answer(setup, method, args)).status).toBe(200)
})

test('the client tells of a limit as of nothing else', async () => {
  const { client } = openWorkspace({ ...SEED, limits: { tier4: 1 } })
  const web = client()
  await web.users.info({ user: 'U0ADA000001' })
  await expect(web.users.info({ user: 'U0ADA000001' })).rejects.toMatchObject({
    code: 'slack_webapi_rate_limited_error',
    retryAfter: 60,
  })
})

test.each([
  ['application/json', '{"channel":"ops","text":"x"}', { ok: true, warning: 'missing_charset' }],
  ['application/json; charset=utf-8', '{"channel":"ops","text":"x"}', { ok: true }],
  [
    'application/x-www-form-urlencoded; charset=utf-8',
    'channel=ops&text=x',
    { ok: true, warning: 'superfluous_charset' },
  ],
  ['application/json', '{', { ok: false, error: 'invalid_json' }],
  ['application/json', '[]', { ok: false, error: 'json_not_object' }],
  ['text/csv', 'x', { ok: false, error: 'invalid_post_type' }],
])('a body of %s is read or refused: %s', async (type, body, expected) => {
  const { fetch } = openWorkspace()
  const headers = { Authorization: 'Bearer xoxb-bot', 'Content-Type': type }
  const response = await fetch('https://slack.com/api/chat.postMessage', { method: 'POST', headers, body })
  expect(await response.json()).toMatchObject(expected)
})

test('a code is exchanged once, for tokens that may do what was asked', async () => {
  const codes = [
    {
      code: 'c1',
      scopes: ['chat:write'],
      user_scopes: ['users:read'],
      user: 'grace',
      redirect_uri: 'https://app.test/cb',
    },
  ]
  const { client } = openWorkspace({ ...SEED, app: { ...SEED.app, client_id: 'id', client_secret: 'secret' }, codes })
  const web = client()
  const args = { client_id: 'id', client_secret: 'secret', code: 'c1', redirect_uri: 'https://app.test/cb' }
  expect(await refusal(web.oauth.v2.access({ ...args, client_secret: 'x' }))).toMatchObject({
    error: 'bad_client_secret',
  })
  expect(await refusal(web.oauth.v2.access({ ...args, redirect_uri: 'https://x' }))).toMatchObject({
    error: 'bad_redirect_uri',
  })
  const granted = await web.oauth.v2.access(args)
  expect(granted).toMatchObject({
    token_type: 'bot',
    scope: 'chat:write',
    bot_user_id: 'U0BOT000001',
    authed_user: { id: 'U0GRACE0001' },
  })
  expect(await refusal(web.oauth.v2.access(args))).toMatchObject({ error: 'code_already_used' })
  const bot = client(granted.access_token)
  expect(await refusal(bot.users.list({}))).toMatchObject({ error: 'missing_scope' })
  expect(await client(granted.authed_user?.access_token).auth.test()).toMatchObject({ user_id: 'U0GRACE0001' })
  await bot.auth.revoke()
  expect(await refusal(bot.auth.test())).toMatchObject({ error: 'account_inactive' })
})

test('a host or a path that is not Slack’s way is loud', async () => {
  const { fetch } = openWorkspace()
  await expect(fetch('https://files.slack.com/api/auth.test')).rejects.toThrow('It is served at slack.com')
  await expect(fetch('https://slack.com/api/dialog.shut')).rejects.toThrow('does not model GET /api/dialog.shut')
})

test('somebody else’s message is changed by nobody, and deleted by who runs the workspace', async () => {
  const { client } = openWorkspace({
    ...SEED,
    tokens: [
      { token: 'xoxb-bot', scopes: ['chat:write'] },
      { token: 'xoxp-ada', type: 'user', user: 'ada', scopes: ['chat:write'] },
    ],
  })
  const { ts = '' } = await client().chat.postMessage({ channel: OPS, text: 'x' })
  const ada = client('xoxp-ada')
  const message = { channel: OPS, ts }
  expect(await refusal(ada.chat.update({ ...message, text: 'y' }))).toMatchObject({ error: 'cant_update_message' })
  expect(await ada.chat.delete(message)).toMatchObject({ ok: true, ts })
})
