import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { totals } from '../../../twins/money.ts'
import { openai } from '../../../twins/openai/index.ts'
import type { Seed } from '../../../twins/openai/state.ts'
import { type Stage, setStage } from '../../conformance/twins.ts'

/** The vendor's own SDK, unmodified, whose requests reach the twin through the network kit. */
function client(
  seed: Seed = {},
  options: { readonly apiKey?: string; readonly maxRetries?: number } = {},
): { readonly api: OpenAI; readonly stage: Stage } {
  const stage = setStage({ twin: openai, seed })
  const api = new OpenAI({
    apiKey: options.apiKey ?? 'sk-test-123456789',
    maxRetries: options.maxRetries ?? 0,
    fetch: (input, init) => stage.send(new Request(input as string, init as RequestInit)),
  })
  return { api, stage }
}
const hello = [{ role: 'user', content: 'Hello there' }] as const

test('a chat completion has a text, a reason to end, and tokens that are billed', async () => {
  const { api, stage } = client({ turns: [{ say: 'Good day to you.' }] })
  const completion = await api.chat.completions.create({ model: 'gpt-4.1-mini', messages: [...hello] })
  expect(completion).toMatchObject({
    object: 'chat.completion',
    model: 'gpt-4.1-mini-2025-04-14',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Good day to you.' } }],
  })
  // 3 to prime, 3 a message, the role, and "Hello there".
  expect(completion.usage).toMatchObject({ prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 })
  // 9 x 0.40 + 5 x 1.60 USD a million.
  expect(totals(stage.world.money.bill.lines)).toEqual({ USD: '0.0000116' })
})

test('seeded answers hang on the seed and the causal key, not on the order of calls', async () => {
  const one = await client().api.chat.completions.create({ model: 'gpt-4.1-mini', messages: [...hello] })
  const again = await client().api.chat.completions.create({ model: 'gpt-4.1-mini', messages: [...hello] })
  expect(again).toEqual(one)
})

test('a stream gives the text piece by piece, then the reason, then the usage', async () => {
  const { api } = client({ turns: [{ say: 'One two three — fin.' }] })
  const stream = await api.chat.completions.create({
    model: 'gpt-4o-mini',
    messages: [...hello],
    stream: true,
    stream_options: { include_usage: true },
  })
  let text = ''
  const reasons: unknown[] = []
  let usage: unknown
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? ''
    if (chunk.choices[0]?.finish_reason) reasons.push(chunk.choices[0].finish_reason)
    if (chunk.usage) usage = chunk.usage
  }
  expect([text, reasons]).toEqual(['One two three — fin.', ['stop']])
  expect(usage).toMatchObject({ prompt_tokens: 9 })
})

test('the stream helper of the SDK is content with it', async () => {
  const { api } = client({ turns: [{ calls: [{ name: 'look_up', arguments: '{"id":7}' }] }] })
  const final = await api.chat.completions
    .stream({
      model: 'gpt-4o-mini',
      messages: [...hello],
      tools: [
        {
          type: 'function',
          function: { name: 'look_up', parameters: { type: 'object', properties: { id: { type: 'number' } } } },
        },
      ],
    })
    .finalChatCompletion()
  expect(final.choices[0]).toMatchObject({
    finish_reason: 'tool_calls',
    message: { tool_calls: [{ function: { name: 'look_up', arguments: '{"id":7}' } }] },
  })
})

test('a text that is longer than allowed is cut at a token', async () => {
  const { api } = client({ turns: [{ say: 'a b c d e f g h i j k l m n o p q r s t u v w x y z' }] })
  const cut = await api.chat.completions.create({
    model: 'gpt-4.1-mini',
    messages: [...hello],
    max_completion_tokens: 5,
  })
  expect(cut.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'a b c d e' } })
  expect(cut.usage?.completion_tokens).toBe(5)
})

test('a response is kept, continued, read back and deleted', async () => {
  const { api } = client({
    turns: [
      { when: { contains: 'name' }, say: 'Ada.' },
      { when: { contains: 'Ada' }, say: 'You said Ada.' },
    ],
  })
  const first = await api.responses.create({ model: 'gpt-5-mini', input: 'My name?', instructions: 'Be brief.' })
  expect(first).toMatchObject({
    status: 'completed',
    output_text: 'Ada.',
    usage: { output_tokens_details: { reasoning_tokens: expect.any(Number) } },
  })
  const second = await api.responses.create({ model: 'gpt-5-mini', input: 'Again?', previous_response_id: first.id })
  expect(second.output_text).toBe('You said Ada.')
  expect((await api.responses.retrieve(first.id)).output_text).toBe('Ada.')
  expect((await api.responses.inputItems.list(first.id)).data).toHaveLength(1)
  await api.responses.delete(first.id)
  await expect(api.responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 })
})

test('a streamed response numbers its events and ends with the whole', async () => {
  const { api } = client({ turns: [{ say: 'Hello.' }] })
  const types: string[] = []
  const numbers: number[] = []
  const stream = await api.responses.create({ model: 'gpt-4.1-mini', input: 'Hi', stream: true })
  for await (const event of stream) {
    types.push(event.type)
    numbers.push(event.sequence_number)
    if (event.type === 'response.completed')
      expect(event.response.output).toMatchObject([{ content: [{ text: 'Hello.' }] }])
  }
  expect(numbers).toEqual(numbers.map((_, at) => at))
  expect(types).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ])
})

test('an answer cut short is incomplete', async () => {
  const { api } = client({
    turns: [
      {
        say: 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen',
      },
    ],
  })
  expect(await api.responses.create({ model: 'gpt-4.1-mini', input: 'Count', max_output_tokens: 16 })).toMatchObject({
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
  })
})

test.each<readonly [string, Seed, object, number, string | null, RegExp]>([
  ['an unknown model', {}, { model: 'gpt-9' }, 404, 'model_not_found', /The model `gpt-9` does not exist/],
  ['a model with a tail', {}, { model: 'gpt-4.1-mini-nonsense' }, 404, 'model_not_found', /does not exist/],
  [
    'no messages',
    {},
    { messages: undefined },
    400,
    'missing_required_parameter',
    /Missing required parameter: 'messages'/,
  ],
  [
    'a role nobody has',
    {},
    { messages: [{ role: 'boss', content: 'x' }] },
    400,
    'invalid_value',
    /Invalid value: 'boss'/,
  ],
  ['an unknown parameter', {}, { nonsense: 1 }, 400, 'unknown_parameter', /Unknown parameter: 'nonsense'/],
  [
    'the old limit on a reasoning model',
    {},
    { model: 'gpt-5', max_tokens: 5 },
    400,
    'unsupported_parameter',
    /Use 'max_completion_tokens' instead/,
  ],
  ['an empty account', { quota_exceeded: true }, {}, 429, 'insufficient_quota', /You exceeded your current quota/],
  [
    'a used-up minute',
    { limits: { tokens: 5 } },
    {},
    429,
    'rate_limit_exceeded',
    /Rate limit reached for gpt-4.1-mini .* on tokens per min/,
  ],
])('%s is refused as the vendor does', async (_, seed, change, status, code, message) => {
  const { api } = client(seed)
  const params = { model: 'gpt-4.1-mini', messages: [...hello], ...change } as never
  const error: unknown = await api.chat.completions.create(params).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(OpenAI.APIError)
  expect(error).toMatchObject({ status, code })
  expect(String(error)).toMatch(message)
})

test('without a valid key: 401 with the class the SDK has for it', async () => {
  await expect(client({ keys: ['sk-real'] }).api.models.list()).rejects.toThrow(OpenAI.AuthenticationError)
})

test('the limit says when to come back, and it is so', async () => {
  const { api, stage } = client({ limits: { requests: 1 } })
  const ask = () => api.chat.completions.create({ model: 'gpt-4.1-mini', messages: [...hello] }).withResponse()
  const { response } = await ask()
  expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('0')
  await stage.world.clock.advance(20_000)
  await expect(ask()).rejects.toMatchObject({ status: 429 })
  await stage.world.clock.advance(40_000)
  expect((await ask()).data.object).toBe('chat.completion')
})

test('the SDK tries again after a 500, and each answer that was made is billed', async () => {
  const { api, stage } = client({}, { maxRetries: 2 })
  stage.world.faults.add({ on: 'openai.chat.completions.create', kind: 'answer-lost', times: 2 })
  await api.chat.completions.create({ model: 'gpt-4.1-mini', messages: [...hello] })
  expect(stage.world.trace.events.filter(({ type }) => type === 'openai.completion.created')).toHaveLength(3)
}, 20_000)

test('models are listed and found', async () => {
  const { api } = client()
  const ids: string[] = []
  for await (const model of api.models.list()) ids.push(model.id)
  expect(ids).toContain('gpt-5-mini')
  expect(await api.models.retrieve('gpt-5-mini')).toMatchObject({ object: 'model' })
  await expect(api.models.retrieve('nope')).rejects.toThrow(OpenAI.NotFoundError)
})
