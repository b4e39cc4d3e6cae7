import type { Call } from '../evidence.ts'
import type { Outbound } from './parties.ts'

/** Which inbound call made the subject call out, and how that is known. */
export type Caused = Outbound & {
  /** Index of the inbound call; undefined for what the subject does unasked. */
  readonly cause: number | undefined
  readonly how: 'span' | 'time' | 'unclear'
}

/** By their trace where there is one, else by which inbound call was under way. */
export function findCauses(inbound: readonly Call[], outbound: readonly Outbound[]): readonly Caused[] {
  const byTrace = new Map<string, number[]>()
  for (const [at, { span }] of inbound.entries()) {
    if (span !== undefined) byTrace.set(span.trace, [...(byTrace.get(span.trace) ?? []), at])
  }
  return outbound.map((one): Caused => {
    const { call } = one
    const startMs = call.startMs ?? 0
    const traced = call.span === undefined ? undefined : byTrace.get(call.span.trace)
    if (traced !== undefined) {
      const parent = traced.find((at) => inbound[at]?.span?.id === call.span?.parent)
      const cause = parent ?? latestBefore(inbound, traced, startMs) ?? traced[0]
      return { ...one, cause, how: 'span' }
    }
    const under = inbound.flatMap((asked, at) => (isUnderWay(asked, startMs) ? [at] : []))
    if (under.length === 0) return { ...one, cause: undefined, how: 'time' }
    return { ...one, cause: under.at(-1), how: under.length === 1 ? 'time' : 'unclear' }
  })
}

const latestBefore = (inbound: readonly Call[], among: readonly number[], ms: number): number | undefined =>
  among.findLast((at) => (inbound[at]?.startMs ?? 0) <= ms)

/** Where no duration is known, a call is taken to be under way for half a minute. */
const UNKNOWN_MS = 30_000
const isUnderWay = (call: Call, ms: number): boolean => {
  const startMs = call.startMs ?? 0
  return startMs <= ms && ms <= startMs + (call.durationMs ?? UNKNOWN_MS)
}
