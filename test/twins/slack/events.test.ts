import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { fieldsOf } from '../../../twins/slack/state.ts'
import type { Delivery, DeliveryOutcome } from '../../../twins/world.ts'
import { APP, openWorkspace, SECRET, SEED, type Setup } from './support.ts'

const header = ({ headers }: Delivery, name: string): string | undefined => headers.find(([one]) => one === name)?.[1]
const eventOf = ({ body }: Delivery): ReturnType<typeof fieldsOf> => fieldsOf(fieldsOf(JSON.parse(body)).event)
const subscribed = (types: readonly string[]): Setup => openWorkspace({ ...SEED, events: { url: APP, types } })

test('an event is signed as Slack signs it', async () => {
  const { world, happen, deliveries } = subscribed(['message.channels'])
  await happen('message.posted', { user: 'ada', channel: 'ops', text: 'hello' })
  await world.clock.advance(1_000)
  const [delivery] = deliveries
  if (delivery === undefined) throw new Error('expected a delivery, got none')
  const time = header(delivery, 'X-Slack-Request-Timestamp')
  const digest = createHmac('sha256', SECRET).update(`v0:${time}:${delivery.body}`).digest('hex')
  expect(header(delivery, 'X-Slack-Signature')).toBe(`v0=${digest}`)
  expect(JSON.parse(delivery.body)).toMatchObject({
    type: 'event_callback',
    event_time: 1893456000,
    event: { type: 'message', channel: 'C0OPS000001', channel_type: 'channel', user: 'U0ADA000001', text: 'hello' },
    authorizations: [{ user_id: 'U0BOT000001', is_bot: true }],
  })
})

test.each<[string, DeliveryOutcome, string, number]>([
  ['an error', { kind: 'answer', status: 500, body: '' }, 'http_error', 4],
  ['a redirect', { kind: 'answer', status: 302, body: '' }, 'http_error', 4],
  ['nobody there', { kind: 'failed', reason: 'refused' }, 'connection_failed', 4],
  ['no answer', { kind: 'failed', reason: 'timeout' }, 'http_timeout', 4],
  ['a yes', { kind: 'answer', status: 204, body: '' }, '', 1],
])(
  'after %s an event comes again at once, after a minute and after five, the same event',
  async (_, outcome, reason, times) => {
    const setup = subscribed(['message.channels'])
    setup.listener = () => outcome
    const atS: number[] = []
    await setup.happen('message.posted', { user: 'ada', channel: 'ops', text: 'hello' })
    for (let second = 0; second < 420; second++) {
      await setup.world.clock.advance(1_000)
      while (atS.length < setup.deliveries.length) atS.push(second)
    }
    expect(atS).toEqual([0, 0, 60, 360].slice(0, times))
    expect(new Set(setup.deliveries.map(({ body }) => body)).size).toBe(1)
    const retries = setup.deliveries
      .slice(1)
      .map((one) => [header(one, 'X-Slack-Retry-Num'), header(one, 'X-Slack-Retry-Reason')])
    expect(retries).toEqual(['1', '2', '3'].slice(0, times - 1).map((nth) => [nth, reason]))
    expect(setup.rows('deliveries')).toEqual([])
  },
)

test('an address is taken once it says its challenge back', async () => {
  const setup = subscribed([])
  const types = ['message.channels']
  setup.listener = () => ({ kind: 'answer', status: 200, body: 'something else' })
  await setup.happen('events.url_set', { url: 'https://new.test/hook', types })
  await setup.world.clock.advance(1_000)
  await setup.happen('message.posted', { user: 'ada', channel: 'ops', text: 'unheard' })
  await setup.world.clock.advance(1_000)
  expect(setup.deliveries).toHaveLength(1)
  setup.listener = ({ body }) => ({
    kind: 'answer',
    status: 200,
    body: String(fieldsOf(JSON.parse(body)).challenge ?? ''),
  })
  await setup.happen('events.url_set', { url: 'https://new.test/hook', types })
  await setup.world.clock.advance(1_000)
  await setup.happen('message.posted', { user: 'ada', channel: 'ops', text: 'heard' })
  await setup.world.clock.advance(1_000)
  expect(setup.deliveries.map(({ url, body }) => [url, fieldsOf(JSON.parse(body)).type])).toEqual([
    ['https://new.test/hook', 'url_verification'],
    ['https://new.test/hook', 'url_verification'],
    ['https://new.test/hook', 'event_callback'],
  ])
})

test('an app hears only where its bot is, and a message that names it twice over', async () => {
  const setup = subscribed(['message.channels', 'message.groups', 'message.im', 'app_mention'])
  await setup.happen('message.posted', { user: 'ada', channel: 'random', text: 'not here <@U0BOT000001>' })
  await setup.happen('message.posted', { user: 'grace', channel: 'secret', text: 'nor here' })
  await setup.happen('message.posted', { user: 'grace', text: 'to you alone' })
  await setup.happen('message.posted', { user: 'ada', channel: 'ops', text: 'here <@U0BOT000001>' })
  await setup.world.clock.advance(2_000)
  const told = setup.deliveries.map(eventOf).map(({ type, channel_type, text }) => [type, channel_type, text])
  expect(told.sort()).toEqual([
    ['app_mention', undefined, 'here <@U0BOT000001>'],
    ['message', 'channel', 'here <@U0BOT000001>'],
    ['message', 'im', 'to you alone'],
  ])
})

test('what becomes of messages, reactions, pins, channels and people is told', async () => {
  const types =
    'message.channels reaction_added reaction_removed pin_added member_joined_channel channel_created channel_rename channel_archive team_join user_change subteam_created'
  const setup = subscribed(types.split(' '))
  const { happen, client } = setup
  await happen('message.posted', { user: 'ada', channel: 'ops', text: 'one' })
  await happen('message.edited', { user: 'ada', channel: 'ops', text: 'two' })
  await happen('reaction.added', { user: 'grace', channel: 'ops', reaction: 'eyes' })
  await happen('reaction.removed', { user: 'grace', channel: 'ops', reaction: 'eyes' })
  await client().pins.add({ channel: 'C0OPS000001', timestamp: String(setup.rows('messages')[0]?.ts) })
  await happen('message.deleted', { user: 'ada', channel: 'ops' })
  await happen('member.joined', { user: 'grace', channel: 'ops', inviter: 'ada' })
  await happen('channel.created', { user: 'ada', name: 'new' })
  await happen('channel.renamed', { user: 'ada', channel: 'new', name: 'newer' })
  await happen('channel.archived', { user: 'ada', channel: 'newer' })
  await happen('user.joined', { name: 'alan', email: 'alan@acme.test' })
  await happen('user.changed', { user: 'alan', profile: { status_text: 'away' } })
  await happen('user.deactivated', { user: 'alan' })
  await client().usergroups.create({ name: 'On call' })
  await setup.world.clock.advance(2_000)
  const told = setup.deliveries
    .map(eventOf)
    .map(({ type, subtype = '' }) => `${String(type)} ${String(subtype)}`.trim())
  expect(told.sort()).toEqual(
    [
      'channel_archive',
      'channel_created',
      'channel_rename',
      'member_joined_channel',
      'message',
      'message channel_join',
      'message message_changed',
      'message message_deleted',
      'pin_added',
      'reaction_added',
      'reaction_removed',
      'subteam_created',
      'team_join',
      'user_change',
      'user_change',
    ].sort(),
  )
  expect(setup.rows('users').find(({ name }) => name === 'alan')).not.toHaveProperty('is_admin')
})

test('an app that is removed hears it, and its token is no good any more', async () => {
  const setup = subscribed(['app_uninstalled', 'tokens_revoked'])
  await setup.happen('app.uninstalled', {})
  await setup.world.clock.advance(2_000)
  expect(
    setup.deliveries
      .map(eventOf)
      .map(({ type }) => type)
      .sort(),
  ).toEqual(['app_uninstalled', 'tokens_revoked'])
  await expect(setup.client().auth.test()).rejects.toMatchObject({ data: { error: 'account_inactive' } })
})

test.each([
  ['message.posted', { user: 'nobody', channel: 'ops', text: 'x' }, /expected a user of the workspace, got "nobody"/],
  [
    'message.posted',
    { user: 'ada', channel: 'nowhere', text: 'x' },
    /expected a channel of the workspace, got "nowhere"/,
  ],
  ['message.edited', { user: 'ada', channel: 'ops', text: 'x' }, /expected a message in ops, got none/],
  ['message.posted', { user: 'ada' }, /slack.message.posted/],
  ['member.left', { user: 'grace', channel: 'ops' }, /expected someone who is in ops, got grace/],
  ['view.submitted', { user: 'ada' }, /expected an open view of U0ADA000001, got none/],
  ['command.sent', { user: 'ada', channel: 'ops', command: '/x' }, /given.slack.interactivity/],
])('%s with %j is refused with what was expected', async (event, fields, message) => {
  await expect(openWorkspace().happen(event, fields)).rejects.toThrow(message)
})
