import type { Call } from '../evidence.ts'

/** Calls in the order in which they started, with a time each. */
export type Timed = {
  readonly calls: readonly Call[]
  /** Calls that stood later in their file than one that started after them. */
  readonly disordered: number
  /** Calls without a time of their own. */
  readonly untimed: number
}

/** Where nothing has a time, order is all that is known: so far apart are they put. */
const GAP_MS = 1000

/** Times before and after these are no times but mistakes: of a recorder that does not know, or of a damaged file. */
const SENSIBLE = { fromMs: Date.UTC(2001, 0, 1), untilMs: Date.UTC(2200, 0, 1) }

/** In the order of their start; what has no time follows the call before it in its file. */
export function inOrder(all: readonly Call[], fallbackMs: number): Timed {
  let [disordered, untimed] = [0, 0]
  const calls = all.map((call) => {
    const { startMs } = call
    const isTime = startMs !== undefined && startMs >= SENSIBLE.fromMs && startMs < SENSIBLE.untilMs
    return isTime ? call : { ...call, startMs: undefined }
  })
  const last = new Map<number, number>()
  const none = calls.every(({ startMs }) => startMs === undefined)
  const timed = calls.map((call, at) => {
    const before = last.get(call.from.file)
    if (call.startMs === undefined) untimed += 1
    const startMs =
      call.startMs ?? (none ? fallbackMs + at * GAP_MS : (before ?? firstOf(calls, call.from.file) ?? fallbackMs))
    if (before !== undefined && startMs < before) disordered += 1
    last.set(call.from.file, startMs)
    return { ...call, startMs }
  })
  return { calls: timed.sort((a, b) => a.startMs - b.startMs), disordered, untimed }
}

const firstOf = (calls: readonly Call[], file: number): number | undefined =>
  calls.find(({ from, startMs }) => from.file === file && startMs !== undefined)?.startMs

/** `+90s` for whole seconds, `+1500ms` otherwise. */
export function offsetOf(ms: number): string {
  const whole = Math.max(0, Math.round(ms))
  if (whole % 1000 !== 0) return `+${whole}ms`
  return whole % 60_000 === 0 && whole > 0 ? `+${whole / 60_000}m` : `+${whole / 1000}s`
}

/** The same without its sign, never nothing. */
export const durationOf = (ms: number): string => offsetOf(Math.max(1, ms)).slice(1)
