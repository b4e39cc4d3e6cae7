import { expect, test } from 'vitest'
import { fieldsOf, listOf } from '../../../twins/slack/state.ts'
import type { Json } from '../../../twins/trace.ts'
import { openWorkspace, refusal } from './support.ts'

const plain = (text: string): Json => ({ type: 'plain_text', text })
const button = { type: 'button', action_id: 'b', text: plain('Go') }
const section = { type: 'section', text: { type: 'mrkdwn', text: 'hi' } }
const input = { type: 'input', label: plain('Name'), element: { type: 'plain_text_input', action_id: 'n' } }
const many = <T>(one: T, times: number): readonly T[] => Array.from({ length: times }, () => one)

/** What the client learns of blocks that are no good. */
const problems = async (blocks: readonly Json[]): Promise<readonly string[]> => {
  const refused = await refusal(
    openWorkspace()
      .client()
      .chat.postMessage({ channel: 'ops', text: 'x', blocks: blocks as never }),
  )
  if (refused.error === undefined) return []
  expect(refused.error).toBe('invalid_blocks')
  const messages = listOf(fieldsOf(refused.response_metadata).messages).map(String)
  expect(listOf(refused.errors)).toEqual(messages.map((message) => message.replace('[ERROR] ', '')))
  return messages
}

test.each<[string, readonly Json[], readonly string[]]>([
  ['nothing wrong', [section, { type: 'divider' }, { type: 'actions', elements: [button] }, input], []],
  // As recorded in public reports, such as https://github.com/grafana/oncall/pull/5121 (2026-11-26).
  [
    'a text too long',
    [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3001) } }],
    [
      '[ERROR] failed to match all allowed schemas [json-pointer:/blocks/0/text]',
      '[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ],
  ],
  [
    'a section of nothing',
    [{ type: 'section' }],
    ['[ERROR] must define either `text` or `fields` [json-pointer:/blocks/0]'],
  ],
  [
    'too many elements',
    [{ type: 'actions', elements: many(button, 26) }],
    ['[ERROR] no more than 25 items allowed [json-pointer:/blocks/0/elements]'],
  ],
  ['too many blocks', many({ type: 'divider' }, 51), ['[ERROR] no more than 50 items allowed [json-pointer:/blocks]']],
  [
    'no elements',
    [{ type: 'actions', elements: [] }],
    ['[ERROR] no fewer than 1 items allowed [json-pointer:/blocks/0/elements]'],
  ],
  ['a type that is none', [{ type: 'sectoin' }], ['[ERROR] unsupported type: sectoin [json-pointer:/blocks/0/type]']],
  ['no type', [{ text: plain('x') }], ['[ERROR] missing required field: type [json-pointer:/blocks/0]']],
  [
    'a field too many',
    [{ type: 'divider', text: 'x' }],
    ['[ERROR] invalid additional property: text [json-pointer:/blocks/0]'],
  ],
  [
    'a button without a text',
    [{ type: 'actions', elements: [{ type: 'button' }] }],
    ['[ERROR] missing required field: text [json-pointer:/blocks/0/elements/0]'],
  ],
  [
    'a header with markup',
    [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }],
    ['[ERROR] unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]'],
  ],
  [
    'an empty header',
    [{ type: 'header', text: plain('') }],
    ['[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
  ],
  [
    'too long a header',
    [{ type: 'header', text: plain('x'.repeat(151)) }],
    ['[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]'],
  ],
  [
    'an image of nothing',
    [{ type: 'image', alt_text: 'x' }],
    ['[ERROR] must define either `image_url` or `slack_file` [json-pointer:/blocks/0]'],
  ],
  [
    'null for an option',
    [
      {
        type: 'actions',
        elements: [{ type: 'static_select', options: [{ text: plain('x'), value: 'x' }], initial_option: null }],
      },
    ],
    ['[ERROR] must provide an object [json-pointer:/blocks/0/elements/0/initial_option]'],
  ],
  [
    'a menu without options',
    [{ type: 'actions', elements: [{ type: 'static_select' }] }],
    ['[ERROR] must define either `options` or `option_groups` [json-pointer:/blocks/0/elements/0]'],
  ],
  [
    'an input where none may be',
    [{ type: 'actions', elements: [input.element] }],
    ['[ERROR] unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]'],
  ],
  [
    'the same id twice',
    many({ type: 'divider', block_id: 'd' }, 2),
    ['[ERROR] `block_id` already exists for another block [json-pointer:/blocks/1/block_id]'],
  ],
  [
    'no date',
    [{ type: 'section', text: plain('x'), accessory: { type: 'datepicker', initial_date: '1.5.2030' } }],
    ['[ERROR] must be a valid date [json-pointer:/blocks/0/accessory/initial_date]'],
  ],
])('blocks are checked: %s', async (_, blocks, expected) => {
  expect(await problems(blocks)).toEqual(expected)
})

test('blocks are kept with what Slack fills in', async () => {
  const { client, rows } = openWorkspace()
  await client().chat.postMessage({
    channel: 'ops',
    text: 'x',
    blocks: [section, { type: 'actions', elements: [{ type: 'button', text: plain('Go') }] }] as never,
  })
  expect(rows('messages')[0]?.blocks).toMatchObject([
    {
      type: 'section',
      block_id: expect.stringMatching(/^\w{5}$/),
      text: { type: 'mrkdwn', text: 'hi', verbatim: false },
    },
    { type: 'actions', elements: [{ action_id: expect.stringMatching(/^\w{5}$/), text: { emoji: true } }] },
  ])
})

const modal = { type: 'modal', title: plain('Title'), blocks: [section] }
test.each<[string, Json, readonly string[]]>([
  // As recorded by github.com/slack-ruby/slack-ruby-client in 2021-12.
  [
    'nothing at all',
    {},
    [
      '[ERROR] failed to match all allowed schemas [json-pointer:/view]',
      '[ERROR] missing required field: type [json-pointer:/view]',
    ],
  ],
  [
    'too long a title',
    { ...modal, title: plain('x'.repeat(25)) },
    [
      '[ERROR] failed to match all allowed schemas [json-pointer:/view]',
      '[ERROR] must be less than 25 characters [json-pointer:/view/title/text]',
    ],
  ],
  [
    'inputs that cannot be sent',
    { ...modal, blocks: [input] },
    [
      '[ERROR] failed to match all allowed schemas [json-pointer:/view]',
      '[ERROR] must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/0/input]',
    ],
  ],
  [
    'too much to remember',
    { ...modal, private_metadata: 'x'.repeat(3001) },
    [
      '[ERROR] failed to match all allowed schemas [json-pointer:/view]',
      '[ERROR] must be less than 3001 characters [json-pointer:/view/private_metadata]',
    ],
  ],
  ['a Home tab', { type: 'home', blocks: [] }, ['[ERROR] view type must be modal [json-pointer:/view/type]']],
])('a view is checked: %s', async (_, view, messages) => {
  const refused = await refusal(
    openWorkspace()
      .client()
      .views.open({ trigger_id: 'x', view: view as never }),
  )
  expect(refused).toMatchObject({ error: 'invalid_arguments', response_metadata: { messages } })
})

test('modals stack three high, are updated by their hash, and close', async () => {
  const setup = openWorkspace({
    app: { bot_user: 'U0BOT000001' },
    users: [{ name: 'ada' }],
    interactivity: { url: 'https://app.test/' },
  })
  const web = setup.client()
  const trigger = async (): Promise<string> => {
    const before = setup.rows('views').some(({ open }) => open === true)
    if (before) await setup.happen('action.taken', { user: 'ada', action: 'b' })
    else await setup.happen('shortcut.used', { user: 'ada', callback_id: 'x' })
    return String(setup.rows('triggers').at(-1)?.id)
  }
  const view = { ...modal, blocks: [{ type: 'actions', elements: [button] }], notify_on_close: true } as never
  const first = await web.views.open({ trigger_id: await trigger(), view })
  const used = await trigger()
  await web.views.push({ trigger_id: used, view })
  expect(await refusal(web.views.push({ trigger_id: used, view }))).toMatchObject({ error: 'exchanged_trigger_id' })
  const third = await web.views.push({ trigger_id: await trigger(), view })
  expect(third.view).toMatchObject({ root_view_id: first.view?.id })
  expect(await refusal(web.views.push({ trigger_id: await trigger(), view }))).toMatchObject({
    error: 'push_limit_reached',
  })
  const updated = await web.views.update({ view_id: third.view?.id ?? '', hash: third.view?.hash ?? '', view })
  expect(updated.view?.hash).not.toBe(third.view?.hash)
  expect(
    await refusal(web.views.update({ view_id: third.view?.id ?? '', hash: third.view?.hash ?? '', view })),
  ).toMatchObject({ error: 'hash_conflict' })
  await setup.happen('view.closed', { user: 'ada' })
  expect(setup.rows('views').map(({ open }) => open)).toEqual([true, true, false])
  await setup.world.clock.advance(1_000)
  await setup.happen('view.closed', { user: 'ada', all: true })
  expect(setup.rows('views').map(({ open }) => open)).toEqual([false, false, false])
  await setup.world.clock.advance(1_000)
  const closed = setup.deliveries.map(({ fields }) => fieldsOf(fields)).filter(({ type }) => type === 'view_closed')
  expect(closed.map(({ is_cleared }) => is_cleared)).toEqual([false, true])
})

test('what is put into inputs comes back in the words of their types', async () => {
  const setup = openWorkspace({
    app: { bot_user: 'U0BOT000001' },
    users: [{ name: 'ada' }],
    interactivity: { url: 'https://app.test/' },
  })
  const options = ['a', 'b'].map((value) => ({ text: plain(value), value }))
  const elements = [
    { type: 'plain_text_input', action_id: 'text' },
    { type: 'static_select', action_id: 'pick', options, initial_option: options[0] },
    { type: 'checkboxes', action_id: 'tick', options },
    { type: 'datepicker', action_id: 'day' },
    { type: 'multi_users_select', action_id: 'who' },
  ]
  const blocks = elements.map((element) => ({
    type: 'input',
    block_id: `b-${element.action_id}`,
    optional: element.action_id !== 'text',
    label: plain('x'),
    element,
  }))
  await setup.happen('shortcut.used', { user: 'ada', callback_id: 'x' })
  const view = { ...modal, submit: plain('Send'), blocks } as never
  await setup.client().views.open({ trigger_id: String(setup.rows('triggers')[0]?.id), view })
  await expect(setup.happen('view.submitted', { user: 'ada', values: { pick: 'b' } })).rejects.toThrow(
    'expected a value for text',
  )
  await expect(setup.happen('view.submitted', { user: 'ada', values: { text: 'x', pick: 'c' } })).rejects.toThrow(
    'expected one of the options a, b, got "c"',
  )
  await expect(setup.happen('view.submitted', { user: 'ada', values: { other: 'x' } })).rejects.toThrow(
    'expected one of the elements text, pick',
  )
  await setup.happen('view.submitted', { user: 'ada', values: { text: 'hello', tick: ['b'], day: '2030-01-02' } })
  await setup.world.clock.advance(1_000)
  const sent = setup.deliveries.map(({ fields }) => fieldsOf(fields)).find(({ type }) => type === 'view_submission')
  expect(fieldsOf(fieldsOf(sent?.view).state).values).toMatchObject({
    'b-text': { text: { type: 'plain_text_input', value: 'hello' } },
    'b-pick': { pick: { type: 'static_select', selected_option: { value: 'a' } } },
    'b-tick': { tick: { type: 'checkboxes', selected_options: [{ value: 'b' }] } },
    'b-day': { day: { type: 'datepicker', selected_date: '2030-01-02' } },
    'b-who': { who: { type: 'multi_users_select', selected_users: [] } },
  })
})
