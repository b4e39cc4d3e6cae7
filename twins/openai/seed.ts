import type { World } from '../world.ts'
import { awaitResponse } from './background.ts'
import { CHUNKS } from './routes/vector-stores.ts'
import type { Seed, State } from './state.ts'

/** What was stored before the scenario starts, and long enough ago to be ready. */
export function plant(world: World, seed: Seed, state: State): void {
  const created_at = Math.floor(world.startsAtMs / 1000)
  for (const { id } of seed.conversations ?? []) state.conversations.add({ id, created_at, metadata: {}, items: [] })
  for (const { id, body, background } of seed.responses ?? []) {
    const empty = { id, object: 'response', created_at, status: 'completed', output: [] }
    const atMs = (ms: number | undefined): number | null => (ms === undefined ? null : world.startsAtMs + ms)
    const [starts_ms, ends_ms] = [atMs(background?.starts_ms), atMs(background?.ends_ms)]
    const response = { id, body: body ?? empty, input: [], starts_ms, ends_ms }
    state.responses.add(response)
    awaitResponse(world, state, response)
  }
  for (const { id, filename, purpose = 'user_data', text = '' } of seed.files ?? []) {
    const content = Buffer.from(text)
    const bytes = content.length
    state.files.add({
      id,
      bytes,
      created_at,
      filename,
      purpose,
      expires_at: null,
      content: content.toString('base64'),
    })
  }
  for (const { id, name = null, files = [] } of seed.vector_stores ?? []) {
    const ready_ms = world.startsAtMs
    state.vector_stores.add({
      id,
      created_at,
      name,
      description: null,
      metadata: {},
      files: files.map((file) => ({
        id: file,
        created_at,
        ready_ms,
        bytes: state.files.get(file)?.bytes ?? 0,
        attributes: {},
        chunking: CHUNKS,
        batch: null,
        cancelled: false,
      })),
      last_active_at: created_at,
      expires_days: null,
      batches: [],
    })
  }
}
