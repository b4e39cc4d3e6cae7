import type { TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { gap } from '../gaps.ts'
import { checkCaller } from '../guard.ts'
import { MODELS, type Model, modelOf } from '../models.ts'
import type { Item, Seed } from '../state.ts'
import { commonHeaders, invalid, refusal } from '../wire.ts'

const PAGE_DEFAULT = 20
const PAGE_MAX = 1000

const LISTING = 'lifecycles and unknown cursors of lists of models'

/** `ModelInfo` of the SDK (1.14). Assumed: see gaps.ts for capabilities and lifecycles. */
const wireOf = ({ snapshot, displayName, released, context, outputMax }: Model): Item => ({
  type: 'model',
  id: snapshot,
  display_name: displayName,
  created_at: released,
  max_input_tokens: context,
  max_tokens: outputMax,
  capabilities: null,
  lifecycle: 'active',
  deprecated_at: null,
  retires_at: null,
  line: /opus|sonnet|haiku|fable/.exec(snapshot)?.[0] ?? null,
})

const ALL = Object.values(MODELS)
  .map(wireOf)
  .sort((one, other) => String(other.created_at).localeCompare(String(one.created_at)))

const place = (id: string): number => ALL.findIndex((model) => model.id === id)

/** Source: https://platform.claude.com/docs/en/api/models/list (2026-11-26). */
export function addModelRoutes(app: TwinApp, world: World, seed: Seed): void {
  app.on('models.list', 'GET /v1/models', (c) => {
    const version = checkCaller(world, c.req.raw, seed)
    if (version instanceof Response) return version
    const { limit: given, after_id: after, before_id: before } = c.req.query()
    if (c.req.query('lifecycle') !== undefined || c.req.query('lifecycle[]') !== undefined) throw gap(LISTING)
    for (const id of [after, before]) if (id !== undefined && place(id) === -1) throw gap(LISTING)
    const limit = given === undefined ? PAGE_DEFAULT : Number(given)
    if (!Number.isInteger(limit) || limit < 1)
      return invalid(world, 'limit: Input should be greater than or equal to 1')
    if (limit > PAGE_MAX) return invalid(world, `limit: Input should be less than or equal to ${PAGE_MAX}`)
    const page = pageOf({ after, before, limit })
    const ends = { first_id: page.data[0]?.id ?? null, last_id: page.data.at(-1)?.id ?? null }
    return c.json({ ...page, ...ends }, 200, commonHeaders(world))
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

/** What follows `after`, or what comes before `before`, nearest to it. */
function pageOf(on: {
  readonly after: string | undefined
  readonly before: string | undefined
  readonly limit: number
}): { readonly data: readonly Item[]; readonly has_more: boolean } {
  if (on.before !== undefined) {
    const rows = ALL.slice(0, Math.max(0, place(on.before)))
    return { data: rows.slice(-on.limit), has_more: rows.length > on.limit }
  }
  const rows = on.after === undefined ? ALL : ALL.slice(place(on.after) + 1)
  return { data: rows.slice(0, on.limit), has_more: rows.length > on.limit }
}
