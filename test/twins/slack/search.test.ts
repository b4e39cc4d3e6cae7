import { expect, test } from 'vitest'
import { call, openWorkspace, refusal, SEED } from './support.ts'

const OPS = 'C0OPS000001'
const TEXTS = ['Deploy has failed', 'deploying again', 'all is well', 'we redeploy nothing']

/** Messages by Ada in #ops, a minute apart, and one of Grace's in a place of her own. */
const spoken = async () => {
  const setup = openWorkspace()
  for (const text of TEXTS) {
    await setup.happen('message.posted', { user: 'ada', channel: 'ops', text })
    await setup.world.clock.advance(60_000)
  }
  await setup.happen('message.posted', { user: 'grace', channel: 'secret', text: 'deploy secretly' })
  return { ...setup, ada: setup.client('xoxp-ada') }
}

test.each<[string, readonly string[]]>([
  ['deploy', ['deploying again', 'Deploy has failed']],
  ['"has failed"', ['Deploy has failed']],
  ['deploy -again', ['Deploy has failed']],
  ['deploy in:#ops from:@ada', ['deploying again', 'Deploy has failed']],
  ['deploy in:general', []],
  ['well from:me on:2030-01-01', ['all is well']],
  ['well after:2030-01-01', []],
  ['well before:2030-01-02', ['all is well']],
])('who looks for %s finds what they may see', async (query, texts) => {
  const { ada } = await spoken()
  const { messages } = await ada.search.messages({ query })
  expect(messages?.matches?.map(({ text }) => text)).toEqual(texts)
  expect(messages?.total).toBe(texts.length)
})

test('what is found is paged, sorted and marked', async () => {
  const { ada } = await spoken()
  const { messages } = await ada.search.messages({
    query: 'deploy',
    count: 1,
    sort: 'timestamp',
    sort_dir: 'asc',
    highlight: true,
  })
  expect(messages?.paging).toEqual({ count: 1, total: 2, page: 1, pages: 2 })
  expect(messages?.pagination).toMatchObject({ total_count: 2, page_count: 2, first: 1, last: 1 })
  expect(messages?.matches).toMatchObject([
    { text: '\uE000Deploy\uE001 has failed', channel: { id: OPS, name: 'ops' }, username: 'ada' },
  ])
  const rest = await ada.search.messages({ query: 'deploy', count: 1, page: 2, sort_dir: 'asc' })
  expect(rest.messages?.matches).toMatchObject([{ text: 'deploying again' }])
})

test('bots do not search, and nobody searches for nothing', async () => {
  const { client, fetch } = await spoken()
  expect(await refusal(client().search.messages({ query: 'x' }))).toMatchObject({ error: 'not_allowed_token_type' })
  const answer = await (await fetch(call('search.messages', { query: '' }, 'xoxp-ada'))).json()
  expect(answer).toMatchObject({ ok: false, error: 'no_query' })
})

test('files are found by their names, and may be shown to the world', async () => {
  const { client, world } = openWorkspace()
  const [ada, grace] = [client('xoxp-ada'), client('xoxp-ada')]
  await ada.filesUploadV2({ channel_id: 'C0GENERAL01', filename: 'report.txt', content: 'x' })
  await world.clock.advance(5_000)
  const { files, messages } = await grace.search.all({ query: 'report' })
  expect([files?.total, messages?.total]).toEqual([1, 0])
  const file = files?.matches?.[0]?.id ?? ''
  expect((await ada.files.sharedPublicURL({ file })).file?.public_url_shared).toBe(true)
  expect(await refusal(ada.files.sharedPublicURL({ file }))).toMatchObject({ error: 'already_public' })
  expect((await ada.files.revokePublicURL({ file })).file?.public_url_shared).toBe(false)
  expect((await ada.search.files({ query: 'nothing' })).files?.total).toBe(0)
})

test('stars are kept, listed and taken away', async () => {
  const { client } = openWorkspace()
  const ada = client('xoxp-ada')
  const { ts = '' } = await ada.chat.postMessage({ channel: OPS, text: 'x' })
  await ada.stars.add({ channel: OPS, timestamp: ts })
  await ada.stars.add({ channel: OPS })
  expect(await refusal(ada.stars.add({ channel: OPS }))).toMatchObject({ error: 'already_starred' })
  expect((await ada.stars.list({})).items).toMatchObject([{ type: 'channel' }, { type: 'message', message: { ts } }])
  await ada.stars.remove({ channel: OPS })
  expect(await refusal(ada.stars.remove({ channel: OPS }))).toMatchObject({ error: 'not_starred' })
})

test('reactions are listed page by page, by number or by cursor', async () => {
  const { client, world } = openWorkspace()
  const web = client()
  for (const text of ['a', 'b', 'c']) {
    const { ts = '' } = await web.chat.postMessage({ channel: OPS, text })
    await web.reactions.add({ channel: OPS, timestamp: ts, name: 'eyes' })
    await world.clock.advance(2_000)
  }
  const first = await web.reactions.list({ limit: 2 })
  expect(first.items).toHaveLength(2)
  const cursor = first.response_metadata?.next_cursor ?? ''
  expect((await web.reactions.list({ limit: 2, cursor })).items).toMatchObject([{ message: { text: 'a' } }])
  expect((await web.reactions.list({ count: 2, page: 2 })).paging).toMatchObject({ total: 3, page: 2, pages: 2 })
})

test('Slackbot reminds when it is time, unless it is done, and after a restore too', async () => {
  const { client, world, twin, rows } = openWorkspace()
  const ada = client('xoxp-ada')
  await ada.reminders.add({ text: 'eat', time: '60' })
  const { reminder } = await ada.reminders.add({ text: 'sleep', time: '60' })
  await ada.reminders.complete({ reminder: reminder?.id ?? '' })
  const said = (): readonly unknown[] =>
    rows('messages')
      .filter(({ user }) => user === 'USLACKBOT')
      .map(({ text }) => text)
  const before = twin.snapshot()
  await world.clock.advance(61_000)
  expect(said()).toEqual(['Reminder: eat.'])
  const other = openWorkspace(SEED, '2')
  other.twin.restore(before)
  await other.world.clock.advance(61_000)
  expect(other.rows('messages').map(({ text }) => text)).toEqual(['Reminder: eat.'])
})

test('a workspace names its emoji, its profile fields and who was migrated', async () => {
  const { client } = openWorkspace({ ...SEED, emoji: { parrot: 'https://e.test/p.gif', bird: 'alias:parrot' } })
  const web = client()
  expect((await web.emoji.list()).emoji).toEqual({ parrot: 'https://e.test/p.gif', bird: 'alias:parrot' })
  expect((await web.team.profile.get()).profile).toEqual({ fields: [], sections: [] })
  expect(await web.migration.exchange({ users: 'U0ADA000001,U0NOBODY001' })).toMatchObject({
    user_id_map: { U0ADA000001: 'U0ADA000001' },
    invalid_user_ids: ['U0NOBODY001'],
  })
})
