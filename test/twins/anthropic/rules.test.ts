import { expect, test } from 'vitest'
import { client, hello, request } from './support.ts'

const user = (content: unknown): object => ({ role: 'user', content })
const tool = { name: 'weather', input_schema: { type: 'object' } }
const mark = (ttl: string): object => ({ type: 'text', text: 'x', cache_control: { type: 'ephemeral', ttl } })

test.each<readonly [string, object, RegExp]>([
  ['no limit', { max_tokens: undefined }, /^max_tokens: Field required$/],
  ['no messages', { messages: [] }, /^messages: at least one message is required$/],
  ['a limit of nothing', { max_tokens: 0 }, /^max_tokens: Input should be greater than or equal to 1$/],
  ['a limit that is too high', { max_tokens: 200_000 }, /^max_tokens: 200000 > 128000, which is the maximum/],
  ['an unknown parameter', { nonsense: 1 }, /^nonsense: Extra inputs are not permitted$/],
  ['a parameter of the beta alone', { mcp_servers: [] }, /^mcp_servers: Extra inputs are not permitted$/],
  ['a role nobody has', { messages: [{ role: 'boss', content: 'x' }] }, /^messages\.0\.role: Input should be/],
  ['a message without content', { messages: [{ role: 'user' }] }, /^messages\.0\.content: Field required$/],
  ['an empty text', { messages: [user('')] }, /^messages: text content blocks must be non-empty$/],
  [
    'a system message within, of an older model',
    { messages: [user('x'), { role: 'system', content: 'y' }] },
    /^messages: Unexpected role "system"/,
  ],
  [
    'the assistant’s last word, of a newer model',
    { messages: [user('x'), { role: 'assistant', content: 'y' }] },
    /does not support assistant message prefill/,
  ],
  [
    'a last word that ends in a blank',
    { model: 'claude-sonnet-4-5', messages: [user('x'), { role: 'assistant', content: 'y ' }] },
    /cannot end with trailing whitespace/,
  ],
  ['a temperature that is too high', { temperature: 1.5 }, /^temperature: range: 0\.\.1$/],
  ['two ways of sampling', { temperature: 1, top_p: 1 }, /cannot both be specified/],
  ['sampling of the newest models', { model: 'claude-opus-5', temperature: 0.5 }, /`temperature` is deprecated/],
  ['a small budget', { thinking: { type: 'enabled', budget_tokens: 500 } }, /greater than or equal to 1024/],
  [
    'a budget above the limit',
    { thinking: { type: 'enabled', budget_tokens: 2000 } },
    /must be greater than `thinking/,
  ],
  [
    'a budget of the newest models',
    { model: 'claude-opus-5', max_tokens: 4000, thinking: { type: 'enabled', budget_tokens: 2000 } },
    /"thinking\.type\.enabled" is not supported/,
  ],
  ['adaptive thinking of older models', { model: 'claude-haiku-4-5', thinking: { type: 'adaptive' } }, /not supported/],
  ['a temperature while thinking', { thinking: { type: 'adaptive' }, temperature: 0 }, /may only be set to 1/],
  [
    'an effort that the model lacks',
    { model: 'claude-opus-4-6', output_config: { effort: 'xhigh' } },
    /^This model does not support effort level 'xhigh'\. Supported levels: high, low, max, medium\.$/,
  ],
  ['an effort of older models', { model: 'claude-haiku-4-5', output_config: { effort: 'low' } }, /effort parameter/],
  ['a tool twice', { tools: [tool, tool] }, /^tools: Tool names must be unique\.$/],
  ['a tool with an odd name', { tools: [{ ...tool, name: 'a b' }] }, /String should match pattern/],
  ['a tool without a schema', { tools: [{ name: 'x' }] }, /input_schema: Field required/],
  ['a choice without tools', { tool_choice: { type: 'auto' } }, /may only be specified while providing tools/],
  ['a choice of no tool', { tools: [tool], tool_choice: { type: 'tool', name: 'x' } }, /'x' not found/],
  ['five marks', { system: Array.from({ length: 5 }, () => mark('5m')) }, /^A maximum of 4 blocks .* Found 5\.$/],
  ['a long mark behind a short one', { system: [mark('5m'), mark('1h')] }, /^a ttl='1h' cache_control block must not/],
  ['an odd mark', { system: [mark('2h')] }, /^cache_control\.ttl: Input should be '5m' or '1h'$/],
])('%s is refused in the vendor’s words', async (_, change, message) => {
  const { stage } = client()
  const answer = await stage.twin.fetch(request('POST', '/v1/messages', { ...hello, ...change }))
  expect(answer.status).toBe(400)
  expect(await answer.json()).toEqual({
    type: 'error',
    error: { type: 'invalid_request_error', message: expect.stringMatching(message) },
    request_id: answer.headers.get('request-id'),
  })
  expect(stage.world.money.bill.lines).toEqual([])
})

const NEW = { 'anthropic-version': '2026-10-21' }
const cited = { type: 'text', text: 'x', citations: [{ type: 'char_location' }] }
test.each<readonly [string, object]>([
  ['temperature', { temperature: 1 }],
  ['top_p', { top_p: 1 }],
  ['top_k', { top_k: 1 }],
  ['messages.0.content.0.text.citations', { messages: [user([cited])] }],
  [
    'messages.1.content.0.document',
    { messages: [user('x'), { role: 'assistant', content: [{ type: 'document', source: {} }] }, user('y')] },
  ],
])('%s is no longer taken under the version of 2026', async (place, change) => {
  const { stage } = client({ turns: [{ say: 'x', tokens: { input: 5 } }] })
  const body = { ...hello, ...change }
  const old = await stage.twin.fetch(request('POST', '/v1/messages', body))
  expect(old.status).toBe(200)
  const answer = await stage.twin.fetch(request('POST', '/v1/messages', body, NEW))
  expect(await answer.json()).toMatchObject({ error: { message: `${place}: Extra inputs are not permitted` } })
})

test.each<readonly [string, object, Readonly<Record<string, string>>, number, string]>([
  ['no version', {}, { 'anthropic-version': '' }, 400, 'anthropic-version: header is required'],
  ['a wrong key', {}, { 'x-api-key': 'nonsense' }, 401, 'invalid x-api-key'],
  ['no key', {}, { 'x-api-key': '' }, 401, 'x-api-key header is required'],
  ['a wrong bearer', {}, { 'x-api-key': '', authorization: 'Bearer x' }, 401, 'Invalid bearer token'],
  ['an unknown model', { model: 'gpt-5' }, {}, 404, 'model: gpt-5'],
])('%s is refused', async (_, change, headers, status, message) => {
  const { stage } = client()
  const asked = request('POST', '/v1/messages', { ...hello, ...change }, headers)
  for (const [name, value] of Object.entries(headers)) if (value === '') asked.headers.delete(name)
  const answer = await stage.twin.fetch(asked)
  expect([answer.status, await answer.json()]).toMatchObject([status, { type: 'error', error: { message } }])
})

test('an empty account and a prompt that does not fit are refused, and use up no turn', async () => {
  const { api, stage } = client({ turns: [{ say: 'Mine.' }] })
  const long = 'word '.repeat(210_000)
  await expect(
    api.messages.create({ ...hello, model: 'claude-haiku-4-5', messages: [{ role: 'user', content: long }] }),
  ).rejects.toThrow(/prompt is too long: \d+ tokens > 200000 maximum/)
  expect((await api.messages.create(hello)).content).toMatchObject([{ text: 'Mine.' }])
  await expect(client({ credit_exhausted: true }).api.messages.create(hello)).rejects.toThrow(
    /credit balance is too low/,
  )
  expect(stage.world.money.bill.unpriced).toEqual([])
})

test('with a budget for thinking, a run of calls begins with a thought', async () => {
  const { stage } = client()
  const run = (first: readonly object[]): object => ({
    ...hello,
    model: 'claude-sonnet-4-5',
    max_tokens: 4000,
    tools: [tool],
    thinking: { type: 'enabled', budget_tokens: 2000 },
    messages: [
      user('x'),
      { role: 'assistant', content: [...first, { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} }] },
      user([{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'y' }]),
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_2', name: 'weather', input: {} }] },
      user([{ type: 'tool_result', tool_use_id: 'toolu_2', content: 'y' }]),
    ],
  })
  const refused = await stage.twin.fetch(request('POST', '/v1/messages', run([])))
  expect(await refused.json()).toMatchObject({
    error: {
      message: expect.stringMatching(/^messages\.1\.content\.0\.type: Expected `thinking` .* found `tool_use`/),
    },
  })
  const thought = { type: 'thinking', thinking: 'Hm.', signature: 'x' }
  expect((await stage.twin.fetch(request('POST', '/v1/messages', run([thought])))).status).toBe(200)
})

test('interleaved thinking may take more than one answer holds', async () => {
  const { stage } = client()
  const body = { ...hello, max_tokens: 2000, thinking: { type: 'enabled', budget_tokens: 5000 } }
  const beta = { 'anthropic-beta': 'interleaved-thinking-2025-05-14' }
  expect((await stage.twin.fetch(request('POST', '/v1/messages', body))).status).toBe(400)
  expect((await stage.twin.fetch(request('POST', '/v1/messages', body, beta))).status).toBe(200)
})
