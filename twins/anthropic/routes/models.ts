import type { TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { gap } from '../gaps.ts'
import { checkCaller } from '../guard.ts'
import { MODELS, type Model, modelOf } from '../models.ts'
import { pageOf } from '../paging.ts'
import type { Item, Seed } from '../state.ts'
import { commonHeaders, invalid, refusal } from '../wire.ts'

/** `ModelInfo` of the SDK (1.14). Assumed: see gaps.ts for capabilities and dates. */
const wireOf = ({ snapshot, displayName, released, context, outputMax, retires, retired }: Model): Item => ({
  type: 'model',
  id: snapshot,
  display_name: displayName,
  created_at: released,
  max_input_tokens: context,
  max_tokens: outputMax,
  capabilities: null,
  lifecycle: retired === true ? 'retired' : retires === undefined ? 'active' : 'deprecated',
  deprecated_at: null,
  retires_at: retires ?? null,
  line: /opus|sonnet|haiku|fable/.exec(snapshot)?.[0] ?? null,
})

/** Newest first. Retired models are only told to who asks for them. */
const ALL = Object.values(MODELS)
  .filter(({ retired }) => retired !== true)
  .map(wireOf)
  .sort((one, other) => String(other.created_at).localeCompare(String(one.created_at)))

/** Source: https://platform.claude.com/docs/en/api/models/list (2026-11-26). */
export function addModelRoutes(app: TwinApp, world: World, seed: Seed): void {
  app.on('models.list', 'GET /v1/models', (c) => {
    const version = checkCaller(world, c.req.raw, seed)
    if (version instanceof Response) return version
    if (c.req.query('lifecycle') !== undefined || c.req.query('lifecycle[]') !== undefined)
      throw gap('lists of models by lifecycle')
    const page = pageOf(ALL, c.req.query())
    return typeof page === 'string' ? invalid(world, page) : c.json(page, 200, commonHeaders(world))
  })
  app.on('models.retrieve', 'GET /v1/models/:model', (c) => {
    const version = checkCaller(world, c.req.raw, seed)
    if (version instanceof Response) return version
    const name = c.req.param('model') ?? ''
    const found = modelOf(name)
    if (found === 'unpriced') throw gap('models without a price')
    return found !== undefined
      ? c.json(wireOf(found.model), 200, commonHeaders(world))
      : refusal(world, 404, `model: ${name}`)
  })
}
