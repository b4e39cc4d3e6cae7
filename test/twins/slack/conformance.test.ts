import { z } from 'zod'
import { slack } from '../../../twins/slack/index.ts'
import type { Seed } from '../../../twins/slack/state.ts'
import { runTwinTests, type Stage } from '../../conformance/twins.ts'
import { APP, call, SEED } from './support.ts'

const OPS = 'C0OPS000001'
const act =
  (method: string, args: Readonly<Record<string, string>> = {}) =>
  ({ twin }: Stage): unknown =>
    twin.fetch(call(method, args))
/** A call that is about a canvas, which is made first. */
const canvas =
  (method: string, args: Readonly<Record<string, string>>) =>
  async ({ twin }: Stage): Promise<unknown> => {
    const { canvas_id } = z
      .looseObject({ canvas_id: z.string() })
      .parse(await (await twin.fetch(call('canvases.create', {}))).json())
    return twin.fetch(call(method, { canvas_id, file: canvas_id, ...args }))
  }
const idOf = async (answer: Response, key: string): Promise<string> =>
  z.looseObject({ [key]: z.looseObject({ id: z.string() }) }).parse(await answer.json())[key]?.id ?? ''

const seed: Seed = {
  ...SEED,
  events: { url: APP, types: ['message.channels', 'app_mention', 'reaction_added', 'file_shared', 'channel_created'] },
  interactivity: { url: APP },
  webhooks: [{ path: 'T1/B1/secret', channel: 'ops' }],
  codes: [{ code: 'once' }],
}
const blocks = JSON.stringify([
  { type: 'actions', elements: [{ type: 'button', action_id: 'ack', text: { type: 'plain_text', text: 'Ack' } }] },
])
const modal = JSON.stringify({
  type: 'modal',
  title: { type: 'plain_text', text: 'Why' },
  submit: { type: 'plain_text', text: 'Send' },
  blocks: [
    {
      type: 'input',
      label: { type: 'plain_text', text: 'Reason' },
      element: { type: 'plain_text_input', action_id: 'reason' },
    },
  ],
})

runTwinTests({
  twin: slack,
  seed,
  async story({ send, word, world, twin }) {
    const happen = (step: string, event: string, fields: Parameters<typeof twin.happen>[1]): Promise<void> =>
      world.within({ step, key: step }, () => twin.happen(event, fields))
    const name = word()
    await send(call('auth.test', {}))
    const channel = await idOf(await send(call('conversations.create', { name })), 'channel')
    await send(call('conversations.invite', { channel, users: 'U0ADA000001' }))
    await send(call('chat.postMessage', { channel, text: 'Disk is full', blocks }))
    await world.clock.advance(2_000)
    await happen('mention', 'message.posted', { user: 'ada', channel: 'ops', text: '<@U0BOT000001> help *me*' })
    await happen('react', 'reaction.added', { user: 'ada', channel, reaction: 'eyes' })
    await happen('click', 'action.taken', { user: 'ada', channel, action: 'ack' })
    await happen('ask', 'command.sent', { user: 'ada', channel: 'ops', command: '/page', text: 'me' })
    await world.clock.advance(100)
    const snapshot = z.looseObject({ triggers: z.array(z.object({ id: z.string() })) }).parse(twin.snapshot())
    await send(call('views.open', { trigger_id: snapshot.triggers.at(-1)?.id ?? '', view: modal }))
    await happen('submit', 'view.submitted', { user: 'ada', values: { reason: 'Logs' } })
    const upload = z
      .object({ upload_url: z.string(), file_id: z.string() })
      .parse(await (await send(call('files.getUploadURLExternal', { filename: 'a.txt', length: '3' }))).json())
    await send(new Request(upload.upload_url, { method: 'POST', body: 'abc' }))
    const files = JSON.stringify([{ id: upload.file_id }])
    await send(call('files.completeUploadExternal', { files, channel_id: channel, initial_comment: 'Look' }))
    await send(call('chat.scheduleMessage', { channel, text: 'Later', post_at: '1893474000' }))
    await send(new Request('https://hooks.slack.com/services/T1/B1/secret', { method: 'POST', body: '{"text":"up"}' }))
    await send(call('chat.postMessage', { channel: 'nowhere', text: 'x' }))
    await send(call('conversations.history', { channel, limit: '2' }))
    await send(call('users.list', { limit: '2' }))
    await world.clock.advance(10_000)
    await send(call('conversations.archive', { channel }))
  },
  gaps: {
    'Socket Mode and the socket of RTM': act('apps.connections.open'),
    'newer blocks and elements': act('chat.postMessage', { channel: OPS, blocks: '[{"type":"card"}]' }),
    'steps of old workflows': act('views.open', { trigger_id: 'x', view: '{"type":"workflow_step"}' }),
    'acting as a user': act('chat.postMessage', { channel: OPS, text: 'hi', as_user: 'true' }),
    'parse and link_names': act('chat.postMessage', { channel: OPS, text: 'hi', parse: 'full' }),
    'replies to messages that are not there': act('chat.postMessage', { channel: OPS, text: 'hi', thread_ts: '1.1' }),
    'channels shared with other workspaces': act('conversations.inviteShared', { channel: OPS }),
    'the consent page of OAuth': ({ twin }) =>
      twin.fetch(new Request('https://slack.com/oauth/v2/authorize?client_id=1')),
    'tokens of app configuration': act('tooling.tokens.rotate'),
    'searches beyond common modifiers': ({ twin }) =>
      twin.fetch(call('search.messages', { query: 'x has:link' }, 'xoxp-ada')),
    'lists, featured workflows, agents and work objects': act('slackLists.create'),
    'several changes of a canvas at once': canvas('canvases.edit', { changes: '[{},{}]' }),
    'canvases as files': canvas('files.info', {}),
    'logs of a workspace': act('team.integrationLogs'),
    'photos of people': act('users.setPhoto'),
    'methods that are retired': act('files.upload'),
    'names of problems with blocks': act('blocks.validate'),
    'administration of an Enterprise organization': act('admin.users.list'),
    'buttons of old attachments': act('chat.postMessage', { channel: OPS, attachments: '[{"actions":[]}]' }),
    'upload addresses that lead nowhere': ({ twin }) =>
      twin.fetch(new Request('https://files.slack.com/upload/v1/none', { method: 'POST', body: 'x' })),
  },
  failureBody: z.strictObject({
    ok: z.literal(false),
    error: z.enum(['ratelimited', 'service_unavailable', 'internal_error']),
  }),
})
