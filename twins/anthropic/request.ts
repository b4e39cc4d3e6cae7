import { checkMessages } from './conversation.ts'
import { gap } from './gaps.ts'
import type { Version } from './guard.ts'
import { type Model, modelOf } from './models.ts'
import { checkThinking, checkTools } from './settings.ts'
import { type Item, isItem, itemsOf } from './state.ts'

/** A request for an answer, or for a count of what it would take. */
export type Ask = {
  readonly key: string
  readonly model: Model
  readonly system: readonly Item[]
  readonly messages: readonly Message[]
  readonly tools: readonly Item[]
  readonly body: Item
  readonly interleaved: boolean
}
/** Source: https://platform.claude.com/docs/en/build-with-claude/extended-thinking#interleaved-thinking (2026-11-26). */
export const INTERLEAVED = 'interleaved-thinking-2025-05-14'

/** Why a request is refused. */
export type Fault = { readonly status: number; readonly message: string }
export type Message = { readonly role: string; readonly content: readonly Item[] }

const COUNTED =
  'messages model cache_control output_config speed system thinking tool_choice tools user_profile_id'.split(' ')
const CREATED = 'max_tokens container diagnostics inference_geo metadata service_tier stop_sequences stream'.split(' ')
const SAMPLING = ['temperature', 'top_p', 'top_k']
/** Of the beta's params in the SDK's resources/beta/messages/messages.d.ts (1.14). */
const BETA =
  'billing_policy compaction context_management fallback_credit_token fallbacks mcp_servers output_format thread'.split(
    ' ',
  )
const LOUD = new Set(
  'billing_policy compaction diagnostics fallback_credit_token fallbacks thread user_profile_id'.split(' '),
)

/** Reads a body, or refuses it as the API does: the first fault found, as `where: what`. */
export function readAsk(
  text: string,
  on: {
    readonly version: Version
    readonly beta: boolean
    readonly counts: boolean
    /** Thoughts may come between calls, and so together go beyond `max_tokens`. */
    readonly interleaved?: boolean
  },
): Ask | Fault {
  const body = parse(text)
  if (!isItem(body)) return invalid('The request body is not valid JSON.')
  const known = [
    ...COUNTED,
    ...(on.counts ? [] : [...CREATED, ...(on.version === '2023-06-01' ? SAMPLING : [])]),
    ...(on.beta ? BETA : []),
  ]
  for (const name of ['model', 'messages', ...(on.counts ? [] : ['max_tokens'])])
    if (body[name] === undefined) return invalid(`${name}: Field required`)
  for (const name of Object.keys(body))
    if (!known.includes(name)) return invalid(`${name}: Extra inputs are not permitted`)
  const found = modelOf(String(body.model))
  if (found === 'unpriced') throw gap('models without a price')
  if (found === undefined) return { status: 404, message: `model: ${String(body.model)}` }
  checkLoud(body)
  const messages = readMessages(body.messages)
  if (typeof messages === 'string') return invalid(messages)
  const ask: Ask = {
    ...found,
    interleaved: on.interleaved === true,
    body,
    messages,
    system: blocksOf(body.system),
    tools: itemsOf(body.tools),
  }
  const fault = checkNumbers(ask, on.counts) ?? checkThinking(ask) ?? checkTools(ask) ?? checkMessages(ask, on.version)
  return fault === undefined ? ask : invalid(fault)
}

const invalid = (message: string): Fault => ({ status: 400, message })

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What would change the answer or its price in ways that are not built. */
function checkLoud(body: Item): void {
  for (const name of Object.keys(body)) if (LOUD.has(name) && body[name] !== null) throw gap('parameters of betas')
  if (isItem(body.container) && body.container.skills !== undefined) throw gap('parameters of betas')
  if (body.speed !== undefined && body.speed !== null && body.speed !== 'standard') throw gap('fast mode')
  const geo = body.inference_geo
  if (geo !== undefined && geo !== null && geo !== 'global') throw gap('inference geography')
}

/** A text stands for one block of text. */
export const blocksOf = (content: unknown): readonly Item[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : itemsOf(content)

function readMessages(given: unknown): readonly Message[] | string {
  if (!Array.isArray(given)) return 'messages: Input should be a valid array'
  if (given.length === 0) return 'messages: at least one message is required'
  const messages: Message[] = []
  for (const [at, one] of given.entries()) {
    if (!isItem(one)) return `messages.${at}: Input should be an object`
    if (one.role === undefined) return `messages.${at}.role: Field required`
    if (one.content === undefined) return `messages.${at}.content: Field required`
    if (typeof one.content !== 'string' && !Array.isArray(one.content))
      return `messages.${at}.content: Input should be a valid array`
    messages.push({ role: String(one.role), content: blocksOf(one.content) })
  }
  return messages
}

function checkNumbers({ body, model }: Ask, counts: boolean): string | undefined {
  const { max_tokens, temperature, top_p, top_k, stop_sequences, stream } = body
  if (counts) return undefined
  // Recorded by github.com/pydantic/pydantic-ai on 2026-04-23: an object is for skills.
  if (isItem(body.container)) return 'container: Input should be a valid string'
  if (typeof max_tokens !== 'number' || !Number.isInteger(max_tokens))
    return 'max_tokens: Input should be a valid integer'
  if (max_tokens < 1) return 'max_tokens: Input should be greater than or equal to 1'
  if (max_tokens > model.outputMax)
    return `max_tokens: ${max_tokens} > ${model.outputMax}, which is the maximum allowed number of output tokens for ${model.snapshot}`
  if (stream !== undefined && typeof stream !== 'boolean') return 'stream: Input should be a valid boolean'
  if (stop_sequences !== undefined && !Array.isArray(stop_sequences))
    return 'stop_sequences: Input should be a valid array'
  if (Array.isArray(stop_sequences) && stop_sequences.some((one) => typeof one !== 'string' || one.trim() === ''))
    return 'stop_sequences: each stop sequence must contain non-whitespace'
  for (const [name, value] of [
    ['temperature', temperature],
    ['top_p', top_p],
    ['top_k', top_k],
  ] as const) {
    if (value === undefined || value === null) continue
    // Source: https://platform.claude.com/docs/en/about-claude/models/whats-new-claude-opus-4-7 (2026-11-26).
    // Defaults are let pass there.
    if (model.sampling === 'none' && (name === 'top_k' || value !== 1))
      return `\`${name}\` is deprecated for this model.`
    if (typeof value !== 'number') return `${name}: Input should be a valid number`
    if (name !== 'top_k' && (value < 0 || value > 1)) return `${name}: range: 0..1`
  }
  if (model.sampling === 'one' && typeof temperature === 'number' && typeof top_p === 'number')
    return '`temperature` and `top_p` cannot both be specified for this model. Please use only one.'
  return undefined
}
