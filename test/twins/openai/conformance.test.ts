import { z } from 'zod'
import { openai } from '../../../twins/openai/index.ts'
import { runTwinTests, type Stage } from '../../conformance/twins.ts'

const request = (method: string, path: string, body?: unknown): Request =>
  new Request(`https://api.openai.com${path}`, {
    method,
    headers: { Authorization: 'Bearer sk-test', 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const chat = { model: 'gpt-4.1-mini', messages: [{ role: 'user', content: 'Hi' }] }
const post =
  (path: string, body: unknown) =>
  ({ twin }: Stage): unknown =>
    twin.fetch(request('POST', path, body))
const completions = '/v1/chat/completions'
const responses = '/v1/responses'

const HOOK = { name: 'x', url: 'https://app.example/hooks', event_types: ['batch.completed'] }

runTwinTests({
  twin: openai,
  async story({ send, world }) {
    await send(request('POST', completions, chat))
    await send(request('POST', completions, { ...chat, stream: true, stream_options: { include_usage: true } }))
    const answer = await send(request('POST', responses, { model: 'gpt-5-mini', input: 'Hi' }))
    const { id } = z.object({ id: z.string() }).parse(await answer.json())
    await send(request('GET', `${responses}/${id}`))
    await send(request('GET', `${responses}/${id}/input_items`))
    await send(request('POST', '/v1/embeddings', { model: 'text-embedding-3-small', input: 'Hi' }))
    await send(request('POST', `${responses}/compact`, { model: 'gpt-5', input: 'Hi' }))
    const talk = await send(request('POST', '/v1/conversations', {}))
    const { id: conversation } = z.object({ id: z.string() }).parse(await talk.json())
    await send(request('POST', responses, { model: 'gpt-5', input: 'Hi', conversation, background: true }))
    const form = new FormData()
    form.set('purpose', 'assistants')
    form.set('file', new File(['Paris is the capital of France.'], 'facts.txt'))
    const headers = { Authorization: 'Bearer sk-test' }
    const sent = await send(new Request('https://api.openai.com/v1/files', { method: 'POST', headers, body: form }))
    const file = z.object({ id: z.string() }).parse(await sent.json())
    await send(request('POST', '/v1/vector_stores', { name: 'facts', file_ids: [file.id] }))
    await send(request('GET', '/v1/models'))
    await send(request('GET', '/v1/models/gpt-5'))
    const requests = `${JSON.stringify({ custom_id: 'a', method: 'POST', url: completions, body: chat })}\n`
    form.set('purpose', 'batch')
    form.set('file', new File([requests], 'requests.jsonl'))
    const taken = await send(new Request('https://api.openai.com/v1/files', { method: 'POST', headers, body: form }))
    const { id: input_file_id } = z.object({ id: z.string() }).parse(await taken.json())
    const batch = { input_file_id, endpoint: completions, completion_window: '24h' }
    await send(request('POST', '/v1/batches', batch))
    await send(request('GET', '/v1/batches'))
    await world.clock.advance(90_000)
    await send(request('POST', '/v1/webhook_endpoints', HOOK))
    await send(request('POST', completions, { ...chat, store: true }))
    const other = z
      .object({ id: z.string() })
      .parse(await (await send(request('POST', responses, { model: 'gpt-5', input: 'Hi' }))).json())
    await send(request('DELETE', `${responses}/${other.id}`))
  },
  gaps: {
    'a turn that no script foresees': ({ world }) =>
      openai.create(world, { answers: 'scripted' }).fetch(request('POST', completions, chat)),
    'input other than text': post(completions, {
      ...chat,
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }],
    }),
    'hosted tools without a script': post(responses, { model: 'gpt-5', input: 'Hi', tools: [{ type: 'web_search' }] }),
    'several choices': post(completions, { ...chat, n: 2 }),
    'log probabilities': post(completions, { ...chat, logprobs: true }),
    'moderation without a script': post(responses, { model: 'gpt-5', input: 'Hi', moderation: { model: 'omni' } }),
    'events of other resources': post('/v1/webhook_endpoints', { ...HOOK, event_types: ['video.completed'] }),
    'batches of completions, images and videos': post('/v1/batches', {
      completion_window: '24h',
      endpoint: '/v1/videos',
      input_file_id: 'file-1',
    }),
    'stored prompts': post(responses, { model: 'gpt-5', input: 'Hi', prompt: { id: 'pmpt_1' } }),
    'audio output and predictions': post(completions, { ...chat, audio: { voice: 'ash', format: 'mp3' } }),
    'the priority tier': post(completions, { ...chat, service_tier: 'priority' }),
    'search of vector stores': post('/v1/vector_stores/vs_1/search', { query: 'x' }),
    'structured output without a script': post(completions, {
      ...chat,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: {} } },
    }),
  },
  failureBody: z.strictObject({
    error: z.strictObject({ message: z.string(), type: z.string(), param: z.null(), code: z.string().nullable() }),
  }),
})
