import type { Fault } from './faults.ts'
import type { Json } from './trace.ts'
import type { World } from './world.ts'

/** The subject's end of a connection that carries bytes and no HTTP. What is sent arrives at this instant of virtual time. */
export interface Peer {
  /** Names the connection within its run: `1`, `2`, in order of opening. */
  readonly name: string
  send(bytes: Uint8Array): void
  /** The twin has said all it will say. */
  end(): void
  /** The connection breaks. */
  reset(): void
}

/** What the subject waits for on a connection. */
export type Waiting = { readonly key: string; readonly step: string; readonly sinceMs: number }

/** The twin's end of such a connection. Rejects with `NotModelled` rather than guess. */
export interface StreamEnd {
  /** Bytes of the subject, on account of the step that wrote them. Calls do not overlap. */
  data(bytes: Uint8Array, step: string): void | Promise<void>
  /** The subject will send no more. */
  finish(): void
  /** The connection is gone, by the subject's doing. */
  closed(): void
  readonly waiting: Waiting | undefined
}

/** One call on a stream, with all that the world decided about it. */
export type Call = {
  readonly key: string
  readonly fault: Fault | undefined
  /** When its answer is due, relative to now; a `slow` fault is in it. */
  readonly afterMs: number
}

/** What the network does for every HTTP call, for twins that speak bytes: causal keys, trace, faults, latency. */
export interface Calls {
  begin(operation: string, step: string, fields: { readonly [key: string]: Json | undefined }): Call
}

/** Counts the calls of one twin in one run. A latency hangs on the causal key alone. */
export function createCalls(
  world: World,
  twin: string,
  latencyMs: { readonly min: number; readonly max: number },
): Calls {
  const attempts = new Map<string, number>()
  return {
    begin(operation, step, fields) {
      const base = `${step}/${twin}.${operation}`
      const attempt = (attempts.get(base) ?? 0) + 1
      attempts.set(base, attempt)
      const key = `${base}#${attempt}`
      world.trace.record(`${twin}.${operation}`, { key, ...fields }, step)
      const fault = world.faults.hit({ twin, operation, attempt, key, fields })
      if (fault !== undefined) world.trace.record('fault', { key, on: fault.on, kind: fault.kind }, step)
      const usualMs = world.decide(`${key}/latency`, (rng) => rng.int(latencyMs.min, latencyMs.max))
      return { key, fault, afterMs: usualMs + (fault?.kind === 'slow' ? (fault.byMs ?? 30_000) : 0) }
    },
  }
}
