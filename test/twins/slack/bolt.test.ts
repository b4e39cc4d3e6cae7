import { Assistant } from '@slack/bolt'
import { expect, test } from 'vitest'
import { openApp } from './bolt.ts'
import { APP } from './support.ts'

const SUBSCRIBED = {
  events: { url: APP, types: ['message.channels', 'message.im', 'app_mention', 'reaction_added', 'app_home_opened'] },
}

test('an app hears what people write, answers in the thread, and hears itself', async () => {
  const { app, world, happen, rows } = openApp(SUBSCRIBED)
  const heard: unknown[] = []
  app.message(async ({ message }) => {
    heard.push([
      (message as { bot_id?: string }).bot_id === undefined ? 'person' : 'bot',
      (message as { text?: string }).text,
    ])
  })
  app.event('app_mention', async ({ event, say }) => {
    await say({ text: `Hello <@${event.user}>`, thread_ts: event.ts })
  })
  await happen('message.posted', { user: 'ada', channel: 'ops', text: '<@U0BOT000001> are you there?' })
  await world.clock.advance(3_000)
  const [question, answer] = rows('messages')
  expect(answer).toMatchObject({ thread_ts: question?.ts, text: 'Hello <@U0ADA000001>', parent_user_id: 'U0ADA000001' })
  // Bolt leaves the app's own messages out; Slack sends them.
  expect(heard).toEqual([['person', '<@U0BOT000001> are you there?']])
  const events = world.trace.events
    .filter(({ type }) => type === 'slack.webhook.taken')
    .map(({ fields }) => fields.type)
  expect(events.sort()).toEqual(['app_mention', 'message.channels', 'message.channels'])
})

test('a button is clicked, and its message is replaced', async () => {
  const { app, client, world, happen, rows } = openApp()
  app.action('ack', async ({ ack, respond, body, action }) => {
    await ack()
    const { value } = action as { value?: string }
    await respond({ text: `${value} taken by <@${body.user.id}>`, replace_original: true })
  })
  await client().chat.postMessage({
    channel: 'C0OPS000001',
    text: 'Incident 7',
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: 'Incident *7*' } },
      {
        type: 'actions',
        elements: [{ type: 'button', action_id: 'ack', value: '7', text: { type: 'plain_text', text: 'Take it' } }],
      },
    ],
  })
  await happen('action.taken', { user: 'ada', channel: 'ops', action: 'ack' })
  await world.clock.advance(1_000)
  expect(rows('messages')).toMatchObject([{ text: '7 taken by <@U0ADA000001>', edited: { user: 'U0BOT000001' } }])
  expect(rows('response_urls')).toMatchObject([{ uses: 4 }])
})

const MODAL = {
  type: 'modal',
  callback_id: 'report',
  title: { type: 'plain_text', text: 'Report' },
  submit: { type: 'plain_text', text: 'Send' },
  blocks: [
    {
      type: 'input',
      block_id: 'what',
      label: { type: 'plain_text', text: 'What' },
      element: { type: 'plain_text_input', action_id: 'text' },
    },
    {
      type: 'input',
      block_id: 'how',
      optional: true,
      label: { type: 'plain_text', text: 'How bad' },
      element: {
        type: 'static_select',
        action_id: 'level',
        options: ['low', 'high'].map((value) => ({ text: { type: 'plain_text', text: value }, value })),
      },
    },
  ],
} as const

test('a command opens a modal; its errors are shown, its submission goes through', async () => {
  const { app, world, happen, rows } = openApp()
  const seen: unknown[] = []
  app.command('/report', async ({ ack, client, command }) => {
    await ack('One moment.')
    await client.views.open({ trigger_id: command.trigger_id, view: structuredClone(MODAL) as never })
  })
  app.view('report', async ({ ack, view, body, client }) => {
    const { what, how } = view.state.values
    if ((what?.text?.value ?? '').length < 5) return ack({ response_action: 'errors', errors: { what: 'Say more.' } })
    await ack()
    seen.push([body.user.id, what?.text?.value, how?.level?.selected_option?.value])
    await client.chat.postMessage({ channel: body.user.id, text: 'Thank you.' })
  })
  await happen('command.sent', { user: 'ada', channel: 'ops', command: '/report' })
  await world.clock.advance(1_000)
  expect(rows('ephemerals')).toMatchObject([{ user: 'U0ADA000001', text: 'One moment.' }])
  expect(rows('views')).toMatchObject([{ user: 'U0ADA000001', callback_id: 'report', open: true }])
  await happen('view.submitted', { user: 'ada', values: { text: 'Bad' } })
  await world.clock.advance(1_000)
  expect(world.trace.events.findLast(({ type }) => type === 'slack.view.errors')?.fields.errors).toEqual({
    what: 'Say more.',
  })
  expect(rows('views')).toMatchObject([{ open: true }])
  await happen('view.submitted', { user: 'ada', values: { text: 'The disk is full', level: 'high' } })
  await world.clock.advance(1_000)
  expect(seen).toEqual([['U0ADA000001', 'The disk is full', 'high']])
  expect(rows('views')).toMatchObject([{ open: false }])
  const direct = rows('channels').find(({ kind }) => kind === 'im')
  expect(rows('messages').find(({ channel }) => channel === direct?.id)).toMatchObject({ text: 'Thank you.' })
})

test('a trigger that is used too late is refused', async () => {
  const { app, world, happen } = openApp()
  const triggers: string[] = []
  app.shortcut('later', async ({ ack, shortcut }) => {
    await ack()
    triggers.push(shortcut.trigger_id)
  })
  await happen('shortcut.used', { user: 'ada', callback_id: 'later' })
  await world.clock.advance(5_000)
  await expect(app.client.views.open({ trigger_id: triggers[0] ?? '', view: MODAL as never })).rejects.toMatchObject({
    data: { error: 'expired_trigger_id' },
  })
})

test('the Home tab is published when it is opened, and its buttons work', async () => {
  const { app, world, happen, rows } = openApp(SUBSCRIBED)
  const used: string[] = []
  app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({
      user_id: event.user,
      view: {
        type: 'home',
        blocks: [
          {
            type: 'actions',
            elements: [{ type: 'button', action_id: 'go', text: { type: 'plain_text', text: 'Go' } }],
          },
        ],
      },
    })
  })
  app.action('go', async ({ ack, body }) => {
    await ack()
    used.push((body as unknown as { container: { type: string } }).container.type)
  })
  await happen('app_home.opened', { user: 'grace' })
  await world.clock.advance(1_000)
  expect(rows('views')).toMatchObject([{ type: 'home', user: 'U0GRACE0001' }])
  await happen('action.taken', { user: 'grace', action: 'go' })
  await world.clock.advance(1_000)
  expect(used).toEqual(['view'])
})

test('options of an external menu come from the app', async () => {
  const { app, world, happen, client } = openApp()
  app.options('city', async ({ ack, options }) => {
    await ack({ options: [{ text: { type: 'plain_text', text: `${options.value}lin` }, value: 'berlin' }] })
  })
  await client().views.publish({
    user_id: 'U0ADA000001',
    view: { type: 'home', blocks: [{ type: 'actions', elements: [{ type: 'external_select', action_id: 'city' }] }] },
  })
  await happen('options.asked', { user: 'ada', action: 'city', value: 'Ber' })
  await world.clock.advance(1_000)
  expect(world.trace.events.findLast(({ type }) => type === 'slack.options.offered')?.fields.options).toMatchObject([
    { value: 'berlin', text: { text: 'Berlin' } },
  ])
})

test('an app with another secret takes nothing', async () => {
  const { app, world, happen } = openApp(SUBSCRIBED, 'another-secret')
  const heard: unknown[] = []
  app.message(async ({ message }) => void heard.push(message))
  await happen('message.posted', { user: 'ada', channel: 'ops', text: 'hello' })
  await world.clock.advance(400_000)
  expect(heard).toEqual([])
  expect(world.trace.events.filter(({ type }) => type === 'slack.webhook.given_up')).toHaveLength(1)
})

test('an assistant greets, thinks and answers in its thread', async () => {
  const types = ['assistant_thread_started', 'assistant_thread_context_changed', 'message.im']
  const { app, world, happen, rows } = openApp({ events: { url: APP, types } })
  app.assistant(
    new Assistant({
      threadStarted: async ({ say, setSuggestedPrompts }) => {
        await say('How can I help?')
        await setSuggestedPrompts({ prompts: [{ title: 'Help', message: 'What can you do?' }] })
      },
      userMessage: async ({ message, say, setStatus, setTitle }) => {
        await setTitle('Weather')
        await setStatus('is thinking...')
        await say(`You said: ${(message as { text: string }).text}`)
      },
    }),
  )
  await happen('assistant_thread.started', { user: 'ada', channel: 'ops' })
  await world.clock.advance(5_000)
  expect(rows('assistant_threads')).toMatchObject([{ user: 'U0ADA000001', prompts: [{ title: 'Help' }] }])
  await happen('message.posted', { user: 'ada', text: 'Will it rain?', thread_ts: 'latest' })
  await world.clock.advance(5_000)
  expect(rows('messages').map(({ text }) => text)).toEqual([
    'New Assistant Thread',
    'How can I help?',
    'Will it rain?',
    'You said: Will it rain?',
  ])
  // What it says takes the status away.
  expect(rows('assistant_threads')).toMatchObject([{ title: 'Weather', status: '' }])
  const changes = world.trace.events
    .filter(({ type }) => type === 'slack.assistant_thread.changed')
    .map(({ fields }) => fields.status)
  expect(changes).toContain('is thinking...')
})

test('links to the app’s own domain are shown by the app', async () => {
  const unfurls = { signing_secret: 's', bot_user: 'U0BOT000001', unfurl_domains: ['wiki.test'] }
  const { app, world, happen, rows } = openApp({ app: unfurls, events: { url: APP, types: ['link_shared'] } }, 's')
  app.event('link_shared', async ({ event, client }) => {
    const shown = Object.fromEntries(event.links.map(({ url }) => [url, { text: `Page at ${url}` }]))
    await client.chat.unfurl({ channel: event.channel, ts: event.message_ts, unfurls: shown as never })
  })
  await happen('message.posted', {
    user: 'ada',
    channel: 'ops',
    text: 'read https://wiki.test/a and https://other.test/b',
  })
  await world.clock.advance(2_000)
  expect(rows('messages')).toMatchObject([
    { attachments: [{ text: 'Page at https://wiki.test/a', from_url: 'https://wiki.test/a' }] },
  ])
})

test('a button is the one of the latest message that has it, and an input alone in its block goes by the name of the block', async () => {
  const { app, client, world, happen } = openApp()
  const used: unknown[] = []
  app.action('ack', async ({ ack, body, client: web }) => {
    await ack()
    used.push((body as unknown as { message: { text: string } }).message.text)
    const text = (of: string) => ({ type: 'plain_text' as const, text: of })
    const field = (name: string) => ({
      type: 'input' as const,
      block_id: name,
      label: text(name),
      element: { type: 'plain_text_input' as const, action_id: 'value' },
    })
    const view = { type: 'modal' as const, callback_id: 'why', title: text('Why'), submit: text('Send') }
    await web.views.open({
      trigger_id: (body as unknown as { trigger_id: string }).trigger_id,
      view: { ...view, blocks: [field('cause'), field('cure')] },
    })
  })
  app.view('why', async ({ ack, view }) => {
    await ack()
    used.push([view.state.values.cause?.value?.value, view.state.values.cure?.value?.value])
  })
  const blocks = [
    { type: 'actions', elements: [{ type: 'button', action_id: 'ack', text: { type: 'plain_text', text: 'Ack' } }] },
  ] as never
  await client().chat.postMessage({ channel: 'C0OPS000001', text: 'Red', blocks })
  await happen('message.posted', { user: 'ada', channel: 'ops', text: 'what now?' })
  await happen('action.taken', { user: 'ada', channel: 'ops', action: 'ack' })
  await world.clock.advance(1_000)
  await expect(happen('view.submitted', { user: 'ada', values: { value: 'x', caus: 'y' } })).rejects.toThrow(
    'expected one of the elements cause.value, cure.value, got "caus"',
  )
  await happen('view.submitted', { user: 'ada', values: { cause: 'A mouse', 'cure.value': 'A cat' } })
  await world.clock.advance(1_000)
  expect(used).toEqual(['Red', ['A mouse', 'A cat']])
})

test('a button in an attachment says where it stands', async () => {
  const { app, client, world, happen } = openApp()
  const used: unknown[] = []
  app.action('ack', async ({ ack, body }) => {
    await ack()
    used.push((body as unknown as { container: unknown }).container)
  })
  const blocks = [
    { type: 'actions', elements: [{ type: 'button', action_id: 'ack', text: { type: 'plain_text', text: 'Ack' } }] },
  ]
  const attachments = [{ color: '#ff0000', blocks }] as never
  const { ts } = await client().chat.postMessage({ channel: 'C0OPS000001', text: 'Red', attachments })
  await happen('action.taken', { user: 'ada', channel: 'ops', action: 'ack' })
  await world.clock.advance(1_000)
  expect(used).toMatchObject([{ type: 'message_attachment', attachment_id: 1, message_ts: ts }])
  const wrong = [{ blocks: [{ type: 'section' }] }] as never
  await world.clock.advance(1_000)
  await expect(
    client().chat.postMessage({ channel: 'C0OPS000001', text: 'x', attachments: wrong }),
  ).rejects.toMatchObject({
    data: {
      error: 'invalid_attachments',
      response_metadata: {
        messages: ['[ERROR] must define either `text` or `fields` [json-pointer:/attachments/0/blocks/0]'],
      },
    },
  })
})
