import { IncomingWebhook } from '@slack/webhook'
import { expect, test } from 'vitest'
import { fieldsOf } from '../../../twins/slack/state.ts'
import { APP, openWorkspace, refusal, SEED } from './support.ts'

test('a file is uploaded in three steps, and shared a moment later', async () => {
  const { client, fetch, world, deliveries, rows } = openWorkspace({
    ...SEED,
    events: { url: APP, types: ['file_shared', 'file_created'] },
  })
  const web = client()
  const done = await web.filesUploadV2({
    channel_id: 'C0OPS000001',
    initial_comment: 'The logs',
    file_uploads: [
      { content: 'line one\nline two', filename: 'app.log', title: 'Logs' },
      { file: Buffer.from([0x89, 0x50]), filename: 'graph.png' },
    ],
  })
  expect(done).toMatchObject({
    ok: true,
    files: [{ files: [{ title: 'Logs', size: 17, shares: {}, mimetype: '' }, { size: 2 }] }],
  })
  expect(rows('messages')).toEqual([])
  await world.clock.advance(5_000)
  expect(rows('messages')).toMatchObject([{ text: 'The logs', files: [{ name: 'app.log' }, { name: 'graph.png' }] }])
  const [log, graph] = rows('files').map(({ id }) => String(id))
  const { file } = await web.files.info({ file: graph ?? '' })
  expect(file).toMatchObject({ mimetype: 'image/png', filetype: 'png', channels: ['C0OPS000001'], is_public: true })
  const bytes = await fetch(file?.url_private_download ?? '', { headers: { Authorization: 'Bearer xoxb-bot' } })
  expect([...new Uint8Array(await bytes.arrayBuffer())]).toEqual([0x89, 0x50])
  expect((await fetch(file?.url_private ?? '', { redirect: 'manual' })).status).toBe(302)
  expect((await web.files.list({ channel: 'C0OPS000001' })).files?.map(({ id }) => id)).toEqual([graph, log])
  const told = deliveries.map(({ body }) => fieldsOf(fieldsOf(JSON.parse(body)).event).type)
  expect(told.sort()).toEqual(['file_created', 'file_created', 'file_shared', 'file_shared'])
  await web.files.delete({ file: log ?? '' })
  expect(await refusal(web.files.info({ file: log ?? '' }))).toMatchObject({ error: 'file_not_found' })
})

test.each([
  ['a file nobody has sent', { files: [{ id: 'F0NONE', title: 'x' }] }, 'file_not_found'],
  ['a channel that is not there', { files: [{ id: 'F0NONE' }], channel_id: 'C0NOWHERE' }, 'invalid_channel'],
  ['a channel the bot is not in', { files: [{ id: 'F0NONE' }], channel_id: 'C0RANDOM001' }, 'not_in_channel'],
])('%s is refused', async (_, args, error) => {
  const { client } = openWorkspace()
  expect(await refusal(client().files.completeUploadExternal(args as never))).toMatchObject({ error })
})

test('an incoming webhook posts, and refuses in plain text', async () => {
  const { fetch, rows, world, happen } = openWorkspace({ ...SEED, webhooks: [{ path: 'T1/B1/abc', channel: 'ops' }] })
  const hook = (path: string): IncomingWebhook =>
    new IncomingWebhook(`https://hooks.slack.com/services/${path}`, { fetch: fetch as never })
  expect(await hook('T1/B1/abc').send('Deployed & *live*')).toEqual({ text: 'ok' })
  expect(rows('messages')).toMatchObject([
    { subtype: 'bot_message', text: 'Deployed &amp; *live*', channel: 'C0OPS000001' },
  ])
  await expect(hook('T1/B1/abc').send('at once')).rejects.toMatchObject({ statusCode: 429 })
  await world.clock.advance(1_000)
  await expect(hook('T1/B1/abc').send({ text: '' })).rejects.toMatchObject({ statusCode: 400, body: 'no_text' })
  await world.clock.advance(1_000)
  await expect(hook('T1/B1/abc').send({ blocks: [{ type: 'section' }] } as never)).rejects.toMatchObject({
    body: 'invalid_blocks',
  })
  await expect(hook('T1/B1/other').send('x')).rejects.toMatchObject({ statusCode: 404, body: 'no_service' })
  await happen('channel.archived', { user: 'ada', channel: 'ops' })
  await world.clock.advance(1_000)
  await expect(hook('T1/B1/abc').send('x')).rejects.toMatchObject({ statusCode: 410, body: 'channel_is_archived' })
})
