import { expect, test } from 'vitest'
import { fieldsOf } from '../../../twins/slack/state.ts'
import { APP, openWorkspace, refusal, SEED } from './support.ts'

const OPS = 'C0OPS000001'
const ADA = 'U0ADA000001'

test('a call of another service has people who come and go, until it ends', async () => {
  const web = openWorkspace().client()
  const asked = { external_unique_id: 'meet-1', join_url: 'https://meet.test/1', title: 'Stand-up', created_by: ADA }
  const { call } = await web.calls.add({ ...asked, users: [{ slack_id: ADA }] })
  const id = call?.id ?? ''
  expect(call).toMatchObject({ title: 'Stand-up', date_start: 1893456000, users: [{ slack_id: ADA }] })
  const guest = { external_id: 'g1', display_name: 'Guest' }
  await web.calls.participants.add({ id, users: [guest] as never })
  expect(await refusal(web.calls.participants.add({ id, users: [{ slack_id: ADA }] }))).toMatchObject({
    error: 'bad_users',
  })
  await web.calls.participants.remove({ id, users: [{ slack_id: ADA }] })
  await web.calls.update({ id, title: 'Sit-down' })
  expect((await web.calls.info({ id })).call).toMatchObject({ title: 'Sit-down', users: [guest] })
  await web.calls.end({ id, duration: 60 })
  expect(await refusal(web.calls.end({ id }))).toMatchObject({ error: 'inactive_call' })
  expect(await refusal(web.calls.info({ id: 'R0NONE' }))).toMatchObject({ error: 'invalid_call_id' })
  const { created_by: _, ...nobody } = asked
  expect(await refusal(web.calls.add(nobody))).toMatchObject({ error: 'invalid_arguments' })
})

test('a file that stands elsewhere is added, shared, changed and removed', async () => {
  const web = openWorkspace().client()
  const doc = { external_id: 'doc-1', external_url: 'https://drive.test/doc-1', title: 'Plan' }
  const { file } = await web.files.remote.add(doc)
  expect(file).toMatchObject({ mode: 'external', external_type: 'app', url_private: doc.external_url, channels: [] })
  const again = await web.files.remote.add({ ...doc, title: 'Plan B' })
  expect(again.file).toMatchObject({ id: file?.id, title: 'Plan B' })
  const shared = await web.files.remote.share({ external_id: 'doc-1', channels: OPS })
  expect(shared.file).toMatchObject({ channels: [OPS], is_public: true })
  expect((await web.conversations.history({ channel: OPS })).messages).toMatchObject([{ files: [{ id: file?.id }] }])
  await web.files.remote.update({ file: file?.id ?? '', title: 'Plan C' })
  expect((await web.files.remote.list({ channel: OPS })).files).toMatchObject([{ title: 'Plan C' }])
  const both = { file: file?.id ?? '', external_id: 'doc-1' }
  expect(await refusal(web.files.remote.info(both as never))).toMatchObject({ error: 'too_many_ids' })
  await web.files.remote.remove({ external_id: 'doc-1' })
  expect(await refusal(web.files.remote.info({ external_id: 'doc-1' }))).toMatchObject({ error: 'file_not_found' })
})

test('a canvas is written section by section, and seen by whom it is opened to', async () => {
  const { client, rows } = openWorkspace()
  const web = client()
  const written = (markdown: string): { type: 'markdown'; markdown: string } => ({ type: 'markdown', markdown })
  const made = await web.canvases.create({ title: 'Runbook', document_content: written('# Start\n\nTurn it on.') })
  const canvas_id = made.canvas_id ?? ''
  const looked = await web.canvases.sections.lookup({ canvas_id, criteria: { section_types: ['h1'] } })
  expect(looked.sections).toHaveLength(1)
  const section_id = looked.sections?.[0]?.id ?? ''
  const change = (operation: string, markdown: string): Promise<unknown> =>
    web.canvases.edit({
      canvas_id,
      changes: [{ operation, section_id, document_content: written(markdown) }] as never,
    })
  await change('insert_after', 'Breathe.')
  await change('replace', '# Begin')
  await web.canvases.edit({
    canvas_id,
    changes: [{ operation: 'insert_at_end', document_content: written('Done.') }],
  })
  const texts = (): unknown =>
    (fieldsOf(rows('canvases')[0]).sections as { markdown: string }[]).map(({ markdown }) => markdown)
  expect(texts()).toEqual(['# Begin', 'Breathe.', 'Turn it on.', 'Done.'])
  const gone = await web.canvases.sections.lookup({ canvas_id, criteria: { contains_text: 'turn it' } })
  await web.canvases.edit({ canvas_id, changes: [{ operation: 'delete', section_id: gone.sections?.[0]?.id ?? '' }] })
  expect(texts()).toEqual(['# Begin', 'Breathe.', 'Done.'])
  const none = { canvas_id, changes: [{ operation: 'delete', section_id: 'temp:C:none' }] as never }
  expect(await refusal(web.canvases.edit(none))).toMatchObject({ error: 'canvas_editing_failed' })

  const ada = client('xoxp-ada')
  const criteria = { contains_text: 'done' }
  expect(await refusal(ada.canvases.sections.lookup({ canvas_id, criteria }))).toMatchObject({
    error: 'canvas_not_found',
  })
  await web.canvases.access.set({ canvas_id, access_level: 'read', user_ids: [ADA] })
  expect((await ada.canvases.sections.lookup({ canvas_id, criteria })).sections).toHaveLength(1)
  expect(await refusal(ada.canvases.delete({ canvas_id }))).toMatchObject({ error: 'canvas_not_found' })
  await web.canvases.access.delete({ canvas_id, user_ids: [ADA] })
  expect(await refusal(web.canvases.access.set({ canvas_id, access_level: 'read' }))).toMatchObject({
    error: 'invalid_parameters',
  })
  await expect(web.files.info({ file: canvas_id })).rejects.toThrow('does not model canvases as files')
  await web.canvases.delete({ canvas_id })
  expect(rows('canvases')).toEqual([])
  await web.conversations.canvases.create({ channel_id: OPS })
  expect(await refusal(web.conversations.canvases.create({ channel_id: OPS }))).toMatchObject({
    error: 'channel_canvas_already_exists',
  })
  const free = openWorkspace({ ...SEED, team: { plan: 'free' } }).client()
  expect(await refusal(free.canvases.create())).toMatchObject({ error: 'free_teams_cannot_create_standalone_canvases' })
})

test('a stream comes bit by bit, by the client’s own streamer', async () => {
  const { client, world, rows, deliveries } = openWorkspace({
    ...SEED,
    messages: [{ channel: 'ops', user: 'ada', text: 'Why is it down?', ts: '1893000000.000100' }],
    events: { url: APP, types: ['message.channels'] },
  })
  const web = client()
  const place = { channel: OPS, thread_ts: '1893000000.000100' }
  expect(await refusal(web.chat.startStream({ ...place, markdown_text: 'x' }))).toMatchObject({
    error: 'missing_recipient_user_id',
  })
  const recipient = { recipient_user_id: ADA, recipient_team_id: 'T0BACKLOT01' }
  const stream = web.chatStream({ ...place, ...recipient, buffer_size: 4 })
  await stream.append({ markdown_text: '**Disk** ' })
  await stream.append({ markdown_text: 'is [full](https://disk.test).' })
  expect(rows('messages').at(-1)).toMatchObject({
    text: expect.stringMatching(/^\*\*Disk/),
    streaming_state: 'in_progress',
  })
  const button = { type: 'button', action_id: 'ok', text: { type: 'plain_text', text: 'OK' } }
  const stopped = await stream.stop({ blocks: [{ type: 'actions', elements: [button] }] as never })
  expect(stopped.message).toMatchObject({
    text: '**Disk** is [full](https://disk.test).',
    streaming_state: 'completed',
    thread_ts: place.thread_ts,
    blocks: [
      {
        type: 'rich_text',
        elements: [
          {
            elements: [
              { type: 'text', text: 'Disk', style: { bold: true } },
              { type: 'text', text: ' is ' },
              { type: 'link', url: 'https://disk.test', text: 'full' },
              { type: 'text', text: '.' },
            ],
          },
        ],
      },
      { type: 'actions' },
    ],
  })
  const ts = stopped.ts ?? ''
  expect(await refusal(web.chat.appendStream({ channel: OPS, ts, markdown_text: 'more' }))).toMatchObject({
    error: 'message_not_in_streaming_state',
  })
  await world.clock.advance(1_000)
  const kinds = deliveries.map(({ body }) => fieldsOf(fieldsOf(JSON.parse(body)).event).subtype ?? 'new')
  expect(kinds.sort()).toEqual(['message_changed', 'new'])
  const task = { type: 'task_update', id: '1', title: 'Look', status: 'pending' } as const
  await expect(web.chat.startStream({ ...place, ...recipient, chunks: [task] })).rejects.toThrow('newer blocks')
})

test('a message of Markdown comes alone', async () => {
  const web = openWorkspace().client()
  const { message } = await web.chat.postMessage({ channel: OPS, markdown_text: '# Up\nagain, `x*y*z`' })
  expect(message).toMatchObject({ text: '# Up\nagain, `x*y*z`', blocks: [{ type: 'rich_text' }] })
  const both = { channel: OPS, markdown_text: 'a', text: 'b' } as never
  expect(await refusal(web.chat.postMessage(both))).toMatchObject({ error: 'markdown_text_conflict' })
  const long = { channel: OPS, markdown_text: 'a'.repeat(12_001) }
  expect(await refusal(web.chat.postMessage(long))).toMatchObject({ error: 'msg_too_long' })
})

test('a step of a workflow is told to the app, which says how it went', async () => {
  const { client, happen, deliveries, world, rows } = openWorkspace({
    ...SEED,
    events: { url: APP, types: ['function_executed'] },
  })
  await happen('function.executed', { callback_id: 'page', inputs: { who: 'ada' } })
  await happen('function.executed', { callback_id: 'page' })
  await world.clock.advance(1_000)
  const events = deliveries.map(({ body }) => fieldsOf(fieldsOf(JSON.parse(body)).event))
  expect(events[0]).toMatchObject({
    type: 'function_executed',
    function: { callback_id: 'page' },
    inputs: { who: 'ada' },
  })
  const [first, second] = events.map((event) => ({
    token: String(event.bot_access_token),
    function_execution_id: String(event.function_execution_id),
  }))
  if (first === undefined || second === undefined) throw new Error('expected two events')
  // The token that came with the event is the app's own for a while.
  const own = client(first.token)
  await own.functions.completeSuccess({ ...first, outputs: { paged: true } })
  expect(await refusal(own.functions.completeSuccess({ ...first, outputs: {} }))).toMatchObject({
    error: 'execution_not_in_running_state',
  })
  await client().functions.completeError({ ...second, error: 'Nobody is there' })
  expect(rows('executions')).toMatchObject([
    { state: 'completed', outputs: { paged: true } },
    { state: 'failed', error: 'Nobody is there' },
  ])
  const other = { function_execution_id: 'Fx0', error: 'x' }
  expect(await refusal(client().functions.completeError(other))).toMatchObject({
    error: 'function_execution_not_found',
  })
  await world.clock.advance(900_000)
  expect(await refusal(own.auth.test())).toMatchObject({ error: 'token_expired' })
})

test('a workspace tells what it is, pays and prefers', async () => {
  const { client } = openWorkspace()
  const [web, ada] = [client(), client('xoxp-ada')]
  expect((await web.team.info()).team).toMatchObject({ domain: 'backlot' })
  expect((await web.auth.teams.list({})).teams).toHaveLength(1)
  expect(await ada.team.billing.info({})).toMatchObject({ plan: 'std' })
  expect((await ada.team.billableInfo()).billable_info).toMatchObject({ [ADA]: { billing_active: true } })
  expect(await web.team.preferences.list()).toMatchObject({ who_can_post_general: 'ra' })
  await expect(ada.team.accessLogs()).rejects.toThrow('logs of a workspace')
  const free = openWorkspace({ ...SEED, team: { plan: 'free' } }).client('xoxp-ada')
  expect(await refusal(free.team.accessLogs())).toMatchObject({ error: 'paid_only' })
  expect(await ada.openid.connect.userInfo()).toMatchObject({ sub: ADA, 'https://slack.com/team_domain': 'backlot' })
  expect((await web.bots.info({ bot: 'B0BOT000001' })).bot).toMatchObject({ user_id: 'U0BOT000001' })
  expect(await web.api.test({ foo: 'bar' } as never)).toMatchObject({ args: { foo: 'bar' } })
  expect(await web.rtm.connect({})).toMatchObject({ self: { id: 'U0BOT000001' } })
})

test('what comes and goes goes again', async () => {
  const { client, rows } = openWorkspace()
  const web = client()
  const { ts = '' } = await web.chat.meMessage({ channel: OPS, text: 'waves' })
  const message = { channel: OPS, timestamp: ts }
  await web.reactions.add({ ...message, name: 'wave' })
  await web.reactions.remove({ ...message, name: 'wave' })
  await web.pins.add(message)
  await web.pins.remove(message)
  expect([rows('pins'), rows('messages').at(-1)?.reactions]).toEqual([[], []])
  const { bookmark } = await web.bookmarks.add({ channel_id: OPS, title: 'W', type: 'link', link: 'https://w.test' })
  await web.bookmarks.remove({ channel_id: OPS, bookmark_id: bookmark?.id ?? '' })
  await web.conversations.join({ channel: 'C0RANDOM001' })
  await web.conversations.mark({ channel: 'C0RANDOM001', ts })
  await web.conversations.leave({ channel: 'C0RANDOM001' })
  const { channel } = await web.conversations.open({ users: ADA })
  await web.conversations.close({ channel: channel?.id ?? '' })
  await web.users.setPresence({ presence: 'away' })
  expect(await web.users.getPresence({ user: 'U0BOT000001' })).toMatchObject({ presence: 'away' })
  const { usergroup } = await web.usergroups.create({ name: 'Night' })
  const group = { usergroup: usergroup?.id ?? '' }
  await web.usergroups.disable(group)
  await web.usergroups.enable(group)
  const counted = await web.usergroups.update({ ...group, name: 'Nights', include_count: true })
  expect(counted.usergroup).toMatchObject({ name: 'Nights', user_count: 0 })
  const ada = client('xoxp-ada')
  await ada.conversations.archive({ channel: OPS })
  await ada.conversations.unarchive({ channel: OPS })
  await ada.dnd.endDnd()
  await ada.apps.event.authorizations.list({ event_context: '4-x' } as never).catch(() => undefined)
  const app = client('xapp-1')
  expect((await app.apps.event.authorizations.list({ event_context: '4-x' })).authorizations).toHaveLength(1)
  await web.apps.uninstall({ client_id: 'c', client_secret: 's' })
  expect(await refusal(web.auth.test())).toMatchObject({ error: 'account_inactive' })
})

test.each([
  ['admin.users.list', 'administration of an Enterprise organization'],
  ['slackLists.create', 'lists, featured workflows, agents and work objects'],
  ['agents.sessions.setStatus', 'lists, featured workflows, agents and work objects'],
  ['conversations.requestSharedInvite.list', 'channels shared with other workspaces'],
  ['team.integrationLogs', 'logs of a workspace'],
  ['apps.manifest.create', 'tokens of app configuration'],
  ['blocks.validate', 'names of problems with blocks'],
  ['files.upload', 'methods that are retired'],
  ['users.setPhoto', 'photos of people'],
])('%s is loud', async (method, gap) => {
  await expect(openWorkspace().client().apiCall(method)).rejects.toThrow(gap)
})
