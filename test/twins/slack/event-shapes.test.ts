import { expect, test } from 'vitest'
import { fieldsOf, textOf } from '../../../twins/slack/state.ts'
import { describedBy } from '../../support/shapes/typescript.ts'
import { APP, openWorkspace, SEED } from './support.ts'

const types = await describedBy({
  package: '@slack/types',
  source: "import type { SlackEvent } from '@slack/types'\nexport type Event = SlackEvent",
})
/** Where the types are wrong. A line begins with the event. */
const UNDESCRIBED: readonly (readonly [line: RegExp, why: string])[] = [
  [/^(app_uninstalled|tokens_revoked) : event_ts/, 'Every event has one: https://docs.slack.dev/apis/events-api.'],
  [/(app_id|bot_profile\.user_id): is unknown$/, 'Older than the field; the types of answers have it.'],
  [/^message assistant_app_thread: subtype/, 'No member of the union is of an assistant’s thread.'],
  [
    /^message file_share:/,
    'The type is of a file that a person shared in 2019: without app, team and what files have since.',
  ],
  [
    /: (message|previous_message)\.(channel|channel_type|event_ts): is missing$/,
    'They stand around the message, once.',
  ],
  [/: pin_count: expected string/, 'A count.'],
  [/: subteam\.(auto_type|deleted_by): is unknown$/, 'Null while nobody has set them.'],
]

const EVERY = [
  ...[
    'message.channels',
    'message.im',
    'app_mention',
    'app_home_opened',
    'assistant_thread_started',
    'channel_archive',
  ],
  ...['channel_created', 'channel_rename', 'channel_unarchive', 'file_created', 'file_deleted', 'file_shared'],
  ...['function_executed', 'link_shared', 'member_joined_channel', 'member_left_channel', 'pin_added', 'pin_removed'],
  ...['reaction_added', 'reaction_removed', 'subteam_created', 'subteam_updated', 'team_join', 'user_change'],
  ...['app_uninstalled', 'tokens_revoked'],
]

test('events are what the types of the vendor say', async () => {
  const { client, happen, deliveries, world } = openWorkspace({
    ...SEED,
    app: { ...SEED.app, unfurl_domains: ['wiki.test'] },
    events: { url: APP, types: EVERY },
  })
  const web = client()
  const channel = 'ops'
  await happen('message.posted', { user: 'ada', channel, text: 'See https://wiki.test/a <@U0BOT000001>' })
  await happen('message.edited', { user: 'ada', channel, text: 'Saw it' })
  await happen('reaction.added', { user: 'ada', channel, reaction: 'eyes' })
  await happen('reaction.removed', { user: 'ada', channel, reaction: 'eyes' })
  const { ts = '' } = await web.chat.postMessage({ channel: 'C0OPS000001', text: 'mine' })
  await web.pins.add({ channel: 'C0OPS000001', timestamp: ts })
  await web.pins.remove({ channel: 'C0OPS000001', timestamp: ts })
  await happen('message.deleted', { user: 'ada', channel, ts })
  await happen('message.posted', { user: 'ada', text: 'psst' })
  await happen('member.joined', { user: 'grace', channel, inviter: 'ada' })
  await happen('member.left', { user: 'grace', channel })
  await happen('channel.created', { user: 'ada', name: 'new' })
  await happen('channel.renamed', { user: 'ada', channel, name: 'opsy' })
  await happen('channel.archived', { user: 'ada', channel: 'opsy' })
  await happen('channel.unarchived', { user: 'ada', channel: 'opsy' })
  await happen('user.joined', { name: 'alan' })
  await happen('user.changed', { user: 'alan', profile: { title: 'x' } })
  await happen('app_home.opened', { user: 'ada' })
  await happen('assistant_thread.started', { user: 'ada' })
  await happen('function.executed', { callback_id: 'page', inputs: { who: 'ada' } })
  await web.filesUploadV2({ channel_id: 'C0GENERAL01', content: 'x', filename: 'x.txt' })
  await world.clock.advance(5_000)
  const [file] = (await web.files.list({})).files ?? []
  await web.files.delete({ file: file?.id ?? '' })
  const { usergroup } = await web.usergroups.create({ name: 'On call' })
  await web.usergroups.users.update({ usergroup: usergroup?.id ?? '', users: 'U0ADA000001' })
  await happen('app.uninstalled', {})
  await world.clock.advance(5_000)
  const events = deliveries.map(({ body }) => fieldsOf(fieldsOf(JSON.parse(body)).event))
  const seen = new Set(events.map(({ type }) => textOf(type)))
  expect(EVERY.map((name) => name.replace(/\..*/, '')).filter((name) => !seen.has(name))).toEqual([])
  const lines = events.flatMap((event) =>
    types.deviations('Event', event).map((line) => `${textOf(event.type)} ${textOf(event.subtype)}: ${line}`),
  )
  expect([...new Set(lines)].filter((line) => !UNDESCRIBED.some(([known]) => known.test(line))).sort()).toEqual([])
})
