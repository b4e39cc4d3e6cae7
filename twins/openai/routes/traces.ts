import type { TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { checkKey } from '../guard.ts'
import type { Seed } from '../state.ts'
import { commonHeaders, invalid } from '../wire.ts'

/**
 * Takes the traces that the vendor's agents SDK sends by itself, every few seconds and at the end; nobody asks for them again.
 * Source: @openai/agents 0.20, openaiTracingExporter (2026-11-26). Assumed: 204, as the exporter reads no body.
 */
export function addTraceRoutes(app: TwinApp, world: World, seed: Seed): void {
  app.on('traces.ingest', 'POST /v1/traces/ingest', async (c) => {
    const unauthorised = checkKey(c.req.header('authorization'), seed)
    if (unauthorised !== undefined) return unauthorised
    const body = (await c.req.json().catch(() => undefined)) as { readonly data?: unknown } | undefined
    if (!Array.isArray(body?.data))
      return invalid("Missing required parameter: 'data'.", 'data', 'missing_required_parameter')
    return new Response(null, { status: 204, headers: commonHeaders(world) })
  })
}
