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

test('people and groups are found, and groups are filled', async () => {
  const { client, happen } = openWorkspace()
  const web = client()
  expect((await web.users.lookupByEmail({ email: 'Grace@acme.test' })).user).toMatchObject({ id: 'U0GRACE0001' })
  expect((await web.users.profile.get({ user: 'U0ADA000001' })).profile).toMatchObject({ real_name: 'Ada Lovelace' })
  expect((await web.users.conversations({ user: 'U0ADA000001' })).channels?.map(({ name }) => name)).toEqual([
    'general',
    'ops',
    'random',
  ])
  const made = await web.usergroups.create({ name: 'On call', handle: 'oncall' })
  const usergroup = made.usergroup?.id ?? ''
  await web.usergroups.users.update({ usergroup, users: 'U0ADA000001,U0GRACE0001' })
  expect(await web.usergroups.users.list({ usergroup })).toMatchObject({ users: ['U0ADA000001', 'U0GRACE0001'] })
  await web.usergroups.disable({ usergroup })
  expect((await web.usergroups.list({})).usergroups).toEqual([])
  expect(await refusal(web.usergroups.create({ name: 'On call' }))).toMatchObject({ error: 'name_already_exists' })
  await happen('user.deactivated', { user: 'grace' })
  expect((await web.users.info({ user: 'U0GRACE0001' })).user).not.toHaveProperty('tz')
  expect(await refusal(web.conversations.open({ users: 'U0GRACE0001' }))).toMatchObject({ error: 'user_disabled' })
  const ada = client('xoxp-ada')
  await ada.users.profile.set({ profile: { status_text: 'Thinking', status_emoji: ':thought_balloon:' } as never })
  expect((await web.users.info({ user: 'U0ADA000001' })).user?.profile).toMatchObject({ status_text: 'Thinking' })
})

test('messages are scheduled, shown to one person, pinned, bookmarked and linked to', async () => {
  const { client, world, rows } = openWorkspace()
  const web = client()
  const channel = 'C0OPS000001'
  const later = await web.chat.scheduleMessage({ channel, text: 'Stand-up', post_at: 1893459600 })
  const never = await web.chat.scheduleMessage({ channel, text: 'Never', post_at: 1893459600 })
  await web.chat.deleteScheduledMessage({ channel, scheduled_message_id: never.scheduled_message_id ?? '' })
  expect((await web.chat.scheduledMessages.list({})).scheduled_messages).toMatchObject([
    { id: later.scheduled_message_id },
  ])
  await world.clock.advance(3_600_000)
  expect(rows('messages')).toMatchObject([{ text: 'Stand-up', ts: '1893459600.000000' }])
  await web.chat.postEphemeral({ channel, user: 'U0ADA000001', text: 'Only you' })
  expect(rows('ephemerals')).toMatchObject([{ user: 'U0ADA000001', text: 'Only you' }])
  const timestamp = '1893459600.000000'
  expect(await web.chat.getPermalink({ channel, message_ts: timestamp })).toMatchObject({
    permalink: 'https://backlot.slack.com/archives/C0OPS000001/p1893459600000000',
  })
  await web.pins.add({ channel, timestamp })
  expect(await refusal(web.pins.add({ channel, timestamp }))).toMatchObject({ error: 'already_pinned' })
  expect((await web.pins.list({ channel })).items).toMatchObject([{ type: 'message', message: { text: 'Stand-up' } }])
  const { bookmark } = await web.bookmarks.add({
    channel_id: channel,
    title: 'Runbook',
    type: 'link',
    link: 'https://wiki.test',
  })
  await web.bookmarks.edit({ channel_id: channel, bookmark_id: bookmark?.id ?? '', title: 'Runbooks' })
  expect((await web.bookmarks.list({ channel_id: channel })).bookmarks).toMatchObject([{ title: 'Runbooks' }])
  await web.reactions.add({ channel, timestamp, name: 'eyes' })
  expect((await web.reactions.get({ channel, timestamp })).message).toMatchObject({
    reactions: [{ name: 'eyes', count: 1 }],
  })
  expect((await web.reactions.list({})).items).toHaveLength(1)
})
