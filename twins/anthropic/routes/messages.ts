import type { TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { countInput, planCache, uncounted } from '../cache.ts'
import { complete } from '../complete.ts'
import { gap } from '../gaps.ts'
import { checkCaller, checkCredit, checkLimits, limitHeaders, spend } from '../guard.ts'
import { messageBody } from '../message.ts'
import { type Ask, INTERLEAVED, readAsk } from '../request.ts'
import type { Seed, State } from '../state.ts'
import { messageEvents } from '../stream.ts'
import { commonHeaders, invalid, refusal, streamOf } from '../wire.ts'

/** Source: https://platform.claude.com/docs/en/api/overview#request-size-limits (2026-11-26). */
const BODY_BYTES_MAX = 32 * 1024 * 1024
const LONG_CONTEXT = 'context-1m-2025-08-07'

export function addMessageRoutes(app: TwinApp, world: World, seed: Seed, state: () => State): void {
  app.on('messages.create', 'POST /v1/messages', async (c) => {
    const ask = await readRequest(world, seed, c.req.raw, false)
    if (ask instanceof Response) return ask
    return create(world, seed, state(), ask, c.req.raw)
  })
  app.on('messages.count_tokens', 'POST /v1/messages/count_tokens', async (c) => {
    const ask = await readRequest(world, seed, c.req.raw, true)
    if (ask instanceof Response) return ask
    if (ask.body.context_management !== undefined) throw gap('parameters of betas')
    if (uncounted(ask)) throw gap('counting tokens of input other than text')
    return c.json({ input_tokens: countInput(ask) }, 200, commonHeaders(world))
  })
}

async function readRequest(world: World, seed: Seed, request: Request, counts: boolean): Promise<Ask | Response> {
  const version = checkCaller(world, request, seed)
  if (version instanceof Response) return version
  const text = await request.text()
  if (Buffer.byteLength(text) > BODY_BYTES_MAX) return refusal(world, 413, 'Request exceeds the maximum size')
  const beta = new URL(request.url).searchParams.get('beta') === 'true' || request.headers.has('anthropic-beta')
  const ask = readAsk(text, { version, beta, counts, interleaved: betasOf(request).includes(INTERLEAVED) })
  return 'status' in ask ? refusal(world, ask.status, ask.message) : ask
}

function create(world: World, seed: Seed, state: State, ask: Ask, request: Request): Response {
  const poor = checkCredit(world, seed)
  if (poor !== undefined) return poor
  // A refused request uses up no turn: limits and the context are looked at with the estimate.
  const estimate = countInput(ask)
  const context = contextOf(ask, request)
  if (estimate > context) return invalid(world, `prompt is too long: ${estimate} tokens > ${context} maximum`)
  const { read } = planCache(world, state, ask, estimate).input
  const model = ask.model.snapshot
  const limited = checkLimits(world, seed, state, { model, input: estimate - read, output: 0 })
  if (limited !== undefined) return limited
  const { told, split, outputTokens } = complete(world, seed, state, ask, 'standard')
  const input = split.fresh + split.written5m + split.written1h
  spend(world, seed, state, { model, input, output: outputTokens })
  const headers = { ...commonHeaders(world), ...limitHeaders(world, seed, state, model) }
  return ask.body.stream === true
    ? streamOf(messageEvents(told), headers)
    : Response.json(messageBody(told), { headers })
}

/** The model's context, or the longer one where the request asks for it. */
function contextOf({ model }: Ask, request: Request): number {
  return model.longContext !== undefined && betasOf(request).includes(LONG_CONTEXT) ? model.longContext : model.context
}

const betasOf = (request: Request): readonly string[] =>
  (request.headers.get('anthropic-beta') ?? '').split(',').map((name) => name.trim())
