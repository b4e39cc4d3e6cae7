import Anthropic from '@anthropic-ai/sdk'
import { expect, test } from 'vitest'
import { totals } from '../../../twins/money.ts'
import { client, hello, LONG_TEXT } from './support.ts'

test('a message has a text, a reason to end, and tokens that are billed', async () => {
  const { api, stage } = client({ turns: [{ say: 'Good day', tokens: { input: 1000, output: 100 } }] })
  const message = await api.messages.create(hello)
  expect(message).toMatchObject({
    id: expect.stringMatching(/^msg_01\w{22}$/),
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-6',
    content: [{ type: 'text', text: 'Good day' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1000, output_tokens: 100, service_tier: 'standard' },
  })
  expect(message._request_id).toMatch(/^req_/)
  // 1,000 x 3 + 100 x 15 USD a million.
  expect(totals(stage.world.money.bill.lines)).toEqual({ USD: '0.0045' })
})

test('seeded answers hang on the seed and the causal key', async () => {
  const one = await client().api.messages.create(hello)
  expect(await client().api.messages.create(hello)).toEqual(one)
})

test('the stream helper puts together what the script said: thinking, text and a call', async () => {
  const { api } = client({
    turns: [
      {
        think: 'They want the weather.',
        say: 'Let me see — ☔.',
        calls: [{ name: 'weather', input: { city: 'Rome' } }],
      },
    ],
  })
  const tools = [{ name: 'weather', input_schema: { type: 'object' as const } }]
  const stream = api.messages.stream({
    ...hello,
    max_tokens: 4000,
    thinking: { type: 'enabled', budget_tokens: 2000 },
    tools,
  })
  const kinds: string[] = []
  for await (const event of stream) if (kinds.at(-1) !== event.type) kinds.push(event.type)
  expect(await stream.finalMessage()).toMatchObject({
    stop_reason: 'tool_use',
    content: [
      { type: 'thinking', thinking: 'They want the weather.', signature: expect.stringMatching(/==$/) },
      { type: 'text', text: 'Let me see — ☔.' },
      { type: 'tool_use', id: expect.stringMatching(/^toolu_01/), name: 'weather', input: { city: 'Rome' } },
    ],
    usage: { output_tokens: expect.any(Number) },
  })
  expect([kinds[0], ...kinds.slice(-2)]).toEqual(['message_start', 'message_delta', 'message_stop'])
})

test('a stream can break off with an error that has no status', async () => {
  const { api } = client({ turns: [{ say: 'One two three four five six.', breaks: 'overloaded_error' }] })
  let text = ''
  const read = async (): Promise<void> => {
    for await (const event of await api.messages.create({ ...hello, stream: true }))
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text
  }
  const error: unknown = await read().catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(Anthropic.APIError)
  expect(error).toMatchObject({ status: undefined, error: { error: { type: 'overloaded_error' } } })
  expect('One two three four five six.'.startsWith(text) && text.length > 0).toBe(true)
})

test('newer models think unseen, unless asked for what they thought', async () => {
  const { api } = client({ turns: [{ think: 'Hm, hm.', say: 'Yes.', repeat: true }] })
  const ask = { ...hello, model: 'claude-opus-5' }
  const unseen = await api.messages.create({ ...ask, thinking: { type: 'adaptive' } })
  expect(unseen.content[0]).toMatchObject({ type: 'thinking', thinking: '', signature: expect.stringMatching(/==$/) })
  expect(unseen.usage.output_tokens_details?.thinking_tokens).toBe(2)
  const seen = await api.messages.create({ ...ask, thinking: { type: 'adaptive', display: 'summarized' } })
  expect(seen.content[0]).toMatchObject({ thinking: 'Hm, hm.' })
})

test('a tool is called, its result is given back, and the next turn answers', async () => {
  const { api } = client({
    turns: [{ calls: [{ name: 'weather', input: {} }] }, { when: { contains: 'sunny "all" day' }, say: 'Sunny.' }],
  })
  const tools = [{ name: 'weather', input_schema: { type: 'object' as const } }]
  const first = await api.messages.create({ ...hello, tools })
  const call = first.content[0]
  if (call?.type !== 'tool_use') throw new TypeError('expected a call')
  const asked = [...hello.messages, { role: 'assistant' as const, content: first.content }]
  const result = { type: 'tool_result' as const, tool_use_id: call.id, content: 'sunny "all" day' }
  const second = await api.messages.create({
    ...hello,
    tools,
    messages: [...asked, { role: 'user', content: [result] }],
  })
  expect(second.content).toMatchObject([{ text: 'Sunny.' }])
  await expect(
    api.messages.create({ ...hello, tools, messages: [...asked, { role: 'user', content: 'Well?' }] }),
  ).rejects.toThrow(
    `messages.1: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${call.id}`,
  )
  await expect(
    api.messages.create({ ...hello, tools, messages: [{ role: 'user', content: [result] }] }),
  ).rejects.toThrow(/messages\.0\.content\.0: unexpected `tool_use_id` found in `tool_result` blocks/)
})

test('an answer that is too long is cut, and one that reaches a stop sequence ends before it', async () => {
  const { api } = client({ turns: [{ say: 'a b c d e f g' }, { say: 'one END two' }] })
  const cut = await api.messages.create({ ...hello, max_tokens: 3 })
  expect(cut).toMatchObject({ stop_reason: 'max_tokens', content: [{ text: 'a b c' }], usage: { output_tokens: 3 } })
  const stopped = await api.messages.create({ ...hello, stop_sequences: ['END'] })
  expect(stopped).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'END', content: [{ text: 'one ' }] })
})

test('a hosted search does what the script says, is counted and paid for', async () => {
  const result = { type: 'web_search_result', url: 'https://example.com', title: 'x', page_age: null }
  const { api, stage } = client({
    turns: [
      {
        blocks: [
          { type: 'server_tool_use', name: 'web_search', input: { query: 'x' } },
          { type: 'web_search_tool_result', content: [result] },
          { type: 'text', text: 'Found.' },
        ],
      },
    ],
  })
  const message = await api.messages.create({ ...hello, tools: [{ type: 'web_search_20250305', name: 'web_search' }] })
  const [call, found] = message.content
  expect(found).toMatchObject({
    tool_use_id: (call as { readonly id: string }).id,
    content: [{ encrypted_content: /==$/ }],
  })
  expect(message.usage.server_tool_use).toEqual({ web_search_requests: 1, web_fetch_requests: 0 })
  expect(stage.world.money.bill.lines).toContainEqual(
    expect.objectContaining({ sku: 'claude-sonnet-4-6:web-search', amount: '0.01' }),
  )
})

test('a prefix is written to the cache, read for five minutes after its last use, and forgotten', async () => {
  const { api, stage } = client()
  const ask = async (ttl: '5m' | '1h', tail = 'Hi'): Promise<readonly unknown[]> => {
    const { usage } = await api.messages.create({
      ...hello,
      system: [{ type: 'text', text: LONG_TEXT, cache_control: { type: 'ephemeral', ttl } }],
      messages: [{ role: 'user', content: tail }],
    })
    return [usage.cache_creation_input_tokens, usage.cache_read_input_tokens]
  }
  const tokens = (await ask('5m'))[0]
  expect(Number(tokens)).toBeGreaterThanOrEqual(3000)
  await stage.world.clock.advance(4 * 60_000)
  expect(await ask('5m', 'Another question')).toEqual([0, tokens])
  await stage.world.clock.advance(4 * 60_000)
  expect(await ask('5m')).toEqual([0, tokens])
  await stage.world.clock.advance(5 * 60_000)
  expect(await ask('1h')).toEqual([tokens, 0])
  await stage.world.clock.advance(59 * 60_000)
  expect(await ask('1h')).toEqual([0, tokens])
  const skus = stage.world.money.bill.lines.map(({ sku }) => sku.replace('claude-sonnet-4-6:', ''))
  expect(new Set(skus)).toEqual(new Set(['input', 'cache-write', 'cache-read', 'cache-write-1h', 'output']))
})

test('what changes before a mark is not read from the cache, and what is short is not kept', async () => {
  const { api } = client()
  const mark = { cache_control: { type: 'ephemeral' as const } }
  const ask = async (first: string, model = hello.model): Promise<number | null> => {
    const system = [
      { type: 'text' as const, text: first },
      { type: 'text' as const, text: LONG_TEXT, ...mark },
    ]
    return (await api.messages.create({ ...hello, model, system })).usage.cache_read_input_tokens
  }
  expect([await ask('a'), await ask('b'), await ask('b', 'claude-opus-5')]).toEqual([0, 0, 0])
  expect(await ask('a')).toBeGreaterThan(3000)
  const { usage } = await api.messages.create({ ...hello, system: [{ type: 'text', text: 'short', ...mark }] })
  expect([usage.cache_creation_input_tokens, usage.cache_read_input_tokens]).toEqual([0, 0])
})

test('more than 200,000 tokens cost more with Sonnet 4.5, where its longer context is asked for', async () => {
  const turn = { say: 'x', tokens: { input: 250_000, output: 10 } }
  const { api, stage } = client({ turns: [turn] }, { headers: { 'anthropic-beta': 'context-1m-2025-08-07' } })
  await api.messages.create({ ...hello, model: 'claude-sonnet-4-5' })
  // 250,000 x 6 + 10 x 22.50 USD a million.
  expect(totals(stage.world.money.bill.lines)).toEqual({ USD: '1.500225' })
})

test('tokens are counted as they are billed', async () => {
  const { api } = client()
  const { max_tokens: _, ...ask } = hello
  const { input_tokens } = await api.messages.countTokens(ask)
  expect((await api.messages.create(hello)).usage.input_tokens).toBe(input_tokens)
})

test('models are listed page by page, and found by alias', async () => {
  const { api } = client()
  const ids: string[] = []
  for await (const { id } of api.models.list({ limit: 3 })) ids.push(id)
  expect(ids).toContain('claude-haiku-4-5-20251001')
  expect(new Set(ids).size).toBe(ids.length)
  const before = await api.models.list({ limit: 2, before_id: ids[3] ?? '' })
  expect([before.data.map(({ id }) => id), before.has_more]).toEqual([ids.slice(1, 3), true])
  expect(await api.models.retrieve('claude-sonnet-4-5')).toMatchObject({ id: 'claude-sonnet-4-5-20250929' })
  await expect(api.models.retrieve('gpt-5')).rejects.toMatchObject({ status: 404 })
})

test('limits are buckets that fill again, with headers that say so', async () => {
  const { api, stage } = client({ limits: { requests: 2, output_tokens: 1000 } })
  const { response } = await api.messages.create(hello).withResponse()
  expect(response.headers.get('anthropic-ratelimit-requests-remaining')).toBe('1')
  expect(response.headers.get('anthropic-ratelimit-requests-reset')).toBe('2030-01-01T00:00:30Z')
  await api.messages.create(hello)
  const refused: unknown = await api.messages.create(hello).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(Anthropic.RateLimitError)
  expect(refused).toMatchObject({ error: { error: { type: 'rate_limit_error' } } })
  expect((refused as InstanceType<typeof Anthropic.RateLimitError>).headers?.get('retry-after')).toBe('30')
  await stage.world.clock.advance(30_000)
  await api.messages.create(hello)
  await api.messages.create({ ...hello, model: 'claude-opus-5' })
})

test('an overloaded service says so in the vendor’s words', async () => {
  const { stage } = client()
  const body: unknown = await stage.twin.failure(529).json()
  expect(body).toMatchObject({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })
})
