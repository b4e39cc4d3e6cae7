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
      const { container_id: __, encrypted_content: ___, ...given } = rest
      const { environment } = given
      const words: Item = isObject(environment) ? { ...given, environment: placeless(environment) } : given
      const { results } = words
      return Array.isArray(results) ? { ...words, results: (results as readonly Item[]).map(withoutIds) } : words
    }
  }
}

/** Which container commands ran in is the twin's to say. */
function placeless({ container_id: _, ...environment }: Item): Item {
  return environment
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
  const fail = isObject(done.error) ? { fail: { code: done.error.code ?? '', message: done.error.message ?? '' } } : {}
  const written = filesIn(output, later)
  return {
    when,
    items: output.map(wordsOf),
    tokens: tokensOf(done.usage),
    cut: done.status === 'incomplete',
    ...(written.length === 0 ? {} : { files: written }),
    ...paceIn(answer, later),
    ...fail,
    ...moderation,
  }
}

const PAUSE_MS = 2_000
/** How long work in the background took, counted in the times somebody asked. */
function paceIn({ id, status, background }: Item, later: readonly Exchange[], ahead = 0): Item {
  const asked = later.map((exchange) => (exchange.method === 'GET' ? answerOf(exchange) : undefined))
  const done = asked.findIndex((one) => one?.id === id && one?.status !== 'queued' && one?.status !== 'in_progress')
  if (background !== true || done < 0) return {}
  const begun = asked.findIndex((one) => one?.id === id && one?.status !== 'queued')
  const at = (place: number): number => Math.max(0, (place + 1 + ahead) * PAUSE_MS - PAUSE_MS / 2)
  const starts_ms = status === 'queued' ? at(begun) : 0
  return { background: { starts_ms, ends_ms: Math.max(starts_ms, at(done)) } }
}

/** Files that code wrote and somebody fetched later. */
function filesIn(output: readonly Item[], later: readonly Exchange[]): readonly Item[] {
  return citationsIn(output).flatMap(({ type, file_id, filename }) => {
    if (type !== 'container_file_citation' || typeof file_id !== 'string') return []
    const fetched = later.find(({ url, status }) => status === 200 && url.endsWith(`/files/${file_id}/content`))
    if (fetched === undefined) return []
    const content = Buffer.from(fetched.responseBody ?? []).toString('base64')
    return [{ id: file_id, filename: filename ?? 'file', content }]
  })
}

const citationsIn = (output: readonly Item[]): readonly Item[] =>
  output
    .flatMap(({ content }) => (Array.isArray(content) ? (content as readonly Item[]) : []))
    .flatMap(({ annotations }) => (Array.isArray(annotations) ? (annotations as readonly Item[]) : []))

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
    cut: choice?.finish_reason === 'length',
    ...chancesIn(choice),
    ...(isObject(answer.moderation) ? { moderation: answer.moderation } : {}),
    tokens: tokensOf(answer.usage),
  }
}

function chancesIn(choice: Item | undefined): Item {
  const { content, refusal } = (isObject(choice?.logprobs) ? choice.logprobs : {}) as Item
  const told = content ?? refusal
  return Array.isArray(told) ? { logprobs: told } : {}
}

const STORED: readonly (readonly [kind: string, id: RegExp])[] = [
  ['conversations', /^conv_\w+$/],
  ['responses', /^resp_\w+$/],
  ['files', /^file-\w+$/],
  ['vector_stores', /^vs_\w+$/],
]

/** Everything in `value` that looks like an id, with the object it stands in. */
function* idsIn(value: Json, around: Item = {}): Generator<readonly [id: string, around: Item]> {
  if (typeof value === 'string') {
    if (STORED.some(([, pattern]) => pattern.test(value))) yield [value, around]
  } else if (Array.isArray(value)) for (const item of value) yield* idsIn(item as Json, around)
  else if (isObject(value)) for (const item of Object.values(value)) yield* idsIn(item, value)
}

/** What a recording uses and nothing in it has made: it was there before. */
function storedBefore(exchanges: readonly Exchange[]): Item {
  const made = new Set<string>()
  const names = new Map<string, Item>()
  const before = new Set<string>()
  for (const exchange of exchanges) {
    if (exchange.status >= 300) continue
    const { pathname } = new URL(exchange.url)
    const asked = parse(Buffer.from(exchange.requestBody).toString())
    for (const [id] of idsIn([...pathname.split('/'), asked])) if (!made.has(id)) before.add(id)
    const told = answerOf(exchange)
    if (exchange.method === 'POST' && typeof told?.id === 'string') made.add(told.id)
    const text = Buffer.from(exchange.responseBody ?? []).toString()
    const bodies = [parse(text), ...text.split('\n').map((line) => parse(line.replace(/^data: /, '')))]
    for (const [id, around] of bodies.flatMap((body) => [...idsIn(body)])) {
      if (typeof around.filename === 'string') names.set(id, around)
      // A file that is found was put there by somebody.
      if (id.startsWith('file-') && !made.has(id)) before.add(id)
    }
  }
  const ofKind = (kind: string): readonly string[] => {
    const pattern = STORED.find(([name]) => name === kind)?.[1]
    return [...before].filter((id) => pattern?.test(id) === true)
  }
  const files = ofKind('files')
  return {
    conversations: ofKind('conversations').map((id) => ({ id })),
    responses: ofKind('responses').map((id) => ({ id, ...bodyOf(id, exchanges) })),
    files: files.map((id) => ({
      id,
      filename: names.get(id)?.filename ?? 'file',
      purpose: names.get(id)?.purpose ?? 'assistants',
      text: 'x'.repeat(16),
    })),
    vector_stores: ofKind('vector_stores').map((id) => ({ id, name: 'store', files })),
  }
}

/** A stored response as somebody got it back; nothing where nobody did. */
function bodyOf(id: string, exchanges: readonly Exchange[]): Item {
  const told = exchanges.map((exchange) => (exchange.method === 'GET' ? answerOf(exchange) : undefined))
  const body = told.findLast((one) => one?.id === id)
  if (body === undefined) return {}
  const first = told.find((one) => one?.id === id)
  // Nothing is waited for before the first of them.
  const pace = paceIn(first ?? {}, exchanges, -1)
  return { body, ...pace }
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
    ...storedBefore(exchanges),
    turns: exchanges.flatMap((exchange, at) => turnOf(exchange, at + 1, exchanges.slice(at + 1)) ?? []),
  }),
  pauseMs: PAUSE_MS,
  live: { env: 'OPENAI_API_KEY', authorize: (headers, secret) => headers.set('Authorization', `Bearer ${secret}`) },
  ignores: [
    ...'access_programs background billing completed_at frequency_penalty max_tool_calls moderation presence_penalty prompt_cache_key prompt_cache_retention safety_identifier service_tier tool_usage top_logprobs'
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
