import type OpenAI from 'openai'
import { expect, test } from 'vitest'
import { totals } from '../../../twins/money.ts'
import { batchFile, client } from './support.ts'

const ask = (content: string, model = 'gpt-4.1-mini'): object => ({ model, messages: [{ role: 'user', content }] })

async function start(
  api: OpenAI,
  file: File,
  endpoint: '/v1/chat/completions' | '/v1/embeddings' = '/v1/chat/completions',
) {
  const { id } = await api.files.create({ purpose: 'batch', file })
  return await api.batches.create({ completion_window: '24h', endpoint, input_file_id: id, metadata: { night: '1' } })
}

async function lines(api: OpenAI, file: string | null | undefined) {
  const text = await (await api.files.content(file ?? '')).text()
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

test('a batch is validated, worked on and completed in virtual time, at half the price', async () => {
  const { api, stage } = client({ turns: [{ say: 'Good day to you.', repeat: true }] })
  const batch = await start(api, batchFile([ask('Hello there'), ask('Hello there')]))
  expect(batch).toMatchObject({
    object: 'batch',
    status: 'validating',
    request_counts: { total: 0 },
    expires_at: batch.created_at + 86_400,
    metadata: { night: '1' },
    output_file_id: null,
  })
  await stage.world.clock.advance(31_500)
  expect(await api.batches.retrieve(batch.id)).toMatchObject({
    status: 'in_progress',
    model: 'gpt-4.1-mini-2025-04-14',
    request_counts: { total: 2, completed: 1, failed: 0 },
  })
  await stage.world.clock.advance(31_000)
  const done = await api.batches.retrieve(batch.id)
  expect(done).toMatchObject({
    status: 'completed',
    request_counts: { total: 2, completed: 2, failed: 0 },
    error_file_id: null,
    in_progress_at: batch.created_at + 1,
    finalizing_at: batch.created_at + 61,
    completed_at: batch.created_at + 62,
    usage: { input_tokens: 18, output_tokens: 10, total_tokens: 28 },
  })
  const [first, second] = await lines(api, done.output_file_id)
  expect([first.custom_id, second.custom_id]).toEqual(['r0', 'r1'])
  expect(first).toMatchObject({
    error: null,
    response: { status_code: 200, body: { choices: [{ message: { content: 'Good day to you.' } }] } },
  })
  // Two times 9 x 0.40 + 5 x 1.60 USD a million, halved.
  expect(totals(stage.world.money.bill.lines)).toEqual({ USD: '0.0000116' })
})

test('requests that fail are told in a file of their own', async () => {
  const { api, stage } = client()
  const batch = await start(api, batchFile([ask('Hi'), { model: 'gpt-4.1-mini' }]))
  await stage.world.clock.advance(120_000)
  const done = await api.batches.retrieve(batch.id)
  expect(done).toMatchObject({ status: 'completed', request_counts: { total: 2, completed: 1, failed: 1 } })
  expect(await lines(api, done.error_file_id)).toMatchObject([
    { custom_id: 'r1', response: { status_code: 400, body: { error: { param: 'messages' } } }, error: null },
  ])
})

test('what a day was not enough for expires, what was answered is kept and paid for', async () => {
  const { api, stage } = client({ batch_ms: 2 * 86_400_000 - 4_000 })
  const batch = await start(api, batchFile([ask('One'), ask('Two'), ask('Three'), ask('Four')]))
  await stage.world.clock.advance(86_400_000)
  const done = await api.batches.retrieve(batch.id)
  expect(done).toMatchObject({ status: 'expired', request_counts: { total: 4, completed: 2, failed: 2 } })
  expect(await lines(api, done.output_file_id)).toMatchObject([{ custom_id: 'r0' }, { custom_id: 'r1' }])
  expect((await lines(api, done.error_file_id))[0]).toMatchObject({
    custom_id: 'r2',
    response: null,
    error: { code: 'batch_expired' },
  })
  expect(stage.world.money.bill.lines.filter(({ sku }) => sku.endsWith(':batch-output'))).toHaveLength(2)
})

test('a batch that is given up keeps what it has, and can be given up once', async () => {
  const { api, stage } = client()
  const batch = await start(api, batchFile([ask('One'), ask('Two')]))
  await stage.world.clock.advance(40_000)
  expect(await api.batches.cancel(batch.id)).toMatchObject({ status: 'cancelling' })
  await stage.world.clock.advance(5_000)
  const done = await api.batches.retrieve(batch.id)
  expect(done).toMatchObject({ status: 'cancelled', request_counts: { total: 2, completed: 1 } })
  expect(await lines(api, done.output_file_id)).toHaveLength(1)
  await expect(api.batches.cancel(batch.id)).rejects.toMatchObject({ status: 409 })
  await stage.world.clock.advance(120_000)
  expect(stage.world.money.bill.lines.filter(({ sku }) => sku.endsWith(':batch-output'))).toHaveLength(1)
})

const row = (custom_id: string, model = 'gpt-4.1', url = '/v1/chat/completions', method = 'POST'): string =>
  JSON.stringify({ custom_id, method, url, body: ask('Hi', model) })

test.each([
  { code: 'empty_file', text: '' },
  { code: 'invalid_json_line', text: '{"custom_id": ' },
  { code: 'invalid_url', text: row('a', 'gpt-4.1', '/v1/embeddings') },
  { code: 'invalid_method', text: row('a', 'gpt-4.1', '/v1/chat/completions', 'GET') },
  { code: 'missing_required_parameter', text: '{"method":"POST","url":"/v1/chat/completions","body":{}}' },
  { code: 'duplicate_custom_id', text: `${row('a')}\n${row('a')}` },
  { code: 'mismatched_model', text: `${row('a')}\n${row('b', 'gpt-4o')}` },
])('a file that cannot be read fails the whole batch: $code', async ({ text, code }) => {
  const { api, stage } = client()
  const batch = await start(api, new File([text], 'requests.jsonl'))
  await stage.world.clock.advance(1_000)
  expect(await api.batches.retrieve(batch.id)).toMatchObject({
    status: 'failed',
    errors: { object: 'list', data: [{ code }] },
    request_counts: { total: 0 },
  })
  expect(stage.world.money.bill.lines).toEqual([])
})

test('embeddings come in batches too, and lists are paged', async () => {
  const { api, stage } = client()
  const body = { model: 'text-embedding-3-small', input: 'Hi', dimensions: 4 }
  const first = await start(api, batchFile([body], '/v1/embeddings'), '/v1/embeddings')
  await start(api, batchFile([body], '/v1/embeddings'), '/v1/embeddings')
  await stage.world.clock.advance(120_000)
  const done = await api.batches.retrieve(first.id)
  expect((await lines(api, done.output_file_id))[0].response.body.data[0].embedding).toHaveLength(4)
  const ids: string[] = []
  for await (const { id } of api.batches.list({ limit: 1 })) ids.push(id)
  expect([ids.length, ids[1]]).toEqual([2, first.id])
})

test('a batch needs a file that is there and is meant for it', async () => {
  const { api } = client()
  const refused = (input_file_id: string) =>
    api.batches.create({ completion_window: '24h', endpoint: '/v1/responses', input_file_id })
  await expect(refused('file-none')).rejects.toMatchObject({ status: 400, param: 'input_file_id' })
  const { id } = await api.files.create({ purpose: 'assistants', file: batchFile([]) })
  await expect(refused(id)).rejects.toMatchObject({ status: 400, param: 'input_file_id' })
  await expect(api.batches.retrieve('batch_none')).rejects.toMatchObject({ status: 404 })
})

test('a batch that is put away goes on from there', async () => {
  const { api, stage } = client()
  const batch = await start(api, batchFile([ask('One'), ask('Two')]))
  await stage.world.clock.advance(35_000)
  const kept = JSON.parse(JSON.stringify(stage.twin.snapshot()))
  const left = client()
  await left.stage.world.clock.advance(35_000)
  left.stage.twin.restore(kept)
  await left.stage.world.clock.advance(60_000)
  expect(await left.api.batches.retrieve(batch.id)).toMatchObject({
    status: 'completed',
    request_counts: { total: 2, completed: 2 },
  })
})

/** Frozen through and through: whoever changes a part of it throws. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  Object.values(value).forEach(frozen)
  return Object.freeze(value)
}

test('what goes on after a snapshot changes nothing of it, in the twin it is of and in those that have it', async () => {
  const { api, stage } = client({ webhooks: [{ url: 'https://shop.test/hook' }] })
  const batch = await start(api, batchFile([ask('One'), ask('Two')]))
  const { id: talk } = await api.conversations.create({ metadata: { a: '1' } })
  await api.responses.create({ model: 'gpt-4.1-mini', input: 'Hello', background: true })
  await stage.world.clock.advance(35_000)
  const kept = frozen(stage.twin.snapshot())
  const text = JSON.stringify(kept)
  const others = [client(), client()]
  for (const other of others) {
    await other.stage.world.clock.advance(35_000)
    other.stage.twin.restore(kept)
  }
  for (const one of [{ api, stage }, ...others]) {
    await one.api.conversations.update(talk, { metadata: { a: '2' } })
    await one.api.conversations.items.create(talk, { items: [{ role: 'user', content: 'More' }] })
    await one.stage.world.clock.advance(3_600_000)
    expect(await one.api.batches.retrieve(batch.id)).toMatchObject({ status: 'completed' })
  }
  expect(JSON.stringify(kept)).toBe(text)
})

test('a snapshot that is none of this twin changes nothing', () => {
  const { stage } = client({ files: [{ id: 'file-1', filename: 'a.txt' }] })
  const before = stage.twin.snapshot() as { readonly [name: string]: never }
  for (const [strange, message] of [
    [{ ...before, files: 'none' }, 'expected a list of files'],
    [{ ...before, files: [{}] }, 'expected rows with ids under files'],
    [{ ...before, customers: [] }, 'got one with customers'],
  ] as const) {
    expect(() => stage.twin.restore(strange)).toThrow(message)
    expect(stage.twin.snapshot()).toEqual(before)
  }
})

test('files expire when they were said to', async () => {
  const { api, stage } = client()
  const file = new File(['x'], 'x.txt')
  const { id, expires_at, created_at } = await api.files.create({
    purpose: 'user_data',
    file,
    expires_after: { anchor: 'created_at', seconds: 3_600 },
  })
  expect(expires_at).toBe(created_at + 3_600)
  await stage.world.clock.advance(3_600_000)
  await expect(api.files.retrieve(id)).rejects.toMatchObject({ status: 404 })
  expect((await api.files.list()).data).toEqual([])
})
