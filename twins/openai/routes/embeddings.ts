import type { TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { isBatched } from '../batches.ts'
import { checkKey } from '../guard.ts'
import { EMBEDDERS } from '../prices.ts'
import type { Seed } from '../state.ts'
import { countTokens } from '../tokens.ts'
import { commonHeaders, errorBody, invalid, refusal } from '../wire.ts'

/** A unit vector that hangs on the text alone. */
function vectorOf(world: World, model: string, text: string, dimensions: number): Float32Array {
  const rng = world.rng.fork(`openai embedding ${model} ${text}`)
  const vector = Float32Array.from({ length: dimensions }, () => rng.float() * 2 - 1)
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}

export function addEmbeddingRoutes(app: TwinApp, world: World, seed: Seed): void {
  app.on('embeddings.create', 'POST /v1/embeddings', async (c) => {
    const unauthorised = checkKey(c.req.header('authorization'), seed)
    if (unauthorised !== undefined) return unauthorised
    const body = (await c.req.json().catch(() => ({}))) as Record<string, unknown>
    const model = String(body.model)
    const full = EMBEDDERS[model]
    if (full === undefined) {
      const message = `The model \`${model}\` does not exist or you do not have access to it.`
      return refusal(404, errorBody(message, 'invalid_request_error', null, 'model_not_found'))
    }
    const inputs = typeof body.input === 'string' ? [body.input] : body.input
    if (
      !Array.isArray(inputs) ||
      inputs.length === 0 ||
      !inputs.every((text) => typeof text === 'string' && text !== '')
    )
      return invalid(
        "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference.",
        null,
      )
    const dimensions = typeof body.dimensions === 'number' ? body.dimensions : full
    if (dimensions > full || dimensions < 1)
      return invalid(`Invalid value for 'dimensions' = ${dimensions}. Must be less than or equal to ${full}.`, null)
    const tokens = inputs.reduce((sum: number, text: string) => sum + countTokens(text), 0)
    world.money.charge('openai', `${model}:${isBatched(c.req.raw) ? 'batch-' : ''}input`, tokens)
    const data = inputs.map((text: string, index: number) => {
      const vector = vectorOf(world, model, text, dimensions)
      // The SDK asks for base64 and decodes it itself.
      const embedding = body.encoding_format === 'base64' ? Buffer.from(vector.buffer).toString('base64') : [...vector]
      return { object: 'embedding', index, embedding }
    })
    const usage = { prompt_tokens: tokens, total_tokens: tokens }
    return c.json({ object: 'list', data, model, usage } as never, 200, commonHeaders(world))
  })
}
