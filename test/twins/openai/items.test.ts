import type OpenAI from 'openai'
import { expect, test } from 'vitest'
import { client } from './support.ts'

const MODEL = 'gpt-5.4'
type Stream = OpenAI.Responses.ResponseStreamEvent

/** The kinds of a stream's events, one after another, and the response it ends in. */
async function streamed(
  items: readonly { readonly [key: string]: unknown }[],
  tools: readonly object[] = [],
): Promise<{
  readonly kinds: readonly string[]
  readonly events: readonly Stream[]
  readonly output: readonly object[]
}> {
  const { api } = client({ turns: [{ items: items as never, tokens: { input: 1 } }] })
  const stream = await api.responses.create({ model: MODEL, input: 'Go', stream: true, tools: tools as never })
  const events: Stream[] = []
  for await (const event of stream) events.push(event)
  const last = events.at(-1)
  const output = last?.type === 'response.completed' ? last.response.output : []
  const kinds = events.map(({ type }) => type.replace('response.', ''))
  return { kinds: kinds.filter((kind, at) => kind !== kinds[at - 1]), events, output }
}

test('a tool of the caller’s own form is called piece by piece', async () => {
  const { kinds, output } = await streamed([
    { type: 'custom_tool_call', name: 'sql', call_id: 'call_1', input: 'SELECT 1;' },
  ])
  expect(kinds).toEqual([
    'created',
    'in_progress',
    'output_item.added',
    'custom_tool_call_input.delta',
    'custom_tool_call_input.done',
    'output_item.done',
    'completed',
  ])
  expect(output).toMatchObject([{ type: 'custom_tool_call', input: 'SELECT 1;', id: expect.stringMatching(/^ctc_/) }])
})

test('commands run in a container that the tool names', async () => {
  const { kinds, output, events } = await streamed(
    [
      {
        type: 'shell_call',
        status: 'completed',
        call_id: 'call_1',
        action: { commands: ['ls', 'pwd'], max_output_length: null, timeout_ms: null },
        environment: { type: 'container_reference' },
      },
      {
        type: 'shell_call_output',
        status: 'completed',
        call_id: 'call_1',
        max_output_length: null,
        output: [{ outcome: { type: 'exit', exit_code: 0 }, stdout: 'a.txt', stderr: '' }],
      },
    ],
    [{ type: 'shell', environment: { type: 'container_auto' } }],
  )
  expect(kinds.filter((kind) => kind.startsWith('shell'))).toEqual([
    'shell_call_command.added',
    'shell_call_command.delta',
    'shell_call_command.done',
    'shell_call_command.added',
    'shell_call_command.delta',
    'shell_call_command.done',
    'shell_call_output_content.delta',
    'shell_call_output_content.done',
  ])
  const last = events.at(-1)
  const tool = last?.type === 'response.completed' ? last.response.tools[0] : undefined
  const place = (output[0] as { readonly environment: object }).environment
  expect(tool).toEqual({ type: 'shell', environment: place })
})

test('a patch and a compaction have events of their own', async () => {
  const { kinds } = await streamed([
    {
      type: 'apply_patch_call',
      status: 'completed',
      call_id: 'call_1',
      operation: { type: 'create_file', path: 'a', diff: '+a' },
    },
    { type: 'apply_patch_call', status: 'completed', call_id: 'call_2', operation: { type: 'delete_file', path: 'a' } },
    { type: 'compaction' },
  ])
  expect(kinds).toEqual([
    'created',
    'in_progress',
    'output_item.added',
    'apply_patch_call_operation_diff.delta',
    'apply_patch_call_operation_diff.done',
    'output_item.done',
    'output_item.added',
    'output_item.done',
    'output_item.added',
    'compaction.compacting',
    'output_item.done',
    'completed',
  ])
})

test('a response can fail, and can end for want of room', async () => {
  const { api } = client({
    turns: [
      { items: [], fail: { code: 'server_error', message: 'The model had an error.' } },
      { say: 'So far', cut: true },
    ],
  })
  const events: string[] = []
  for await (const { type } of await api.responses.create({ model: MODEL, input: 'Go', stream: true }))
    events.push(type)
  expect(events.at(-1)).toBe('response.failed')
  expect(await api.responses.create({ model: MODEL, input: 'Go' })).toMatchObject({
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
    output_text: 'So far',
  })
})

test('what code writes is fetched from its container, which is gone when nobody uses it', async () => {
  const content = Buffer.from('1,2\n').toString('base64')
  const { api, stage } = client({
    turns: [
      {
        items: [
          { type: 'code_interpreter_call', status: 'completed', code: 'print(1)', outputs: null },
          {
            type: 'message',
            text: 'Done.',
            annotations: [
              { type: 'container_file_citation', file_id: 'cfile_1', filename: 'a.csv', start_index: 0, end_index: 4 },
            ],
          },
        ],
        files: [{ id: 'cfile_1', filename: 'a.csv', content }],
      },
    ],
  })
  const { output } = await api.responses.create({
    model: MODEL,
    input: 'Go',
    tools: [{ type: 'code_interpreter', container: { type: 'auto' } }],
  })
  const ran = output.find(({ type }) => type === 'code_interpreter_call')
  const container_id = ran?.type === 'code_interpreter_call' ? ran.container_id : ''
  expect(await (await api.containers.files.content.retrieve('cfile_1', { container_id })).text()).toBe('1,2\n')
  expect(await api.containers.files.retrieve('cfile_1', { container_id })).toMatchObject({
    bytes: 4,
    path: '/mnt/data/a.csv',
    source: 'assistant',
  })
  const own = await api.containers.create({ name: 'mine' })
  const sent = await api.containers.files.create(own.id, { file: new File(['x'], 'b.txt') })
  expect((await api.containers.files.list(own.id)).data.map(({ id }) => id)).toEqual([sent.id])
  await api.containers.files.delete(sent.id, { container_id: own.id })
  expect((await api.containers.files.list(own.id)).data).toEqual([])
  expect((await api.containers.list()).data).toHaveLength(2)
  await stage.world.clock.advance(20 * 60_000)
  expect((await api.containers.retrieve(own.id)).status).toBe('expired')
  await expect(api.containers.files.content.retrieve('cfile_1', { container_id })).rejects.toMatchObject({
    status: 400,
  })
  await api.containers.delete(own.id)
  await expect(api.containers.retrieve(own.id)).rejects.toMatchObject({ status: 404 })
})

test('chances of tokens are the script’s, whole and streamed', async () => {
  const chance = (token: string): { readonly [key: string]: never } =>
    ({ token, logprob: -0.5, bytes: [...Buffer.from(token)], top_logprobs: [] }) as never
  const turn = { say: 'Hi there', logprobs: [chance('Hi'), chance(' there')], repeat: true }
  const { api } = client({ turns: [turn] })
  const ask = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }], logprobs: true } as const
  const whole = await api.chat.completions.create({ ...ask, messages: [...ask.messages] })
  expect(whole.choices[0]?.logprobs).toMatchObject({ content: [{ token: 'Hi' }, { token: ' there' }], refusal: null })
  const tokens: unknown[] = []
  for await (const chunk of await api.chat.completions.create({ ...ask, messages: [...ask.messages], stream: true }))
    tokens.push(...(chunk.choices[0]?.logprobs?.content ?? []).map(({ token }) => token))
  expect(tokens).toEqual(['Hi', ' there'])
})

test('only models that search take options of a search', async () => {
  const ask = (model: string) =>
    client({ turns: [{ say: 'Found.' }] }).api.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'Hi' }],
      web_search_options: { search_context_size: 'low' },
    })
  await expect(ask('gpt-4o')).rejects.toMatchObject({ status: 400, param: 'web_search_options' })
  expect(await ask('gpt-4o-mini-search-preview')).toMatchObject({ choices: [{ message: { content: 'Found.' } }] })
})

test('a tool that comes with the input takes the place of its namesake', async () => {
  const { api } = client({ turns: [{ say: 'Ready.' }] })
  const tool = { type: 'function', name: 'look', parameters: { type: 'object' }, strict: true } as const
  const { tools } = await api.responses.create({
    model: 'gpt-5.6',
    input: [{ type: 'additional_tools', role: 'developer', tools: [tool] }] as never,
    tools: [{ ...tool, defer_loading: true } as never, { type: 'tool_search' }],
  })
  expect(tools).toMatchObject([{ type: 'function', name: 'look' }, { type: 'tool_search' }])
  expect(tools[0]).not.toHaveProperty('defer_loading')
})

test('what a seed says was stored is there', async () => {
  const { api } = client({
    conversations: [{ id: 'conv_1' }],
    responses: [{ id: 'resp_1' }],
    files: [{ id: 'file-1', filename: 'facts.txt', text: 'Paris.' }],
    vector_stores: [{ id: 'vs_1', files: ['file-1'] }],
    turns: [{ say: 'Yes.', repeat: true }],
  })
  await api.responses.create({ model: MODEL, conversation: 'conv_1', input: 'Hi' })
  await api.responses.create({ model: MODEL, previous_response_id: 'resp_1', input: 'Hi' })
  expect(await (await api.files.content('file-1')).text()).toBe('Paris.')
  expect(await api.vectorStores.retrieve('vs_1')).toMatchObject({ status: 'completed', file_counts: { completed: 1 } })
})

test('work in the background takes as long as its turn says', async () => {
  const { api, stage } = client({ turns: [{ say: 'Done.', background: { starts_ms: 5_000, ends_ms: 9_000 } }] })
  const { id } = await api.responses.create({ model: MODEL, input: 'Go', background: true })
  const states: unknown[] = []
  for (let at = 0; at < 3; at++) {
    states.push((await api.responses.retrieve(id)).status)
    await stage.world.clock.advance(5_000)
  }
  expect(states).toEqual(['queued', 'in_progress', 'completed'])
})
