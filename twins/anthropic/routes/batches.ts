import type { Context } from 'hono'
import type { TwinApp } from '../../twin.ts'
import type { World } from '../../world.ts'
import { addBatch, batchBody, cancelBatch, isArchived } from '../batches.ts'
import { gap } from '../gaps.ts'
import { checkCaller, checkCredit, type Version } from '../guard.ts'
import { pageOf } from '../paging.ts'
import { INTERLEAVED, readAsk } from '../request.ts'
import { type Batch, isItem, type Seed, type State } from '../state.ts'
import { commonHeaders, invalid, refusal } from '../wire.ts'

const REQUESTS_MAX = 100_000
const WRONG_TIME = 'acts on batches that come too soon or too late'

/** Source: https://platform.claude.com/docs/en/api/messages/batches (2026-11-26). */
export function addBatchRoutes(app: TwinApp, world: World, seed: Seed, state: () => State): void {
  const told = (batch: Batch): Response => Response.json(batchBody(world, batch), { headers: commonHeaders(world) })
  const onBatch =
    (act: (batch: Batch) => Response) =>
    (c: Context): Response => {
      const version = checkCaller(world, c.req.raw, seed)
      if (version instanceof Response) return version
      const batch = state().batches.get(c.req.param('id') ?? '')
      return batch === undefined ? refusal(world, 404, `message_batch: ${c.req.param('id')}`) : act(batch)
    }
  app.on('messages.batches.create', 'POST /v1/messages/batches', async (c) => {
    const version = checkCaller(world, c.req.raw, seed)
    if (version instanceof Response) return version
    const beta = c.req.query('beta') === 'true' || c.req.header('anthropic-beta') !== undefined
    if (c.req.header('anthropic-beta')?.includes(INTERLEAVED) === true) throw gap('parameters of betas')
    const requests = readRequests(await c.req.text(), { version, beta })
    if (typeof requests === 'string') return invalid(world, requests)
    return checkCredit(world, seed) ?? told(addBatch(world, seed, state, { requests, version, beta }))
  })
  app.on('messages.batches.list', 'GET /v1/messages/batches', (c) => {
    const version = checkCaller(world, c.req.raw, seed)
    if (version instanceof Response) return version
    const all = [...state().batches.values()].reverse().map((batch) => batchBody(world, batch))
    const page = pageOf(all, c.req.query())
    return typeof page === 'string' ? invalid(world, page) : c.json(page, 200, commonHeaders(world))
  })
  app.on('messages.batches.retrieve', 'GET /v1/messages/batches/:id', onBatch(told))
  app.on(
    'messages.batches.cancel',
    'POST /v1/messages/batches/:id/cancel',
    onBatch((batch) => {
      if (batch.ended_ms !== null) throw gap(WRONG_TIME)
      cancelBatch(world, seed, state, batch)
      return told(batch)
    }),
  )
  app.on(
    'messages.batches.results',
    'GET /v1/messages/batches/:id/results',
    onBatch((batch) => {
      if (batch.ended_ms === null || isArchived(world, batch)) throw gap(WRONG_TIME)
      const lines = batch.results.map((result) => `${JSON.stringify(result)}\n`)
      return new Response(lines.join(''), {
        headers: { ...commonHeaders(world), 'Content-Type': 'application/x-jsonl' },
      })
    }),
  )
  app.on(
    'messages.batches.delete',
    'DELETE /v1/messages/batches/:id',
    onBatch(({ id, ended_ms }) => {
      if (ended_ms === null) throw gap(WRONG_TIME)
      state().batches.delete(id)
      return Response.json({ id, type: 'message_batch_deleted' }, { headers: commonHeaders(world) })
    }),
  )
}

/** The requests of a batch. What is in them is looked at later, as the API does, except for what no twin models. */
function readRequests(
  text: string,
  on: { readonly version: Version; readonly beta: boolean },
): Batch['requests'] | string {
  const body = parse(text)
  if (!isItem(body)) return 'The request body is not valid JSON.'
  if (!Array.isArray(body.requests)) return 'requests: Field required'
  if (body.requests.length === 0) return 'requests: List should have at least 1 item after validation, not 0'
  if (body.requests.length > REQUESTS_MAX)
    return `requests: List should have at most ${REQUESTS_MAX} items after validation`
  const seen = new Set<string>()
  const requests: Batch['requests'][number][] = []
  for (const [at, one] of body.requests.entries()) {
    if (!isItem(one)) return `requests.${at}: Input should be an object`
    const { custom_id, params } = one
    if (typeof custom_id !== 'string' || !/^[a-zA-Z0-9_-]{1,64}$/.test(custom_id))
      return `requests.${at}.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'`
    if (!isItem(params)) return `requests.${at}.params: Field required`
    if (seen.has(custom_id)) return `requests.${at}.custom_id: Duplicate custom_id: ${custom_id}`
    seen.add(custom_id)
    readAsk(JSON.stringify(params), { ...on, counts: false })
    requests.push({ custom_id, params })
  }
  return requests
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
