import { canonical } from '../trace.ts'
import type { World } from '../world.ts'
import { countInput, uncounted } from './cache.ts'
import { gap } from './gaps.ts'
import type { Ask } from './request.ts'
import { forced, hidesThoughts, isHosted, thinks } from './settings.ts'
import { type Item, type Iteration, isItem, itemsOf, type Seed, type State, type Turn } from './state.ts'
import { countTokens, firstTokens } from './tokens.ts'

/** What the model says to one request. */
export type Answer = {
  /** Content blocks as they are sent, with ids and signatures. */
  readonly blocks: readonly Item[]
  readonly stopReason: string
  readonly stopSequence: string | null
  readonly stopDetails: Item | null
  /** All input, cached or not. */
  readonly inputTokens: number
  readonly outputTokens: number
  readonly thinkingTokens: number
  readonly iterations: readonly Iteration[] | undefined
  readonly files: Turn['files']
  readonly edits: Turn['edits']
  readonly breaks: Turn['breaks']
}

const WORDS =
  'the order was placed and paid in full for a total that covers every item shown on this receipt thank you your delivery will follow within days please keep it safe with our kind regards and see you soon'.split(
    ' ',
  )
/** What an edit of the context waits for, where the request does not say. */
const TRIGGER_TOKENS = 100_000

/** Finds the turn for a request, or makes a text up from the seed. The model is a script: likeness never decides. */
export function answer(world: World, seed: Seed, state: State, ask: Ask): Answer {
  const turn = takeTurn(world, seed, state, ask)
  const needs = needsScript(ask)
  if (turn === undefined && seed.answers === 'scripted') throw gap('a turn that no script foresees')
  if (turn === undefined && needs !== undefined) throw gap(needs)
  if (uncounted(ask) && turn?.tokens?.input === undefined) throw gap('input other than text')
  const inputTokens = turn?.tokens?.input ?? countInput(ask)
  const raw = turn === undefined ? seeded(world, seed, ask) : rawBlocks(turn)
  const edited = raw.some(({ type }) => type === 'compaction') || turn?.edits !== undefined
  if (editsContext(ask, inputTokens) && !edited) throw gap('parameters of betas')
  const outputMax = Number(ask.body.max_tokens)
  const stopped = stopAtSequence(raw, ask.body.stop_sequences)
  const cut =
    turn?.tokens?.output === undefined
      ? cutAt(stopped.blocks, outputMax)
      : { blocks: stopped.blocks, whole: turn.tokens.output < outputMax }
  const counted = cut.blocks.reduce((sum, block) => sum + countTokens(wordsOf(block)), 0)
  const thought = cut.blocks.reduce((sum, { thinking }) => sum + countTokens(String(thinking ?? '')), 0)
  const shown = hidesThoughts(ask) ? cut.blocks.map(withoutThought) : cut.blocks
  const blocks = withIds(world, shown)
  return {
    blocks,
    stopReason: cut.whole ? reasonOf(turn, blocks, stopped.sequence) : 'max_tokens',
    stopSequence: cut.whole ? stopped.sequence : null,
    stopDetails: turn?.stop_details ?? null,
    inputTokens,
    outputTokens: Math.min(turn?.tokens?.output ?? counted, outputMax),
    thinkingTokens: turn?.tokens?.thinking ?? thought,
    iterations: turn?.iterations,
    files: turn?.files,
    edits: turn?.edits,
    breaks: turn?.breaks,
  }
}

function takeTurn(world: World, seed: Seed, state: State, { key, model, messages }: Ask): Turn | undefined {
  let said: string | undefined
  for (const [at, turn] of (seed.turns ?? []).entries()) {
    if (state.used_turns.has(at) && turn.repeat !== true) continue
    const { model: name, contains, step } = turn.when ?? {}
    if (name !== undefined && name !== key && name !== model.snapshot) continue
    if (step !== undefined && step !== world.cause.step) continue
    if (contains !== undefined) {
      said ??= canonical(messages.map(({ content }) => content.map(({ cache_control: _, ...rest }) => rest)))
      if (!said.includes(contains) && !said.includes(JSON.stringify(contains).slice(1, -1))) continue
    }
    state.used_turns.add(at)
    return turn
  }
  return undefined
}

/** What nobody but a script can answer, by its row of gaps.ts; undefined when any text will do. */
function needsScript({ body, tools }: Ask): string | undefined {
  if (tools.some(isHosted) || itemsOf(body.mcp_servers).length > 0) return 'hosted tools without a script'
  if (forced(body)) return 'forced tool calls without a script'
  const format = isItem(body.output_config) ? body.output_config.format : undefined
  return isItem(format) || isItem(body.output_format) ? 'structured output without a script' : undefined
}

/** Whether so much input sets off an edit of the context that the request asks for. */
function editsContext({ body }: Ask, inputTokens: number): boolean {
  if (!isItem(body.context_management)) return false
  return itemsOf(body.context_management.edits).some(({ trigger }) => {
    const { type, value } = isItem(trigger) ? trigger : { type: 'input_tokens', value: TRIGGER_TOKENS }
    return type !== 'input_tokens' || inputTokens > Number(value)
  })
}

function seeded(world: World, { words = { min: 8, max: 20 } }: Seed, ask: Ask): readonly Item[] {
  const rng = world.draw('answer')
  const sentence = (): string => {
    const text = Array.from({ length: rng.int(words.min, words.max) }, () => rng.pick(WORDS)).join(' ')
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
  }
  const text: Item = { type: 'text', text: sentence() }
  return thinks(ask) ? [{ type: 'thinking', thinking: sentence() }, text] : [text]
}

function rawBlocks({ blocks, think, say, calls = [] }: Turn): readonly Item[] {
  if (blocks !== undefined) return blocks
  return [
    ...(think === undefined ? [] : [{ type: 'thinking', thinking: think }]),
    ...(say === undefined ? [] : [{ type: 'text', text: say }]),
    ...calls.map(({ name, input }): Item => ({ type: 'tool_use', name, input })),
  ]
}

type Stopped = { readonly blocks: readonly Item[]; readonly sequence: string | null }

/** The answer ends before the first of the texts it is to stop at. */
function stopAtSequence(blocks: readonly Item[], given: unknown): Stopped {
  const sequences = Array.isArray(given) ? given.map(String) : []
  for (const [at, block] of blocks.entries()) {
    if (block.type !== 'text') continue
    const text = String(block.text)
    const found = sequences
      .flatMap((sequence) => (text.includes(sequence) ? [{ sequence, index: text.indexOf(sequence) }] : []))
      .sort((one, other) => one.index - other.index)[0]
    if (found === undefined) continue
    const before = text.slice(0, found.index)
    const last = before === '' ? [] : [{ ...block, text: before }]
    return { blocks: [...blocks.slice(0, at), ...last], sequence: found.sequence }
  }
  return { blocks, sequence: null }
}

/** The first `most` tokens of an answer; a call that does not fit is not made. */
function cutAt(blocks: readonly Item[], most: number): { readonly blocks: readonly Item[]; readonly whole: boolean } {
  const kept: Item[] = []
  let left = most
  for (const block of blocks) {
    const name = block.type === 'text' ? 'text' : block.type === 'thinking' ? 'thinking' : undefined
    if (name === undefined) {
      left -= countTokens(wordsOf(block))
      if (left < 0) return { blocks: kept, whole: false }
      kept.push(block)
      continue
    }
    const { text, tokens, whole } = firstTokens(String(block[name]), left)
    left -= tokens
    if (text !== '' || whole) kept.push({ ...block, [name]: text })
    if (!whole) return { blocks: kept, whole: false }
  }
  return { blocks: kept, whole: true }
}

const withoutThought = (block: Item): Item => (block.type === 'thinking' ? { ...block, thinking: '' } : block)

/** What the model itself wrote of a block: not what a tool gave back. */
function wordsOf({ type, text, thinking, name, input, content }: Item): string {
  if (type === 'compaction') return String(content ?? '')
  return [text, thinking, name, isItem(input) ? JSON.stringify(input) : undefined]
    .filter((part) => typeof part === 'string')
    .join(' ')
}

function reasonOf(turn: Turn | undefined, blocks: readonly Item[], sequence: string | null): string {
  if (sequence !== null) return 'stop_sequence'
  if (turn?.stop !== undefined) return turn.stop
  return blocks.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn'
}

/** Gives blocks what the API gives them. What a hosted tool gave back belongs to the call that waits longest. */
function withIds(world: World, blocks: readonly Item[]): readonly Item[] {
  const waiting: string[] = []
  return blocks.map((block): Item => {
    const { type, ...rest } = sealed(world, block)
    switch (type) {
      case 'thinking':
        return { type, ...rest, signature: opaque(world, 'signature') }
      case 'redacted_thinking':
        return { type, data: opaque(world, 'data') }
      case 'tool_use':
        return { type, id: world.id('toolu_01', 22), ...rest, caller: { type: 'direct' } }
      case 'mcp_tool_use':
      case 'server_tool_use': {
        const id = world.id(type === 'mcp_tool_use' ? 'mcptoolu_01' : 'srvtoolu_01', 22)
        waiting.push(id)
        return { type, id, ...rest, ...calledBy(rest.name) }
      }
      default: {
        const tool = typeof type === 'string' ? /^(.*)_tool_result$/.exec(type)?.[1] : undefined
        if (type === undefined || tool === undefined) return { type: type ?? 'text', ...rest }
        return { type, tool_use_id: waiting.shift() ?? world.id('srvtoolu_01', 22), ...rest, ...calledBy(tool) }
      }
    }
  })
}

/** The tools of the web say who called them: `ServerToolUseBlock` of the SDK (1.14); those that run code do not, as recorded. */
const calledBy = (tool: unknown): Item =>
  tool === 'web_search' || tool === 'web_fetch' ? { caller: { type: 'direct' } } : {}

const opaque = (world: World, name: string): string => `${world.id(`E${name.charAt(0)}`, 62)}==`

/** Things that carry a text only the API can read, and its name. */
const SEALS: Readonly<Record<string, string>> = {
  web_search_result: 'encrypted_content',
  web_search_result_location: 'encrypted_index',
  advisor_redacted_result: 'encrypted_content',
  encrypted_code_execution_result: 'encrypted_stdout',
}

function sealed(world: World, item: Item): Item {
  const inner = Object.fromEntries(
    Object.entries(item).map(([name, value]) => {
      if (name === 'input') return [name, value]
      if (Array.isArray(value)) return [name, value.map((one) => (isItem(one) ? sealed(world, one) : one))]
      return [name, isItem(value) ? sealed(world, value) : value]
    }),
  ) as Item
  const seal = SEALS[String(item.type)]
  return seal === undefined || inner[seal] !== undefined ? inner : { ...inner, [seal]: opaque(world, 'seal') }
}
