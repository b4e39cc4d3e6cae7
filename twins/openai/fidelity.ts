import type { FidelityProfile } from '../fidelity.ts'
import type { Exchange } from '../har.ts'
import type { Json } from '../trace.ts'
import type { Item } from './state.ts'

const isObject = (value: Json | undefined): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return null
  }
}

/** The answer of an exchange: its body, or what the stream ends in. */
function answerOf({ responseBody }: Exchange): Item | undefined {
  const text = Buffer.from(responseBody ?? []).toString()
  const whole = parse(text)
  if (isObject(whole)) return whole
  const events = text.split('\n').flatMap((line) => (line.startsWith('data: {') ? [parse(line.slice(6))] : []))
  const last = events.findLast((event) => isObject(event) && isObject(event.response))
  if (isObject(last)) return isObject(last.response) ? last.response : undefined
  return undefined
}

/** The words of an output item, without what the API gives it: ids, status, encryption. */
function wordsOf(item: Item): Item {
  const { id: _, ...rest } = item
  switch (item.type) {
    case 'message': {
      const [part] = Array.isArray(item.content) ? (item.content as readonly Item[]) : []
      const { text = '', annotations, logprobs = [], refusal } = part ?? {}
      const cited = Array.isArray(annotations) ? (annotations as readonly Item[]).map(withoutIds) : []
      const words = refusal === undefined ? { text, annotations: cited, logprobs } : { refusal }
      return { type: 'message', ...words, ...(item.phase === undefined ? {} : { phase: item.phase }) }
    }
    case 'reasoning': {
      const summary = Array.isArray(item.summary) ? (item.summary as readonly Item[]) : []
      return { type: 'reasoning', summary: summary.map(({ text = '' }) => text) }
    }
    case 'function_call':
      return { type: 'function_call', name: item.name ?? '', arguments: item.arguments ?? '' }
    default: {
      const { container_id: __, encrypted_content: ___, ...words } = rest
      const { results } = words
      return Array.isArray(results) ? { ...words, results: (results as readonly Item[]).map(withoutIds) } : words
    }
  }
}

/** What is cited by id is found again by its name. */
function withoutIds(item: Item): Item {
  const { container_id: _, vector_store_id: __, ...rest } = item
  const { file_id: ___, ...words } = rest
  return item.type === 'container_file_citation' ? rest : words
}

function tokensOf(usage: Json | undefined): Item {
  if (!isObject(usage)) return {}
  const { input_tokens, prompt_tokens, output_tokens, completion_tokens } = usage
  const cached = isObject(usage.input_tokens_details) ? usage.input_tokens_details.cached_tokens : 0
  const thought = isObject(usage.output_tokens_details) ? usage.output_tokens_details.reasoning_tokens : 0
  return {
    input: input_tokens ?? prompt_tokens ?? 0,
    cached: cached ?? 0,
    output: output_tokens ?? completion_tokens ?? 0,
    reasoning: thought ?? 0,
  }
}

/** What the model said to one request, as a turn of the script; undefined where it said nothing. */
function turnOf(exchange: Exchange, entry: number, later: readonly Exchange[]): Json | undefined {
  if (exchange.method !== 'POST' || exchange.status !== 200) return undefined
  const path = new URL(exchange.url).pathname
  const answer = answerOf(exchange)
  if (answer === undefined || !/^\/v1\/(responses(\/compact)?|chat\/completions)$/.test(path)) return undefined
  const when = { step: String(entry) }
  if (path === '/v1/chat/completions') return chatTurn(answer, when)
  // Work in the background says its words later, when somebody asks again.
  const done = later.map(answerOf).findLast((one) => one?.id === answer.id && one?.status === 'completed') ?? answer
  const output = Array.isArray(done.output) ? (done.output as readonly Item[]) : []
  const moderation = isObject(done.moderation) ? { moderation: done.moderation } : {}
  return { when, items: output.map(wordsOf), tokens: tokensOf(done.usage), ...moderation }
}

function chatTurn(answer: Item, when: Item): Json | undefined {
  const [choice] = Array.isArray(answer.choices) ? (answer.choices as readonly Item[]) : []
  const message = choice?.message
  if (!isObject(message)) return undefined
  const calls = Array.isArray(message.tool_calls) ? (message.tool_calls as readonly Item[]) : []
  return {
    when,
    ...(typeof message.refusal === 'string' ? { refuse: message.refusal } : { say: message.content ?? '' }),
    ...(calls.length === 0
      ? {}
      : {
          calls: calls.map(({ function: called }) => ({
            name: (called as Item).name ?? '',
            arguments: (called as Item).arguments ?? '',
          })),
        }),
    annotations: message.annotations ?? [],
    ...(isObject(answer.moderation) ? { moderation: answer.moderation } : {}),
    tokens: tokensOf(answer.usage),
  }
}

const NEWER = 'The API has sent it only since after some recordings were made; it has no versions to pin.'
const GONE = 'The API sent it until 2025-06.'
const since = (at: string): { readonly at: string; readonly what: 'extra'; readonly why: string } => ({
  at,
  what: 'extra',
  why: NEWER,
})

/** How recordings of OpenAI are replayed: the words are the model's and so part of what is given, all around them is the twin's. */
export const FIDELITY: FidelityProfile = {
  authorize: (headers) => headers.set('Authorization', 'Bearer sk-fidelity'),
  given: (exchanges) => ({
    turns: exchanges.flatMap((exchange, at) => turnOf(exchange, at + 1, exchanges.slice(at + 1)) ?? []),
  }),
  pauseMs: 2_000,
  live: { env: 'OPENAI_API_KEY', authorize: (headers, secret) => headers.set('Authorization', `Bearer ${secret}`) },
  ignores: [
    ...'background billing completed_at frequency_penalty max_tool_calls moderation presence_penalty prompt_cache_key prompt_cache_retention safety_identifier service_tier tool_usage top_logprobs'
      .split(' ')
      .flatMap((field) => [since(field), since(`**.response.${field}`)]),
    since('**.obfuscation'),
    since('**.content'),
    since('**.reasoning.context'),
    since('**.reasoning.mode'),
    since('**.input_tokens_details.cache_write_tokens'),
    since('**.output_schema'),
    since('**.text.verbosity'),
    since('**.logprobs'),
    since('events.*.data.name'),
    since('**.reasoning.summary'),
    { at: '**.reasoning.generate_summary', what: 'missing', why: GONE },
    { at: '**.prompt_cache_retention', what: 'type', why: 'Null in older recordings, where none was asked for.' },
  ],
}
