import type { FidelityProfile } from '../fidelity.ts'
import type { Exchange } from '../har.ts'
import type { Json } from '../trace.ts'
import { type Item, isItem, itemsOf } from './state.ts'

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The message of an exchange: its body, or what the events of a stream add up to. */
function messageOf({ responseBody }: Pick<Exchange, 'responseBody'>): Item | undefined {
  const text = Buffer.from(responseBody ?? []).toString()
  const whole = parse(text)
  if (isItem(whole)) return whole
  const events = text.split('\n').flatMap((line) => {
    const data = line.startsWith('data:') ? parse(line.slice(5)) : undefined
    return isItem(data) ? [data] : []
  })
  const start = events.find(({ type }) => type === 'message_start')?.message
  if (!isItem(start)) return undefined
  const blocks: Block[] = []
  let end: Item = {}
  for (const event of events) {
    if (event.type === 'content_block_start' && isItem(event.content_block))
      blocks.push({ start: event.content_block, deltas: [] })
    if (event.type === 'content_block_delta' && isItem(event.delta))
      blocks[Number(event.index)]?.deltas.push(event.delta)
    if (event.type === 'message_delta') end = event
  }
  const usage = { ...(isItem(start.usage) ? start.usage : {}), ...(isItem(end.usage) ? end.usage : {}) }
  const stopped = isItem(end.delta) ? end.delta : {}
  return { ...start, ...stopped, usage, content: blocks.map(joined) }
}

type Block = { readonly start: Item; readonly deltas: Item[] }

/** A block with all that was added to it. */
function joined({ start, deltas }: Block): Item {
  const all = (name: string): string => deltas.map((delta) => String(delta[name] ?? '')).join('')
  switch (start.type) {
    case 'text': {
      const citations = deltas.flatMap(({ citation }) => (isItem(citation) ? [citation] : []))
      return { ...start, text: all('text'), ...(start.citations === undefined ? {} : { citations }) }
    }
    case 'thinking':
      return { ...start, thinking: all('thinking') }
    case 'tool_use':
    case 'mcp_tool_use':
    case 'server_tool_use': {
      const input = parse(all('partial_json'))
      return { ...start, input: isItem(input) ? input : {} }
    }
    case 'compaction':
      return { ...start, content: all('content') }
    default:
      return start
  }
}

/** What the API gives a block, not the model. */
const GIVEN = new Set('signature caller tool_use_id data encrypted_content encrypted_index encrypted_stdout'.split(' '))

/** The words of a block. Ids are only the model's own in what it puts into a call. */
function wordsOf(block: Item): Item {
  const inner = (value: Json): Json => {
    if (Array.isArray(value)) return value.map((one: Json) => inner(one))
    return isItem(value) ? wordsOf(value) : value
  }
  const words = Object.entries(block).filter(([name]) => !GIVEN.has(name) && name !== 'id')
  return Object.fromEntries(words.map(([name, value]) => [name, name === 'input' ? value : inner(value)]))
}

const numberOf = (value: Json | undefined): number => (typeof value === 'number' ? value : 0)

function tokensOf(usage: Item): Item {
  const thought = isItem(usage.output_tokens_details) ? usage.output_tokens_details.thinking_tokens : undefined
  return {
    input:
      numberOf(usage.input_tokens) +
      numberOf(usage.cache_creation_input_tokens) +
      numberOf(usage.cache_read_input_tokens),
    output: numberOf(usage.output_tokens),
    ...(thought === undefined ? {} : { thinking: numberOf(thought) }),
  }
}

const STOPS = new Set(['pause_turn', 'refusal', 'compaction', 'model_context_window_exceeded'])

/** What the model said to one request, as a turn of the script; undefined where it said nothing. */
function turnOf(exchange: Exchange, entry: number, all: readonly Exchange[]): Json | undefined {
  if (exchange.method !== 'POST' || exchange.status !== 200) return undefined
  if (new URL(exchange.url).pathname !== '/v1/messages') return undefined
  const message = messageOf(exchange)
  if (message === undefined) return undefined
  const usage = isItem(message.usage) ? message.usage : {}
  const { stop_reason: stop, stop_sequence: sequence, stop_details: details } = message
  const words = itemsOf(message.content).map(wordsOf)
  const iterations = itemsOf(usage.iterations).map(({ type = 'message', model, ...one }) => ({
    type,
    ...(model === undefined ? {} : { model }),
    ...{ input: numberOf(tokensOf(one).input), output: numberOf(one.output_tokens) },
  }))
  return {
    when: { step: String(entry) },
    // The text that it stopped at was the model's as well, though nobody saw it.
    blocks: typeof sequence === 'string' ? [...words, { type: 'text', text: sequence }] : words,
    tokens: tokensOf(usage),
    ...(STOPS.has(String(stop)) ? { stop: stop ?? null } : {}),
    ...(isItem(details) ? { stop_details: details } : {}),
    ...(iterations.length === 0 ? {} : { iterations }),
    ...filesIn(message.content ?? null, all),
    ...editsIn(message),
  }
}

/** Every file id in a value, wherever it stands. */
function* fileIds(value: Json): Generator<string> {
  if (typeof value === 'string') {
    if (/^file_\w+$/.test(value)) yield value
  } else if (Array.isArray(value)) for (const one of value) yield* fileIds(one as Json)
  else if (isItem(value)) for (const one of Object.values(value)) yield* fileIds(one)
}

/** A file as its metadata and its content were fetched; its name is chance where nobody asked. */
function fileOf(id: string, all: readonly Exchange[]): Item {
  const at = (end: string): Exchange | undefined =>
    all.find(({ url, method, status }) => {
      return method === 'GET' && status === 200 && new URL(url).pathname === `/v1/files/${id}${end}`
    })
  const about = messageOf(at('') ?? { responseBody: undefined }) ?? {}
  const { filename = 'file', mime_type = 'application/octet-stream' } = about
  return { id, filename, mime_type, content: Buffer.from(at('/content')?.responseBody ?? []).toString('base64') }
}

/** Files that code wrote, as its results name them. */
function filesIn(content: Json, all: readonly Exchange[]): Item {
  const ids = [...new Set(fileIds(content))]
  return ids.length === 0 ? {} : { files: ids.map((id) => fileOf(id, all)) }
}

/** Files that requests name and that nothing in the recording has made. */
function filesBefore(all: readonly Exchange[]): readonly Item[] {
  const made = new Set<string>()
  const before = new Set<string>()
  for (const exchange of all) {
    if (exchange.status !== 200) continue
    const body = parse(Buffer.from(exchange.requestBody).toString())
    const asked = [...fileIds([...new URL(exchange.url).pathname.split('/'), isItem(body) ? body : null])]
    for (const id of asked) if (!made.has(id)) before.add(id)
    const told = messageOf(exchange)
    if (told !== undefined) for (const id of fileIds(told)) made.add(id)
  }
  return [...before].map((id) => fileOf(id, all))
}

function editsIn({ context_management: managed }: Item): Item {
  const edits = isItem(managed) ? itemsOf(managed.applied_edits) : []
  return edits.length === 0 ? {} : { edits }
}

const NEWER = 'The API has sent it only since after some recordings were made, under the same version.'
const since = (at: string): { readonly at: string; readonly what: 'extra'; readonly why: string } => ({
  at,
  what: 'extra',
  why: NEWER,
})

/** How recordings of Anthropic are replayed: the words are the model's and so part of what is given, all around them is the twin's. */
export const FIDELITY: FidelityProfile = {
  authorize(headers) {
    headers.delete('authorization')
    headers.set('x-api-key', 'sk-ant-fidelity')
    headers.set('anthropic-version', '2023-06-01')
  },
  given: (exchanges) => ({
    turns: exchanges.flatMap((exchange, at) => turnOf(exchange, at + 1, exchanges) ?? []),
    files: filesBefore(exchanges),
  }),
  pauseMs: 2_000,
  // "There may be any number of ping events dispersed throughout the response": …/build-with-claude/streaming (2026-11-26).
  passing: ['ping'],
  ignores: [
    since('stop_details'),
    since('**.stop_details'),
    since('**.inference_geo'),
    since('**.output_tokens_details'),
    since('**.caller'),
    since('**.web_fetch_requests'),
    since('request_id'),
  ],
}
