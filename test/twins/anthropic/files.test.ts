import { expect, test } from 'vitest'
import { client, hello, request } from './support.ts'

type Told = {
  readonly content: readonly object[]
  readonly input_transformations: unknown
  readonly context_management: unknown
  readonly error: { readonly message: string }
}
const told = async (answer: Response | Promise<Response>): Promise<Told> => (await (await answer).json()) as Told

const CSV = Buffer.from('Number,Square\r\n1,1\r\n').toString('base64')

test('what code writes is fetched by the id that its result names', async () => {
  const { api } = client({
    turns: [
      {
        blocks: [
          { type: 'server_tool_use', name: 'code_execution', input: { code: 'print(1)' } },
          {
            type: 'code_execution_tool_result',
            content: {
              type: 'code_execution_result',
              return_code: 0,
              stdout: '',
              stderr: '',
              content: [{ type: 'code_execution_output', file_id: 'file_1' }],
            },
          },
          { type: 'text', text: 'Done.' },
        ],
        files: [{ id: 'file_1', filename: 'squares.csv', content: CSV, mime_type: 'text/csv' }],
      },
    ],
  })
  await api.beta.messages.create({ ...hello, tools: [{ type: 'code_execution_20250522', name: 'code_execution' }] })
  const answer = await api.beta.files.download('file_1')
  expect([answer.headers.get('content-type'), await answer.text()]).toEqual(['text/csv', 'Number,Square\r\n1,1\r\n'])
  expect(await api.beta.files.retrieveMetadata('file_1')).toMatchObject({
    type: 'file',
    filename: 'squares.csv',
    mime_type: 'text/csv',
    size_bytes: 20,
    downloadable: true,
  })
})

test('what a caller uploads is listed and deleted, expires, and cannot be fetched again', async () => {
  const { api, stage } = client()
  const upload = (name: string, seconds?: number) =>
    api.beta.files.upload({
      file: new File(['x'], name, { type: 'text/plain' }),
      ...(seconds === undefined ? {} : { expires_in_seconds: seconds }),
    })
  const first = await upload('a.txt')
  const second = await upload('b.txt', 3600)
  const ids: string[] = []
  for await (const { id } of api.beta.files.list({ limit: 1 })) ids.push(id)
  expect(ids).toContain(second.id)
  await expect(api.beta.files.download(first.id)).rejects.toMatchObject({ status: 400 })
  await stage.world.clock.advance(3_600_000)
  await expect(api.beta.files.retrieveMetadata(second.id)).rejects.toMatchObject({ status: 404 })
  expect(await api.beta.files.delete(first.id)).toMatchObject({ id: first.id, type: 'file_deleted' })
  await expect(api.beta.files.retrieveMetadata(first.id)).rejects.toMatchObject({ status: 404 })
})

test('a thought that was thought after something else is dropped, and that is told', async () => {
  const { stage } = client({ turns: [{ think: 'So.', say: '391.', repeat: true }] })
  const ask = async (system: string, messages: readonly object[]) => {
    const body = {
      model: 'claude-fable-5-1',
      max_tokens: 4096,
      system: [{ type: 'text', text: system }],
      thinking: { block_binding: { prefix_mismatch_behavior: 'drop_block' } },
      messages,
    }
    return await told(stage.twin.fetch(request('POST', '/v1/messages?beta=true', body)))
  }
  const first = { role: 'user', content: [{ type: 'text', text: 'What is 17*23?' }] }
  const said = await ask('Be brief.', [first])
  expect(said.input_transformations).toEqual([])
  const talk = [first, { role: 'assistant', content: said.content }, { role: 'user', content: 'And times two?' }]
  expect((await ask('Be brief.', talk)).input_transformations).toEqual([])
  expect((await ask('Be brief. Today is Monday.', talk)).input_transformations).toEqual([
    { path: 'messages.1.content.0', reason: 'prefix_binding_mismatch', type: 'thinking_dropped' },
  ])
})

test('a container is named by its id alone', async () => {
  const answer = await client().stage.twin.fetch(
    request('POST', '/v1/messages?beta=true', { ...hello, container: { id: 'container_1' } }),
  )
  expect([answer.status, (await told(answer)).error.message]).toEqual([
    400,
    'container: Input should be a valid string',
  ])
})

test('edits of the context are what the turn says', async () => {
  const edit = { type: 'clear_tool_uses_20250919', cleared_tool_uses: 1, cleared_input_tokens: 50 }
  const { stage } = client({ turns: [{ say: 'Yes.', edits: [edit], tokens: { input: 200_000 } }] })
  const body = { ...hello, context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } }
  const answer = await stage.twin.fetch(request('POST', '/v1/messages?beta=true', body))
  expect((await told(answer)).context_management).toEqual({ applied_edits: [edit] })
})

test('files and thoughts are put away and taken out again', async () => {
  const { stage, api } = client({ files: [{ id: 'file_9', filename: 'a', content: CSV }] })
  stage.twin.restore(JSON.parse(JSON.stringify(stage.twin.snapshot())))
  expect((await api.beta.files.retrieveMetadata('file_9')).size_bytes).toBe(20)
})
