import type { TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { checkKey } from '../guard.ts'
import { MODELS } from '../prices.ts'
import type { Seed } from '../state.ts'
import { commonHeaders, errorBody, refusal } from '../wire.ts'

/** Assumed of a model whose name has no date. */
const UNDATED = '2026-07-01'

/** Aliases and snapshots are models alike. `created` is the snapshot's date. */
const ALL = Object.entries(MODELS).flatMap(([alias, { snapshot }]) =>
  [alias, snapshot].map((id) => ({
    id,
    object: 'model',
    created: Date.parse(/\d{4}-\d\d-\d\d$/.exec(snapshot)?.[0] ?? UNDATED) / 1000,
    owned_by: 'system',
  })),
)

export function addModelRoutes(app: TwinApp, world: World, seed: Seed): void {
  app.on(
    'models.list',
    'GET /v1/models',
    (c) =>
      checkKey(c.req.header('authorization'), seed) ?? c.json({ object: 'list', data: ALL }, 200, commonHeaders(world)),
  )
  app.on('models.retrieve', 'GET /v1/models/:model', (c) => {
    const unauthorised = checkKey(c.req.header('authorization'), seed)
    if (unauthorised !== undefined) return unauthorised
    const name = c.req.param('model') ?? ''
    const model = ALL.find(({ id }) => id === name)
    if (model !== undefined) return c.json(model, 200, commonHeaders(world))
    return refusal(
      404,
      errorBody(`The model '${name}' does not exist`, 'invalid_request_error', 'model', 'model_not_found'),
    )
  })
}
