import type { Json } from '../../trace.ts'
import { notModelled, type TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { type Answer, answer, bill } from '../answer.ts'
import { GAPS } from '../gaps.ts'
import { checkContext, checkKey, checkLimits, checkModel } from '../guard.ts'
import { MODELS } from '../prices.ts'
import type { Seed, State } from '../state.ts'
import { countChat, pieces } from '../tokens.ts'
import { commonHeaders, errorBody, invalid, refusal, sse, streamOf } from '../wire.ts'
import { textOf, unknownParameter } from './input.ts'

/** Source: openai 7.57 src/resources/responses/responses.ts, ResponseCreateParams. */
const KNOWN = [
  'model',
  'input',
  'instructions',
  'stream',
  'stream_options',
  'max_output_tokens',
  'max_tool_calls',
  'temperature',
  'top_p',
  'top_logprobs',
  'user',
  'metadata',
  'store',
  'previous_response_id',
  'reasoning',
  'text',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'truncation',
  'include',
  'background',
  'conversation',
  'service_tier',
  'safety_identifier',
  'prompt_cache_key',
  'prompt',
]

type Item = { readonly role: string; readonly text: string }

/** The input as messages; function calls and their outputs count as text. */
function readInput(input: unknown): readonly Item[] {
  if (typeof input === 'string') return [{ role: 'user', text: input }]
  if (!Array.isArray(input)) return []
  return input.map((entry: unknown): Item => {
    const item = entry !== null && typeof entry === 'object' ? (entry as Record<string, unknown>) : {}
    if (item.type === 'function_call')
      return { role: 'assistant', text: `${String(item.name)}${String(item.arguments)}` }
    if (item.type === 'function_call_output')
      return { role: 'tool', text: typeof item.output === 'string' ? item.output : textOf(item.output) }
    if (item.type === 'reasoning') return { role: 'assistant', text: '' }
    if (item.type !== undefined && item.type !== 'message') throw notModelled('openai', GAPS, 'input other than text')
    return { role: String(item.role ?? 'user'), text: textOf(item.content) }
  })
}

export function addResponseRoutes(app: TwinApp, world: World, seed: Seed, state: State): void {
  app.on('responses.create', 'POST /v1/responses', async (c) => {
    const unauthorised = checkKey(c.req.header('authorization'), seed)
    if (unauthorised !== undefined) return unauthorised
    const body = (await c.req.json().catch(() => undefined)) as Record<string, unknown> | undefined
    if (body === undefined) return invalid('We could not parse the JSON body of your request.', null)
    const unknown = unknownParameter(body, KNOWN)
    if (unknown !== undefined) return unknown
    if (body.background === true) throw notModelled('openai', GAPS, 'background responses')
    if (body.conversation !== undefined || body.prompt !== undefined) throw notModelled('openai', GAPS, 'conversations')
    if (body.service_tier !== undefined && body.service_tier !== 'auto' && body.service_tier !== 'default')
      throw notModelled('openai', GAPS, 'service tiers')
    const tools = Array.isArray(body.tools) ? (body.tools as readonly { readonly type?: string }[]) : []
    if (tools.some(({ type }) => type !== 'function')) throw notModelled('openai', GAPS, 'tools other than functions')
    const found = checkModel(body.model)
    if (found instanceof Response) return found
    const { model } = found
    if (body.input === undefined)
      return invalid("Missing required parameter: 'input'.", 'input', 'missing_required_parameter')
    const previousId = body.previous_response_id
    const previous = typeof previousId === 'string' ? state.responses.find(({ id }) => id === previousId) : undefined
    if (typeof previousId === 'string' && previous === undefined) {
      return invalid(
        `Previous response with id '${previousId}' not found.`,
        'previous_response_id',
        'previous_response_not_found',
      )
    }
    const before = previous === undefined ? [] : [...readInput(previous.input), ...readInput(previous.body.output)]
    const instructions = typeof body.instructions === 'string' ? [{ role: 'system', text: body.instructions }] : []
    const items = [...instructions, ...before, ...readInput(body.input)]
    const inputTokens = countChat(items)
    const tooLong = checkContext(model, inputTokens)
    if (tooLong !== undefined) return tooLong
    const limited = checkLimits(world, seed, state, model, inputTokens)
    if (limited instanceof Response) return limited

    const outputMax = typeof body.max_output_tokens === 'number' ? body.max_output_tokens : undefined
    if (outputMax !== undefined && outputMax < 16)
      return invalid(
        `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got ${outputMax} instead.`,
        'max_output_tokens',
        'integer_below_min_value',
      )
    const format = (body.text as { readonly format?: { readonly type?: string } } | undefined)?.format?.type
    const input = items.map(({ text }) => text).join('\n')
    const said = answer(world, seed, state, {
      model,
      input,
      inputTokens,
      outputMax,
      structured: format === 'json_schema' || format === 'json_object',
    })
    const id = `resp_${world.draw('id resp').text(50, '0123456789abcdef')}`
    const createdMs = world.clock.now()
    bill(world, state, {
      id,
      endpoint: 'responses',
      model,
      input_tokens: said.inputTokens,
      output_tokens: said.outputTokens,
      reasoning_tokens: said.reasoningTokens,
      text: said.text,
      created_ms: createdMs,
    })
    const response = responseOf(world, body, said, { id, model, createdMs, outputMax })
    if (body.store !== false)
      state.responses.push({
        id,
        body: response,
        input:
          typeof body.input === 'string'
            ? [
                {
                  type: 'message',
                  role: 'user',
                  content: [{ type: 'input_text', text: body.input }],
                  id: world.id('msg_', 48),
                },
              ]
            : (body.input as readonly unknown[]),
      })
    const headers = { ...commonHeaders(world), ...limited }
    return body.stream === true ? streamOf(events(response, said), headers) : c.json(response as never, 200, headers)
  })

  const stored = (id: string): State['responses'][number] | Response =>
    state.responses.find((response) => response.id === id) ??
    refusal(404, errorBody(`Response with id '${id}' not found.`, 'invalid_request_error', null, null))

  app.on('responses.retrieve', 'GET /v1/responses/:id', (c) => {
    const unauthorised = checkKey(c.req.header('authorization'), seed)
    if (unauthorised !== undefined) return unauthorised
    const found = stored(c.req.param('id') ?? '')
    return found instanceof Response ? found : c.json(found.body as never, 200, commonHeaders(world))
  })
  app.on('responses.delete', 'DELETE /v1/responses/:id', (c) => {
    const unauthorised = checkKey(c.req.header('authorization'), seed)
    if (unauthorised !== undefined) return unauthorised
    const found = stored(c.req.param('id') ?? '')
    if (found instanceof Response) return found
    state.responses = state.responses.filter(({ id }) => id !== found.id)
    return c.json({ id: found.id, object: 'response', deleted: true }, 200, commonHeaders(world))
  })
  app.on('responses.input_items', 'GET /v1/responses/:id/input_items', (c) => {
    const unauthorised = checkKey(c.req.header('authorization'), seed)
    if (unauthorised !== undefined) return unauthorised
    const found = stored(c.req.param('id') ?? '')
    if (found instanceof Response) return found
    const ids = found.input.map((item) =>
      item !== null && typeof item === 'object' && 'id' in item ? String(item.id) : null,
    )
    return c.json(
      {
        object: 'list',
        data: found.input,
        first_id: ids[0] ?? null,
        last_id: ids.at(-1) ?? null,
        has_more: false,
      } as never,
      200,
      commonHeaders(world),
    )
  })
}

type Given = {
  readonly id: string
  readonly model: string
  readonly createdMs: number
  readonly outputMax: number | undefined
}
type Body = { readonly [key: string]: unknown }

/** Source: components/schemas/Response in https://github.com/openai/openai-openapi (2026-11-24). */
function responseOf(
  world: World,
  body: Record<string, unknown>,
  said: Answer,
  { id, model, createdMs, outputMax }: Given,
): Body {
  const part =
    said.refusal === undefined
      ? { type: 'output_text', annotations: [], logprobs: [], text: said.text }
      : { type: 'refusal', refusal: said.refusal }
  const status = said.cut ? 'incomplete' : 'completed'
  const output: Json[] = [
    ...(MODELS[model]?.reasons === true ? [{ id: world.id('rs_', 48), type: 'reasoning', summary: [] }] : []),
    ...said.calls.map((call) => ({
      id: world.id('fc_', 48),
      type: 'function_call',
      status: 'completed',
      arguments: call.arguments,
      call_id: call.id,
      name: call.name,
    })),
    ...(said.calls.length > 0
      ? []
      : [{ id: world.id('msg_', 48), type: 'message', status, content: [part], role: 'assistant' }]),
  ]
  return {
    id,
    object: 'response',
    created_at: Math.floor(createdMs / 1000),
    status,
    background: false,
    error: null,
    incomplete_details: said.cut ? { reason: 'max_output_tokens' } : null,
    instructions: body.instructions ?? null,
    max_output_tokens: outputMax ?? null,
    max_tool_calls: null,
    model: MODELS[model]?.snapshot ?? model,
    output,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    reasoning: { effort: MODELS[model]?.reasons === true ? 'medium' : null, summary: null },
    service_tier: 'default',
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: body.text ?? { format: { type: 'text' }, verbosity: 'medium' },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_logprobs: 0,
    top_p: body.top_p ?? 1,
    truncation: body.truncation ?? 'disabled',
    usage: {
      input_tokens: said.inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: said.outputTokens,
      output_tokens_details: { reasoning_tokens: said.reasoningTokens },
      total_tokens: said.inputTokens + said.outputTokens,
    },
    user: body.user ?? null,
    metadata: body.metadata ?? {},
  }
}

/** The named events of a stream, numbered. Source: openai 7.57 src/resources/responses/responses.ts, ResponseStreamEvent. */
function events(response: Body, said: Answer): readonly string[] {
  let sequence = 0
  const out: string[] = []
  const emit = (type: string, more: Body): void =>
    void out.push(sse({ type, sequence_number: sequence++, ...more } as Json, type))
  const begun = { ...response, status: 'in_progress', output: [], usage: null, incomplete_details: null }
  emit('response.created', { response: begun })
  emit('response.in_progress', { response: begun })
  for (const [output_index, entry] of (response.output as readonly Record<string, unknown>[]).entries()) {
    const { id: item_id, type } = entry
    if (type === 'message') {
      const [part] = entry.content as readonly Record<string, unknown>[]
      const at = { item_id, output_index, content_index: 0 }
      const refused = part?.type === 'refusal'
      emit('response.output_item.added', { output_index, item: { ...entry, status: 'in_progress', content: [] } })
      emit('response.content_part.added', {
        ...at,
        part: refused ? { type: 'refusal', refusal: '' } : { ...part, text: '' },
      })
      const text = refused ? (said.refusal ?? '') : said.text
      const name = refused ? 'refusal' : 'output_text'
      for (const delta of pieces(text))
        emit(`response.${name}.delta`, { ...at, delta, ...(refused ? {} : { logprobs: [] }) })
      emit(`response.${name}.done`, { ...at, ...(refused ? { refusal: text } : { text, logprobs: [] }) })
      emit('response.content_part.done', { ...at, part })
    } else if (type === 'function_call') {
      const args = String(entry.arguments)
      emit('response.output_item.added', { output_index, item: { ...entry, status: 'in_progress', arguments: '' } })
      for (const delta of pieces(args)) emit('response.function_call_arguments.delta', { item_id, output_index, delta })
      emit('response.function_call_arguments.done', { item_id, output_index, name: entry.name, arguments: args })
    } else emit('response.output_item.added', { output_index, item: entry })
    emit('response.output_item.done', { output_index, item: entry })
  }
  emit(said.cut ? 'response.incomplete' : 'response.completed', { response })
  return out
}
