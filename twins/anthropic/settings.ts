import type { Ask } from './request.ts'
import { type Item, isItem } from './state.ts'

const BUDGET_MIN = 1024
const LEVELS = ['low', 'medium', 'high', 'xhigh', 'max']

/** Whether the model thinks before it answers. */
export const thinks = ({ body }: Pick<Ask, 'body'>): boolean =>
  isItem(body.thinking) && (body.thinking.type === 'enabled' || body.thinking.type === 'adaptive')

/**
 * Whether thoughts are sent without their text.
 * Source: https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking (2026-11-26), and as recorded with Sonnet 5.
 */
export function hidesThoughts({ body, model }: Ask): boolean {
  const display = isItem(body.thinking) ? body.thinking.display : undefined
  return display === undefined || display === null ? model.hidesThoughts === true : display === 'omitted'
}

/** The model has to call a tool. */
export const forced = (body: Item): boolean =>
  isItem(body.tool_choice) && (body.tool_choice.type === 'any' || body.tool_choice.type === 'tool')

/**
 * Rules of thinking and effort. Sources: https://platform.claude.com/docs/en/build-with-claude/extended-thinking,
 * …/adaptive-thinking, …/effort (2026-11-26); the effort's refusal is recorded.
 */
export function checkThinking({ body, model, interleaved }: Ask): string | undefined {
  const effort = isItem(body.output_config) ? body.output_config.effort : undefined
  if (effort !== undefined && effort !== null) {
    if (typeof effort !== 'string' || !LEVELS.includes(effort))
      return "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'"
    if (model.effort.length === 0) return 'This model does not support the effort parameter.'
    if (!model.effort.includes(effort))
      return `This model does not support effort level '${effort}'. Supported levels: ${[...model.effort].sort().join(', ')}.`
  }
  if (!isItem(body.thinking)) return undefined
  const { type, budget_tokens: budget, block_binding: binding } = body.thinking
  // A model that always thinks may be told of its bindings alone: recorded with Fable 5.1.
  if (type === undefined && binding !== undefined) return undefined
  if (type !== 'enabled' && type !== 'adaptive' && type !== 'disabled')
    return `thinking: Input tag '${String(type)}' found using 'type' does not match any of the expected tags: 'adaptive', 'disabled', 'enabled'`
  if (type === 'disabled') return undefined
  if (!model.thinking.includes(type)) {
    if (model.thinking.length === 0) return `'${model.snapshot}' does not support thinking.`
    return type === 'adaptive'
      ? 'adaptive thinking is not supported on this model'
      : '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'
  }
  if (type === 'enabled') {
    if (typeof budget !== 'number') return 'thinking.enabled.budget_tokens: Field required'
    if (budget < BUDGET_MIN)
      return `thinking.enabled.budget_tokens: Input should be greater than or equal to ${BUDGET_MIN}`
    if (!interleaved && typeof body.max_tokens === 'number' && body.max_tokens <= budget)
      return '`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size'
  }
  if (typeof body.temperature === 'number' && body.temperature !== 1)
    return '`temperature` may only be set to 1 when thinking is enabled. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#important-considerations-when-using-extended-thinking'
  if (typeof body.top_k === 'number')
    return '`top_k` must be unset when thinking is enabled. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#important-considerations-when-using-extended-thinking'
  // Adaptive thinking gives way to a forced call, as recorded with Opus 4.6.
  if (type === 'enabled' && forced(body)) return 'Thinking may not be enabled when tool_choice forces tool use.'
  return undefined
}

/** Tools the caller runs itself; all others are hosted by the vendor. */
export const isHosted = ({ type }: Item): boolean =>
  typeof type === 'string' && !/^(custom|memory_|bash_|text_editor_|computer_|browser_)/.test(type)

/** Rules of tools. Source: https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use (2026-11-26). */
export function checkTools({ body, tools }: Ask): string | undefined {
  const names = new Set<string>()
  for (const [at, { type, name, input_schema: schema }] of tools.entries()) {
    if (type === undefined || type === 'custom') {
      if (typeof name !== 'string') return `tools.${at}.custom.name: Field required`
      if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name))
        return `tools.${at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'`
      if (!isItem(schema)) return `tools.${at}.custom.input_schema: Field required`
      if (schema.type !== 'object') return `tools.${at}.custom.input_schema.type: Input should be 'object'`
    }
    if (typeof name !== 'string') continue
    if (names.has(name)) return 'tools: Tool names must be unique.'
    names.add(name)
  }
  const choice = body.tool_choice
  if (!isItem(choice)) return undefined
  if (tools.length === 0) return 'tool_choice: tool_choice may only be specified while providing tools'
  if (choice.type === 'tool' && !names.has(String(choice.name)))
    return `Tool '${String(choice.name)}' not found in provided tools`
  return undefined
}
