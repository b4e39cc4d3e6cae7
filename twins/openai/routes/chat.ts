import { z } from 'zod'
import type { Json } from '../../trace.ts'
import { notModelled, type TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { type Answer, answer, bill } from '../answer.ts'
import { GAPS } from '../gaps.ts'
import { checkContext, checkKey, checkLimits, checkModel } from '../guard.ts'
import { MODELS } from '../prices.ts'
import type { Seed, State } from '../state.ts'
import { countChat, pieces } from '../tokens.ts'
import { commonHeaders, invalid, sse, streamOf } from '../wire.ts'
import { textOf, unknownParameter } from './input.ts'

/** Parameters that change nothing here, or that are looked at below. Source: openai 7.57 src/resources/chat/completions. */
const KNOWN = [
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'presence_penalty',
  'frequency_penalty',
  'stop',
  'user',
  'metadata',
  'seed',
  'store',
  'reasoning_effort',
  'verbosity',
  'n',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'response_format',
  'logprobs',
  'top_logprobs',
  'logit_bias',
  'service_tier',
  'safety_identifier',
  'prompt_cache_key',
  'modalities',
  'audio',
  'web_search_options',
  'prediction',
]

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool', 'function']
const message = z.looseObject({ role: z.string(), content: z.unknown().optional() })

export function addChatRoutes(app: TwinApp, world: World, seed: Seed, state: State): void {
  app.on('chat.completions.create', 'POST /v1/chat/completions', async (c) => {
    const unauthorised = checkKey(c.req.header('authorization'), seed)
    if (unauthorised !== undefined) return unauthorised
    const body = (await c.req.json().catch(() => undefined)) as Record<string, unknown> | undefined
    if (body === undefined) return invalid('We could not parse the JSON body of your request.', null)
    const unknown = unknownParameter(body, KNOWN)
    if (unknown !== undefined) return unknown
    if (body.n !== undefined && body.n !== 1) throw notModelled('openai', GAPS, 'several choices')
    if (body.logprobs === true) throw notModelled('openai', GAPS, 'log probabilities')
    if (body.audio !== undefined || body.web_search_options !== undefined)
      throw notModelled('openai', GAPS, 'input other than text')
    if (body.service_tier !== undefined && body.service_tier !== 'auto' && body.service_tier !== 'default')
      throw notModelled('openai', GAPS, 'service tiers')
    const found = checkModel(body.model)
    if (found instanceof Response) return found
    const { model } = found
    const parsed = z.array(message).min(1).safeParse(body.messages)
    if (!parsed.success) {
      if (body.messages === undefined)
        return invalid("Missing required parameter: 'messages'.", 'messages', 'missing_required_parameter')
      return invalid(
        `Invalid 'messages': expected an array of messages with minimum length 1.`,
        'messages',
        'invalid_type',
      )
    }
    const messages: { readonly role: string; readonly text: string }[] = []
    for (const [at, { role, content, ...rest }] of parsed.data.entries()) {
      if (!ROLES.includes(role)) {
        return invalid(
          `Invalid value: '${role}'. Supported values are: ${ROLES.map((one) => `'${one}'`).join(', ')}.`,
          `messages[${at}].role`,
          'invalid_value',
        )
      }
      messages.push({
        role,
        text: `${textOf(content)}${rest.tool_calls === undefined ? '' : JSON.stringify(rest.tool_calls)}`,
      })
    }
    const reasons = MODELS[model]?.reasons === true
    // Reasoning models refuse the old name. Source: https://developers.openai.com/api/docs/guides/reasoning (2026-11-24).
    if (reasons && body.max_tokens !== undefined) {
      return invalid(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        'max_tokens',
        'unsupported_parameter',
      )
    }
    if (reasons && body.temperature !== undefined && body.temperature !== 1) {
      return invalid(
        `Unsupported value: 'temperature' does not support ${String(body.temperature)} with this model. Only the default (1) value is supported.`,
        'temperature',
        'unsupported_value',
      )
    }
    const inputTokens = countChat(messages)
    const tooLong = checkContext(model, inputTokens)
    if (tooLong !== undefined) return tooLong
    const limited = checkLimits(world, seed, state, model, inputTokens)
    if (limited instanceof Response) return limited

    const format = body.response_format as { readonly type?: string } | undefined
    const outputMax = (body.max_completion_tokens ?? body.max_tokens) as number | undefined
    const input = messages.map(({ text }) => text).join('\n')
    const said = answer(world, seed, state, {
      model,
      input,
      inputTokens,
      outputMax,
      structured: format?.type === 'json_schema' || format?.type === 'json_object',
    })
    const id = world.id('chatcmpl-', 29)
    const createdMs = world.clock.now()
    bill(world, state, {
      id,
      endpoint: 'chat.completions',
      model,
      input_tokens: said.inputTokens,
      output_tokens: said.outputTokens,
      reasoning_tokens: said.reasoningTokens,
      text: said.text,
      created_ms: createdMs,
    })
    const head = {
      id,
      created: Math.floor(createdMs / 1000),
      model: MODELS[model]?.snapshot ?? model,
      service_tier: 'default',
      system_fingerprint: null,
    }
    const headers = { ...commonHeaders(world), ...limited }
    if (body.stream === true) {
      const usage = (body.stream_options as { readonly include_usage?: boolean } | undefined)?.include_usage === true
      return streamOf(chunks(head, said, usage), headers)
    }
    return c.json(
      {
        ...head,
        object: 'chat.completion',
        choices: [{ index: 0, message: messageOf(said), logprobs: null, finish_reason: finish(said) }],
        usage: usageOf(said),
      } as never,
      200,
      headers,
    )
  })
}

const finish = ({ cut, calls }: Answer): string => (calls.length > 0 ? 'tool_calls' : cut ? 'length' : 'stop')

const toolCalls = ({ calls }: Answer): Json =>
  calls.map(({ id, name, arguments: args }) => ({ id, type: 'function', function: { name, arguments: args } }))

const messageOf = (said: Answer): Json => ({
  role: 'assistant',
  content: said.refusal !== undefined || said.calls.length > 0 ? null : said.text,
  refusal: said.refusal ?? null,
  annotations: [],
  ...(said.calls.length === 0 ? {} : { tool_calls: toolCalls(said) }),
})

const usageOf = ({ inputTokens, outputTokens, reasoningTokens }: Answer): Json => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: reasoningTokens,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
})

/** A stream: the role, the text token by token, the reason it ends, the usage if asked for, `[DONE]`. */
function chunks(head: { readonly [key: string]: Json }, said: Answer, withUsage: boolean): readonly string[] {
  const chunk = (delta: Json, reason: string | null): string =>
    sse({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
      ...(withUsage ? { usage: null } : {}),
    })
  const deltas: Json[] = [
    { role: 'assistant', content: said.calls.length > 0 ? null : '', refusal: null },
    ...(said.refusal === undefined
      ? pieces(said.text).map((content) => ({ content }))
      : pieces(said.refusal).map((part) => ({ refusal: part }))),
    ...said.calls.flatMap(({ id, name, arguments: args }, index): readonly Json[] => [
      { tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] },
      ...pieces(args).map((part): Json => ({ tool_calls: [{ index, function: { arguments: part } }] })),
    ]),
  ]
  const usage = withUsage ? [sse({ ...head, object: 'chat.completion.chunk', choices: [], usage: usageOf(said) })] : []
  return [...deltas.map((delta) => chunk(delta, null)), chunk({}, finish(said)), ...usage, sse('[DONE]')]
}
