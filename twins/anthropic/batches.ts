import type { World } from '../world.ts'
import { complete } from './complete.ts'
import { messageBody } from './message.ts'
import { readAsk } from './request.ts'
import type { Batch, Item, Seed, State } from './state.ts'
import { errorBody } from './wire.ts'

const DAY_MS = 24 * 60 * 60_000
/** How long a batch takes where the seed does not say, and how long it takes to give one up. Assumed: see gaps.ts. */
const TAKES_MS = 60_000
const CANCEL_MS = 1_000
/** Results are kept so long. Source: https://platform.claude.com/docs/en/build-with-claude/batch-processing (2026-11-26). */
const KEPT_MS = 29 * DAY_MS

/** Puts a batch into the state; it is worked on later, by the world's clock. */
export function addBatch(
  world: World,
  seed: Seed,
  state: () => State,
  made: Pick<Batch, 'requests' | 'beta' | 'version'>,
): Batch {
  const createdMs = world.clock.now()
  const batch: Batch = {
    ...made,
    id: world.id('msgbatch_01', 22),
    created_ms: createdMs,
    due_ms: createdMs + Math.min(seed.batch_ms ?? TAKES_MS, DAY_MS),
    cancelled_ms: null,
    ended_ms: null,
    results: [],
  }
  state().batches.set(batch.id, batch)
  awaitEnd(world, seed, state, batch)
  return batch
}

/** Ends `batch` when it is due. A batch of a state that was put away does nothing any more. */
export function awaitEnd(world: World, seed: Seed, state: () => State, batch: Batch): void {
  const { due_ms: dueMs } = batch
  const end = (): void => {
    if (state().batches.get(batch.id) !== batch || batch.due_ms !== dueMs || batch.ended_ms !== null) return
    work(world, seed, state(), batch)
  }
  world.clock.schedule(Math.max(0, dueMs - world.clock.now()), end, `anthropic ${batch.id} ends`)
}

export function cancelBatch(world: World, seed: Seed, state: () => State, batch: Batch): void {
  if (batch.cancelled_ms !== null) return
  batch.cancelled_ms = world.clock.now()
  batch.due_ms = batch.cancelled_ms + CANCEL_MS
  awaitEnd(world, seed, state, batch)
}

/** What nobody gave up and a day was enough for is answered and billed, all at once. */
function work(world: World, seed: Seed, state: State, batch: Batch): void {
  batch.ended_ms = world.clock.now()
  const late = batch.ended_ms - batch.created_ms >= DAY_MS
  batch.results = batch.requests.map(({ custom_id, params }): Item => {
    if (batch.cancelled_ms !== null) return { custom_id, result: { type: 'canceled' } }
    if (late) return { custom_id, result: { type: 'expired' } }
    return { custom_id, result: resultOf(world, seed, state, batch, params) }
  })
  world.trace.record('anthropic.batch.ended', { id: batch.id, request_counts: countsOf(batch) })
}

function resultOf(world: World, seed: Seed, state: State, { version, beta }: Batch, params: Item): Item {
  const ask = readAsk(JSON.stringify(params), { version, beta, counts: false })
  if ('status' in ask) return { type: 'errored', error: errorBody(world, ask.status, ask.message) }
  return { type: 'succeeded', message: messageBody(complete(world, seed, state, ask, 'batch').told) }
}

const KINDS = ['succeeded', 'errored', 'canceled', 'expired'] as const

/** All is being processed until the end of the whole. */
function countsOf({ results, requests, ended_ms }: Batch): Item {
  const of = (kind: string): number => results.filter(({ result }) => (result as Item).type === kind).length
  return {
    processing: ended_ms === null ? requests.length : 0,
    ...Object.fromEntries(KINDS.map((kind) => [kind, of(kind)])),
  }
}

const print = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

export const isArchived = (world: World, { created_ms }: Batch): boolean => world.clock.now() - created_ms >= KEPT_MS

/** `MessageBatch` of the SDK's resources/messages/batches.d.ts (1.14). */
export function batchBody(world: World, batch: Batch): Item {
  const { id, created_ms, cancelled_ms, ended_ms } = batch
  const archived = isArchived(world, batch)
  const status = ended_ms !== null ? 'ended' : cancelled_ms !== null ? 'canceling' : 'in_progress'
  return {
    id,
    type: 'message_batch',
    processing_status: status,
    request_counts: countsOf(batch),
    ended_at: print(ended_ms),
    created_at: print(created_ms),
    expires_at: print(created_ms + DAY_MS),
    archived_at: archived ? print(created_ms + KEPT_MS) : null,
    cancel_initiated_at: print(cancelled_ms),
    results_url: ended_ms === null || archived ? null : `https://api.anthropic.com/v1/messages/batches/${id}/results`,
  }
}
