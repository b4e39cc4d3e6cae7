import type { Context } from 'hono'
import { notModelled, type TwinApp } from '../../twin.ts'
import { addBatch, batchBody, cancelBatch, type Desk } from '../batches.ts'
import { GAPS } from '../gaps.ts'
import { checkKey } from '../guard.ts'
import { pageOf } from '../paging.ts'
import type { Batch, Item } from '../state.ts'
import { commonHeaders, errorBody, invalid, refusal } from '../wire.ts'

/** openai 7.57, BatchCreateParams. */
const ENDPOINTS = ['/v1/responses', '/v1/chat/completions', '/v1/embeddings', '/v1/moderations']
const OTHERS = ['/v1/completions', '/v1/images/generations', '/v1/images/edits', '/v1/videos']
const EXPIRES_S = { min: 3_600, max: 2_592_000 }

export function addBatchRoutes(app: TwinApp, desk: Desk): void {
  const { world, seed, state } = desk
  const reply = (body: Item): Response => Response.json(body, { headers: commonHeaders(world) })
  const guarded = (operation: string, route: string, run: (c: Context) => Response | Promise<Response>): void =>
    app.on(operation, route, (c) => checkKey(c.req.header('authorization'), seed) ?? run(c))
  const onBatch =
    (act: (batch: Batch) => Response) =>
    (c: Context): Response => {
      const id = c.req.param('id') ?? ''
      const batch = state.batches.get(id)
      if (batch !== undefined) return act(batch)
      return refusal(404, errorBody(`No batch found with id '${id}'.`, 'invalid_request_error', null, null))
    }

  guarded('batches.create', 'POST /v1/batches', async (c) => {
    const body = (await c.req.json().catch(() => ({}))) as Item
    for (const name of ['completion_window', 'endpoint', 'input_file_id'])
      if (body[name] === undefined)
        return invalid(`Missing required parameter: '${name}'.`, name, 'missing_required_parameter')
    if (body.completion_window !== '24h')
      return invalid(
        `Invalid value: '${String(body.completion_window)}'. Value must be '24h'.`,
        'completion_window',
        'invalid_value',
      )
    const endpoint = String(body.endpoint)
    if (OTHERS.includes(endpoint)) throw notModelled('openai', GAPS, 'batches of completions, images and videos')
    if (!ENDPOINTS.includes(endpoint)) {
      const all = [...ENDPOINTS, ...OTHERS].map((one) => `'${one}'`).join(', ')
      return invalid(`Invalid value: '${endpoint}'. Supported values are: ${all}.`, 'endpoint', 'invalid_value')
    }
    const file = state.files.get(String(body.input_file_id))
    if (file === undefined)
      return invalid(`No such File object: ${String(body.input_file_id)}`, 'input_file_id', 'invalid_value')
    if (file.purpose !== 'batch')
      return invalid(
        `Invalid file purpose: the file ${file.id} has purpose '${file.purpose}', but it must be 'batch'.`,
        'input_file_id',
        'invalid_value',
      )
    const expiry = (body.output_expires_after ?? null) as { readonly seconds?: Item[string] } | null
    const seconds = expiry?.seconds
    if (expiry !== null && (typeof seconds !== 'number' || seconds < EXPIRES_S.min || seconds > EXPIRES_S.max))
      return invalid(
        `Invalid 'output_expires_after.seconds': expected a value between ${EXPIRES_S.min} and ${EXPIRES_S.max}.`,
        'output_expires_after.seconds',
        'invalid_value',
      )
    const batch = addBatch(desk, {
      endpoint,
      input_file_id: file.id,
      completion_window: '24h',
      metadata: (body.metadata ?? null) as Item | null,
      output_expires_s: typeof seconds === 'number' ? seconds : null,
    })
    return reply(batchBody(batch))
  })
  guarded('batches.list', 'GET /v1/batches', (c) => {
    const page = pageOf(state.batches.all().toReversed().map(batchBody), c.req.query(), 'batch')
    return page instanceof Response ? page : reply(page)
  })
  guarded(
    'batches.retrieve',
    'GET /v1/batches/:id',
    onBatch((batch) => reply(batchBody(batch))),
  )
  guarded(
    'batches.cancel',
    'POST /v1/batches/:id/cancel',
    onBatch((batch) => {
      const { status } = batch
      if (!['validating', 'in_progress', 'finalizing', 'cancelling'].includes(status))
        return refusal(
          409,
          errorBody(`Cannot cancel a batch with status '${status}'.`, 'invalid_request_error', null, null),
        )
      if (status !== 'cancelling') cancelBatch(desk, batch)
      return reply(batchBody(batch))
    }),
  )
}
