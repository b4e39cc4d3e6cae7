import { createHash } from 'node:crypto'
import { canonical } from '../trace.ts'
import type { Ask } from './request.ts'
import { type Item, isItem, type State } from './state.ts'

/** What came before the `count`-th message, as a thought is bound to it. */
function prefixOf({ system, tools, messages }: Ask, count: number): string {
  const bare = (blocks: readonly Item[]): readonly Item[] => blocks.map(({ cache_control: _, ...rest }) => rest)
  const before = messages.slice(0, count).map(({ role, content }) => ({ role, content: bare(content) }))
  return createHash('sha256')
    .update(canonical({ system: bare(system), tools: bare(tools), before } as never))
    .digest('base64url')
}

/** Remembers what each thought of an answer was thought after. */
export function keepThoughts(state: State, ask: Ask, blocks: readonly Item[]): void {
  for (const { type, signature } of blocks)
    if (type === 'thinking' && typeof signature === 'string')
      state.thoughts.set(signature, prefixOf(ask, ask.messages.length))
}

/**
 * `input_transformations`, where the request says what becomes of thoughts that were thought after something else.
 * Recorded by github.com/pydantic/pydantic-ai with Fable 5.1, in 2026-09: such a thought is dropped, and that is told.
 */
export function transformedBy(state: State, ask: Ask): Item {
  const { thinking } = ask.body
  const binding = isItem(thinking) ? thinking.block_binding : undefined
  if (!isItem(binding)) return {}
  const type = binding.prefix_mismatch_behavior === 'drop_block' ? 'thinking_dropped' : 'thinking_mismatch_allowed'
  const stale = ask.messages.flatMap(({ content }, at) => {
    const prefix = prefixOf(ask, at)
    return content.flatMap((block, nth) => {
      const known = state.thoughts.get(String(block.signature))
      if (block.type !== 'thinking' || known === undefined || known === prefix) return []
      return [{ path: `messages.${at}.content.${nth}`, reason: 'prefix_binding_mismatch', type }]
    })
  })
  return { input_transformations: stale }
}
