import type { Told } from './message.ts'
import { type Item, itemsOf } from './state.ts'
import { pieces } from './tokens.ts'
import { sse } from './wire.ts'

/** The answer as events. Source: https://platform.claude.com/docs/en/build-with-claude/streaming (2026-11-26). */
export function messageEvents(told: Told): readonly string[] {
  const events = wholeEvents(told)
  if (told.breaks === undefined) return events
  const error = { type: told.breaks, message: MESSAGES[told.breaks] }
  return [...events.slice(0, Math.ceil(events.length / 2)), sse({ type: 'error', error })]
}

/** Source: https://platform.claude.com/docs/en/build-with-claude/streaming#error-events (2026-11-26). */
const MESSAGES = { overloaded_error: 'Overloaded', api_error: 'Internal server error' } as const

function wholeEvents(told: Told): readonly string[] {
  const { id, model, blocks, end, input, output, place, contextManagement, transformed } = told
  const events: string[] = []
  const emit = (type: string, fields: Item): void => void events.push(sse({ type, ...fields }))
  emit('message_start', {
    message: {
      model,
      id,
      type: 'message',
      role: 'assistant',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      usage: { ...input, output_tokens: 1, ...place },
    },
  })
  for (const [index, block] of blocks.entries()) {
    const { start, deltas } = partsOf(block)
    emit('content_block_start', { index, content_block: start })
    if (index === 0 && PINGED.has(String(block.type))) emit('ping', {})
    for (const delta of deltas) emit('content_block_delta', { index, delta })
    emit('content_block_stop', { index })
  }
  const { cache_creation: _, ...counted } = input
  emit('message_delta', { delta: end, usage: { ...counted, ...output }, ...contextManagement, ...transformed })
  emit('message_stop', {})
  return events
}

/** First blocks that take their time. */
const PINGED = new Set(['text', 'thinking', 'tool_use', 'compaction'])

type Parts = { readonly start: Item; readonly deltas: readonly Item[] }

/** How a block begins, and what is added to it bit by bit. */
function partsOf(block: Item): Parts {
  switch (block.type) {
    case 'text': {
      const citations = itemsOf(block.citations)
      return {
        start: block.citations === undefined ? { type: 'text', text: '' } : { citations: [], type: 'text', text: '' },
        deltas: [
          ...citations.map((citation): Item => ({ type: 'citations_delta', citation })),
          ...pieces(String(block.text)).map((text): Item => ({ type: 'text_delta', text })),
        ],
      }
    }
    case 'thinking':
      return {
        start: { type: 'thinking', thinking: '', signature: '' },
        deltas: [
          ...pieces(String(block.thinking)).map((thinking): Item => ({ type: 'thinking_delta', thinking })),
          { type: 'signature_delta', signature: block.signature ?? '' },
        ],
      }
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      return {
        start: { ...block, input: {} },
        deltas: ['', ...pieces(JSON.stringify(block.input ?? {}))].map(
          (json): Item => ({
            type: 'input_json_delta',
            partial_json: json,
          }),
        ),
      }
    case 'compaction':
      return {
        start: { ...block, content: null },
        deltas: [{ type: 'compaction_delta', content: block.content ?? null }],
      }
    default:
      return { start: block, deltas: [] }
  }
}
