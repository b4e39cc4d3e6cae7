import Anthropic from '@anthropic-ai/sdk'
import { expect, test } from 'vitest'
import { totals } from '../../../twins/money.ts'
import { client, hello, request } from './support.ts'

const DAY_MS = 24 * 60 * 60_000

test('a batch is worked on in virtual time, at half the price, and gives its results by id', async () => {
  const turn = { say: 'Done.', tokens: { input: 1000, output: 100 } }
  const { api, stage } = client({ turns: [turn] })
  const requests = [
    { custom_id: 'good', params: hello },
    { custom_id: 'bad', params: { ...hello, max_tokens: 0 } },
  ]
  const { id, processing_status, request_counts, results_url } = await api.messages.batches.create({ requests })
  expect([processing_status, request_counts.processing, results_url]).toEqual(['in_progress', 2, null])
  await expect(api.messages.batches.results(id)).rejects.toThrow(/No batch `results_url`/)
  await stage.world.clock.advance(60_000)
  expect(await api.messages.batches.retrieve(id)).toMatchObject({
    processing_status: 'ended',
    request_counts: { processing: 0, succeeded: 1, errored: 1, canceled: 0, expired: 0 },
    ended_at: '2030-01-01T00:01:00.000Z',
  })
  const results: Record<string, unknown> = {}
  for await (const { custom_id, result } of await api.messages.batches.results(id)) results[custom_id] = result
  expect(results).toMatchObject({
    good: { type: 'succeeded', message: { content: [{ text: 'Done.' }], usage: { service_tier: 'batch' } } },
    bad: { type: 'errored', error: { type: 'error', error: { type: 'invalid_request_error' } } },
  })
  // (1,000 x 3 + 100 x 15) / 2 USD a million.
  expect(totals(stage.world.money.bill.lines)).toEqual({ USD: '0.00225' })
})

test('a batch that is cancelled is not answered, and can be deleted when that is done', async () => {
  const { api, stage } = client()
  const { id } = await api.messages.batches.create({ requests: [{ custom_id: 'a', params: hello }] })
  expect((await api.messages.batches.cancel(id)).processing_status).toBe('canceling')
  await stage.world.clock.advance(1_000)
  expect((await api.messages.batches.retrieve(id)).request_counts).toMatchObject({ processing: 0, canceled: 1 })
  await stage.world.clock.advance(60_000)
  expect(stage.world.money.bill.lines).toEqual([])
  expect(await api.messages.batches.delete(id)).toEqual(expect.objectContaining({ id, type: 'message_batch_deleted' }))
  await expect(api.messages.batches.retrieve(id)).rejects.toThrow(Anthropic.NotFoundError)
})

test('a batch that takes a day expires, and its results are kept for 29', async () => {
  const { api, stage } = client({ batch_ms: 2 * DAY_MS })
  const { id } = await api.messages.batches.create({ requests: [{ custom_id: 'a', params: hello }] })
  await stage.world.clock.advance(DAY_MS)
  expect((await api.messages.batches.retrieve(id)).request_counts.expired).toBe(1)
  await stage.world.clock.advance(28 * DAY_MS)
  expect(await api.messages.batches.retrieve(id)).toMatchObject({ results_url: null, archived_at: expect.any(String) })
})

test('batches are listed newest first', async () => {
  const { api } = client()
  const made: string[] = []
  for (const custom_id of ['a', 'b', 'c'])
    made.unshift((await api.messages.batches.create({ requests: [{ custom_id, params: hello }] })).id)
  const listed: string[] = []
  for await (const { id } of api.messages.batches.list({ limit: 2 })) listed.push(id)
  expect(listed).toEqual(made)
})

test('a batch that is under way goes on after a restore, once, and not in the state that was left', async () => {
  const { api, stage } = client()
  const empty = stage.twin.snapshot()
  const { id } = await api.messages.batches.create({ requests: [{ custom_id: 'a', params: hello }] })
  const underWay = stage.twin.snapshot()
  stage.twin.restore(empty)
  await stage.world.clock.advance(60_000)
  expect(stage.twin.snapshot()).toEqual(empty)
  stage.twin.restore(underWay)
  await stage.world.clock.advance(60_000)
  expect((await api.messages.batches.retrieve(id)).request_counts.succeeded).toBe(1)
  expect(stage.world.trace.events.filter(({ type }) => type === 'anthropic.batch.ended')).toHaveLength(1)
})

test.each<readonly [string, unknown, RegExp]>([
  ['no requests', {}, /^requests: Field required$/],
  ['an empty list', { requests: [] }, /at least 1 item/],
  ['an odd id', { requests: [{ custom_id: 'a b', params: {} }] }, /^requests\.0\.custom_id: String should match/],
  ['no parameters', { requests: [{ custom_id: 'a' }] }, /^requests\.0\.params: Field required$/],
  ['an id twice', { requests: ['a', 'a'].map((custom_id) => ({ custom_id, params: hello })) }, /Duplicate custom_id/],
])('a batch with %s is refused', async (_, body, message) => {
  const answer = await client().stage.twin.fetch(request('POST', '/v1/messages/batches', body))
  expect([answer.status, await answer.json()]).toMatchObject([
    400,
    { error: { message: expect.stringMatching(message) } },
  ])
})
