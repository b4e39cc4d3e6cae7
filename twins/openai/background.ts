import type { World } from '../world.ts'
import { pending } from './response-body.ts'
import type { Item, State, StoredResponse } from './state.ts'
import { emit } from './webhooks.ts'

/** Assumed, like all of it: https://developers.openai.com/api/docs/guides/background (2026-11-24) names no times. */
export const BACKGROUND = { starts_ms: 1_000, ends_ms: 3_000 }

/** A stored response as it is by now. */
export function asOfNow(world: World, { body, starts_ms, ends_ms }: StoredResponse): Item {
  const nowMs = world.clock.now()
  if (ends_ms === null || nowMs >= ends_ms) return body
  return pending(body, starts_ms !== null && nowMs < starts_ms ? 'queued' : 'in_progress')
}

/** Tells whoever listens once the work of a response in the background is done; one that was given up by then is another one. */
export function awaitResponse(world: World, state: State, response: StoredResponse): void {
  const { ends_ms: endsMs } = response
  if (endsMs === null || endsMs <= world.clock.now()) return
  const end = (): void => {
    if (state.responses.get(response.id) === response)
      emit({ world, state }, `response.${String(response.body.status)}`, response.id)
  }
  world.clock.schedule(endsMs - world.clock.now(), end, `openai ${response.id} ends`)
}
