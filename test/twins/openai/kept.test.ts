import { expect, test } from 'vitest'
import { client } from './support.ts'

const hello = [{ role: 'user', content: 'Hello there' }] as const
const MODEL = 'gpt-4.1-mini'

test('a completion that was to be stored is found, changed and taken away; another one is not there', async () => {
  const { api } = client({ turns: [{ say: 'Good day.', repeat: true }] })
  const passing = await api.chat.completions.create({ model: MODEL, messages: [...hello] })
  await expect(api.chat.completions.retrieve(passing.id)).rejects.toMatchObject({ status: 404 })
  const kept = await api.chat.completions.create({
    model: MODEL,
    messages: [...hello],
    store: true,
    metadata: { for: 'a' },
  })
  await api.chat.completions.create({ model: MODEL, messages: [...hello], store: true, metadata: { for: 'b' } })
  expect(await api.chat.completions.retrieve(kept.id)).toMatchObject({
    id: kept.id,
    object: 'chat.completion',
    metadata: { for: 'a' },
    choices: [{ message: { content: 'Good day.' } }],
    usage: { total_tokens: kept.usage?.total_tokens },
  })
  const found = await api.chat.completions.list({ metadata: { for: 'a' } })
  expect(found.data.map(({ id }) => id)).toEqual([kept.id])
  expect(await api.chat.completions.update(kept.id, { metadata: { for: 'c' } })).toMatchObject({
    metadata: { for: 'c' },
  })
  const { data } = await api.chat.completions.messages.list(kept.id)
  expect(data).toMatchObject([{ id: `${kept.id}-0`, role: 'user', content: 'Hello there' }])
  expect(await api.chat.completions.delete(kept.id)).toMatchObject({ deleted: true })
  await expect(api.chat.completions.retrieve(kept.id)).rejects.toMatchObject({ status: 404 })
})

test('a conversation holds what was put into it and what was said in it', async () => {
  const { api } = client({ turns: [{ say: 'Good day.' }] })
  const { id } = await api.conversations.create({ items: [{ type: 'message', role: 'user', content: 'One' }] })
  const added = await api.conversations.items.create(id, {
    items: [{ type: 'message', role: 'user', content: 'Two' }],
  })
  await api.responses.create({ model: MODEL, conversation: id, input: 'Three' })
  const texts: unknown[] = []
  for await (const item of api.conversations.items.list(id, { order: 'asc', limit: 3 }))
    texts.push(item.type === 'message' ? [item.role, 'text' in (item.content[0] ?? {}) && item.content[0]] : item)
  expect(texts).toMatchObject([
    ['user', { type: 'input_text', text: 'One' }],
    ['user', { type: 'input_text', text: 'Two' }],
    ['user', { type: 'input_text', text: 'Three' }],
    ['assistant', { type: 'output_text', text: 'Good day.' }],
  ])
  const two = added.data[0]?.id ?? ''
  expect(await api.conversations.items.retrieve(two, { conversation_id: id })).toMatchObject({ id: two })
  await api.conversations.items.delete(two, { conversation_id: id })
  await expect(api.conversations.items.retrieve(two, { conversation_id: id })).rejects.toMatchObject({ status: 404 })
  expect((await api.conversations.items.list(id)).data).toHaveLength(3)
})

test('a moderation finds what the script says it finds', async () => {
  const { api, stage } = client({ moderations: [{ contains: 'hit', flags: ['violence', 'harassment/threatening'] }] })
  const { results, model } = await api.moderations.create({ input: ['I will hit you.', 'Good day.'] })
  expect(model).toBe('omni-moderation-latest')
  expect(results).toMatchObject([
    { flagged: true, categories: { violence: true, 'harassment/threatening': true, sexual: false } },
    { flagged: false, categories: { violence: false } },
  ])
  expect(results[0]?.category_scores.violence).toBeGreaterThanOrEqual(0.9)
  expect(results[1]?.category_scores.violence).toBeLessThan(0.01)
  const image = { type: 'image_url', image_url: { url: 'https://app.example/a.png' } } as const
  const both = await api.moderations.create({ input: [image, { type: 'text', text: 'hit' }] })
  expect(both.results).toMatchObject([
    { flagged: true, category_applied_input_types: { violence: ['text', 'image'], harassment: ['text'] } },
  ])
  await expect(api.moderations.create({ input: 'x', model: 'text-moderation-007' })).rejects.toMatchObject({
    status: 404,
  })
  expect(stage.world.money.bill.lines).toEqual([])
})

test('a moderation that nobody wrote is loud', async () => {
  await expect(client().api.moderations.create({ input: 'x' })).rejects.toThrow()
  await expect(
    client().stage.twin.fetch(
      new Request('https://api.openai.com/v1/moderations', {
        method: 'POST',
        headers: { Authorization: 'Bearer sk-test' },
        body: JSON.stringify({ input: 'x' }),
      }),
    ),
  ).rejects.toThrow('moderations in the seed')
})

test('a vector store is renamed, runs out, and takes files by the batch, which can be given up', async () => {
  const { api, stage } = client()
  const upload = (name: string) => api.files.create({ purpose: 'assistants', file: new File(['words'], name) })
  const [one, two, three] = [await upload('a.txt'), await upload('b.txt'), await upload('c.txt')]
  const store = await api.vectorStores.create({ name: 'facts', expires_after: { anchor: 'last_active_at', days: 1 } })
  expect(store).toMatchObject({ status: 'completed', expires_at: store.created_at + 86_400 })
  const batch = await api.vectorStores.fileBatches.create(store.id, { file_ids: [one.id, two.id] })
  expect(batch).toMatchObject({ status: 'in_progress', file_counts: { in_progress: 2, total: 2 } })
  await stage.world.clock.advance(3_000)
  const at = { vector_store_id: store.id }
  expect(await api.vectorStores.fileBatches.retrieve(batch.id, at)).toMatchObject({ status: 'completed' })
  const late = await api.vectorStores.fileBatches.create(store.id, {
    files: [
      {
        file_id: three.id,
        attributes: { kind: 'late' },
        chunking_strategy: { type: 'static', static: { max_chunk_size_tokens: 200, chunk_overlap_tokens: 20 } },
      },
    ],
  })
  expect(await api.vectorStores.fileBatches.cancel(late.id, at)).toMatchObject({
    status: 'cancelled',
    file_counts: { cancelled: 1 },
  })
  const files = await api.vectorStores.fileBatches.listFiles(late.id, at)
  expect(files.data).toMatchObject([
    { id: three.id, status: 'cancelled', attributes: { kind: 'late' }, chunking_strategy: { type: 'static' } },
  ])
  expect(await api.vectorStores.files.update(one.id, { ...at, attributes: { kind: 'early' } })).toMatchObject({
    attributes: { kind: 'early' },
  })
  expect((await api.vectorStores.files.list(store.id, { filter: 'completed', order: 'asc' })).data).toHaveLength(2)
  expect(await api.vectorStores.update(store.id, { name: 'old facts' })).toMatchObject({ name: 'old facts' })
  await stage.world.clock.advance(2 * 86_400_000)
  expect(await api.vectorStores.retrieve(store.id)).toMatchObject({ status: 'expired' })
  expect((await api.vectorStores.list({ limit: 1 })).data).toMatchObject([{ id: store.id }])
  await expect(api.vectorStores.fileBatches.retrieve('vsfb_no', at)).rejects.toMatchObject({ status: 404 })
})
