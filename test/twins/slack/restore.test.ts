import { expect, test } from 'vitest'
import { slack } from '../../../twins/slack/index.ts'
import { fieldsOf } from '../../../twins/slack/state.ts'
import { canonical, type Json } from '../../../twins/trace.ts'
import { createWorld } from '../../../twins/world.ts'
import { APP, openWorkspace, SEED } from './support.ts'

const seed = { ...SEED, events: { url: APP, types: ['message.channels'] } }
const copy = (snapshot: Json): Json => JSON.parse(JSON.stringify(snapshot)) as Json

test('what a workspace still has before it happens in another world too', async () => {
  const one = openWorkspace(seed)
  await one.client().chat.scheduleMessage({ channel: 'C0OPS000001', text: 'later', post_at: 1893456060 })
  const { file_uploads } = { file_uploads: [{ content: 'x', filename: 'x.txt' }] }
  await one.client().filesUploadV2({ channel_id: 'C0OPS000001', file_uploads })
  await one.happen('message.posted', { user: 'ada', channel: 'ops', text: 'hello' })
  const other = openWorkspace(seed, '2')
  other.twin.restore(copy(one.twin.snapshot()))
  await other.world.clock.advance(120_000)
  expect(other.rows('messages').map(({ text, files }) => (files === undefined ? text : 'a file'))).toEqual([
    'hello',
    'a file',
    'later',
  ])
  expect(other.deliveries.map(({ body }) => fieldsOf(fieldsOf(JSON.parse(body)).event).text)).toEqual([
    'hello',
    '',
    'later',
  ])
  // In its own order, although the restored world never saw the first ones come.
  const { messages } = await other.client().conversations.history({ channel: 'C0OPS000001' })
  expect(messages?.map(({ text }) => text)).toEqual(['later', '', 'hello'])
})

test('after a restore, what came later is gone, and does not come any more', async () => {
  const { twin, client, happen, world, deliveries, rows } = openWorkspace(seed)
  const before = twin.snapshot()
  await client().conversations.create({ name: 'new' })
  await client().chat.scheduleMessage({ channel: 'C0OPS000001', text: 'later', post_at: 1893456060 })
  await happen('message.posted', { user: 'ada', channel: 'ops', text: 'hello' })
  twin.restore(copy(before))
  await world.clock.advance(120_000)
  expect([rows('messages'), deliveries]).toEqual([[], []])
  await client().conversations.create({ name: 'new' })
})

test.each([
  ['a list', []],
  ['tables that are none', { users: {} }],
  ['a row without an id', { users: [{}] }],
])('%s is no snapshot, and changes nothing', (_, snapshot) => {
  const { twin } = openWorkspace()
  const before = canonical(twin.snapshot())
  expect(() => twin.restore(snapshot as Json)).toThrow(/slack: expected/)
  expect(canonical(twin.snapshot())).toBe(before)
})

test('a hundred thousand messages are kept and put back', () => {
  const twin = slack.create(createWorld({ seed: '1', startsAt: '2030-01-01T00:00:00Z' }), {})
  const snapshot = fieldsOf(twin.snapshot())
  const messages = Array.from({ length: 100_000 }, (_, n) => {
    const ts = `1893456000.${String(n).padStart(6, '0')}`
    return { id: `C1:${ts}`, channel: 'C1', type: 'message', ts, text: `message ${n}`, reactions: [], broadcast: false }
  })
  twin.restore({ ...snapshot, messages })
  twin.restore(twin.snapshot())
  expect((fieldsOf(twin.snapshot()).messages as Json[]).length).toBe(100_000)
})
