import OpenAI, { toFile } from 'openai'
import { expect, test } from 'vitest'
import { openai } from '../../../twins/openai/index.ts'
import type { Seed } from '../../../twins/openai/state.ts'
import { type Stage, setStage } from '../../conformance/twins.ts'

function client(seed: Seed = {}): { readonly api: OpenAI; readonly stage: Stage } {
  const stage = setStage({ twin: openai, seed })
  const fetch = (input: unknown, init?: unknown): Promise<Response> =>
    stage.send(new Request(input as string, init as RequestInit))
  return { api: new OpenAI({ apiKey: 'sk-test-123456789', maxRetries: 0, fetch }), stage }
}

test('structured output is what the script says, parsed by the SDK', async () => {
  const { api } = client({ turns: [{ say: '{"city":"Rome"}' }] })
  const text = { format: { type: 'json_schema', name: 'place', schema: { type: 'object' } } } as const
  const answer = await api.responses.parse({ model: 'gpt-5', input: 'Where?', text })
  expect([answer.output_text, answer.text?.format?.type]).toEqual(['{"city":"Rome"}', 'json_schema'])
})

test('a tool is called, its output is given back, and the next turn answers', async () => {
  const turns = [
    { calls: [{ name: 'weather', arguments: '{"city":"Rome"}' }] },
    { when: { contains: 'sunny' }, say: 'Sunny.' },
  ]
  const { api } = client({ turns })
  const tools = [{ type: 'function', name: 'weather', parameters: {}, strict: false, description: '' } as const]
  const first = await api.responses.create({ model: 'gpt-4.1', input: 'Weather?', tools })
  const call = first.output.find((item) => item.type === 'function_call')
  expect([call?.name, first.tools[0]]).toEqual([
    'weather',
    expect.objectContaining({ description: null, strict: false }),
  ])
  const output = { type: 'function_call_output', call_id: call?.call_id ?? '', output: 'sunny' } as const
  const second = await api.responses.create({
    model: 'gpt-4.1',
    previous_response_id: first.id,
    input: [output],
    tools,
  })
  expect(second.output_text).toBe('Sunny.')
})

test('work in the background is queued, goes on and ends, in virtual time', async () => {
  const { api, stage } = client({ turns: [{ say: '4' }] })
  const { id, status } = await api.responses.create({ model: 'gpt-4o', input: '2+2', background: true })
  const statusOf = async (): Promise<unknown> => (await api.responses.retrieve(id)).status
  await stage.world.clock.advance(1_500)
  const underWay = await statusOf()
  await stage.world.clock.advance(2_000)
  expect([status, underWay, await statusOf()]).toEqual(['queued', 'in_progress', 'completed'])
})

test('a stream can be taken up again behind any of its events', async () => {
  const { api } = client({ turns: [{ say: 'One two three.' }] })
  const kinds: string[] = []
  let id = ''
  for await (const event of await api.responses.create({
    model: 'gpt-4o',
    input: 'Count',
    background: true,
    stream: true,
  })) {
    kinds.push(event.type)
    if (event.type === 'response.created') id = event.response.id
  }
  expect(kinds.slice(0, 3)).toEqual(['response.created', 'response.queued', 'response.in_progress'])
  const again: string[] = []
  for await (const event of await api.responses.retrieve(id, { stream: true, starting_after: 1 }))
    again.push(event.type)
  expect(again).toEqual(kinds.slice(2))
})

test('hosted tools do what the script says, and name stored files by their ids', async () => {
  const items = [
    {
      type: 'file_search_call',
      status: 'completed',
      queries: ['capital'],
      results: [{ filename: 'facts.txt', score: 1, text: 'Paris', attributes: {} }],
    },
    { type: 'message', text: 'Paris.', annotations: [{ type: 'file_citation', filename: 'facts.txt', index: 5 }] },
  ]
  const { api } = client({ turns: [{ items }] })
  const file = await api.files.create({ file: await toFile(Buffer.from('Paris.'), 'facts.txt'), purpose: 'assistants' })
  const store = await api.vectorStores.create({ name: 'facts', file_ids: [file.id] })
  const tools: OpenAI.Responses.Tool[] = [{ type: 'file_search', vector_store_ids: [store.id] }]
  const answer = await api.responses.create({
    model: 'gpt-4o',
    input: 'Capital?',
    tools,
    include: ['file_search_call.results'],
  })
  const [search, message] = answer.output
  expect(search).toMatchObject({
    id: expect.stringMatching(/^fs_/),
    results: [{ file_id: file.id, vector_store_id: store.id }],
  })
  expect(message).toMatchObject({ content: [{ annotations: [{ type: 'file_citation', file_id: file.id }] }] })
})

test('a conversation remembers, and a thought without what it led to is refused', async () => {
  const { api } = client({ turns: [{ say: 'Hello Ann.' }, { when: { contains: 'Hello Ann.' }, say: 'You are Ann.' }] })
  const { id: conversation } = await api.conversations.create({})
  await api.responses.create({ model: 'gpt-5', input: 'I am Ann', conversation })
  const second = await api.responses.create({ model: 'gpt-5', input: 'Who am I?', conversation })
  expect(second.output_text).toBe('You are Ann.')
  const [thought] = second.output
  await expect(
    api.responses.create({ model: 'gpt-5', input: [thought as never, { role: 'user', content: 'Go on' }] }),
  ).rejects.toThrow(/without its required following item/)
})

test('embeddings are unit vectors that hang on the text, counted and priced', async () => {
  const { api, stage } = client()
  const make = (input: string): Promise<OpenAI.CreateEmbeddingResponse> =>
    api.embeddings.create({ model: 'text-embedding-3-small', input, dimensions: 8 })
  const [one, same, other] = [await make('tea'), await make('tea'), await make('coal')]
  const vector = (of: OpenAI.CreateEmbeddingResponse): readonly number[] => of.data[0]?.embedding ?? []
  expect(vector(one)).toEqual(vector(same))
  expect(vector(one)).not.toEqual(vector(other))
  expect(Math.hypot(...vector(one))).toBeCloseTo(1, 5)
  expect(stage.world.money.bill.lines.map(({ sku }) => sku)).toEqual(Array(3).fill('text-embedding-3-small:input'))
})

test('what cannot be counted needs a turn that says what it took', async () => {
  const image: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] },
  ]
  await expect(client().api.chat.completions.create({ model: 'gpt-4o', messages: image })).rejects.toThrow(
    /Connection error/,
  )
  const { api } = client({ turns: [{ say: 'A cat.', tokens: { input: 265, cached: 200 } }] })
  const answer = await api.chat.completions.create({ model: 'gpt-4o', messages: image })
  expect(answer.usage).toMatchObject({ prompt_tokens: 265, prompt_tokens_details: { cached_tokens: 200 } })
})

test('arguments of a call may be written as they read', async () => {
  const seed = openai.seed.parse({ turns: [{ calls: [{ name: 'weather', arguments: { city: 'Rome' } }] }] }) as Seed
  const { api } = client(seed)
  const { output } = await api.responses.create({ model: 'gpt-4.1', input: 'Weather?' })
  expect(output).toMatchObject([{ type: 'function_call', name: 'weather', arguments: '{"city":"Rome"}' }])
})

test('traces that the agents SDK sends by itself are taken, and billed to nobody', async () => {
  const { stage } = client()
  const sent = (body: object, key = 'sk-a'): Promise<Response> =>
    stage.send(
      new Request('https://api.openai.com/v1/traces/ingest', {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'openai-beta': 'traces=v1', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    )
  expect([(await sent({ data: [{ object: 'trace', id: 'trace_1' }] })).status, (await sent({})).status]).toEqual([
    204, 400,
  ])
})
