import type { Call } from './evidence.ts'

/** So much of a file of any size as a scenario can hold, and the sums of the rest. */
export interface Window {
  push(call: Call): void
  readonly calls: readonly Call[]
  readonly totals: Totals
}

export type Totals = {
  readonly calls: number
  readonly kept: number
  readonly failed: number
  readonly firstMs: number | undefined
  readonly lastMs: number | undefined
  /** What was kept of it, in a word for people. */
  readonly choice: 'all' | 'the start' | 'around the first failure' | 'around the instant asked for'
}

export const hasFailed = ({ status, error }: Call): boolean =>
  error !== undefined || (status !== undefined && (status >= 500 || status === 429))

/**
 * Keeps at most `callsMax`: all of them, or those around the first failure, or the first where nothing fails. With `aroundMs` those
 * nearest before and after it.
 */
export function createWindow(callsMax: number, aroundMs: number | undefined): Window {
  const half = Math.max(1, Math.floor(callsMax / 2))
  const start: Call[] = []
  let recent: Call[] = []
  let after: Call[] | undefined
  let [calls, failed] = [0, 0]
  let [firstMs, lastMs]: (number | undefined)[] = [undefined, undefined]

  const isTrigger = (call: Call): boolean =>
    aroundMs === undefined ? hasFailed(call) : call.startMs !== undefined && call.startMs >= aroundMs
  return {
    push(call) {
      calls += 1
      if (hasFailed(call)) failed += 1
      if (call.startMs !== undefined) {
        firstMs = Math.min(firstMs ?? call.startMs, call.startMs)
        lastMs = Math.max(lastMs ?? call.startMs, call.startMs)
      }
      if (start.length < callsMax) start.push(call)
      if (after === undefined && isTrigger(call)) after = []
      if (after !== undefined) {
        if (after.length < half) after.push(call)
        return
      }
      recent.push(call)
      // Trimmed now and then, not at every call: a file may have ten million.
      if (recent.length > 2 * half) recent = recent.slice(-half)
    },
    get calls() {
      if (calls <= callsMax) return start
      return after === undefined ? start : [...recent.slice(-half), ...after]
    },
    get totals() {
      const choice: Totals['choice'] =
        calls <= callsMax
          ? 'all'
          : after === undefined
            ? 'the start'
            : aroundMs === undefined
              ? 'around the first failure'
              : 'around the instant asked for'
      return { calls, kept: this.calls.length, failed, firstMs, lastMs, choice }
    },
  }
}
