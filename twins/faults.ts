import type { Rng } from './rng.ts'
import type { Json } from './trace.ts'

/**
 * What can go wrong with a call to a twin, or with a delivery from it.
 * - `request-lost`: the twin never sees it; `answer-lost`: the effect is done, the answer is not. The connection resets, or stays silent with `silent: true`.
 * - `timeout`: never seen, never answered. `reset`: the connection breaks before the twin sees it. `refused`: no connection.
 * - `slow`: the answer comes `byMs` later. `truncated`: the body breaks off in the middle. `duplicate`: the twin sees it twice.
 * - `status`, `rate-limit`: the vendor's own error body, with Retry-After when `retryAfterMs` is given.
 * - `error`: where there is no HTTP, the vendor's own error with its `code`, such as the SQLSTATE `40001`.
 * - for deliveries also `reorder`: it comes `byMs` later, behind those that follow; `drop`: it is never sent.
 */
export const FAULT_KINDS = [
  'request-lost',
  'answer-lost',
  'timeout',
  'reset',
  'refused',
  'slow',
  'truncated',
  'duplicate',
  'status',
  'rate-limit',
  'error',
  'reorder',
  'drop',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

/** One departure from normal behaviour. Without `nth`, `times` or `untilMs` it hits every matching call until healed. */
export type Fault = {
  /** `twin.operation`, or `twin` for all its operations. `twin.webhook` addresses deliveries. */
  readonly on: string
  readonly kind: FaultKind
  /** Only the n-th matching call (1-based) of the run. */
  readonly nth?: number | undefined
  /** Only the n-th attempt (1-based) of each step at this operation. */
  readonly attempt?: number | undefined
  /** At most so many calls. */
  readonly times?: number | undefined
  /** Probability per call, drawn by causal key. */
  readonly rate?: number | undefined
  /** Virtual time it ends at. */
  readonly untilMs?: number | undefined
  /** Request fields that must be equal, by dot path. */
  readonly where?: Readonly<Record<string, Json>> | undefined
  readonly status?: number | undefined
  readonly code?: string | undefined
  readonly retryAfterMs?: number | undefined
  readonly byMs?: number | undefined
  readonly silent?: boolean | undefined
}

/** A call as faults see it. `key` is its causal key. */
export type FaultTarget = {
  readonly twin: string
  readonly operation: string
  readonly attempt: number
  readonly key: string
  readonly fields: Json
}

/** The active faults of a run. */
export interface FaultPlan {
  add(fault: Fault): void
  /** Ends all faults on `on`; the number ended. */
  heal(on: string): number
  /** The first active fault that hits this call; counts it as used. */
  hit(target: FaultTarget): Fault | undefined
}

/** The value at a dot path, `a.b.0.c`; undefined where there is none. */
export function fieldAt(value: Json | undefined, path: string): Json | undefined {
  let at: Json | undefined = value
  for (const part of path.split('.')) {
    if (at === null || typeof at !== 'object') return undefined
    at = Array.isArray(at)
      ? at[Number(part)]
      : Object.hasOwn(at, part)
        ? (at as { readonly [key: string]: Json | undefined })[part]
        : undefined
  }
  return at
}

const matches = (fields: Json, where: Fault['where']): boolean =>
  Object.entries(where ?? {}).every(([path, wanted]) => {
    const got = fieldAt(fields, path)
    // A form carries text only: the number 4900 in a scenario means the text "4900" on such a wire.
    return (
      got === wanted || (got !== undefined && got !== null && typeof got !== 'object' && String(got) === String(wanted))
    )
  })

/** A plan; `decide` draws by causal key, so a fault's luck does not hang on the order of calls. */
export function createFaultPlan(
  now: () => number,
  decide: (key: string, draw: (rng: Rng) => number) => number,
): FaultPlan {
  type Active = { readonly fault: Fault; readonly id: number; seen: number; used: number }
  let active: Active[] = []
  let ids = 0
  return {
    add(fault) {
      active.push({ fault, id: ids++, seen: 0, used: 0 })
    },
    heal(on) {
      const kept = active.filter((entry) => entry.fault.on !== on && !entry.fault.on.startsWith(`${on}.`))
      const ended = active.length - kept.length
      active = kept
      return ended
    },
    hit(target) {
      for (const entry of active) {
        const { fault } = entry
        if (fault.on !== target.twin && fault.on !== `${target.twin}.${target.operation}`) continue
        // Deliveries are not calls: a fault on the whole twin leaves its webhooks alone.
        if (fault.on === target.twin && target.operation === 'webhook') continue
        if (fault.untilMs !== undefined && now() >= fault.untilMs) continue
        if (!matches(target.fields, fault.where)) continue
        entry.seen += 1
        if (fault.nth !== undefined && entry.seen !== fault.nth) continue
        if (fault.attempt !== undefined && target.attempt !== fault.attempt) continue
        if (fault.times !== undefined && entry.used >= fault.times) continue
        if (fault.rate !== undefined && decide(`${target.key}/fault${entry.id}`, (rng) => rng.float()) >= fault.rate)
          continue
        entry.used += 1
        return fault
      }
      return undefined
    },
  }
}
