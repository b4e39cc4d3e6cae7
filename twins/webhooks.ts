import type { Delivery, DeliveryOutcome, World } from './world.ts'

/** A vendor's way of delivering: what counts as taken, and when it tries again. */
export type RetrySchedule = {
  /** Waits between attempts; after the last one the vendor gives up. */
  readonly delaysMs: readonly number[]
  readonly taken: (status: number) => boolean
}

/**
 * Delivers until taken or given up, in virtual time. `make` builds each attempt (1-based) anew, so that timestamps and
 * signatures are fresh; `settled` sees each outcome.
 */
export function deliverWithRetries(
  world: World,
  schedule: RetrySchedule,
  make: (attempt: number) => Delivery,
  settled: (attempt: number, outcome: DeliveryOutcome, taken: boolean) => void = () => undefined,
): void {
  // Whoever reports an outcome does so on its own account; the next attempt is on that of the first.
  const { cause } = world
  const attempt = (n: number): void => {
    world.deliver(make(n), (outcome) => {
      const taken = outcome.kind === 'answer' && schedule.taken(outcome.status)
      settled(n, outcome, taken)
      const delayMs = schedule.delaysMs[n - 1]
      if (taken || delayMs === undefined) return
      world.clock.schedule(delayMs, () => world.within(cause, () => attempt(n + 1)), `webhook retry ${n + 1}`)
    })
  }
  attempt(1)
}
