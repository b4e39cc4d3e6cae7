import { createHash } from 'node:crypto'
import type { Json } from '../trace.ts'
import type { World } from '../world.ts'
import type { Answer } from './answer.ts'
import { MODELS } from './prices.ts'
import type { Item } from './state.ts'

/** A steady opaque text that hangs on `text`. */
export function opaque(text: string, length: number): string {
  let made = ''
  for (let at = 0; made.length < length; at++) made += createHash('sha512').update(`${text} ${at}`).digest('base64url')
  return made.slice(0, length)
}

/** Prefixes of item ids. Recorded by github.com/pydantic/pydantic-ai, 2025-02 to 2026-08. */
export const PREFIX: Readonly<Record<string, string>> = {
  message: 'msg_',
  reasoning: 'rs_',
  function_call: 'fc_',
  custom_tool_call: 'ctc_',
  code_interpreter_call: 'ci_',
  file_search_call: 'fs_',
  web_search_call: 'ws_',
  image_generation_call: 'ig_',
  mcp_call: 'mcp_',
  mcp_list_tools: 'mcpl_',
  mcp_approval_request: 'mcpr_',
  shell_call: 'sh_',
  shell_call_output: 'sho_',
  local_shell_call: 'lsh_',
  apply_patch_call: 'apc_',
  computer_call: 'cu_',
  mcp_approval_response: 'mcpa_',
  tool_search_call: 'tsc_',
  tool_search_output: 'tso_',
  compaction: 'cmp_',
}
const HEX = '0123456789abcdef'
export const newId = (world: World, prefix: string): string => prefix + world.draw(`id ${prefix}`).text(50, HEX)

export type Request = { readonly [key: string]: unknown }

/** What an item needs to know beyond itself. */
type Surroundings = {
  readonly model: string
  readonly include: readonly unknown[]
  /** Where the code interpreter works. */
  readonly container: string
  /** `file_id` and `vector_store_id` of a stored file. */
  readonly fileNamed: (name: Json | undefined) => Item
}

/** Results that come only when `include` asks for them. Source: openai 7.57, ResponseIncludable. */
const HIDDEN: Readonly<Record<string, readonly [field: string, include: string]>> = {
  code_interpreter_call: ['outputs', 'code_interpreter_call.outputs'],
  file_search_call: ['results', 'file_search_call.results'],
}

/** One output item as the API sends it, from what the script says of it. */
function itemOf(world: World, said: Item, { model, include, container, fileNamed }: Surroundings): Item {
  const type = String(said.type)
  const id = newId(world, PREFIX[type] ?? 'item_')
  switch (type) {
    case 'message':
      return {
        id,
        type,
        status: said.status ?? 'completed',
        content: [partOf(said, { container, fileNamed })],
        ...(MODELS[model]?.phases === true ? { phase: said.phase ?? 'final_answer' } : {}),
        role: 'assistant',
      }
    case 'reasoning': {
      const summary = Array.isArray(said.summary) ? (said.summary as readonly Json[]) : []
      return {
        id,
        type,
        content: [],
        ...(include.includes('reasoning.encrypted_content') ? { encrypted_content: `gAAAAA${opaque(id, 800)}` } : {}),
        summary: summary.map((text) => ({ type: 'summary_text', text })),
      }
    }
    case 'function_call':
      return {
        id,
        type,
        status: 'completed',
        arguments: said.arguments ?? '{}',
        call_id: said.call_id ?? world.id('call_', 24),
        name: said.name ?? '',
      }
    default: {
      const hidden = HIDDEN[type]
      const shown = hidden === undefined || include.includes(hidden[1]) ? said : { ...said, [hidden[0]]: null }
      const runs = placeOf(said, container)
      const results = Array.isArray(shown.results) ? (shown.results as readonly Item[]) : undefined
      const found =
        results === undefined ? {} : { results: results.map((one) => ({ ...fileNamed(one.filename), ...one })) }
      const encrypted = type === 'compaction' ? { encrypted_content: `gAAAAA${opaque(id, 800)}` } : {}
      return { ...shown, id, ...runs, ...found, ...encrypted }
    }
  }
}

/** Where code runs, and commands that are not the caller's own. */
function placeOf({ type, environment }: Item, container: string): Item {
  if (type === 'code_interpreter_call') return { container_id: container }
  const place = environment as Item | null | undefined
  return place?.type === 'container_reference' ? { environment: { container_id: container, ...place } } : {}
}

/** What a citation leaves out is what the twin knows: the id of a file by its name, and the container. */
function partOf(said: Item, { container, fileNamed }: Pick<Surroundings, 'container' | 'fileNamed'>): Item {
  if (typeof said.refusal === 'string') return { type: 'refusal', refusal: said.refusal }
  const annotations = Array.isArray(said.annotations) ? (said.annotations as readonly Item[]) : []
  const whole = annotations.map((one): Json => {
    if (one.type === 'file_citation') return { ...pick(fileNamed(one.filename), 'file_id'), ...one }
    return one.type === 'container_file_citation' ? { container_id: container, ...one } : one
  })
  return { type: 'output_text', annotations: whole, logprobs: said.logprobs ?? [], text: said.text ?? '' }
}
const pick = (item: Item, key: string): Item => (item[key] === undefined ? {} : { [key]: item[key] })

/** What a plain answer is made of: thoughts where the model has them, then calls or a text. */
function itemsOf(said: Answer, model: string): readonly Item[] {
  const thoughts: readonly Item[] = MODELS[model]?.reasons === true ? [{ type: 'reasoning' }] : []
  if (said.calls.length > 0) {
    const calls = said.calls.map(({ id, name, arguments: args }) => ({
      type: 'function_call',
      call_id: id,
      name,
      arguments: args,
    }))
    return [...thoughts, ...calls]
  }
  const status = said.cut ? 'incomplete' : 'completed'
  const words = said.refusal === undefined ? { text: said.text } : { refusal: said.refusal }
  return [...thoughts, { type: 'message', status, ...words }]
}

/** Tools as the API gives them back: with what was left out filled in. Recorded by github.com/pydantic/pydantic-ai. */
function toolOf(tool: unknown, container: string): Json {
  const given = (tool ?? {}) as Item
  switch (given.type) {
    case 'function':
      return {
        ...given,
        description: given.description || null,
        parameters: given.parameters ?? null,
        strict: given.strict ?? true,
        output_schema: given.output_schema ?? null,
      }
    case 'web_search':
    case 'web_search_preview': {
      const place = given.user_location as Item | undefined
      return {
        ...given,
        filters: given.filters ?? null,
        search_context_size: given.search_context_size ?? 'medium',
        user_location: {
          type: 'approximate',
          city: null,
          country: place == null ? 'US' : null,
          region: null,
          timezone: null,
          ...place,
        },
      }
    }
    case 'file_search':
      return {
        ...given,
        filters: given.filters ?? null,
        max_num_results: given.max_num_results ?? 20,
        ranking_options: given.ranking_options ?? { ranker: 'auto', score_threshold: 0 },
      }
    case 'mcp':
      return {
        allowed_tools: null,
        headers: null,
        require_approval: 'always',
        server_description: null,
        server_url: null,
        ...given,
        ...(given.authorization === undefined ? {} : { authorization: '<redacted>' }),
        ...(typeof given.server_url === 'string' ? { server_url: '<redacted>' } : {}),
      }
    case 'image_generation': {
      const { input_fidelity: _, partial_images: __, ...shown } = given
      return {
        background: 'auto',
        moderation: 'auto',
        n: 1,
        output_compression: 100,
        output_format: 'png',
        quality: 'auto',
        size: 'auto',
        ...shown,
      }
    }
    case 'tool_search':
      return { description: null, parameters: null, ...given }
    case 'custom':
      return { description: null, format: { type: 'text' }, ...given }
    case 'shell': {
      // A container of its own is made for it: recorded by github.com/pydantic/pydantic-ai on 2026-03-11.
      const { type } = (given.environment ?? {}) as Item
      return type === 'container_auto'
        ? { ...given, environment: { type: 'container_reference', container_id: container } }
        : given
    }
    default:
      return given
  }
}

/** All tools of a request, those that came with its input included; the search for tools stands last. */
function toolsOf(body: Request, container: string): readonly Json[] {
  const list = (value: unknown): readonly Item[] => (Array.isArray(value) ? (value as readonly Item[]) : [])
  const added = list(body.input).flatMap((item) => (item?.type === 'additional_tools' ? list(item.tools) : []))
  // One that came with the input takes the place of its namesake.
  const named = new Map([...list(body.tools), ...added].map((tool, at) => [String(tool.name ?? at), tool]))
  const tools = [...named.values()]
  const isSearch = ({ type }: Item): boolean => type === 'tool_search'
  return [...tools.filter((tool) => !isSearch(tool)), ...tools.filter(isSearch)].map((tool) => toolOf(tool, container))
}

const NO_IMAGES = { image_tokens: 0, text_tokens: 0 }

export type Given = {
  readonly id: string
  readonly model: string
  readonly createdMs: number
  readonly outputMax: number | undefined
  readonly fileNamed: Surroundings['fileNamed']
}

export function usageOf(said: Answer): Item {
  return {
    input_tokens: said.inputTokens,
    input_tokens_details: { cache_write_tokens: 0, cached_tokens: said.cachedTokens },
    output_tokens: said.outputTokens,
    output_tokens_details: { reasoning_tokens: said.reasoningTokens },
    total_tokens: said.inputTokens + said.outputTokens,
  }
}

/** The whole response. Source: components/schemas/Response in https://github.com/openai/openai-openapi (2026-11-24). */
export function responseOf(world: World, body: Request, said: Answer, given: Given): Item {
  const { id, model, createdMs, outputMax, fileNamed } = given
  const include = Array.isArray(body.include) ? (body.include as readonly unknown[]) : []
  const items = said.items ?? itemsOf(said, model)
  const thinks = MODELS[model]?.reasons === true
  const reasoning = (body.reasoning ?? {}) as Item
  const conversation = body.conversation as string | { readonly id: string } | undefined
  const createdS = Math.floor(createdMs / 1000)
  const surroundings = { model, include, container: containerOf(body) ?? newId(world, 'cntr_'), fileNamed }
  return {
    id,
    object: 'response',
    access_programs: null,
    created_at: createdS,
    status: said.failure !== undefined ? 'failed' : said.cut ? 'incomplete' : 'completed',
    background: body.background === true,
    billing: { payer: 'developer' },
    completed_at: said.cut || said.failure !== undefined ? null : createdS + 1,
    ...(conversation == null
      ? {}
      : { conversation: { id: typeof conversation === 'string' ? conversation : conversation.id } }),
    error: said.failure ?? null,
    frequency_penalty: 0,
    incomplete_details: said.cut ? { reason: 'max_output_tokens' } : null,
    instructions: (body.instructions ?? null) as Json,
    max_output_tokens: outputMax ?? null,
    max_tool_calls: (body.max_tool_calls ?? null) as Json,
    model: MODELS[model]?.snapshot ?? model,
    moderation: body.moderation == null ? null : (said.moderation ?? null),
    output: items.map((item) => itemOf(world, item, surroundings)),
    parallel_tool_calls: (body.parallel_tool_calls ?? true) as Json,
    presence_penalty: 0,
    previous_response_id: (body.previous_response_id ?? null) as Json,
    prompt_cache_key: (body.prompt_cache_key ?? null) as Json,
    prompt_cache_retention: (body.prompt_cache_retention ?? (thinks ? '24h' : 'in_memory')) as Json,
    reasoning: thinks
      ? {
          context: reasoning.context ?? 'current_turn',
          effort: reasoning.effort ?? 'medium',
          mode: reasoning.mode ?? 'standard',
          summary: summaryOf(reasoning.summary),
        }
      : { effort: null, summary: null },
    safety_identifier: (body.safety_identifier ?? null) as Json,
    service_tier: body.service_tier === 'flex' ? 'flex' : 'default',
    store: (body.store ?? body.background !== true) as Json,
    temperature: (body.temperature ?? 1) as Json,
    text: textFormat(body.text),
    tool_choice: (body.tool_choice ?? 'auto') as Json,
    tool_usage: {
      image_gen: {
        input_tokens: 0,
        input_tokens_details: NO_IMAGES,
        output_tokens: 0,
        output_tokens_details: NO_IMAGES,
        total_tokens: 0,
      },
      web_search: { num_requests: items.filter(({ type }) => type === 'web_search_call').length },
    },
    tools: toolsOf(body, surroundings.container),
    top_logprobs: 0,
    top_p: (body.top_p ?? 1) as Json,
    truncation: (body.truncation ?? 'disabled') as Json,
    usage: usageOf(said),
    user: (body.user ?? null) as Json,
    metadata: (body.metadata ?? {}) as Json,
  }
}

/** The container that earlier code ran in goes on being used. */
function containerOf(body: Request): string | undefined {
  const items = Array.isArray(body.input) ? (body.input as readonly Item[]) : []
  const ids = items.flatMap((item) => (typeof item?.container_id === 'string' ? [item.container_id] : []))
  return ids.at(-1)
}

/** `auto` is answered with what it came to. Recorded on 2025-03-13 by github.com/pydantic/pydantic-ai. */
const summaryOf = (asked: Json | undefined): Json => (asked === 'auto' ? 'detailed' : (asked ?? null))

function textFormat(given: unknown): Json {
  const { format, verbosity } = (given ?? {}) as { readonly format?: Item; readonly verbosity?: Json }
  const schema = format?.type === 'json_schema' ? { description: null, strict: true, ...format } : format
  return { format: schema ?? { type: 'text' }, verbosity: verbosity ?? 'medium' }
}

/** A response whose work is not done: what it will say is not there yet. */
export const pending = (response: Item, status: 'queued' | 'in_progress'): Item => {
  const { billing: _, ...shown } = response
  return {
    ...shown,
    status,
    completed_at: null,
    output: [],
    moderation: null,
    usage: null,
    incomplete_details: null,
    service_tier: response.service_tier === 'default' ? 'auto' : (response.service_tier ?? null),
  }
}
