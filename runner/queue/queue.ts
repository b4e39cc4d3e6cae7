import type { Json } from '../../twins/trace.ts'

/** Work to be done once. `id` names it for ever: the same id again is the same job. */
export type NewJob = { readonly id: string; readonly payload: Json }

/** A job that somebody works on. `attempt` is the fence: whoever holds an older one has lost the job. */
export type Claim = { readonly id: string; readonly payload: Json; readonly attempt: number }

/**
 * What became of a completion. `stale`: the job is another's by now, nothing was stored. `same`: there was a result already, an
 * equal one. `divergent`: there was a result already, another one; both are kept, and `divergences` tells of it.
 */
export type Completion = 'stored' | 'same' | 'divergent' | 'stale'

/** Two results of one job: what should have been the same work was not. */
export type Divergence = { readonly id: string; readonly attempt: number; readonly result: Json; readonly first: Json }

export type QueueStats = {
  readonly ready: number
  readonly leased: number
  readonly done: number
  readonly dead: number
  readonly divergent: number
}

/**
 * Jobs for workers that may die at any moment. Delivery is at least once, so results are idempotent: the first one counts, and
 * a second that differs is a finding. A job that is claimed as often as it may be and never ends is dead.
 */
export interface WorkQueue {
  /** Adds what is not there yet; says how many jobs were new. */
  enqueueMany(jobs: readonly NewJob[]): Promise<number>
  /** At most `count` jobs, in order of their ids, held for `leaseMs`. */
  claim(count: number, leaseMs: number): Promise<readonly Claim[]>
  /** Holds a claim for another `leaseMs`; false when the job is another's by now. */
  heartbeat(claim: Claim, leaseMs: number): Promise<boolean>
  complete(claim: Claim, result: Json): Promise<Completion>
  /** Gives a job back, to be tried again unless it has been tried often enough; false when it is another's by now. */
  fail(claim: Claim, reason: string): Promise<boolean>
  result(id: string): Promise<Json | undefined>
  divergences(): Promise<readonly Divergence[]>
  stats(): Promise<QueueStats>
  close(): Promise<void>
}
