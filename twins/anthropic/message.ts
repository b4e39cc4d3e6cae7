import type { World } from '../world.ts'
import type { Answer } from './answer.ts'
import type { Input } from './cache.ts'
import type { Tier } from './complete.ts'
import type { Ask } from './request.ts'
import { type Item, type Iteration, isItem, itemsOf, type State } from './state.ts'
import { transformedBy } from './thoughts.ts'

/** An answer with all that is told about it, in the parts that a stream sends apart. */
export type Told = {
  readonly id: string
  readonly model: string
  readonly blocks: readonly Item[]
  /** Why it stopped, and the container it ran code in. */
  readonly end: Item
  readonly input: Item
  readonly output: Item
  readonly place: Item
  readonly contextManagement: Item
  /** What was done to the input before the model read it. */
  readonly transformed: Item
  readonly breaks: Answer['breaks']
}

const CONTAINER_MS = 30 * 60_000

/** Shapes as recorded in 2026-07 to 2026-09, and as `Message` in the SDK's resources/messages/messages.d.ts (1.14). */
export function tell(world: World, state: State, ask: Ask, answer: Answer, split: Input, tier: Tier): Told {
  const ran = answer.blocks.filter(({ type }) => type === 'server_tool_use')
  const requests = (name: string): number => ran.filter((block) => block.name === name).length
  const iterations = iterationsOf(ask, answer, split)
  return {
    id: world.id('msg_01', 22),
    model: ask.model.snapshot,
    blocks: answer.blocks,
    end: {
      stop_reason: answer.stopReason,
      stop_sequence: answer.stopSequence,
      stop_details: answer.stopDetails,
      ...(ran.some(({ name }) => /code_execution$/.test(String(name)))
        ? { container: containerOf(world, state, ask) }
        : {}),
    },
    input: inputUsage(split),
    output: {
      output_tokens: answer.outputTokens,
      output_tokens_details: { thinking_tokens: answer.thinkingTokens },
      ...(ran.length === 0
        ? {}
        : {
            server_tool_use: {
              web_search_requests: requests('web_search'),
              web_fetch_requests: requests('web_fetch'),
            },
          }),
      ...(iterations === undefined ? {} : { iterations: iterations.map((one) => iterationUsage(one)) }),
    },
    place: { service_tier: tier, inference_geo: ask.model.geo },
    breaks: answer.breaks,
    transformed: transformedBy(state, ask),
    contextManagement: managesContext(ask) ? { context_management: { applied_edits: answer.edits ?? [] } } : {},
  }
}

/** The container that the request names, or a new one; either lives on from now. */
function containerOf(world: World, state: State, { body }: Ask): Item {
  const id = typeof body.container === 'string' ? body.container : world.id('container_011C', 20)
  const expiresMs = world.clock.now() + CONTAINER_MS
  state.containers.set(id, expiresMs)
  return { id, expires_at: new Date(expiresMs).toISOString() }
}

const cacheCreation = ({ written5m, written1h }: Input): Item => ({
  ephemeral_5m_input_tokens: written5m,
  ephemeral_1h_input_tokens: written1h,
})

const inputUsage = (split: Input): Item => ({
  input_tokens: split.fresh,
  cache_creation_input_tokens: split.written5m + split.written1h,
  cache_read_input_tokens: split.read,
  cache_creation: cacheCreation(split),
})

const managesContext = ({ body, tools }: Ask): boolean =>
  isItem(body.context_management) || tools.some(({ type }) => type === 'memory_20250818')

type Step = {
  readonly type: string
  readonly model: string | undefined
  readonly split: Input
  readonly output: number
}

/** The steps that an answer took, where the request brings something that may make it take several. */
function iterationsOf({ body, tools }: Ask, answer: Answer, split: Input): readonly Step[] | undefined {
  const edits = isItem(body.context_management) ? itemsOf(body.context_management.edits) : []
  const steps =
    tools.some(({ type }) => String(type).startsWith('advisor_')) ||
    edits.some(({ type }) => String(type).startsWith('compact_')) ||
    (isItem(body.output_config) && isItem(body.output_config.task_budget))
  if (!steps && answer.iterations === undefined) return undefined
  if (answer.iterations === undefined)
    return [{ type: 'message', model: undefined, split, output: answer.outputTokens }]
  return answer.iterations.map((one) => stepOf(one))
}

const stepOf = ({ type, model, input, output }: Iteration): Step => ({
  type,
  model,
  split: { fresh: input, read: 0, written5m: 0, written1h: 0 },
  output,
})

const iterationUsage = ({ type, model, split, output }: Step): Item => ({
  ...inputUsage(split),
  output_tokens: output,
  type,
  ...(model === undefined ? {} : { model }),
})

/** The answer as one body. */
export const messageBody = ({
  id,
  model,
  blocks,
  end,
  input,
  output,
  place,
  contextManagement,
  transformed,
}: Told): Item => ({
  model,
  id,
  type: 'message',
  role: 'assistant',
  content: blocks,
  ...end,
  usage: { ...input, ...output, ...place },
  ...contextManagement,
  ...transformed,
})
