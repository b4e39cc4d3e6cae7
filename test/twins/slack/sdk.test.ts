import { expect, test } from 'vitest'
import { fieldsOf } from '../../../twins/slack/state.ts'
import { openWorkspace, refusal } from './support.ts'

test('the client learns who it is', async () => {
  const { client } = openWorkspace()
  const who = await client().auth.test()
  expect(who).toMatchObject({ ok: true, user_id: 'U0BOT000001', bot_id: 'B0BOT000001', team: 'Backlot' })
  expect(who.response_metadata?.scopes).toContain('chat:write')
})

test('a message is posted, read, changed, answered and taken away', async () => {
  const { client, world } = openWorkspace()
  const web = client()
  const posted = await web.chat.postMessage({ channel: 'C0OPS000001', text: 'Disk <90%> & rising: https://disk.test' })
  expect(posted).toMatchObject({ ok: true, channel: 'C0OPS000001', ts: '1893456000.000000' })
  expect(posted.message).toMatchObject({
    user: 'U0BOT000001',
    bot_id: 'B0BOT000001',
    text: 'Disk &lt;90%&gt; &amp; rising: <https://disk.test>',
  })
  await world.clock.advance(1_000)
  const ts = posted.ts ?? ''
  const reply = await web.chat.postMessage({ channel: 'C0OPS000001', text: 'On it', thread_ts: ts })
  const { messages } = await web.conversations.history({ channel: 'C0OPS000001' })
  expect(messages).toMatchObject([{ ts, reply_count: 1, latest_reply: reply.ts, reply_users: ['U0BOT000001'] }])
  const thread = await web.conversations.replies({ channel: 'C0OPS000001', ts })
  expect(thread.messages?.map((message) => message.text)).toEqual([posted.message?.text, 'On it'])
  const changed = await web.chat.update({ channel: 'C0OPS000001', ts, text: 'Solved' })
  expect(changed).toMatchObject({ text: 'Solved', message: { edited: { user: 'U0BOT000001' } } })
  await web.chat.delete({ channel: 'C0OPS000001', ts: reply.ts ?? '' })
  expect((await web.conversations.replies({ channel: 'C0OPS000001', ts })).messages).toHaveLength(1)
})

test('channels are made, filled, renamed and archived', async () => {
  const { client, world } = openWorkspace()
  const web = client()
  const { channel } = await web.conversations.create({ name: 'launch' })
  const id = channel?.id ?? ''
  await web.conversations.invite({ channel: id, users: 'U0ADA000001,U0GRACE0001' })
  expect((await web.conversations.members({ channel: id })).members).toEqual([
    'U0BOT000001',
    'U0ADA000001',
    'U0GRACE0001',
  ])
  expect(await refusal(web.conversations.invite({ channel: id, users: 'U0ADA000001' }))).toMatchObject({
    error: 'already_in_channel',
  })
  await web.conversations.kick({ channel: id, user: 'U0GRACE0001' })
  await web.conversations.setTopic({ channel: id, topic: 'T minus one' })
  await web.conversations.rename({ channel: id, name: 'launched' })
  expect((await web.conversations.info({ channel: id, include_num_members: true })).channel).toMatchObject({
    name: 'launched',
    previous_names: ['launch'],
    topic: { value: 'T minus one', creator: 'U0BOT000001' },
    num_members: 2,
  })
  await web.conversations.archive({ channel: id })
  await world.clock.advance(1_000)
  expect(await refusal(web.chat.postMessage({ channel: id, text: 'late' }))).toMatchObject({ error: 'is_archived' })
})

test('the client leads through pages by itself', async () => {
  const { client } = openWorkspace()
  const names: unknown[] = []
  for await (const page of client().paginate('conversations.list', { limit: 2 }))
    names.push((fieldsOf(page).channels as { name: string }[]).map(({ name }) => name))
  expect(names).toEqual([['general', 'ops'], ['random']])
  const users: unknown[] = []
  for await (const page of client().paginate('users.list', { limit: 3 }))
    users.push((fieldsOf(page).members as unknown[]).length)
  expect(users).toEqual([3, 1])
})
