import type { World } from '../world.ts'
import type { Answer } from './answer.ts'
import type { Input } from './cache.ts'
import type { Tier } from './complete.ts'
import { gap } from './gaps.ts'
import { modelOf } from './models.ts'
import { LONG, LONG_FROM } from './prices.ts'
import type { Ask } from './request.ts'
import type { State } from './state.ts'

/** Bills an answer and keeps it: it is made and paid for even when nobody receives it. */
export function bill(world: World, state: State, ask: Ask, answer: Answer, split: Input, id: string, tier: Tier): void {
  charge(world, ask.key, split, answer.outputTokens, tier)
  // An advisor's words and a summary are paid for beside the answer's own.
  for (const { type, model, input, output } of answer.iterations ?? []) {
    if (type === 'message') continue
    const found = model === undefined ? { key: ask.key } : modelOf(model)
    if (found === undefined || found === 'unpriced') throw gap('models without a price')
    charge(world, found.key, { fresh: input, read: 0, written5m: 0, written1h: 0 }, output, tier)
  }
  const searches = answer.blocks.filter(({ type, name }) => type === 'server_tool_use' && name === 'web_search').length
  if (searches > 0) world.money.charge('anthropic', `${ask.key}:web-search`, searches)
  const message = {
    id,
    model: ask.model.snapshot,
    input_tokens: answer.inputTokens,
    output_tokens: answer.outputTokens,
  }
  state.messages.push({ ...message, created_ms: world.clock.now() })
  world.trace.record('anthropic.message.created', message)
}

function charge(world: World, key: string, split: Input, output: number, tier: Tier): void {
  const all = split.fresh + split.read + split.written5m + split.written1h
  const long = LONG.has(key) && all > LONG_FROM ? '-long' : ''
  for (const [kind, quantity] of [
    ['input', split.fresh],
    ['cache-write', split.written5m],
    ['cache-write-1h', split.written1h],
    ['cache-read', split.read],
    ['output', output],
  ] as const) {
    if (quantity > 0)
      world.money.charge('anthropic', `${key}:${tier === 'batch' ? 'batch-' : ''}${kind}${long}`, quantity)
  }
}
