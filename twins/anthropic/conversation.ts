import type { Version } from './guard.ts'
import type { Ask, Message } from './request.ts'
import { type Item, isItem, itemsOf } from './state.ts'

const BREAKPOINTS_MAX = 4

/** Rules of a conversation: roles, blocks, tool calls and their results, marks of the cache. */
export function checkMessages(ask: Ask, version: Version): string | undefined {
  return (
    checkRoles(ask) ?? checkBlocks(ask, version) ?? checkToolUse(ask.messages) ?? checkThoughts(ask) ?? checkMarks(ask)
  )
}

/** Sources: https://platform.claude.com/docs/en/api/messages/create and …/migration-2026-10-21 (2026-11-26). */
function checkRoles({ messages, model }: Ask): string | undefined {
  for (const [at, { role }] of messages.entries()) {
    if (role === 'system' && !model.midSystem)
      return 'messages: Unexpected role "system". The Messages API accepts a top-level `system` parameter, not "system" as an input role.'
    if (role !== 'user' && role !== 'assistant' && role !== 'system')
      return `messages.${at}.role: Input should be 'user' or 'assistant'`
  }
  const last = messages.at(-1)
  if (last?.role !== 'assistant') return undefined
  if (!model.prefill)
    return 'This model does not support assistant message prefill. The conversation must end with a user message.'
  const text = last.content.at(-1)?.text
  if (typeof text === 'string' && text !== text.trimEnd())
    return 'messages: final assistant content cannot end with trailing whitespace'
  return undefined
}

function checkBlocks({ messages }: Ask, version: Version): string | undefined {
  for (const [at, { role, content }] of messages.entries()) {
    if (content.length === 0 && at < messages.length - 1)
      return `messages.${at}: all messages must have non-empty content except for the optional final assistant message`
    for (const [nth, block] of content.entries()) {
      const place = `messages.${at}.content.${nth}`
      if (block.type === undefined) return `${place}.type: Field required`
      if (block.type === 'text' && block.text === '') return 'messages: text content blocks must be non-empty'
      if (version === '2023-06-01') continue
      if (role === 'assistant' && block.type === 'document') return `${place}.document: Extra inputs are not permitted`
      if (role === 'user' && block.type === 'text' && itemsOf(block.citations).length > 0)
        return `${place}.text.citations: Extra inputs are not permitted`
    }
  }
  return undefined
}

/** Messages of one role in a row are one turn; what the system says between them is no turn. */
function turnsOf(
  messages: readonly Message[],
): readonly { role: string; at: number; blocks: (readonly [string, Item])[] }[] {
  const turns: { role: string; at: number; blocks: (readonly [string, Item])[] }[] = []
  for (const [at, { role, content }] of messages.entries()) {
    if (role === 'system') continue
    const blocks = content.map((block, nth) => [`messages.${at}.content.${nth}`, block] as const)
    const last = turns.at(-1)
    if (last?.role === role) last.blocks.push(...blocks)
    else turns.push({ role, at, blocks })
  }
  return turns
}

/**
 * Every `tool_use` has its `tool_result` in the next turn, and none has a result that was not asked for.
 * Words from https://github.com/anthropics/claude-code/issues/8210 and /issues/64383 (2026-11-26).
 */
function checkToolUse(messages: readonly Message[]): string | undefined {
  const turns = turnsOf(messages)
  for (const [nth, { role, at, blocks }] of turns.entries()) {
    const asked = new Set(
      (turns[nth - 1]?.blocks ?? []).flatMap(([, block]) => (block.type === 'tool_use' ? [String(block.id)] : [])),
    )
    if (role === 'user') {
      for (const [place, block] of blocks) {
        if (block.type !== 'tool_result') continue
        const id = String(block.tool_use_id)
        if (!asked.has(id))
          return `${place}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`
      }
      continue
    }
    const next = turns[nth + 1]
    const answered = new Set(
      (next?.blocks ?? []).flatMap(([, { tool_use_id: id }]) => (id === undefined ? [] : [String(id)])),
    )
    const open = blocks.flatMap(([, block]) =>
      block.type === 'tool_use' && !answered.has(String(block.id)) ? [String(block.id)] : [],
    )
    // A last turn of the assistant is one that it goes on with; calls in it are as open as elsewhere.
    if (open.length > 0)
      return `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`
  }
  return undefined
}

/**
 * With a budget for thinking, what led to the last run of calls begins with a thought.
 * Words from https://github.com/anomalyco/opencode/issues/3077 (2026-11-26).
 */
function checkThoughts({ messages, body }: Ask): string | undefined {
  if (!isItem(body.thinking) || body.thinking.type !== 'enabled') return undefined
  const turns = turnsOf(messages)
  const holds = (at: number, type: string): boolean =>
    (turns[at]?.blocks ?? []).some(([, block]) => block.type === type)
  let first: number | undefined
  for (let at = turns.length - 1; holds(at, 'tool_result') && holds(at - 1, 'tool_use'); at -= 2) first = at - 1
  if (first === undefined) return undefined
  const [place, block] = turns[first]?.blocks[0] ?? []
  if (block === undefined || block.type === 'thinking' || block.type === 'redacted_thinking') return undefined
  return `${place}.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${String(block.type)}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable \`thinking\`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking`
}

/** Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching (2026-11-26). */
function checkMarks({ tools, system, messages, body }: Ask): string | undefined {
  const marks = [...tools, ...system, ...messages.flatMap(({ content }) => content), body].flatMap(
    ({ cache_control: mark }) => (mark === undefined || mark === null ? [] : [mark as Item]),
  )
  if (marks.length > BREAKPOINTS_MAX)
    return `A maximum of ${BREAKPOINTS_MAX} blocks with cache_control may be provided. Found ${marks.length}.`
  let short = false
  for (const { type, ttl } of marks) {
    if (type !== 'ephemeral') return "cache_control.type: Input should be 'ephemeral'"
    if (ttl !== undefined && ttl !== null && ttl !== '5m' && ttl !== '1h')
      return "cache_control.ttl: Input should be '5m' or '1h'"
    if (ttl === '1h' && short)
      return "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`."
    short ||= ttl !== '1h'
  }
  return undefined
}
