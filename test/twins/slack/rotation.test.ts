import { expect, test } from 'vitest'
import type { Seed } from '../../../twins/slack/state.ts'
import { openWorkspace, refusal, SEED } from './support.ts'

const CLIENT = { client_id: '1', client_secret: '2' }
const ROTATING: Seed = {
  ...SEED,
  app: { ...SEED.app, token_rotation: true },
  codes: [{ code: 'once', scopes: ['users:read'], user_scopes: ['users:read'], user: 'ada' }],
}
const HOURS = 3_600_000

test('a token that is rotated ends after twelve hours, and is refreshed before', async () => {
  const { client, world } = openWorkspace(ROTATING)
  const open = client('')
  const first = await open.oauth.v2.access({ ...CLIENT, code: 'once' })
  expect(first).toMatchObject({ expires_in: 43_200, token_type: 'bot', authed_user: { expires_in: 43_200 } })
  expect(first.access_token).toMatch(/^xoxe\.xoxb-1-/)
  expect(first.refresh_token).toMatch(/^xoxe-1-/)
  const ask = (token = ''): Promise<unknown> => client(token).users.list({})
  await world.clock.advance(11 * HOURS)
  const refresh = { ...CLIENT, grant_type: 'refresh_token' as const, refresh_token: first.refresh_token ?? '' }
  const second = await open.oauth.v2.access(refresh)
  expect(second).toMatchObject({ token_type: 'bot', scope: 'users:read', bot_user_id: 'U0BOT000001' })
  // Two may be good at once.
  await ask(first.access_token)
  await ask(second.access_token)
  expect(await refusal(open.oauth.v2.access(refresh))).toMatchObject({ error: 'invalid_refresh_token' })
  await world.clock.advance(2 * HOURS)
  expect(await refusal(ask(first.access_token))).toMatchObject({ error: 'token_expired' })
  await ask(second.access_token)
  const own = { ...refresh, refresh_token: first.authed_user?.refresh_token ?? '' }
  expect(await open.oauth.v2.access(own)).toMatchObject({ token_type: 'user', user_id: 'U0ADA000001' })
})

test('a token without an end is exchanged once for one with an end, where the app rotates', async () => {
  const tokens = [{ token: 'xoxb-old', type: 'bot' as const, scopes: ['users:read'] }]
  const { client } = openWorkspace({ ...ROTATING, tokens })
  const exchange = (token: string): Promise<unknown> => client(token).oauth.v2.exchange({ ...CLIENT, token })
  const made = (await exchange('xoxb-old')) as { readonly access_token: string }
  expect(made).toMatchObject({ token_type: 'bot', scope: 'users:read', expires_in: 43_200 })
  await client(made.access_token).users.list({})
  expect(await refusal(client('xoxb-old').users.list({}))).toMatchObject({ error: 'account_inactive' })
  expect(await refusal(exchange('xoxb-old'))).toMatchObject({ error: 'token_already_exchanged' })
  expect(await refusal(exchange('xoxb-none'))).toMatchObject({ error: 'invalid_token' })
  const still = openWorkspace({ ...SEED, tokens })
  expect(await refusal(still.client('xoxb-old').oauth.v2.exchange({ ...CLIENT, token: 'xoxb-old' }))).toMatchObject({
    error: 'token_rotation_not_enabled',
  })
})
