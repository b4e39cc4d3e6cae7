import { notModelled } from '../twin.ts'
import type { World } from '../world.ts'
import { GAPS } from './gaps.ts'
import { MODELS } from './prices.ts'
import type { Completion, Item, Seed, State, Turn } from './state.ts'
import { countTokens, firstTokens } from './tokens.ts'

/** What the model says to one request, and what it costs. */
export type Answer = {
  readonly text: string
  readonly refusal: string | undefined
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[]
  /** Output items in their order, where the script gives them. */
  readonly items: readonly Item[] | undefined
  readonly annotations: readonly Item[]
  readonly moderation: Item | undefined
  readonly cut: boolean
  /** What the model failed with. */
  readonly failure: { readonly code: string; readonly message: string } | undefined
  /** Chances of the tokens of a chat completion, where the script tells them. */
  readonly logprobs: readonly Item[] | undefined
  readonly files: Turn['files']
  readonly background: Turn['background']
  readonly inputTokens: number
  readonly cachedTokens: number
  readonly outputTokens: number
  readonly reasoningTokens: number
}

const WORDS =
  'the order was placed and paid in full for a total that covers every item shown on this receipt thank you your delivery will follow within days please keep it safe with our kind regards and see you soon'.split(
    ' ',
  )

export type Ask = {
  readonly model: string
  readonly input: string
  readonly inputTokens: number
  readonly outputMax: number | undefined
  /** What nobody but a script can answer, by its row of gaps.ts; undefined when any text will do. */
  readonly needsScript: string | undefined
  /** The input holds what no tokenizer of ours can count. */
  readonly uncounted: boolean
}

/** Finds the turn for a request, or makes a text up from the seed. The model is a script: likeness never decides. */
export function answer(world: World, seed: Seed, state: State, ask: Ask): Answer {
  const turn = takeTurn(world, seed, state, ask)
  if (turn === undefined && seed.answers === 'scripted')
    throw notModelled('openai', GAPS, 'a turn that no script foresees')
  if (turn === undefined && ask.needsScript !== undefined) throw notModelled('openai', GAPS, ask.needsScript)
  if (ask.uncounted && turn?.tokens?.input === undefined) throw notModelled('openai', GAPS, 'input other than text')
  const said = turn === undefined ? seeded(world, seed) : (turn.say ?? turn.refuse ?? '')
  const calls = (turn?.calls ?? []).map(({ name, arguments: args }) => ({
    id: world.id('call_', 24),
    name,
    arguments: args,
  }))
  // Reasoning models think before they speak, and that is billed as output. Assumed: 64 to 256 tokens of it.
  const thinks = MODELS[ask.model]?.reasons === true
  const reasoningTokens = turn?.tokens?.reasoning ?? (thinks ? world.draw('reasoning').int(1, 4) * 64 : 0)
  const room = ask.outputMax === undefined ? Number.POSITIVE_INFINITY : Math.max(0, ask.outputMax - reasoningTokens)
  // A turn that says how it ends is given as it stands.
  const kept = firstTokens(said, turn?.cut === undefined ? room : Number.POSITIVE_INFINITY)
  const callTokens = calls.reduce((sum, call) => sum + countTokens(call.name) + countTokens(call.arguments), 0)
  const itemTokens = (turn?.items ?? []).reduce((sum, item) => sum + countTokens(wordsOf(item)), 0)
  const counted = kept.tokens + callTokens + itemTokens + Math.min(reasoningTokens, ask.outputMax ?? reasoningTokens)
  return {
    text: turn?.refuse === undefined ? kept.text : '',
    refusal: turn?.refuse,
    calls,
    items: turn?.items,
    annotations: turn?.annotations ?? [],
    moderation: turn?.moderation,
    cut: turn?.cut ?? !kept.whole,
    failure: turn?.fail,
    logprobs: turn?.logprobs,
    files: turn?.files,
    background: turn?.background,
    inputTokens: turn?.tokens?.input ?? ask.inputTokens,
    cachedTokens: turn?.tokens?.cached ?? 0,
    outputTokens: turn?.tokens?.output ?? turn?.output_tokens ?? counted,
    reasoningTokens,
  }
}

/** What the model itself wrote of an item: not what a tool gave back. */
const wordsOf = ({ text, name, arguments: args, code }: Item): string =>
  [text, name, args, code].filter((part) => typeof part === 'string').join(' ')

function takeTurn(world: World, seed: Seed, state: State, { model, input }: Ask): Turn | undefined {
  for (const [at, turn] of (seed.turns ?? []).entries()) {
    if (state.used_turns.includes(at) && turn.repeat !== true) continue
    if (turn.when?.model !== undefined && turn.when.model !== model) continue
    if (turn.when?.contains !== undefined && !input.includes(turn.when.contains)) continue
    if (turn.when?.step !== undefined && turn.when.step !== world.cause.step) continue
    if (!state.used_turns.includes(at)) state.used_turns = [...state.used_turns, at]
    return turn
  }
  return undefined
}

function seeded(world: World, { words = { min: 8, max: 20 } }: Seed): string {
  const rng = world.draw('answer')
  const text = Array.from({ length: rng.int(words.min, words.max) }, () => rng.pick(WORDS)).join(' ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

const MINUTE_MS = 60_000

/** What counts against the limits at a time. */
export const inLastMinute = ({ window }: State, nowMs: number): State['window'] =>
  window.filter(({ at_ms }) => at_ms > nowMs - MINUTE_MS)

/** Bills an answer and keeps it: it is made and paid for even when nobody receives it. */
export function bill(
  world: World,
  state: State,
  completion: Completion,
  { cachedTokens, batched }: { readonly cachedTokens: number; readonly batched: boolean },
): void {
  const { id, endpoint, model, input_tokens, output_tokens } = completion
  const tier = batched ? `${model}:batch-` : `${model}:`
  world.money.charge('openai', `${tier}input`, input_tokens - cachedTokens)
  if (cachedTokens > 0) world.money.charge('openai', `${tier}cached-input`, cachedTokens)
  world.money.charge('openai', `${tier}output`, output_tokens)
  state.completions.add(completion)
  // Batches have limits of their own, which nobody meets here.
  if (!batched) {
    const { created_ms: at_ms } = completion
    const [oldest] = state.window
    if (oldest !== undefined && oldest.at_ms <= at_ms - MINUTE_MS) state.window = inLastMinute(state, at_ms)
    state.window.push({ at_ms, tokens: input_tokens + output_tokens })
  }
  world.trace.record('openai.completion.created', { id, endpoint, model, input_tokens, output_tokens })
}
