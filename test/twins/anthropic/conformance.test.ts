import { z } from 'zod'
import { anthropic } from '../../../twins/anthropic/index.ts'
import { runTwinTests, type Stage } from '../../conformance/twins.ts'
import { hello, LONG_TEXT, request } from './support.ts'

const messages = '/v1/messages'
const batches = `${messages}/batches`
const post =
  (body: unknown, path = messages, headers: Readonly<Record<string, string>> = {}) =>
  ({ twin }: Stage): unknown =>
    twin.fetch(request('POST', path, body, headers))
const image = {
  ...hello,
  messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'https://example.com/x.png' } }] }],
}
const { max_tokens: _, ...counted } = image
const tool = { name: 'weather', description: '', input_schema: { type: 'object' } }

runTwinTests({
  twin: anthropic,
  seed: { limits: { requests: 100 } },
  async story({ send, world }) {
    await send(request('POST', messages, hello))
    const system = [{ type: 'text', text: LONG_TEXT, cache_control: { type: 'ephemeral', ttl: '1h' } }]
    await send(request('POST', messages, { ...hello, system, stream: true }))
    await send(request('POST', messages, { ...hello, system }))
    const { max_tokens: __, ...count } = hello
    await send(request('POST', `${messages}/count_tokens`, count))
    const batch = await send(request('POST', batches, { requests: [{ custom_id: 'a', params: hello }] }))
    const { id } = z.object({ id: z.string() }).parse(await batch.json())
    await world.clock.advance(60_000)
    await send(request('GET', `${batches}/${id}`))
    await send(request('GET', `${batches}/${id}/results`))
    await send(request('GET', `${batches}?limit=1`))
    const other = await send(request('POST', batches, { requests: [{ custom_id: 'b', params: hello }] }))
    const later = z.object({ id: z.string() }).parse(await other.json())
    await send(request('POST', `${batches}/${later.id}/cancel`))
    await world.clock.advance(1_000)
    await send(request('DELETE', `${batches}/${later.id}`))
    const form = new FormData()
    form.set('file', new File(['1,2'], 'a.csv', { type: 'text/csv' }))
    const headers = { 'x-api-key': 'sk-ant-test', 'anthropic-version': '2023-06-01' }
    const url = 'https://api.anthropic.com/v1/files?beta=true'
    const sent = await send(new Request(url, { method: 'POST', headers, body: form }))
    const file = z.object({ id: z.string() }).parse(await sent.json())
    await send(request('GET', `/v1/files/${file.id}`))
    await send(request('GET', '/v1/models?limit=2'))
    await send(request('GET', '/v1/models/claude-opus-5'))
    await send(request('POST', messages, { ...hello, temperature: 7 }))
  },
  gaps: {
    'a turn that no script foresees': ({ world }) =>
      anthropic.create(world, { answers: 'scripted' }).fetch(request('POST', messages, hello)),
    'input other than text': post(image),
    'counting tokens of input other than text': post(counted, `${messages}/count_tokens`),
    'hosted tools without a script': post({ ...hello, tools: [{ type: 'web_search_20250305', name: 'web_search' }] }),
    'forced tool calls without a script': post({ ...hello, tools: [tool], tool_choice: { type: 'any' } }),
    'structured output without a script': post({
      ...hello,
      output_config: { format: { type: 'json_schema', schema: {} } },
    }),
    'acts on batches that come too soon or too late': async ({ twin }) => {
      const made = await twin.fetch(request('POST', batches, { requests: [{ custom_id: 'a', params: hello }] }))
      const { id } = z.object({ id: z.string() }).parse(await made.json())
      return twin.fetch(request('DELETE', `${batches}/${id}`))
    },
    'unknown cursors of lists': ({ twin }) => twin.fetch(request('GET', '/v1/models?after_id=claude-0')),
    'the rest of the API': post({}, '/v1/skills'),
    'containers that are not, or no longer, known': post({ ...hello, container: 'container_1' }),
    'lists of models by lifecycle': ({ twin }) => twin.fetch(request('GET', '/v1/models?lifecycle=retired')),
    'other API versions': post(hello, messages, { 'anthropic-version': '2023-01-01' }),
    'models without a price': post({ ...hello, model: 'claude-mythos-5' }),
    'fast mode': post({ ...hello, speed: 'fast' }),
    'inference geography': post({ ...hello, inference_geo: 'us' }),
    'parameters of betas': post({ ...hello, fallbacks: [] }, `${messages}?beta=true`),
  },
  failureBody: z.strictObject({
    type: z.literal('error'),
    error: z.strictObject({ type: z.string(), message: z.string() }),
    request_id: z.string(),
  }),
})
