import { notModelled } from '../twin.ts'
import type { World } from '../world.ts'
import { GAPS } from './gaps.ts'
import { MODELS } from './prices.ts'
import type { Completion, Seed, State, Turn } from './state.ts'
import { countTokens, firstTokens } from './tokens.ts'

/** What the model says to one request, and what it costs. */
export type Answer = {
  readonly text: string
  readonly refusal: string | undefined
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[]
  readonly cut: boolean
  readonly inputTokens: number
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
  readonly structured: boolean
}

/** Finds the turn for a request, or makes a text up from the seed. The model is a script: likeness never decides. */
export function answer(world: World, seed: Seed, state: State, ask: Ask): Answer {
  const turn = takeTurn(seed, state, ask)
  if (turn === undefined && seed.answers === 'scripted')
    throw notModelled('openai', GAPS, 'a turn that no script foresees')
  if (turn === undefined && ask.structured) throw notModelled('openai', GAPS, 'structured output without a script')
  const said = turn === undefined ? seeded(world, seed) : (turn.say ?? turn.refuse ?? '')
  const calls = (turn?.calls ?? []).map(({ name, arguments: args }) => ({
    id: world.id('call_', 24),
    name,
    arguments: args,
  }))
  // Reasoning models think before they speak, and that is billed as output. Assumed: 64 to 256 tokens of it.
  const reasoningTokens = MODELS[ask.model]?.reasons === true ? world.draw('reasoning').int(1, 4) * 64 : 0
  const room = ask.outputMax === undefined ? Number.POSITIVE_INFINITY : Math.max(0, ask.outputMax - reasoningTokens)
  const kept = firstTokens(said, room)
  const callTokens = calls.reduce((sum, call) => sum + countTokens(call.name) + countTokens(call.arguments), 0)
  return {
    text: turn?.refuse === undefined ? kept.text : '',
    refusal: turn?.refuse,
    calls,
    cut: !kept.whole,
    inputTokens: ask.inputTokens,
    outputTokens:
      turn?.output_tokens ?? kept.tokens + callTokens + Math.min(reasoningTokens, ask.outputMax ?? reasoningTokens),
    reasoningTokens,
  }
}

function takeTurn(seed: Seed, state: State, { model, input }: Ask): Turn | undefined {
  for (const [at, turn] of (seed.turns ?? []).entries()) {
    if (state.used_turns.includes(at) && turn.repeat !== true) continue
    if (turn.when?.model !== undefined && turn.when.model !== model) continue
    if (turn.when?.contains !== undefined && !input.includes(turn.when.contains)) continue
    if (!state.used_turns.includes(at)) state.used_turns.push(at)
    return turn
  }
  return undefined
}

function seeded(world: World, { words = { min: 8, max: 20 } }: Seed): string {
  const rng = world.draw('answer')
  const text = Array.from({ length: rng.int(words.min, words.max) }, () => rng.pick(WORDS)).join(' ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/** Bills an answer and keeps it: it is made and paid for even when nobody receives it. */
export function bill(world: World, state: State, completion: Completion): void {
  world.money.charge('openai', `${completion.model}:input`, completion.input_tokens)
  world.money.charge('openai', `${completion.model}:output`, completion.output_tokens)
  state.completions.push(completion)
  state.window.push({ at_ms: completion.created_ms, tokens: completion.input_tokens + completion.output_tokens })
  const { id, endpoint, model, input_tokens, output_tokens } = completion
  world.trace.record('openai.completion.created', { id, endpoint, model, input_tokens, output_tokens })
}
