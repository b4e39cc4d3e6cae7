import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Json } from '../../trace.ts'
import { notModelled, type TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { type Answer, answer, bill } from '../answer.ts'
import { isBatched } from '../batches.ts'
import { GAPS } from '../gaps.ts'
import { checkContext, checkKey, checkLimits, checkModel } from '../guard.ts'
import { MODELS } from '../prices.ts'
import type { Item, Seed, State } from '../state.ts'
import { countChat, pieces } from '../tokens.ts'
import { commonHeaders, invalid, sse, streamOf } from '../wire.ts'
import { outOfBounds, textOf, UNREADABLE, unknownParameter } from './input.ts'
import { storedBody } from './stored-completions.ts'

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
  'moderation',
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
    const outside = outOfBounds(body)
    if (outside !== undefined) return outside
    if (body.n !== undefined && body.n !== 1) throw notModelled('openai', GAPS, 'several choices')
    if (body.audio !== undefined || body.prediction != null)
      throw notModelled('openai', GAPS, 'audio output and predictions')
    if (body.service_tier === 'priority') throw notModelled('openai', GAPS, 'the priority tier')
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
      // Source: https://developers.openai.com/api/docs/guides/reasoning (2026-11-24); the wording as recorded in 2025-02.
      if (role === 'system' && model === 'o1-mini') {
        return invalid(
          `Unsupported value: 'messages[${at}].role' does not support 'system' with this model.`,
          `messages[${at}].role`,
          'unsupported_value',
        )
      }
      if (MODELS[model]?.audio !== true && holdsAudio(content)) {
        return invalid(
          `Invalid 'messages[${at}]'. Content blocks are expected to be either text or image_url type.`,
          `messages[${at}]`,
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
    // The wording as recorded by github.com/pydantic/pydantic-ai on 2026-03-06.
    if (body.web_search_options != null && MODELS[model]?.searches !== true)
      return invalid('Web search options not supported with this model.', 'web_search_options')
    const inputTokens = countChat(messages)
    const tooLong = checkContext(model, inputTokens)
    if (tooLong !== undefined) return tooLong
    const batched = isBatched(c.req.raw)
    const limited = batched ? {} : checkLimits(world, seed, state, model, inputTokens)
    if (limited instanceof Response) return limited

    const format = body.response_format as { readonly type?: string } | undefined
    const outputMax = (body.max_completion_tokens ?? body.max_tokens) as number | undefined
    const input = messages.map(({ text }) => text).join('\n')
    const said = answer(world, seed, state, {
      model,
      input,
      inputTokens,
      outputMax,
      needsScript: needsScript(body, format?.type),
      uncounted: input.includes(UNREADABLE),
    })
    const id = world.id('chatcmpl-', 29)
    const createdMs = world.clock.now()
    bill(
      world,
      state,
      {
        id,
        endpoint: 'chat.completions',
        model,
        input_tokens: said.inputTokens,
        output_tokens: said.outputTokens,
        reasoning_tokens: said.reasoningTokens,
        text: said.text,
        created_ms: createdMs,
      },
      { cachedTokens: said.cachedTokens, batched },
    )
    const head = {
      id,
      created: Math.floor(createdMs / 1000),
      model: MODELS[model]?.snapshot ?? model,
      ...(model === 'gpt-4o-search-preview' ? {} : { service_tier: body.service_tier === 'flex' ? 'flex' : 'default' }),
      system_fingerprint: fingerprintOf(model),
    }
    const headers = { ...commonHeaders(world), ...limited }
    const usage = (body.stream_options as { readonly include_usage?: boolean } | undefined)?.include_usage === true
    const whole = {
      ...head,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: messageOf(said),
          ...(MODELS[model]?.logprobs === true ? { logprobs: chancesOf(body, said) } : {}),
          finish_reason: finish(said),
        },
      ],
      ...(body.moderation == null ? {} : { moderation: said.moderation ?? null }),
      usage: usageOf(said, MODELS[model]?.audio === true),
    }
    if (body.store === true) {
      const stored = storedBody(body as Item, whole as unknown as Item, headers['x-request-id'] ?? '')
      state.stored_completions.add({ id, body: stored, messages: parsed.data as unknown as readonly Item[] })
    }
    return body.stream === true
      ? streamOf(chunks(head, said, usage, body.logprobs === true), headers)
      : c.json(whole as never, 200, headers)
  })
}

/** As recorded by github.com/pydantic/pydantic-ai in 2025 and 2026: none of models that think, but for o3-mini. */
function fingerprintOf(model: string): string | null {
  if (model === 'gpt-4o-search-preview') return ''
  const { logprobs = false, audio = false, snapshot = model } = MODELS[model] ?? {}
  return logprobs || audio || model === 'o3-mini' ? `fp_${fingerprint(snapshot)}` : null
}
const fingerprint = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 10)

/** Chances are the script's, where the caller asks for any. */
function chancesOf(body: Record<string, unknown>, { logprobs, refusal }: Answer): Json {
  if (body.logprobs !== true) return null
  if (logprobs === undefined) throw notModelled('openai', GAPS, 'log probabilities')
  return refusal === undefined ? { content: logprobs, refusal: null } : { content: null, refusal: logprobs }
}

const holdsAudio = (content: unknown): boolean =>
  Array.isArray(content) && content.some((part: { readonly type?: unknown } | null) => part?.type === 'input_audio')

/** Why only a script can answer; undefined when any text will do. */
function needsScript(body: Record<string, unknown>, format: string | undefined): string | undefined {
  if (format === 'json_schema' || format === 'json_object') return 'structured output without a script'
  if (body.web_search_options != null) return 'hosted tools without a script'
  return body.moderation == null ? undefined : 'moderation without a script'
}

const finish = ({ cut, calls }: Answer): string => (calls.length > 0 ? 'tool_calls' : cut ? 'length' : 'stop')

const toolCalls = ({ calls }: Answer): Json =>
  calls.map(({ id, name, arguments: args }) => ({ id, type: 'function', function: { name, arguments: args } }))

const messageOf = (said: Answer): Json => ({
  role: 'assistant',
  content: said.refusal !== undefined || (said.calls.length > 0 && said.text === '') ? null : said.text,
  refusal: said.refusal ?? null,
  annotations: said.annotations,
  ...(said.calls.length === 0 ? {} : { tool_calls: toolCalls(said) }),
})

const usageOf = ({ inputTokens, cachedTokens, outputTokens, reasoningTokens }: Answer, audio = false): Json => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
  prompt_tokens_details: {
    cached_tokens: cachedTokens,
    audio_tokens: 0,
    ...(audio ? { image_tokens: 0, text_tokens: inputTokens } : {}),
  },
  completion_tokens_details: {
    reasoning_tokens: reasoningTokens,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
    ...(audio ? { text_tokens: outputTokens } : {}),
  },
})

const isText = (delta: Json): boolean =>
  typeof delta === 'object' && delta !== null && !('role' in delta) && 'content' in delta

/** A stream: the role, the text token by token, the reason it ends, the usage if asked for, `[DONE]`. */
function chunks(
  head: { readonly [key: string]: Json },
  said: Answer,
  withUsage: boolean,
  withChances: boolean,
): readonly string[] {
  if (withChances && said.logprobs === undefined) throw notModelled('openai', GAPS, 'log probabilities')
  let nth = 0
  const chances = (delta: Json): Json => {
    const told = withChances && isText(delta) ? said.logprobs?.[nth++] : undefined
    return told === undefined ? null : { content: [told], refusal: null }
  }
  const chunk = (delta: Json, reason: string | null): string =>
    sse({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, logprobs: chances(delta), finish_reason: reason }],
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
