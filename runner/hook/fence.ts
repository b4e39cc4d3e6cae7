import type { Question } from './answer.ts'
import { HookFailure } from './failure.ts'

export interface Fence {
  /** Why an attempt may not be asked; undefined when it may, and an older one has been stopped. */
  enter(path: string, question: Question, stop: AbortController): HookFailure | undefined
  leave(path: string, question: Question, stopped: boolean): void
}

/** Which attempts still count. A newer one stops an older one of the same request, and an attempt that was stopped stays so. */
export function createFence(): Fence {
  type Held = { readonly attempt: number; stop: AbortController | undefined; ended: boolean }
  const held = new Map<string, Held>()
  const superseded = (got: number, newest: number): HookFailure =>
    new HookFailure('superseded', `attempt ${got}: superseded by attempt ${newest}; its result does not count`)
  return {
    enter(path, { requestId, attempt }, stop) {
      const key = `${path} ${requestId}`
      const now = held.get(key)
      if (now !== undefined && attempt < now.attempt) return superseded(attempt, now.attempt)
      if (now !== undefined && attempt === now.attempt) {
        if (now.ended) return new HookFailure('expired', `attempt ${attempt}: was stopped; ask with a new attempt`)
        if (now.stop !== undefined)
          return new HookFailure('busy', `attempt ${attempt}: is being asked already`, { retryable: true })
      }
      now?.stop?.abort(superseded(now.attempt, attempt))
      held.set(key, { attempt, stop, ended: false })
      return undefined
    },
    leave(path, { requestId, attempt }, stopped) {
      const now = held.get(`${path} ${requestId}`)
      if (now?.attempt !== attempt) return
      now.stop = undefined
      now.ended = stopped
    },
  }
}
