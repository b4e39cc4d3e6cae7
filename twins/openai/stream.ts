import type { Json } from '../trace.ts'
import { opaque, pending } from './response-body.ts'
import type { Item } from './state.ts'
import { pieces } from './tokens.ts'
import { sse } from './wire.ts'

/** Phases that hosted tools tell of. Source: openai 7.57 src/resources/responses/responses.ts, ResponseStreamEvent. */
const PHASES: Readonly<Record<string, readonly string[]>> = {
  file_search_call: ['in_progress', 'searching', 'completed'],
  web_search_call: ['in_progress', 'searching', 'completed'],
  image_generation_call: ['in_progress', 'generating', 'completed'],
  mcp_list_tools: ['in_progress', 'completed'],
}

type Emit = (type: string, more: Item) => void

/**
 * The named events of a response, numbered; they hang on the response alone, so that a stream can be taken up again behind
 * any of them.
 */
export function eventsOf(response: Item): readonly string[] {
  const out: string[] = []
  const emit: Emit = (type, more) => {
    const obfuscation = type.endsWith('.delta')
      ? { obfuscation: opaque(`${String(response.id)} ${out.length}`, 12) }
      : {}
    out.push(sse({ type, sequence_number: out.length, ...more, ...obfuscation } as Json, type))
  }
  const background = response.background === true
  emit('response.created', { response: pending(response, background ? 'queued' : 'in_progress') })
  if (background) emit('response.queued', { response: pending(response, 'queued') })
  emit('response.in_progress', { response: pending(response, 'in_progress') })
  for (const [output_index, item] of (response.output as readonly Item[]).entries()) emitItem(emit, item, output_index)
  emit(`response.${String(response.status)}`, { response })
  return out
}

function emitItem(emit: Emit, item: Item, output_index: number): void {
  const added = (hidden: Item): void =>
    emit('response.output_item.added', { output_index, item: { ...item, ...hidden } })
  const at = { item_id: item.id ?? null, output_index }
  switch (item.type) {
    case 'message':
      added({ status: 'in_progress', content: [] })
      emitMessage(emit, item, { ...at, content_index: 0 })
      break
    case 'reasoning':
      added({ summary: [] })
      for (const [content_index, part] of ((item.content ?? []) as readonly Item[]).entries()) {
        const where = { ...at, content_index }
        const text = String(part.text)
        for (const delta of pieces(text)) emit('response.reasoning_text.delta', { ...where, delta })
        emit('response.reasoning_text.done', { ...where, text })
      }
      for (const [summary_index, part] of (item.summary as readonly Item[]).entries()) {
        const where = { ...at, summary_index }
        const text = String(part.text)
        emit('response.reasoning_summary_part.added', { ...where, part: { type: 'summary_text', text: '' } })
        for (const delta of pieces(text)) emit('response.reasoning_summary_text.delta', { ...where, delta })
        emit('response.reasoning_summary_text.done', { ...where, text })
        emit('response.reasoning_summary_part.done', { ...where, part })
      }
      break
    case 'function_call':
      added({ status: 'in_progress', arguments: '' })
      for (const delta of pieces(String(item.arguments)))
        emit('response.function_call_arguments.delta', { ...at, delta })
      emit('response.function_call_arguments.done', { ...at, name: item.name ?? null, arguments: item.arguments ?? '' })
      break
    case 'custom_tool_call':
      added({ ...(item.status === undefined ? {} : { status: 'in_progress' }), input: '' })
      for (const delta of pieces(String(item.input))) emit('response.custom_tool_call_input.delta', { ...at, delta })
      emit('response.custom_tool_call_input.done', { ...at, input: item.input ?? '' })
      break
    case 'shell_call':
      added({ status: 'in_progress', action: { ...(item.action as Item), commands: [] } })
      emitCommands(emit, item, output_index)
      break
    case 'shell_call_output':
      added({ status: 'in_progress', output: [] })
      for (const [command_index, one] of ((item.output ?? []) as readonly Item[]).entries()) {
        const { stdout = '', stderr = '' } = one
        const where = { ...at, command_index }
        if (stdout !== '') emit('response.shell_call_output_content.delta', { ...where, delta: { stdout } })
        if (stderr !== '') emit('response.shell_call_output_content.delta', { ...where, delta: { stderr } })
        emit('response.shell_call_output_content.done', { ...where, output: [one] })
      }
      break
    case 'apply_patch_call': {
      const operation = (item.operation ?? {}) as Item
      added({ status: 'in_progress', operation: 'diff' in operation ? { ...operation, diff: '' } : operation })
      if (typeof operation.diff !== 'string') break
      for (const delta of pieces(operation.diff))
        emit('response.apply_patch_call_operation_diff.delta', { ...at, delta })
      emit('response.apply_patch_call_operation_diff.done', { ...at, diff: operation.diff })
      break
    }
    case 'compaction':
      added({})
      emit('response.compaction.compacting', at)
      break
    case 'mcp_call':
      added({ status: 'in_progress', arguments: '', output: null, error: null })
      emit('response.mcp_call.in_progress', at)
      emit('response.mcp_call_arguments.delta', { ...at, delta: item.arguments ?? '' })
      emit('response.mcp_call_arguments.done', { ...at, arguments: item.arguments ?? '' })
      emit(item.error == null ? 'response.mcp_call.completed' : 'response.mcp_call.failed', at)
      break
    case 'code_interpreter_call':
      added({ status: 'in_progress', code: '', outputs: item.outputs === null ? null : [] })
      emit('response.code_interpreter_call.in_progress', at)
      for (const delta of pieces(String(item.code))) emit('response.code_interpreter_call_code.delta', { ...at, delta })
      emit('response.code_interpreter_call_code.done', { ...at, code: item.code ?? '' })
      emit('response.code_interpreter_call.interpreting', at)
      emit('response.code_interpreter_call.completed', at)
      break
    default:
      added(item.status === undefined ? { tools: [] } : { status: 'in_progress', ...EMPTY[String(item.type)] })
      for (const phase of PHASES[String(item.type)] ?? []) emit(`response.${String(item.type)}.${phase}`, at)
  }
  emit('response.output_item.done', { output_index, item })
}
const EMPTY: Readonly<Record<string, Item>> = { file_search_call: { queries: [], results: null } }

function emitCommands(emit: Emit, { action }: Item, output_index: number): void {
  const commands = ((action as Item).commands ?? []) as readonly string[]
  for (const [command_index, command] of commands.entries()) {
    const where = { output_index, command_index }
    emit('response.shell_call_command.added', { ...where, command: '' })
    for (const delta of pieces(command)) emit('response.shell_call_command.delta', { ...where, delta })
    emit('response.shell_call_command.done', { ...where, command })
  }
}

function emitMessage(emit: Emit, item: Item, at: Item): void {
  const [part] = item.content as readonly Item[]
  const refused = part?.type === 'refusal'
  const text = String(refused ? part.refusal : (part?.text ?? ''))
  const name = refused ? 'refusal' : 'output_text'
  const empty = refused ? { type: 'refusal', refusal: '' } : { ...part, annotations: [], logprobs: [], text: '' }
  emit('response.content_part.added', { ...at, part: empty })
  const logprobs = (part?.logprobs ?? []) as readonly Json[]
  const annotations = [...((part?.annotations ?? []) as readonly Item[])]
  let sent = 0
  for (const [nth, delta] of pieces(text).entries()) {
    emitCitations(emit, at, annotations, (index) => index <= sent)
    const chances = logprobs[nth] === undefined ? [] : [logprobs[nth]]
    emit(`response.${name}.delta`, { ...at, delta, ...(refused ? {} : { logprobs: chances }) })
    sent += delta.length
  }
  emitCitations(emit, at, annotations, () => true)
  emit(`response.${name}.done`, { ...at, ...(refused ? { refusal: text } : { text, logprobs }) })
  emit('response.content_part.done', { ...at, part: refused ? (part ?? null) : { ...part, logprobs: [] } })
}

/** A citation comes as soon as the text has reached its place. */
function emitCitations(emit: Emit, at: Item, left: Item[], due: (index: number) => boolean): void {
  for (let next = left[0]; next !== undefined; next = left[0]) {
    const place = next.index ?? next.end_index
    if (!due(typeof place === 'number' ? place : Number.POSITIVE_INFINITY)) return
    left.shift()
    emit('response.output_text.annotation.added', { ...at, annotation_index: 0, annotation: next })
  }
}
